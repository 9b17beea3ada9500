"""Strategies that ask no chat model: the commonest label, the nearest messages, and logistic regression."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from potluck.answering.worked_examples import nearest
from potluck.errors import MissingDependency
from potluck.fingerprints import fingerprint
from potluck.installation import pip_command_of_extra
from potluck.strategy.protocol import LabelChoice, TrainingSetup

if TYPE_CHECKING:
    from potluck.contracts import Vectors

NEIGHBOURS = 5
"""How many neighbours vote."""

_REGULARISATION = 30.0
"""The inverse strength (scikit-learn's C) that unit vectors need, whose differences are small."""


class Majority:
    """Always the commonest label."""

    def __init__(self, setup: TrainingSetup) -> None:
        """Count."""
        counts = Counter(item.label for item in setup.train)
        self._label = min(counts, key=lambda label: (-counts[label], label))
        self.name = fingerprint("majority", self._label)

    def train(self, vectors: Vectors | None) -> Sequence[str]:
        """There is nothing to learn."""
        return ()

    def price(self, text: str) -> float:
        """Nothing."""
        return 0.0

    def choose(self, text: str, vector: Vectors | None) -> LabelChoice:
        """The commonest label."""
        return LabelChoice(self._label)


class Neighbours:
    """The labelled messages nearest to the one that is asked vote, weighted by similarity."""

    def __init__(self, setup: TrainingSetup) -> None:
        """Nothing is learned yet."""
        self._labels = [item.label for item in setup.train]
        self.name = fingerprint("retrieval", NEIGHBOURS, setup.name)
        self._vectors: Any = None

    def train(self, vectors: Vectors | None) -> Sequence[str]:
        """Keep the vectors."""
        self._vectors = vectors
        return ()

    def price(self, text: str) -> float:
        """Nothing beside the vector."""
        return 0.0

    def choose(self, text: str, vector: Vectors | None) -> LabelChoice:
        """The label with the most votes; of several, that of the nearest message."""
        assert vector is not None, "the register says that vectors are needed"
        votes: dict[str, float] = {}
        for number, nearness in nearest(self._vectors, vector)[:NEIGHBOURS]:
            votes[self._labels[number]] = votes.get(self._labels[number], 0.0) + nearness
        return LabelChoice(max(votes, key=lambda label: votes[label]))


class Regression:
    """Logistic regression on the vectors of the messages."""

    def __init__(self, setup: TrainingSetup) -> None:
        """Nothing is learned yet. Raises ``MissingDependency`` without scikit-learn."""
        self._labels = [item.label for item in setup.train]
        self._seed = setup.seed
        self._model = _regression(setup.seed)
        self._centre: Any = None
        self.name = fingerprint("embedding", _REGULARISATION, setup.name)

    def train(self, vectors: Vectors | None) -> Sequence[str]:
        """Fit."""
        assert vectors is not None
        self._centre = vectors.mean(axis=0)
        self._model.fit(vectors - self._centre, self._labels)
        return ()

    def price(self, text: str) -> float:
        """Nothing beside the vector."""
        return 0.0

    def choose(self, text: str, vector: Vectors | None) -> LabelChoice:
        """The likeliest label."""
        assert vector is not None
        return LabelChoice(str(self._model.predict((vector - self._centre)[None])[0]))


def _regression(seed: int) -> Any:
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        raise MissingDependency(
            f"the row 'embedding' needs the package 'scikit-learn'. Run: {pip_command_of_extra('strategy')}"
        ) from None
    return LogisticRegression(C=_REGULARISATION, max_iter=1000, random_state=seed)
