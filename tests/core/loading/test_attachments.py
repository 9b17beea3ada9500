"""Files within files: each is read by the loader of its kind, and what is not read is told."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from potluck.components import components
from potluck.components.components import Components
from potluck.documents import Document, Source
from potluck.errors import NoText
from potluck.loading import attachments
from potluck.loading.failure import LoadFailure
from potluck.loading.worker_process import NoModels
from potluck.planning.preview import show
from potluck.plugins import Plugin
from potluck.recipe import loads
from potluck.workspace import Workspace

Read: TypeAlias = Callable[[str, bytes], Any]


def zipped(files: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def mail(**files: bytes) -> bytes:
    message = EmailMessage()
    message["Subject"] = "Plans"
    message.set_content("See the files.")
    for name, content in files.items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name.replace("_", "."))
    return message.as_bytes()


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    monkeypatch.chdir(tmp_path)

    def read(name: str, content: bytes) -> list[Document] | LoadFailure:
        Path(name).write_bytes(content)
        (found,) = show([Path(name)], None, [])
        return found

    return read


def test_every_file_within_a_file_is_a_document_of_its_own(read: Read) -> None:
    inner = zipped({"deep/說明.md": "# 說明\n鑰匙在三樓".encode(), "t.csv": b"a,b\n1,2\n"})

    documents = read("box.zip", zipped({"m.eml": mail(plan_html=b"<p>The crane is red."), "inner.zip": inner}))

    assert [(one.source, one.text.split("\n")[-1]) for one in documents] == [
        ("box.zip#m.eml", "See the files."),
        ("box.zip#m.eml#plan.html", "The crane is red."),
        ("box.zip#inner.zip#deep/說明.md", "鑰匙在三樓"),
        ("box.zip#inner.zip#t.csv", "a: 1; b: 2"),
    ]
    assert [one.losses for one in documents] == [(), (), (), ()]


def test_what_no_loader_reads_is_told_with_the_file_that_holds_it(read: Read) -> None:
    (document,) = read("m.eml", mail(photo_jpg=b"\xff\xd8\xff", broken_pdf=b"%PDF-"))

    assert document.losses[0] == "attachment not read: photo.jpg"
    assert document.losses[1].startswith("attachment not read: broken.pdf (it is damaged or cut off")


def test_leftovers_of_office_programs_are_passed_over(read: Read) -> None:
    (document,) = read("box.zip", zipped({"a.txt": b"text", "~$a.docx": b"x", "__MACOSX/._a.txt": b"x"}))

    assert (document.source, document.losses) == ("box.zip#a.txt", ())


def test_a_file_within_may_have_a_number_sign_in_its_name(read: Read) -> None:
    documents = read("box.zip", zipped({"C#.txt": b"sharp", "x/D#.jpg": b"\xff\xd8\xff", ".~lock.a.odt#": b"x"}))

    assert [(one.source, one.losses) for one in documents] == [
        ("box.zip#C#.txt", ("attachment not read: x/D#.jpg",)),
    ]


def test_an_archive_of_which_nothing_is_read_says_why(read: Read) -> None:
    failure = read("box.zip", zipped({"photo.jpg": b"\xff\xd8", "a.pdf": b"x"}))

    assert (failure.error, failure.source) == (NoText.__name__, "box.zip")
    said = "nothing in it could be read (attachment not read: photo.jpg; attachment not read: a.pdf"
    assert failure.reason.startswith(said)


def test_archives_in_archives_end_somewhere(read: Read) -> None:
    content = zipped({"a.txt": b"the innermost text"})
    for _ in range(3):
        content = zipped({"a.zip": content})
    assert [one.text for one in read("fits.zip", content)] == ["the innermost text"]

    failure = read("deep.zip", zipped({"a.zip": content}))

    assert "it lies in more than 4 files" in failure.reason


@pytest.mark.parametrize(("limit", "value"), [("MOST_FILES", 2), ("MOST_BYTES", 2 * len(b"text"))])
def test_files_beyond_the_limits_are_told(read: Read, monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    monkeypatch.setattr(attachments, limit, value)

    documents = read("box.zip", zipped({f"{n}.txt": b"text" for n in range(3)}))

    assert [one.source for one in documents] == ["box.zip#0.txt", "box.zip#1.txt"]
    assert len(documents[0].losses) == 1
    assert documents[0].losses[0].startswith("attachment not read: 2.txt (the files in it are more than ")


def test_the_loader_that_is_named_reads_the_file_and_not_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "list.dat").write_bytes(mail(plan_html=b"<p>The crane is red."))

    (found,) = show([tmp_path / "list.dat"], "email", [])

    assert isinstance(found, list)
    assert [one.text.split("\n")[-1] for one in found] == ["See the files.", "The crane is red."]


def test_nothing_is_left_on_the_disk(read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))

    assert len(read("box.zip", zipped({"../../a.txt": b"text", "b.zip": zipped({"c.txt": b"more"})}))) == 2

    assert list(temporary.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["box.zip", "temporary"]


@pytest.mark.parametrize(("name", "is_decided"), [("m.eml", True), ("a.zip", True), ("a.txt", False)])
def test_the_loaders_of_attachments_decide_what_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_decided: bool
) -> None:
    def loader() -> str:
        recipe = loads("documents: '*'\n", tmp_path / "recipe.yaml")
        workspace = Workspace(tmp_path / ".potluck")
        chosen = Components(recipe, workspace, NoModels())
        try:
            return chosen.loader(Source(name, tmp_path / name))[1]
        finally:
            chosen.close()
            workspace.close()

    before = loader()
    libraries_of = components.libraries_of

    def newer(plugin: Plugin) -> dict[str, str]:
        return {**libraries_of(plugin), **({"pypdfium2": "9"} if plugin.name == "pdf" else {})}

    monkeypatch.setattr(components, "libraries_of", newer)

    assert (loader() != before) is is_decided
