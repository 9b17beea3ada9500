"""The same documents in the formats of word processors that are not ``.docx``: what is shown comes out, once.

``files/make.py`` writes them with LibreOffice.

Modules: ``potluck_plugins.loaders._office.blocks``, ``potluck_plugins.loaders._office.numbering``,
``potluck_plugins.loaders._office.odf.blocks``, ``potluck_plugins.loaders._office.odf.inline``,
``potluck_plugins.loaders._office.odf.lists``, ``potluck_plugins.loaders._office.odf.styles``,
``potluck_plugins.loaders._office.odf.table``, ``potluck_plugins.loaders._office.odf.text``,
``potluck_plugins.loaders._office.paragraph``, ``potluck_plugins.loaders._office.rtf.destinations``,
``potluck_plugins.loaders._office.rtf.part``, ``potluck_plugins.loaders._office.rtf.reader``,
``potluck_plugins.loaders._office.rtf.styles``, ``potluck_plugins.loaders._office.story``,
``potluck_plugins.loaders._office.word97.file``, ``potluck_plugins.loaders._office.word97.forms``,
``potluck_plugins.loaders._office.word97.line``, ``potluck_plugins.loaders._office.word97.lists``,
``potluck_plugins.loaders._office.word97.notes``, ``potluck_plugins.loaders._office.word97.pieces``,
``potluck_plugins.loaders._office.word97.properties``, ``potluck_plugins.loaders._office.word97.reader``,
``potluck_plugins.loaders._office.word97.rows``, ``potluck_plugins.loaders._office.word97.sprms``,
``potluck_plugins.loaders._office.word97.styles``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.documents import Document
from support.loading import load_file, outline

FILES = Path(__file__).parent / "files"
FORMATS = ["odt", "rtf", "doc"]

FORMS = {
    "raised and lowered by a style": "By style: 10⁷ cycles and x₃.",
    "in a cell of a table": "30 m² | 10⁵ N",
    "in a heading": "Loads of 10⁶ N",
    "in a footnote": "Per sleeper, at 10⁸ cycles.",
    "in Chinese": "道碴體積為 40 m³，荷重 10⁴ N。",
    "over two runs": "Two runs: 10¹² cycles.",
}


def read(name: str, kind: str, **settings: bool) -> Document:
    (document,) = load_file("office", FILES / f"{name}.{kind}", **settings)
    return document


def lines(name: str, kind: str, **settings: bool) -> list[str]:
    return read(name, kind, **settings).text.split("\n")


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("form", FORMS)
def test_a_figure_with_raised_digits_is_right_wherever_it_stands(kind: str, form: str) -> None:
    assert FORMS[form] in read("forms", kind).text


@pytest.mark.parametrize("kind", FORMATS)
def test_a_document_of_plain_and_raised_text_has_no_losses(kind: str) -> None:
    assert read("forms", kind).losses == ()


@pytest.mark.parametrize("kind", FORMATS)
def test_headings_have_the_numbers_that_are_shown(kind: str) -> None:
    assert outline(read("numbers", kind)) == [
        ("1", "通則", 1),
        ("1.1", "範圍", 2),
        ("1.2", "定義", 2),
        ("1.2.1", "短鋼軌", 3),
        ("1.2.2", "長鋼軌", 3),
        ("2", "材料", 1),
        ("2.1", "鋼軌", 2),
    ]


@pytest.mark.parametrize("kind", FORMATS)
def test_lists_are_counted_in_cells_of_tables_and_behind_them(kind: str) -> None:
    found = lines("numbers", kind)

    assert [line for line in found if "方" in line] == ["一、 甲方 | Owner", "二、 乙方 | Contractor", "三、 丙方"]
    assert found[found.index("1. First") :][:5] == [
        "1. First",
        "(a) inner",
        "(b) inner again",
        "2. Second",
        "• A bullet",
    ]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_note_is_marked_in_the_text_and_told_behind_it(kind: str) -> None:
    assert "長度在標準長度以下[1]之鋼軌。" in lines("numbers", kind)
    assert "[footnote 1] 鋼軌之標準長度。" in lines("numbers", kind)
    assert "[endnote i] At the very end." in lines("shown", kind)
    assert "An end[i] note." in lines("shown", kind)


@pytest.mark.parametrize("kind", FORMATS)
def test_merged_cells_are_repeated_and_two_rows_of_a_header_joined(kind: str) -> None:
    found = lines("tables", kind)

    assert found[:4] == ["Sensor | Load min | Load max", "北站 | 3 | 9", "北站 | 4 | 8", "南站 | 5 | 7"]
    assert found[4:8] == ["Between.", "Outer | Value", "a x, y | b", "After."]


SHOWN = [
    "It costs 16 euros.",
    "It weighs 35 kg.",
    "The password is not told.",
    "The depth is 300 mm.",
    "See clause 1.4.4 of it.",
    "Agreed: ☒ yes ☐ no.",
    "The gauge is 1067 mm.",
    "Before the box.",
    "In the box: 10⁶",
    "An end[i] note.",
    "tab\tstop",
    "and read.",
]


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_not_shown_is_left_out_and_counted(kind: str) -> None:
    document = read("shown", kind)

    # LibreOffice writes no state of check boxes into RTF.
    shown = [line.replace("☒ ", "").replace("☐ ", "") for line in SHOWN] if kind == "rtf" else SHOWN
    assert document.text.split("\n")[: len(SHOWN)] == shown
    assert set(document.losses) == {
        "struck-out text was left out: 3 places, 19 characters",
        "hidden text was left out: 1 place, 9 characters",
        "deleted text was left out: 1 place, 3 characters",
        "the text of comments was left out: 1 place, 16 characters",
    }


@pytest.mark.parametrize("kind", FORMATS)
def test_comments_and_hidden_text_are_read_on_request(kind: str) -> None:
    document = read("shown", kind, comments=True, hidden=True)

    found = document.text.split("\n")
    assert "The password is hidden 秘密not told." in found
    assert found[found.index("The gauge is 1067 mm.") + 1] == "[comment by Chen, 2026-01-02] Check the gauge."
    assert {loss.partition(" was ")[0] for loss in document.losses} == {"struck-out text", "deleted text"}


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", ["forms", "numbers", "tables", "shown"])
def test_headers_are_told_once_and_numbers_of_pages_are_not(kind: str, name: str) -> None:
    found = lines(name, kind)

    assert found.count("[header] Specification TRK-1, revision 3") == 1
    assert not any(line.startswith("[footer]") for line in found)
