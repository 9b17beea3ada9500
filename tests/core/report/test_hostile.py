"""Whatever stands in documents, answers and names stays text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from support.comparisons import comparison, judged_pair, learning_curves

from .conftest import Open, Opened

CALL = "window.__xss=1"
PAYLOADS = (
    f"<script>{CALL}</script>",
    f"</script><script>{CALL}</script>",
    f"</SCRIPT ><ScRiPt>{CALL}</sCrIpT>",
    f"<!--<script>{CALL}</script>-->",
    f"<!-- --!><script>{CALL}</script>",
    f"<![CDATA[<script>{CALL}</script>]]>",
    f"]]><script>{CALL}</script>",
    f'<img src=x onerror="{CALL}">',
    f"<img src=x onerror={CALL}//",
    f"<svg onload={CALL}>",
    f"<svg><script>{CALL}</script></svg>",
    f"<svg><animate onbegin={CALL} attributeName=x dur=1s>",
    f'<math><mtext></form><form><mglyph><style></math><img src onerror="{CALL}">',
    f'<iframe src="javascript:parent.{CALL}"></iframe>',
    f'<iframe srcdoc="<script>parent.{CALL}</script>"></iframe>',
    f'<object data="data:text/html,<script>{CALL}</script>"></object>',
    f'<embed src="javascript:{CALL}">',
    f'<a href="javascript:{CALL}">a link</a>',
    f'<form action="javascript:{CALL}"><input autofocus onfocus="{CALL}"></form>',
    f"<details open ontoggle={CALL}>",
    f"<video><source onerror={CALL}></video>",
    f"<body onload={CALL}>",
    f"<select autofocus onfocus={CALL}>",
    f"<marquee onstart={CALL}>",
    f'<meta http-equiv="refresh" content="0;url=javascript:{CALL}">',
    '<base href="https://evil.example/">',
    '<link rel=stylesheet href="https://evil.example/x.css">',
    "<style>@import 'https://evil.example/x.css'; * { display: none }</style>",
    '<img src="https://evil.example/pixel.png">',
    f'"><script>{CALL}</script>',
    f"' onmouseover='{CALL}",
    f"javascript:{CALL}",
    f"${{{CALL}}}",
    f"{{{{constructor.constructor('{CALL}')()}}}}",
    f"\\u003cscript\\u003e{CALL}\\u003c/script\\u003e",
    f"\u2028{CALL}\u2029//",
    f"'-{CALL}-'",
    f"`;{CALL};`",
    f"</title><script>{CALL}</script>",
    f"</textarea></style></noscript><script>{CALL}</script>",
    f"<template><script>{CALL}</script></template>",
    f"\x00<scr\x00ipt>{CALL}</script>",
    f"<script/\x0c>{CALL}</script>",
    f"＜script＞{CALL}＜/script＞",
    "__proto__",
    "constructor",
    "\ud83d",
    "\udc00<b>",
    "\u202egnp.exe\u202c",
    "\u2066\u200b\ufeff",
    "&lt;script&gt;&amp;#x3c;",
    "$title $data ${policy}",
)
"""Each of them goes everywhere."""


def hostile() -> dict[str, Any]:
    """A comparison whose every name and text is a payload: as many variants, measures, questions and chunks."""
    keys = [payload + " chunk" for payload in PAYLOADS]
    variants = [_variant(number, payload) for number, payload in enumerate(PAYLOADS)]
    return comparison(1, 1) | {
        "name": PAYLOADS[1] + PAYLOADS[38],
        "started": PAYLOADS[7],
        "recipe": PAYLOADS[0],
        "design": PAYLOADS[7],
        "run": PAYLOADS[9],
        "questions_file": PAYLOADS[1],
        "baseline": PAYLOADS[0],
        "measures": [{"name": payload, "higher_is_better": True, "unit": payload} for payload in PAYLOADS],
        "variants": variants,
        "pairs": [_pair(payload) for payload in PAYLOADS[1:]],
        "causes": [_cause(number, payload) for number, payload in enumerate(PAYLOADS)],
        "cause_counts": [{"a": PAYLOADS[0], "b": PAYLOADS[1], "cause": p, "count": 1, "sentence": p} for p in PAYLOADS],
        "judge": {"judge": PAYLOADS[0], "pairs": [_judged(payload) for payload in PAYLOADS]},
        "judges_agree": [{"sentence": payload} for payload in PAYLOADS],
        "learning_curves": [curve | {"name": p} for p in PAYLOADS for curve in learning_curves(["x"])],
        "questions": [_question(payload, keys) for payload in PAYLOADS],
        "chunks": {
            k: {"source": p, "section": p, "page": 1, "text": p * 3} for k, p in zip(keys, PAYLOADS, strict=True)
        },
    }


def _judged(payload: str) -> dict[str, Any]:
    return judged_pair(payload, payload, labels={"n": 3, "sentences": [payload]})


def _variant(number: int, payload: str) -> dict[str, Any]:
    metrics = {p: {"mean": 0.5, "low": 0.4, "high": 0.6, "n": 9} for p in PAYLOADS}
    stages = {payload: 1, "load": 1}
    return {
        "name": payload,
        "swaps": {payload: payload},
        "metrics": metrics,
        "cost": 1.0,
        "seconds": 1.0,
        "computed": stages,
        "reused": stages,
        "error": payload if number > len(PAYLOADS) - 8 else None,
    }


def _pair(payload: str) -> dict[str, Any]:
    numbers = dict.fromkeys(("difference", "low", "high", "p", "p_adjusted", "detectable"), 0.01)
    names = {"a": PAYLOADS[0], "b": payload, "metric": payload}
    return {**names, **numbers, "verdict": payload, "needed_n": 5, "n": 9, "sentence": payload}


def _cause(number: int, payload: str) -> dict[str, Any]:
    names = {"question_id": payload, "a": PAYLOADS[0], "b": PAYLOADS[1]}
    return {
        **names,
        "cause": payload,
        "detail": payload,
        "metric": PAYLOADS[-1 - number],
        "from": 0,
        "to": 1,
        "calls": 1,
    }


def _question(payload: str, keys: list[str]) -> dict[str, Any]:
    answer = {
        "text": f"{payload} and {payload}",
        "refused": False,
        "scores": dict.fromkeys(PAYLOADS, 0.5),
        "seconds": 0.1,
        "retrieved": keys,
        "shown": 5,
        "citations": [{"chunk": keys[0], "start": 2, "end": 9}, {"chunk": keys[1], "start": 0, "end": 5}],
    }
    answers: dict[str, Any] = dict.fromkeys(PAYLOADS, answer)
    answers[PAYLOADS[1]] = answer | {"text": f"other {payload}", "scores": dict.fromkeys(PAYLOADS, 0.7)}
    gold = {kind: [payload] for kind in ("ids", "sections", "answers", "facts")}
    return {"id": payload, "question": payload, "answerable": True, "gold": gold, "answers": answers}


def visit(opened: Opened) -> None:
    """Go through all that the page can show."""
    page = opened.page
    page.evaluate("document.querySelectorAll('#others input').forEach((box, i) => { if (i < 3) box.click() })")
    for _ in PAYLOADS:
        page.keyboard.press("j")
    page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true })")
    for choice in ("#cause", "#choose-measure", "#choose-a"):
        for index in (1, 6, 11):
            page.locator(choice).select_option(index=index)
    for words in (PAYLOADS[0], "\\", "(["):
        page.locator("#search").fill(words)
    page.locator("#search").fill("script")
    page.locator("#cause").select_option(index=0)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")


FOREIGN = """() => {
  const found = [];
  const never = "img iframe object embed video source base math template marquee textarea animate".split(" ");
  const isHarmless = (link) => ["#questions", "data:,"].includes(link) || /^#question=[\\w.!~*'()%-]*$/.test(link);
  for (const element of document.querySelectorAll("*")) {
    const html = ["http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg"].includes(element.namespaceURI);
    const name = element.localName;
    if (!html || never.includes(name)) found.push(name);
    for (const { name: attribute, value } of element.attributes) {
      if (/^on|^style$|^srcdoc$|^action$|^autofocus$|^src$/.test(attribute)) found.push(`${name} ${attribute}`);
      if (/href$/.test(attribute) && !isHarmless(value)) found.push(`${name} ${attribute}=${value}`);
    }
  }
  const count = (selector) => document.querySelectorAll(selector).length;
  if (count("script") !== 2 || count("style") !== 1 || count("link") !== 1 || count("meta") !== 5) found.push("head");
  return found;
}"""


def harm(opened: Opened, dialogs: list[str]) -> list[str]:
    """What the payloads did, if anything."""
    found = [*dialogs, *opened.outside, *opened.complaints, *opened.page.evaluate(FOREIGN)]
    return found + (["window.__xss"] if opened.page.evaluate("'__xss' in window") else [])


@pytest.mark.parametrize(
    "bypass_csp",
    [
        pytest.param(False, id="with its policy", marks=pytest.mark.slow),
        pytest.param(True, id="even without its policy", marks=pytest.mark.slow),
    ],
)
def test_payloads_in_every_name_and_text_stay_inert(show: Open, bypass_csp: bool) -> None:
    assert len(PAYLOADS) >= 30
    opened = show(hostile(), bypass_csp=bypass_csp)
    dialogs: list[str] = []
    opened.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    visit(opened)
    assert opened.page.locator("#printed article").count() > 0
    assert harm(opened, dialogs) == []


def test_the_check_would_notice_a_payload_that_became_markup(show: Open, tmp_path: Path) -> None:
    opened = show(comparison(1, 1), bypass_csp=True)
    assert harm(opened, []) == []
    page = (tmp_path / "report-0.html").read_text("utf-8")
    (tmp_path / "report-0.html").write_text(page.replace("<main>", f"<main>{PAYLOADS[7]}"), "utf-8")
    opened.page.goto(opened.url)
    opened.page.wait_for_function("'__xss' in window")
    assert {"img", "img src", "img onerror", "window.__xss"} <= set(harm(opened, []))


def test_the_policy_stops_a_script_that_got_in(show: Open, tmp_path: Path) -> None:
    opened = show(comparison(1, 1))
    page = (tmp_path / "report-0.html").read_text("utf-8")
    payload = f"<main>{PAYLOADS[0]}{PAYLOADS[7]}{PAYLOADS[28]}"
    (tmp_path / "report-0.html").write_text(page.replace("<main>", payload), "utf-8")
    opened.page.goto(opened.url)
    assert opened.page.evaluate("'__xss' in window") is False
    assert not any("evil" in url for url in opened.routed)
    assert opened.page.evaluate("{ try { document.body.innerHTML = 'x'; } catch (e) { e.name } }") == "TypeError"


def test_payloads_can_be_read_as_they_are(show: Open) -> None:
    page = show(hostile()).page
    asked = page.locator("#list .asked").all_text_contents()
    assert asked == [visible(payload) for payload in PAYLOADS[: len(asked)]]
    names = page.locator("#variants .ranking tbody bdi").all_text_contents()
    assert names[: len(PAYLOADS)] == [visible(payload) for payload in PAYLOADS]


def visible(text: str) -> str:
    """A text as the page shows it: unseen characters by their code."""
    unseen = re.compile("[\x00\x0c\u200b\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
    return unseen.sub(lambda found: f"U+{ord(found[0]):04X}", text)


def test_characters_that_turn_text_around_are_shown_and_confined(show: Open) -> None:
    document = comparison(1, 2)
    document["questions"][0]["question"] = "invoice\u202egnp.exe"
    document["variants"][0]["name"] = "\u202eabc"
    document["questions"][0]["answers"]["\u202eabc"] = document["questions"][0]["answers"].pop("text2vec")
    page = show(document).page
    assert page.locator(".asked").inner_text() == "invoiceU+202Egnp.exe"
    assert page.locator(".asked").evaluate("e => getComputedStyle(e).unicodeBidi") == "isolate"
    assert page.locator("#choose-a option").first.text_content() == "‹U+202E›abc"
    assert "\u202e" not in page.evaluate("document.body.innerText")


def test_text_from_right_to_left_keeps_its_direction_and_leaves_the_rest_alone(show: Open) -> None:
    document = comparison(1, 2)
    document["questions"][0]["question"] = "מהו רוחב המסילה?"
    page = show(document).page
    assert page.locator(".asked").evaluate("e => getComputedStyle(e).direction") == "rtl"
    assert page.locator("h3 .toggle").evaluate("e => getComputedStyle(e).direction") == "ltr"
