"""``potluck prompts``, run as a user runs it; with a model that needs torch, in this process."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from pathlib import Path

import pytest
from click.testing import Result

from potluck import cli
from support.commands import invoke, potluck
from support.tiny_models import tiny_masked

FACTS = {"Durban": "Africa", "Vienna": "Austria", "Graz": "Austria", "Kyoto": "Japan", "Osaka": "Japan", "京都": "日本"}
PAIRS = [("he runs", "he moves", "entailment"), ("he runs", "he sleeps", "contradiction")] * 20
PROMPT = "若內容中沒有答案，請只回答「我不知道」。\n{context}\n{question}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("專案")
    facts = [{"X": x, "Y": y} for x, y in FACTS.items()]
    pairs = [{"premise": a, "hypothesis": b, "label": label} for a, b, label in PAIRS]
    for name, rows in (("facts", facts), ("pairs", pairs), ("questions", [{"question": "短鋼軌是什麼？"}])):
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (home / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    prompt = json.dumps(PROMPT, ensure_ascii=False)
    (home / "recipe.yaml").write_text(f"prompt: {prompt}\nquestions: questions.jsonl\n", encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def model(home: Path) -> Path:
    pytest.importorskip("torch", reason="the masked-lm plugin needs torch")
    texts = [f"{x} lies in {y}." for x, y in FACTS.items()]
    texts += [f"{a}? yes or no, {b}." for a, b, _ in PAIRS[:2]]
    return tiny_masked(home / "model", texts, [*FACTS.values(), "yes", "no"])


def prompts(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return potluck("prompts", *arguments, cwd=home)


def score(home: Path, *arguments: str) -> Result:
    with contextlib.chdir(home):
        done = invoke(cli.potluck, "prompts", "score", *arguments)
    assert done.exit_code == 0, done.output
    return done


def masked(model: Path) -> tuple[str, ...]:
    return "--chat", "masked-lm", "--set", f"chat.model={model}", "--set", "chat.threads=1"


def test_the_prompts_of_a_recipe_are_listed(home: Path) -> None:
    (prompt,) = json.loads(prompts(home, "list", "recipe.yaml", "--json").stdout)
    done = prompts(home, "list", "recipe.yaml")

    assert prompt["text"] == PROMPT
    assert done.stdout.startswith(prompt["hash"])
    assert "line 1" in done.stdout


def test_lint_says_that_nothing_is_wrong(home: Path) -> None:
    done = prompts(home, "lint", "recipe.yaml")

    assert (done.returncode, done.stdout) == (0, "nothing wrong was found\n")


def test_lint_shows_what_is_wrong_with_its_place_and_advice(home: Path) -> None:
    (home / "bad.yaml").write_text("prompt: '{context}{question}短鋼軌是什麼？'\nquestions: questions.jsonl\n")
    done = prompts(home, "lint", "bad.yaml")

    assert done.returncode == 1
    assert "warning: bad.yaml:1:9: prompt: does not say" in done.stdout
    assert "error: bad.yaml:1:29: prompt: holds the question 'line-1'" in done.stdout
    assert "'shots' does" in done.stdout
    assert [finding["level"] for finding in json.loads(prompts(home, "lint", "bad.yaml", "--json").stdout)] == [
        "warning",
        "error",
    ]


def test_wordings_are_measured_on_facts(home: Path, model: Path) -> None:
    wordings = "--template", "{X} lies in {Y}.", "--template", "[Y] [X]"
    found = json.loads(score(home, *masked(model), "--facts", "facts.jsonl", *wordings, "--json").stdout)

    assert (found["task"], found["measure"], found["candidates"]) == ("facts", "P@1", 4)
    learnt, other = found["wordings"]
    assert learnt["means"]["all"]["mean"] == 1.0 > other["means"]["all"]["mean"]
    assert learnt["means"]["all"]["n"] == len(FACTS)
    (table,) = found["sets"]
    assert table["spread"]["value"] == pytest.approx(1.0 - other["means"]["all"]["mean"])


def test_observers_are_told_of_every_choice(home: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POTLUCK_OBSERVERS", "jsonl")
    monkeypatch.setenv("POTLUCK_EVENTS", str(home / "events.jsonl"))
    score(home, *masked(model), "--facts", "facts.jsonl", "--template", "{X} lies in {Y}.", "--json")

    events = [json.loads(line) for line in (home / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    called = [event for event in events if event["event"] == "called"]
    assert [(one["operation"], one["component"]) for one in called] == [("chat", "masked-lm")] * len(FACTS)
    finished = [(event["stage"], event["done"]) for event in events if event["event"] == "finished"]
    assert finished[-2:] == [("score", len(FACTS)), ("prompts score", 0)]


def test_pairs_have_a_small_set_beside_the_whole(home: Path, model: Path) -> None:
    words = "--verbaliser", "entailment=yes", "--verbaliser", "contradiction=no"
    wordings = "--template", "{premise}? {label} or no, {hypothesis}.", "--template", "{premise} {hypothesis}? {label}."
    done = score(home, *masked(model), "--pairs", "pairs.jsonl", *wordings, *words)

    assert "accuracy, 40 pairs" in done.stdout
    assert "accuracy, 32 pairs" in done.stdout
    assert done.stdout.count("spread over") == 2
    assert "is chance" in done.stdout


def test_a_recipe_may_name_the_model(home: Path, model: Path) -> None:
    (home / "model.yaml").write_text("chat: {use: masked-lm, model: model, threads: 1}\n", encoding="utf-8")
    done = score(home, "model.yaml", "--facts", "facts.jsonl", "--template", "{X} lies in {Y}.", "--json")

    assert json.loads(done.stdout)["wordings"][0]["means"]["all"]["mean"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "--facts FILE or --pairs FILE"),
        (("--facts", "facts.jsonl"), "there is no wording"),
        (("--facts", "facts.jsonl", "--template", "{X} {Y}"), "name a model"),
        (("--facts", "none.jsonl", "--template", "{X} {Y}"), "none.jsonl: cannot be read"),
        (("--facts", "facts.jsonl", "--template", "{X} {Z}"), "unknown field {Z}"),
        (("--facts", "facts.jsonl", "--template", "{X} {Y}", "--chat", "nothing"), "unknown chat 'nothing'"),
        (("--facts", "facts.jsonl", "--template", "{X} {Y}", "--chat", "extractive"), "does not say how likely"),
        (("--facts", "facts.jsonl", "--template", "{X} {Y}", "--chat", "masked-lm"), "model: is missing"),
        (("--pairs", "pairs.jsonl", "--template", "{premise} {hypothesis} {label}"), "a word for each label"),
    ],
)
def test_a_mistake_is_one_message(home: Path, arguments: tuple[str, ...], message: str) -> None:
    done = prompts(home, "score", *arguments)

    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert os.linesep * 3 not in done.stderr
