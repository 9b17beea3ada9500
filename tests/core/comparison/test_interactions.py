"""Whether the effect of one axis depends on another.

Modules: ``potluck.comparison.interactions``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from benchmarks import choosing as simulated
from potluck.comparison.interactions import axis_interactions
from potluck.results.comparison import VariantResult
from potluck.results.conclusions import AxisInteraction
from potluck.statistics.clusters import Clusters
from potluck.statistics.paired_tests import compare_paired
from support.variant_tables import LATENCY, RECALL, Concluded, Made, concluded

N = 80
RNG = np.random.default_rng(0)
DIFFICULTY = RNG.random(N) / 2


def scores(gain: float) -> list[float]:
    found: list[float] = np.clip(DIFFICULTY + gain + RNG.normal(0, 0.05, N), 0, 1).tolist()
    return found


def grid(gains: dict[tuple[str, str], float], **more: str) -> list[Made]:
    """A variant for each size and each retriever, which gains that much."""
    return [Made({"size": size, "檢索": by, **more}, scores(gain)) for (size, by), gain in gains.items()]


DEPENDS = {("小", "bm25"): 0.0, ("大", "bm25"): 0.1, ("小", "向量"): 0.2, ("大", "向量"): 0.19}
"""A large size helps with bm25 alone."""


def test_an_effect_that_depends_on_another_axis_is_told_beside_both_and_not_on_average() -> None:
    found = concluded(*grid(DEPENDS))
    (one,) = found.interactions
    (pair,) = one.pairs

    assert (one.axis, one.other, one.matters) == ("size", "檢索", True)
    assert (pair.a, pair.b, pair.beside, pair.beside_other) == ("小", "大", "bm25", "向量")
    assert (pair.effect, pair.effect_other) == pytest.approx((0.1, -0.01), abs=0.02)
    assert pair.found.difference == pytest.approx(pair.effect_other - pair.effect)
    told = f"size: 大 against 小 helps with bm25 ({pair.effect:+.3f}) and not with 向量 ({pair.effect_other:+.3f})"
    assert any(sentence.startswith(f"{told}; recall@2 differs by -0.") for sentence in found.conclusion.sentences)
    assert not any(sentence.startswith("size: 大 is better") for sentence in found.conclusion.sentences)


def test_axes_that_depend_on_each_other_say_so() -> None:
    size, by = concluded(*grid(DEPENDS)).effects

    assert (size.depends_on, by.depends_on) == (("檢索",), ("size",))
    assert size.sentence.endswith(", on average; it depends on 檢索")


def test_effects_that_add_up_are_told_on_average() -> None:
    found = concluded(*grid({("小", "bm25"): 0.0, ("大", "bm25"): 0.1, ("小", "向量"): 0.2, ("大", "向量"): 0.3}))
    (one,) = found.interactions

    assert not one.matters
    assert one.sentence == "size and 檢索: what one does is not shown to depend on the other"
    assert [effect.depends_on for effect in found.effects] == [(), ()]
    assert any(sentence.startswith("size: 大 is better than 小") for sentence in found.conclusion.sentences)
    assert not any(one.sentence in sentence for sentence in found.conclusion.sentences)


def test_an_axis_without_an_effect_on_average_is_not_called_idle_if_it_depends_on_another() -> None:
    crossed = {("小", "bm25"): 0.0, ("大", "bm25"): 0.1, ("小", "向量"): 0.1, ("大", "向量"): 0.0}
    sentences = " ".join(concluded(*grid(crossed)).conclusion.sentences)

    assert "helps with bm25" in sentences
    assert "no difference" not in sentences


def interaction(found: Concluded, axis: str, other: str) -> AxisInteraction:
    return next(one for one in found.interactions if (one.axis, one.other) == (axis, other))


def test_each_value_is_held_against_the_baselines_and_further_axes_are_averaged_over() -> None:
    made = [
        Made({"k": k, "by": by, "prompt": prompt}, scores(0.0))
        for k, by, prompt in product(("k=1", "k=2", "k=4"), ("bm25", "向量"), ("短", "長"))
    ]
    found = concluded(*made, baseline="k=2 + 向量 + 短")
    pairs = interaction(found, "k", "by").pairs
    values = {tuple(one.swaps.values()): np.array(one.recall) for one in made}

    def effect(by: str) -> np.ndarray:
        effects = [values["k=4", by, prompt] - values["k=2", by, prompt] for prompt in ("短", "長")]
        mean: np.ndarray = np.mean(effects, axis=0)
        return mean

    assert [(one.axis, one.other, len(one.pairs)) for one in found.interactions] == [
        ("k", "by", 2), ("k", "prompt", 2), ("by", "prompt", 1)
    ]  # fmt: skip
    assert [(one.a, one.b, one.beside, one.beside_other) for one in pairs] == [
        ("k=2", "k=1", "向量", "bm25"), ("k=2", "k=4", "向量", "bm25")
    ]  # fmt: skip
    expected = compare_paired(effect("向量"), effect("bm25"))
    assert (pairs[1].found.difference, pairs[1].found.p) == pytest.approx((expected.difference, expected.p))
    assert {one.found.confidence for each in found.interactions for one in each.pairs} == {1 - 0.05 / 5}


def test_combinations_that_lack_a_variant_are_left_out() -> None:
    whole = [one for prompt in ("短", "長") for one in grid(DEPENDS, prompt=prompt)]
    lacking = [replace(one, recall=None) if number == 7 else one for number, one in enumerate(whole)]
    found, alone = concluded(*lacking), concluded(*whole[:4])
    (pair,), (same,) = interaction(found, "size", "檢索").pairs, interaction(alone, "size", "檢索").pairs

    assert pair.effect == pytest.approx(same.effect)
    assert pair.found.difference == pytest.approx(same.found.difference)
    assert concluded(*grid(DEPENDS)[:3]).interactions == ()


def test_where_the_baseline_failed_the_first_value_takes_its_place() -> None:
    gains = {(size, by): 0.0 for size in ("小", "中", "大") for by in ("bm25", "向量")}
    made = grid(gains)
    lost = [replace(one, recall=None) if one.swaps["size"] == "小" else one for one in made]
    (one,) = concluded(*lost).interactions

    assert [(pair.a, pair.b) for pair in one.pairs] == [("中", "大")]


def test_one_axis_or_values_that_are_not_paired_have_no_interactions() -> None:
    assert concluded(Made({"k": "1"}, scores(0.0)), Made({"k": "2"}, scores(0.1))).interactions == ()
    variants = [
        VariantResult(one.name, one.swaps, {}, None, 1.0, 1, None, {}, {}, None, 0, {}) for one in grid(DEPENDS)
    ]
    tables = {one.name: one.table for one in grid(DEPENDS)}
    assert axis_interactions(tables, variants, variants[0].name, replace(RECALL, paired=False)) == ()


def test_questions_on_one_document_count_as_one() -> None:
    made = grid(DEPENDS)
    variants = [VariantResult(one.name, one.swaps, {}, None, 1.0, 1, None, {}, {}, None, 0, {}) for one in made]
    tables = {one.name: one.table for one in made}
    (one,) = axis_interactions(tables, variants, made[0].name, RECALL, Clusters(np.arange(N) % 10))

    assert one.pairs[0].found.clusters == 10


def test_an_interaction_of_less_than_matters_is_not_told() -> None:
    slight = {**DEPENDS, ("大", "bm25"): 0.0, ("大", "向量"): 0.245}

    assert concluded(*grid(slight)).interactions[0].matters
    assert not concluded(*grid(slight), at_least=0.1).interactions[0].matters


@pytest.mark.parametrize(
    ("gains", "words"),
    [
        ((0.1, 0.3), "大 against 小 helps more with 向量 (+0."),
        ((-0.1, -0.3), "大 against 小 hurts more with 向量 (-0."),
        ((0.2, -0.1), "大 against 小 helps with bm25 (+0."),
        ((0.1, -0.2), "大 against 小 hurts with 向量 (-0."),
    ],
)
def test_what_an_axis_does_is_told_where_it_does_more(gains: tuple[float, float], words: str) -> None:
    first, second = gains
    base = {("小", "bm25"): 0.35, ("大", "bm25"): 0.35 + first, ("小", "向量"): 0.35, ("大", "向量"): 0.35 + second}
    halves = [replace(made, recall=[0.5 * value for value in made.recall or ()]) for made in grid(base)]
    (one,) = concluded(*halves).interactions

    assert words in one.sentence


def test_of_what_should_be_little_less_helps() -> None:
    seconds = {("小", "bm25"): 0.1, ("大", "bm25"): 0.4, ("小", "向量"): 0.1, ("大", "向量"): 0.15}
    made = [Made({"size": size, "檢索": by}, scores(0.0)) for size, by in seconds]
    variants = [VariantResult(one.name, one.swaps, {}, None, 1.0, 1, None, {}, {}, None, 0, {}) for one in made]
    times = dict(zip((one.name for one in made), seconds.values(), strict=True))
    tables = {name: {"latency": value + RNG.random((N, 1)) / 100} for name, value in times.items()}
    (one,) = axis_interactions(tables, variants, made[0].name, LATENCY)

    assert re.search(r"hurts more with bm25 \(\+0\.[23]\d+\) than with 向量 \(\+0\.0[45]\d\)", one.sentence)
    assert one.sentence.endswith("] s")


def test_of_variants_of_equal_worth_hardly_ever_an_interaction_is_found() -> None:
    assert simulated.false_interactions(simulated.Case(100, 20, binary=True), 60) <= 0.05
