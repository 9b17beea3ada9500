"""Indexing: bring an index up to date with the documents, computing only what has changed.

Each stage commits what it computes into the catalogue, so that this can be killed anywhere and continues from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from potluck import plugins
from potluck.components.changes import Causes, find_causes, keep_identities
from potluck.components.components import Components
from potluck.contracts import EmbedderConfig
from potluck.errors import PotluckError
from potluck.indexing.report import IndexReport, compare_states, report_unchanged
from potluck.loading.failure import LoadFailure
from potluck.loading.planned_load import PlannedLoad
from potluck.observation.stage import stage
from potluck.stages.discover import discover_documents
from potluck.stages.embed import account_left_out, embed_chunks
from potluck.stages.index import next_state, open_index_store, store_index
from potluck.stages.load import account_loads, check_any_read, find_loaded, load_documents, plan_loads
from potluck.stages.split import account_chunks, split_documents
from potluck.workspace import Workspace
from potluck.workspace.catalogue import Catalogue, IndexState, StoredChunk

if TYPE_CHECKING:
    from potluck.observation.observers import Observers


def update_index(
    components: Components,
    workspace: Workspace,
    observers: Observers,
    check_service: bool = False,
    before_work: Callable[[], None] | None = None,
) -> IndexReport:
    """Bring the recipe's index up to date. Takes the writer's lock only if there is something to do.

    ``check_service``: if nothing has changed, see whether the service behind the embedder gives other vectors now.
    ``before_work`` is called if there is something to do: what it raises is raised before the work.
    """
    started = time.perf_counter()
    sources = discover_documents(components.recipe)
    planned, failures = plan_loads(sources, components)
    # After a kill there may be nothing to compute and still something to clean up.
    report = None if workspace.was_killed() else _report_if_current(components, workspace, planned, failures)
    if report is None:
        if before_work is not None:
            before_work()
        with workspace.write_lock():
            why = find_causes(components, workspace.folder)
            again = count_files_to_reread(planned, workspace.catalogue.index(components.index_id), workspace.catalogue)
            report = _update(components, workspace, planned, failures, observers)
            report.notes += _notes(why, report, again, components)
            keep_identities(components, workspace.folder)
    elif check_service and (then := _other_length_served(components, workspace, report)):
        with workspace.write_lock():
            report = _embed_again(then, components, workspace, planned, failures, observers)
            keep_identities(components, workspace.folder)
    report.seconds = time.perf_counter() - started
    return report


def _other_length_served(components: Components, workspace: Workspace, report: IndexReport) -> int:
    """The length of the index's vectors, if the embedder's service gives others now; 0 if not, or if that is
    unknown."""
    before = workspace.catalogue.index(components.index_id)
    if before is None or not before.has_vectors or plugins.offer(components.recipe.embedder.plugin).sends_to is None:
        return 0
    try:
        now = components.embedder.dimensions
    except PotluckError as error:
        report.notes.append(
            f"not known whether the embedder still gives vectors of length {before.dimensions}: {error}"
        )
        return 0
    return before.dimensions if now != before.dimensions else 0


def count_files_to_reread(planned: Sequence[PlannedLoad], before: IndexState | None, catalogue: Catalogue) -> int:
    """How many unchanged files will be read again because their loader changed."""
    new = [plan for plan in planned if catalogue.load(plan.load_id) is None]
    if before is None:
        return len(new)
    old = (catalogue.load(before.loads.get(plan.source.name, "")) for plan in new)
    return sum(one is not None and one.content == plan.content for one, plan in zip(old, new, strict=True))


def _notes(why: Causes, report: IndexReport, again: int, components: Components) -> list[str]:
    tokens = next((entry.went_out.tokens for entry in report.ledger.entries if entry.stage == "embed"), None)
    price = components.embedder.price if report.embedded else None
    return why.of_index(again, report.split, report.embedded, tokens, price)


def _report_if_current(
    components: Components, workspace: Workspace, planned: Sequence[PlannedLoad], failures: Sequence[LoadFailure]
) -> IndexReport | None:
    """The report of a run that finds everything as it should be; None if there is something to do."""
    catalogue = workspace.catalogue
    with catalogue.one_state():
        before = catalogue.index(components.index_id)
        loaded = find_loaded(planned, catalogue)
        if loaded is None or before is None or dict(before.loads) != loaded.loads:
            return None
        loaded.failures[:0] = failures
        check_any_read(loaded)
        chunks, left_out = list(catalogue.index_chunks(before)), catalogue.refused_texts(before.embedder)
        every = _chunks(loaded.loads, before.splitter, catalogue) if left_out else chunks
        if len(every) > len(chunks) and not _skips(components):
            return None
        if before.has_vectors and not _are_stored(chunks, components, before):
            return None
        report = report_unchanged(before, loaded, chunks)
        account_loads(report.ledger.open("load", "documents"), len(planned) + len(failures), loaded, catalogue)
        account_chunks(report.ledger.open("split", "chunks"), every, catalogue)
        if len(every) > len(chunks):
            account_left_out(report.ledger.open("embed", "texts"), every, left_out, catalogue)
        return report


def _are_stored(chunks: Sequence[StoredChunk], components: Components, state: IndexState) -> bool:
    """Whether the store of an index has the vectors of all its chunks."""
    with open_index_store(components, state) as store:
        return store.ids().issuperset(chunk.id for chunk in chunks)


def _skips(components: Components) -> bool:
    """Whether the recipe consents to leave out texts without a vector."""
    config = components.recipe.embedder.config
    return isinstance(config, EmbedderConfig) and config.on_error == "skip"


def _chunks(loads: Mapping[str, str], splitter: str, catalogue: Catalogue) -> list[StoredChunk]:
    """All chunks of some loads, including those that are left out of an index."""
    return [chunk for _, load_id in sorted(loads.items()) for chunk in catalogue.chunks(load_id, splitter)]


def _update(
    components: Components,
    workspace: Workspace,
    planned: Sequence[PlannedLoad],
    failures: Sequence[LoadFailure],
    observers: Observers,
) -> IndexReport:
    catalogue, report = workspace.catalogue, IndexReport()
    catalogue.check()
    before = catalogue.index(components.index_id)
    entry = report.ledger.open("load", "documents")
    with stage(observers, "load", "files", len(planned)) as running:
        loaded = load_documents(planned, components, catalogue, running)
    loaded.failures[:0] = failures
    check_any_read(loaded)
    report.loaded, report.failures = loaded.new, loaded.failures
    account_loads(entry, len(planned) + len(failures), loaded, catalogue)

    entry, fingerprint = report.ledger.open("split", "chunks"), components.splitter_fingerprint
    with stage(observers, "split", "files", len(loaded.loads), components.recipe.splitter) as running:
        report.split = split_documents(
            list(loaded.loads.values()), components.splitter, fingerprint, catalogue, running
        )
    chunks = _chunks(loaded.loads, fingerprint, catalogue)
    account_chunks(entry, chunks, catalogue)

    if components.uses_vectors and (then := _other_length(before, chunks, components, catalogue)):
        return _embed_again(then, components, workspace, planned, failures, observers)
    kept = _embed_missing(chunks, components, catalogue, report, observers) if components.uses_vectors else chunks
    state = next_state(components, loaded.loads, before, kept, catalogue)
    report.documents, report.chunks = compare_states(before, state, kept, catalogue)
    with stage(observers, "index", "vectors", None, components.recipe.store):
        store_index(components, kept, state, catalogue)
    return report


def _embed_missing(
    chunks: Sequence[StoredChunk],
    components: Components,
    catalogue: Catalogue,
    report: IndexReport,
    observers: Observers,
) -> Sequence[StoredChunk]:
    """The chunks that have a vector, after the others have been embedded."""
    entry, name = report.ledger.open("embed", "texts"), components.embedder_fingerprint
    missing, skip = catalogue.missing_vectors(name, (chunk.text for chunk in chunks)), _skips(components)
    with stage(observers, "embed", "texts", len(missing), components.recipe.embedder) as running:
        if missing:
            report.embedded = embed_chunks(chunks, components.embedder, name, catalogue, entry, running, skip)
    left_out = catalogue.refused_texts(name)
    account_left_out(entry, chunks, left_out, catalogue)
    kept = [chunk for chunk in chunks if chunk.text not in left_out]
    report.reused = len({chunk.text for chunk in kept}) - report.embedded
    return kept


def _other_length(
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


def _embed_again(
    then: int,
    components: Components,
    workspace: Workspace,
    planned: Sequence[PlannedLoad],
    failures: Sequence[LoadFailure],
    observers: Observers,
) -> IndexReport:
    """Embed everything again: the service behind the embedder has another model, whose vectors have another length."""
    components.take_length()
    report = _update(components, workspace, planned, failures, observers)
    now = components.embedder.dimensions
    why = Causes({"embedder": (f"the embedder gives vectors of length {now}, and gave {then}",)})
    report.notes = _notes(why, report, 0, components)
    return report
