"""The baselines that predict labels without reading: only beside them does a measure say something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from potluck.errors import MissingDependency
from potluck.metrics.classification import classification
from potluck.results.answers import LabelBaseline
from potluck.results.conclusions import DifferenceFound, difference_found
from potluck.statistics.clusters import Clusters
from potluck.statistics.families import CorrectedDifference
from potluck.statistics.intervals import mean_interval
from potluck.statistics.paired_tests import compare_paired
from potluck.statistics.verdicts import Verdict


def label_baselines(
    gold: Sequence[str], said: Sequence[str], labels: Sequence[str], clusters: Clusters | None = None
) -> tuple[LabelBaseline, ...]:
    """Always the commonest of the right labels, and one of ``labels`` drawn by chance; of at least one example."""
    counts = Counter(gold)
    commonest = min(counts, key=lambda label: (-counts[label], label))
    always = classification(gold, [commonest] * len(gold))
    found = _difference(gold, said, commonest, clusters)
    drawn = 1 / max(1, len(set(labels) | set(gold)))
    return (
        LabelBaseline(
            "commonest label", commonest, always.accuracy, always.f1_macro, found.verdict if found else None, found
        ),
        LabelBaseline("random label", None, drawn, None, _against_chance(gold, said, drawn, clusters), None),
    )


def _difference(
    gold: Sequence[str], said: Sequence[str], label: str, clusters: Clusters | None
) -> DifferenceFound | None:
    """Paired: the model's hits and those of always saying ``label``."""
    if len(gold) < 2:
        return None
    hits = [float(one == other) for one, other in zip(gold, said, strict=True)]
    try:
        found = compare_paired([float(one == label) for one in gold], hits, clusters=clusters)
    except MissingDependency:
        return None
    return difference_found(CorrectedDifference(found, found.p), higher_is_better=True)


def _against_chance(
    gold: Sequence[str], said: Sequence[str], share: float, clusters: Clusters | None
) -> Verdict | None:
    """By the interval of the accuracy."""
    hits = [float(one == other) for one, other in zip(gold, said, strict=True)]
    found = mean_interval(hits, bounded=True, clusters=clusters)
    if found.low is None or found.high is None:
        return None
    return "better" if found.low > share else "worse" if found.high < share else "no evidence"
