"""A judge's mean, corrected by a few labels.

Modules: ``potluck.statistics.prediction_powered``.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from benchmarks import judge as simulated
from potluck.statistics.clusters import Clusters
from potluck.statistics.intervals import mean_interval
from potluck.statistics.prediction_powered import FEWEST_LABELS, corrected_mean

ONE_SIDED = simulated.JUDGES["calls 15% of the losses wins"]
VERDICTS = hnp.arrays(np.float64, st.integers(12, 60), elements=st.sampled_from([0.0, 0.5, 1.0]))


def without_most(labels, kept, seed=0):
    """Labels of a random sample only."""
    found = np.full(len(labels), np.nan)
    places = np.random.default_rng(seed).choice(len(labels), kept, replace=False)
    found[places] = labels[places]
    return found


def draw(judge=ONE_SIDED, rate=0.5, judged=1000, kept=100, seed=0):
    said, true, clusters = judge.draw(rate, judged, np.random.default_rng(seed))
    return said, without_most(true, kept, seed), clusters


def test_the_estimate_is_that_of_the_paper():
    """Equation 3 and the tuned weight of PPI++, where verdicts without a label stand apart from those with one."""
    said, labels, _ = draw()
    found = corrected_mean(said, labels)
    labelled = ~np.isnan(labels)
    n, rest = 100, 900
    together = np.mean((said[labelled] - said[labelled].mean()) * (labels[labelled] - labels[labelled].mean()))
    theirs = together / ((1 + n / rest) * max(said.var(), said[labelled].var()))
    estimate = labels[labelled].mean() + theirs * (said[~labelled].mean() - said[labelled].mean())

    assert found.interval.mean == pytest.approx(estimate)
    assert found.weight == pytest.approx(theirs * 1000 / 900)


def test_a_large_sample_has_the_interval_of_the_papers_variance():
    said, labels, _ = draw(judged=40_000, kept=8_000)
    found, labelled = corrected_mean(said, labels), ~np.isnan(labels)
    weight = found.weight * 32_000 / 40_000
    rest = labels[labelled] - weight * said[labelled]
    half = 1.959964 * np.sqrt(weight**2 * said[~labelled].var() / 32_000 + rest.var() / 8_000)

    assert found.interval.high - found.interval.low == pytest.approx(2 * half, rel=5e-3)


@pytest.mark.parametrize("rate", simulated.RATES)
def test_the_corrected_rate_holds_the_truth_where_the_judges_own_does_not(rate):
    """1,000 judged and 100 labelled; ``tests/benchmarks/judge.py`` tells it for more judges."""
    found = simulated.coverage(ONE_SIDED, rate, 100, rounds=500)

    assert 0.93 <= found.corrected <= 0.985
    assert found.judge < (0.15 if rate <= 0.7 else 0.8)
    assert found.width < (1.03 if rate < 0.1 else 0.95)


@pytest.mark.parametrize("rate", [0.03, 0.5, 0.9])
@pytest.mark.parametrize("name", simulated.JUDGES)
def test_thirty_labels_hold_the_truth_and_are_hardly_worse_than_without_a_judge(name, rate):
    found = simulated.coverage(simulated.JUDGES[name], rate, 30, rounds=300)

    assert found.corrected >= 0.92
    assert found.width <= 1.07


def test_a_judge_that_is_mostly_right_is_worth_labels():
    """Twice as narrow: as four times as many labels would be."""
    assert simulated.coverage(simulated.JUDGES["calls 2% of the losses wins"], 0.5, 100, rounds=50).width < 0.5


def test_a_judge_that_guesses_counts_hardly():
    said, labels, _ = draw(simulated.Judge(0.5, 0.5), kept=200)
    found = corrected_mean(said, labels)

    assert found.weight < 0.2
    assert found.interval.mean == pytest.approx(found.labels_alone.mean, abs=0.02)


def test_a_judge_that_is_wrong_more_often_than_right_does_not_count():
    said, labels, _ = draw(simulated.Judge(0.9, 0.9))
    found = corrected_mean(said, labels)

    assert (found.weight, found.interval.mean) == (0, found.labels_alone.mean)


def test_where_all_labels_agree_the_rate_is_the_judges_and_its_interval_does_not_collapse():
    said = np.array([1.0] * 600 + [0.0] * 400)
    found = corrected_mean(said, without_most(said, 30))

    assert (found.weight, found.interval.mean) == (1, pytest.approx(0.6))
    own = mean_interval(said, True)
    assert 0.05 < found.interval.high - 0.6 < 0.12
    assert found.interval.high - found.interval.low > 1.5 * (own.high - own.low)


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_labels_that_are_all_the_same_are_told_as_they_are(value):
    said = np.tile([0.0, 1.0], 50)
    found = corrected_mean(said, without_most(np.full(100, value), 30))

    assert (found.weight, found.interval.mean) == (0, value)
    assert found.labels_alone == mean_interval([value] * 30, True)
    assert found.interval.high - found.interval.low >= found.labels_alone.high - found.labels_alone.low
    assert found.interval.high - found.interval.low < 1.1 * (found.labels_alone.high - found.labels_alone.low)


@given(VERDICTS, st.integers(0, 5))
def test_with_all_labelled_the_judge_does_not_matter(labels, seed):
    said = np.random.default_rng(seed).permutation(labels)
    found = corrected_mean(said, labels)

    assert found.interval.mean == pytest.approx(labels.mean())


@given(VERDICTS, VERDICTS, st.integers(0, 9))
def test_what_is_said_of_the_one_is_the_opposite_of_what_is_said_of_the_other(said, true, seed):
    """Of wins of b and of wins of a; and the interval lies where shares can be."""
    size = min(len(said), len(true))
    said, labels = said[:size], without_most(true[:size], FEWEST_LABELS, seed)
    found, other = corrected_mean(said, labels).interval, corrected_mean(1 - said, 1 - labels).interval

    assert 0 <= found.low <= found.mean <= found.high <= 1
    assert found.mean == pytest.approx(1 - other.mean)
    assert (found.low, found.high) == (pytest.approx(1 - other.high), pytest.approx(1 - other.low))
    assert found.n == size


def test_pairs_on_few_documents_tell_less():
    said, labels, clusters = draw(simulated.JUDGES["calls 15% of the losses wins; 20 documents"])
    together, alone = corrected_mean(said, labels, clusters), corrected_mean(said, labels)

    assert (together.interval.clusters, together.interval.population) == (20, "clusters")
    assert together.labels_alone.clusters == 19
    assert together.interval.high - together.interval.low > 1.5 * (alone.interval.high - alone.interval.low)


def test_with_labels_on_fewer_than_eight_documents_nothing_is_said_of_others():
    said, labels, _ = draw(kept=100)
    few = Clusters(np.minimum(np.arange(1000) // 100, 9))
    labels[700:] = np.nan
    found, plain = corrected_mean(said, labels, few), corrected_mean(said, labels)

    assert (found.interval.population, found.interval.clusters) == ("these clusters", 10)
    assert (found.interval.low, found.interval.high) == (plain.interval.low, plain.interval.high)


def test_clusters_of_one_pair_each_change_nothing():
    said, labels, _ = draw(judged=80, kept=40)

    assert corrected_mean(said, labels, Clusters(np.arange(80))) == corrected_mean(said, labels)


@pytest.mark.parametrize(
    ("said", "labels", "message"),
    [
        ([0.5] * 20, [1.0] * 19, r"^verdicts of the shape \(20,\) and labels of \(19,\)$"),
        ([0.5] * 20, [1.0] * 9 + [np.nan] * 11, r"^9 labels: at least 10 are needed$"),
        ([1.5] * 20, [1.0] * 20, "between 0 and 1"),
        ([0.5] * 20, [-1.0] * 20, "between 0 and 1"),
    ],
)
def test_what_cannot_be_corrected_is_refused(said, labels, message):
    with pytest.raises(ValueError, match=message):
        corrected_mean(np.array(said), np.array(labels))
