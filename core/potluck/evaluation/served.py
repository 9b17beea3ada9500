"""The states of a service's model that gave the answers measured together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Served:
    """The service's name of the model that gave an answer (empty if it gives none), and whether the answer was kept."""

    model: str
    before: bool


def changed_model(served: Sequence[Served]) -> Iterator[str]:
    """The note if kept answers are of another state of the service's model than new ones."""
    kept = Counter(one.model for one in served if one.before and one.model)
    now = Counter(one.model for one in served if not one.before and one.model)
    older = {name: count for name, count in kept.items() if now and name not in now}
    if older:
        yield (
            f"the service's model has changed: {_states(now)} answered now, {_states(older)} when the kept answers "
            "were given; they are measured together. To ask all of them again: --fresh"
        )


def _states(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts.items())
