"""A ledger for people: one line if nothing was lost, else a line for each loss."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from potluck.amounts import many
from potluck.ledger import Amount, Entry, Ledger
from potluck.visible import visible_line


def ledger_lines(ledger: Ledger, told: Collection[str] = ()) -> Iterator[str]:
    """What every stage kept, and below that what was cut, left out or noted; ``--json`` has all amounts.

    Notes that were ``told`` already are not told again.
    """
    kept = ", ".join(f"{entry.stage} {_amount(entry.went_out, entry.unit)}" for entry in ledger.entries)
    lost = [line for entry in ledger.entries for line in _losses(entry)]
    noted = any(entry.notes for entry in ledger.entries)
    yield f"ledger: {'' if lost or noted else 'nothing lost; '}{kept}"
    yield from (f"  {line}" for line in lost)
    for entry in ledger.entries:
        yield from (f"  {entry.stage}: {visible_line(note)}" for note in entry.notes if note not in told)


def _losses(entry: Entry) -> Iterator[str]:
    if entry.cut != Amount():
        yield f"{entry.stage}: {_share(entry.cut, entry)} cut off, which no model is shown"
    if entry.dropped != Amount():
        yield f"{entry.stage}: {_share(entry.dropped, entry)} left out"


def _share(lost: Amount, entry: Entry) -> str:
    """How much of what came in."""
    if lost.items:
        more = f" ({many(lost.characters, 'character')})" if lost.characters else ""
        return f"{lost.items:,} of {many(entry.came_in.items, entry.unit.removesuffix('s'))}{more}"
    if lost.characters:
        return f"{lost.characters:,} of {many(entry.came_in.characters, 'character')}"
    return many(lost.tokens or 0, "token")


def _amount(amount: Amount, unit: str) -> str:
    parts = [many(amount.items, unit.removesuffix("s"))] if amount.items or not amount.characters else []
    return " with ".join([*parts, *([many(amount.characters, "character")] if amount.characters else [])])
