"""Notes in a folder that is indexed, and what the index and the embedder have of them."""

from __future__ import annotations

from pathlib import Path

from potluck import Recipe
from potluck.indexing.report import IndexReport


def write(folder: Path, **notes: str) -> None:
    for name, text in notes.items():
        (folder / "notes" / f"{name}.txt").write_text(text, encoding="utf-8")


def many(folder: Path, count: int) -> None:
    write(
        folder,
        **{
            f"note{n}": f"筆記第{n}號。" + f"This is sentence {n}, and it goes on for a while. " * 3
            for n in range(count)
        },
    )


def index(folder: Path, *overrides: str) -> IndexReport:
    with Recipe.load(folder / "recipe.yaml", overrides) as recipe:
        return recipe.index()


def contents(folder: Path, *overrides: str) -> dict[str, bytes]:
    """Every id of the index with its vector, as the store holds them."""
    with Recipe.load(folder / "recipe.yaml", overrides) as recipe:
        recipe.index()
        state = recipe.workspace.catalogue.index(recipe.components.index_id)
        assert state is not None
        chunks = list(recipe.workspace.catalogue.index_chunks(state))
        vectors = recipe.workspace.catalogue.vectors(state.embedder, [chunk.text for chunk in chunks])
        store = recipe.retriever().store
        assert store.ids() == {chunk.id for chunk in chunks}
        for chunk, vector in list(zip(chunks, vectors, strict=True))[:20]:
            assert chunk.id in store.search(vector, 3).ids
        return {chunk.id: vector.tobytes() for chunk, vector in zip(chunks, vectors, strict=True)}
