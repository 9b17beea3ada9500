"""An error that nobody expects names the plugin whose method raised it.

Modules: ``potluck.failed_plugin``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.failed_plugin import name_plugin
from support.commands import potluck
from support.fake_plugins import install, visible

CODE = """
import potluck
from potluck.contracts import Config, Splitter

class Lines(Splitter):
    def __init__(self, config, context):
        pass

    def split(self, document):
        yield from self.cut(document.text)

    def cut(self, text):
        return [][int(len(text) > 0)]

@potluck.hookimpl
def potluck_splitter():
    return potluck.Offer("lines", Config, Lines)
"""


def test_the_plugin_the_error_the_method_and_the_line_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, home = tmp_path / "site", tmp_path / "home"
    install(site, "potluck-brittle", {"potluck.splitters": {"brittle": "brittle"}}, {"brittle": CODE})
    home.mkdir()
    (home / "筆記.txt").write_text("道碴厚度不得小於三十公分。", encoding="utf-8")
    (home / "recipe.yaml").write_text("documents: 筆記.txt\nsplitter: brittle\n", encoding="utf-8")

    with visible(site, monkeypatch):
        done = potluck("ask", "recipe.yaml", "多深？", cwd=home)

    assert done.returncode == 1
    assert done.stderr == (
        "splitter 'brittle' of potluck-brittle 1.0 failed: IndexError: list index out of range; cut raised it, "
        "brittle.py:13\npotluck --debug shows where\n"
    )


def test_an_error_of_no_plugin_stays_as_it_is() -> None:
    error = ZeroDivisionError("除以零")
    assert name_plugin(error) is error
