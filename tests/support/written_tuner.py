"""A tuner whose results are written down instead of trained, and checking a rule on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import Estimate, TunedModel, TuningProgress, TuningRequest
from potluck.testing import Subject, checks, models

FALLING = tuple(1.0 - number / 20 for number in range(12))


PLANNED = Estimate(10, 100, 1000, 1000, 12)


@dataclass
class Written:
    """A tuner whose results are written down."""

    tasks: Any = frozenset({"classification"})
    whole: bool = False
    mergeable: bool = False
    served_by: Any = frozenset({"transformers"})
    planned: Any = PLANNED
    trained: int = 10
    losses: Sequence[float] = FALLING
    reports: Sequence[tuple[int, int]] = ((1, 2), (2, 2))
    files: Mapping[str, bytes] = field(default_factory=dict)
    without: bool = False
    outside: bool = False
    by_seed: Callable[[int, int], float] = lambda seed, time: float(seed)
    said: Any = field(default_factory=dict)
    base: str = ""
    error: Exception | None = None
    times: list[int] = field(default_factory=list)

    def plan(self, request: TuningRequest) -> Any:
        return self.planned

    def tune(self, request: TuningRequest, progress: Callable[[TuningProgress], None]) -> TunedModel:
        import torch
        from safetensors.torch import save_file

        self.times.append(request.seed)
        for step, steps in self.reports:
            progress(TuningProgress(step, steps, 1.0, 1.0))
        folder = request.folder.parent / "beside" if self.outside else request.folder / "result"
        folder.mkdir(parents=True, exist_ok=True)
        if not self.without:
            value = self.by_seed(request.seed, len(self.times))
            save_file({"a": torch.full((2,), value), "b": torch.zeros(2)}, folder / "adapter_model.safetensors")
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        if self.base:
            (request.model / self.base).write_bytes(b"{}")
        return TunedModel(folder, self.trained, tuple(self.losses), 1.0)

    def attach(self, model: Any, folder: Path) -> Any:
        if self.error is not None:
            raise self.error
        return None

    def merge(self, model: Any, folder: Path) -> Any:
        if self.error is not None:
            raise self.error
        return model

    def identity(self) -> Any:
        return self.said


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return models.tiny_model(tmp_path_factory.mktemp("tiny") / "model")


def check(rule: str, folder: Path, tiny: Path, **said: Any) -> None:
    (one,) = (one for one in checks("tuner") if one.rule == rule)
    (folder / "model").mkdir()
    for path in tiny.iterdir():
        (folder / "model" / path.name).write_bytes(path.read_bytes())
    times: list[int] = []
    one.on(Subject(lambda own: Written(**{"times": times, **said}), folder))
