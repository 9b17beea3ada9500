"""The module of a bottleneck adapter, and if it is put into the layers of a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeAlias

Variant: TypeAlias = Literal["houlsby", "pfeiffer", "parallel"]

_ATTENTION = ("self_attn", "attn", "attention")
_FEED_FORWARD = ("mlp", "feed_forward", "ffn")


def bottleneck(width: int, inner: int, activation: str, scaling: float) -> Any:
    """scaling * (U f(D x + b) + c), float32. U and c begin at zero, so that nothing is added before the first step."""
    import torch
    from transformers.activations import ACT2FN

    class Bottleneck(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.down = torch.nn.Linear(width, inner, dtype=torch.float32)
            self.up = torch.nn.Linear(inner, width, dtype=torch.float32)
            self.activation = ACT2FN[activation]
            torch.nn.init.normal_(self.down.weight, std=0.02)
            for zero in (self.down.bias, self.up.weight, self.up.bias):
                torch.nn.init.zeros_(zero)

        def forward(self, hidden: Any) -> Any:
            with torch.autocast(hidden.device.type, enabled=False):
                inside = self.activation(self.down(hidden.to(self.down.weight.dtype)))
                return (scaling * self.up(inside)).to(hidden.dtype)

    return Bottleneck()


def places(model: Any, variant: Variant) -> Iterator[tuple[str, Any]]:
    """The modules of the layers whose results are added to, with their names.

    Houlsby et al.: behind attention and behind the feed-forward part; Pfeiffer et al. and the parallel form: the
    feed-forward part alone. Raises ``ValueError`` for layers that are built in another way.
    """
    layers = layers_of(model)
    for number, layer in enumerate(layers):
        names = (_FEED_FORWARD,) if variant != "houlsby" else (_ATTENTION, _FEED_FORWARD)
        for known in names:
            found = next((name for name in known if hasattr(layer, name)), None)
            if found is None:
                raise ValueError(f"a layer of {type(model).__name__} has none of {', '.join(known)}")
            yield f"{number}.{found}", getattr(layer, found)


def layers_of(model: Any) -> Any:
    """The list of layers: the longest list of modules in the model."""
    import torch

    lists = [one for one in model.modules() if isinstance(one, torch.nn.ModuleList)]
    return max(lists, key=len)


def hook(module: Any, variant: Variant, active: Callable[[], bool]) -> Callable[..., Any]:
    """A forward hook that adds what the adapter says: of the result (in series), or of the input (parallel)."""

    def add_result(_: Any, arguments: tuple[Any, ...], settings: dict[str, Any], result: Any) -> Any:
        if not active():
            return None
        hidden = result[0] if isinstance(result, tuple) else result
        given = (arguments[0] if arguments else settings["hidden_states"]) if variant == "parallel" else hidden
        hidden = hidden + module(given)
        return (hidden, *result[1:]) if isinstance(result, tuple) else hidden

    return add_result
