"""The report of bringing an index up to date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from potluck.amounts import many
from potluck.documents import Json
from potluck.json_values import as_json
from potluck.ledger import Ledger
from potluck.loading.failure import LoadFailure
from potluck.results.stages import Changes, FailureResult, IndexResult
from potluck.stages.load import Loaded
from potluck.workspace.catalogue import Catalogue, IndexState, StoredChunk


@dataclass(slots=True)
class IndexReport:
    """The result of indexing. ``loaded``, ``split`` and ``embedded`` count what was computed; ``reused`` had some."""

    documents: Changes = field(default_factory=Changes)
    chunks: Changes = field(default_factory=Changes)
    loaded: int = 0
    split: int = 0
    embedded: int = 0
    reused: int = 0
    failures: list[LoadFailure] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    """Why earlier work was done again, and what that took."""

    @property
    def lacks(self) -> str:
        """What the index lacks, so that no question finds it, in words; empty if it lacks nothing."""
        texts = sum(entry.dropped.items for entry in self.ledger.entries if entry.stage == "embed")
        lacking = [many(len(self.failures), "document") + " that could not be read"] if self.failures else []
        lacking += [many(texts, "text") + " without a vector (on_error: skip)"] if texts else []
        return f"the index lacks {' and '.join(lacking)}" if lacking else ""

    @property
    def losses(self) -> list[str]:
        """What could not be read in the documents that were read: ``notes.csv: 2 left out: ...``."""
        failed = set(map(str, self.failures))
        notes = (note for entry in self.ledger.entries if entry.stage == "load" for note in entry.notes)
        return [note for note in notes if note not in failed]

    def as_json(self) -> dict[str, Json]:
        """As ``potluck index --json`` prints it."""
        return as_json(self.result())

    def result(self) -> IndexResult:
        """The report for programs."""
        return IndexResult(
            documents=self.documents,
            chunks=self.chunks,
            loaded=self.loaded,
            split=self.split,
            embedded=self.embedded,
            reused=self.reused,
            failures=tuple(FailureResult(one.source, one.error, one.reason) for one in self.failures),
            notes=tuple(self.notes),
            ledger=self.ledger.accounts(),
            seconds=round(self.seconds, 3),
        )


def report_unchanged(state: IndexState, loaded: Loaded, chunks: Sequence[StoredChunk]) -> IndexReport:
    """The report of a run that found the index as it should be."""
    return IndexReport(
        documents=Changes(unchanged=len(state.loads)),
        chunks=Changes(unchanged=len(chunks)),
        reused=len({chunk.text for chunk in chunks}) if state.has_vectors else 0,
        failures=loaded.failures,
    )


def compare_states(
    before: IndexState | None, after: IndexState, chunks: Iterable[StoredChunk], catalogue: Catalogue
) -> tuple[Changes, Changes]:
    """How documents and chunks differ between two states of an index; ``chunks`` are those of the second."""
    old = dict(before.loads) if before else {}
    same = {source for source, load_id in after.loads.items() if old.get(source) == load_id}
    changed = {source for source in after.loads if source in old} - same
    documents = Changes(
        len(after.loads) - len(same) - len(changed), len(changed), len(old.keys() - after.loads), len(same)
    )
    ids = {chunk.id for chunk in chunks}
    old_ids = {chunk.id for chunk in catalogue.index_chunks(before)} if before else set()
    gone, new = len(old_ids - ids), len(ids - old_ids)
    # A chunk of a changed document that was replaced by another counts once, as changed.
    replaced = min(gone, new) if changed else 0
    return documents, Changes(new - replaced, replaced, gone - replaced, len(ids & old_ids))
