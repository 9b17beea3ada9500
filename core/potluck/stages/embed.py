"""Embedding: from texts to vectors, each text at most once, and none longer than the embedder's window in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from potluck.amounts import many
from potluck.contracts import Embedder
from potluck.embedding.batches import Batches
from potluck.embedding.vectors import Counted, asked, count, embed_slice, pooled
from potluck.errors import PotluckError, TextsRefused, WindowExceeded
from potluck.ledger import Amount, Entry
from potluck.observation.stage import Stage, notice
from potluck.workspace.answer_cache import AnswerCache
from potluck.workspace.catalogue import Catalogue, StoredChunk

if TYPE_CHECKING:
    from potluck.contracts import Vectors

_NAMED = 5
"""How many of the chunks that are too long an error names."""

_COUNTED_AT_ONCE = 1024
_SHOWN = 50
"""Characters of a text's beginning that a message shows."""
_PROBE = "potluck"
"""What an embedder is asked to see whether it works at all."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Text:
    """A text to embed: its hash, the text, its tokens, and the chunk it was first met in, for messages."""

    hash: str
    text: str
    tokens: int
    chunk: StoredChunk


def embed(
    chunks: Sequence[StoredChunk],
    embedder: Embedder,
    fingerprint: str,
    catalogue: Catalogue,
    entry: Entry,
    running: Stage,
    skip: bool = False,
) -> int:
    """Embed the texts of the chunks that have no vector yet. Returns how many were embedded.

    Every batch is committed before the next one is asked for, so what is interrupted continues from there. With
    ``skip`` texts for which there is no vector are left out, and not asked for again. Raises ``WindowExceeded`` before
    anything is embedded, ``TextsRefused`` naming texts without a vector.
    """
    missing = set(catalogue.missing_vectors(fingerprint, (chunk.text for chunk in chunks)))
    if skip:
        missing -= catalogue.left_out(fingerprint).keys()
    texts = list(_texts(chunks, missing, embedder, catalogue))
    _account(entry, chunks, texts)
    long = [text for text in texts if embedder.window is not None and text.tokens > embedder.window]
    if long:
        _consent(long, embedder, entry, catalogue)
    # Texts of one length together: a batch is as slow as its longest text.
    texts.sort(key=lambda text: (text.tokens, text.hash))

    def one(batch: Sequence[Text]) -> Vectors:
        return embed_slice(batch, embedder)

    batches = _batches(one, embedder, skip)
    for batch, vectors in batches.of(texts):
        catalogue.add_vectors(fingerprint, [text.hash for text in batch], vectors)
        running.advance(len(batch))
    if batches.refused and not skip:
        raise TextsRefused(_refusal(batches.refused, catalogue))
    catalogue.leave_out(fingerprint, {text.hash: str(error) for text, error in batches.refused})
    if batches.refused and entry.went_out.tokens is not None:
        tokens = sum(text.tokens for text, _ in batches.refused)
        entry.dropped = Amount(tokens=tokens)
        entry.went_out = replace(entry.went_out, tokens=entry.went_out.tokens - tokens)
    return len(texts) - len(batches.refused)


def account_left_out(
    entry: Entry, chunks: Sequence[StoredChunk], left_out: Mapping[str, str], catalogue: Catalogue
) -> None:
    """Count the texts of the chunks that were left out, by their hashes with the reasons, as dropped."""
    dropped = {chunk.text: chunk for chunk in chunks if chunk.text in left_out}
    if not dropped:
        return
    if not entry.came_in.items:
        _account(entry, chunks, [])
    characters = sum(chunk.end - chunk.start for chunk in dropped.values())
    entry.dropped = replace(entry.dropped, items=len(dropped), characters=characters)
    entry.went_out = replace(
        entry.went_out, items=entry.went_out.items - len(dropped), characters=entry.went_out.characters - characters
    )
    named = [f"{_quoted(chunk, catalogue)}: {left_out[text]}" for text, chunk in list(dropped.items())[:_NAMED]]
    more = [f"and {len(dropped) - _NAMED} more"] if len(dropped) > _NAMED else []
    entry.notes.append(f"on_error: skip: no vector for {'; '.join([*named, *more])}")


def embed_query(question: str, embedder: Embedder) -> Vectors:
    """Embed a question, shape ``(dimensions,)``. Raises ``WindowExceeded``, unless the embedder's ``fit`` consents."""
    (tokens,) = count(embedder, [question])
    window = embedder.window
    if window is not None and tokens > window and embedder.fit == "error":
        raise WindowExceeded(
            f"the question has {tokens} tokens and the embedder reads {window}: shorten it, "
            "or write 'fit: pool' or 'fit: cut' among the embedder's settings"
        )
    if window is not None and tokens > window and embedder.fit == "pool":
        return pooled(question, embedder, embedder.embed_queries)
    return asked(embedder.embed_queries, [question], tokens, embedder).reshape(-1)


def embed_queries(questions: Sequence[str], embedder: Embedder) -> Iterator[tuple[Sequence[str], Vectors]]:
    """Embed questions in batches and yield each with its vectors, shape ``(n, dimensions)``. As ``embed_query``."""
    if not questions:
        return
    window = embedder.window
    counts = count(embedder, questions)
    tokens = dict(zip(questions, counts, strict=True))
    long = [question for question in questions if window is not None and tokens[question] > window]
    for question in long:
        yield [question], embed_query(question, embedder)[None]
    skipped = set(long)
    short = [question for question in questions if question not in skipped]

    def one(batch: Sequence[str]) -> Vectors:
        return asked(embedder.embed_queries, batch, sum(tokens[question] for question in batch), embedder)

    batches = _batches(one, embedder)
    yield from batches.of(short)
    _check_all_answered(batches.refused)


def embed_passages(texts: Sequence[str], embedder: Embedder) -> Vectors:
    """Embed texts that are not chunks of documents, shape ``(len(texts), dimensions)``. As ``embed_query``."""
    import numpy as np

    counts, window = count(embedder, texts), embedder.window
    if window is not None and embedder.fit == "error" and max(counts, default=0) > window:
        raise WindowExceeded(
            f"a text has {max(counts)} tokens and the embedder reads {window}: cut it, "
            "or write 'fit: pool' or 'fit: cut' among the embedder's settings"
        )
    counted = [Counted(text, tokens) for text, tokens in zip(texts, counts, strict=True)]

    def some(places: Sequence[int]) -> Vectors:
        return embed_slice([counted[place] for place in places], embedder)

    batches = _batches(some, embedder)
    vectors = np.empty((len(texts), embedder.dimensions), np.float32)
    for places, rows in batches.of(range(len(texts))):
        vectors[list(places)] = rows
    _check_all_answered([(texts[place], error) for place, error in batches.refused])
    return vectors


def question_vectors(
    questions: Sequence[str], embedder: Callable[[], Embedder], fingerprint: str, cache: AnswerCache
) -> tuple[dict[str, Vectors], int]:
    """The vector of each question, each embedded at most once ever, and how many were embedded now.

    ``embedder`` is called only if one has to be.
    """
    wanted = list(dict.fromkeys(questions))
    found = cache.question_vectors(fingerprint, wanted)
    missing = [question for question in wanted if question not in found]
    if missing:
        for batch, vectors in embed_queries(missing, embedder()):
            cache.keep_question_vectors(fingerprint, batch, vectors)
            found |= dict(zip(batch, vectors, strict=True))
    return found, len(missing)


def _batches(call: Callable[[Sequence[T]], Vectors], embedder: Embedder, skip: bool = False) -> Batches[T]:
    """Calls of an embedder, as many texts and as many at once as it takes."""

    def works() -> bool:
        try:
            asked(embedder.embed_passages, [_PROBE], 1, embedder)
        except PotluckError:
            return False
        return True

    return Batches(call, embedder.batch_size, embedder.concurrency, probe=works, tell=notice, go_on=skip)


def _check_all_answered(refused: Sequence[tuple[str, PotluckError]]) -> None:
    if refused:
        text, error = refused[0]
        begins = "it begins" if len(refused) == 1 else "one begins"
        raise TextsRefused(f"no vector for {many(len(refused), 'text')}; {begins} {_beginning(text)!r}: {error}")


def _refusal(refused: Sequence[tuple[Text, PotluckError]], catalogue: Catalogue) -> str:
    """The texts without a vector, with their places and the reasons."""
    named = "\n".join(f"  {_quoted(text.chunk, catalogue)}: {error}" for text, error in refused[:_NAMED])
    more = f"\n  and {len(refused) - _NAMED} more" if len(refused) > _NAMED else ""
    return (
        f"the embedder gives no vector for {len(refused)} of the texts; those of the others are kept:\n{named}{more}\n"
        "Change the document there, or consent in the embedder's settings: 'on_error: skip' leaves such texts out, "
        "and the ledger counts them"
    )


def _quoted(chunk: StoredChunk, catalogue: Catalogue) -> str:
    """Where a chunk stands and how it begins."""
    document = catalogue.document(chunk.document)
    return f"{_place(chunk, catalogue)} ({_beginning(document.text[chunk.start : chunk.end])!r})"


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]} ..."


def _texts(
    chunks: Sequence[StoredChunk], missing: set[str], embedder: Embedder, catalogue: Catalogue
) -> Iterator[Text]:
    """The texts that have to be embedded, each once, with their tokens."""

    def new() -> Iterator[tuple[StoredChunk, str]]:
        for chunk, text in catalogue.chunk_texts(chunks):
            if chunk.text in missing:
                missing.discard(chunk.text)
                yield chunk, text

    pairs = new()
    while some := list(islice(pairs, _COUNTED_AT_ONCE)):
        counts = count(embedder, [text for _, text in some])
        for (chunk, text), tokens in zip(some, counts, strict=True):
            yield Text(chunk.text, text, tokens, chunk)


def _account(entry: Entry, chunks: Sequence[StoredChunk], texts: Sequence[Text]) -> None:
    distinct = {chunk.text: chunk.end - chunk.start for chunk in chunks}
    characters = sum(chunk.end - chunk.start for chunk in chunks)
    entry.came_in = Amount(len(chunks), characters)
    entry.deduplicated = Amount(len(chunks) - len(distinct), characters - sum(distinct.values()))
    counted = sum(text.tokens for text in texts) if len(texts) == len(distinct) else None
    entry.went_out = Amount(len(distinct), sum(distinct.values()), counted)


def _consent(long: Sequence[Text], embedder: Embedder, entry: Entry, catalogue: Catalogue) -> None:
    """Refuse texts that are too long, or count what the recipe consents to lose."""
    window = embedder.window
    assert window is not None
    if embedder.fit == "error":
        worst = sorted(long, key=lambda text: -text.tokens)
        named = "\n".join(f"  {_place(text.chunk, catalogue)}: {text.tokens} tokens" for text in worst[:_NAMED])
        more = f"\n  and {len(long) - _NAMED} more" if len(long) > _NAMED else ""
        exactly = "" if embedder.exact_token_counts else " (estimated, never too low)"
        raise WindowExceeded(
            f"{len(long)} of the chunks to embed {'are' if len(long) > 1 else 'is'} longer than the {window} tokens "
            f"that the embedder reads; the rest of each would never be found{exactly}:\n{named}{more}\n"
            "Make the splitter's chunks smaller, take an embedder with a longer window, or consent in the embedder's "
            "settings: 'fit: pool' embeds the pieces and averages them, 'fit: cut' drops the ends"
        )
    if embedder.fit == "cut":
        lost = sum(text.tokens - window for text in long)
        characters = sum(len(text.text) - len(text.text) * window // text.tokens for text in long)
        entry.cut = Amount(len(long), characters, lost)
        cut = many(len(long), "text", "was", "were")
        entry.notes.append(f"fit: cut: {cut} cut to {window} tokens; the characters are an estimate")
    else:
        pooled = many(len(long), "text")
        entry.notes.append(f"fit: pool: {pooled} of more than {window} tokens embedded in pieces")


def _place(chunk: StoredChunk, catalogue: Catalogue) -> str:
    document = catalogue.document(chunk.document)
    return f"{document.source}, characters {chunk.start} to {chunk.end}"
