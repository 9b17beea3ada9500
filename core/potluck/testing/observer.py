"""The rules of observers."""

from __future__ import annotations

import contextlib
import inspect
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pluggy

from potluck import hookspecs
from potluck.egress import allow_only
from potluck.errors import PotluckError, RemoteError
from potluck.hookspecs import ModelCall, StageEvent
from potluck.testing.kit import Skipped, Subject, need, rule

_PRIVATE = "密件 private words"
"""The content of messages and errors, which may be names of files and words of documents."""
_THREADS = 4
_EVENTS = 50


@contextlib.contextmanager
def _fresh_hooks(subject: Subject, folder: str = "own") -> Iterator[Any]:
    """The hooks of a fresh observer, closed in the end."""
    try:
        observer = subject.make(folder)
    except PotluckError as error:
        raise Skipped(str(error)) from error
    manager = pluggy.PluginManager("potluck")
    manager.add_hookspecs(hookspecs)
    manager.register(observer)
    manager.check_pending()
    try:
        yield manager.hook
    finally:
        if hasattr(observer, "close"):
            observer.close()


def _event(number: int, parent: int = 0, done: int = 0) -> StageEvent:
    return StageEvent(
        "嵌入",
        "texts",
        done,
        None if number == 1 else _EVENTS,
        _PRIVATE,
        "run",
        "配方",
        number,
        parent,
        "e",
        "m",
        1.7e9,
        0.5,
    )


def _call(stage: int, error: str = "") -> ModelCall:
    return ModelCall("chat", "e", "m", 1.7e9, 0.1, 1, None, 3, error, "run", "配方", stage)


def _run(hook: Any) -> None:
    """A run with a stage in a stage, of which the inner one fails."""
    outer, inner = _event(1), _event(2, parent=1)
    hook.potluck_stage_started(event=outer)
    hook.potluck_stage_started(event=inner)
    for done in range(1, _EVENTS):
        hook.potluck_stage_progressed(event=_event(2, 1, done))
    hook.potluck_model_called(call=_call(2))
    hook.potluck_model_called(call=_call(2, "RemoteError"))
    hook.potluck_stage_failed(event=_event(2, 1, _EVENTS), error=RemoteError(_PRIVATE))
    hook.potluck_stage_finished(event=_event(1))


@rule("observer", "hooks")
def check_hooks(subject: Subject) -> None:
    """It has hooks of observers, spelt as they are specified."""
    with _fresh_hooks(subject) as hook:
        names = [name for name, spec in vars(hookspecs).items() if _is_of_observers(name, spec)]
        need(any(getattr(hook, name).get_hookimpls() for name in names), f"it has none of {', '.join(names)}")


@rule("observer", "run")
def check_run(subject: Subject) -> None:
    """It takes all events of a run: stages within stages, unknown totals, calls, a failure."""
    with _fresh_hooks(subject) as hook:
        _run(hook)


@rule("observer", "again")
def check_again(subject: Subject) -> None:
    """It takes a second run, and another observer of its kind beside it that has the same folder."""
    with _fresh_hooks(subject) as one, _fresh_hooks(subject) as other:
        for _ in range(2):
            _run(one)
            _run(other)


@rule("observer", "threads")
def check_threads(subject: Subject) -> None:
    """It takes calls from several threads at once."""
    with _fresh_hooks(subject) as hook, ThreadPoolExecutor(_THREADS) as pool:
        hook.potluck_stage_started(event=_event(1))
        for done in [pool.submit(hook.potluck_model_called, call=_call(1)) for _ in range(_EVENTS)]:
            done.result()
        hook.potluck_stage_finished(event=_event(1))


@rule("observer", "broken-off")
def check_broken_off(subject: Subject) -> None:
    """It can be closed before anything happened, and while a stage is under way."""
    with _fresh_hooks(subject):
        pass
    with _fresh_hooks(subject, "other") as hook:
        hook.potluck_stage_started(event=_event(1))


@rule("observer", "silent")
def check_silent(subject: Subject) -> None:
    """It prints nothing on standard output, which belongs to the command."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), _fresh_hooks(subject) as hook:
        _run(hook)
    need(not printed.getvalue(), f"it printed {printed.getvalue()[:80]!r}")


@rule("observer", "private")
def check_private(subject: Subject) -> None:
    """Its files hold no message and no text of an error."""
    with _fresh_hooks(subject) as hook:
        _run(hook)
    forms = (_PRIVATE.encode(), _PRIVATE.encode("unicode_escape"), _PRIVATE.encode("utf-16-le"))
    for path in sorted(Path(subject.folder).rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            need(not any(form in content for form in forms), f"{path.name} holds {_PRIVATE!r}")


@rule("observer", "egress")
def check_egress(subject: Subject) -> None:
    """It sends nothing to another machine than the one that its ``sends_to`` names."""
    with allow_only(subject.sends_to) as shut, _fresh_hooks(subject) as hook:
        _run(hook)
    need(not shut.refused, f"it tried to reach {', '.join(shut.refused)}")


def _is_of_observers(name: str, spec: object) -> bool:
    told = ("event", "call")
    return (
        name.startswith("potluck_")
        and callable(spec)
        and any(one in inspect.signature(spec).parameters for one in told)
    )
