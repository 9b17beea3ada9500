"""axe finds nothing to complain about."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from support.comparisons import comparison, judged_pair, learning_curves

from .conftest import Open


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]} {one['nodes'][0]['failureSummary']}" for one in found]


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        pytest.param(360, "dark", marks=pytest.mark.slow),
        pytest.param(1280, "light", marks=pytest.mark.slow),
        pytest.param(1280, "dark", marks=pytest.mark.slow),
        pytest.param(360, "light", marks=pytest.mark.slow),
    ],
)
def test_there_are_no_violations(show: Open, scheme: str, width: int) -> None:
    document = comparison(30, 4) | {"learning_curves": learning_curves(["k: LoRA", "k: P-tuning"])}
    document["variants"][3]["error"] = "RemoteError: the service did not answer"
    names = [variant["name"] for variant in document["variants"]]
    judged = judged_pair(names[0], names[1], n=30, wins_a=12, labels={"n": 12, "sentences": ["people prefer it"]})
    document["judge"] = {"judge": "a judge", "pairs": [judged]}
    page = show(document, color_scheme=scheme, viewport={"width": width, "height": 800}).page
    assert violations(page) == []
    page.keyboard.press("j")
    page.locator("#others input").first.check()
    page.evaluate("document.querySelectorAll('main details').forEach((e) => { e.open = true })")
    assert page.locator("article.open .answer").count() > 2
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keys").click()
    assert violations(page) == []


def test_axe_would_notice(show: Open) -> None:
    page = show(comparison(5, 2)).page
    page.evaluate("document.getElementById('search').labels[0].replaceWith(document.getElementById('search'))")
    page.evaluate("document.getElementById('search').removeAttribute('placeholder')")
    page.evaluate("document.getElementById('found').style.color = '#ddd'")
    assert {one.split(":")[0] for one in violations(page)} >= {"label", "color-contrast"}
