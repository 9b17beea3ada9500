"""A plugin that fails, or returns a value of a wrong type, is named.

Modules: ``potluck.plugin_faults``.
"""

from __future__ import annotations

import pytest

from potluck.errors import BrokenPlugin, UnreadableDocument
from potluck.plugin_faults import name_failures, name_type, with_article


def test_an_exception_is_named_with_the_plugin_and_kept_as_its_cause() -> None:
    fault = KeyError("鍵")

    with pytest.raises(BrokenPlugin) as caught, name_failures("retriever '檢索' of potluck-one 1.0"):
        raise fault

    assert str(caught.value) == "retriever '檢索' of potluck-one 1.0 failed: KeyError: '鍵'"
    assert caught.value.__cause__ is fault


@pytest.mark.parametrize("fault", [UnreadableDocument("壞了"), KeyboardInterrupt(), SystemExit(3)], ids=repr)
def test_what_potluck_raises_and_what_ends_the_program_is_left_as_it_is(fault: BaseException) -> None:
    with pytest.raises(type(fault)) as caught, name_failures("it"):
        raise fault

    assert caught.value is fault


@pytest.mark.parametrize(
    ("value", "name"), [(None, "None"), ([], "a list"), (3, "an int"), (0.5, "a float"), (KeyError(), "a KeyError")]
)
def test_a_type_has_its_article(value: object, name: str) -> None:
    assert name_type(value) == name
    assert with_article("Embedder") == "an Embedder"
