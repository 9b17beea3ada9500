"""A comparison is kept in a folder of its own: its result, a report, the answers as a table and a manifest.

Modules: ``potluck.runs.comparison_run``.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.comparison.compare import Plan
from potluck.runs.comparison_run import Comparison
from support.fake_plugins import visible
from support.labelled import install_labelled, write

ROWS = [("apple", "fruit"), ("蘋果", "fruit"), ("天空", "weather"), ("沒有字", "fruit")]
WORDS = {"apple": "fruit", "蘋果": "fruit", "天空": "weather"}


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recipe]:
    write(tmp_path / "home" / "q.jsonl", ROWS)
    content = {
        "task": "classification",
        "questions": "q.jsonl",
        "chat": {"use": "tutor", "words": WORDS, "otherwise": "weather"},
    }
    path = tmp_path / "home" / "recipe.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")
    with visible(install_labelled(tmp_path / "site"), monkeypatch), Recipe.load(path) as opened:
        yield opened


def compared(recipe: Recipe, swap: str) -> Comparison:
    return recipe.compare(Plan(swaps=(swap,), repeats=2))


def test_all_of_it_is_written_and_can_be_read_again(recipe: Recipe) -> None:
    found = compared(recipe, "chat.otherwise=weather,fruit")

    assert {path.name for path in found.folder.iterdir()} >= {
        "answers.csv", "comparison.json", "manifest.json", "report.html",
    }  # fmt: skip
    assert found.folder.parent == recipe.workspace.folder / "runs"
    text = (found.folder / "comparison.json").read_text(encoding="utf-8")
    assert json.loads(text) == json.loads(json.dumps(found.document))
    assert "蘋果" in text
    table = (found.folder / "answers.csv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbf")
    assert len(list(csv.DictReader(table.decode("utf-8-sig").splitlines()))) >= len(ROWS)
    assert "沒有字" in (found.folder / "report.html").read_text(encoding="utf-8")


def test_the_manifest_names_what_was_compared_and_what_each_variant_is_of(recipe: Recipe) -> None:
    found = compared(recipe, "chat.otherwise=weather,fruit")
    manifest: Any = json.loads((found.folder / "manifest.json").read_text(encoding="utf-8"))

    names = [variant.name for variant in found.result.variants]
    assert (manifest["command"], manifest["run"], manifest["repeats"]) == ("compare", found.folder.name, 2)
    assert manifest["started"] == found.result.started
    assert manifest["baseline"] in names
    assert manifest["recipe"] == recipe.model.as_mapping()
    assert list(manifest["variants"]) == list(manifest["pins"]) == list(manifest["metrics"]) == names
    assert [one["chat"]["otherwise"] for one in manifest["variants"].values()] == ["weather", "fruit"]
    assert all("plugin" in one for one in manifest["pins"].values())
    means = {name: one["accuracy"]["mean"] for name, one in manifest["metrics"].items()}
    assert list(means.values()) == [0.75, 1.0]


def test_a_variant_that_fails_is_named_with_why_and_has_neither_recipe_nor_pins(recipe: Recipe) -> None:
    found = compared(recipe, "chat.scores=true,false")
    manifest: Any = json.loads((found.folder / "manifest.json").read_text(encoding="utf-8"))

    ((name, why),) = found.failed.items()
    assert "does not say how likely a text is" in why
    assert name not in manifest["variants"]
    assert name not in manifest["pins"]
    assert len(manifest["variants"]) == len(manifest["pins"]) == 1
    assert found.notes == list(found.result.notes)
