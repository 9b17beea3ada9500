"""Tables of text, cut into cells and written as lines.

Modules: ``potluck_plugins.loaders._shared.table``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.table import Table, read_table, write_table


@pytest.mark.parametrize(
    ("text", "delimiter", "rows"),
    [
        ("a,b\n1,2\n", ",", [["a", "b"], ["1", "2"]]),
        ("a\tb\n1\t2\n", "\t", [["a", "b"], ["1", "2"]]),
        ("a;b\n1,5;2,5\n", ";", [["a", "b"], ["1,5", "2,5"]]),
        ("a|b,c\n1|2\n3|4", "|", [["a", "b,c"], ["1", "2"], ["3", "4"]]),
        ("a;b;c\n1;2;3,4\n5;6,7;8", ";", [["a", "b", "c"], ["1", "2", "3,4"], ["5", "6,7", "8"]]),
        ("sep=;\na;b,c,d\n1;2,3,4", ";", [["a", "b,c,d"], ["1", "2,3,4"]]),
        ("SEP=| \na|b\n1|2", "|", [["a", "b"], ["1", "2"]]),
        ("sep=ab,c\n1,2", ",", [["sep=ab", "c"], ["1", "2"]]),
        ('a, "b, c"\n1, 2', ",", [["a", "b, c"], ["1", "2"]]),
        ("a\t b\n \t2", "\t", [["a", "b"], ["", "2"]]),
        ('"a\n b",c\n1,2', ",", [["a b", "c"], ["1", "2"]]),
        (" a  b ,c\n\n,\n1,2", ",", [["a b", "c"], ["1", "2"]]),
        ("", ",", []),
    ],
)
def test_a_text_is_cut_at_the_delimiter_that_fits_best(text: str, delimiter: str, rows: list[list[str]]) -> None:
    found = read_table(text)

    assert (found.delimiter, found.rows, found.captions, found.losses) == (delimiter, rows, (), ())


def test_a_delimiter_that_is_given_is_taken() -> None:
    assert read_table("a;b,c\n1;2,3", ",").rows == [["a;b", "c"], ["1;2", "3"]]
    assert read_table("sep=;\n1;2", ",").rows == [["sep=;"], ["1;2"]]


@pytest.mark.parametrize(
    ("text", "captions", "first"),
    [
        ("Title\na,b\n1,2", ("Title",), ["a", "b"]),
        ("Title,\n,Sub\na,b", ("Title", "Sub"), ["a", "b"]),
        ("a,b\nend,", (), ["a", "b"]),
        ("only\none", (), ["only"]),
        ("\n,,\nTitle,,\na,b,c", ("Title",), ["a", "b", "c"]),
    ],
)
def test_what_stands_above_a_table_is_a_caption(text: str, captions: tuple[str, ...], first: list[str]) -> None:
    found = read_table(text, ",")

    assert (found.captions, found.rows[0]) == (captions, first)


def test_quotation_marks_that_are_wrong_cost_no_cell() -> None:
    unclosed = read_table('a,b\n"1,2\n3,4', ",")
    assert unclosed.rows == [["a", "b"], ['"1', "2"], ["3", "4"]]
    assert unclosed.losses == ("a quotation mark is never closed, so quotation marks were read as they stand",)
    loose = read_table('a,b\n"1"x,2', ",")
    assert (loose.rows, loose.losses) == ([["a", "b"], ["1x", "2"]], ())


def lines(table: Table, **said: bool) -> list[str]:
    """What is written of a table."""
    flow = Flow()
    write_table(table, flow, **said)
    return flow.document("x").text.split("\n")


def test_a_row_is_written_with_the_names_of_its_columns() -> None:
    table = Table([["a", "", "c"], ["1", "2", "3", "4", ""], ["", "", "5"], ["6"]], ",", ("Title", "Sub"))

    assert lines(table) == ["Title", "Sub", "a |  | c", "a: 1; 2; c: 3; 4", "c: 5", "a: 6"]
    assert lines(table, header=False) == ["Title", "Sub", "a |  | c", "1 | 2 | 3 | 4 | ", " |  | 5", "6"]
    assert lines(Table([], ",", ("Title",))) == ["Title"]
