"""Index: an index's vectors in its store, and its state in the catalogue.

New vectors go into the store first; then the index is switched to the new state in one transaction; then old vectors
leave the store. Whoever reads in between sees the old state or the new one, because it takes from the store only what
the catalogue says is in the index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from potluck.components.components import Components
from potluck.contracts import Collection, VectorStore
from potluck.errors import ContractBroken
from potluck.workspace.catalogue import Catalogue, IndexState, StoredChunk

_ROWS = 4096
"""Vectors handed to a store at once."""


def store_index(components: Components, chunks: Sequence[StoredChunk], state: IndexState, catalogue: Catalogue) -> None:
    """Bring the store and the catalogue to a state of the index whose vectors are those of the chunks.

    An index without vectors has no store. Raises ``ContractBroken`` if the store loses vectors.
    """
    if not state.has_vectors:
        catalogue.set_index(state)
        return
    with open_index_store(components, state) as store:
        _add(store, chunks, state, catalogue)
        catalogue.set_index(state)
        _remove(store, {chunk.id for chunk in chunks})


def collection_of(state: IndexState) -> Collection:
    """The collection for which the store of an index is opened."""
    return Collection(state.id, state.dimensions, state.embedder)


@contextmanager
def open_index_store(components: Components, state: IndexState) -> Iterator[VectorStore]:
    """The store of an index, open as long as the block runs."""
    with closing(components.index_store()) as store:
        store.open(collection_of(state))
        yield store


def next_state(
    components: Components,
    loads: dict[str, str],
    before: IndexState | None,
    chunks: Sequence[StoredChunk],
    catalogue: Catalogue,
) -> IndexState:
    """The state of the index once it has the chunks of these loads, by source name; its generation is not set yet."""
    if not components.uses_vectors:
        return IndexState(components.index_id, components.splitter_fingerprint, "", 0, loads)
    fingerprint = components.embedder_fingerprint
    if before is not None:
        dimensions = before.dimensions
    elif chunks:
        dimensions = catalogue.vectors(fingerprint, [chunks[0].text]).shape[1]
    else:
        dimensions = components.embedder.dimensions
    return IndexState(components.index_id, components.splitter_fingerprint, fingerprint, dimensions, loads)


def _add(store: VectorStore, chunks: Sequence[StoredChunk], state: IndexState, catalogue: Catalogue) -> None:
    """Add what the store lacks, and read back that it is there."""
    held = store.ids()
    lacking = [chunk for chunk in chunks if chunk.id not in held]
    for i in range(0, len(lacking), _ROWS):
        some = lacking[i : i + _ROWS]
        store.add([chunk.id for chunk in some], catalogue.vectors(state.embedder, [chunk.text for chunk in some]))
    if lacking:
        store.commit()
        lost = {chunk.id for chunk in lacking} - store.ids()
        if lost:
            raise ContractBroken(f"the store took {len(lacking)} vectors and lost {len(lost)} of them")


def _remove(store: VectorStore, wanted: set[str]) -> None:
    """Delete what the index no longer has, and what a killed run left."""
    store.delete(sorted(store.ids() - wanted))
    store.commit()
