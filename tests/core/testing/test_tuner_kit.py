"""The kit of tuners as a whole: a tuner that keeps every rule, and the bundled ones.

Modules: ``potluck.contracts.tuner``, ``potluck.testing.tuner``, ``potluck.testing.quiet``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

from potluck.testing import Skipped, checks, tuner, tuner_results
from support.kits import rules_of
from support.plain_tuner import SETTINGS, Lora, subject


@pytest.mark.parametrize("check", checks("tuner"), ids=str)
def test_a_tuner_that_keeps_the_contract_passes(check: Any, tmp_path: Path) -> None:
    check.on(subject(Lora, tmp_path))


def test_the_kit_has_the_rules_of_these_modules() -> None:
    assert rules_of(tuner, tuner_results) == {check.rule for check in checks("tuner")}


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
