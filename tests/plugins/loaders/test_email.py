"""The ``email`` loader: messages, mailboxes, appointments, attachments.

Tests of ``potluck_plugins.loaders._shared.mime``, ``potluck_plugins.loaders._shared.mailbox``,
``potluck_plugins.loaders._shared.outlook``, ``potluck_plugins.loaders._shared.flowed`` and
``potluck_plugins.loaders._shared.calendar``.

Modules: ``potluck_plugins.loaders._shared.decoding``, ``potluck_plugins.loaders._shared.markup``,
``potluck_plugins.loaders._shared.markup_images``, ``potluck_plugins.loaders._shared.markup_lists``,
``potluck_plugins.loaders._shared.markup_reader``, ``potluck_plugins.loaders._shared.markup_style``,
``potluck_plugins.loaders._shared.mathml``, ``potluck_plugins.loaders._shared.plausible``,
``potluck_plugins.loaders._shared.style_sheet``.
"""

from __future__ import annotations

import base64
import quopri
import struct
from email.message import EmailMessage
from pathlib import Path

import pytest

from potluck.documents import Attachment
from potluck.errors import DocumentLimit, NoText, UnreadableDocument
from support.loading import attachments_of, load, load_one
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


def test_attachments_are_named_and_handed_on() -> None:
    mail = message()
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="檢查表.pdf")
    mail.add_attachment("notes", filename="notes.txt")

    document = load_one("email", mail.as_bytes())

    assert document.metadata["attachments"] == ["檢查表.pdf", "notes.txt"]
    assert document.losses == ()
    assert "notes" not in document.text
    assert attachments_of("email", mail.as_bytes()) == [
        Attachment("file#檢查表.pdf", b"%PDF-1.4"),
        Attachment("file#notes.txt", b"notes\n"),
    ]


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


def test_what_has_no_header_is_not_a_message() -> None:
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


def test_another_file_of_office_is_not_a_message() -> None:
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


def alternative(plain: str, page: str) -> bytes:
    mail = message(plain)
    mail.add_alternative(page, subtype="html")
    return mail.as_bytes()


@pytest.mark.parametrize(
    "plain",
    [
        "To view this message, please use an HTML compatible e-mail viewer.",
        "Your program does not show HTML. Please read the message in a browser: https://example.org/a/b/c/d/e/f/g/h/i/j",
        "請以支援 HTML 的郵件軟體開啟。",
        "檢查報告",
    ],
)
def test_a_plain_text_that_is_a_stub_gives_way_to_the_page(plain: str) -> None:
    table = "<table><tr><th>Line<th>Interval<tr><td>North<td>12 min</table>"
    page = f"<p>第一班車五時四十八分由機廠開出，假日停駛。</p>{table}"

    text = load_one("email", alternative(plain, page)).text

    assert text.endswith("第一班車五時四十八分由機廠開出，假日停駛。\nLine | Interval\nNorth | 12 min")


def test_a_plain_text_that_says_the_same_stays() -> None:
    plain = "The first shuttle leaves at 05:48.\nBook here: https://example.org/x"
    page = "<p>The first shuttle leaves at <b>05:48</b>.</p><a href='https://example.org/x'>Book here</a><p>Unsubscribe"

    assert load_one("email", alternative(plain, page)).text.endswith(plain)


def test_an_attachment_of_the_form_that_is_taken_is_handed_on() -> None:
    mail = message("Please use HTML.")
    page = EmailMessage()
    page.set_content("<p>" + "The page says everything that is to be said. " * 3, subtype="html")
    page.add_related(b"%PDF-", maintype="application", subtype="pdf", filename="plan.pdf")
    mail.make_alternative()
    mail.attach(page)

    assert [one.name for one in attachments_of("email", mail.as_bytes())] == ["file#plan.pdf"]


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_a_forwarded_message_that_is_encoded_is_read_too(encoding: str) -> None:
    inner = message("轉寄的內容", subject="原信").as_bytes()
    encoded = base64.encodebytes(inner) if encoding == "base64" else quopri.encodestring(inner)
    head = f"From: a@example.org\nContent-Type: message/rfc822\nContent-Transfer-Encoding: {encoding}\n\n"

    text = load_one("email", head.encode() + encoded).text

    assert "Subject: 原信" in text
    assert text.endswith("轉寄的內容")


@pytest.mark.parametrize(
    ("delsp", "sent", "read"),
    [
        ("no", "Cooled to \nfour degrees.\nNext line.", "Cooled to four degrees.\nNext line."),
        ("yes", "four de \ngrees, 冷卻至 \n四度", "four degrees, 冷卻至四度"),
        ("no", "> quoted \n> on\nmine", "> quoted on\nmine"),
        ("no", "> one \n>> two", "> one \n>> two"),
        ("no", " From here\n >no quote", "From here\n>no quote"),
        ("no", "Bye \n-- \nAnn", "Bye \n-- \nAnn"),
    ],
)
def test_lines_that_were_broken_to_be_sent_are_joined(delsp: str, sent: str, read: str) -> None:
    kind = f"text/plain; charset=utf-8; format=flowed; delsp={delsp}"
    mail = f"From: a@example.org\nContent-Type: {kind}\nContent-Transfer-Encoding: 8bit\n\n{sent}".encode()

    lines = load_one("email", mail).text.split("\n\n", 1)[1].split("\n")

    assert [line.rstrip() for line in lines] == [line.rstrip() for line in read.split("\n")]


def test_texts_within_a_message_are_read_below_the_names_of_their_files() -> None:
    mail = message("See below.")
    mail.make_mixed()
    for name, text in (("results.txt", "Nitrate: 11.4 mg/l"), ("說明.md", "# 說明")):
        part = EmailMessage()
        part.set_content(text)
        part.add_header("Content-Disposition", "inline", filename=name)
        mail.attach(part)

    text = load_one("email", mail.as_bytes()).text

    assert [line for line in text.split("\n") if line][-4:] == [
        "results.txt:",
        "Nitrate: 11.4 mg/l",
        "說明.md:",
        "# 說明",
    ]
    assert attachments_of("email", mail.as_bytes()) == []


CALENDAR = """BEGIN:VCALENDAR
BEGIN:VTIMEZONE
TZID:Asia/Taipei
DTSTART:19700101T000000
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY:檢查第三池\\, 全體
 出席
DTSTART;TZID=Asia/Taipei:20261119T130000
DTEND:20261119T060000Z
LOCATION:Gate 4
ORGANIZER;CN="Ann":mailto:ann@example.org
DESCRIPTION:Bring\\nboots
END:VEVENT
BEGIN:VTODO
SUMMARY:Report
DUE;VALUE=DATE:20261120
END:VTODO
END:VCALENDAR
"""


@pytest.mark.parametrize("how", ["inline", "attachment"])
def test_appointments_are_read(how: str) -> None:
    mail = message("Invitation")
    mail.make_mixed()
    part = EmailMessage()
    part.set_content(CALENDAR, subtype="calendar")
    part.add_header("Content-Disposition", how, filename="invite.ics")
    mail.attach(part)

    lines = load_one("email", mail.as_bytes()).text.split("\n")

    assert lines[-10:] == [
        "",
        "Summary: 檢查第三池, 全體出席",
        "Start: 2026-11-19 13:00 Asia/Taipei",
        "End: 2026-11-19 06:00 UTC",
        "Location: Gate 4",
        "Organizer: Ann <ann@example.org>",
        "Description: Bring boots",
        "",
        "Summary: Report",
        "Due: 2026-11-20",
    ]


MAILBOX = """From plant@example.org Tue Nov  3 10:00:00 2026
From: Plant <plant@example.org>
Subject: Gate code

The code changes to 4417.

>From Monday on.
From here it is one sentence.

From desk@example.org Wed Nov  4 10:00:00 2026
Subject: 鑰匙

鑰匙在三樓。
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_mailbox_gives_a_document_per_message(line_end: str) -> None:
    documents = load("email", MAILBOX.replace("\n", line_end).encode(), "list.mbox")

    assert [one.source for one in documents] == ["list.mbox#1", "list.mbox#2"]
    assert documents[0].text.endswith("4417.\n\nFrom Monday on.\nFrom here it is one sentence.")
    assert documents[1].text == "Subject: 鑰匙\n\n鑰匙在三樓。"


def test_a_mailbox_of_one_message_is_that_message() -> None:
    (document,) = load("email", MAILBOX.partition("\nFrom desk")[0].encode(), "list.mbox")

    assert document.source == "list.mbox"


def test_a_message_of_a_mailbox_that_cannot_be_read_costs_that_message() -> None:
    broken = MAILBOX.replace("鑰匙在三樓。", "")

    first, second = load("email", broken.encode(), "list.mbox")

    assert first.text.endswith("one sentence.")
    assert second.losses == ("message 2 was not read: the message has no text",)


def test_attachments_in_a_mailbox_are_named_after_their_message() -> None:
    mail = message()
    mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="a.pdf")
    box = MAILBOX.encode() + b"\nFrom x Tue Nov  3 10:00:00 2026\n" + mail.as_bytes()

    assert [one.name for one in attachments_of("email", box, "list.mbox")] == ["list.mbox#3/a.pdf"]


def test_a_message_with_nothing_but_an_attachment_hands_it_on() -> None:
    mail = EmailMessage()
    mail["Subject"] = "plan"
    mail.set_content(b"%PDF-", maintype="application", subtype="pdf", filename="plan.pdf")

    assert load_one("email", mail.as_bytes()).text == "Subject: plan"
    assert attachments_of("email", mail.as_bytes()) == [Attachment("file#plan.pdf", b"%PDF-")]
