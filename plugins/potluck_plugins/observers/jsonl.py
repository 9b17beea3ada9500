"""Writes what happens into a file, one JSON object a line.

A line is appended by one system call, so that several processes can write into one file and a process that is killed
leaves whole lines. No text of a document, question or answer is in it, no name of a file and no secret: only counts,
times, names of plugins and models, and the classes of errors.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import potluck
from potluck.contracts import Config, Context, Observer
from potluck.documents import Json
from potluck.hookspecs import ModelCall, StageEvent

VARIABLE = "POTLUCK_EVENTS"


class JsonlConfig(Config):
    """Settings of the ``jsonl`` observer."""

    path: str | None = None
    """The file, relative to the recipe; POTLUCK_EVENTS if left out, else .potluck/observers/events.jsonl."""

    progress: bool = True
    """Write how far a stage is as well, not only its start and end."""


class Jsonl(Observer):
    """Appends to a file that stays open until the end."""

    def __init__(self, config: JsonlConfig, context: Context) -> None:
        """Open the file; what a full disk cut off before gets a line of its own."""
        self._progress = config.progress
        named = config.path or context.environment.get(VARIABLE)
        path = context.base / Path(named).expanduser() if named else context.folder / "events.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        size = os.fstat(self._file).st_size
        if size and os.lseek(self._file, size - 1, os.SEEK_SET) and os.read(self._file, 1) != b"\n":
            os.write(self._file, b"\n")

    @potluck.hookimpl
    def potluck_stage_started(self, event: StageEvent) -> None:
        """Write that a stage begins."""
        self._write("started", _stage(event))

    @potluck.hookimpl
    def potluck_stage_progressed(self, event: StageEvent) -> None:
        """Write how far it is."""
        if self._progress:
            self._write("progressed", _stage(event))

    @potluck.hookimpl
    def potluck_stage_finished(self, event: StageEvent) -> None:
        """Write that it is done."""
        self._write("finished", _stage(event))

    @potluck.hookimpl
    def potluck_stage_failed(self, event: StageEvent, error: BaseException) -> None:
        """Write with what class of error it ended."""
        self._write("failed", {**_stage(event), "error": type(error).__name__})

    @potluck.hookimpl
    def potluck_model_called(self, call: ModelCall) -> None:
        """Write what a call of a model took."""
        line: dict[str, Json] = {
            "operation": call.operation,
            "component": call.component,
            "model": call.model,
            "started": _time(call.started),
            "seconds": round(call.seconds, 6),
            "texts": call.texts,
            "input_tokens": call.input_tokens,
            "output_tokens": call.output_tokens,
        }
        if call.error:
            line["error"] = call.error
        self._write("called", {"run": call.run, "recipe": call.recipe, "stage_id": call.stage, **line})

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _write(self, event: str, line: dict[str, Json]) -> None:
        data = json.dumps({"event": event, **line}, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        written = os.write(self._file, data)
        if written < len(data):
            raise OSError(f"only {written} of {len(data)} bytes of a line could be written")


def _stage(event: StageEvent) -> dict[str, Json]:
    about: dict[str, Json] = {
        "component": event.component,
        "model": event.model,
        "measures": {**event.measures},
        "reused": event.reused,
        "resumed": event.resumed,
        "seconds_left": None if event.seconds_left is None else round(event.seconds_left, 1),
    }
    return {
        "run": event.run,
        "recipe": event.recipe,
        "stage_id": event.id,
        "parent_id": event.parent,
        "stage": event.stage,
        "started": _time(event.started),
        "seconds": round(event.seconds, 6),
        "done": event.done,
        "total": event.total,
        "unit": event.unit,
        **{key: value for key, value in about.items() if value},
        **({} if event.saved is None else {"saved": event.saved}),
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


@potluck.hookimpl
def potluck_observer() -> potluck.Offer[Jsonl]:
    """Offer the observer."""
    return potluck.Offer("a line of JSON for each event, in a file", JsonlConfig, Jsonl)
