"""What goes on is told to those who watch: stages within stages, what needed no work, and the time left.

Modules: ``potluck.reporting``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.hookspecs import StageEvent
from potluck.observation.observers import Observers
from potluck.reporting import Stage, current_stage, inner_stage, iterate_in_stages, notice, run_stage


class Notes:
    """Keeps all that it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, StageEvent]] = []

    def potluck_stage_started(self, event: StageEvent) -> None:
        self.told.append(("started", event))

    def potluck_stage_progressed(self, event: StageEvent) -> None:
        self.told.append(("progressed", event))

    def potluck_stage_finished(self, event: StageEvent) -> None:
        self.told.append(("finished", event))


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def observers(notes: Notes) -> Observers:
    found = Observers("筆記")
    found.register(notes)
    return found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in seconds; set its only item."""
    now = [100.0]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    return now


def test_an_inner_stage_is_told_to_those_who_watch_the_one_around_it(observers: Observers, notes: Notes) -> None:
    with run_stage(observers, StageEvent("tune")), inner_stage("load model", model="小模型") as inner:
        assert current_stage() is inner

    assert [(what, one.stage, one.id, one.parent, one.recipe) for what, one in notes.told] == [
        ("started", "tune", 1, 0, "筆記"),
        ("started", "load model", 2, 1, "筆記"),
        ("finished", "load model", 2, 1, "筆記"),
        ("finished", "tune", 1, 0, "筆記"),
    ]
    assert notes.told[1][1].model == "小模型"


def test_without_a_stage_around_it_nobody_is_told_and_the_work_is_the_same() -> None:
    with inner_stage("load model") as alone:
        alone.advance()
        alone.describe("a.txt")
        notice("it takes long")
        assert current_stage() is None
    assert alone.event.done == 1


def test_items_are_made_in_stages_and_used_outside_of_them(observers: Observers, notes: Notes) -> None:
    def work() -> Iterator[str]:
        for item in "甲乙":
            assert (running := current_stage()) is not None
            assert running.event.stage == "load"
            yield item

    with run_stage(observers, StageEvent("command")) as command:
        used = []
        for item in iterate_in_stages(work(), "load"):
            assert current_stage() is command
            used.append(item)
    assert used == ["甲", "乙"]


def test_what_is_worked_on_is_told_and_the_count_stays(observers: Observers, notes: Notes) -> None:
    with run_stage(observers, StageEvent("compare", "answers", 0, 9)) as running:
        running.advance(2)
        running.describe("variant 2 of 3: 重疊=20")

    event = notes.told[2][1]
    assert (event.done, event.total, event.message) == (2, 9, "variant 2 of 3: 重疊=20")


def test_what_was_done_before_is_counted_apart(observers: Observers, notes: Notes) -> None:
    with run_stage(observers, StageEvent("answer", "questions", 0, 9)) as running:
        running.advance(reused=1)
        running.advance()
        running.advance(3, reused=2)

    assert [(one.done, one.reused) for what, one in notes.told if what == "progressed"] == [(1, 1), (2, 1), (5, 3)]


def test_time_left_follows_from_the_speed_since_the_first_unit_which_waits_for_models(
    observers: Observers, notes: Notes, clock: list[float]
) -> None:
    with run_stage(observers, StageEvent("answer", "questions", 0, 5)) as running:
        for seconds in (60, 2, 4, 3):
            clock[0] += seconds
            running.advance()

    told = [one.seconds_left for what, one in notes.told if what == "progressed"]
    assert told == [None, 3 * 2.0, 2 * 3.0, 1 * 3.0]
    assert notes.told[-1][1].seconds_left is None, "it is over"


def test_what_was_done_before_is_not_a_measure_of_speed(observers: Observers, notes: Notes, clock: list[float]) -> None:
    with run_stage(observers, StageEvent("tune", "steps")) as running:
        for step in (21, 22, 24):
            clock[0] += 10
            running.reach(step, 30, measures={"loss": 1.0}, resumed=20)
    with run_stage(observers, StageEvent("answer", "questions", 0, 9)) as running:
        running.advance(5, reused=5)
        clock[0] += 10
        running.advance()
        clock[0] += 10
        running.advance()

    told = [one.seconds_left for what, one in notes.told if what == "progressed"]
    assert told == [None, 8 * 10.0, 6 * 20 / 3, None, None, 2 * 10.0]


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5), st.floats(0, 100)), max_size=20), st.integers(1, 60))
def test_time_left_is_never_negative_and_none_of_all_is_left(steps: list[tuple[int, int, float]], total: int) -> None:
    running = Stage(None, StageEvent("embed", "texts", 0, total))
    for by, reused, seconds in steps:
        running._clock -= seconds
        running.advance(by, reused=min(by, reused))
        left = running.event.seconds_left
        assert left is None or left >= 0
        if running.event.done >= total and running.event.reused < running.event.done:
            assert left == 0
