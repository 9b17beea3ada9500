"""Packages of plugins that can be used, lack something, are outdated or break rules; what examining them finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from potluck.doctor.examine import Examination, examine
from potluck.plugins import CONTRACTS, FILE_TYPES, GROUPS, Plugin, installed_plugins
from support.fake_plugins import install, install_hashing, visible

OFFER = """
import potluck
from potluck.contracts import Config, Splitter
class Cutter(Splitter):
    def __init__(self, config, context): pass
    def split(self, document): {split}
class Settings(Config):
    {setting}
@potluck.hookimpl
def potluck_splitter():
    return potluck.Offer("cuts", Settings, Cutter, {more})
"""

SPLITS = {
    "good": {},
    "late": {"more": "contract=99"},
    "needy": {"more": "requires=('no_such_library', 'azure.core'), extra='needy'"},
    "asking": {"setting": "lines: int"},
    "sending": {"more": "sends_to=lambda config: 'example.com'"},
    "wrong": {"split": "return iter([1])"},
}


@contextmanager
def examined_site(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of packages below ``folder``, which are installed meanwhile."""
    modules = {
        f"split_{name}": OFFER.format(**{"more": "", "setting": "pass", "split": "return iter(())", **parts})
        for name, parts in SPLITS.items()
    }
    site = install(folder / "site", "potluck-one", {GROUPS["splitter"]: {n: f"split_{n}" for n in SPLITS}}, modules)
    groups = {GROUPS["splitter"]: {"good": "split_good"}, GROUPS["loader"]: {"odd": "split_good"}}
    groups[CONTRACTS] = {"splitter": "v1", "loader": "v2"}
    install(site, "potluck-two", {**groups, FILE_TYPES: {"XYZ": "odd", "LOG": "odd", "md": "gone"}}, {})
    with (site / "potluck_one-1.0.dist-info" / "METADATA").open("a", encoding="utf-8") as metadata:
        metadata.write("Provides-Extra: needy\nRequires-Dist: no-such-library>=1; extra == 'needy'\n")
    install_hashing(site)
    monkeypatch.setenv("STRESS_MARKS", str(folder))
    with visible(site, monkeypatch):
        yield site


def plugins_of(package: str) -> list[Plugin]:
    """The installed plugins of the packages whose names begin so."""
    return [plugin for plugin in installed_plugins() if plugin.package.startswith(package)]


def examine_package(package: str, seconds: float = 20.0) -> Mapping[str, Examination]:
    """What examining each plugin of such packages finds, by the plugin's name."""
    return {one.plugin.name: one for one in examine(plugins_of(package), seconds)}
