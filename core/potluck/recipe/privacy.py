"""Nothing of private documents leaves the machine: components that would send some are refused."""

from __future__ import annotations

from collections.abc import Iterable

from potluck import plugins
from potluck.recipe.model import ComponentSpec
from potluck.recipe.nodes import Findings, Place


def check_privacy(components: Iterable[tuple[ComponentSpec, Place]], findings: Findings) -> None:
    """Note every component, each with its place, that would send something of private documents anywhere."""
    for spec, place in components:
        for message in filter(None, map(_privacy_problem, spec.walk())):
            findings.note(place, message)


def _privacy_problem(part: ComponentSpec) -> str | None:
    """What is wrong with a component where the documents are private; None if nothing is sent anywhere."""
    try:
        host = plugins.sends_to(part.plugin, part.config)
    except Exception as error:  # this is the plugin's code
        return f"{part.kind} {part.name!r} cannot say where it sends texts: {type(error).__name__}: {error}"
    if host is None:
        return None
    sent = "tell of them to" if part.kind == "observer" else "send their text to"
    return f"the documents are private, and the {part.kind} {part.name!r} would {sent} {host}"
