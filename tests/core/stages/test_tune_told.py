"""What is shown while a model trains: on a real terminal, and after an interruption.

Modules: ``potluck.stages.tune``, ``potluck.tuning.training``, ``potluck.cli.interruption``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("peft")

from potluck.cli.interruption import Interruption
from potluck.hookspecs import StageEvent
from potluck.reporting import run_stage
from potluck.tuning.job import Job
from potluck.tuning.training import take_step
from support.terminals import Seen, Terminal
from support.tuning import home, model, one_thread, recipe

__all__ = ["home", "model", "one_thread"]


class Killed(BaseException):
    """What ends a process between two steps."""


class Watch:
    """Keeps what is told; raises after a step."""

    def __init__(self, until: int | None = None) -> None:
        self.told: list[StageEvent] = []
        self._until = until

    def potluck_stage_started(self, event: StageEvent) -> None:
        self.told.append(event)

    def potluck_stage_progressed(self, event: StageEvent) -> None:
        self.told.append(event)
        if event.stage == "tune" and self._until is not None and event.done >= self._until:
            raise Killed


def training(steps: int) -> dict[str, object]:
    return {"use": "lora", "r": 4, "training": {"max_steps": steps, "save_steps": 5, "dtype": "float32"}}


def test_an_interrupted_training_says_where_it_goes_on_and_how_fast_it_learns(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("potluck.tuning.training._REPORT_SECONDS", 0.0)
    with recipe(home, tuner=training(12)) as opened:
        opened.observers.register(Watch(until=7))
        with pytest.raises(Killed):
            opened.tune()
    watch = Watch()
    with recipe(home, tuner=training(12)) as opened:
        opened.observers.register(watch)
        report = opened.tune()

    steps = [one for one in watch.told if one.stage == "tune" and one.done]
    assert [one.done for one in steps] == list(range(6, 13))
    assert {one.resumed for one in steps} == {5}
    assert [one.notice for one in watch.told if one.notice] == ["continuing from step 5 of 12"]
    assert [one.measures["loss"] for one in steps] == pytest.approx(report.tuned.losses[5:])
    rates = [one.measures["learning_rate"] for one in steps]
    assert rates == sorted(rates, reverse=True)
    assert all(rate > 0 for rate in rates[:-1])
    assert steps[0].seconds_left is None
    assert all(one.seconds_left is not None for one in steps[1:])
    assert {"load model", "validate", "save what was learned"} <= {one.stage for one in watch.told}


def test_on_a_terminal_a_training_has_a_bar_with_its_loss_and_the_time_left(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("potluck.tuning.training._REPORT_SECONDS", 0.0)
    terminal = Terminal()
    with open(terminal.end, "w", closefd=False) as stream, monkeypatch.context() as patch:
        patch.setattr("sys.stderr", stream)
        with recipe(home, tuner=training(12), observers="progress") as opened:
            opened.observers.register(Refresh(opened.observers.get_plugin("potluck:progress")))
            opened.tune()
    lines = Seen(0, terminal.close()).lines

    shown = [one for one in lines if one.startswith("tune ━") and "loss" in one]
    assert any(" of 12 steps  loss " in one for one in shown)
    assert any("  lr " in one and " tokens/s" in one and one.endswith(" left") for one in shown)
    assert max(map(len, lines)) <= 80


def test_an_interrupted_training_tells_last_of_all_up_to_which_step_it_is_kept(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(job: Job, step: int) -> tuple[float, float, int]:
        if step == 7:
            raise KeyboardInterrupt
        return take_step(job, step)

    monkeypatch.setattr("potluck.tuning.training.take_step", take)
    interruption = Interruption()
    with recipe(home, tuner=training(12)) as opened:
        opened.observers.register(interruption)
        with pytest.raises(KeyboardInterrupt), run_stage(opened.observers, StageEvent("potluck tune")):
            opened.tune()

    assert interruption.words() == "tune (7 of 12 steps done, kept up to step 5)"


class Refresh:
    """Has each step drawn at once: the steps of a small model take less time than a frame."""

    def __init__(self, display: object) -> None:
        self._display = display

    def potluck_stage_progressed(self, event: StageEvent) -> None:
        self._display._live.refresh()  # type: ignore[attr-defined]
