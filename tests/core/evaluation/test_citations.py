"""Citations: what an answer says is in the documents is looked up there."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from potluck.documents import Passage
from potluck.evaluation.citations import citation_precision, claims, unsupported


def passage(text: str, section: str = "", heading: str = "") -> Passage:
    return Passage(section or text, "d", text, 0, len(text), 1.0, heading, (section,) if section else ())


RAIL = passage(
    "短鋼軌：長度在標準長度以下5m以上，共1,640根，抗拉強度800MPa，為表3-2之30°C～38°C。", "1.4.4", "第一章 通則"
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
    ],
)
def test_what_the_passages_hold_is_supported(answer: str) -> None:
    assert unsupported(answer, [RAIL]) == []
    assert citation_precision(answer, [RAIL]) == 1


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ("依1.4.40規定。", ["1.4.40"]),
        ("依11.4.4規定。", ["11.4.4"]),
        ("依1.4.5規定，5m以上。", ["1.4.5"]),
        ("第二章", ["第2章"]),
        ("第十一章", ["第11章"]),
        ("共164根", ["164"]),
        ("長度80m", ["80"]),
        ("他說「標準長度以上」。", ["標準長度以上"]),
        ("1.4.4至1.4.7", ["1.4.7"]),
    ],
)
def test_what_they_do_not_hold_is_named(answer: str, missing: list[str]) -> None:
    assert unsupported(answer, [RAIL]) == missing


def test_an_answer_that_cites_nothing_has_no_precision() -> None:
    assert citation_precision("短鋼軌比較短。", [RAIL]) is None


def test_a_claim_counts_once_however_often_it_is_made() -> None:
    assert [claim.text for claim in claims("1.4.4說5m，1.4.4又說5m")] == ["1.4.4", "5"]


def test_planted_false_clauses_are_caught_and_true_ones_left_alone(shared_data: Path) -> None:
    """Of the specification: a clause that is elsewhere, one with a digit more, one that does not exist."""
    lines = (shared_data / "spec_zh" / "sections.jsonl").read_text(encoding="utf-8").splitlines()
    sections = [row for row in map(json.loads, lines) if row["text"]]
    chance, caught, alarms = random.Random(0), 0, 0
    for number in range(60):
        section = sections[number % len(sections)]
        shown = [_clause(section), _clause(chance.choice([row for row in sections if row is not section]))]
        said = section["text"].splitlines()[0]
        alarms += bool(unsupported(f"{section['section']} {section['title']}：{said}", shown))
        false = _false(section["section"], number % 3, [row["section"] for row in sections], shown, chance)
        wording = chance.choice(["依第{}節規定，{}", "{} 規定：{}", "（{}）{}"]).format(false, said[:30])
        caught += false in unsupported(wording, shown)

    assert caught >= 57
    assert alarms <= 3


def _clause(row: dict[str, Any]) -> Passage:
    return passage(row["text"], row["section"], f"{row['section']} {row['title']}")


def _false(label: str, kind: int, labels: list[str], shown: list[Passage], chance: random.Random) -> str:
    held = "".join(one.text + one.heading for one in shown)
    if kind == 0:
        return chance.choice([other for other in labels if other not in held])
    if kind == 1:
        return f"{label}{chance.randrange(10)}"
    front, _, last = label.rpartition(".")
    return f"{front}.{int(last) + 30}"
