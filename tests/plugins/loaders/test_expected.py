"""Real files of every format, and corrupt, encrypted and hostile ones, checked against what is expected of them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from potluck.errors import DocumentError
from support.loading import expected, holds, load_file

KINDS = {
    "csv": "csv",
    "tsv": "csv",
    "eml": "email",
    "msg": "email",
    "epub": "epub",
    "enex": "evernote",
    "html": "html",
    "ipynb": "ipynb",
    "json": "json",
    "md": "markdown",
    "zip": "notion",
    "pdf": "pdf",
    "txt": "text",
    "xml": "xml",
}


def test_the_phrases_of_every_real_file_come_out(shared_data: Path, whole_data: bool) -> None:
    rows = expected(shared_data / "docs", KINDS)

    missed = [
        row["file"] for name, row in rows if not holds(load_file(name, shared_data / "docs" / row["file"]), row["must"])
    ]

    assert missed == []
    assert len(rows) == (46 if whole_data else 45)


def test_scripts_are_not_among_the_text(shared_data: Path) -> None:
    for name in ("zh_article_big5.html", "zh_article_utf8.html"):
        (document,) = load_file("html", shared_data / "docs" / name)
        assert "腳本文字" not in document.text


def outcome(name: str, path: Path, row: dict[str, Any], **settings: Any) -> str:
    """What came of a file, in the words of ``expected.json``; ``silent`` for text without its phrases."""
    try:
        documents = load_file(name, path, **settings)
    except DocumentError as error:
        return {"PasswordNeeded": "password", "NoText": "no_text"}.get(type(error).__name__, "error")
    text = " ".join(document.text for document in documents)
    assert not any(forbidden in text for forbidden in row.get("forbidden") or ())
    if not text.strip():
        return "no_text"
    return "text" if holds(documents, row["must"]) else "silent"


ALLOWED = {
    "error": {"error"},
    "password": {"password"},
    "no_text": {"no_text"},
    "text": {"text"},
    "either": {"text", "error", "no_text"},
    "safe": {"text", "error"},
}


def test_bad_files_are_what_they_are_expected_to_be(shared_data: Path, whole_data: bool) -> None:
    rows = expected(shared_data / "bad", KINDS)
    wrong = []
    for name, row in rows:
        started = time.monotonic()
        found = outcome(name, shared_data / "bad" / row["file"], row)
        assert time.monotonic() - started < 30
        if found not in ALLOWED[row["expect"]]:
            wrong.append((row["file"], row["expect"], found))
        assert not any((shared_data / "bad" / path).exists() for path in row.get("forbidden_paths") or ())

    assert wrong == []
    assert len(rows) == (34 if whole_data else 31)


def test_the_password_opens_what_is_encrypted(shared_data: Path) -> None:
    rows = [row for _, row in expected(shared_data / "bad", {"pdf": "pdf"}) if row.get("password")]

    for row in rows:
        assert outcome("pdf", shared_data / "bad" / row["file"], row, password=row["password"]) == "text"
    assert len(rows) == 4


def test_damage_that_is_read_over_is_reported(shared_data: Path) -> None:
    reported = {
        "own_invalid_utf8.txt": "text",
        "own_nul.csv": "csv",
        "own_wrong_charset.eml": "email",
        "own_xxe.enex": "evernote",
    }

    for file, name in reported.items():
        assert any(document.losses for document in load_file(name, shared_data / "bad" / file)), file
