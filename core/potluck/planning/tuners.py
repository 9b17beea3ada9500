"""The installed tuners by what they train: prompts before the text, modules in the layers, or the weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from potluck import plugins
from potluck.contracts import Context, TuningRequest
from potluck.contracts.tuner import ModelKind
from potluck.documents import Example, Json, Message
from potluck.errors import PluginError, TokenizerMismatch, Unsupported
from potluck.json_values import as_json
from potluck.model_sources.model_store import ModelStore


@dataclass(frozen=True, slots=True)
class TunerInfo:
    """One tuner. ``trainable`` and ``total`` are None if no model was named, or the tuner is not one to count on."""

    name: str
    summary: str
    family: str
    mergeable: bool
    whole: bool
    served_by: tuple[str, ...]
    tasks: tuple[str, ...]
    kinds: tuple[str, ...]
    """Kinds of models that it trains: causal, masked, seq2seq."""
    package: str
    trainable: int | None = None
    total: int | None = None

    def as_json(self) -> dict[str, Json]:
        """As ``potluck tuners --json`` prints it."""
        return as_json(self)


def list_tuners(model: str | None, base: Path) -> list[TunerInfo]:
    """All installed tuners that can be imported, by name. Raises ``ModelNotFound`` for a model that is not there."""
    models = ModelStore(base)
    folder = models.folder(model) if model is not None else None
    found = []
    for plugin in sorted((one for one in plugins.installed_plugins() if one.kind == "tuner"), key=lambda one: one.name):
        try:
            plugins.find("tuner", plugin.name)
            offered = plugins.tuner_offer(plugin)
        except PluginError:
            continue
        trainable = total = None
        if folder is not None:
            tuner: Any = plugins.make(plugin, offered.config(), Context(base, base, models))
            example = Example((Message("user", "count"),), "me")
            with suppress(Unsupported, TokenizerMismatch):  # it could not be tuned so: there is nothing to count
                counted = tuner.plan(TuningRequest(folder, "generation", (example,), (), base))
                trainable, total = counted.trainable_parameters, counted.total_parameters
        found.append(
            TunerInfo(
                plugin.name,
                offered.summary,
                offered.family,
                offered.mergeable,
                offered.whole,
                tuple(sorted(offered.served_by or _chat_models_for(offered.kinds))),
                tuple(sorted(offered.tasks)),
                tuple(sorted(offered.kinds)),
                plugin.package,
                trainable,
                total,
            )
        )
    return found


def _chat_models_for(kinds: frozenset[ModelKind]) -> Iterator[str]:
    """The names of the installed chat plugins that answer with tuned models of one of these kinds."""
    for plugin in plugins.installed_plugins():
        if plugin.kind == "chat":
            with suppress(PluginError):
                offered = plugins.chat_offer(plugin)
                if offered.takes_tuned is True and offered.kinds & kinds:
                    yield plugin.name
