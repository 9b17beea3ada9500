"""What was asked, and what a conclusion from it holds for, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from potluck.amounts import many
from potluck.statistics.clusters import FEWEST_CLUSTERS, ClusterKind, Population


class Scoped(Protocol):
    """A figure that says what it was found on."""

    @property
    def n(self) -> int:
        """Questions."""

    @property
    def clusters(self) -> int | None:
        """The documents or groups that they belong to; None if each stands for itself."""

    @property
    def cluster_kind(self) -> ClusterKind | None:
        """None if each stands for itself."""

    @property
    def population(self) -> Population:
        """What the figure holds for."""


class ScopedDifference(Scoped, Protocol):
    """A difference that says how many questions would show it."""

    @property
    def needed_n(self) -> int | None:
        """None where no number would."""

    @property
    def needed_clusters(self) -> int | None:
        """Their documents or groups."""


def asked_words(found: Scoped, unit: str = "question") -> str:
    """``300 questions on 20 documents``, or ``90 examples in 5 groups`` for the unit ``example``."""
    words = many(found.n, unit)
    if found.clusters is None or found.cluster_kind is None:
        return words
    return f"{words} {_place(found.cluster_kind)} {many(found.clusters, found.cluster_kind)}"


def needed_words(found: ScopedDifference) -> str:
    """What would show the difference that was seen: ``900 on 60 documents``; empty where nothing would."""
    if found.needed_n is None:
        return ""
    if found.needed_clusters is None or found.cluster_kind is None:
        return f"{found.needed_n:,}"
    return f"{found.needed_n:,} {_place(found.cluster_kind)} {many(found.needed_clusters, found.cluster_kind)}"


def population_sentence(found: Scoped, unit: str = "question") -> str:
    """What a conclusion holds for; empty where each question stands for itself."""
    count, kind = found.clusters, found.cluster_kind
    if count is None or kind is None:
        return ""
    if found.population == "clusters":
        return f"This holds for further {unit}s {_place(kind)} further {kind}s like these {count:,}."
    these = f"these {many(count, kind)}" if count > 1 else f"this {kind}"
    why = "" if count >= FEWEST_CLUSTERS else f": fewer than {FEWEST_CLUSTERS} {kind}s tell nothing about others"
    return f"This holds for further {unit}s {_place(kind)} {these} only{why}."


@dataclass(frozen=True, slots=True)
class TrainedModels:
    """How many trained models are compared, those with the same training being one, and how often each was trained."""

    models: int = 0
    trainings: int = 0

    def words(self) -> str:
        """``these two trained models``, or ``over 3 trainings each``; empty if nothing was trained."""
        if not self.models:
            return ""
        if self.trainings > 1:
            return f"over {self.trainings} trainings" + (" each" if self.models > 1 else "")
        numbers = {1: "this trained model", 2: "these two trained models"}
        return numbers.get(self.models, f"these {self.models:,} trained models")

    def sentence(self) -> str:
        """Whether a conclusion is about these models or about how they are trained; empty if nothing was trained."""
        if not self.models:
            return ""
        if self.trainings > 1:
            return f"This holds {self.words()}, and for further ones."
        it, tuner = ("it", "the tuner") if self.models == 1 else ("they", "the tuners")
        return (
            f"This is about {self.words()}: with another seed {it} would come out differently. To tell about {tuner}, "
            "train with several seeds: seeds: 3 under compare, or --seeds 3."
        )


NOTHING_TRAINED = TrainedModels()


def _place(kind: ClusterKind) -> str:
    return "on" if kind == "document" else "in"
