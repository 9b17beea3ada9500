"""Parts of messages as they were before they were encoded.

Modules: ``potluck_plugins.loaders._shared.transfer``.
"""

from __future__ import annotations

import base64
import binascii
import email
import quopri

import pytest

from potluck_plugins.loaders._shared.mime import read_mime
from potluck_plugins.loaders._shared.transfer import Sent, decoded_part

TEXT = "鋼軌長度 250 mm，會議在三樓，請各位在本週內確認，and more text follows here to be a longer body.\n".encode()
CODED = base64.encodebytes(TEXT)
FOOTER = b"_____________\nlist mailing list\n  https://example.org/25"


def sent(body: bytes, encoding: str = "base64") -> Sent:
    """What a part says that has this body."""
    header = f"From: a\nContent-Transfer-Encoding: {encoding}\n\n".encode()
    return decoded_part(email.message_from_bytes(header + body))


@pytest.mark.parametrize("length", range(len(TEXT) - 3, len(TEXT) + 1))
@pytest.mark.parametrize("footer", [FOOTER, b"\n\n" + FOOTER, FOOTER + b"\n", b"list of\n" + FOOTER, "第三池".encode()])
def test_a_footer_behind_base64_is_told_from_it(length: int, footer: bytes) -> None:
    for body in (base64.encodebytes(TEXT[:length]), base64.b64encode(TEXT[:length]) + b"\n"):
        assert sent(body + footer) == Sent(TEXT[:length], footer.strip())
        assert sent((b"\n" + body + footer).replace(b"\n", b"\r\n"), "BASE64 ").content == TEXT[:length]


def test_a_word_behind_a_line_that_ends_base64_is_of_the_footer() -> None:
    assert sent(CODED + b"list\n" + FOOTER) == Sent(TEXT, b"list\n" + FOOTER)
    assert sent(base64.encodebytes(TEXT[:60]) + b"list\n" + FOOTER) == Sent(TEXT[:60], b"list\n" + FOOTER)
    assert sent(CODED + b"_" * 76) == Sent(TEXT, b"_" * 76)
    assert sent(b"UGFkZGVkLg==\nlist\n- a") == Sent(b"Padded.", b"list\n- a")
    assert sent(b"UGFkZGVkLg==\nlistlistlist\n- a") == Sent(b"Padded.", b"listlistlist\n- a")


def test_base64_in_pieces_is_read_to_its_end() -> None:
    assert sent(base64.encodebytes(b"a" * 58) + base64.encodebytes(b"b" * 58)).content == b"a" * 58 + b"b" * 58
    assert sent(b"YQ==YmI=\nY2Nj").content == b"abbccc"


def test_damage_in_base64_is_passed_over() -> None:
    first, rest = CODED[:76], CODED[77:]

    assert sent(CODED[:21] + b"!-" + CODED[21:]) == Sent(TEXT)
    assert sent(CODED.replace(b"\n", b" \n") + FOOTER) == Sent(TEXT, FOOTER)
    assert sent(CODED[:154] + b"\n" + CODED[154:]) == Sent(TEXT)
    assert sent(first + b"\n(damage)\n" + first + b"\n" + rest).content.startswith(TEXT[:57])
    assert sent(first + b"\n(damage)\n" + first + b"\n" + rest).beside == b""


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_base64_that_is_cut_off_is_read_up_to_there(cut: int) -> None:
    whole = base64.b64encode(TEXT[:57])

    assert sent(whole[:-cut]) == Sent(TEXT[: 57 - cut])


@pytest.mark.parametrize(
    "body",
    [
        b"hello",
        b"Hello\nthis is no code.",
        b"Dear\nthis is no code.",
        "鋼軌長度".encode(),
        b"",
        b"Hi there, all",
        b"Institutionalizations\n- is no code.",
    ],
)
def test_a_text_that_is_not_encoded_as_it_says_stands_as_it_is(body: bytes) -> None:
    assert sent(body) == Sent(body)
    assert sent(body, "x-uuencode") == Sent(body)
    assert sent(body, "8bit") == sent(body, "quoted-printable") == Sent(body)


def test_quoted_printable_is_read_with_what_stands_behind_it() -> None:
    assert sent(quopri.encodestring(TEXT) + FOOTER, "Quoted-Printable ") == Sent(TEXT + FOOTER)


def test_what_stands_around_uuencoded_text_is_told_from_it() -> None:
    lines = b"".join(binascii.b2a_uu(TEXT[i : i + 45]) for i in range(0, len(TEXT), 45))
    coded = b"begin 644 a.txt\n" + lines + b"`\nend\n"

    for name in ("x-uuencode", "uuencode", "UUE", "x-uue"):
        assert sent(coded, name) == Sent(TEXT)
    assert sent(b"above\n" + coded + FOOTER, "uuencode") == Sent(TEXT, b"above\n" + FOOTER)
    assert sent(b"end\n" + coded, "uuencode") == Sent(TEXT, b"end")
    assert sent(coded.replace(b"\n", b"\r\n"), "uuencode") == Sent(TEXT)
    assert sent(coded[:-4], "uuencode") == Sent(coded[:-4])


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("text/plain; charset=utf-8", [TEXT.decode(), "", FOOTER.decode()]),
        ("text/html; charset=utf-8", [TEXT.decode().strip(), "", FOOTER.decode()]),
        ("text/plain; charset=utf-8; name=a.txt", ["", "a.txt:", TEXT.decode(), "", FOOTER.decode()]),
        ("text/calendar", ["", FOOTER.decode(), ""]),
        ("application/pdf", []),
    ],
)
def test_a_footer_stands_below_the_text_of_its_message(kind: str, texts: list[str]) -> None:
    header = f"From: a\nContent-Type: {kind}\nContent-Transfer-Encoding: base64\n\n".encode()

    found = read_mime(header + CODED + FOOTER)

    assert found.texts == texts
    assert [one.content for one in found.attachments] == ([] if texts else [TEXT])
    told = ["text beside the encoded content of 'application/pdf.pdf' was not read"]
    assert found.losses == ([] if texts else told)
    assert read_mime(header + CODED).losses == []
