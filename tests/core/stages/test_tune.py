"""A training is done once for what decides its result, is refused where it cannot fit, and is reported whole.

Modules: ``potluck.stages.tune``, ``potluck.stages.training_resources``.
What is counted of its examples is tested in ``test_ledger_tune``.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import namedtuple
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from potluck import hookimpl
from potluck.api import Recipe
from potluck.contracts import Estimate, TunedModel, TuningProgress
from potluck.errors import PotluckError
from potluck.hookspecs import StageEvent
from potluck.ledger import Ledger
from potluck.reporting import Stage
from potluck.stages.training_resources import _free_memory, resource_problems
from potluck.stages.tune import (
    CompletedTraining,
    TuneReport,
    _override_notes,
    _progress_reporter,
    load_result,
    plan_training,
    train_or_reuse,
    training_request,
    tune,
)
from potluck.tuning.training_settings import Training
from support.tuning import home, model, one_thread, recipe

__all__ = ["home", "model", "one_thread"]

pytest.importorskip("torch")
pytest.importorskip("peft")

SHORT = {"max_steps": 2, "per_device_train_batch_size": 4, "dtype": "float32"}
GIB = 1 << 30


def short(home: Path, training: dict[str, Any] | None = None, **more: Any) -> Recipe:
    return recipe(home, tuner={"use": "lora", "r": 4, "training": {**SHORT, **(training or {})}}, **more)


def report(*losses: float, **more: Any) -> TuneReport:
    return TuneReport("r1", Path("a"), TunedModel(Path("a"), 5, losses, 1.23456, 9.87, **more), 50, False, 2.34567)


@pytest.mark.parametrize(
    ("losses", "loss"),
    [((), None), ((3.0,), 3.0), ((9.0, 1.0), 1.0), ((9.0,) * 18 + (3.0, 1.0), 2.0), ((9.0,) * 18 + (1.0,), 1.0)],
)
def test_the_loss_of_a_training_is_the_mean_of_its_last_tenth(losses: tuple[float, ...], loss: float | None) -> None:
    assert report(*losses).train_loss == loss


def test_a_report_is_printed_with_the_last_evaluation() -> None:
    found = report(2.0, 1.0, evaluations=({"loss": 3.0}, {"loss": 2.5, "accuracy": 0.5})).as_json()

    assert found.pop("ledger") == {}
    assert found == {
        "run": "r1", "adapter": "a", "trainable_parameters": 5, "total_parameters": 50, "tokens_per_second": 9.9,
        "train_loss": 1.0, "metrics": {"loss": 2.5, "accuracy": 0.5}, "losses": [2.0, 1.0],
        "evaluations": [{"loss": 3.0}, {"loss": 2.5, "accuracy": 0.5}], "before": None, "after": None,
        "conclusion": [
            "The training loss went from 2 to 1; without validation examples it is not known how well it does on "
            "others."
        ],
        "training_seconds": 1.235, "seconds": 2.346, "reused": False, "notes": [],
    }  # fmt: skip
    assert report(1.0).metrics == {}


def test_what_is_more_than_is_free_is_a_problem_and_what_is_as_much_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(0, 0, 3 * GIB))
    monkeypatch.setattr("potluck.stages.training_resources._free_memory", lambda device: 2 * GIB)
    fits = Estimate(1, 2, 2 * GIB, 3 * GIB, 4)

    assert resource_problems(fits, tmp_path / "not" / "there") == []
    assert resource_problems(replace(fits, memory=2 * GIB + 1), tmp_path) == [
        "it takes about 2.0 GiB of memory, and 2.0 GiB are free: train fewer parameters, or a smaller model"
    ]
    assert resource_problems(replace(fits, disk=5 * GIB, memory=4 * GIB, device="cuda:0"), tmp_path) == [
        "it takes about 4.0 GiB of memory of the card, and 2.0 GiB are free: train fewer parameters, or a smaller "
        "model",
        f"it takes about 5.0 GiB on disk, and 3.0 GiB are free: make room in {tmp_path}",
    ]
    monkeypatch.setattr("potluck.stages.training_resources._free_memory", lambda device: None)
    assert resource_problems(replace(fits, memory=1 << 60), tmp_path) == []
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(0, 0, 3 << 20))
    assert resource_problems(replace(fits, disk=12 << 20), tmp_path) == [
        f"it takes about 12.0 MiB on disk, and 3.0 MiB are free: make room in {tmp_path}"
    ]


def test_a_training_is_named_after_all_that_decides_its_result(home: Path) -> None:
    def name(**more: Any) -> str:
        with short(home, **more) as opened:
            return training_request(opened.components).folder.name

    plain = name()
    assert name(questions="test.jsonl") == plain
    others = {name(seed=7), name(training={"learning_rate": 0.5}), name(task="generation")}
    others.add(name(dataset={"path": "train.jsonl", "limit": 12}))
    assert len(others - {plain}) == 4


def test_what_will_not_fit_is_refused_before_anything_is_trained(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("potluck.stages.training_resources._free_memory", lambda device: 1)
    with short(home) as opened, pytest.raises(PotluckError, match="this training would not fit: it takes about"):
        train_or_reuse(opened.components)


def test_a_recipe_without_a_tuner_is_told_which_there_are(home: Path) -> None:
    with recipe(home, tuner=None) as opened, pytest.raises(PotluckError, match=r"names no tuner; add .*lora"):
        tune(opened.components)


def test_it_is_trained_once_observed_and_again_where_the_result_was_altered(home: Path) -> None:
    told: list[tuple[int, int | None, frozenset[str]]] = []

    class Steps:
        @hookimpl
        def potluck_stage_progressed(self, event: StageEvent) -> None:
            told.append((event.done, event.total, frozenset(event.measures)))

    with short(home, training={"max_steps": 2, "num_train_epochs": 5}) as opened:
        opened.observers.register(Steps())
        first = tune(opened.components, opened.observers)
        again = tune(opened.components, opened.observers)
        request = training_request(opened.components)

    assert (first.reused, again.reused) == (False, True)
    assert told[-1] == (2, 2, frozenset({"loss", "learning_rate", "tokens_per_second"}))
    assert first.run == request.folder.name
    assert first.total_parameters > first.tuned.trainable_parameters > 0
    assert "training.max_steps overrides training.num_train_epochs" in first.notes
    manifest = json.loads((first.adapter / "potluck.json").read_text(encoding="utf-8"))
    assert (manifest["task"], manifest["labels"], manifest["tuner"]["name"]) == (
        "classification", ["fruit", "weather"], "lora",
    )  # fmt: skip
    done, damage = load_result(request)
    assert done is not None
    assert (done.losses, damage) == (first.tuned.losses, ())
    weights = first.adapter / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-9])

    done, (why,) = load_result(request)
    assert done is None
    assert why.endswith(": this is being done now")
    with short(home, training={"max_steps": 2, "num_train_epochs": 5}) as opened:
        mended = tune(opened.components)
    assert not mended.reused
    assert why in mended.notes
    assert mended.tuned.losses == first.tuned.losses


def test_a_plan_says_how_long_it_would_take_and_trains_nothing(home: Path) -> None:
    with short(home) as opened:
        estimate = plan_training(opened.components)
        assert load_result(training_request(opened.components)) == (None, ())

    assert estimate.steps == 2
    assert estimate.seconds is not None
    assert estimate.seconds > 0


@pytest.mark.parametrize(
    ("training", "notes"),
    [
        ({}, []),
        ({"max_steps": 2}, []),
        ({"warmup_ratio": 0.1, "max_steps": 2}, []),
        ({"max_steps": 2, "num_train_epochs": 5}, ["training.max_steps overrides training.num_train_epochs"]),
        ({"warmup_steps": 2, "warmup_ratio": 0.1}, ["training.warmup_steps overrides training.warmup_ratio"]),
    ],
)
def test_settings_that_another_overrides_are_told(training: dict[str, Any], notes: list[str]) -> None:
    config = SimpleNamespace(training=Training(**training))
    part: Any = SimpleNamespace(config=config)

    assert _override_notes(part) == notes
    assert _override_notes(SimpleNamespace(config=SimpleNamespace())) == []  # type: ignore[arg-type]


def test_what_programs_can_have_of_the_memory_is_some_of_it() -> None:
    free = _free_memory("cpu")

    assert free is not None
    assert 1 << 20 < free <= os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


class Told:
    """Takes note of what is told, with a workspace that is there."""

    run = recipe = ""

    def __init__(self) -> None:
        self.events, self.looks = list[StageEvent](), 0

    def next_stage(self) -> int:
        return 1

    def tell(self, hook: str, facts: Any) -> None:
        self.events.append(facts["event"])

    def check_in_place(self) -> None:
        self.looks += 1


def test_progress_is_passed_on_and_where_a_training_goes_on_is_said_once() -> None:
    told = Told()
    report = _progress_reporter(Stage(told, StageEvent("tune", "steps")), told)  # type: ignore[arg-type]

    report(TuningProgress(1300, 2000, 0.5, 99.0, resumed=1200))
    report(TuningProgress(1400, 2000, 0.25, 88.0, 0.001, resumed=1200))

    assert [one.notice for one in told.events if one.notice] == ["continuing from step 1,200 of 2,000"]
    assert [(one.done, one.total, one.resumed, dict(one.measures)) for one in told.events if not one.notice] == [
        (1300, 2000, 1200, {"loss": 0.5, "tokens_per_second": 99.0}),
        (1400, 2000, 1200, {"loss": 0.25, "tokens_per_second": 88.0, "learning_rate": 0.001}),
    ]
    assert told.looks == 2


def test_nothing_is_said_of_a_training_that_begins() -> None:
    told = Told()
    _progress_reporter(Stage(told, StageEvent("tune")), told)(TuningProgress(1, 9, 0.5, 9.0))  # type: ignore[arg-type]

    assert [one.notice for one in told.events] == [""]


def test_examples_that_were_left_out_and_cut_stand_in_the_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    unused: Any = None
    prepared: Any = SimpleNamespace(training=range(8), validation=range(2), ledger=Ledger(), notes=("prepared",))
    request: Any = SimpleNamespace(folder=Path("r1"))
    done = TunedModel(Path("a"), 5, (1.0,), 1.0, dropped=3, cut=1, notes=("flat",))
    part = SimpleNamespace(config=SimpleNamespace())
    for estimate, reused in ((Estimate(5, 50, 0, 0, 4), False), (None, True)):
        method = SimpleNamespace(plan=lambda request: Estimate(5, 60, 0, 0, 4))
        found = CompletedTraining(prepared, request, done, estimate, ("again",))
        monkeypatch.setattr("potluck.stages.tune._spec_and_tuner", lambda _, method=method: (part, method))
        monkeypatch.setattr("potluck.stages.tune.train_or_reuse", lambda *_, found=found: found)

        report = tune(unused)
        entry = report.ledger.entries[-1]
        assert (entry.stage, entry.unit) == ("tune", "examples")
        assert [one.items for one in (entry.came_in, entry.went_out, entry.dropped, entry.cut)] == [10, 7, 3, 1]
        assert (report.run, report.total_parameters, report.reused) == ("r1", 60 if reused else 50, reused)
        assert report.notes == ["again", "prepared", "flat"]
        assert 0 <= report.seconds < 60
