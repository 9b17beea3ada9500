"""The result of ``Tuner.attach``: tuned parameters on a loaded base, which others may share."""

from __future__ import annotations

import copy
import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potluck.errors import ModelError
from potluck.models.inputs import cache_of
from potluck.models.loading import kind_of_model
from potluck.tuning.tied import without_tying_advice

if TYPE_CHECKING:
    import torch

    from potluck.tuning.method import Virtual

_numbers = itertools.count()

_PREFIX = "base_model.model."
"""What PEFT puts before the names of a model that it wraps."""


class AttachedPast:
    """Soft prompts that stand before every text, as keys and values, or as they are. The base itself is not touched."""

    def __init__(self, model: torch.nn.Module, virtual: Virtual) -> None:
        """Compute keys and values once, where embeddings are given and the model keeps some."""
        import torch

        self._length, self._cache, self._embeddings = virtual.length, virtual.cache, None
        if kind_of_model(model) != "causal":
            self._embeddings = virtual.embeddings
            return
        with torch.inference_mode():
            if virtual.embeddings is not None:
                base: Any = model
                given = virtual.embeddings.to(base.get_input_embeddings().weight)
                self._cache = cache_of(base(inputs_embeds=given, use_cache=True, logits_to_keep=1))

    @property
    def past_length(self) -> int:
        """How many positions stand before every prompt."""
        return self._length

    def past(self) -> Any:
        """A copy, because a cache grows while it is used."""
        return copy.deepcopy(self._cache)

    def embeddings(self) -> Any:
        """They themselves, for a model without a cache."""
        return self._embeddings

    def active(self) -> AbstractContextManager[None]:
        """There is nothing to be switched on."""
        return nullcontext()


class AttachedModules:
    """Modules in the layers of the base, which ``switch(True)`` turns on and ``switch(False)`` off."""

    past_length = 0

    def __init__(self, switch: Callable[[bool], None]) -> None:
        """Off."""
        self._switch = switch
        switch(False)

    def past(self) -> Any:
        """There is none."""
        return None

    def embeddings(self) -> Any:
        """There are none."""
        return None

    @contextmanager
    def active(self) -> Iterator[None]:
        """On while within."""
        self._switch(True)
        try:
            yield
        finally:
            self._switch(False)


def attach_peft(model: torch.nn.Module, folder: Path) -> AttachedModules:
    """Put modules that PEFT saved into the layers of a model, beside those that are there already.

    Raises ``ModelError`` if the saved parameters are not exactly those of the method.
    """
    from peft import PeftConfig, get_peft_model_state_dict, inject_adapter_in_model, set_peft_model_state_dict
    from peft.tuners.tuners_utils import BaseTunerLayer
    from safetensors.torch import load_file

    name = f"tuned{next(_numbers)}"
    config = PeftConfig.from_pretrained(str(folder))
    config.inference_mode = True
    with warnings.catch_warnings():  # several on one base are meant
        warnings.filterwarnings("ignore", message="Already found a `peft_config`")
        with without_tying_advice():
            inject_adapter_in_model(config, model, adapter_name=name)
    saved = load_file(folder / "adapter_model.safetensors")
    with without_tying_advice():
        known = get_peft_model_state_dict(model, adapter_name=name)
    check_names(folder, (key.removeprefix(_PREFIX) for key in saved), (key.removeprefix(_PREFIX) for key in known))
    set_peft_model_state_dict(model, saved, adapter_name=name)
    layers = [one for one in model.modules() if isinstance(one, BaseTunerLayer)]

    def switch(on: bool) -> None:
        for layer in layers:
            if on:
                layer.set_adapter(name)
            layer.enable_adapters(on)

    model.eval()
    return AttachedModules(switch)


def attach_prompt(model: torch.nn.Module, folder: Path) -> AttachedPast:
    """A soft prompt as PEFT saves it."""
    from peft import PeftConfig
    from safetensors.torch import load_file

    config = PeftConfig.from_pretrained(str(folder))
    saved = load_file(folder / "adapter_model.safetensors")
    check_names(folder, saved, ["prompt_embeddings"])
    return AttachedPast(model, virtual_of(config, model, saved["prompt_embeddings"]))


def check_names(folder: Path, saved: Iterable[str], known: Iterable[str]) -> None:
    """Raise ``ModelError`` unless the parameters that were saved in a folder are those that the method has."""
    if strange := set(saved) ^ set(known):
        raise ModelError(
            f"{folder} holds other parameters than its method has: {sorted(strange)[0]}, {len(strange)} in all"
        )


def virtual_of(config: Any, model: Any, prompt: torch.Tensor) -> Virtual:
    """What PEFT's parameters of a soft prompt are: embeddings, or keys and values of all layers side by side.

    ``prompt`` has the shape ``(length, width)``; ``model`` is the base. Gradients flow through it.
    """
    from peft import PeftType

    from potluck.tuning.method import Virtual

    if config.peft_type == PeftType.PREFIX_TUNING:
        return Virtual(len(prompt), cache=prefix_cache(model, prompt))
    return Virtual(len(prompt), embeddings=prompt[None])


def prefix_cache(model: Any, flat: torch.Tensor) -> Any:
    """A cache of one row from keys and values side by side, shape ``(length, layers * 2 * heads * size)``.

    Gradients flow through it. The order is that of PEFT: keys of a layer, its values, those of the next.
    """
    from transformers import DynamicCache

    config = model.config
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    size = flat.shape[1] // (2 * heads * config.num_hidden_layers)
    parts = (
        flat.to(model.device, model.dtype)
        .view(len(flat), 2 * config.num_hidden_layers, heads, size)
        .permute(1, 2, 0, 3)
    )
    cache = DynamicCache()
    for number in range(config.num_hidden_layers):
        cache.update(parts[2 * number][None], parts[2 * number + 1][None], number)
    return cache


def flatten_cache(cache: Any) -> torch.Tensor:
    """The other way round: the keys and values of a cache of one row, side by side, float32."""
    import torch

    parts = [part[0].transpose(0, 1).flatten(1) for layer in cache.layers for part in (layer.keys, layer.values)]
    return torch.cat(parts, dim=1).float()
