"""Which rules of a conformance kit a component breaks, and which do not apply to it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from potluck.contracts import Kind
from potluck.testing import Check, Skipped, Subject, Violation, checks
from potluck.testing.kit import RULES


@contextlib.contextmanager
def violating(rule: str, message: str) -> Iterator[None]:
    """Within, a check must raise ``Violation`` for a rule, and say so in words that hold ``message``."""
    with pytest.raises(Violation) as raised:
        yield
    assert raised.value.rule == rule
    assert message in str(raised.value)


def broken(
    kind: Kind, build: Callable[[Path], Any], folder: Path, settings: Mapping[str, Any] | None = None
) -> set[str]:
    """The names of the rules, each tried in a folder of its own; ``build`` makes a component for a folder."""
    return {check.rule for check in checks(kind) if breaks(kind, check.rule, build, folder, settings)}


def breaks(
    kind: Kind, rule: str, build: Callable[[Path], Any], folder: Path, settings: Mapping[str, Any] | None = None
) -> bool:
    """Whether a component breaks one rule; one that does not apply to it is not broken."""
    (check,) = (check for check in checks(kind) if check.rule == rule)
    try:
        with contextlib.suppress(Skipped):
            check.on(Subject(build, folder / rule, settings or {}))
    except Violation as violation:
        return violation.rule == rule
    return False


def rules_of(*modules: ModuleType) -> set[str]:
    """The names of the rules that modules of a kit define. Raises ``AssertionError`` for a module without any."""
    names = {module.__name__ for module in modules}
    found = {check.rule for kit in RULES.values() for check in kit if check.run.__module__ in names}
    assert found, f"there is no rule in {', '.join(sorted(names))}"
    return found


def hold(check: Check, plugin: str, settings: Mapping[str, Any], folder: Path, does_not_apply: Collection[str]) -> None:
    """Check an installed plugin against a rule, which applies to it unless it is among those that are named."""
    reason = None
    try:
        check(plugin, folder, settings)
    except Skipped as skipped:
        reason = str(skipped)
    assert (reason is not None) == (check.rule in does_not_apply), reason
