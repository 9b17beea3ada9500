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


def test_a_question_to_its_folder_while_that_is_empty_is_told_where_documents_go(tmp_path: Path) -> None:
    potluck("init", cwd=tmp_path)

    done = potluck("ask", ".", "哪一年？", cwd=tmp_path)

    assert done.returncode == 1
    told = "the folder holds no documents but 2 files that the recipe reads as something else, or excludes; put"
    assert f"{tmp_path}: {told} documents there" in done.stderr


def test_what_the_lock_is_written_into_is_not_a_document_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "橋.txt").write_text("The bridge was built in 1936. 橋建於 1936 年。", encoding="utf-8")
    potluck("init", cwd=tmp_path)

    assert potluck("lock", "recipe.yaml", cwd=tmp_path).returncode == 0
    assert potluck("lock", "recipe.yaml", "--check", cwd=tmp_path).stdout == "as pinned\n"
