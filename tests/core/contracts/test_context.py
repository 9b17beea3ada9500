"""What a component is given besides its settings.

Modules: ``potluck.contracts.context``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.contracts import Context
from potluck.model_sources.model_store import ModelStore


def context(**environment: str) -> Context:
    return Context(Path("食譜"), Path("工作區"), ModelStore(Path("食譜")), environment=environment)


@pytest.mark.parametrize(("name", "value"), [("KEY", "秘密"), ("EMPTY", None), ("NONE", None)])
def test_a_secret_is_the_value_of_its_variable_unless_that_is_empty(name: str, value: str | None) -> None:
    assert context(KEY="秘密", EMPTY="").secret(name) == value


def test_without_an_environment_of_its_own_it_is_that_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Context(Path("a"), Path("b"), ModelStore(Path("a")))
    monkeypatch.setenv("CANARY", "sk-canary")

    assert made.secret("CANARY") == "sk-canary"
    assert "sk-canary" not in repr(made)
    assert "秘密" not in repr(context(KEY="秘密"))


def test_nothing_may_be_sent_and_no_model_is_there_unless_it_is_said() -> None:
    made = context()

    assert (made.seed, made.network, made.tuned, made.embedder, made.chat, made.retrievers) == (
        0, False, None, None, None, (),
    )  # fmt: skip
