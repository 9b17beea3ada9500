"""The report of 1,000 questions by 4 variants: its size, and how soon it can be used.

``python tests/benchmarks/report.py`` measures from the beginning of the navigation until the first filter that is
clicked has taken effect, in Chromium.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from potluck.report import write_html
from support.comparisons import comparison, result_of

RUNS = 10
FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")


def main() -> None:
    document = comparison(1000, 4)
    started = time.perf_counter()
    page = write_html(result_of(document))
    print(
        f"written in {time.perf_counter() - started:.2f} s: {len(page) / 1e6:.2f} MB, {len(document['chunks'])} chunks"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "report.html")
        path.write_bytes(page)
        times = sorted(until_filtered(path.as_uri()))
    print(
        f"first filter took effect after {statistics.median(times):.0f} ms (median of {RUNS}; worst {times[-1]:.0f} ms)"
    )


def until_filtered(url: str) -> list[float]:
    """Milliseconds, each in a fresh context."""
    found = []
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        for _ in range(RUNS):
            page = browser.new_page()
            page.goto(url, wait_until="commit")
            page.locator("#kind-regressions").check()
            found.append(
                page.evaluate(
                    "new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
                )
            )
            page.close()
        browser.close()
    return found


if __name__ == "__main__":
    main()
