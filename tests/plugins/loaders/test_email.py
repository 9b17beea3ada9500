"""The ``email`` loader: ``.eml`` and ``.msg``."""

from __future__ import annotations

import struct
from email.message import EmailMessage
from pathlib import Path

import pytest

from potluck.errors import DocumentLimit, NoText, UnreadableDocument
from support.loading import load, load_one
from support.ole import make_ole

REPORT = "軌道檢查報告已完成，請各位在本週內確認。"


def message(text: str = REPORT, **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = (
        headers.get("subject", "檢查報告"),
        "Ann <a@example.org>",
        "b@example.org",
    )
    made["Date"] = "Fri, 02 Jun 2023 16:46:49 +0800"
    made.set_content(text, charset=headers.get("charset", "utf-8"))
    return made


def raw(body: bytes, *headers: str) -> bytes:
    return "\n".join(["From: a@example.org", "Subject: report", *headers, "", ""]).encode() + body


def test_subject_and_people_stand_above_the_text() -> None:
    document = load_one("email", message().as_bytes())

    assert document.text == (
        "Subject: 檢查報告\nFrom: Ann <a@example.org>\nTo: b@example.org\nDate: 2023-06-02T16:46:49+08:00\n\n" + REPORT
    )
    assert document.metadata["subject"] == "檢查報告"
    assert document.losses == ()


@pytest.mark.parametrize("charset", ["big5", "gb18030", "utf-8", "iso-2022-jp"])
def test_the_declared_encoding_is_used(charset: str) -> None:
    text = REPORT if charset != "iso-2022-jp" else "この文書は線路の検査について説明します。"

    assert load_one("email", message(text, charset=charset).as_bytes()).text.endswith(text)


def test_the_text_is_taken_rather_than_the_page() -> None:
    mail = message()
    mail.add_alternative("<p>網頁</p>", subtype="html")

    assert load_one("email", mail.as_bytes()).text.endswith("\n\n" + REPORT)


def test_a_page_is_read_where_there_is_no_text() -> None:
    content = raw(
        "<style>x</style><h1>題</h1><p>網頁&nbsp;文字</p>".encode("big5"), "Content-Type: text/html; charset=big5"
    )

    assert load_one("email", content).text.endswith("\n\n題\n網頁 文字")


def test_attachments_are_named_and_not_read() -> None:
    mail = message()
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="檢查表.pdf")
    mail.add_attachment("notes", filename="notes.txt")

    document = load_one("email", mail.as_bytes())

    assert document.metadata["attachments"] == ["檢查表.pdf", "notes.txt"]
    assert document.losses == ("attachment not read: 檢查表.pdf", "attachment not read: notes.txt")
    assert "notes" not in document.text


def test_a_forwarded_message_is_read_too() -> None:
    mail = message()
    mail.add_attachment(message("轉寄的內容", subject="原信"))

    text = load_one("email", mail.as_bytes()).text

    assert "Subject: 原信" in text
    assert text.endswith("轉寄的內容")


def test_a_wrong_encoding_is_reported() -> None:
    document = load_one("email", raw(REPORT.encode(), "Content-Type: text/plain; charset=us-ascii"))

    assert document.text.endswith(REPORT)
    assert "says that it is us-ascii" in document.losses[0]


@pytest.mark.parametrize("charset", ["klingon", '"UTF-8"Content-Transfer-Encoding: 8bit', "", "unknown-8bit"])
def test_an_encoding_that_does_not_exist_is_guessed(charset: str) -> None:
    document = load_one("email", raw(REPORT.encode("big5"), f"Content-Type: text/plain; charset={charset}"))

    assert document.text.endswith(REPORT)


def test_a_subject_in_bare_bytes_is_read() -> None:
    content = "Subject: 沒有宣告編碼的信件主旨，看得出來是中文\n\n內文\n".encode("big5")

    assert load_one("email", content).text.startswith("Subject: 沒有宣告編碼的信件主旨，看得出來是中文\n")


def test_a_character_may_be_cut_between_two_encoded_words() -> None:
    encoded = "軌道檢查報告".encode("big5")
    words = " ".join(f"=?big5?Q?{''.join(f'={byte:02X}' for byte in part)}?=" for part in (encoded[:5], encoded[5:]))

    assert load_one("email", f"Subject: {words}\n\nx\n").metadata["subject"] == "軌道檢查報告"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b" \n \n", "it is empty"),
        (raw(b"", "Content-Type: image/png"), "the message has no text; attachments: image/png"),
        (raw(b"-----BEGIN PGP MESSAGE-----\nabc\n-----END PGP MESSAGE-----\n"), r"encrypted \(PGP\)"),
        (raw(b"--x\n\nabc\n--x--", "Content-Type: multipart/encrypted; boundary=x"), r"encrypted \(PGP\)"),
        (raw(b"MIIB", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data"), r"encrypted \(S/MIME\)"),
    ],
)
def test_a_message_without_text_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(NoText, match=reason):
        load("email", content)


def test_an_encrypted_passage_is_reported() -> None:
    content = raw(b"hello\n-----BEGIN PGP MESSAGE-----\nabc\n-----END PGP MESSAGE-----\n")

    document = load_one("email", content)

    assert document.text.endswith("\n\nhello")
    assert document.losses == ("an encrypted passage was not read",)


def test_what_has_no_header_is_no_message() -> None:
    with pytest.raises(UnreadableDocument, match="no header such as From"):
        load("email", "hello world\nthis is not a mail\n")


def test_parts_without_end_are_a_clear_error() -> None:
    parts = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))

    with pytest.raises(DocumentLimit, match="nested too deeply"):
        load("email", b"Subject: n\n" + parts + b"\nx")


def outlook(codepage: int | None, html: bool = False, **texts: str) -> bytes:
    """A message of Outlook, with texts in UTF-16 or in a code page."""
    kind, encoding = (
        ("001F", "utf-16-le") if codepage is None else ("001E", f"cp{codepage}".replace("cp65001", "utf-8"))
    )
    ids = {"subject": "0037", "sender": "0C1A", "address": "0C1F", "to": "0E04", "body": "1000"}
    streams = {f"__substg1.0_{ids[name]}{kind}": text.encode(encoding) for name, text in texts.items()}
    if html:
        streams["__substg1.0_10130102"] = streams.pop(f"__substg1.0_1000{kind}")
    fixed = [(0x0039, 0x0040, 133_300_000_000_000_000)] + ([(0x3FFD, 3, codepage)] if codepage else [])
    entries = b"".join(struct.pack("<HHIQ", tag, key, 6, value) for key, tag, value in fixed)
    streams["__properties_version1.0"] = b"\0" * 32 + entries
    streams["__attach_version1.0_#00000000/__substg1.0_3707001F"] = "檢查表.xlsx".encode("utf-16-le")
    return make_ole(streams)


@pytest.mark.parametrize("codepage", [None, 950, 936, 65001])
def test_a_message_of_outlook_is_read(codepage: int | None) -> None:
    content = outlook(
        codepage,
        subject="檢查報告",
        sender="王小明",
        address="wang@example.org",
        to="李大同",
        body=REPORT + "\r\n第二行",
    )

    document = load_one("email", content)

    assert document.text == (
        "Subject: 檢查報告\nFrom: 王小明 <wang@example.org>\nTo: 李大同\nDate: 2023-05-31T09:46:40+00:00\n\n"
        + REPORT
        + "\n第二行"
    )
    assert document.losses == ("attachment not read: 檢查表.xlsx",)


def test_a_message_of_outlook_with_a_page_only_is_read() -> None:
    document = load_one("email", outlook(950, html=True, subject="題目是中文", body=f"<p>{REPORT}<p>二"))

    assert document.text.endswith(f"\n\n{REPORT}\n二")


@pytest.mark.parametrize("cut", [600, 1500, 2500])
def test_a_message_of_outlook_that_is_cut_off_is_an_error_or_has_its_text(cut: int) -> None:
    content = outlook(None, subject="s", body=REPORT)

    with pytest.raises((UnreadableDocument, NoText)):
        load("email", content[:cut])


def test_another_file_of_office_is_no_message() -> None:
    with pytest.raises(UnreadableDocument, match="not a message"):
        load("email", make_ole({"WordDocument": b"x" * 100}))


def test_a_broken_encoded_word_is_kept_as_it_stands() -> None:
    document = load_one("email", "Subject: =?utf-8?B?6LuM1?=\n\ntext\n")

    assert document.metadata["subject"] == "=?utf-8?B?6LuM1?="


@pytest.mark.parametrize("plain", ["", " \n"])
def test_of_several_forms_the_one_with_text_is_taken(plain: str) -> None:
    mail = EmailMessage()
    mail["Subject"] = "邀請"
    mail.set_content(plain)
    mail.add_alternative(f"<p>{REPORT}</p>", subtype="html")
    mail.add_alternative("BEGIN:VCALENDAR", subtype="calendar")

    assert load_one("email", mail.as_bytes()).text.endswith("\n\n" + REPORT)


def test_a_message_of_outlook_that_is_cut_off_says_that_a_part_is_missing(shared_data: Path) -> None:
    content = (shared_data / "docs" / "testMSG.msg").read_bytes()

    assert load_one("email", content).losses == ()
    assert any("damaged" in loss for loss in load_one("email", content[: len(content) // 2]).losses)
