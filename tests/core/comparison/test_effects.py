"""What each axis does, averaged over the others: by hand, and where variants are missing.

Modules: ``potluck.comparison.effects``, ``potluck.comparison.wording``.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from potluck.comparison.wording import effect_sentence, variant_place
from potluck.results.conclusions import DifferenceFound, ValuePair
from support.variant_tables import RECALL, Made, concluded

N = 80


def grid(effects: dict[str, dict[str, float]], noise: float = 0.05) -> list[Made]:
    """A variant for each combination; a value adds its effect to the questions' own values."""
    rng = np.random.default_rng(2)
    questions = rng.uniform(0.2, 0.6, N)
    made = []
    for names in itertools.product(*effects.values()):
        swaps = dict(zip(effects, names, strict=True))
        added = sum(effects[axis][name] for axis, name in swaps.items())
        made.append(Made(swaps, list(questions + added + rng.normal(0, noise, N))))
    return made


AXES = {"retriever": {"vector": 0.0, "hybrid": 0.1}, "k": {"k=2": 0.0, "k=4": 0.0, "k=8": 0.0}}


def test_an_axis_is_averaged_over_the_others() -> None:
    made = grid(AXES)
    found = concluded(*made)
    retriever, k = found.effects

    (pair,) = retriever.pairs
    by_name = {one.name: np.array(one.recall) for one in made}
    by_hand = np.mean([by_name[f"hybrid + {k}"] - by_name[f"vector + {k}"] for k in AXES["k"]])
    assert pair.found.difference == pytest.approx(by_hand)
    assert (pair.a, pair.b, pair.found.verdict, pair.found.n) == ("vector", "hybrid", "better", N)
    assert [(one.value, one.variants) for one in retriever.values] == [("vector", 3), ("hybrid", 3)]
    assert retriever.matters
    assert [(pair.a, pair.b) for pair in k.pairs] == [("k=2", "k=4"), ("k=2", "k=8"), ("k=4", "k=8")]
    assert not k.matters


def test_an_axis_shows_what_no_pair_of_variants_can() -> None:
    """Six variants differ by chance as much as the axis does; averaged over three values it is shown."""
    found = concluded(*grid({"retriever": {"向量": 0.0, "混合": 0.018}, "k": AXES["k"]}, noise=0.06))

    assert found.effects[0].matters
    assert sum(pair.verdict != "no evidence" for pair in found.pairs if pair.metric == "recall@2") <= 3


def test_the_correction_is_over_the_pairs_of_all_axes() -> None:
    found = concluded(*grid(AXES))

    pairs = [pair.found for effect in found.effects for pair in effect.pairs]
    smallest = min(pairs, key=lambda one: one.p)
    assert smallest.p_adjusted == pytest.approx(4 * smallest.p)
    assert smallest.confidence == pytest.approx(1 - 0.05 / 4)
    for one in pairs:
        assert (one.low > 0 or one.high < 0) == (one.verdict != "no evidence")


def test_a_variant_that_failed_tilts_nothing() -> None:
    made = grid({"retriever": {"vector": 0.0, "hybrid": 0.0}, "k": {"k=2": 0.0, "k=8": 0.3}}, noise=0.01)
    broken = [Made(one.swaps, None) if one.name == "hybrid + k=8" else one for one in made]
    found = concluded(*broken)

    (pair,) = found.effects[0].pairs
    assert abs(pair.found.difference) < 0.01, "compared at k=2 only, where both have answers"
    assert pair.found.verdict == "no evidence"


def test_one_axis_has_no_effects_since_its_pairs_tell() -> None:
    assert concluded(*grid({"k": {"k=2": 0.0, "k=8": 0.2}})).effects == ()


def test_axes_that_change_together_cannot_be_told_apart() -> None:
    found = concluded(Made({"a": "1", "b": "x"}, [0.1] * N), Made({"a": "2", "b": "y"}, [0.9] * N))

    assert found.effects == ()


def test_one_at_a_time_compares_each_value_with_the_recipes_own() -> None:
    made = [one for one in grid(AXES) if one.name != "hybrid + k=4" and one.name != "hybrid + k=8"]
    found = concluded(*made)

    assert [(pair.a, pair.b) for pair in found.effects[0].pairs] == [("vector", "hybrid")]
    assert len(found.effects[1].pairs) == 3


def test_of_many_values_each_is_tested_against_the_baselines() -> None:
    values = {f"k={k}": 0.0 for k in range(1, 7)}
    found = concluded(*grid({"k": values, "retriever": {"vector": 0.0, "hybrid": 0.0}}), baseline="k=3 + vector")

    assert [(pair.a, pair.b) for pair in found.effects[0].pairs] == [("k=3", f"k={k}") for k in (1, 2, 4, 5, 6)]


def test_an_axis_is_told_in_a_sentence() -> None:
    retriever, k = concluded(*grid(AXES)).effects

    assert retriever.sentence.startswith("retriever: hybrid is better than vector, recall@2 +0.")
    assert retriever.sentence.endswith("over the other axes")
    assert k.sentence.startswith("k: no difference that 80 questions can show; at most recall@2 k=")


@pytest.mark.parametrize(("count", "pairs"), [(4, 6), (5, 4)])
def test_of_four_values_all_pairs_are_tested_and_of_five_those_with_the_baselines(count: int, pairs: int) -> None:
    values = {f"k={k}": 0.0 for k in range(count)}
    found = concluded(*grid({"k": values, "retriever": {"vector": 0.0, "hybrid": 0.0}}))

    assert len(found.effects[0].pairs) == pairs
    assert found.effects[0].pairs[0].a == "k=0"


def test_where_the_baseline_failed_many_values_are_tested_against_the_first() -> None:
    made = grid({"k": {f"k={k}": 0.0 for k in range(5)}, "retriever": {"vector": 0.0, "hybrid": 0.0}})
    found = concluded(*made, baseline="another")

    assert {pair.a for pair in found.effects[0].pairs} == {"k=0"}


def test_the_mean_of_a_value_is_over_its_variants() -> None:
    made = grid({"retriever": {"vector": 0.0, "hybrid": 0.3}, "k": {"k=2": 0.0, "k=4": 0.1}}, noise=0.0)
    vector, hybrid = concluded(*made).effects[0].values
    means = {one.name: float(np.mean(one.recall)) for one in made}

    assert vector.mean == pytest.approx((means["vector + k=2"] + means["vector + k=4"]) / 2)
    assert hybrid.mean - vector.mean == pytest.approx(0.3)
    assert (vector.variants, hybrid.variants) == (2, 2)


def value_pair(a: str, b: str, difference: float, verdict: str, p: float = 0.5, n: int = 80) -> ValuePair:
    known = {"confidence": 0.95, "p": p, "p_adjusted": p, "p_equivalent": None, "needed_n": None, "test": "mcnemar"}
    known |= {"population": "questions", "clusters": None, "cluster_kind": None}
    known |= {"needed_clusters": None, "design_effect": None}
    found = DifferenceFound(
        difference=difference, low=difference - 0.1, high=difference + 0.1, verdict=verdict, n=n, **known
    )  # type: ignore[arg-type]
    return ValuePair(a, b, found)


def test_of_several_differences_the_clearest_is_told_and_of_equally_clear_ones_the_largest() -> None:
    pairs = [
        value_pair("a", "b", 0.9, "no evidence"),
        value_pair("a", "c", -0.25, "worse", 0.01),
        value_pair("b", "c", -0.5, "worse", 0.01),
        value_pair("c", "d", 0.75, "better", 0.02),
    ]

    assert effect_sentence("k", pairs, RECALL).startswith("k: c is worse than b, recall@2 -0.500 [")
    assert effect_sentence("k", pairs[1:2] + pairs[3:], RECALL).startswith("k: c is worse than a, recall@2 -0.250 [")


def test_where_nothing_is_shown_the_largest_difference_is_told_as_a_limit() -> None:
    pairs = [value_pair("a", "b", 0.1, "no evidence"), value_pair("a", "c", -0.25, "no evidence", n=1)]

    words = effect_sentence("k", pairs, RECALL)
    assert words.startswith("k: no difference that 1 question can show; at most recall@2 c against a -0.250 [")


def test_which_variant_is_worked_on_is_told_by_its_number() -> None:
    assert variant_place(2, 3, "k=2") == "variant 2 of 3: k=2"
    assert variant_place(1, 1, "") == ""
