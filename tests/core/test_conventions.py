"""What every call of a function does alike in the core, so that an exception is a decision."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

CORE = Path(__file__).parents[2] / "core" / "potluck"

LOOSE = {
    "datasets/row_files.py": "a row may have fewer cells than there are names",
    "datasets/workbooks.py": "a row may have fewer cells than there are names",
    "json_schemas.py": "each statement with the next",
    "models/rendering.py": "where two texts begin to differ",
    "questions/keys.py": "where two keys begin to differ",
    "recipe/axis_labels.py": "where labels begin to differ",
    "recipe/messages.py": "keys with those that were expected, as far as both go",
}
"""Modules that pair what differs in length, and why."""

ESCAPED = {
    "adapters/gguf_export.py",
    "components/lengths.py",
    "doctor/examine.py",
    "doctor/probe.py",
    "loading/worker.py",
    "loading/worker_process.py",
    "models/chat_template.py",
    "model_sources/wheels.py",
    "models/gguf.py",
    "recipe/axis_labels.py",
    "testing/loader.py",
    "testing/loader_safety.py",
    "tuning/checkpoint.py",
}
"""Modules whose JSON only machines read, or holds no names and texts of people."""

ONE_LEVEL = {"testing/loader.py", "tuning/training.py"}
"""Modules that make a folder in one that they have made, and may have made it before."""


def calls(function: str) -> Iterator[tuple[str, dict[str, object]]]:
    """The calls of a function or method of that name, by module, with the constants among their named arguments."""
    for path in sorted(CORE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == function:
                values = {one.arg or "": one.value for one in node.keywords}
                constants = {name: one.value for name, one in values.items() if isinstance(one, ast.Constant)}
                yield path.relative_to(CORE).as_posix(), constants


def modules_without(function: str, argument: str, value: object) -> set[str]:
    return {module for module, given in calls(function) if given.get(argument) is not value}


def test_what_is_paired_is_as_long() -> None:
    assert modules_without("zip", "strict", True) - LOOSE.keys() == set()


def test_json_that_people_may_read_keeps_its_letters() -> None:
    escaped = modules_without("dumps", "ensure_ascii", False) | modules_without("dump", "ensure_ascii", False)

    assert escaped - ESCAPED == set()


def test_a_folder_is_new_or_made_with_those_above_it() -> None:
    above = {"parents": True, "exist_ok": True}

    assert {module for module, given in calls("mkdir") if given and not above.items() <= given.items()} == ONE_LEVEL


def test_what_is_removed_may_have_gone() -> None:
    assert modules_without("rmtree", "ignore_errors", True) == set()
    assert modules_without("unlink", "missing_ok", True) == {
        "atomic_files.py",
        "tuning/checkpoint.py",
        "workspace/known_workspaces.py",
    }
