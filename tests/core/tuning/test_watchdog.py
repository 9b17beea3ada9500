"""The watchdog names what goes wrong in planned bad trainings, and holds its tongue in good ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from potluck.documents import Example
from potluck.errors import TrainingFailed
from potluck.tuning import LocalTuner, Virtual
from support.tuning import DeepPrompt, Full, Lora, SoftPrompt, colours, tune


class Dead(SoftPrompt):
    """Its prompt is behind a function that is flat everywhere."""

    def virtual(self, model: Any) -> Virtual:
        return Virtual(4, embeddings=(model.soft.clamp(5.0, 6.0)))

    def wrap(self, model: Any, request: Any, tokenizer: Any) -> Any:
        wrapped = super().wrap(model, request, tokenizer)
        wrapped.soft.data.fill_(0.0)
        return wrapped


def turned(examples: list[Example]) -> list[Example]:
    return [Example(one.messages, "weather" if one.target == "fruit" else "fruit") for one in examples]


def one_sided(count: int) -> list[Example]:
    return [Example(one.messages, "fruit") for one in colours(count)]


LEARNABLE = {"training": colours(16), "validation": colours(24)}
BAD: list[tuple[str, str, type[LocalTuner], dict[str, Any]]] = [
    *[
        ("NaN", f"{kind.__name__} at {rate:g}", kind, {**LEARNABLE, "learning_rate": rate, "max_steps": 40})
        for kind, rate in ((Full, 1e25), (Full, 1e30), (Lora, 1e28), (Lora, 1e30), (DeepPrompt, 1e30))
    ],
    *[
        ("flat loss", f"{kind.__name__} at {rate:g}", kind, {**LEARNABLE, "learning_rate": rate, "max_steps": 60})
        for kind, rate in ((Lora, 1e-7), (Lora, 1e-6), (SoftPrompt, 1e-6), (DeepPrompt, 1e-6), (Full, 1e-9))
    ],
    *[
        ("dead parameters", f"{steps} steps", Dead, {**LEARNABLE, "learning_rate": 0.1, "max_steps": steps})
        for steps in (50, 60)
    ],
    *[
        (
            "over-fitting",
            f"{kind.__name__} for {epochs} epochs",
            kind,
            {"training": colours(8), "validation": turned(colours(8)), "num_train_epochs": epochs, **more},
        )
        for kind, epochs, more in (
            (Lora, 80, {"learning_rate": 5e-2}),
            (Lora, 120, {"learning_rate": 3e-2}),
            (Full, 60, {"learning_rate": 1e-2}),
            (Full, 80, {"learning_rate": 5e-3}),
        )
    ],
    *[
        (
            "collapsed predictions",
            f"{kind.__name__}, learned from one class",
            kind,
            {"training": one_sided(16), "validation": colours(24), "num_train_epochs": 40, **more},
        )
        for kind, more in ((Lora, {"learning_rate": 5e-2}), (Full, {"learning_rate": 1e-2}))
    ],
    *[
        (
            "label imbalance",
            f"{common} to {rare}",
            Lora,
            {"training": [*one_sided(common), *turned(one_sided(rare))], "num_train_epochs": 2},
        )
        for common, rare in ((24, 1), (44, 2))
    ],
]
GOOD: list[tuple[str, type[LocalTuner], dict[str, Any]]] = [
    (f"{kind.__name__} at {rate:g}, {epochs} epochs, {count} examples", kind, {
        "training": colours(count), "validation": colours(24), "num_train_epochs": epochs, "learning_rate": rate,
    })
    for kind, rate, epochs, count in (
        (Lora, 2e-2, 10, 16), (Lora, 1e-2, 12, 16), (Lora, 2e-2, 6, 32), (Lora, 3e-2, 8, 24), (Lora, 5e-3, 20, 16),
        (Lora, 2e-2, 20, 24), (SoftPrompt, 0.3, 16, 16), (SoftPrompt, 0.2, 20, 16), (SoftPrompt, 0.3, 10, 32),
        (SoftPrompt, 0.1, 30, 24), (DeepPrompt, 0.3, 16, 16), (DeepPrompt, 0.2, 16, 24), (DeepPrompt, 0.1, 20, 32),
        (DeepPrompt, 0.3, 8, 32), (Full, 2e-3, 10, 16), (Full, 1e-3, 12, 24), (Full, 3e-3, 8, 32), (Full, 2e-3, 16, 32),
        (Full, 1e-3, 8, 40), (Lora, 1e-2, 8, 48),
    )
]  # fmt: skip


def said(kind: type[LocalTuner], model: Path, folder: Path, settings: dict[str, Any]) -> str:
    settings = dict(settings)
    try:
        return "; ".join(tune(kind, model, folder, settings.pop("training"), **settings).notes)
    except TrainingFailed as error:
        return str(error)


@pytest.mark.parametrize("sign", ["NaN", "flat loss", "dead parameters", "collapsed predictions", "label imbalance"])
def test_a_bad_training_of_each_kind_is_told_by_name(model: Path, tmp_path: Path, sign: str) -> None:
    kind, settings = next((kind, settings) for named, _, kind, settings in BAD if named == sign)

    assert sign in said(kind, model, tmp_path, settings)


@pytest.mark.parametrize("wanted", [Lora, SoftPrompt, Full])
def test_a_good_training_of_each_kind_is_left_in_peace(model: Path, tmp_path: Path, wanted: type[LocalTuner]) -> None:
    settings = next(settings for _, kind, settings in GOOD if kind is wanted)

    assert said(wanted, model, tmp_path, settings) == ""


@pytest.mark.slow
def test_bad_trainings_are_told_by_name(model: Path, tmp_path: Path) -> None:
    assert len(BAD) == 20
    missed = [
        (sign, what, found)
        for number, (sign, what, kind, settings) in enumerate(BAD)
        if sign not in (found := said(kind, model, tmp_path / str(number), settings))
    ]
    assert len(missed) <= 1, missed


@pytest.mark.slow
def test_good_trainings_are_left_in_peace(model: Path, tmp_path: Path) -> None:
    assert len(GOOD) == 20
    alarmed = [
        (what, found)
        for number, (what, kind, settings) in enumerate(GOOD)
        if (found := said(kind, model, tmp_path / str(number), settings))
    ]
    assert len(alarmed) <= 1, alarmed


@pytest.mark.parametrize("sign", ["learning_rate", "dtype"])
def test_the_message_says_what_helps(model: Path, tmp_path: Path, sign: str) -> None:
    assert f"training.{sign}" in said(Full, model, tmp_path, {**LEARNABLE, "learning_rate": 1e25, "max_steps": 9})
