"""How many of what, in words: ``1 document was``, ``2 documents were``."""

from __future__ import annotations


def many(count: int, what: str, one: str = "", several: str = "") -> str:
    """A count with its noun and perhaps the verb behind it, each in the number that belongs to the count.

    ``what`` is the noun of a single thing, whose plural ends in s; ``one`` and ``several`` are what follows it.
    """
    noun, verb = (what, one) if count == 1 else (f"{what}s", several)
    return " ".join(filter(None, (f"{count:,}", noun, verb)))
