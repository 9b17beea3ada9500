"""The reference is written from the code, and every page can be reached."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe, contracts, documents
from potluck.testing import Skipped, checks
from support.fake_plugins import install, install_hashing, visible

ROOT = Path(__file__).parents[2]
OF_THE_REPOSITORY = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
PAGES = [*(ROOT / name for name in OF_THE_REPOSITORY), *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_reference_pages_are_those_of_this_code() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


HOOKS = (ROOT / "docs" / "reference" / "hooks.md").read_text(encoding="utf-8")
TYPES = {
    one
    for module in (contracts, documents)
    for one in vars(module).values()
    if isinstance(one, type) and dataclasses.is_dataclass(one)
}


@pytest.mark.parametrize("told", sorted(TYPES - {contracts.PluginKind}, key=str), ids=lambda told: told.__name__)
def test_every_field_of_every_type_of_the_contracts_is_listed(told: type) -> None:
    (source,) = re.findall(rf"\nclass {told.__name__}\b.*?```", HOOKS, re.DOTALL)

    for field in vars(told).get("__annotations__", {}):
        assert f"    {field}: " in source


@pytest.mark.parametrize("kind", contracts.KINDS)
def test_every_attribute_that_a_class_of_components_may_set_is_listed(kind: contracts.Kind) -> None:
    contract = contracts.KINDS[kind].contract
    (page,) = re.findall(rf"\n## {contract.__name__}\n.*?(?=\n## |$)", HOOKS, re.DOTALL)

    for name in vars(contract).get("__annotations__", {}):
        assert f"\n| `{name}` | `" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.fixture
def how_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The plugin of the how-to, installed as it stands there; the page's other block of Python."""
    text = (ROOT / "docs" / "how-to" / "write-a-plugin.md").read_text(encoding="utf-8")
    code, conformance = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    named = re.search(r'entry-points\."(.*?)"\]\n(.*?)\n', text)
    assert named is not None
    group, line = named.groups()
    name, module = (part.strip().strip('"') for part in line.split("="))
    site = install_hashing(tmp_path / "site")
    install(site, "potluck-lines", {group: {name: module}}, {module: code})
    with visible(site, monkeypatch):
        yield conformance


@pytest.mark.parametrize(
    ("settings", "chunks"),
    [
        ("lines", ["第一行", "第二行", "third", "4"]),
        ("{use: lines, shortest: 3}", ["第一行", "第二行", "third", "4"]),
        ("{use: lines, shortest: 4}", ["第一行\n\n  第二行", "third", "4"]),
        ("{use: lines, shortest: 99}", ["第一行\n\n  第二行 \nthird\n4"]),
    ],
)
def test_the_plugin_of_the_how_to_joins_lines_that_are_shorter_than_its_setting(
    settings: str, chunks: list[str], how_to: str, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("第一行\n\n  第二行 \nthird\n4\n \n", encoding="utf-8")
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(f"documents: a.txt\nsplitter: {settings}\nembedder: hashing\n", encoding="utf-8")

    with Recipe.load(recipe) as opened:
        passages = opened.retriever().retrieve("?", 9)

    assert [passage.text for passage in sorted(passages, key=lambda one: one.start)] == chunks


def test_the_plugin_of_the_how_to_keeps_the_rules_of_its_kind(how_to: str, tmp_path: Path) -> None:
    names: dict[str, Any] = {}
    exec(how_to, names)

    kept = 0
    for number, check in enumerate(checks("splitter")):
        with contextlib.suppress(Skipped):
            names["test_it_keeps_the_contract"](check, tmp_path / str(number))
            kept += 1

    assert kept > 8


def test_the_page_about_contracts_names_every_module_that_the_bundled_plugins_use() -> None:
    page = (ROOT / "docs" / "explanation" / "contracts.md").read_text(encoding="utf-8")
    (promised,) = re.findall(r"^- You may import (.*?)^- ", page, re.DOTALL | re.MULTILINE)
    named = {name.split(".")[1] for name in re.findall(r"`(potluck\.[\w.]+)`", promised)}

    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "plugins").rglob("*.py"))
    used = set(re.findall(r"^\s*from potluck\.(\w+)[\w.]* import", code, re.MULTILINE))
    assert len(used) > 8
    assert used - named == set()
