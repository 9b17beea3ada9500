"""Dividing a text at the best places that keep the pieces small: LangChain's recursive algorithm, on spans.

It works with positions only, so that every chunk knows where it stands, also in a text that repeats itself. With
LangChain's separators it finds the chunks of ``RecursiveCharacterTextSplitter`` (langchain-text-splitters 1.1, MIT).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from potluck.documents import Chunk
from potluck_plugins.splitters._shared.boundaries import Level

Span: TypeAlias = tuple[int, int]
Measure: TypeAlias = Callable[[int], int]
"""The size of all that stands before a place; never falls from one place to the next."""


def divide(
    text: str,
    span: Span,
    levels: Sequence[Level],
    size: int,
    overlap: int = 0,
    measure: Measure = int,
) -> Iterator[Span]:
    """Divide ``text[start:end]`` into spans of at most ``size``, each repeating at most ``overlap`` of the last.

    Cuts at the first level that has places at all, joins what is small, and divides what is still too large at the
    next levels. A span is larger only where no level can cut it.
    """
    for depth, level in enumerate(levels):
        if measure(span[1]) - measure(span[0]) <= size:
            break
        if places := level(text, *span):
            edges = [span[0], *places, span[1]]
            yield from _divide(text, edges, levels[depth + 1 :], size, overlap, measure)
            return
    yield span


def _divide(
    text: str, edges: Sequence[int], finer: Sequence[Level], size: int, overlap: int, measure: Measure
) -> Iterator[Span]:
    """Join the small pieces between ``edges``, and divide each large one by itself."""
    marks = edges if measure is int else [measure(edge) for edge in edges]
    first, last = 0, len(edges) - 1
    for piece in range(last):
        if marks[piece + 1] - marks[piece] >= size:
            yield from _join(edges[first : piece + 1], marks[first : piece + 1], size, overlap)
            yield from divide(text, (edges[piece], edges[piece + 1]), finer, size, overlap, measure)
            first = piece + 1
    yield from _join(edges[first:], marks[first:], size, overlap)


def _join(edges: Sequence[int], marks: Sequence[int], size: int, overlap: int) -> Iterator[Span]:
    """Join neighbouring pieces, all of them smaller than ``size``, into spans as large as they may be."""
    first, last = 0, len(edges) - 1
    while marks[last] - marks[first] > size:
        stop = bisect_right(marks, marks[first] + size) - 1
        yield edges[first], edges[stop]
        again = bisect_left(marks, max(marks[stop] - overlap, marks[stop + 1] - size))
        # Several places can have one mark: inside a token, around white space. Repeating nothing means nothing.
        first = stop if marks[again] == marks[stop] else again
    if first < last:
        yield edges[first], edges[last]


def trim(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """The spans without the white space around them, and without those that hold nothing else."""
    for start, end in spans:
        piece = text[start:end]
        bare = piece.lstrip()
        if bare:
            start += len(piece) - len(bare)
            yield start, start + len(bare.rstrip())


def drop_contained(spans: Iterable[Span]) -> Iterator[Span]:
    """The spans without those that add nothing to the ones before."""
    reached = -1
    for start, end in spans:
        if end > reached:
            reached = end
            yield start, end


def chunk(text: str, span: Span, heading: str = "") -> Chunk:
    """The chunk of a span."""
    return Chunk(span[0], span[1], text[span[0] : span[1]], heading)
