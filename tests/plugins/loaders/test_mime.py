"""Messages of e-mail, part by part.

Modules: ``potluck_plugins.loaders._shared.mime``.
"""

from __future__ import annotations

import base64
import quopri

import pytest

from potluck.documents import Attachment
from potluck.errors import NoText, UnreadableDocument
from potluck_plugins.loaders._shared.mime import is_stub, read_mime, shown_text


def part(body: str, *headers: str) -> str:
    """A part of a message."""
    return "\n".join([*headers, "", body])


def multipart(kind: str, *parts: str) -> str:
    """Parts in one."""
    inner = "".join(f"--{kind}\n{one}\n" for one in parts)
    return f"Content-Type: multipart/{kind}; boundary={kind}\n\n{inner}--{kind}--\n"


def mail(text: str) -> bytes:
    """A message with a sender; ``text`` begins with further headers."""
    return f"From: a@example.org\n{text}".encode()


PLAIN = part("Plain text of it", "Content-Type: text/plain")
RICH = part("<p>Plain text of it", "Content-Type: text/html")


@pytest.mark.parametrize(
    ("header", "headers"),
    [
        ("Subject: a", {"subject": "a"}),
        ("SUBJECT:  a\n  b ", {"subject": "a b"}),
        ("Subject: a\nSubject: b", {"subject": "a"}),
        ("Subject: \nCc: c", {"cc": "c"}),
        ("To: t\nFrom: f\nCc: c\nX-Other: x", {"from": "f", "to": "t", "cc": "c"}),
        ("Date: Fri, 02 Jun 2023 16:46:49 +0800", {"date": "2023-06-02T16:46:49+08:00"}),
        ("Date: yesterday", {"date": "yesterday"}),
        ("Date: Fri, 42 Jun 2023 16:46:49 +0800", {"date": "Fri, 42 Jun 2023 16:46:49 +0800"}),
        ("Subject: =?utf-8?B?6LuM6YGT?= =?utf-8?Q?=E6=AA=A2?= x", {"subject": "軌道檢 x"}),
        ("Subject: =?big5?B?rXm5RA==?=", {"subject": "軌道"}),
        ("Subject: 軌道檢查", {"subject": "軌道檢查"}),
        ("Received: x", {}),
        ("Message-ID: x", {}),
        ("Content-Type: text/plain", {}),
        ("MIME-Version: 1.0", {}),
        ("Return-Path: x", {}),
        ("Sender: x", {}),
    ],
)
def test_headers_are_read_as_they_are_meant(header: str, headers: dict[str, str]) -> None:
    assert read_mime(f"{header}\n\ntext".encode()).headers == headers
    assert read_mime(f"\n \n{header}\n\ntext".encode("utf-8-sig")).headers == headers


def test_what_is_empty_or_has_no_header_of_a_message_is_none() -> None:
    for content in (b"", b" \n\t", b"\xef\xbb\xbf\n"):
        with pytest.raises(NoText, match="it is empty"):
            read_mime(content)
    for content in (b"text", b"X-Other: x\n\ntext", b"Name: x\n\ntext"):
        with pytest.raises(UnreadableDocument, match="no header such as From"):
            read_mime(content)


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        ("\nhello", ["hello"]),
        ("Content-Type: text/html\n\n<h1>a</h1>b", ["a\nb"]),
        (multipart("mixed", PLAIN, part("more")), ["Plain text of it", "more"]),
        (multipart("alternative", RICH, PLAIN), ["Plain text of it"]),
        (multipart("alternative", PLAIN, RICH), ["Plain text of it"]),
        (multipart("alternative", RICH, part("{}", "Content-Type: text/x-amp")), ["Plain text of it"]),
        (multipart("alternative", part("# x y z", "Content-Type: text/markdown"), RICH), ["Plain text of it"]),
        (multipart("alternative", multipart("related", RICH, PLAIN), PLAIN), ["Plain text of it"]),
        (multipart("alternative", multipart("related", PLAIN, PLAIN), RICH), ["Plain text of it"]),
        ("Content-Type: multipart/mixed; boundary=x\n\nno parts", []),
        (
            part("see", "Content-Type: text/plain; name=a.txt", "Content-Disposition: inline; filename=a.txt"),
            ["", "a.txt:", "see"],
        ),
        (part("a \nb", "Content-Type: text/plain; format=Flowed"), ["a b"]),
        (part("a \nb", "Content-Type: text/plain; format=flowed; delsp=YES"), ["ab"]),
        (part("a \nb", "Content-Type: text/plain; format=fixed; delsp=yes"), ["a \nb"]),
    ],
)
def test_the_texts_of_a_message_are_taken(content: str, texts: list[str]) -> None:
    assert read_mime(mail(content)).texts == texts


APPOINTMENT = part("BEGIN:VEVENT\nSUMMARY:檢查\nEND:VEVENT", "Content-Type: text/calendar; charset=utf-8")


def test_an_appointment_is_read_beside_the_form_that_is_taken() -> None:
    for parts in ((PLAIN, APPOINTMENT, RICH), (APPOINTMENT, PLAIN)):
        assert read_mime(mail(multipart("alternative", *parts))).texts == ["Plain text of it", "", "Summary: 檢查"]
    assert read_mime(mail(multipart("alternative", APPOINTMENT))).texts == ["", "Summary: 檢查"]
    assert read_mime(mail(APPOINTMENT)).texts == ["", "Summary: 檢查"]
    attached = APPOINTMENT.replace("utf-8", "utf-8\nContent-Disposition: attachment; filename=i.ics")
    found = read_mime(mail(multipart("mixed", PLAIN, attached)))
    assert (found.texts, found.attachments) == (["Plain text of it", "", "Summary: 檢查"], [])


def test_an_appointment_that_is_longer_than_the_text_is_not_another_form_of_it() -> None:
    long = APPOINTMENT.replace("END:", "DESCRIPTION:Dial in by phone, and wait for the host of the call 電話會議\nEND:")
    lines = ["", "Summary: 檢查", "Description: Dial in by phone, and wait for the host of the call 電話會議"]
    within = multipart("related", RICH.replace("Plain", "會議通知 Plain"), long)

    assert read_mime(mail(multipart("alternative", PLAIN, RICH, long))).texts == ["Plain text of it", *lines]
    assert read_mime(mail(multipart("alternative", PLAIN, within))).texts == ["Plain text of it", *lines]
    assert read_mime(mail(multipart("alternative", within))).texts == ["會議通知 Plain text of it", *lines]


def test_the_appointments_of_a_message_stand_below_its_texts_and_once() -> None:
    file = APPOINTMENT.replace("text/calendar", "application/ics; name=invite.ics").replace("檢查", "會議")
    forwarded = part(f"Subject: 原信\n{APPOINTMENT}", "Content-Type: message/rfc822")

    found = read_mime(mail(multipart("mixed", APPOINTMENT, PLAIN, APPOINTMENT, file, forwarded, part("end"))))

    inner = ["", "Subject: 原信", "", "", "Summary: 檢查"]
    assert found.texts == ["Plain text of it", *inner, "end", "", "Summary: 檢查", "", "Summary: 會議"]
    assert (found.attachments, found.appointments) == ([], [])


def test_files_of_the_forms_that_are_not_taken_are_handed_on_but_for_the_pictures_of_a_page() -> None:
    plan = part(
        "QUJD", "Content-Type: application/pdf; name==?utf-8?B?5ZyWLnBkZg==?=", "Content-Transfer-Encoding: base64"
    )
    logo = part("QUJD", "Content-Type: image/png; name=logo.png", "Content-Transfer-Encoding: base64")

    found = read_mime(mail(multipart("alternative", PLAIN, multipart("mixed", RICH, plan, logo), plan)))

    assert (found.texts, found.attachments) == (["Plain text of it"], [Attachment("圖.pdf", b"ABC")])
    found = read_mime(mail(multipart("alternative", plan, PLAIN)))
    assert (found.texts, found.attachments) == (["Plain text of it"], [Attachment("圖.pdf", b"ABC")])


def test_a_plain_text_that_is_a_stub_gives_way_to_the_first_form_that_is_none() -> None:
    stub, page = part("Use a browser"), part("<p>The whole of the text is here", "Content-Type: text/html")
    other = part("One more form of it that is much longer than both of them", "Content-Type: text/enriched")

    assert read_mime(mail(multipart("alternative", stub, other, page))).texts == ["The whole of the text is here"]
    assert read_mime(mail(multipart("alternative", part(""), page))).texts == ["The whole of the text is here"]


@pytest.mark.parametrize(
    ("plain", "rich", "stub"),
    [
        ("a b c d", "a b c d", False),
        ("a b", "a b c d", False),  # half of the words are there
        ("a b", "a b c d e", True),
        ("A B C", "a b c d e", False),
        ("a a a", "a b c d", True),
        ("x y z w", "a b c", False),  # longer, so it is no stub
        ("x y html w", "a b c", True),
        ("x y z", "a b c", False),
        ("鑰匙在三樓", "鑰匙在三樓櫃台", False),
        ("鑰匙", "請在三樓櫃台領取", True),
        ("see https://example.org/a/b/c", "the text itself", True),
        ("see", "see https://example.org/a/b/c/d/e/f", False),
        ("", "", False),
        ("a_b", "a b", False),
    ],
)
def test_a_plain_text_that_lacks_most_words_of_the_page_is_a_stub(plain: str, rich: str, stub: bool) -> None:
    assert is_stub(plain, rich) is stub


@pytest.mark.parametrize(
    ("content", "encrypted"),
    [
        ("Content-Type: multipart/encrypted; boundary=x\n\n--x\n\na\n--x--", "PGP"),
        ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMII", "S/MIME"),
        ("Content-Type: application/x-pkcs7-mime\n\nMII", "S/MIME"),
        ("Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nMII", ""),
        (PLAIN, ""),
    ],
)
def test_an_encrypted_message_says_how(content: str, encrypted: str) -> None:
    found = read_mime(mail(content))

    assert found.encrypted == encrypted
    assert not encrypted or (found.texts, found.attachments) == ([], [])


def test_an_encrypted_form_says_so_beside_a_text() -> None:
    secret = part("MII", "Content-Type: application/pkcs7-mime")

    assert read_mime(mail(multipart("mixed", PLAIN, secret))).encrypted == "S/MIME"
    assert read_mime(mail(multipart("alternative", multipart("mixed", PLAIN, secret), RICH))).encrypted == ""


INNER = "Subject: 原信\nFrom: b@example.org\n\n內文"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("8bit", INNER),
        ("base64", base64.encodebytes(INNER.encode()).decode()),
        ("BASE64", base64.encodebytes(INNER.encode()).decode()),
        ("quoted-printable", quopri.encodestring(INNER.encode()).decode()),
        ("base64", INNER),  # as it says of itself, and is not
    ],
)
def test_a_message_within_a_message_stands_with_its_headers(encoding: str, body: str) -> None:
    forwarded = part(body, "Content-Type: message/rfc822", f"Content-Transfer-Encoding: {encoding}")

    found = read_mime(mail(multipart("mixed", PLAIN, forwarded)))

    assert found.texts == ["Plain text of it", "", "Subject: 原信", "From: b@example.org", "", "內文"]


def test_a_message_within_a_message_that_is_not_the_base64_that_it_says_is_kept() -> None:
    forwarded = part("\nabcde", "Content-Type: message/rfc822", "Content-Transfer-Encoding: base64")

    assert read_mime(mail(multipart("mixed", PLAIN, forwarded))).texts[0] == "Plain text of it"


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        (("Content-Type: application/pdf", "Content-Disposition: attachment; filename=a.pdf"), "a.pdf"),
        (("Content-Type: application/pdf; name=b.pdf",), "b.pdf"),
        (("Content-Type: application/pdf", 'Content-Disposition: attachment; filename="a/b.pdf"'), "a_b.pdf"),
        (("Content-Type: application/pdf", "Content-Disposition: inline; filename==?utf-8?B?6LuM?="), "軌"),
        (("Content-Type: application/pdf",), "application/pdf.pdf"),
        (("Content-Type: application/x-unheard-of",), "application/x-unheard-of"),
        (("Content-Type: text/plain", "Content-Disposition: attachment; filename=a.txt"), "a.txt"),
    ],
)
def test_a_file_is_attached_under_its_name_or_its_kind(headers: tuple[str, ...], name: str) -> None:
    found = read_mime(mail(multipart("mixed", PLAIN, part("QUJD", *headers, "Content-Transfer-Encoding: base64"))))

    assert found.attachments == [Attachment(name, b"ABC")]
    assert found.texts == ["Plain text of it"]


@pytest.mark.parametrize("encoding", ["utf-8", "big5"])
@pytest.mark.parametrize(
    "header",
    [
        "Content-Type: application/pdf; name=軌道檢查圖.pdf",
        'Content-Type: application/pdf;\n name="軌道檢查圖.pdf"; x=y',
        'Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment; FileName = "軌道檢查圖.pdf"',
    ],
)
def test_the_name_of_a_file_may_stand_in_bare_bytes(header: str, encoding: str) -> None:
    found = read_mime(f"From: a\n{header}\n\nABC".encode(encoding))

    assert found.attachments == [Attachment("軌道檢查圖.pdf", b"ABC")]


def test_a_report_of_what_became_of_a_message_is_attached() -> None:
    status = part("Status: 5.1.1\n\nAction: failed", "Content-Type: message/delivery-status")

    found = read_mime(mail(multipart("report", PLAIN, status)))

    assert found.texts == ["Plain text of it"]
    assert [one.name for one in found.attachments] == ["message/delivery-status"]


def test_a_loss_is_said_once() -> None:
    wrong = part("軌道檢查", "Content-Type: text/plain; charset=us-ascii")
    page = part("<p>軌道檢查", "Content-Type: text/html; charset=us-ascii")

    (loss,) = read_mime(mail(multipart("mixed", wrong, wrong, page))).losses
    assert "us-ascii" in loss
    alternatives = multipart("alternative", wrong)
    assert len(read_mime(mail(multipart("mixed", wrong, alternatives))).losses) == 1
    assert len(read_mime(mail(alternatives)).losses) == 1


def test_the_losses_of_a_page_are_handed_on_once() -> None:
    losses = ["other"]

    assert shown_text("<p>a<font face=Wingdings>\uf021</font>b", losses) == "ab"
    shown_text("<p>a<font face=Wingdings>\uf021</font>b", losses)

    assert len(losses) == 2
    assert shown_text("<p>a") == "a"


@pytest.mark.parametrize("charset", ["; charset=big5", "; charset=klingon", ""])
def test_a_text_is_read_by_what_it_says_or_looks_like(charset: str) -> None:
    text = "軌道檢查報告已完成，請各位在本週內確認。"
    content = f"From: a\nContent-Type: text/plain{charset}\n\n".encode() + text.encode("big5") + b"\r\nb"

    assert read_mime(content).texts == [text + "\nb"]
