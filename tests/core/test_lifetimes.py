"""A method of an object that was closed says so, also where it fails because another thread closes the object.

Modules: ``potluck.lifetimes``.
"""

from __future__ import annotations

import pytest

from potluck.lifetimes import while_open


class Box:
    """Something that can be closed."""

    is_closed = False

    def check_open(self) -> None:
        if self.is_closed:
            raise RuntimeError("箱子關了")

    @while_open
    def take(self, what: str, *, closes: bool = False) -> str:
        self.is_closed = closes
        return {"蘋果": "apple"}[what]


def test_as_long_as_it_is_open_a_method_does_what_it_does() -> None:
    assert Box().take("蘋果") == "apple"
    with pytest.raises(KeyError):
        Box().take("梨")


def test_of_a_closed_one_nothing_is_done() -> None:
    box = Box()
    box.is_closed = True
    with pytest.raises(RuntimeError, match="箱子關了"):
        box.take("蘋果")


def test_what_fails_because_it_was_closed_meanwhile_says_so() -> None:
    with pytest.raises(RuntimeError, match="箱子關了"):
        Box().take("梨", closes=True)
