"""The ``progress`` observer on a real terminal, and where there is none.

Modules: ``potluck_plugins.observers.progress``.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from potluck.contracts import Context
from potluck.hookspecs import StageEvent
from potluck.model_sources.model_store import ModelStore
from potluck_plugins.observers import progress
from potluck_plugins.observers.progress import Progress, ProgressConfig
from support.terminals import Seen, Terminal, run_on_terminal


def show(quiet: bool = False) -> Progress:
    return Progress(ProgressConfig(quiet=quiet), Context(Path(), Path(), ModelStore(Path())))


@pytest.fixture
def watch() -> Iterator[Progress]:
    """The observer off a terminal, with nobody who asks it for lines."""
    one = show(quiet=True)
    yield one
    one.close()


# Off a terminal


def test_a_line_at_most_every_ten_seconds_says_what_goes_on(watch: Progress, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 100.0)
    watch.potluck_stage_started(StageEvent("compare", id=1))
    watch.potluck_stage_started(StageEvent("compare", "answers", 0, 20, "variant 1 of 4: k=2", id=2, parent=1))
    watch.potluck_stage_started(StageEvent("answer", "questions", 0, 5, id=3, parent=2))

    assert watch.due_line(104.9) == "", "short work is not announced"
    said = "compare: 0 of 20 answers, variant 1 of 4: k=2, {0}; answer: 0 of 5 questions, {0}"
    assert watch.due_line(105.0) == said.format("0:05")
    assert watch.due_line(114.9) == ""
    assert watch.due_line(115.0) == said.format("0:15")


def test_a_stage_that_ended_is_not_said_and_another_may_follow(
    watch: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 0.0)
    first, second = StageEvent("load", "files", 3, 9, id=1), StageEvent("split", "files", 4, 9, id=2)
    watch.potluck_stage_started(first)
    watch.potluck_stage_finished(first)
    assert watch.due_line(50) == ""
    watch.potluck_stage_started(second)
    assert watch.due_line(50) == "split: 4 of 9 files, 0:50"
    watch.potluck_stage_failed(second, ValueError("x"))
    assert watch.due_line(99) == ""


def test_while_the_command_prints_nothing_is_said(watch: Progress, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 0.0)
    watch.potluck_stage_started(StageEvent("chat", id=1))
    watch.potluck_output_begins()
    assert watch.due_line(50) == ""
    watch.potluck_stage_started(StageEvent("retrieve", "questions", 0, 1, id=2, parent=1))
    assert watch.due_line(60) == "retrieve: 1:00"


def test_long_work_is_said_while_it_goes_on_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_FIRST", 0.01)
    said = threading.Event()
    monkeypatch.setattr("builtins.print", lambda *words, **how: (sys.stderr.write(words[0] + "\n"), said.set()))
    watch = show()
    watch.potluck_stage_started(StageEvent("download model", model="小模型", id=1))
    assert said.wait(10)
    watch.close()

    out, err = capfd.readouterr()
    assert (out, err) == ("", "download model: 小模型, 0:00\n")


@pytest.mark.parametrize("quiet", [False, True])
def test_quiet_says_nothing_off_a_terminal(capsys: pytest.CaptureFixture[str], quiet: bool) -> None:
    watch = show(quiet)
    event = StageEvent("embed", "texts", 1, 9, id=7, notice="it takes long\x1b[2J")
    watch.potluck_stage_started(event)
    watch.potluck_stage_progressed(event)
    watch.close()

    out, err = capsys.readouterr()
    assert out == ""
    assert err == ("" if quiet else "embed: it takes long\\x1b[2J\n")


# On a terminal


@contextmanager
def screen(monkeypatch: pytest.MonkeyPatch, kind: str = "xterm") -> Iterator[Seen]:
    """Standard error is a terminal of 80 columns; what was seen there is known afterwards."""
    terminal, seen = Terminal(), Seen(0, "")
    monkeypatch.setenv("TERM", kind)
    monkeypatch.setenv("COLUMNS", "80")
    with os.fdopen(os.dup(terminal.end), "w") as stream, monkeypatch.context() as patch:
        patch.setattr("sys.stderr", stream)
        yield seen
    seen.raw = terminal.close()


@pytest.mark.parametrize("quiet", [False, True])
def test_there_is_a_line_for_each_stage_that_says_something_and_it_is_taken_away(
    monkeypatch: pytest.MonkeyPatch, quiet: bool
) -> None:
    outer = StageEvent("compare", "answers", 3, 20, "variant 1 of 4: k=2", id=2, parent=1)
    inner = StageEvent("answer", "questions", 3, 5, id=3, parent=2, seconds=4, seconds_left=2)
    with screen(monkeypatch) as seen:
        watch = show(quiet)
        for event in (StageEvent("evaluate", id=1), outer, inner):
            watch.potluck_stage_started(event)
        assert watch._live is not None
        watch._live.refresh()
        watch.potluck_stage_finished(inner)
        watch.close()

    assert seen.lines[0].startswith("evaluate  0:00")
    assert any("3 of 20 answers  variant 1 of 4: k=2" in one for one in seen.lines)
    assert any(one.startswith("  answer ━") and one.endswith("3 of 5 questions  0:02 left") for one in seen.lines)
    assert "left\r\x1b[2K\x1b[1A\x1b[2K\x1b[?25h" in seen.raw, "both lines are taken away"


def test_a_notice_stays_above_and_may_look_like_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    event = StageEvent("tune", "steps", 4, 9, id=1, notice="[b]continuing from step 4[/b]")
    with screen(monkeypatch) as seen:
        watch = show()
        watch.potluck_stage_started(event)
        watch.potluck_stage_progressed(event)
        watch.close()

    assert "tune: [b]continuing from step 4[/b]" in seen.lines


def test_output_takes_the_display_away_until_the_next_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    with screen(monkeypatch):
        watch = show()
        watch.potluck_stage_started(StageEvent("chat", id=1))
        watch.potluck_output_begins()
        assert watch._live is None
        watch.potluck_stage_progressed(StageEvent("chat", id=1, done=1))
        assert watch._live is None
        watch.potluck_stage_started(StageEvent("answer", id=2))
        assert watch._live is not None
        watch.potluck_stage_failed(StageEvent("answer", id=2), ValueError("x"))
        watch.potluck_stage_finished(StageEvent("chat", id=1))
        assert watch._live is None


def test_a_terminal_that_cannot_take_a_line_back_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    with screen(monkeypatch, "dumb") as seen:
        watch = show()
        watch.potluck_stage_started(StageEvent("load", id=1))
        assert watch.due_line(time.monotonic() + 60).startswith("load: 1:0")
        watch.close()

    assert seen.raw == ""


@pytest.mark.parametrize("asked_for", ["", "progress"])
def test_a_command_shows_its_stages_and_then_what_it_prints(home: Path, asked_for: str) -> None:
    seen = run_on_terminal("index", "recipe.yaml", "--json", folder=home, environment={"POTLUCK_OBSERVERS": asked_for})

    assert seen.status == 0
    assert "index" in seen.lines[0], "the first word is said before anything is loaded"
    first = next(number for number, one in enumerate(seen.lines) if one == "{")
    assert seen.lines[-1] == "}"
    assert not any("━" in one for one in seen.lines[first:]), "nothing is drawn over what is printed"
