"""Worthless answers that a measure alone does not expose: one answer for everything, answers that never end, accuracy
no better than the commonest label.

Small files say little: a sentence is only given if a useful model, one that is wrong half as often as the commonest
label, would do so badly with a probability below ``_CHANCE``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

_CHANCE = 0.05
_WRONG = 0.2
"""The highest rate at which a model that tells labels apart misses a label that it did not answer."""
_SHOWN = 60


def of_labels(right: Sequence[str], said: Sequence[str]) -> Iterator[str]:
    """Sentences about the labels that were predicted for examples; ``right`` are the true ones."""
    if not right:
        return
    missed = sum(label != said[0] for label in right)
    if len(set(said)) == 1 and is_collapse(missed):
        yield (
            f"one label for everything: all {len(said)} examples were answered {said[0]!r}, and {missed} of them are "
            f"something else ({_list_counts(Counter(label for label in right if label != said[0]))})"
        )
    yield from no_better(right, sum(one == other for one, other in zip(right, said, strict=True)))


def no_better(right: Sequence[str], hits: int, chance: float = _CHANCE) -> Iterator[str]:
    """A sentence if ``hits`` right answers are no more than the commonest label would give.

    A useful model would do so badly with a probability below ``chance``.
    """
    (common, most), *others = Counter(right).most_common()
    share, wrong = most / len(right), len(right) - hits
    if others and hits <= most and _at_least(wrong, len(right), (1 - share) / 2) < chance:
        yield (
            f"no better than the commonest label: {hits} of {len(right)} examples are answered right (accuracy "
            f"{hits / len(right):.3f}), and answering {common!r} to all would give {share:.3f}"
        )


def is_collapse(missed: int) -> bool:
    """Whether one answer to everything, which is wrong ``missed`` times, is more than chance."""
    return _WRONG**missed < _CHANCE


def is_unending(missed: int, answers: int) -> bool:
    """Whether missing ``missed`` ends is more than chance."""
    return _at_least(missed, answers, _WRONG) < _CHANCE


def of_texts(right: Sequence[str], said: Sequence[str]) -> Iterator[str]:
    """The same about answers in words."""
    wanted = set(right)
    missed = sum(one != said[0] for one in right)
    if len(set(said)) == 1 and len(wanted) > 1 and is_collapse(missed):
        answer = said[0] if len(said[0]) <= _SHOWN else said[0][: _SHOWN - 1] + "…"
        yield (
            f"one answer for everything: all {len(said)} questions were answered {answer!r}, and "
            f"{len(wanted)} different answers are right"
        )


def of_ends(cut: int, answers: int, limit: int) -> Iterator[str]:
    """A sentence about the ``cut`` of ``answers`` answers that ended only at the limit of ``limit`` tokens."""
    if not cut:
        return
    unending = ": the model does not end its answers" if 2 * cut >= answers and answers > 1 else ""
    yield (
        f"cut answers: {cut} of {answers} ({cut / answers:.0%}) ended at the limit of {limit} tokens "
        f"(chat.max_tokens){unending}"
    )


def _at_least(count: int, trials: int, chance: float) -> float:
    """The probability that ``count`` or more of ``trials`` events happen, each of which has the same chance."""
    return sum(math.comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(count, trials + 1))


def _list_counts(labels: Counter[str]) -> str:
    return ", ".join(f"{label!r} {count}" for label, count in labels.most_common(5))
