"""Classes of the core that hold values: they stay what they are, have the fields that they declare and no others, and
what nobody says is nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

CORE = Path(__file__).parents[2] / "core" / "potluck"

CHANGE = {
    "VariantRun",
    "ModelRun",
    "_Candidate",
    "_Sum",
    "_PlannedAnswers",
    "Searched",
    "_Family",
    "IndexReport",
    "Entry",
    "_Count",
    "TokenCounter",
    "PlanReport",
    "Measured",
    "Node",
    "Reproduction",
    "Loaded",
    "TuneReport",
    "Entrant",
    "TrainingHistory",
    "Encoding",
    "FileReport",
    "RowCounts",
}
"""Classes whose fields are written while something is counted or collected."""

OPEN = {"Offer", "ChatOffer", "RerankerOffer", "RetrieverOffer", "StoreOffer", "TunerOffer"}
"""A class without slots: a plugin may override its methods, and one with slots can't be reached by ``super()``."""

PRESUMED = {
    "Plan.repeats": 1,
    "DecisionSettings.seeds": 1,
    "Setting.seeds": 1,
    "RunManifest.seeds": 1,
    "Plan.causes": True,
    "ChatOptions.cache": True,
    "ChatModel.concurrency": 1,
    "ChatModel.exact_token_counts": True,
    "ChatModel.reads_prompt": True,
    "EmbedderConfig.batch_size": 64,
    "Embedder.batch_size": 64,
    "Embedder.concurrency": 1,
    "Embedder.exact_token_counts": True,
    "PluginKind.version": 1,
    "Loader.isolated": True,
    "Measure.higher_is_better": True,
    "Measure.paired": True,
    "Attempt.answerable": True,
    "Offer.contract": 1,
    "ChatOffer.reads_prompt": True,
    "StoreOffer.uses_seed": True,
    "Reranker.candidates": 20,
    "Reranker.batch_size": 1,
    "ScoreScale.higher_is_better": True,
    "Retriever.batch_size": 1,
    "VectorStore.exact": True,
    "AnsweredQuestion.calls": 1,
    "ModelCall.texts": 1,
    "PlanReport.embeds": True,
    "PlanReport.exact": True,
    "Question.answerable": True,
    "Origin.check_installed": True,
    "RunManifest.repeats": 1,
    "AnswerWithSources.calls": 1,
    "GateCondition.against_baseline": True,
    "SelectionPlan.usd": 2.0,
    "SelectionPlan.minutes": 10.0,
    "ReadResult.proper": True,
    "Method.default_learning_rate": 0.0002,
    "Processes.count": 1,
    "Training.save_steps": 50,
    "Training.pack_tokens": 512,
    "RowCounts.readable": True,
}
"""Numbers and truths that hold where nobody says otherwise: promises to programs, plugins and recipes."""


def classes() -> Iterator[tuple[str, ast.ClassDef]]:
    """Every class by its name."""
    for path in sorted(CORE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield node.name, node


def arguments_of_dataclasses() -> Iterator[tuple[str, dict[str, object]]]:
    """Every dataclass by name, with what its decorator is called with."""
    for name, node in classes():
        for decorator in node.decorator_list:
            if ast.unparse(decorator).split("(")[0] == "dataclass":
                keywords = decorator.keywords if isinstance(decorator, ast.Call) else ()
                yield name, {word.arg or "": ast.literal_eval(word.value) for word in keywords}


def defaults() -> Iterator[tuple[str, object]]:
    """The constants that fields and annotated attributes hold from the start."""
    for name, node in classes():
        for field in node.body:
            if isinstance(field, ast.AnnAssign) and isinstance(field.value, ast.Constant):
                yield f"{name}.{ast.unparse(field.target)}", field.value.value


def without(argument: str) -> set[str]:
    return {name for name, given in arguments_of_dataclasses() if given.get(argument) is not True}


def test_a_dataclass_is_frozen_unless_its_fields_are_written() -> None:
    assert without("frozen") == CHANGE


def test_a_dataclass_has_slots_unless_plugins_override_its_methods() -> None:
    assert without("slots") == OPEN


def test_what_nobody_says_is_nothing_or_what_is_presumed() -> None:
    numbers = {name: value for name, value in defaults() if isinstance(value, int | float) and value}

    assert numbers == PRESUMED
