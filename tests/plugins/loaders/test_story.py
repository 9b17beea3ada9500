"""Text that marks its tables paragraph by paragraph: which columns a cell covers follows from the edges of all rows.

Modules: ``potluck_plugins.loaders._office.story``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._office.blocks import Block, Line, Table
from potluck_plugins.loaders._office.story import CellShape, RowShape, Story

Told = list[tuple[str, int, bool]]


def shape(*cells: int | CellShape, left: int = 0, header: bool = False) -> RowShape:
    return RowShape(tuple(CellShape(one) if isinstance(one, int) else one for one in cells), left, header)


def story(*rows: tuple[RowShape, list[str]]) -> Story:
    found = Story()
    for row, texts in rows:
        for text in texts:
            if text:
                found.add(Line(text), 1)
            found.end_cell(1)
        found.end_row(1, row)
    return found


def table(*rows: tuple[RowShape, list[str]]) -> Table:
    (found,) = story(*rows).finish()
    assert isinstance(found, Table)
    return found


def told(*rows: tuple[RowShape, list[str]]) -> list[Told]:
    return [
        [(" ".join(map(str, cell.blocks)), cell.columns, cell.continues) for cell in row.cells]
        for row in table(*rows).rows
    ]


def widths(*rows: tuple[RowShape, list[str]]) -> list[list[int]]:
    return [[columns for _, columns, _ in row] for row in told(*rows)]


AB, CD = ["a", "b"], ["c", "d"]


@pytest.mark.parametrize(
    ("first", "second", "columns"),
    [
        (shape(1000, 2000), shape(1000, 2000), [[1, 1], [1, 1]]),
        (shape(1000, 2000), shape(1060, 2000), [[1, 1], [1, 1]]),
        (shape(1060, 2000), shape(1000, 2000), [[1, 1], [1, 1]]),
        (shape(1000, 2000), shape(1061, 2000), [[1, 2], [2, 1]]),
        (shape(1000, 3000), shape(2000, 3000), [[1, 2], [2, 1]]),
        (shape(1000, 2000), shape(1000, 2060), [[1, 1], [1, 1]]),
        (shape(1000, 2000), shape(1000, 2061), [[1, 1], [1, 2]]),
        (shape(1000, 2000), shape(2000, 4000, left=1000), [[1, 1], [1, 1]]),
        (shape(1000, 2000), shape(1000, 2000, left=60), [[1, 1], [1, 1]]),
    ],
)
def test_a_cell_covers_the_columns_between_its_edges(
    first: RowShape, second: RowShape, columns: list[list[int]]
) -> None:
    assert widths((first, AB), (second, CD)) == columns


def test_a_row_may_begin_further_right_and_belong_to_the_header() -> None:
    rows = table((shape(1000, 2000, header=True), AB), (shape(2000, left=1000), ["c"]), (shape(1000, 2000), CD)).rows

    assert [(row.header, row.before) for row in rows] == [(True, 0), (False, 1), (False, 0)]


def test_cells_that_go_on_take_in_what_stands_in_them() -> None:
    left, above = CellShape(2000, continues_left=True), CellShape(3000, continues_above=True)

    assert told((shape(1000, left, above), ["a", "b", "c"]))[0] == [("a b", 2, False), ("c", 1, True)]
    assert told((shape(CellShape(1000, continues_left=True), 2000), AB))[0] == [("a", 1, False), ("b", 1, False)]
    far = CellShape(3000, continues_left=True)
    assert told((shape(1000, 3000), AB), (shape(1000, far), CD))[1] == [("c d", 2, False)]
    assert told((shape(1000, 2000, 3000), ["a", "b", "c"]), (shape(1000, far), CD))[1] == [("c d", 3, False)]


def test_a_cell_without_width_is_kept_for_what_stands_in_it() -> None:
    narrow = shape(1000, 1000, 2000)

    assert told((narrow, ["a", "", "b"]))[0] == [("a", 1, False), ("b", 1, False)]
    assert told((narrow, ["a", "x", "b"]))[0] == [("a", 1, False), ("x", 1, False), ("b", 1, False)]
    back = shape(1000, 500, 2000)
    assert told((back, ["a", "x", "b"]), (shape(500, 1000, 2000), ["c", "d", "e"]))[0] == [
        ("a", 2, False),
        ("x", 1, False),
        ("b", 1, False),
    ]


def test_a_row_with_more_cells_than_its_shape_has_each_of_them_alone() -> None:
    rows = [(shape(500, header=True), AB), (shape(1000, 2000), CD)]

    assert told(*rows) == [[("a", 1, False), ("b", 1, False)], [("c", 1, False), ("d", 1, False)]]
    assert table(*rows).rows[0].header
    assert widths((shape(1000, 2000, 3000), ["a"])) == [[1, 1, 1]]
    assert told((RowShape(), []), (RowShape(), ["a"])) == [[], [("a", 1, False)]]


def test_a_row_has_at_most_a_thousand_edges() -> None:
    wide = shape(*range(100, 120_100, 100))

    assert sum(widths((wide, []))[0]) == 999
    assert told((wide, [str(number) for number in range(1200)]))[0][-1] == ("1199", 1, False)


def depths(blocks: list[Block]) -> int:
    tables = [one for one in blocks if isinstance(one, Table)]
    return 1 + max(depths(cell.blocks) for one in tables for row in one.rows for cell in row.cells) if tables else 0


@pytest.mark.parametrize(("depth", "found"), [(0, 0), (1, 1), (3, 3), (30, 30), (31, 30), (1_000, 30)])
def test_text_stands_at_its_depth_of_tables_up_to_thirty(depth: int, found: int) -> None:
    one = Story()
    one.add(Line("deep"), depth)

    assert depths(one.finish()) == found


def test_what_is_not_completed_comes_as_it_is() -> None:
    one = Story()
    one.add(Line("before"))
    one.add(Line("a"), 1)
    one.end_cell(1)
    one.add(Line("b"), 1)
    one.add(Line("after"))
    one.end_cell(0)
    one.add(Line("x"), 1)
    one.end_row(0, RowShape())

    before, first, after, second = one.finish()
    assert (before, after) == (Line("before"), Line("after"))
    assert isinstance(first, Table)
    assert [[cell.blocks for cell in row.cells] for row in first.rows] == [[[Line("a")], [Line("b")]]]
    assert isinstance(second, Table)
    assert [[cell.blocks for cell in row.cells] for row in second.rows] == [[[], [Line("x")]]]


def test_a_table_of_complete_rows_has_no_row_more() -> None:
    assert len(table((shape(1000, 2000), AB)).rows) == 1
    assert [len(row.cells) for row in table((shape(1000), ["a"]), (shape(1000), [""])).rows] == [1, 1]
