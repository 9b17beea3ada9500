"""The settings of a component: which decide a result, and which are secrets.

Modules: ``potluck.contracts.config``.
"""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import SecretStr, ValidationError

from potluck.contracts import Config, Operational, Pinned


class Inner(Config):
    size: int = 3
    """How large it is, in 公釐."""
    threads: Annotated[int, Operational] = 1


class Settings(Config):
    name: str = "軌道"
    key: SecretStr | None = None
    headers: tuple[tuple[str, SecretStr], ...] = ()
    keys: tuple[SecretStr, ...] = ()
    plain: tuple[str, ...] = ()
    batch: Annotated[int, Operational] = 64
    inner: Inner = Inner()
    quick: Annotated[Inner, Operational] = Inner()
    model_name: str = "m"


def test_a_secret_is_known_by_its_type_wherever_it_stands() -> None:
    assert Settings.secrets() == {"key", "headers", "keys"}
    assert Inner.secrets() == frozenset()


def test_what_decides_is_neither_secret_nor_operational_within_other_settings_too() -> None:
    assert Settings(key=SecretStr("秘密"), batch=1).decisive() == {
        "name": "軌道", "plain": [], "model_name": "m", "inner": {"size": 3},
    }  # fmt: skip
    assert Settings(inner=Inner(size=4, threads=9)).decisive()["inner"] == {"size": 4}
    assert Settings(batch=1).decisive() == Settings(batch=2).decisive()


def test_a_pinned_setting_decides_nothing_and_is_held_all_the_same() -> None:
    class Priced(Config):
        price: Annotated[float, Operational, Pinned] = 2.0
        threads: Annotated[int, Operational] = 1
        key: SecretStr | None = None
        inner: Inner = Inner()

    assert Priced(key=SecretStr("秘密")).pins() == {"price": 2.0, "inner": {"size": 3}}
    assert Priced().decisive() == {"inner": {"size": 3}}


def test_settings_cannot_be_changed_and_unknown_ones_are_errors() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().name = "別的"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="顏色"):
        Settings.model_validate({"顏色": "藍"})


def test_a_docstring_describes_its_setting_and_a_default_is_validated() -> None:
    class Wrong(Config):
        size: int = "大"  # type: ignore[assignment]

    assert Inner.model_fields["size"].description == "How large it is, in 公釐."
    with pytest.raises(ValidationError):
        Wrong()
    assert repr(Operational) == "Operational"
