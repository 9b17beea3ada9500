"""Office files that Apache Tika reads; where it fails on a text document, LibreOffice converts it, if installed."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from potluck.documents import Json
from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._office.detect import Format
from potluck_plugins.loaders._office.docx import read_docx
from potluck_plugins.loaders._office.tika import TikaFailed, read_with_tika
from potluck_plugins.loaders._shared.archive import open_archive
from potluck_plugins.loaders._shared.flow import Flow

_OFFICE_SECONDS = 15
_TEXT_DOCUMENTS = ("doc", "odt", "rtf")
_CURRENT: dict[Format, str] = {"ppt": ".pptx", "odp": ".pptx", "xls": ".xlsx", "ods": ".xlsx"}


def read_legacy(content: bytes, kind: Format, flow: Flow) -> dict[str, Json]:
    """Write a file into a flow; returns its metadata.

    Raises ``PasswordNeeded``, or ``UnreadableDocument`` naming each program that failed.
    """
    with _file(content) as path:
        try:
            return read_with_tika(path, flow)
        except TikaFailed as error:
            reason = f"Apache Tika, which reads this kind of file, failed on it ({error})"
            converted = _converted(path) if kind in _TEXT_DOCUMENTS else None
        if converted is not None:
            return read_docx(open_archive(io.BytesIO(converted)), flow)
    advice = f"open it in an office program, save it as {_CURRENT.get(kind, '.docx')}, and give that file instead"
    raise UnreadableDocument(f"{reason}; {advice}")


@contextmanager
def _file(content: bytes) -> Iterator[Path]:
    """A file with this content and a name that tells nothing: the native reader would go by the name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "document")
        path.write_bytes(content)
        yield path


def _converted(path: Path) -> bytes | None:
    """The text document as LibreOffice converts it to ``.docx``; None where that is not installed or fails too."""
    program = shutil.which("soffice")
    if program is None:
        return None
    profile = (path.parent / "profile").as_uri()
    command = [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "docx:MS Word 2007 XML"]
    command += ["--outdir", str(path.parent), str(path)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_OFFICE_SECONDS)
        return path.with_suffix(".docx").read_bytes()
    except (OSError, subprocess.SubprocessError):
        return None
