"""Files that a program put into a document whole, for Word to merge when it opens it (``w:altChunk``).

Source: ECMA-376 part 1, 17.17.2. Web pages and plain text are read; other formats are a loss.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from typing import Any

from potluck_plugins.loaders._office.package import DamagedPart, R
from potluck_plugins.loaders._office.word.document import WordDocument
from potluck_plugins.loaders._office.word.paragraph import Block, Paragraph
from potluck_plugins.loaders._shared.decoding import decode, decode_declared
from potluck_plugins.loaders._shared.flow import Flow, number_and_title
from potluck_plugins.loaders._shared.markup import read_html

_PAGES = (".htm", ".html", ".xhtml", ".xht")
_ARCHIVES = (".mht", ".mhtml", ".eml")


def read_chunk(document: WordDocument, part: str, element: Any) -> Iterator[Block]:
    """The paragraphs of the file that ``w:altChunk`` in a part leads to."""
    link = document.package.relationships(part).get(element.get(f"{R}id") or "")
    if link is None or link.external:
        document.flow.lose("a file that the document takes in was not read: it is not within it")
        return
    try:
        content = document.package.content(link.target)
    except DamagedPart as error:
        document.flow.lose(f"a file that the document takes in was not read: {error}")
        return
    name = link.target.lower()
    if name.endswith(_PAGES):
        yield from _page(decode_declared(content, None).text)
    elif name.endswith(_ARCHIVES):
        yield from _page(_archived_page(content))
    elif name.endswith(".txt"):
        yield from (Paragraph(line.strip()) for line in decode(content).text.split("\n"))
    else:
        document.flow.lose(f"{link.target}, a file that the document takes in, was not read: save it from Word again")


def _page(text: str) -> Iterator[Block]:
    """The lines of a web page, its headings with their levels."""
    flow = Flow()
    read_html(text, flow)
    page = flow.document("")
    sections = {section.start: section for section in page.sections}
    start = 0
    for line in page.text.split("\n"):
        section = sections.get(start)
        heading = section is not None and number_and_title(line)[1] == section.title
        yield Paragraph(line, level=section.level if section and heading else None, clauses=section is not None)
        start += len(line) + 1


def _archived_page(content: bytes) -> str:
    """The first web page in a web archive (MHTML, RFC 2557)."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    for one in message.walk():
        if one.get_content_type() in ("text/html", "application/xhtml+xml"):
            payload = one.get_payload(decode=True)
            return decode_declared(payload, one.get_content_charset()).text if isinstance(payload, bytes) else ""
    return ""
