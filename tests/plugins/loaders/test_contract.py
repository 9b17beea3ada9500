"""What holds for every loader of text, whatever bytes it is given."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from potluck import plugins
from potluck.contracts import Loader
from potluck.documents import Document
from potluck.errors import DocumentError
from support.loading import load, load_one, make_loader
from support.pdf import column, make_pdf

LOADERS = ("csv", "email", "epub", "evernote", "html", "ipynb", "json", "markdown", "notion", "pdf", "text", "xml")
SEEDS = {
    "csv": "站名,里程\n大安,12K+300\n\"a, b\",'x'\n",
    "email": "From: a@example.org\nSubject: =?utf-8?B?6LuM6YGT?=\nContent-Type: text/html; charset=big5\n\n<p>x</p>\n",
    "evernote": "<en-export><note><title>題</title><content><![CDATA[<en-note>甲]]></content></note></en-export>",
    "html": "<title>t</title><h1>第1章 總則</h1><table><tr><td>甲<td>乙</table><pre> x</pre><p>1.4.4 短鋼軌",
    "ipynb": '{"cells": [{"cell_type": "markdown", "source": ["# 題\\n", "x"]}, {"source": "1", "outputs": []}]}',
    "json": '{"a": [1, {"b": "軌道"}], "c": 1.5}\n',
    "markdown": "---\ntitle: x\n---\n# 題\n\n```\n# no\n```\n1.4.4 短鋼軌\n\n題\n===\n",
    "text": "第1章 總則\r\n1.4.4 短鋼軌：係指\r\n\ufeff\0x\r",
    "xml": "<?xml version='1.0'?><!DOCTYPE a><a b='c'><p>甲<b>乙</b></p></a>",
}
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def loaded(name: str, content: bytes, file: str = "file") -> list[Document] | str:
    """The documents, each checked against the contract, or the reason of the error that a loader may raise."""
    try:
        return load(name, content, file)
    except DocumentError as error:
        reason = str(error)
    assert reason
    assert "\n" not in reason
    return reason


@pytest.mark.parametrize("name", LOADERS)
@quick
@given(content=st.binary(max_size=400))
def test_random_bytes_give_documents_or_a_document_error(name: str, content: bytes) -> None:
    loaded(name, content)


MARKS = st.sampled_from(
    ["\0", "\r", "\r\n", "\ufeff", "\x0b", "\x0c", "\x1b[0m", "\u2028", "<", '"', "1.4.4 甲", "#", "{", ","]
)
PIECES = st.lists(st.text(max_size=12) | MARKS, max_size=12).map("".join)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "big5", "gb18030", "cp932", "cp1252"])


@pytest.mark.parametrize("name", sorted(SEEDS))
@quick
@given(before=PIECES, after=PIECES, encoding=ENCODINGS)
def test_any_text_in_any_encoding_keeps_the_contract(name: str, before: str, after: str, encoding: str) -> None:
    loaded(name, (before + SEEDS[name] + after).encode(encoding, "replace"))


@pytest.mark.parametrize("name", sorted(SEEDS))
@quick
@given(data=st.data())
def test_a_damaged_file_gives_documents_or_a_document_error(name: str, data: st.DataObject) -> None:
    content = bytearray(SEEDS[name].encode())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=6)):
        content[place] = data.draw(st.integers(0, 255))

    loaded(name, bytes(content[: data.draw(st.integers(0, len(content)))]))


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_the_same_bytes_give_the_same_documents_whatever_the_name(name: str) -> None:
    content = SEEDS[name].encode("utf-8" if name == "email" else "utf-16")

    one, other = loaded(name, content, "one.bin"), loaded(name, content, "other.txt")

    assert not isinstance(one, str)
    assert not isinstance(other, str)
    assert [replace(document, source=document.source.replace("one.bin", "other.txt")) for document in one] == other


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_a_document_is_named_after_its_file(name: str) -> None:
    found = loaded(name, SEEDS[name].encode(), "資料夾的檔案")

    assert not isinstance(found, str)
    assert all(document.source.partition("#")[0] == "資料夾的檔案" for document in found)


@given(
    text=st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=300).filter(str.strip)
)
@quick
def test_a_text_comes_out_as_it_went_in(text: str) -> None:
    assert load_one("text", text.encode()).text == text.replace("\ufeff", "")


@given(
    lines=st.lists(
        st.text(st.sampled_from("短鋼軌係指長度 rail1.4，。-"), min_size=1, max_size=40), min_size=1, max_size=12
    )
)
@quick
def test_no_character_of_a_pdf_is_lost(lines: list[str]) -> None:
    # A character by itself has no width without its font, and PDFium leaves it out.
    lines = [f"甲{line}乙" for line in lines]
    content = make_pdf([column(*lines)])

    found = loaded("pdf", content)

    assert not isinstance(found, str)
    (document,) = found
    kept = [character for character in document.text if not character.isspace() and character not in "-|"]
    assert kept == [character for line in lines for character in line if not character.isspace() and character != "-"]


@pytest.mark.parametrize("name", [*LOADERS, "unstructured"])
def test_a_loader_is_light_to_import_and_offers_what_its_extra_installs(name: str) -> None:
    offer = plugins.offer(plugins.find("loader", name))

    assert offer.summary
    assert "\n" not in offer.summary
    assert bool(offer.extra) == bool(offer.requires)
    schema = offer.config.model_json_schema()
    assert all(field.get("description") for field in schema.get("properties", {}).values())


def test_only_loaders_of_plain_text_run_in_the_process_of_the_caller() -> None:
    inside = {name for name in LOADERS if not make_loader(name).isolated}

    assert inside == {"csv", "ipynb", "json", "markdown", "text"}
    assert all(isinstance(make_loader(name), Loader) for name in LOADERS)


def test_what_a_file_holds_is_no_longer_read_when_it_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"a": 1}))
    load("json", path.read_bytes())
    path.unlink()

    assert list(tmp_path.iterdir()) == []
