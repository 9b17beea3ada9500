"""What is on disk: the catalogue, locks, and files that appear whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from potluck.atomic_files import remove_leftovers, write_atomically
from potluck.temporary import remove_left
from potluck.workspace.answer_cache import AnswerCache
from potluck.workspace.catalogue import Catalogue
from potluck.workspace.location import workspace_beside
from potluck.workspace.lock import lock_for_writing, was_killed
from potluck.workspace.storage_errors import is_made, storage_errors

if TYPE_CHECKING:
    from potluck.recipe.model import RecipeModel

__all__ = ["Workspace", "folder_of", "remove_discarded"]


def folder_of(recipe: RecipeModel) -> Path:
    """Where the workspace of a recipe is: the folder ``.potluck`` beside it, or in the user's cache."""
    return workspace_beside(recipe.folder)


def remove_discarded(folder: Path) -> None:
    """Finish removing runs whose removal was interrupted by a kill."""
    for left in folder.glob(".removed-potluck-*"):
        shutil.rmtree(left, ignore_errors=True)


class Workspace:
    """The folder ``.potluck`` beside a recipe."""

    def __init__(self, folder: Path, fresh: bool = False) -> None:
        """Open the workspace, or make an empty one. Raises the ``WorkspaceError``s.

        ``fresh``: models are asked again what they have answered already.
        """
        self.folder = folder
        self._fresh = fresh
        with storage_errors(folder):
            if not is_made(folder):
                folder.mkdir(parents=True, exist_ok=True)
            ignore = folder / ".gitignore"
            if not ignore.exists():
                write_atomically(ignore, b"*\n")
            self.catalogue = Catalogue(folder / "catalogue.sqlite")

    @cached_property
    def answer_cache(self) -> AnswerCache:
        """The cache of models' answers."""
        self.check_in_place()
        return AnswerCache(self.folder / "calls.sqlite", self._fresh)

    def check_in_place(self) -> None:
        """Raise ``WorkspaceGone`` if the workspace was deleted or replaced since it was opened."""
        self.catalogue.check_in_place()

    def close(self) -> None:
        """Close the catalogue and the answer cache."""
        self.catalogue.close()
        if "answer_cache" in self.__dict__:
            self.answer_cache.close()

    def store_folder(self, index_id: str) -> Path:
        """Where the store of an index keeps its files. Raises ``WorkspaceGone``, as the next one does."""
        self.check_in_place()
        return self.folder / "stores" / index_id

    def retriever_folder(self, passages_id: str, fingerprint: str) -> Path:
        """Where a retriever keeps its own index; ``fingerprint`` is of everything that decides that."""
        self.check_in_place()
        return self.folder / "retrievers" / passages_id / fingerprint

    def run_folder(self, run_id: str) -> Path:
        """Where the manifest and the answers of a run are kept."""
        self.check_in_place()
        return self.folder / "runs" / run_id

    def was_killed(self) -> bool:
        """Whether the last writer was killed, so that its remainders are still there."""
        return was_killed(self.folder)

    def _remove_leftovers(self) -> None:
        for folder in (self.folder, *self.folder.glob("runs/*")):
            remove_leftovers(folder)
        remove_left(self.folder, "reproduce")
        remove_discarded(self.folder)

    @contextmanager
    def write_lock(self) -> Iterator[None]:
        """Be the one writer; raises ``WorkspaceBusy`` or ``WorkspaceGone``. A full disk becomes ``StorageFailed``."""
        self.check_in_place()
        with storage_errors(self.folder), lock_for_writing(self.folder):
            self._remove_leftovers()
            yield
        self.check_in_place()
