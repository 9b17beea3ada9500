"""Observers are told when a stage starts, gets on and ends, and of each call of a model within it.

Modules: ``potluck.observation.stage``.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from potluck import hookimpl, plugins
from potluck.contracts import ChatOptions
from potluck.documents import Usage
from potluck.hookspecs import ModelCall, StageEvent
from potluck.observation.observers import Observers
from potluck.observation.stage import TokenCounter, model_call, stage
from potluck.recipe.model import ComponentSpec
from potluck.reporting import in_current_stage, notice


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


def watch(recipe: str = "筆記") -> tuple[Observers, Notes]:
    observers, notes = Observers(recipe), Notes()
    observers.register(notes)
    return observers, notes


class Local(ChatOptions):
    """Settings that name a model."""

    model: str | Path | None = None


def part(name: str, model: str | Path | None = None) -> ComponentSpec:
    return ComponentSpec("chat", name, plugins.find("chat", "extractive"), Local(model=model))


def test_a_stage_is_told_with_its_run_its_recipe_and_who_works() -> None:
    observers, notes = watch()
    before = time.time()

    with stage(observers, "load", "files", 3, part("quoter", "模型.gguf")):
        pass

    (started, first), (finished, last) = notes.told
    assert (started, finished) == ("started", "finished")
    assert (first.stage, first.unit, first.done, first.total) == ("load", "files", 0, 3)
    assert (first.run, first.recipe, first.id, first.parent) == (observers.run, "筆記", 1, 0)
    assert (first.component, first.model, first.seconds) == ("quoter", "模型.gguf", 0)
    assert before <= first.started == last.started <= time.time()
    assert 0 < last.seconds < 60


@pytest.mark.parametrize(
    ("own", "other", "told"),
    [("a.gguf", "b.gguf", "a.gguf"), (None, "b.gguf", "b.gguf"), (Path("a"), "b.gguf", "b.gguf"), (None, None, "")],
)
def test_the_model_is_that_of_the_settings_or_else_the_one_that_is_worked_on(
    own: str | Path | None, other: str | None, told: str
) -> None:
    observers, notes = watch()

    with stage(observers, "tune", "steps", None, part("lora", own), other):
        pass

    assert [event.model for _, event in notes.told] == [told, told]


def test_a_stage_without_a_component_names_no_model_either() -> None:
    observers, notes = watch()

    with stage(observers, "load", "files", None, None, "a.gguf"):
        pass

    assert (notes.told[0][1].component, notes.told[0][1].model) == ("", "")


def test_progress_adds_up_with_the_message_of_the_moment() -> None:
    observers, notes = watch()

    with stage(observers, "embed", "texts", 9) as running:
        running.advance()
        running.advance(3, "第二批")
        running.advance(2)

    told = [(event.done, event.total, event.message) for what, event in notes.told if what == "progressed"]
    assert told == [(1, 9, ""), (4, 9, "第二批"), (6, 9, "")]
    assert notes.told[-1][1].done == 6
    seconds = [event.seconds for _, event in notes.told]
    assert seconds == sorted(seconds)
    assert seconds[1] > 0


def test_a_training_says_how_far_it_is_and_what_it_measures() -> None:
    observers, notes = watch()

    with stage(observers, "tune", "steps") as running:
        running.reach(5, 20, "loss 1.5", {"loss": 1.5})
        running.reach(10, 20)

    first, second = (event for what, event in notes.told if what == "progressed")
    assert (first.done, first.total, first.message, first.measures) == (5, 20, "loss 1.5", {"loss": 1.5})
    assert (second.done, second.total, second.message, second.measures) == (10, 20, "", {})


def test_a_notice_is_told_once_by_the_stage_that_runs_and_by_nobody_without_one() -> None:
    observers, notes = watch()

    notice("nobody hears it")
    with stage(observers, "embed", "texts"):
        notice("慢了下來")
    notice("nobody hears it either")

    assert [(what, event.notice) for what, event in notes.told] == [
        ("started", ""),
        ("progressed", "慢了下來"),
        ("finished", ""),
    ]


@pytest.mark.parametrize("error", [ValueError("壞了"), KeyboardInterrupt()])
def test_a_stage_that_fails_is_told_with_its_error_and_is_over(error: BaseException) -> None:
    observers, notes = watch()

    def fail() -> None:
        with stage(observers, "embed", "texts") as running:
            running.advance(2)
            raise error

    with pytest.raises(type(error)):
        fail()
    with stage(observers, "index", "chunks"):
        pass

    assert [(what, event.stage, event.parent) for what, event in notes.told] == [
        ("started", "embed", 0),
        ("progressed", "embed", 0),
        ("failed", "embed", 0),
        ("started", "index", 0),
        ("finished", "index", 0),
    ]
    assert (notes.errors, notes.told[2][1].done) == ([error], 2)


def test_a_stage_within_a_stage_names_it_and_calls_belong_to_the_inner() -> None:
    manager, notes = Observers("nested"), Notes()
    manager.register(notes)

    with stage(manager, "outer", "things"), stage(manager, "inner", "things"), model_call("chat") as spent:
        spent.output_tokens = 7
    with model_call("chat"):
        pass

    assert [(what, e.stage, e.id, e.parent) for what, e in notes.told] == [
        ("started", "outer", 1, 0),
        ("started", "inner", 2, 1),
        ("finished", "inner", 2, 1),
        ("finished", "outer", 1, 0),
    ]
    assert [(call.stage, call.output_tokens) for call in notes.calls] == [(2, 7)]


def test_a_call_in_another_thread_belongs_to_the_stage_that_started_it() -> None:
    def call(number: int) -> int:
        with model_call("embeddings", number):
            return number

    manager, notes = Observers(), Notes()
    manager.register(notes)
    with ThreadPoolExecutor(3) as pool, stage(manager, "embed", "texts"):
        assert list(pool.map(in_current_stage(call), range(9))) == list(range(9))

    assert sorted(call.texts for call in notes.calls) == list(range(9))
    assert {call.stage for call in notes.calls} == {1}


def test_a_call_is_told_with_the_stage_and_the_component_that_asks() -> None:
    observers, notes = watch()
    before = time.time()

    with stage(observers, "answer", "questions", 1, part("quoter", "a.gguf")), model_call("chat") as spent:
        spent.count(Usage(12, 3, 4, 1))

    (call,) = notes.calls
    assert (call.operation, call.component, call.model, call.texts) == ("chat", "quoter", "a.gguf", 1)
    assert (call.input_tokens, call.output_tokens, call.error) == (12, 3, "")
    assert (call.run, call.recipe, call.stage) == (observers.run, "筆記", 1)
    assert before <= call.started <= time.time()
    assert 0 <= call.seconds < 60


def test_a_call_of_another_component_than_the_stages_is_told_under_its_own_name() -> None:
    observers, notes = watch()

    with stage(observers, "retrieve", "questions", 1, part("vector", "a.gguf")):
        with model_call("chat", part=part("quoter", "b.gguf")):
            pass
        with model_call("embeddings", 5, part("letters")):
            pass

    assert [(call.component, call.model, call.texts) for call in notes.calls] == [
        ("quoter", "b.gguf", 1),
        ("letters", "letters", 5),
    ]


def test_a_call_that_fails_is_told_with_the_class_of_its_error() -> None:
    observers, notes = watch()

    with stage(observers, "answer", "questions"), pytest.raises(ValueError, match="壞了"), model_call("chat"):
        raise ValueError("壞了")

    assert [call.error for call in notes.calls] == ["ValueError"]


def test_tokens_that_a_model_does_not_count_are_not_known() -> None:
    counter = TokenCounter()

    counter.count(Usage(0, 0))
    assert (counter.input_tokens, counter.output_tokens) == (None, None)
    counter.count(Usage(1, 2))
    assert (counter.input_tokens, counter.output_tokens) == (1, 2)


def test_a_function_for_other_threads_belongs_to_no_stage_that_began_later() -> None:
    observers, notes = watch()
    with stage(observers, "embed", "texts"):
        called = in_current_stage(lambda text, more="": notice(text + more))

    with stage(observers, "index", "chunks"):
        called("慢", more="了")

    assert [(event.stage, event.notice) for what, event in notes.told if what == "progressed"] == [("embed", "慢了")]
