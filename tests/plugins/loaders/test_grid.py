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


def test_figures_below_a_header_and_rows_that_divide_none_of_its_cells_are_no_header() -> None:
    header, figures = [("a", 2, 1), ("b", 1, 1)], [("1", 1, 1), ("2", 1, 1), ("3", 1, 1)]
    assert list(_grid(header, figures).lines()) == ["a | a | b", "1 | 2 | 3"]
    years = [("a", 2, 1), ("b", 1, 2)], [("2025", 1, 1), ("2026", 1, 1)]
    assert list(_grid(*map(list, years), figures).lines()) == ["a 2025 | a 2026 | b", "1 | 2 | 3"]
    body = [("x", 2, 1), ("y", 1, 1)]
    assert list(_grid(header, body, figures).lines()) == ["a | a | b", "x | x | y", "1 | 2 | 3"]


def test_a_row_of_the_body_that_divides_a_cell_of_the_second_row_is_no_third_one_of_the_header() -> None:
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
