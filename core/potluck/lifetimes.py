"""Methods that may be called only as long as their object is open."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar


class Closable(Protocol):
    """An object that somebody may close while others use it."""

    def check_open(self) -> None:
        """Raise an error if it was closed."""


_Owner = TypeVar("_Owner", bound=Closable)
_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def while_open(
    method: Callable[Concatenate[_Owner, _Given], _Result],
) -> Callable[Concatenate[_Owner, _Given], _Result]:
    """Raise what ``check_open`` raises if the object was closed, also for a call that fails because another thread
    closes it."""

    @wraps(method)
    def call_open(self: _Owner, /, *given: _Given.args, **named: _Given.kwargs) -> _Result:
        self.check_open()
        try:
            return method(self, *given, **named)
        except Exception:
            self.check_open()
            raise

    return call_open
