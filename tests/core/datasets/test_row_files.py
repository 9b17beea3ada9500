"""Rows of every kind of file, each with the place where it stands; what is no row is told at its place.

Modules: ``potluck.datasets.row_files``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from potluck.datasets.row_files import is_rows, read_rows
from potluck.errors import MissingDependency, PotluckError, RecipeError


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


FILES: dict[str, tuple[str, str, list[tuple[dict[str, Any], int, int]]]] = {
    "lines": (
        "d.jsonl",
        '\ufeff{"a": 1}\r\n\n{"a": "二\u2028"}\n{"a": ""}\n{"a": null, "b": 0}\n',
        [({"a": 1}, 1, 1), ({"a": "二\u2028"}, 3, 3), ({"a": None, "b": 0}, 5, 5)],
    ),
    "a list": (
        "d.json",
        '[{"a": 1},\n\n  {"a":\n "二"}, {"a": 3},\n{"a": 4}\n]',
        [({"a": 1}, 1, 1), ({"a": "二"}, 3, 2), ({"a": 3}, 4, 3), ({"a": 4}, 5, 4)],
    ),
    "a list behind blanks": ("d.json", '\n\n [ {"a": "[1]"} ]', [({"a": "[1]"}, 3, 1)]),
    "a table": (
        "d.csv",
        ' a , b\n1,2\n"x\ny",3\n,\n\n4\n',
        [({"a": "1", "b": "2"}, 2, 1), ({"a": "x\ny", "b": "3"}, 3, 2), ({"a": "4"}, 7, 5)],
    ),
    "a table with semicolons": ("d.csv", '"a, x";b\n"1;5";2,5\n', [({"a, x": "1;5", "b": "2,5"}, 2, 1)]),
    "a table with tabs that is called .csv": ("d.csv", "a\tb\n1\t2\n", [({"a": "1", "b": "2"}, 2, 1)]),
    "a table with tabs": ("D.TSV", "a\tb\n1,5\t二\n", [({"a": "1,5", "b": "二"}, 2, 1)]),
}


@pytest.mark.parametrize("kind", FILES)
def test_each_row_is_read_with_its_line_and_number(kind: str, tmp_path: Path) -> None:
    name, content, expected = FILES[kind]
    path = written(tmp_path, name, content)

    rows = read_rows(path)

    assert [(dict(row.fields), row.line, row.number) for row in rows] == expected
    assert rows[0].place == f"{path}:{expected[0][1]}"


def test_rows_of_parquet_have_numbers_and_no_lines(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "d.parquet"
    parquet.write_table(pyarrow.table({"a": ["一", None, "3"]}), path)

    rows = read_rows(path)

    assert [(dict(row.fields), row.line, row.number) for row in rows] == [({"a": "一"}, 0, 1), ({"a": "3"}, 0, 3)]
    assert rows[1].place == f"{path}, row 3"
    problem = rows[1].problem("is wrong", "a")
    assert (problem.file, problem.line, problem.column, problem.message) == (f"{path}, row 3", 0, 0, "is wrong")


WRONG = [
    ("d.jsonl", '{"a": 1}\n{"a" 2}\n', 2, 6, "this is not JSON: "),
    ("d.jsonl", '{"a": 1}\n[1]\n', 2, 1, "this is not a JSON object"),
    ("d.jsonl", '{"a": 1}\n"中"\n', 2, 1, "this is not a JSON object"),
    ("d.jsonl", '{"a": 1}\n' + "[" * 100_000, 2, 1, "this JSON cannot be read: it is nested too deeply"),
    ("d.jsonl", '{"a": 1}\n{"a": ' + "9" * 5000 + "}", 2, 1, "this JSON cannot be read: a whole number has more than"),
    ("d.json", '[{"a": 1},\n {"a" 2}]', 2, 7, "this is not JSON: "),
    ("d.json", "[" * 100_000, 1, 1, "this is not JSON: it is nested too deeply"),
    ("d.json", '\n{"a": 1}', 1, 1, "expected a list of objects"),
    ("d.json", '[{"a": 1},\n\n 7]', 3, 1, "number 2: expected an object with fields"),
    ("d.csv", "a,b\n1,2\n\n1,2,3\n", 4, 1, "3 cells, and the first line names 2 fields"),
    ("d.csv", 'a,b\n1,"2"x\n', 2, 1, "no table: "),
    ("d.tsv", "a\tb\n1\t2\t3\n", 2, 1, "3 cells, and the first line names 2 fields"),
]


@pytest.mark.parametrize(("name", "content", "line", "column", "message"), WRONG)
def test_what_is_not_a_row_is_told_at_its_place(
    name: str, content: str, line: int, column: int, message: str, tmp_path: Path
) -> None:
    path = written(tmp_path, name, content)

    with pytest.raises(RecipeError) as raised:
        read_rows(path)

    (problem,) = raised.value.problems
    assert (problem.file, problem.line, problem.column) == (str(path), line, column)
    assert problem.message.startswith(message)
    assert 'a row holds fields by name, such as {"prompt": "…", "completion": "…"}' in str(raised.value)


def test_twenty_problems_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as raised:
        read_rows(written(tmp_path, "d.jsonl", "broken\n" * 25))

    assert [problem.line for problem in raised.value.problems] == list(range(1, 21))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("d.jsonl", "\n", r"d\.jsonl: there is no row in it"),
        ("d.csv", "", r"d\.csv: there is no row in it"),
        ("d.csv", "a,b\n", r"d\.csv: there is no row in it"),
        ("d.json", "[]", r"d\.json: there is no row in it"),
        ("d.txt", "a", r"rows are read from \.jsonl, \.json, \.csv, \.tsv, \.xlsx, \.parquet, not from \.txt"),
        ("data", "a", r"not from a file without an extension"),
    ],
)
def test_a_file_without_rows_is_an_error(name: str, content: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(PotluckError, match=message):
        read_rows(written(tmp_path, name, content))


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("a,b\n中,文\n".encode("big5"), "big5"),
        ("a,b\n中,文\n".encode("utf-16-le"), "utf-16-le"),
        ("\ufeffa,b\n中,文\n".encode("utf-16-le"), None),
        ("\ufeffa,b\n中,文\n".encode("utf-16-be"), None),
        ("\ufeffa,b\n中,文\n".encode(), None),
    ],
)
def test_a_text_is_in_the_encoding_that_its_mark_or_the_recipe_says(
    content: bytes, encoding: str | None, tmp_path: Path
) -> None:
    (row,) = read_rows(written(tmp_path, "d.csv", content), encoding)

    assert dict(row.fields) == {"a": "中", "b": "文"}


def test_another_encoding_is_told_at_the_line_of_its_first_byte(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"or say which encoding it is in: dataset\.encoding: big5") as raised:
        read_rows(written(tmp_path, "d.csv", b"a,b\n1,2\n" + "中,文\n".encode("big5")))

    (problem,) = raised.value.problems
    assert (problem.line, problem.column, problem.message) == (
        3,
        1,
        "this is not utf-8; save the file as UTF-8 (in Excel: 'CSV UTF-8')",
    )


@pytest.mark.parametrize(
    ("name", "content", "key", "place"),
    [
        ("d.jsonl", '{"b": 0}\n{"a": 1, "鍵" : 2}\n', "鍵", (2, 10)),
        ("d.jsonl", '{"b": 0}\n{"a": 1}\n', "c", (2, 1)),
        ("d.jsonl", '{"c": 0}\n{"a": "c"}\n', "c", (2, 1)),
        ("d.json", '[{"c": 0},\n{"a": 1,\n "c": 2}]', "c", (3, 2)),
        ("d.csv", "a,鍵\n1,2\n3,鍵\n", "鍵", (3, 1)),
        ("d.tsv", "a\t鍵\n1\t2\n3\t4\n", "鍵", (3, 1)),
    ],
)
def test_a_problem_with_a_field_stands_where_the_field_does(
    name: str, content: str, key: str, place: tuple[int, int], tmp_path: Path
) -> None:
    row = read_rows(written(tmp_path, name, content))[1]

    problem = row.problem("is wrong", key)

    assert (problem.line, problem.column) == place
    assert problem.source_line in ("", content.split("\n")[place[0] - 1])
    assert (row.problem("is wrong").line, row.problem("is wrong").column) == (row.line, 1)


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [("d.csv", "a,鍵\n1,2\n3,鍵\n", (1, 3)), ("d.json", '[{"鍵": 0},\n{"a": 1, "鍵": 2}]', (2, 10))],
)
def test_a_problem_with_a_fields_name_stands_where_the_name_does(
    name: str, content: str, place: tuple[int, int], tmp_path: Path
) -> None:
    problem = read_rows(written(tmp_path, name, content))[1].problem_with_name("is wrong", "鍵")

    assert (problem.line, problem.column) == place
    assert problem.source_line == content.split("\n")[place[0] - 1]


@pytest.mark.parametrize(("length", "shown"), [(160, True), (161, False)])
def test_a_line_that_nobody_could_read_is_not_shown(length: int, shown: bool, tmp_path: Path) -> None:
    line = json.dumps({"a": ""})
    line = json.dumps({"a": "x" * (length - len(line))})
    (row,) = read_rows(written(tmp_path, "d.jsonl", f"{line}\n"))

    assert len(line) == length
    assert row.problem("is wrong", "a").source_line == (line if shown else "")


@pytest.mark.parametrize(("name", "expected"), [("a.jsonl", True), ("A.CSV", True), ("a.txt", False), ("a", False)])
def test_a_file_of_rows_is_known_by_its_name(name: str, expected: bool) -> None:
    assert is_rows(Path(name)) is expected


def test_a_very_long_cell_of_a_table_is_read(tmp_path: Path) -> None:
    (row,) = read_rows(written(tmp_path, "d.csv", "a\n" + "長" * 200_000 + "\n"))

    assert len(str(row.fields["a"])) == 200_000


def test_parquet_that_is_none_and_parquet_without_pyarrow_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow")
    path = written(tmp_path, "d.parquet", b"PAR1 and no more")
    with pytest.raises(RecipeError, match="no Parquet: "):
        read_rows(path)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingDependency, match=r"needs the package 'pyarrow'"):
        read_rows(path)
