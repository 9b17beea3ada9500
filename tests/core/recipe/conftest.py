"""Plugins for recipes: one that takes settings of every kind, and some that do not work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from potluck.errors import RecipeError
from potluck.recipe import loads
from potluck.recipe.model import RecipeModel
from support.fake_plugins import install, install_hashing, visible

Read = Callable[..., RecipeModel]
Problems = Callable[..., list[str]]

PICKY = """
from typing import Annotated, Literal

import potluck
from potluck.contracts import Config
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int
    names: tuple[str, ...] = ()


class Settings(Config):
    key: SecretStr | None = None
    long_key: Annotated[SecretStr, Field(min_length=12)] | None = None
    headers: dict[str, SecretStr] = {}
    keys: tuple[SecretStr, ...] = ()
    ratio: float = 0.5
    count: Annotated[int, Field(ge=2, le=200, multiple_of=2)] = 2
    above: Annotated[float, Field(gt=0, lt=1)] = 0.5
    nullable: int | None = 7
    flag: bool = False
    many: Annotated[list[int], Field(min_length=1, max_length=3)] = [1]
    table: dict[str, float] = {}
    inner: Inner | None = None
    mixed: Literal["cjk", "latin"] | Annotated[list[str], Field(min_length=1)] = "cjk"
    word: Annotated[str, Field(min_length=2, max_length=4, pattern="^[a-z]+$")] = "abc"
    renamed: int = Field(default=1, alias="odd-name")
    host: str | None = None
    whim: str = ""

    @field_validator("whim")
    @classmethod
    def _whim(cls, value):
        if value == "crash":
            raise KeyError("no")
        assert value != "assert", "must not be that"
        if value == "wrong":
            raise ValueError("that is not wanted")
        return value

    @model_validator(mode="after")
    def _together(self):
        if self.whim == "leak" and self.key:
            raise ValueError(f"bad key {self.key.get_secret_value()}")
        if self.count > 100 and self.ratio < 1:
            raise ValueError(f"count ({self.count}) is too large for ratio ({self.ratio})")
        return self


def sends_to(config):
    if config.host == "crash":
        raise OSError("no route")
    return config.host


@potluck.hookimpl
def potluck_chat():
    return potluck.Offer("picky", Settings, lambda config, context: None, sends_to=sends_to)


@potluck.hookimpl
def potluck_loader():
    return potluck.Offer("picky", Settings, lambda config, context: None, sends_to=sends_to)
"""

_OFFER = "import potluck\nfrom potluck.contracts import Config\n@potluck.hookimpl\ndef potluck_embedder():\n    return "
MODULES = {
    "picky_plugin": PICKY,
    "exiting": "import sys\nsys.exit('no')\n",
    "absent": "import no_such_library\n",
    "old": f"{_OFFER}potluck.Offer('old', Config, lambda config, context: None, contract=0)\n",
    "needy": f"{_OFFER}potluck.Offer('', Config, lambda c, x: None, requires=('no_such_library',), extra='needy')\n",
    "odd": f"{_OFFER}potluck.Offer('', dict, lambda config, context: None)\n",
    "blocked": f"{_OFFER}potluck.Offer('', Config, lambda config, context: None, requires=('crashes.inside',))\n",
    "needy_loader": (
        "import potluck\nfrom potluck.contracts import Config\n@potluck.hookimpl\ndef potluck_loader():\n"
        "    return potluck.Offer('', Config, lambda c, x: None, requires=('no_such_library', 'nor_this'))\n"
    ),
    "crashes": "raise RuntimeError('crashed')\n",
}
ENTRY_POINTS = {
    "potluck.loaders": {"picky": "picky_plugin", "needy": "needy_loader"},
    "potluck.chat": {"picky": "picky_plugin"},
    "potluck.embedders": {name: name for name in ("exiting", "absent", "old", "needy", "odd", "blocked")},
    "potluck.stores": {"twice": "exiting"},
}


@pytest.fixture(autouse=True, scope="module")
def _plugins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Looking for what is installed takes long, so it is done once a module."""
    site = install_hashing(tmp_path_factory.mktemp("site"))
    install(site, "potluck-picky", ENTRY_POINTS, MODULES)
    install(site, "potluck-again", {"potluck.stores": {"twice": "exiting"}}, {})
    with pytest.MonkeyPatch.context() as monkeypatch, visible(site, monkeypatch):
        yield


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a recipe from its text, as if it stood in an empty folder."""

    def read(text: str, *overrides: str, name: str = "recipe.yaml") -> RecipeModel:
        return loads(text, tmp_path / name, overrides)

    return read


@pytest.fixture
def problems() -> Problems:
    """The problems of a recipe, each with its line and column."""

    def problems(text: str, *overrides: str) -> list[str]:
        with pytest.raises(RecipeError) as caught:
            loads(text, Path("recipe.yaml"), overrides)
        found = caught.value.problems
        return [f"{p.line}:{p.column}: {p.message}" if p.line else f"{p.file}: {p.message}" for p in found]

    return problems
