"""A thousand questions by four variants."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from potluck.evaluation.report import write_html
from support.comparisons import comparison

from .conftest import Open


@pytest.fixture(scope="module")
def large() -> dict[str, Any]:
    return comparison(1000, 4)


def test_the_file_has_less_than_ten_megabytes(large: dict[str, Any]) -> None:
    assert len(large["questions"]) * len(large["variants"]) == 4000
    assert len(write_html(large)) < 10_000_000


def test_it_answers_to_a_filter_within_two_seconds_of_being_opened(show: Open, large: dict[str, Any]) -> None:
    opened = show(large)
    assert min(until_filtered(opened.page, opened.url) for _ in range(3)) < 2000


def until_filtered(page: Page, url: str) -> float:
    """Milliseconds from the beginning of the navigation until a filter that was chosen at once is to be seen."""
    page.goto(url, wait_until="commit")
    page.locator("#kind-regressions").check()
    shown = page.locator("#found").inner_text()
    elapsed = page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
    )
    assert not shown.startswith("1,000 of")
    return float(elapsed)
