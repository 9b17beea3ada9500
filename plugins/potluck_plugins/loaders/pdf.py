"""PDF by pypdfium2 (BSD-3-Clause / Apache-2.0, PDFium): text page by page, in reading order, no torch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source
from potluck.errors import NoText, PasswordNeeded, UnreadableDocument
from pydantic import SecretStr

from potluck_plugins.loaders._shared.flow import Flow, clause, number_and_title

_HEADER = 1024
_HAN_END = re.compile("[\u3400-\u9fff\uff00-\uffef\u3000-\u303f]$")
_HAN_START = re.compile("^[\u3400-\u9fff\uff00-\uffef\u3001-\u303f]")
_STOP = re.compile("[。！？；：:.!?]$")
_CHAPTER = re.compile("第[0-9一二三四五六七八九十百]+[章節篇編]")
_SHORTER = 0.8
"""A line that ends before this share of the page's longest line ends a paragraph."""


class PdfConfig(Config):
    """Settings of the ``pdf`` loader."""

    password: SecretStr | None = None
    """Opens encrypted files: ${NAME} of an environment variable."""


class PdfLoader(Loader):
    """Reads the text layer of a PDF. Lines that were broken within a Chinese sentence are joined."""

    def __init__(self, config: PdfConfig, context: Context) -> None:
        """Read nothing yet."""
        self._password = config.password

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
                wrong = ", and the password does not open it" if password else ""
                raise PasswordNeeded(f"it is encrypted{wrong}") from error
            raise UnreadableDocument(f"it is damaged ({error})") from error
        try:
            yield _document(pdf, source)
        finally:
            pdf.close()


def _document(pdf: Any, source: Source) -> Document:
    flow, empty, damaged = Flow(), [], []
    outline = _outline(pdf)
    for number in range(1, len(pdf) + 1):
        flow.page(number)
        text = _page(pdf, number - 1)
        if text is None:
            damaged.append(str(number))
        elif not text.strip():
            empty.append(str(number))
        else:
            _write(text, outline.get(number - 1, {}), flow)
    losses = [f"page {', '.join(empty)} has no text layer: a scan?"] if empty else []
    losses += [f"page {', '.join(damaged)} is damaged"] if damaged else []
    if len(empty) == len(pdf) and empty:
        raise NoText(f"none of its {len(pdf)} pages has a text layer; it seems to be scanned")
    found = pdf.get_metadata_dict(skip_empty=True)
    metadata: dict[str, Json] = {key.lower(): value for key, value in found.items() if key in ("Title", "Author")}
    return flow.document(source.name, {**metadata, "pages_in_file": len(pdf)}, losses)


def _page(pdf: Any, index: int) -> str | None:
    """The text of a page; None where it cannot be read."""
    import pypdfium2

    try:
        page = pdf[index]
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:
        return None
    try:
        text: str = text_page.get_text_range()
        # PDFium writes U+FFFE where a word was hyphenated at the end of a line.
        return text.replace("\ufffe\r\n", "").replace("\ufffe", "").replace("\0", "").replace("\r\n", "\n")
    finally:
        text_page.close()
        page.close()


def _outline(pdf: Any) -> dict[int, dict[str, int]]:
    """The bookmarks: by page, the title without blanks and its level."""
    found: dict[int, dict[str, int]] = {}
    try:
        for bookmark in pdf.get_toc():
            destination = bookmark.get_dest()
            index = destination.get_index() if destination is not None else None
            if index is not None:
                found.setdefault(index, {})["".join(bookmark.get_title().split())] = bookmark.level + 1
    except Exception:  # a damaged outline costs the outline
        return {}
    return found


def _write(text: str, headings: dict[str, int], flow: Flow) -> None:
    """Write the paragraphs of a page; a line that a bookmark names, or a numbered clause, begins a section."""
    for paragraph in _paragraphs(text, headings):
        level = headings.get("".join(paragraph.split()))
        if level is not None:
            flow.heading(paragraph, level)
        elif _CHAPTER.match(paragraph) and len(paragraph) < 40:
            flow.heading(paragraph, 1)
        else:
            flow.paragraph(paragraph)


def _paragraphs(text: str, headings: dict[str, int]) -> Iterator[str]:
    lines = [line.strip() for line in text.split("\n")]
    longest = max(map(len, lines), default=0)
    paragraph = ""
    for line in lines:
        joins = bool(paragraph and line) and _continues(paragraph, line, longest, headings)
        if paragraph and not joins:
            yield paragraph
            paragraph = ""
        paragraph += line
    if paragraph:
        yield paragraph


def _continues(before: str, line: str, longest: int, headings: dict[str, int]) -> bool:
    """Whether a line goes on with a Chinese sentence that the one before it began."""
    if _STOP.search(before) or not (_HAN_END.search(before) or _HAN_START.search(line)):
        return False
    if "".join(before.split()) in headings or "".join(line.split()) in headings:
        return False
    if clause(line) or _CHAPTER.match(line) or (clause(before) and len(before) < _SHORTER * longest):
        return False
    last = before.rsplit("\n", 1)[-1]
    return len(last) >= _SHORTER * longest and number_and_title(before)[1] != ""


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
    return potluck.Offer("PDF with page numbers", PdfConfig, PdfLoader, requires=("pypdfium2",), extra="pdf")
