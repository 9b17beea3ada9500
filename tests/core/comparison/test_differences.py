"""Which pairs of variants are tested, on which questions, and what a measure's interval is.

Modules: ``potluck.comparison.differences``.
"""

from __future__ import annotations

import itertools
import math
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from benchmarks import choosing as simulated
from potluck.comparison.differences import (
    Deciding,
    best_variant,
    common_values,
    families_to_test,
    measure_interval,
    pair_results,
    round_means,
)
from potluck.contracts import Measure
from potluck.statistics.clusters import Clusters
from potluck.statistics.correction import false_discovery

NAN = math.nan
SHARE = Measure("f1", "words in common")
TIME = Measure("latency", "seconds", about="effort", higher_is_better=False, scale="amount", unit="s")
ANY = Measure("gain", "anything", scale="any")
PRECISION = Measure("refusal_precision", "of those that refuse", paired=False)


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)[:, None]


def test_rounds_of_a_question_are_averaged_over_those_that_there_are() -> None:
    values = np.array([[1.0, NAN], [NAN, NAN], [1.0, 3.0]])

    assert round_means(values) == pytest.approx([1.0, NAN, 2.0], nan_ok=True)
    assert round_means(column(1.0, NAN)) == pytest.approx([1.0, NAN], nan_ok=True)


def test_a_mean_is_over_the_questions_that_have_the_measure() -> None:
    found = measure_interval(column(1.0, NAN, 0.0, 1.0), SHARE)

    assert (found.mean, found.n) == (pytest.approx(2 / 3), 3)


def test_an_interval_stays_within_what_a_measure_can_be() -> None:
    right = measure_interval(column(*[1.0] * 20), SHARE)
    assert right.low is not None
    assert right.high is not None
    assert 0.8 < right.low < right.high == pytest.approx(1.0)
    quick, gain = (measure_interval(column(0.0, 0.0, 0.0, 9.0), one) for one in (TIME, ANY))
    assert quick.low == 0.0
    assert gain.low is not None
    assert gain.low < 0.0
    assert quick.high == gain.high
    assert measure_interval(column(3.0), TIME).low is None


@pytest.mark.parametrize(
    ("means", "measure", "best"),
    [
        ({"a": 0.5, "b": 0.7, "c": 0.6}, SHARE, "b"),
        ({"a": 0.5, "b": 0.7, "c": 0.6}, TIME, "a"),
        ({"a": 0.5, "b": 0.7, "base": 0.7}, SHARE, "base"),
        ({"a": 0.7, "b": 0.7, "base": 0.1}, SHARE, "a"),
    ],
)
def test_the_best_has_the_best_mean_and_of_equal_ones_it_is_the_baseline_or_the_first(
    means: dict[str, float], measure: Measure, best: str
) -> None:
    tables = {name: {measure.name: column(mean, mean)} for name, mean in means.items()}

    assert best_variant({**tables, "failed": {}}, "base", measure) == best
    assert best_variant({"failed": {}}, "base", measure) is None


def test_two_variants_are_compared_on_the_questions_that_both_have() -> None:
    a, b = column(1.0, NAN, 0.0, 1.0), column(0.0, 1.0, NAN, 0.5)
    found = common_values(a, b)

    assert found is not None
    assert [one.tolist() for one in (found.a, found.b)] == [[1.0, 1.0], [0.0, 0.5]]
    assert common_values(a[:3], b[:3]) is None, "a single question tells nothing"
    assert common_values(a, None) is None
    assert common_values(None, b) is None


def test_the_questions_that_both_have_keep_their_clusters() -> None:
    a, b = column(1.0, NAN, 0.0, 1.0), column(0.0, 1.0, 0.5, 0.5)
    found = common_values(a, b, Clusters.from_labels(["x", "y", "z", "x"], "group"))

    assert found is not None
    assert found.clusters is not None
    assert found.clusters.places.tolist() == [0, 1, 0]
    assert found.clusters.kind == "group"


def test_pairs_and_means_say_on_how_many_documents_they_rest() -> None:
    rng = np.random.default_rng(0)
    clusters = Clusters(np.repeat(np.arange(10), 4))
    tables = {name: {"f1": rng.random((40, 1))} for name in "ab"}
    (pair,) = pair_results(tables, Deciding("a", "f1"), {"f1": SHARE}, clusters)
    mean = measure_interval(tables["a"]["f1"], SHARE, clusters)

    assert (pair.n, pair.clusters, pair.cluster_kind, pair.population) == (40, 10, "document", "clusters")
    assert pair.test == "cluster-sign-flip"
    assert pair.needed_clusters is not None
    assert pair.needed_n == 4 * pair.needed_clusters
    assert pair.design_effect is not None
    assert pair.share is not None
    assert "40 questions on 10 documents" in pair.sentence
    assert (mean.clusters, mean.cluster_kind, mean.population) == (10, "document", "clusters")


def test_rounds_are_compared_as_rounds() -> None:
    rounds = np.array([[1.0, 0.0], [0.0, NAN], [NAN, NAN]])
    found = common_values(rounds, rounds)

    assert found is not None
    assert found.a.shape == (2, 2)


def pairs_of(names: str, best: str, baseline: str = "a", **how: bool) -> set[str]:
    tables = {name: {"f1": column(0.0, 1.0, float(name == best))} for name in names}
    return {one.a + one.b for one in pair_results(tables, Deciding(baseline, "f1", **how), {"f1": SHARE})}


def test_of_up_to_six_variants_all_pairs_are_tested_and_of_more_those_with_the_baseline_and_the_best() -> None:
    assert pairs_of("abcdef", "c") == {"".join(pair) for pair in itertools.combinations("abcdef", 2)}
    assert pairs_of("abcdefg", "c") == {*(f"a{name}" for name in "bcdefg"), *(f"c{name}" for name in "bdefg")}
    assert pairs_of("abcdefg", "a") == {f"a{name}" for name in "bcdefg"}
    assert pairs_of("abcdefg", "c", baseline="failed") == {f"c{name}" for name in "abdefg"}


def test_pairs_with_the_best_of_many_count_as_picked_from_all_pairs_and_share_the_risk_with_those_of_the_baseline() -> (
    None
):
    def counts(names: str, best: str | None, baseline: str = "a") -> list[tuple[int, int | None]]:
        return [(len(pairs), count) for pairs, count in families_to_test(list(names), Deciding(baseline, "f1"), best)]

    assert counts("abcdef", "c") == [(15, None)], "all pairs are tested"
    assert counts("abcdefg", "c") == [(6, 12), (5, 30)]
    assert counts("abcdefg", "a") == [(6, 12)], "that the baseline is the best was not known before either"
    assert counts("abcdefg", None) == [(6, None)], "by another measure nothing was picked"
    assert counts("abcdefg", "c", baseline="failed") == [(0, 0), (6, 21)]


def test_a_verdict_on_the_best_of_many_is_corrected_for_all_from_which_it_was_picked() -> None:
    rng = np.random.default_rng(3)
    tables = {name: {"f1": rng.random((40, 1))} for name in "abcdefg"}
    tables["c"]["f1"] += 1.0
    found = {one.a + one.b: one for one in pair_results(tables, Deciding("a", "f1"), {"f1": SHARE})}

    assert max(found[f"a{name}"].confidence for name in "bcdefg") == pytest.approx(1 - 0.05 / 12)
    assert max(found[f"c{name}"].confidence for name in "bdefg") == pytest.approx(1 - 0.05 / 30)


@pytest.mark.parametrize("case", [simulated.Case(300, 20), simulated.Case(100, binary=True, variants=7)], ids=str)
def test_of_many_variants_of_equal_worth_hardly_ever_one_is_called_better_or_worse(case: simulated.Case) -> None:
    assert simulated.false_calls(case, 80) <= 0.05


def test_the_benchmark_prints_how_often_any_of_equal_variants_is_called_different(
    capsys: pytest.CaptureFixture[str],
) -> None:
    cases = [simulated.Case(30, 0, variants=7), simulated.Case(30, 20, True, 0.8, variants=8, gains=(0.5,))]
    with ThreadPoolExecutor(1) as pool:
        simulated.tabulate_false_calls(pool, 3, cases)
    title, *rows = capsys.readouterr().out.splitlines()

    assert title.endswith("any is called different")
    assert [row.partition("  ")[0] for row in rows] == [
        "7 graded, 30 questions",
        "8 right or wrong, 30 questions, 20 documents, four by four alike, 1 better by 0.5",
    ]
    assert all(re.fullmatch(r".* \d+\.\d %", row) for row in rows)


def test_where_the_baseline_was_named_only_the_pairs_with_it_are_tested() -> None:
    with_a = {f"a{name}" for name in "bcd"}

    assert pairs_of("abcd", "c", has_baseline=True) == with_a
    assert pairs_of("abcdefg", "c", has_baseline=True) == {f"a{name}" for name in "bcdefg"}
    assert len(pairs_of("abcd", "c", baseline="failed", has_baseline=True)) == 6, "all, as it failed"


def four_variants(rng: np.random.Generator) -> dict[str, dict[str, np.ndarray]]:
    """Of b the first measure is better than that of the others, of c the time."""
    skill, pace = {"b": 0.12}, {"c": -0.5}
    return {
        name: {
            "f1": np.clip(rng.normal(0.5 + skill.get(name, 0.0), 0.2, (60, 1)), 0, 1),
            "latency": rng.gamma(8, (1 + pace.get(name, 0.0)) / 8, (60, 1)),
            "gain": rng.normal(0, 1, (60, 1)),
        }
        for name in "abcd"
    }


MEASURES = {one.name: one for one in (SHARE, TIME, ANY)}


def test_the_measures_that_do_not_decide_are_described_by_intervals_that_nothing_corrects() -> None:
    tables = four_variants(np.random.default_rng(1))
    found = list(pair_results(tables, Deciding("a", "f1"), MEASURES))

    assert [one.metric for one in found] == ["f1"] * 6 + ["latency"] * 6 + ["gain"] * 6
    described = [one for one in found if one.metric != "f1"]
    assert {(one.verdict, one.p_adjusted) for one in described} == {(None, None)}
    assert {round(one.confidence, 9) for one in described} == {0.95}
    assert all(one.sentence.endswith("described, not judged") for one in described)
    assert all(one.verdict and one.p_adjusted is not None for one in found[:6])


def test_exploring_judges_the_other_measures_too_and_leaves_the_deciding_one_as_it_is() -> None:
    tables = four_variants(np.random.default_rng(3))
    plain, explored = (list(pair_results(tables, Deciding("a", "f1", explores=one), MEASURES)) for one in (False, True))

    assert explored[:6] == plain[:6]
    others = explored[6:]
    assert [one.p_adjusted for one in others] == pytest.approx(false_discovery([one.p for one in others]))
    assert {one.a + one.b for one in others if one.verdict == "better"} == {"ac", "bc"}
    assert {one.a + one.b for one in others if one.verdict == "worse"} == {"cd"}
    for one in others:
        assert (one.low > 0 or one.high < 0) == (one.verdict != "no evidence")


def test_what_matters_is_asked_of_the_measure_that_decides_alone() -> None:
    rng = np.random.default_rng(2)
    base = rng.random((80, 1))
    tables = {name: {"f1": base + rng.normal(0, 0.01, (80, 1)), "gain": base} for name in "ab"}
    near, other = pair_results(tables, Deciding("a", "f1", at_least=0.02), MEASURES)

    assert (near.verdict, other.verdict) == ("as good as", None)
    assert near.p_equivalent is not None
    assert near.p_equivalent <= 0.05
    assert -0.02 < near.low <= near.high < 0.02
    assert other.p_equivalent is None


def test_by_another_measure_than_the_chosen_one_many_variants_are_held_against_the_baseline_alone() -> None:
    tables = {name: {"f1": column(0.0, 1.0, float(name == "c"))} for name in "abcdefg"}

    found = list(pair_results(tables, Deciding("a", "latency"), {"f1": SHARE, "latency": TIME}))
    assert [one.a + one.b for one in found] == [f"a{name}" for name in "bcdefg"]


def test_measures_whose_questions_are_not_the_same_are_not_compared() -> None:
    tables = {name: {"refusal_precision": column(0.0, 1.0)} for name in "ab"}

    assert list(pair_results(tables, Deciding("a", "refusal_precision"), {"refusal_precision": PRECISION})) == []


def test_a_pair_is_the_second_minus_the_first_in_the_words_of_its_measure() -> None:
    slow, fast = [2.0 + number / 100 for number in range(30)], [1.0 + number / 200 for number in range(30)]
    tables = {"舊": {"latency": column(*slow)}, "新": {"latency": column(*fast)}}
    (found,) = pair_results(tables, Deciding("舊", "latency"), {"latency": TIME})

    assert (found.a, found.b, found.metric, found.n) == ("舊", "新", "latency", 30)
    assert found.difference == pytest.approx(np.mean(fast) - np.mean(slow))
    assert found.low <= found.difference <= found.high < 0
    assert found.verdict == "better", "less time is better"
    assert found.p_adjusted == pytest.approx(found.p)
    assert found.confidence == pytest.approx(0.95)
    assert re.match(r"新 is better than 舊: latency -1\.073 \[-\d\.\d+, -\d\.\d+\] s\b", found.sentence)
