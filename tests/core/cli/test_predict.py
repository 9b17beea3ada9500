"""``potluck predict``: a file of rows with answers, whole or not at all.

Modules: ``potluck.cli.predict``.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck.cli.predict import _print, command
from potluck.documents import Usage
from potluck.recipe import load
from potluck.results.runs import PredictResult
from potluck.stages.discover import discover_documents
from support.commands import invoke
from support.fake_plugins import visible
from support.labelled import install_labelled, messages, write

ROWS = ["恭喜中獎一", "明天開會", "恭喜中獎二", "hello"]
LABELS = ["garbage", "ok", "garbage", "ok"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    home = tmp_path / "訊息 one"
    write(home / "train.jsonl", messages(40))
    recipe(home)
    (home / "new.csv").write_text("id,prompt\n" + "".join(f"{n},{text}\n" for n, text in enumerate(ROWS)), "utf-8")
    monkeypatch.chdir(home)
    monkeypatch.setenv("ASKED_LOG", str(tmp_path / "asked.log"))
    with visible(install_labelled(tmp_path / "site"), monkeypatch):
        yield home


def recipe(home: Path, **chat: float) -> None:
    tutor = {"use": "tutor", "words": {"中獎": "garbage", "開會": "ok"}, "otherwise": "ok", **chat}
    (home / "task.yaml").write_text(
        json.dumps({"task": "classification", "dataset": "train.jsonl", "chat": tutor}, ensure_ascii=False), "utf-8"
    )


def asked(home: Path) -> int:
    return len((home.parent / "asked.log").read_text(encoding="utf-8").splitlines())


def test_rows_are_written_beside_the_file_in_its_own_form(home: Path) -> None:
    done = invoke(command, "task.yaml", "new.csv")

    lines = (home / "new.predictions.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "id,prompt,prediction,score,score of garbage,score of ok,remarks"
    assert [line.split(",")[:3] for line in lines[1:]] == [
        [str(n), text, label]
        for n, (text, label) in enumerate(zip(ROWS, ["garbage", "ok", "garbage", "ok"], strict=True))
    ]
    assert done.output.splitlines()[:2] == ["  2  garbage", "  2  ok"]
    assert done.output.splitlines()[-1].endswith("s: new.predictions.csv")


def test_it_says_what_was_answered_before(home: Path) -> None:
    invoke(command, "task.yaml", "new.csv")

    again = json.loads(invoke(command, "task.yaml", "new.csv", "--to", "found.jsonl", "--json").output)
    assert (again["rows"], again["answered_before"], again["labels"]) == (4, 4, {"garbage": 2, "ok": 2})
    assert 0 <= again["seconds"] < 60
    assert "4 of them answered before" in invoke(command, "task.yaml", "new.csv").output
    assert asked(home) == 4
    assert json.loads((home / "found.jsonl").read_text(encoding="utf-8").splitlines()[0])["id"] == "0"
    invoke(command, "task.yaml", "new.csv", "--fresh")
    assert asked(home) == 8


def test_a_command_that_was_killed_goes_on_where_it_was(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = home.parent / "heard"
    os.mkfifo(heard)
    arguments = [sys.executable, "-m", "potluck", "predict", "task.yaml", "new.csv"]
    with os.fdopen(os.open(heard, os.O_RDWR), encoding="utf-8") as asking:
        watched = {**os.environ, "ASKED_LOG": str(heard), "HELD_AT": ROWS[2]}
        running = subprocess.Popen(arguments, env=watched, stdout=subprocess.DEVNULL)
        first = [asking.readline() for _ in range(3)]
        running.send_signal(signal.SIGKILL)
        running.wait()
    assert len(first) == 3
    assert not (home / "new.predictions.csv").exists()

    found = json.loads(invoke(command, "task.yaml", "new.csv", "--json").output)

    assert found["answered_before"] == 2, "the third was being asked"
    assert asked(home) == 2


def test_nothing_is_written_where_a_row_lacks_the_field(home: Path) -> None:
    (home / "other.csv").write_text("訊息\n恭喜中獎\n", encoding="utf-8")

    done = invoke(command, "task.yaml", "other.csv")

    assert "there is no field 'prompt'; there are 訊息" in str(done.exception)
    assert not (home / "other.predictions.csv").exists()


@pytest.mark.parametrize(
    ("to", "message"), [("new.csv", "write the predictions to another one"), ("found.xlsx", "ends in .jsonl")]
)
def test_where_it_cannot_write_is_said_before_anything_is_asked(to: str, message: str, home: Path) -> None:
    assert message in str(invoke(command, "task.yaml", "new.csv", "--to", to).exception)
    assert not (home.parent / "asked.log").exists()


def test_questions_about_documents_are_answered_with_citations(home: Path) -> None:
    (home / "notes.txt").write_text("The bridge stands since 1924. 橋在一九二四年建成。", encoding="utf-8")
    (home / "documents.yaml").write_text(
        "documents: notes.txt\nembedder: letters\nchat: extractive\n", encoding="utf-8"
    )
    (home / "questions.jsonl").write_text('{"question": "橋在哪一年建成？"}\n', encoding="utf-8")

    invoke(command, "documents.yaml", "questions.jsonl")

    (row,) = (home / "questions.predictions.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(row)["prediction"] == "橋在一九二四年建成。"
    assert json.loads(row)["citations"][0]["source"] == "notes.txt"


def test_the_commonest_labels_are_shown_and_what_is_odd_about_answers(capsys: pytest.CaptureFixture[str]) -> None:
    labels = {"很常見": 1200, "\x1b[2J": 30} | {f"第{number}種": 1 for number in range(9)}

    _print(PredictResult("found.csv", 1239, labels, 1000, ("row 3: cut",), 1.25, Usage()))

    printed = capsys.readouterr()
    assert printed.err == "note: row 3: cut\n"
    lines = printed.out.splitlines()
    assert lines[:3] == ["  1,200  很常見", "     30  \\x1b[2J", "      1  第0種"]
    assert len(lines) == 10 + 2
    assert lines[10:] == ["  and 1 more labels", "1,239 rows in 1.2 s, 1,000 of them answered before: found.csv"]


def test_texts_have_no_labels_to_count(capsys: pytest.CaptureFixture[str]) -> None:
    _print(PredictResult("found.jsonl", 1, dict.fromkeys("甲乙丙丁戊己庚辛壬癸", 1), 0, (), 1.0, Usage()))
    _print(PredictResult("found.jsonl", 1, {}, 0, (), 1.0, Usage()))

    lines = capsys.readouterr().out.splitlines()
    assert lines == [*(f"  1  {label}" for label in "甲乙丙丁戊己庚辛壬癸"), *["1 row in 1.0 s: found.jsonl"] * 2]


def test_a_field_that_a_column_of_the_predictions_would_hide_is_refused(home: Path) -> None:
    (home / "hiding.csv").write_text("prompt,prediction\n恭喜中獎,ok\n", encoding="utf-8")

    done = invoke(command, "task.yaml", "hiding.csv")

    assert "prediction" in str(done.exception)
    assert not (home.parent / "asked.log").exists()


def test_neither_the_questions_nor_their_answers_are_documents(home: Path) -> None:
    folder = home / "文件"
    folder.mkdir()
    (folder / "橋.txt").write_text("橋在一九二四年建成。", encoding="utf-8")
    (folder / "recipe.yaml").write_text("documents: .\nembedder: letters\nchat: extractive\n", encoding="utf-8")
    questions = "question,備註\n橋在哪一年建成？,\n河流有多長？,河流長一百公里。\n"
    (folder / "題目.csv").write_text(questions, encoding="utf-8")

    invoke(command, "文件", "文件/題目.csv")

    predicted = (folder / "題目.predictions.csv").read_text(encoding="utf-8")
    assert [line.split(",")[-4:-1] for line in predicted.splitlines()[1:]] == [
        ["橋在一九二四年建成。", "no", "橋.txt"],
        ["我不知道", "yes", ""],
    ]
    assert [one.name for one in discover_documents(load(folder))] == ["橋.txt", "題目.csv"]
