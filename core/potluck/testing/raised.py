"""Describing a plugin's failure: the method that raised, its arguments and the line; and the files that it changed."""

from __future__ import annotations

import linecache
import reprlib
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType

from potluck.contracts import Component
from potluck.documents import Document, Source

_OURS = "potluck."


class _Short(reprlib.Repr):
    """Arguments in a few words: a document by its name and length, a long list by its length."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring, self.maxother, self.maxlist, self.maxtuple, self.maxlevel = 60, 80, 2, 2, 3

    def repr1(self, x: object, level: int) -> str:
        """The words for one argument."""
        if isinstance(x, Document):
            return f"Document({x.source!r}, {self.repr1(x.text, level - 1)})"
        if isinstance(x, Source):
            return f"Source({x.name!r})"
        if (shape := getattr(x, "shape", None)) is not None:
            return f"an array of the shape {shape}"
        if isinstance(x, list) and len(x) > self.maxlist:
            return f"{len(x)} of them: {super().repr1(x, level)}"
        return super().repr1(x, level)


def describe_error(error: BaseException) -> str:
    """The error, the call of the plugin's method that raised it, and the line.

    If the kit itself could not use the plugin's result, its own line.
    """
    said = f"{type(error).__name__}: {error}"
    frames = list(traceback.walk_tb(error.__traceback__))
    called = next((frame for frame, _ in frames if _is_of_plugin(frame)), None)
    if called is not None:
        return f"{said}; {_call(called)} raised it, {_place(*_innermost(frames))}"
    return f"{said}, at {_line(*frames[-1])!r}" if frames else said


def is_raised_by_plugin(error: BaseException) -> bool:
    """Whether the error came from a method of the plugin and not from the kit."""
    return any(_is_of_plugin(frame) for frame, _ in traceback.walk_tb(error.__traceback__))


def _is_of_plugin(frame: FrameType) -> bool:
    own = isinstance(frame.f_locals.get("self"), Component)
    return own and not str(frame.f_globals.get("__name__", "")).startswith(_OURS)


def _innermost(frames: list[tuple[FrameType, int]]) -> tuple[FrameType, int]:
    """The last place in the plugin's own file."""
    return [(frame, line) for frame, line in frames if _is_of_plugin(frame)][-1]


def _call(frame: FrameType) -> str:
    return f"{frame.f_code.co_name}({', '.join(_arguments(frame))})"


def _arguments(frame: FrameType) -> Iterator[str]:
    code, short = frame.f_code, _Short()
    for name in code.co_varnames[: code.co_argcount]:
        if name != "self":
            yield f"{name}={short.repr(frame.f_locals[name])}" if name in frame.f_locals else name


def _place(frame: FrameType, line: int) -> str:
    return f"{Path(frame.f_code.co_filename).name}:{line}"


def _line(frame: FrameType, line: int) -> str:
    return linecache.getline(frame.f_code.co_filename, line).strip() or _place(frame, line)


def describe_changes(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """The changes to files, given their content by name: ``it wrote a.txt, changed b.txt``. Empty for no change."""
    done = {
        "wrote": sorted(after.keys() - before.keys()),
        "changed": sorted(name for name in before.keys() & after.keys() if before[name] != after[name]),
        "deleted": sorted(before.keys() - after.keys()),
    }
    said = [
        f"{verb} {', '.join(names[:5])}{', ...' if len(names) > 5 else ''}" for verb, names in done.items() if names
    ]
    return f"it {', '.join(said)}" if said else ""
