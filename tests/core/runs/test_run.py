"""A run is kept in a folder with its manifest, its answers and its report.

Modules: ``potluck.runs.run``, ``potluck.runs.done``.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.errors import RunUnreadable
from potluck.evaluation.workload import Preparation
from potluck.observation.observers import Observers
from potluck.recipe import load
from potluck.recipe.model import RecipeModel
from potluck.runs.done import Done
from potluck.runs.kept import kept_run
from potluck.runs.manifest import read_run_manifest
from potluck.runs.reproduce import reproduce
from potluck.runs.run import keep_strategy, manifest_header
from potluck.strategy.selection import SelectionPlan, strategy
from support.fake_plugins import visible
from support.labelled import install_labelled, messages, write
from support.reports import data_of

ROWS = [("the apple", "fruit"), ("紅色的蘋果", "fruit"), ("藍色的天空", "weather"), ("no word", "fruit")]
WORDS = {"apple": "fruit", "蘋果": "fruit", "天空": "weather"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    write(tmp_path / "home" / "test.jsonl", ROWS)
    with visible(install_labelled(tmp_path / "site"), monkeypatch):
        yield tmp_path / "home"


def opened(home: Path, **said: Any) -> Recipe:
    chat = {"use": "tutor", "words": WORDS, "otherwise": "weather", "prices": [1.0, 2.0]}
    content = {"name": "標籤", "task": "classification", "questions": "test.jsonl", "chat": chat, "seed": 7, **said}
    (home / "recipe.yaml").write_text(json.dumps(content), encoding="utf-8")
    return Recipe.load(home / "recipe.yaml")


def manifest_of(folder: Path) -> Any:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def test_a_manifest_begins_with_what_was_run_when_and_of_what(home: Path) -> None:
    with opened(home) as recipe:
        header: Any = manifest_header("r1", "run", recipe.model, 86400.5, 1.23456)
        whole = recipe.model.as_mapping()

    assert (header["run"], header["command"], header["seed"]) == ("r1", "run", 7)
    assert (header["started"], header["seconds"]) == ("1970-01-02T00:00:00Z", 1.235)
    assert header["recipe"] == whole
    (chat,) = [one for one in header["plugins"] if one["kind"] == "chat"]
    assert chat == {"kind": "chat", "name": "tutor", "package": "potluck-labelled", "version": "1.0"}


def test_a_run_keeps_the_answers_the_measures_a_report_a_table_and_the_picture_of_the_confusion(home: Path) -> None:
    with opened(home) as recipe:
        done = recipe.run()

    assert {path.name for path in done.folder.iterdir()} == {
        "answers.csv", "answers.jsonl", "confusion.png", "manifest.json", "report.html",
    }  # fmt: skip
    rows = [json.loads(line) for line in (done.folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["answer"] for row in rows] == ["fruit", "fruit", "weather", "weather"]
    manifest, evaluation = manifest_of(done.folder), done.evaluation
    assert evaluation is not None
    assert manifest["run"] == done.id == done.folder.name
    assert manifest["metrics"] == dict(evaluation.metrics)
    assert manifest["tokens"] == evaluation.usage.as_json()
    assert manifest["cost"] == evaluation.cost
    assert "plugin" in manifest["pins"]
    page = (done.folder / "report.html").read_text(encoding="utf-8")
    assert data_of(page)["confusion"] == {"labels": ["fruit", "weather"], "counts": [[2, 1], [0, 1]]}
    assert str(home) not in page, "no path says where it was made"
    table = (done.folder / "answers.csv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbf"), "so that spreadsheets read Chinese"
    assert len(table.decode("utf-8-sig").splitlines()) == 5
    assert (done.index, done.tuning, done.notes) == (None, None, ())
    shown: Any = done.as_json()
    assert (shown["run"], shown["folder"], shown["index"], shown["tuning"]) == (done.id, str(done.folder), None, None)
    assert (shown["evaluation"]["n"], shown["notes"]) == (4, [])
    assert 0 <= shown["seconds"] == round(done.seconds, 3) < 600


def test_an_evaluation_is_kept_as_a_run_with_the_file_that_was_named(home: Path) -> None:
    (home / "test.jsonl").rename(home / "別的.jsonl")
    with opened(home, questions=None) as recipe:
        report = recipe.evaluate(home / "別的.jsonl", 3)
        kept = recipe.keep(Done("evaluate", 86400.5, home / "別的.jsonl", 3), Preparation(), report)

    manifest = manifest_of(kept.folder)
    assert (manifest["command"], manifest["started"]) == ("evaluate", "1970-01-02T00:00:00Z")
    assert (manifest["questions"], manifest["limit"]) == (str(home / "別的.jsonl"), 3)
    assert manifest["recipe"]["questions"] == str(home / "別的.jsonl")
    assert list(manifest["pins"]["questions file"]) == ["別的.jsonl"]
    assert len(manifest["asked"]) == 3
    assert manifest["measures"]["accuracy"] == {"higher_is_better": True, "unit": "", "paired": True}
    assert {"answers.jsonl", "report.html"} <= {path.name for path in kept.folder.iterdir()}
    again = reproduce(kept.folder, Observers())
    assert (again.same, again.questions, again.inputs) == (True, 3, [])


def test_a_comparison_of_strategies_is_kept_with_the_measures_of_each_row(home: Path) -> None:
    write(home / "訊息.jsonl", messages(60))
    model = load_recipe(home)
    outcome = strategy(model, SelectionPlan(home / "訊息.jsonl", rows=("majority", "embedding"), minutes=1))

    folder = keep_strategy(outcome.result, model, home / "data.jsonl", 86400.5)

    assert folder.parents[1] == home / ".potluck"
    kept = kept_run(folder)
    assert (kept.command, kept.measure, set(kept.values)) == ("strategy", "accuracy", {"majority", "embedding"})
    assert json.loads((folder / "strategy.json").read_text(encoding="utf-8")) == outcome.document
    shown = data_of((folder / "report.html").read_text(encoding="utf-8"))
    assert shown["conclusion"][0] == outcome.result.recommendation.words
    assert ["Started", "1970-01-02 00:00 UTC"] in shown["facts"]
    with pytest.raises(RunUnreadable, match="is repeated by potluck strategy DATA --fresh"):
        read_run_manifest(folder)


def load_recipe(home: Path) -> RecipeModel:
    (home / "models.yaml").write_text("embedder: letters\n", encoding="utf-8")
    return load(home / "models.yaml")


def test_without_questions_the_index_alone_is_kept(home: Path) -> None:
    (home / "規範.txt").write_text("道碴厚三十公分。", encoding="utf-8")
    with opened(home, task=None, questions=None, documents="*.txt", embedder="letters") as recipe:
        done = recipe.run()

    assert {path.name for path in done.folder.iterdir()} == {"manifest.json", "report.html"}
    assert done.evaluation is None
    assert done.index is not None
    page = (done.folder / "report.html").read_text(encoding="utf-8")
    assert data_of(page)["conclusion"] == ["The index holds 1 document in 1 chunk."]
    manifest, shown = manifest_of(done.folder), done.as_json()
    assert (manifest["metrics"], manifest["tokens"], manifest["cost"]) == (None, None, None)
    assert (shown["evaluation"], shown["index"]) == (None, done.index.as_json())


def test_a_run_of_texts_has_no_picture(home: Path) -> None:
    with opened(home, task="generation") as recipe:
        done = recipe.run()

    assert {path.name for path in done.folder.iterdir()} == {
        "answers.csv", "answers.jsonl", "manifest.json", "report.html",
    }  # fmt: skip


def test_without_matplotlib_a_run_is_kept_and_says_what_is_missing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with opened(home) as recipe:
        done = recipe.run()

    (note,) = done.notes
    assert re.search(r"\[plots\]", note)
    assert done.as_json()["notes"] == [note]
    assert not (done.folder / "confusion.png").exists()
    assert data_of((done.folder / "report.html").read_text(encoding="utf-8"))["confusion"], "it draws its own"
