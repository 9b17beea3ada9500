"""The order in which shapes on a page are read.

Modules: ``potluck_plugins.loaders._office.reading_order``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._office.reading_order import Box, reading_order


@pytest.mark.parametrize(
    ("boxes", "order"),
    [
        ([], []),
        ([Box(0, 0, 1, 1)], [0]),
        ([None, Box(0, 5, 9, 6), None, Box(0, 0, 9, 1)], [3, 1, 0, 2]),
        # two columns below a title: each is read to its end
        ([Box(5, 2, 9, 4), Box(0, 2, 4, 5), Box(5, 4, 9, 9), Box(0, 5, 4, 9), Box(0, 0, 9, 1)], [4, 1, 3, 0, 2]),
        # two rows of two: row by row
        ([Box(5, 5, 9, 9), Box(0, 5, 4, 9), Box(5, 0, 9, 4), Box(0, 0, 4, 4)], [3, 2, 1, 0]),
        # shapes whose ends overlap by a tenth of each stand one below the other
        ([Box(5, 0, 9, 10), Box(0, 9, 4, 19)], [0, 1]),
        ([Box(5, 0, 9, 10), Box(0, 8, 4, 18)], [0, 1]),
        ([Box(5, 0, 9, 10), Box(0, 7.5, 4, 17.5)], [1, 0]),
        ([Box(0, 5, 9, 10), Box(0, 5, 4, 10)], [0, 1]),
        ([Box(2, 1, 8, 9), Box(0, 0, 9, 10)], [1, 0]),
        ([Box(1, 0, 9, 10), Box(0, 0, 9, 10)], [1, 0]),
        # below a high shape nothing begins anew before its end
        ([Box(0, 0, 4, 20), Box(5, 0, 9, 4), Box(5, 6, 9, 10), Box(5, 12, 9, 20)], [0, 1, 2, 3]),
        ([Box(5, 12, 9, 20), Box(0, 0, 4, 20), Box(5, 0, 9, 4), Box(5, 6, 9, 10)], [1, 2, 3, 0]),
        # shapes that lie on one another: by their tops
        ([Box(1, 3, 9, 10), Box(0, 1, 8, 9), Box(2, 2, 7, 8)], [1, 2, 0]),
    ],
)
def test_shapes_are_read_from_the_top_and_column_by_column(boxes: list[Box | None], order: list[int]) -> None:
    assert reading_order(boxes) == order


def test_no_shape_is_lost_however_many_divisions_there_are() -> None:
    stairs: list[Box | None] = []
    for step in range(0, 120, 2):
        stairs += [Box(step, step, 1_000, step + 1), Box(step, step + 1, step + 1, 1_000)]

    assert sorted(reading_order(stairs)) == list(range(120))
