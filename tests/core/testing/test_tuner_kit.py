"""The kit of tuners finds what is broken, by name: each mutant breaks one rule of a tuner that keeps them all.

Modules: ``potluck.contracts.tuner``, ``potluck.testing.models``, ``potluck.testing.quiet``,
``potluck.testing.tuner``.
"""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

from potluck.contracts import Attached, Context, Estimate, TunedModel, TuningProgress, TuningRequest
from potluck.model_sources.model_store import ModelStore
from potluck.testing import Skipped, Subject, Violation, checks
from potluck.tuning import PeftTuner, TunerConfig

SETTINGS = {"training": {"max_steps": 12, "save_steps": 4, "dtype": "float32", "learning_rate": 0.03}}


class Lora(PeftTuner):
    """LoRA of PEFT: a tuner that keeps every rule."""

    mergeable = True

    def peft_config(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        from peft import LoraConfig

        return LoraConfig(r=4, lora_dropout=0.1, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")


class NamesNoTask(Lora):
    tasks = frozenset()


class Miscounts(Lora):
    def plan(self, request: TuningRequest) -> Estimate:
        found = super().plan(request)
        return replace(found, trainable_parameters=found.trainable_parameters + 1)


class WritesIntoTheBase(Lora):
    def tune(self, request: TuningRequest, progress: Callable[[TuningProgress], None]) -> TunedModel:
        (request.model / "notes.json").write_text("{}", encoding="utf-8")
        return super().tune(request, progress)


class Pickles(Lora):
    def save(self, model: Any, folder: Path) -> None:
        import torch

        super().save(model, folder)
        torch.save({"epoch": 1}, folder / "state.pt")


class DisguisesAPickle(Lora):
    def save(self, model: Any, folder: Path) -> None:
        import pickle

        super().save(model, folder)
        (folder / "state.json").write_bytes(pickle.dumps({"epoch": 1}))


class LearnsNothing(Lora):
    def __init__(self, config: TunerConfig, context: Context) -> None:
        training = config.training.model_copy(update={"learning_rate": 1e-9})
        super().__init__(config.model_copy(update={"training": training}), context)


class Unseeded(Lora):
    def wrap(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        import torch

        torch.seed()
        return super().wrap(model, request, tokenizer)


class IgnoresTheSeed(Lora):
    def tune(self, request: TuningRequest, progress: Callable[[TuningProgress], None]) -> TunedModel:
        return super().tune(replace(request, seed=0), progress)


class BeginsOtherwiseAgain(Lora):
    """What an interrupted run left changes the seed of the next."""

    def tune(self, request: TuningRequest, progress: Callable[[TuningProgress], None]) -> TunedModel:
        left = (request.folder / "begun").exists()
        (request.folder / "begun").touch()
        return super().tune(replace(request, seed=request.seed + left * 17), progress)


class CountsBackwards(Lora):
    def tune(self, request: TuningRequest, progress: Callable[[TuningProgress], None]) -> TunedModel:
        for step in (3, 2, 1):
            progress(TuningProgress(step, 3, 1.0, 1.0))
        return super().tune(request, progress)


class Nothing:
    """What puts nothing on the base."""

    past_length = 0

    def past(self) -> None: ...

    def embeddings(self) -> None: ...

    def active(self) -> Any:
        return contextlib.nullcontext()


class AttachesNothing(Lora):
    def attach(self, model: Any, folder: Path) -> Attached:
        super().attach(model, folder)
        return Nothing()


class StaysOn(Lora):
    def attach(self, model: Any, folder: Path) -> Attached:
        attached = super().attach(model, folder)
        model.on = attached.active()
        model.on.__enter__()
        return Nothing()


class KeepsTheFirst(Lora):
    """Whatever is put on a base, it answers as the first that was."""

    def attach(self, model: Any, folder: Path) -> Attached:
        first: Attached = getattr(model, "first", None) or super().attach(model, folder)
        model.first = first
        return first


class FillsUpWhatIsMissing(Lora):
    def attach(self, model: Any, folder: Path) -> Attached:
        with contextlib.suppress(Exception):
            return super().attach(model, folder)
        return Nothing()


class MergesTwice(Lora):
    def merge(self, model: Any, folder: Path) -> Any:
        merged = super().merge(model, folder)
        return super().merge(merged, folder)


class TrainsTheBase(Lora):
    def wrap(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        wrapped = super().wrap(model, request, tokenizer)
        next(model.model.layers[0].input_layernorm.parameters()).requires_grad_(True)
        return wrapped


class BeginsAway(Lora):
    def wrap(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        import torch

        wrapped = super().wrap(model, request, tokenizer)
        with torch.no_grad():
            for name, one in wrapped.named_parameters():
                if "lora_B" in name:
                    one.add_(0.1)
        return wrapped


class CallsHome(Lora):
    def tune(self, request: TuningRequest, progress: Callable[[TuningProgress], None]) -> TunedModel:
        with contextlib.suppress(OSError):
            socket.create_connection(("192.0.2.1", 80), timeout=0.1)
        return super().tune(request, progress)


class CountsItsInstances(Lora):
    made = 0

    def identity(self) -> dict[str, str]:
        type(self).made += 1
        return {"number": str(self.made)}


MUTANTS = {
    NamesNoTask: "says-what-it-is",
    Miscounts: "plan-is-exact",
    WritesIntoTheBase: "base-is-unchanged",
    Pickles: "result-is-data",
    DisguisesAPickle: "result-is-data",
    LearnsNothing: "loss-falls",
    Unseeded: "same-seed-same-result",
    IgnoresTheSeed: "seed-decides",
    BeginsOtherwiseAgain: "goes-on-after-a-kill",
    CountsBackwards: "progress-goes-on",
    AttachesNothing: "answers-as-trained",
    StaysOn: "outside-it-is-the-base",
    KeepsTheFirst: "several-on-one-base",
    FillsUpWhatIsMissing: "other-parameters-refused",
    MergesTwice: "merged-is-the-same",
    TrainsTheBase: "only-its-own-parameters",
    BeginsAway: "begins-as-the-base",
    CallsHome: "sends-nothing",
    CountsItsInstances: "identity-is-text",
}


def subject(kind: type[Lora], folder: Path) -> Subject:
    config = TunerConfig.model_validate(SETTINGS)
    return Subject(lambda own: kind(config, Context(folder, own, ModelStore(folder))), folder)


@pytest.mark.parametrize("check", checks("tuner"), ids=str)
def test_a_tuner_that_keeps_the_contract_passes(check: Any, tmp_path: Path) -> None:
    check.on(subject(Lora, tmp_path))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.__name__)
def test_a_mutant_is_caught_by_the_rule_that_it_breaks(mutant: type[Lora], tmp_path: Path) -> None:
    (check,) = (one for one in checks("tuner") if one.rule == MUTANTS[mutant])
    with pytest.raises(Violation, match=f"^{check.rule}: "):
        check.on(subject(mutant, tmp_path))


def test_every_rule_has_a_mutant() -> None:
    assert set(MUTANTS.values()) == {check.rule for check in checks("tuner")}


BUNDLED = {
    "lora": {"r": 4},
    "prompt": {"training": {"learning_rate": 0.3}},
    "prefix": {"training": {"learning_rate": 0.1}},
    "p-tuning": {"training": {"learning_rate": 0.01}},
    "p-tuning-v2": {"training": {"learning_rate": 0.1}},
    "adapter": {"reduction_factor": 2, "training": {"learning_rate": 0.01}},
    "full": {"training": {"learning_rate": 0.003}},
}


def _pace(rule: str, name: str) -> list[pytest.MarkDecorator]:
    """All seven have one engine: every rule is tried with LoRA on each change, and that it learns with each of them."""
    return [] if name == "lora" or rule in ("loss-falls", "says-what-it-is") else [pytest.mark.slow]


@pytest.mark.parametrize(
    ("check", "name"),
    [
        pytest.param(check, name, marks=_pace(check.rule, name), id=f"{check}-{name}")
        for check in checks("tuner")
        for name in BUNDLED
    ],
)
def test_a_bundled_tuner_keeps_the_contract(check: Any, name: str, tmp_path: Path) -> None:
    settings = json.loads(json.dumps(BUNDLED[name]))
    settings["training"] = {**SETTINGS["training"], "max_steps": 40, **settings.get("training", {})}
    try:
        check(name, tmp_path, settings)
    except Skipped as reason:
        pytest.skip(str(reason))
