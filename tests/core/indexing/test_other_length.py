"""A service whose model was replaced gives vectors of another length: everything is embedded again, and that is told.

Modules: ``potluck.indexing.update``, ``potluck.components.lengths``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck import Recipe
from potluck.errors import StoreMismatch
from support.indexed_notes import contents, index, many, write


def test_an_embedder_whose_service_gives_longer_vectors_is_indexed_anew_with_what_it_takes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(folder, 3)
    first = index(folder)
    write(folder, more="一則新的筆記。")
    monkeypatch.setenv("HASHING_LENGTH", "24")

    second = index(folder)

    assert second.embedded == first.embedded + 1
    (note,) = second.notes
    assert note.startswith(f"{second.embedded} texts (")
    assert note.endswith("are embedded again because the embedder gives vectors of length 24, and gave 16")
    assert index(folder).documents.unchanged == 4
    assert {len(vector) for vector in contents(folder).values()} == {24 * 4}
    assert index(folder).notes == []


def test_a_service_that_gives_longer_vectors_is_noticed_where_nothing_else_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(folder, 3)
    first = index(folder)
    monkeypatch.setenv("HASHING_LENGTH", "24")
    assert index(folder).embedded == 0, "only who asks for it is checked"

    with Recipe.load(folder / "recipe.yaml") as recipe:
        second = recipe.index(check_service=True)
    with Recipe.load(folder / "recipe.yaml") as recipe:
        third = recipe.index(check_service=True)

    assert second.embedded == first.embedded
    (note,) = second.notes
    assert note.endswith("are embedded again because the embedder gives vectors of length 24, and gave 16")
    assert (third.embedded, third.documents.unchanged, third.notes) == (0, 3, [])
    with Recipe.load(folder / "recipe.yaml") as recipe:
        assert recipe.ask("Which note is this?").retrieved


def test_a_question_to_a_service_with_another_model_says_so_and_the_next_indexing_embeds_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(folder, 3)
    first = index(folder)
    monkeypatch.setenv("HASHING_LENGTH", "24")

    with (
        Recipe.load(folder / "recipe.yaml") as recipe,
        pytest.raises(StoreMismatch, match=r"gives vectors of length 24, and the index has 16.*Run `potluck index`"),
    ):
        recipe.ask("Which note is this?")

    assert index(folder).embedded == first.embedded
    with Recipe.load(folder / "recipe.yaml") as recipe:
        assert recipe.ask("Which note is this?").retrieved
