"""Steps of the optimiser in one process: those of torch's AdamW, with limited gradients, and none along no direction.

Modules: ``potluck.tuning.optimisation``.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch

from potluck.tuning.optimisation import TorchOptimisation
from potluck.tuning.processes import Processes
from potluck.tuning.training_settings import Training


def network() -> Any:
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2))
    model[0].bias.requires_grad_(False)
    return model


def optimisation(model: Any, **settings: Any) -> TorchOptimisation:
    trained = [one for one in model.parameters() if one.requires_grad]
    return TorchOptimisation(model, model, torch.optim.AdamW(trained), Training(**settings), Processes())


def learn(found: TorchOptimisation, scale: float = 1.0, rate: float = 0.01) -> float:
    batch: Any = torch.arange(6.0).reshape(2, 3)
    for row in batch:
        found.backward(scale * found(row[None]).square().sum(), last=row is batch[-1])
    return found.step(rate)


def test_a_step_is_that_of_torch_with_the_gradient_of_all_parts_and_the_norm_before_is_told() -> None:
    model, other = network(), network()
    optimiser = torch.optim.AdamW([one for one in other.parameters() if one.requires_grad], lr=0.01)
    other(torch.arange(6.0).reshape(2, 3)).square().sum().backward()
    expected = float(torch.nn.utils.clip_grad_norm_(other.parameters(), 0.5))
    optimiser.step()

    norm = learn(optimisation(model, max_grad_norm=0.5))

    assert norm == pytest.approx(expected)
    assert norm > 0.5
    for one, two in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(one, two)


@pytest.mark.parametrize("scale", [float("nan"), float("inf")])
def test_a_step_without_a_finite_norm_changes_nothing_and_the_next_one_is_as_if_it_had_not_been(scale: float) -> None:
    model, other = network(), network()
    found = optimisation(model)

    assert not torch.isfinite(torch.tensor(learn(found, scale)))
    learn(found)
    learn(optimisation(other))

    for one, two in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(one, two)


def test_a_parameter_that_no_part_used_takes_part_in_the_step() -> None:
    model = network()
    model[1].register_parameter("unused", torch.nn.Parameter(torch.ones(2)))

    learn(optimisation(model, max_grad_norm=0), rate=0.1)

    assert float(model[1].unused.detach().max()) == pytest.approx(1 - 0.1 * 0.01), "AdamW's own decay, and no more"


def test_weights_are_the_trained_parameters_and_their_state_resumes_exactly() -> None:
    model = network()
    found = optimisation(model)
    learn(found)
    weights = {name: one.clone() for name, one in found.weights().items()}
    state = {name: one.clone() for name, one in found.state().items()}
    learn(found)

    other = network()
    resumed = optimisation(other)
    for name, one in other.named_parameters():
        if one.requires_grad:
            one.detach().copy_(weights[name])
    resumed.load_state({**weights, **state})
    learn(resumed)

    assert set(weights) == {"0.weight", "1.weight", "1.bias"}
    for one, two in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(one, two, rtol=0, atol=0)


@pytest.mark.parametrize(("fsdp", "count", "spread"), [(True, 2, True), (True, 1, False), (False, 2, False)])
def test_a_model_is_spread_by_fsdp_over_several_processes(fsdp: bool, count: int, spread: bool) -> None:
    model = network()
    optimiser = torch.optim.AdamW(model.parameters())

    found = TorchOptimisation(model, model, optimiser, Training(fsdp=fsdp), Processes(0, count))

    assert found.is_spread is spread
