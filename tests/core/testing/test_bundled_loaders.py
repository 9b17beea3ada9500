"""Every bundled loader keeps the rules of loaders, with the samples of the kit and with real files.

Modules: ``potluck.testing.loader``, ``potluck.testing.isolated_reading``, ``potluck.testing.samples``.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from potluck import plugins
from potluck.errors import MissingDependency
from potluck.testing import Check, checks
from support.kits import hold

WRITTEN = ("csv", "email", "html", "ipynb", "json", "markdown", "text", "xml")
"""The bundled loaders that claim formats of which the kit writes samples."""
OFTEN = ("csv", "html", "json")
"""Those that are tried on each change: real files try the rules on the others too."""
REAL = {
    "archive": ("own_notion_export.zip",),
    "csv": ("own_discord_messages.csv", "stanley-cups-utf-16.csv", "test_mskanji.csv"),
    "email": ("zh_mail_big5.eml", "mime-different-plain-html.eml", "fake-email.msg", "testMSG.msg"),
    "epub": ("zh_article.epub", "eng_spa_mult.epub"),
    "evernote": ("zh_notes.enex", "sample_notebook.enex"),
    "html": ("zh_article_big5.html", "fake-html-cp1252.html", "testHTML_charset_utf16le.html"),
    "ipynb": ("test_notebook.ipynb",),
    "json": ("own_discord_export.json", "test.json"),
    "markdown": ("zh_article.md", "simple-table.md"),
    "notion": ("own_notion_export.zip",),
    "office": (*(f"zh_article.{kind}" for kind in ("doc", "docx", "odt", "pptx", "rtf", "xlsx")), "test.xls"),
    "pdf": ("zh_article.pdf", "pdflatex-outline.pdf", "multilang.pdf", "simple1.pdf"),
    "text": tuple(f"zh_article_{encoding}.txt" for encoding in ("big5", "gb18030", "utf16le_bom", "utf8_bom")),
    "unstructured": ("zh_article.docx", "zh_article.md", "zh_article_utf8.html", "zh_article_utf8_bom.txt"),
    "xml": ("factbook.xml",),
}
"""Real files for each bundled loader."""
WRITTEN_LACK = {
    "reads-its-samples": {"email"},
    "sections-lie-in-the-text": {"csv", "email", "json", "xml"},
    "pages-lie-in-the-text": set(WRITTEN),
    "encodings": {"email"},
    "reads-only-its-file": set(WRITTEN) - {"html", "xml"},
}
"""Rules that are skipped because the kit writes no sample for them, and for which loaders. That they are is tested."""
REAL_LACK = {
    "reads-its-samples": {"archive", "csv", "email", "html", "json", "markdown", "office", "text"},
    "sections-lie-in-the-text": {"csv", "email", "json", "text", "xml"},
    "pages-lie-in-the-text": set(REAL) - {"office", "pdf", "unstructured"},
    "line-ends": {"archive", "epub", "html", "notion", "office", "pdf"},
    "encodings": {"archive", "email", "epub", "evernote", "html", "notion", "office", "pdf", "xml"},
    "no-silent-loss": {"html"},
    "reads-only-its-file": set(REAL) - {"evernote", "unstructured", "xml"},
}
"""Rules that are skipped because no real file suits them, and for which loaders."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in OFTEN else pytest.mark.slow) for name in WRITTEN]
)
@pytest.mark.parametrize("check", checks("loader"), ids=str)
def test_a_bundled_loader_keeps_the_contract_with_the_samples_of_the_kit(
    check: Check, name: str, tmp_path: Path
) -> None:
    hold(check, name, {}, tmp_path, lacking(WRITTEN_LACK, name))


def lacking(rules: Mapping[str, Collection[str]], name: str) -> set[str]:
    """The rules for which a loader's samples lack something."""
    return {rule for rule, names in rules.items() if name in names}


def _pace(rule: str, name: str) -> list[pytest.MarkDecorator]:
    """``unstructured`` loads for seconds in every process that a rule starts."""
    return (
        [pytest.mark.slow] if name == "unstructured" and rule not in ("sections-lie-in-the-text", "interleaved") else []
    )


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        pytest.param(check.rule, name, marks=_pace(check.rule, name), id=f"{check.rule}-{name}")
        for check in checks("loader")
        for name in REAL
    ],
)
def test_a_bundled_loader_keeps_the_contract_with_real_files(
    rule: str, name: str, tmp_path: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # LibreOffice would be started for every damaged file, for a second each; test_libreoffice.py has its tests.
    monkeypatch.setenv("PATH", str(tmp_path))
    try:
        plugins.require(plugins.find("loader", name))
    except MissingDependency as missing:
        pytest.skip(str(missing))
    docs = shared_data / "docs"
    must = {row["file"]: row["must"] for row in json.loads((docs / "expected.json").read_text(encoding="utf-8"))}
    (check,) = (one for one in checks("loader", {docs / file: must[file] for file in REAL[name]}) if one.rule == rule)
    hold(check, name, {}, tmp_path, lacking(REAL_LACK, name))


def test_every_bundled_loader_is_held_against_the_kit() -> None:
    bundled = [one for one in plugins.installed_plugins() if one.kind == "loader" and one.package == "potluck"]
    alone = {
        one.name for one in bundled if not any(f.is_required() for f in plugins.offer(one).config.model_fields.values())
    }
    assert alone == set(REAL)
