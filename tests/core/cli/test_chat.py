"""``potluck chat``: a question a line.

Modules: ``potluck.cli.chat``.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from potluck.cli.chat import command
from support.commands import potluck
from support.fake_plugins import visible
from support.labelled import install_labelled


def test_chat_answers_line_after_line_until_an_empty_one(notes_home: Path) -> None:
    done = potluck("chat", "recipe.yaml", stdin="短鋼軌是什麼？\nHow many promises were on the board?\n\nnot read\n")

    assert done.returncode == 0
    assert "5m以上" in done.stdout
    assert "sixty-four" in done.stdout


COMMAND = [sys.executable, "-m", "potluck"]


class Typed(io.BytesIO):
    """Standard input at which somebody types."""

    def isatty(self) -> bool:
        return True


def chatting(notes_home: Path, preexec: Callable[[], object], **streams: Any) -> subprocess.CompletedProcess[bytes]:
    (notes_home / "notes.txt").write_text("The bridge stands since 1924. 橋在一九二四年建成。", encoding="utf-8")
    (notes_home / "chat.yaml").write_text("documents: notes.txt\nchat: extractive\n", encoding="utf-8")
    command = [*COMMAND, "chat", "chat.yaml"]
    return subprocess.run(command, capture_output=True, check=False, preexec_fn=preexec, **streams)


def test_chat_says_that_standard_input_is_closed(notes_home: Path) -> None:
    done = chatting(notes_home, lambda: os.close(0))

    assert done.returncode == 1
    assert done.stderr == b"standard input is closed, so no question can be read from it\n"


def test_chat_says_that_standard_input_cannot_be_read(notes_home: Path) -> None:
    with (notes_home / "written").open("wb") as file:
        done = chatting(notes_home, lambda: None, stdin=file)

    assert done.returncode == 1
    assert done.stderr == b"no question can be read from standard input (Bad file descriptor)\n"


def test_a_line_that_is_not_text_is_a_question_like_any_other(
    notes_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8:strict")

    done = chatting(notes_home, lambda: None, input="建\n".encode("big5") + "橋?\n".encode())

    assert (done.returncode, done.stderr) == (0, b"")
    assert "橋在一九二四年建成" in done.stdout.decode()


def test_with_json_an_error_of_one_question_is_an_object_and_the_next_is_answered(notes_home: Path) -> None:
    long = "鋼軌" * 3000
    options = ["--json", "--set", "embedder.window=200"]
    done = potluck("chat", "recipe.yaml", *options, stdin=f"{long}\n短鋼軌是什麼？\n")

    refused, answered = (json.loads(line) for line in done.stdout.splitlines())
    assert refused["error"] == "WindowExceeded"
    assert refused["message"] in done.stderr
    assert "5m以上" in answered["answer"]
    assert done.returncode == 0


def test_the_recipe_of_a_task_answers_line_after_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tutor = json.dumps({"use": "tutor", "words": {"中獎": "garbage"}, "otherwise": "ok"})
    task = f"task: classification\nquestions: data.jsonl\nchat: {tutor}\n"
    (tmp_path / "task.yaml").write_text(task, encoding="utf-8")
    (tmp_path / "pair.yaml").write_text(f"{task}prompt: '{{prompt}} {{第二}}'\n", encoding="utf-8")
    write_pair = '{"prompt": "恭喜", "第二": "中獎"}\nno object\n{"prompt": "明天", "第二": "開會"}\n'
    rows = [
        {"prompt": "a", "第二": "b", "completion": "garbage"},
        {"prompt": "c", "第二": "d", "completion": "ok"},
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "data.jsonl").write_text(lines, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    with visible(install_labelled(tmp_path / "site"), monkeypatch), patch("potluck.egress.guard_process"):
        spoken = CliRunner().invoke(command, ["task.yaml"], input="恭喜中獎\n明天開會\n\n不讀\n").output
        written = CliRunner().invoke(command, ["pair.yaml", "--json"], input=write_pair)
        typed = [
            CliRunner().invoke(command, ["task.yaml", *options], input=Typed("恭喜中獎\n\n".encode())).output
            for options in ([], ["--json"])
        ]

    assert [line for line in spoken.splitlines() if not line.startswith(" ")] == ["garbage", "ok"]
    found = [json.loads(line) for line in written.output.splitlines() if line.startswith("{")]
    assert [one.get("answer", one.get("error")) for one in found] == ["garbage", "FieldsUnreadable", "ok"]
    assert [one[:2] for one in typed] == ["> ", '{"']
