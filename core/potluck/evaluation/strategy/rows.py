"""The strategies that are compared with each other, one row each, and the register of them by name.

A row learns from labelled messages and then chooses a label for one message after another. To add one, write a class
with the methods of ``Row`` and put a ``Kind`` of it into ``KINDS``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Json
from potluck.errors import MissingDependency
from potluck.evaluation.strategy.data import Item, alike, triples
from potluck.evaluation.strategy.rule import Rule
from potluck.fingerprints import fingerprint

if TYPE_CHECKING:
    from potluck.contracts import Vectors
    from potluck.recipe.model import Part

NEIGHBOURS = 5
"""How many neighbours vote."""

_REGULARISATION = 30.0
"""The inverse strength (scikit-learn's C) that unit vectors need, whose differences are small."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a row chose. ``label`` is empty where it named none; ``sent`` are the bytes that left the machine.

    Of a model's answer: ``cut`` says that it ended at the limit of tokens, ``remarks`` what was unusual, in sentences,
    ``served_by`` what the service calls the model.
    """

    label: str
    usd: float = 0.0
    sent: int = 0
    cut: bool = False
    remarks: tuple[str, ...] = ()
    served_by: str = ""


@dataclass(frozen=True, slots=True)
class Chat:
    """The chat model of the rows that ask one; ``model`` makes it. ``name`` is its fingerprint."""

    model: Callable[[], ChatModel]
    options: ChatOptions
    name: str
    remote: bool
    part: Part
    """The chat model as the recipe names it, for observers."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What rows are made from: what they may learn from, the labels, and the chat model where there is one."""

    train: tuple[Item, ...]
    labels: tuple[str, ...]
    seed: int
    chat: Chat | None = None
    rules: tuple[str, ...] = ()
    """Patterns of the row ``rule``, written ``LABEL=PATTERN``."""

    @property
    def name(self) -> str:
        """What decides what is learned."""
        learned: list[Json] = [[item.text, item.label] for item in self.train]
        return fingerprint(learned, list(self.labels), self.seed)


class Row(Protocol):
    """A strategy. ``name`` is a fingerprint of all that decides its choices but the message."""

    @property
    def name(self) -> str:
        """What decides its choices."""
        ...

    def train(self, vectors: Vectors | None) -> Sequence[str]:
        """Learn, and return what is to be said of it, in sentences.

        ``vectors`` are those of the messages to learn from, in order, where the row's kind asks for them.
        """
        ...

    def price(self, text: str) -> float:
        """At most so many US dollars are paid for choosing a label for a message, by what is known before."""
        ...

    def choose(self, text: str, vector: Vectors | None) -> Choice:
        """Choose a label. ``vector`` is the message's, where the row's kind asks for one."""
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of the register: what it does, in a line, and what it needs."""

    summary: str
    make: Callable[[Setting], Row]
    asks: bool = False
    """Whether it needs a chat model."""
    vectors: bool = False
    """Whether it needs an embedder."""
    baseline: bool = False
    """Whether it is there to be beaten, and never recommended."""
    many: bool = False
    """Whether it is of use only where labels are many."""


class Majority:
    """Always the commonest label."""

    def __init__(self, setting: Setting) -> None:
        """Count."""
        counts = Counter(item.label for item in setting.train)
        self._label = min(counts, key=lambda label: (-counts[label], label))
        self.name = fingerprint("majority", self._label)

    def train(self, vectors: Vectors | None) -> Sequence[str]:
        """There is nothing to learn."""
        return ()

    def price(self, text: str) -> float:
        """Nothing."""
        return 0.0

    def choose(self, text: str, vector: Vectors | None) -> Choice:
        """The commonest label."""
        return Choice(self._label)


class Neighbours:
    """The labelled messages nearest to the one that is asked vote, each by its nearness."""

    def __init__(self, setting: Setting) -> None:
        """Nothing is learned yet."""
        self._labels = [item.label for item in setting.train]
        self.name = fingerprint("retrieval", NEIGHBOURS, setting.name)
        self._vectors: Any = None

    def train(self, vectors: Vectors | None) -> Sequence[str]:
        """Keep the vectors."""
        self._vectors = vectors
        return ()

    def price(self, text: str) -> float:
        """Nothing beside the vector."""
        return 0.0

    def choose(self, text: str, vector: Vectors | None) -> Choice:
        """The label with the most votes; of several, that of the nearest message."""
        votes: dict[str, float] = {}
        for number, nearness in nearest(self._vectors, vector, NEIGHBOURS):
            votes[self._labels[number]] = votes.get(self._labels[number], 0.0) + nearness
        return Choice(max(votes, key=lambda label: votes[label]))


class Regression:
    """Logistic regression on the vectors of the messages."""

    def __init__(self, setting: Setting) -> None:
        """Nothing is learned yet. Raises ``MissingDependency`` without scikit-learn."""
        self._labels = [item.label for item in setting.train]
        self._seed = setting.seed
        self._model = _regression(setting.seed)
        self._centre: Any = None
        self.name = fingerprint("embedding", _REGULARISATION, setting.name)

    def train(self, vectors: Vectors | None) -> Sequence[str]:
        """Fit."""
        assert vectors is not None
        self._centre = vectors.mean(axis=0)
        self._model.fit(vectors - self._centre, self._labels)
        return ()

    def price(self, text: str) -> float:
        """Nothing beside the vector."""
        return 0.0

    def choose(self, text: str, vector: Vectors | None) -> Choice:
        """The likeliest label."""
        assert vector is not None
        return Choice(str(self._model.predict((vector - self._centre)[None])[0]))


def nearest(vectors: Any, vector: Any, count: int) -> list[tuple[int, float]]:
    """The numbers of the nearest vectors with their cosine similarity, the nearest first."""
    import numpy as np

    nearness = vectors @ vector
    return [(int(number), float(nearness[number])) for number in np.argsort(-nearness, kind="stable")[:count]]


def others(items: Sequence[Item], text: str) -> list[Item]:
    """The items that are not (nearly) the message that is asked."""
    asked = triples(text)
    return [item for item in items if not alike(triples(item.text), asked)]


def _regression(seed: int) -> Any:
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        raise MissingDependency(
            "the row 'embedding' needs the package 'scikit-learn'. Run: pip install 'potluck[strategy]'"
        ) from None
    return LogisticRegression(C=_REGULARISATION, max_iter=1000, random_state=seed)


def kinds() -> Mapping[str, Kind]:
    """All rows by name, in the order of the table."""
    from potluck.evaluation.strategy.prompted import PROMPTED

    return {
        "majority": Kind("always the commonest label", Majority, baseline=True),
        "rule": Kind("patterns that were written down", lambda s: Rule(s.rules, s.train, s.labels)),
        **PROMPTED,
        "retrieval": Kind(f"the {NEIGHBOURS} nearest labelled messages vote", Neighbours, vectors=True),
        "embedding": Kind("embeddings and logistic regression", Regression, vectors=True),
    }
