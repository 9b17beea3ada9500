"""``potluck workspace check`` and ``repair``: what is damaged is said, and only that is computed again.

Modules: ``potluck.cli.workspace``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.commands import potluck
from support.fake_plugins import install_hashing, visible


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        for number in range(6):
            text = f"第{number}號鋼軌於{1920 + number}年鋪設。" * 40
            (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
        path = tmp_path / "recipe.yaml"
        path.write_text('documents: "*.txt"\nembedder: hashing\n', encoding="utf-8")
        yield str(path)


def test_without_a_workspace_there_is_nothing_to_check_or_to_repair(recipe: str) -> None:
    assert potluck("workspace", "check", recipe).stdout == "no workspace was made yet\n"
    assert not (Path(recipe).parent / ".potluck").exists()


def test_a_whole_workspace_is_said_to_be_whole(recipe: str) -> None:
    assert potluck("index", recipe).returncode == 0

    checked = potluck("workspace", "check", recipe, "--json")
    repaired = potluck("workspace", "repair", recipe)

    report = json.loads(checked.stdout)
    assert (checked.returncode, report["is_whole"]) == (0, True)
    (catalogue,) = report["files"]
    assert catalogue["rows"]["documents"] == {"whole": 6, "damaged": 0, "readable": True}
    assert catalogue["rows"]["documents split"]["whole"] == 6
    assert catalogue["rows"]["indexes"]["whole"] == 1
    assert catalogue["rows"]["vectors"]["whole"] >= 6
    assert "computed again: 0 files loaded, 0 documents split, 0 texts embedded" in repaired.stdout


def test_a_damaged_vector_is_counted_and_computed_anew(recipe: str) -> None:
    assert potluck("index", recipe).returncode == 0
    catalogue = Path(recipe).parent / ".potluck" / "catalogue.sqlite"
    content = bytearray(catalogue.read_bytes())
    store = next((Path(recipe).parent / ".potluck" / "stores").rglob("vectors"))
    content[content.index(store.read_bytes()[:64])] ^= 4
    catalogue.write_bytes(content)

    checked = potluck("workspace", "check", recipe)
    repaired = potluck("workspace", "repair", recipe)

    assert checked.returncode == 1
    assert f"damaged: potluck workspace repair {recipe}" in checked.stderr
    assert re.search(r"^  vectors: \d+ whole, 1 damaged$", checked.stdout, re.MULTILINE)
    assert "computed again: 0 files loaded, 0 documents split, 1 text embedded" in repaired.stdout
    assert potluck("workspace", "check", recipe).returncode == 0


def test_a_file_that_is_not_a_database_is_replaced_and_all_of_it_computed_anew(recipe: str) -> None:
    assert potluck("index", recipe).returncode == 0
    (Path(recipe).parent / ".potluck" / "catalogue.sqlite").write_bytes(b"\0" * 9000)

    asked = potluck("ask", recipe, "哪一年鋪設？")
    repaired = potluck("workspace", "repair", recipe)

    assert "potluck workspace repair" in asked.stderr
    assert "computed again: 6 files loaded, 6 documents split" in repaired.stdout


def test_a_damaged_store_is_filled_again_from_the_catalogue(recipe: str) -> None:
    before = json.loads(potluck("ask", recipe, "哪一年鋪設？", "--json").stdout)["retrieved"]
    vectors = next((Path(recipe).parent / ".potluck" / "stores").rglob("vectors"))
    content = bytearray(vectors.read_bytes())
    content[5] ^= 1
    vectors.write_bytes(content)

    assert json.loads(potluck("ask", recipe, "哪一年鋪設？", "--json").stdout)["retrieved"] == before
