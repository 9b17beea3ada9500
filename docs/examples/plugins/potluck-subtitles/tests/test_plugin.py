"""The loader keeps its contract, and does what it is for."""

from __future__ import annotations

from pathlib import Path

import pytest
from potluck.documents import Document, Source
from potluck.errors import NoText, UnreadableDocument
from potluck.testing import Check, checks, component

SAMPLES = Path(__file__).parent / "samples"


def loaded(path: Path, **settings: str) -> Document:
    (document,) = component("loader", "subtitles", path.parent, settings).load(
        Source(path.name, path)
    )
    assert isinstance(document, Document)
    return document


def written(folder: Path, content: str) -> Path:
    path = folder / "talk.srt"
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize("check", checks("loader", samples=SAMPLES), ids=str)
def test_it_keeps_the_contract(check: Check, tmp_path: Path) -> None:
    check("subtitles", tmp_path)


def test_a_cue_is_a_section_named_after_its_time() -> None:
    document = loaded(SAMPLES / "meeting.srt")

    said = [
        (section.label, document.text[section.start : section.end]) for section in document.sections
    ]
    assert said == [
        ("00:00:01", "各位早安，今天談北側軌道的巡查。\n"),
        ("00:00:04", "道碴厚度不得小於三十公分，目前只有二十公分。\n"),
        ("00:01:12", "第三號道岔的螺栓下週五以前要更換。\n"),
    ]


def test_exact_times_are_metadata() -> None:
    times = loaded(SAMPLES / "meeting.vtt").metadata["times"]

    assert times == [
        "00:00:01.000 --> 00:00:04.200",
        "00:00:04.500 --> 00:00:09.000",
        "01:00:02.000 --> 01:00:05.000",
    ]


def test_what_is_less_than_something_is_said_and_no_markup(tmp_path: Path) -> None:
    path = written(tmp_path, "1\n00:00:01,000 --> 00:00:02,000\nIf <i>a < b</i> and 2 > 1\n")

    assert loaded(path).text == "If a < b and 2 > 1\n"


def test_big5_is_read_where_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "meeting.srt"
    path.write_bytes((SAMPLES / "meeting.srt").read_text(encoding="utf-8").encode("big5"))

    assert loaded(path, encoding="big5").text == loaded(SAMPLES / "meeting.srt").text
    with pytest.raises(UnreadableDocument, match="say which it is: encoding=big5"):
        loaded(path)


def test_a_block_without_times_is_a_loss(tmp_path: Path) -> None:
    path = written(tmp_path, "1\n00:00:01,000 --> 00:00:02,000\n早安\n\nno times\n")

    document = loaded(path)

    assert document.text == "早安\n"
    assert document.losses == ("block 2 has no times and was left out: 'no times'",)


def test_a_file_without_times_is_no_subtitles(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="no times"):
        loaded(written(tmp_path, "A letter.\n"))


def test_cues_without_words_are_no_text(tmp_path: Path) -> None:
    with pytest.raises(NoText):
        loaded(written(tmp_path, "1\n00:00:01,000 --> 00:00:02,000\n\n"))
