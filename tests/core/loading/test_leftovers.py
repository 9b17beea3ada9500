"""Files that programs leave beside documents are told from documents by their names alone.

Modules: ``potluck.loading.leftovers``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.loading.leftovers import is_leftover


@pytest.mark.parametrize(
    "name",
    [
        "~$規範.docx",
        "資料/~$a.xlsx",
        ".~lock.規範.odt#",
        "~wrl0001.tmp",
        "~WRD0002.TMP",
        "~wrc9.tmp",
        "Thumbs.db",
        "ehthumbs.db",
        "EHTHUMBS_VISTA.DB",
        "Desktop.ini",
        ".DS_Store",
        "._規範.docx",
        "__MACOSX/規範.docx",
        "a/__macosx/b.txt",
        "資料/potluck.lock",
        "資料/題目.predictions.jsonl",
        "q.predictions.CSV",
        "q.predictions.tsv",
    ],
)
def test_what_office_programs_and_systems_leave_is_not_a_document(name: str) -> None:
    assert is_leftover(Path(name))


@pytest.mark.parametrize(
    "name",
    [
        "規範.docx",
        "a~$b.docx",
        "~規範.docx",
        ".~lock.規範.odt",
        "lock.規範.odt#",
        "~wrl.tmp",
        "~wrx0001.tmp",
        "~wrl0001.txt",
        "thumbs.db.txt",
        "my thumbs.db",
        "desktop.ini.txt",
        "DS_Store",
        "_規範.docx",
        "__macosx/a/b.txt",
        "__macosx",
        "macosx/b.txt",
    ],
)
def test_a_document_with_a_similar_name_is_a_document(name: str) -> None:
    assert not is_leftover(Path(name))
