"""Reading samples with a loader that is tried: where they are written, and what of them comes out.

Modules: ``potluck.testing.loader_reading``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from potluck.documents import Document, Source
from potluck.errors import UnreadableDocument
from potluck.testing import Skipped, Subject
from potluck.testing.isolated_reading import ReadResult
from potluck.testing.loader_reading import (
    lost_phrases,
    need_some,
    read_each,
    read_sample_documents,
    read_whole,
    readable_samples,
    write_sources,
)
from potluck.testing.samples import Sample
from support.given_loader import SAMPLE, TEXT, Given

DAMAGED = Sample("規範.abc", b"damaged", ("道碴",))


def read(source: Source) -> list[Any]:
    if source.path.read_bytes() == DAMAGED.content:
        raise UnreadableDocument("it is damaged")
    return [Document(source.name, TEXT), Document(f"{source.name}#2", "第二部分")]


def subject(folder: Path, *samples: Sample) -> Subject:
    return Subject(lambda own: Given(read), folder, samples=samples)


def test_samples_of_one_name_are_written_into_folders_of_their_own(tmp_path: Path) -> None:
    sources = write_sources(subject(tmp_path), [SAMPLE, SAMPLE.alter("emptied", b""), DAMAGED])

    assert [source.name for source in sources] == ["資料/notes.abc", "資料/notes.abc", "資料/規範.abc"]
    assert [source.path.read_bytes() for source in sources] == [SAMPLE.content, b"", b"damaged"]
    assert len({source.path.parent for source in sources}) == 3


def test_each_sample_comes_with_what_came_of_it(tmp_path: Path) -> None:
    (sample, whole), (damaged, error) = read_each(subject(tmp_path), [SAMPLE, DAMAGED])

    assert (sample, damaged) == (SAMPLE, DAMAGED)
    assert [one.source for one in whole.documents] == ["資料/notes.abc", "資料/notes.abc#2"]
    assert (error.error, error.reason, error.proper) == ("UnreadableDocument", "it is damaged", True)


def test_a_sample_that_has_to_be_readable_and_is_not_breaks_the_rule(tmp_path: Path) -> None:
    found = read_whole(subject(tmp_path, SAMPLE, DAMAGED))

    assert next(found)[0] == SAMPLE
    with pytest.raises(AssertionError, match=r"規範\.abc: UnreadableDocument: it is damaged"):
        next(found)


def test_other_samples_take_the_place_of_those_of_the_subject(tmp_path: Path) -> None:
    other = SAMPLE.alter("emptied", b"")

    assert [sample for sample, _ in read_whole(subject(tmp_path, DAMAGED), [other])] == [other]


def test_every_document_comes_with_its_sample(tmp_path: Path) -> None:
    other = Sample("more.abc", b"more")

    found = [(sample, document.text) for sample, document in read_sample_documents(subject(tmp_path, SAMPLE, other))]

    assert found == [(SAMPLE, TEXT), (SAMPLE, "第二部分"), (other, TEXT), (other, "第二部分")]


def test_a_phrase_is_lost_where_it_does_not_come_out_whatever_blanks_stand_in_it() -> None:
    sample = Sample("notes.abc", b"", ("軌道 Track", "It is washed.", "道碴"))
    found = ReadResult((Document("a", "軌\u3000道Track"), Document("b", "It is")))

    assert lost_phrases(sample, found) == ["It is washed.", "道碴"]


def test_what_damage_can_take_away_is_what_comes_out_of_the_samples_that_can_be_read(tmp_path: Path) -> None:
    sample = Sample("notes.abc", b"whole", ("道碴 Ballast", "平交道"))

    assert readable_samples(subject(tmp_path, DAMAGED, sample)) == [Sample("notes.abc", b"whole", ("道碴 Ballast",))]


def test_a_rule_needs_some_sample() -> None:
    assert need_some("is XML", [None, SAMPLE, None]) == [SAMPLE]
    with pytest.raises(Skipped, match="no sample is XML"):
        need_some("is XML", [None])
