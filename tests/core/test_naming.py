"""Names of the core: functions are verbs or nouns, never a bare participle, and a public name means one thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

CORE = Path(__file__).parents[2] / "core" / "potluck"

_IRREGULAR = """
begun bitten blown bought bound broken brought built caught chosen done drawn driven eaten fallen fed flown forgotten
found frozen given gotten grown heard held hidden hung kept known laid led left lost made meant met paid ridden risen
said seen sent shown sold spent spoken stolen struck stuck sung sunk sworn taken thought thrown told torn understood
woken worn written
"""
IRREGULAR = frozenset(_IRREGULAR.split())
"""Participles without ``ed``; words such as ``put`` and ``read`` are verbs too."""

_NO_PARTICIPLES = """
bed embed encoding feed heading indeed listing meaning need padding red seed setting shed spelling string thing
training warning wording
"""
NO_PARTICIPLES = frozenset(_NO_PARTICIPLES.split())
"""Words that end like participles, and are verbs or nouns."""

_SMALL = """
a after again all alone and anew apart as at away back before by down each for from here in into it its itself later
less more none not now of off on once one only or out over so that the their them then there these they those to
together too under up which with within without
"""
SMALL = frozenset(_SMALL.split())
"""Words that name nothing: a participle with these alone is still bare."""

PARTICIPLES = {
    "api.py: looking": "a method of Recipe, which programs call",
    "contracts/offer.py: declared": "a method of Offer, which plugins may override",
    "contracts/offers.py: declared": "a method of Offer, which plugins may override",
}
"""Module and function, with the reason why it stays."""

TWICE = {
    "command": "every module of a command calls its function so",
    "main": "what a process runs",
}
"""Public names of several things, with the reason why they stay. Rules of conformance kits, ``check_...``, also do."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(CORE.rglob("*.py")):
        yield path.relative_to(CORE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def is_participle(word: str) -> bool:
    ends = (word.endswith("ed") and len(word) > 3) or (word.endswith("ing") and len(word) > 4)
    return word not in NO_PARTICIPLES and (word in IRREGULAR or ends)


def is_bare(name: str) -> bool:
    words = [word for word in name.split("_") if word]
    return bool(words) and is_participle(words[0]) and all(word in SMALL or is_participle(word) for word in words[1:])


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions of a module, those within others too; properties are no functions to those who use them."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if not any("property" in ast.unparse(one) for one in node.decorator_list):
            yield node


def public_names(tree: ast.Module) -> set[str]:
    """The public functions and classes of a module; the parts of an overloaded function are one."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {node.name for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")}


@pytest.mark.parametrize("name", ["made", "_kept", "given_to", "taken_together", "resolved", "running"])
def test_a_bare_participle_is_one(name: str) -> None:
    assert is_bare(name)


@pytest.mark.parametrize(
    "name",
    ["make", "embed", "read", "split_text", "made_index", "seed", "training", "string_of", "_"],
)
def test_verbs_nouns_and_participles_with_a_noun_are_none(name: str) -> None:
    assert not is_bare(name)


def test_no_function_of_the_core_is_named_by_a_bare_participle() -> None:
    found = {f"{module}: {node.name}" for module, tree in modules() for node in functions(tree) if is_bare(node.name)}

    assert found - PARTICIPLES.keys() == set()
    assert PARTICIPLES.keys() - found == set(), "an exception that is no longer needed"


def test_no_public_name_of_the_core_means_two_things() -> None:
    where: dict[str, list[str]] = defaultdict(list)
    for module, tree in modules():
        for name in public_names(tree):
            where[name].append(module)
    found = {name: places for name, places in where.items() if len(places) > 1 and not name.startswith("check_")}

    assert {name: places for name, places in found.items() if name not in TWICE} == {}
    assert TWICE.keys() - found.keys() == set(), "an exception that is no longer needed"
