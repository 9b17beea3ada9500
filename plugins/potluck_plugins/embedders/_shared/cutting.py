"""The beginning of a text that fits a window, for embedders whose engine would read more."""

from __future__ import annotations

from collections.abc import Callable


def cut_to_window(text: str, window: int, count: Callable[[str], int]) -> str:
    """As much of a text's beginning as has at most ``window`` tokens, and at least a character.

    What stands behind does not decide where it ends: a count need not grow with every character, so that halving the
    text would find one end or another.
    """
    if count(text) <= window:
        return text
    end, step = 0, 1 << window.bit_length()
    while step:
        if end + step <= len(text) and count(text[: end + step]) <= window:
            end += step
        else:
            step //= 2
    return text[: max(1, end)]
