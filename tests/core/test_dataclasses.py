"""Classes of the core that hold values: they stay what they are, have the fields that they declare and no others, and
what nobody says is nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

CORE = Path(__file__).parents[2] / "core" / "potluck"

CHANGE = {
    "comparison/engine.py: VariantRun",
    "comparison/gate.py: _Candidate",
    "comparison/planning.py: _Sum",
    "document_qa/planned_work.py: _PlannedAnswers",
    "document_qa/workload.py: Searched",
    "embedding/batches.py: _Family",
    "indexing/report.py: IndexReport",
    "ledger.py: Entry",
    "loading/attachments.py: _Count",
    "observation/stage.py: TokenCounter",
    "planning/plan.py: PlanReport",
    "recipe/nodes.py: Node",
    "runs/reproduce.py: Reproduction",
    "stages/load.py: Loaded",
    "stages/tune.py: TuneReport",
    "strategy/race.py: Entrant",
    "tuning/checkpoint.py: TrainingHistory",
    "tuning/encode.py: Encoding",
    "workspace/repair.py: FileReport",
    "workspace/repair.py: RowCounts",
}
"""Modules and classes whose fields are written while something is counted or collected."""

OPEN = {
    f"contracts/{place}Offer"
    for place in ("offer.py: ", "offers.py: Chat", "offers.py: Store", "offers.py: Retriever", "offers.py: Reranker")
} | {"contracts/offers.py: TunerOffer"}
"""A class without slots: a plugin may override its methods, and one with slots can't be reached by ``super()``."""

PRESUMED = {
    "comparison/compare.py: Plan.repeats": 1,
    "comparison/compare.py: Plan.causes": True,
    "comparison/planning.py: _Sum.is_known": True,
    "contracts/chat.py: ChatOptions.cache": True,
    "contracts/chat.py: ChatModel.concurrency": 1,
    "contracts/chat.py: ChatModel.exact_token_counts": True,
    "contracts/chat.py: ChatModel.reads_prompt": True,
    "contracts/embedder.py: EmbedderConfig.batch_size": 64,
    "contracts/embedder.py: Embedder.batch_size": 64,
    "contracts/embedder.py: Embedder.concurrency": 1,
    "contracts/embedder.py: Embedder.exact_token_counts": True,
    "contracts/kinds.py: PluginKind.version": 1,
    "contracts/loader.py: Loader.isolated": True,
    "contracts/metric.py: Measure.higher_is_better": True,
    "contracts/metric.py: Measure.paired": True,
    "contracts/metric.py: Attempt.answerable": True,
    "contracts/offer.py: Offer.contract": 1,
    "contracts/offers.py: ChatOffer.reads_prompt": True,
    "contracts/offers.py: StoreOffer.uses_seed": True,
    "contracts/reranker.py: Reranker.candidates": 20,
    "contracts/reranker.py: Reranker.batch_size": 1,
    "contracts/retriever.py: ScoreScale.higher_is_better": True,
    "contracts/retriever.py: Retriever.batch_size": 1,
    "contracts/store.py: VectorStore.exact": True,
    "document_qa/workload.py: AnsweredQuestion.calls": 1,
    "hookspecs.py: ModelCall.texts": 1,
    "planning/plan.py: PlanReport.exact": True,
    "questions/question_file.py: Question.answerable": True,
    "recipe/model.py: Origin.check_installed": True,
    "runs/manifest.py: RunManifest.repeats": 1,
    "stages/answer.py: AnswerWithSources.calls": 1,
    "statistics/sequential.py: GateCondition.against_baseline": True,
    "strategy/selection.py: SelectionPlan.usd": 2.0,
    "strategy/selection.py: SelectionPlan.minutes": 10.0,
    "testing/isolated_reading.py: ReadResult.proper": True,
    "tuning/method.py: Method.default_learning_rate": 0.0002,
    "tuning/processes.py: Processes.count": 1,
    "tuning/training_settings.py: Training.save_steps": 50,
    "tuning/training_settings.py: Training.pack_tokens": 512,
    "workspace/repair.py: RowCounts.readable": True,
}
"""Numbers and truths that hold where nobody says otherwise: promises to programs, plugins and recipes."""


def classes() -> Iterator[tuple[str, ast.ClassDef]]:
    """Every class by module and name."""
    for path in sorted(CORE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield f"{path.relative_to(CORE).as_posix()}: {node.name}", node


def arguments_of_dataclasses() -> Iterator[tuple[str, dict[str, object]]]:
    """Every dataclass by module and name, with what its decorator is called with."""
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
