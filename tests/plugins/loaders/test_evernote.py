"""The ``evernote`` loader."""

from __future__ import annotations

import pytest

from potluck.errors import DocumentLimit, NoText, UnreadableDocument
from support.loading import load, load_one, outline

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/evernote-export4.dtd"><en-export>'
)


def note(title: str, enml: str, more: str = "") -> str:
    content = f'<?xml version="1.0"?><!DOCTYPE en-note SYSTEM "x.dtd"><en-note>{enml}</en-note>'
    return f"<note><title>{title}</title><content><![CDATA[{content}]]></content>{more}</note>"


def export(*notes: str) -> str:
    return HEAD + "".join(notes) + "</en-export>"


def test_each_note_is_a_document_under_its_title() -> None:
    found = load(
        "evernote",
        export(
            note(
                "短鋼軌",
                "<div>係指長度</div><div>在標準以下</div>",
                "<created>20230602T084649Z</created><tag>軌道</tag>",
            ),
            note("Notes", "<h2>1.1 Scope</h2><div>text</div>"),
        ),
        "my.enex",
    )

    assert [one.source for one in found] == ["my.enex#短鋼軌", "my.enex#Notes"]
    assert found[0].text == "短鋼軌\nTags: 軌道\n係指長度\n在標準以下"
    assert found[0].metadata == {"title": "短鋼軌", "created": "20230602T084649Z", "tags": ["軌道"]}
    assert outline(found[1]) == [(None, "Notes", 1), ("1.1", "Scope", 2)]


def test_pictures_and_encrypted_passages_are_reported() -> None:
    data = '<resource><data encoding="base64">QUJD</data><mime>image/png</mime></resource>'
    document = load_one("evernote", export(note("題", "甲<en-media hash='x'/>乙<en-crypt>QUJDRA==</en-crypt>", data)))

    assert document.text == "題\n甲乙"
    assert document.losses == ("1 pictures or attachments were not read", "1 encrypted passages were not read")


def test_a_picture_may_be_larger_than_a_parser_usually_allows() -> None:
    data = f"<resource><data>{'QUJD' * 3_000_000}</data></resource>"

    assert load_one("evernote", export(note("題", "甲", data))).text == "題\n甲"


def test_tasks_keep_their_marks() -> None:
    document = load_one(
        "evernote", export(note("題", '<div><en-todo checked="true"/>訂會議室</div><div><en-todo/>準備</div>'))
    )

    assert document.text == "題\n☒ 訂會議室\n☐ 準備"


def test_notes_without_text_are_counted() -> None:
    found = load("evernote", export(note("一", "甲"), "<note><title>空</title></note>"))

    assert len(found) == 1
    assert found[0].losses == ("1 note of 2 without text",)


@pytest.mark.parametrize("content", [export(), export("<note><title>空</title></note>"), ""])
def test_an_export_without_text_says_so(content: str) -> None:
    with pytest.raises(NoText):
        load("evernote", content)


def test_another_xml_file_is_not_an_export() -> None:
    with pytest.raises(UnreadableDocument, match="no Evernote export: it begins with <html>"):
        load("evernote", "<html><note><content>x</content></note></html>")


def test_an_export_that_is_cut_off_keeps_the_notes_before() -> None:
    whole = export(note("一", "甲" * 50), note("二", "乙" * 50))

    found = load("evernote", whole[: whole.index("乙") + 5])

    assert found[0].text == "一\n" + "甲" * 50
    assert "it is damaged" in found[0].losses[0]


def test_entities_read_no_file_and_do_not_grow() -> None:
    reading = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    inner = "<note><title>t</title><content>甲 &e; 乙</content></note>"
    (document,) = load("evernote", f"{reading}<en-export>{inner}</en-export>")
    assert document.text == "t\n甲 &e; 乙"
    growing = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(DocumentLimit):
        load("evernote", f"<!DOCTYPE x [{growing}]><en-export>{inner.replace('&e;', '&i;')}</en-export>")
