"""Reading Word documents that a test writes, in either form of the standard."""

from __future__ import annotations

from typing import Any

import pytest

from potluck.documents import Document
from support.loading import load_one
from support.word import (
    docx,
    note,
    numbered,
    style,
)

STRICT = pytest.mark.parametrize("strict", [False, True], ids=["transitional", "strict"])


def read(*body: str, options: dict[str, Any] | None = None, **settings: Any) -> Document:
    """The document that a file with this body is read as."""
    return load_one("office", docx(*body, **settings), **(options or {}))


def lines(*body: str, **settings: Any) -> list[str]:
    """The lines of the text."""
    return read(*body, **settings).text.split("\n")


RAISED_STYLES = (
    style("Raised", '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>', "character")
    + style("Also", kind="character", based="Raised")
    + style("Struck", "<w:rPr><w:strike/></w:rPr>", "character")
    + style("Gone", "<w:rPr><w:vanish/></w:rPr>")
    + style("Ghost", "<w:rPr><w:vanish/></w:rPr>", "character")
    + style("Big", '<w:rPr><w:sz w:val="28"/></w:rPr>')
    + style("Listed", "<w:pPr>" + numbered() + "</w:pPr>")
    + style("H1", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>')
    + '<w:style w:type="paragraph" w:styleId="T1"><w:name w:val="toc 1"/></w:style>'
)


NOTES = note("footnote", 2, "Without snow.") + note("footnote", 5, "See §4.") + note("footnote", 7, "Never used.")


def left_out(*body: str, **settings: Any) -> tuple[str, tuple[str, ...]]:
    document = read(*body, **settings)
    return document.text, document.losses


HIDDEN, STRUCK = "<w:vanish/>", "<w:strike/>"
