"""The sample files of the loaders' kit: whole ones of each format, and what damage and malice make of them.

Modules: ``potluck.testing.samples``, ``potluck.testing.texts``.
"""

from __future__ import annotations

import csv
import email
import email.policy
import io
import json
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from potluck.errors import PotluckError
from potluck.testing import sample_damage, samples
from potluck.testing.sample_writers import write_samples
from potluck.testing.samples import EXPECTED, Sample, read_samples
from potluck.testing.texts import CLUSTERS, SENTENCES, chinese, is_torn, text, texts

PHRASES = ("道碴厚度", "The ballast")
PLAIN = Sample("a.txt", "1.1 道碴厚度\n1.2 The ballast\n".encode(), PHRASES)
PAGE = Sample("a.html", "<p>道碴厚度</p>\n<p>The ballast</p>\n".encode(), PHRASES)
XML = Sample("a.xml", "<?xml version='1.0'?>\n<a>\n<b>道碴厚度</b>\n</a>\n".encode(), PHRASES[:1])
BINARY = Sample("a.bin", bytes(range(256)) * 4, PHRASES)


def archive(**parts: str) -> Sample:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return Sample("a.zip", made.getvalue(), PHRASES)


ARCHIVE = archive(one="一二三" * 500, two="x", three="The ballast" * 900, four="y" * 5, five="z" * 9, six="w" * 7)


@pytest.mark.parametrize("extension", ["txt", "text", "log", "rst", "md", "markdown", "html", "htm", "csv", "tsv"])
def test_a_sample_of_each_format_of_text_holds_every_sentence(extension: str) -> None:
    (sample,) = write_samples([extension, "docx"])

    assert (sample.name, sample.extension, sample.must) == (f"sample.{extension}", extension, SENTENCES)
    assert sample.text is not None
    assert all(sentence in sample.text for sentence in SENTENCES)


def test_samples_of_structured_formats_are_well_formed() -> None:
    by = {
        sample.extension: sample.content for sample in write_samples(["xml", "xhtml", "json", "jsonl", "eml", "ipynb"])
    }
    tables = {sample.extension: sample.text or "" for sample in write_samples(["csv", "tsv"])}

    assert [clause.get("number") for clause in ElementTree.fromstring(by["xml"]).findall("clause")] == [
        f"1.{number}" for number in range(1, 7)
    ]
    assert ElementTree.fromstring(by["xhtml"].split(b"\n", 1)[1]).tag.endswith("html")
    records = json.loads(by["json"])
    assert records == [json.loads(line) for line in by["jsonl"].decode().splitlines()]
    assert [record["text"] for record in records] == list(SENTENCES)
    mail: Any = email.message_from_bytes(by["eml"], policy=email.policy.default)
    assert mail["Subject"] == "第1章 軌道 Track"
    assert mail.get_content().split("\n")[: len(SENTENCES)] == list(SENTENCES)
    notebook = json.loads(by["ipynb"])
    assert (notebook["nbformat"], len(notebook["cells"])) == (4, 7)
    for separator, extension in ((",", "csv"), ("\t", "tsv")):
        rows = list(csv.reader(io.StringIO(tables[extension]), delimiter=separator))
        assert rows[0] == ["number", "text"]
        assert [row[1] for row in rows[1:]] == list(SENTENCES)


@pytest.mark.parametrize(
    ("content", "is_text"),
    [
        ("文字\t\r\n\f\v\x1b", True),
        ("a\0b", False),
        ("a\x07", False),
        ("a\x85", False),
        ("%PDF-1.7", False),
        ("{\\rtf1 a}", False),
        ("a %PDF", True),
        (b"\xff\xfe", False),
        ("", True),
    ],
)
def test_what_can_be_changed_by_hand_is_text(content: str | bytes, is_text: bool) -> None:
    sample = Sample("a.txt", content if isinstance(content, bytes) else content.encode())

    assert (sample.text is not None) is is_text
    assert sample.text in (None, content)


def test_a_sample_is_called_by_its_name_and_how_it_was_altered() -> None:
    other = PLAIN.alter("turned round", "文")

    assert (str(PLAIN), str(other)) == ("a.txt", "a.txt turned round")
    assert (other.content, other.must) == ("文".encode(), PHRASES)
    assert Sample("報告.DOCX", b"").extension == "docx"


def test_an_authors_samples_are_the_files_that_the_list_names(tmp_path: Path) -> None:
    (tmp_path / "報告.bin").write_bytes(b"\0")
    (tmp_path / EXPECTED).write_text(json.dumps({"報告.bin": ["片語", "phrase"]}), encoding="utf-8")

    expected = (Sample("報告.bin", b"\0", ("片語", "phrase")),)
    assert read_samples(tmp_path) == read_samples(str(tmp_path)) == expected
    assert read_samples({tmp_path / "報告.bin": ["片語", "phrase"]}) == expected


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        (None, r"expected\.json: cannot be read: No such file or directory; it says what each file has to hold"),
        ("broken", r"expected\.json: Expecting value"),
        ("[]", r"expected an object: \{\"report\.docx\": \[\"a phrase\", \"another\"\]\}"),
        ("{}", "there is no file among the samples"),
        ('{"none.txt": ["a"]}', r"none\.txt: the sample cannot be read: No such file"),
        *((json.dumps({"a.txt": must}), r"a\.txt: say with a list of phrases which text has to come out of it")
          for must in ("a phrase", [], [" "], ["a", ""], [3])),
    ],
)  # fmt: skip
def test_samples_that_say_nothing_are_an_error(listed: str | None, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a")
    if listed is not None:
        (tmp_path / EXPECTED).write_text(listed, encoding="utf-8")

    with pytest.raises(PotluckError, match=message):
        read_samples(tmp_path)


@pytest.mark.parametrize(
    ("sample", "zipped", "xml", "framed"),
    [
        (PLAIN, False, False, False),
        (PAGE, False, False, False),
        (XML, False, True, True),
        (ARCHIVE, True, False, True),
        (BINARY, False, False, True),
        (Sample("a.json", b"[1]"), False, False, True),
        (Sample("a.json", b'{"a": 1}'), False, False, True),
        (Sample("a.json", b"3"), False, False, False),
        (Sample("a.abc", b"some text"), False, False, False),
        (Sample("a.csv", b"[1]"), False, False, False),
        (Sample("a.eml", b"\xff"), False, False, False),
    ],
)
def test_formats_are_told_by_what_is_in_a_file(sample: Sample, zipped: bool, xml: bool, framed: bool) -> None:
    assert (samples.is_zip(sample), samples.is_xml(sample), samples.is_framed(sample)) == (zipped, xml, framed)


def test_cuts_leave_a_part_of_the_beginning() -> None:
    found = list(sample_damage.cuts(BINARY))

    assert [one.how for one in found] == [f"cut off at {part} %" for part in (10, 30, 50, 70, 90, 97)]
    assert [len(one.content) for one in found] == [102, 307, 512, 716, 921, 993]
    assert all(BINARY.content.startswith(one.content) for one in found)


def test_damage_is_the_same_every_time_and_changes_every_file() -> None:
    found = list(sample_damage.damage(BINARY))

    assert [one.content for one in sample_damage.damage(BINARY)] == [one.content for one in found]
    by = {one.how: one.content for one in found}
    assert by["emptied"] == b""
    assert by["twice in one file"] == BINARY.content * 2
    assert by["with zeros in its middle"] == BINARY.content[:341] + bytes(341)
    turned = [one for one in found if "turned over" in one.how]
    assert len(turned) == 8
    for number, one in enumerate(turned):
        start = int(one.how.rsplit(" ", 1)[1])
        changed = [place for place, byte in enumerate(one.content) if byte != BINARY.content[place]]
        wanted = range(start, min(start + 4**number // 8 + 1, len(BINARY.content)))
        assert changed == list(wanted)
        assert all(one.content[place] == BINARY.content[place] ^ 0xFF for place in wanted)
    assert len(list(sample_damage.damage(Sample("a.txt", b"")))) == len(found), "an empty file can be damaged too"


def test_other_things_stand_under_the_name() -> None:
    found = {one.how: one.content for one in sample_damage.foreign_contents(PLAIN)}

    assert len(found) == len(set(found.values())) == 10
    assert (len(found["as random bytes"]), found["as zeros"]) == (5000, bytes(5000))
    assert zipfile.is_zipfile(io.BytesIO(found["as another program's archive"]))
    with zipfile.ZipFile(io.BytesIO(found["as another program's archive"])) as held:
        assert held.namelist() == ["../outside.txt", "a/readme"]
    with zipfile.ZipFile(io.BytesIO(found["as an empty archive"])) as held:
        assert held.namelist() == []
    assert json.loads(found["as JSON"])["a"][0] == 1
    assert len(found["as a very long line"]) == 600_000
    assert found["as random bytes"] == next(iter(sample_damage.foreign_contents(BINARY))).content


@pytest.mark.parametrize(
    ("name", "content", "beginning", "end"),
    [
        ("a.json", b"[]", b"[[[", b"]]]"),
        ("a.jsonl", b"{}", b'{"a":{"a":', b"1}}}"[1:]),
        ("a.md", b"a", b"> > > ", b"> a"),
        ("a.html", b"a", b"<div><div>", b"</div></div>"),
        ("a.abc", b"<a/>", b"<a><a>", b"</a></a>"),
        ("a.eml", b"a", b"Content-Type: message/rfc822\n\n", b"Subject: a\n\na"),
    ],
)
def test_parts_within_parts_are_nested_as_deep_as_is_asked(
    name: str, content: bytes, beginning: bytes, end: bytes
) -> None:
    found, deeper = (
        sample_damage.nest_deeply(Sample(name, content), 100),
        sample_damage.nest_deeply(Sample(name, content)),
    )

    assert found is not None
    assert deeper is not None
    assert found.content.startswith(beginning)
    assert found.content.endswith(end)
    assert deeper.content.count(beginning[: len(beginning) // 2]) >= 10_000
    assert len(deeper.content) > 190 * len(found.content)


@pytest.mark.parametrize("sample", [PLAIN, BINARY, ARCHIVE, Sample("a.csv", b"a")])
def test_what_has_no_parts_is_not_nested(sample: Sample) -> None:
    assert sample_damage.nest_deeply(sample) is None


def test_the_four_largest_parts_of_a_bomb_inflate_and_the_others_stay() -> None:
    found = sample_damage.inflate(ARCHIVE, 3 << 20)

    with zipfile.ZipFile(io.BytesIO(found.content)) as held, zipfile.ZipFile(io.BytesIO(ARCHIVE.content)) as before:
        assert held.testzip() is None, "every checksum is right"
        for name in before.namelist():
            whole, old = held.read(name), before.read(name)
            grown = name in ("one", "three", "five", "six")
            assert whole == old + b" " * (3 << 20 if grown else 0)
    assert len(found.content) < 100_000


@pytest.mark.parametrize(
    ("sample", "hows"),
    [
        (PLAIN, ["with a byte order mark", "with line ends of Windows", "with a NUL",
                 "with a byte order mark within"]),
        (PAGE, ["with a byte order mark", "with line ends of Windows", "with escaped marks"]),
        (Sample("a.json", '["道碴厚度"]'.encode(), PHRASES),
         ["with a byte order mark", "with line ends of Windows", "with escaped marks"]),
        (Sample("a.json", b'["other"]', PHRASES), ["with a byte order mark", "with line ends of Windows"]),
        (Sample("a.abc", b"other", PHRASES), ["with a byte order mark", "with line ends of Windows"]),
        (BINARY, []),
    ],
)  # fmt: skip
def test_texts_are_tried_with_marks_that_must_not_come_out(sample: Sample, hows: list[str]) -> None:
    found = {one.how: one.content.decode() for one in sample_damage.add_marks(sample)}

    assert list(found) == hows
    if hows:
        assert found["with a byte order mark"] == f"\ufeff{sample.text}"
        assert found["with line ends of Windows"] == (sample.text or "").replace("\n", "\r\n")
    if "with a NUL" in hows:
        for how, mark in (("with a NUL", "\0"), ("with a byte order mark within", "\ufeff")):
            assert found[how].replace(mark, "") == sample.text
            assert found[how].index(mark) == len(sample.text or "") // 2
    if "with escaped marks" in hows:
        escape = "&#65279;&#13;" if sample.extension == "html" else r"\u0000\ufeff\r"
        assert f"道碴{escape}厚度" in found["with escaped marks"]


def test_bytes_that_are_no_text_stand_within_a_phrase() -> None:
    found = sample_damage.tear_phrase(PLAIN)

    assert found is not None
    assert found.content == "1.1 道碴".encode() + b"\xff\xfe\xff" + "度\n1.2 The ballast\n".encode()
    assert sample_damage.tear_phrase(BINARY) is None
    assert sample_damage.tear_phrase(Sample("a.txt", b"other", PHRASES)) is None


def test_of_an_archive_the_largest_part_is_spoiled_and_no_other() -> None:
    found = sample_damage.spoil_checksum(ARCHIVE)

    assert found is not None
    changed = [place for place, byte in enumerate(found.content) if byte != ARCHIVE.content[place]]
    assert len(changed) == 8
    assert changed == list(range(changed[0], changed[0] + 8))
    with zipfile.ZipFile(io.BytesIO(found.content)) as held:
        largest = max(held.infolist(), key=lambda one: one.compress_size).filename
        for name in held.namelist():
            if name != largest:
                held.read(name)
        with pytest.raises(Exception, match=r"CRC|invalid|incomplete|error"):
            held.read(largest)
    assert sample_damage.spoil_checksum(PLAIN) is None


def test_xml_names_another_file_in_the_place_of_a_phrase(tmp_path: Path) -> None:
    found = sample_damage.include_file(XML, tmp_path / "secret.txt")

    assert found is not None
    content = found.content.decode()
    assert content == (
        f'<!DOCTYPE a [<!ENTITY file SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]><a>\n<b>&file;</b>\n</a>\n'
    )
    for other in (PLAIN, PAGE, BINARY, Sample("a.xml", b"<a>other</a>", PHRASES)):
        assert sample_damage.include_file(other, tmp_path) is None


def test_pages_and_xml_name_files_of_an_address_that_belongs_to_nobody() -> None:
    remote, page = sample_damage.include_remote(XML), sample_damage.include_remote(PAGE)

    assert remote is not None
    assert remote.content.decode().startswith('<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd"><a>\n<b>')
    assert page is not None
    assert page.content.decode().startswith('<link rel="stylesheet" href="http://192.0.2.1/a.css"><img src="http://192')
    assert page.content.endswith(PAGE.content)
    assert [sample_damage.include_remote(one) for one in (PLAIN, BINARY, ARCHIVE)] == [None] * 3


@pytest.mark.parametrize(
    ("content", "place", "torn"),
    [
        ("ab", 1, False), ("e\u0301", 1, True), ("e\u0301", 0, False), ("e\u0301", 2, False), (" \u0301", 1, False),
        ("👷\u200d♀", 1, True), ("👷\u200d♀", 2, True), ("👍🏽", 1, True), ("👍👍", 1, False), ("か\u3099", 1, True),
        ("\u1112\u1161\u11ab", 1, True), ("\u1112\u1161\u11ab", 2, True), ("\u1112\u1112", 1, False),
        ("，\ufe00", 1, True), ("क\u094d", 1, True), ("道碴", 1, False), ("a\U0001f3fa", 1, False),
    ],
)  # fmt: skip
def test_a_cut_that_takes_a_character_apart_is_known(content: str, place: int, torn: bool) -> None:
    assert is_torn(content, place) is torn


@pytest.mark.parametrize("count", [0, 1, 35, 36, 3000])
def test_chinese_has_no_blanks_and_is_as_long_as_asked(count: int) -> None:
    found = chinese(count)

    assert count < len(found) <= count + 50
    assert not any(character.isspace() for character in found)
    assert not any(character.isascii() for character in found)


def test_the_texts_of_the_kit_are_the_same_every_time_none_blank_and_hold_every_odd_character() -> None:
    found = texts()

    assert found == texts()
    assert all(one.strip() for one in found)
    assert text(1) != text(2)
    assert all(any(cluster * 200 == one for one in found) for cluster in CLUSTERS)
    assert max(map(len, found)) >= 3000
    assert min(map(len, found)) == 1
