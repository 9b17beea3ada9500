"""Embedding: from chunks to vectors, each text at most once, and none longer than the embedder's window in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from potluck.amounts import many
from potluck.contracts import Embedder
from potluck.embedding.batched_calls import batches_for, excerpt
from potluck.embedding.call import count_tokens
from potluck.embedding.pooling import embed_slice
from potluck.errors import PotluckError, TextsRefused, WindowExceeded
from potluck.ledger import Amount, Entry
from potluck.reporting import Stage
from potluck.workspace.catalogue import Catalogue, StoredChunk

if TYPE_CHECKING:
    from potluck.contracts import Vectors


_NAMED = 5
"""How many of the chunks that are too long an error names."""

_COUNTED_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class PendingText:
    """A text to embed: its hash, the text, its tokens, and the chunk it was first met in, for messages."""

    hash: str
    text: str
    tokens: int
    chunk: StoredChunk


def embed_chunks(
    chunks: Sequence[StoredChunk],
    embedder: Embedder,
    fingerprint: str,
    catalogue: Catalogue,
    entry: Entry,
    running: Stage,
    skip: bool = False,
) -> int:
    """Embed the texts of the chunks that have no vector yet. Returns how many were embedded.

    Every batch is committed before the next one is asked for, so what is interrupted continues from there. With
    ``skip`` texts that get no vector are left out, and not asked for again. Raises ``WindowExceeded`` before anything
    is embedded, ``TextsRefused`` naming texts without a vector.
    """
    missing = set(catalogue.missing_vectors(fingerprint, (chunk.text for chunk in chunks)))
    if skip:
        missing -= catalogue.refused_texts(fingerprint).keys()
    texts = list(_texts(chunks, missing, embedder, catalogue))
    _account(entry, chunks, texts)
    long = [text for text in texts if embedder.window is not None and text.tokens > embedder.window]
    if long:
        _consent(long, embedder, entry, catalogue)
    # Texts of one length together: a batch is as slow as its longest text.
    texts.sort(key=lambda text: (text.tokens, text.hash))

    def one(batch: Sequence[PendingText]) -> Vectors:
        return embed_slice(batch, embedder)

    batches = batches_for(one, embedder, skip)
    for batch, vectors in batches.of(texts):
        catalogue.add_vectors(fingerprint, [text.hash for text in batch], vectors)
        running.advance(len(batch))
    if batches.refused and not skip:
        raise TextsRefused(_refusal(batches.refused, catalogue))
    catalogue.leave_out(fingerprint, {text.hash: str(error) for text, error in batches.refused})
    if batches.refused and entry.went_out.tokens is not None:
        tokens = sum(text.tokens for text, _ in batches.refused)
        entry.dropped = Amount(tokens=tokens)
        entry.went_out = replace(entry.went_out, tokens=entry.went_out.tokens - tokens)
    return len(texts) - len(batches.refused)


def account_left_out(
    entry: Entry, chunks: Sequence[StoredChunk], left_out: Mapping[str, str], catalogue: Catalogue
) -> None:
    """Count the texts of the chunks that were left out, by their hashes with the reasons, as dropped."""
    dropped = {chunk.text: chunk for chunk in chunks if chunk.text in left_out}
    if not dropped:
        return
    if not entry.came_in.items:
        _account(entry, chunks, [])
    characters = sum(chunk.end - chunk.start for chunk in dropped.values())
    entry.dropped = replace(entry.dropped, items=len(dropped), characters=characters)
    entry.went_out = replace(
        entry.went_out, items=entry.went_out.items - len(dropped), characters=entry.went_out.characters - characters
    )
    named = [f"{_quote(chunk, catalogue)}: {left_out[text]}" for text, chunk in list(dropped.items())[:_NAMED]]
    more = [f"and {len(dropped) - _NAMED} more"] if len(dropped) > _NAMED else []
    entry.notes.append(f"on_error: skip: no vector for {'; '.join([*named, *more])}")


def _refusal(refused: Sequence[tuple[PendingText, PotluckError]], catalogue: Catalogue) -> str:
    """The texts without a vector, with their places and the reasons."""
    named = "\n".join(f"  {_quote(text.chunk, catalogue)}: {error}" for text, error in refused[:_NAMED])
    more = f"\n  and {len(refused) - _NAMED} more" if len(refused) > _NAMED else ""
    return (
        f"the embedder gives no vector for {len(refused)} of the texts; those of the others are kept:\n{named}{more}\n"
        "Change the document there, or consent in the embedder's settings: 'on_error: skip' leaves such texts out, "
        "and the ledger counts them"
    )


def _quote(chunk: StoredChunk, catalogue: Catalogue) -> str:
    """Where a chunk stands and how it begins."""
    document = catalogue.document(chunk.document)
    return f"{_place(chunk, catalogue)} ({excerpt(document.text[chunk.start : chunk.end])!r})"


def _texts(
    chunks: Sequence[StoredChunk], missing: set[str], embedder: Embedder, catalogue: Catalogue
) -> Iterator[PendingText]:
    """The texts that have to be embedded, each once, with their tokens."""

    def new() -> Iterator[tuple[StoredChunk, str]]:
        for chunk, text in catalogue.chunk_texts(chunks):
            if chunk.text in missing:
                missing.discard(chunk.text)
                yield chunk, text

    pairs = new()
    while some := list(islice(pairs, _COUNTED_AT_ONCE)):
        counts = count_tokens(embedder, [text for _, text in some])
        for (chunk, text), tokens in zip(some, counts, strict=True):
            yield PendingText(chunk.text, text, tokens, chunk)


def _account(entry: Entry, chunks: Sequence[StoredChunk], texts: Sequence[PendingText]) -> None:
    distinct = {chunk.text: chunk.end - chunk.start for chunk in chunks}
    characters = sum(chunk.end - chunk.start for chunk in chunks)
    entry.came_in = Amount(len(chunks), characters)
    entry.deduplicated = Amount(len(chunks) - len(distinct), characters - sum(distinct.values()))
    counted = sum(text.tokens for text in texts) if len(texts) == len(distinct) else None
    entry.went_out = Amount(len(distinct), sum(distinct.values()), counted)


def _consent(long: Sequence[PendingText], embedder: Embedder, entry: Entry, catalogue: Catalogue) -> None:
    """Refuse texts that are too long, or count what the recipe consents to lose."""
    window = embedder.window
    assert window is not None
    if embedder.fit == "error":
        worst = sorted(long, key=lambda text: -text.tokens)
        named = "\n".join(f"  {_place(text.chunk, catalogue)}: {text.tokens} tokens" for text in worst[:_NAMED])
        more = f"\n  and {len(long) - _NAMED} more" if len(long) > _NAMED else ""
        exactly = "" if embedder.exact_token_counts else " (estimated, never too low)"
        raise WindowExceeded(
            f"{len(long)} of the chunks to embed {'are' if len(long) > 1 else 'is'} longer than the {window} tokens "
            f"that the embedder reads; the rest of each would never be found{exactly}:\n{named}{more}\n"
            "Make the splitter's chunks smaller, take an embedder with a longer window, or consent in the embedder's "
            "settings: 'fit: pool' embeds the pieces and averages them, 'fit: cut' drops the ends"
        )
    if embedder.fit == "cut":
        lost = sum(text.tokens - window for text in long)
        characters = sum(len(text.text) - len(text.text) * window // text.tokens for text in long)
        entry.cut = Amount(len(long), characters, lost)
        cut = many(len(long), "text", "was", "were")
        entry.notes.append(f"fit: cut: {cut} cut to {window} tokens; the characters are an estimate")
    else:
        pooled = many(len(long), "text")
        entry.notes.append(f"fit: pool: {pooled} of more than {window} tokens embedded in pieces")


def _place(chunk: StoredChunk, catalogue: Catalogue) -> str:
    document = catalogue.document(chunk.document)
    return f"{document.source}, characters {chunk.start} to {chunk.end}"
