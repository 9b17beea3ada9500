"""The rules of what was trained find what is broken by name, and draw their lines.

Modules: ``potluck.testing.tuner_results``.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

from potluck.contracts import Attached, TunedModel, TuningProgress, TuningRequest
from potluck.errors import AdapterMismatch, Unsupported
from potluck.testing import Skipped, Violation, checks, tuner_results
from support.kits import rules_of, violating
from support.plain_tuner import Lora, subject
from support.written_tuner import check


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


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.__name__)
def test_a_mutant_is_caught_by_the_rule_that_it_breaks(mutant: type[Lora], tmp_path: Path) -> None:
    (check,) = (one for one in checks("tuner") if one.rule == MUTANTS[mutant])
    with pytest.raises(Violation, match=f"^{check.rule}: "):
        check.on(subject(mutant, tmp_path))


def test_every_rule_of_the_module_has_a_mutant() -> None:
    assert set(MUTANTS.values()) == rules_of(tuner_results)


ALLOWED: list[tuple[str, dict[str, Any]]] = [
    ("merged-is-the-same", {"error": Unsupported("it cannot")}),
    ("other-parameters-refused", {"error": AdapterMismatch("a is missing")}),
    ("sends-nothing", {}),
    ("identity-is-text", {"said": {"a": "b"}}),
]


@pytest.mark.parametrize(("rule", "said"), ALLOWED)
def test_what_is_just_allowed_is_let_pass(rule: str, said: dict[str, Any], tmp_path: Path, tiny: Path) -> None:
    check(rule, tmp_path, tiny, **said)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("answers-as-trained", {}, "a right answer takes "),
    ("other-parameters-refused", {}, "it is taken"),
    ("merged-is-the-same", {}, "it merges, and says mergeable = False"),
    ("identity-is-text", {"said": {"a": 1}}, "it is {'a': 1}"),
    ("identity-is-text", {"said": {2: "b"}}, "it is {2: 'b'}"),
]


@pytest.mark.parametrize(("rule", "said", "message"), REFUSED)
def test_what_is_just_not_allowed_is_told(
    rule: str, said: dict[str, Any], message: str, tmp_path: Path, tiny: Path
) -> None:
    with violating(rule, message):
        check(rule, tmp_path, tiny, **said)


@pytest.mark.parametrize(
    ("rule", "said", "reason"),
    [
        ("outside-it-is-the-base", {"whole": True}, "the result is a whole model"),
        ("several-on-one-base", {"whole": True}, "the result is a whole model"),
        ("other-parameters-refused", {"whole": True}, "the result is a whole model"),
        ("only-its-own-parameters", {}, "it does not train with potluck's engine"),
        ("begins-as-the-base", {}, "it does not train with potluck's engine"),
    ],
)
def test_a_rule_that_is_not_about_such_tuners_does_not_apply(
    rule: str, said: dict[str, Any], reason: str, tmp_path: Path, tiny: Path
) -> None:
    with pytest.raises(Skipped, match=reason):
        check(rule, tmp_path, tiny, **said)
