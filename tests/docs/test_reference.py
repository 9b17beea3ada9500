"""The reference is written from the code, and every page can be reached."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from potluck.testing import Skipped, checks

ROOT = Path(__file__).parents[2]
OF_THE_REPOSITORY = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
PAGES = [*(ROOT / name for name in OF_THE_REPOSITORY), *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_reference_pages_are_those_of_this_code() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_the_plugin_of_the_how_to_works_as_it_stands_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from potluck import Recipe
    from support.fake_plugins import install, install_hashing, visible

    text = (ROOT / "docs" / "how-to" / "write-a-plugin.md").read_text(encoding="utf-8")
    code, conformance = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (group, line) = re.search(r'entry-points\."(.*?)"\]\n(.*?)\n', text).groups()
    name, module = (part.strip().strip('"') for part in line.split("="))
    site = install_hashing(tmp_path / "site")
    install(site, "potluck-lines", {group: {name: module}}, {module: code})
    (tmp_path / "a.txt").write_text("第一行\n\n  第二行 \nthird", encoding="utf-8")
    (tmp_path / "recipe.yaml").write_text("documents: a.txt\nsplitter: lines\nembedder: hashing\n", encoding="utf-8")

    with visible(site, monkeypatch), Recipe.load(tmp_path / "recipe.yaml") as recipe:
        passages = recipe.retriever().retrieve("?", 9)
        said: dict[str, Any] = {}
        exec(conformance, said)
        for number, check in enumerate(checks("splitter")):
            with contextlib.suppress(Skipped):
                said["test_it_keeps_the_contract"](check, tmp_path / str(number))

    assert sorted(passage.text for passage in passages) == ["third", "第一行", "第二行"]
