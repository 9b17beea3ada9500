"""Who made the questions: a verdict on questions that a model made says so."""

from __future__ import annotations

from collections.abc import Sequence

from potluck.amounts import many
from potluck.questions.question_file import Question

_NAMED = 3
"""Of more models only the number is told."""


def origin_sentences(questions: Sequence[Question]) -> tuple[str, ...]:
    """That a model made the questions, or how many of them; nothing if none is marked as made by one."""
    made = [question for question in questions if question.generated_by is not None]
    if not made:
        return ()
    models = list(dict.fromkeys(str(question.generated_by) for question in made))
    who = f"A model ({models[0]})" if len(models) == 1 else f"Models ({_listing(models)})"
    if len(made) < len(questions):
        return (f"{who} made {len(made):,} of {many(len(questions), 'question')}.",)
    which = "the only question" if len(made) == 1 else f"all {many(len(made), 'question')}"
    return (f"{who} made {which}: whether this holds for what people ask is not known.",)


def _listing(models: Sequence[str]) -> str:
    return ", ".join(models) if len(models) <= _NAMED else f"{len(models):,} of them"
