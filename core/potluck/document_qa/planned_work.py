"""What a run over documents would embed and answer, and how long that takes.

Apart from the vectors of a few texts nothing is computed that a run would compute again: answers are made only if they
are kept. Nothing is sent to another machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from potluck import durations
from potluck.components.components import Components
from potluck.contracts import ChatOptions
from potluck.document_qa.answer_cache import Asker
from potluck.document_qa.shots import chooser
from potluck.documents import Json, Passage
from potluck.durations import Duration
from potluck.errors import PotluckError
from potluck.evaluation.search import open_searcher
from potluck.fingerprints import fingerprint
from potluck.ledger import Ledger
from potluck.planning.measured import Measured
from potluck.planning.plan import PlanReport
from potluck.planning.work import estimated_work, is_kept, seconds_per_token, unknown_work
from potluck.recipe.effects import retrieval_needs
from potluck.recipe.model import RecipeModel
from potluck.results.stages import PlannedWork
from potluck.stages.answer import Answerer, no_examples
from potluck.stages.retrieve import Searcher, search

if TYPE_CHECKING:
    from potluck.observation.observers import Observers

_SAMPLED = 32
"""The most kept answers from which the time is estimated."""

_ASKED = 2
_QUICK = 1.0
"""The most questions that are asked, and how many seconds the previous one may have taken."""

_EMBEDDED = 64
"""The most questions that are embedded to find out which are answered already."""


def plan_embedding(report: PlanReport, components: Components, measured: Measured) -> PlannedWork:
    """What a run over documents would embed, of which something is to embed."""
    count, name = report.texts_to_embed, components.embedder_fingerprint
    if "embedder" in report.leaves:
        return unknown_work("embed", count, f"they go to {report.leaves['embedder']}, where a plan sends nothing")
    if not report.sample:
        return unknown_work("embed", count, "no text is short enough to try")
    try:
        if name not in measured.speeds:
            measured.speeds[name] = seconds_per_token(components.embedder, report.sample)
    except PotluckError as error:
        return unknown_work("embed", count, str(error))
    return estimated_work("embed", count, measured.speeds[name] * report.tokens_to_embed)


def plan_answers(
    report: PlanReport,
    components: Components,
    observers: Observers,
    questions: Sequence[str],
    deep: int,
    measured: Measured,
    sample: int = 0,
) -> Iterator[PlannedWork]:
    """What a run would answer, if something is left. ``deep``: passages that it retrieves for a question.

    ``sample`` is the round of a model that samples.
    """
    if components.recipe.tuning.adapter is not None:
        yield unknown_work("answer", len(questions), "the chat model answers with what is tuned")
        return
    try:
        planned = _find_answers(report, components, observers, questions, deep, sample)
        left = len(questions) - planned.answered
        span = _time_of_answer(report, components, planned, questions, measured) if left else None
    except PotluckError as error:
        yield unknown_work("answer", len(questions), str(error))
        return
    left = len(questions) - planned.answered
    if left and span is not None:
        yield estimated_work("answer", left, span * left)
    elif left:
        yield unknown_work("answer", left, _reason(report))


def _time_of_answer(
    report: PlanReport,
    components: Components,
    planned: _PlannedAnswers,
    questions: Sequence[str],
    measured: Measured,
) -> Duration | None:
    recipe, cache = components.recipe, components.workspace.answer_cache
    shown = min(recipe.retriever.k, report.chunks)
    characters, attempt = shown * report.passage_length, None
    if "chat" not in report.leaves:
        is_kept_then = planned.unanswered and _keeps(recipe)
        attempt = planned.measure if is_kept_then else partial(_try, report, components, questions)
    wording = recipe.prompt.text if recipe.prompt else None
    prompt: Json = [recipe.answer.method, recipe.retriever.fit, wording, recipe.shots.count, shown, characters]
    key = fingerprint(components.chat_fingerprint, prompt)
    kept = cache.times_of(components.chat_fingerprint, _SAMPLED)
    span = measured.answer_time(key, kept, attempt, shown, characters)
    return None if span is None else span * (1 / max(1, components.chat.concurrency))


def _try(report: PlanReport, components: Components, questions: Sequence[str]) -> list[float]:
    """Seconds of one answer, and of a second one if that was quick, from passages as long as a run's; none is kept."""
    recipe, seconds = components.recipe, list[float]()
    passages = report.passages[:: max(1, len(report.passages) // recipe.retriever.k)][: recipe.retriever.k]
    examples = (
        no_examples if "embedder" in report.leaves else chooser(recipe, components, components.workspace.answer_cache)
    )
    for question in questions[:_ASKED] if passages else ():
        answerer = Answerer(recipe, components.prepared_chat(), examples=examples)
        began = durations.now()
        answerer.answer(question, passages, Ledger().open("answer", "passages"))
        seconds.append(durations.now() - began)
        if seconds[-1] > _QUICK:
            break
    return seconds


@dataclass(slots=True)
class _PlannedAnswers:
    """``unanswered``: questions whose passages are known and whose answers are not, and what asks them."""

    asker: Asker
    unanswered: list[tuple[str, list[Passage]]] = field(default_factory=list)
    answered: int = 0

    def measure(self) -> list[float]:
        """Answer a question as the run does, and a second one if that was quick; the run finds them answered."""
        seconds = list[float]()
        for question, passages in self.unanswered[:_ASKED]:
            seconds.append(self.asker.ask(question, passages).seconds)
            self.answered += 1
            if seconds[-1] > _QUICK:
                break
        return seconds


def _find_answers(
    report: PlanReport, components: Components, observers: Observers, questions: Sequence[str], deep: int, sample: int
) -> _PlannedAnswers:
    """Which questions are answered already, as far as that is quickly found out here."""
    recipe, cache = components.recipe, components.workspace.answer_cache
    found = _PlannedAnswers(Asker(recipe, components, cache, chooser(recipe, components, cache), sample))
    if not report.is_indexed or not is_kept(components) or not _retrieves_here(report, components):
        return found
    with closing(open_searcher(components, components.workspace)) as searcher:
        looked_up = questions if _is_quick(searcher, components, questions) else questions[:_EMBEDDED]
        results, _ = search(looked_up, deep, searcher, observers, cache)
    for question, result in zip(looked_up, results, strict=True):
        passages = result.passages[: recipe.retriever.k]
        if found.asker.find(question, passages) is None:
            found.unanswered.append((question, passages))
        else:
            found.answered += 1
    return found


def _is_quick(searcher: Searcher, components: Components, questions: Sequence[str]) -> bool:
    """Whether the questions were embedded before, or need not be."""
    if not searcher.embeds:
        return True
    known = components.workspace.answer_cache.question_vectors(components.embedder_fingerprint, questions)
    return len(known) == len(set(questions))


def _retrieves_here(report: PlanReport, components: Components) -> bool:
    sends = report.leaves.keys() & {"embedder", "store", "retriever", "reranker"}
    return not sends and ("chat" not in report.leaves or "chat" not in retrieval_needs(components.recipe))


def _keeps(recipe: RecipeModel) -> bool:
    """Whether the answers of the chat model are kept."""
    return isinstance(recipe.chat.config, ChatOptions) and recipe.chat.config.cache


def _reason(report: PlanReport) -> str:
    if "chat" in report.leaves:
        return f"{report.leaves['chat']} answers, which a plan does not ask"
    return "there is no passage from which one can be tried"
