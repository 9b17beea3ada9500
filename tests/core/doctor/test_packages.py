"""What metadata tells of packages, without a look into any module.

Modules: ``potluck.doctor.packages``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.doctor import packages
from potluck.plugins import GROUPS, installed_plugins
from support.fake_plugins import install, visible


@pytest.mark.parametrize(
    ("metadata", "missing"),
    [
        ("", ()),
        ("Provides-Extra: cuts\nRequires-Dist: no-such-one>=1; extra == 'cuts'\n", ("no-such-one",)),
        ("Provides-Extra: cuts\nRequires-Dist: pytest; extra == 'cuts'\n", ()),
        ("Provides-Extra: other\nRequires-Dist: no-such-one; extra == 'other'\n", None),
        ("Provides-Extra: other\nRequires-Dist: pytest; extra == 'other'\n", ()),
        ("Provides-Extra: test\nRequires-Dist: no-such-one; extra == 'test'\n", ()),
        ('Provides-Extra: CUTS\nRequires-Dist: no-such-one; extra == "cuts"\n', ("no-such-one",)),
        ("Provides-Extra: cuts\nRequires-Dist: no-such-one; extra == 'cuts' and os_name == 'x'\n", None),
        (
            "Provides-Extra: cuts\nProvides-Extra: more\nRequires-Dist: potluck-one[more]; extra == 'cuts'\n"
            "Requires-Dist: no-such-two; extra == 'more'\n",
            ("no-such-two",),
        ),
    ],
)
def test_what_a_plugin_lacks_is_told_as_far_as_extras_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, metadata: str, missing: tuple[str, ...] | None
) -> None:
    install(tmp_path, "potluck-one", {GROUPS["splitter"]: {"cuts": "nowhere"}}, {})
    with (tmp_path / "potluck_one-1.0.dist-info" / "METADATA").open("a", encoding="utf-8") as file:
        file.write(metadata)
    with visible(tmp_path, monkeypatch):
        (plugin,) = (one for one in installed_plugins() if one.package == "potluck-one")
        assert packages.missing_packages(plugin) == missing


@pytest.mark.parametrize(
    ("versions", "lines"),
    [
        ({"transformers": "5.5.1", "adapters": "1.2.0"}, ["adapters 1.2.0 does not work with transformers 5.5.1"]),
        ({"transformers": "4.57.0", "adapters": "1.2.0"}, []),
        ({"openai": "3.1", "litellm": "1.80"}, ["litellm 1.80 does not work with openai 3.1"]),
        ({"huggingface-hub": "2.0", "langchain-huggingface": "1.0"}, ["langchain-huggingface 1.0 does not work with"]),
    ],
)
def test_packages_that_cannot_be_together_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, versions: dict[str, str], lines: list[str]
) -> None:
    for package, version in versions.items():
        install(tmp_path, package, {}, {}, version=version)
    with visible(tmp_path, monkeypatch):
        found = list(packages.conflicts())

    ours = [line for line in found if any(f"{name} {version}" in line for name, version in versions.items())]
    assert len(ours) == len(lines)
    assert all(line.startswith(start) for line, start in zip(ours, lines, strict=True))
