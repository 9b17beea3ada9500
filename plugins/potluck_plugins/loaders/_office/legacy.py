"""Office files other than Open XML: by a reader of our own, else by Apache Tika, else converted by LibreOffice."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from potluck.documents import Json
from potluck.errors import DocumentLimit, NoText, PasswordNeeded, UnreadableDocument
from potluck_plugins.loaders._office.detect import Format
from potluck_plugins.loaders._office.docx import read_docx
from potluck_plugins.loaders._office.libreoffice import convert_to_docx
from potluck_plugins.loaders._office.odf.sheets import read_ods
from potluck_plugins.loaders._office.odf.slides import read_odp
from potluck_plugins.loaders._office.odf.text import read_odt
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.rtf.reader import read_rtf
from potluck_plugins.loaders._office.tika import TikaFailed, read_with_tika
from potluck_plugins.loaders._office.word97.reader import read_doc
from potluck_plugins.loaders._office.xls import read_xls
from potluck_plugins.loaders._shared.archive import Archive, open_archive, tell_damaged
from potluck_plugins.loaders._shared.flow import Flow

_OFFICE_SECONDS = 15
_TEXT_DOCUMENTS = ("doc", "odt", "rtf")
_CURRENT: dict[Format, str] = {"ppt": ".pptx", "odp": ".pptx", "xls": ".xlsx", "ods": ".xlsx"}
_TIKA_LOSES = "superscripts, merged cells and struck-out text may not be told apart"

Reader: TypeAlias = Callable[[bytes, Flow, ReadOptions], dict[str, Json]]


@dataclass(frozen=True, slots=True)
class Reading:
    """The converted file, the program that wrote it, and the parts that this program loses."""

    flow: Flow
    metadata: dict[str, Json]
    losses: tuple[str, ...] = ()


class _Failed(Exception):
    """Every program failed; the message says why each did."""


def read_legacy(content: bytes, kind: Format, options: ReadOptions) -> Reading:
    """Read a file.

    Raises ``PasswordNeeded``, ``NoText``, ``DocumentLimit``, or ``UnreadableDocument`` naming each program that failed.
    """
    own = _READERS.get(kind)
    reason = ""
    if own is not None:
        flow = Flow()
        try:
            return Reading(flow, own(content, flow, options))
        except (PasswordNeeded, NoText, DocumentLimit):
            raise
        except Exception as error:  # whatever a damaged file leads to: another program may read it
            words = str(error) if isinstance(error, UnreadableDocument) else f"{type(error).__name__}: {error}"
            reason = f"potluck's own reader of .{kind} files failed on it ({words})"
    try:
        return _read_by_others(content, kind, options, reason)
    except _Failed as error:
        advice = f"open it in an office program, save it as {_CURRENT.get(kind, '.docx')}, and give that file instead"
        raise UnreadableDocument(f"{error}; {advice}") from error


def _read_by_others(content: bytes, kind: Format, options: ReadOptions, reason: str) -> Reading:
    flow = Flow()
    with _file(content) as path:
        try:
            metadata = read_with_tika(path, flow)
            return Reading(flow, metadata, (f"{reason}; Apache Tika read it: {_TIKA_LOSES}",) if reason else ())
        except TikaFailed as error:
            tika = f"Apache Tika failed on it ({error})"
            reason = f"{reason}, and {tika}" if reason else tika
        content_of_docx = convert_to_docx(path, _OFFICE_SECONDS) if kind in _TEXT_DOCUMENTS else None
    if content_of_docx is None:
        raise _Failed(reason)
    metadata = read_docx(open_archive(io.BytesIO(content_of_docx)), flow, options)
    return Reading(flow, metadata, (f"{reason}; LibreOffice converted it",))


@contextmanager
def _file(content: bytes) -> Iterator[Path]:
    """A file with this content and a name that tells nothing: the native reader would go by the name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "document")
        path.write_bytes(content)
        yield path


def _reader_of(read: Callable[[Archive, Flow, ReadOptions], dict[str, Json]]) -> Reader:
    """A reader of bytes from one of an archive."""

    def of_bytes(content: bytes, flow: Flow, options: ReadOptions) -> dict[str, Json]:
        archive = open_archive(io.BytesIO(content))
        metadata = read(archive, flow, options)
        tell_damaged(archive, flow)
        return metadata

    return of_bytes


_READERS: dict[Format, Reader] = {
    "doc": read_doc,
    "odp": _reader_of(read_odp),
    "ods": _reader_of(read_ods),
    "odt": _reader_of(read_odt),
    "rtf": read_rtf,
    "xls": read_xls,
}
