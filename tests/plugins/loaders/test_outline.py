"""The headings that an outline names, found on the pages.

Modules: ``potluck_plugins.loaders._shared.outline``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._shared.outline import locate


def test_the_titles_of_an_outline_are_found_in_their_order() -> None:
    pages = [["1 Scope", "text", "Terms", "Terms"], ["3 Loads", "3 Loads"]]
    marks = [(0, "Scope", 1), (0, "Terms", 2), (0, "Terms", 3), (1, "3 Loads", 1)]

    assert locate(marks, pages) == {0: {0: 1, 2: 2, 3: 3}, 1: {0: 1}}


def test_a_title_that_stands_before_the_one_found_last_is_not_taken() -> None:
    assert locate([(0, "B", 1), (0, "A", 2)], [["A", "B"]]) == {0: {1: 1}}


@pytest.mark.parametrize("page", [1, 7])
def test_a_page_that_is_not_there_is_passed_over(page: int) -> None:
    assert locate([(page, "A", 1), (0, "A", 2)], [["A"]]) == {0: {0: 2}}


@pytest.mark.parametrize(
    ("line", "title", "found"),
    [
        ("1.2 Scope", "Scope", True),
        ("Scope", "1.2 Scope", True),
        ("1.2  Sco pe", "1.2 Scope", True),
        ("第1章 通則", "通 則", True),
        ("通則", "第一章 通則", True),
        ("1.2 Scope", "1.3 Scope", False),
        ("Scope of work", "Scope", False),
        ("Scope", "Scope of work", False),
        ("", "", False),
        ("", "1.2", False),
    ],
)
def test_a_line_is_a_heading_with_or_without_its_number(line: str, title: str, found: bool) -> None:
    assert locate([(0, title, 4)], [["text", line]])[0] == ({1: 4} if found else {})
