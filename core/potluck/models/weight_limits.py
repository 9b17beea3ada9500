"""What a model's configuration claims, checked against its weights before and while the model is built.

A single number in a config.json decides how much is built: ten million layers take hours and all memory before anything
checks whether there are weights for them.
"""

from __future__ import annotations

import json
import math
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from potluck.documents import Json
from potluck.errors import ModelNotFound
from potluck.models.gguf_fields import open_gguf

_LAYERS = re.compile(r"(^|_)layers?$")
_MANY = 1000
"""Layers that no model has, and that are built in some seconds."""
_TIMES = 4
"""Parameters that are built for each that is in the weights, at most: embeddings are built twice before they are tied,
and some models have parts that no file holds."""
_PACKED = 8
"""Weights that are packed into a whole number, at most: of 4 bits into one of 32."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What the files ``where`` hold: the number of ``tensors``, and of their ``parameters`` in all."""

    where: Path
    tensors: int
    parameters: int

    @classmethod
    def in_folder(cls, folder: Path) -> Weights | None:
        """By the headers of all safetensors of a folder; None if there are none, or one cannot be read."""
        from safetensors import SafetensorError, safe_open

        sizes = list[int]()
        try:
            for path in folder.rglob("*.safetensors"):
                with safe_open(path, "np") as file:
                    sizes += [_parameters(file.get_slice(name)) for name in list(file.keys())]
        except (OSError, SafetensorError):
            return None  # whoever reads the tensors says what is wrong
        return cls(folder, len(sizes), sum(sizes)) if sizes else None

    @classmethod
    def in_gguf(cls, path: Path) -> Weights:
        """Those of a GGUF file. Raises ``ModelNotFound`` as ``check`` does for its ``block_count``."""
        reader = open_gguf(path)
        found = cls(path, len(reader.tensors), sum(int(one.n_elements) for one in reader.tensors))
        blocks = [field.contents() for name, field in reader.fields.items() if name.endswith(".block_count")]
        found.check({"layers": max(blocks, default=0)})
        return found

    def check(self, claimed: Json) -> None:
        """Raise ``ModelNotFound`` for a configuration with more layers than there are tensors for."""
        for key, value in claimed.items() if isinstance(claimed, dict) else ():
            if isinstance(value, dict):
                self.check(value)
            elif isinstance(value, int) and _LAYERS.search(key) and value > max(self.tensors, _MANY):
                raise self._mismatch(f"claims more layers ({key}) than its weights have tensors ({self.tensors:,})")

    @contextmanager
    def suffice(self) -> Iterator[None]:
        """Within, ``ModelNotFound`` is raised as soon as this thread has built far more than the weights can fill."""
        from torch.nn.modules.module import register_module_parameter_registration_hook

        built, thread = 0, threading.get_ident()

        def count(module: object, name: str, parameter: Any) -> None:
            nonlocal built
            if parameter is not None and threading.get_ident() == thread:
                built += parameter.numel()
                if built > _TIMES * self.parameters:
                    raise self._mismatch(
                        f"describes a model of far more parameters than its weights hold ({self.parameters:,})"
                    )

        hook = register_module_parameter_registration_hook(count)
        try:
            yield
        finally:
            hook.remove()

    def _mismatch(self, problem: str) -> ModelNotFound:
        return ModelNotFound(
            f"{self.where}: its configuration {problem}; take the one that came with the weights, or get the model anew"
        )


@contextmanager
def limit_to_weights(folder: Path) -> Iterator[None]:
    """Within, a model of a folder with safetensors and a config.json is built.

    Raises ``ModelNotFound`` if the configuration describes more than the weights hold. Files that cannot be read are
    left to whoever builds the model.
    """
    weights = Weights.in_folder(folder)
    if weights is None:
        yield
        return
    weights.check(_read_config(folder / "config.json"))
    with weights.suffice():
        yield


def _read_config(path: Path) -> Json:
    try:
        found: Json = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found


def _parameters(tensor: Any) -> int:
    count: int = math.prod(tensor.get_shape())
    return count if str(tensor.get_dtype()).startswith(("F", "BF")) else count * _PACKED
