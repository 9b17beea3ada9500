"""Indexing: bring an index up to date with the documents, computing only what has changed.

In this order, so that it can be killed anywhere: what is computed goes into the catalogue; new vectors go into the
store; the index is switched to the new state in one transaction; old vectors leave the store. Whoever reads in between
sees the old state or the new one, because it takes from the store only what the catalogue says is in the index.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from potluck import plugins
from potluck.amounts import many
from potluck.components.changes import Causes, causes, keep
from potluck.components.components import Components
from potluck.contracts import Collection, EmbedderConfig, VectorStore
from potluck.documents import Json
from potluck.errors import ContractBroken, PotluckError
from potluck.ledger import Ledger
from potluck.observation.stage import stage
from potluck.stages import embed, load, split
from potluck.stages.discover import discover
from potluck.workspace import Workspace
from potluck.workspace.catalogue import Catalogue, IndexState, StoredChunk

if TYPE_CHECKING:
    import pluggy

_ROWS = 4096
"""Vectors handed to a store at once."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How a set of things differs from what it was when the index was last finished."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0

    def as_json(self) -> dict[str, Json]:
        """As a JSON object."""
        return {"added": self.added, "changed": self.changed, "removed": self.removed, "unchanged": self.unchanged}


@dataclass(slots=True)
class IndexReport:
    """What indexing did. ``loaded``, ``split`` and ``embedded`` count what was computed; ``reused`` had some."""

    documents: Changes = Changes()
    chunks: Changes = Changes()
    loaded: int = 0
    split: int = 0
    embedded: int = 0
    reused: int = 0
    failures: list[load.Failure] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    """Why work was done again that was done before, and what it took."""

    @property
    def lacks(self) -> str:
        """What a question cannot find, because it is not in the index, in words; empty where all is."""
        texts = sum(entry.dropped.items for entry in self.ledger.entries if entry.stage == "embed")
        lacking = [many(len(self.failures), "document") + " that could not be read"] if self.failures else []
        lacking += [many(texts, "text") + " without a vector (on_error: skip)"] if texts else []
        return f"the index lacks {' and '.join(lacking)}" if lacking else ""

    def as_json(self) -> dict[str, Json]:
        """As ``potluck index --json`` prints it."""
        return {
            "documents": self.documents.as_json(),
            "chunks": self.chunks.as_json(),
            "loaded": self.loaded,
            "split": self.split,
            "embedded": self.embedded,
            "reused": self.reused,
            "failures": [{"source": f.source, "error": f.error, "reason": f.reason} for f in self.failures],
            "notes": list(self.notes),
            "ledger": self.ledger.as_json(),
            "seconds": round(self.seconds, 3),
        }


def index(
    components: Components, workspace: Workspace, observers: pluggy.PluginManager, *, check_service: bool = False
) -> IndexReport:
    """Bring the recipe's index up to date. Takes the writer's lock only if there is something to do.

    ``check_service``: where nothing has changed, see whether the service behind the embedder gives other vectors now.
    """
    started = time.perf_counter()
    documents = components.recipe.documents
    assert documents is not None, "only a recipe with documents is indexed"
    sources = discover(components.base, documents.patterns, documents.exclude)
    planned, failures = load.survey(sources, components)
    # After a kill there may be nothing to compute and still something to clean up.
    report = None if workspace.was_killed() else _finished(components, workspace, planned, failures)
    if report is None:
        with workspace.writing():
            why = causes(components, workspace.folder)
            again = read_again(planned, workspace.catalogue.index(components.index_id), workspace.catalogue)
            report = _update(components, workspace, planned, failures, observers)
            report.notes += _notes(why, report, again, components)
            keep(components, workspace.folder)
    elif check_service and (then := _other_length_served(components, workspace, report)):
        with workspace.writing():
            report = _of_another_length(then, components, workspace, planned, failures, observers)
            keep(components, workspace.folder)
    report.seconds = time.perf_counter() - started
    return report


def _other_length_served(components: Components, workspace: Workspace, report: IndexReport) -> int:
    """The length of the index's vectors, if the embedder's service gives others now; 0 if not, or if nobody knows."""
    before = workspace.catalogue.index(components.index_id)
    if before is None or plugins.offer(components.recipe.embedder.plugin).sends_to is None:
        return 0
    try:
        now = components.embedder.dimensions
    except PotluckError as error:
        report.notes.append(
            f"not known whether the embedder still gives vectors of length {before.dimensions}: {error}"
        )
        return 0
    return before.dimensions if now != before.dimensions else 0


def read_again(planned: Sequence[load.Planned], before: IndexState | None, catalogue: Catalogue) -> int:
    """How many files will be read by other means than before, though they have not changed."""
    new = [plan for plan in planned if catalogue.load(plan.load_id) is None]
    if before is None:
        return len(new)
    old = (catalogue.load(before.loads.get(plan.source.name, "")) for plan in new)
    return sum(one is not None and one.content == plan.content for one, plan in zip(old, new, strict=True))


def _notes(why: Causes, report: IndexReport, again: int, components: Components) -> list[str]:
    tokens = next(entry.went_out.tokens for entry in report.ledger.entries if entry.stage == "embed")
    price = components.embedder.price if report.embedded else None
    return why.of_index(again, report.split, report.embedded, tokens, price)


def collection_of(state: IndexState) -> Collection:
    """What the store of an index is opened for."""
    return Collection(state.id, state.dimensions, state.embedder)


@contextmanager
def _open_store(components: Components, state: IndexState) -> Iterator[VectorStore]:
    with closing(components.index_store()) as store:
        store.open(collection_of(state))
        yield store


def _finished(
    components: Components, workspace: Workspace, planned: Sequence[load.Planned], failures: Sequence[load.Failure]
) -> IndexReport | None:
    """The report of a run that finds everything as it should be; None if there is something to do."""
    catalogue = workspace.catalogue
    with catalogue.one_state():
        before = catalogue.index(components.index_id)
        loaded = load.known(planned, catalogue)
        if loaded is None or before is None or dict(before.loads) != loaded.loads:
            return None
        loaded.failures[:0] = failures
        chunks, left_out = list(catalogue.index_chunks(before)), catalogue.left_out(before.embedder)
        every = _chunks(loaded.loads, before.splitter, catalogue) if left_out else chunks
        if len(every) > len(chunks) and not _skips(components):
            return None
        with _open_store(components, before) as store:
            if not store.ids().issuperset(chunk.id for chunk in chunks):
                return None
        report = _unchanged(before, loaded, chunks)
        load.account(report.ledger.open("load", "documents"), len(planned) + len(failures), loaded, catalogue)
        split.account(report.ledger.open("split", "chunks"), every, catalogue)
        if len(every) > len(chunks):
            embed.account_left_out(report.ledger.open("embed", "texts"), every, left_out, catalogue)
        return report


def _skips(components: Components) -> bool:
    """Whether the recipe consents to leave out texts for which there is no vector."""
    config = components.recipe.embedder.config
    return isinstance(config, EmbedderConfig) and config.on_error == "skip"


def _chunks(loads: Mapping[str, str], splitter: str, catalogue: Catalogue) -> list[StoredChunk]:
    """All chunks of some loads, those too that are left out of an index."""
    return [chunk for _, load_id in sorted(loads.items()) for chunk in catalogue.chunks(load_id, splitter)]


def _update(
    components: Components,
    workspace: Workspace,
    planned: Sequence[load.Planned],
    failures: Sequence[load.Failure],
    observers: pluggy.PluginManager,
) -> IndexReport:
    catalogue, report = workspace.catalogue, IndexReport()
    catalogue.check()
    before = catalogue.index(components.index_id)
    entry = report.ledger.open("load", "documents")
    with stage(observers, "load", "files", len(planned)) as running:
        loaded = load.load(planned, components, catalogue, running)
    loaded.failures[:0] = failures
    report.loaded, report.failures = loaded.new, loaded.failures
    load.account(entry, len(planned) + len(failures), loaded, catalogue)

    entry, fingerprint = report.ledger.open("split", "chunks"), components.splitter_fingerprint
    with stage(observers, "split", "files", len(loaded.loads), components.recipe.splitter) as running:
        report.split = split.split(list(loaded.loads.values()), components.splitter, fingerprint, catalogue, running)
    chunks = _chunks(loaded.loads, fingerprint, catalogue)
    split.account(entry, chunks, catalogue)

    if then := _another_length(before, chunks, components, catalogue):
        return _of_another_length(then, components, workspace, planned, failures, observers)
    kept = _embedded(chunks, components, catalogue, report, observers)
    state = _state(components, loaded.loads, before, kept, catalogue)
    report.documents, report.chunks = _changes(before, state, kept, catalogue)
    storing = stage(observers, "index", "vectors", None, components.recipe.store)
    with storing, _open_store(components, state) as store:
        _add(store, kept, state, catalogue)
        catalogue.set_index(state)
        _remove(store, {chunk.id for chunk in kept})
    return report


def _embedded(
    chunks: Sequence[StoredChunk],
    components: Components,
    catalogue: Catalogue,
    report: IndexReport,
    observers: pluggy.PluginManager,
) -> Sequence[StoredChunk]:
    """The chunks that have a vector, after all have been embedded that had none."""
    entry, name = report.ledger.open("embed", "texts"), components.embedder_fingerprint
    missing, skip = catalogue.missing_vectors(name, (chunk.text for chunk in chunks)), _skips(components)
    with stage(observers, "embed", "texts", len(missing), components.recipe.embedder) as running:
        if missing:
            report.embedded = embed.embed(chunks, components.embedder, name, catalogue, entry, running, skip)
    left_out = catalogue.left_out(name)
    embed.account_left_out(entry, chunks, left_out, catalogue)
    kept = [chunk for chunk in chunks if chunk.text not in left_out]
    report.reused = len({chunk.text for chunk in kept}) - report.embedded
    return kept


def _another_length(
    before: IndexState | None, chunks: Sequence[StoredChunk], components: Components, catalogue: Catalogue
) -> int:
    """The length of the vectors that there are, where more have to be made and would not fit them; 0 elsewhere."""
    name = before.embedder if before else components.embedder_fingerprint
    missing = catalogue.missing_vectors(name, (chunk.text for chunk in chunks))
    there = next((chunk.text for chunk in chunks if chunk.text not in missing), None)
    if not missing or (before is None and there is None):
        return 0
    then = before.dimensions if before else catalogue.vectors(name, [str(there)]).shape[1]
    return then if components.embedder.dimensions != then else 0


def _of_another_length(
    then: int,
    components: Components,
    workspace: Workspace,
    planned: Sequence[load.Planned],
    failures: Sequence[load.Failure],
    observers: pluggy.PluginManager,
) -> IndexReport:
    """Embed everything anew: the service behind the embedder has another model, whose vectors have another length."""
    components.take_length()
    report = _update(components, workspace, planned, failures, observers)
    now = components.embedder.dimensions
    why = Causes({"embedder": (f"the embedder gives vectors of length {now}, and gave {then}",)})
    report.notes = _notes(why, report, 0, components)
    return report


def _state(
    components: Components,
    loads: dict[str, str],
    before: IndexState | None,
    chunks: Sequence[StoredChunk],
    catalogue: Catalogue,
) -> IndexState:
    fingerprint = components.embedder_fingerprint
    if before is not None:
        dimensions = before.dimensions
    elif chunks:
        dimensions = catalogue.vectors(fingerprint, [chunks[0].text]).shape[1]
    else:
        dimensions = components.embedder.dimensions
    return IndexState(components.index_id, components.splitter_fingerprint, fingerprint, dimensions, loads)


def _add(store: VectorStore, chunks: Sequence[StoredChunk], state: IndexState, catalogue: Catalogue) -> None:
    """Add what the store lacks, and read back that it is there."""
    held = store.ids()
    lacking = [chunk for chunk in chunks if chunk.id not in held]
    for i in range(0, len(lacking), _ROWS):
        some = lacking[i : i + _ROWS]
        store.add([chunk.id for chunk in some], catalogue.vectors(state.embedder, [chunk.text for chunk in some]))
    if lacking:
        store.commit()
        lost = {chunk.id for chunk in lacking} - store.ids()
        if lost:
            raise ContractBroken(f"the store took {len(lacking)} vectors and lost {len(lost)} of them")


def _remove(store: VectorStore, wanted: set[str]) -> None:
    """Delete what the index no longer has, and what a killed run left."""
    store.delete(sorted(store.ids() - wanted))
    store.commit()


def _unchanged(state: IndexState, loaded: load.Loaded, chunks: Sequence[StoredChunk]) -> IndexReport:
    return IndexReport(
        documents=Changes(unchanged=len(state.loads)),
        chunks=Changes(unchanged=len(chunks)),
        reused=len({chunk.text for chunk in chunks}),
        failures=loaded.failures,
    )


def _changes(
    before: IndexState | None, after: IndexState, chunks: Iterable[StoredChunk], catalogue: Catalogue
) -> tuple[Changes, Changes]:
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
