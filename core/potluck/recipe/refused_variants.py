"""Variants that are no recipes: which component refuses which value, in which of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from potluck.documents import Json
from potluck.errors import Problem, RecipeError
from potluck.recipe.model import COMPONENTS, RecipeModel
from potluck.recipe.swaps import AxisValue, Variant

_Chosen: TypeAlias = Mapping[str, AxisValue]

_NAMED = 3
"""Variants whose names are listed with a problem."""


def read_variants(
    recipe: RecipeModel,
    chosen: Sequence[_Chosen],
    name: Callable[[_Chosen], str],
    read: Callable[[_Chosen], Variant],
) -> list[Variant]:
    """Read each combination of choices. Raises ``RecipeError`` with the problems of all that cannot be read."""
    found: list[Variant] = []
    refused: dict[tuple[str, int, int, str, str], list[str]] = {}
    hint = ""
    for one in chosen:
        try:
            found.append(read(one))
        except RecipeError as error:
            hint = str(error).removeprefix("\n".join(map(str, error.problems))).strip()
            for problem in error.problems:
                message = f"{_components(recipe, one, problem)}{problem.message}"
                place = (problem.file, problem.line, problem.column, message, problem.source_line)
                refused.setdefault(place, []).append(name(one))
    if refused:
        raise RecipeError([_problem(place, names, len(chosen)) for place, names in refused.items()], hint)
    return found


def _problem(place: tuple[str, int, int, str, str], names: Sequence[str], count: int) -> Problem:
    file, line, column, message, source_line = place
    said = "" if len(names) == count > 1 else f" ({_listing(names)})"
    return Problem(file, line, column, message + said, source_line)


def _listing(names: Sequence[str]) -> str:
    """``variant 'a'``, ``variants 'a', 'b' and 3 more``."""
    shown = [repr(one) for one in dict.fromkeys(names)]
    more = len(shown) - _NAMED
    if more > 0:
        return f"variants {', '.join(shown[:_NAMED])} and {more} more"
    return f"variant{'s' if len(shown) > 1 else ''} {' and '.join(filter(None, (', '.join(shown[:-1]), shown[-1])))}"


def _components(recipe: RecipeModel, chosen: _Chosen, problem: Problem) -> str:
    """The components whose settings the refused choice names, as ``with splitter 'sections', ``."""
    refused = [choice for choice in chosen.values() if choice.said == problem.file]
    kinds = dict.fromkeys(key.partition(".")[0] for choice in refused for key in choice.sets)
    named = [f"{kind} {name!r}" for kind in kinds for name in _names(kind, recipe, chosen)]
    named = [one for one in named if one not in problem.message]
    return f"with {' and '.join(named)}, " if named else ""


def _names(kind: str, recipe: RecipeModel, chosen: _Chosen) -> Iterator[str]:
    """What the component of a kind is called in a variant, if one is named."""
    if kind not in COMPONENTS:
        return
    values = [choice.sets[kind] for choice in chosen.values() if kind in choice.sets]
    part = recipe.spec_of(kind)
    name: Json = part.name if part is not None else None
    for value in values:
        name = value.get("use", name) if isinstance(value, dict) else value
    if isinstance(name, str):
        yield name
