"""Lines are broken between words, and nothing of them is lost.

Modules: ``potluck.cli.folding``.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from potluck.cli.folding import StreamFolder, fold_lines

LETTERS = st.text(st.sampled_from("ab é1道碴，。「」（）/-.[]%\n "), max_size=120)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Take hybrid: recall@2 +0.060 [+0.020, +0.100].", ["Take hybrid: recall@2", "+0.060", "[+0.020, +0.100]."]),
        ("  note: 道碴軌道施工規範，第三章。", ["  note: 道碴軌道施工規", "  範，第三章。"]),
        ("見「道碴軌道施工」規範第三章之「規定」", ["見「道碴軌道施工」規範", "第三章之「規定」"]),
        ("it is in 規範/道碴軌道施工規範-1.0.doc now", ["it is in", "規範/道碴軌道施工規範-1.0.doc", "now"]),
        ("標準值應符合表3-2之規定，每小時60km。", ["標準值應符合表3-2之規", "定，每小時60km。"]),
        ("short", ["short"]),
        ("", [""]),
        ("one\n\n  two", ["one", "", "  two"]),
    ],
)
def test_a_line_is_broken_where_people_would(text: str, lines: list[str]) -> None:
    assert fold_lines(text, 22).split("\n") == lines


@given(LETTERS, st.integers(12, 60))
def test_nothing_is_lost_and_only_words_that_are_longer_than_a_line_are(text: str, width: int) -> None:
    found = fold_lines(text, width)

    assert re.sub(r"\s", "", found) == re.sub(r"\s", "", text)
    for line in found.split("\n"):
        assert cell_len(line) <= width or " " not in line.strip()


@given(LETTERS, st.integers(12, 60))
def test_what_fits_stays_as_it_is(text: str, width: int) -> None:
    fits = "\n".join(line for line in text.split("\n") if cell_len(line) <= width)

    assert fold_lines(fits, width) == fits
    assert fold_lines("正線 ", 5) == "正線 "


def streamed(pieces: list[str], width: int) -> str:
    folder = StreamFolder(width)
    return "".join([*map(folder.feed, pieces), folder.end()])


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize(
    "text",
    [
        "Ballast carries the rails, and drains the rain that falls on them.",
        "  正線軌枕底面下之道碴厚度不得小於250mm，「長銲鋼軌」則另有規定。\n第二段，說明 the rest of it.",
        "one\n\n- two three four five six seven\n- eight",
    ],
)
def test_a_text_that_comes_in_pieces_is_broken_as_a_whole_one(text: str, size: int) -> None:
    pieces = [text[place : place + size] for place in range(0, len(text), size)]

    assert streamed(pieces, 22) == fold_lines(text, 22)


def test_what_is_known_to_be_whole_is_shown_at_once() -> None:
    folder = StreamFolder(22)

    assert folder.feed("正線軌枕") == "正線軌"
    assert folder.feed(" the") == "枕"
    assert folder.feed(" bed") == " the"
    assert folder.end() == " bed"


@given(st.lists(LETTERS, max_size=6), st.integers(12, 60))
def test_no_letter_of_a_stream_is_lost_and_no_line_is_too_long_but_for_one_word(pieces: list[str], width: int) -> None:
    found = streamed(pieces, width)

    assert re.sub(r"\s", "", found) == re.sub(r"\s", "", "".join(pieces))
    for line in found.split("\n"):
        assert cell_len(line.rstrip()) <= width or len(line.split()) == 1
