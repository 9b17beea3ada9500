"""How many of what, in words: ``1 document was``, ``2 documents were``."""

from __future__ import annotations

_UNITS = ("KB", "MB", "GB", "TB")


def many(count: int, what: str, one: str = "", several: str = "") -> str:
    """A count with its noun, and a verb if one is given, in the singular or plural that the count asks for.

    ``what`` is the noun of a single thing, whose plural ends in s; ``one`` and ``several`` are what follows it.
    """
    noun, verb = (what, one) if count == 1 else (f"{what}s", several)
    return " ".join(filter(None, (f"{count:,}", noun, verb)))


def count_kept_rules(rules: int, broken: int, skipped: int) -> str:
    """How many rules of a contract a plugin keeps, without those that do not apply to it."""
    applied = rules - skipped
    left_out = f"; {many(skipped, 'rule', 'does', 'do')} not apply" if skipped else ""
    return f"{applied - broken} of {applied} rules are kept{left_out}"


def size(count: int) -> str:
    """Bytes as people read them: ``812 B``, ``3.4 KB``, in thousands."""
    if count < 1000:
        return f"{count} B"
    power = next((power for power in (1, 2, 3) if round(count / 1000**power, 1) < 1000), 4)
    return f"{count / 1000**power:,.1f} {_UNITS[power - 1]}"
