"""What is said of two variants, in a word and in a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from potluck.statistics.families import CorrectedDifference
from potluck.statistics.paired_tests import PairedDifference
from potluck.statistics.verdicts import description, verdict, verdict_sentence


@pytest.mark.parametrize(
    ("difference", "p", "higher", "expected"),
    [
        (0.1, 0.04, True, "better"),
        (-0.1, 0.04, True, "worse"),
        (0.1, 0.04, False, "worse"),
        (-0.1, 0.05, False, "better"),
        (0.1, 0.051, True, "no evidence"),
        (0.0, 0.01, True, "no evidence"),
    ],
)
def test_a_verdict_is_of_b_against_a(difference, p, higher, expected):
    assert verdict(difference, p, higher) == expected


def made(difference, low, high, p, n=300, needed=100):
    return PairedDifference(difference, low, high, p, n, "sign-flip", 0.05, needed)


def test_a_better_variant_is_called_better_in_plain_words():
    found = verdict_sentence(
        a="a", b="b", metric="f1", found=CorrectedDifference(made(0.041, 0.012, 0.07, 0.004), 0.004)
    )

    assert found == "b is better than a: f1 +0.041 [+0.012, +0.070], adjusted p = 0.004, 300 questions"


def test_no_evidence_says_how_many_questions_would_be_needed():
    difference = made(0.01, -0.02, 0.04, 0.5, needed=2140)

    found = verdict_sentence(a="繁體提示", b="三個範例", metric="f1", found=CorrectedDifference(difference, 1.0))

    assert found == (
        "no evidence of a difference between 繁體提示 and 三個範例 with 300 questions; 2,140 would be needed: "
        "f1 +0.010 [-0.020, +0.040], adjusted p = 1.000"
    )


def test_less_latency_is_better_and_has_its_unit():
    difference = made(-0.4126, -0.5, -0.325, 0.0001)

    found = verdict_sentence(
        a="遠端模型",
        b="本機模型",
        metric="latency",
        found=CorrectedDifference(difference, 0.0002),
        higher_is_better=False,
        unit="s",
    )

    assert found == (
        "本機模型 is better than 遠端模型: latency -0.413 [-0.500, -0.325] s, adjusted p < 0.001, 300 questions"
    )


def test_a_cost_of_millionths_is_not_rounded_to_nothing():
    difference = made(0.0000123, 0.0000101, 0.0000148, 0.0001)

    found = verdict_sentence(
        a="a", b="b", metric="cost", found=CorrectedDifference(difference, 0.02), higher_is_better=False, unit="USD"
    )

    assert found.startswith("b is worse than a: cost +0.000012 [+0.000010, +0.000015] USD")


def test_what_only_the_correction_hides_does_not_name_fewer_questions_than_were_asked():
    found = verdict_sentence(
        a="a", b="b", metric="f1", found=CorrectedDifference(made(0.04, 0.01, 0.07, 0.02, needed=280), 0.12)
    )

    assert "with 300 questions; more would be needed for this many comparisons: f1 +0.040" in found


def test_equal_variants_need_no_number_of_questions():
    found = verdict_sentence(
        a="a", b="b", metric="f1", found=CorrectedDifference(made(0.0, -0.1, 0.1, 1.0, 30, None), 1.0)
    )

    assert found == (
        "no evidence of a difference between a and b with 30 questions: f1 +0.000 [-0.100, +0.100], adjusted p = 1.000"
    )


@pytest.mark.parametrize(
    ("p", "near", "expected"),
    [(0.5, 0.05, "as good as"), (0.01, 0.04, "as good as"), (0.01, 0.051, "better"), (0.06, 0.051, "no evidence")],
)
def test_what_is_shown_to_be_near_is_as_good_even_where_a_difference_is_shown_too(p, near, expected):
    assert verdict(0.01, p, p_equivalent=near) == expected


def test_as_good_as_says_how_near_and_at_which_level():
    difference = replace(made(0.004, -0.0121, 0.0184, 0.6), confidence=0.95)

    found = verdict_sentence(
        a="向量", b="混合", metric="f1", found=CorrectedDifference(difference, 1.0, p_equivalent=0.012, margin=0.02)
    )

    assert found == (
        "混合 is as good as 向量: f1 +0.004 [-0.012, +0.018] at 95 %, less than 0.02 apart, "
        "adjusted p = 0.012, 300 questions"
    )


def test_a_level_is_told_with_a_decimal_where_it_has_one():
    one = CorrectedDifference(replace(made(0.0, -0.1, 0.1, 0.6), confidence=0.975), 1.0, 0.01, 0.2)

    assert " at 97.5 %, less than 0.2 s apart" in verdict_sentence(a="a", b="b", metric="latency", found=one, unit="s")


@pytest.mark.parametrize(
    ("low", "words"), [(0.02, "b is better than a by at least 0.02: "), (0.019, "b is better than a: ")]
)
def test_better_by_what_matters_is_said_where_the_interval_shows_it(low, words):
    one = CorrectedDifference(made(0.05, low, 0.09, 0.001), 0.002, p_equivalent=1.0, margin=0.02)

    assert verdict_sentence(a="a", b="b", metric="f1", found=one).startswith(words)


def test_worse_by_what_matters_is_told_by_the_nearer_end():
    far, near = (
        CorrectedDifference(made(-0.05, -0.09, high, 0.001), 0.002, p_equivalent=1.0, margin=0.02)
        for high in (-0.02, -0.01)
    )

    assert verdict_sentence(a="a", b="b", metric="f1", found=far).startswith("b is worse than a by at least 0.02: ")
    assert verdict_sentence(a="a", b="b", metric="f1", found=near).startswith("b is worse than a: ")


def test_a_measure_that_does_not_decide_is_described_without_a_verdict():
    one = CorrectedDifference(made(0.041, 0.012, 0.07, 0.004), 0.004)

    assert description(a="甲", b="乙", metric="latency", found=one, unit="s") == (
        "乙 against 甲: latency +0.041 [+0.012, +0.070] s, 300 questions; described, not judged"
    )
