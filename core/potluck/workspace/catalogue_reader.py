"""Reading the catalogue: every row is checked against its checksum before it is used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from potluck.documents import Chunk, Document, Page, Section
from potluck.workspace.catalogue_tables import index_sum, split_sum
from potluck.workspace.checksums import checksum
from potluck.workspace.connection import Connection

if TYPE_CHECKING:
    from potluck.contracts import Vectors


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as the catalogue keeps it. ``text`` is the hash of the embedded text, under which its vector lies."""

    id: str
    document: str
    start: int
    end: int
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Load:
    """What loading a file gave: documents, or the error that it raised (``error`` is the class's name)."""

    id: str
    source: str
    content: str
    error: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class IndexState:
    """The content of an index: ``loads`` by source name. ``generation`` changes with every change."""

    id: str
    splitter: str
    embedder: str
    dimensions: int
    loads: Mapping[str, str]
    generation: str = field(default="", compare=False)

    @property
    def has_vectors(self) -> bool:
        """Whether its passages were embedded; without, ``embedder`` is empty and ``dimensions`` are 0."""
        return bool(self.embedder)


class CatalogueReader:
    """Queries of a catalogue.

    Every method raises ``WorkspaceDamaged`` if a row is not what was written, or is missing where others say that it is
    there.
    """

    def __init__(self, database: Connection) -> None:
        """Read from a database with the catalogue's tables."""
        self._db = database

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # Loads and documents

    def load(self, load_id: str) -> Load | None:
        """The load of that fingerprint, if it has been done."""
        row = self._load_row(load_id)
        return Load(row[0], row[1], row[2], row[4], row[5]) if row else None

    def documents(self, load_id: str) -> list[tuple[str, Document]]:
        """The documents of a load with their ids, in order."""
        return [(document_id, self.document(document_id)) for document_id in self.document_ids(load_id)]

    def document_ids(self, load_id: str) -> list[str]:
        """The ids of a load's documents, in order; none if the load has not been done."""
        row = self._load_row(load_id)
        if row is None:
            return []
        found = self._db.all("SELECT id FROM documents WHERE load = ? ORDER BY ordinal", (load_id,))
        self._expect(len(found) == row[6], f"documents of {row[1]} are missing")
        return [one for (one,) in found]

    def document(self, document_id: str) -> Document:
        """The document of that id."""
        source, _, losses, inner = self._head(document_id)
        row = self._db.one("SELECT metadata, sections, pages, text FROM documents WHERE id = ?", (document_id,))
        self._expect(row is not None and checksum(*row) == inner, f"the text of {source}")
        metadata, sections, pages, text = row or ()
        return Document(
            source=source,
            text=text,
            metadata=json.loads(metadata),
            sections=tuple(Section(*values) for values in json.loads(sections)),
            pages=tuple(Page(*values) for values in json.loads(pages)),
            losses=tuple(losses),
        )

    def document_size(self, document_id: str) -> tuple[int, list[str]]:
        """The length of a document's text in characters, and its losses."""
        _, characters, losses, _ = self._head(document_id)
        return characters, losses

    # Chunks

    def is_split(self, document_id: str, splitter: str) -> bool:
        """Whether that splitter's chunks of a document are here."""
        return self._split_sum(document_id, splitter) is not None

    def chunks(self, load_id: str, splitter: str) -> list[StoredChunk]:
        """The chunks of all documents of a load, in order; none of a document that has not been split."""
        split = [one for one in self.document_ids(load_id) if self.is_split(one, splitter)]
        return [chunk for document_id in split for chunk in self.document_chunks(document_id, splitter)]

    def document_chunks(self, document_id: str, splitter: str) -> list[StoredChunk]:
        """The chunks of a document that has been split, in order."""
        rows = self._db.all(
            "SELECT ordinal, id, start, end, heading, text FROM chunks WHERE document = ? AND splitter = ? "
            "ORDER BY ordinal",
            (document_id, splitter),
        )
        expected = self._split_sum(document_id, splitter)
        self._expect(split_sum(document_id, splitter, rows) == expected, f"chunks of document {document_id}")
        return [StoredChunk(row[1], document_id, *row[2:]) for row in rows]

    def chunk_texts(self, chunks: Iterable[StoredChunk]) -> Iterator[tuple[StoredChunk, str]]:
        """Each chunk with the text that is embedded for it. Chunks of one document should follow each other."""
        current, text = "", ""
        for chunk in chunks:
            if chunk.document != current:
                current = chunk.document
                text = self.document(current).text
            yield chunk, Chunk(chunk.start, chunk.end, text[chunk.start : chunk.end], chunk.heading).embedded_text

    # Vectors

    def missing_vectors(self, embedder: str, texts: Iterable[str]) -> list[str]:
        """Those of the text hashes that have no vector by this embedder yet, in order, each once."""
        find = "SELECT 1 FROM vectors WHERE embedder = ? AND text = ?"
        return [text for text in dict.fromkeys(texts) if self._db.one(find, (embedder, text)) is None]

    def vectors(self, embedder: str, texts: Sequence[str]) -> Vectors:
        """The vectors of text hashes, float32, shape ``(len(texts), dimensions)``. ``KeyError`` for a missing one."""
        import numpy as np

        rows = []
        for text in texts:
            row = self._db.one("SELECT vector, sum FROM vectors WHERE embedder = ? AND text = ?", (embedder, text))
            if row is None:
                raise KeyError(text)
            self._expect(checksum(embedder, text, row[0]) == row[1], f"the vector of text {text}")
            rows.append(np.frombuffer(row[0], dtype="<f4"))
        return np.stack(rows).astype(np.float32, copy=False)

    def index_vectors(self, state: IndexState, chunks: Sequence[StoredChunk]) -> Vectors:
        """The vectors of some chunks of an index, which has all of them."""
        try:
            return self.vectors(state.embedder, [chunk.text for chunk in chunks])
        except KeyError as missing:
            self._db.raise_damaged(f"the vector of text {missing.args[0]} is missing")

    def refused_texts(self, embedder: str) -> dict[str, str]:
        """The text hashes of which this embedder gave no vector, as the recipe consented, with the reasons."""
        return dict(self._db.all("SELECT text, reason FROM left_out WHERE embedder = ?", (embedder,)))

    # Indexes

    def index(self, index_id: str) -> IndexState | None:
        """The state of an index as it is now, if it has ever been finished."""
        with self._db.one_state():
            row = self._db.one(
                "SELECT id, splitter, embedder, dimensions, generation, sum FROM indexes WHERE id = ?", (index_id,)
            )
            loads = self._db.all('SELECT source, load FROM index_loads WHERE "index" = ?', (index_id,))
        if row is None:
            self._expect(not loads, f"index {index_id}")
            return None
        self._expect(index_sum(row[:5], loads) == row[5], f"index {index_id}")
        return IndexState(row[0], row[1], row[2], row[3], dict(loads), row[4])

    def generation(self, index_id: str) -> str | None:
        """Which state of an index is the newest; None if it has never been finished."""
        row = self._db.one("SELECT generation FROM indexes WHERE id = ?", (index_id,))
        return row[0] if row else None

    def index_documents(self, state: IndexState) -> Iterator[tuple[str, list[StoredChunk]]]:
        """The documents of an index with their chunks, but those left out, by the names of their sources."""
        left_out = self.refused_texts(state.embedder)
        for source, load_id in sorted(state.loads.items()):
            self._expect(self._load_row(load_id) is not None, f"what was loaded from {source}")
            for document_id in self.document_ids(load_id):
                chunks = self.document_chunks(document_id, state.splitter)
                yield document_id, [chunk for chunk in chunks if chunk.text not in left_out]

    def sources(self, state: IndexState) -> set[str]:
        """The sources of an index's documents: names of files, and of records within them (``name#record``)."""
        return {self._head(document)[0] for load in state.loads.values() for document in self.document_ids(load)}

    def sections(self, state: IndexState) -> Iterator[tuple[str, set[str]]]:
        """The sources of an index's documents, each with the labels of its sections.

        Reads the documents whole, as their checksums are over the text too: 100 MiB take about two seconds.
        """
        for load_id in state.loads.values():
            for document_id in self.document_ids(load_id):
                document = self.document(document_id)
                yield document.source, {section.label for section in document.sections}

    def index_chunks(self, state: IndexState) -> Iterator[StoredChunk]:
        """All chunks of an index, source by source in order of their names."""
        for _, chunks in self.index_documents(state):
            yield from chunks

    # Rows that are what was written

    def _load_row(self, load_id: str) -> tuple[Any, ...] | None:
        row = self._db.one(
            "SELECT id, source, content, loader, error, reason, documents, sum FROM loads WHERE id = ?", (load_id,)
        )
        self._expect(row is None or checksum(*row[:7]) == row[7], f"load {load_id}")
        return row

    def _head(self, document_id: str) -> tuple[str, int, list[str], bytes]:
        """Source, characters, losses, and the checksum of the rest of a document."""
        row = self._db.one(
            "SELECT id, load, ordinal, source, characters, losses, body, sum FROM documents WHERE id = ?",
            (document_id,),
        )
        self._expect(row is not None and checksum(*row[:7]) == row[7], f"document {document_id}")
        assert row is not None
        return row[3], row[4], json.loads(row[5]), row[6]

    def _split_sum(self, document_id: str, splitter: str) -> bytes | None:
        row = self._db.one("SELECT sum FROM splits WHERE document = ? AND splitter = ?", (document_id, splitter))
        return row[0] if row else None

    def _expect(self, right: bool, what: str) -> None:
        if not right:
            self._db.raise_damaged(f"not what was written: {what}")
