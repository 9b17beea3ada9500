"""Loading files for a look at them, without a recipe and without a workspace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from potluck import plugins
from potluck.components.components import loader_for
from potluck.contracts import Context, Loader
from potluck.documents import Document, Source
from potluck.errors import NoDocuments, PasswordNeeded, PotluckError
from potluck.loading.attachments import FileReader
from potluck.loading.check_documents import check_documents
from potluck.loading.failure import LoadFailure
from potluck.loading.regular_file import regular_size
from potluck.loading.worker import Worker
from potluck.loading.worker_process import NoModels
from potluck.recipe import loads
from potluck.recipe.model import ComponentSpec, Documents
from potluck.reporting import inner_stage
from potluck.stages.discover import discover


def show(paths: Sequence[Path], loader: str | None, overrides: Sequence[str]) -> Iterator[list[Document] | LoadFailure]:
    """Load each file, and yield its documents or why it failed.

    Raises ``RecipeError`` for a wrong loader or setting.
    """
    documents = _documents(loader, overrides)
    worker = Worker()
    try:
        for source in _sources(paths):
            if isinstance(source, LoadFailure):
                yield source
            else:
                with inner_stage("load") as running:
                    running.describe(source.name)
                    outcome = _load(source, documents, worker)
                yield outcome
    finally:
        worker.close()


def _documents(loader: str | None, overrides: Sequence[str]) -> Documents:
    """The equivalent part of a recipe, so that settings are checked and named as there."""
    settings = [f"documents.{override}" for override in overrides]
    if loader is not None:
        settings.insert(0, f"documents.use={loader}")
    recipe = loads("documents: {path: '*'}\n", Path("recipe.yaml"), settings, check_installed=False)
    assert recipe.documents is not None
    return recipe.documents


def _sources(paths: Sequence[Path]) -> Iterator[Source | LoadFailure]:
    for path in paths:
        try:
            yield from discover(Path.cwd(), [str(path)])
        except NoDocuments as error:
            yield LoadFailure(str(path), type(error).__name__, str(error).removeprefix(f"{path}: "))


def _load(source: Source, documents: Documents, worker: Worker) -> list[Document] | LoadFailure:
    try:
        extension = Path(source.name).suffix.lower().lstrip(".")
        part = documents.loader or loader_for(extension, documents)
        return check_documents(_documents_of(part, source, worker, documents))
    except PotluckError as error:
        hint = "; give it by an environment variable: --set 'password=${NAME}'"
        reason = f"{error}{hint if isinstance(error, PasswordNeeded) and documents.password is None else ''}"
        return LoadFailure(source.name, type(error).__name__, reason)


def _documents_of(part: ComponentSpec, source: Source, worker: Worker, documents: Documents) -> list[Document]:
    regular_size(source.path)
    return FileReader(worker, Path.cwd(), _make, partial(loader_for, documents=documents)).read(part, source)


def _make(part: ComponentSpec) -> Loader:
    here = Path.cwd()
    loader = plugins.make(part.plugin, part.config, Context(base=here, folder=here, models=NoModels()))
    assert isinstance(loader, Loader)
    return loader
