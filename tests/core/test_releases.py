"""What is installed under a plugin's name: releases by what their installer wrote down, folders by their files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from potluck import plugins, releases
from potluck.plugins import Plugin
from potluck.releases import code_of, libraries_of, remember_code
from support.fake_plugins import forget, install, visible

OFFER = """
import potluck
from potluck.contracts import Config
@potluck.hookimpl
def potluck_splitter():
    return potluck.Offer('', Config, lambda config, context: None, requires={requires})
"""
RECORD = (
    "own_release/__init__.py,sha256=one,1\nown_release/data.json,sha256=two,2\nown_release/x.pyc,,\nREADME,sha256=z,9\n"
)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in [name for name in sys.modules if name.startswith("own_")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(releases, "_known", {})
    (tmp_path / "site").mkdir()
    with visible(tmp_path / "site", monkeypatch):
        yield tmp_path / "site"


def offered(site: Path, module: str, code: str, requires: tuple[str, ...] = ()) -> Plugin:
    """A splitter in a module of a package, as it is installed from a folder without metadata of its files."""
    *folders, name = module.split(".")
    home = site.joinpath(*folders)
    home.mkdir(parents=True, exist_ok=True)
    (home / f"{name}.py").write_text(code + OFFER.format(requires=requires), encoding="utf-8")
    if not list(site.glob("own-*.dist-info")):
        install(site, "own", {"potluck.splitters": {"own": module}}, {})
    forget()
    return plugins.find("splitter", "own")


def metadata(site: Path, **files: str) -> None:
    (folder,) = site.glob("own-*.dist-info")
    for name, text in files.items():
        (folder / name.replace("direct_url", "direct_url.json")).write_text(text, encoding="utf-8")


LAYOUTS = {
    "a single module": ("own_module", "own_module.py"),
    "a package": ("own_package.plugin", "own_package/helper.py"),
    "data of a package": ("own_package.plugin", "own_package/tables/words.json"),
    "a package within a namespace": ("own_space.inner.plugin", "own_space/inner/helper.py"),
    "a module within a namespace": ("own_space.plugin", "own_space/plugin.py"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_edited_file_of_a_folder_is_other_code(site: Path, layout: str) -> None:
    module, edited = LAYOUTS[layout]
    plugin = offered(site, module, "")
    if layout.startswith(("a package", "data of a package")):
        site.joinpath(*module.split(".")[:-1], "__init__.py").write_text("", encoding="utf-8")
    (site / edited).parent.mkdir(exist_ok=True)
    (site / edited).write_text("# 一", encoding="utf-8")
    first = code_of(plugin)

    (site / edited).write_text("# 二", encoding="utf-8")

    assert first
    assert first != code_of(plugin)


def test_within_one_command_the_code_of_a_plugin_is_read_once(site: Path) -> None:
    plugin = offered(site, "own_module", "")
    with remember_code():
        first = code_of(plugin)
        (site / "own_module.py").write_text("# 另", encoding="utf-8")
        with remember_code():
            assert code_of(plugin) == first

    assert code_of(plugin) != first


def test_a_neighbour_in_a_namespace_is_not_part_of_a_plugin(site: Path) -> None:
    plugin = offered(site, "own_space.plugin", "")
    first = code_of(plugin)

    (site / "own_space" / "other.py").write_text("", encoding="utf-8")

    assert first
    assert code_of(plugin) == first


@pytest.mark.parametrize("origin", [None, {"archive_info": {}, "url": "file:///a.whl"}, {"vcs_info": {}, "url": "x"}])
def test_a_release_is_known_by_what_its_installer_wrote_down(site: Path, origin: object) -> None:
    plugin = offered(site, "own_release", "")
    metadata(site, RECORD=RECORD, **({"direct_url": json.dumps(origin)} if origin else {}))
    first = code_of(plugin)
    (site / "own_release.py").write_text("edited", encoding="utf-8")
    (folder,) = site.glob("own-*.dist-info")

    assert code_of(plugin) == first, "its files are not read"
    (folder / "RECORD").write_text(RECORD.replace("x.pyc,,", "y.pyc,,").replace("sha256=z", "sha256=y"), "utf-8")
    assert code_of(plugin) == first, "what python compiles and what is beside the package decide nothing"
    (folder / "RECORD").write_text(RECORD.replace("sha256=two", "sha256=other"), encoding="utf-8")
    assert code_of(plugin) != first, "another build of the same version"


@pytest.mark.parametrize("origin", ['{"dir_info": {"editable": true}}', '{"dir_info": {}}', "{"])
def test_what_was_installed_from_a_folder_is_known_by_its_files(site: Path, origin: str) -> None:
    plugin = offered(site, "own_release", "")
    metadata(site, RECORD=RECORD, direct_url=origin)
    first = code_of(plugin)

    (site / "own_release.py").write_text("edited", encoding="utf-8")

    assert code_of(plugin) != first


def test_a_release_whose_record_has_no_file_of_the_plugin_is_known_by_its_files(site: Path) -> None:
    plugin = offered(site, "own_module", "")
    metadata(site, RECORD=RECORD)
    first = code_of(plugin)

    (site / "own_module.py").write_text("edited", encoding="utf-8")

    assert code_of(plugin) != first


def test_a_module_that_is_gone_has_no_code(site: Path) -> None:
    plugin = offered(site, "own_module", "")
    (site / "own_module.py").unlink()

    assert code_of(plugin) == ""


def test_libraries_are_found_by_their_import_names(site: Path) -> None:
    install(site, "rail-reader", {}, {"rail_reader": ""}, "4.30")
    install(site, "own-words-tool", {}, {"own_words": ""}, "1.5")
    (folder,) = site.glob("own_words_tool-*.dist-info")
    (folder / "RECORD").write_text("own_words.py,sha256=a,1\n", encoding="utf-8")
    install(site, "Other.Name", {}, {"own_table": ""}, "7")
    (folder,) = site.glob("Other.Name-*.dist-info")
    (folder / "top_level.txt").write_text("own_table\n", encoding="utf-8")

    install(site, "sleeper--.count", {}, {"sleeper_count": ""}, "2")

    names = ("rail_reader", "own_words", "own_table", "sleeper_count", "lxml.etree", "not_installed")
    plugin = offered(site, "own_module", "", names)

    found = libraries_of(plugin)
    assert found.pop("lxml") == releases.importlib.metadata.version("lxml")
    assert found == {"Other.Name": "7", "own-words-tool": "1.5", "rail-reader": "4.30", "sleeper--.count": "2"}


def test_a_library_that_is_installed_later_is_found_then(site: Path) -> None:
    plugin = offered(site, "own_module", "", ("rail_reader",))
    assert libraries_of(plugin) == {}
    install(site, "rail-reader", {}, {"rail_reader": ""}, "5.0")

    assert libraries_of(plugin) == {"rail-reader": "5.0"}


def test_the_metadata_of_a_library_is_read_once_for_its_name_and_version(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, "rail-reader", {}, {"rail_reader": ""}, "5.0")
    plugin = offered(site, "own_module", "", ("rail_reader",))
    libraries_of(plugin)  # finds out which package it is
    read, names = PathDistribution.read_text, list[str]()

    def listen(package: PathDistribution, name: str) -> str | None:
        names.append(name)
        return read(package, name)

    monkeypatch.setattr(PathDistribution, "read_text", listen)

    assert libraries_of(plugin) == {"rail-reader": "5.0"}
    assert names.count("METADATA") == 1
