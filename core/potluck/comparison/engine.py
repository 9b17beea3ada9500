"""Running variants of a recipe so that nothing upstream of a change is done twice.

Stage by stage, not variant by variant: first every index or training that is needed, and all questions retrieved, with
one embedder in memory at a time; then every variant's answers, those of one chat model together. Results are kept as
they come, so an interrupted comparison resumes where it stopped. A variant that fails does not stop the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from potluck.amounts import many
from potluck.answering.choices import check_scores_text
from potluck.comparison.wording import variant_place
from potluck.contracts import ChatOptions
from potluck.errors import PotluckError, Unsupported, WorkspaceBusy
from potluck.evaluation.resources import SharedResources
from potluck.evaluation.results import Answered
from potluck.evaluation.served import Served
from potluck.evaluation.workload import cost_of
from potluck.metrics.perplexity import Surprise
from potluck.metrics.scorer import Scorer
from potluck.observation.stage import stage
from potluck.questions.question_file import Question, QuestionFile
from potluck.recipe.model import RecipeModel
from potluck.recipe.swaps import Variant
from potluck.reporting import Stage
from potluck.workloads import workload_of

STAGES = ("load", "split", "embed", "retrieve", "answer")


@dataclass(slots=True)
class VariantRun:
    """The result of a variant. ``repeats`` holds the answers of each round; ``error`` says why there are none."""

    variant: Variant
    repeats: list[list[Answered]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Notes on it: documents that were not read, a training that went wrong, worthless answers."""
    cost: float | None = None
    seconds: float = 0.0
    computed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGES, 0))
    reused: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STAGES, 0))
    prices: tuple[float, float] | None = None
    surprises: dict[str, Surprise] = field(default_factory=dict)
    """By question: how surprised the model is by the right answer, if that was requested."""
    error: str | None = None

    @property
    def served(self) -> list[Served]:
        """Which states of a service's model gave the answers, before or now."""
        return [one.served for answers in self.repeats for one in answers]


class Engine:
    """Runs recipes that share a workspace, on the questions of one file as the first recipe that can reads it."""

    def __init__(
        self,
        recipes: Sequence[RecipeModel],
        scorer: Scorer,
        resources: SharedResources,
        path: Path | None = None,
        limit: int | None = None,
        ids: Container[str] | None = None,
    ) -> None:
        """Read the questions: those of ``path``, or the recipes' own; ``limit`` takes the first, ``ids`` those named.

        Raises what the first recipe raises where none can read them.
        """
        self.scorer, self.resources = scorer, resources
        self.workload = workload_of(recipes[0])(resources, scorer, path, limit)
        self.file = self._read(recipes, ids)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions that every variant is asked."""
        return self.file.questions

    def run(self, variants: Sequence[Variant], repeats: int = 1, surprise: bool = False) -> list[VariantRun]:
        """Prepare and answer for every variant; ``repeats`` rounds where the model samples.

        With ``surprise`` the chat models are also asked how likely the right answers are. Raises ``WorkspaceBusy``
        where another process writes the workspace.
        """
        runs = [VariantRun(variant) for variant in variants]
        with stage(self.resources.observers, "prepare", "variants", len(runs)) as preparing:
            for number, run in enumerate(runs, 1):
                preparing.describe(variant_place(number, len(runs), run.variant.name))
                self._prepare(run)
                preparing.advance(reused=int(not any(run.computed.values())))
        self.workload.check([variant.recipe for variant in variants], self.questions)
        ready = [run for run in runs if run.error is None]
        # Those of one chat model together: it is loaded once.
        ready.sort(key=lambda run: str(run.variant.recipe.chat.config))
        with stage(
            self.resources.observers, "compare", "answers", len(self.questions) * self._rounds(ready, repeats)
        ) as running:
            for number, run in enumerate(ready, 1):
                running.describe(variant_place(number, len(ready), run.variant.name))
                self._answer(run, repeats, surprise, partial(_count_answer, running))
        return runs

    def answer(
        self,
        recipe: RecipeModel,
        sample: int = 0,
        only: Sequence[int] | None = None,
        on_answer: Callable[[Answered], None] | None = None,
    ) -> list[Answered]:
        """Answer the questions (or those at the places ``only``) as a recipe says; ``on_answer`` hears of each."""
        questions = self.questions if only is None else [self.questions[place] for place in only]
        return self.workload.answer(_with_sample_seed(recipe, sample), questions, sample, on_answer)

    def prices(self, recipe: RecipeModel) -> tuple[float, float] | None:
        """The prices of the recipe's chat model per million tokens in and out."""
        return self.resources.with_chat(recipe).chat.prices

    def _read(self, recipes: Sequence[RecipeModel], ids: Container[str] | None) -> QuestionFile:
        """The questions that all recipes able to read the file have, as the first of these words them."""
        files = []
        for recipe in recipes:
            with suppress(PotluckError):  # told where the variant runs
                files.append(self.workload.read(recipe))
        first, *others = files or [self.workload.read(recipes[0])]
        common = set.intersection(*({one.id for one in file.questions} for file in (first, *others)))
        kept = tuple(one for one in first.questions if one.id in common and (ids is None or one.id in ids))
        if not kept:
            raise PotluckError(
                f"{self.workload.questions_file(recipes[0])}: no question in it is asked of every recipe"
            )
        left_out = len({one.id for file in files for one in file.questions} - common)
        notes = [f"{many(left_out, 'example')} left out, as not every variant can read them"] if left_out else []
        return QuestionFile(kept, (*first.notes, *notes))

    def _prepare(self, run: VariantRun) -> None:
        started = time.perf_counter()
        try:
            found = self.workload.prepare(run.variant.recipe, self.questions)
        except WorkspaceBusy:  # no variant could go on
            raise
        except Exception as error:  # whatever a plugin raises, the other variants go on
            run.error = reason(error)
            run.seconds = time.perf_counter() - started
            return
        run.notes += found.notes
        run.computed |= found.done
        run.reused |= {stage: total - found.done[stage] for stage, total in found.total.items()}
        run.seconds = found.seconds

    def _rounds(self, runs: Sequence[VariantRun], repeats: int) -> int:
        """How often each question is asked, in all variants together."""
        return sum(repeats if self.workload.samples(run.variant.recipe) else 1 for run in runs)

    def _answer(self, run: VariantRun, repeats: int, surprise: bool, on_answer: Callable[[Answered], None]) -> None:
        started, recipe = time.perf_counter(), run.variant.recipe
        try:
            rounds = repeats if self.workload.samples(recipe) else 1
            if rounds < repeats:
                run.notes.append(f"asked once and not {repeats} times: it answers the same again, as nothing is drawn")
            for sample in range(rounds):
                answered = self.answer(recipe, sample, None, on_answer)
                run.repeats.append(answered)
                run.reused["answer"] += sum(one.cached for one in answered)
                run.computed["answer"] += sum(not one.cached for one in answered)
            run.prices = self.prices(recipe)
            run.notes += self.workload.findings(recipe, run.repeats[0])
            if surprise:
                self._measure_surprise(run)
        except WorkspaceBusy:
            raise
        except Exception as error:
            run.error, run.repeats = reason(error), []
        run.seconds += time.perf_counter() - started
        run.cost = answering_cost(run)

    def _measure_surprise(self, run: VariantRun) -> None:
        recipe = run.variant.recipe
        try:
            check_scores_text(self.resources.with_chat(recipe).chat, recipe.chat.name, "so there is no perplexity")
            run.surprises = self.workload.surprises(recipe, self.questions)
        except Unsupported as error:
            run.notes.append(str(error))
        except WorkspaceBusy:
            raise
        except Exception as error:  # the answers are there all the same
            run.notes.append(f"there is no perplexity: {reason(error)}")


def _count_answer(running: Stage, answered: Answered) -> None:
    """Tell the observers of the comparison of an answer; the variant stays named."""
    running.advance(message=running.event.message, reused=int(answered.cached))


def reason(error: Exception) -> str:
    """Why a variant failed, for people."""
    return str(error) if isinstance(error, PotluckError) else f"unexpected {type(error).__name__}: {error}"


def _with_sample_seed(recipe: RecipeModel, sample: int) -> RecipeModel:
    """The recipe with the seed of a round, where the model samples."""
    config = recipe.chat.config
    if not isinstance(config, ChatOptions) or config.temperature == 0:
        return recipe
    first = config.seed if config.seed is not None else recipe.seed
    seeded = config.model_copy(update={"seed": first + sample})
    return replace(recipe, chat=replace(recipe.chat, config=seeded))


def answering_cost(run: VariantRun) -> float | None:
    """US dollars that answering took when it was done, per round."""
    if run.prices is None or not run.repeats:
        return None
    costs = [question_cost(one, run.prices) for answers in run.repeats for one in answers]
    return sum(costs) / len(run.repeats)


def question_cost(one: Answered, prices: tuple[float, float]) -> float:
    """US dollars of one answer."""
    return cost_of(one.answer.usage, prices)
