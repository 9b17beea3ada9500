"""Kept runs, for lists and for a look at one; runs of older versions and damaged ones included."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from potluck.errors import RunNotFound, RunUnreadable
from potluck.results.kept_runs import KeptRunResult, RunDetailResult
from potluck.workspace.manifests import MANIFEST, surroundings

REPORT = "report.html"


def kept_run(folder: Path) -> KeptRunResult:
    """A run as a list shows it. ``problem`` says if the manifest cannot be read."""
    try:
        held = read_held(folder)
        return _summary(folder, held)
    except RunUnreadable as error:
        return KeptRunResult(folder.name, "", "", "", None, {}, None, _size(folder), str(folder), str(error))


@contextmanager
def refuse_unwritten(what: Path | str) -> Iterator[None]:
    """Raise ``RunUnreadable``, naming ``what``, where its content turns out to be something that no run writes."""
    try:
        yield
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise RunUnreadable(f"{what} is not what a run has written ({type(error).__name__}: {error})") from error


def run_detail(folder: Path) -> RunDetailResult:
    """The settings and measures of a run. Raises ``RunUnreadable``."""
    held = read_held(folder)
    with refuse_unwritten(folder / MANIFEST):
        return RunDetailResult(
            kept=_summary(folder, held),
            report=str(folder / REPORT) if (folder / REPORT).is_file() else None,
            versions={key: held.get(key) for key in surroundings()},
            settings={name: dict(flat_settings(recipe)) for name, recipe in recipes_held(held).items()},
            measures=measures_held(held),
        )


def report_of(folder: Path) -> Path:
    """The page that shows a run. Raises ``RunNotFound`` if it was not made, or was removed."""
    path = folder / REPORT
    if not path.is_file():
        there = ", ".join(sorted(one.name for one in folder.iterdir()))
        raise RunNotFound(f"{folder} has no {REPORT}; there are: {there}")
    return path


def read_held(folder: Path) -> dict[str, Any]:
    """The manifest as it was written. Raises ``RunUnreadable`` for anything but an object of JSON."""
    path = folder / MANIFEST
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunUnreadable(f"{path} cannot be read: {error}") from error
    if not isinstance(held, dict):
        raise RunUnreadable(f"{path} is not what a run has written")
    return held


def recipes_held(held: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The recipes of a manifest by variant; a run's own has no name."""
    return dict(held.get("variants") or {"": held.get("recipe") or {}})


def measures_held(held: Mapping[str, Any]) -> dict[str, dict[str, float | None]]:
    """The measures' means by variant."""
    found = dict(held.get("metrics") or {})
    if not any(isinstance(one, dict) for one in found.values()):
        return {"": found}
    return {
        name: {measure: one["mean"] if isinstance(one, dict) else one for measure, one in of.items()}
        for name, of in found.items()
    }


def flat_settings(settings: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, object]]:
    """Each setting under the key that ``--set`` takes, such as ``splitter.chunk_size``."""
    for key, value in settings.items():
        if isinstance(value, dict) and value:
            yield from flat_settings(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _summary(folder: Path, held: Mapping[str, Any]) -> KeptRunResult:
    with refuse_unwritten(folder / MANIFEST):
        measures = measures_held(held)
        chief = held.get("metric")
        values = {name: of[chief] for name, of in measures.items() if chief is not None and of.get(chief) is not None}
        seconds = held.get("seconds")
        return KeptRunResult(
            run=folder.name,
            command=str(held.get("command", "")),
            started=str(held.get("started", "")),
            recipe=str((held.get("recipe") or {}).get("name", "")),
            measure=chief if values else None,
            values={name: float(value) for name, value in values.items() if value is not None},
            seconds=None if seconds is None else float(seconds),
            bytes=_size(folder),
            folder=str(folder),
            problem="",
        )


def _size(folder: Path) -> int:
    """Bytes of the files; those that vanish meanwhile count nothing."""
    found = 0
    for path in folder.rglob("*"):
        try:
            found += path.lstat().st_size if path.is_file() else 0
        except OSError:
            continue
    return found
