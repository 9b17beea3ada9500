"""The ``office`` loader: what it says of files that are cut off, or that a program of its own cannot read.

Modules: ``potluck_plugins.loaders._office.detect``, ``potluck_plugins.loaders._office.legacy``,
``potluck_plugins.loaders._office.options``, ``potluck_plugins.loaders._office.package``,
``potluck_plugins.loaders._office.packed``, ``potluck_plugins.loaders._office.tika``.
"""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

from potluck.errors import UnreadableDocument
from support import word
from support.loading import load, load_one
from support.opendocument import odf, p

RTF = r"{\rtf1\ansi{\fonttbl{\f0 Song;}}\f0 The ballast \{must\} be \'64eep. \u36947?\u30900?\par}"


def test_an_rtf_file_that_is_whole_has_no_losses() -> None:
    document = load_one("office", RTF)

    assert "道碴" in document.text
    assert "{must} be deep" in document.text
    assert document.losses == ()


@pytest.mark.parametrize("end", [-1, -5, -14])
def test_an_rtf_file_that_is_cut_off_says_that_its_end_is_missing(end: int) -> None:
    assert load_one("office", RTF[:end]).losses == ("it is cut off: its end is missing",)


def archive(**members: str) -> bytes:
    """A zip archive; ``__`` in a name stands for a slash, ``_`` for a dot."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, text in members.items():
            file.writestr(name.replace("__", "/").replace("_", "."), text)
    return content.getvalue()


@pytest.mark.parametrize(
    ("kind", "advice"), [("presentation", ".pptx"), ("spreadsheet", ".xlsx"), ("graphics", ".pptx")]
)
def test_what_tika_fails_on_is_not_called_damaged(kind: str, advice: str) -> None:
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    file = archive(mimetype=mimetype, **{"META-INF__manifest_xml": "<m/>", "content_xml": "<a><b></a>"})

    with pytest.raises(UnreadableDocument, match=f"Apache Tika failed on it .*save it as {advice}") as caught:
        load("office", file, "a.odp")
    assert "damaged" not in str(caught.value)


def test_the_owner_file_of_an_open_document_says_what_it_is() -> None:
    with pytest.raises(UnreadableDocument, match="keeps it beside a document that is open"):
        load("office", b"\x05Wang \0" * 20, "~$報告.docx")


def test_a_container_that_is_cut_off_is_called_so() -> None:
    with pytest.raises(UnreadableDocument, match=r"\(OLE\) is damaged or cut off"):
        load("office", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 3000, "a.doc")


def damaged(content: bytes, name: str) -> bytes:
    """An archive with bytes in the middle of a member overwritten."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        member = file.getinfo(name)
    middle = member.header_offset + 30 + len(name) + member.compress_size // 2
    return content[:middle] + b"\xff" * 9 + content[middle + 9 :]


NOISE = "".join(hashlib.sha256(bytes([number])).hexdigest() for number in range(40))
DAMAGED = {
    # What is damaged, the file that is made with it, and what is read of the file and told.
    "a picture": (word.docx(word.p("甲"), files={"word/media/image1.png": NOISE}), "word/media/image1.png", "甲", ()),
    "the styles of a text": (
        word.docx(word.p("甲"), parts={"styles": word.style("A", NOISE)}),
        "word/styles.xml",
        "甲",
        ("word/styles.xml is damaged",),
    ),
    "the styles of an OpenDocument file": (
        odf("text", p("甲"), common=f"<!-- {NOISE} -->"),
        "styles.xml",
        "甲",
        ("its part styles.xml is damaged and was not read",),
    ),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_only_the_parts_that_are_needed_have_to_be_sound(what: str) -> None:
    content, name, text, told = DAMAGED[what]

    document = load_one("office", damaged(content, name))

    assert document.text == text
    assert [loss.partition(":")[0] for loss in document.losses] == list(told)


def test_a_text_that_is_damaged_is_an_error() -> None:
    with pytest.raises(UnreadableDocument, match=r"word/document\.xml is damaged"):
        load("office", damaged(word.docx(word.p(NOISE)), "word/document.xml"))
