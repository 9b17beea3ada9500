"""Running variants of a recipe so that nothing upstream of a change is done twice.

Stage by stage, not variant by variant: first every index or training that is needed, and all questions retrieved, with
one embedder in memory at a time; then every variant's answers, those of one chat model together. Results are kept as
they come, so an interrupted comparison resumes where it stopped. A variant that fails does not stop the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from potluck.amounts import many
from potluck.answering.choices import check_scores_text
from potluck.comparison.variant_run import ModelRun, Rounds, VariantRun, with_sample_seed
from potluck.comparison.wording import variant_place
from potluck.errors import PotluckError, Unsupported, WorkspaceBusy
from potluck.evaluation.resources import SharedResources
from potluck.evaluation.results import Answered
from potluck.evaluation.workload import cost_of
from potluck.metrics.scorer import Scorer
from potluck.observation.stage import stage
from potluck.questions.question_file import Question, QuestionFile
from potluck.recipe.model import RecipeModel
from potluck.recipe.swaps import Variant
from potluck.reporting import Stage
from potluck.workloads import workload_of


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

    def run(
        self, variants: Sequence[Variant], repeats: int = 1, surprise: bool = False, seeds: int = 1
    ) -> list[VariantRun]:
        """Prepare and answer for every variant: those that are trained with ``seeds`` seeds, the first the recipe's.

        A model that samples is asked ``repeats`` times; one that is not trained ``seeds`` times as often. With
        ``surprise`` the chat models are also asked how likely the right answers are. Raises ``WorkspaceBusy`` where
        another process writes the workspace.
        """
        runs = [VariantRun(variant) for variant in variants]
        rounds = Rounds(repeats, seeds)
        with stage(self.resources.observers, "prepare", "variants", len(runs)) as preparing:
            for number, run in enumerate(runs, 1):
                self._prepare(run, rounds, partial(_describe, preparing, number, len(runs), run))
                preparing.advance(reused=int(not any(run.computed.values())))
        self.workload.check([variant.recipe for variant in variants], self.questions)
        ready = [run for run in runs if run.error is None]
        # Those of one chat model together: it is loaded once.
        ready.sort(key=lambda run: str(run.variant.recipe.chat.config))
        with stage(
            self.resources.observers, "compare", "answers", len(self.questions) * self._rounds(ready, rounds)
        ) as running:
            for number, run in enumerate(ready, 1):
                told = partial(_describe, running, number, len(ready), run)
                self._answer(run, rounds, surprise, told, partial(_count_answer, running))
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
        return self.workload.answer(with_sample_seed(recipe, sample), questions, sample, on_answer)

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

    def _prepare(self, run: VariantRun, rounds: Rounds, describe: Callable[[int, int], None]) -> None:
        started, trainings = time.perf_counter(), rounds.trainings_of(run.variant.recipe)
        for number in range(trainings):
            describe(number, trainings)
            try:
                found = self.workload.prepare(replace(run.variant.recipe, training=number), self.questions)
            except WorkspaceBusy:  # no variant could go on
                raise
            except Exception as error:  # whatever a plugin raises, the other variants go on
                run.error = _of_seed(reason(error), number, trainings)
                run.seconds = time.perf_counter() - started
                return
            _add_notes(run, found.notes, number, trainings)
            for name, done in found.done.items():
                run.computed[name] += done
                run.reused[name] += found.total[name] - done
            run.seconds += found.seconds

    def _rounds(self, runs: Sequence[VariantRun], rounds: Rounds) -> int:
        """How often each question is asked, in all variants together."""
        recipes = [run.variant.recipe for run in runs]
        return sum(rounds.trainings_of(one) * rounds.rounds_of(one, self.workload.samples(one)) for one in recipes)

    def _answer(
        self,
        run: VariantRun,
        rounds: Rounds,
        surprise: bool,
        describe: Callable[[int, int], None],
        on_answer: Callable[[Answered], None],
    ) -> None:
        started, recipe = time.perf_counter(), run.variant.recipe
        count, trainings = rounds.rounds_of(recipe, self.workload.samples(recipe)), rounds.trainings_of(recipe)
        if count < rounds.repeats:
            run.notes.append(
                f"asked once and not {rounds.repeats} times: it answers the same again, as nothing is drawn"
            )
        for number in range(trainings):
            describe(number, trainings)
            try:
                model = self._ask_model(run, replace(recipe, training=number), count, on_answer)
                _add_notes(run, self.workload.findings(recipe, model.rounds[0]), number, trainings)
                if surprise:
                    self._measure_surprise(run, model, replace(recipe, training=number))
            except WorkspaceBusy:
                raise
            except Exception as error:
                run.error, run.models = _of_seed(reason(error), number, trainings), []
                break
        run.seconds += time.perf_counter() - started
        run.cost = answering_cost(run)

    def _ask_model(
        self, run: VariantRun, recipe: RecipeModel, rounds: int, on_answer: Callable[[Answered], None]
    ) -> ModelRun:
        """Ask one model of a variant in all rounds."""
        model = ModelRun()
        run.models.append(model)
        for sample in range(rounds):
            answered = self.answer(recipe, sample, None, on_answer)
            model.rounds.append(answered)
            run.reused["answer"] += sum(one.cached for one in answered)
            run.computed["answer"] += sum(not one.cached for one in answered)
        run.prices = self.prices(recipe)
        return model

    def _measure_surprise(self, run: VariantRun, model: ModelRun, recipe: RecipeModel) -> None:
        try:
            check_scores_text(self.resources.with_chat(recipe).chat, recipe.chat.name, "so there is no perplexity")
            model.surprises = self.workload.surprises(recipe, self.questions)
        except Unsupported as error:
            run.notes.append(str(error))
        except WorkspaceBusy:
            raise
        except Exception as error:  # the answers are there all the same
            run.notes.append(f"there is no perplexity: {reason(error)}")


def _describe(running: Stage, number: int, count: int, run: VariantRun, training: int, trainings: int) -> None:
    """Tell the observers which variant, and which training of it, is in progress."""
    running.describe(variant_place(number, count, run.variant.name, training + 1, trainings))


def _of_seed(message: str, training: int, trainings: int) -> str:
    """A message with the training that it is about, if there are several."""
    return message if trainings == 1 else f"seed {training + 1} of {trainings}: {message}"


def _add_notes(run: VariantRun, notes: Sequence[str], training: int, trainings: int) -> None:
    """Add the notes that were not made on an earlier training of the variant."""
    run.notes += [one if not training else _of_seed(one, training, trainings) for one in notes if one not in run.notes]


def _count_answer(running: Stage, answered: Answered) -> None:
    """Tell the observers of the comparison of an answer; the variant stays named."""
    running.advance(message=running.event.message, reused=int(answered.cached))


def reason(error: Exception) -> str:
    """Why a variant failed, for people."""
    return str(error) if isinstance(error, PotluckError) else f"unexpected {type(error).__name__}: {error}"


def answering_cost(run: VariantRun) -> float | None:
    """US dollars that answering took when it was done, per round."""
    rounds = list(run.rounds)
    if run.prices is None or not rounds:
        return None
    costs = [question_cost(one, run.prices) for answers in rounds for one in answers]
    return sum(costs) / len(rounds)


def question_cost(one: Answered, prices: tuple[float, float]) -> float:
    """US dollars of one answer."""
    return cost_of(one.answer.usage, prices)
