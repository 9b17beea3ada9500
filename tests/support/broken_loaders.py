"""A loader that keeps every rule of its kit, and others that break one each."""

from __future__ import annotations

import io
import os
import re
import socket
import sys
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from potluck.contracts import Loader
from potluck.documents import Document, Page, Section, Source
from potluck.errors import DocumentLimit, UnreadableDocument

LOST = "it is not UTF-8; what is not was replaced"


class Shelf(Loader):
    """Reads text with pages and numbered lines, zip archives of such texts, and XML: a loader that keeps every rule."""

    largest = 1 << 26

    def load(self, source: Source) -> Iterator[Document]:
        content = self.content(source)
        if content.startswith(b"PK"):
            yield from self.archive(content, source.name)
        elif content.startswith(b"<"):
            yield self.document(source.name, self.xml(content), ())
        else:
            yield self.document(source.name, *self.decoded(content))

    def content(self, source: Source) -> bytes:
        return source.path.read_bytes()

    def archive(self, content: bytes, name: str) -> Iterator[Document]:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(part.file_size for part in archive.infolist()) > self.largest:
                    raise DocumentLimit("it would inflate to too much")
                for part in archive.namelist():
                    yield self.document(f"{name}#{part}", *self.decoded(archive.read(part)))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise UnreadableDocument(f"the archive is damaged ({error})") from error

    def xml(self, content: bytes) -> str:
        try:
            return "\n".join(text.strip() for text in ElementTree.fromstring(content).itertext() if text.strip())
        except ElementTree.ParseError as error:
            raise UnreadableDocument(f"it is not well-formed ({error})") from error

    def decoded(self, content: bytes) -> tuple[str, tuple[str, ...]]:
        encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8", "big5")
        for encoding in encodings:
            with suppress(UnicodeDecodeError):
                return content.decode(encoding), ()
        return content.decode("utf-8", "replace"), (LOST,)

    def document(self, name: str, text: str, losses: tuple[str, ...]) -> Document:
        text = self.clean(text)
        return Document(name, text, {"characters": len(text)}, self.sections(text), self.pages(text), losses)

    def clean(self, text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").replace("\ufeff", "")

    def sections(self, text: str) -> tuple[Section, ...]:
        found = [*re.finditer(r"^(\d+\.\d+) (.+)$", text, re.MULTILINE)]
        ends = [*(one.start() for one in found[1:]), len(text)]
        return tuple(Section(one.start(), end, one[1], one[2], 2) for one, end in zip(found, ends, strict=False))

    def pages(self, text: str) -> tuple[Page, ...]:
        places = [0, *(found.end() for found in re.finditer("\f", text))]
        spans = zip(places, [*places[1:], len(text)], strict=True)
        return tuple(Page(start, end, number) for number, (start, end) in enumerate(spans, 1) if start < end)


class LosesTheLastLine(Shelf):
    def clean(self, text: str) -> str:
        return super().clean(text).strip().rpartition("\n")[0]


class GivesNone(Shelf):
    def load(self, source: Source) -> Iterator[Document]:
        yield from (
            document for document in super().load(source) if "<" not in source.path.read_text("utf-8", "replace")
        )


class GivesDicts(Shelf):
    def load(self, source: Source) -> Iterator[Any]:
        yield from ({"source": one.source, "text": one.text} for one in super().load(source))


class SaysFalseAsALoss(Shelf):
    def document(self, name: str, text: str, losses: tuple[str, ...]) -> Document:
        return super().document(name, text, losses or ("",))


class NamesTheFile(Shelf):
    def document(self, name: str, text: str, losses: tuple[str, ...]) -> Document:
        return super().document(name.rpartition("/")[2], text, losses)


class NamesPartsItsOwnWay(Shelf):
    def document(self, name: str, text: str, losses: tuple[str, ...]) -> Document:
        return super().document(name.replace("#", "/"), text, losses)


class CountsBytes(Shelf):
    def sections(self, text: str) -> tuple[Section, ...]:
        return tuple(
            replace(one, start=len(text[: one.start].encode()), end=len(text[: one.end].encode()))
            for one in super().sections(text)
        )


class OffByOne(Shelf):
    def sections(self, text: str) -> tuple[Section, ...]:
        return tuple(replace(one, start=one.start - 1, end=one.end - 1) for one in super().sections(text))


class NestsSections(Shelf):
    def sections(self, text: str) -> tuple[Section, ...]:
        return tuple(replace(one, end=len(text)) for one in super().sections(text))


class CountsPagesFromZero(Shelf):
    def pages(self, text: str) -> tuple[Page, ...]:
        return tuple(replace(one, number=one.number - 1) for one in super().pages(text))


class PagesReachBehindTheEnd(Shelf):
    def pages(self, text: str) -> tuple[Page, ...]:
        return tuple(replace(one, end=one.end + 1) for one in super().pages(text))


class KeepsTheTime(Shelf):
    def document(self, name: str, text: str, losses: tuple[str, ...]) -> Document:
        when: Any = datetime(2026, 1, 1, tzinfo=UTC)
        return replace(super().document(name, text, losses), metadata={"read": when})


class SaysNaN(Shelf):
    def document(self, name: str, text: str, losses: tuple[str, ...]) -> Document:
        return replace(super().document(name, text, losses), metadata={"share": float("nan")})


class KeepsMarks(Shelf):
    def clean(self, text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


class KeepsNul(Shelf):
    def clean(self, text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")


class KeepsReturns(Shelf):
    def clean(self, text: str) -> str:
        return text.replace("\0", "").replace("\ufeff", "")


class DoublesLines(Shelf):
    def clean(self, text: str) -> str:
        return super().clean(text.replace("\r", "\n"))


class JoinsLines(Shelf):
    def clean(self, text: str) -> str:
        return super().clean(text.replace("\r\n", "\n").replace("\r", ""))


class Garbles(Shelf):
    """Takes every file for the encoding of the West."""

    def decoded(self, content: bytes) -> tuple[str, tuple[str, ...]]:
        with suppress(UnicodeDecodeError):
            return content.decode("utf-8"), ()
        return content.decode("latin-1"), ()


class TripsOverTheMark(Shelf):
    def content(self, source: Source) -> bytes:
        content = super().content(source)
        if content.startswith(b"\xef\xbb\xbf"):
            raise UnreadableDocument("it begins with a byte order mark")
        return content


class Remembers(Shelf):
    def __init__(self) -> None:
        self.before = 0

    def document(self, name: str, text: str, losses: tuple[str, ...]) -> Document:
        self.before += 1
        return replace(super().document(name, text, losses), metadata={"number": self.before})


class StaysBroken(Shelf):
    """Once a file was damaged, every other is."""

    damaged = False

    def archive(self, content: bytes, name: str) -> Iterator[Document]:
        if self.damaged:
            raise UnreadableDocument("the archive is damaged")
        try:
            yield from super().archive(content, name)
        except UnreadableDocument:
            self.damaged = True
            raise


class GoesByTheName(Shelf):
    def content(self, source: Source) -> bytes:
        return super().content(source) + f"\n{source.path.stem}\n".encode() * source.path.suffix.startswith(".txt")


class KeepsTheFilesTime(Shelf):
    def load(self, source: Source) -> Iterator[Document]:
        for one in super().load(source):
            yield replace(one, metadata={"modified": source.path.stat().st_mtime})


class ReadsOneAtATime(Shelf):
    def load(self, source: Source) -> Iterator[Document]:
        self.source = source
        for number, one in enumerate([*super().load(source)]):
            yield replace(one, source=one.source.replace(source.name, self.source.name), metadata={"number": number})


class LetsErrorsOut(Shelf):
    def archive(self, content: bytes, name: str) -> Iterator[Document]:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.namelist():
                yield self.document(f"{name}#{part}", *self.decoded(archive.read(part)))


class Exits(Shelf):
    def xml(self, content: bytes) -> str:
        try:
            return super().xml(content)
        except UnreadableDocument:
            sys.exit("cannot go on")


class Crashes(Shelf):
    """As a native library does that is handed what it does not know."""

    def content(self, source: Source) -> bytes:
        content = super().content(source)
        if content.startswith(b"%PDF"):
            os.abort()
        return content


class Waits(Shelf):
    """For an end that never comes."""

    def xml(self, content: bytes) -> str:
        if b"</chapter>" not in content:
            threading.Event().wait()
        return super().xml(content)


class InflatesAll(Shelf):
    largest = 1 << 40


class TellsThePath(Shelf):
    def load(self, source: Source) -> Iterator[Document]:
        try:
            yield from super().load(source)
        except UnreadableDocument as error:
            raise UnreadableDocument(f"{source.path}: {error}") from error


class TellsTheName(Shelf):
    def load(self, source: Source) -> Iterator[Document]:
        try:
            yield from super().load(source)
        except UnreadableDocument as error:
            raise UnreadableDocument(f"{source.name}: {error}") from error


class SaysNothing(Shelf):
    def load(self, source: Source) -> Iterator[Document]:
        try:
            yield from super().load(source)
        except UnreadableDocument as error:
            raise UnreadableDocument() from error


class ReplacesInSilence(Shelf):
    def decoded(self, content: bytes) -> tuple[str, tuple[str, ...]]:
        return super().decoded(content)[0], ()


class SkipsDamagedParts(Shelf):
    def archive(self, content: bytes, name: str) -> Iterator[Document]:
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.namelist():
                with suppress(zipfile.BadZipFile, zlib.error):
                    yield self.document(f"{name}#{part}", *self.decoded(archive.read(part)))


class ReadsWhatThereIs(Shelf):
    """What stands before the place where XML is cut off."""

    def xml(self, content: bytes) -> str:
        parser: Any = ElementTree.XMLPullParser(["end"])
        with suppress(ElementTree.ParseError):
            parser.feed(content)
        try:
            return "\n".join(element.text or "" for _, element in parser.read_events())
        except ElementTree.ParseError as error:
            raise UnreadableDocument("it is not well-formed") from error


class Follows(Shelf):
    def xml(self, content: bytes) -> str:
        for name, place in re.findall(rb'<!ENTITY (\w+) SYSTEM "file://([^"]+)">', content):
            content = content.replace(b"&" + name + b";", Path(place.decode()).read_bytes())
        return super().xml(re.sub(rb"<!DOCTYPE.*?\]>", b"", content))


class WritesBeside(Shelf):
    def content(self, source: Source) -> bytes:
        source.path.with_suffix(".cache").write_bytes(b"")
        return super().content(source)


class WritesWhereItStands(Shelf):
    def content(self, source: Source) -> bytes:
        Path("last.log").write_text(source.name, encoding="utf-8")
        return super().content(source)


class LeavesACopy(Shelf):
    def archive(self, content: bytes, name: str) -> Iterator[Document]:
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(content)
        yield from super().archive(content, name)


class Touches(Shelf):
    def content(self, source: Source) -> bytes:
        source.path.touch()
        return super().content(source)


class Unpacks(Shelf):
    """Where the names in an archive lead."""

    def load(self, source: Source) -> Iterator[Document]:
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(source.path) as archive:
            for part in archive.namelist():
                if part.startswith("../"):
                    (source.path.parent / part).write_bytes(archive.read(part))
        yield from super().load(source)


class KeepsOpen(Shelf):
    def content(self, source: Source) -> bytes:
        self.file = source.path.open("rb")
        return self.file.read()


class ClosesAtTheEndOnly(Shelf):
    """Holds a file that nobody reads to its end."""

    def load(self, source: Source) -> Iterator[Document]:
        self.file = source.path.open("rb")
        try:
            yield from super().load(source)
        except UnreadableDocument:
            self.file.close()
            raise
        except GeneratorExit:
            raise
        self.file.close()


class CallsHome(Shelf):
    def content(self, source: Source) -> bytes:
        with suppress(OSError):
            socket.create_connection(("192.0.2.1", 80), timeout=0.1)
        return super().content(source)


class FetchesDefinitions(Shelf):
    def xml(self, content: bytes) -> str:
        for host in re.findall(rb'SYSTEM "http://([\d.]+)/', content):
            with suppress(OSError):
                socket.create_connection((host.decode(), 80), timeout=0.1)
        return super().xml(content)


class CountsItsInstances(Shelf):
    made = 0

    def identity(self) -> dict[str, str]:
        type(self).made += 1
        return {"number": str(self.made)}
