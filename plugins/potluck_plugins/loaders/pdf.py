"""PDF by pypdfium2 (BSD-3-Clause / Apache-2.0) over PDFium: text page by page, in reading order.

Bookmarks and numbered clauses are sections. Lines that were broken within a Chinese sentence are joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

from pydantic import SecretStr

import potluck
from potluck.amounts import many
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source
from potluck.errors import NoText, PasswordNeeded, UnreadableDocument
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.lines import Line, paragraphs
from potluck_plugins.loaders._shared.outline import bookmarks, locate
from potluck_plugins.loaders._shared.pdfforms import Annotations, read_annotations, with_fields
from potluck_plugins.loaders._shared.pdflayers import hidden_layers, may_have_layers, texts_on
from potluck_plugins.loaders._shared.pdfminer import has_text_objects, lines_by_pdfminer
from potluck_plugins.loaders._shared.pdftext import Marks, page_text

_HEADER = 1024
_XFA = (2, 3)
_UNKNOWN = re.compile("[\ufffd\ue000-\uf8ff]")


class PdfConfig(Config):
    """Settings of the ``pdf`` loader."""

    password: SecretStr | None = None
    """Opens encrypted files: ${NAME} of an environment variable."""

    comments: bool = False
    """Read the notes that reviewers attached to the pages; otherwise they are left out and counted."""


class PdfLoader(Loader):
    """Reads the text layer of a PDF."""

    def __init__(self, config: PdfConfig, context: Context) -> None:
        """Read nothing yet."""
        self._password = config.password
        self._comments = config.comments

    def identity(self) -> dict[str, str]:
        """The release that puts the text of a page in order."""
        return {"pypdfium2": version("pypdfium2")}

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a file."""
        import pypdfium2

        content = source.path.read_bytes()
        if not content:
            raise UnreadableDocument("it is empty (0 bytes)")
        if b"%PDF" not in content[:_HEADER]:
            raise UnreadableDocument(f"it is not a PDF: it looks like {_looks_like(content)}")
        password = self._password.get_secret_value() if self._password else None
        try:
            pdf = pypdfium2.PdfDocument(content, password=password)
        except pypdfium2.PdfiumError as error:
            if "password" in str(error).lower():
                raise PasswordNeeded(
                    "it is encrypted" + ", and the password does not open it" * bool(password)
                ) from error
            raise UnreadableDocument("it is damaged or cut off, and cannot be opened") from error
        try:
            yield _document(pdf, source.name, content, password or "", self._comments)
        finally:
            pdf.close()


def _document(pdf: Any, name: str, content: bytes, password: str, comments: bool) -> Document:
    pdf.init_forms()
    flow = Flow()
    layers = hidden_layers(content, password) if may_have_layers(content) else set()
    pages = [_page(pdf, index, content, layers, flow) for index in range(len(pdf))]
    lines = [page.lines if page else None for page in pages]
    empty = [number for number, page in enumerate(pages, 1) if page is not None and not _has_text(page.lines)]
    damaged = [number for number, page in enumerate(pages, 1) if page is None]
    if not any(map(_has_text, lines)):
        raise _without_text(pdf, damaged)
    headings = locate(bookmarks(pdf), [[line.text for line in one or ()] for one in lines])
    for number, page in enumerate(pages, 1):
        flow.page(number, _label(pdf, number))
        if page is not None:
            _write(page, headings.get(number - 1, {}), flow, comments)
    found = pdf.get_metadata_dict(skip_empty=True)
    metadata: dict[str, Json] = {key.lower(): found[key] for key in ("Title", "Author") if key in found}
    unknown = sum(len(_UNKNOWN.findall(line.text)) for one in lines for line in one or ())
    return flow.document(name, {**metadata, "page_count": len(pdf)}, _losses(pdf, empty, damaged, unknown))


def _label(pdf: Any, number: int) -> str | None:
    """The printed label of a page if that is not its number in the file (ISO 32000-1, 12.4.2)."""
    label = str(pdf.get_page_label(number - 1) or "").strip()
    return label if label and label != str(number) else None


def _write(page: _Page, headings: Mapping[int, int], flow: Flow, comments: bool) -> None:
    for text, level in paragraphs(page.lines, headings):
        flow.heading(text, level) if level else flow.paragraph(text)
    for placed in page.annotations.texts:
        flow.paragraph(placed.text, clauses=False)
    for placed in page.annotations.comments:
        if comments:
            flow.paragraph(f"[comment: {placed.text}]", clauses=False)
        else:
            flow.leave_out("a comment", len(placed.text))


@dataclass(frozen=True, slots=True)
class _Page:
    """The content of a page."""

    lines: Sequence[Line]
    annotations: Annotations


def _page(pdf: Any, index: int, content: bytes, layers: set[str], flow: Flow) -> _Page | None:
    """A page; None if it cannot be read. What is left out on it is counted; ``layers`` are those that are off."""
    import pypdfium2

    try:
        page = pdf[index]
    except pypdfium2.PdfiumError:
        return None
    try:
        annotations = read_annotations(page)
        hidden = texts_on(page, layers)
        text = page_text(page, Marks(annotations.struck, [field.box for field in annotations.fields], hidden))
        for what, characters in text.left_out.items():
            if characters:
                flow.leave_out(what, characters)
        lines = text.lines
        if not _has_text(lines) and not text.left_out.total() and has_text_objects(page):
            lines = lines_by_pdfminer(content, index)
        fields = [replace(field, box=text.turn.box(field.box)) for field in annotations.fields]
        return _Page(with_fields(lines, fields), annotations)
    except pypdfium2.PdfiumError:
        return None
    finally:
        page.close()


def _has_text(lines: Sequence[Line] | None) -> bool:
    return any(line.text for line in lines or ())


def _without_text(pdf: Any, damaged: Sequence[int]) -> Exception:
    if damaged:
        return UnreadableDocument(f"it is damaged: {len(damaged)} of its {len(pdf)} pages cannot be read")
    if pdf.get_formtype() in _XFA:
        return NoText("it is a form (XFA) that only some programs can show; print it to a PDF")
    return NoText(
        f"none of its {len(pdf)} pages has a text layer: it seems to be scanned; run a text recognition first"
    )


def _losses(pdf: Any, empty: Sequence[int], damaged: Sequence[int], unknown: int) -> list[str]:
    found = [f"no text layer on page {', '.join(map(str, empty))}: a scan or a picture"] if empty else []
    found += [f"page {', '.join(map(str, damaged))} is damaged and was not read"] if damaged else []
    found += ["its form (XFA) is shown by some programs only and was not read"] if pdf.get_formtype() in _XFA else []
    found += [f"{many(unknown, 'character')} without a meaning outside the file's own fonts"] if unknown else []
    attachments = pdf.count_attachments()
    return [*found, f"{many(attachments, 'attached file')} not read"] if attachments else found


def _looks_like(content: bytes) -> str:
    start = content[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head")):
        return "an HTML page, perhaps an error page that was saved"
    if start.startswith(b"pk"):
        return "a zip archive or an office file"
    return "plain text" if b"\0" not in content[:4096] else "no document of a known kind"


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[PdfLoader]:
    """Offer the loader."""
    return potluck.Offer("PDF with page numbers", PdfConfig, PdfLoader, requires=("pypdfium2", "pdfminer"), extra="pdf")
