"""An index's store holds the vectors of its chunks and no others once the catalogue says so.

Modules: ``potluck.stages.index``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from potluck import recipe as recipes
from potluck.components.components import Components
from potluck.contracts import Collection
from potluck.documents import Chunk, Document
from potluck.errors import ContractBroken
from potluck.fingerprints import text_hash
from potluck.model_sources.model_store import ModelStore
from potluck.stages import index as module
from potluck.stages.index import collection_of, next_state, open_index_store, store_index
from potluck.workspace import Workspace
from potluck.workspace.catalogue import IndexState, Load, StoredChunk
from support.fake_plugins import install_hashing, visible
from support.stores import units


@pytest.fixture
def components(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Components]:
    (tmp_path / "a.txt").write_text("道碴", encoding="utf-8")
    text = "documents: a.txt\nembedder: {use: hashing, dimensions: 16}\nstore: exact\n"
    with visible(install_hashing(tmp_path / "site"), monkeypatch), closing(Workspace(tmp_path / "w")) as workspace:
        recipe = recipes.loads(text, tmp_path / "recipe.yaml", [])
        with closing(Components(recipe, workspace, ModelStore(tmp_path))) as opened:
            yield opened


def chunks_of(components: Components, name: str, count: int) -> list[StoredChunk]:
    """Chunks of a character each, with vectors."""
    catalogue, splitter = components.workspace.catalogue, components.splitter_fingerprint
    text = "".join(chr(0x4E00 + number) for number in range(count))
    catalogue.add_load(Load(name, name, "content"), "loader", [Document(name, text)])
    spans = [Chunk(number, number + 1, one) for number, one in enumerate(text)]
    catalogue.add_chunks(catalogue.document_ids(name)[0], name, splitter, spans)
    catalogue.add_vectors(components.embedder_fingerprint, [text_hash(one) for one in text], units(list(text)))
    return catalogue.chunks(name, splitter)


def put(components: Components, loads: dict[str, str], chunks: Sequence[StoredChunk]) -> IndexState:
    catalogue = components.workspace.catalogue
    state = next_state(components, loads, None, chunks, catalogue)
    store_index(components, chunks, state, catalogue)
    return state


def held(components: Components, state: IndexState) -> set[str]:
    with open_index_store(components, state) as store:
        return set(store.ids())


def test_the_store_is_opened_for_the_index_its_length_and_its_embedder() -> None:
    assert collection_of(IndexState("index", "s", "e", 7, {})) == Collection("index", 7, "e")


def test_the_next_state_has_the_length_of_the_one_before_or_of_the_vectors_or_of_the_embedder(
    components: Components,
) -> None:
    catalogue, chunks = components.workspace.catalogue, chunks_of(components, "a.txt", 1)
    catalogue.add_vectors(components.embedder_fingerprint, [chunks[0].text], np.ones((1, 5), np.float32))
    before = IndexState("index", "s", "e", 7, {})

    of_none = next_state(components, {}, None, [], catalogue)
    of_vectors = next_state(components, {"a.txt": "a.txt"}, None, chunks, catalogue)
    of_before = next_state(components, {"a.txt": "a.txt"}, before, chunks, catalogue)

    assert (of_none.dimensions, of_vectors.dimensions, of_before.dimensions) == (16, 5, 7)
    assert of_vectors == IndexState(
        components.index_id, components.splitter_fingerprint, components.embedder_fingerprint, 5, {"a.txt": "a.txt"}
    )
    assert of_vectors.generation == ""


def test_what_is_new_comes_in_and_what_is_gone_goes_with_the_catalogue(components: Components) -> None:
    first = chunks_of(components, "甲.txt", 3)
    state = put(components, {"甲.txt": "甲.txt"}, first)
    assert held(components, state) == {chunk.id for chunk in first}
    assert components.workspace.catalogue.index(state.id) == state

    second = chunks_of(components, "乙.txt", 2)
    state = put(components, {"乙.txt": "乙.txt"}, second)
    assert held(components, state) == {chunk.id for chunk in second}
    assert components.workspace.catalogue.index(state.id) == state
    with open_index_store(components, state) as store:
        (vector,) = components.workspace.catalogue.vectors(state.embedder, [second[1].text])
        assert store.search(vector, 1).ids == (second[1].id,)


def test_an_index_may_become_empty(components: Components) -> None:
    put(components, {"甲.txt": "甲.txt"}, chunks_of(components, "甲.txt", 3))

    assert held(components, put(components, {}, [])) == set()


def test_many_vectors_are_added_in_portions(components: Components, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ROWS", 2)
    chunks = chunks_of(components, "甲.txt", 5)

    assert held(components, put(components, {"甲.txt": "甲.txt"}, chunks)) == {chunk.id for chunk in chunks}


def test_a_store_that_loses_vectors_is_refused_and_the_catalogue_stays_as_it_was(
    components: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = put(components, {"甲.txt": "甲.txt"}, chunks_of(components, "甲.txt", 1))
    kind, chunks = type(components.index_store()), chunks_of(components, "乙.txt", 3)
    add = kind.add
    monkeypatch.setattr(kind, "add", lambda store, ids, vectors: add(store, ids[1:], vectors[1:]))

    with pytest.raises(ContractBroken, match="the store took 3 vectors and lost 1 of them"):
        put(components, {"乙.txt": "乙.txt"}, chunks)
    assert components.workspace.catalogue.index(state.id) == state


def test_the_store_is_closed_after_an_error_too(components: Components, monkeypatch: pytest.MonkeyPatch) -> None:
    state = put(components, {"甲.txt": "甲.txt"}, chunks_of(components, "甲.txt", 1))
    closed: list[object] = []
    monkeypatch.setattr(type(components.index_store()), "close", lambda store: closed.append(store))

    def fail() -> None:
        with open_index_store(components, state):
            raise ValueError("壞了")

    with pytest.raises(ValueError, match="壞了"):
        fail()
    assert len(closed) == 1
