"""The contract of loaders, checked on what they give."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from potluck.documents import Document
from potluck.errors import NoText
from potluck.language import describe_half_losses

_HALF = re.compile("[\ud800-\udfff]")


def check_documents(documents: Sequence[Document]) -> list[Document]:
    """Check documents against the contract: there is text, it can be stored, and each part has a name of its own."""
    if not any(document.text.strip() for document in documents):
        raise NoText(_why_empty(documents))
    names: dict[str, int] = {}
    result = []
    for document in documents:
        text, halves = _HALF.subn("\ufffd", document.text)
        losses = (*document.losses, *describe_half_losses(halves))
        count = names[document.source] = names.get(document.source, 0) + 1
        name = document.source if count == 1 else f"{document.source}#{count}"
        result.append(replace(document, source=name, text=text, losses=losses))
    return result


def _why_empty(documents: Sequence[Document]) -> str:
    losses = "; ".join(loss for document in documents for loss in document.losses)
    return f"no text was found in it ({losses})" if losses else "no text was found in it"
