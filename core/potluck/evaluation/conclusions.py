"""What an evaluation came to, in sentences: how good, how sure, and better than what."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from potluck.amounts import many
from potluck.contracts import Measure
from potluck.results.answers import LabelBaseline
from potluck.statistics.intervals import Interval
from potluck.statistics.power import Z
from potluck.statistics.verdicts import signed_interval

CHIEF = ("accuracy", "fact", "f1", "exact_match", "answer_recall@1", "recall@1", "refusal_recall")
"""The measures of which a conclusion speaks first, the first of these that there is."""

_COARSE = 0.1
"""An interval that is open by more than this to either side says little."""

_FINE = 0.05
"""How finely one would like to know a share."""


def conclude_evaluation(
    intervals: Mapping[str, Interval],
    measures: Mapping[str, Measure],
    unit: str,
    baselines: Sequence[LabelBaseline] = (),
) -> tuple[str, ...]:
    """The chief measure with its interval, what it is better than, and how many more examples would tell more.

    ``unit`` is what the file holds, ``examples`` or ``questions``.
    """
    ours = [name for name, measure in measures.items() if measure.about != "effort" and name in intervals]
    chief = next((name for name in CHIEF if name in ours), ours[0] if ours else None)
    if chief is None:
        return ()
    found = intervals[chief]
    asked = many(found.n, unit.removesuffix("s"))
    return (f"{chief} {found} on {asked}{_against(baselines, chief)}.", *_how_sure(found, measures[chief], unit))


def _against(baselines: Sequence[LabelBaseline], chief: str) -> str:
    """Whether labels are predicted better than by one who does not read."""
    if chief != "accuracy":
        return ""
    words = []
    for one in baselines:
        what = f"always answering {one.label!r}" if one.label is not None else "a label drawn by chance"
        figures = f"({one.accuracy:.3f}{_by_how_much(one)})"
        if one.verdict is None or one.verdict == "no evidence":
            words.append(f"{'beside' if one.verdict is None else 'not shown to be better than'} {what} {figures}")
        else:
            words.append(f"{one.verdict} than {what} {figures}")
    return ": " + ", and ".join(words) if words else ""


def _by_how_much(one: LabelBaseline) -> str:
    if one.difference is None:
        return ""
    found = one.difference
    return f"; {signed_interval(found.difference, found.low, found.high)}"


def _how_sure(found: Interval, measure: Measure, unit: str) -> Iterator[str]:
    """Where a share is hardly known: how many examples would tell it more finely."""
    if measure.scale != "share" or found.low is None or found.high is None:
        return
    half = (found.high - found.low) / 2
    if half <= _COARSE:
        return
    middle = (found.high + found.low) / 2
    needed = math.ceil(Z**2 * middle * (1 - middle) / _FINE**2)
    yield (
        f"That is open by {half:.2f} to either side; about {max(needed, found.n + 1):,} {unit} would tell it to "
        f"within {_FINE}."
    )
