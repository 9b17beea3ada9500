"""The ``jsonl`` observer: whole lines, whatever happens, and nothing in them that is nobody's business."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.contracts import Context
from potluck.errors import RemoteError
from potluck.hookspecs import ModelCall, StageEvent
from potluck.model_sources.model_store import ModelStore
from potluck_plugins.observers.jsonl import Jsonl, JsonlConfig

from .conftest import NOTES, QUESTION


def lines(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def asked(more: str = "") -> None:
    recipe = Path("recipe.yaml")
    if more:
        recipe.write_text(recipe.read_text(encoding="utf-8") + more, encoding="utf-8")
    with Recipe.load(recipe) as opened:
        opened.ask(QUESTION)


def test_a_question_leaves_its_stages_and_calls_with_times(home: Path) -> None:
    asked("observers: jsonl\nname: 軌道\n")
    found = lines(home / ".potluck" / "observers" / "events.jsonl")

    finished = [line for line in found if line["event"] == "finished"]
    assert [line["stage"] for line in finished] == ["load", "split", "embed", "index", "retrieve", "answer"]
    assert {line["recipe"] for line in found} == {"軌道"}
    assert len({line["run"] for line in found}) == 1
    calls = [line for line in found if line["event"] == "called"]
    assert [(call["operation"], call["model"]) for call in calls][-2:] == [
        ("embeddings", "hashing"),
        ("chat", "extractive"),
    ]
    begun = [datetime.fromisoformat(line["started"]) for line in finished]
    assert all(a <= b for a, b in pairwise(begun))
    assert all(0 < line["seconds"] < 60 for line in finished)


def test_no_text_no_file_name_and_no_secret_is_in_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "sk-very-secret")
    asked("observers: jsonl\nchat: {use: extractive}\n")
    text = (home / ".potluck" / "observers" / "events.jsonl").read_text(encoding="utf-8")

    for private in (*NOTES, *NOTES.values(), "短鋼軌", "sixty-four", QUESTION, "sk-very-secret", str(home)):
        assert private.strip() not in text


def test_a_failure_leaves_its_class_and_not_its_message(home: Path) -> None:
    recipe = home / "recipe.yaml"
    recipe.write_text('documents: "*.txt"\nembedder: {use: hashing, fail_after: 0}\nobservers: jsonl\n')
    with Recipe.load(recipe) as opened, pytest.raises(RemoteError):
        opened.index()

    *_, called, failed = lines(home / ".potluck" / "observers" / "events.jsonl")
    assert (called["event"], called["error"]) == ("called", "RemoteError")
    assert (failed["event"], failed["stage"], failed["error"]) == ("failed", "embed", "RemoteError")
    assert "the service is gone" not in json.dumps([called, failed])


def test_the_file_is_named_by_the_setting_or_the_environment_and_is_added_to(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POTLUCK_EVENTS", str(home / "logs" / "by-variable.jsonl"))
    monkeypatch.setenv("POTLUCK_OBSERVERS", "jsonl")
    asked()
    once = lines(home / "logs" / "by-variable.jsonl")
    asked()
    assert lines(home / "logs" / "by-variable.jsonl")[: len(once)] == once

    asked("observers: {use: jsonl, path: by-setting.jsonl, progress: false}\n")
    assert {line["event"] for line in lines(home / "by-setting.jsonl")} == {"started", "finished", "called"}


def test_a_killed_process_leaves_whole_lines(home: Path) -> None:
    for number in range(30):
        (home / f"{number}.txt").write_text(f"第{number}號筆記，第{number}次。" * 20, encoding="utf-8")
    events = home / "events.jsonl"
    os.mkfifo(home / "gate")
    code = (
        "from potluck import Recipe, hookimpl\n"
        "class Stop:\n"
        "    @hookimpl\n"
        "    def potluck_stage_progressed(self, event):\n"
        "        if event.stage == 'embed' and event.done == 10:\n"
        "            open('gate', 'w').close()\n"
        "            while True:\n"
        "                jsonl.potluck_stage_progressed(event=event)\n"
        "with Recipe.load('recipe.yaml') as recipe:\n"
        "    jsonl = recipe.observers.get_plugin('potluck:jsonl')\n"
        "    recipe.observers.register(Stop())\n"
        "    recipe.index()\n"
    )
    environment = {**os.environ, "POTLUCK_OBSERVERS": "jsonl", "POTLUCK_EVENTS": str(events)}
    process = subprocess.Popen([sys.executable, "-c", code], cwd=home, env=environment)
    (home / "gate").open().close()
    while events.stat().st_size < 1 << 17:  # it does nothing but write now
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL

    found = [line for line in lines(events) if line["event"] == "progressed"]
    embedded = [line["done"] for line in found if line["stage"] == "embed"]
    assert embedded[:10] == [*range(1, 11)]
    assert set(embedded[10:]) == {10}


def test_two_processes_write_into_one_file_without_tearing_lines(home: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom potluck.contracts import Context\n"
        "from potluck.hookspecs import StageEvent\nfrom potluck_plugins.observers.jsonl import Jsonl, JsonlConfig\n"
        "watch = Jsonl(JsonlConfig(path='both.jsonl'), Context(Path(), Path(), None))\n"
        "for n in range(2000): watch.potluck_stage_progressed(StageEvent('嵌入' * 50, done=n, run=sys.argv[1]))\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(n)], cwd=home) for n in range(2)]
    assert [one.wait() for one in both] == [0, 0]

    found = lines(home / "both.jsonl")
    for run in ("0", "1"):
        assert [line["done"] for line in found if line["run"] == run] == [*range(2000)]


def test_what_a_full_disk_cut_off_stands_on_a_line_of_its_own(home: Path) -> None:
    from potluck.contracts import Context
    from potluck.model_sources.model_store import ModelStore

    (home / "cut.jsonl").write_text('{"event": "sta', encoding="utf-8")
    watch = Jsonl(JsonlConfig(path="cut.jsonl"), Context(home, home, ModelStore(home)))
    watch.potluck_stage_started(StageEvent("load"))
    watch.close()

    torn, whole = (home / "cut.jsonl").read_text(encoding="utf-8").splitlines()
    assert torn == '{"event": "sta'
    assert json.loads(whole)["stage"] == "load"


def test_a_full_disk_costs_the_log_and_not_the_run(home: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    (home / "events.jsonl").write_bytes(b"x" * ((1 << 20) - 300) + b"\n")
    environment = {**os.environ, "POTLUCK_OBSERVERS": "jsonl", "POTLUCK_EVENTS": "events.jsonl"}
    done = subprocess.run(
        [sys.executable, "-m", "potluck", "index", "recipe.yaml"],
        capture_output=True,
        text=True,
        env=environment,
        preexec_fn=limit,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("the observer potluck:jsonl is left out: OSError: ")


def watching(folder: Path, **settings: Any) -> Jsonl:
    """The observer of a workspace."""
    return Jsonl(JsonlConfig(**settings), Context(folder, folder / "work", ModelStore(folder), environment={}))


def test_an_event_is_a_line_with_what_it_knows(tmp_path: Path) -> None:
    watch = watching(tmp_path)
    plain = StageEvent(
        "load", "documents", 1, 9, run="r", recipe="軌道", id=3, parent=2, started=1e9, seconds=1.23456789
    )
    watch.potluck_stage_started(plain)
    watch.potluck_stage_progressed(replace(plain, component="c", model="m", measures={"loss": 0.5}))
    watch.potluck_stage_progressed(replace(plain, reused=4, resumed=2, saved=0, seconds_left=7.26))
    watch.potluck_stage_finished(plain)
    watch.potluck_stage_failed(plain, ValueError("secret"))
    watch.close()

    line = {"run": "r", "recipe": "軌道", "stage_id": 3, "parent_id": 2, "stage": "load", "seconds": 1.234568}
    line |= {"started": "2001-09-09T01:46:40.000+00:00", "done": 1, "total": 9, "unit": "documents"}
    assert lines(tmp_path / "work" / "events.jsonl") == [
        {"event": "started", **line},
        {"event": "progressed", **line, "component": "c", "model": "m", "measures": {"loss": 0.5}},
        {"event": "progressed", **line, "reused": 4, "resumed": 2, "seconds_left": 7.3, "saved": 0},
        {"event": "finished", **line},
        {"event": "failed", **line, "error": "ValueError"},
    ]
    assert "軌道".encode() in (tmp_path / "work" / "events.jsonl").read_bytes()


def test_a_call_is_a_line_with_its_tokens(tmp_path: Path) -> None:
    watch = watching(tmp_path, path="deep/calls.jsonl")
    call = ModelCall("chat", "openai", "m", 1e9, 0.5, 2, 7, None, run="r", recipe="n", stage=4)
    watch.potluck_model_called(call)
    watch.potluck_model_called(replace(call, error="RemoteError"))
    watch.close()

    line = {"event": "called", "run": "r", "recipe": "n", "stage_id": 4, "operation": "chat", "component": "openai"}
    line |= {"model": "m", "started": "2001-09-09T01:46:40.000+00:00", "seconds": 0.5, "texts": 2}
    line |= {"input_tokens": 7, "output_tokens": None}
    assert lines(tmp_path / "deep" / "calls.jsonl") == [line, {**line, "error": "RemoteError"}]


def test_progress_may_be_left_out_and_the_file_is_the_owners(tmp_path: Path) -> None:
    watch = watching(tmp_path, path="a.jsonl", progress=False)
    for told in (watch.potluck_stage_started, watch.potluck_stage_progressed, watch.potluck_stage_finished):
        told(StageEvent("load"))
    watch.close()

    assert [line["event"] for line in lines(tmp_path / "a.jsonl")] == ["started", "finished"]
    assert (tmp_path / "a.jsonl").stat().st_mode & 0o777 == 0o600
    watching(tmp_path, path="a.jsonl").close()
    assert len(lines(tmp_path / "a.jsonl")) == 2
