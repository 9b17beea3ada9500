"""The measure that leads: conclusions speak of it first, and variants are ranked by it, whatever the command.

The measures themselves declare whether they may (``Measure.leads``). What is said of answers comes before what is said
of what was found, then what is said of refusals, and what an answer takes comes last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from potluck.contracts import Measure
from potluck.contracts.metric import About

_ORDER: tuple[About, ...] = ("answer", "retrieval", "refusal", "effort")
_NOTHING_RIGHT = "the questions do not say what is right"


@dataclass(frozen=True, slots=True)
class Chief:
    """The measure that leads, and why it does if that is not obvious; else an empty text."""

    name: str
    why: str = ""


def choose_chief(
    measures: Mapping[str, Measure], known: Collection[str], asks_facts: bool, named: Collection[str] = ()
) -> Chief | None:
    """Of the ``measures`` that are ``known`` the one that leads; None if none of them may.

    ``asks_facts`` says whether a question names facts, ``named`` the measures of metrics that the recipe names: these
    come before others about the same, and lead if nothing else does but effort.
    """
    there = [one for one in measures.values() if one.name in known]
    found = next(iter(sorted(_candidates(there, named), key=lambda one: _place(one, asks_facts, named))), None)
    return None if found is None else Chief(found.name, _why(found, there, asks_facts))


def _candidates(measures: Iterable[Measure], named: Collection[str]) -> Iterable[Measure]:
    """Those that may lead."""
    for one in measures:
        if one.leads != "never" or (one.name in named and one.paired and one.about != "effort"):
            yield one


def _place(one: Measure, asks_facts: bool, named: Collection[str]) -> tuple[bool, bool, int, bool, bool]:
    """Where a measure stands in the order; of those at one place the first that is declared leads."""
    is_effort, is_chosen = one.about == "effort", one.leads != "never"
    is_first = (one.leads == "facts") is asks_facts
    return is_effort, not is_chosen, _ORDER.index(one.about), one.name not in named, not is_first


def _why(one: Measure, known: Collection[Measure], asks_facts: bool) -> str:
    if one.about == "effort":
        return _NOTHING_RIGHT
    if one.leads == "never":
        return f"{_NOTHING_RIGHT}, and the recipe names it"
    if one.about == "retrieval":
        return "the questions name sources and no right answers"
    if one.about == "refusal":
        return "no question can be answered"
    if one.leads == "facts":
        return "the questions name facts"
    return "the questions name right answers and no facts" if any(one.leads == "facts" for one in known) else ""
