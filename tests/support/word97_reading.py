"""Reading Word 97 files that a test writes."""

from __future__ import annotations

from typing import Any

from potluck.documents import Document
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.word97 import sprms as codes
from potluck_plugins.loaders._office.word97.reader import read_doc
from potluck_plugins.loaders._shared.flow import Flow
from support.loading import checked
from support.word97 import Paragraph, doc, sprm

SPECIAL = sprm(codes.SPECIAL, 1)


def read(*paragraphs: Paragraph, comments: bool = False, hidden: bool = False, **file: Any) -> Document:
    flow = Flow()
    metadata = read_doc(doc(*paragraphs, **file), flow, ReadOptions(comments, hidden))
    return checked(flow.document("a.doc", metadata))


def lines(*paragraphs: Paragraph, **file: Any) -> list[str]:
    return read(*paragraphs, **file).text.split("\n")
