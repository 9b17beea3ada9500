"""Imports one plugin and says how that went: ``python -m potluck.doctor.probe PLUGIN FOLDER [--conform]``.

A process of its own, because the module may do anything: end it, hang, crash, print, send. What it tries to send is
refused and told. It is not a sandbox: a module that means harm does it here as it would in a recipe.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from potluck import plugins
from potluck.atomic_files import write_atomically
from potluck.contracts import Config
from potluck.doctor import RESULT
from potluck.egress import allow_only, silence_dependencies
from potluck.errors import MissingDependency, PluginError, PotluckError
from potluck.plugins import Plugin


def main() -> None:
    """Write the result into the folder, and end at once: the module may have left something running."""
    plugin, folder = Plugin(**json.loads(sys.argv[1])), Path(sys.argv[2])
    silence_dependencies()
    with allow_only(None) as shut:
        found = _import_plugin(plugin)
        if "--conform" in sys.argv[3:] and not found["problem"] and not found["missing"]:
            found |= _conform(plugin)
    found["reached_for"] = sorted(set(shut.refused))
    write_atomically(folder / RESULT, json.dumps(found).encode())
    os._exit(0)


def _import_plugin(plugin: Plugin) -> dict[str, Any]:
    found: dict[str, Any] = {"seconds": None, "contract": None, "missing": [], "problem": "", "message": ""}
    started = time.perf_counter()
    try:
        offered = plugins.unchecked_offer(plugin)
        found["seconds"] = time.perf_counter() - started
        found["contract"] = int(offered.contract)
        plugins.offer(plugin)
        if not (isinstance(offered.config, type) and issubclass(offered.config, Config)):
            raise PluginError(f"{plugin.label}: the 'config' of its Offer is not a potluck.contracts.Config")
        found["missing"] = plugins.missing_modules(plugin)
        plugins.require(plugin)
    except MissingDependency as error:
        found["message"] = str(error)
    except Exception as error:
        found |= {"problem": type(error).__name__, "message": str(error)}
    return found


def _conform(plugin: Plugin) -> dict[str, Any]:
    """Check it against the rules of its kind with its default settings, or say why that cannot be."""
    from potluck.testing import checks, conform

    offered = plugins.offer(plugin)
    required = [name for name, info in offered.config.model_fields.items() if info.is_required()]
    if required:
        return {"skipped": f"it has no default for {', '.join(required)}: potluck conform --config FILE"}
    try:
        checks(plugin.kind)
        host = plugins.sends_to(plugin, offered.config())
        if host is not None:
            return {"skipped": f"it would send texts to {host}"}
        outcomes = conform(plugin.kind, plugin.qualified_name)
    except PotluckError as error:
        return {"skipped": str(error)}
    except Exception as error:
        return {"skipped": f"{type(error).__name__}: {error}"}
    return {"outcomes": [asdict(one) for one in outcomes]}


if __name__ == "__main__":
    main()
