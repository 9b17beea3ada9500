"""Tests that notice: small wrong changes of the core are found by the tests that are nearest to them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from support.mutation import copy_tree, is_noticed, nearest_tests, sample

ROOT = Path(__file__).parents[2]
COUNT, SEED = 30, 22585
MAY_SURVIVE = 3
PLACE = "core/potluck/workspace"


def test_a_mutant_differs_from_its_module_in_one_place() -> None:
    for mutant in sample(ROOT, 40, 1, [PLACE]):
        original = ast.unparse(ast.parse((ROOT / mutant.file).read_text(encoding="utf-8"))).splitlines()
        changed = mutant.source.splitlines()
        assert changed != original
        # A call or a value that is taken away may take several lines with it.
        assert sum(line not in original for line in changed) <= 1, mutant


def test_the_same_seed_draws_the_same_mutants() -> None:
    assert sample(ROOT, 5, 7, [PLACE]) == sample(ROOT, 5, 7, [PLACE])
    assert sample(ROOT, 5, 7, [PLACE]) != sample(ROOT, 5, 8, [PLACE])


@pytest.mark.parametrize(
    ("file", "test"),
    [
        ("core/potluck/workspace/catalogue.py", "tests/core/workspace/test_catalogue.py"),
        ("plugins/potluck_plugins/loaders/_office/sheet.py", "tests/plugins/loaders/test_sheet.py"),
    ],
)
def test_the_nearest_tests_are_those_named_after_a_module_or_naming_it(file: str, test: str) -> None:
    assert Path(test) in nearest_tests(ROOT, Path(file))


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_nine_of_ten_small_wrong_changes_of_the_core_are_noticed(tmp_path: Path) -> None:
    tree = copy_tree(ROOT, tmp_path)
    survivors = [mutant for mutant in sample(ROOT, COUNT, SEED, ["core"]) if not is_noticed(mutant, tree)]

    assert len(survivors) <= MAY_SURVIVE, [f"{one.file}:{one.line} {one.before}" for one in survivors]
