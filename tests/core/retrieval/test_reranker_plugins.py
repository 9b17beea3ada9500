"""A reranker of another package puts what was found into order, and the ledger says what it drops.

Modules: ``potluck.contracts.reranker``, ``potluck.retrieval.checked``, ``potluck.stages.retrieve``,
``potluck.recipe.retriever_keys``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.errors import BrokenPlugin, ContractBroken
from potluck.testing import Check, checks
from support.commands import potluck
from support.fake_plugins import visible
from support.retrieving import CLAUSES, QUESTIONS, install_keywords, write_project


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a recipe that finds by vectors which mean nothing, and the log of what the reranker did."""
    folder = tmp_path / "規範"
    write_project(folder, retriever={"k": 2}, reranker={"use": "numbers", "candidates": 6}, chat="guesser")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("EMBEDDED_LOG", str(tmp_path / "embedded.log"))
    monkeypatch.setenv("RETRIEVAL_LOG", str(tmp_path / "retrieval.log"))
    with visible(install_keywords(tmp_path / "site"), monkeypatch):
        yield folder


def log(home: Path, name: str = "retrieval") -> list[str]:
    """The lines of a log since it was last read."""
    path = home.parent / f"{name}.log"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


def result(*arguments: str) -> Any:
    done = potluck(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("check", checks("reranker"), ids=str)
def test_it_keeps_the_contract(check: Check, home: Path, tmp_path: Path) -> None:
    check("numbers", tmp_path / "kit")


@pytest.mark.parametrize("one", ["zh-number", "en-number"])
def test_ask_answers_from_the_passages_that_it_puts_first(one: str, home: Path) -> None:
    question, gold, answer = QUESTIONS[one]

    told = result("ask", "recipe.yaml", question)

    assert told["retrieved"][0]["source"] == f"{gold}.txt"
    assert told["retrieved"][0]["score"] == 1
    assert answer in told["answer"]
    assert len(told["retrieved"]) == 2


def test_the_ledger_says_what_it_left_out(home: Path) -> None:
    question = QUESTIONS["zh-number"][0]
    total = sum(map(len, CLAUSES.values()))

    told = result("ask", "recipe.yaml", question)["ledger"]
    strict = result("ask", "recipe.yaml", question, "--set", "reranker.strict=true")["ledger"]

    assert list(told) == ["retrieve", "rerank", "answer"]
    assert told["retrieve"]["out"] == {"items": 6, "characters": total, "tokens": None}
    entry = told["rerank"]
    assert (entry["in"]["items"], entry["out"]["items"], entry["dropped"]["items"]) == (6, 2, 4)
    assert entry["in"]["characters"] == entry["out"]["characters"] + entry["dropped"]["characters"] == total
    assert entry["notes"] == ["numbers chose 2 of 6 passages that were found"]
    assert told["answer"]["in"]["items"] == 2
    entry = strict["rerank"]
    assert (entry["in"]["items"], entry["out"]["items"], entry["dropped"]["items"]) == (6, 1, 5)


def test_evaluate_measures_and_accounts_what_it_puts_first(home: Path) -> None:
    found = result("evaluate", "recipe.yaml")
    without = result("evaluate", "recipe.yaml", "--set", "reranker=null")

    first = {one["question_id"]: one["retrieved"][0]["source"] for one in found["questions"]}
    assert (first["zh-number"], first["en-number"]) == ("側線.txt", "siding.txt")
    assert list(found["ledger"]) == ["retrieve", "rerank", "answer"]
    assert found["ledger"]["rerank"]["in"]["items"] == 6 * len(QUESTIONS)
    assert found["ledger"]["rerank"]["out"]["items"] == 2 * len(QUESTIONS)
    assert list(without["ledger"]) == ["retrieve", "answer"]


def test_what_it_ordered_once_it_is_not_asked_again(home: Path) -> None:
    result("evaluate", "recipe.yaml")
    assert log(home) == ["rerank 6 6 6 6", "rerank 6 6"]

    result("evaluate", "recipe.yaml")
    assert log(home) == []
    result("evaluate", "recipe.yaml", "--set", "reranker.strict=true")
    assert log(home) == ["rerank 6 6 6 6", "rerank 6 6"]


def test_it_is_given_no_more_than_it_takes(home: Path) -> None:
    result("ask", "recipe.yaml", QUESTIONS["zh"][0], "--set", "reranker.candidates=3")

    assert log(home) == ["rerank 3"]


def test_it_is_an_axis_embeds_nothing_anew_and_is_a_cause(home: Path) -> None:
    result("index", "recipe.yaml")
    log(home, "embedded")
    swap = ("--set", "reranker=null", "--swap", "reranker={use: numbers, candidates: 6}")

    found = result("compare", "recipe.yaml", *swap, "--set", "retriever.k=1", "--metric", "recall@1")

    assert log(home, "embedded") == []
    plain, reranked = found["variants"]
    assert reranked["metrics"]["recall@1"]["mean"] > plain["metrics"]["recall@1"]["mean"]
    assert {one["cause"] for one in found["causes"]} == {"reranking"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("few", "the reranker 'numbers' gave 0 orders for 1 questions"),
        ("worst", "the reranker 'numbers' did not give the best first"),
        ("twice", "the reranker 'numbers' gave a passage twice"),
        ("text", "the reranker 'numbers' changed the passage"),
        ("foreign", "the reranker 'numbers' returned a passage that it was not given"),
    ],
)
def test_what_breaks_the_contract_is_named(wrong: str, said: str, home: Path) -> None:
    with Recipe.load("recipe.yaml", [f"reranker.wrong={wrong}"]) as recipe, pytest.raises(ContractBroken) as broken:
        recipe.ask(QUESTIONS["zh-number"][0])

    assert said in str(broken.value)


def test_one_that_fails_is_named_with_its_package(home: Path) -> None:
    with Recipe.load("recipe.yaml", ["reranker.wrong=raises"]) as recipe, pytest.raises(BrokenPlugin) as broken:
        recipe.ask(QUESTIONS["zh-number"][0])

    assert str(broken.value) == "reranker 'numbers' of potluck-keywords 1.0 failed: TypeError: no numbers"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["reranker=numberz"], "unknown reranker 'numberz' (did you mean 'numbers'?)"),
        (["reranker.strikt=true"], "did you mean 'strict'"),
        (["reranker=[numbers, numbers]"], "reranker: expected one reranker, got several"),
        (["retriever.k=7"], "reranker.candidates: 6 are fewer than the 7 passages of retriever.k"),
    ],
)
def test_a_mistake_is_a_problem_of_the_recipe(settings: list[str], said: str, home: Path) -> None:
    overrides = [word for one in settings for word in ("--set", one)]

    done = potluck("plan", "recipe.yaml", *overrides)

    assert done.returncode == 1
    assert said in done.stderr


def test_it_is_in_the_manifest_and_in_the_lock(home: Path) -> None:
    folder = Path(result("run", "recipe.yaml")["folder"])
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    result("lock", "recipe.yaml")
    lock = json.loads((home / "potluck.lock").read_text(encoding="utf-8"))

    assert manifest["recipe"]["reranker"] == {"use": "numbers", "candidates": 6, "strict": False, "wrong": ""}
    assert lock["recipes"]["recipe.yaml"]["plugin"]["reranker numbers"] == "potluck-keywords 1.0"
    assert "reranker" in result("schema")["properties"]


def test_another_model_of_it_is_asked_again_and_not_what_the_lock_pins(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "model"
    model.write_text("one", encoding="utf-8")
    monkeypatch.setenv("NUMBERS_MODEL", str(model))
    result("lock", "recipe.yaml")
    result("run", "recipe.yaml")
    log(home)

    model.write_text("two", encoding="utf-8")

    done = potluck("run", "recipe.yaml")
    assert done.returncode == 1
    assert "model files of the reranker: numbers model was one and is two" in done.stderr
    result("evaluate", "recipe.yaml")
    assert log(home) == ["rerank 6 6 6 6", "rerank 6 6"]
