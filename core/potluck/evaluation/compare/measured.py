"""The measures of a comparison as tables of numbers: a row a question, a column a round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from potluck.documents import Json
from potluck.evaluation.compare.engine import VariantRun, question_cost
from potluck.evaluation.evaluate import Answered
from potluck.evaluation.metrics import LOWER_IS_BETTER, MEASURES
from potluck.evaluation.questions import Question

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Values: TypeAlias = npt.NDArray[np.float64]
else:
    Values = "numpy.ndarray"

REFUSAL = ("refusal_recall", "refusal_precision")
"""Of a question that cannot be answered, whether it was refused; of one that was refused, whether that was right."""

ACCURACY = "accuracy"
"""Of an example whose label was chosen among all: whether it was the right one."""

SURPRISE = "bits_per_character"
"""How surprised the model is by the right answer: perplexity in a form that models of other tokenizers share."""

UNITS = {"latency": "s", "cost": "USD", SURPRISE: "bits"}

_PREFERRED = (ACCURACY, "fact", "f1", "exact_match", "answer_recall@1", "recall@1", "refusal_recall", "latency")
"""What answers are judged by, the first of these that the questions allow."""


def measured(run: VariantRun) -> dict[str, Values]:
    """Each measure's values, float64 of shape ``(questions, rounds)``; NaN where a question does not have it."""
    import numpy as np

    rounds = [[values_of(one, run.prices) for one in answers] for answers in run.repeats]
    for answers in rounds:
        for one, row in zip(run.repeats[0], answers, strict=True):
            if one.question.id in run.surprises:
                row[SURPRISE] = run.surprises[one.question.id].bits_per_character
    names = [
        name
        for name in (ACCURACY, *MEASURES, *REFUSAL, SURPRISE, "latency", "cost")
        if any(name in row for r in rounds for row in r)
    ]
    return {
        name: np.array([[row.get(name, np.nan) for row in answers] for answers in rounds], dtype=np.float64).T
        for name in names
    }


def preferred(tables: Sequence[Mapping[str, Values]], questions: Sequence[Question]) -> str:
    """The measure that words, causes and the report begin with."""
    common = set.intersection(*(set(table) for table in tables)) if tables else set()
    wanted = _PREFERRED if any(question.gold_facts for question in questions) else (ACCURACY, "f1", *_PREFERRED)
    return next((name for name in wanted if name in common), "latency")


def higher_is_better(name: str) -> bool:
    """Whether more of a measure is better."""
    return name not in LOWER_IS_BETTER


def described(names: Sequence[str]) -> list[Json]:
    """The measures as the comparison's document lists them."""
    return [{"name": name, "higher_is_better": higher_is_better(name), "unit": UNITS.get(name, "")} for name in names]


def values_of(one: Answered, prices: tuple[float, float] | None) -> dict[str, float]:
    """All measures of one answered question; its cost where the model has ``prices``."""
    values = dict(one.score.values)
    if one.score.refused is not None:
        if not one.score.answerable:
            values["refusal_recall"] = float(one.score.refused)
        if one.score.refused:
            values["refusal_precision"] = float(not one.score.answerable)
    values["latency"] = one.report.seconds
    if prices is not None:
        values["cost"] = question_cost(one, prices)
    return values
