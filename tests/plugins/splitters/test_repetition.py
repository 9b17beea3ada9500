"""``chunk_overlap``: a number, or a share of the chunk's size, whatever sizes are tried.

Modules: ``potluck_plugins.splitters._shared.repetition``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from potluck import plugins
from potluck.documents import Document
from potluck.recipe import loads
from potluck.recipe.variants import variants
from potluck_plugins.splitters._shared.repetition import count_repeated

LINES = "\n".join(f"第{number}條　軌枕底面下之道碴厚度不得小於{number}mm。" for number in range(100, 160))
SPLITTERS = ("recursive", "tokens")


def cut(make: Any, name: str, **settings: Any) -> list[str]:
    return [chunk.text for chunk in make(name, **settings).split(Document("a.txt", LINES))]


@pytest.mark.parametrize(
    ("overlap", "size", "units"),
    [(0, 100, 0), (30, 100, 30), (100, 100, 100), (0.2, 500, 100), (0.29, 100, 29), (0.5, 3, 1), (200, 100, 50)],
)
def test_a_share_is_of_the_size_and_a_number_over_it_counts_as_half(overlap: float, size: int, units: int) -> None:
    assert count_repeated(overlap, size) == units


@given(overlap=st.integers(0, 2000) | st.floats(0.001, 0.999), size=st.integers(1, 1000))
def test_no_more_than_a_chunk_is_ever_repeated(overlap: float, size: int) -> None:
    assert 0 <= count_repeated(overlap, size) <= size


@pytest.mark.parametrize("name", SPLITTERS)
@pytest.mark.parametrize("written", [0.2, "20%", "20 ％", "20.0%"])
def test_a_share_and_a_percentage_cut_as_the_number_does(make: Any, name: str, written: object) -> None:
    share = cut(make, name, chunk_size=200, chunk_overlap=written)

    assert share == cut(make, name, chunk_size=200, chunk_overlap=40)
    assert share != cut(make, name, chunk_size=200, chunk_overlap=0)


@pytest.mark.parametrize("name", SPLITTERS)
def test_a_fifth_is_repeated_unless_a_recipe_says_otherwise(make: Any, name: str) -> None:
    assert cut(make, name, chunk_size=200) == cut(make, name, chunk_size=200, chunk_overlap=40)


@pytest.mark.parametrize("name", SPLITTERS)
def test_a_share_and_a_percentage_are_one_setting(name: str) -> None:
    config = plugins.offer(plugins.find("splitter", name)).config

    assert config(chunk_overlap="20%").decisive() == config(chunk_overlap=0.2).decisive() == config().decisive()


@pytest.mark.parametrize("name", SPLITTERS)
def test_the_schema_takes_what_a_recipe_may_write(name: str) -> None:
    config = plugins.offer(plugins.find("splitter", name)).config
    valid = Draft202012Validator(config.model_json_schema()["properties"]["chunk_overlap"]).is_valid

    assert all(map(valid, (0, 200, 0.2, "20%", "20 ％")))
    assert not any(map(valid, (-1, 1.5, "all", None)))


@pytest.mark.parametrize("name", SPLITTERS)
def test_an_overlap_that_a_size_cannot_hold_does_not_stop_a_sweep(make: Any, name: str, tmp_path: Path) -> None:
    text = f"documents: a\nsplitter: {{use: {name}, chunk_size: 300, chunk_overlap: 200}}\n"
    model = loads(text, tmp_path / "recipe.yaml", check_installed=False)

    found = variants(model, ["splitter.chunk_size=40,150,300"])

    assert [one.recipe.splitter.config.decisive()["chunk_overlap"] for one in found] == [200, 200, 200]
    for size in (40, 150):
        half = cut(make, name, chunk_size=size, chunk_overlap=size // 2)
        assert cut(make, name, chunk_size=size, chunk_overlap=200) == half
