"""Bottleneck adapters: small networks in the layers of a frozen model.

Houlsby et al. (2019), *Parameter-Efficient Transfer Learning for NLP*: h + U f(D h), behind attention and behind the
feed-forward part of every layer. Pfeiffer et al. (2021): behind the feed-forward part alone. Parallel (He et al. 2022,
*Towards a Unified View*): h + s U f(D x) with the part's input x. A module of our own: PEFT has none, and the library
``adapters`` needs an older transformers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

import potluck
from potluck.contracts import Attached, TuningRequest
from potluck.errors import Unsupported
from potluck.tuning import AttachedModules, LocalTuner, TunerConfig, check_names
from potluck_plugins.tuners._shared.bottleneck import Variant, bottleneck, hook, places

_SHAPE = {"variant", "reduction_factor", "non_linearity", "scaling"}


class AdapterConfig(TunerConfig):
    """Settings of bottleneck adapters."""

    variant: Variant = "houlsby"
    """Behind attention and feed-forward part, behind the feed-forward part alone, or beside it."""

    reduction_factor: int = Field(default=16, ge=1)
    """The model's width divided by that of the bottleneck."""

    non_linearity: Literal["gelu", "relu", "silu", "tanh"] = "gelu"
    """The function f."""

    scaling: float = Field(default=1.0, gt=0)
    """The factor s of what is added."""


class Adapter(LocalTuner):
    """Trains bottlenecks in the layers."""

    config: AdapterConfig
    family = "new modules in all layers"
    default_learning_rate = 1e-3

    def wrap(self, model: Any, request: TuningRequest, tokenizer: Any) -> Any:
        """Put a bottleneck at each place."""
        model.requires_grad_(False)
        model.bottlenecks = _insert_bottlenecks(model, self.config, lambda: True)
        return model

    def save(self, model: Any, folder: Path) -> None:
        """The bottlenecks' weights, and the settings that decide their shapes."""
        from safetensors.torch import save_file

        weights = {name: one.contiguous() for name, one in model.bottlenecks.state_dict().items()}
        save_file(weights, folder / "adapter_model.safetensors")
        kept = {"peft_type": "BOTTLENECK", **self.config.model_dump(include=_SHAPE)}
        (folder / "adapter_config.json").write_text(json.dumps(kept, indent=2), encoding="utf-8")

    def attach(self, model: Any, folder: Path) -> Attached:
        """Put the bottlenecks back, switched off."""
        from safetensors.torch import load_file

        kept = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        config, on = AdapterConfig(**{key: kept[key] for key in _SHAPE}), [False]
        modules = _insert_bottlenecks(model, config, lambda: on[0])
        saved = load_file(folder / "adapter_model.safetensors")
        check_names(folder, saved, modules.state_dict())
        modules.load_state_dict(saved)
        modules.eval()

        def switch(to: bool) -> None:
            on[0] = to

        return AttachedModules(switch)


def _insert_bottlenecks(model: Any, config: AdapterConfig, active: Callable[[], bool]) -> Any:
    """Put bottlenecks into the layers of a model; they work while ``active`` says so."""
    import torch

    width = model.config.hidden_size
    modules = torch.nn.ModuleDict()
    try:
        found = list(places(model, config.variant))
    except ValueError as error:
        raise Unsupported(f"adapter: {error}; use lora") from error
    for name, place in found:
        module = bottleneck(width, max(1, width // config.reduction_factor), config.non_linearity, config.scaling)
        modules[name.replace(".", "-")] = module.to(model.device)
        place.register_forward_hook(hook(module, config.variant, active), with_kwargs=True)
    return modules


@potluck.hookimpl
def potluck_tuner() -> potluck.Offer[Adapter]:
    """Offer the tuner."""
    summary = "bottleneck adapters (Houlsby, Pfeiffer, parallel): small networks in the layers"
    return potluck.Offer(summary, AdapterConfig, Adapter, requires=("torch", "transformers"), extra="tune")
