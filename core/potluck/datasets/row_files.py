"""Reading the rows of a dataset: JSON Lines, JSON, CSV, TSV, XLSX or Parquet, each row with the place where it
stands."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from potluck.datasets.json_lines import DoubledKey, UnusableLine, json_fault, object_of, split_json_lines
from potluck.datasets.workbooks import read_workbook
from potluck.documents import Json
from potluck.errors import MissingDependency, PotluckError, Problem, RecipeError
from potluck.installation import pip_command_of_extra
from potluck.recipe.messages import format_value

_LISTED = 20
_SHOWN = 160
"""The longest line that is shown with its problem, in characters."""
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LONGEST_FIELD = 10_000_000
_SEPARATORS = (",", ";", "\t")
"""Separators of cells in .csv files, which differ by program and country."""

TABLES = (".csv", ".tsv", ".xlsx")
"""The files whose cells are texts."""


class UnusableRow(Exception):
    """A row is unusable; the text says why."""


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """One row: its fields, the file, the line in which it begins, and its number among the rows, both from 1.

    ``line`` is the number in its sheet for a row of a workbook, and 0 for a Parquet file, which has none.
    """

    fields: Mapping[str, Json]
    path: Path
    line: int
    number: int

    @property
    def place(self) -> str:
        """``file:line``, or the number of the row."""
        return f"{self.path}:{self.line}" if self.line else f"{self.path}, row {self.number}"

    def problem(self, message: str, key: str | None = None) -> Problem:
        """A problem with the row: at a key of it if that stands beside the value, and else where the row begins."""
        if not self.line:
            return Problem.without_place(self.place, message)
        if key is None or self.path.suffix.lower() in TABLES:
            return Problem(str(self.path), self.line, 1, message)
        return self._problem_at(message, re.escape(json.dumps(key, ensure_ascii=False)) + r"\s*:", self.line)

    def problem_with_name(self, message: str, key: str) -> Problem:
        """A problem with the name of a field, which a table has in its first line alone."""
        if self.path.suffix.lower() in (".csv", ".tsv"):
            return self._problem_at(message, re.escape(key), 1)
        return self.problem(message, key)

    def _problem_at(self, message: str, wanted: str, start: int) -> Problem:
        """A problem at the first match in line ``start`` or below; at the beginning of that line if there is none."""
        lines = self.path.read_bytes().decode("utf-8-sig", "replace").split("\n")
        for number, line in enumerate(lines[start - 1 :], start):
            if (found := re.search(wanted, line)) is not None:
                text = line.rstrip("\r") if len(line) <= _SHOWN else ""
                return Problem(str(self.path), number, found.start() + 1, message, text)
        return Problem(str(self.path), start, 1, message)


def summarise_problems(rows: Sequence[DatasetRow], problems: Sequence[Problem]) -> list[Problem]:
    """The first problems with the rows of a file; a single one if all of them have the same, as a lacking field is."""
    said = {one.message for one in problems}
    if len(said) == 1 and len(rows) == len(problems) > 1:
        return [Problem.without_place(str(rows[0].path), f"in all {len(rows):,} rows: {said.pop()}")]
    return list(problems[:_LISTED])


def read_rows(path: Path, encoding: str | None = None) -> list[DatasetRow]:
    """All rows of a file. Raises ``RecipeError`` with the places of damaged ones, ``PotluckError`` for other files."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(_READERS)
        raise PotluckError(
            f"{path}: rows are read from {known}, not from {path.suffix or 'a file without an extension'}"
        )
    if not path.is_file():
        raise PotluckError(f"{path}: there is no such file")
    problems: list[Problem] = []
    rows = [
        row for row in reader(path, encoding, problems) if any(value not in ("", None) for value in row.fields.values())
    ]
    if problems:
        raise RecipeError(problems[:_LISTED], 'a row holds fields by name, such as {"prompt": "…", "completion": "…"}')
    if not rows:
        raise PotluckError(f"{path}: there is no row in it")
    return rows


def is_rows(path: Path) -> bool:
    """Whether a file's name says that it holds rows."""
    return path.suffix.lower() in _READERS


def _json_lines(path: Path, encoding: str | None, problems: list[Problem]) -> Iterator[DatasetRow]:
    for line in split_json_lines(path, io.StringIO(_text(path, encoding))):
        try:
            yield DatasetRow(line.parse(), path, line.line, line.line)
        except UnusableLine as wrong:
            problems.append(line.problem_of(wrong))


def _json_list(path: Path, encoding: str | None, problems: list[Problem]) -> Iterator[DatasetRow]:
    text = _text(path, encoding)
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        problems.append(Problem(str(path), line, column, f"this is not JSON: {json_fault(error)}"))
        return
    if not isinstance(whole, list):
        problems.append(Problem(str(path), 1, 1, "expected a list of objects"))
        return
    lines: list[int] = []
    try:
        for line in _lines_of(text):
            lines.append(line)  # noqa: PERF402  (the last one is that of the fault)
    except DoubledKey as error:
        problems.append(Problem(str(path), lines[-1], 1, str(error)))
        return
    for number, (fields, line) in enumerate(zip(whole, lines, strict=True), 1):
        if isinstance(fields, dict):
            yield DatasetRow(fields, path, line, number)
        else:
            problems.append(Problem(str(path), line, 1, f"number {number}: expected an object with fields"))


def _lines_of(text: str) -> Iterator[int]:
    """The line in which each element of a JSON list begins."""
    decoder, blank = json.JSONDecoder(object_pairs_hook=object_of), re.compile(r"[\s,]*")
    place = text.index("[") + 1
    line, counted = 1, 0
    while text[(place := _after(blank, text, place))] != "]":
        line, counted = line + text.count("\n", counted, place), place
        yield line
        _, place = decoder.raw_decode(text, place)


def _after(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


def _csv(path: Path, encoding: str | None, problems: list[Problem]) -> Iterator[DatasetRow]:
    text = _text(path, encoding)
    return _read_separated(path, text, _separator(text), problems)


def _tsv(path: Path, encoding: str | None, problems: list[Problem]) -> Iterator[DatasetRow]:
    return _read_separated(path, _text(path, encoding), "\t", problems)


def _separator(text: str) -> str:
    """The separator of the column names; a comma if there is one, or only one column."""
    names = re.sub(r'"[^"]*"', "", text.split("\n", 1)[0])
    return next((sign for sign in _SEPARATORS if sign in names), ",")


def _read_separated(path: Path, text: str, separator: str, problems: list[Problem]) -> Iterator[DatasetRow]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)

    def lines() -> Iterator[tuple[int, list[str]]]:
        before = 0
        for cells in reader:
            line, before = before + 1, reader.line_num
            yield line, cells

    try:
        yield from _table(path, lines(), "line", problems)
    except csv.Error as error:
        problems.append(Problem(str(path), reader.line_num, 1, f"no table: {error}"))


def _xlsx(path: Path, encoding: str | None, problems: list[Problem]) -> Iterator[DatasetRow]:
    return _table(path, read_workbook(path, problems), "row", problems)


def _table(
    path: Path, lines: Iterator[tuple[int, list[str]]], unit: str, problems: list[Problem]
) -> Iterator[DatasetRow]:
    """The rows of a table below the one that names the columns; each line comes with its number."""
    first, head = next(lines, (1, []))
    names = [name.strip() for name in head]
    if doubled := next((name for name in names if name and names.count(name) > 1), None):
        problems.append(Problem(str(path), first, 1, f"two columns are named {format_value(doubled)}"))
        return
    for number, (line, cells) in enumerate(lines, 1):
        if len(cells) > len(names):
            message = f"{len(cells)} cells, and the first {unit} names {len(names)} fields"
            problems.append(Problem(str(path), line, 1, message))
        elif any(cells):
            yield DatasetRow(dict(zip(names, cells, strict=False)), path, line, number)


def _parquet(path: Path, encoding: str | None, problems: list[Problem]) -> Iterator[DatasetRow]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingDependency(
            f"{path}: reading Parquet needs the package 'pyarrow'. Run: {pip_command_of_extra('parquet')}"
        ) from None
    try:
        found: list[dict[str, Any]] = pyarrow.parquet.read_table(path).to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        problems.append(Problem.without_place(str(path), f"no Parquet: {error}"))
        return
    yield from (DatasetRow(fields, path, 0, number) for number, fields in enumerate(found, 1))


def _text(path: Path, encoding: str | None) -> str:
    """A file's text: UTF-8, what its byte order mark says, or the encoding that is named."""
    content = path.read_bytes()
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    name = encoding or marked or "utf-8"
    try:
        return content.decode(name)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        hint = "or say which encoding it is in: dataset.encoding: big5 (or gb18030, cp1252, utf-16)"
        excel = " (in Excel: 'CSV UTF-8')" if path.suffix.lower() == ".csv" else ""
        message = f"this is not {name}; save the file as UTF-8{excel}"
        raise RecipeError([Problem(str(path), line, 1, message)], hint) from None


_READERS: dict[str, Callable[[Path, str | None, list[Problem]], Iterator[DatasetRow]]] = {
    ".jsonl": _json_lines,
    ".json": _json_list,
    ".csv": _csv,
    ".tsv": _tsv,
    ".xlsx": _xlsx,
    ".parquet": _parquet,
}
