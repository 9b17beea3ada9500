"""The ``archive`` loader: archives as folders.

Tests of ``potluck_plugins.loaders._shared.members`` and ``potluck_plugins.loaders._shared.notion_pages``.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Mapping

import pytest

from potluck.documents import Attachment
from potluck.errors import DocumentLimit, NoText, PasswordNeeded, UnreadableDocument
from potluck_plugins.loaders._shared import archive
from support.loading import attachments_of, load

FILES = {"a.txt": b"The depot opens at 6.", "sub/說明.html": "<p>鑰匙在三樓</p>".encode()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return file.getvalue()


def tarred(files: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as made:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(link)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("x.zip", zipped),
        ("x.tar", tarred),
        ("x.tgz", lambda files: gzip.compress(tarred(files))),
        ("x.tar.bz2", lambda files: bz2.compress(tarred(files))),
        ("x.tar.xz", lambda files: lzma.compress(tarred(files))),
    ],
)
def test_the_files_of_an_archive_are_handed_on(name: str, pack: Callable[[Mapping[str, bytes]], bytes]) -> None:
    assert attachments_of("archive", pack(FILES), name) == [
        Attachment(f"{name}#{inner}", content) for inner, content in FILES.items()
    ]


@pytest.mark.parametrize("name", ["Export-1.zip", "docs.zip"])
def test_a_tar_with_an_archive_in_it_is_read_as_a_tar(name: str) -> None:
    files = {**FILES, name: zipped({PAGE: b"# page"})}

    assert [one.name for one in attachments_of("archive", tarred(files), "x.tar")] == [f"x.tar#{one}" for one in files]


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_file_is_handed_on_under_its_name_within(compress: Callable[[bytes], bytes]) -> None:
    found = attachments_of("archive", compress(b"text"), "notes.txt.gz")

    assert found == [Attachment("notes.txt.gz#notes.txt", b"text")]


def test_links_of_an_archive_are_left_out_and_told() -> None:
    (document,) = load("archive", tarred(FILES), "x.tar")

    assert document.losses == ("links and other things that are not files were left out: 1",)


@pytest.mark.parametrize("name", ["../../etc/a.txt", "/etc/a.txt", "..\\etc\\a.txt", "./etc/a.txt"])
def test_a_name_never_leads_out_of_the_archive(name: str) -> None:
    (found,) = attachments_of("archive", zipped({name: b"x"}), "x.zip")

    assert found.name == "x.zip#etc/a.txt"


class _Member(zipfile.ZipInfo):
    """A member whose name is written in the bytes of any encoding, as programs do that know nothing of UTF-8."""

    def __init__(self, name: bytes) -> None:
        super().__init__(name.decode("cp437"))
        self._name = name

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self._name, self.flag_bits


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("big5", "規格說明書及檢查報告.txt"),
        ("gb18030", "规格说明书和检查报告.txt"),
        ("cp932", "この説明書についてのお知らせ.txt"),
    ],
)
def test_names_in_other_encodings_are_read(encoding: str, name: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(_Member(name.encode(encoding)), b"text")

    (found,) = attachments_of("archive", file.getvalue(), "x.zip")

    assert found.name == f"x.zip#{name}"


def test_a_name_that_was_taken_for_code_page_437_is_read() -> None:
    (found,) = attachments_of("archive", zipped({"規格.txt".encode("big5").decode("cp437"): b"text"}), "x.zip")

    assert found.name == "x.zip#規格.txt"


def test_a_damaged_member_costs_that_member() -> None:
    content = bytearray(zipped({"a.txt": bytes(range(256)) * 9, "b.txt": b"b"}))
    place = content.index(b"a.txt") + 40
    content[place : place + 9] = b"\xff" * 9

    assert [one.name for one in attachments_of("archive", bytes(content), "x.zip")] == ["x.zip#b.txt"]
    (document,) = load("archive", bytes(content), "x.zip")
    assert document.losses == ("the file a.txt is damaged and was not read",)


def test_an_encrypted_archive_asks_for_a_password() -> None:
    content = bytearray(zipped({"a.txt": b"text"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1

    with pytest.raises(PasswordNeeded):
        attachments_of("archive", bytes(content), "x.zip")


CUT_OFF = gzip.compress(bytes(range(256)) * 99, mtime=0)[:80]


@pytest.mark.parametrize("content", [b"", b"plain text", b"PK\x03\x04", CUT_OFF])
def test_what_is_not_an_archive_is_an_error(content: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        attachments_of("archive", content, "x.zip")


def test_an_archive_without_files_says_so() -> None:
    with pytest.raises(NoText, match="there are no files in it"):
        attachments_of("archive", zipped({"folder/": b"", "empty.txt": b""}), "x.zip")


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped({"a.txt": content})])
def test_an_archive_that_inflates_without_end_is_refused(pack: Callable[[bytes], bytes]) -> None:
    with pytest.raises(DocumentLimit, match="looks like a bomb"):
        attachments_of("archive", pack(b"\0" * (300 << 20)), "x.gz")


def test_a_member_that_inflates_without_end_costs_that_member() -> None:
    content = zipped({"a.txt": b"a", "bomb.txt": b"\0" * (40 << 20), "c.txt": b"c" * (2 << 20)})

    assert [one.name for one in attachments_of("archive", content, "x.zip")] == ["x.zip#a.txt", "x.zip#c.txt"]
    (document,) = load("archive", content, "x.zip")
    (loss,) = document.losses
    assert loss.startswith("the file bomb.txt was not read: the archive inflates to more than 17 MiB")


def test_members_beyond_what_an_archive_may_hold_are_left_out_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_INFLATED", 3000)
    content = zipped({name: bytes(range(250)) * 5 for name in ("a.txt", "b.txt", "c.txt")})

    assert [one.name for one in attachments_of("archive", content, "x.zip")] == ["x.zip#a.txt", "x.zip#b.txt"]
    assert "c.txt" in load("archive", content, "x.zip")[0].losses[0]


PAGE = "總則 0123456789abcdef0123456789abcdef.md"


@pytest.mark.parametrize("names", [(PAGE, "a.png"), ("ExportBlock-01234567-89ab-Part-1.zip",)])
def test_an_export_of_notion_is_told_by_its_content(names: tuple[str, ...]) -> None:
    inner = {name: zipped({PAGE: b"# page"}) if name.endswith(".zip") else b"# page" for name in names}

    documents = load("archive", zipped(inner), "x.zip")

    assert [one.source for one in documents] == ["x.zip#總則"]


def test_pages_that_are_not_of_notion_are_files_like_others() -> None:
    assert load("archive", zipped({"a.md": b"# a", "b.md": b"# b"}), "x.zip") == []
