"""The variants of a comparison: the recipe with one value of each axis."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from potluck.documents import Json
from potluck.errors import Problem, RecipeError
from potluck.fingerprints import text_hash
from potluck.recipe.compare import STRATEGY
from potluck.recipe.messages import meant, shown
from potluck.recipe.model import DEFAULTS, KEYS, Part, RecipeModel, Retriever, ShotSettings
from potluck.recipe.reader import parse_value

Design: TypeAlias = Literal["grid", "paired", "one-at-a-time"]
"""Every combination; the first values, the second values, ...; the recipe as it is, and each value by itself."""

DESIGNS: tuple[Design, ...] = get_args(Design)

AS_IT_IS = "as it is"
"""What the value of an axis is called that is the recipe's own."""

_SHORT = 24
_COMPONENTS = (*DEFAULTS, "tuner")
_MOST = 200
"""Variants of one comparison: more would be a mistake in the axes."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of an axis: its name, what it sets by key (nothing: the recipe as it is), and where that is said."""

    name: str
    sets: Mapping[str, Json]
    said: str


@dataclass(frozen=True, slots=True)
class Variant:
    """One recipe of a comparison. ``swaps`` has the name of the value for each axis."""

    name: str
    swaps: Mapping[str, str]
    recipe: RecipeModel


def variants(recipe: RecipeModel, swaps: Sequence[str] = (), design: Design = "grid") -> list[Variant]:
    """The variants of a recipe's axes, or of those of the command line (``embedder=text2vec,ada-002``).

    Raises ``RecipeError`` for axes that cannot be read and for a variant that is no recipe.
    """
    found = _axes(recipe, swaps)
    for choice in (choice for choices in found.values() for choice in choices):
        if "questions" in choice.sets:
            raise RecipeError([Problem(choice.said, 0, 0, "variants are compared by the same questions")])
    if not found:
        hint = f"'--swap embedder=a,b', or in {recipe.path}:\n  compare:\n    embedder: {{a: ..., b: ...}}"
        raise RecipeError([Problem(str(recipe.path), 0, 0, f"there is nothing to compare; say what to swap: {hint}")])
    combinations = list(itertools.islice(_combinations(recipe, found, design), _MOST + 1))
    if len(combinations) > _MOST:
        message = f"the axes give more than {_MOST} variants; take fewer values, or another design"
        raise RecipeError([Problem(str(recipe.path), 0, 0, message)])
    return _distinct([_variant(recipe, dict(zip(found, chosen, strict=True))) for chosen in combinations])


def _axes(recipe: RecipeModel, swaps: Sequence[str]) -> dict[str, list[Choice]]:
    if swaps:
        return dict(_swap(recipe, swap) for swap in swaps)
    return {
        axis: [
            Choice(name, _sets(axis, value), f"{recipe.path} with {axis} {name!r}") for name, value in values.items()
        ]
        for axis, values in recipe.compare.items()
    }


def _sets(axis: str, value: Json) -> Mapping[str, Json]:
    return value if axis == STRATEGY and isinstance(value, dict) else {axis: value}


def _swap(recipe: RecipeModel, swap: str) -> tuple[str, list[Choice]]:
    """``AXIS=VALUE,VALUE``: values are names of the recipe's own axis, or are written as in YAML."""
    label = f"--swap {swap}"
    axis, equals, text = swap.partition("=")
    axis = axis.strip()
    if not equals or not axis or not text.strip():
        raise RecipeError([Problem(label, 0, 0, "expected AXIS=VALUE,VALUE, such as embedder=text2vec,ada-002")])
    key = axis.partition(".")[0]
    if key not in (*KEYS, STRATEGY):
        hint = meant(key, KEYS) or _inner(key)
        raise RecipeError([Problem(label, 0, 0, f"{shown(axis)} is not a key of a recipe{hint}")])
    values = parse_value(f"[{text}]", label).plain()
    assert isinstance(values, list)
    return axis, [_choice(recipe, axis, value, label) for value in values]


def _inner(key: str) -> str:
    """The hint for a key that stands one level down."""
    for section, settings in (("retriever", Retriever), ("shots", ShotSettings)):
        if key in settings.model_fields:
            return f" (did you mean '{section}.{key}'?)"
    return ""


def _choice(recipe: RecipeModel, axis: str, value: Json, label: str) -> Choice:
    named = recipe.compare.get(axis, {})
    if str(value) in named:
        return Choice(str(value), _sets(axis, named[str(value)]), label)
    if axis == STRATEGY:
        known = ", ".join(named) or "none"
        raise RecipeError(
            [Problem(label, 0, 0, f"compare.strategy of the recipe names no {value!r} (it has: {known})")]
        )
    return Choice(_name(axis, value), {axis: value}, label)


def _name(axis: str, value: Json) -> str:
    """What a value without a name is called."""
    if axis in _COMPONENTS and isinstance(value, dict):
        # Of a path or an address the last part says most.
        rest = [str(setting).rpartition("/")[2] for key, setting in value.items() if key != "use"]
        return " ".join([str(value.get("use", "")), *rest]).strip()[:_SHORT]
    if axis in _COMPONENTS:
        return f"no {axis}" if value is None else str(value)
    if axis == "prompt":
        return f"prompt {text_hash(str(value))[:8]}"
    return f"{axis.rpartition('.')[2]}={value}"[:_SHORT]


def _combinations(
    recipe: RecipeModel, axes: Mapping[str, Sequence[Choice]], design: Design
) -> Iterator[tuple[Choice, ...]]:
    own = {axis: Choice(_own_name(recipe, axis), {}, str(recipe.path)) for axis in axes}
    if design == "one-at-a-time":
        yield tuple(own.values())
        for axis, choices in axes.items():
            for choice in choices:
                yield tuple(choice if other == axis else own[other] for other in axes)
        return
    # A single value is held against the recipe as it is.
    full = {axis: [own[axis], *choices] if len(choices) == 1 else list(choices) for axis, choices in axes.items()}
    if design == "paired":
        lengths = {axis: len(choices) for axis, choices in full.items()}
        if len(set(lengths.values())) > 1:
            counts = ", ".join(f"{axis} has {length}" for axis, length in lengths.items())
            raise RecipeError([Problem(str(recipe.path), 0, 0, f"a paired design needs axes of one length; {counts}")])
        yield from zip(*full.values(), strict=True)
    else:
        yield from itertools.product(*full.values())


def _own_name(recipe: RecipeModel, axis: str) -> str:
    if axis in _COMPONENTS:
        part: Part | None = getattr(recipe, axis)
        return part.name if part is not None else AS_IT_IS
    return AS_IT_IS


def _variant(recipe: RecipeModel, chosen: Mapping[str, Choice]) -> Variant:
    """Apply the choices one after another, so that a mistake is named at its own place."""
    name = " + ".join(dict.fromkeys(choice.name for choice in chosen.values() if choice.sets)) or AS_IT_IS
    if len(chosen) == 1:
        name = next(iter(chosen.values())).name
    # Axes of a variant would be compared within the comparison.
    variant = recipe.replaced({"compare": None})
    for choice in chosen.values():
        if choice.sets:
            variant = variant.replaced(choice.sets, choice.said)
    return Variant(name, {axis: choice.name for axis, choice in chosen.items()}, variant)


def _distinct(found: Sequence[Variant]) -> list[Variant]:
    """Give every variant a name of its own; of two that are the same recipe only the first stays."""
    result: list[Variant] = []
    names: dict[str, int] = {}
    for variant in found:
        if any(variant.swaps == other.swaps for other in result):
            continue
        count = names[variant.name] = names.get(variant.name, 0) + 1
        name = variant.name if count == 1 else f"{variant.name} ({count})"
        result.append(Variant(name, variant.swaps, variant.recipe))
    return result
