"""The one path of all recipes: read a file of questions, prepare, answer, measure.

A kind of recipe is a subclass. Whoever calls decides, by the ``Resources``, what several recipes share.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from potluck.components.components import Components
from potluck.contracts import ChatOptions, TuningRequest
from potluck.documents import Json, Usage
from potluck.errors import PotluckError
from potluck.evaluation.resources import Resources
from potluck.evaluation.results import Answered, EvaluationReport, Unit
from potluck.indexing.report import IndexReport
from potluck.loading.failure import LoadFailure
from potluck.metrics.perplexity import Surprise
from potluck.metrics.scorer import Scorer
from potluck.questions.question_file import Question, QuestionFile
from potluck.recipe.bare_documents import find_questions
from potluck.recipe.model import RecipeModel
from potluck.reporting import Stage

if TYPE_CHECKING:
    from potluck.planning.measured import Measured
    from potluck.planning.plan import PlanReport
    from potluck.results.stages import PlannedWork, TaskPlanResult, TuningPlanResult
    from potluck.stages.tune import TuneReport

Counts: TypeAlias = Mapping[str, int]
"""Amounts by stage: documents loaded and split, texts embedded, questions embedded, questions answered."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """The work done before the first question could be answered."""

    index: IndexReport | None = None
    """The index's report, of a recipe with documents."""
    tuning: TuneReport | None = None
    """The training's report, of a recipe that answers with its own tuner's result."""
    notes: Sequence[str] = ()
    total: Counts = field(default_factory=dict)
    """Work that the index and the questions stand for."""
    done: Counts = field(default_factory=dict)
    """How much of it was done now."""
    seconds: float = 0.0

    @property
    def failures(self) -> Sequence[LoadFailure]:
        """The documents that could not be read."""
        return () if self.index is None else self.index.failures


class Workload(ABC):
    """What recipes of one kind do with a file of questions.

    The methods take a recipe because the variants of a comparison share one workload, and with it an index or a
    retrieval that they have in common.
    """

    unit: ClassVar[Unit]
    without_documents: ClassVar[str]
    """The message if something about documents is asked of a recipe that has none."""

    def __init__(
        self, resources: Resources, scorer: Scorer, path: Path | None = None, limit: int | None = None
    ) -> None:
        """``path`` is the file of questions, of which ``limit`` takes the first ones. Nothing is read yet."""
        self.resources, self.scorer = resources, scorer
        self._path, self._limit = path, limit

    def questions_file(self, recipe: RecipeModel) -> Path:
        """The file of the questions. Raises ``PotluckError`` where neither the caller nor the recipe names one."""
        path = self._path or recipe.questions
        if path is None:
            raise PotluckError(f"{recipe.path}: {_lack_of_questions(recipe)} a file: --questions FILE")
        return path

    @abstractmethod
    def read(self, recipe: RecipeModel) -> QuestionFile:
        """The questions of the file as the recipe asks them. Raises ``PotluckError`` where there are none."""

    def check(self, recipes: Sequence[RecipeModel], questions: Sequence[Question]) -> None:  # noqa: B027
        """Raise ``RecipeError`` for questions that none of the recipes can be measured on; here all can."""

    def samples(self, recipe: RecipeModel) -> bool:
        """Whether the recipe may answer differently when it is asked again."""
        config = recipe.chat.config
        return isinstance(config, ChatOptions) and config.samples

    @abstractmethod
    def begin(self, recipe: RecipeModel) -> Preparation:
        """Prepare as ``potluck run`` does before it answers: index the documents, or train the tuner."""

    @abstractmethod
    def prepare(self, recipe: RecipeModel, questions: Sequence[Question]) -> Preparation:
        """Do the work that the answers to these questions need, as far as it was not done."""

    @abstractmethod
    def answer(
        self,
        recipe: RecipeModel,
        questions: Sequence[Question],
        sample: int = 0,
        on_answer: Callable[[Answered], None] | None = None,
    ) -> list[Answered]:
        """Answer and score questions that were prepared. ``sample`` tells rounds of a model that samples apart.

        ``on_answer`` is called with each as it comes.
        """

    @abstractmethod
    def surprises(self, recipe: RecipeModel, questions: Sequence[Question]) -> dict[str, Surprise]:
        """By question: how surprised the recipe's chat model is by the right answer, where one is known."""

    @abstractmethod
    def findings(self, recipe: RecipeModel, answered: Sequence[Answered]) -> Sequence[str]:
        """What the measures do not show of answers: cut at a limit, worthless, of labels that were not learned."""

    @abstractmethod
    def report(
        self, recipe: RecipeModel, answered: Sequence[Answered], notes: Sequence[str], seconds: float
    ) -> EvaluationReport:
        """Measure a file of answered questions; ``notes`` are those on the file."""

    @abstractmethod
    def plan(self, components: Components, measured: Measured) -> PlanReport | TuningPlanResult | TaskPlanResult:
        """What a run would take, before it embeds, answers or trains. Raises ``PotluckError`` if there is no run.

        What is measured for it is put into ``measured``.
        """

    @abstractmethod
    def plan_answers(
        self, components: Components, measured: Measured, request: TuningRequest | None = None, sample: int = 0
    ) -> Sequence[PlannedWork]:
        """The answers that are left of a recipe with questions, and their time; nothing if all are kept.

        ``request`` is the training of a recipe that tunes, ``sample`` the round of a model that samples.
        """

    @staticmethod
    @abstractmethod
    def identities(components: Components) -> dict[str, Mapping[str, Json]]:
        """By kind of component: the files and releases of the models that the results depend on."""

    @abstractmethod
    def manifest(self, preparation: Preparation, report: EvaluationReport | None, own: Components) -> dict[str, Json]:
        """The part of a run's manifest that is particular to this kind of recipe."""

    def evaluate(self, recipe: RecipeModel) -> EvaluationReport:
        """Answer every question of the file and measure. What was asked before is not asked again."""
        started = time.perf_counter()
        file = self.read(recipe)
        self.check([recipe], file.questions)
        self.prepare(recipe, file.questions)
        answered = self.answer(recipe, file.questions)
        return self.report(recipe, answered, file.notes, time.perf_counter() - started)


def _lack_of_questions(recipe: RecipeModel) -> str:
    """The advice, up to the name of a file."""
    if recipe.origin.folder is not None:
        example = '{"question": "...", "answers": ["..."]}'
        where = recipe.path if recipe.path.is_dir() else recipe.path.parent
        return f"there are no questions; write some into {where / 'questions.jsonl'}, one per line: {example}; or name"
    found = find_questions(recipe.folder)
    file = found[0].name if found else "FILE.jsonl"
    return f"the recipe names no questions; add 'questions: {file}' or name"


def report_answer(running: Stage, answered: Answered, on_answer: Callable[[Answered], None] | None) -> None:
    """Report an answer: to the observers of the stage, and to the caller's ``on_answer``."""
    running.advance(reused=int(answered.cached))
    if on_answer is not None:
        on_answer(answered)


def cost_of(usage: Usage, prices: tuple[float, float]) -> float:
    """US dollars of the tokens, at ``prices`` per million in and out."""
    return (usage.prompt * prices[0] + usage.completion * prices[1]) / 1e6
