"""Tables with merged cells.

Modules: ``potluck_plugins.loaders._shared.table``.
"""

import time

from potluck_plugins.loaders._shared.grid import Grid


def _grid(*rows: list[tuple[str, int, int]], headers: int = 0) -> Grid:
    """A table from cells of (text, columns, rows)."""
    grid = Grid()
    for index, row in enumerate(rows):
        grid.row(header=index < headers)
        for text, columns, lines in row:
            grid.cell(text, columns, lines)
    return grid


def test_a_merged_cell_stands_in_every_row_that_it_covers() -> None:
    grid = _grid([("站", 1, 1), ("人", 1, 1)], [("北站", 1, 3), ("黃甲", 1, 1)], [("黃乙", 1, 1)], [("黃丙", 1, 1)])
    assert list(grid.lines()) == ["站 | 人", "北站 | 黃甲", "北站 | 黃乙", "北站 | 黃丙"]


def test_a_merged_cell_at_the_end_of_a_row_is_repeated_too() -> None:
    grid = _grid([("a", 1, 1), ("b", 1, 2)], [("c", 1, 1)])
    assert grid.rows() == [["a", "b"], ["c", "b"]]


def test_a_block_of_cells_is_repeated_in_both_directions() -> None:
    grid = _grid([("x", 1, 1), ("big", 2, 2)], [("y", 1, 1)], [("z", 1, 1), ("1", 1, 1), ("2", 1, 1)])
    assert grid.rows() == [["x", "big", "big"], ["y", "big", "big"], ["z", "1", "2"]]


def test_a_header_of_two_rows_becomes_one_line() -> None:
    rows = [("Sensor", 1, 2), ("Load", 2, 1)], [("min", 1, 1), ("max", 1, 1)], [("S1", 1, 1), ("3", 1, 1), ("9", 1, 1)]
    assert list(_grid(*map(list, rows)).lines()) == ["Sensor | Load min | Load max", "S1 | 3 | 9"]


def test_a_header_of_three_rows_becomes_one_line_as_far_as_its_cells_are_divided_or_reach() -> None:
    top, middle = [("A", 1, 3), ("B", 4, 1)], [("p", 2, 1), ("q", 2, 1)]
    bottom, body = [(text, 1, 1) for text in "1234"], [(text, 1, 1) for text in "xabcd"]
    assert list(_grid(top, middle, bottom, body).lines()) == ["A | B p 1 | B p 2 | B q 3 | B q 4", "x | a | b | c | d"]
    top, middle, bottom = [("A", 1, 3), ("B", 2, 1)], [("p", 1, 2), ("q", 1, 1)], [("r", 1, 1)]
    assert list(_grid(top, middle, bottom, body[:3]).lines()) == ["A | B p | B q r", "x | a | b"]


def test_figures_below_a_header_and_rows_that_divide_none_of_its_cells_are_not_a_header() -> None:
    header, figures = [("a", 2, 1), ("b", 1, 1)], [("1", 1, 1), ("2", 1, 1), ("3", 1, 1)]
    assert list(_grid(header, figures).lines()) == ["a | a | b", "1 | 2 | 3"]
    years = [("a", 2, 1), ("b", 1, 2)], [("2025", 1, 1), ("2026", 1, 1)]
    assert list(_grid(*map(list, years), figures).lines()) == ["a 2025 | a 2026 | b", "1 | 2 | 3"]
    body = [("x", 2, 1), ("y", 1, 1)]
    assert list(_grid(header, body, figures).lines()) == ["a | a | b", "x | x | y", "1 | 2 | 3"]


def test_a_row_of_the_body_that_divides_a_cell_of_the_second_row_is_not_a_third_one_of_the_header() -> None:
    top, second = [("", 1, 1), ("A", 3, 1)], [("", 1, 1), ("p and q", 2, 1), ("r", 1, 1)]
    body = [("R1", 1, 1), ("yes", 1, 1), ("no", 1, 1), ("yes", 1, 1)]
    assert list(_grid(top, second, body).lines()) == [" | A p and q | A p and q | A r", "R1 | yes | no | yes"]


def test_rows_that_their_format_calls_headers_are_joined_as_they_are() -> None:
    rows = [("a", 1, 1), ("b", 1, 1)], [("c", 1, 1), ("d", 1, 1)], [("1", 1, 1), ("2", 1, 1)]
    assert list(_grid(*map(list, rows), headers=2).lines()) == ["a c | b d", "1 | 2"]
    assert list(_grid(*map(list, rows), headers=1).lines()) == ["a | b", "c | d", "1 | 2"]


def test_what_spans_the_whole_width_is_a_caption_above_and_a_row_within() -> None:
    grid = _grid([("Title", 2, 1)], [("a", 1, 1), ("b", 1, 1)], [("Part two", 2, 1)], [("1", 1, 1), ("2", 1, 1)])
    assert list(grid.lines()) == ["Title", "a | b", "| Part two |", "1 | 2"]


def test_a_cell_that_continues_repeats_the_one_above() -> None:
    grid = Grid()
    grid.row()
    grid.cell("A")
    grid.cell("1")
    grid.row()
    grid.cell("", continues=True)
    grid.cell("2")
    grid.row()
    grid.skip()
    grid.cell("3")
    assert grid.rows() == [["A", "1"], ["A", "2"], ["", "3"]]


def test_a_table_that_claims_a_huge_size_costs_little() -> None:
    began = time.monotonic()
    grid = _grid(*[[("x", 10**9, 10**9)] for _ in range(500)])
    assert sum(map(len, grid.rows())) < 5_000_000
    assert time.monotonic() - began < 20


def test_columns_may_be_left_empty_beside_those_that_cells_from_above_cover() -> None:
    grid = Grid()
    grid.row()
    grid.cell("a", rows=2)
    grid.cell("b")
    grid.cell("c")
    grid.row()
    grid.skip()
    grid.cell("d")
    assert grid.rows() == [["a", "b", "c"], ["a", "", "d"]]
    grid.row()
    grid.skip(2)
    grid.cell("e")
    assert grid.rows()[2] == ["", "", "e"]


def test_a_cell_begins_a_row_where_there_is_none() -> None:
    grid = Grid()
    grid.cell("a", columns=0)
    grid.cell("b", columns=-1, continues=True)
    assert grid.rows() == [["a", "b"]]
    assert Grid().rows() == []
    assert list(Grid().lines()) == []


def test_white_space_in_a_cell_is_a_blank() -> None:
    assert _grid([(" a\n b ", 1, 1)]).rows() == [["a b"]]


def test_a_cell_over_the_last_row_ends_with_the_table() -> None:
    assert _grid([("a", 1, 9), ("b", 1, 1)], [("c", 1, 1)]).rows() == [["a", "b"], ["a", "c"]]


def test_rows_of_different_length_are_as_wide_as_the_widest() -> None:
    grid = _grid([("a", 1, 1)], [("b", 1, 1), ("c", 2, 1)], [("d", 1, 1)])
    assert grid.rows() == [["a", "", ""], ["b", "c", "c"], ["d", "", ""]]


def test_empty_rows_and_cells_at_the_end_of_a_row_are_left_out() -> None:
    grid = _grid([("a", 1, 1), ("b", 1, 1), ("", 1, 1)], [("", 1, 1)], [("", 1, 1), ("c", 1, 1)], [("d", 1, 1)])
    assert list(grid.lines()) == ["a | b", " | c", "d"]


def test_a_row_of_nothing_but_cells_from_above_is_not_repeated() -> None:
    grid = _grid([("a", 1, 1), ("b", 1, 1)], [("c", 1, 2), ("d", 1, 2)], [], [("c", 1, 1), ("d", 1, 1)])
    assert list(grid.lines()) == ["a | b", "c | d", "c | d"]


def test_captions_stand_above_and_a_table_of_one_column_has_none() -> None:
    title, header, body = [("T", 2, 1)], [("a", 1, 1), ("b", 1, 1)], [("1", 1, 1), ("2", 1, 1)]
    assert list(_grid(title, [("", 2, 1)], [("S", 1, 1), ("", 1, 1)], header, body).lines()) == [
        *("T", "S", "a | b", "1 | 2"),
    ]
    assert list(_grid([("T", 2, 2)], [], header, body).lines()) == ["T", "a | b", "1 | 2"]
    assert list(_grid([("a", 1, 1)], [("b", 1, 1)]).lines()) == ["a", "b"]
    assert list(_grid(title, title).lines()) == ["| T |", "| T |"]


def test_a_text_over_the_whole_table_stands_in_bars() -> None:
    header, body = [("a", 1, 1), ("b", 1, 1)], [("1", 1, 1), ("2", 1, 1)]
    assert list(_grid(header, [("Part", 2, 2)], [], body).lines()) == ["a | b", "| Part |", "1 | 2"]
    assert list(_grid(header, [("x", 1, 1), ("x", 1, 1)], body).lines()) == ["a | b", "x | x", "1 | 2"]


def test_a_header_is_joined_from_the_top_with_what_repeats_once() -> None:
    rows = [("a", 1, 2), ("b", 2, 1)], [("b", 1, 1), ("", 1, 1)], [("1", 1, 1), ("2", 1, 1), ("3", 1, 1)]
    assert list(_grid(*map(list, rows)).lines()) == ["a | b | b", "1 | 2 | 3"]


def test_a_table_of_nothing_but_a_header_keeps_its_rows() -> None:
    rows = [("a", 1, 1), ("b", 1, 1)], [("c", 1, 1), ("d", 1, 1)]
    assert list(_grid(*map(list, rows), headers=2).lines()) == ["a | b", "c | d"]
    assert list(_grid(rows[0], headers=1).lines()) == ["a | b"]
    divided = [("a", 2, 1), ("b", 1, 1)], [("x", 1, 1), ("y", 1, 1), ("z", 1, 1)]
    assert list(_grid(*map(list, divided)).lines()) == ["a x | a y | b z"]


def test_figures_are_known_in_each_of_their_forms() -> None:
    top = [("a", 2, 1), ("b", 1, 1)]
    for figure in ("1", "-1.5", "+2", "−3", "(4)", "1,000", "12 %", "1 000", "5%"):
        row = [(figure, 1, 1), ("x", 1, 1), (figure, 1, 1)]
        assert next(_grid(top, row, row).lines()) == "a | a | b", figure
    for text in ("x1", "1x", "5 m", "%"):
        row = [(text, 1, 1), ("x", 1, 1), (text, 1, 1)]
        assert next(_grid(top, row, row).lines()) == f"a {text} | a x | b {text}", text


def test_a_third_row_of_a_header_holds_no_figures() -> None:
    top, second = [("", 1, 1), ("A", 4, 1)], [("", 1, 1), ("p", 2, 1), ("q", 2, 1)]
    third, figures, body = ([(text, 1, 1) for text in row] for row in (["", *"wxyz"], ["", *"1xyz"], "r2345"))
    assert next(_grid(top, second, third, body).lines()) == " | A p w | A p x | A q y | A q z"
    assert next(_grid(top, second, figures, body).lines()) == " | A p | A p | A q | A q"


def test_a_cell_that_reaches_over_more_than_four_rows_makes_no_header_of_them() -> None:
    for reach, joined in ((3, True), (4, True), (5, False)):
        top = [("k", 1, reach), ("A", 2, 1)]
        rows = [[("p", 1, 1), ("q", 1, 1)], *[[("r", 1, 1), ("s", 1, 1)] for _ in range(reach - 2)]]
        body = [("1", 1, 1), ("2", 1, 1), ("3", 1, 1)]
        first = next(_grid(top, *rows, body, body).lines())
        assert ("r" in first) is joined, reach


def test_a_table_is_no_wider_than_a_thousand_columns() -> None:
    grid = Grid()
    grid.row()
    grid.cell("a", columns=5_000)
    assert len(grid.rows()[0]) == 1_000
    grid.row()
    grid.skip(10_000)
    grid.cell("b")
    assert len(grid.rows()[1]) == 1_001


def test_a_cell_reaches_down_ten_thousand_rows_at_most() -> None:
    grid = Grid()
    grid.row()
    grid.cell("a", rows=10**9)
    for _ in range(10_001):
        grid.row()
    column = [row[0] for row in grid.rows()]
    assert (column.count("a"), column[9_999], column[10_000]) == (10_000, "a", "")
