"""Swaps that cannot matter, and variants that are the same recipe: refused before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TypeAlias

from potluck.errors import Problem, RecipeError
from potluck.recipe.effects import decisive_values, differing_keys, setting_values, why_unread
from potluck.recipe.model import RecipeModel
from potluck.recipe.swaps import AxisValue, Variant, apply_values

Chosen: TypeAlias = Mapping[str, AxisValue]
"""The choices of a variant by axis."""

_LISTED = 20
_HINT = "Every variant of a comparison has to be able to answer differently."
_ONLY_HOW = "the values differ only in settings that change how the work is done and not the result"


def check_variants(recipe: RecipeModel, chosen: Sequence[Chosen], variants: Sequence[Variant]) -> None:
    """Raise ``RecipeError`` for every axis that cannot matter, with the reason, and for variants that are the same."""
    problems = list(_futile(recipe, chosen, variants)) or list(_same_recipes(chosen, variants))
    if problems:
        raise RecipeError(problems[:_LISTED], _HINT)


def _futile(recipe: RecipeModel, chosen: Sequence[Chosen], variants: Sequence[Variant]) -> Iterator[Problem]:
    for axis in chosen[0]:
        pairs = list(_pairs(axis, recipe, chosen, variants))
        if any(decisive_values(one) != decisive_values(other) for one, other in pairs):
            continue
        choices = {choice.name: choice for one in chosen if (choice := one[axis]).sets}
        if (reason := _reason(pairs, list(choices.values()))) is not None:
            said = next(iter(choices.values())).said
            yield Problem.without_place(said, f"a swap of {axis} cannot matter: {reason}")


def _pairs(
    axis: str, recipe: RecipeModel, chosen: Sequence[Chosen], variants: Sequence[Variant]
) -> Iterator[tuple[RecipeModel, RecipeModel]]:
    """Pairs of recipes that differ in one axis only; if the design has none, hypothetical ones."""
    groups: dict[tuple[str, ...], list[RecipeModel]] = {}
    for one, variant in zip(chosen, variants, strict=True):
        others = tuple(choice.name for other, choice in one.items() if other != axis)
        groups.setdefault(others, []).append(variant.recipe)
    found = [pair for group in groups.values() for pair in combinations(group, 2)]
    yield from found
    if not found:
        for one, variant in zip(chosen, variants, strict=True):
            for other in chosen:
                yield variant.recipe, apply_values(recipe, {**one, axis: other[axis]}.values())


def _reason(pairs: Sequence[tuple[RecipeModel, RecipeModel]], choices: Sequence[AxisValue]) -> str | None:
    """Why an axis has no effect; None if its recipes are the same, which another message says."""
    one, other = pairs[0]
    keys = [key for choice in choices for key in choice.sets]
    keys += sorted(differing_keys(setting_values(one), setting_values(other)))
    reasons = dict.fromkeys(reason for key in keys if (reason := why_unread(one, key) or why_unread(other, key)))
    if reasons:
        return "; ".join(reasons)
    return None if all(one == other for one, other in pairs) else _ONLY_HOW


def _same_recipes(chosen: Sequence[Chosen], variants: Sequence[Variant]) -> Iterator[Problem]:
    """Variants that are the same recipe as one before them."""
    for number, variant in enumerate(variants):
        first = next((one for one in variants[:number] if one.recipe == variant.recipe), None)
        if first is None:
            continue
        said = list(chosen[number].values())[-1].said
        if first.name == variant.name:
            message = f"the variant {variant.name!r} is there twice: leave one of them out"
        else:
            message = f"the variants {first.name!r} and {variant.name!r} are the same recipe: leave one of them out"
        yield Problem.without_place(said, message)
