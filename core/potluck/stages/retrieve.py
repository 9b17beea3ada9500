"""Retrieving: from questions to the passages that are shown to the chat model."""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from potluck.amounts import many
from potluck.contracts import Candidates, Ranking
from potluck.documents import Passage
from potluck.ledger import Amount, Entry, Ledger
from potluck.observation.stage import stage
from potluck.retrieval.checked import CheckedReranker, CheckedRetriever
from potluck.retrieval.open_index import OpenIndex
from potluck.retrieval.shared_models import SharedChat, SharedEmbedder
from potluck.workspace.answer_cache import AnswerCache
from potluck.workspace.catalogue import IndexState

if TYPE_CHECKING:
    from potluck.components.components import Components
    from potluck.contracts import Vectors
    from potluck.contracts.store import VectorStore
    from potluck.observation.observers import Observers
    from potluck.recipe.model import RecipeModel


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The ``passages`` of a question, best first; ``candidates`` are those from which a reranker chose them.

    ``blind`` says why the retriever could not handle the question; empty if it could.
    """

    passages: list[Passage]
    candidates: tuple[Passage, ...] | None = None
    blind: str = ""


class Searcher:
    """Searches one state of an index as a recipe says. Threads may share it. ``close`` it, or let go of it."""

    def __init__(
        self,
        index: OpenIndex,
        retriever: CheckedRetriever,
        reranker: CheckedReranker | None,
        embedder: SharedEmbedder | None,
        chat: SharedChat | None,
        cache: Callable[[], AnswerCache],
        closing: ExitStack,
        recipe: RecipeModel,
    ) -> None:
        """``embedder`` and ``chat`` are None if they are not asked; ``closing`` closes what belongs to this
        searcher."""
        self.index = index
        self.spec, self.reranker_spec = recipe.retriever_spec, recipe.reranker
        self.part = recipe.retriever_spec if embedder is None else recipe.embedder
        """The component whose work the observers of retrieval are told of."""
        self._retriever, self._reranker, self._cache = retriever, reranker, cache
        self._embedder, self._chat = embedder, chat
        self.close = weakref.finalize(self, closing.close)

    @property
    def state(self) -> IndexState:
        """The state of the index that is searched."""
        return self.index.state

    @property
    def store(self) -> VectorStore:
        """The index's store, opened."""
        return self.index.store

    @property
    def embeds(self) -> bool:
        """Whether questions are embedded."""
        return self._embedder is not None

    def sources(self) -> set[str]:
        """The sources of all documents of the index."""
        return self.index.sources()

    def sections(self) -> list[tuple[str, set[str]]]:
        """The sources of all documents of the index, each with the labels of its sections."""
        return self.index.sections()

    def find(self, passage_id: str) -> Passage | None:
        """The passage of an id, if the index has it."""
        return self.index.find(passage_id)

    def nearest(self, vector: Vectors, k: int) -> list[Passage]:
        """The ``k`` passages nearest to a vector of shape ``(dimensions,)``, best first."""
        return self.index.nearest(vector, k)

    def narrow(self, passage: Passage, start: int, end: int) -> Passage:
        """The passage for a span of a passage's text, with the section and page of that span."""
        return self.index.span(passage, passage.start + start, passage.start + end)

    def lend(self, components: Components) -> None:
        """From now on ask the models of these components."""
        if self._embedder is not None:
            self._embedder.embedder = components.embedder
        if self._chat is not None:
            self._chat.components = components

    def prepare(self, questions: Sequence[str], cache: AnswerCache) -> int:
        """Embed questions that will be retrieved, in batches, each at most once ever. Returns how many were."""
        return 0 if self._embedder is None else self._embedder.prepare(questions, cache)

    def retrieve(self, question: str, k: int, within: Set[str] | None = None) -> list[Passage]:
        """The ``k`` best passages, best first, only those ``within`` these ids; fewer if there are fewer."""
        if k <= 0:
            return []
        (ranking,) = self._retriever.retrieve([question], self._depth(k), within)
        if self._reranker is None:
            return list(ranking.passages)
        (passages,) = self._reranker.rerank([Candidates(question, ranking.passages)], self._cache())
        return passages[:k]

    def rank(self, questions: Sequence[str], k: int) -> Iterator[Ranking]:
        """What the retriever finds for each question: the ``k`` best, or as many as the reranker takes."""
        at_once = max(1, self._retriever.batch_size)
        for i in range(0, len(questions), at_once):
            yield from self._retriever.retrieve(questions[i : i + at_once], self._depth(k))

    def rerank(self, questions: Sequence[str], rankings: Sequence[Ranking], k: int) -> Iterator[SearchResult]:
        """The first ``k`` passages of each ranking, after the reranker if the recipe names one."""
        if self._reranker is None:
            yield from (SearchResult(list(ranking.passages), None, ranking.blind) for ranking in rankings)
            return
        pairs = list(zip(questions, rankings, strict=True))
        for i in range(0, len(pairs), self._reranker.batch_size):
            some = pairs[i : i + self._reranker.batch_size]
            orders = self._reranker.rerank([Candidates(one, found.passages) for one, found in some], self._cache())
            for (_, ranking), passages in zip(some, orders, strict=True):
                yield SearchResult(passages[:k], ranking.passages, ranking.blind)

    def _depth(self, k: int) -> int:
        return k if self._reranker is None else self._reranker.candidates


def search(
    questions: Sequence[str],
    k: int,
    searcher: Searcher,
    observers: Observers,
    cache: AnswerCache | None = None,
) -> tuple[list[SearchResult], int]:
    """The ``k`` best passages of each question, and how many questions were embedded ahead, which needs a ``cache``."""
    with stage(observers, "retrieve", "questions", len(questions), searcher.part) as running:
        embedded = 0 if cache is None else searcher.prepare(questions, cache)
        rankings = []
        for ranking in searcher.rank(questions, k):
            rankings.append(ranking)
            running.advance()
    if searcher.reranker_spec is None:
        return list(searcher.rerank(questions, rankings, k)), embedded
    results = []
    with stage(observers, "rerank", "questions", len(questions), searcher.reranker_spec) as running:
        for result in searcher.rerank(questions, rankings, k):
            results.append(result)
            running.advance()
    return results, embedded


def account_results(
    ledger: Ledger, results: Sequence[SearchResult], searcher: Searcher, notes: Sequence[str] = ()
) -> None:
    """Record in a ledger the passages found, why nothing could be found, and the passages that a reranker left out."""
    k = max((len(result.passages) for result in results), default=0)
    account_passages(ledger, results, searcher, k).notes += [*notes, *blind_notes(results, searcher)]


def account_passages(ledger: Ledger, results: Sequence[SearchResult], searcher: Searcher, k: int) -> Entry:
    """Say in a ledger what was found for an answer from ``k`` passages a question, and what a reranker left out of it.

    Passages that were found beyond them, to measure more deeply, are not counted. Returns the entry of retrieval.
    """
    entry = ledger.open("retrieve", "passages")
    for result in results:
        entry.came_in += amount(result.passages[:k] if result.candidates is None else result.candidates)
    entry.went_out = entry.came_in
    if searcher.reranker_spec is not None:
        ledger.entries.append(account_reranked(results, searcher.reranker_spec.name, k))
    return entry


def account_reranked(results: Sequence[SearchResult], name: str, k: int) -> Entry:
    """The account of a reranker: it leaves out all but the first ``k`` of what it puts into order."""
    entry = Entry("rerank", "passages")
    for result in results:
        kept = {passage.id for passage in result.passages[:k]}
        entry.came_in += amount(result.candidates or ())
        entry.went_out += amount(result.passages[:k])
        entry.dropped += amount([one for one in result.candidates or () if one.id not in kept])
    if entry.dropped.items:
        entry.notes.append(f"{name} chose {entry.went_out.items} of {entry.came_in.items} passages that were found")
    return entry


def amount(passages: Sequence[Passage]) -> Amount:
    """The amount of some passages."""
    return Amount(len(passages), sum(len(passage.text) for passage in passages))


def blind_notes(results: Sequence[SearchResult], searcher: Searcher) -> list[str]:
    """For how many questions the retriever was blind, by the reason."""
    reasons = Counter(one.blind for one in results if one.blind)
    return [
        f"the retriever {searcher.spec.name!r} is blind for {many(count, 'question')} of {len(results)}: {reason}"
        for reason, count in reasons.items()
    ]
