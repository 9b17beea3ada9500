"""The manifest of a run, read back and checked before anything is repeated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from potluck.errors import RunUnreadable
from potluck.runs.kept import read_held, refuse_unwritten
from potluck.workspace.manifests import MANIFEST, surroundings


@dataclass(frozen=True, slots=True)
class RunManifest:
    """The information needed to repeat a run. A run's own recipe has no name; the variants of a comparison have
    theirs."""

    run: str
    recipes: Mapping[str, Mapping[str, Any]]
    """Recipes with all defaults written out, by name."""
    pins: Mapping[str, Mapping[str, Mapping[str, Any]]]
    """By name: what the results depend on beside the recipe."""
    metrics: Mapping[str, Mapping[str, float | None]]
    """By name: the measures' means."""
    versions: Mapping[str, Any]
    """Of potluck, Python and the machine."""
    questions: Path | None = None
    """The file of questions, if a command named one."""
    limit: int | None = None
    """How many of its questions were asked; None for all."""
    repeats: int = 1
    seeds: int = 1
    """How often each tuned variant was trained."""


def read_run_manifest(folder: Path) -> RunManifest:
    """The manifest of a run's folder. Raises ``RunUnreadable`` for a file that a run has not written."""
    path, held = folder / MANIFEST, read_held(folder)
    if held.get("command") == "strategy":
        raise RunUnreadable(f"{folder}: a comparison of strategies is repeated by potluck strategy DATA --fresh")
    if "pins" not in held or "recipe" not in held:
        raise RunUnreadable(f"{path} was written by an older potluck, and does not say enough to repeat the run")
    with refuse_unwritten(path):
        return _comparison_manifest(held) if "variants" in held else _run_manifest(held)


def _run_manifest(held: Mapping[str, Any]) -> RunManifest:
    return RunManifest(
        str(held["run"]),
        {"": dict(held["recipe"])},
        {"": _pins(held["pins"])},
        {"": dict(held.get("metrics") or {})},
        _versions(held),
        *_questions_and_limit(held),
    )


def _comparison_manifest(held: Mapping[str, Any]) -> RunManifest:
    names = list(dict(held["variants"]))
    means = {name: {metric: one["mean"] for metric, one in dict(held["metrics"][name]).items()} for name in names}
    return RunManifest(
        str(held["run"]),
        {name: dict(held["variants"][name]) for name in names},
        {name: _pins(held["pins"][name]) for name in names},
        means,
        _versions(held),
        *_questions_and_limit(held),
        int(held.get("repeats", 1)),
        int(held.get("seeds", 1)),
    )


def _questions_and_limit(held: Mapping[str, Any]) -> tuple[Path | None, int | None]:
    """The file of questions that a command named, and how many of it were asked."""
    return (
        Path(held["questions"]) if held.get("questions") else None,
        None if held.get("limit") is None else int(held["limit"]),
    )


def _pins(held: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {what: dict(things) for what, things in held.items()}


def _versions(held: Mapping[str, Any]) -> dict[str, Any]:
    return {key: held.get(key) for key in surroundings()}
