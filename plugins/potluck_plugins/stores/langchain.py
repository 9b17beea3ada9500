"""Any vector store of LangChain, by its import path (MIT, https://github.com/langchain-ai/langchain).

LangChain's interface takes texts and finds texts. It cannot say which ids there are, has no score that every store
means in the same way, and nothing about whose vectors it holds. So this plugin keeps ids, vectors and the embedder's
fingerprint in files of its own, and fills the store from them when it is first needed: it is the index, and what it
finds is scored and ordered as the exact store does it. Nothing of LangChain's is read from the disk, and nothing is
ever unpickled. That suits stores that live in the process (``InMemoryVectorStore``, ``FAISS``, ``Chroma``). One on a
server is filled anew with every opening; it is given ids that do not change.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar

import potluck
from potluck.contracts import Collection, Context, Hits, Vectors
from potluck_plugins._langchain import REQUIRES, Caller, LangChainConfig, named_parameters, parameters, sends_to
from potluck_plugins.stores._shared.committed import CommittedStore
from potluck_plugins.stores._shared.generations import Generations
from potluck_plugins.stores._shared.pending import checked_query
from potluck_plugins.stores._shared.ranking import best_of

_FORM = "potluck langchain 1"
_ROWS = 1000
"""Vectors handed over at once; some stores take no more than a few thousand."""
_NAMES = ("collection_name", "index_name")
"""The names of the argument that separates collections; without it Chroma keeps all of a process in one."""
_SPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


class LangChainStoreConfig(LangChainConfig):
    """Settings of the ``langchain`` store."""

    base: ClassVar[str] = "langchain_core.vectorstores.VectorStore"
    given: ClassVar[frozenset[str]] = frozenset({"texts", "embedding", "metadatas", "ids"})

    @classmethod
    def arguments_of(cls, found: Any) -> set[str] | None:
        """Those of the class, and those by which it is made from texts: the one way that all of them have."""
        own = parameters(found)
        return None if own is None else own | named_parameters(found.from_texts)

    @classmethod
    def check_class(cls, found: type) -> None:
        """It has to search by vector."""
        from langchain_core.vectorstores import VectorStore as Base

        if found.similarity_search_by_vector is Base.similarity_search_by_vector:  # type: ignore[attr-defined]
            raise ValueError(f"{found.__name__} cannot search by a vector (it has no 'similarity_search_by_vector')")
        if lacking := sorted(getattr(found, "__abstractmethods__", ())):
            raise ValueError(f"{found.__name__} is unfinished: it lacks {', '.join(lacking)}")


class LangChainStore(CommittedStore):
    """Keeps vectors in files, and searches with a store of LangChain. What is added is seen after the commit."""

    exact = False

    def __init__(self, config: LangChainStoreConfig, context: Context) -> None:
        self._config = config
        self._folder = context.folder
        self._caller = Caller(config, context, "store")
        self._index: Any = None
        self._own = False
        self._rows: dict[str, Vectors] = {}

    def identity(self) -> Mapping[str, str]:
        """The release of the package."""
        return self._caller.identity()

    def open(self, collection: Collection) -> None:
        """Read what was committed last; the store of LangChain is filled when it is first searched."""
        self.close()
        self._begin(collection, Generations(self._folder / collection.name, _FORM, collection))
        self._rows = self._read()

    def _reload(self) -> None:
        self._drop()
        self._rows = self._read()

    def _write_pending(self) -> None:
        """Write ids and vectors whole; the store of LangChain is filled anew, unless it only has to grow."""
        gone = self._pending.touched_ids & self._rows.keys()
        ids, rows = self._pending.added_rows()
        new = dict(zip(ids, rows, strict=True))
        kept = {given: row for given, row in self._rows.items() if given not in gone} | new
        self._write(kept)
        self._pending.clear()
        self._rows = kept
        if gone:
            self._drop()
        elif self._index is not None:
            self._fill(new)

    def search(self, vector: Vectors, k: int) -> Hits:
        """Search all that is committed."""
        query = checked_query(vector, self._collection)
        if not self._rows:
            return Hits((), ())
        if self._index is None:
            self._fill(self._rows)

        def candidates(wanted: int) -> tuple[list[str], Vectors]:
            import numpy as np

            found = self._nearest(query, wanted)
            return found, np.array([self._rows[given] for given in found], np.float32).reshape(len(found), len(query))

        return best_of(candidates, query, k, self.count())

    def ids(self) -> set[str]:
        """All committed ids."""
        return set(self._rows)

    def count(self) -> int:
        """How many are committed."""
        return len(self._rows)

    def close(self) -> None:
        """Let go of the store of LangChain and of the vectors."""
        self._drop()
        self._rows = {}

    def _read(self) -> dict[str, Vectors]:
        import numpy as np

        for batch in self._files.read():
            with suppress(KeyError, ValueError):
                ids = bytes(batch.content["ids"]).decode().split("\0")
                rows = np.frombuffer(batch.content["vectors"], "<f4").reshape(len(ids), self._collection.dimensions)
                return dict(zip(ids, rows, strict=True))
        return {}

    def _write(self, rows: Mapping[str, Vectors]) -> None:
        vectors = (row.astype("<f4", copy=False).data for row in rows.values())
        self._files.write([], {"ids": ["\0".join(rows).encode()], "vectors": vectors} if rows else {})

    def _fill(self, rows: Mapping[str, Vectors]) -> None:
        """Give vectors to the store of LangChain, which is made with the first ones. Half a store is let go of."""
        if self._index is None:
            self._vectors = _vectors_by_text()
            self._known: dict[str, str] = {}
        keys = {_key(given): given for given in rows}
        self._known |= keys
        try:
            with self._caller.guard():
                self._hand_over({key: rows[given] for key, given in keys.items()})
        except BaseException:
            self._index = None
            raise

    def _hand_over(self, rows: Mapping[str, Vectors]) -> None:
        names = list(rows)
        for start in range(0, len(names), _ROWS):
            some = names[start : start + _ROWS]
            self._vectors.now = {key: rows[key].tolist() for key in some}
            if self._index is None:
                self._index = self._caller.cls.from_texts(some, self._vectors, ids=some, **self._arguments())
            else:
                self._index.add_texts(some, ids=some)
        self._vectors.now = {}

    def _nearest(self, query: Vectors, wanted: int) -> list[str]:
        """The ids of about the nearest; what the store holds of others is left out."""
        asked = wanted
        while True:
            with self._caller.guard():
                found = self._index.similarity_search_by_vector(query.tolist(), k=asked)
            texts = dict.fromkeys(document.page_content for document in found)
            ids = [self._known[text] for text in texts if text in self._known]
            if len(ids) >= wanted or len(found) < asked:
                return ids[:wanted]
            asked *= 2

    def _arguments(self) -> dict[str, Any]:
        """The arguments of the recipe, and a name of its own where collections have one and the recipe has none."""
        arguments, cls = self._config.all_arguments(), self._caller.cls
        wanted = {*_NAMES} & (named_parameters(cls) | named_parameters(cls.from_texts)) - arguments.keys()
        self._own = bool(wanted)
        return arguments | {name: f"potluck-{secrets.token_hex(8)}" for name in wanted}

    def _drop(self) -> None:
        """Let go of the store of LangChain; a collection that was named here is deleted."""
        index, self._index = self._index, None
        if index is not None and self._own and callable(getattr(index, "delete_collection", None)):
            with self._caller.guard():
                index.delete_collection()


def _key(given: str) -> str:
    """An id that every store takes: some want a UUID."""
    return str(uuid.uuid5(_SPACE, given))


def _vectors_by_text() -> Any:
    """The embedder that a store of LangChain is given: it knows the vectors of the texts that are handed over."""
    from langchain_core.embeddings import Embeddings

    class VectorsByText(Embeddings):
        def __init__(self) -> None:
            self.now: dict[str, list[float]] = {}

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [self.now[text] for text in texts]

        def embed_query(self, text: str) -> list[float]:
            # Some stores embed a word to see how long vectors are.
            return self.now.get(text) or next(iter(self.now.values()))

    return VectorsByText()


@potluck.hookimpl
def potluck_store() -> potluck.Offer[LangChainStore]:
    """The store."""
    return potluck.Offer(
        "any vector store of LangChain, by its class",
        LangChainStoreConfig,
        LangChainStore,
        requires=REQUIRES,
        extra="langchain",
        sends_to=sends_to,
    )
