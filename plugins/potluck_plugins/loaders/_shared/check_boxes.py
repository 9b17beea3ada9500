"""How the state of a check box stands in a text, whatever file it comes from."""

from __future__ import annotations

CHECKED, UNCHECKED = "☒", "☐"


def check_box(is_checked: bool) -> str:
    """The state of a box."""
    return CHECKED if is_checked else UNCHECKED
