"""Text of strangers is shown without what a terminal would obey. What every command prints: cli/test_terminal.py.

Modules: ``potluck.visible``.
"""

from __future__ import annotations

import json

import pytest

from potluck.visible import is_blank, visible, visible_json, visible_line


@pytest.mark.parametrize(
    ("text", "shown", "line"),
    [
        ("短鋼軌 é 👩‍🔬", "短鋼軌 é 👩‍🔬", "短鋼軌 é 👩‍🔬"),
        ("a\x1b[2Jb", "a\\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\u202eb", "a\\u202eb", "a\\u202eb"),
        ("一\r\n二\t三", "一\n二\t三", "一\\r\\n二\\t三"),
        ("over\rwritten", "over\\rwritten", "over\\rwritten"),
        ("\ud83d", "\\ud83d", "\\ud83d"),
        ("a\u2028b", "a\u2028b", "a\\u2028b"),
    ],
)
def test_controls_are_spelled_and_letters_stay(text: str, shown: str, line: str) -> None:
    assert visible(text) == shown
    assert visible_line(text) == line


HIDDEN = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00\x1f\x7f\x80\x9f\ud800\udfff"


@pytest.mark.parametrize("letter", HIDDEN, ids=ascii)
def test_what_directs_or_controls_is_spelled(letter: str) -> None:
    assert visible(letter) == visible_line(letter) == letter.encode("unicode_escape").decode()
    assert visible_json([letter], None) == f'["\\u{ord(letter):04x}"]'


@pytest.mark.parametrize("letter", "\u061b\u061d\u200d\u2029\u202f\u2065\u206a\u007e\u00a0\ud7ff\ue000", ids=ascii)
def test_what_stands_beside_it_in_the_tables_of_characters_stays(letter: str) -> None:
    assert visible(letter) == letter
    assert visible_line(letter) == ("\\u2029" if letter == "\u2029" else letter)


def test_json_means_the_same_and_shows_no_control() -> None:
    value = {"名": "a\u202eb\x9bc", "列": ["\u200f"]}

    written = visible_json(value)

    assert json.loads(written) == value
    assert not {"\u202e", "\x9b", "\u200f"} & set(written)
    assert "名" in written


@pytest.mark.parametrize(("text", "blank"), [("", True), (" \u3000\n", True), ("\u200b\ufeff", True), ("？", False)])
def test_a_text_of_which_nothing_shows_is_blank(text: str, blank: bool) -> None:
    assert is_blank(text) == blank
