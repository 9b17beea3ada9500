"""What embedders leave unread of long chunks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from potluck.components.components import Components
from potluck.evaluation.resources import SharedResources
from potluck.recipe.model import RecipeModel


def unread_by(resources: SharedResources, recipe: RecipeModel) -> str:
    """What the recipe's embedder leaves unread of long chunks, in words; empty if it reads every chunk whole."""
    with resources.borrow(recipe) as components:
        if not components.uses_vectors:
            return ""
        embedder, catalogue = components.embedder, resources.workspace.catalogue
        state = catalogue.index(components.index_id)
        if state is None or embedder.window is None:
            return ""
        with catalogue.one_state():
            chunks = list(catalogue.index_chunks(state))
            texts = [text for _, text in catalogue.chunk_texts(chunks)]
        tokens = embedder.count_tokens(texts) if chunks else []
        long = [count for count in tokens if count > embedder.window]
        if not long:
            return ""
        whole = [chunk.text for chunk, count in zip(chunks, tokens, strict=True) if count <= embedder.window]
        _share_vectors(resources, components, whole)
        return (
            f"{recipe.embedder.name} read {embedder.window} of up to {max(long)} tokens, and so not the whole of "
            f"{len(long)} of {len(chunks)} chunks"
        )


def _share_vectors(resources: SharedResources, components: Components, texts: Sequence[str]) -> None:
    """Give the embedder that reads whole texts the vectors of texts that were read whole anyway."""
    recipe = components.recipe
    config = recipe.embedder.config.model_copy(update={"fit": "pool"})
    workspace, pooling = resources.workspace, replace(recipe, embedder=replace(recipe.embedder, config=config))
    with resources.borrow(pooling) as reader, workspace.write_lock():
        workspace.catalogue.copy_vectors(components.embedder_fingerprint, reader.embedder_fingerprint, texts)
