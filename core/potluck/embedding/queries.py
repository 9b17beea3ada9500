"""Vectors of questions: of one, of many in batches, and each at most once ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from potluck.contracts import Embedder
from potluck.embedding.batched_calls import batches_for, raise_if_refused
from potluck.embedding.call import call_embedder, count_tokens
from potluck.embedding.pooling import embed_in_pieces
from potluck.errors import WindowExceeded
from potluck.workspace.answer_cache import AnswerCache

if TYPE_CHECKING:
    from potluck.contracts import Vectors


def embed_query(question: str, embedder: Embedder) -> Vectors:
    """Embed a question, shape ``(dimensions,)``. Raises ``WindowExceeded``, unless the embedder's ``fit`` consents."""
    (tokens,) = count_tokens(embedder, [question])
    window = embedder.window
    if window is not None and tokens > window and embedder.fit == "error":
        raise WindowExceeded(
            f"the question has {tokens} tokens and the embedder reads {window}: shorten it, "
            "or write 'fit: pool' or 'fit: cut' among the embedder's settings"
        )
    if window is not None and tokens > window and embedder.fit == "pool":
        return embed_in_pieces(question, embedder, embedder.embed_queries)
    return call_embedder(embedder.embed_queries, [question], tokens, embedder).reshape(-1)


def embed_queries(questions: Sequence[str], embedder: Embedder) -> Iterator[tuple[Sequence[str], Vectors]]:
    """Embed questions in batches and yield each with its vectors, shape ``(n, dimensions)``. As ``embed_query``."""
    if not questions:
        return
    window = embedder.window
    counts = count_tokens(embedder, questions)
    tokens = dict(zip(questions, counts, strict=True))
    long = [question for question in questions if window is not None and tokens[question] > window]
    for question in long:
        yield [question], embed_query(question, embedder)[None]
    skipped = set(long)
    short = [question for question in questions if question not in skipped]

    def one(batch: Sequence[str]) -> Vectors:
        return call_embedder(embedder.embed_queries, batch, sum(tokens[question] for question in batch), embedder)

    batches = batches_for(one, embedder)
    yield from batches.of(short)
    raise_if_refused(batches.refused)


def question_vectors(
    questions: Sequence[str], embedder: Callable[[], Embedder], fingerprint: str, cache: AnswerCache
) -> tuple[dict[str, Vectors], int]:
    """The vector of each question, each embedded at most once ever, and how many were embedded now.

    ``embedder`` is called only if one has to be.
    """
    wanted = list(dict.fromkeys(questions))
    found = cache.question_vectors(fingerprint, wanted)
    missing = [question for question in wanted if question not in found]
    if missing:
        for batch, vectors in embed_queries(missing, embedder()):
            cache.keep_question_vectors(fingerprint, batch, vectors)
            found |= dict(zip(batch, vectors, strict=True))
    return found, len(missing)
