"""Loading: from files to documents, each file at most once."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue

from potluck.components.components import Components
from potluck.documents import Document, Source
from potluck.errors import DocumentChanged, DocumentError, NoReadableDocument, PotluckError
from potluck.fingerprints import fingerprint
from potluck.ledger import Amount, Entry
from potluck.loading.attachments import FileReader
from potluck.loading.check_documents import check_documents
from potluck.loading.failure import LoadFailure, failure_of
from potluck.loading.planned_load import PlannedLoad
from potluck.loading.regular_file import hash_file
from potluck.loading.worker import Worker
from potluck.recipe.model import ComponentSpec
from potluck.reporting import Stage
from potluck.workspace.catalogue import Catalogue, Load

_ATTEMPTS = 3

FILES_PER_PROCESS = 8
"""Fewer files than this are read faster than another process starts."""

_SHOWN = 5
"""How many failures a message names."""


@dataclass(slots=True)
class Loaded:
    """The loads of a recipe's files, by source name; ``new`` are those that were not in the catalogue."""

    loads: dict[str, str] = field(default_factory=dict)
    failures: list[LoadFailure] = field(default_factory=list)
    new: int = 0


def plan_loads(sources: Sequence[Source], components: Components) -> tuple[list[PlannedLoad], list[LoadFailure]]:
    """Hash every file and choose its loader, without loading anything."""
    planned: list[PlannedLoad] = []
    failures: list[LoadFailure] = []
    for source in sources:
        try:
            content = hash_file(source.path)
            part, loader = components.loader(source)
        except PotluckError as error:
            failures.append(failure_of(source, error))
        else:
            planned.append(PlannedLoad(source, content, part, loader))
    return planned, failures


def find_loaded(planned: Sequence[PlannedLoad], catalogue: Catalogue) -> Loaded | None:
    """The result of a load if all of it is in the catalogue already, else None."""
    loaded = Loaded()
    for plan in planned:
        known = catalogue.load(plan.load_id)
        if known is None:
            return None
        _count(known, plan.source, loaded)
    return loaded


def load_documents(
    planned: Sequence[PlannedLoad], components: Components, catalogue: Catalogue, running: Stage
) -> Loaded:
    """Load the files that are not in the catalogue yet. A file that fails does not stop the others."""
    loaded = Loaded()
    catalogue.claim(components.index_id, [plan.load_id for plan in planned])
    todo = [plan for plan in planned if catalogue.load(plan.load_id) is None]
    for plan, outcome in _load_all(todo, components):
        loaded.new += 1
        load_id, content = fingerprint(plan.source.name, outcome.content, plan.loader), outcome.content
        if isinstance(outcome.error, DocumentError) and outcome.error.cacheable:
            kept = Load(load_id, plan.source.name, content, type(outcome.error).__name__, str(outcome.error))
            catalogue.add_load(kept, plan.loader, [], components.index_id)
        elif outcome.error is None:
            kept = Load(load_id, plan.source.name, content)
            catalogue.add_load(kept, plan.loader, outcome.documents, components.index_id)
        else:
            loaded.failures.append(failure_of(plan.source, outcome.error, plan.part))
            running.advance(1, plan.source.name)
            continue
        _count(kept, plan.source, loaded)
        running.advance(1, plan.source.name)
    finished = {plan.load_id for plan in todo}
    for plan in planned:
        if plan.load_id not in finished:
            found = catalogue.load(plan.load_id)
            assert found is not None, "nothing is deleted while the lock is held"
            _count(found, plan.source, loaded)
    return loaded


def check_any_read(loaded: Loaded) -> None:
    """Raise ``NoReadableDocument`` if there were files and all of them failed."""
    if loaded.loads or not loaded.failures:
        return
    count, shown = len(loaded.failures), loaded.failures[:_SHOWN]
    head = f"the only document could not be read: {shown[0]}" if count == 1 else ""
    listed = [f"  {failure}" for failure in shown] + ([f"  and {count - _SHOWN} more"] if count > _SHOWN else [])
    raise NoReadableDocument(head or "\n".join([f"none of the {count} documents could be read:", *listed]))


def account_loads(entry: Entry, files: int, loaded: Loaded, catalogue: Catalogue) -> None:
    """Write the ledger's entry: files in, documents out, and what loaders say that they lost."""
    sizes = [
        catalogue.document_size(document)
        for load_id in loaded.loads.values()
        for document in catalogue.document_ids(load_id)
    ]
    entry.came_in = Amount(files)
    entry.went_out = Amount(len(sizes), sum(size for size, _ in sizes))
    entry.dropped = Amount(len(loaded.failures))
    entry.notes += [str(failure) for failure in loaded.failures]
    for source, load_id in loaded.loads.items():
        losses = [loss for d in catalogue.document_ids(load_id) for loss in catalogue.document_size(d)[1]]
        entry.notes += [f"{source}: {loss}" for loss in losses]


def count_processes(files: int, processors: int) -> int:
    """How many processes load that many files: as many as there are processors, unless each would get too few files."""
    return max(1, min(processors, math.ceil(files / FILES_PER_PROCESS)))


@dataclass(frozen=True, slots=True)
class _Outcome:
    content: str
    documents: list[Document]
    error: PotluckError | None = None


def _load_all(todo: Sequence[PlannedLoad], components: Components) -> Iterator[tuple[PlannedLoad, _Outcome]]:
    """Load files, some at a time, and yield them in their order."""
    processes = count_processes(len(todo), os.cpu_count() or 1)
    free: SimpleQueue[Worker] = SimpleQueue()
    workers = [Worker() for _ in range(processes)]
    for worker in workers:
        free.put(worker)

    def one(plan: PlannedLoad) -> _Outcome:
        worker = free.get()
        try:
            return _load_one(plan, components, worker)
        finally:
            free.put(worker)

    try:
        with ThreadPoolExecutor(processes) as pool:
            yield from zip(todo, pool.map(one, todo), strict=True)
    finally:
        for worker in workers:
            worker.close()


def _load_one(plan: PlannedLoad, components: Components, worker: Worker) -> _Outcome:
    """Load a file until it is the same before and after: text read from a changing file may mix two states."""
    content = plan.content
    try:
        for _ in range(_ATTEMPTS):
            outcome = _attempt(plan, content, components, worker)
            after = hash_file(plan.source.path)
            if after == content:
                return outcome
            content = after
        raise DocumentChanged("it changes while it is read; run again when it is finished")
    except PotluckError as error:
        return _Outcome(content, [], error)


def _attempt(plan: PlannedLoad, content: str, components: Components, worker: Worker) -> _Outcome:
    try:
        return _Outcome(content, load_file(plan.part, plan.source, components, worker))
    except PotluckError as error:
        return _Outcome(content, [], error)


def load_file(part: ComponentSpec, source: Source, components: Components, worker: Worker) -> list[Document]:
    """Load one file now, in the worker's process where its loader wants that. Raises ``DocumentError``s."""
    reader = FileReader(worker, components.recipe.folder, components.make_loader, components.part_for)
    return check_documents(reader.read(part, source))


def _count(load: Load, source: Source, loaded: Loaded) -> None:
    if load.error:
        loaded.failures.append(LoadFailure(source.name, load.error, load.reason or ""))
    else:
        loaded.loads[source.name] = load.id
