"""Reading sample files with the loader under test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from potluck.documents import Document, Source
from potluck.testing.isolated_reading import (
    FILES,
    ReadResult,
    read_isolated,
    without_space,
)
from potluck.testing.kit import Skipped, Subject, need
from potluck.testing.samples import Sample

FOLDER = "資料"
"""Where sources stand in their names, though not on the disk."""


def write_sources(subject: Subject, tried: Iterable[Sample]) -> list[Source]:
    """Write samples, each into a folder of its own."""
    sources = []
    for number, sample in enumerate(tried):
        path = subject.folder / FILES / str(number) / sample.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sample.content)
        sources.append(Source(f"{FOLDER}/{sample.name}", path))
    return sources


def read_each(subject: Subject, tried: Iterable[Sample]) -> Iterator[tuple[Sample, ReadResult]]:
    """The results of samples, read one after another by one loader."""
    kept = list(tried)
    return zip(kept, read_isolated(subject, write_sources(subject, kept), kept), strict=True)


def read_whole(subject: Subject, tried: Iterable[Sample] | None = None) -> Iterator[tuple[Sample, ReadResult]]:
    """The same for samples that can be read; the original samples by default."""
    for sample, found in read_each(subject, subject.samples if tried is None else tried):
        need(not found.error, f"{sample}: {found.error}: {found.reason}")
        yield sample, found


def read_sample_documents(subject: Subject) -> Iterator[tuple[Sample, Document]]:
    """The documents of the samples as they are, each with its sample."""
    for sample, found in read_whole(subject):
        for document in found.documents:
            yield sample, document


def lost_phrases(sample: Sample, found: ReadResult) -> list[str]:
    """The phrases that do not come out."""
    return [phrase for phrase in sample.must if without_space(phrase) not in found.text]


def readable_samples(subject: Subject) -> list[Sample]:
    """The samples that can be read, each with those of its phrases that come out: what damage can take away."""
    return [
        replace(sample, must=tuple(phrase for phrase in sample.must if without_space(phrase) in found.text))
        for sample, found in read_each(subject, subject.samples)
        if not found.error
    ]


def need_some(what: str, tried: Iterable[Sample | None]) -> list[Sample]:
    """The samples, if there are any. Raises ``Skipped`` if there are none."""
    found = [one for one in tried if one is not None]
    if not found:
        raise Skipped(f"no sample {what}")
    return found
