"""``potluck ask``: an answer with where it comes from, or that there is none; of a task its label or its text.

Modules: ``potluck.cli.ask``, ``potluck.cli.common``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck.cli.ask import _print_text, _Streamed, command
from potluck.cli.common import warn_of_index
from potluck.documents import Answer
from potluck.indexing.report import IndexReport
from support.commands import invoke, potluck, potluck_json
from support.fake_plugins import visible
from support.labelled import install_labelled, messages, write


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


def test_one_who_wants_quiet_reads_the_answer_and_where_it_comes_from(notes_home: Path) -> None:
    ask = ("ask", "recipe.yaml", "短鋼軌是什麼？")
    whole, quiet = potluck(*ask), potluck(*ask, "-q")

    assert quiet.stdout == whole.stdout.partition("ledger: ")[0] != whole.stdout


def test_an_answer_that_is_not_there_is_refused_in_the_language_of_the_question(notes_home: Path) -> None:
    report = potluck_json("ask", "recipe.yaml", "道岔的轉轍器要用哪一種馬達？")

    assert report["refused"]
    assert report["answer"] == "我不知道"
    assert report["citations"] == []


@pytest.mark.parametrize("words", [("ask", "文件", "橋何時建成？"), ("evaluate", "文件"), ("chat", "文件")])
def test_what_could_not_be_read_in_a_document_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    folder = tmp_path / "文件"
    folder.mkdir()
    (folder / "橋.jsonl").write_text('{"橋": "橋於一九三六年建成。"}\n{壞\n', encoding="utf-8")
    (folder / "空.txt").touch()
    (folder / "問題.csv").write_text("問題,答案\n橋何時建成？,一九三六年\n", encoding="utf-8")

    told = [line for line in potluck(*words, cwd=tmp_path).stderr.splitlines() if line.startswith("not ")]

    assert told == [
        "not read: 空.txt: no text was found in it",
        "not all read: 橋.jsonl: 1 left out: line 2 is not JSON",
    ]


@pytest.mark.parametrize(
    ("losses", "last"), [(5, "not all read: 4.csv: x"), (7, "not all read: 2 more; potluck index lists them")]
)
def test_of_many_losses_a_few_are_told(losses: int, last: str, capsys: pytest.CaptureFixture[str]) -> None:
    report = IndexReport()
    report.ledger.open("load", "documents").notes += [f"{number}.csv: x" for number in range(losses)]
    report.ledger.open("split", "chunks").notes.append("of another stage")

    warn_of_index(report)

    lines = capsys.readouterr().err.splitlines()
    assert (lines[-1], len(lines)) == (last, min(losses, 6))


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
    arguments = [sys.executable, "-m", "potluck", "ask", "recipe.yaml", "短鋼軌是什麼？"]
    done = subprocess.run(arguments, stdout=theirs, stderr=subprocess.PIPE, check=False)
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


@pytest.fixture
def task_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A recipe that names a task with the labels of messages, and one whose prompt has two fields."""
    home = tmp_path / "訊息"
    write(home / "data.jsonl", messages(40))
    tutor = json.dumps({"use": "tutor", "words": {"中獎": "garbage", "開會": "ok"}, "otherwise": "ok"})
    (home / "task.yaml").write_text(f"task: classification\nquestions: data.jsonl\nchat: {tutor}\n", encoding="utf-8")
    pair = f"task: generation\nprompt: '{{premise}} / {{prompt}}'\nchat: {tutor}\n"
    (home / "pair.yaml").write_text(pair, encoding="utf-8")
    (home / "documents.yaml").write_text(f"documents: notes/*.txt\nchat: {tutor}\n", encoding="utf-8")
    monkeypatch.chdir(home)
    with visible(install_labelled(tmp_path / "site"), monkeypatch):
        yield home


def test_a_recipe_of_a_task_answers_with_a_label_and_the_share_of_each(task_home: Path) -> None:
    done = invoke(command, "task.yaml", "恭喜中獎")

    assert done.output.splitlines() == ["garbage", "  1.000  garbage", "  0.000  ok"]
    as_json = json.loads(invoke(command, "task.yaml", "恭喜中獎", "--json").output)
    assert (as_json["answer"], as_json["fields"]) == ("garbage", {"prompt": "恭喜中獎"})
    assert as_json["scores"]["garbage"] == as_json["score"] > 0.99


def test_a_field_may_have_the_name_of_a_key_of_the_recipe(task_home: Path) -> None:
    assert invoke(command, "task.yaml", "--field", "prompt=恭喜中獎").output.startswith("garbage")
    assert invoke(command, "pair.yaml", "--field", "premise=開會", "恭喜").output == "標籤： OK。\n"
    asked = json.loads(
        invoke(command, "pair.yaml", "--set", "prompt=改：{premise}", "--field", "premise=中獎", "--json").output
    )
    assert (asked["fields"], asked["answer"]) == ({"premise": "中獎"}, "標籤： GARBAGE。")


def test_of_many_labels_the_likeliest_are_shown(task_home: Path) -> None:
    write(task_home / "data.jsonl", [*messages(10), *((f"第{number}種", f"label {number}") for number in range(7))])

    lines = invoke(command, "task.yaml", "恭喜中獎").output.splitlines()

    assert lines[:2] == ["garbage", "  0.997  garbage"]
    assert (len(lines), lines[-1]) == (1 + 5 + 1, "  and 4 more labels")


def test_fields_are_for_tasks_and_questions_for_documents(task_home: Path) -> None:
    for arguments, message in (
        (["documents.yaml", "橋？", "--field", "prompt=a"], "--field is for recipes that name a task"),
        (["documents.yaml"], "what is the question? potluck ask documents.yaml 'QUESTION'"),
        (["nowhere.yaml"], "nowhere.yaml"),
        (["task.yaml"], "the recipe's prompt needs prompt: give --field prompt=..."),
    ):
        assert message in str(invoke(command, *arguments).exception)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Answer("橋在。"), ""),
        (Answer("橋", finish="length"), "(the answer is not whole: length; see chat.max_tokens)\n"),
        (Answer(" "), "(no answer: the model wrote nothing)\n"),
        (Answer("", thoughts="嗯", notes=("odd",)), "(no answer: odd)\n(no answer: the model ended with its thoughts"),
        (Answer("", "length", thoughts="嗯"), "(no answer: the token limit ended the model's thoughts"),
    ],
)
def test_what_is_odd_about_an_answer_is_said_beside_it(
    given: Answer, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _print_text(given, _Streamed())

    printed = capsys.readouterr()
    assert printed.out == f"{given.text}\n"
    assert printed.err.startswith(said)
    assert bool(printed.err) is bool(said)


def test_what_was_shown_as_it_came_is_not_printed_again(capsys: pytest.CaptureFixture[str]) -> None:
    streamed = _Streamed()
    for piece in ("橋", "在。"):
        streamed._show(piece)
    _print_text(Answer("橋在。"), streamed)

    assert capsys.readouterr().out == "橋在。\n"
