"""Citations: what an answer says is in the documents is looked up there.

Modules: ``potluck_plugins.metrics._shared.claims``.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.documents import Passage
from potluck_plugins.metrics._shared.claims import citation_precision, claims, find_unsupported


def passage(text: str, section: str = "", heading: str = "") -> Passage:
    return Passage(section or text, "d", text, 0, len(text), 1.0, heading, (section,) if section else ())


WORDINGS = (
    "依第{n}節規定，{text}",
    "{n} {title}：{text}",
    "{title}的規定出現在{n}章節：{text}",
    "根據規範（{n}），{title}{text}",
    "{text}（見 {n}）",
    "{title}規定於第 {n} 條。{text}",
)

RAIL = passage(
    "短鋼軌：長度在標準長度以下5m以上，共1,640根，抗拉強度800MPa，為表3-2之30°C～38°C。",
    "1.4.4",
    "第一章 通則\n1.4.4 短鋼軌",
)


@pytest.mark.parametrize(
    "answer",
    [
        "依1.4.4，短鋼軌在５m以上。",
        "第1.4.4節規定5 m以上。",
        "第一章：共1640根。",
        "第1章說「標準長度以下」。",
        "設定溫度為30°C至38°C。",
        "It says “標準長度以下”, 1,640 of them.",
        "強度 800 MPa",
        "1.4.4，800MPa，５m",
        "1.4.4,800MPa",
        "1. 見第一章。\n2. 1.4.4",
        "（1）5公尺以上 [1]，共一千多根 [2]",
        "規定在「1.4.4 短鋼軌」，「長度……5m以上」",
        "30~38度，見表 3-2",
        "Clause 1.4.4 of Chapter 1: 5 metres, 1640 of them, 30-38 °C; see Table 3-2",
    ],
)
def test_what_the_passages_hold_is_supported(answer: str) -> None:
    assert find_unsupported(answer, [RAIL]) == []
    assert citation_precision(answer, [RAIL]) == 1


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ("依1.4.40規定。", ["1.4.40"]),
        ("依11.4.4規定。", ["11.4.4"]),
        ("依1.4.5規定，5m以上。", ["1.4.5"]),
        ("第二章", ["第二章"]),
        ("第十一章", ["第十一章"]),
        ("第1章至第3章、第4、5條", ["第3章", "第4條", "第5條"]),
        ("共164根", ["164根"]),
        ("長度80m", ["80m"]),
        ("長度5mm", ["5mm"]),
        ("長度5 mm", ["5 mm"]),
        ("28°C~38°C", ["28°c"]),
        ("28~38°C", ["28"]),
        ("他說「標準長度以上」。", ["標準長度以上"]),
        ("他說「標準……以下8m以上」。", ["標準⋯⋯以下8m以上"]),
        ("規定在「1.4.5 短鋼軌」", ["1.4.5 短鋼軌"]),
        ("1.4.4至1.4.7", ["1.4.7"]),
        ("表3-3", ["表3-3"]),
        ("依第1.4節", ["第1.4節"]),
        ("依1.4.14", ["1.4.14"]),
        ("Section 1.4.5, 5 m", ["section 1.4.5"]),
        ("百分之五", []),
    ],
)
def test_what_they_do_not_hold_is_named(answer: str, missing: list[str]) -> None:
    assert find_unsupported(answer, [RAIL]) == missing


def test_an_answer_that_cites_nothing_has_no_precision() -> None:
    assert citation_precision("短鋼軌比較短。", [RAIL]) is None


def test_a_claim_counts_once_however_often_it_is_made() -> None:
    assert [claim.text for claim in claims("1.4.4說5m，1.4.4又說5m")] == ["1.4.4", "5m"]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("14日內", "應於十四日內完成"),
        ("3個月", "三個月"),
        ("二十三組", "23組"),
        ("300萬次", "3,000,000次疲勞試驗"),
        ("3000000次", "300萬次疲勞試驗"),
        ("10萬噸", "100,000 t"),
        ("25％", "不得大於25%"),
        ("百分之25", "不得大於25%"),
        ("37.5mm篩：30～65", "篩孔尺寸 (mm)\n37.5 | 30～65"),
        ("63 mm", "63.0 | 100"),
        ("第3條", "第三條　承包商"),
        ("第三条", "第3條　承包商"),
        ("第一百零五條", "第105條"),
        ("5千公尺", "5km、5000m"),
        ("UIC60", "採用UIC60鋼軌"),
        ("14 days", "within 14 days"),
        ("25 rails", "of 25 concrete rails"),
        ("1,640, as said", "1640 rails"),
        ("1640 rails", "there are 1,640, not more"),
    ],
)
def test_the_same_in_other_writing_is_supported(answer: str, text: str) -> None:
    assert find_unsupported(answer, [passage(text)]) == []


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("25mm", "25m以上"),
        ("第3條", "第3章"),
        ("第3條", "第13條、第30條"),
        ("300萬次", "300次"),
        ("14日", "14個月"),
        ("64", "1,640根"),
        ("640", "1,640根"),
        ("5", "0.5、1.5、25"),
        ("UIC54", "採用UIC60鋼軌"),
        ("14 days", "within 14 weeks"),
        ("「5m以上」", "25m以上"),
        ("「1.4」", "1.4.4"),
        ("「1.4.4」", "14.4"),
    ],
)
def test_something_like_it_is_not(answer: str, text: str) -> None:
    assert len(find_unsupported(answer, [passage(text)])) == 1


@pytest.mark.parametrize(
    "text",
    [
        "9" * 9000,
        "第" + "一" * 9000 + "章",
        "第٣٣章",
        "1." * 9000 + "1",
        "第1、" + " " * 20000 + "x",
        "第1、" * 9000,
        "「" * 9000,
    ],
)
def test_what_is_absurd_is_read_all_the_same(text: str) -> None:
    assert find_unsupported(text, [passage(text)]) == []


def test_a_chapter_is_that_of_its_sections() -> None:
    assert find_unsupported("第1章、第一章", [passage("text", "1.4.4")]) == []
    assert find_unsupported("第2章、第14章", [passage("text", "1.4.4")]) == ["第2章", "第14章"]


@given(st.text(alphabet=st.sampled_from('第一十3章節「」“”".…1 20,，m°C%表-~至①萬a\n'), max_size=40))
def test_what_a_passage_says_itself_is_supported(text: str) -> None:
    """Read as an answer and as a passage, nothing is found in the one that is not in the other."""
    assert [one for one in find_unsupported(text, [passage(text)]) if not set(one) & set('".⋯…')] == []


def test_planted_false_clauses_are_caught_and_true_ones_left_alone(
    shared_data: Path, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """Of the specification, each clause quoted in full under its own and under three false numbers."""
    rows = [row for row in _rows(shared_data, "spec_zh/sections") if row["text"]]
    chance = random.Random(0)
    planted, caught, true, alarms, claimed = 0, 0, 0, 0, 0
    for place, row in enumerate(rows):
        shown = [_clause(row), *map(_clause, chance.sample([other for other in rows if other is not row], 4))]
        wording = chance.choice(WORDINGS)
        right = wording.format(n=row["section"], title=row["title"], text=row["text"])
        true, alarms = true + 1, alarms + bool(find_unsupported(right, shown))
        claimed += len(claims(right))
        for false in _false(row["section"], [other["section"] for other in rows], place, shown):
            wrong = find_unsupported(wording.format(n=false, title=row["title"], text=row["text"]), shown)
            planted, caught = planted + 1, caught + any(false in one for one in wrong)

    record_testsuite_property("planted", f"{caught} of {planted} false clause numbers caught")
    record_testsuite_property("alarms", f"{alarms} of {true} true answers with {claimed} claims")
    assert planted >= 180
    assert caught >= 0.95 * planted
    assert alarms <= 0.03 * true


def test_a_number_that_was_changed_is_caught(
    shared_data: Path, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """Every number of the specification, one at a time; what it is changed to may by chance stand elsewhere."""
    rows = [row for row in _rows(shared_data, "spec_zh/sections") if row["text"]]
    chance, changed, caught = random.Random(0), 0, 0
    for row in rows:
        shown = [_clause(row), *map(_clause, chance.sample([other for other in rows if other is not row], 4))]
        for match in re.finditer(r"(?<![\d.-])\d+(?:\.\d+)?(?![\d.-])", row["text"]):
            false = str(int(float(match.group())) * chance.choice([2, 3, 10]) + chance.choice([1, 7]))
            wrong = find_unsupported(row["text"][: match.start()] + false + row["text"][match.end() :], shown)
            changed, caught = changed + 1, caught + any(false in one for one in wrong)

    record_testsuite_property("changed", f"{caught} of {changed} changed numbers caught")
    assert changed > 100
    assert caught >= 0.95 * changed


def test_right_answers_of_the_data_are_seldom_doubted(
    shared_data: Path, whole_data: bool, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """The specification's gold answers and those that people found, against the sections or passages they are of."""
    sections = {row["section"]: _clause(row) for row in _rows(shared_data, "spec_zh/sections")}
    found = [
        (row["gold_answer"], [sections[name] for name in row["gold_sections"]])
        for row in _rows(shared_data, "spec_zh/questions")
        if row["answerable"]
    ]
    for name in ("qa_zh", "qa_en"):
        texts = {row["id"]: row["text"] for row in _rows(shared_data, f"{name}/corpus")}
        found += [
            (row["answers"][0], [passage(texts[gold]) for gold in row["gold_ids"]])
            for row in _rows(shared_data, f"{name}/questions")
            if row["answers"] and row["gold_ids"]
        ]
    claiming = [(answer, shown) for answer, shown in found if claims(answer)]
    doubted = [answer for answer, shown in claiming if find_unsupported(answer, shown)]

    record_testsuite_property("doubted", f"{len(doubted)} of {len(claiming)} true answers")
    assert len(claiming) > (300 if whole_data else 60)
    assert len(doubted) <= 0.02 * len(claiming), doubted


def _rows(shared_data: Path, name: str) -> list[dict[str, Any]]:
    text = (shared_data / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def _clause(row: dict[str, Any]) -> Passage:
    return passage(row["text"], row["section"], f"{row['section']} {row['title']}")


def _false(label: str, labels: list[str], place: int, shown: list[Passage]) -> list[str]:
    """A neighbour, one that does not exist, one with two digits swapped (or one more); none that was shown."""
    held = {one.section for one in shown}
    around = sorted(
        (other for other in labels if other not in held), key=lambda other: abs(labels.index(other) - place)
    )
    front, _, last = label.rpartition(".")
    digits = label.split(".")
    swapped = next(
        (
            ".".join(order)
            for order in (digits[:-2] + digits[-2:][::-1], digits[:-3] + digits[-3:][::-1], [*digits[:-1], last * 2])
            if order != digits and ".".join(order) not in held
        ),
        f"{label}1",
    )
    return [around[0], f"{front}.{int(last) + 30}", swapped]
