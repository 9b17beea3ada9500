"""The conclusion of an evaluation, in sentences: how good, how sure, and better than what."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from potluck.contracts import Measure
from potluck.metrics.chief import Chief
from potluck.results.answers import LabelBaseline
from potluck.statistics.figures import signed_interval
from potluck.statistics.intervals import Interval
from potluck.statistics.power import Z
from potluck.statistics.scope import asked_words, population_sentence

_COARSE = 0.1
"""An interval that is open by more than this to either side says little."""

_NOTHING_RIGHT = (
    "The {unit} do not say what is right, so nothing is known of how good the answers are: name answers, facts or "
    "sources in their file."
)

_FINE = 0.05
"""The desired half-width of a share's interval."""


def conclude_evaluation(
    intervals: Mapping[str, Interval],
    measures: Mapping[str, Measure],
    unit: str,
    chief: Chief | None,
    baselines: Sequence[LabelBaseline] = (),
) -> tuple[str, ...]:
    """The chief measure with its interval, what it is better than, and how many more examples would tell more.

    ``unit`` is what the file holds, ``examples`` or ``questions``. Without a chief measure: what the file lacks.
    """
    if chief is None:
        return (_NOTHING_RIGHT.format(unit=unit),) if unit == "questions" else ()
    name, found = chief.name, intervals[chief.name]
    one = unit.removesuffix("s")
    why = (f"{name} comes first because {chief.why}.",) if chief.why else ()
    return (
        f"{name} {found} on {asked_words(found, one)}{_against(baselines, name)}.",
        *_how_sure(found, measures[name], unit),
        *filter(None, [population_sentence(found, one)]),
        *why,
    )


def _against(baselines: Sequence[LabelBaseline], chief: str) -> str:
    """Whether labels are predicted better than without reading."""
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
    """If a share's interval is wide: how many examples would narrow it."""
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
