"""Reviewers' comments on slides, of both generations, with their authors and replies.

Sources: ECMA-376 part 1, 19.4 (comments), and [MS-PPTX] 2.17 (threaded comments since 2021).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from potluck_plugins.loaders._office.bullets import A
from potluck_plugins.loaders._office.drawing import text_of
from potluck_plugins.loaders._office.package import DamagedPart, Package
from potluck_plugins.loaders._office.placeholders import P
from potluck_plugins.loaders._shared.flow import Flow, one_line

P188 = "{http://schemas.microsoft.com/office/powerpoint/2018/8/main}"


class Comments:
    """The comments of a presentation."""

    def __init__(self, package: Package, presentation: str) -> None:
        """Read the authors."""
        self._package = package
        self._authors: dict[str, str] = {}
        for kind in ("commentAuthors", "authors"):
            for part in package.related_parts(presentation, kind):
                root = package.find(part)
                for author in root if root is not None else ():
                    self._authors[author.get("id") or ""] = author.get("name") or ""

    def on(self, slide: str, flow: Flow) -> Iterator[str]:
        """The comments on a slide, one line each, replies below their comments; a damaged part is noted."""
        for part in self._package.related_parts(slide, "comments"):
            try:
                root = self._package.tree(part)
            except DamagedPart as error:
                flow.lose(f"comments were not read: {error}")
                continue
            if root.tag == f"{P188}cmLst":
                yield from self._threads(root)
            else:
                yield from self._classic(root)

    def _threads(self, root: Any) -> Iterator[str]:
        for comment in root.findall(f"{P188}cm"):
            yield from self._line("comment", comment, _body(comment))
            for reply in comment.iterfind(f"{P188}replyLst/{P188}reply"):
                yield from self._line("reply", reply, _body(reply))

    def _classic(self, root: Any) -> Iterator[str]:
        for comment in root.findall(f"{P}cm"):
            answers = next((one for one in comment.iter() if str(one.tag).endswith("}parentCm")), None)
            text = comment.findtext(f"{P}text") or ""
            yield from self._line("comment" if answers is None else "reply", comment, text)

    def _line(self, what: str, element: Any, text: str) -> Iterator[str]:
        if text.strip():
            yield f"[{what}{_sign(element, self._authors)}] {one_line(text)}"


def _sign(element: Any, authors: Mapping[str, str]) -> str:
    author = authors.get(element.get("authorId") or "", "")
    day = (element.get("created") or element.get("dt") or "").partition("T")[0]
    return (f" by {author}" if author else "") + (f", {day}" if day else "")


def _body(comment: Any) -> str:
    body = comment.find(f"{P188}txBody")
    return "\n".join(text_of(one, Flow()) for one in body.iter(f"{A}p")) if body is not None else ""
