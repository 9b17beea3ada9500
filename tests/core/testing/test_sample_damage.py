"""What damage and malice make of sample files."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from potluck.testing import sample_damage
from potluck.testing.samples import Sample
from support.sample_archives import ARCHIVE, BINARY, PAGE, PHRASES, PLAIN, XML


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


def test_bytes_that_are_not_text_stand_within_a_phrase() -> None:
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
