"""The rules of loaders. A kit knows no format: it tries sample files, and what damage and malice make of them.

The samples are the author's own, ``checks("loader", samples=Path("tests/samples"))``; else some of the text formats
whose extensions the loader claims in the entry-point group ``potluck.file_types``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from potluck.documents import Document, Page, Section, Source
from potluck.fingerprints import content_hash
from potluck.testing import samples
from potluck.testing.kit import Skipped, Subject, need, rule
from potluck.testing.reading import (
    FILES,
    Reading,
    apart,
    documents_of,
    open_files,
    portable,
    read,
    squeezed,
    tells_open_files,
)
from potluck.testing.samples import PLAIN, Sample

_FOLDER = "資料"
"""Where sources stand in their names, though not on the disk."""
_EXHAUSTED = ("RecursionError", "MemoryError")
_FORBIDDEN = {"\0": "a NUL", "\r": "a carriage return", "\ufeff": "a byte order mark"}


def _put(subject: Subject, tried: Iterable[Sample]) -> list[Source]:
    """Write samples, each into a folder of its own."""
    sources = []
    for number, sample in enumerate(tried):
        path = subject.folder / FILES / str(number) / sample.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sample.content)
        sources.append(Source(f"{_FOLDER}/{sample.name}", path))
    return sources


def _read(subject: Subject, tried: Iterable[Sample]) -> Iterator[tuple[Sample, Reading]]:
    """What comes of samples, read one after another by one loader."""
    kept = list(tried)
    return zip(kept, read(subject, _put(subject, kept), kept), strict=True)


def _whole(subject: Subject, tried: Iterable[Sample] | None = None) -> Iterator[tuple[Sample, Reading]]:
    """The same for samples that can be read; for those as they are unless others are given."""
    for sample, found in _read(subject, subject.samples if tried is None else tried):
        need(not found.error, f"{sample}: {found.error}: {found.reason}")
        yield sample, found


def _documents(subject: Subject) -> Iterator[tuple[Sample, Document]]:
    for sample, found in _whole(subject):
        for document in found.documents:
            yield sample, document


def _missing(sample: Sample, found: Reading) -> list[str]:
    """The phrases that do not come out."""
    return [phrase for phrase in sample.must if squeezed(phrase) not in found.text]


def _as_they_are(subject: Subject) -> list[Sample]:
    """The samples that can be read, each with those of its phrases that come out: what damage can take away."""
    return [
        replace(sample, must=tuple(phrase for phrase in sample.must if squeezed(phrase) in found.text))
        for sample, found in _read(subject, subject.samples)
        if not found.error
    ]


def _some(what: str, tried: Iterable[Sample | None]) -> list[Sample]:
    """Those that there are. Raises ``Skipped`` if there are none."""
    found = [one for one in tried if one is not None]
    if not found:
        raise Skipped(f"no sample {what}")
    return found


@rule("loader", "reads-its-samples")
def check_samples(subject: Subject) -> None:
    """The text of every sample comes out, and there is a sample of every extension that the loader claims."""
    for sample, found in _whole(subject):
        missing = _missing(sample, found)
        need(not missing, f"of {sample} this does not come out: {missing}")
    lacking = sorted(set(subject.claims) - {sample.extension for sample in subject.samples})
    if lacking:
        raise Skipped(f"there is no sample of .{', .'.join(lacking)}; the others are read")


@rule("loader", "gives-documents")
def check_types(subject: Subject) -> None:
    """A file gives one ``Document`` or more, with texts, sections and pages of their types."""
    for sample, found in _whole(subject):
        need(found.documents, f"{sample} gives none")
        for one in found.documents:
            need(isinstance(one, Document) and isinstance(one.text, str), f"{sample} gives a {type(one).__name__}")
            need(all(isinstance(part, Section) for part in one.sections), f"a section of {sample} is none")
            need(all(isinstance(part, Page) for part in one.pages), f"a page of {sample} is none")
            need(all(isinstance(loss, str) and loss for loss in one.losses), f"losses of {sample} are {one.losses}")


@rule("loader", "named-after-the-source")
def check_names(subject: Subject) -> None:
    """A document's ``source`` is the source's name, or ``name#part`` for a part of the file."""
    for sample, document in _documents(subject):
        name, _, part = document.source.partition("#")
        need(name == f"{_FOLDER}/{sample}", f"{document.source!r} for the source {_FOLDER}/{sample}")
        need(part or "#" not in document.source, f"{document.source!r} names no part")


@rule("loader", "sections-lie-in-the-text")
def check_sections(subject: Subject) -> None:
    """Sections are in order, do not overlap, and begin with the line that holds their title."""
    seen = False
    for sample, document in _documents(subject):
        end = 0
        for one in document.sections:
            where = f"the section {one.label!r} of {sample}"
            need(end <= one.start < one.end <= len(document.text), f"{where} stands at {one.start} to {one.end}")
            line = document.text[one.start : one.end].partition("\n")[0]
            need(squeezed(one.title) in squeezed(line) != "", f"{where} begins with {line[:40]!r}")
            need(one.level >= 1, f"{where} has the level {one.level}")
            need(one.number is None or (one.number and one.number[-1] != "."), f"{where} has the number {one.number!r}")
            end, seen = one.end, True
    if not seen:
        raise Skipped("no sample has sections")


@rule("loader", "pages-lie-in-the-text")
def check_pages(subject: Subject) -> None:
    """Pages are in order, do not overlap, and are counted from 1."""
    seen = False
    for sample, document in _documents(subject):
        end = number = 0
        for one in document.pages:
            where = f"page {one.number} of {sample}"
            need(end <= one.start < one.end <= len(document.text), f"{where} stands at {one.start} to {one.end}")
            need(one.number > number, f"{where} comes after page {number}")
            end, number, seen = one.end, one.number, True
    if not seen:
        raise Skipped("no sample has pages")


@rule("loader", "metadata-is-json")
def check_metadata(subject: Subject) -> None:
    """Metadata is what JSON can say."""
    for sample, document in _documents(subject):
        said = dict(document.metadata)
        try:
            same = json.loads(json.dumps(said, allow_nan=False)) == said
        except (TypeError, ValueError) as error:
            raise AssertionError(f"of {sample}: {error}") from error
        need(same, f"of {sample}: {said}")


@rule("loader", "clean-text")
def check_clean(subject: Subject) -> None:
    """No byte order mark, NUL or carriage return is in a text, whatever is in the file."""
    tried = list(subject.samples)
    for sample in subject.samples:
        tried += samples.marked(sample)
    for sample, found in _read(subject, tried):
        need(not found.error or sample.how, f"{sample}: {found.error}: {found.reason}")
        for document in found.documents:
            bad = [name for character, name in _FORBIDDEN.items() if character in document.text]
            need(not bad, f"there is {', '.join(bad)} in the text of {sample}")


@rule("loader", "line-ends")
def check_line_ends(subject: Subject) -> None:
    """The text is the same with line ends of Windows, and in plain text with those of old Macs."""
    texts = [one.altered("", one.text.replace("\r\n", "\n")) for one in subject.samples if one.text is not None]
    for sample in _some("is a file of text", texts):
        ways = {"with \\r\\n": "\r\n", **({"with \\r": "\r"} if sample.extension in PLAIN else {})}
        others = [sample.altered(how, (sample.text or "").replace("\n", end)) for how, end in ways.items()]
        (_, plain), *found = _whole(subject, [sample, *others])
        for other, read_so in found:
            same = [one.text for one in read_so.documents] == [one.text for one in plain.documents]
            need(same, f"the text of {other} is another than with \\n")


@rule("loader", "encodings")
def check_encodings(subject: Subject) -> None:
    """UTF-8 with a byte order mark is read; UTF-16, and Big5 in plain text, are read, or reported, never garbled."""
    declared = ("charset", "encoding=")
    texts = [one for one in _as_they_are(subject) if one.text is not None and not any(d in one.text for d in declared)]
    tried = []
    for sample in _some("is a file of text that does not name its encoding", texts):
        for name in ("utf-8-sig", "utf-16", *(["big5"] if sample.extension in PLAIN else [])):
            encoded = (sample.text or "").encode(name, "replace")
            if encoded.decode(name) == sample.text:
                tried.append(sample.altered(f"in {name}", encoded))
    for sample, found in _read(subject, tried):
        said = found.proper and (found.error or found.losses) and not sample.how.endswith("utf-8-sig")
        need(said or not _missing(sample, found), _what(sample, found))


def _what(sample: Sample, found: Reading) -> str:
    """What came of a file, for a message."""
    if found.error:
        return f"{sample}: {found.error}: {found.reason}"
    return f"{sample} gives {found.text[:40]!r}, and says of no loss"


@rule("loader", "repeatable")
def check_repeatable(subject: Subject) -> None:
    """The same bytes give the same documents, whatever was read before, and by another instance."""
    kept = list(subject.samples)
    bad = [one.altered("cut in half", one.content[: len(one.content) // 2]) for one in kept]
    sources = _put(subject, [*kept, *bad])
    good, damaged = sources[: len(kept)], sources[len(kept) :]
    once = [one.documents for one in read(subject, good, kept)]
    found = [one.documents for one in read(subject, [*good, *damaged, *good[::-1]], [*kept, *bad, *kept[::-1]])]
    need(found[: len(kept)] == once, "another instance gave other documents")
    need(found[-len(kept) :] == once[::-1], "the second time the documents are others")


@rule("loader", "only-bytes-matter")
def check_place(subject: Subject) -> None:
    """The name of a file, its place and its time do not matter."""
    sources = _put(subject, subject.samples)
    moved = []
    for number, sample in enumerate(subject.samples):
        path = subject.folder / FILES / "別處 of another" / f"{number} 文件 copy.{sample.extension}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(sample.content)
        os.utime(path, (315_532_800, 315_532_800))
        moved.append(Source(f"另一 {number}.{sample.extension}", path))
    here, there = read(subject, sources, subject.samples), read(subject, moved, subject.samples)
    for sample, source, one, other in zip(subject.samples, moved, here, there, strict=True):
        expected = [replace(d, source=d.source.replace(f"{_FOLDER}/{sample}", source.name, 1)) for d in one.documents]
        need(expected == [*other.documents], f"{sample}: under another name, place and time it is something else")


@rule("loader", "interleaved")
def check_interleaved(subject: Subject) -> None:
    """Two files can be read at the same time."""
    sources = _put(subject, subject.samples)
    pairs = [(one, sources[number - 1]) for number, one in enumerate(sources)]
    alone = dict(zip(sources, (found.documents for _, found in _whole(subject)), strict=True))
    labels = [f"{one.path.name} and {other.path.name} at once" for one, other in pairs]
    found = apart(subject, lambda loader: _together(loader, pairs), labels)
    for pair, label, together in zip(pairs, labels, found, strict=True):
        need(together == [alone[one] for one in pair], f"{label} are something else than alone")


def _together(loader: Any, pairs: Sequence[tuple[Source, Source]]) -> Iterator[list[tuple[Any, ...]]]:
    """The documents of each file of a pair, taken in turn. In a process of its own."""
    for pair in pairs:
        taken = list(zip_longest(*(map(portable, documents_of(loader, source)) for source in pair)))
        yield [tuple(row[side] for row in taken if row[side] is not None) for side in (0, 1)]


def _hostile(subject: Subject) -> Iterator[Sample]:
    for sample in subject.samples:
        yield from samples.damaged(sample)
        yield from samples.foreign(sample)
        nested = samples.deep(sample)
        if nested is not None:
            yield nested


@rule("loader", "only-document-errors")
def check_errors(subject: Subject) -> None:
    """Of a file that is damaged, or no such file at all, nothing comes but documents or a ``DocumentError``."""
    for sample, found in _read(subject, _hostile(subject)):
        need(found.proper, f"{sample}: {found.error}: {found.reason}")


@rule("loader", "ends-in-time")
def check_limits(subject: Subject) -> None:
    """No file takes longer, or more memory, than is allowed: not a damaged one, nor one that is made for it."""
    tried = [one for sample in subject.samples for one in (*samples.cuts(sample), samples.deep(sample))]
    found = [*_read(subject, [one for one in tried if one is not None])]
    for sample in {one.extension: one for one in subject.samples if samples.is_zip(one)}.values():
        found += _read(subject, [samples.bomb(sample)])
    for sample, came in found:
        need(came.error not in _EXHAUSTED, f"{sample}: {came.error}: {came.reason}")


@rule("loader", "reason-without-path")
def check_reasons(subject: Subject) -> None:
    """The message of an error is the reason, without the path of the file."""
    tried = [one for sample in subject.samples for one in (*samples.damaged(sample), *samples.foreign(sample))]
    for sample, found in _read(subject, tried):
        if found.error:
            need(found.reason.strip(), f"{sample}: {found.error} says nothing")
            need(str(subject.folder) not in found.reason, f"{sample}: {found.reason}")
            need(sample.name not in found.reason, f"{sample}: it names the file: {found.reason}")


@rule("loader", "no-silent-loss")
def check_losses(subject: Subject) -> None:
    """Where damage that can be seen takes text away, there are ``losses``, or an error."""
    tried: list[Sample | None] = []
    for sample in _as_they_are(subject):
        tried += [*(samples.cuts(sample) if samples.is_framed(sample) else ())]
        tried += [samples.torn(sample), samples.spoiled(sample)]
    for sample, found in _read(subject, _some("is of a format in which damage can be seen", tried)):
        # Of a file without any text the framework says so itself.
        if found.text and not found.error and not found.losses:
            missing = _missing(sample, found)
            need(not missing, f"{sample}: this is lost in silence: {missing}")


@rule("loader", "reads-only-its-file")
def check_entities(subject: Subject) -> None:
    """A file that names another one does not get at what is in that."""
    secret = subject.folder / FILES / "secret.txt"
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text("hidden-in-another-file", encoding="utf-8")
    tried = _some("is XML", (samples.reaching(sample, secret) for sample in subject.samples))
    for sample, found in _read(subject, tried):
        said = found.text + json.dumps([dict(getattr(one, "metadata", {})) for one in found.documents], default=str)
        need("hidden-in-another-file" not in said + found.reason, f"{sample}: what is in the other is read")


def _a_few(subject: Subject) -> list[Sample]:
    """The samples, whole, cut, and emptied, and what else may stand under their names."""
    found = []
    for sample in subject.samples:
        cut = sample.altered("cut in half", sample.content[: len(sample.content) // 2])
        found += [sample, cut, sample.altered("emptied", b""), *samples.foreign(sample)]
    return found


@rule("loader", "leaves-no-trace")
def check_traces(subject: Subject) -> None:
    """No file is changed or written: beside the one that is read, where the process stands, or among temporary ones."""
    tried = _a_few(subject)
    sources = _put(subject, tried)
    before = _files(subject)
    read(subject, sources, tried)
    after = _files(subject)
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    need(not changed, f"written, changed or gone: {', '.join(changed[:5])}")


def _files(subject: Subject) -> dict[str, tuple[str, int]]:
    """The files in the test's folder, but for the component's own: what is in them, and their time."""
    own = subject.folder / "own"
    return {
        str(path.relative_to(subject.folder)): (content_hash(path), path.stat().st_mtime_ns)
        for path in subject.folder.rglob("*")
        if path.is_file() and not path.is_relative_to(own)
    }


@rule("loader", "lets-go")
def check_handles(subject: Subject) -> None:
    """No file is left open: when it was read, when it failed, or when somebody stops after the first document."""
    if not tells_open_files():
        raise Skipped("this system does not say which files are open")
    tried = _a_few(subject)
    for sample, found in _read(subject, tried):
        need(not found.held, f"{sample} is still open")
    sources = _put(subject, subject.samples)
    begun = apart(subject, lambda loader: _begun(loader, sources), map(str, subject.samples))
    for sample, held in zip(subject.samples, begun, strict=True):
        need(not held, f"{sample} is still open, though nobody reads on")


def _begun(loader: Any, sources: Sequence[Source]) -> Iterator[list[str]]:
    """What is open after the first document of each file. In a process of its own."""
    for source in sources:
        documents = iter(loader.load(source))
        next(documents, None)
        getattr(documents, "close", lambda: None)()
        del documents
        yield open_files(source.path.parent)


@rule("loader", "sends-nothing")
def check_network(subject: Subject) -> None:
    """No host is asked for anything, unless the plugin says that it sends to one."""
    if subject.sends_to:
        raise Skipped(f"it says that it sends to {subject.sends_to}")
    calling = [one for sample in subject.samples if (one := samples.calling(sample)) is not None]
    for sample, found in _read(subject, [*subject.samples, *calling]):
        need(not found.hosts, f"{sample}: it asked {', '.join(found.hosts)}")


@rule("loader", "identity-is-text")
def check_identity(subject: Subject) -> None:
    """``identity`` is a mapping of texts, the same for two instances."""
    one, other = dict(subject.make().identity()), dict(subject.make().identity())
    need(one == other, "two instances have two identities")
    need(all(isinstance(part, str) for pair in one.items() for part in pair), f"it is {one}")
