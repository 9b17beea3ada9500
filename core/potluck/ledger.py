"""What every stage received, kept, and lost: no text disappears without a line here."""

from __future__ import annotations

from dataclasses import dataclass, field

from potluck.documents import Json
from potluck.json_values import as_json


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


@dataclass(frozen=True, slots=True)
class StageAccount:
    """What one stage received, kept and lost."""

    unit: str
    """What the items are: documents, chunks, texts."""
    in_: Amount
    out: Amount
    cut: Amount
    """The parts of longer texts that no model was shown."""
    dropped: Amount
    deduplicated: Amount
    """Texts that were there already in the same words."""
    notes: tuple[str, ...]
    """A sentence for each loss that has a reason."""


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

    def account(self) -> StageAccount:
        """As it is now, with the words that reports use."""
        return StageAccount(
            self.unit, self.came_in, self.went_out, self.cut, self.dropped, self.deduplicated, tuple(self.notes)
        )

    def as_json(self) -> dict[str, Json]:
        """The account as a JSON object."""
        return as_json(self.account())


@dataclass(frozen=True, slots=True)
class Ledger:
    """The accounts of a run, in the order of its stages."""

    entries: list[Entry] = field(default_factory=list)

    def open(self, stage: str, unit: str) -> Entry:
        """Begin the account of a stage."""
        entry = Entry(stage, unit)
        self.entries.append(entry)
        return entry

    def accounts(self) -> dict[str, StageAccount]:
        """The accounts as they are now, stage by stage."""
        return {entry.stage: entry.account() for entry in self.entries}

    def as_json(self) -> dict[str, Json]:
        """Stage by stage."""
        return {entry.stage: entry.as_json() for entry in self.entries}
