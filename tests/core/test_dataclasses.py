"""Dataclasses of the core: a value stays what it is, and has the fields that it declares and no others."""

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


def arguments_of_dataclasses() -> Iterator[tuple[str, dict[str, object]]]:
    """Every dataclass by module and name, with what its decorator is called with."""
    for path in sorted(CORE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for decorator in node.decorator_list if isinstance(node, ast.ClassDef) else ():
                if ast.unparse(decorator).split("(")[0] != "dataclass":
                    continue
                keywords = decorator.keywords if isinstance(decorator, ast.Call) else ()
                given = {word.arg or "": ast.literal_eval(word.value) for word in keywords}
                yield f"{path.relative_to(CORE).as_posix()}: {node.name}", given


def without(argument: str) -> set[str]:
    return {name for name, given in arguments_of_dataclasses() if given.get(argument) is not True}


def test_a_dataclass_is_frozen_unless_its_fields_are_written() -> None:
    assert without("frozen") == CHANGE


def test_a_dataclass_has_slots_unless_plugins_override_its_methods() -> None:
    assert without("slots") == OPEN
