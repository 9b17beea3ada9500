"""Paths, folders and globs mean the files that a person would expect.

Modules: ``potluck.stages.discover``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from potluck.errors import NoDocuments
from potluck.stages.discover import discover


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")


def names(folder: Path, *patterns: str, exclude: tuple[str, ...] = ()) -> list[str]:
    return [source.name for source in discover(folder, patterns, exclude)]


def test_a_folder_means_all_files_below_it_that_are_not_hidden(tmp_path: Path) -> None:
    make(tmp_path, "規範/b.txt", "規範/a/c.doc", "規範/.git/x", "規範/.hidden")

    assert names(tmp_path, "規範") == ["規範/a/c.doc", "規範/b.txt"]


def test_a_glob_may_span_folders(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "b/c/d.txt", "b/e.doc")

    assert names(tmp_path, "**/*.txt") == ["a.txt", "b/c/d.txt"]


def test_odd_names_are_found_and_a_name_with_brackets_means_itself(tmp_path: Path) -> None:
    odd = ["-n.txt", "50% off.txt", "two  blanks.txt", "第[1]章.txt", "#x.txt"]
    make(tmp_path, *odd)

    assert names(tmp_path, ".") == sorted(odd)
    assert names(tmp_path, "第[1]章.txt") == ["第[1]章.txt"]


def test_files_apart_are_passed_over_unless_a_pattern_names_them(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "問題.csv", "內/問題.csv")
    (tmp_path / "alias").symlink_to(tmp_path)
    apart = [tmp_path / "alias" / "問題.csv"]

    assert [one.name for one in discover(tmp_path, ["."], apart=apart)] == ["a.txt", "內/問題.csv"]
    assert [one.name for one in discover(tmp_path, ["*.csv", "a.txt"], apart=[tmp_path / "a.txt"])] == [
        "a.txt",
        "問題.csv",
    ]
    for patterns in (["問題.csv"], [".", "問題.csv"]):
        assert "問題.csv" in [one.name for one in discover(tmp_path, patterns, apart=apart)]
    with pytest.raises(
        NoDocuments, match=r"^\*\.csv: no documents but 1 file that the recipe reads as something else;"
    ):
        discover(tmp_path, ["*.csv"], apart=apart)


def test_a_file_that_two_patterns_match_comes_once(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "b.txt")

    assert names(tmp_path, "*.txt", "a.txt") == ["a.txt", "b.txt"]


def test_exclude_leaves_out_by_name_or_pattern(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "draft/b.txt", "c.md")

    assert names(tmp_path, ".", exclude=("draft/*", "*.md")) == ["a.txt"]
    with pytest.raises(NoDocuments, match="no documents but 3 files, all of which 'exclude' names"):
        names(tmp_path, ".", exclude=("*",))


LEFTOVERS = ["~$report.docx", ".~lock.report.odt#", "Thumbs.db", "desktop.ini", ".DS_Store", "~WRL0001.tmp"]
LEFTOVERS += ["__MACOSX/._report.docx", "ehthumbs.db", "._報告.docx", "__MACOSX/報告.txt", "~WRD0003.tmp"]


@pytest.mark.parametrize("pattern", ["文件", "文件/**/*", "文件/**/.*", "文件/**/~*", "文件/*/*"])
def test_what_office_programs_and_systems_leave_behind_is_passed_over(tmp_path: Path, pattern: str) -> None:
    make(tmp_path, *(f"文件/{name}" for name in LEFTOVERS), "文件/報告.docx", "文件/a/~b.txt", "文件/.~a.txt")

    assert {Path(name).name for name in names(tmp_path, pattern)} <= {"報告.docx", "~b.txt", ".~a.txt"}


@pytest.mark.parametrize("name", ["report~$.docx", "thumbs.db.txt", "my desktop.ini.md", "~WRLD.tmp", "lock.a#"])
def test_a_document_whose_name_is_near_a_leftovers_is_found(tmp_path: Path, name: str) -> None:
    make(tmp_path, name)

    assert names(tmp_path, ".") == [name]


def test_a_leftover_that_is_named_is_found_so_that_it_can_be_reported(tmp_path: Path) -> None:
    make(tmp_path, *LEFTOVERS)

    assert names(tmp_path, *LEFTOVERS) == sorted(LEFTOVERS)
    with pytest.raises(NoDocuments, match="no document matches"):
        names(tmp_path, "*.db")


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    make(tmp_path, "a/b.txt")
    os.symlink(tmp_path / "a", tmp_path / "a" / "again")

    assert names(tmp_path, "a") == ["a/b.txt"]


def test_a_dangling_link_is_found_so_that_it_can_be_reported(tmp_path: Path) -> None:
    os.symlink(tmp_path / "nowhere", tmp_path / "link.txt")

    assert names(tmp_path, "*.txt") == ["link.txt"]


def test_a_file_outside_the_recipes_folder_is_named_as_the_recipe_names_it(tmp_path: Path) -> None:
    """Relative paths are the same on another machine; what was written in full is shown in full."""
    make(tmp_path, "elsewhere/a.txt", "recipe/x")
    full = (tmp_path / "elsewhere/a.txt").resolve().as_posix()

    assert names(tmp_path / "recipe", "../elsewhere/*.txt") == ["../elsewhere/a.txt"]
    assert names(tmp_path / "recipe", full) == [full]
    assert names(tmp_path / "recipe", str(tmp_path / "recipe" / "x")) == ["x"]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("nots/*.txt", "no document matches this below"),
        ("nots/a.txt", "there is no folder"),
        ("notes/a.txtt", "did you mean 'a.txt'"),
        ("empty", "holds no documents"),
    ],
)
def test_a_pattern_that_matches_nothing_says_why(tmp_path: Path, pattern: str, message: str) -> None:
    make(tmp_path, "notes/a.txt")
    (tmp_path / "empty").mkdir()

    with pytest.raises(NoDocuments, match=message):
        names(tmp_path, pattern)


def test_a_single_file_that_is_excluded_and_a_folder_of_them_are_told(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "b/c.txt")

    with pytest.raises(NoDocuments) as raised:
        names(tmp_path, "a.txt", exclude=("*.txt",))
    assert str(raised.value) == "a.txt: no documents but one file, which 'exclude' names; put documents there"
    with pytest.raises(NoDocuments) as raised:
        names(tmp_path, "a.txt", "b", exclude=("*.txt",))
    assert str(raised.value).startswith("a.txt, b: no documents but 2 files, all of which 'exclude' names")
    with pytest.raises(NoDocuments) as raised:
        names(tmp_path, ".", exclude=("*.txt",))
    assert str(raised.value).startswith(f"{tmp_path}: the folder holds no documents but 2 files")


def test_an_empty_folder_is_named_as_it_was_meant(tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()

    for pattern, said in (
        ("空", "空: the folder holds no documents"),
        (".", f"{tmp_path}: the folder holds no documents"),
    ):
        with pytest.raises(NoDocuments) as raised:
            names(tmp_path, pattern)
        assert str(raised.value) == said


def test_the_home_of_a_user_is_meant_by_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "home/a.txt")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    assert names(tmp_path / "elsewhere", "~/a.txt") == [(tmp_path / "home/a.txt").resolve().as_posix()]
