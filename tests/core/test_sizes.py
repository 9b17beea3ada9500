"""Functions fit on a screen and modules have one subject, in the core and in the bundled plugins."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(path for folder in ("core", "plugins") for path in (ROOT / folder).rglob("*.py"))

LONGEST_FUNCTION = 45
LONGEST_MODULE = 350


def functions_longer_than(limit: int, code: str) -> list[str]:
    """Names of functions of more lines than that, without decorators."""
    functions = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [one.name for one in functions if (one.end_lineno or one.lineno) - one.lineno + 1 > limit]


@pytest.mark.parametrize(("limit", "found"), [(2, ["outer"]), (3, []), (0, ["outer", "inner"])])
def test_lines_of_functions_are_counted(limit: int, found: list[str]) -> None:
    assert functions_longer_than(limit, "@wraps\ndef outer():\n    async def inner(): ...\n    return inner\n") == found


def test_no_function_is_longer_than_a_screen() -> None:
    assert len(MODULES) > 400
    found = {
        path.relative_to(ROOT).as_posix(): names
        for path in MODULES
        if (names := functions_longer_than(LONGEST_FUNCTION, path.read_text(encoding="utf-8")))
    }

    assert found == {}


def test_no_module_is_longer_than_one_can_keep_in_mind() -> None:
    lines = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8").count("\n") for path in MODULES}

    assert {path: count for path, count in lines.items() if count > LONGEST_MODULE} == {}
