"""Why work is done again: the inputs that decide the results of a recipe's components, now and when it was last
indexed.

The earlier inputs are kept in ``names.json`` in the workspace, by recipe; they are for people, and nothing depends on
them. Passwords and keys are starred in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from potluck.atomic_files import write_atomically
from potluck.components.components import Components
from potluck.documents import Json
from potluck.fingerprints import fingerprint
from potluck.recipe.model import RecipeModel
from potluck.redaction import redact_mapping

NAME = "names.json"

_TRAINING = "training"
_EARLIER = "this workspace is of an earlier potluck, which did not look at code, libraries and all files of models"
_HASH = re.compile(r"[0-9a-f]{32,}")
_MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Causes:
    """The differences, in phrases, by what differs: ``loader``, ``splitter``, ``embedder``, ``store``."""

    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def sentence(self, kind: str, work: str) -> Iterator[str]:
        """``work`` with its causes; nothing if nothing of that kind differs."""
        if self.phrases.get(kind):
            yield f"{work} because {' and '.join(self.phrases[kind])}"

    def of_index(self, read: int, split: int, texts: int, tokens: int | None, price: float | None) -> list[str]:
        """What is read, split, embedded and stored again, and what that takes and costs."""
        cost = "" if price is None or tokens is None else f", {tokens * price / _MILLION:.4f} US dollars"
        counted = "" if tokens is None else f" ({tokens:,} tokens{cost})"
        found: list[str] = []
        if read:
            found += self.sentence("loader", f"{_many(read, 'document')} read again")
        if split:
            found += self.sentence("splitter", f"{_many(split, 'document')} split again")
        if texts:
            found += self.sentence("embedder", f"{_many(texts, 'text', counted)} embedded again")
        return [*found, *self.sentence("store", "the store is filled again")]


def find_causes(components: Components, folder: Path) -> Causes:
    """What differs from when the recipe was last indexed in the workspace ``folder``.

    A recipe of which something is overridden is another one, and not compared.
    """
    then = _read(folder)
    if then is None:
        earlier = any((folder / "stores").glob("*"))
        return Causes(dict.fromkeys(("loader", "splitter", "embedder"), (_EARLIER,)) if earlier else {})
    before = then.get(components.recipe.path.name)
    if before is None or _is_overridden(components.recipe):
        return Causes()
    phrases: dict[str, tuple[str, ...]] = {}
    for name, now in _identities(components).items():
        if name in before and (found := tuple(dict.fromkeys(identity_differences(name, before[name], now)))):
            kind = name.partition(" ")[0]
            phrases[kind] = tuple(dict.fromkeys((*phrases.get(kind, ()), *found)))
    return Causes(phrases)


def keep_identities(components: Components, folder: Path) -> None:
    """Keep what decides the results now; of a recipe with overrides only that this potluck has indexed it."""
    held = _read(folder)
    now = dict(held or {})
    if not _is_overridden(components.recipe):
        now[components.recipe.path.name] = {**now.get(components.recipe.path.name, {}), **_identities(components)}
    if now != held:
        _write(folder, now)


def causes_of_training(recipe: RecipeModel, now: Mapping[str, Any], folder: Path) -> list[str]:
    """In phrases, how what decides a training differs from when the recipe was last trained in the workspace.

    Nothing if it was not trained yet, where something of it is overridden, or for a further training of several.
    """
    before = (_read(folder) or {}).get(recipe.path.name, {}).get(_TRAINING)
    if before is None or _is_overridden(recipe) or recipe.training:
        return []
    found = list(identity_differences("tuner", before["tuner"], _for_people(now["tuner"])))
    found += [f"the {what} changed" for what in ("examples", "model") if before[what] != now[what]]
    others = ("task", "labels", "seed")
    return [*found, *_describe_changes({key: before[key] for key in others}, {key: now[key] for key in others}, "")]


def keep_training(recipe: RecipeModel, now: Mapping[str, Any], folder: Path) -> None:
    """Keep what decides the recipe's training now; the first one, of several."""
    if _is_overridden(recipe) or recipe.training:
        return
    held = _read(folder) or {}
    kept, told = held.get(recipe.path.name, {}), {**now, "tuner": _for_people(now["tuner"])}
    if kept.get(_TRAINING) != told:
        _write(folder, {**held, recipe.path.name: {**kept, _TRAINING: told}})


def _identities(components: Components) -> dict[str, dict[str, Json]]:
    return {name: _for_people(one) for name, one in components.identities().items()}


def _for_people(identity: Mapping[str, Any]) -> dict[str, Json]:
    """The identity of a component, for people: a hash stands for each secret."""
    settings = identity["settings"]
    starred = redact_mapping(settings)
    return {**identity, "settings": starred, "starred": fingerprint(settings) if starred != settings else ""}


def _write(folder: Path, names: Mapping[str, Any]) -> None:
    write_atomically(folder / NAME, json.dumps(names, ensure_ascii=False, indent=1).encode() + b"\n")


def identity_differences(name: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """In phrases, how the identity of a component differs from another."""
    label = f"the {name}"
    if then["plugin"] != now["plugin"]:
        yield f"{label} was {then['plugin']} and is {now['plugin']}"
        return
    if then["version"] != now["version"]:
        yield f"{now['plugin'].partition(':')[0]} {then['version']} -> {now['version']}"
    elif then["code"] != now["code"]:
        yield f"the code of {label} changed"
    yield from _describe_changes(then["libraries"], now["libraries"], "")
    # An earlier potluck did not star what it kept.
    settings = redact_mapping(then["settings"])
    yield from _describe_changes(settings, now["settings"], f"{name}.")
    if settings == now["settings"] and then.get("starred", now["starred"]) != now["starred"]:
        yield f"a password or key among the settings of {label} changed"
    libraries = {*then["libraries"], *now["libraries"]}
    files, old = ({k: v for k, v in one["files"].items() if k not in libraries} for one in (now, then))
    yield from _describe_changes(old, files, f"{label}'s ")


def _describe_changes(then: Mapping[str, Any], now: Mapping[str, Any], before: str) -> Iterator[str]:
    for key in dict.fromkeys((*then, *now)):
        old, new = then.get(key), now.get(key)
        if old == new:
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):  # named one by one: a whole group hides which it was
            yield from _describe_changes(old, new, f"{before}{key}.")
        elif _HASH.fullmatch(str(old)) or _HASH.fullmatch(str(new)):
            yield f"the files of {before}{key} changed"
        else:
            yield f"{before}{key} {_text_of(old)} -> {_text_of(new)}"


def _text_of(value: Json) -> str:
    return "nothing" if value is None else str(value)


def _many(count: int, what: str, more: str = "") -> str:
    return f"1 {what}{more} is" if count == 1 else f"{count:,} {what}s{more} are"


def _is_overridden(recipe: RecipeModel) -> bool:
    return bool(recipe.origin.overrides or recipe.origin.replacements)


def _read(folder: Path) -> dict[str, Any] | None:
    """The kept identities, by recipe; None if there are none that can be read."""
    try:
        held = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return held if isinstance(held, dict) else None
