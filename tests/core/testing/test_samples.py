"""The sample files of the loaders' kit: an author's own, and what can be told of a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from potluck.errors import PotluckError
from potluck.testing import samples
from potluck.testing.samples import EXPECTED, Sample, read_samples
from support.sample_archives import ARCHIVE, BINARY, PAGE, PHRASES, PLAIN, XML


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
