"""What is told of a file that could not be loaded.

Modules: ``potluck.loading.failure``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from potluck.contracts import Config
from potluck.documents import Source
from potluck.errors import PasswordNeeded, UnreadableDocument
from potluck.loading.failure import LoadFailure, failure_of
from potluck.plugins import Plugin
from potluck.recipe.model import ComponentSpec

SOURCE = Source("筆記/鎖.zip", Path("鎖.zip"))
HINT = "; give its password by an environment variable: --set 'documents.password=${NAME}'"


class Locked(Config):
    password: SecretStr | None = None


def loader(config: Config) -> ComponentSpec:
    return ComponentSpec("loader", "fake", Plugin("loader", "fake", "fake", "1", "fake"), config)


@pytest.mark.parametrize(("config", "hint"), [(Locked(), HINT), (Config(), "")])
def test_how_to_give_a_password_is_told_only_where_the_loader_takes_one(config: Config, hint: str) -> None:
    found = failure_of(SOURCE, PasswordNeeded("it is encrypted"), loader(config))

    assert found == LoadFailure("筆記/鎖.zip", "PasswordNeeded", f"it is encrypted{hint}")


def test_another_error_is_told_as_it_is() -> None:
    assert failure_of(SOURCE, UnreadableDocument("it is damaged"), loader(Locked())).reason == "it is damaged"


def test_a_name_that_would_move_the_cursor_is_spelled() -> None:
    assert str(LoadFailure("a\x1b[2J.txt", "NoText", "no text")) == "a\\x1b[2J.txt: no text"
