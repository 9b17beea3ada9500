"""The measures of a comparison as tables of numbers: one row per question, one column per round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from potluck.comparison.engine import question_cost
from potluck.comparison.variant_run import ModelRun, VariantRun
from potluck.contracts import Measure
from potluck.evaluation.results import Answered
from potluck.metrics.chief import Chief
from potluck.metrics.scorer import Scorer
from potluck.questions.question_file import Question
from potluck.results.comparison import MeasureResult

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Values: TypeAlias = npt.NDArray[np.float64]
else:
    Values = "numpy.ndarray"


def measure_tables(run: VariantRun, scorer: Scorer) -> dict[str, Values]:
    """Each measure's values, float64 of shape ``(questions, rounds)``; NaN where a question does not have it.

    The rounds of one training stand together.
    """
    import numpy as np

    rounds = [
        [values_of(one, run, model, scorer) for one in answers] for model in run.models for answers in model.rounds
    ]
    names = [name for name in scorer.measures if any(name in row for answers in rounds for row in answers)]
    return {
        name: np.array([[row.get(name, np.nan) for row in answers] for answers in rounds], dtype=np.float64).T
        for name in names
    }


def mean_values(run: VariantRun, scorer: Scorer) -> dict[str, float]:
    """The mean of each measure: of every question's rounds, then of the questions that have it."""
    import numpy as np

    tables = measure_tables(run, scorer)
    return {name: float(np.nanmean(np.nanmean(_known_rows(table), axis=1))) for name, table in tables.items()}


def _known_rows(values: Values) -> Values:
    """The rows of questions that have the measure in some round."""
    import numpy as np

    return values[~np.isnan(values).all(axis=1)]


def common_chief(runs: Sequence[VariantRun], questions: Sequence[Question], scorer: Scorer) -> Chief:
    """Of the measures that all variants have the one that leads; where all failed, one of effort."""
    tables = [measure_tables(run, scorer) for run in runs if run.error is None]
    efforts = {name for name, measure in scorer.measures.items() if measure.about == "effort"}
    common = set.intersection(*(set(table) for table in tables)) if tables else efforts
    return scorer.chief(common, questions) or Chief(min(common or scorer.measures))


def describe_measures(names: Sequence[str], scorer: Scorer) -> tuple[MeasureResult, ...]:
    """The measures as the comparison lists them."""
    return tuple(_describe(scorer.measures[name], name in scorer.named) for name in names)


def _describe(measure: Measure, is_named: bool) -> MeasureResult:
    return MeasureResult(
        measure.name,
        measure.higher_is_better,
        measure.unit,
        label=measure.label or measure.name,
        summary=measure.summary,
        named=is_named,
        leads=measure.leads != "never",
    )


def values_of(one: Answered, run: VariantRun, model: ModelRun, scorer: Scorer) -> dict[str, float]:
    """All measures of one question that a model of a variant answered; its cost where the model has prices."""
    cost = None if run.prices is None else question_cost(one, run.prices)
    surprise = model.surprises.get(one.question.id)
    bits = None if surprise is None else surprise.bits_per_character
    return scorer.with_effort(one.score, one.seconds, cost, bits)
