"""Weights, gradients and the optimiser's state spread over the processes that train together by DeepSpeed's ZeRO
(Rajbhandari et al. 2020, *ZeRO: Memory Optimizations Toward Training Trillion Parameter Models*).

DeepSpeed moves gradients and weights, and takes the steps. Its checkpoints are pickles, and are not used: what it holds
is given as tensors, and taken back from them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from potluck.errors import MissingDependency, Unsupported
from potluck.installation import pip_command_of_extra
from potluck.tuning.checkpoint import STATE
from potluck.tuning.packed_batches import PackedBatch
from potluck.tuning.padded_batches import PaddedBatch
from potluck.tuning.training_settings import Training

if TYPE_CHECKING:
    import torch

    from potluck.tuning.forward import Forward


class Zero:
    """DeepSpeed's engine around a wrapped model, with its trained parameters in ``optimiser``, an AdamW.

    All processes have to call every method, and the model as often as the others.
    """

    def __init__(
        self,
        model: torch.nn.Module,
        forward: Forward,
        optimiser: torch.optim.Optimizer,
        settings: Training,
        device: str,
    ) -> None:
        """Spread them. ``forward`` computes what a call of this computes. Raises ``Unsupported`` for wrong settings."""
        assert settings.deepspeed is not None, "the engine asks for it"
        self._model, self._optimiser = model, optimiser
        config = {
            "train_micro_batch_size_per_gpu": 1,
            "gradient_clipping": settings.max_grad_norm,
            "zero_optimization": settings.deepspeed.zero_optimization,
            "zero_allow_untested_optimizer": True,
            "zero_force_ds_cpu_optimizer": False,
        }
        deepspeed = import_deepspeed(device)
        try:
            with contextlib.redirect_stdout(sys.stderr):
                made = deepspeed.initialize(model=_module(model, forward), optimizer=optimiser, config=config)
        except ValueError as error:
            raise Unsupported(f"training.deepspeed: {error}") from error
        self._engine = made[0]
        self._gathered = deepspeed.zero.GatheredParameters

    def __call__(self, batch: PackedBatch | PaddedBatch) -> torch.Tensor:
        """Compute ``forward``."""
        found: torch.Tensor = self._engine(batch)
        return found

    def backward(self, loss: torch.Tensor, last: bool) -> None:
        """Add the gradient of a part of a step's loss; with the ``last`` part the processes' gradients are added up."""
        import torch.distributed as dist

        self._engine.set_gradient_accumulation_boundary(last)
        # DeepSpeed takes the mean over the processes; a step's loss is divided by its tokens already.
        self._engine.backward(loss * dist.get_world_size(), scale_wrt_gas=False)

    @property
    def is_spread(self) -> bool:
        """Always."""
        return True

    def step(self, rate: float) -> float:
        """Take a step at this learning rate; the gradient's norm before it was limited."""
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        self._engine.step()
        return float(self._engine.get_global_grad_norm())

    def weights(self) -> Mapping[str, torch.Tensor]:
        """The parameters that are trained, by name, whole."""
        found = {}
        for name, parameter in self._model.named_parameters():
            if parameter.requires_grad:
                with self._gathered([parameter], enabled=hasattr(parameter, "ds_id")):
                    found[name] = parameter.detach().clone()
        return found

    def state(self) -> Mapping[str, torch.Tensor]:
        """The optimiser's state: of each of its tensors the processes' parts, in their order."""
        import torch
        import torch.distributed as dist

        found = {}
        for number, part in enumerate(self._parts):
            for key, value in self._optimiser.state[part].items():
                here = value.to(self._engine.device)
                parts = [torch.empty_like(here) for _ in range(dist.get_world_size())]
                dist.all_gather(parts, here)
                found[f"{STATE}{number}.{key}"] = torch.stack(parts).cpu()
        return found

    def load_state(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Go on from what ``state`` gave to as many processes."""
        import torch.distributed as dist

        for name, tensor in tensors.items():
            if name.startswith(STATE):
                _, number, key = name.split(".", 2)
                part = self._parts[int(number)]
                value = tensor[dist.get_rank()].clone()
                self._optimiser.state[part][key] = value if value.dim() == 0 else value.to(part.device)

    @property
    def _parts(self) -> list[Any]:
        """This process's part of each group of parameters, laid end to end: what the optimiser computes with."""
        zero = self._engine.optimizer
        found: list[Any] = (
            zero.fp32_partitioned_groups_flat
            if self._engine.zero_optimization_stage() == 3
            else zero.single_partition_of_fp32_groups
        )
        return found


def _module(model: torch.nn.Module, forward: Forward) -> torch.nn.Module:
    """DeepSpeed sees one module with one ``forward``, whatever of the model a step calls."""
    import torch

    class Step(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, batch: PackedBatch | PaddedBatch) -> torch.Tensor:
            return forward(batch)

    return Step()


def import_deepspeed(device: str) -> Any:
    """The library. Raises ``MissingDependency``."""
    os.environ.setdefault("DS_ACCELERATOR", device.partition(":")[0])
    try:
        import deepspeed
    except ImportError:
        raise MissingDependency(
            f"training.deepspeed needs DeepSpeed. Run: {pip_command_of_extra('deepspeed')}"
        ) from None
    logging.getLogger("DeepSpeed").setLevel(logging.WARNING)
    return deepspeed
