"""What a file is, by its bytes: names lie.

Modules: ``potluck_plugins.loaders._office.detect``.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest

from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._office.detect import detect, detect_archive, is_cut_off, looks_like
from potluck_plugins.loaders._shared.archive import open_archive
from support.ole import make_ole


@pytest.mark.parametrize(
    ("streams", "kind"),
    [
        (["WordDocument", "1Table"], "doc"),
        (["WORDDOCUMENT"], "doc"),
        (["PowerPoint Document"], "ppt"),
        (["Workbook"], "xls"),
        (["Book"], "xls"),
        (["folder/Workbook"], "ole"),
        (["Contents"], "ole"),
        (["EncryptedPackage"], "encrypted"),
    ],
)
def test_a_container_is_what_its_streams_are(streams: list[str], kind: str) -> None:
    assert detect(make_ole(dict.fromkeys(streams, b"x"))) == kind


def test_a_container_that_is_cut_off_is_an_error() -> None:
    with pytest.raises(UnreadableDocument, match="damaged or cut off"):
        detect(make_ole({"Workbook": b"x"})[:100])


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"{\\rtf1 a}", "rtf"),
        (b"\r\n {\\rtf1 a}", "rtf"),
        (b"x{\\rtf1 a}", None),
        (b"{\\rt", None),
        (b"\xdb\xa5\x2d\x00", "doc"),
        (b"\x31\xbe\x00\x00", "doc"),
        (b"plain", None),
        (b"", None),
    ],
)
def test_a_file_is_what_it_begins_with(content: bytes, kind: str | None) -> None:
    assert detect(content) == kind


@pytest.mark.parametrize(
    ("content", "cut"),
    [(b"{a{b}}", False), (b"{a{b}", True), (b"{a\\}", True), (b"{a\\{}", False), (b"a}}", False), (b"", False)],
)
def test_rtf_whose_last_group_is_open_is_cut_off(content: bytes, cut: bool) -> None:
    assert is_cut_off(content) is cut


RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="main.xml"/>'
    "</Relationships>"
)
MAIN = '<w:x xmlns:w="http://schemas.openxmlformats.org/{}/2006/main"/>'
OASIS = "application/vnd.oasis.opendocument."
BODY = '<office:body xmlns:office="urn:o"><office:{}/></office:body>'


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"word/document.xml": ""}, "docx"),
        ({"ppt/presentation.xml": ""}, "pptx"),
        ({"xl/workbook.xml": ""}, "xlsx"),
        ({"_rels/.rels": RELS, "main.xml": MAIN.format("wordprocessingml")}, "docx"),
        ({"_rels/.rels": RELS, "main.xml": MAIN.format("presentationml")}, "pptx"),
        ({"_rels/.rels": RELS, "main.xml": MAIN.format("spreadsheetml")}, "xlsx"),
        ({"_rels/.rels": RELS, "main.xml": MAIN.format("drawingml")}, None),
        ({"_rels/.rels": RELS}, None),
        ({"_rels/.rels": "<Relationships/>"}, None),
        ({"mimetype": f"{OASIS}text", "content.xml": BODY.format("spreadsheet"), "META-INF/manifest.xml": ""}, "odt"),
        ({"mimetype": f"{OASIS}spreadsheet", "content.xml": "", "META-INF/manifest.xml": ""}, "ods"),
        ({"mimetype": f"{OASIS}presentation", "content.xml": "", "META-INF/manifest.xml": ""}, "odp"),
        ({"mimetype": f"{OASIS}graphics", "content.xml": "", "META-INF/manifest.xml": ""}, "odp"),
        ({"content.xml": BODY.format("spreadsheet"), "META-INF/manifest.xml": ""}, "ods"),
        ({"content.xml": BODY.format("presentation"), "META-INF/manifest.xml": ""}, "odp"),
        ({"content.xml": BODY.format("drawing"), "META-INF/manifest.xml": ""}, "odp"),
        ({"content.xml": BODY.format("text"), "META-INF/manifest.xml": ""}, "odt"),
        ({"mimetype": "x", "content.xml": BODY.format("spreadsheet"), "META-INF/manifest.xml": ""}, "ods"),
        ({"content.xml": BODY.format("text")}, None),
        ({"META-INF/manifest.xml": ""}, None),
        ({"a.txt": ""}, None),
    ],
)
def test_an_archive_is_what_its_parts_are(members: Mapping[str, str], kind: str | None) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)

    assert detect_archive(open_archive(written)) == kind


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n <!DOCTYPE html><p>", "an HTML page"),
        (b"<HTML>", "an HTML page"),
        (b"%PDF-1.7", "a PDF"),
        (b"PK\x03\x04", "a zip archive without a document in it, or a damaged one"),
        ("道碴".encode(), "plain text"),
        (b"a" * 4096 + b"\0", "plain text"),
        (b"a" * 4095 + b"\0", "no document of a known kind"),
        (b"\0\1\2", "no document of a known kind"),
        (b" " * 511 + b"<html>", "plain text"),
        (b" " * 506 + b"<html>", "an HTML page"),
    ],
)
def test_a_message_says_what_another_file_seems_to_be(content: bytes, words: str) -> None:
    assert looks_like(content) == words
