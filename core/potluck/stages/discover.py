"""From the recipe's paths to the files that are meant."""

from __future__ import annotations

import errno
import glob
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from potluck.amounts import many
from potluck.documents import Source
from potluck.errors import NoDocuments
from potluck.loading.leftovers import is_leftover
from potluck.recipe.files_apart import files_apart
from potluck.recipe.model import RecipeModel
from potluck.suggestions import did_you_mean


def discover_documents(recipe: RecipeModel) -> list[Source]:
    """The files of a recipe's documents. Its questions, and what else it reads, are none unless they are named.

    Raises ``NoDocuments`` as ``discover`` does.
    """
    documents = recipe.documents
    assert documents is not None, "only a recipe with documents has files of documents"
    return discover(recipe.folder, documents.patterns, documents.exclude, files_apart(recipe))


def discover(
    base: Path, patterns: Sequence[str], exclude: Sequence[str] = (), apart: Collection[Path] = ()
) -> list[Source]:
    """The files that the patterns mean, each once, in order of their names.

    A pattern is a file, a folder (all files below it that are not hidden), or a glob (``**`` spans folders). Links
    are followed, a loop of links once. What programs and systems leave beside documents (``~$report.docx``,
    ``Thumbs.db``, ``potluck.lock``), and the files ``apart``, are passed over unless a pattern is their very name.
    Raises ``NoDocuments`` naming the pattern that matches nothing.
    """
    found: dict[str, Source] = {}
    own: set[Path] = set()
    for pattern in patterns:
        named, full = base / _path(pattern), _path(pattern).is_absolute()
        matched = list(_expand(base, pattern))
        if not matched:
            raise NoDocuments(_explain_no_match(base, pattern))
        own.update(path for path in matched if path != named and _is_one_of(path, apart))
        sources = (_source(base, path, full) for path in matched if path == named or path not in own)
        found.update((source.name, source) for source in sources)
    left = [source for name, source in sorted(found.items()) if not _is_excluded(name, exclude)]
    if not left:
        where = f"{base}: the folder holds" if list(patterns) == [os.curdir] else f"{', '.join(patterns)}:"
        raise NoDocuments(f"{where} no documents but {_count_passed_over(len(found), len(own))}; put documents there")
    return left


def _count_passed_over(excluded: int, own: int) -> str:
    count = excluded + own
    if own:
        return f"{many(count, 'file')} that the recipe reads as something else{', or excludes' if excluded else ''}"
    return f"{count} files, all of which 'exclude' names" if count > 1 else "one file, which 'exclude' names"


def _is_one_of(path: Path, files: Collection[Path]) -> bool:
    """Whether a file is one of these, also by another path that leads to it."""
    return any(path.name == file.name and os.path.realpath(path) == os.path.realpath(file) for file in files)


def _path(pattern: str) -> Path:
    """A pattern as a path; ``~$report.docx`` names a file, and no user's home."""
    try:
        return Path(pattern).expanduser()
    except RuntimeError:
        return Path(pattern)


def _expand(base: Path, pattern: str) -> Iterator[Path]:
    path = base / _path(pattern)
    if path.is_dir():
        yield from (file for file in _below(path) if not is_leftover(file))
    elif os.path.lexists(path):
        yield path
    else:
        for name in glob.iglob(str(path), recursive=True):
            if not os.path.isdir(name) and not is_leftover(Path(name)):
                yield Path(name)


def _below(folder: Path) -> Iterator[Path]:
    """All files below a folder, and folders that cannot be listed; one that several links lead to is walked once.

    What is removed meanwhile is as if it had never been there.
    """
    walked: set[tuple[int, int]] = set()
    closed: list[Path] = []

    def note(error: OSError) -> None:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR):
            closed.append(Path(error.filename))

    for parent, folders, files in os.walk(folder, followlinks=True, onerror=note):
        try:
            status = os.stat(parent)
        except OSError:
            folders.clear()
            continue
        if (status.st_dev, status.st_ino) in walked:
            folders.clear()
            continue
        walked.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in files if not name.startswith("."))
    yield from closed


def _source(base: Path, path: Path, full: bool) -> Source:
    """Name a file relative to the recipe, or in ``full`` if its pattern was and it lies elsewhere.

    Bytes of a name that are not text are spelled (``\\xff``), so that two such names stay two.
    """
    relative = os.path.relpath(path, base)
    name = path.resolve().as_posix() if full and relative.startswith("..") else Path(relative).as_posix()
    return Source(os.fsencode(name).decode("utf-8", "backslashreplace"), path)


def _is_excluded(name: str, exclude: Iterable[str]) -> bool:
    return any(fnmatch(name, pattern) or Path(name).match(pattern) for pattern in exclude)


def _explain_no_match(base: Path, pattern: str) -> str:
    path = base / _path(pattern)
    if path.is_dir():
        return f"{path if pattern == os.curdir else pattern}: the folder holds no documents"
    if any(c in pattern for c in "*?["):
        return f"{pattern}: no document matches this below {base}"
    parent = path.parent
    if not parent.is_dir():
        return f"{pattern}: there is no folder {parent}"
    hint = did_you_mean(path.name, os.listdir(parent))
    return f"{pattern}: there is no such file or folder below {base}{hint}"
