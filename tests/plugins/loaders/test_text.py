"""The ``text`` loader, and how it tells encodings apart.

Modules: ``potluck_plugins.loaders._shared.calendar``, ``potluck_plugins.loaders._shared.flowed``,
``potluck_plugins.loaders._shared.mailbox``, ``potluck_plugins.loaders._shared.mime``,
``potluck_plugins.loaders._shared.outlook``, ``potluck_plugins.loaders._shared.plausible``.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._shared.decoding import decode, decode_declared
from support.loading import load, load_one, make_loader, outline

CHINESE = "短鋼軌係指長度在標準長度以下、五公尺以上之鋼軌。短鋼軌不得使用於曲線半徑未滿三百公尺之外軌。"
SIMPLIFIED = "检查人员应在每次作业之后填写记录，并且把发现的问题报告给负责这条线路的工程师。"
JAPANESE = "この文書は、線路の検査について説明するものです。作業が終わったら、必ず記録を残してください。"
GERMAN = (
    "Die Prüfung der Gleise erfolgt jährlich; größere Schäden müssen sofort gemeldet werden – bitte täglich prüfen."
)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "utf-8"),
        (CHINESE, "utf-8-sig"),
        (CHINESE, "utf-16"),
        (CHINESE, "utf-16-le"),
        (CHINESE, "utf-16-be"),
        (CHINESE, "big5"),
        (CHINESE, "gb18030"),
        (SIMPLIFIED, "gb18030"),
        (SIMPLIFIED, "utf-16-be"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (JAPANESE, "iso2022_jp"),
        (GERMAN, "cp1252"),
        (GERMAN, "utf-16-le"),
    ],
)
def test_an_encoding_is_recognised_by_what_it_says(text: str, encoding: str) -> None:
    document = load_one("text", text.encode(encoding))

    assert document.text == text
    assert document.losses == ()
    assert str(document.metadata["encoding"]).split("-")[0] == encoding.split("-")[0]


def test_english_is_read_as_it_stands() -> None:
    document = load_one("text", "Rails are checked once a year.\n\nSee clause 2.\n")

    assert document.text == "Rails are checked once a year.\n\nSee clause 2.\n"
    assert document.metadata["encoding"] == "utf-8"


def test_the_setting_decides_where_the_guess_would_be_another() -> None:
    document = load_one("text", "軌道".encode("big5"), encoding="big5")

    assert document.text == "軌道"
    assert document.losses == ()


def test_what_does_not_fit_the_setting_is_replaced_and_reported() -> None:
    document = load_one("text", "a gauge of 1067 mm ± 3".encode(), encoding="ascii")

    assert document.text == "a gauge of 1067 mm \ufffd\ufffd 3"
    assert document.losses == ("2 bytes or characters are not ascii and were replaced by \ufffd",)


@pytest.mark.parametrize("name", ["klingon", "hex", "base64", ""])
def test_an_encoding_that_does_not_exist_is_a_mistake_in_the_recipe(name: str) -> None:
    with pytest.raises(ValidationError, match="there is no encoding"):
        make_loader("text", encoding=name)


def test_two_characters_are_too_few_to_be_sure() -> None:
    document = load_one("text", "鋼軌".encode("big5"))

    assert "'encoding' settles it" in document.losses[0]


def test_stray_bytes_are_replaced_and_counted() -> None:
    content = CHINESE.encode() + b"\xff\xfe\xfa" + "後半段正常".encode()

    document = load_one("text", content)

    assert document.text == CHINESE + "\ufffd\ufffd\ufffd後半段正常"
    assert document.losses == ("3 bytes or characters are not utf-8 and were replaced by \ufffd",)


def test_a_text_cut_within_a_character_keeps_the_rest() -> None:
    document = load_one("text", CHINESE.encode("big5")[:-1])

    assert document.text == CHINESE[:-1] + "\ufffd"
    assert document.metadata["encoding"] == "big5"
    assert document.losses


def test_nul_characters_are_taken_out_and_reported() -> None:
    document = load_one("text", CHINESE.encode() + b"\0" + b"end")

    assert document.text == CHINESE + "end"
    assert document.losses == ("1 NUL character was taken out",)


def test_line_ends_become_newlines() -> None:
    assert load_one("text", "一\r\n二\r三\n四").text == "一\n二\n三\n四"


def test_an_encoding_is_found_where_chinese_begins_late() -> None:
    content = b"INFO ready\n" * 10_000 + CHINESE.encode("big5")

    document = load_one("text", content)

    assert document.metadata["encoding"] == "big5"
    assert document.text.endswith(CHINESE)


def test_unknown_encodings_are_called_a_guess() -> None:
    russian = "Проверка рельсов проводится один раз в год, результаты записываются в журнал работ."

    assert "not known here" in decode(russian.encode("koi8-r")).losses[0]


def test_binary_data_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="it is not text"):
        load("text", random.Random(1).randbytes(5000))


def test_an_empty_file_gives_an_empty_text() -> None:
    assert load_one("text", b"").text == ""


def test_a_line_with_a_clause_number_begins_a_section() -> None:
    document = load_one(
        "text", "總則\n1.4.4 短鋼軌：係指長度在標準長度以下。\n續\n  1.4.5 年度檢查\n第3條　乙方應於期限內完成。\n"
    )

    assert outline(document) == [("1.4.4", "短鋼軌", 3), ("1.4.5", "年度檢查", 3), ("第3條", "乙方應於期限內完成", 3)]
    assert document.text[document.sections[1].start :].startswith("1.4.5 年度檢查")
    assert document.text[document.sections[0].start : document.sections[0].end].endswith("續\n  ")


@pytest.mark.parametrize(
    "line",
    [
        "10.0.0.1 Connected to the server",
        "192.168.1.1 Up",
        "3.5 percent of all rails",
        "1.5 m from the track",
        "2.4 倍於標準值",
        "0.3mm。",
        "1.1 總則.......... 12",
        "1.2 | 3.4",
        "3.14是圓周率",
        "第 2 章 材料、第 3 章 施工",
        "第3條之規定",
    ],
)
def test_a_quantity_an_address_or_a_reference_begins_no_section(line: str) -> None:
    assert load_one("text", f"前言\n{line}\n").sections == ()


def test_a_doubtful_number_begins_a_section_where_it_goes_on_from_the_one_before() -> None:
    document = load_one("text", "3.1 檢驗\n3.2 分類\n3.2.1 日常養護\n4.7 元件\n")

    assert [section.number for section in document.sections] == ["3.1", "3.2", "3.2.1"]


@pytest.mark.parametrize("declared", ["Big5", "big5", "BIG5-HKSCS", "x-unknown", None])
def test_a_declared_encoding_is_believed_if_it_fits(declared: str | None) -> None:
    found = decode_declared(CHINESE.encode("big5"), declared)

    assert found.text == CHINESE
    assert found.losses == ()


def test_a_declared_encoding_that_does_not_fit_is_reported() -> None:
    found = decode_declared(CHINESE.encode(), "big5")

    assert found.text == CHINESE
    assert found.losses == ("it says that it is big5, and is not; it was read as utf-8",)


def pieces(texts: list[str], length: int, count: int) -> Iterator[str]:
    """Random stretches that have something beyond ASCII in them."""
    chance = random.Random(length)
    while count:
        text = chance.choice(texts)
        start = chance.randrange(max(1, len(text) - length))
        piece = text[start : start + length].replace("\r", "").replace("\ufeff", "")
        if len(piece) == length and not piece.isascii():
            count -= 1
            yield piece


@pytest.mark.parametrize(("length", "right"), [(20, 0.95), (50, 0.98), (100, 0.99), (300, 0.995)])
def test_real_chinese_is_read_right_or_called_a_guess(shared_data: Path, length: int, right: float) -> None:
    wrong = silent = total = 0
    for folder, file, encodings in (
        ("qa_zh", "corpus.jsonl", ("big5", "gb18030", "utf-16-le", "utf-16-be")),
        ("corpus_zhtw", "train_text.jsonl", ("big5", "gb18030")),
        ("xquad", "corpus_zh.jsonl", ("gb18030", "utf-16-le", "utf-16-be")),
    ):
        lines = (shared_data / folder / file).read_text(encoding="utf-8").splitlines()
        texts = [json.loads(line)["text"] for line in lines]
        for encoding in encodings:
            for piece in pieces(texts, length, 60):
                try:
                    content = piece.encode(encoding)
                except UnicodeEncodeError:  # not everything can be said in Big5
                    continue
                found = decode(content)
                total += 1
                wrong += found.text != piece
                silent += found.text != piece and not found.losses

    assert total > 400
    assert wrong <= (1 - right) * total
    assert silent <= 0.002 * total
