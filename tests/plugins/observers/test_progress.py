"""The ``progress`` observer on a real terminal, and where there is none."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from potluck.contracts import Context
from potluck.hookspecs import StageEvent
from potluck.model_sources.model_store import ModelStore
from potluck_plugins.observers.progress import Progress, ProgressConfig


def show(quiet: bool = False) -> Progress:
    return Progress(ProgressConfig(quiet=quiet), Context(Path(), Path(), ModelStore(Path())))


def long_work(watch: Progress, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 100, 3))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    watch.potluck_stage_started(StageEvent("embed", "texts", 0, 9, id=1))
    watch.potluck_stage_started(StageEvent("inner", "things", 0, 5, id=2))
    watch.potluck_stage_progressed(StageEvent("inner", "things", 3, 5, id=2))
    watch.potluck_stage_finished(StageEvent("inner", "things", 5, 5, id=2))
    watch.potluck_stage_progressed(StageEvent("embed", "texts", 3, 9, id=1))
    watch.potluck_stage_finished(StageEvent("embed", "texts", 9, 9, id=1))
    watch.potluck_stage_started(StageEvent("answer", "questions", 0, 1, id=3))
    watch.potluck_stage_progressed(StageEvent("answer", "questions", 1, 1, id=3))


def test_off_a_terminal_long_work_is_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    long_work(show(), monkeypatch)

    assert capsys.readouterr() == ("", "embed: 3 of 9 texts\n")


def test_quiet_shows_nothing_off_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    long_work(show(quiet=True), monkeypatch)

    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("asked_for", ["", "progress"])
def test_on_a_terminal_a_command_shows_a_bar_and_takes_it_away(home: Path, asked_for: str) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "potluck", "index", "recipe.yaml", "--json"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "POTLUCK_OBSERVERS": asked_for},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 1 << 16)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    out = process.communicate()[0]

    assert process.returncode == 0
    assert out.startswith(b"{")
    assert shown.count(b"load") >= 1
    assert "━".encode() in shown
    assert shown.rstrip().endswith(b"\x1b[2K")


def clocked(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> None:
    """The clock shows these seconds, one after another."""
    clock = iter(seconds)
    monkeypatch.setattr("time.monotonic", lambda: next(clock))


def test_lines_are_more_than_two_seconds_apart(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clocked(monkeypatch, 10, 12, 12.1, 12.1, 14.1, 14.2, 14.2)
    watch = show()
    watch.potluck_stage_started(StageEvent("load", "documents", 0, None, id=1))
    for done in range(1, 5):
        watch.potluck_stage_progressed(StageEvent("load", "documents", done, None, id=1))

    assert capsys.readouterr().err == "load: 2 documents\nload: 4 documents\n"


def test_the_stage_that_follows_is_shown_once_the_one_before_has_ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("time.monotonic", iter(range(0, 100, 3)).__next__)
    watch = show()
    for number, end in enumerate(("finished", "failed", "closed"), 1):
        event = StageEvent(end, "texts", number, 0, id=number)
        watch.potluck_stage_started(event)
        watch.potluck_stage_finished(StageEvent("another", id=number + 1))
        watch.potluck_stage_progressed(event)
        if end == "finished":
            watch.potluck_stage_finished(event)
        elif end == "failed":
            watch.potluck_stage_failed(event, ValueError("x"))
        else:
            watch.close()
        watch.potluck_stage_progressed(event)

    assert capsys.readouterr().err == "finished: 1 texts\nfailed: 2 texts\nclosed: 3 texts\n"


def test_a_notice_is_said_at_once_and_shows_what_no_terminal_shows(capsys: pytest.CaptureFixture[str]) -> None:
    event = StageEvent("embed", "texts", 1, 9, id=7, notice="it takes long\x1b[2J")

    show().potluck_stage_progressed(event)
    show(quiet=True).potluck_stage_progressed(event)

    said = capsys.readouterr().err
    assert said.startswith("embed: it takes long")
    assert "\x1b" not in said
    assert said.count("\n") == 1


class Terminal(io.StringIO):
    """What a terminal would be sent."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("quiet", [False, True])
def test_on_a_terminal_there_is_a_bar_that_moves(monkeypatch: pytest.MonkeyPatch, quiet: bool) -> None:
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    watch = show(quiet=quiet)
    watch.potluck_stage_started(StageEvent("embed", "texts", 0, 9, id=1))
    bar = watch._bar
    assert bar is not None
    watch.potluck_stage_progressed(StageEvent("embed", "texts", 4, 9, id=1, notice="[b]slow[/b]"))

    (task,) = bar.tasks
    assert (task.description, task.completed, task.total) == ("embed", 4, 9)
    assert "embed: [b]slow[/b]" in terminal.getvalue()
    watch.close()
    assert watch._bar is None


def test_on_a_terminal_work_of_an_unknown_size_has_no_bar_and_no_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    monkeypatch.setattr("time.monotonic", iter(range(0, 100, 3)).__next__)
    watch = show(quiet=True)
    event = StageEvent("load", "documents", 3, None, id=1)
    watch.potluck_stage_started(event)
    watch.potluck_stage_progressed(event)
    assert terminal.getvalue() == ""
    watch.potluck_stage_progressed(StageEvent("load", id=9, notice="slow"))
    assert terminal.getvalue() == "load: slow\n"
