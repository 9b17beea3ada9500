"""The rules of splitters."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from potluck.contracts import Splitter
from potluck.documents import Chunk, Document, Page, Section
from potluck.installation import pip_command
from potluck.testing.kit import Skipped, Subject, need, rule
from potluck.testing.texts import BLANKS, CLUSTERS, SENTENCES, WORDS, chinese, is_torn, text, texts

_SIZES = ("chunk_size", "max_size")
"""The names of the setting that limits a chunk. It counts characters, or tokens for a splitter with a method
``count_tokens(texts)`` that gives a number for each, as an embedder has."""
_ROOM = 8
"""The smallest limit within which every character of the texts has room, whatever it is made of."""
_RARE = ("\0", "\u0378", "\ufffe", "\U0010fffd")
"""Characters that nobody writes: NUL, an unassigned one, a noncharacter, a private one."""
_SHOWN, _BEGINNING = 120, 30
"""Characters of a text that is shown whole, and of the beginning of a longer one."""


def _documents() -> Iterator[Document]:
    for number, content in enumerate(texts()):
        yield Document(f"sample-{number}.txt", content)
    yield _clauses()


def _clauses() -> Document:
    """A document with numbered sections and pages."""
    content, sections = "", []
    for number, sentence in enumerate(SENTENCES * 3, 1):
        start = len(content)
        content += f"{number} {sentence[:8]}\n{sentence}\n"
        sections.append(Section(start, len(content), str(number), sentence[:8], 1))
    middle = sections[len(sections) // 2].start
    pages = (Page(0, middle, 1), Page(middle, len(content), 2))
    return Document("clauses.docx", content, sections=tuple(sections), pages=pages)


def _hold(subject: Subject, need_it: Callable[[Document, list[Chunk]], None]) -> None:
    """Check the chunks of every text against something."""
    splitter = subject.make()
    for document in _documents():
        need_it(document, _split(splitter, document))


def _split(splitter: Splitter, document: Document) -> list[Chunk]:
    """The chunks of a document. Breaks the rule if something else comes."""
    chunks = splitter.split(document)
    need(isinstance(chunks, Iterable), f"split of {_words(document)} gives {chunks!r:.80}, and no chunks one by one")
    found = list(chunks)
    for one in found:
        need(isinstance(one, Chunk), f"split of {_words(document)} gives {one!r:.80}, which is not a Chunk")
    return found


def _words(document: Document) -> str:
    """A document with its text, as only the kit has its file."""
    text = document.text
    if len(text) > _SHOWN:
        return f"{document.source} ({len(text):,} characters, {text[:_BEGINNING]!r}...)"
    return f"{document.source} ({text!r})" if text else f"{document.source} (an empty text)"


def _need_bounds(document: Document, chunks: list[Chunk]) -> None:
    for chunk in chunks:
        is_inside = 0 <= chunk.start < chunk.end <= len(document.text)
        where = f"the characters 0 to {len(document.text):,} of {_words(document)}"
        need(is_inside, f"a chunk from {chunk.start} to {chunk.end} is no part of {where}")


def _need_spans(document: Document, chunks: list[Chunk]) -> None:
    for chunk in chunks:
        own = document.text[chunk.start : chunk.end]
        given = f"says {chunk.text[:20]!r}, and the document {own[:20]!r}"
        need(chunk.text == own, f"the chunk at {chunk.start} of {_words(document)} {given}")


def _need_cover(document: Document, chunks: list[Chunk]) -> None:
    covered = bytearray(len(document.text))
    for chunk in chunks:
        covered[chunk.start : chunk.end] = b"\1" * (chunk.end - chunk.start)
    for place, character in enumerate(document.text):
        if not covered[place] and not character.isspace():
            need(False, f"{character!r} at {place} of {_words(document)} is in no chunk")


def _need_order(document: Document, chunks: list[Chunk]) -> None:
    starts = [chunk.start for chunk in chunks]
    need(starts == sorted(starts), f"chunks of {_words(document)} start at {starts[:10]}")


def _need_trimmed(document: Document, chunks: list[Chunk]) -> None:
    for chunk in chunks:
        wrong = "begins or ends with white space" if chunk.text else "is empty"
        is_trimmed = chunk.text and chunk.text == chunk.text.strip()
        need(is_trimmed, f"the chunk {chunk.text[:20]!r} of {_words(document)} {wrong}")


def _need_no_copies(document: Document, chunks: list[Chunk]) -> None:
    spans = [(chunk.start, chunk.end) for chunk in chunks]
    need(len(spans) == len(set(spans)), f"a stretch of {_words(document)} comes twice")


_ALWAYS = (_need_bounds, _need_spans, _need_cover, _need_order, _need_trimmed, _need_no_copies)


@dataclass(frozen=True, slots=True)
class _Limit:
    """The limit of a chunk: ``size`` of a unit that ``measure`` counts."""

    size: int
    unit: str
    measure: Callable[[str], int]

    def need(self, document: Document, chunks: list[Chunk]) -> None:
        """Break the rule for a chunk that is larger, and could be smaller."""
        for chunk in chunks:
            size = self.measure(chunk.text)
            needed = size <= self.size or len(chunk.text) == 1
            need(needed, f"a chunk of {_words(document)} has {size} {self.unit}, and may have {self.size}")


def _limit(subject: Subject, splitter: Any) -> _Limit:
    """The limit in the splitter's settings. Raises ``Skipped`` if there is none."""
    size = next((subject.settings[name] for name in _SIZES if isinstance(subject.settings.get(name), int)), None)
    if size is None:
        raise Skipped(f"it has no setting {' or '.join(_SIZES)}")
    count = getattr(splitter, "count_tokens", None)
    if count is None:
        return _Limit(size, "characters", len)
    return _Limit(size, "tokens", lambda content: int(count([content])[0]))


@rule("splitter", "bounds")
def check_bounds(subject: Subject) -> None:
    """A chunk lies in its document."""
    _hold(subject, _need_bounds)


@rule("splitter", "text-is-span")
def check_spans(subject: Subject) -> None:
    """A chunk's text is exactly the document's from its start to its end."""
    _hold(subject, _need_spans)


@rule("splitter", "nothing-lost")
def check_cover(subject: Subject) -> None:
    """Every character that is not white space lies in at least one chunk."""
    _hold(subject, _need_cover)


@rule("splitter", "in-order")
def check_order(subject: Subject) -> None:
    """Chunks come in the order of their start."""
    _hold(subject, _need_order)


@rule("splitter", "trimmed")
def check_trimmed(subject: Subject) -> None:
    """A chunk is not empty, and does not begin or end with white space."""
    _hold(subject, _need_trimmed)


@rule("splitter", "no-copies")
def check_copies(subject: Subject) -> None:
    """No stretch of a document is two chunks."""
    _hold(subject, _need_no_copies)


@rule("splitter", "within-its-limit")
def check_limit(subject: Subject) -> None:
    """No chunk is larger than ``chunk_size`` or ``max_size``: in characters, or as ``count_tokens`` counts."""
    _hold(subject, _limit(subject, subject.make()).need)


@rule("splitter", "overlap-is-held")
def check_overlap(subject: Subject) -> None:
    """A chunk repeats no more of the one before than ``chunk_overlap``, counted as the limit is.

    A fraction below 1 is a share of the limit.
    """
    overlap = subject.settings.get("chunk_overlap")
    if not isinstance(overlap, int | float):
        raise Skipped("it has no setting chunk_overlap")
    limit = _limit(subject, subject.make())
    overlap = int(overlap * limit.size + 1e-9) if isinstance(overlap, float) and overlap < 1 else overlap
    # A token may be cut at either end of the repeated text, and its part counts as one.
    allowed = overlap + (0 if limit.unit == "characters" else 2)

    def need_overlap(document: Document, chunks: list[Chunk]) -> None:
        for one, other in itertools.pairwise(chunks):
            repeated = limit.measure(document.text[other.start : one.end])
            need(repeated <= allowed, f"{repeated} {limit.unit} of {_words(document)} are repeated at {other.start}")

    _hold(subject, need_overlap)


@rule("splitter", "chinese-is-split")
def check_chinese(subject: Subject) -> None:
    """Chinese without blanks is cut into chunks within the limit, and not into crumbs."""
    splitter = subject.make()
    limit = _limit(subject, splitter)
    document = Document("chinese.txt", chinese(4 * limit.size))
    while limit.measure(document.text) <= 4 * limit.size:
        document = Document("chinese.txt", document.text * 2)
    chunks = _split(splitter, document)
    need(len(chunks) >= 4, f"{limit.measure(document.text)} {limit.unit} give {len(chunks)} chunks")
    limit.need(document, chunks)
    largest = max(limit.measure(chunk.text) for chunk in chunks)
    need(2 * largest >= limit.size, f"the largest of {len(chunks)} chunks has {largest} {limit.unit}")


@rule("splitter", "characters-are-whole")
def check_characters(subject: Subject) -> None:
    """No cut takes a mark from its letter, or a picture of several signs apart."""
    size = next((subject.settings[name] for name in _SIZES if isinstance(subject.settings.get(name), int)), _ROOM)
    if size < _ROOM:
        raise Skipped(f"within {size} not every character is whole")

    def need_whole(document: Document, chunks: list[Chunk]) -> None:
        for place in {place for chunk in chunks for place in (chunk.start, chunk.end)}:
            around = document.text[max(0, place - 3) : place + 3]
            need(
                not is_torn(document.text, place),
                f"{_words(document)} is cut at {place}, within a character of {around!r}",
            )

    _hold(subject, need_whole)


@rule("splitter", "any-text")
def check_any(subject: Subject) -> None:
    """All of this holds for texts that ``hypothesis`` makes up."""
    try:
        import hypothesis
        from hypothesis import strategies
    except ImportError:
        raise Skipped(f"hypothesis is not installed, which makes up texts: {pip_command('hypothesis')}") from None
    splitter = subject.make()
    always = list(_ALWAYS)
    with contextlib.suppress(Skipped):
        always.append(_limit(subject, splitter).need)
    piece = strategies.sampled_from((*WORDS, *BLANKS, *SENTENCES, *CLUSTERS, *_RARE))
    several = strategies.lists(piece | strategies.text(max_size=3), max_size=40).map("".join)
    repeated = strategies.builds(lambda one, times: one * times, piece, strategies.integers(1, 60))

    @hypothesis.settings(
        max_examples=150,
        deadline=None,
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        verbosity=hypothesis.Verbosity.quiet,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategies.text(max_size=80) | several | repeated)
    def hold(content: str) -> None:
        document = Document("a text", content)
        chunks = _split(splitter, document)
        for need_it in always:
            need_it(document, chunks)

    with _without_a_trace(subject):
        hold()


@contextlib.contextmanager
def _without_a_trace(subject: Subject) -> Iterator[None]:
    """Let hypothesis keep its files in the test's folder, and not in the current one."""
    from hypothesis import configuration

    before = vars(configuration).get("__hypothesis_home_directory")
    configuration.set_hypothesis_home_dir(subject.folder / "hypothesis")
    try:
        yield
    finally:
        configuration.set_hypothesis_home_dir(before)


@rule("splitter", "repeatable")
def check_repeatable(subject: Subject) -> None:
    """The same document always gives the same chunks, whatever was split before and by which instance."""
    once, other = subject.make(), subject.make()
    first = [_split(once, document) for document in _documents()]
    again = [_split(once, document) for document in reversed(list(_documents()))][::-1]
    need(first == again, "the same instance gave other chunks the second time")
    need(first == [_split(other, document) for document in _documents()], "another instance gave other chunks")


@rule("splitter", "name-does-not-matter")
def check_names(subject: Subject) -> None:
    """A document's name does not matter."""
    splitter = subject.make()
    for document in _documents():
        spans = [
            [
                (chunk.start, chunk.end)
                for chunk in _split(splitter, Document(name, document.text, sections=document.sections))
            ]
            for name in ("a.txt", "規範.docx", "very/long/" * 20 + "name.pdf")
        ]
        is_same = spans[0] == spans[1] == spans[2]
        need(is_same, f"{_words(document)} gives other chunks under another name")


@rule("splitter", "blank-is-nothing")
def check_blank(subject: Subject) -> None:
    """A document of white space, or of nothing, has no chunks and is not an error."""
    splitter = subject.make()
    for blank in ("", " ", "\n\n\t\u3000\n"):
        need(_split(splitter, Document("blank.txt", blank)) == [], f"{blank!r} gave chunks")


@rule("splitter", "interleaved")
def check_interleaved(subject: Subject) -> None:
    """Two documents can be split at the same time."""
    splitter = subject.make()
    one, other = Document("one.txt", text(1, 400)), Document("other.txt", text(2, 400))
    alone = [_split(splitter, one), _split(splitter, other)]
    pairs = list(itertools.zip_longest(splitter.split(one), splitter.split(other)))
    together = [[pair[side] for pair in pairs if pair[side] is not None] for side in (0, 1)]
    need(together == alone, "chunks of one came into the other")


@rule("splitter", "sections-are-hints")
def check_sections(subject: Subject) -> None:
    """Sections of any kind are taken: none, without numbers, of one character."""
    splitter, content = subject.make(), "1 軌道 track\nThe ballast.\n"
    for sections in ((), (Section(0, 1, None, "", 1), Section(1, len(content), "1.1", "軌道", 9))):
        chunks = _split(splitter, Document("odd.txt", content, sections=sections))
        joined = "".join(chunk.text for chunk in chunks)
        need("ballast" in joined, f"with {len(sections) or 'no'} sections 'ballast' is in no chunk of {content!r}")
