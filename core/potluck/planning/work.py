"""What a run would do, part by part, and how long each part takes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Literal

from potluck.components.components import Components
from potluck.contracts import Embedder
from potluck.durations import Duration
from potluck.embedding.call import call_embedder
from potluck.results.stages import PlannedWork
from potluck.workspace import folder_of

_AT_ONCE = 4
"""Texts of a sample of the embedder's speed."""

_SECONDS = 2.0
"""After which no further sample is taken."""


def is_kept(components: Components) -> bool:
    """Whether a run finds what is computed with these components, rather than a copy of its workspace having it."""
    return components.workspace.folder == folder_of(components.recipe)


def timed_work(action: Literal["load", "split"], count: int, seconds: float, kept: bool) -> Iterator[PlannedWork]:
    """What was done just now, where there was something to do; a run does it again unless it is ``kept``."""
    if count:
        yield estimated_work(action, count, Duration.per_unit([(seconds, 1)]), kept)


def estimated_work(
    action: Literal["load", "split", "embed", "answer"], count: int, span: Duration, is_done: bool = False
) -> PlannedWork:
    """Work of which one knows how long it takes."""
    return PlannedWork(action, count, is_done, span.seconds, span.low, span.high, None)


def seconds_per_token(embedder: Embedder, texts: Sequence[str]) -> Duration:
    """Seconds that an embedder takes for a token; the first text is not counted, before which the model is loaded."""
    samples, began = list[tuple[float, float]](), time.perf_counter()
    call_embedder(embedder.embed_passages, texts[:1], 0, embedder)
    for start in range(0, len(texts), _AT_ONCE):
        some = texts[start : start + _AT_ONCE]
        tokens, started = sum(embedder.count_tokens(some)), time.perf_counter()
        call_embedder(embedder.embed_passages, some, tokens, embedder)
        samples.append((time.perf_counter() - started, tokens))
        if time.perf_counter() - began > _SECONDS:
            break
    return Duration.per_unit(samples)
