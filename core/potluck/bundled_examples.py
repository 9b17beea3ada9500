"""The examples that come with potluck: their list, and copies to work on."""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from potluck.errors import PotluckError
from potluck.results.listings import BundledExampleResult, CopiedExampleResult
from potluck.suggestions import did_you_mean

_BESIDE = re.compile(r"\.\./([\w-]+)/")
_LEFT_BY_RUNS = frozenset({".potluck", "__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache", "build", "dist"})


def list_examples() -> list[BundledExampleResult]:
    """Every bundled example, by name, with the headline of its README and the examples whose files it uses."""
    folders = _find_folders()
    return [
        BundledExampleResult(name, _read_headline(folder), tuple(_find_needed(folder)))
        for name, folder in sorted(folders.items())
    ]


def copy_example(name: str, folder: Path) -> CopiedExampleResult:
    """Copy an example to a new folder, and the examples that it needs beside it.

    An example that is needed and stands beside ``folder`` already stays as it is. Each folder appears whole. Raises
    ``PotluckError`` for an unknown name, a folder that exists, and where a folder cannot be written.
    """
    folders = _find_folders()
    if name not in folders:
        raise PotluckError(f"no example {name!r}{did_you_mean(name, folders)}; there are: {', '.join(sorted(folders))}")
    needed = _find_needed(folders[name])
    target = Path(os.path.abspath(folder))  # of "." and ".." too, the parent is the folder that holds it
    if os.path.lexists(target):
        raise PotluckError(f"{folder} exists already: nothing was copied; choose another folder with --to")
    if target.name in needed:
        raise PotluckError(f"{name} needs the example {target.name} beside it; choose another folder with --to")
    beside = {one: target.parent / one for one in needed}
    present = [one for one in needed if os.path.lexists(beside[one])]
    for one in present:
        _check_whole(one, folders[one], beside[one])
    for one in needed:
        if one not in present:
            _copy(folders[one], beside[one])
    files = _copy(folders[name], target)
    added = tuple(str(folder.parent / one) for one in needed if one not in present)
    return CopiedExampleResult(name, str(folder), files, added, tuple(str(folder.parent / one) for one in present))


def _find_folders() -> dict[str, Path]:
    """The folders of the examples by name: in the package, or in the checkout that an editable install uses."""
    package = Path(__file__).parent
    for root in (package / "example_files", package.parents[1] / "docs" / "examples"):
        if root.is_dir():
            outer = {path.parent for path in root.glob("*/README.md")}
            inner = {path.parent for path in root.glob("*/*/README.md") if path.parents[1] not in outer}
            return {folder.name: folder for folder in outer | inner}
    raise PotluckError("the examples are missing from this installation of potluck; install it again")


def _read_headline(folder: Path) -> str:
    with (folder / "README.md").open(encoding="utf-8") as lines:
        return next(lines).lstrip("#").strip().removeprefix(f"{folder.name}: ")


def _find_needed(folder: Path) -> list[str]:
    """The examples that the recipes of a folder name as ``../NAME/``."""
    recipes = (path.read_text(encoding="utf-8") for path in folder.glob("*.yaml"))
    return sorted({name for text in recipes for name in _BESIDE.findall(text)})


def _check_whole(name: str, source: Path, folder: Path) -> None:
    missing = [path for path in _list_files(source) if not (folder / path).is_file()]
    if missing:
        raise PotluckError(
            f"{folder} exists already and is not the example {name} (it has no {missing[0]}): nothing was copied; "
            "choose another folder with --to"
        )


def _list_files(folder: Path) -> Iterator[str]:
    """The paths of an example's files in its folder, without the files that runs and tools have left there."""
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if path.is_file() and not _LEFT_BY_RUNS.intersection(inner.parts):
            yield inner.as_posix()


def _copy(source: Path, folder: Path) -> tuple[str, ...]:
    """Copy an example whole or not at all, and return the paths in it."""
    files = tuple(_list_files(source))
    try:
        unfinished = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")
        try:
            _copy_files(source, files, unfinished)
            unfinished.rename(folder)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    except OSError as error:
        raise PotluckError(f"{folder} cannot be written: {error.strerror}") from error
    return files


def _copy_files(source: Path, files: Sequence[str], folder: Path) -> None:
    for path in files:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / path, place)  # not its mode: an installed file may be read-only
