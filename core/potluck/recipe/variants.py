"""The variants of a comparison: the recipe with one value of each axis."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from potluck.documents import Json
from potluck.errors import Problem, RecipeError
from potluck.recipe.axes import STRATEGY
from potluck.recipe.axis_labels import name_values, number_names
from potluck.recipe.futile_swaps import check_variants
from potluck.recipe.messages import format_value
from potluck.recipe.model import COMPONENTS, KEYS, RecipeModel, RetrieverSettings, ShotSettings
from potluck.recipe.refused_variants import read_variants
from potluck.recipe.swap_values import SwapValue, read_values
from potluck.recipe.swaps import AxisValue, Variant, apply_values
from potluck.redaction import redact
from potluck.suggestions import did_you_mean, suggest

Design: TypeAlias = Literal["grid", "paired", "one-at-a-time"]
"""Every combination; the first values, the second values, ...; the recipe as it is, and each value by itself."""

DESIGNS: tuple[Design, ...] = get_args(Design)

AS_IT_IS = "as it is"
"""The name of an axis's value that is the recipe's own."""

_MOST = 200
"""The most variants of one comparison: more would be a mistake in the axes."""


def variants(recipe: RecipeModel, swaps: Sequence[str] = (), design: Design = "grid") -> list[Variant]:
    """The variants of a recipe's axes, or of those of the command line (``retriever.k=2,4``).

    Raises ``RecipeError`` for axes that cannot be read and for a variant that is not a recipe.
    """
    found = _axes(recipe, swaps)
    for choice in (choice for choices in found.values() for choice in choices):
        if "questions" in choice.sets:
            raise RecipeError([Problem.without_place(choice.said, "variants are compared by the same questions")])
    if not found:
        place = recipe.path if recipe.origin.folder is None else "a recipe"
        hint = f"'--swap embedder=a,b', or in {place}:\n  compare:\n    embedder: {{a: ..., b: ...}}"
        raise RecipeError(
            [Problem.without_place(str(recipe.path), f"there is nothing to compare; say what to swap: {hint}")]
        )
    combinations = list(itertools.islice(_combinations(recipe, found, design), _MOST + 1))
    if len(combinations) > _MOST:
        message = f"the axes give more than {_MOST} variants; take fewer values, or another design"
        raise RecipeError([Problem.without_place(str(recipe.path), message)])
    chosen = [dict(zip(found, values, strict=True)) for values in combinations]
    made = read_variants(recipe, chosen, _name, lambda one: _variant(recipe, one))
    check_variants(recipe, chosen, made)
    return _with_unique_names(made)


def _axes(recipe: RecipeModel, swaps: Sequence[str]) -> dict[str, list[AxisValue]]:
    if swaps:
        return dict(_swap(recipe, swap) for swap in swaps)
    return {
        axis: [
            AxisValue(name, _sets(axis, value), f"{recipe.path} with {axis} {name!r}")
            for name, value in zip(_own_names(values), values.values(), strict=True)
        ]
        for axis, values in recipe.compare.items()
    }


def _own_names(values: Mapping[str, Json]) -> list[str]:
    """The names that the recipe gives to the values of an axis, without passwords."""
    starred = [redact(name) for name in values]
    return number_names(starred, starred, list(values))


def _sets(axis: str, value: Json) -> Mapping[str, Json]:
    return value if axis == STRATEGY and isinstance(value, dict) else {axis: value}


def _swap(recipe: RecipeModel, swap: str) -> tuple[str, list[AxisValue]]:
    """``AXIS=VALUE,VALUE``: values are names of the recipe's own axis, or are written as in YAML."""
    label = f"--swap {swap}"
    axis, equals, text = swap.partition("=")
    axis = axis.strip()
    if not equals or not axis or not text.strip():
        raise RecipeError([Problem.without_place(label, "expected AXIS=VALUE,VALUE, such as retriever.k=2,4")])
    key = axis.partition(".")[0]
    if key not in (*KEYS, STRATEGY):
        hint = did_you_mean(key, KEYS) or _inner(key)
        raise RecipeError([Problem.without_place(label, f"{format_value(axis)} is not a key of a recipe{hint}")])
    return axis, _choices(recipe, axis, read_values(text, recipe.folder, label, are_texts=axis == "prompt"), label)


def _inner(key: str) -> str:
    """The hint for a key that stands one level down."""
    for section, settings in (("retriever", RetrieverSettings), ("shots", ShotSettings)):
        if key in settings.model_fields:
            return suggest(f"{section}.{key}")
    return ""


def _choices(recipe: RecipeModel, axis: str, values: Sequence[SwapValue], label: str) -> list[AxisValue]:
    """The values from the command line: names of the recipe's own axis, or values, which are given names."""
    named = recipe.compare.get(axis, {})
    unnamed = [one for one in values if one.file or str(one.value) not in named]
    if axis == STRATEGY and unnamed:
        has = ", ".join(named) or "none"
        message = f"compare.strategy of the recipe names no {unnamed[0].value!r} (it has: {has})"
        raise RecipeError([Problem.without_place(label, message)])
    names, known = iter(_names(axis, unnamed)), dict(zip(named, _own_names(named), strict=True))
    return [
        AxisValue(next(names), {axis: one.value}, label)
        if one in unnamed
        else AxisValue(known[str(one.value)], _sets(axis, named[str(one.value)]), label)
        for one in values
    ]


def _names(axis: str, values: Sequence[SwapValue]) -> list[str]:
    """A name for each value; that of a file's text is the file's, without its folder where that tells them apart."""
    names = name_values(axis, [one.value for one in values])
    stems = [Path(one.file).stem if one.file else name for one, name in zip(values, names, strict=True)]
    if len(set(stems)) == len(set(names)):
        return stems
    return [one.file or name for one, name in zip(values, names, strict=True)]


def _combinations(
    recipe: RecipeModel, axes: Mapping[str, Sequence[AxisValue]], design: Design
) -> Iterator[tuple[AxisValue, ...]]:
    own = {axis: AxisValue(_own_name(recipe, axis), {}, str(recipe.path)) for axis in axes}
    if design == "one-at-a-time":
        # A value that is the recipe's own gives its name to the recipe as it is.
        same = _own_values(recipe, axes)
        own |= {axis: AxisValue(choice.name, {}, choice.said) for axis, choice in same.items()}
        yield tuple(own.values())
        for axis, choices in axes.items():
            for choice in choices:
                if choice is not same.get(axis):
                    yield tuple(choice if other == axis else own[other] for other in axes)
        return
    # A single value is compared with the recipe as it is.
    full = {axis: [own[axis], *choices] if len(choices) == 1 else list(choices) for axis, choices in axes.items()}
    if design == "paired":
        lengths = {axis: len(choices) for axis, choices in full.items()}
        if len(set(lengths.values())) > 1:
            counts = ", ".join(f"{axis} has {length}" for axis, length in lengths.items())
            raise RecipeError(
                [Problem.without_place(str(recipe.path), f"a paired design needs axes of one length; {counts}")]
            )
        yield from zip(*full.values(), strict=True)
    else:
        yield from itertools.product(*full.values())


def _own_name(recipe: RecipeModel, axis: str) -> str:
    if axis in COMPONENTS:
        part = recipe.spec_of(axis)
        return part.name if part is not None else AS_IT_IS
    return AS_IT_IS


def _variant(recipe: RecipeModel, chosen: Mapping[str, AxisValue]) -> Variant:
    swaps = {axis: choice.name for axis, choice in chosen.items()}
    return Variant(_name(chosen), swaps, apply_values(recipe, chosen.values()))


def _name(chosen: Mapping[str, AxisValue]) -> str:
    """The names of what is chosen; those that leave the recipe as it is go without saying."""
    if len(chosen) == 1:
        return next(iter(chosen.values())).name
    return " + ".join(choice.name for choice in chosen.values() if choice.sets) or AS_IT_IS


def _own_values(recipe: RecipeModel, axes: Mapping[str, Sequence[AxisValue]]) -> dict[str, AxisValue]:
    """The first value of each axis that says what the recipe says already."""
    own = apply_values(recipe, ())
    found = {axis: next((one for one in choices if _says(recipe, one, own)), None) for axis, choices in axes.items()}
    return {axis: choice for axis, choice in found.items() if choice is not None}


def _says(recipe: RecipeModel, choice: AxisValue, own: RecipeModel) -> bool:
    """Whether a value leaves the recipe as it is. What is refused does not, and is told with its variant."""
    try:
        return apply_values(recipe, [choice]) == own
    except RecipeError:
        return False


def _with_unique_names(found: Sequence[Variant]) -> list[Variant]:
    """Every variant with a name of its own: values of two axes may have the same."""
    counts: dict[str, int] = {}
    result: list[Variant] = []
    for variant in found:
        count = counts[variant.name] = counts.get(variant.name, 0) + 1
        name = variant.name if count == 1 else f"{variant.name} ({count})"
        result.append(Variant(name, variant.swaps, variant.recipe))
    return result
