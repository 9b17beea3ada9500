"""Finding the plugin that raised an error that nobody expects, by the methods that were running."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import FrameType

from potluck.contracts import Component
from potluck.contracts.kinds import KINDS
from potluck.errors import BrokenPlugin
from potluck.plugins import Plugin, installed_plugins


def name_plugin(error: Exception) -> Exception:
    """``BrokenPlugin`` with the plugin, the error, the method and the line; the error itself if no plugin raised it."""
    frames = list(traceback.walk_tb(error.__traceback__))
    found = [(frame, line, plugin) for frame, line in frames if (plugin := _plugin_of(frame)) is not None]
    if not found:
        return error
    frame, line, plugin = found[-1]
    place = f"{Path(frame.f_code.co_filename).name}:{line}"
    broken = BrokenPlugin(
        f"{plugin.label} failed: {type(error).__name__}: {error}; {frame.f_code.co_name} raised it, {place}\n"
        "potluck --debug shows where"
    )
    broken.__cause__ = error
    return broken


def _plugin_of(frame: FrameType) -> Plugin | None:
    """The one plugin of whose module the component is that a method runs on."""
    component = frame.f_locals.get("self")
    if not isinstance(component, Component):
        return None
    module = type(component).__module__
    found = [
        plugin
        for plugin in installed_plugins()
        if isinstance(component, KINDS[plugin.kind].contract)
        and (module == plugin.module or module.startswith(f"{plugin.module}."))
    ]
    return found[0] if len(found) == 1 else None
