"""``potluck load``: what is seen in files.

Modules: ``potluck.cli.load``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from potluck.cli.load import _print
from potluck.documents import Document, Page, Section
from support.commands import potluck


def test_load_shows_each_file_and_fails_for_one_without_hiding_the_others(notes_home: Path) -> None:
    names = ["-dash.txt", "50% off.txt", "two  blanks.txt", "中文　全形.txt"]
    for name in names:
        (notes_home / name).write_text(f"內容 of {name}", encoding="utf-8")

    done = potluck("load", "--json", "--", *names, "nothing.txt", "notes")

    assert done.returncode == 1
    rows = json.loads(done.stdout)
    assert [row["text"] for row in rows if row["source"] in names] == [f"內容 of {name}" for name in names]
    (failed,) = [row for row in rows if "error" in row]
    assert failed["source"] == "nothing.txt"
    assert {row["source"] for row in rows} >= {"notes/規範.txt", "notes/talk.txt"}


def test_load_takes_a_loader_and_its_settings(notes_home: Path) -> None:
    (notes_home / "old.dat").write_bytes("短鋼軌".encode("big5"))

    (row,) = json.loads(potluck("load", "old.dat", "--loader", "text", "--set", "encoding=big5", "--json").stdout)

    assert row["text"] == "短鋼軌"
    assert row["metadata"]["encoding"] == "big5"


def test_an_encrypted_file_is_told_with_the_option_that_opens_it(shared_data: Path) -> None:
    path = str(shared_data / "bad" / "password_protected.xlsx")

    locked = potluck("load", path)
    assert (locked.returncode, locked.stdout) == (1, "")
    assert locked.stderr.endswith("it is encrypted; give it by an environment variable: --set 'password=${NAME}'\n")
    wrong = potluck("load", path, "--set", "password=${NAME}", NAME="nonsense")
    assert wrong.stderr.endswith("it is encrypted, and the password does not open it\n")


def test_a_file_that_is_not_there_is_named_once(tmp_path: Path) -> None:
    done = potluck("load", "沒有.pdf", cwd=tmp_path)

    assert done.returncode == 1
    assert done.stderr.endswith(f"not read: 沒有.pdf: there is no such file or folder below {tmp_path}\n")


def test_a_document_is_shown_with_its_parts_and_what_was_lost(capsys: pytest.CaptureFixture[str]) -> None:
    text = "總則\n軌距"
    document = Document(
        "規範.doc",
        text,
        sections=(Section(0, 2, "1", "總則", 1),),
        pages=(Page(0, 3, 1), Page(3, 5, 2)),
        metadata={"author": "工務\n局"},
        losses=("a picture",),
    )

    _print([document])
    _print([Document("空.txt", "")])

    assert capsys.readouterr().out == (
        "規範.doc: 5 characters, 1 section, 2 pages\n"
        f"  author: 工務\\n局\n  lost: a picture\n{text}\n"
        "空.txt: 0 characters\n\n"
    )
