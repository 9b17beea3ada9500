"""Comparing recipes that tune a model or name a task: each variant answers the examples of one file.

They come to the same questions and answers as recipes over documents do, so that what concludes from a comparison and
what shows it are the same for both.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from potluck.comparison.engine import VariantRun, cost_of, reason
from potluck.components.components import Components
from potluck.contracts import ModelSources
from potluck.document_qa.ask import AskReport
from potluck.document_qa.evaluate import Answered
from potluck.documents import Answer, plain
from potluck.errors import PotluckError
from potluck.metrics.scorer import QuestionScore
from potluck.questions.question_file import Question
from potluck.recipe.swaps import Variant
from potluck.stages.tune import tune
from potluck.tasks.evaluate import Said, TaskReport, evaluate_task
from potluck.workspace import Workspace

if TYPE_CHECKING:
    import pluggy


def run_tasks(
    variants: Sequence[Variant],
    path: Path,
    limit: int | None,
    workspace: Workspace,
    models: ModelSources,
    observers: pluggy.PluginManager,
) -> tuple[list[Question], list[VariantRun]]:
    """The examples as questions, and what became of each variant; one that tunes is trained where it was not yet.

    A variant that fails does not stop the others. Raises ``PotluckError`` where all fail.
    """
    # As in the comparison of recipes over documents.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    runs, questions = [VariantRun(variant) for variant in variants], list[Question]()
    for run in runs:
        started, components = time.perf_counter(), Components(run.variant.recipe, workspace, models)
        try:
            run.notes += _training(components, observers)
            found = evaluate_task(path, components, workspace.answer_cache, observers, limit)
            run.prices = components.chat.prices
        except Exception as error:  # whatever a plugin raises, the other variants go on
            run.error = reason(error)
            continue
        finally:
            components.close()
            run.seconds = time.perf_counter() - started
        asked = [_question(number, one) for number, one in enumerate(found.said)]
        questions = questions or asked
        run.repeats, run.served = [_answered(asked, found)], found.served
        run.notes += found.findings
        run.cost = cost_of(run)
        run.reused["answer"] = sum(one.kept for one in found.said)
        run.computed["answer"] = len(found.said) - run.reused["answer"]
    if not questions:
        failed = "\n".join(f"  {run.variant.name}: {run.error}" for run in runs)
        raise PotluckError(f"no variant could be run:\n{failed}")
    return questions, runs


def _training(components: Components, observers: pluggy.PluginManager) -> Sequence[str]:
    """What is to be said of the training of a variant that answers with what its own tuner made; it is done here."""
    is_own = isinstance(components.recipe.tuning.adapter, str)
    return tune(components, observers).notes if is_own else ()


def _question(number: int, said: Said) -> Question:
    return Question(f"example-{number + 1}", plain(said.example.messages), answers=(said.example.target,))


def _answered(questions: Sequence[Question], found: TaskReport) -> list[Answered]:
    return [
        Answered(
            question,
            AskReport(question.question, _answer(one), False, [], [], 1, seconds=one.seconds),
            QuestionScore(
                question.id, True, dict(one.scores), refused=False, empty=not one.answer, attempt=one.attempt
            ),
        )
        for question, one in zip(questions, found.said, strict=True)
    ]


def _answer(said: Said) -> Answer:
    return Answer(
        said.answer, "length" if said.cut else "stop", said.usage, notes=said.remarks, served_by=said.served_by
    )
