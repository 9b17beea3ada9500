"""The page about using what was tuned: its commands exist, and its code is run.

The model is one that knows words: what a tuned one answers is tested elsewhere.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck.cli import ask, predict
from support.commands import invoke
from support.fake_plugins import visible
from support.labelled import install_labelled, write

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "use-a-tuned-model.md").read_text(encoding="utf-8")
COMMANDS = {"ask": ask.command, "predict": predict.command}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    write(tmp_path / "train.jsonl", [("You have won", "garbage"), ("call me later", "ok")] * 3)
    (tmp_path / "messages.csv").write_text("prompt\nyou have won\nsee you\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with visible(install_labelled(tmp_path / "site"), monkeypatch):
        yield tmp_path


def recipe(home: Path, **said: str) -> None:
    chat = {"use": "tutor", "words": {"won": "garbage", "wet": "yes"}, "otherwise": "ok"}
    (home / "recipe.yaml").write_text(json.dumps({"task": "classification", "chat": chat, **said}), encoding="utf-8")


def run(line: str) -> str:
    program, name, *arguments = shlex.split(line)
    assert program == "potluck"
    done = invoke(COMMANDS[name], *arguments)
    assert done.exit_code == 0, done.exception
    return done.output


def commands(name: str) -> list[str]:
    return [line for line in "".join(blocks("")).splitlines() if line.startswith(f"potluck {name} ")]


def blocks(language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return [text for name, text in found if name == language]


def test_a_question_gets_its_label_with_the_share_of_each(home: Path) -> None:
    recipe(home, dataset="train.jsonl")
    one_field, several = commands("ask")

    (shown,) = blocks("text")
    assert [line.split()[-1] for line in run(one_field).splitlines()] == [
        line.split()[-1] for line in shown.splitlines()
    ]
    prompt = re.search(r'`prompt: "(.*?)"`', PAGE)
    assert prompt is not None
    recipe(home, task="generation", prompt=prompt[1])
    assert run(several) == "標籤： YES。\n"


def test_a_file_gets_its_predictions_beside_it(home: Path) -> None:
    recipe(home, dataset="train.jsonl")

    run(*commands("predict"))

    assert (home / "messages.predictions.csv").read_text(encoding="utf-8").startswith("prompt,prediction,score,")


def test_the_program_prints_label_and_score(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe(home, dataset="train.jsonl")
    (program,) = blocks("python")

    exec(program, {})

    label, score = capsys.readouterr().out.split()
    assert label == "garbage"
    assert float(score) > 0.9
