"""What a file says of its encoding is believed unless its bytes say otherwise.

Modules: ``potluck_plugins.loaders._shared.calendar``, ``potluck_plugins.loaders._shared.flowed``,
``potluck_plugins.loaders._shared.mailbox``, ``potluck_plugins.loaders._shared.mime``,
``potluck_plugins.loaders._shared.outlook``, ``potluck_plugins.loaders._shared.plausible``.
"""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._shared.decoding import Decoded, decode, decode_declared, refuse_binary
from potluck_plugins.loaders._shared.plausible import _LANGUAGES
from support.loading import load_one


@pytest.mark.parametrize("language", _LANGUAGES)
def test_the_shares_of_a_language_are_all_of_its_characters(language: str) -> None:
    assert sum(_LANGUAGES[language].values()) == pytest.approx(1, abs=0.02)


TEXTS = {
    "traditional": "鑰匙在三樓櫃台，請於上班時間領取。",
    "simplified": "钥匙在三楼柜台，请在上班时间领取。",
    "japanese": "鍵は三階の受付にあります。お受け取りください。",
    "korean": "열쇠는 삼층 안내 데스크에 있습니다.",
    "french": "La clé est à l’accueil, côté café.",
    "russian": "Ключ находится на третьем этаже",
    "greek": "Το κλειδί είναι στον τρίτο όροφο",
    "thai": "กุญแจอยู่ที่เคาน์เตอร์ชั้นสาม",
    "czech": "Klíč je ve třetím patře, příšerně žluťoučký kůň",
    "turkish": "Anahtar üçüncü katta; şöyle güzel ığdır",
}
RIGHT = {
    "traditional": ("big5", "cp950", "gb18030", "utf-8"),
    "simplified": ("gb2312", "gbk", "gb18030", "utf-8"),
    "japanese": ("shift_jis", "euc-jp", "iso-2022-jp", "utf-8"),
    "korean": ("euc-kr", "cp949", "utf-8"),
    "french": ("windows-1252", "utf-8"),
    "russian": ("windows-1251", "koi8-r", "iso-8859-5", "utf-8"),
    "greek": ("windows-1253", "utf-8"),
    "thai": ("tis-620", "utf-8"),
    "czech": ("iso-8859-2", "windows-1250", "utf-8"),
    "turkish": ("iso-8859-9", "utf-8"),
}
LATIN = ("us-ascii", "iso-8859-1", "windows-1252", "iso-8859-15")
SINGLE_BYTE = (*LATIN, "iso-8859-2", "windows-1251", "koi8-r", "tis-620")
LABELS = (*SINGLE_BYTE, "big5", "gb2312", "gbk", "shift_jis", "euc-jp", "euc-kr")


@pytest.mark.parametrize(("language", "encoding"), [(name, one) for name in RIGHT for one in RIGHT[name]])
def test_a_right_label_is_believed(language: str, encoding: str) -> None:
    for text in (TEXTS[language], *TEXTS[language].split()):
        found = decode_declared(text.encode(encoding), encoding)
        assert (found.text, found.losses) == (text, ())


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("language", TEXTS)
def test_bytes_that_are_utf_8_are_utf_8_whatever_the_label(language: str, label: str) -> None:
    found = decode_declared(TEXTS[language].encode(), label)

    assert found.text == TEXTS[language]
    assert found.encoding == "utf-8"
    assert found.losses == (f"it says that it is {label}, and is not; it was read as utf-8",)


@pytest.mark.parametrize("label", [label for label in SINGLE_BYTE if label != "tis-620"])
@pytest.mark.parametrize("text", ["鑰匙", "key 鑰", "軌"])
def test_a_word_of_chinese_is_enough_against_a_single_byte_label(text: str, label: str) -> None:
    assert decode_declared(text.encode(), label).text == text


MISLABELLED = {
    "traditional": ("big5", ("iso-8859-1", "windows-1252", "us-ascii", "gb2312", "shift_jis", "euc-kr")),
    "simplified": ("gbk", ("iso-8859-1", "us-ascii", "big5", "euc-jp", "euc-kr")),
    "japanese": ("shift_jis", ("iso-8859-1", "us-ascii", "gb2312", "big5", "euc-jp")),
    "korean": ("euc-kr", ("iso-8859-1", "us-ascii", "gb2312", "big5", "shift_jis")),
    "french": ("windows-1252", ("us-ascii", "big5", "gb2312", "shift_jis", "euc-kr", "utf-8")),
}


@pytest.mark.parametrize(
    ("language", "label"), [(language, label) for language, (_, labels) in MISLABELLED.items() for label in labels]
)
def test_a_label_that_gives_rubbish_is_not_believed(language: str, label: str) -> None:
    found = decode_declared(TEXTS[language].encode(MISLABELLED[language][0]), label)

    assert found.text == TEXTS[language]
    assert f"it says that it is {label}, and is not" in found.losses[0]


ALPHABETS = [("russian", "windows-1251"), ("greek", "windows-1253"), ("thai", "tis-620"), ("czech", "iso-8859-2")]


@pytest.mark.parametrize(("language", "label"), ALPHABETS)
@given(data=st.data())
def test_any_words_of_a_right_label_are_believed(language: str, label: str, data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(TEXTS[language].split()), min_size=1, max_size=4))
    text = " ".join(words)

    assert decode_declared(text.encode(label), label).text == text


def html(text: str, label: str) -> bytes:
    return f"<html><head><meta charset={label}></head><body><p>{text}</p></body></html>".encode()


def html_by_http(text: str, label: str) -> bytes:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={label}">'
    return f"<html><head>{meta}</head><body><p>{text}</p></body></html>".encode()


def xml(text: str, label: str) -> bytes:
    return f'<?xml version="1.0" encoding="{label}"?><r><p>{text}</p></r>'.encode()


def mail(text: str, label: str, transfer: str = "8bit") -> bytes:
    encoders = {"8bit": bytes, "base64": base64.encodebytes, "quoted-printable": quopri.encodestring}
    head = f"Subject: x\nContent-Type: text/plain; charset={label}\nContent-Transfer-Encoding: {transfer}\n\n"
    return head.encode() + encoders[transfer](text.encode())


FORMATS: dict[str, tuple[str, Callable[[str, str], bytes]]] = {
    "html": ("html", html),
    "html, by its http-equiv": ("html", html_by_http),
    "xml": ("xml", xml),
    "mail": ("email", mail),
    "mail in quoted-printable": ("email", lambda text, label: mail(text, label, "quoted-printable")),
    "mail in base64": ("email", lambda text, label: mail(text, label, "base64")),
}


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1252", "us-ascii", "windows-1251"])
@pytest.mark.parametrize("form", FORMATS)
def test_every_format_that_names_its_encoding_is_read_so(form: str, label: str) -> None:
    loader, made = FORMATS[form]
    text = "The café’s keys: 鑰匙在三樓櫃台。 Deposit: 40 €"

    document = load_one(loader, made(text, label))

    assert text in document.text
    assert any(label in loss for loss in document.losses)


def test_a_header_of_a_mail_is_read_so_too() -> None:
    message = b"Subject: =?iso-8859-1?B?6ZGw5YyZ5Zyo5LiJ5qiT?=\nContent-Type: text/plain\n\nbody\n"

    assert load_one("email", message).metadata["subject"] == "鑰匙在三樓"


def test_a_syllable_of_thai_that_is_utf_8_by_chance_stays_thai() -> None:
    assert decode_declared("เคน".encode("tis-620"), "tis-620").text == "เคน"
    assert decode_declared("é軌".encode(), "tis-620").text == "é軌"


MARKED = {
    "utf-8": b"\xef\xbb\xbf",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    "utf-32-le": b"\xff\xfe\0\0",
    "utf-32-be": b"\0\0\xfe\xff",
}


@pytest.mark.parametrize("encoding", MARKED)
def test_a_byte_order_mark_goes_before_all_else(encoding: str) -> None:
    content = MARKED[encoding] + "短鋼軌 rail".encode(encoding)

    for found in (decode(content), decode_declared(content, "big5")):
        assert (found.text, found.encoding, found.losses) == ("短鋼軌 rail", encoding, ())


@pytest.mark.parametrize("declared", ["utf-16", "UTF_16LE", "utf-32", "unicode", "", " ", None, "klingon", "hex"])
def test_a_label_that_cannot_be_true_or_says_nothing_is_passed_over(declared: str | None) -> None:
    found = decode_declared("é clé".encode(), declared)

    assert (found.text, found.encoding, found.losses) == ("é clé", "utf-8", ())


MEANT = {
    "Big5": "big5",
    "big5_hkscs": "big5",
    "cp950": "big5",
    "GB2312": "gb18030",
    "gbk": "gb18030",
    "hz-gb-2312": "gb18030",
    "Shift_JIS": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "euc-kr": "cp949",
    "KS_C_5601-1987": "cp949",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
}


@pytest.mark.parametrize("label", MEANT)
def test_a_label_means_what_programs_mean_by_it(label: str) -> None:
    assert decode_declared(b"plain", label).encoding == MEANT[label]


def test_characters_that_only_a_superset_has_are_read() -> None:
    assert decode_declared("檢查€碁".encode("cp950"), "big5").text == "檢查€碁"
    assert decode_declared("镕基在检查铁路".encode("gb18030"), "gb2312").text == "镕基在检查铁路"
    assert decode_declared("价格 “20” €".encode("cp1252", "replace"), "iso-8859-1").text.endswith("“20” €")
    assert decode_declared(b"a\x81b", "iso-8859-1").encoding == "latin-1"


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("a" * 100 + "\x01" * 8, False),
        ("a" * 100 + "\x01" * 9, True),
        ("\x01" * 3, False),
        ("\x01" * 4, True),
        ("a" * 60 + "\ue000" * 30, False),
        ("a" * 60 + "\ue000" * 31, True),
        ("a" * 60 + "\ufffd" * 31, True),
        ("a" * 60 + "\u0378" * 31, True),
        ("\n\t\f\v\x1b" * 20, False),
        ("", False),
    ],
)
def test_what_is_mostly_no_characters_is_not_text(text: str, refused: bool) -> None:
    decoded = Decoded(text, "utf-8")

    if refused:
        with pytest.raises(UnreadableDocument, match="it is not text: read as utf-8"):
            refuse_binary(decoded)
    else:
        refuse_binary(decoded)


@pytest.mark.parametrize(
    ("content", "text", "losses"),
    [
        (b"a\r\nb\rc\n", "a\nb\nc\n", ()),
        (b"a\0\0b", "ab", ("2 NUL characters were taken out",)),
        ("a\ufeffb".encode(), "ab", ()),
        (b"\xff", "\ufffd", ("1 bytes or characters are not utf-8 and were replaced by \ufffd",)),
    ],
)
def test_what_no_text_may_hold_is_taken_out_and_told(content: bytes, text: str, losses: tuple[str, ...]) -> None:
    found = decode(content, "utf-8")

    assert (found.text, found.encoding, found.losses) == (text, "utf-8", losses)


@pytest.mark.parametrize("escape", [b"\x1b$B", b"\x1b$@", b"\x1b(J"])
def test_escapes_of_japanese_mail_say_the_encoding(escape: bytes) -> None:
    assert decode(b"plain " + escape + b"\x1b(B").encoding == "iso2022_jp"
    assert decode(b"plain " + escape + "é".encode()).encoding == "utf-8"


@pytest.mark.parametrize(
    "text", ["軌道檢查報告", "軌道", "鋼軌", "負責人", "捷運", "檢查", "車站", "安全帽", "會議記錄"]
)
def test_a_few_words_of_traditional_chinese_are_not_taken_for_korean(text: str) -> None:
    assert (decode(text.encode("big5")).text, decode(text.encode("big5")).encoding) == (text, "big5")


@pytest.mark.parametrize("text", ["대한민국", "안녕하세요", "회의록", "서울"])
def test_nor_are_a_few_words_of_korean_for_chinese(text: str) -> None:
    assert decode(text.encode("euc-kr")).text == text


def test_a_guess_names_the_second_best() -> None:
    (loss,) = decode("鋼軌".encode("big5")).losses

    assert loss.startswith("it may be ")
    assert " or " in loss
    assert loss.endswith("'encoding' settles it")
