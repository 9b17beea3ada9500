"""What every stage was given, kept, and lost: no text disappears without a line here."""

from __future__ import annotations

from dataclasses import dataclass, field

from potluck.documents import Json


@dataclass(frozen=True, slots=True)
class Amount:
    """How much: ``items`` (documents, chunks, texts), their characters, and tokens where somebody counted them."""

    items: int = 0
    characters: int = 0
    tokens: int | None = None

    def __add__(self, other: Amount) -> Amount:
        """Sum; the tokens are known as soon as one side knows them."""
        known = [t for t in (self.tokens, other.tokens) if t is not None]
        return Amount(self.items + other.items, self.characters + other.characters, sum(known) if known else None)

    def as_json(self) -> dict[str, Json]:
        """As a JSON object."""
        return {"items": self.items, "characters": self.characters, "tokens": self.tokens}


@dataclass(slots=True)
class Entry:
    """The account of one stage. ``notes`` are sentences for people, one for each loss that has a reason."""

    stage: str
    unit: str
    came_in: Amount = Amount()
    went_out: Amount = Amount()
    cut: Amount = Amount()
    dropped: Amount = Amount()
    deduplicated: Amount = Amount()
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Json]:
        """As a JSON object, with the words the reports use."""
        return {
            "unit": self.unit,
            "in": self.came_in.as_json(),
            "out": self.went_out.as_json(),
            "cut": self.cut.as_json(),
            "dropped": self.dropped.as_json(),
            "deduplicated": self.deduplicated.as_json(),
            "notes": list(self.notes),
        }


@dataclass(slots=True)
class Ledger:
    """The accounts of a run, in the order of its stages."""

    entries: list[Entry] = field(default_factory=list)

    def open(self, stage: str, unit: str) -> Entry:
        """Begin the account of a stage."""
        entry = Entry(stage, unit)
        self.entries.append(entry)
        return entry

    def as_json(self) -> dict[str, Json]:
        """Stage by stage."""
        return {entry.stage: entry.as_json() for entry in self.entries}
