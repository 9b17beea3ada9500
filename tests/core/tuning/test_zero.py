"""What is asked of DeepSpeed, by a library that notes it: what it computes is tried where it is installed, in
``test_training.py``.

Modules: ``potluck.tuning.zero``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import torch.distributed as dist

from potluck.errors import MissingDependency, Unsupported
from potluck.tuning.training_settings import Training
from potluck.tuning.zero import Zero, import_deepspeed


class Engine:
    """Notes what it is asked; its stage is 1, and a process's part all there is."""

    device = "cpu"

    def __init__(self, module: Any, optimiser: Any) -> None:
        self.module, self.noted, self.steps = module, list[tuple[str, object]](), 0
        self.optimizer = SimpleNamespace(single_partition_of_fp32_groups=optimiser.param_groups[0]["params"])

    def __call__(self, batch: Any) -> Any:
        return self.module(batch)

    def set_gradient_accumulation_boundary(self, last: bool) -> None:
        self.noted.append(("boundary", last))

    def backward(self, loss: Any, scale_wrt_gas: bool) -> None:
        self.noted.append(("scale", scale_wrt_gas))
        loss.backward()

    def step(self) -> None:
        self.steps += 1

    def get_global_grad_norm(self) -> Any:
        return torch.tensor(2.5)

    def zero_optimization_stage(self) -> int:
        return 1


class Library:
    """In the place of the module ``deepspeed``."""

    def __init__(self) -> None:
        self.config: dict[str, Any] = {}
        self.zero = SimpleNamespace(GatheredParameters=lambda parameters, enabled: nullcontext())

    def initialize(self, model: Any, optimizer: Any, config: dict[str, Any]) -> tuple[Engine]:
        self.config = config
        if config["zero_optimization"]["stage"] == 2:
            raise ValueError("沒有第二階段")
        return (Engine(model, optimizer),)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    found: Any = Library()
    monkeypatch.setitem(sys.modules, "deepspeed", found)
    monkeypatch.setenv("DS_ACCELERATOR", "cpu")
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    yield found
    dist.destroy_process_group()


def spread(stage: int = 1) -> tuple[Zero, torch.nn.Linear, torch.optim.AdamW]:
    model = torch.nn.Linear(2, 1)
    model.bias.requires_grad_(False)
    optimiser = torch.optim.AdamW([model.weight])
    settings = Training.model_validate({"deepspeed": {"zero_optimization": {"stage": stage}}, "max_grad_norm": 0.5})

    def forward(batch: Any) -> Any:
        return model(batch).sum()

    return Zero(model, forward, optimiser, settings, "cpu"), model, optimiser


def test_the_settings_reach_the_library_and_what_it_refuses_is_an_error_of_them(library: Library) -> None:
    engine, _, _ = spread()
    assert engine.is_spread
    assert library.config["zero_optimization"] == {"stage": 1}
    assert (library.config["gradient_clipping"], library.config["train_micro_batch_size_per_gpu"]) == (0.5, 1)
    with pytest.raises(Unsupported, match=r"^training\.deepspeed: 沒有第二階段$"):
        spread(2)


def test_parts_of_a_step_are_added_up_with_the_last_and_a_step_is_taken_at_its_rate(library: Library) -> None:
    zero, model, optimiser = spread()
    for last in (False, True):
        zero.backward(zero(torch.tensor([[3.0, 4.0]])), last)
    engine: Any = zero._engine
    assert engine.noted == [("boundary", False), ("scale", False), ("boundary", True), ("scale", False)]
    assert model.weight.grad is not None
    assert model.weight.grad.tolist() == [[6.0, 8.0]]
    assert zero.step(0.125) == 2.5
    assert (engine.steps, optimiser.param_groups[0]["lr"]) == (1, 0.125)


def test_weights_are_those_that_are_trained_and_copies(library: Library) -> None:
    zero, model, _ = spread()
    found = zero.weights()
    assert found.keys() == {"weight"}
    assert torch.equal(found["weight"], model.weight)
    assert found["weight"].data_ptr() != model.weight.data_ptr()


def test_the_state_that_was_given_is_taken_up_again(library: Library) -> None:
    zero, model, optimiser = spread()
    model.weight.grad = torch.ones_like(model.weight)
    optimiser.step()
    state = zero.state()
    assert all(len(one) == 1 for one in state.values()), "a part of each process"

    again, other, fresh = spread()
    again.load_state({**state, "weight": torch.zeros(1)})
    held, expected = fresh.state[other.weight], optimiser.state[model.weight]
    assert held.keys() == expected.keys()
    assert all(torch.equal(held[key], value) for key, value in expected.items())


@pytest.mark.parametrize(("device", "told"), [("cuda:1", "cuda"), ("cpu", "cpu")])
def test_the_library_is_told_the_kind_of_device_unless_that_was_said(
    monkeypatch: pytest.MonkeyPatch, device: str, told: str
) -> None:
    found: Any = Library()
    monkeypatch.setitem(sys.modules, "deepspeed", found)
    monkeypatch.setenv("DS_ACCELERATOR", "")
    monkeypatch.delenv("DS_ACCELERATOR")
    assert import_deepspeed(device) is found
    assert os.environ["DS_ACCELERATOR"] == told
    monkeypatch.setenv("DS_ACCELERATOR", "xpu")
    import_deepspeed(device)
    assert os.environ["DS_ACCELERATOR"] == "xpu"


def test_what_spreads_by_deepspeed_names_the_library_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "deepspeed", None)
    with pytest.raises(MissingDependency, match=r"pip install .*\[deepspeed\]'"):
        import_deepspeed("cpu")
