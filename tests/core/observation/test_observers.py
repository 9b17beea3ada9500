"""Observers watch where they are asked to, see stages and calls in their order, and change nothing.

Modules: ``potluck.observation.observers``, ``potluck.contracts.observer``, ``potluck.recipe.observer_keys``.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe, hookimpl
from potluck.errors import RecipeError, RemoteError
from potluck.hookspecs import ModelCall, StageEvent
from potluck.observation.observers import Observers
from potluck.observation.stage import stage
from potluck.plugins import GROUPS
from support.commands import potluck
from support.fake_plugins import install, install_hashing, visible

WATCHER = """
import os
from potluck import hookimpl

def say(*words):
    with open(os.environ["WATCHED"], "a") as file:
        print(*words, file=file)

@hookimpl
def potluck_stage_started(event):
    say("started", event.stage)

@hookimpl
def potluck_stage_finished(event):
    say("finished", event.stage)
"""

FAILING = """
import potluck
from potluck.contracts import Config, Observer
class Settings(Config):
    at: str = "started"
class Failing(Observer):
    def __init__(self, config, context):
        self.at = config.at
        if self.at == "made": raise OSError("no room for it")
    @potluck.hookimpl
    def potluck_stage_started(self, event):
        if self.at == "started": raise OSError("no room\\nfor it")
        if self.at == "exit": raise SystemExit(3)
    def close(self):
        if self.at == "closed": raise OSError("no room for it")
@potluck.hookimpl
def potluck_observer():
    sends_to = lambda config: "example.com" if config.at == "sent" else None
    return potluck.Offer("fails", Settings, Failing, sends_to=sends_to)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    site = install_hashing(tmp_path / "site")
    modules = {"watcher_module": WATCHER, "failing_module": FAILING}
    names = {"watcher": "watcher_module", "failing": "failing_module"}
    install(site, "potluck-watchers", {GROUPS["observer"]: names}, modules)
    home = tmp_path / "home"
    home.mkdir()
    for number in range(4):
        (home / f"{number}.txt").write_text(f"第{number}號筆記。Note {number}.\n", encoding="utf-8")
    monkeypatch.chdir(home)
    monkeypatch.setenv("WATCHED", str(tmp_path / "watched"))
    monkeypatch.delenv("POTLUCK_OBSERVERS", raising=False)
    with visible(site, monkeypatch):
        yield home


def recipe(home: Path, more: str = "", embedder: str = "hashing") -> Path:
    path = home / "recipe.yaml"
    path.write_text(f'documents: "*.txt"\nembedder: {embedder}\n{more}', encoding="utf-8")
    return path


def watched(home: Path) -> list[str]:
    path = home.parent / "watched"
    return path.read_text().splitlines() if path.exists() else []


class Notes:
    """Keeps all that it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, StageEvent]] = []
        self.calls: list[ModelCall] = []
        self.errors: list[BaseException] = []

    @hookimpl
    def potluck_stage_started(self, event: StageEvent) -> None:
        self.told.append(("started", event))

    @hookimpl
    def potluck_stage_progressed(self, event: StageEvent) -> None:
        self.told.append(("progressed", event))

    @hookimpl
    def potluck_stage_finished(self, event: StageEvent) -> None:
        self.told.append(("finished", event))

    @hookimpl
    def potluck_stage_failed(self, event: StageEvent, error: BaseException) -> None:
        self.told.append(("failed", event))
        self.errors.append(error)

    @hookimpl
    def potluck_model_called(self, call: ModelCall) -> None:
        self.calls.append(call)


def noting(path: Path) -> tuple[Recipe, Notes]:
    opened, notes = Recipe.load(path), Notes()
    opened.observers.register(notes)
    return opened, notes


# What they are told


def test_a_question_is_told_stage_by_stage_with_the_calls_of_each_model(home: Path) -> None:
    opened, notes = noting(recipe(home, "name: notes\n", "{use: hashing, batch_size: 3}"))
    with opened:
        opened.ask("第2號筆記是什麼？")

    whole = [event for what, event in notes.told if what == "finished"]
    assert [event.stage for event in whole] == ["load", "split", "embed", "index", "retrieve", "answer"]
    assert [event.id for event in whole] == [1, 2, 3, 4, 5, 6]
    assert [event.component for event in whole] == ["", "recursive", "hashing", "exact", "hashing", "extractive"]
    assert {(event.run, event.recipe, event.parent) for event in whole} == {(opened.observers.run, "notes", 0)}
    assert all(event.seconds > 0 and event.started > 1.7e9 for event in whole)
    calls = [(call.operation, call.component, call.texts, call.stage) for call in notes.calls]
    assert calls == [
        ("embeddings", "hashing", 3, 3),
        ("embeddings", "hashing", 1, 3),
        ("embeddings", "hashing", 1, 5),
        ("chat", "extractive", 1, 6),
    ]
    assert [call.input_tokens for call in notes.calls[:3]] == [39, 13, 9]  # it counts characters
    assert notes.calls[-1].input_tokens


def test_a_stage_that_fails_is_told_with_the_error_and_so_is_the_call(home: Path) -> None:
    opened, notes = noting(recipe(home, embedder="{use: hashing, batch_size: 2, fail_after: 1}"))
    with opened, pytest.raises(RemoteError) as caught:
        opened.index()

    assert [(what, event.stage) for what, event in notes.told][-1] == ("failed", "embed")
    assert notes.errors == [caught.value]
    assert [call.error for call in notes.calls] == ["", "RemoteError"]
    assert notes.told[-1][1].done == 2


def test_each_opening_of_a_recipe_is_another_run(home: Path) -> None:
    path = recipe(home)
    with Recipe.load(path) as one, Recipe.load(path) as other:
        assert one.observers.run != other.observers.run


def test_an_observer_is_told_what_its_hook_takes_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    class Brief:
        def __init__(self) -> None:
            self.failed: list[BaseException] = []
            self.finished = 0

        @hookimpl
        def potluck_stage_failed(self, error: BaseException) -> None:
            self.failed.append(error)

        @hookimpl
        def potluck_stage_finished(self) -> None:
            self.finished += 1

    manager, brief, error = Observers("簡短"), Brief(), ValueError("壞了")
    manager.register(brief)
    with stage(manager, "切分", "chunks"):
        pass
    with pytest.raises(ValueError, match="壞了"), stage(manager, "嵌入", "texts"):
        raise error

    assert (brief.finished, brief.failed, caplog.text) == (1, [error], "")


def test_observers_are_told_in_the_order_in_which_they_were_registered_until_they_are_taken_out() -> None:
    told: list[str] = []

    class Named:
        def __init__(self, name: str) -> None:
            self.name = name

        @hookimpl
        def potluck_stage_started(self, event: StageEvent) -> None:
            told.append(f"{self.name} {event.stage}")

    manager, first, second = Observers(), Named("甲"), Named("乙")
    for one in (first, second):
        manager.register(one, one.name)
    with stage(manager, "load", "files"):
        pass
    assert (manager.unregister(first), manager.unregister(first)) == (True, False)
    with stage(manager, "split", "chunks"):
        pass

    assert told == ["甲 load", "乙 load", "乙 split"]
    assert (manager.get_plugin("甲"), manager.get_plugin("乙")) == (None, second)


def test_one_that_fails_when_it_is_closed_is_warned_of_and_the_others_are_closed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    closed: list[str] = []

    class Closing:
        def __init__(self, name: str) -> None:
            self.name = name

        def close(self) -> None:
            closed.append(self.name)
            if self.name == "甲":
                raise ValueError("關不上")

    manager = Observers()
    for one in (Closing("甲"), Closing("乙"), object()):
        manager.register(one)
    manager.close()
    manager.close()

    assert closed == ["甲", "乙"]
    assert caplog.text.count("關不上") == 1


def test_an_observer_and_a_name_are_registered_once() -> None:
    manager, notes = Observers(), Notes()
    manager.register(notes, "筆記")

    for one, name in ((notes, "other"), (Notes(), "筆記")):
        with pytest.raises(ValueError, match=f"the observer {name} is registered already"):
            manager.register(one, name)
    with stage(manager, "load", "files"):
        pass
    assert [what for what, _ in notes.told] == ["started", "finished"]


# Who watches


def test_an_observer_that_nobody_asked_for_is_not_imported(home: Path) -> None:
    with Recipe.load(recipe(home)) as opened:
        opened.index()

    assert watched(home) == []
    assert not {"watcher_module", "failing_module"} & set(sys.modules)


@pytest.mark.parametrize(
    "written", ["watcher", "[watcher]", "{use: watcher}", "[{use: 'potluck-watchers:watcher'}]", "[watcher, watcher]"]
)
def test_a_recipe_names_its_observers(home: Path, written: str) -> None:
    with Recipe.load(recipe(home, f"observers: {written}\n")) as opened:
        opened.index()

    stages = ["load", "split", "embed", "index"]
    assert watched(home) == [f"{what} {one}" for one in stages for what in ("started", "finished")]


def test_the_environment_names_observers_for_every_recipe(home: Path) -> None:
    path = str(recipe(home))

    assert potluck("index", path, POTLUCK_OBSERVERS=" watcher, ").returncode == 0
    assert watched(home)[:2] == ["started index", "started load"], "the command, and in it the first stage of its work"


@pytest.mark.parametrize(
    ("environment", "more", "message"),
    [
        ("watchr", "", "POTLUCK_OBSERVERS: unknown observer 'watchr' (did you mean 'watcher'?)"),
        ("", "observers: watchr\n", "recipe.yaml:3:12: unknown observer 'watchr' (did you mean 'watcher'?)"),
        ("", "observers: {use: failing, att: x}\n", "unknown key 'att' (did you mean 'at'?)"),
        ("", "observers: [3]\n", "observers: expected names of plugins, or mappings with 'use', got 3"),
        ("", "observers: [{at: x}]\n", "observers: name a plugin: observers: {use: ...}"),
        ("", "compare: {observers: {a: watcher}}\n", "'observers' is not a key that can be compared"),
        (
            "",
            'documents: {path: "*.txt", private: true}\nobservers: [watcher, {use: failing, at: sent}]\n',
            "the documents are private, and the observer 'failing' would tell of them to example.com",
        ),
    ],
)
def test_what_is_wrong_with_an_observer_is_a_problem_of_the_recipe(
    home: Path, monkeypatch: pytest.MonkeyPatch, environment: str, more: str, message: str
) -> None:
    monkeypatch.setenv("POTLUCK_OBSERVERS", environment)
    path = recipe(home, more)
    if more.startswith("documents"):
        path.write_text(f"embedder: hashing\n{more}", encoding="utf-8")

    with pytest.raises(RecipeError) as caught:
        Recipe.load(path)
    assert message in str(caught.value)


def test_an_observer_that_sends_is_named_as_remote(home: Path) -> None:
    path = recipe(home, "observers: {use: failing, at: sent}\n")

    with Recipe.load(path) as opened:
        assert opened.needs_network()
        assert opened.remote_hosts() == {"observer": "example.com"}
    done = potluck("plan", str(path))
    assert "leaves the machine: the observer's counts and times go to example.com" in done.stdout


# What they change: nothing


def test_observers_are_in_no_fingerprint_and_no_manifest(home: Path) -> None:
    questions = home / "questions.jsonl"
    questions.write_text('{"question": "第2號筆記是什麼？", "answers": ["第2號筆記"]}\n', encoding="utf-8")
    seen: list[Any] = []
    for observers in ("", "observers: [watcher, progress]\n"):
        with Recipe.load(recipe(home, f"questions: questions.jsonl\n{observers}")) as opened:
            ran = opened.run()
            assert ran.evaluation is not None
            seen.append((opened.components.index_id, opened.model.as_mapping(), ran.evaluation.metrics))

    assert seen[0] == seen[1]
    assert "observers" not in seen[0][1]


# What becomes of one that fails


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("made", "could not be made: OSError: no room for it"),
        ("started", "OSError: no room for it"),
        ("exit", "SystemExit: 3"),
        ("closed", "OSError: no room for it"),
    ],
)
def test_an_observer_that_fails_is_left_out_with_one_line_and_the_others_go_on(
    home: Path, caplog: pytest.LogCaptureFixture, at: str, said: str
) -> None:
    path = recipe(home, f"observers: [{{use: failing, at: {at}}}, watcher]\n")

    with caplog.at_level(logging.WARNING, "potluck"), Recipe.load(path) as opened:
        assert opened.index().documents.added == 4

    (line,) = caplog.messages
    assert line.startswith("the observer potluck-watchers:failing is left out: ")
    assert said in line
    assert "\n" not in line
    assert len(watched(home)) == 8


def test_the_line_about_a_failed_observer_is_on_standard_error_and_the_run_succeeds(home: Path) -> None:
    done = potluck("index", str(recipe(home)), "--json", POTLUCK_OBSERVERS="failing")

    assert done.returncode == 0
    assert done.stderr == "the observer potluck-watchers:failing is left out: OSError: no room for it\n"
    assert done.stdout.startswith("{")


def test_an_interruption_in_an_observer_is_an_interruption(home: Path) -> None:
    class Interrupting:
        @hookimpl
        def potluck_stage_started(self, event: StageEvent) -> None:
            raise KeyboardInterrupt

    with Recipe.load(recipe(home)) as opened:
        opened.observers.register(Interrupting())
        with pytest.raises(KeyboardInterrupt):
            opened.index()
