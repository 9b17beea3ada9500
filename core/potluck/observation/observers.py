"""The observers of a run: who is told, and what becomes of one that fails."""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from potluck import hookspecs, plugins
from potluck.contracts import Config, Context
from potluck.errors import PotluckError
from potluck.model_sources.model_store import ModelStore
from potluck.plugins import Plugin

if TYPE_CHECKING:
    from potluck.recipe.model import RecipeModel

log = logging.getLogger("potluck")


class Observers(pluggy.PluginManager):
    """Register an object with ``potluck_stage_...`` hooks, and it is told. ``run`` is a name of this opening."""

    def __init__(self, recipe: str = "") -> None:
        """Nobody watches yet."""
        super().__init__("potluck")
        self.add_hookspecs(hookspecs)
        self.recipe = recipe
        self.run = os.urandom(8).hex()
        self._stages = itertools.count(1)

    def next_stage(self) -> int:
        """The number of a stage that begins."""
        return next(self._stages)

    def add(self, plugin: Plugin, config: Config, folder: Path, network: bool = False) -> None:
        """Make an observer that was asked for. One that cannot be made is left out, with a warning."""
        context = Context(folder, folder / ".potluck" / "observers", ModelStore(folder), network=network)
        name = plugin.qualified_name
        try:
            made: object = plugins.make(plugin, config, context)
            self.register(made, None if self.has_plugin(name) else name)
        except (Exception, SystemExit) as error:
            _warn(name, error)

    def close(self) -> None:
        """Let every observer finish what it has begun."""
        for name, observer in self.list_name_plugin():
            close = getattr(observer, "close", None)
            if close is not None:
                try:
                    close()
                except (Exception, SystemExit) as error:
                    _warn(name, error)
            self.unregister(observer)


def observers_of(recipe: RecipeModel) -> Observers:
    """Those that a recipe, or the environment when it was read, asks for.

    Of processes that train together only the first one is watched.
    """
    found = Observers(recipe.name)
    if not recipe.observers:
        return found
    from potluck.tuning.processes import is_main_process

    for part in recipe.observers if is_main_process() else ():
        found.add(part.plugin, part.config, recipe.folder, plugins.sends_to(part.plugin, part.config) is not None)
    return found


def tell(manager: pluggy.PluginManager, hook: str, facts: Mapping[str, Any]) -> None:
    """Call a hook of each observer by itself: one that raises is warned of, and left out from then on."""
    watching = [(name, observer) for name, observer in manager.list_name_plugin() if observer is not None]
    for name, observer in watching:
        try:
            manager.subset_hook_caller(hook, _others(watching, observer))(**facts)
        except (Exception, SystemExit) as error:
            if manager.is_registered(observer):
                manager.unregister(observer)
                _warn(name, error)


def _others(watching: Iterable[tuple[str, object]], observer: object) -> list[object]:
    return [other for _, other in watching if other is not observer]


def _warn(name: str, error: BaseException) -> None:
    """One line, on standard error unless the program has other plans for its log."""
    said = " ".join(str(error).split())
    if not isinstance(error, PotluckError):
        said = f"{type(error).__name__}: {said}".rstrip(": ")
    log.warning("the observer %s is left out: %s", name, said)
