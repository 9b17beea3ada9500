"""Lines with raised and lowered characters and marks of notes, written as a file of each format.

A line is put down as ``10^{6} N, H_{2}O, 25{footnote} kN``. Formats without notes of their own hold a raised mark.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from support import decks, opendocument, word
from support.books import book, xhtml
from support.pdf import Line, make_pdf

Kind: TypeAlias = Literal["base", "raised", "lowered", "footnote", "endnote"]
_RUN = re.compile(r"\^\{(?P<raised>[^}]*)\}|_\{(?P<lowered>[^}]*)\}|\{(?P<note>footnote|endnote)\}|(?P<base>[^\^_{]+)")
_MARKS = {"footnote": "1", "endnote": "i"}


class Run(NamedTuple):
    """Characters that stand alike on a line; of a note its mark."""

    text: str
    kind: Kind

    @property
    def is_raised(self) -> bool:
        """Whether it is shown above the line."""
        return self.kind in ("raised", "footnote", "endnote")


def runs(line: str) -> Iterator[Run]:
    """The runs of a line."""
    for found in _RUN.finditer(line):
        if found["note"]:
            kind: Kind = "footnote" if found["note"] == "footnote" else "endnote"
            yield Run(_MARKS[kind], kind)
        elif found["raised"] is not None:
            yield Run(found["raised"], "raised")
        else:
            yield Run(found["lowered"], "lowered") if found["lowered"] is not None else Run(found["base"], "base")


def as_docx(line: str) -> bytes:
    """Word, with notes in parts of their own."""
    written = {"base": word.r, "raised": word.up, "lowered": word.down}
    inner = [written[run.kind](run.text) if run.kind in written else word.refer(run.kind, 2) for run in runs(line)]
    notes = {f"{run.kind}s": word.note(run.kind, 2, "A note.") for run in runs(line) if run.kind in _MARKS}
    return word.docx(word.p(*inner), parts=notes)


def as_odt(line: str) -> bytes:
    """OpenDocument, with styles for what is raised."""
    styles = opendocument.style("raised", 'style:text-position="super 58%"')
    styles += opendocument.style("lowered", 'style:text-position="sub 58%"')
    body = ""
    for run in runs(line):
        if run.kind == "base":
            body += run.text
        elif run.kind in _MARKS:
            citation = f"<text:note-citation>{run.text}</text:note-citation>"
            note = f"<text:note-body>{opendocument.p('A note.')}</text:note-body>"
            body += f'<text:note text:note-class="{run.kind}">{citation}{note}</text:note>'
        else:
            body += f'<text:span text:style-name="{run.kind}">{run.text}</text:span>'
    return opendocument.odf("text", opendocument.p(body), styles)


def as_rtf(line: str) -> bytes:
    """RTF, everything beyond ASCII as ``\\u``."""
    words = {"raised": r"{\super %s}", "lowered": r"{\sub %s}", "base": "%s"}
    words |= {"footnote": r"{\super\chftn}{\footnote\pard\plain{\super\chftn} A note.}%.0s"}
    words |= {"endnote": r"{\super\chftn}{\footnote\ftnalt\pard\plain{\super\chftn} A note.}%.0s"}
    body = "".join(words[run.kind] % run.text for run in runs(line))
    escaped = "".join(one if one.isascii() else rf"\u{ord(one)}?" for one in body)
    return rf"{{\rtf1\ansi\deff0{{\fonttbl{{\f0 Times;}}}}\aftnnrlc\pard {escaped}\par}}".encode("ascii")


def as_pptx(line: str) -> bytes:
    """PowerPoint."""
    shift = {"base": "", "lowered": 'baseline="-25000"'}
    inner = "".join(decks.run(run.text, shift.get(run.kind, 'baseline="30000"')) for run in runs(line))
    return decks.deck([decks.slide(decks.box(inner))])


def as_html(line: str) -> bytes:
    """A web page, with links to its notes."""
    return f"<!DOCTYPE html><html><body>{_markup(line, 'href')}</body></html>".encode()


def as_epub(line: str) -> bytes:
    """A book, with links that say that they lead to notes."""
    return book({"a.xhtml": xhtml(_markup(line, 'epub:type="noteref" href'))})


def as_pdf(line: str) -> bytes:
    """A PDF of letters of 10 points and scripts of 6; what is not ASCII is twice as wide."""
    found, x = [], 72.0
    for run in runs(line):
        size, y = (10, 700) if run.kind == "base" else (6, 704 if run.is_raised else 698)
        found.append(Line(run.text, y, x, size))
        x += sum(size / 2 if one.isascii() else size for one in run.text)
    return make_pdf([found], embedded=True)


def as_xlsx(line: str) -> bytes:
    """A workbook with rich text in a cell."""
    import openpyxl
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    workbook = openpyxl.Workbook()
    found = [
        run.text
        if run.kind == "base"
        else TextBlock(InlineFont(vertAlign="superscript" if run.is_raised else "subscript"), run.text)
        for run in runs(line)
    ]
    workbook["Sheet"]["A1"] = CellRichText(*found)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _markup(line: str, link: str) -> str:
    tags = {"raised": "sup", "lowered": "sub"}
    inner = ""
    for run in runs(line):
        if run.kind in _MARKS:
            inner += f'<sup><a {link}="#n">{run.text}</a></sup>'
        else:
            inner += f"<{tags[run.kind]}>{run.text}</{tags[run.kind]}>" if run.kind in tags else run.text
    return f"<p>{inner}</p>"
