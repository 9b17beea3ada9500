"""Reviewers' comments, which stand in a part of their own and are anchored in the text."""

from __future__ import annotations

from typing import Any

from potluck_plugins.loaders._office.numbering import W
from potluck_plugins.loaders._office.word.document import WordDocument


class Comments:
    """The comments of a document, by the ids of their anchors."""

    def __init__(self, document: WordDocument) -> None:
        """Read the part that holds them."""
        root = document.part("comments")
        found = () if root is None else root.findall(f"{W}comment")
        self._elements = {one.get(f"{W}id") or "": one for one in found}

    def take(self, identity: str) -> Any:
        """The element of a comment, once; None afterwards and for one that is missing."""
        return self._elements.pop(identity, None)

    def find_unanchored(self) -> list[Any]:
        """The elements of comments that no anchor has asked for."""
        return list(self._elements.values())


def introduction(comment: Any) -> str:
    """The introduction of a comment's text."""
    author = " ".join((comment.get(f"{W}author") or "").split())
    return f"comment by {author}" if author else "comment"
