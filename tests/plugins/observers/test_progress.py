"""The ``progress`` observer on a real terminal, and where there is none."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from potluck.contracts import Context
from potluck.hookspecs import StageEvent
from potluck.sources import Sources
from potluck_plugins.observers.progress import Progress, ProgressConfig


def show(quiet: bool = False) -> Progress:
    return Progress(ProgressConfig(quiet=quiet), Context(Path(), Path(), Sources(Path())))


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
