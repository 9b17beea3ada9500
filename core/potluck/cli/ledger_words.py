"""A ledger for people: one line where nothing was lost, else a line for each loss."""

from __future__ import annotations

from collections.abc import Iterator

from potluck.amounts import many
from potluck.ledger import Amount, Entry, Ledger
from potluck.visible import visible_line


def ledger_lines(ledger: Ledger) -> Iterator[str]:
    """What every stage kept, and below it what was cut, left out or noted; ``--json`` has all amounts."""
    kept = ", ".join(f"{entry.stage} {_amount(entry.went_out, entry.unit)}" for entry in ledger.entries)
    lost = [line for entry in ledger.entries for line in _losses(entry)]
    yield f"ledger: {'' if lost else 'nothing lost; '}{kept}"
    yield from (f"  {line}" for line in lost)
    for entry in ledger.entries:
        yield from (f"  {entry.stage}: {visible_line(note)}" for note in entry.notes)


def _losses(entry: Entry) -> Iterator[str]:
    for amount, what in ((entry.cut, "cut off, which no model is shown"), (entry.dropped, "left out")):
        if amount.items or amount.characters or amount.tokens:
            yield f"{entry.stage}: {_amount(amount, entry.unit)} of {_amount(entry.came_in, entry.unit)} {what}"


def _amount(amount: Amount, unit: str) -> str:
    parts = [many(amount.items, unit.removesuffix("s"))] if amount.items or not amount.characters else []
    if amount.characters:
        parts.append(many(amount.characters, "character"))
    elif amount.tokens:
        parts.append(many(amount.tokens, "token"))
    return " with ".join(parts)
