"""A vector store of LangChain that is made of a recipe's embedder and store."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore
from langchain_core.vectorstores.utils import maximal_marginal_relevance

from potluck import contracts
from potluck.api import Recipe
from potluck.fingerprints import fingerprint
from potluck.langchain._documents import Added, AddedDocuments
from potluck.langchain._embeddings import PotluckEmbeddings
from potluck.langchain._shared import document_of, exclusive_use

if TYPE_CHECKING:
    from potluck.stages.retrieve import Searcher

Filter: TypeAlias = Callable[[Document], bool] | Mapping[str, Any] | None
"""What a document has to be like: a test, or metadata that it has to have."""

_Found: TypeAlias = list[tuple[Document, float]]


class PotluckVectorStore(VectorStore):
    """The passages of the recipe's documents, if it has some, and what is added to a collection.

    What is added is kept in the recipe's workspace before a call returns. Scores are cosine similarities. Passages of
    the recipe's documents cannot be deleted or replaced here: they go when their file does.
    """

    def __init__(self, recipe: Recipe, collection: str = "default") -> None:
        """Open nothing yet."""
        self.recipe = recipe
        self.collection = collection
        self._embeddings = PotluckEmbeddings(recipe)

    @property
    def embeddings(self) -> Embeddings:
        """The recipe's embedder."""
        return self._embeddings

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        collection: str = "default",
        **kwargs: Any,
    ) -> Self:
        """A collection with these texts. ``embedding`` is ``potluck.langchain.embeddings(recipe)``, of that recipe."""
        _no_more(kwargs)
        if not isinstance(embedding, PotluckEmbeddings):
            raise TypeError("the embedder is the recipe's: pass potluck.langchain.embeddings(recipe)")
        made = cls(embedding.recipe, collection)
        made.add_texts(texts, metadatas, ids=ids)
        return made

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: Sequence[str | None] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Embed and keep texts. An id that is known gets the new text. Metadata has to be JSON."""
        _no_more(kwargs)
        given = list(texts)
        names = [one or str(uuid.uuid4()) for one in (ids or [None] * len(given))]
        about = metadatas or [{}] * len(given)
        documents = [Added(*parts) for parts in zip(names, given, about, strict=True)]
        last = {one.id: number for number, one in enumerate(documents)}
        with exclusive_use(self.recipe):
            self._not_of_the_recipe(names)
            vectors = np.array(self._embeddings.embed_documents(given), np.float32)
            places = list(last.values())
            if places:
                with self.recipe.workspace.write_lock():
                    self._forget([documents[place].key for place in places])
                    self._added_documents.keep([documents[place] for place in places], vectors[places])
                    self._store.add([documents[place].key for place in places], vectors[places])
                    self._store.commit()
        return names

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool:
        """Delete what was added; everything without ``ids``. Unknown ids are ignored."""
        _no_more(kwargs)
        with exclusive_use(self.recipe):
            self._not_of_the_recipe(ids or ())
            known = self._added_documents.keys()
            keys = known if ids is None else known & {Added(one, "", {}).key for one in ids}
            if keys:
                with self.recipe.workspace.write_lock():
                    self._added_documents.remove(keys)
                    self._store.delete(sorted(keys))
                    self._store.commit()
        return True

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """The documents and passages of these ids that there are, in the order of the ids."""
        with exclusive_use(self.recipe):
            found = self._added_documents.find([Added(one, "", {}).key for one in ids])
            by_id = {one.id: _document(one) for one in found.values()}
            for one in ids:
                passage = self._passages.find(one) if one not in by_id and self._passages is not None else None
                if passage is not None:
                    by_id[one] = document_of(passage)
        return [by_id[one] for one in ids if one in by_id]

    def similarity_search(self, query: str, k: int = 4, filter: Filter = None, **kwargs: Any) -> list[Document]:  # noqa: A002
        """The nearest to a question, best first."""
        return [document for document, _ in self.similarity_search_with_score(query, k, filter, **kwargs)]

    def similarity_search_with_score(
        self,
        query: str,
        k: int = 4,
        filter: Filter = None,  # noqa: A002
        **kwargs: Any,
    ) -> _Found:
        """The same with cosine similarities, higher is nearer."""
        _no_more(kwargs)
        return self._nearest(self._embeddings.embed_query(query), k, filter)

    def similarity_search_by_vector(
        self,
        embedding: list[float],
        k: int = 4,
        filter: Filter = None,  # noqa: A002
        **kwargs: Any,
    ) -> list[Document]:
        """The nearest to a vector of the recipe's embedder."""
        _no_more(kwargs)
        return [document for document, _ in self._nearest(embedding, k, filter)]

    def max_marginal_relevance_search(
        self,
        query: str,
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        filter: Filter = None,  # noqa: A002
        **kwargs: Any,
    ) -> list[Document]:
        """Of the ``fetch_k`` nearest, ``k`` that are near to the question and not to each other."""
        _no_more(kwargs)
        vector = self._embeddings.embed_query(query)
        found = self._nearest(vector, fetch_k, filter)
        vectors = self._embeddings.embed_documents([document.page_content for document, _ in found])
        chosen = maximal_marginal_relevance(np.array(vector), vectors, lambda_mult, k) if found else []
        return [found[place][0] for place in chosen]

    def close(self) -> None:
        """Close the collection; the recipe stays open."""
        if "_added" in self.__dict__:
            self._added_documents.close()

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return lambda cosine: max(0.0, cosine)

    def _nearest(self, vector: Sequence[float], k: int, wanted: Filter) -> _Found:
        query = np.array(vector, np.float32)
        with exclusive_use(self.recipe):
            count = k if wanted is None else self._store.count()
            hits = self._store.search(query, count)
            added = self._added_documents.find(hits.ids)
            found = [
                (_document(added[key]), score) for key, score in zip(hits.ids, hits.scores, strict=True) if key in added
            ]
            if self._passages is not None:
                count = k if wanted is None else self._passages.store.count()
                found += [(document_of(one), one.score) for one in self._passages.nearest(query, count)]
        kept = [(document, score) for document, score in found if _fits(document, wanted)]
        return sorted(kept, key=lambda one: -one[1])[:k]

    @property
    def _passages(self) -> Searcher | None:
        """The search in the recipe's documents."""
        return None if self.recipe.model.documents is None else self.recipe.retriever()

    @cached_property
    def _name(self) -> str:
        return fingerprint("langchain", str(self.recipe.model.folder), self.collection)

    @cached_property
    def _added_documents(self) -> AddedDocuments:
        path = self.recipe.workspace.folder / "langchain" / f"{self._name}.sqlite"
        return AddedDocuments(path, self.recipe.components.embedder_fingerprint)

    @cached_property
    def _store(self) -> contracts.VectorStore:
        """The recipe's store with what was added; it is filled from the documents where it lacks some."""
        components, part = self.recipe.components, self.recipe.model.store
        store = components.make_store(self.recipe.workspace.folder / "langchain" / f"{self._name}-{part.name}")
        dimensions = components.embedder.dimensions
        store.open(contracts.Collection(self._name, dimensions, components.embedder_fingerprint))
        known, held = self._added_documents.keys(), store.ids()
        if known != held:
            with self.recipe.workspace.write_lock():
                lacking = sorted(known - held)
                if lacking:
                    store.add(lacking, self._added_documents.vectors(lacking))
                store.delete(sorted(held - known))
                store.commit()
        return store

    def _forget(self, keys: Sequence[str]) -> None:
        """Delete vectors that are to be replaced: what a store lacks is found when it is opened, what is old is not."""
        old = self._store.ids() & set(keys)
        if old:
            self._store.delete(sorted(old))
            self._store.commit()

    def _not_of_the_recipe(self, ids: Iterable[str]) -> None:
        search = self._passages
        for one in ids:
            if search is not None and search.find(one) is not None:
                raise ValueError(f"{one} is a passage of the recipe's documents: change or remove its file")


def _document(added: Added) -> Document:
    return Document(id=added.id, page_content=added.text, metadata=added.metadata)


def _fits(document: Document, wanted: Filter) -> bool:
    if wanted is None:
        return True
    if callable(wanted):
        return wanted(document)
    return all(document.metadata.get(key) == value for key, value in wanted.items())


def _no_more(arguments: Mapping[str, Any]) -> None:
    """LangChain passes anything on; what would do nothing is an error."""
    if arguments:
        raise TypeError(f"potluck's vector store takes no argument {sorted(arguments)[0]!r}")
