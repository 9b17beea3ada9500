"""What is said of two variants, in a word and in a sentence."""

from __future__ import annotations

import pytest

from potluck.statistics.paired_tests import PairedDifference
from potluck.statistics.verdicts import verdict, verdict_sentence


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
    found = verdict_sentence(a="a", b="b", metric="f1", difference=made(0.041, 0.012, 0.07, 0.004), p_adjusted=0.004)

    assert found == "b is better than a: f1 +0.041 [+0.012, +0.070], adjusted p = 0.004, 300 questions"


def test_no_evidence_says_how_many_questions_would_be_needed():
    difference = made(0.01, -0.02, 0.04, 0.5, needed=2140)

    found = verdict_sentence(a="繁體提示", b="三個範例", metric="f1", difference=difference, p_adjusted=1.0)

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
        difference=difference,
        p_adjusted=0.0002,
        higher_is_better=False,
        unit="s",
    )

    assert found == (
        "本機模型 is better than 遠端模型: latency -0.413 [-0.500, -0.325] s, adjusted p < 0.001, 300 questions"
    )


def test_a_cost_of_millionths_is_not_rounded_to_nothing():
    difference = made(0.0000123, 0.0000101, 0.0000148, 0.0001)

    found = verdict_sentence(
        a="a", b="b", metric="cost", difference=difference, p_adjusted=0.02, higher_is_better=False, unit="USD"
    )

    assert found.startswith("b is worse than a: cost +0.000012 [+0.000010, +0.000015] USD")


def test_what_only_the_correction_hides_does_not_name_fewer_questions_than_were_asked():
    found = verdict_sentence(
        a="a", b="b", metric="f1", difference=made(0.04, 0.01, 0.07, 0.02, needed=280), p_adjusted=0.12
    )

    assert "with 300 questions; more would be needed for this many comparisons: f1 +0.040" in found


def test_equal_variants_need_no_number_of_questions():
    found = verdict_sentence(a="a", b="b", metric="f1", difference=made(0.0, -0.1, 0.1, 1.0, 30, None), p_adjusted=1.0)

    assert found == (
        "no evidence of a difference between a and b with 30 questions: f1 +0.000 [-0.100, +0.100], adjusted p = 1.000"
    )
