"""``potluck init`` says what it found, what it wrote, and what to do next.

Modules: ``potluck.cli.init``.
"""

from __future__ import annotations

from pathlib import Path

from support.commands import potluck


def test_it_says_what_it_found_what_it_wrote_and_what_is_next(tmp_path: Path) -> None:
    (tmp_path / "我的 文件").mkdir()
    for name in ("a.txt", "b.txt", "c.pdf", "d.png", "e"):
        (tmp_path / "我的 文件" / name).touch()

    done = potluck("init", "我的 文件", cwd=tmp_path)

    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "5 files: 2 .txt, 1 .pdf, 1 .png, 1 without an ending",
        "wrote 我的 文件/recipe.yaml",
        "wrote 我的 文件/questions.jsonl",
        "next: potluck ask '我的 文件' 'Your question?'",
    ]
    assert "no installed loader reads .png files" in done.stderr


def test_here_without_documents_it_asks_for_some(tmp_path: Path) -> None:
    potluck("init", cwd=tmp_path)
    again = potluck("init", cwd=tmp_path)

    assert again.stdout.splitlines() == [
        "0 files",
        "recipe.yaml is there already, and stays as it is",
        "questions.jsonl is there already, and stays as it is",
        "next: put documents into ., then potluck ask . 'Your question?'",
    ]
