"""Questions that hang together: how they are counted, and what is concluded from them.

Modules: ``potluck.statistics.clusters``.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import clusters as simulated
from potluck.statistics.clusters import (
    FEWEST_CLUSTERS,
    Clusters,
    cluster_share,
    cluster_totals,
    design_effect,
)
from potluck.statistics.intervals import mean_interval
from potluck.statistics.paired_tests import compare_paired
from support.pairs import SHARES


def of_sizes(*sizes, fixed=False):
    """Clusters of so many questions each."""
    return Clusters(np.repeat(np.arange(len(sizes)), sizes), fixed=fixed)


CLUSTERED = st.lists(st.lists(st.tuples(SHARES, SHARES), min_size=1, max_size=6), min_size=8, max_size=14).filter(
    lambda found: any(len(one) > 1 for one in found)
)
"""Pairs of values, document by document."""


def columns(documents):
    pairs = [pair for document in documents for pair in document]
    a, b = zip(*pairs, strict=True)
    return list(a), list(b), of_sizes(*map(len, documents))


def test_questions_of_equal_labels_are_one_cluster():
    found = Clusters.from_labels(["b", "a", "b", "c"], "group")

    assert found.places.tolist() == [0, 1, 0, 2]
    assert (found.count, found.kind) == (3, "group")


def test_clusters_of_some_questions_are_counted_anew():
    found = of_sizes(2, 1, 2).select(np.array([False, False, True, True, False]))

    assert found.places.tolist() == [0, 1]
    assert found.population == "questions"


@pytest.mark.parametrize(
    ("clusters", "population"),
    [
        (of_sizes(*[1] * 20), "questions"),
        (of_sizes(*[1] * 3), "questions"),
        (of_sizes(*[1] * 7, 2), "clusters"),
        (of_sizes(*[2] * 7), "these clusters"),
        (of_sizes(*[2] * 20, fixed=True), "these clusters"),
    ],
)
def test_what_is_concluded_about_follows_from_the_clusters(clusters, population):
    assert clusters.population == population


def test_totals_are_sums_and_sizes_whose_mean_is_that_of_the_questions():
    values = np.array([0.5, 1.0, 0.0, 0.25, 0.25, 1.0, 1.0, 0.0, 0.0, 0.5])
    found = cluster_totals(values, of_sizes(3, 1, 1, 1, 1, 1, 1, 1))

    assert sorted(zip(found.sums, found.sizes, strict=True))[-1] == (1.5, 3)
    assert found.sizes.sum() == 10
    assert found.mean == pytest.approx(values.mean())
    assert found.linearise().mean() == pytest.approx(values.mean())


def test_clusters_of_one_size_are_their_means_and_have_their_number_less_one_degrees():
    values = np.random.default_rng(0).random(40)
    found = cluster_totals(values, of_sizes(*[4] * 10))

    assert np.sort(found.linearise()) == pytest.approx(np.sort(values.reshape(10, 4).mean(axis=1)))
    assert found.degrees == pytest.approx(9)


def test_a_few_large_clusters_leave_fewer_degrees():
    rng = np.random.default_rng(0)
    sizes = (30, 30, *[1] * 18)
    places = of_sizes(*sizes)
    shared = rng.normal(size=20)[places.places]

    assert 1 < cluster_totals(shared, places).degrees < 15


def test_the_variance_of_clusters_of_several_sizes_is_that_of_statsmodels_with_the_jackknife():
    import statsmodels.api as sm

    rng = np.random.default_rng(3)
    clusters = of_sizes(*rng.integers(1, 9, 12))
    values = rng.normal(size=12)[clusters.places] + rng.normal(size=len(clusters.places))
    n, count = len(values), clusters.count
    robust = sm.OLS(values, np.ones(n)).fit(
        cov_type="cluster", cov_kwds={"groups": clusters.places, "use_correction": False}
    )
    # The same sum of squares, each residual raised by its leverage.
    sizes, found = np.bincount(clusters.places), cluster_totals(values, clusters)
    residuals = np.bincount(clusters.places, values - values.mean())

    assert (residuals**2).sum() / n**2 == pytest.approx(float(robust.bse[0]) ** 2)
    raised = residuals / (1 - sizes / n) * (1 - 1 / count) * count / n
    assert found.linearise().var(ddof=1) == pytest.approx(raised.var(ddof=1))


def test_the_share_between_clusters_is_that_of_a_mixed_model():
    import statsmodels.api as sm

    rng = np.random.default_rng(1)
    clusters = of_sizes(*rng.integers(4, 9, 60))
    values = 0.6 * rng.normal(size=60)[clusters.places] + 0.8 * rng.normal(size=len(clusters.places))
    mixed = sm.MixedLM(values, np.ones(len(values)), groups=clusters.places).fit()
    between = float(np.asarray(mixed.cov_re)[0, 0])

    assert cluster_share(values, clusters) == pytest.approx(between / (between + mixed.scale), abs=0.03)


def test_without_variance_there_is_no_share_and_no_design_effect():
    same, clusters = np.full(16, 0.5), of_sizes(*[2] * 8)

    assert cluster_share(same, clusters) is None
    assert design_effect(same, cluster_totals(same, clusters)) is None
    assert cluster_share(np.random.default_rng(0).random(8), of_sizes(*[1] * 8)) is None


def test_documents_that_answer_as_one_have_the_design_effect_of_their_size():
    values = np.repeat(np.random.default_rng(0).random(20), 5)
    clusters = of_sizes(*[5] * 20)

    assert cluster_share(values, clusters) == pytest.approx(1.0)
    assert design_effect(values, cluster_totals(values, clusters)) == pytest.approx(5 * 99 / 95, rel=1e-6)


def test_another_number_of_questions_than_of_clusters_is_refused():
    with pytest.raises(ValueError, match="3 questions and the clusters of 8"):
        mean_interval([0.1, 0.2, 0.3], clusters=of_sizes(*[1] * 6, 2))


@settings(max_examples=25)
@given(CLUSTERED)
def test_b_against_a_mirrors_a_against_b(documents):
    a, b, clusters = columns(documents)
    one, other = compare_paired(a, b, clusters=clusters), compare_paired(b, a, clusters=clusters)

    assert one == other.mirror()
    assert one.test == "cluster-sign-flip"


@settings(max_examples=25)
@given(CLUSTERED, st.randoms(use_true_random=False))
def test_the_order_of_questions_and_of_documents_does_not_matter(documents, random):
    a, b, clusters = columns(documents)
    order = random.sample(range(len(a)), len(a))
    found = compare_paired(a, b, clusters=clusters)
    again = compare_paired(
        [a[i] for i in order], [b[i] for i in order], clusters=Clusters.from_labels([clusters.places[i] for i in order])
    )

    assert (again.p, again.n, again.clusters, again.needed_n) == (found.p, found.n, found.clusters, found.needed_n)
    assert (again.low, again.high) == pytest.approx((found.low, found.high), abs=1e-9)


@settings(max_examples=25)
@given(CLUSTERED, st.sampled_from([0.05, 0.05 / 3, 0.05 / 15]))
def test_an_interval_holds_zero_exactly_where_the_test_finds_nothing(documents, level):
    a, b, clusters = columns(documents)
    found = compare_paired(a, b, alpha=level, clusters=clusters)

    assert (found.low > 0 or found.high < 0) == (found.p <= level)
    assert found.low <= found.difference <= found.high
    assert found.difference == pytest.approx(np.mean(b) - np.mean(a), abs=1e-12)


@given(st.lists(st.tuples(SHARES, SHARES), min_size=8, max_size=30))
def test_questions_that_are_clusters_of_their_own_are_compared_as_without(pairs):
    a, b = zip(*pairs, strict=True)

    assert compare_paired(a, b, clusters=of_sizes(*[1] * len(a))) == compare_paired(a, b)
    assert mean_interval(a, clusters=of_sizes(*[1] * len(a))) == mean_interval(a)


@given(st.lists(st.tuples(SHARES, SHARES), min_size=8, max_size=8))
def test_documents_that_answer_as_one_count_once(pairs):
    a, b = (np.array(values) for values in zip(*pairs, strict=True))
    single = compare_paired(a, b)
    found = compare_paired(np.repeat(a, 5), np.repeat(b, 5), clusters=of_sizes(*[5] * 8))

    if single.test == "sign-flip":
        assert found.p == pytest.approx(single.p)
    assert (found.n, found.clusters) == (40, 8)


def test_so_few_documents_that_nothing_is_known_of_others_are_compared_question_by_question():
    rng = np.random.default_rng(0)
    a, b = rng.random(30), rng.random(30)
    found = compare_paired(a, b, clusters=of_sizes(*[10] * 3))

    assert (found.p, found.low, found.high) == (lambda one: (one.p, one.low, one.high))(compare_paired(a, b))
    assert (found.population, found.clusters, found.design_effect) == ("these clusters", 3, None)
    assert found.clusters < FEWEST_CLUSTERS


def test_needed_questions_come_with_the_documents_that_they_are_on():
    a, b, clusters = simulated.Cell("graded", 20, 5, 0.3).sample(np.random.default_rng(0))
    found = compare_paired(a, b, clusters=clusters)

    assert found.needed_n == 5 * found.needed_clusters
    assert found.needed_clusters > 20
    assert found.design_effect > 1


@pytest.mark.parametrize("uneven", [False, True])
@pytest.mark.parametrize("shape", ["graded", "right or wrong"])
def test_equal_variants_are_seldom_called_different_whatever_documents_share(shape, uneven):
    found = simulated.simulate(simulated.Cell(shape, 15, 5, 0.3, uneven), rounds=120)

    assert found.called <= 0.11
    assert found.holds >= 0.89
    assert found.mean_holds >= 0.88
    assert found.single_called > 2 * found.called


def test_the_sums_of_clusters_only_change_their_sign_with_the_values():
    """Sums that differ in their last bits once made a test exchange its two variants for ever."""
    rng = np.random.default_rng(0)
    values, clusters = np.round(3 * rng.random(300)) / 3 - 0.5, Clusters(rng.integers(0, 20, 300))
    found, mirrored = cluster_totals(values, clusters), cluster_totals(-values, clusters)

    assert sorted(found.sums) == sorted(-mirrored.sums)
    order = rng.permutation(300)
    shuffled = cluster_totals(values[order], Clusters(clusters.places[order]))
    assert shuffled.sums.tolist() == found.sums.tolist()
