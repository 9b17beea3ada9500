"""What a plugin may be called, and what follows from its name.

Modules: ``potluck.scaffold.names``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.contracts import Kind
from potluck.errors import PotluckError
from potluck.scaffold import create_package
from potluck.scaffold.names import Names, names
from support.fake_plugins import install_hashing, visible


def test_all_names_are_made_of_one() -> None:
    found = names("reranker", "moon-cake2")

    assert found == Names("reranker", "moon-cake2")
    assert (found.package, found.module) == ("potluck-moon-cake2", "potluck_moon_cake2")
    assert (found.component, found.config) == ("MoonCake2Reranker", "MoonCake2Config")
    assert (found.stem, found.extension) == ("MoonCake2", "mooncake2")


@pytest.mark.parametrize("name", ["a", "a" * 30, "x-1", "a-b-c", "mypotluck"])
def test_names_at_the_limits_are_taken(name: str) -> None:
    assert names("splitter", name).name == name


def test_an_extension_that_is_read_matters_to_loaders_only() -> None:
    assert names("splitter", "md").extension == "md"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("月餅", "made of the letters a to z, digits and hyphens: it has '月'"),
        ("café", "it has 'é'"),
        ("ｌｉｎｅｓ", "it has 'ｌ'"),
        ("My_Lines", "it has 'M' (perhaps 'my-lines')"),
        ("my lines", "it has ' ' (perhaps 'my-lines')"),
        ("../lines", "it has '.' (perhaps 'lines')"),
        ("lines\n", "it has '\\n'"),
        ("", "it has to begin with a letter"),
        ("3d", "it has to begin with a letter"),
        ("my--lines", "single hyphens within"),
        ("lines-", "single hyphens within"),
        ("a" * 31, "too long for a plugin's name: 31 characters, 30 at most"),
        ("class", "a word of Python"),
        ("none", "a word of Python"),
        ("potluck-lines", "leave 'potluck' off"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_the_reason(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(PotluckError) as refused:
        create_package("splitter", name, tmp_path)

    assert reason in str(refused.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("kind", "name", "reason"),
    [
        ("loader", "csv", "a loader called 'csv' is installed already (potluck "),
        ("loader", "md", "files that end in .md are read by the loader 'markdown' already"),
        ("splitter", "plugins", "a module potluck_plugins is installed already"),
        ("tuner", "peft", "its class would be called PeftTuner, as one of potluck's is"),
        ("embedder", "embedder", "its class would be called EmbedderConfig"),
    ],
)
def test_a_name_that_is_taken_is_refused(kind: Kind, name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(PotluckError) as refused:
        create_package(kind, name, tmp_path)

    assert reason in str(refused.value)


def test_a_name_is_taken_by_other_packages_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        with pytest.raises(
            PotluckError, match=r"embedder called 'hashing' is installed already \(potluck-hashing 1.0\)"
        ):
            create_package("embedder", "hashing", tmp_path)
        create_package("splitter", "hashing", tmp_path)
