"""Whether texts are nearly the same: the one rule for both sides of a split, and for examples beside a question.

Two texts are copies if they differ only in case, width, white space and digits (see ``potluck.language.fold``), or if
they share most of their features, such as character triples.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from potluck.language import fold

ALIKE = 0.8
"""Two sets of features that share this much (Jaccard) are those of copies."""

_MOST_PAIRS = 50_000_000
"""With more pairs than this only texts that are the same after folding count as copies."""


def triples(text: str) -> frozenset[str]:
    """The character triples of a folded text; one of fewer characters is its own."""
    plain = fold(text)
    return frozenset(plain[i : i + 3] for i in range(max(1, len(plain) - 2)))


def are_alike(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether two sets of features, both made in the same way, are those of copies. Empty sets are not."""
    return len(a & b) >= ALIKE * max(1, len(a | b))


def compares_likeness(count: int, others: int) -> bool:
    """Whether ``find_copies`` compares that many texts with that many others by likeness; else there are too many."""
    return count * others <= _MOST_PAIRS


def find_copies(texts: Sequence[str], others: Sequence[str], *, by_likeness: bool = True) -> Iterator[tuple[int, int]]:
    """The numbers of texts, from 0, with those of the others that they are copies of.

    Without ``by_likeness`` only texts that are the same after folding are copies: texts that one template made share
    most of their characters whatever they say. The same pair may come twice; of others with one folded text, one comes.
    """
    same = {fold(other): number for number, other in enumerate(others)}
    yield from ((number, same[plain]) for number, text in enumerate(texts) if (plain := fold(text)) in same)
    if not by_likeness or not compares_likeness(len(texts), len(others)):
        return
    sets = [triples(other) for other in others]
    holders: dict[str, list[int]] = defaultdict(list)
    for number, features in enumerate(sets):
        for feature in features:
            holders[feature].append(number)
    for number, text in enumerate(texts):
        own = triples(text)
        shared = Counter(other for feature in own for other in holders.get(feature, ()))
        for other, count in shared.items():
            if count >= ALIKE * (len(own) + len(sets[other]) - count):
                yield number, other


def group_copies(texts: Sequence[str]) -> list[list[int]]:
    """The numbers of the texts in groups of copies (and copies of copies), in the order of their first members."""
    root = list(range(len(texts)))

    def top(number: int) -> int:
        while root[number] != number:
            root[number] = number = root[root[number]]
        return number

    for one, other in find_copies(texts, texts):
        root[max(top(one), top(other))] = min(top(one), top(other))
    found: dict[int, list[int]] = defaultdict(list)
    for number in range(len(texts)):
        found[top(number)].append(number)
    return list(found.values())
