"""How gradients become steps: by torch's own optimiser here, or by DeepSpeed's ZeRO (see ``zero``)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from potluck.tuning.checkpoint import load_optimiser_state, optimiser_state, trained_parameters
from potluck.tuning.packed_batches import PackedBatch
from potluck.tuning.padded_batches import PaddedBatch
from potluck.tuning.processes import Processes
from potluck.tuning.sharding import clip_gradients, is_sharded
from potluck.tuning.training_settings import Training

if TYPE_CHECKING:
    import torch

    from potluck.tuning.forward import Forward


class Optimisation(Protocol):
    """A wrapped model with an optimiser of its trained parameters. All processes have to call every method."""

    @property
    def is_spread(self) -> bool:
        """Whether each process holds a part of the model only."""
        ...

    def __call__(self, batch: PackedBatch | PaddedBatch) -> torch.Tensor:
        """The logits of a batch, float32, shape ``(targets, vocabulary)``."""
        ...

    def backward(self, loss: torch.Tensor, last: bool) -> None:
        """Add the gradient of a part of a step's loss; ``last``: it is the step's last part."""
        ...

    def step(self, rate: float) -> float:
        """Sum the gradients over the processes and step at this learning rate; the norm before it was limited."""
        ...

    def weights(self) -> Mapping[str, torch.Tensor]:
        """The parameters that are trained, by name, whole."""
        ...

    def state(self) -> Mapping[str, torch.Tensor]:
        """The optimiser's state, by names that begin with ``checkpoint.STATE``."""
        ...

    def load_state(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Take the state that ``state`` gave to the same number of processes; other tensors are passed over."""
        ...


class TorchOptimisation:
    """A torch optimiser in each process, whose gradients are summed; layers may be spread by FSDP."""

    def __init__(
        self,
        model: torch.nn.Module,
        forward: Forward,
        optimiser: torch.optim.Optimizer,
        settings: Training,
        processes: Processes,
    ) -> None:
        """``forward`` computes what a call of this computes."""
        self._model, self._forward, self._optimiser = model, forward, optimiser
        self._processes, self._max_norm = processes, settings.max_grad_norm or float("inf")
        self._parameters: list[torch.nn.Parameter] = [one for one in model.parameters() if one.requires_grad]
        self._is_spread = settings.fsdp and processes.count > 1

    @property
    def is_spread(self) -> bool:
        """By FSDP."""
        return self._is_spread

    def __call__(self, batch: PackedBatch | PaddedBatch) -> torch.Tensor:
        """Compute ``forward``."""
        return self._forward(batch)

    def backward(self, loss: torch.Tensor, last: bool) -> None:
        """Add the gradient in this process; FSDP sums those of its layers over the processes at once."""
        loss.backward()

    def step(self, rate: float) -> float:
        """Sum what was not summed yet, limit the norm, and step unless it is infinite or NaN."""
        import torch

        for parameter in self._parameters:
            if parameter.grad is None:  # no example of the step was here, or the method did not use the parameter
                parameter.grad = torch.zeros_like(parameter)
        self._processes.sum_over_all(one.grad for one in self._parameters if not is_sharded(one))
        norm = clip_gradients(self._parameters, self._max_norm)
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        if math.isfinite(norm):  # a step along no direction would spoil what is good so far
            self._optimiser.step()
        self._optimiser.zero_grad()
        return norm

    def weights(self) -> Mapping[str, torch.Tensor]:
        """The parameters that are trained, by name, whole."""
        return trained_parameters(self._model)

    def state(self) -> Mapping[str, torch.Tensor]:
        """The state of each parameter, whole."""
        return optimiser_state(self._optimiser)

    def load_state(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Spread it as the parameters are spread."""
        load_optimiser_state(self._optimiser, tensors)
