"""Retriever: from questions to passages with scores."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeAlias

from pydantic import ConfigDict, model_validator

from potluck.contracts.component import Component
from potluck.contracts.config import Config
from potluck.documents import Document, Passage

if TYPE_CHECKING:
    from potluck.contracts.embedder import Vectors

RetrievalNeed: TypeAlias = Literal["vectors", "texts", "embedder", "chat"]
"""What a retriever or reranker works with.

``vectors``: those of the passages, for ``corpus.nearest`` and ``corpus.vectors``. ``texts``: those of all passages, for
``corpus.texts``. ``embedder`` and ``chat``: the recipe's models, as ``context.embedder`` and ``context.chat``.
"""


@dataclass(frozen=True, slots=True)
class ScoreScale:
    """What scores mean."""

    summary: str
    """What a score is, in a few words: ``cosine similarity``."""
    lowest: float | None = None
    """No score is lower. None if any may be."""
    highest: float | None = None
    higher_is_better: bool = True
    is_comparable: bool = False
    """Whether the same score means the same for another question, so that a threshold makes sense."""


COSINE = ScoreScale("cosine similarity", -1.0, 1.0, is_comparable=True)
"""The scale of vectors of unit length."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What was found for a question: ``passages`` with their scores, best first, none of them twice."""

    passages: tuple[Passage, ...] = ()
    blind: str = ""
    """Why the retriever cannot handle the question (it shares no word with any passage), as a clause. Then there are no
    passages. Empty if it searched, whatever it found."""


class Corpus(Protocol):
    """The passages of one state of an index, whatever is indexed meanwhile. Threads may share it."""

    @property
    def ids(self) -> Set[str]:
        """The ids of all passages. An id stands for the same text as long as there is one."""
        ...

    def passage(self, passage_id: str) -> Passage:
        """A passage with the score 0. Raises ``KeyError`` for an id that is not there."""
        ...

    def document(self, passage: Passage) -> Document:
        """The document of a passage, with its sections and pages."""
        ...

    def span(self, passage: Passage, start: int, end: int) -> Passage:
        """The passage for another span of its document's text, with the section and the page of that span.

        Its id stays that of ``passage``, so a ranking may have one span for each passage.
        """
        ...

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every passage's id and text, with the heading above it: what an embedder is given."""
        ...

    def nearest(self, vector: Vectors, k: int, within: Set[str] | None = None) -> list[Passage]:
        """The ``k`` passages nearest to a vector of shape ``(dimensions,)`` by cosine, best first; only those
        ``within`` these ids, if some are given."""
        ...

    def vectors(self, passage_ids: Sequence[str]) -> Vectors:
        """The unit vectors of passages, float32, shape ``(len(passage_ids), dimensions)``."""
        ...


class RetrievalEmbedder(Protocol):
    """The recipe's embedder, with its window, batches and limits observed. Threads may share it."""

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """The vectors of questions, shape ``(len(texts), dimensions)``. Raises ``WindowExceeded``."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts that stand for passages, such as the answer that is expected."""
        ...


class RetrievalChat(Protocol):
    """The recipe's chat model. What it was asked before, it is not asked again. Threads may share it."""

    def ask(self, prompts: Sequence[str]) -> list[str]:
        """Its answer to each prompt, in order, as many at once as it takes."""
        ...


class NamedRetriever(Config):
    """A retriever within another one, as a recipe writes it: a name, or ``{use: NAME, ...}``.

    A setting of this type, or a tuple of it, has the retrievers made, opened and handed over as ``context.retrievers``,
    in the order in which the settings name them. Their settings hold no secrets.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="allow")

    use: str
    """The plugin's name."""

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"use": value} if isinstance(value, str) else value


class Retriever(Component):
    """Finds passages for questions.

    One object searches one state of an index: it is made, opened, asked any number of questions, and closed. The same
    question gets the same ranking, whatever it is asked with and whatever was asked before. Nothing is found outside of
    the corpus, nor outside of the ids that a question is limited to. ``k`` and ``fit`` stand beside its settings in a
    recipe: no setting may have these names.
    """

    needs: ClassVar[frozenset[RetrievalNeed]] = frozenset()
    """What it works with, besides single passages. It is given nothing else, and a comparison of recipes that differ
    only in what none of their retrievers needs is refused. It does not list what retrievers within it need."""

    scale: ScoreScale
    """What its scores mean."""

    batch_size: int = 1
    """How many questions to pass in a call."""

    threads: ClassVar[bool] = False
    """Whether threads may call ``retrieve`` at the same time. Otherwise they wait for each other."""

    @abstractmethod
    def open(self, corpus: Corpus) -> None:
        """Take what will be searched. Called once, before the first question."""

    @abstractmethod
    def retrieve(self, questions: Sequence[str], k: int, within: Set[str] | None = None) -> list[Ranking]:
        """A ranking of at most ``k`` passages for each question; only passages ``within`` these ids, if some are given,
        and then as many as there would be if the others were not there.

        The passages are those of the corpus with another score: ``replace(corpus.passage(id), score=...)``.
        """


class IndexedRetriever(Retriever):
    """A retriever with an index of its own, in ``context.folder``.

    The index is derived from the corpus and can be filled again at any time. It holds passages by id; what an id stands
    for never changes. Whenever an index has been brought up to date, the passages that are new and those that are gone
    are told here, then ``commit`` is called; other settings, code or libraries have another folder. Another object may
    be open on the folder meanwhile, in this process or another, and searches what was committed when it was opened.
    Questions are asked only where ``ids`` are those of the corpus; if they are not, another one is filled in a
    temporary folder.

    ``retrieve`` may not depend on the order in which passages were added, nor on any that were deleted.
    """

    @abstractmethod
    def ids(self) -> set[str]:
        """The passages that its index holds. Files that are missing, cut or altered are an empty index."""

    @abstractmethod
    def add(self, passages: Sequence[Passage]) -> None:
        """Add passages, none of which is there."""

    @abstractmethod
    def delete(self, passage_ids: Sequence[str]) -> None:
        """Remove passages. Unknown ids are ignored."""

    @abstractmethod
    def commit(self) -> None:
        """Make all that was added and deleted durable, at once.

        Killed before it returns, the index opens as it was, or as it should become, or lacks some passages.
        """


def named_retrievers(config: Config) -> Mapping[tuple[str | int, ...], NamedRetriever]:
    """The retrievers that settings name, in order, each with the path of the setting: ``("of", 1)``."""
    found: dict[tuple[str | int, ...], NamedRetriever] = {}
    for name, value in config:
        several = value if isinstance(value, tuple | list) else (value,)
        for place, one in enumerate(several):
            if isinstance(one, NamedRetriever):
                found[(name,) if one is value else (name, place)] = one
    return found
