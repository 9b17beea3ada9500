"""Sample files for loaders: an author's own, or some that are written here; and what damage and malice make of them."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path
from typing import TypeAlias

from potluck.errors import PotluckError
from potluck.testing.texts import SENTENCES

Samples: TypeAlias = str | Path | Mapping[Path, Sequence[str]]
"""A folder with files and an ``expected.json`` that says which phrases have to come out of each, ``{"report.docx":
["a phrase", "another"]}``; or such a mapping itself."""

EXPECTED = "expected.json"
PLAIN = frozenset({"txt", "text", "log", "rst", "md", "markdown", "csv", "tsv"})
"""Extensions of files in which nothing says what their encoding is."""

_UNFRAMED = PLAIN | {"html", "htm", "eml", "srt", "vtt"}
"""Extensions of files that may end anywhere: nobody can tell that the rest is missing."""

_BLANKS = b" " * (1 << 20)
_BOMBS = 4
"""How many parts of an archive are inflated: which of them a loader reads nobody knows here."""

_REMOTE = "http://192.0.2.1"
"""An address that belongs to nobody (RFC 5737)."""

_COUNTED = ("%PDF", "{\\rtf")
"""What begins files that look like text and count their bytes, or have an encoding of their own."""

_TITLE = "第1章 軌道 Track"
_CLAUSES = [(f"1.{number}", sentence) for number, sentence in enumerate(SENTENCES, 1)]


@dataclass(frozen=True, slots=True)
class Sample:
    """A file, and the phrases that have to come out of it. ``how`` it was altered, for messages."""

    name: str
    content: bytes
    must: tuple[str, ...] = ()
    how: str = ""

    def __str__(self) -> str:
        """What a message calls it."""
        return f"{self.name} {self.how}".strip()

    @property
    def extension(self) -> str:
        """In lower case, without the dot."""
        return self.name.rpartition(".")[2].lower()

    @property
    def text(self) -> str | None:
        """What stands in it if it is a file of text that can be changed by hand; else None."""
        try:
            text = self.content.decode("utf-8")
        except UnicodeDecodeError:
            return None
        has_controls = any(unicodedata.category(c) == "Cc" and c not in "\t\n\r\f\v\x1b" for c in text)
        return None if has_controls or text.startswith(_COUNTED) else text

    def altered(self, how: str, content: bytes | str) -> Sample:
        """The same file with another content."""
        return replace(self, how=how, content=content.encode() if isinstance(content, str) else content)


def given(samples: Samples) -> tuple[Sample, ...]:
    """An author's samples. Raises ``PotluckError`` for what cannot be read, and for a file that need say nothing."""
    files = _listed(Path(samples)) if isinstance(samples, str | Path) else samples
    found = []
    for path, must in files.items():
        if isinstance(must, str) or not must or not all(isinstance(one, str) and one.strip() for one in must):
            raise PotluckError(f"{path}: say with a list of phrases which text has to come out of it")
        try:
            found.append(Sample(path.name, path.read_bytes(), tuple(must)))
        except OSError as error:
            raise PotluckError(f"{path}: the sample cannot be read: {error.strerror}") from error
    if not found:
        raise PotluckError("there is no file among the samples")
    return tuple(found)


def _listed(folder: Path) -> dict[Path, Sequence[str]]:
    """The files that a folder's list names."""
    listed = folder / EXPECTED
    try:
        said = json.loads(listed.read_text(encoding="utf-8"))
    except OSError as error:
        raise PotluckError(f"{listed}: cannot be read: {error.strerror}; it says what each file has to hold") from error
    except ValueError as error:
        raise PotluckError(f"{listed}: {error}") from error
    if not isinstance(said, dict):
        raise PotluckError(f'{listed}: expected an object: {{"report.docx": ["a phrase", "another"]}}')
    return {folder / name: must for name, must in said.items()}


def built_in(extensions: Sequence[str]) -> tuple[Sample, ...]:
    """A sample for each of the extensions that are formats of text."""
    return tuple(Sample(f"sample.{one}", _WRITERS[one](), SENTENCES) for one in extensions if one in _WRITERS)


def _plain() -> bytes:
    return "\n".join([_TITLE, "", *(f"{number} {sentence}" for number, sentence in _CLAUSES), ""]).encode()


def _markdown() -> bytes:
    clauses = (f"## {number}\n\n{sentence}\n" for number, sentence in _CLAUSES)
    return "\n".join([f"# {_TITLE}\n", *clauses]).encode()


def _table(delimiter: str) -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows([("number", "text"), *_CLAUSES])
    return file.getvalue().encode()


def _records() -> list[dict[str, str]]:
    return [{"id": number, "text": sentence} for number, sentence in _CLAUSES]


def _html() -> bytes:
    clauses = "\n".join(f"<h2>{number}</h2>\n<p>{sentence}</p>" for number, sentence in _CLAUSES)
    return f"<!DOCTYPE html>\n<html>\n<body>\n<h1>{_TITLE}</h1>\n{clauses}\n</body>\n</html>\n".encode()


def _xhtml() -> bytes:
    return _html().replace(b"<html>", b'<html xmlns="http://www.w3.org/1999/xhtml">')


def _xml() -> bytes:
    clauses = "\n".join(f'<clause number="{number}">{sentence}</clause>' for number, sentence in _CLAUSES)
    return f"<?xml version='1.0'?>\n<chapter>\n<title>{_TITLE}</title>\n{clauses}\n</chapter>\n".encode()


def _mail() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ann@example.org", "bob@example.org", _TITLE
    mail["Date"] = "Fri, 02 Jun 2023 16:46:49 +0800"
    mail.set_content("\n".join(sentence for _, sentence in _CLAUSES), cte="8bit")
    return mail.as_bytes()


def _notebook() -> bytes:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": [_TITLE]}]
    cells += [{"cell_type": "markdown", "metadata": {}, "source": [f"{n} {text}"]} for n, text in _CLAUSES]
    whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


_WRITERS: Mapping[str, Callable[[], bytes]] = {
    **dict.fromkeys(("txt", "text", "log", "rst"), _plain),
    **dict.fromkeys(("md", "markdown"), _markdown),
    **dict.fromkeys(("html", "htm"), _html),
    "xhtml": _xhtml,
    "xml": _xml,
    "csv": lambda: _table(","),
    "tsv": lambda: _table("\t"),
    "json": lambda: json.dumps(_records(), ensure_ascii=False, indent=1).encode(),
    "jsonl": lambda: "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in _records()).encode(),
    "eml": _mail,
    "ipynb": _notebook,
}


def _standing(sample: Sample) -> str | None:
    """The first phrase that stands in a file of text as it is; None where there is none."""
    return next((phrase for phrase in sample.must if phrase in (sample.text or "")), None)


def is_zip(sample: Sample) -> bool:
    """Whether it is an archive, as most files of office programs are."""
    return zipfile.is_zipfile(io.BytesIO(sample.content))


def is_xml(sample: Sample) -> bool:
    """Whether it is well-formed XML."""
    from xml.etree import ElementTree

    try:
        ElementTree.fromstring(sample.content)  # noqa: S314  (a sample of the author's own)
    except (ElementTree.ParseError, ValueError, LookupError):
        return False
    return True


def is_framed(sample: Sample) -> bool:
    """Whether it can be seen that its end is missing."""
    if sample.extension in _UNFRAMED:
        return False
    text = sample.text
    if text is None or is_xml(sample):
        return True
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False


def cuts(sample: Sample) -> Iterator[Sample]:
    """The file without its end."""
    for percent in (10, 30, 50, 70, 90, 97):
        yield sample.altered(f"cut off at {percent} %", sample.content[: len(sample.content) * percent // 100])


def damaged(sample: Sample) -> Iterator[Sample]:
    """Emptied, cut, and with bytes that are others."""
    size = len(sample.content)
    chances = random.Random(size)  # noqa: S311  (no secret)
    yield sample.altered("emptied", b"")
    yield from cuts(sample)
    for number in range(8):
        content = bytearray(sample.content)
        start = chances.randrange(size or 1)
        for place in range(start, min(start + 4**number // 8 + 1, size)):
            content[place] ^= 0xFF
        yield sample.altered(f"with bytes turned over at {start}", bytes(content))
    yield sample.altered("with zeros in its middle", sample.content[: size // 3] + b"\0" * (size // 3))
    yield sample.altered("twice in one file", sample.content * 2)


def foreign(sample: Sample) -> Iterator[Sample]:
    """Other things under its name."""
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
    yield from (sample.altered(how, content) for how, content in contents.items())


_NESTED: Mapping[str, tuple[str, str, str]] = {
    "json": ("[", "", "]"),
    "jsonl": ('{"a":', "1", "}"),
    "ipynb": ('{"cells": [', "", "]}"),
    "eml": ("Content-Type: message/rfc822\n\n", "Subject: a\n\na", ""),
    **dict.fromkeys(("md", "markdown"), ("> ", "a", "")),
    **dict.fromkeys(("html", "htm", "xhtml"), ("<div>", "a", "</div>")),
}
"""What opens a part within a part, what is in the innermost, and what closes one."""


def deep(sample: Sample, depth: int = 20_000) -> Sample | None:
    """A file whose parts are nested too deeply, of the sample's format; None where that is not known here."""
    found = _NESTED.get(sample.extension) or (("<a>", "a", "</a>") if is_xml(sample) else None)
    if found is None:
        return None
    opened, inner, closed = found
    return sample.altered("nested deeply", opened * depth + inner + closed * depth)


def bomb(sample: Sample, size: int = 1 << 30) -> Sample:
    """An archive of which the largest parts inflate to ``size`` bytes of blanks each and more."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sample.content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        largest = sorted(old.infolist(), key=lambda info: -info.file_size)[:_BOMBS]
        for info in old.infolist():
            if info in largest:
                _add_bomb(new, made, info.filename, old.read(info), size // len(_BLANKS))
            else:
                new.writestr(info.filename, old.read(info))
    return sample.altered("inflated to a bomb", made.getvalue())


def _add_bomb(archive: zipfile.ZipFile, file: io.BytesIO, name: str, content: bytes, blocks: int) -> None:
    """Write a part with blanks behind it. They are compressed once: what comes after a full flush stands alone."""

    def compressed(data: bytes, end: int) -> bytes:
        made = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        return made.compress(data) + made.flush(end)

    stream = compressed(content, zlib.Z_FULL_FLUSH) + compressed(_BLANKS, zlib.Z_FULL_FLUSH) * blocks
    stream += compressed(b"", zlib.Z_FINISH)
    info = zipfile.ZipInfo(name)
    info.compress_type, info.header_offset = zipfile.ZIP_DEFLATED, file.tell()
    info.compress_size, info.file_size = len(stream), len(content) + blocks * len(_BLANKS)
    info.CRC = zlib.crc32(content)
    for _ in range(blocks):
        info.CRC = zlib.crc32(_BLANKS, info.CRC)
    file.write(info.FileHeader() + stream)
    archive.filelist.append(info)
    archive.NameToInfo[name] = info
    archive.start_dir = file.tell()


_ESCAPES: Mapping[str, str] = {
    **dict.fromkeys(("json", "jsonl", "ipynb"), r"\u0000\ufeff\r"),
    **dict.fromkeys(("html", "htm", "xhtml", "xml"), "&#65279;&#13;"),
}
"""How a file of text may say what must not come out, without holding it."""


def marked(sample: Sample) -> Iterator[Sample]:
    """A file of text with what must not come out of it: byte order marks, NULs, carriage returns."""
    text, phrase, escape = sample.text, _standing(sample), _ESCAPES.get(sample.extension)
    if text is None:
        return
    yield sample.altered("with a byte order mark", "\ufeff" + text)
    yield sample.altered("with line ends of Windows", text.replace("\n", "\r\n"))
    if phrase is not None and escape is not None:
        yield sample.altered("with escaped marks", text.replace(phrase, phrase[:2] + escape + phrase[2:], 1))
    if sample.extension in PLAIN:
        half = len(text) // 2
        yield sample.altered("with a NUL", text[:half] + "\0" + text[half:])
        yield sample.altered("with a byte order mark within", text[:half] + "\ufeff" + text[half:])


def torn(sample: Sample) -> Sample | None:
    """With bytes that are no text in the middle of a phrase; None where no phrase stands in it as it is."""
    phrase = _standing(sample)
    if phrase is None:
        return None
    head, tail = phrase[: len(phrase) // 2], phrase[len(phrase) // 2 + 1 :]
    broken = head.encode() + b"\xff\xfe\xff" + tail.encode()
    return sample.altered("with bytes that are no text", sample.content.replace(phrase.encode(), broken, 1))


def spoiled(sample: Sample) -> Sample | None:
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
    return sample.altered("with a damaged part", bytes(content))


def reaching(sample: Sample, path: Path) -> Sample | None:
    """XML of which a phrase is replaced by what stands in another file; None for anything else."""
    text, phrase = sample.text, _standing(sample)
    if text is None or phrase is None or not is_xml(sample):
        return None
    entity = f'<!DOCTYPE a [<!ENTITY file SYSTEM "{path.as_uri()}">]>'
    return sample.altered("that names another file", entity + _root(text).replace(phrase, "&file;", 1))


def calling(sample: Sample) -> Sample | None:
    """A page or XML that names files of another machine; None for anything else."""
    text = sample.text
    if text is None:
        return None
    if is_xml(sample):
        return sample.altered("with a remote DTD", f'<!DOCTYPE a SYSTEM "{_REMOTE}/a.dtd">' + _root(text))
    links = f'<link rel="stylesheet" href="{_REMOTE}/a.css"><img src="{_REMOTE}/a.png">'
    return sample.altered("with remote pictures", links + text) if sample.extension in ("html", "htm") else None


def _root(xml: str) -> str:
    """XML from its first element on."""
    found = re.search(r"<[^?!]", xml)
    return xml[found.start() :] if found else xml
