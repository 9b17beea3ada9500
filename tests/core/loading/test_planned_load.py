"""A load is named after what is read, by what, under which name.

Modules: ``potluck.loading.planned_load``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from potluck import plugins
from potluck.documents import Source
from potluck.fingerprints import fingerprint
from potluck.loading.planned_load import PlannedLoad
from potluck.recipe.model import ComponentSpec


@pytest.fixture
def load() -> PlannedLoad:
    plugin = plugins.find("loader", "text")
    part = ComponentSpec("loader", "text", plugin, plugins.offer(plugin).config())
    return PlannedLoad(Source("規範.txt", Path("/a/規範.txt")), "content", part, "loader")


def test_another_name_content_or_loader_is_another_load(load: PlannedLoad) -> None:
    others = [
        replace(load, source=Source("規範2.txt", load.source.path)),
        replace(load, content="other content"),
        replace(load, loader="other loader"),
    ]

    assert len({load.load_id, *(one.load_id for one in others)}) == 4


def test_the_same_file_elsewhere_is_the_same_load(load: PlannedLoad) -> None:
    assert replace(load, source=Source("規範.txt", Path("/b/規範.txt"))).load_id == load.load_id


def test_what_was_loaded_by_an_earlier_version_is_found_by_its_name(load: PlannedLoad) -> None:
    assert load.load_id == fingerprint("規範.txt", "content", "loader")
