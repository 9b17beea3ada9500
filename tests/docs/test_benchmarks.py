"""Every table of the benchmarks says by which command, when and on which machine it was measured."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "benchmarks"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "index.md")
INDEX = (FOLDER / "index.md").read_text(encoding="utf-8")
COLUMNS = ["command", "date", "machine"]
_TABLE = re.compile(r"((?:^\|.*\|\n)+)", re.MULTILINE)
_LINES = re.compile(
    r"^- Command: (?P<command>.+(?:\n  .+)*)\n- Date: (?P<date>.+)\n- Machine: (?P<machine>.+)\n", re.MULTILINE
)


def tables(page: Path) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """The tables of a page: their first line, and the command, date and machine of each row, or of all."""
    for section in page.read_text(encoding="utf-8").split("\n## "):
        for table in _TABLE.findall(section):
            head, _, *rows = [
                [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table.splitlines()
            ]
            if head[-3:] == COLUMNS:
                yield " ".join(head), [(row[-3], row[-2], row[-1]) for row in rows]
            else:
                yield (
                    " ".join(head),
                    [(found["command"], found["date"], found["machine"]) for found in _LINES.finditer(section)],
                )


CASES = [
    pytest.param(*table, id=f"{page.stem}-{number}") for page in PAGES for number, table in enumerate(tables(page))
]


def test_tables_are_found() -> None:
    assert len(CASES) > 20


@pytest.mark.parametrize(("head", "measured"), CASES)
def test_a_table_says_how_when_and_where_it_was_measured(head: str, measured: list[tuple[str, str, str]]) -> None:
    machines = {*re.findall(r"^\| (\w+) \| (?:two|an)", INDEX, re.MULTILINE), "Intel Xeon", "not recorded"}

    assert measured, head
    for command, date, machine in measured:
        assert "`" in command or command in ("the same", "not recorded"), command
        assert re.fullmatch(r"\d{4}-\d\d-\d\d|not recorded", date), date
        assert machine in machines


@pytest.mark.parametrize(("head", "measured"), CASES)
def test_what_measured_a_table_is_still_there(head: str, measured: list[tuple[str, str, str]]) -> None:
    commands = [shlex.split(one) for command, _, _ in measured for one in re.findall(r"`([^`]+)`", command)]
    paths = [word for command in commands for word in command if word.startswith(("tests/", "docs/"))]

    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_first_page_leads_to_every_other() -> None:
    assert set(re.findall(r"\]\((\w+\.md)\)", INDEX)) == {page.name for page in PAGES}
