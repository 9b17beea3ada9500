"""The report of every kind of command, as a reader sees it: wide and narrow, light and dark.

Modules: ``potluck.report.html``, ``potluck.report.content``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page

from potluck.report import write_csv, write_page
from support.reports import contents

from .conftest import Opened, watched
from .test_accessibility import violations

KINDS = ("compare", "run of labels", "run of questions", "tune", "strategy")


@pytest.fixture(scope="module")
def reports(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Opened]]:
    """A report of each kind, opened once."""
    folder = tmp_path_factory.mktemp("reports")
    found = {}
    for kind, content in contents(folder).items():
        path = folder / f"{kind}.html"
        path.write_bytes(write_page(content))
        found[kind] = watched(browser.new_context(), path)
    yield found
    for one in found.values():
        one.page.context.close()


@pytest.fixture
def opened(reports: dict[str, Opened], request: pytest.FixtureRequest) -> Iterator[Opened]:
    """One report as it is after it was opened."""
    found = reports[request.param]
    found.page.set_viewport_size({"width": 1280, "height": 900})
    found.page.emulate_media(color_scheme="light")
    found.page.goto("about:blank")
    found.page.goto(found.url)
    yield found
    assert found.complaints == [], "nothing is written to the console"
    assert found.outside == ["about:blank"] * found.outside.count("about:blank"), "nothing is asked of the network"


every = pytest.mark.parametrize("opened", KINDS, indirect=True)
only = {kind: pytest.mark.parametrize("opened", [kind], indirect=True) for kind in KINDS}

CLIPPED = """() => [...document.querySelectorAll("main *, header *")].filter((e) => {
  const style = getComputedStyle(e);
  const hides = ["hidden", "clip"].includes(style.overflowX) || style.textOverflow === "ellipsis";
  return hides && !e.closest(".hidden, svg") && e.scrollWidth > e.clientWidth + 1;
}).map((e) => e.outerHTML.slice(0, 200))"""

OUTSIDE_DRAWINGS = """() => [...document.querySelectorAll("svg.plot text")].filter((text) => {
  const [inner, outer] = [text.getBoundingClientRect(), text.closest("figure").getBoundingClientRect()];
  return inner.left < outer.left - 1 || inner.right > outer.right + 1;
}).map((text) => text.textContent)"""

BROKEN_WORDS = """() => {
  const broken = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.parentElement.checkVisibility() || node.parentElement.closest("script, style, .hidden, .tall")) continue;
    for (const { 0: word, index } of node.data.matchAll(/[\\p{Script=Latin}\\p{N}_]{2,30}/gu)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      if (new Set([...range.getClientRects()].map((rect) => Math.round(rect.top))).size > 1) broken.push(word);
    }
  }
  return broken;
}"""

SQUEEZED = """() => [...document.querySelectorAll("td")].filter((cell) => {
  if (!cell.checkVisibility() || !/^\\p{Script=Han}{2,5}$/u.test(cell.textContent.trim())) return false;
  const range = document.createRange();
  range.selectNodeContents(cell);
  return new Set([...range.getClientRects()].map((rect) => Math.round(rect.top))).size > 1;
}).map((cell) => cell.textContent)"""

FADED = """() => {
  const faded = (box) => getComputedStyle(box).getPropertyValue("--beyond") !== "0px";
  return [...document.querySelectorAll(".box")]
    .filter((box) => box.checkVisibility() && faded(box) !== box.scrollWidth > box.clientWidth)
    .map((box) => box.innerText.slice(0, 60));
}"""

EMPTY = """() => {
  const seen = (e) => e.checkVisibility();
  const empty = (e) => !e.textContent.trim() && !e.querySelector("input, svg");
  const found = [...document.querySelectorAll("section, figure, ul, ol, dl, table, tbody, h1, h2, h3, p, th")]
    .filter((e) => seen(e) && empty(e))
    .map((e) => e.outerHTML.slice(0, 120));
  for (const table of document.querySelectorAll("table")) {
    for (const head of table.tHead.rows[0].cells) {
      const cells = [...table.tBodies[0].rows].map((row) => row.cells[head.cellIndex].textContent.trim());
      if (cells.every((text) => ["", "–"].includes(text))) found.push(`column ${head.textContent}`);
    }
  }
  return found;
}"""

UNFOLD = "document.querySelectorAll('main details').forEach((e) => { e.open = true })"


@every
def test_the_conclusion_stands_first(opened: Opened) -> None:
    first = opened.page.locator("main > section:visible h2, main h2:visible").first.inner_text()
    assert first == "Conclusion" if opened.page.locator("#concluded p").count() else "Notes"


@every
@pytest.mark.parametrize("width", [390, 1280, pytest.param(1920, marks=pytest.mark.slow)])
def test_nothing_is_cut_broken_empty_or_beside_the_page(opened: Opened, width: int) -> None:
    page = opened.page
    page.set_viewport_size({"width": width, "height": 900})
    page.keyboard.press("j")
    page.evaluate(UNFOLD)
    page.wait_for_function("document.querySelector('main').clientWidth > 0")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = {
        "cut": page.evaluate(CLIPPED),
        "beside its drawing": page.evaluate(OUTSIDE_DRAWINGS),
        "broken": page.evaluate(BROKEN_WORDS),
        "squeezed": page.evaluate(SQUEEZED),
        "cut at an edge without a sign that it goes on": page.evaluate(FADED),
        "empty": page.evaluate(EMPTY),
    }
    assert found == {what: [] for what in found}


SLOW = pytest.param("compare", marks=pytest.mark.slow)
"""``test_accessibility`` examines this one."""


@pytest.mark.parametrize("opened", [SLOW, *KINDS[1:]], indirect=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, *(pytest.param(width, marks=pytest.mark.slow) for width in (1280, 1920))])
def test_axe_finds_nothing(opened: Opened, scheme: str, width: int) -> None:
    page = opened.page
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.keyboard.press("j")
    page.evaluate(UNFOLD)
    assert violations(page) == []


@every
def test_no_path_says_where_it_was_made(opened: Opened) -> None:
    folder = Path(opened.url.removeprefix("file://")).parent
    assert str(folder) not in opened.page.content()
    assert "/anywhere" not in opened.page.content()


@pytest.mark.parametrize("opened", [kind for kind in KINDS if kind != "tune"], indirect=True)
def test_a_click_on_a_head_sorts_by_its_column_and_another_the_other_way_round(opened: Opened) -> None:
    table = opened.page.locator("table:visible").first
    head = table.locator("th.number").first
    column = head.evaluate("e => e.cellIndex")
    for order in ("descending", "ascending"):
        while head.get_attribute("aria-sort") != order:
            head.locator("button").click()
        cells = table.locator(f"tbody tr > :nth-child({column + 1})")
        values = cells.evaluate_all("all => all.filter(e => e.dataset.value).map(e => Number(e.dataset.value))")
        assert values == sorted(values, reverse=order == "descending")
        assert len(values) > 1
    assert table.locator("[aria-sort]").count() == 1


@only["compare"]
def test_a_ranking_begins_with_the_chosen_measure_and_has_values_in_place_of_names(opened: Opened) -> None:
    page = opened.page
    assert heads(page)[:3] == ["Words in common (F1)", "embedder", "prompt"]
    page.locator("#choose-measure").select_option(label="Time to answer")
    assert heads(page)[:2] == ["Time to answer", "embedder"]
    means = page.locator(".ranking td:first-child").evaluate_all("all => all.map(e => Number(e.dataset.value))")
    assert means == sorted(means), "the best, which is the shortest, first"
    assert page.locator(".ranking th[aria-sort]").get_attribute("aria-sort") == "ascending"


def heads(page: Page) -> list[str]:
    return list(page.locator(".ranking thead th").evaluate_all("all => all.map(e => e.dataset.name)"))


@only["run of labels"]
def test_the_labels_are_a_table_of_actual_and_predicted_ones(opened: Opened) -> None:
    page = opened.page
    table = page.locator("table.confusion")
    assert table.locator("thead th").first.inner_text() == "Actual ↓ Predicted →"
    row = table.locator("tbody tr").first
    counts = [int(text) for text in row.locator("td").all_inner_texts()]
    assert sum(counts[:-1]) == counts[-1]
    assert "said" not in page.locator("#confusion").inner_text()
    assert page.locator("#confusion img, #confusion svg").count() == 0


@only["run of labels"]
def test_a_cell_of_the_table_leads_to_its_examples(opened: Opened) -> None:
    page = opened.page
    mistake = page.locator("#confusion table").first.locator("tbody tr").first
    count, actual, predicted, _ = mistake.locator("td").all_inner_texts()
    mistake.locator("button").click()
    shown = page.locator("#list .meta").all_inner_texts()
    assert len(shown) == int(count)
    assert all(f"predicted {predicted}, actual {actual}" in one for one in shown)
    page.get_by_role("button", name="Show all").click()
    assert page.locator("#list article").count() == 20


@only["tune"]
def test_the_loss_tells_its_values_below_the_pointer_and_to_the_keys(opened: Opened) -> None:
    page = opened.page
    plot, tip = page.locator("#plots svg.plot"), page.locator(".tip")
    assert not tip.is_visible()
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 60)
    told = tip.inner_text().splitlines()
    assert told[0].startswith("optimiser step 2")
    assert [line.split(": ")[0] for line in told[1:3]] == ["training, each step", "training, running mean"]
    page.mouse.move(0, 0)
    assert not tip.is_visible()
    plot.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert tip.inner_text().splitlines()[0] == "optimiser step 2"
    page.keyboard.press("Escape")
    assert not tip.is_visible()


@only["run of questions"]
def test_every_question_has_an_address_that_opens_it(opened: Opened) -> None:
    page = opened.page
    links = page.locator("#list .anchor").evaluate_all("all => all.map(e => e.getAttribute('href'))")
    assert sorted(links) == [f"#question=q{n}" for n in range(1, 7)]
    page.evaluate("location.hash = '#question=q3'")
    page.wait_for_selector("article.open")
    assert page.locator("article.open .id").inner_text() == "q3"
    page.keyboard.press("j")
    assert page.evaluate("location.hash") == "#question=" + page.locator("article.open .id").inner_text()


@only["run of questions"]
def test_of_one_run_the_worst_answers_come_first(opened: Opened) -> None:
    page = opened.page
    assert page.locator("#list .id").all_inner_texts() == ["q6", "q5", "q4", "q3", "q2", "q1"]
    page.locator("#order").select_option(label="as in the file")
    assert page.locator("#list .id").all_inner_texts() == ["q1", "q2", "q3", "q4", "q5", "q6"]
    page.locator("#kind-refused").check()
    assert page.locator("#list .id").all_inner_texts() == ["q6"]


@only["strategy"]
def test_tables_are_saved_for_spreadsheets_from_within_the_page(opened: Opened) -> None:
    table = saved(opened.page, "#variants", "CSV")
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    assert rows[0][:5] == ["Accuracy", "Accuracy, low", "Accuracy, high", "Strategy", "Macro F1"]
    assert rows[1][:4] == ["0.9", "0.8", "1", "classifier take this"]
    book = openpyxl.load_workbook(io.BytesIO(saved(opened.page, "#variants", "XLSX")))
    cells = list(book.active.values)  # type: ignore[union-attr]
    assert list(cells[1][:4]) == [0.9, 0.8, 1, "classifier take this"]
    assert len(cells) == len(rows) == 5


@only["run of labels"]
def test_all_answers_are_saved_as_they_stand_beside_the_report(opened: Opened, tmp_path: Path) -> None:
    table = saved(opened.page, "#asked", "CSV").decode("utf-8-sig")
    assert cells_of(table) == cells_of(write_csv(contents(tmp_path)["run of labels"]))
    book = openpyxl.load_workbook(io.BytesIO(saved(opened.page, "#asked", "XLSX")))
    texts = [row[1] for row in book.active.values]  # type: ignore[union-attr]
    assert "第1則訊息：請問 EMIC 系統的帳單在哪？ Where is it?" in texts


def cells_of(table: str) -> list[list[str]]:
    """The rows of a CSV file; whole numbers are written with and without a point."""
    return [[cell.removesuffix(".0") for cell in row] for row in csv.reader(io.StringIO(table))]


def saved(page: Page, where: str, kind: str) -> bytes:
    """What a button saves."""
    with page.expect_download() as waiting:
        page.locator(f"{where} .saves button", has_text=kind).last.click()
    assert waiting.value.suggested_filename.endswith(f".{kind.lower()}")
    return Path(waiting.value.path()).read_bytes()


@only["compare"]
def test_what_each_axis_does_stands_between_the_ranking_and_the_pairs(opened: Opened) -> None:
    page = opened.page
    titles = page.locator("main h2:visible").all_inner_texts()
    assert titles[:6] == ["Conclusion", "Notes", "Ranking", "What each axis does", "Pairs", "Plots"]
    assert page.locator("#effects li").inner_text() == "embedder: 詞向量 has +0.100 more than text2vec"
    row = page.locator("#effects tbody tr").inner_text()
    for told in ("+0.100", "+0.020 to +0.180", "embedder", "text2vec", "詞向量", "▲ better"):
        assert told in row


@only["compare"]
def test_the_variant_to_take_is_marked_and_the_standing_of_the_others_told(opened: Opened) -> None:
    page = opened.page
    taken = page.locator(".ranking tbody tr", has_text="take this")
    assert taken.count() == 1
    assert "Standing" in heads(page)
    page.locator("#choose-measure").select_option(label="Time to answer")
    assert "Standing" not in heads(page), "it is about the measure of the conclusion"
