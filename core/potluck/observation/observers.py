"""The observers of a run, and what happens to one that fails."""

from __future__ import annotations

import inspect
import itertools
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from potluck import plugins
from potluck.contracts import Config, Context
from potluck.errors import PotluckError
from potluck.model_sources.model_store import ModelStore
from potluck.plugins import Plugin
from potluck.workspace.location import workspace_beside

if TYPE_CHECKING:
    from potluck.recipe.model import RecipeModel

log = logging.getLogger("potluck")


class Observers:
    """Those that watch one opening of a recipe, in the order in which they were registered.

    An observer is any object with functions that are called like hooks, ``potluck_stage_started`` and so on. Such a
    function may leave out parameters that it does not need. ``run`` is a name of this opening.
    """

    def __init__(self, recipe: str = "") -> None:
        """Nobody watches yet."""
        self.recipe = recipe
        self.run = os.urandom(8).hex()
        self._stages = itertools.count(1)
        self._watching: list[tuple[str, object]] = []
        self._lock = Lock()

    def next_stage(self) -> int:
        """The number of a stage that begins."""
        return next(self._stages)

    def register(self, observer: object, name: str | None = None) -> None:
        """Tell an observer from now on; ``name`` is what warnings call it.

        Raises ``ValueError`` for one that is registered already, and for a name that is taken.
        """
        name = name or f"{type(observer).__qualname__} {id(observer)}"
        with self._lock:
            if any(other is observer or called == name for called, other in self._watching):
                raise ValueError(f"the observer {name} is registered already")
            self._watching.append((name, observer))

    def unregister(self, observer: object) -> bool:
        """Tell an observer no more. Whether it was told until now."""
        with self._lock:
            rest = [one for one in self._watching if one[1] is not observer]
            was_there = len(rest) < len(self._watching)
            self._watching = rest
        return was_there

    def get_plugin(self, name: str) -> object | None:
        """The observer that is registered by a name, such as ``potluck:jsonl``."""
        return next((observer for called, observer in self._watching if called == name), None)

    def add(self, plugin: Plugin, config: Config, folder: Path, network: bool = False) -> None:
        """Make an observer that was asked for. One that cannot be made is left out, with a warning."""
        context = Context(folder, workspace_beside(folder) / "observers", ModelStore(folder), network=network)
        name = plugin.qualified_name
        try:
            made: object = plugins.make(plugin, config, context)
            self.register(made, None if self.get_plugin(name) is not None else name)
        except (Exception, SystemExit) as error:
            _warn(name, error)

    def tell(self, hook: str, facts: Mapping[str, object]) -> None:
        """Call a hook of each observer: one that raises is warned of, and left out from then on."""
        for name, observer in tuple(self._watching):
            try:
                function = getattr(observer, hook, None)
                if function is not None:
                    taken = inspect.signature(function).parameters
                    function(**{key: fact for key, fact in facts.items() if key in taken})
            except (Exception, SystemExit) as error:
                if self.unregister(observer):
                    _warn(name, error)

    def close(self) -> None:
        """Let every observer finish what it has begun."""
        for name, observer in tuple(self._watching):
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


def _warn(name: str, error: BaseException) -> None:
    """One line, on standard error unless the program has other plans for its log."""
    said = " ".join(str(error).split())
    if not isinstance(error, PotluckError):
        said = f"{type(error).__name__}: {said}".rstrip(": ")
    log.warning("the observer %s is left out: %s", name, said)
