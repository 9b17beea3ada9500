"""Sample files for loaders: an author's own, read from a folder."""

from __future__ import annotations

import io
import json
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from potluck.errors import PotluckError

Samples: TypeAlias = str | Path | Mapping[Path, Sequence[str]]
"""A folder with files and an ``expected.json`` that says which phrases have to come out of each, ``{"report.docx":
["a phrase", "another"]}``; or such a mapping itself."""


EXPECTED = "expected.json"


PLAIN = frozenset({"txt", "text", "log", "rst", "md", "markdown", "csv", "tsv"})
"""Extensions of files in which nothing says what their encoding is."""


_UNFRAMED = PLAIN | {"html", "htm", "eml", "srt", "vtt"}
"""Extensions of files that may end anywhere: nobody can tell that the rest is missing."""


_COUNTED = ("%PDF", "{\\rtf")
"""The beginnings of files that look like text and count their bytes, or have an encoding of their own."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A file, and the phrases that have to come out of it. ``how`` it was altered, for messages."""

    name: str
    content: bytes
    must: tuple[str, ...] = ()
    how: str = ""

    def __str__(self) -> str:
        """Its name in messages."""
        return f"{self.name} {self.how}".strip()

    @property
    def extension(self) -> str:
        """In lower case, without the dot."""
        return self.name.rpartition(".")[2].lower()

    @property
    def text(self) -> str | None:
        """Its text if it is a file of text that can be changed by hand; else None."""
        try:
            text = self.content.decode("utf-8")
        except UnicodeDecodeError:
            return None
        has_controls = any(unicodedata.category(c) == "Cc" and c not in "\t\n\r\f\v\x1b" for c in text)
        return None if has_controls or text.startswith(_COUNTED) else text

    def alter(self, how: str, content: bytes | str) -> Sample:
        """The same file with different content."""
        return replace(self, how=how, content=content.encode() if isinstance(content, str) else content)


def read_samples(samples: Samples) -> tuple[Sample, ...]:
    """An author's samples. Raises ``PotluckError`` for a sample that cannot be read, or without an expected phrase."""
    files = _read_list(Path(samples)) if isinstance(samples, str | Path) else samples
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


def _read_list(folder: Path) -> dict[Path, Sequence[str]]:
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
