"""Only what a file must answer for is kept as its failure; whatever else failed is tried again by the next run.

Modules: ``potluck.errors``.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.errors import NoReadableDocument
from potluck.indexing import update as indexing
from potluck.loading.failure import LoadFailure
from potluck.runs import pins
from potluck.stages import discover as discovering
from potluck.stages.discover import discover, discover_documents
from potluck.stages.load import FILES_PER_PROCESS, Loaded, check_any_read, count_processes
from support.fake_plugins import install, install_hashing, visible

FIRST_FAILS = '''
import ctypes, errno, os, signal
from pathlib import Path
import potluck
from potluck import errors
from potluck.contracts import Config, Loader
from potluck.documents import Document

class Settings(Config):
    how: str = ""
    """What happens to the first file that it is asked for."""

class FirstFails(Loader):
    isolated = {isolated}
    def __init__(self, config, context):
        self.how, self.base = config.how, context.base
    def load(self, source):
        log = self.base / "asked"
        first = not log.exists()
        with log.open("a") as file:
            file.write(source.name + "\\n")
        if first and self.how == "SIGKILL":
            os.kill(os.getpid(), signal.SIGKILL)
        elif self.how == "grows" and len(log.read_text().splitlines()) <= 3:
            with source.path.open("a") as file:
                file.write(" And more.")
        elif first and self.how == "half":
            source.path.write_text("The bridge stands since 1925.")
            raise errors.UnreadableDocument("it ends in the middle")
        elif self.how in ("grows", "half"):
            pass
        elif first and self.how == "vanish":
            source.path.unlink()
        elif first and self.how == "memory":
            raise MemoryError
        elif first and self.how == "import":
            import a_package_that_nobody_has
        elif first and self.how.startswith("E"):
            raise OSError(getattr(errno, self.how), os.strerror(getattr(errno, self.how)))
        elif first:
            raise getattr(errors, self.how)("so it was told")
        yield Document(source.name, source.path.read_text())

@potluck.hookimpl
def potluck_loader():
    return potluck.Offer("fails once", Settings, FirstFails)
'''


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    site = install_hashing(tmp_path / "site")
    for name, isolated in (("outside", "True"), ("within", "False")):
        modules = {f"{name}_loader": FIRST_FAILS.replace("{isolated}", isolated)}
        install(site, f"potluck-{name}", {"potluck.loaders": {name: f"{name}_loader"}}, modules)
    home = tmp_path / "home"
    home.mkdir()
    (home / "note.txt").write_text("The bridge stands since 1924.")
    (home / "rest.txt").write_text("It is read whatever happens to the note, so that there is something to index.")
    with visible(site, monkeypatch):
        yield home


def indexed(home: Path, loader: str, how: str) -> list[str]:
    """The classes of the failures."""
    path = home / "recipe.yaml"
    path.write_text(f'documents: {{use: {loader}, how: {how}, path: "*.txt"}}\nembedder: hashing\n')
    with Recipe.load(path) as recipe:
        return [failure.error for failure in recipe.index().failures]


TRIED_AGAIN = {
    "EIO": "DocumentInaccessible",
    "EMFILE": "DocumentInaccessible",
    "EACCES": "DocumentInaccessible",
    "ENOENT": "DocumentInaccessible",
    "memory": "DocumentLimit",
    "import": "MissingDependency",
    "DocumentLimit": "DocumentLimit",
    "DocumentChanged": "DocumentChanged",
    "PasswordNeeded": "PasswordNeeded",
}
LOADERS = ("outside", "within")


@pytest.mark.parametrize("how", TRIED_AGAIN)
@pytest.mark.parametrize("loader", LOADERS)
def test_what_the_machine_may_have_caused_is_tried_again(home: Path, loader: str, how: str) -> None:
    assert indexed(home, loader, how) == [TRIED_AGAIN[how]]
    assert indexed(home, loader, how) == []


def test_a_loader_that_was_killed_is_tried_again(home: Path) -> None:
    assert indexed(home, "outside", "SIGKILL") == ["LoaderCrashed"]
    assert indexed(home, "outside", "SIGKILL") == []


@pytest.mark.parametrize("loader", LOADERS)
def test_a_file_that_is_written_to_while_it_is_read_is_read_by_the_next_run_though_it_is_the_same(
    home: Path, loader: str
) -> None:
    assert indexed(home, loader, "grows") == ["DocumentChanged"]
    written = (home / "note.txt").read_text()

    assert indexed(home, loader, "grows") == []
    assert written.endswith(" And more." * 3)
    assert written == (home / "note.txt").read_text()


@pytest.mark.parametrize("loader", LOADERS)
def test_a_file_that_was_half_written_when_it_failed_is_read_again_at_once(home: Path, loader: str) -> None:
    assert indexed(home, loader, "half") == []

    (home / "note.txt").write_text("The bridge stands since 1924.")
    assert indexed(home, loader, "half") == [], "and what it held before is not known as damaged"


@pytest.mark.parametrize("how", ["UnreadableDocument", "NoText"])
@pytest.mark.parametrize("loader", LOADERS)
def test_what_the_file_must_answer_for_is_kept_until_the_file_changes(home: Path, loader: str, how: str) -> None:
    assert indexed(home, loader, how) == [how]
    assert indexed(home, loader, how) == [how]
    assert (home / "asked").read_text() == "note.txt\nrest.txt\n"

    (home / "note.txt").write_text("The bridge stands since 1925.")
    assert indexed(home, loader, how) == []


@pytest.mark.parametrize("loader", LOADERS)
def test_a_file_that_vanishes_while_it_is_read_is_told_and_the_others_are_read(home: Path, loader: str) -> None:
    (home / "other.txt").write_text("Another one.")

    assert indexed(home, loader, "vanish") == ["DocumentVanished"]
    assert indexed(home, loader, "vanish") == []


def test_a_file_that_vanishes_after_its_folder_was_listed_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "other.txt").write_text("Another one.")

    def list_and_remove(*arguments: object) -> object:
        found = discover_documents(*arguments)  # type: ignore[arg-type]
        (home / "note.txt").unlink()
        return found

    monkeypatch.setattr(indexing, "discover_documents", list_and_remove)
    assert indexed(home, "within", "EIO") == ["DocumentVanished", "DocumentInaccessible"]


def test_a_run_pins_the_documents_that_are_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "other.txt").write_text("Another one.")
    os.mkfifo(home / "pipe.txt")
    (home / "recipe.yaml").write_text('documents: "*.txt"\nembedder: hashing\n')

    def list_and_remove(*arguments: object) -> object:
        found = discover_documents(*arguments)  # type: ignore[arg-type]
        (home / "note.txt").unlink()
        return found

    monkeypatch.setattr(pins, "discover_documents", list_and_remove)
    with Recipe.load(home / "recipe.yaml") as recipe:
        assert list(pins.pins(recipe.model, recipe.components)["document"]) == ["other.txt", "rest.txt"]


def test_a_folder_that_vanishes_while_folders_are_listed_is_as_if_it_had_not_been_there(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "a" / "deep").mkdir(parents=True)
    (home / "a" / "deep" / "one.txt").write_text("one")
    (home / "b").mkdir()
    (home / "b" / "two.txt").write_text("two")
    real = os.stat

    def stat(path: object, **named: object) -> os.stat_result:
        if str(path).endswith("/a"):
            raise FileNotFoundError(errno.ENOENT, "gone", str(path))
        return real(path, **named)  # type: ignore[arg-type, call-overload, no-any-return]

    monkeypatch.setattr(discovering.os, "stat", stat)
    assert [source.name for source in discover(home, ["."])] == ["b/two.txt", "note.txt", "rest.txt"]


def test_a_folder_that_cannot_be_listed_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "closed").mkdir()
    real, real_list = os.scandir, os.listdir

    def denied(path: object) -> None:
        if str(path).endswith("/closed"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    def scandir(path: object = ".") -> object:
        denied(path)
        return real(path)  # type: ignore[call-overload]

    def listdir(path: object = ".") -> object:
        denied(path)
        return real_list(path)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(os, "listdir", listdir)
    (home / "all.yaml").write_text("documents: {path: ., exclude: ['*.yaml']}\nembedder: hashing\n")
    with Recipe.load(home / "all.yaml") as recipe:
        failures = recipe.index().failures

    assert [str(failure) for failure in failures] == ["closed: it cannot be read: Permission denied"]


@pytest.mark.parametrize(
    ("files", "processors", "processes"),
    [
        (0, 4, 1),
        (1, 4, 1),
        (FILES_PER_PROCESS, 4, 1),
        (FILES_PER_PROCESS + 1, 4, 2),
        (FILES_PER_PROCESS * 3, 4, 3),
        (FILES_PER_PROCESS * 9, 4, 4),
        (FILES_PER_PROCESS * 9, 1, 1),
    ],
)
def test_a_process_is_started_for_every_eight_files_up_to_one_per_processor(
    files: int, processors: int, processes: int
) -> None:
    assert count_processes(files, processors) == processes


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, ["the only document could not be read: 0.pdf: it is damaged"]),
        (2, ["none of the 2 documents could be read:", "  0.pdf: it is damaged", "  1.pdf: it is damaged"]),
        (5, ["none of the 5 documents could be read:", *(f"  {number}.pdf: it is damaged" for number in range(5))]),
        (
            7,
            [
                "none of the 7 documents could be read:",
                *(f"  {number}.pdf: it is damaged" for number in range(5)),
                "  and 2 more",
            ],
        ),
    ],
)
def test_that_no_document_could_be_read_is_an_error_that_names_five(count: int, said: list[str]) -> None:
    failures = [LoadFailure(f"{number}.pdf", "UnreadableDocument", "it is damaged") for number in range(count)]

    with pytest.raises(NoReadableDocument) as raised:
        check_any_read(Loaded(failures=failures))
    assert str(raised.value).splitlines() == said
    check_any_read(Loaded(loads={"a.txt": "0"}, failures=failures))
    check_any_read(Loaded())
    assert Loaded().new == 0
