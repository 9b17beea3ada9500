"""Embedding: from texts to vectors, each text at most once, and none longer than the embedder's window in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from potluck.contracts import Embedder
from potluck.errors import ContractBroken, WindowExceeded
from potluck.ledger import Amount, Entry
from potluck.stages.observe import Stage, carried, model_call
from potluck.stages.turns import turn
from potluck.workspace.calls import Calls
from potluck.workspace.catalogue import Catalogue, StoredChunk

if TYPE_CHECKING:
    from potluck.contracts import Vectors

_NAMED = 5
"""How many of the chunks that are too long an error names."""

_COUNTED_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class Text:
    """A text to embed: its hash, the text, its tokens, and the chunk it was first met in, for messages."""

    hash: str
    text: str
    tokens: int
    chunk: StoredChunk


def embed(
    chunks: Sequence[StoredChunk],
    embedder: Embedder,
    fingerprint: str,
    catalogue: Catalogue,
    entry: Entry,
    running: Stage,
) -> int:
    """Embed the texts of the chunks that have no vector yet. Returns how many were embedded.

    Every batch is committed before the next one is asked for, so what is interrupted goes on where it was. Raises
    ``WindowExceeded`` before anything is embedded.
    """
    missing = set(catalogue.missing_vectors(fingerprint, (chunk.text for chunk in chunks)))
    texts = list(_texts(chunks, missing, embedder, catalogue))
    _account(entry, chunks, texts)
    long = [text for text in texts if embedder.window is not None and text.tokens > embedder.window]
    if long:
        _consent(long, embedder, entry, catalogue)
    # Texts of one length together: a batch is as slow as its longest text.
    texts.sort(key=lambda text: (text.tokens, text.hash))
    for batch, vectors in _batches(texts, embedder):
        catalogue.add_vectors(fingerprint, [text.hash for text in batch], vectors)
        running.advance(len(batch))
    return len(texts)


def embed_query(question: str, embedder: Embedder) -> Vectors:
    """Embed a question, shape ``(dimensions,)``. Raises ``WindowExceeded``, unless the embedder's ``fit`` consents."""
    (tokens,) = _count(embedder, [question])
    window = embedder.window
    if window is not None and tokens > window and embedder.fit == "error":
        raise WindowExceeded(
            f"the question has {tokens} tokens and the embedder reads {window}: shorten it, "
            "or write 'fit: pool' or 'fit: cut' among the embedder's settings"
        )
    if window is not None and tokens > window and embedder.fit == "pool":
        return _pooled(question, embedder, embedder.embed_queries)
    return _asked(embedder.embed_queries, [question], tokens, embedder).reshape(-1)


def embed_queries(questions: Sequence[str], embedder: Embedder) -> Iterator[tuple[Sequence[str], Vectors]]:
    """Embed questions in batches and yield each with its vectors, shape ``(n, dimensions)``. As ``embed_query``."""
    if not questions:
        return
    window = embedder.window
    counts = _count(embedder, questions)
    tokens = dict(zip(questions, counts, strict=True))
    long = [question for question in questions if window is not None and tokens[question] > window]
    for question in long:
        yield [question], embed_query(question, embedder)[None]
    skipped = set(long)
    short = [question for question in questions if question not in skipped]
    size = max(1, embedder.batch_size)
    batches = [short[i : i + size] for i in range(0, len(short), size)]

    def one(batch: Sequence[str]) -> Vectors:
        return _asked(embedder.embed_queries, batch, sum(tokens[question] for question in batch), embedder)

    if embedder.concurrency <= 1:
        for batch in batches:
            yield batch, one(batch)
    else:
        with ThreadPoolExecutor(embedder.concurrency) as pool:
            yield from zip(batches, pool.map(carried(one), batches), strict=True)


def embed_passages(texts: Sequence[str], embedder: Embedder) -> Vectors:
    """Embed texts that are not chunks of documents, shape ``(len(texts), dimensions)``. As ``embed_query``."""
    import numpy as np

    counts, window, size = _count(embedder, texts), embedder.window, max(1, embedder.batch_size)
    if window is not None and embedder.fit == "error" and max(counts, default=0) > window:
        raise WindowExceeded(
            f"a text has {max(counts)} tokens and the embedder reads {window}: cut it, "
            "or write 'fit: pool' or 'fit: cut' among the embedder's settings"
        )
    counted = [_Counted(text, tokens) for text, tokens in zip(texts, counts, strict=True)]
    rows = [_embed_slice(counted[i : i + size], embedder) for i in range(0, len(counted), size)]
    return np.concatenate(rows) if rows else np.empty((0, embedder.dimensions), np.float32)


def question_vectors(
    questions: Sequence[str], embedder: Callable[[], Embedder], fingerprint: str, calls: Calls
) -> tuple[dict[str, Vectors], int]:
    """The vector of each question, each embedded at most once ever, and how many were embedded now.

    ``embedder`` is called only if one has to be.
    """
    wanted = list(dict.fromkeys(questions))
    found = calls.queries(fingerprint, wanted)
    missing = [question for question in wanted if question not in found]
    if missing:
        for batch, vectors in embed_queries(missing, embedder()):
            calls.keep_queries(fingerprint, batch, vectors)
            found |= dict(zip(batch, vectors, strict=True))
    return found, len(missing)


def checked(vectors: Vectors, count: int, embedder: Embedder) -> Vectors:
    """Hold vectors against the contract. Raises ``ContractBroken``."""
    import numpy as np

    if vectors.shape != (count, embedder.dimensions) or vectors.dtype != np.float32:
        raise ContractBroken(
            f"the embedder gave {vectors.dtype} of shape {vectors.shape} for {count} texts, "
            f"expected float32 of shape {(count, embedder.dimensions)}"
        )
    if not np.isfinite(vectors).all():
        raise ContractBroken("the embedder gave values that are not finite; nothing of this batch is kept")
    norms = np.linalg.norm(vectors, axis=1)
    if count and abs(norms - 1.0).max() > 1e-2:
        raise ContractBroken(f"the embedder gave vectors of length {norms.min():.3f} to {norms.max():.3f}, expected 1")
    return vectors


def _count(embedder: Embedder, texts: Sequence[str]) -> list[int]:
    with turn(embedder):
        return embedder.count_tokens(texts)


def _asked(call: Callable[[Sequence[str]], Vectors], texts: Sequence[str], tokens: int, embedder: Embedder) -> Vectors:
    """The vectors of a call, held against the contract; ``tokens`` is what the texts were counted to have."""
    with model_call("embeddings", len(texts)) as spent:
        spent.input_tokens = tokens if embedder.exact_token_counts else None
        with turn(embedder):
            vectors = call(texts)
        return checked(vectors, len(texts), embedder)


def _texts(
    chunks: Sequence[StoredChunk], missing: set[str], embedder: Embedder, catalogue: Catalogue
) -> Iterator[Text]:
    """The texts that have to be embedded, each once, with their tokens."""

    def new() -> Iterator[tuple[StoredChunk, str]]:
        for chunk, text in catalogue.chunk_texts(chunks):
            if chunk.text in missing:
                missing.discard(chunk.text)
                yield chunk, text

    pairs = new()
    while some := list(islice(pairs, _COUNTED_AT_ONCE)):
        counts = _count(embedder, [text for _, text in some])
        for (chunk, text), tokens in zip(some, counts, strict=True):
            yield Text(chunk.text, text, tokens, chunk)


def _account(entry: Entry, chunks: Sequence[StoredChunk], texts: Sequence[Text]) -> None:
    distinct = {chunk.text: chunk.end - chunk.start for chunk in chunks}
    characters = sum(chunk.end - chunk.start for chunk in chunks)
    entry.came_in = Amount(len(chunks), characters)
    entry.deduplicated = Amount(len(chunks) - len(distinct), characters - sum(distinct.values()))
    counted = sum(text.tokens for text in texts) if len(texts) == len(distinct) else None
    entry.went_out = Amount(len(distinct), sum(distinct.values()), counted)


def _consent(long: Sequence[Text], embedder: Embedder, entry: Entry, catalogue: Catalogue) -> None:
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
        entry.notes.append(f"fit: cut: {len(long)} texts were cut to {window} tokens; the characters are an estimate")
    else:
        entry.notes.append(f"fit: pool: {len(long)} texts of more than {window} tokens were embedded in pieces")


def _place(chunk: StoredChunk, catalogue: Catalogue) -> str:
    document = catalogue.document(chunk.document)
    return f"{document.source}, characters {chunk.start} to {chunk.end}"


def _batches(texts: Sequence[Text], embedder: Embedder) -> Iterator[tuple[Sequence[Text], Vectors]]:
    """Embed slice by slice, up to ``embedder.concurrency`` at once; yield each as soon as it is there.

    When one fails, those that are under way are still yielded before the error is raised.
    """
    size = max(1, embedder.batch_size)
    slices = iter([texts[i : i + size] for i in range(0, len(texts), size)])
    if embedder.concurrency <= 1:
        for batch in slices:
            yield batch, _embed_slice(batch, embedder)
        return
    failed: BaseException | None = None
    with ThreadPoolExecutor(embedder.concurrency) as pool:
        running: dict[Future[Vectors], Sequence[Text]] = {}
        while True:
            if failed is None:
                for batch in islice(slices, embedder.concurrency - len(running)):
                    running[pool.submit(carried(_embed_slice), batch, embedder)] = batch
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                batch = running.pop(future)
                if (error := future.exception()) is not None:
                    failed = failed or error
                else:
                    yield batch, future.result()
    if failed is not None:
        raise failed


class _Counted(NamedTuple):
    """A text with its tokens."""

    text: str
    tokens: int


def _embed_slice(batch: Sequence[Text | _Counted], embedder: Embedder) -> Vectors:
    import numpy as np

    window = embedder.window
    if window is None or embedder.fit != "pool" or all(text.tokens <= window for text in batch):
        return _asked(embedder.embed_passages, [t.text for t in batch], sum(t.tokens for t in batch), embedder)
    rows = [
        _asked(embedder.embed_passages, [text.text], text.tokens, embedder)[0]
        if text.tokens <= window
        else _pooled(text.text, embedder, embedder.embed_passages)
        for text in batch
    ]
    return np.stack(rows)


def _pooled(text: str, embedder: Embedder, call: Callable[[Sequence[str]], Vectors]) -> Vectors:
    """The mean of the vectors of a text's pieces, weighted by their tokens, of unit length."""
    import numpy as np

    pieces = list(_pieces(text, embedder))
    counts = _count(embedder, pieces)
    vectors = _asked(call, pieces, sum(counts), embedder)
    mean = np.average(vectors, axis=0, weights=counts)
    length = float(np.linalg.norm(mean))
    return (mean / length).astype(np.float32) if length > 0 else vectors[0]


def _pieces(text: str, embedder: Embedder) -> Iterator[str]:
    """Cut a text into pieces that fit the window, each as long as possible, at white space where there is some."""
    window = embedder.window
    assert window is not None
    rest = text
    while rest.strip():
        length = _longest(rest, embedder, window)
        space = rest.rfind(" ", length // 2, length) if length < len(rest) else -1
        cut = space + 1 if space > 0 else length
        if rest[:cut].strip():
            yield rest[:cut]
        rest = rest[cut:]


def _longest(text: str, embedder: Embedder, window: int) -> int:
    """The length of the longest beginning that fits, found by halving; at least one character."""
    low, high = 1, len(text)
    if _fits(text, embedder, window):
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if _fits(text[:middle], embedder, window):
            low = middle
        else:
            high = middle - 1
    return low


def _fits(text: str, embedder: Embedder, window: int) -> bool:
    return _count(embedder, [text])[0] <= window
