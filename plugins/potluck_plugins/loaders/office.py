"""Office files: ``.docx .doc .pptx .ppt .xlsx .xls .odt .ods .odp .rtf``, without an office program.

All but ``.ppt`` are read here as they are shown (ECMA-376, OpenDocument, [MS-DOC], RTF; ``.xls`` by xlrd, BSD). Apache
Tika in the package ``extractous`` (Apache-2.0) reads ``.ppt``, files of Word 95 and older, and what the others fail on.
Encrypted files are opened by ``msoffcrypto-tool`` (MIT). What a file is decides its content, not its name.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from pydantic import SecretStr

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Source
from potluck.errors import NoText, PasswordNeeded, UnreadableDocument
from potluck_plugins.loaders._office.detect import detect, detect_archive, is_cut_off, looks_like
from potluck_plugins.loaders._office.docx import read_docx
from potluck_plugins.loaders._office.legacy import read_legacy
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.pptx import read_pptx
from potluck_plugins.loaders._office.xlsx import read_xlsx
from potluck_plugins.loaders._shared.archive import Archive, open_archive, tell_damaged
from potluck_plugins.loaders._shared.flow import Flow

_OWNER_FILE = (
    "it is not a document: an office program keeps it beside a document that is open; name that document instead"
)
_OLE_KINDS = ("doc", "ppt", "xls", "ole")


class OfficeConfig(Config):
    """Settings of the ``office`` loader."""

    password: SecretStr | None = None
    """Opens encrypted files: ${NAME} of an environment variable."""

    comments: bool = False
    """Read what reviewers wrote in the margin, at the place that it is about; otherwise it is left out and counted."""

    hidden: bool = False
    """Read hidden text, rows, columns, sheets and slides; otherwise they are left out and counted."""


class OfficeLoader(Loader):
    """Reads the files of office programs."""

    def __init__(self, config: OfficeConfig, context: Context) -> None:
        """Read nothing yet."""
        self._password = config.password
        self._options = ReadOptions(comments=config.comments, hidden=config.hidden)

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a file."""
        content = source.path.read_bytes()
        if not content:
            raise NoText("it is empty (0 bytes)")
        kind = detect(content)
        if kind is None and source.path.name.startswith("~$"):
            raise UnreadableDocument(_OWNER_FILE)
        if kind == "encrypted" or (kind in _OLE_KINDS and self._password is not None):
            content = self._decrypt(content)
            kind = detect(content)
        archive = _archive(content) if kind is None else None
        kind = detect_archive(archive) if archive is not None else kind
        if kind is None:
            raise UnreadableDocument(f"it is not what its name says: it looks like {looks_like(content)}")
        flow, losses = Flow(), list[str]()
        if archive is not None and kind == "docx":
            metadata = read_docx(archive, flow, self._options)
        elif archive is not None and kind == "pptx":
            metadata = read_pptx(archive, flow, self._options)
        elif archive is not None and kind == "xlsx":
            metadata = read_xlsx(archive, flow, self._options)
        else:
            read = read_legacy(content, kind, self._options)
            flow, metadata, losses = read.flow, read.metadata, [*read.losses]
        if archive is not None:
            tell_damaged(archive, flow)
        if kind == "rtf" and is_cut_off(content):
            losses.append("it is cut off: its end is missing")
        yield flow.document(source.name, metadata, losses)

    def _decrypt(self, content: bytes) -> bytes:
        import msoffcrypto

        if self._password is None:
            raise PasswordNeeded("it is encrypted")
        opened = io.BytesIO()
        try:
            file = msoffcrypto.OfficeFile(io.BytesIO(content))
            if not file.is_encrypted():
                return content
            file.load_key(password=self._password.get_secret_value())
            file.decrypt(opened)
        except Exception as error:  # the library raises its own and struct's errors for a wrong password
            raise PasswordNeeded("it is encrypted, and the password does not open it") from error
        return opened.getvalue()


def _archive(content: bytes) -> Archive | None:
    """The archive that an office file of today is; None for anything else."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return None
    archive = open_archive(io.BytesIO(content))
    if detect_archive(archive) is None:
        raise UnreadableDocument("it is a zip archive without an office document in it, or a damaged one")
    return archive


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[OfficeLoader]:
    """Offer the loader."""
    return potluck.Offer(
        "Word, PowerPoint, Excel, OpenDocument and RTF, with clause numbers",
        OfficeConfig,
        OfficeLoader,
        requires=("lxml", "extractous", "msoffcrypto", "openpyxl"),
        extra="office",
    )
