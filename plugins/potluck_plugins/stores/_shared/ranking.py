"""The order of hits: the same for the same vectors, wherever they stand and however they were found.

A matrix product in float32 may give a row other last bits at another place in the matrix, and an index may use other
instructions for it. So such products only choose candidates, with room for their error; the scores themselves are sums
of float64 products (exact for float32 factors) in an order that does not depend on the row's place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from potluck.contracts import Hits, Vectors

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Scores: TypeAlias = npt.NDArray[np.float64]

_BLOCK = 4096


def slack(query: Vectors) -> float:
    """How far apart two float32 inner products with unit vectors may seem that are equal: twice the error of one.

    The bound for a sum of n products in any order, see Higham, Accuracy and Stability of Numerical Algorithms, 3.1.
    """
    import numpy as np

    return float(2.02 * len(query) * 2.0**-24 * np.linalg.norm(query))


def scores(rows: Vectors, query: Vectors) -> Scores:
    """The inner product of each row with the query, from a unit vector the cosine similarity."""
    import numpy as np

    factor = query.astype(np.float64)
    found = np.empty(len(rows), np.float64)
    for start in range(0, len(rows), _BLOCK):
        found[start : start + _BLOCK] = (rows[start : start + _BLOCK] * factor).sum(axis=1)
    return found


def rank_candidates(ids: Sequence[str], rows: Vectors, query: Vectors, k: int) -> Hits:
    """The best ``k`` of some candidates; equal scores in the order of ids."""
    best = sorted(zip((-scores(rows, query)).tolist(), ids, strict=True))[:k]
    return Hits(tuple(given for _, given in best), tuple(-negative for negative, _ in best))


def best_of(candidates: Callable[[int], tuple[Sequence[str], Vectors]], query: Vectors, k: int, count: int) -> Hits:
    """The best ``k`` from an index that answers ``candidates(n)`` with about the nearest ``n`` of ``count``.

    Asks for more than ``k``, until the last candidate is clearly behind the k-th: equal scores are then all there, and
    the order of ids decides among them, not the index.
    """
    k, wanted = min(k, count), k + 16
    if k <= 0:
        return Hits((), ())
    while True:
        wanted = min(wanted, count)
        ids, rows = candidates(wanted)
        hits = rank_candidates(ids, rows, query, len(ids))
        enough = len(ids) < wanted or wanted == count or hits.scores[k - 1] - hits.scores[-1] > slack(query)
        if enough:
            return Hits(hits.ids[:k], hits.scores[:k])
        wanted *= 4
