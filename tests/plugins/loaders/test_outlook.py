"""Messages of Outlook, property by property.

Modules: ``potluck_plugins.loaders._shared.outlook``.
"""

from __future__ import annotations

import struct

import pytest

from potluck.documents import Attachment
from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._shared.outlook import Outlook, read_outlook
from support.ole import make_ole

SENT, CODEPAGE, BODY_CODEPAGE = 0x0039, 0x3FFD, 0x3FDE


def message(streams: dict[str, bytes], numbers: dict[int, int] | None = None, end: bytes = b"") -> Outlook:
    """A message of streams by the ends of their names, with properties that are numbers."""
    entries = b"".join(struct.pack("<HHIQ", 3, key, 6, value) for key, value in (numbers or {}).items())
    named = {name if "__" in name else f"__substg1.0_{name}": content for name, content in streams.items()}
    return read_outlook(make_ole({**named, "__properties_version1.0": b"\0" * 32 + entries + end}))


def wide(**texts: str) -> dict[str, bytes]:
    """Texts in UTF-16."""
    ids = {"subject": "0037", "sender": "0C1A", "address": "0C1F", "smtp": "5D01", "to": "0E04", "cc": "0E03"}
    ids |= {"body": "1000", "html": "1013"}
    return {f"{ids[name]}001F": text.encode("utf-16-le") for name, text in texts.items()}


def test_headers_and_texts_are_read() -> None:
    found = message(wide(subject=" a\r\n b ", to="t", cc="c", body="text\r\n", html="<p>text"))

    assert found == Outlook({"subject": "a b", "to": "t", "cc": "c"}, "text\r\n", "<p>text", [])


@pytest.mark.parametrize(
    ("texts", "sender"),
    [
        ({"sender": "Ann", "address": "a@example.org"}, "Ann <a@example.org>"),
        ({"sender": "Ann", "address": "a@example.org", "smtp": "s@example.org"}, "Ann <s@example.org>"),
        ({"sender": "Ann", "address": "/O=EXCHANGE/CN=ANN"}, "Ann"),
        ({"sender": "a@example.org", "address": "a@example.org"}, "a@example.org"),
        ({"address": "/O=EXCHANGE/CN=ANN"}, "/O=EXCHANGE/CN=ANN"),
        ({"sender": "Ann"}, "Ann"),
    ],
)
def test_a_sender_has_a_name_and_an_address(texts: dict[str, str], sender: str) -> None:
    assert message(wide(**texts)).headers["from"] == sender


@pytest.mark.parametrize(
    ("ticks", "date"),
    [
        (133_300_000_000_000_000, "2023-05-31T09:46:40+00:00"),
        (133_300_000_009_999_999, "2023-05-31T09:46:40+00:00"),
        (10_000_000, "1601-01-01T00:00:01+00:00"),
    ],
)
def test_the_time_is_counted_from_1601(ticks: int, date: str) -> None:
    assert message({}, {SENT: ticks}).headers == {"date": date}
    assert message({}, {SENT: 0}).headers == {}


@pytest.mark.parametrize(
    ("numbers", "encoding"),
    [
        ({CODEPAGE: 950}, "big5"),
        ({CODEPAGE: 936}, "gbk"),
        ({CODEPAGE: 65001}, "utf-8"),
        ({}, "utf-8"),
    ],
)
def test_a_narrow_text_is_in_the_code_page_of_the_message(numbers: dict[int, int], encoding: str) -> None:
    found = message({"0037001E": "軌道檢查".encode(encoding) + b"\0", "1000001E": "內文如下".encode(encoding)}, numbers)

    assert (found.headers["subject"], found.body, found.losses) == ("軌道檢查", "內文如下", [])


def test_a_body_may_have_a_code_page_of_its_own() -> None:
    numbers = {CODEPAGE: 936, BODY_CODEPAGE: 950}

    found = message({"0037001E": "轨道".encode("gbk"), "10130102": "軌道檢查".encode("big5")}, numbers)

    assert (found.headers["subject"], found.html) == ("轨道", "軌道檢查")


def test_what_a_wrong_code_page_costs_is_told_once() -> None:
    text = "軌道檢查".encode()

    found = message({"0037001E": text, "1000001E": text}, {CODEPAGE: 1252})

    assert found.body == "軌道檢查"
    assert len(found.losses) == 1


def test_files_are_handed_on_and_messages_within_are_told() -> None:
    first, second, third = (f"__attach_version1.0_#0000000{number}/__substg1.0_" for number in range(3))
    streams = {
        f"{first}3707001F": "長名/稱.pdf".encode("utf-16-le"),
        f"{first}3704001F": "short.pdf".encode("utf-16-le"),
        f"{first}37010102": b"%PDF",
        f"{second}3704001F": "short.txt".encode("utf-16-le"),
        f"{second}37010102": b"text",
        f"{third}3705001F": b"",
    }

    found = message(streams)

    assert found.attachments == [Attachment("長名_稱.pdf", b"%PDF"), Attachment("short.txt", b"text")]
    assert found.losses == ["attachment not read: unnamed"]


@pytest.mark.parametrize(
    ("texts", "told"), [({}, True), ({"body": " "}, True), ({"body": "a"}, False), ({"html": "<p>a"}, False)]
)
def test_a_text_that_is_there_as_rtf_alone_is_told(texts: dict[str, str], told: bool) -> None:
    assert bool(message({**wide(**texts), "10090102": b"rtf"}).losses) is told
    assert not message(wide(**texts)).losses


def test_properties_that_are_cut_off_are_passed_over() -> None:
    assert message({}, {SENT: 10_000_000}, end=b"\1" * 15).headers == {"date": "1601-01-01T00:00:01+00:00"}
    assert message({}, end=struct.pack("<HHIQ", 3, SENT, 6, 10_000_000)).headers != {}


def test_what_is_not_a_message_is_an_error() -> None:
    with pytest.raises(UnreadableDocument, match="an office file, but not a message"):
        read_outlook(make_ole({"WordDocument": b"x"}))
    with pytest.raises(UnreadableDocument, match="the message is damaged"):
        read_outlook(b"x" * 2000)
