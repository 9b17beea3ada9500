"""Files are loaded to be looked at, without a recipe: each gives its documents or why it failed.

Modules: ``potluck.planning.preview``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from potluck.documents import Document
from potluck.errors import PasswordNeeded, RecipeError
from potluck.loading.failure import LoadFailure
from potluck.planning import preview
from potluck.planning.preview import show


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "規範.txt").write_text("道碴厚三十公分", encoding="utf-8")
    (tmp_path / "big5.txt").write_bytes("鋼軌與道岔之間距".encode("big5"))
    (tmp_path / "notes.MD").write_text("# 1.1 鋼軌\n\nrail", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def look(*names: str, loader: str | None = None, overrides: Sequence[str] = ()) -> list[list[Document] | LoadFailure]:
    return list(show([Path(name) for name in names], loader, overrides))


def test_each_file_gives_its_documents_in_order_and_nothing_is_written(home: Path) -> None:
    (first,), (second,) = look("規範.txt", "notes.MD")

    assert isinstance(first, Document)
    assert (first.source, first.text) == ("規範.txt", "道碴厚三十公分")
    assert isinstance(second, Document)
    assert [section.label for section in second.sections] == ["1.1"]
    assert sorted(os.listdir(home)) == ["big5.txt", "notes.MD", "規範.txt"]


def test_what_fails_is_told_in_its_place_and_the_others_are_shown(home: Path) -> None:
    (home / "a.zzz").touch()
    (home / "b.txt").touch()
    os.mkfifo(home / "pipe.txt")

    none, unknown, empty, pipe, last = look("none.txt", "a.zzz", "b.txt", "pipe.txt", "規範.txt")

    found = [(one.source, one.error) for one in (none, unknown, empty) if isinstance(one, LoadFailure)]
    assert found == [("none.txt", "NoDocuments"), ("a.zzz", "UnknownFileType"), ("b.txt", "NoText")]
    assert isinstance(pipe, LoadFailure)
    assert isinstance(last, list)


def test_a_named_loader_reads_any_file_with_its_settings(home: Path) -> None:
    (home / "a.zzz").write_bytes((home / "big5.txt").read_bytes())

    ((document,),) = look("a.zzz", loader="text", overrides=["encoding=big5"])  # type: ignore[misc]

    assert document.text == "鋼軌與道岔之間距"


def test_settings_of_all_documents_reach_the_loader_of_a_type(home: Path) -> None:
    ((document,),) = look("big5.txt", overrides=["encoding=big5"])  # type: ignore[misc]

    assert document.text == "鋼軌與道岔之間距"


@pytest.mark.parametrize(
    ("loader", "overrides", "message"),
    [("txet", [], "did you mean 'text'"), ("text", ["encodin=big5"], "encoding"), (None, ["encoding=x"], "'x'")],
)
def test_a_wrong_loader_or_setting_is_an_error_of_the_recipe(
    home: Path, loader: str | None, overrides: list[str], message: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        look("規範.txt", loader=loader, overrides=overrides)


def test_no_files_give_nothing(home: Path) -> None:
    assert look() == []


def test_a_file_with_a_password_says_how_to_give_it_unless_one_was_given(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise PasswordNeeded("it is encrypted")

    monkeypatch.setattr(preview, "_documents_of", locked)
    monkeypatch.setenv("SECRET_WORD", "芝麻")
    (without,), (given,) = look("規範.txt"), look("規範.txt", overrides=["password=${SECRET_WORD}"])

    assert isinstance(without, LoadFailure)
    assert isinstance(given, LoadFailure)
    assert without.reason == "it is encrypted; give it by an environment variable: --set 'password=${NAME}'"
    assert given.reason == "it is encrypted"
