"""Texts are compared as the stand-alone scorer compares them.

Modules: ``potluck.overlap``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from potluck.overlap import (
    any_contained,
    exact_match,
    f1,
    facts_contained,
    is_cjk,
    normalise,
    rouge_l,
    share_contained,
    squeeze,
    units_of,
)
from potluck.refusals import is_refusal
from support.samples import SAMPLES

WORDS = [
    *"的軌道１２3² ①½ｍm²、。「」'’\"$+-_.,!?\u3000\u00a0\t\n\u200b\u0301éÉßİあア한🇹🇼",
    *("the ", " a ", "An", "我不知道", "Don’t know", "1.4.4", "25m", "no answer", "资料中", "沒有提到", "x" * 60),
]
texts = st.one_of(st.lists(st.sampled_from(WORDS), max_size=20).map("".join), st.text(max_size=40))


def test_english_is_compared_without_case_marks_and_articles() -> None:
    assert normalise("The  Eiffel-Tower, a tower!", cjk=False) == "eiffeltower tower"


def test_chinese_counts_characters_and_keeps_numbers_and_words_whole() -> None:
    assert units_of("長度在25m以上，未滿200 m", cjk=True) == [*"長度在", "25", "m", *"以上未滿", "200", "m"]


def test_width_and_quotation_marks_do_not_count() -> None:
    assert exact_match("「１２」號。", "12號", cjk=True) == 1
    assert exact_match("12號", "13號", cjk=True) == 0


def test_f1_counts_what_both_have() -> None:
    assert f1("馬祖", "馬祖列島", cjk=True) == pytest.approx(2 * 2 / 6)
    assert f1("in Paris, France", "Paris", cjk=False) == pytest.approx(2 / 4)
    assert f1("", "馬祖", cjk=True) == 0
    assert f1("The", "a", cjk=False) == 1


def test_a_phrase_is_found_across_blanks_line_breaks_and_width() -> None:
    assert share_contained(["25m以上", "未滿 200m", "不動區間"], "長度在 ２５\nm 以上未滿200m") == pytest.approx(2 / 3)


def test_a_blank_phrase_is_never_found() -> None:
    assert any_contained(["", " "], "text") == 0
    assert any_contained(["", "馬祖"], "在馬祖") == 1


def test_of_an_answer_its_facts_are_looked_for_and_without_facts_one_of_the_answers() -> None:
    assert facts_contained(["25m", "200m"], ["都沒有"], "25m以上") == 0.5
    assert facts_contained([], ["都沒有", "25m"], "25m以上") == 1
    assert facts_contained([], ["200m"], "25m以上") == 0


def pairs(shared_data: Path) -> Iterator[tuple[str, str]]:
    """Questions and answers of all data sets, each with the next one's."""
    for name in ("qa_zh/questions", "qa_en/questions", "xquad/questions_zh", "spec_zh/questions"):
        lines = (shared_data / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
        rows = [json.loads(line) for line in lines if line]
        held = [text for row in rows for text in (row["question"], *row["answers"])]
        yield from pairwise(held)


def assert_same(scorer: ModuleType, one: str, other: str) -> None:
    assert is_cjk(one) == scorer.is_zh(one)
    assert squeeze(one) == scorer.squeeze(one)
    for cjk in (True, False):
        assert units_of(one, cjk) == scorer.toks(one, cjk)
        assert exact_match(one, other, cjk) == scorer.em(one, other, cjk)
        assert f1(one, other, cjk) == pytest.approx(scorer.f1(one, other, cjk), abs=1e-12)
    assert normalise(one, cjk=True) == scorer.norm_zh(one)
    assert normalise(one, cjk=False) == scorer.norm_en(one)


def test_the_scorer_agrees_on_the_data(scorer: ModuleType, shared_data: Path) -> None:
    for one, other in pairs(shared_data):
        assert_same(scorer, one, other)
        assert is_refusal(one) == scorer.is_idk(one, scorer.IDK)


def test_texts_compare_as_the_scorer_compared_them() -> None:
    """What it gave for some questions and answers of the samples and for strings of awkward characters."""
    lines = (SAMPLES / "scorer" / "texts.jsonl").read_text(encoding="utf-8").split("\n")
    recorded = [json.loads(line) for line in lines if line]

    for row in recorded:
        one, other = row["one"], row["other"]
        assert (is_cjk(one), squeeze(one)) == (row["cjk"], row["squeezed"])
        for cjk, gave in ((True, row["chinese"]), (False, row["english"])):
            assert (normalise(one, cjk), units_of(one, cjk)) == (gave["normalised"], gave["units"])
            assert exact_match(one, other, cjk) == gave["exact_match"]
            assert f1(one, other, cjk) == pytest.approx(gave["f1"], abs=1e-12)
    assert len(recorded) == 160


@settings(deadline=None)
@given(texts, texts)
def test_the_scorer_agrees_on_anything(scorer: ModuleType, one: str, other: str) -> None:
    assert_same(scorer, one, other)


@pytest.mark.parametrize(
    ("answer", "gold", "cjk", "expected"),
    [
        ("police killed the gunman", "police kill the gunman", False, 2 * 2 / 6),
        ("短鋼軌長五公尺", "短軌長五公尺", True, 2 * 6 / 13),
        ("a b c", "c b a", False, 2 / 4),
        ("", "x", False, 0.0),
    ],
)
def test_rouge_l_is_of_the_longest_common_subsequence(answer: str, gold: str, cjk: bool, expected: float) -> None:
    """Articles do not count, as for F1."""
    assert rouge_l(answer, gold, cjk) == pytest.approx(expected)


@given(*[st.lists(st.sampled_from("bcdx"), max_size=20)] * 2)
def test_the_longest_common_subsequence_is_that_of_the_table(ours: list[str], theirs: list[str]) -> None:
    table = [[0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    for i, a in enumerate(ours):
        for j, b in enumerate(theirs):
            table[i + 1][j + 1] = table[i][j] + 1 if a == b else max(table[i][j + 1], table[i + 1][j])
    longest = 2 * table[-1][-1] / (len(ours) + len(theirs)) if ours and theirs else float(ours == theirs)

    assert rouge_l(" ".join(ours), " ".join(theirs), False) == pytest.approx(longest)
