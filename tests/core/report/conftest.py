"""A real Chromium, and pages opened in it as a reader would: from a file."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from potluck.report import write_html
from support.comparisons import result_of

FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-quic",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Opened:
    """A page with what happened on it that should not have."""

    page: Page
    url: str
    requests: list[str] = field(default_factory=list)
    routed: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def outside(self) -> list[str]:
        """Requests for anything but the file itself and data in it."""
        return [url for url in self.requests + self.routed if url != self.url and not url.startswith("data:")]

    def ids(self) -> list[str]:
        """The ids of all questions that are shown, page by page."""
        found: list[str] = []
        while True:
            found += self.page.locator("#list .id").all_inner_texts()
            further = self.page.get_by_role("button", name="Next page")
            if not further.count() or further.is_disabled():
                return found
            further.click()


Open = Callable[..., Opened]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed after each module: while it is open, nothing asynchronous can be tested in this process."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("no Chromium: install the package 'chromium' (apt-get install chromium)")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open the report of a comparison; options are those of a browser context."""
    contexts: list[BrowserContext] = []

    def opened(document: dict[str, Any], **options: Any) -> Opened:
        path = tmp_path / f"report-{len(contexts)}.html"
        path.write_bytes(write_html(result_of(document)))
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options}))
        return watched(contexts[-1], path)

    yield opened
    for context in contexts:
        context.close()


def watched(context: BrowserContext, path: Path) -> Opened:
    found = Opened(context.new_page(), path.as_uri())
    found.page.on("request", lambda request: found.requests.append(request.url))
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.on("console", lambda said: found.complaints.append(f"{said.type}: {said.text}"))

    def pass_on(route: Route) -> None:
        found.routed.append(route.request.url)
        if route.request.url == found.url:
            route.continue_()
        else:
            route.abort()

    context.route("**/*", pass_on)
    found.page.goto(found.url)
    return found
