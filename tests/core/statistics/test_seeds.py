"""A difference between methods that train, told from that between the models that happened to be trained.

Modules: ``potluck.statistics.seeds``, ``potluck.statistics.variance``.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import seeds as simulated
from potluck.statistics.clusters import Clusters
from potluck.statistics.families import PairedValues, compare_family
from potluck.statistics.intervals import Interval, mean_interval
from potluck.statistics.paired_tests import compare_paired
from potluck.statistics.seeds import MethodTest, SeedSpread, Trained, compare_methods, seed_spread, widen_mean
from potluck.statistics.variance import Repeats, repeat_variance, trainings_apart, variance_components

Array = npt.NDArray[np.float64]
NAN = math.nan


def both(a: Array, b: Array) -> Trained:
    return Trained((b, -a), 2, a.shape[1])


def answers(rng: np.random.Generator, n: int, seeds: int, spread: float, binary: bool = True) -> Array:
    """Of a tuner whose trainings differ by ``spread``; how hard questions are does not differ from tuner to tuner."""
    difficulty = np.random.default_rng(n).normal(size=(n, 1))
    values = difficulty + spread * rng.normal(size=(1, seeds)) + 0.7 * rng.normal(size=(n, seeds))
    return (values > 0).astype(np.float64) if binary else np.clip(0.5 + 0.2 * values, 0, 1)


SAMPLES = st.integers(0, 10**6).map(np.random.default_rng)


@settings(max_examples=25, deadline=None)
@given(
    SAMPLES,
    st.sampled_from([12, 40]),
    st.integers(2, 5),
    st.sampled_from([0.0, 0.3, 2.0]),
    st.booleans(),
    st.booleans(),
)
def test_an_interval_holds_zero_exactly_where_the_test_finds_nothing_at_any_level(
    rng: np.random.Generator, n: int, seeds: int, spread: float, binary: bool, clustered: bool
) -> None:
    a, b = (answers(rng, n, seeds, spread, binary) for _ in range(2))
    b = np.clip(b + rng.choice([0.0, 0.5]), 0, 1)
    clusters = Clusters(np.arange(n) % 10) if clustered else None
    for alpha in (0.05, 0.004):
        found = compare_methods(a, b, both(a, b), alpha=alpha, clusters=clusters)
        assert (found.low > 0 or found.high < 0) == (found.p <= alpha)
        assert -1 <= found.low <= found.difference <= found.high <= 1
        assert found.confidence == 1 - alpha


@settings(max_examples=25, deadline=None)
@given(SAMPLES, st.sampled_from([12, 40]), st.integers(2, 5), st.booleans())
def test_b_against_a_mirrors_a_against_b_and_the_order_of_questions_does_not_matter(
    rng: np.random.Generator, n: int, seeds: int, binary: bool
) -> None:
    a, b = (answers(rng, n, seeds, 0.3, binary) for _ in range(2))
    found, order = compare_methods(a, b, both(a, b)), rng.permutation(n)

    assert compare_methods(b, a, both(b, a)) == found.mirror() or found.difference == 0
    shuffled = compare_methods(a[order], b[order], both(a[order], b[order]))
    assert (shuffled.p, shuffled.low, shuffled.high) == (found.p, found.low, found.high)


@settings(max_examples=25, deadline=None)
@given(SAMPLES, st.sampled_from([10, 40]), st.integers(2, 5))
def test_a_conclusion_about_methods_is_at_least_one_about_these_models(
    rng: np.random.Generator, n: int, seeds: int
) -> None:
    a, b = (answers(rng, n, seeds, 0.5) for _ in range(2))
    models, methods = compare_paired(a, b), compare_methods(a, b, both(a, b))

    assert methods.p >= models.p
    assert methods.low <= models.low <= models.high <= methods.high
    assert methods.detectable >= models.detectable
    assert methods.test == ("trainings" if methods.p > models.p else models.test)


def test_without_several_trainings_it_is_the_test_of_these_models() -> None:
    rng = np.random.default_rng(0)
    a, b = (answers(rng, 40, 1, 0.3) for _ in range(2))
    models = compare_paired(a, b)
    once, untrained = compare_methods(a, b, both(a, b)), compare_methods(a, b, Trained())

    assert compare_methods(a, b) == models
    for found, trainings in ((once, 1), (untrained, 0)):
        assert (found.p, found.low, found.high, found.test) == (models.p, models.low, models.high, models.test)
        assert (found.needed_n, found.detectable, found.trainings) == (models.needed_n, models.detectable, trainings)
        assert found.needed_trainings is None
        assert found.variance is not None
        assert found.variance.trainings is None
    assert (once.models, untrained.models) == (2, 0)


def test_trainings_that_differ_much_hide_a_difference_that_all_questions_show() -> None:
    """Every question says the same; of three trainings of b one is no better than those of a."""
    a = np.zeros((60, 3))
    b = np.column_stack([np.ones(60), np.ones(60), np.zeros(60)])
    found = compare_methods(a, b, both(a, b))

    assert compare_paired(a, b).p < 1e-3
    assert found.p == pytest.approx(0.1835, abs=1e-4), "Student's t of 2 with two degrees of freedom"
    assert found.low < 0 < found.high
    assert found.needed_n is None, "no number of questions would show it"
    assert found.needed_trainings == 9
    assert found.test == "trainings"


def test_the_parts_of_the_spread_are_added_in_squares() -> None:
    spread = SeedSpread(trainings=0.01, training_degrees=2, questions=0.04, question_degrees=30, overlap=0.0)

    half = math.sqrt(4.302653**2 * 0.01 + 2.042272**2 * 0.04)
    assert spread.half_width(0.05) == pytest.approx(half, rel=1e-5)
    assert spread.p(half) == pytest.approx(0.05, abs=1e-6)
    assert spread.p(0.0) == 1.0
    assert spread.detectable == pytest.approx(half + 0.915365 * math.sqrt(0.05), rel=1e-5)
    assert SeedSpread(0.0, 2, 0.0, 30, 0.0).half_width(0.05) == 0.0


def test_more_questions_and_more_trainings_narrow_their_own_parts() -> None:
    spread = SeedSpread(trainings=0.010, training_degrees=4, questions=0.04, question_degrees=30, overlap=0.004)
    asked, trained = spread.with_questions(4), spread.with_trainings(2, 2.5)

    assert (asked.trainings, asked.questions, asked.overlap) == pytest.approx((0.007, 0.01, 0.001))
    assert (trained.trainings, trained.questions, trained.training_degrees) == pytest.approx((0.005, 0.04, 10))


def test_what_trainings_answer_differently_is_counted_once() -> None:
    """No training is better than another: they only answer other questions right."""
    b = np.tile(np.eye(3), (20, 1))
    spread = seed_spread(b.mean(axis=1), [b])

    assert spread.trainings == pytest.approx(0.0)
    assert spread.overlap == pytest.approx((2 / 9 * 60 / 59) / 60 * 3 / 2 / 3, rel=1e-6)
    assert spread.questions == 0.0


def test_degrees_of_freedom_are_those_of_welch_and_never_fewer_than_a_set_has() -> None:
    wide = np.array([[0.0, 0.5, 1.0]] * 8)
    narrow = np.array([[0.4, 0.5, 0.6]] * 8)

    def degrees(*draws: Array) -> float:
        return seed_spread(np.zeros(8), draws).training_degrees

    assert degrees(wide) == degrees(wide, np.full((8, 3), 0.5)) == 2
    assert degrees(wide, wide) == pytest.approx(4)
    one, other = 0.25, 0.01
    assert degrees(wide, narrow) == pytest.approx((one + other) ** 2 / (one**2 / 2 + other**2 / 2))
    assert degrees(np.full((8, 3), 0.5)) == 2


def test_a_training_without_any_value_is_none_and_a_question_without_one_tilts_nothing() -> None:
    known = np.array([[0.0, 1.0], [1.0, 1.0], [0.0, 0.0], [0.0, 1.0]])
    with_none = np.column_stack([known, np.full(4, NAN)])
    a = np.zeros((4, 3))

    assert [one.shape for one in Trained((with_none,), 1, 3).several] == [(4, 2)]
    assert Trained((with_none[:, 1:],), 1, 2).several == []
    missing = known.copy()
    missing[1, 0] = NAN
    apart = np.var([(-0.5 - 0.5) / 3, (0.5 + 0.5) / 4], ddof=1)  # the second question is at its own mean
    assert trainings_apart(missing, None)[0] == pytest.approx(apart)
    assert compare_methods(a, with_none, Trained((with_none,), 1, 3)).trainings == 3


@settings(max_examples=20, deadline=None)
@given(SAMPLES, st.integers(2, 4), st.sampled_from([0.02, 0.2, 0.6]))
def test_methods_are_near_exactly_where_the_interval_of_twice_the_level_lies_within_the_margins(
    rng: np.random.Generator, seeds: int, margin: float
) -> None:
    a, b = (answers(rng, 60, seeds, 0.1, binary=False) for _ in range(2))
    test = MethodTest.of(a, b, both(a, b))
    for alpha in (0.05, 0.01):
        found = test.conclude_within(alpha, margin)
        assert (-margin < found.low and found.high < margin) == (test.equivalence_p(margin) <= alpha)
        assert found.confidence == pytest.approx(1 - 2 * alpha)
    assert test.equivalence_p(margin) >= test.models.equivalence_p(margin)


def test_methods_that_are_never_near_have_a_p_of_one() -> None:
    spread = SeedSpread(trainings=0.01, training_degrees=2, questions=0.0, question_degrees=30, overlap=0.0)

    assert spread.equivalence_p(0.3, 0.3) == spread.equivalence_p(-0.4, 0.3) == 1.0
    assert spread.equivalence_p(-0.1, 0.1 + 0.1 * 2.919986) == pytest.approx(0.05, abs=1e-6)


def test_a_least_difference_that_matters_is_what_more_questions_are_to_show() -> None:
    rng = np.random.default_rng(5)
    a, b = (answers(rng, 60, 3, 0.0) for _ in range(2))
    test = MethodTest.of(a, b, both(a, b))
    one, other = test.conclude(), test.conclude(margin=0.4)

    assert one.needed_n is not None
    assert other.needed_n is not None
    assert other.needed_n < one.needed_n
    assert other.needed_trainings is not None


def test_a_family_is_corrected_with_the_intervals_of_methods() -> None:
    rng = np.random.default_rng(3)
    a, b, c = (answers(rng, 80, 3, 0.2) for _ in range(3))
    pairs = [PairedValues(x, y, None, both(x, y)) for x, y in ((a, b), (a, c), (b, c))]
    for one, pair in zip(compare_family(pairs), pairs, strict=True):
        alone = compare_methods(pair.a, pair.b, pair.trained, alpha=1 - one.difference.confidence)
        assert one.difference == alone
        assert one.p_adjusted >= alone.p


def test_the_interval_of_a_mean_is_that_of_the_method() -> None:
    b = np.column_stack([np.full(50, 0.2), np.full(50, 0.5), np.full(50, 0.8)])
    models = mean_interval(b.mean(axis=1), bounded=True)
    found = widen_mean(models, b.mean(axis=1), Trained((b,), 1, 3), None, bounded=True)

    assert (found.low, found.high) == (0.0, 1.0), "two degrees of freedom: half a width of 0.745"
    assert widen_mean(models, b.mean(axis=1), Trained((b[:, :1],), 1, 1), None, True) == models
    amount = widen_mean(models, b.mean(axis=1), Trained((b,), 1, 3), None, bounded=False)
    assert (amount.low, amount.high) == pytest.approx((0.5 - 0.7452, 0.5 + 0.7452), abs=1e-3)
    bare = Interval(0.5, None, None, 1)
    assert widen_mean(bare, b.mean(axis=1)[:1], Trained((b,), 1, 3), None, True) == bare


def test_components_of_variance_are_told_apart() -> None:
    rng = np.random.default_rng(1)
    n, seeds, repeats = 4000, 40, 2
    places = np.repeat(np.arange(400), 10)
    trainings, documents, questions = (size * rng.normal(size=n) for size, n in ((0.3, seeds), (0.4, 400), (0.5, n)))
    means = (documents[places] + questions)[:, None] + trainings + 0.6 * rng.normal(size=(n, seeds))
    table = (means[:, :, None] + 0.7 * rng.normal(size=(n, seeds, repeats))).reshape(n, -1)
    draw = table.reshape(n, seeds, repeats).mean(axis=2)
    found_repeats = repeat_variance(table, seeds)
    assert found_repeats is not None
    found = variance_components(draw.mean(axis=1), [draw], Clusters(places), Repeats(found_repeats, 0.0))

    assert found.repeats == pytest.approx(0.49, rel=0.02)
    assert found.trainings == pytest.approx(trainings.var(ddof=1), rel=0.05)
    assert found.clusters == pytest.approx(documents.var(ddof=1), rel=0.1)
    assert found.questions == pytest.approx(0.25, rel=0.05)
    assert found.interaction == pytest.approx(0.36 + 0.49 / 2, rel=0.02)
    assert found.between_questions == found.questions + found.clusters


def test_components_that_nothing_tells_of_are_none() -> None:
    values = np.array([0.0, 1.0, 1.0, 0.0])
    found = variance_components(values, [], None)

    assert (found.trainings, found.clusters, found.interaction, found.repeats) == (None, None, None, None)
    assert found.questions == found.between_questions == pytest.approx(1 / 3)
    noisy = variance_components(values, [], None, Repeats(0.2, 0.1))
    assert (noisy.questions, noisy.repeats) == (pytest.approx(1 / 3 - 0.1), 0.2)
    assert variance_components(values, [], None, Repeats(0.2, 5.0)).questions == 0.0


def test_the_variance_of_repeats_is_that_within_a_question_of_one_training() -> None:
    table = np.array([[0.0, 1.0, 5.0, 5.0], [2.0, 2.0, 7.0, NAN]])

    assert repeat_variance(table, 2) == pytest.approx((0.5 + 0 + 0) / 3)
    assert repeat_variance(table[:, :1], 1) is None
    assert repeat_variance(table, 4) is None


def test_equal_tuners_are_called_different_from_one_training_each_and_not_from_several() -> None:
    """A short form of ``tests/benchmarks/seeds.py``."""
    answers = simulated.Answers(right=0.7, questions=0.12, trainings=0.003)
    once, several = (simulated.Cell(answers, 100, trainings).called_different(60) for trainings in (1, 5))
    alone = simulated.Cell(answers, 100, 3, both=False).called_different(60)

    assert once > 0.2
    assert max(several, alone) < 0.15


def test_the_benchmark_simulates_answers_with_the_variances_that_it_names() -> None:
    cell = simulated.Cell(simulated.Answers(0.7, 0.1, 0.01), 4000, 20)
    test = cell.sample(np.random.default_rng(0))

    assert test.variance is not None
    assert test.variance.trainings == pytest.approx(0.02, rel=0.5)
    assert test.trained is not None
    b = test.trained.draws[0]
    assert b.mean() == pytest.approx(0.7, abs=0.05)
    found = variance_components(b.mean(axis=1), [b], None)
    assert found.questions == pytest.approx(0.1, rel=0.1)
    of_documents = simulated.Cell(simulated.Answers(0.7, 0.1, 0.0, 0.5), 4000, 3, 40).sample(np.random.default_rng(0))
    assert of_documents.models.pairs.count == 40


def test_the_benchmark_prints_a_row_for_each_example_and_each_place(capsys: pytest.CaptureFixture[str]) -> None:
    simulated.tabulate(1)
    rows = capsys.readouterr().out.strip().split("\n")

    assert [row.split(" | ")[0] for row in rows[:2]] == ["| as measured on garbage", "| as measured on detail"]
    assert all(row.count("|") == 5 for row in rows)
