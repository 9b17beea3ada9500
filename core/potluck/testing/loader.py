"""The rules of loaders: the documents that come of a file.

The kit knows no format: it tries sample files, whole, damaged and malicious. The samples are the author's own,
``checks("loader", samples=Path("tests/samples"))``; else some of the text formats whose extensions the loader claims in
the entry-point group ``potluck.file_types``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from potluck.documents import Document, Page, Section, Source
from potluck.testing import sample_damage
from potluck.testing.isolated_reading import (
    FILES,
    ReadResult,
    as_picklable,
    documents_of,
    read_isolated,
    run_isolated,
    without_space,
)
from potluck.testing.kit import Skipped, Subject, need, rule
from potluck.testing.loader_reading import (
    FOLDER,
    lost_phrases,
    need_some,
    read_each,
    read_sample_documents,
    read_whole,
    readable_samples,
    write_sources,
)
from potluck.testing.samples import PLAIN, Sample

_FORBIDDEN = {"\0": "a NUL", "\r": "a carriage return", "\ufeff": "a byte order mark"}


@rule("loader", "reads-its-samples")
def check_samples(subject: Subject) -> None:
    """The text of every sample comes out, and there is a sample of every extension that the loader claims."""
    for sample, found in read_whole(subject):
        missing = lost_phrases(sample, found)
        need(not missing, f"of {sample} this does not come out: {missing}")
    lacking = sorted(set(subject.claims) - {sample.extension for sample in subject.samples})
    if lacking:
        raise Skipped(f"there is no sample of .{', .'.join(lacking)}; the others are read")


@rule("loader", "gives-documents")
def check_types(subject: Subject) -> None:
    """A file gives one ``Document`` or more, with texts, sections and pages of their types."""
    for sample, found in read_whole(subject):
        need(found.documents, f"{sample} gives none")
        for one in found.documents:
            need(isinstance(one, Document) and isinstance(one.text, str), f"{sample} gives a {type(one).__name__}")
            need(all(isinstance(part, Section) for part in one.sections), f"a section of {sample} is none")
            need(all(isinstance(part, Page) for part in one.pages), f"a page of {sample} is none")
            need(all(isinstance(loss, str) and loss for loss in one.losses), f"losses of {sample} are {one.losses}")


@rule("loader", "named-after-the-source")
def check_names(subject: Subject) -> None:
    """A document's ``source`` is the source's name, or ``name#part`` for a part of the file."""
    for sample, document in read_sample_documents(subject):
        name, _, part = document.source.partition("#")
        need(name == f"{FOLDER}/{sample}", f"{document.source!r} for the source {FOLDER}/{sample}")
        need(part or "#" not in document.source, f"{document.source!r} names no part")


@rule("loader", "sections-lie-in-the-text")
def check_sections(subject: Subject) -> None:
    """Sections are in order, do not overlap, and begin with the line that holds their title."""
    seen = False
    for sample, document in read_sample_documents(subject):
        end = 0
        for one in document.sections:
            where = f"the section {one.label!r} of {sample}"
            need(end <= one.start < one.end <= len(document.text), f"{where} stands at {one.start} to {one.end}")
            line = document.text[one.start : one.end].partition("\n")[0]
            need(without_space(one.title) in without_space(line) != "", f"{where} begins with {line[:40]!r}")
            need(one.level >= 1, f"{where} has the level {one.level}")
            need(one.number is None or (one.number and one.number[-1] != "."), f"{where} has the number {one.number!r}")
            end, seen = one.end, True
    if not seen:
        raise Skipped("no sample has sections")


@rule("loader", "pages-lie-in-the-text")
def check_pages(subject: Subject) -> None:
    """Pages are in order, do not overlap, and are counted from 1."""
    seen = False
    for sample, document in read_sample_documents(subject):
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
    """Metadata can be written as JSON."""
    for sample, document in read_sample_documents(subject):
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
        tried += sample_damage.add_marks(sample)
    for sample, found in read_each(subject, tried):
        need(not found.error or sample.how, f"{sample}: {found.error}: {found.reason}")
        for document in found.documents:
            bad = [name for character, name in _FORBIDDEN.items() if character in document.text]
            need(not bad, f"there is {', '.join(bad)} in the text of {sample}")


@rule("loader", "line-ends")
def check_line_ends(subject: Subject) -> None:
    """The text is the same with line ends of Windows, and in plain text with those of old Macs."""
    texts = [one.alter("", one.text.replace("\r\n", "\n")) for one in subject.samples if one.text is not None]
    for sample in need_some("is a file of text", texts):
        ways = {"with \\r\\n": "\r\n", **({"with \\r": "\r"} if sample.extension in PLAIN else {})}
        others = [sample.alter(how, (sample.text or "").replace("\n", end)) for how, end in ways.items()]
        (_, plain), *found = read_whole(subject, [sample, *others])
        for other, read_so in found:
            same = [one.text for one in read_so.documents] == [one.text for one in plain.documents]
            need(same, f"the text of {other} is another than with \\n")


@rule("loader", "encodings")
def check_encodings(subject: Subject) -> None:
    """UTF-8 with a byte order mark is read; UTF-16, and Big5 in plain text, are read, or reported, never garbled."""
    declared = ("charset", "encoding=")
    texts = [
        one for one in readable_samples(subject) if one.text is not None and not any(d in one.text for d in declared)
    ]
    tried = []
    for sample in need_some("is a file of text that does not name its encoding", texts):
        for name in ("utf-8-sig", "utf-16", *(["big5"] if sample.extension in PLAIN else [])):
            encoded = (sample.text or "").encode(name, "replace")
            if encoded.decode(name) == sample.text:
                tried.append(sample.alter(f"in {name}", encoded))
    for sample, found in read_each(subject, tried):
        said = found.proper and (found.error or found.losses) and not sample.how.endswith("utf-8-sig")
        need(said or not lost_phrases(sample, found), _what(sample, found))


def _what(sample: Sample, found: ReadResult) -> str:
    """The result of a file, for a message."""
    if found.error:
        return f"{sample}: {found.error}: {found.reason}"
    return f"{sample} gives {found.text[:40]!r}, and says of no loss"


@rule("loader", "repeatable")
def check_repeatable(subject: Subject) -> None:
    """The same bytes give the same documents, whatever was read before, and by another instance."""
    kept = list(subject.samples)
    bad = [one.alter("cut in half", one.content[: len(one.content) // 2]) for one in kept]
    sources = write_sources(subject, [*kept, *bad])
    good, damaged = sources[: len(kept)], sources[len(kept) :]
    once = [one.documents for one in read_isolated(subject, good, kept)]
    found = [
        one.documents for one in read_isolated(subject, [*good, *damaged, *good[::-1]], [*kept, *bad, *kept[::-1]])
    ]
    need(found[: len(kept)] == once, "another instance gave other documents")
    need(found[-len(kept) :] == once[::-1], "the second time the documents are others")


@rule("loader", "only-bytes-matter")
def check_place(subject: Subject) -> None:
    """The name of a file, its place and its time do not matter."""
    sources = write_sources(subject, subject.samples)
    moved = []
    for number, sample in enumerate(subject.samples):
        path = subject.folder / FILES / "別處 of another" / f"{number} 文件 copy.{sample.extension}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(sample.content)
        os.utime(path, (315_532_800, 315_532_800))
        moved.append(Source(f"另一 {number}.{sample.extension}", path))
    here, there = read_isolated(subject, sources, subject.samples), read_isolated(subject, moved, subject.samples)
    for sample, source, one, other in zip(subject.samples, moved, here, there, strict=True):
        expected = [replace(d, source=d.source.replace(f"{FOLDER}/{sample}", source.name, 1)) for d in one.documents]
        need(expected == [*other.documents], f"{sample}: under another name, place and time it is something else")


@rule("loader", "interleaved")
def check_interleaved(subject: Subject) -> None:
    """Two files can be read at the same time."""
    sources = write_sources(subject, subject.samples)
    pairs = [(one, sources[number - 1]) for number, one in enumerate(sources)]
    alone = dict(zip(sources, (found.documents for _, found in read_whole(subject)), strict=True))
    labels = [f"{one.path.name} and {other.path.name} at once" for one, other in pairs]
    found = run_isolated(subject, lambda loader: _together(loader, pairs), labels)
    for pair, label, together in zip(pairs, labels, found, strict=True):
        need(together == [alone[one] for one in pair], f"{label} are something else than alone")


def _together(loader: Any, pairs: Sequence[tuple[Source, Source]]) -> Iterator[list[tuple[Any, ...]]]:
    """The documents of each file of a pair, taken in turn. In a process of its own."""
    for pair in pairs:
        taken = list(zip_longest(*(map(as_picklable, documents_of(loader, source)) for source in pair)))
        yield [tuple(row[side] for row in taken if row[side] is not None) for side in (0, 1)]
