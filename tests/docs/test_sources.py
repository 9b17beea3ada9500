"""What docs/sources.md says checks a paper is there."""

from __future__ import annotations

import re
from pathlib import Path

from potluck import plugins

HOME = Path(__file__).parents[2]
SAID = (HOME / "docs/sources.md").read_text(encoding="utf-8")


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", SAID))
    written = "\n".join(path.read_text(encoding="utf-8") for path in (HOME / "tests").rglob("test_*.py"))
    assert len(named) > 10
    assert not named - set(re.findall(r"^def (test_\w+)", written, re.MULTILINE))


def test_every_bundled_tuner_but_the_yardstick_has_its_paper() -> None:
    bundled = {one.name for one in plugins.installed_plugins() if (one.kind, one.package) == ("tuner", "potluck")}
    assert {name for name in bundled if f"`{name}`" not in SAID} == {"full"}
