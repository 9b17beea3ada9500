"""Private documents never leave the machine: components that would send any of their text are refused."""

from __future__ import annotations

from collections.abc import Iterable

from potluck import plugins
from potluck.recipe.model import ComponentSpec
from potluck.recipe.nodes import Findings, Place


def check_privacy(components: Iterable[tuple[ComponentSpec, Place]], findings: Findings) -> None:
    """Note every component, with its place, that would send text of private documents anywhere."""
    for spec, place in components:
        for message in filter(None, map(_privacy_problem, spec.walk())):
            findings.note(place, message)


def _privacy_problem(part: ComponentSpec) -> str | None:
    """The problem with a component if the documents are private; None if it sends nothing."""
    try:
        host = plugins.sends_to(part.plugin, part.config)
    except Exception as error:  # this is the plugin's code
        return f"{part.kind} {part.name!r} cannot say where it sends texts: {type(error).__name__}: {error}"
    if host is None:
        return None
    sent = "tell of them to" if part.kind == "observer" else "send their text to"
    return f"the documents are private, and the {part.kind} {part.name!r} would {sent} {host}"
