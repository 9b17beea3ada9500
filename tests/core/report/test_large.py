"""A thousand questions by four variants."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from potluck.report import write_html
from support.comparisons import comparison, result_of
from support.reports import data_of

from .conftest import Open


@pytest.fixture(scope="module")
def large() -> dict[str, Any]:
    return comparison(1000, 4)


def test_the_file_has_less_than_ten_megabytes(large: dict[str, Any]) -> None:
    assert len(large["questions"]) * len(large["variants"]) == 4000
    assert len(write_html(result_of(large))) < 10_000_000


def test_with_far_more_text_than_that_it_still_has_less_and_keeps_what_the_models_were_shown() -> None:
    document = comparison(1000, 4, chunk_length=2500)
    assert sum(len(chunk["text"].encode()) for chunk in document["chunks"].values()) > 12_000_000
    for question in document["questions"]:
        first = question["answers"]["text2vec"]["retrieved"][0]
        for answer in question["answers"].values():
            rest = [key for key in answer["retrieved"] if key != first]
            answer |= {"retrieved": [first, *rest], "shown": 1, "citations": []}
    page = write_html(result_of(document))
    assert len(page) < 10_000_000
    found = data_of(page)
    shown = {answer["retrieved"][0] for question in found["questions"] for answer in question["answers"]}
    assert all(found["chunks"][number]["text"] for number in shown)
    assert any(chunk["text"] is None for chunk in found["chunks"])


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
