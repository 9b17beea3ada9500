"""``potluck ask``: an answer with where it comes from, or that there is none.

Modules: ``potluck.cli.ask``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.commands import potluck, potluck_json


def test_ask_cites_the_documents_own_words(notes_home: Path) -> None:
    report = potluck_json("ask", "recipe.yaml", "短鋼軌是什麼？")

    assert not report["refused"]
    assert "標準長度以下5m以上" in report["answer"]
    (citation,) = [c for c in report["citations"] if c["section"] == "1.4.4"]
    text = (notes_home / "notes" / "規範.txt").read_text(encoding="utf-8")
    assert citation["source"] == "notes/規範.txt"
    assert citation["text"] == text[citation["start"] : citation["end"]]
    assert {"source", "section", "page", "start", "end", "text", "score"} <= set(report["retrieved"][0])
    assert {"ledger", "seconds", "tokens"} <= set(report)


def test_an_answer_that_is_not_there_is_refused_in_the_language_of_the_question(notes_home: Path) -> None:
    report = potluck_json("ask", "recipe.yaml", "道岔的轉轍器要用哪一種馬達？")

    assert report["refused"]
    assert report["answer"] == "我不知道"
    assert report["citations"] == []


@pytest.mark.parametrize("question", ["", "  ", "\u3000\n", "\u200b\ufeff"])
def test_an_empty_question_is_an_error(question: str, notes_home: Path) -> None:
    done = potluck("ask", "recipe.yaml", question)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "the question is empty; write it in quotes: 'When was the bridge built?'\n"
    assert potluck_json("ask", "recipe.yaml", question, status=1)["error"] == "EmptyQuestion"


@pytest.mark.parametrize(
    "command", [["ask", "recipe.yaml", "短鋼軌？"], ["run", "recipe.yaml"], ["index", "recipe.yaml"]]
)
def test_documents_of_which_none_can_be_read_are_an_error(command: list[str], notes_home: Path) -> None:
    for path in (notes_home / "notes").iterdir():
        path.write_bytes(b"")

    done = potluck(*command)

    assert (done.returncode, done.stdout) == (1, "")
    assert "none of the 2 documents could be read:" in done.stderr
    assert "notes/規範.txt" in done.stderr
    assert potluck_json(*command, status=1)["error"] == "NoReadableDocument"


def test_on_a_terminal_an_answer_is_shown_once_as_it_comes(notes_home: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "potluck", "ask", "recipe.yaml", "短鋼軌是什麼？"]
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, check=False)
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # a terminal without a writer is at its end
            break
        if not piece:
            break
        shown += piece
    os.close(ours)

    assert done.returncode == 0, done.stderr
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).splitlines()
    assert sum("短鋼軌：係指長度" in line for line in lines if not line.startswith(" ")) == 1
