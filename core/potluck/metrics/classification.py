"""How good predicted labels are: accuracy, F1 by label, macro F1, F1 of the rarest label, and the confusion matrix.

As scikit-learn counts: a label is in the macro average if it was right somewhere or predicted somewhere, and what has
no value (the precision of a label that is never predicted) is 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from potluck.results.answers import LabelScore


@dataclass(frozen=True, slots=True)
class Classification:
    """The figures of one set of predictions. ``confusion[gold][predicted]`` counts; what is not there is 0."""

    accuracy: float
    f1_macro: float
    minority: str
    f1_minority: float
    labels: Mapping[str, LabelScore]
    confusion: Mapping[str, Mapping[str, int]]


def classification(gold: Sequence[str], predicted: Sequence[str]) -> Classification:
    """Compare predicted labels with the right ones. Raises ``ValueError`` for none, or another number of them."""
    if not gold or len(gold) != len(predicted):
        raise ValueError(f"{len(gold)} right labels and {len(predicted)} predicted ones: there have to be as many")
    pairs, right, said = Counter(zip(gold, predicted, strict=True)), Counter(gold), Counter(predicted)
    labels = {label: _score(pairs[label, label], said[label], right[label]) for label in sorted(right | said)}
    confusion: dict[str, dict[str, int]] = {label: {} for label in sorted(right)}
    for (one, other), count in sorted(pairs.items()):
        confusion[one][other] = count
    rarest = minority(gold)
    return Classification(
        accuracy=sum(pairs[label, label] for label in right) / len(gold),
        f1_macro=sum(score.f1 for score in labels.values()) / len(labels),
        minority=rarest,
        f1_minority=labels[rarest].f1,
        labels=labels,
        confusion=confusion,
    )


def minority(gold: Sequence[str]) -> str:
    """The rarest of some labels, of equally rare ones the first in alphabetical order."""
    counts = Counter(gold)
    return min(counts, key=lambda label: (counts[label], label))


def _score(both: int, said: int, right: int) -> LabelScore:
    return LabelScore(
        precision=both / said if said else 0.0,
        recall=both / right if right else 0.0,
        f1=2 * both / (said + right),
        support=right,
    )
