"""The measure of reading: what it counts as missed, as invented, and as neither."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pptx import Presentation

from benchmarks import reading, references

PAGE = (
    "<html><head><title>x</title><script>var a</script></head>"
    "<body><p>Depth of the 道碴 bed</p><p>25 mm</p></body></html>"
)


def findings(folder: Path, read: Callable[[Path], str] = reading.read) -> dict[str, reading.Finding]:
    return {Path(one.path).name: one for one in (reading.measure(path, read) for path in reading.files([folder]))}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A page, a mail and a presentation, and a file of a kind that is not compared."""
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "mail.eml").write_text(
        "Subject: Ballast\nContent-Type: text/plain\n\nDepth of the bed\n", encoding="utf-8"
    )
    (tmp_path / "notes.txt").write_text("not compared", encoding="utf-8")
    presentation = Presentation()
    page = presentation.slides.add_slide(presentation.slide_layouts[1])
    page.shapes.title.text, page.placeholders[1].text = "道碴", "Depth of the bed"
    (tmp_path / "below").mkdir()
    presentation.save(str(tmp_path / "below" / "deck.pptx"))
    return tmp_path


def test_nothing_is_missed_or_invented_where_both_read_the_same(folder: Path) -> None:
    found = findings(folder)

    assert set(found) == {"page.html", "mail.eml", "deck.pptx"}
    assert {one.reader for one in found.values()} == {"html.parser", "email", "python-pptx"}
    assert [(one.missed, one.invented, one.unread, one.unread_by_other) for one in found.values()] == [
        (0, 0, "", "")
    ] * 3
    assert found["deck.pptx"].words == 6


def test_a_planted_miss_and_a_planted_word_are_found(folder: Path) -> None:
    def careless(path: Path) -> str:
        return reading.read(path).replace("Depth", "Breadth").replace("碴", "")

    found = findings(folder, careless)

    assert {name: (one.missed, one.invented) for name, one in found.items()} == {
        "page.html": (2, 1),
        "deck.pptx": (2, 1),
        "mail.eml": (1, 1),
    }
    assert set(found["page.html"].examples["missed"]) == {"depth", "碴"}
    lines = "\n".join(reading.report(list(found.values())))
    assert "breadth" in lines
    assert " 33.33% " in next(line for line in lines.split("\n") if line.startswith("pptx"))


def test_a_file_that_we_cannot_read_is_told_with_the_reason(folder: Path) -> None:
    def failing(path: Path) -> str:
        raise ValueError("out of order")

    found = list(findings(folder, failing).values())

    assert {one.unread for one in found} == {"ValueError: out of order"}
    assert [one.unread for one in reading.summaries(found)] == [1, 1, 1]
    assert "unread: " in "\n".join(reading.report(found))


def test_a_reader_that_is_not_installed_is_told_and_the_next_one_asked(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    def absent(path: Path) -> str:
        raise references.Unavailable("soffice is not installed")

    readers = {
        "html": [("LibreOffice", absent), ("html.parser", references.html_page)],
        "eml": [("LibreOffice", absent)],
    }
    monkeypatch.setattr(reading, "READERS", readers)
    found = findings(folder)

    assert found["page.html"].reader == "html.parser"
    assert found["mail.eml"].unread_by_other == "soffice is not installed"


@pytest.mark.parametrize(
    ("ours", "other", "held", "missed", "invented"),
    [
        ("1.2 Depth\n• of\n[notes] the bed", "Depth of the bed", "", 0, 0),
        ("第3條 深度\n三、道床", "深度 道床", "", 0, 0),
        ("10⁶ and H₂O", "106 and H2O", "", 0, 0),
        ("Depth of bed", "Depth of the bed", "", 1, 0),
        ("text box", "", "text box", 0, 0),
        ("twice twice", "twice", "", 0, 1),
        ("perfor\u00admance ﬁle", "performance file", "", 0, 0),
    ],
)
def test_words_are_compared_without_labels_width_and_position(
    ours: str, other: str, held: str, missed: int, invented: int
) -> None:
    found = reading.compared(ours, other, held)

    assert (found[0].total(), found[1].total()) == (missed, invented)


def test_the_command_writes_all_findings(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output = folder / "findings.json"
    monkeypatch.setattr("sys.argv", ["reading.py", str(folder), "--only", "html,eml", "--json", str(output)])

    assert reading.main() == 0

    written = json.loads(output.read_text(encoding="utf-8"))
    assert [(one["kind"], one["files"], one["missed"]) for one in written["formats"]] == [("eml", 1, 0), ("html", 1, 0)]
    assert [Path(one["path"]).name for one in written["files"]] == ["mail.eml", "page.html"]
    assert capsys.readouterr().out.startswith("format  files")
