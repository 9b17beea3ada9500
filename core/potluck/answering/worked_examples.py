"""Choosing the worked examples that a prompt shows: random, balanced or nearest ones, and never what is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from potluck.datasets.near_duplicates import are_alike

if TYPE_CHECKING:
    from potluck.contracts import Vectors

T = TypeVar("T")


def unlike(examples: Iterable[T], features_of: Callable[[T], frozenset[str]], asked: frozenset[str]) -> Iterator[T]:
    """The examples, in order, that are not (nearly) the question itself and so do not give its answer away.

    ``asked`` are the features of what is asked, made as ``features_of`` makes those of an example.
    """
    return (example for example in examples if not are_alike(features_of(example), asked))


def in_turn(examples: Sequence[T], group_of: Callable[[T], Hashable]) -> list[T]:
    """One of each group in turn, as long as a group has some; each round in the order of the examples."""
    turns: Counter[Hashable] = Counter()
    placed = []
    for number, example in enumerate(examples):
        turns[group_of(example)] += 1
        placed.append((turns[group_of(example)], number))
    return [examples[number] for _, number in sorted(placed)]


def nearest(vectors: Vectors, vector: Vectors) -> list[tuple[int, float]]:
    """The numbers of the rows of ``vectors``, from 0, with their cosine similarity to ``vector``, the nearest first.

    ``vectors`` has the shape ``(n, dimensions)``; all are of unit length. Of equally near ones the first comes first.
    """
    import numpy as np

    nearness = vectors @ vector
    return [(int(number), float(nearness[number])) for number in np.argsort(-nearness, kind="stable")]
