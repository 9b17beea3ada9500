"""What a result depends on beside the recipe: plugin versions, models, documents and questions, by hash.

``potluck.lock`` keeps them beside the recipes of a folder, so that a run on another day or machine uses the same inputs
or says which differ.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from potluck.adapters.resolve import resolve_adapter
from potluck.atomic_files import write_atomically
from potluck.components.components import Components
from potluck.datasets.row_files import is_rows
from potluck.documents import Json, Source
from potluck.errors import DocumentError, LockMismatch, PotluckError
from potluck.fingerprints import content_hash
from potluck.json_values import as_json
from potluck.loading.regular_file import hash_file
from potluck.planning.plan import components_of
from potluck.recipe.effects import pinned_values
from potluck.recipe.model import DEFAULTS, ComponentSpec, RecipeModel, always
from potluck.redaction import redact_mapping
from potluck.releases import code_of, libraries_of
from potluck.stages.discover import discover_documents
from potluck.version import __version__
from potluck.workloads import workload_of

NAME = "potluck.lock"
FORMAT = 1
_OF_COMPONENTS = ("plugin", "code of")
"""The pinned parts of each component, under its kind and its name."""
_IMPLIED = frozenset[str]({*DEFAULTS, "loader", "metric"})
"""Kinds of which a recipe has some that it does not name. An earlier potluck did not pin all of them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that has changed; None stands for what is or was missing."""

    what: str
    name: str
    then: Json
    now: Json

    def __str__(self) -> str:
        if self.then is None:
            return f"{self.what} {self.name} is new"
        if self.now is None:
            return f"{self.what} {self.name} is gone"
        if isinstance(self.then, dict) and isinstance(self.now, dict):
            changed = [key for key in {**self.then, **self.now} if self.then.get(key) != self.now.get(key)]
            components_of = (f"{key} was {self.then.get(key)} and is {self.now.get(key)}" for key in changed)
            return f"{self.what} {self.name}: {', '.join(components_of)}"
        return f"{self.what} {self.name} was {self.then} and is {self.now}"

    def as_json(self) -> dict[str, Json]:
        """As a JSON object."""
        return as_json(self)


def pins(recipe: RecipeModel, components: Components) -> dict[str, dict[str, Json]]:
    """What a recipe depends on now. Documents are hashed, not loaded."""
    sources: Sequence[Source] = ()
    if recipe.documents is not None:
        sources = discover_documents(recipe)
    resolve_adapter(components)
    used = workload_of(recipe).identities(components)
    parts, loaders = [*components_of(recipe), *always("metric")], components.loader_identities(sources)
    return {
        "setting": setting_pins(recipe),
        "plugin": {
            **{name: f"{one['plugin'].partition(':')[0]} {one['version']}" for name, one in _texts(loaders)},
            **{_label(part): f"{part.plugin.package} {part.plugin.version}" for part in parts},
        },
        "code of": {
            **{name: one["code"] for name, one in _texts(loaders)},
            **{_label(part): code_of(part.plugin) for part in parts},
        },
        "library": {"potluck": __version__, **_libraries(parts, loaders)},
        "model files": {f"of the {kind}": dict(identity) for kind, identity in used.items() if identity},
        "document": dict(_document_pins(sources)),
        "questions file": {_relative(path, recipe.folder): _hash(path) for path in _row_files(recipe)},
    }


def setting_pins(recipe: RecipeModel) -> dict[str, Json]:
    """Every setting that may decide an answer or a measure, without secrets. Files of rows are pinned by their hashes.

    Paths are told from the recipe's folder, so that they are the same on another machine.
    """
    found = pinned_values(recipe)
    found.pop("questions")
    found["shots"] = [recipe.shots.count, recipe.shots.select] if recipe.shots.count else None
    if isinstance(recipe.tuning.adapter, Path):
        found["adapter"] = _relative(recipe.tuning.adapter, recipe.folder)
    return redact_mapping(found)


def _texts(loaders: Mapping[str, Mapping[str, Json]]) -> Iterator[tuple[str, dict[str, str]]]:
    """The texts in the loaders' identities, by ``loader NAME``."""
    for name, one in loaders.items():
        yield name, {key: value for key, value in one.items() if isinstance(value, str)}


def _libraries(parts: Sequence[ComponentSpec], loaders: Mapping[str, Mapping[str, Json]]) -> dict[str, Json]:
    """The versions of the packages that the plugins need."""
    found: dict[str, Json] = {}
    for one in loaders.values():
        if isinstance(needed := one["libraries"], dict):
            found |= needed
    for part in parts:
        found |= libraries_of(part.plugin)
    return dict(sorted(found.items()))


def write_lock(recipe: RecipeModel, components: Components) -> Path:
    """Write what the recipe depends on into ``potluck.lock`` beside it; other recipes' entries stay."""
    path = recipe.folder / NAME
    held = _read(path)
    recipes = {**held, recipe.path.name: pins(recipe, components)}
    content = {"potluck": FORMAT, "recipes": dict(sorted(recipes.items()))}
    write_atomically(path, json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n")
    return path


def lock_differences(recipe: RecipeModel, components: Components) -> list[Difference]:
    """How things differ from what ``potluck.lock`` says; nothing if no lock has this recipe."""
    held = _read(recipe.folder / NAME).get(recipe.path.name)
    return [] if held is None else list(differences(held, pins(recipe, components)))


def check_locked(recipe: RecipeModel) -> None:
    """Raise ``PotluckError`` if no ``potluck.lock`` beside the recipe has an entry of it."""
    if recipe.path.name not in _read(recipe.folder / NAME):
        raise PotluckError(f"there is no lock of {recipe.path}; write one: potluck lock {recipe.path}")


def check_lock(recipe: RecipeModel, components: Components) -> None:
    """Raise ``LockMismatch`` if things are not as ``potluck.lock`` says.

    A recipe with overrides is another recipe, and is not checked.
    """
    if recipe.origin.overrides or recipe.origin.replacements:
        return
    found = lock_differences(recipe, components)
    if found:
        listed = "\n".join(f"  {one}" for one in found)
        raise LockMismatch(
            f"{recipe.folder / NAME} pins other things than there are for {recipe.path.name}:\n{listed}\n"
            f"Put them back, or accept them: potluck lock {recipe.path}"
        )


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    """Compare pins, what by what, in the order of ``now``. What an earlier potluck did not pin is not compared."""
    for what, things in now.items():
        if (before := then.get(what)) is None:
            continue
        pinned = {name.partition(" ")[0] for name in before}
        for name in dict.fromkeys([*before, *things]):
            if what in _OF_COMPONENTS and (kind := name.partition(" ")[0]) in _IMPLIED and kind not in pinned:
                continue  # a recipe has one of this kind without naming it
            if before.get(name) != things.get(name):
                yield Difference(what, name, before.get(name), things.get(name))


def _document_pins(sources: Sequence[Source]) -> Iterator[tuple[str, str]]:
    """The documents by hash; what cannot be read is in no result and does not stop a run."""
    for source in sources:
        with suppress(DocumentError):
            yield source.name, hash_file(source.path)


def _row_files(recipe: RecipeModel) -> Iterator[Path]:
    """The files of questions, of worked examples and of the dataset, with that of its validation."""
    yield from (path for path in (recipe.questions, recipe.shots.examples) if path is not None)
    if recipe.tuning.dataset is None:
        return
    for written in (recipe.tuning.dataset.path, recipe.tuning.dataset.validation):
        if isinstance(written, str):
            path = recipe.folder / Path(written).expanduser()
            yield from (file for file in sorted(path.iterdir()) if is_rows(file)) if path.is_dir() else (path,)


def _relative(path: Path, folder: Path) -> str:
    """The path from a folder to a file, with slashes; the whole path where no other leads there."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


def _hash(path: Path) -> str:
    try:
        return content_hash(path)
    except OSError as error:
        raise PotluckError(f"{path} cannot be read: {error.strerror or error}") from error


def _label(part: ComponentSpec) -> str:
    return f"{part.kind} {part.name}"


def _read(path: Path) -> dict[str, dict[str, dict[str, Json]]]:
    """The pins by recipe, as ``pins`` gives them; none if there is no lock.

    Raises ``PotluckError`` for a lock that is damaged or of another potluck.
    """
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["potluck"] != FORMAT:
            raise PotluckError(f"{path} was written by another potluck (format {held['potluck']}): write it anew")
        return {
            recipe: {what: _require_mapping(things, what) for what, things in _require_mapping(entry, recipe).items()}
            for recipe, entry in _require_mapping(held["recipes"], "recipes").items()
        }
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise PotluckError(f"{path} is damaged ({error}): delete it and write it anew with 'potluck lock'") from error


def _require_mapping(value: object, key: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{key} is not a mapping")
    return value
