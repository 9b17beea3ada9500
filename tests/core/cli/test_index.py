"""``potluck index``: what has changed, and what could not be read.

Modules: ``potluck.cli.index``.
"""

from __future__ import annotations

from pathlib import Path

from support.commands import potluck, potluck_json


def test_index_tells_what_it_did_in_words(notes_home: Path) -> None:
    done = potluck("index", "recipe.yaml")

    assert done.returncode == 0
    assert "documents: 2 added, 0 changed, 0 removed, 0 unchanged" in done.stdout
    assert "embedded: 3, reused: 0" in done.stdout
    again = potluck_json("index", "recipe.yaml")
    assert (again["documents"]["unchanged"], again["embedded"]) == (2, 0)


def test_index_ends_with_status_1_for_what_cannot_be_read_unless_the_recipe_consents(
    notes_home: Path,
) -> None:
    (notes_home / "notes" / "empty.txt").touch()

    done = potluck("index", "recipe.yaml")

    assert done.returncode == 1
    assert "not read: notes/empty.txt: no text was found in it" in done.stderr
    assert "documents: 2 added" in done.stdout
    consents = potluck("index", "recipe.yaml", "--set", "documents={path: notes/*.txt, on_error: skip}")
    assert consents.returncode == 0
