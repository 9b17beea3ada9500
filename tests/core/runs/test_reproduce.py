"""A run is done again from its manifest: what went in, the measures and the answers are compared.

Modules: ``potluck.runs.reproduce``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.comparison.compare import Plan
from potluck.errors import PotluckError
from potluck.observation.observers import Observers
from potluck.recipe import load_sources
from potluck.runs.reproduce import Reproduction, recipes_of, reproduce
from potluck.stages.discover import discover_documents
from support.fake_plugins import visible
from support.planted import install_planted, plant

ITEMS = 7


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "home"
    folder.mkdir()
    plant(folder, ITEMS)
    monkeypatch.chdir(folder)
    with visible(install_planted(tmp_path / "site"), monkeypatch):
        yield folder


@pytest.fixture
def run(home: Path) -> Path:
    with Recipe.load(home / "recipe.yaml") as recipe:
        return recipe.run().folder


def again(folder: Path) -> Reproduction:
    return reproduce(folder, Observers())


def edit(folder: Path, change: Callable[[Any], object], name: str = "manifest.json") -> None:
    held = json.loads((folder / name).read_text(encoding="utf-8"))
    change(held)
    (folder / name).write_text(json.dumps(held), encoding="utf-8")


def test_a_run_of_the_same_things_comes_out_the_same(run: Path) -> None:
    found = again(run)

    assert (found.run, found.same, found.questions) == (run.name, True, ITEMS)
    assert (found.inputs, found.metrics, found.answers) == ([], [], [])
    assert found.as_json() == {
        "run": run.name, "same": True, "questions": ITEMS, "inputs": [], "metrics": [], "answers": [],
    }  # fmt: skip
    assert not list(run.parents[1].glob("reproduce-*")), "the workspace of the repetition is gone"


def test_questions_that_a_comparison_was_told_of_are_no_document_of_its_repetition(home: Path) -> None:
    folder = home / "文件"
    folder.mkdir()
    (folder / "橋.txt").write_text("橋在一九二四年建成。", encoding="utf-8")
    (folder / "測驗.csv").write_text("question,answers\n橋在哪一年建成？,一九二四年\n", encoding="utf-8")
    (folder / "recipe.yaml").write_text("documents: .\nembedder: keys\nchat: extractive\n", encoding="utf-8")
    asked = folder / "測驗.csv"
    with Recipe(load_sources([folder], apart=[asked])) as recipe:
        run = recipe.compare(Plan(["retriever.k=1,2"], questions=asked)).folder

    found = [[one.name for one in discover_documents(model)] for model in recipes_of(run).values()]

    assert found == [["橋.txt"], ["橋.txt"]]


def test_other_versions_are_told_and_make_no_difference_of_the_measures(run: Path) -> None:
    edit(run, lambda manifest: manifest.update(python="2.7.18"))

    found = again(run)

    assert [(one.name, one.then) for one in found.inputs] == [("python", "2.7.18")]
    assert found.same


@pytest.mark.parametrize(("change", "differs"), [(1e-12, False), (1e-6, True), (-1e-6, True)])
def test_measures_that_differ_by_less_than_a_sum_in_another_order_are_the_same(
    run: Path, change: float, differs: bool
) -> None:
    edit(run, lambda manifest: manifest["metrics"].update(f1=manifest["metrics"]["f1"] + change))

    found = again(run)

    assert [one.name for one in found.metrics] == (["f1"] if differs else [])
    assert found.same is not differs


@pytest.mark.parametrize(("name", "then"), [("f1", None), ("refusal_precision", 0.5)])
def test_a_measure_that_was_not_or_is_not_there_any_more_differs(run: Path, name: str, then: float | None) -> None:
    edit(run, lambda manifest: manifest["metrics"].update({name: then}))

    (one,) = again(run).metrics

    assert (one.name, one.then) == (name, then)
    assert (one.now is None) == (then is not None)


def test_an_answer_that_is_another_now_differs(run: Path) -> None:
    path = run / "answers.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"v-1"', '"第一"'), encoding="utf-8")

    found = again(run)

    assert [one.as_json() for one in found.answers] == [{"what": "answer", "name": "q1", "then": "第一", "now": "v-1"}]
    assert not found.same


def test_of_a_comparison_each_variant_is_done_again(home: Path) -> None:
    with Recipe.load(home / "recipe.yaml") as recipe:
        folder = recipe.compare(Plan(causes=False)).folder

    assert list(recipes_of(folder)) == ["a", "b"]
    assert again(folder).questions == 2 * ITEMS
    edit(folder, lambda manifest: manifest["metrics"]["b"]["f1"].update(mean=0.25))
    edit(folder, lambda manifest: manifest["metrics"]["a"]["latency"].update(mean=99.0))

    found = again(folder)

    assert [(one.name, one.then, one.now) for one in found.metrics] == [("f1 of b", 0.25, 1.0)]


def test_of_a_comparison_that_held_questions_out_all_are_asked_again(home: Path) -> None:
    plant(home, 12)
    with Recipe.load(home / "recipe.yaml") as recipe:
        folder = recipe.compare(Plan(causes=False, choose=True)).folder
    held = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["metrics"]["a"]["f1"]

    assert held["n"] == 12
    assert again(folder).same


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("broken", r"manifest.json cannot be read: "),
        ("[" * 100_000, r"manifest.json cannot be read: "),
        ("[]", r"manifest.json is not what a run has written"),
        ('{"recipe": {}}', r"written by an older potluck, and does not say enough"),
        ('{"pins": {}}', r"written by an older potluck, and does not say enough"),
    ],
)
def test_a_manifest_that_is_none_is_an_error(run: Path, content: str, message: str) -> None:
    (run / "manifest.json").write_text(content, encoding="utf-8")

    with pytest.raises(PotluckError, match=message):
        again(run)


@pytest.mark.parametrize("content", ["broken", "[]", '{"answer": "a"}', "3"])
def test_answers_that_are_none_are_an_error(run: Path, content: str) -> None:
    (run / "answers.jsonl").write_text(content, encoding="utf-8")

    with pytest.raises(PotluckError, match=r"answers\.jsonl is not what a run has written .*run again"):
        again(run)


def test_a_run_that_answered_nothing_cannot_be_done_again(run: Path) -> None:
    (run / "answers.jsonl").unlink()

    with pytest.raises(PotluckError, match="holds no answers: only a run that answered questions can be reproduced"):
        again(run)
