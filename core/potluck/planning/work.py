"""A run's work, part by part, and how long each part takes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from potluck.components.components import Components
from potluck.contracts import Embedder
from potluck.durations import Duration
from potluck.embedding.call import call_embedder
from potluck.results.stages import Action, PlannedWork
from potluck.workspace import folder_of

_AT_ONCE = 4
"""Texts per sample of the embedder's speed."""

_SECONDS = 2.0
"""Seconds after which no further sample is taken."""


def is_kept(components: Components) -> bool:
    """Whether the run itself will find what these components compute, and not only a copy of its workspace."""
    return components.workspace.folder == folder_of(components.recipe)


def timed_work(action: Action, count: int, seconds: float, kept: bool) -> Iterator[PlannedWork]:
    """Work that was done just now, if any; a run does it again unless it is ``kept``."""
    if count:
        yield estimated_work(action, count, Duration.per_unit([(seconds, 1)]), kept)


def estimated_work(action: Action, count: int, span: Duration, is_done: bool = False) -> PlannedWork:
    """Work of a known duration."""
    return PlannedWork(action, count, is_done, span.seconds, span.low, span.high, None)


def unknown_work(action: Action, count: int, why: str) -> PlannedWork:
    """Work of which nobody knows how long it takes."""
    return PlannedWork(action, count, False, None, None, None, why)


def duration_of(part: PlannedWork) -> Duration:
    """How long a part of a run takes, where that is known."""
    return Duration(part.seconds or 0.0, part.seconds_low or 0.0, part.seconds_high or 0.0)


def seconds_per_token(embedder: Embedder, texts: Sequence[str]) -> Duration:
    """Seconds per token of an embedder; the first text, for which the model is loaded, is not counted."""
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
