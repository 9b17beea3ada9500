"""What a run over documents would embed and answer, and how long that takes.

Apart from the vectors of a few texts nothing is computed that a run would compute again: answers are made only if they
are kept. Nothing is sent to another machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from potluck.components.components import Components
from potluck.contracts import ChatOptions
from potluck.document_qa.answer_cache import Asker
from potluck.document_qa.shots import chooser
from potluck.documents import Passage
from potluck.durations import Duration
from potluck.errors import PotluckError
from potluck.evaluation.search import open_searcher
from potluck.planning.plan import PlanReport
from potluck.planning.work import estimated_work, is_kept, seconds_per_token
from potluck.questions.question_file import read_question_file
from potluck.recipe.effects import retrieval_needs
from potluck.results.stages import PlannedWork
from potluck.stages.retrieve import Searcher, search

if TYPE_CHECKING:
    from potluck.observation.observers import Observers

_SAMPLED = 32
"""The most kept answers from which the time is estimated."""

_GROUPS = 4

_ASKED = 2
_QUICK = 1.0
"""The most questions that are asked, and how many seconds the previous one may have taken."""

_EMBEDDED = 64
"""The most questions that are embedded to find out which are answered already."""


def add_work(report: PlanReport, components: Components, observers: Observers, deep: int) -> None:
    """Add to a plan what a run would embed and answer. ``deep``: passages that it retrieves for a question."""
    if report.problems:
        return
    if report.texts_to_embed:
        report.work.append(_plan_embedding(report, components))
    if components.recipe.questions is not None:
        report.work += _plan_answers(report, components, observers, deep)


def _plan_embedding(report: PlanReport, components: Components) -> PlannedWork:
    count = report.texts_to_embed
    if "embedder" in report.leaves:
        return _unknown("embed", count, f"they go to {report.leaves['embedder']}, where a plan sends nothing")
    if not report.sample:
        return _unknown("embed", count, "no text is short enough to try")
    try:
        speed = seconds_per_token(components.embedder, report.sample)
    except PotluckError as error:
        return _unknown("embed", count, str(error))
    return estimated_work("embed", count, speed * report.tokens_to_embed)


def _plan_answers(report: PlanReport, components: Components, observers: Observers, deep: int) -> Iterator[PlannedWork]:
    assert components.recipe.questions is not None, "only a recipe with questions answers some"
    questions = [one.question for one in read_question_file(components.recipe.questions).questions]
    if components.recipe.tuning.adapter is not None:
        yield _unknown("answer", len(questions), "the chat model answers with what is tuned")
        return
    try:
        planned = _find_answers(report, components, observers, questions, deep)
        seconds = components.workspace.answer_cache.seconds_of(components.chat_fingerprint, _SAMPLED)
        if not seconds and planned.unanswered and _may_ask(report, components):
            seconds = planned.measure()
    except PotluckError as error:
        yield _unknown("answer", len(questions), str(error))
        return
    left = len(questions) - planned.answered
    if left and seconds:
        yield estimated_work("answer", left, time_of_answers(seconds) * left)
    elif left:
        yield _unknown("answer", left, _reason(report, components))


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
    report: PlanReport, components: Components, observers: Observers, questions: Sequence[str], deep: int
) -> _PlannedAnswers:
    """Which questions are answered already, as far as that is quickly found out here."""
    recipe, cache = components.recipe, components.workspace.answer_cache
    found = _PlannedAnswers(Asker(recipe, components, cache, chooser(recipe, components, cache)))
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


def _may_ask(report: PlanReport, components: Components) -> bool:
    """Whether an answer stays here, and is kept."""
    config = components.recipe.chat.config
    return "chat" not in report.leaves and isinstance(config, ChatOptions) and config.cache


def _reason(report: PlanReport, components: Components) -> str:
    if "chat" in report.leaves:
        return f"{report.leaves['chat']} answers, which a plan does not ask"
    if not _may_ask(report, components):
        return "answers are not kept, and a plan asks nothing that would be asked again"
    if not _retrieves_here(report, components):
        return "passages are retrieved elsewhere, where a plan sends nothing"
    return "the documents are not indexed yet, without which none can be tried"


def time_of_answers(seconds: Sequence[float]) -> Duration:
    """The time of an answer. Answers differ and a run makes many, so the spread is that of group means."""
    groups = [seconds[start::_GROUPS] for start in range(min(_GROUPS, len(seconds)))]
    return Duration.per_unit([(sum(some), len(some)) for some in groups])


def _unknown(action: Literal["embed", "answer"], count: int, why: str) -> PlannedWork:
    return PlannedWork(action, count, False, None, None, None, why)
