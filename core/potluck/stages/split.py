"""Splitting: from documents to chunks, each document at most once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from potluck.contracts import Splitter
from potluck.documents import Chunk, Document
from potluck.errors import ContractBroken
from potluck.ledger import Amount, Entry
from potluck.plugin_faults import name_type
from potluck.reporting import Stage
from potluck.workspace.catalogue import Catalogue, StoredChunk


def split_documents(
    loads: Sequence[str], splitter: Splitter, fingerprint: str, catalogue: Catalogue, running: Stage
) -> int:
    """Split the documents of these loads that are not split yet. Returns how many were."""
    done = 0
    for load_id in loads:
        todo = [d for d in catalogue.document_ids(load_id) if not catalogue.is_split(d, fingerprint)]
        for document_id in todo:
            document = catalogue.document(document_id)
            chunks = check_chunks(document, _split(document, splitter))
            catalogue.add_chunks(document_id, document.source, fingerprint, chunks)
            done += 1
        running.advance()
    return done


def _split(document: Document, splitter: Splitter) -> list[Chunk]:
    """What a splitter makes of a document. Raises ``ContractBroken`` for anything but chunks."""
    chunks: object = splitter.split(document)
    if not isinstance(chunks, Iterable):
        raise ContractBroken(f"{document.source}: the splitter gave {name_type(chunks)}, and no chunks one by one")
    found = list(chunks)
    for chunk in found:
        if not isinstance(chunk, Chunk):
            raise ContractBroken(f"{document.source}: the splitter gave {name_type(chunk)}, not a Chunk")
    return found


def account_chunks(entry: Entry, chunks: Sequence[StoredChunk], catalogue: Catalogue) -> None:
    """Write the ledger's entry: how many characters of the documents lie in some chunk, and how many in none."""
    covered = total = characters = 0
    by_document: dict[str, list[StoredChunk]] = {}
    for chunk in chunks:
        by_document.setdefault(chunk.document, []).append(chunk)
        characters += chunk.end - chunk.start
    for document_id, members in by_document.items():
        total += catalogue.document_size(document_id)[0]
        covered += _count_covered(members)
    entry.came_in = Amount(len(by_document), total)
    entry.went_out = Amount(len(chunks), characters)
    entry.dropped = Amount(0, total - covered)


def check_chunks(document: Document, chunks: Sequence[Chunk]) -> Sequence[Chunk]:
    """Check chunks against the contract. Raises ``ContractBroken`` naming the document and the place."""
    end = start = 0
    for chunk in chunks:
        if chunk.start < start or chunk.text != chunk.text.strip():
            raise ContractBroken(
                f"{document.source}: the chunk at {chunk.start} is out of order, or has white space around it"
            )
        start = chunk.start
        if not 0 <= chunk.start < chunk.end or document.text[chunk.start : chunk.end] != chunk.text:
            raise ContractBroken(
                f"{document.source}: the chunk at {chunk.start} to {chunk.end} is not the document's text there"
            )
        if (lost := document.text[end : chunk.start].strip()) and chunk.start > end:
            raise ContractBroken(f"{document.source}: the splitter left out {lost[:40]!r} at {end}")
        end = max(end, chunk.end)
    if lost := document.text[end:].strip():
        raise ContractBroken(f"{document.source}: the splitter left out {lost[:40]!r} at {end}")
    return chunks


def _count_covered(chunks: Sequence[StoredChunk]) -> int:
    covered = end = 0
    for chunk in chunks:
        covered += max(0, chunk.end - max(end, chunk.start))
        end = max(end, chunk.end)
    return covered
