"""Asking: retrieve, answer, cite, with the ledger of one question."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from potluck.components.components import Components
from potluck.documents import Answer, Json, Passage
from potluck.errors import StoreMismatch
from potluck.ledger import Amount, Ledger
from potluck.observation.stage import stage
from potluck.recipe.model import RecipeModel
from potluck.refusals import is_refusal
from potluck.stages.answer import Answerer, WorkedExample
from potluck.stages.cite import cite
from potluck.stages.index import collection_of
from potluck.stages.retrieve import Searcher
from potluck.workspace import Workspace

if TYPE_CHECKING:
    from potluck.observation.observers import Observers

_OPENINGS = 5


@dataclass(frozen=True, slots=True)
class AskReport:
    """An answer with all that led to it. ``retrieved`` is best first; ``calls`` counts calls of the chat model."""

    question: str
    answer: Answer
    refused: bool
    citations: list[Passage]
    retrieved: list[Passage]
    calls: int
    ledger: Ledger = field(default_factory=Ledger)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Json]:
        """As ``potluck ask --json`` prints it."""
        return report_json(
            self.question, self.answer, self.refused, self.citations, self.retrieved, self.ledger, self.seconds
        )


def report_json(
    question: str,
    answer: Answer,
    refused: bool,
    citations: Sequence[Passage],
    retrieved: Sequence[Passage],
    ledger: Ledger,
    seconds: float,
) -> dict[str, Json]:
    """An answer with all that led to it, as the commands print it."""
    return {
        "question": question,
        "answer": answer.text,
        "refused": refused,
        "finish": answer.finish,
        "thoughts": answer.thoughts,
        "served_by": answer.served_by,
        "citations": [passage_json(passage) for passage in citations],
        "retrieved": [passage_json(passage) for passage in retrieved],
        "ledger": ledger.as_json(),
        "seconds": round(seconds, 3),
        "tokens": answer.usage.as_json(),
    }


def passage_json(passage: Passage) -> dict[str, Json]:
    """A passage as the commands print it."""
    return {
        "source": passage.source,
        "section": passage.section,
        "sections": list(passage.sections),
        "page": passage.page,
        "page_label": passage.page_label,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "score": round(passage.score, 6),
    }


def open_searcher(components: Components, workspace: Workspace) -> Searcher:
    """What searches the recipe's index as it is now; the index has been finished before."""
    newest = partial(workspace.catalogue.generation, components.index_id)
    for _ in range(_OPENINGS):
        found = _open(components, workspace, newest)
        if found.whole or newest() == found.state.generation:
            return found
        # A process that indexes has changed the store since the snapshot was taken.
        found.close()
    return _open(components, workspace, newest)


def _open(components: Components, workspace: Workspace, newest: Callable[[], str | None]) -> Searcher:
    snapshot, store = workspace.catalogue.snapshot(), components.index_store()
    try:
        state = snapshot.index(components.index_id)
        assert state is not None, "indexing has finished"
        store.open(collection_of(state))
        return Searcher(snapshot, state, store, components.embedder, newest, components.recipe.embedder)
    except BaseException:
        snapshot.close()
        store.close()
        raise


def ask(
    question: str,
    recipe: RecipeModel,
    components: Components,
    search: Searcher,
    observers: Observers,
    *,
    examples: Callable[[str], Sequence[WorkedExample]],
    on_text: Callable[[str], None] | None = None,
    notes: Sequence[str] = (),
) -> AskReport:
    """Answer one question from the ``retriever.k`` nearest passages, showing the model the ``examples`` for it.

    ``notes`` are what the ledger is to say of the index.
    """
    started = time.perf_counter()
    ledger = Ledger()
    entry = ledger.open("retrieve", "passages")
    entry.notes += notes
    with stage(observers, "retrieve", "questions", 1, recipe.embedder) as running:
        try:
            retrieved = search.retrieve(question, recipe.retriever.k)
        except StoreMismatch:
            components.note_length()
            raise
        running.advance()
    entry.came_in = entry.went_out = Amount(len(retrieved), sum(len(passage.text) for passage in retrieved))
    entry = ledger.open("answer", "passages")
    with stage(observers, "answer", "questions", 1, recipe.chat) as running:
        given = Answerer(recipe, components.chat, on_text, examples).answer(question, retrieved, entry)
        running.advance()
    citations = cite(given, search.narrow)
    seconds = time.perf_counter() - started
    return AskReport(question, given.answer, refuses(given.answer), citations, retrieved, given.calls, ledger, seconds)


def refuses(answer: Answer) -> bool:
    """Whether an answer says that the model does not know. A filter that withheld it says nothing of the kind."""
    return answer.finish != "filter" and is_refusal(answer.text)
