"""Damaged and malicious versions of sample files."""

from __future__ import annotations

import io
import random
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from potluck.testing.samples import PLAIN, Sample, is_xml, is_zip

_BLANKS = b" " * (1 << 20)


_BOMBS = 4
"""How many parts of an archive are inflated, as it is not known here which of them a loader reads."""


_REMOTE = "http://192.0.2.1"
"""An address that belongs to nobody (RFC 5737)."""


def _literal_phrase(sample: Sample) -> str | None:
    """The first phrase that stands in a file of text as it is; None if there is none."""
    return next((phrase for phrase in sample.must if phrase in (sample.text or "")), None)


def cuts(sample: Sample) -> Iterator[Sample]:
    """The file without its end."""
    for percent in (10, 30, 50, 70, 90, 97):
        yield sample.alter(f"cut off at {percent} %", sample.content[: len(sample.content) * percent // 100])


def damage(sample: Sample) -> Iterator[Sample]:
    """Emptied, cut, and with changed bytes."""
    size = len(sample.content)
    chances = random.Random(size)  # noqa: S311  (no secret)
    yield sample.alter("emptied", b"")
    yield from cuts(sample)
    for number in range(8):
        content = bytearray(sample.content)
        start = chances.randrange(size or 1)
        for place in range(start, min(start + 4**number // 8 + 1, size)):
            content[place] ^= 0xFF
        yield sample.alter(f"with bytes turned over at {start}", bytes(content))
    yield sample.alter("with zeros in its middle", sample.content[: size // 3] + b"\0" * (size // 3))
    yield sample.alter("twice in one file", sample.content * 2)


def foreign_contents(sample: Sample) -> Iterator[Sample]:
    """Other content under its name."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("../outside.txt", "outside")
        made.writestr("a/readme", "nothing of interest")
    contents = {
        "as random bytes": random.Random(1).randbytes(5000),  # noqa: S311  (no secret)
        "as zeros": b"\0" * 5000,
        "as another program's archive": archive.getvalue(),
        "as an empty archive": b"PK\5\6" + b"\0" * 18,
        "as a web page": b"<!DOCTYPE html><title>404</title><h1>Not found</h1>",
        "as the head of a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
        "as the head of an old office file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600,
        "as JSON": b'{"a": [1, null, {"b": "c"}]}',
        "as a line of text": "只有一行字。".encode(),
        "as a very long line": b"a," * 300_000,
    }
    yield from (sample.alter(how, content) for how, content in contents.items())


_NESTED: Mapping[str, tuple[str, str, str]] = {
    "json": ("[", "", "]"),
    "jsonl": ('{"a":', "1", "}"),
    "ipynb": ('{"cells": [', "", "]}"),
    "eml": ("Content-Type: message/rfc822\n\n", "Subject: a\n\na", ""),
    **dict.fromkeys(("md", "markdown"), ("> ", "a", "")),
    **dict.fromkeys(("html", "htm", "xhtml"), ("<div>", "a", "</div>")),
}
"""The text that opens a nested part, the content of the innermost, and the text that closes one."""


def nest_deeply(sample: Sample, depth: int = 20_000) -> Sample | None:
    """A file whose parts are nested too deeply, of the sample's format; None if that is not known here."""
    found = _NESTED.get(sample.extension) or (("<a>", "a", "</a>") if is_xml(sample) else None)
    if found is None:
        return None
    opened, inner, closed = found
    return sample.alter("nested deeply", opened * depth + inner + closed * depth)


def inflate(sample: Sample, size: int = 1 << 30) -> Sample:
    """An archive of which the largest parts inflate to ``size`` bytes of blanks each and more."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sample.content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        largest = sorted(old.infolist(), key=lambda info: -info.file_size)[:_BOMBS]
        for info in old.infolist():
            if info in largest:
                _add_bomb(new, made, info.filename, old.read(info), size // len(_BLANKS))
            else:
                new.writestr(info.filename, old.read(info))
    return sample.alter("inflated to a bomb", made.getvalue())


def _add_bomb(archive: zipfile.ZipFile, file: io.BytesIO, name: str, content: bytes, blocks: int) -> None:
    """Write a part with blanks behind it. They are compressed once: what comes after a full flush stands alone."""

    def compress(data: bytes, end: int) -> bytes:
        made = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        return made.compress(data) + made.flush(end)

    stream = compress(content, zlib.Z_FULL_FLUSH) + compress(_BLANKS, zlib.Z_FULL_FLUSH) * blocks
    stream += compress(b"", zlib.Z_FINISH)
    info = zipfile.ZipInfo(name)
    info.compress_type, info.header_offset = zipfile.ZIP_DEFLATED, file.tell()
    info.compress_size, info.file_size = len(stream), len(content) + blocks * len(_BLANKS)
    info.CRC = _crc_with_blanks(zlib.crc32(content), blocks * len(_BLANKS))
    file.write(info.FileHeader() + stream)
    archive.filelist.append(info)
    archive.NameToInfo[name] = info
    archive.start_dir = file.tell()


def _crc_with_blanks(crc: int, count: int) -> int:
    """The CRC-32 of what has the CRC ``crc`` with ``count`` blanks behind it, without reading gigabytes of them.

    What one blank does to a CRC is linear but for a constant; what two, four, eight of them do follows by composing.
    """
    constant = zlib.crc32(b" ", 0)
    columns = [zlib.crc32(b" ", 1 << bit) ^ constant for bit in range(32)]
    while count:
        if count & 1:
            crc = _multiply(columns, crc) ^ constant
        constant ^= _multiply(columns, constant)
        columns = [_multiply(columns, column) for column in columns]
        count >>= 1
    return crc


def _multiply(columns: Sequence[int], vector: int) -> int:
    """A matrix of bits, by its columns, times a vector of bits."""
    found = 0
    for bit, column in enumerate(columns):
        if vector >> bit & 1:
            found ^= column
    return found


_ESCAPES: Mapping[str, str] = {
    **dict.fromkeys(("json", "jsonl", "ipynb"), r"\u0000\ufeff\r"),
    **dict.fromkeys(("html", "htm", "xhtml", "xml"), "&#65279;&#13;"),
}
"""How a file of text may say what must not come out, without holding it."""


def add_marks(sample: Sample) -> Iterator[Sample]:
    """A file of text with what must not come out of it: byte order marks, NULs, carriage returns."""
    text, phrase, escape = sample.text, _literal_phrase(sample), _ESCAPES.get(sample.extension)
    if text is None:
        return
    yield sample.alter("with a byte order mark", "\ufeff" + text)
    yield sample.alter("with line ends of Windows", text.replace("\n", "\r\n"))
    if phrase is not None and escape is not None:
        yield sample.alter("with escaped marks", text.replace(phrase, phrase[:2] + escape + phrase[2:], 1))
    if sample.extension in PLAIN:
        half = len(text) // 2
        yield sample.alter("with a NUL", text[:half] + "\0" + text[half:])
        yield sample.alter("with a byte order mark within", text[:half] + "\ufeff" + text[half:])


def tear_phrase(sample: Sample) -> Sample | None:
    """With bytes that are not text in the middle of a phrase; None if no phrase stands in it as it is."""
    phrase = _literal_phrase(sample)
    if phrase is None:
        return None
    head, tail = phrase[: len(phrase) // 2], phrase[len(phrase) // 2 + 1 :]
    broken = head.encode() + b"\xff\xfe\xff" + tail.encode()
    return sample.alter("with bytes that are not text", sample.content.replace(phrase.encode(), broken, 1))


def spoil_checksum(sample: Sample) -> Sample | None:
    """An archive whose largest part does not fit its checksum any more; None for no archive."""
    if not is_zip(sample):
        return None
    with zipfile.ZipFile(io.BytesIO(sample.content)) as archive:
        largest = max(archive.infolist(), key=lambda info: info.compress_size)
    head = sample.content[largest.header_offset : largest.header_offset + 30]
    names = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    middle = largest.header_offset + 30 + names + largest.compress_size // 2
    content = bytearray(sample.content)
    content[middle : middle + 8] = bytes(byte ^ 0xFF for byte in content[middle : middle + 8])
    return sample.alter("with a damaged part", bytes(content))


def include_file(sample: Sample, path: Path) -> Sample | None:
    """XML of which a phrase is replaced by what stands in another file; None for anything else."""
    text, phrase = sample.text, _literal_phrase(sample)
    if text is None or phrase is None or not is_xml(sample):
        return None
    entity = f'<!DOCTYPE a [<!ENTITY file SYSTEM "{path.as_uri()}">]>'
    return sample.alter("that names another file", entity + _root(text).replace(phrase, "&file;", 1))


def include_remote(sample: Sample) -> Sample | None:
    """A page or XML that names files of another machine; None for anything else."""
    text = sample.text
    if text is None:
        return None
    if is_xml(sample):
        return sample.alter("with a remote DTD", f'<!DOCTYPE a SYSTEM "{_REMOTE}/a.dtd">' + _root(text))
    links = f'<link rel="stylesheet" href="{_REMOTE}/a.css"><img src="{_REMOTE}/a.png">'
    return sample.alter("with remote pictures", links + text) if sample.extension in ("html", "htm") else None


def _root(xml: str) -> str:
    """XML from its first element on."""
    found = re.search(r"<[^?!]", xml)
    return xml[found.start() :] if found else xml
