"""The ``xml`` loader, and the parsing of strangers' XML."""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.errors import DocumentLimit, NoText, UnreadableDocument
from support.loading import load, load_one


def test_elements_become_lines_with_their_names() -> None:
    document = load_one(
        "xml",
        '<?xml version="1.0"?><stations xmlns:x="u"><station><name>大安</name><km>12</km></station>'
        '<station><name>North</name><stop x:id="1" 名稱="南港"/></station></stations>',
    )

    assert document.text == "name: 大安\nkm: 12\n\nname: North\nstop: id: 1; 名稱: 南港"
    assert document.metadata["root"] == "stations"


def test_words_and_elements_that_are_mixed_stay_one_line() -> None:
    document = load_one("xml", "<doc><p>一段<b>粗</b>體，<i>and</i> more.</p><p>二</p></doc>")

    assert document.text == "p: 一段粗體，and more.\np: 二"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "big5", "gb18030"])
@pytest.mark.parametrize("declared", [True, False])
def test_the_encoding_is_the_declared_one_or_the_likely_one(encoding: str, declared: bool) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?>' if declared else ""
    text = "軌道檢查之結果，應於每次作業完成之後填寫於紀錄表，並且交給負責的工程師簽認。"

    assert load_one("xml", f"{head}<a><p>{text}</p></a>".encode(encoding)).text == f"p: {text}"


def test_an_entity_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("geheim")
    content = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY y "inner">]><a><p>甲 &x; 乙 &y;</p></a>'

    document = load_one("xml", content)

    assert document.text == "p: 甲 &x; 乙 &y;"
    assert "2 references to entities" in document.losses[0]


@pytest.mark.parametrize("place", ["<p>&e9;</p>", '<p a="&e9;">x</p>'])
def test_entities_that_grow_without_end_are_refused(place: str) -> None:
    entities = '<!ENTITY e0 "0123456789">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))

    with pytest.raises(DocumentLimit, match="trap"):
        load("xml", f"<!DOCTYPE a [{entities}]><a>{place}</a>")


def test_a_dtd_elsewhere_is_not_fetched() -> None:
    document = load_one("xml", '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a><p>甲</p></a>')

    assert document.text == "p: 甲"


def test_deep_nesting_is_a_clear_error() -> None:
    with pytest.raises(DocumentLimit, match="nested too deeply"):
        load("xml", "<a>" * 100_000)


def test_what_can_be_read_of_a_damaged_file_is_read() -> None:
    document = load_one("xml", "<a><p>甲</p><p>乙</p><p>丙")

    assert document.text == "p: 甲\np: 乙\np: 丙"
    assert document.losses[0].startswith("it is damaged (")


def test_control_characters_are_taken_out_and_reported() -> None:
    document = load_one("xml", "<a><p>甲\x01乙</p></a>")

    assert document.text == "p: 甲乙"
    assert document.losses == ("1 control character taken out",)


def test_references_to_halves_of_surrogate_pairs_are_replaced_and_told() -> None:
    document = load_one("xml", "<a><p>鋼軌 &#xD83D; 長 &#56832;&#65292;25</p></a>")

    assert document.text == "p: 鋼軌 \ufffd 長 \ufffd，25"
    assert document.losses == ("2 characters are halves of surrogate pairs and were replaced by \ufffd",)


def test_what_is_no_xml_is_an_error() -> None:
    with pytest.raises(UnreadableDocument, match="not well-formed XML"):
        load("xml", "plain text")


@pytest.mark.parametrize("content", ["", "  ", '<?xml version="1.0"?>'])
def test_an_empty_file_has_no_text(content: str) -> None:
    with pytest.raises(NoText):
        load("xml", content)


def test_a_long_text_is_read_whole() -> None:
    assert len(load_one("xml", f"<a><p>{'長' * 6_000_000}</p></a>").text) == 6_000_003
