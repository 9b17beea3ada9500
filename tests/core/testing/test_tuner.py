"""The rules of planning and training find what is broken by name, and draw their lines.

Results are trained by mutants, and written down where the line is drawn.

Modules: ``potluck.testing.tuner``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

from potluck.contracts import Context, Estimate, TunedModel, TuningProgress, TuningRequest
from potluck.testing import Subject, Violation, checks, tuner
from potluck.tuning import TunerConfig
from support.kits import rules_of, violating
from support.plain_tuner import Lora, subject
from support.written_tuner import FALLING, PLANNED, Written, check


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
}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.__name__)
def test_a_mutant_is_caught_by_the_rule_that_it_breaks(mutant: type[Lora], tmp_path: Path) -> None:
    (check,) = (one for one in checks("tuner") if one.rule == MUTANTS[mutant])
    with pytest.raises(Violation, match=f"^{check.rule}: "):
        check.on(subject(mutant, tmp_path))


def test_every_rule_of_the_module_has_a_mutant() -> None:
    assert set(MUTANTS.values()) == rules_of(tuner)


def planned(**changes: Any) -> Estimate:
    return replace(PLANNED, **changes)


ALLOWED: list[tuple[str, dict[str, Any]]] = [
    ("says-what-it-is", {}),
    ("says-what-it-is", {"whole": True, "served_by": frozenset()}),
    ("says-what-it-is", {"tasks": frozenset({"generation", "summarization"})}),
    ("plan-is-exact", {}),
    ("plan-is-exact", {"planned": planned(steps=13)}),
    ("plan-is-exact", {"planned": planned(total_parameters=1, memory=1, disk=1)}),
    ("plan-is-exact", {"planned": planned(steps=1, trainable_parameters=1), "losses": (1.0,), "trained": 1}),
    ("base-is-unchanged", {}),
    ("result-is-data", {"files": {"adapter_config.json": b"{}", "README.md": b"# a", "vocab.txt": b"a"}}),
    ("loss-falls", {}),
    ("loss-falls", {"losses": (1.0, 1.0, 9.0, 9.0, 9.0, 9.0, 0.8, 0.8)}),
    ("same-seed-same-result", {}),
    ("seed-decides", {}),
    ("progress-goes-on", {}),
    ("progress-goes-on", {"reports": ((0, 3), (1, 3), (1, 3), (3, 3))}),
    ("progress-goes-on", {"reports": ()}),
]


@pytest.mark.parametrize(("rule", "said"), ALLOWED)
def test_what_is_just_allowed_is_let_pass(rule: str, said: dict[str, Any], tmp_path: Path, tiny: Path) -> None:
    check(rule, tmp_path, tiny, **said)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("says-what-it-is", {"tasks": frozenset()}, "tasks are []"),
    ("says-what-it-is", {"tasks": frozenset({"classification", "poetry"})}, "tasks are ['classification', 'poetry']"),
    ("says-what-it-is", {"served_by": frozenset()}, "no chat plugin is named that can use the result"),
    ("says-what-it-is", {"served_by": (1,)}, "served_by is (1,)"),
    ("plan-is-exact", {"planned": planned(trainable_parameters=1234)}, "1,234 parameters are planned, and 10 trained"),
    ("plan-is-exact", {"planned": planned(total_parameters=0)}, "of 0 parameters 10 train"),
    ("plan-is-exact", {"planned": planned(trainable_parameters=0), "trained": 0}, "of 100 parameters 0 train"),
    ("plan-is-exact", {"planned": planned(steps=11)}, "11 steps are planned, 12 were made"),
    ("plan-is-exact", {"losses": ()}, "12 steps are planned, 0 were made"),
    ("plan-is-exact", {"planned": planned(memory=0)}, "it takes no memory, or no disk"),
    ("plan-is-exact", {"planned": planned(disk=0)}, "it takes no memory, or no disk"),
    ("base-is-unchanged", {"base": "config.json"}, "changed: config.json"),
    ("base-is-unchanged", {"base": "notes.json"}, "changed: notes.json"),
    ("result-is-data", {"outside": True}, "outside of the run's folder"),
    ("result-is-data", {"without": True, "files": {"a.json": b"{}"}}, "there are no safetensors"),
    ("result-is-data", {"files": {"code.py": b"pass"}}, "there is code.py"),
    ("result-is-data", {"files": {"a.json": b"\x80\x05."}}, "a.json is a pickle or an archive"),
    ("result-is-data", {"files": {"a.txt": b"PK\x03\x04"}}, "a.txt is a pickle or an archive"),
    ("loss-falls", {"losses": (*FALLING[:-1], float("nan"))}, "there is a NaN or an infinity"),
    ("loss-falls", {"losses": (float("inf"), *FALLING)}, "there is a NaN or an infinity"),
    ("loss-falls", {"losses": FALLING[:7]}, "7 losses are too few to see it fall"),
    ("loss-falls", {"losses": (1.0,) * 6 + (0.9,) * 2}, "from 1.000 in the first quarter of the steps to 0.900"),
    ("loss-falls", {"losses": (1.0, 1.0, 0.1, 0.1, 0.1, 0.1, 0.1, 2.0)}, "from 1.000 in the first quarter"),
    ("same-seed-same-result", {"by_seed": lambda seed, time: float(time)}, "the second time it was another result"),
    ("seed-decides", {"by_seed": lambda seed, time: 0.0}, "seeds 0 and 1 give the same"),
    ("progress-goes-on", {"reports": ((2, 3), (1, 3))}, "steps are [2, 1]"),
    ("progress-goes-on", {"reports": ((4, 3),)}, "a step is beyond the last"),
    ("progress-goes-on", {"reports": ((-1, 3),)}, "a step is beyond the last"),
]


@pytest.mark.parametrize(("rule", "said", "message"), REFUSED)
def test_what_is_just_not_allowed_is_told(
    rule: str, said: dict[str, Any], message: str, tmp_path: Path, tiny: Path
) -> None:
    with violating(rule, message):
        check(rule, tmp_path, tiny, **said)


def test_losses_of_another_run_are_another_result(tmp_path: Path, tiny: Path) -> None:
    class Longer(Written):
        def tune(self, request: TuningRequest, progress: Callable[[TuningProgress], None]) -> TunedModel:
            done = super().tune(request, progress)
            return replace(done, losses=done.losses[: len(self.times) + 8])

    (one,) = (one for one in checks("tuner") if one.rule == "same-seed-same-result")
    times: list[int] = []
    with pytest.raises(Violation, match="the second time it was another result"):
        one.on(Subject(lambda own: Longer(times=times), tmp_path))
