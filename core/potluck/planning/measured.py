"""What a plan has measured already, so that the plan of a comparison does not measure it again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from potluck import durations
from potluck.contracts import Estimate
from potluck.durations import Duration
from potluck.planning.plan import PlanReport, plan, remote_hosts
from potluck.workspace.answer_cache import KeptTime

if TYPE_CHECKING:
    from potluck.components.components import Components
    from potluck.observation.observers import Observers

_TRYING = 30.0
"""Seconds after which no further answer is tried."""

_ALIKE = 2.0
"""How many times as long as many passages may be of a prompt that takes about the same time."""

_GROUPS = 4


@dataclass(slots=True)
class Measured:
    """The times and counts that variants share."""

    reports: dict[str, PlanReport] = field(default_factory=dict)
    """What is counted of documents, by the index."""
    trainings: dict[str, Estimate] = field(default_factory=dict)
    """By the name of a training's folder."""
    speeds: dict[str, Duration] = field(default_factory=dict)
    """Seconds that an embedder takes for a token, by its fingerprint."""
    _answers: dict[str, Sequence[float]] = field(default_factory=dict)
    _trying: float = 0.0

    def report_of(self, components: Components, observers: Observers) -> PlanReport:
        """What is counted of a recipe's documents, once for all that share an index; hosts are the recipe's own."""
        key = components.index_id
        if key not in self.reports:
            self.reports[key] = plan(components, components.workspace, observers)
        found = self.reports[key]
        return replace(found, leaves=remote_hosts(components.recipe), work=[*found.work])

    def answer_time(
        self,
        key: str,
        kept: Sequence[KeptTime],
        attempt: Callable[[], Sequence[float]] | None,
        passages: int = 0,
        characters: int = 0,
    ) -> Duration | None:
        """The time of an answer from ``passages`` that hold ``characters`` in all; None if unknown.

        That of answers which are ``kept`` from as many passages, about as long; else that of ``attempt``, which is
        made once for a ``key`` and gives seconds of answers; else that of any that are kept, for what it is worth.
        """
        alike = [one.seconds for one in kept if one.passages == passages and _are_alike(one.characters, characters)]
        if alike:
            return time_of_answers(alike)
        if attempt is not None and (key in self._answers or self._trying < _TRYING):
            if key not in self._answers:
                began = durations.now()
                self._answers[key] = attempt()
                self._trying += durations.now() - began
            if self._answers[key]:
                return time_of_answers(self._answers[key])
        return _scale(kept, characters) if kept else None


def time_of_answers(seconds: Sequence[float]) -> Duration:
    """The time of an answer; as they differ and many are made, the spread is that of groups of them."""
    groups = [seconds[start::_GROUPS] for start in range(min(_GROUPS, len(seconds)))]
    return Duration.per_unit([(sum(some), len(some)) for some in groups])


def _are_alike(one: int, other: int) -> bool:
    return max(one, other) <= _ALIKE * min(one, other)


def _scale(kept: Sequence[KeptTime], characters: int) -> Duration:
    """The time of kept answers for passages of another length: reading takes longer with it, writing does not."""
    plain, total = time_of_answers([one.seconds for one in kept]), sum(one.characters for one in kept)
    if not total:
        return plain
    times = characters * len(kept) / total
    return Duration(plain.seconds * (1 + times) / 2, plain.low * min(1, times), plain.high * max(1, times))
