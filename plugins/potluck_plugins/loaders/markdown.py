"""Markdown: the text as it stands, headings as sections, front matter as metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source

from potluck_plugins.loaders._shared.decoding import decode
from potluck_plugins.loaders._shared.flow import Flow

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)(.*?)(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_PAIR = re.compile(r"([\w-]+)\s*:\s*(.*)")


class MarkdownConfig(Config):
    """Settings of the ``markdown`` loader."""

    encoding: str | None = None
    """The encoding, where the guess is wrong: big5, gb18030, utf-16."""


class MarkdownLoader(Loader):
    """Reads a Markdown file. What stands in a fenced block is no heading."""

    isolated = False

    def __init__(self, config: MarkdownConfig, context: Context) -> None:
        """Read nothing yet."""
        self._encoding = config.encoding

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a file."""
        decoded = decode(source.path.read_bytes(), self._encoding)
        metadata, lines = _front_matter(decoded.text.split("\n"))
        flow, fence = Flow(), ""
        for number, line in enumerate(lines):
            opening = _FENCE.match(line)
            if opening and (not fence or line.strip().startswith(fence)):
                fence = "" if fence else opening.group(1)
            level = 0 if fence else _level(line, lines[number + 1] if number + 1 < len(lines) else "")
            if level:
                _heading(flow, line, level)
            else:
                flow.paragraph(line, clauses=not fence)
        losses = [decoded.doubt] if decoded.doubt else []
        yield flow.document(source.name, {"encoding": decoded.encoding, **metadata}, losses)


def _level(line: str, following: str) -> int:
    """The level of a heading; 0 for any other line."""
    found = _HEADING.fullmatch(line)
    if found:
        return len(found.group(1)) if found.group(2).strip() else 0
    under = _UNDERLINE.fullmatch(following)
    if under and line.strip() and not line.lstrip().startswith(("#", ">", "-", "*", "|")) and len(under.group(1)) > 1:
        return 1 if under.group(1).startswith("=") else 2
    return 0


def _heading(flow: Flow, line: str, level: int) -> None:
    """A heading keeps its marks in the text, and loses them in the outline."""
    found = _HEADING.fullmatch(line)
    flow.heading(line, level, title=found.group(2) if found else line.strip())


def _front_matter(lines: list[str]) -> tuple[dict[str, Json], list[str]]:
    """The ``key: value`` lines between two ``---`` at the very beginning."""
    if not lines or lines[0].strip() != "---":
        return {}, lines
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() in ("---", "...")), None)
    if end is None:
        return {}, lines
    pairs = [found for line in lines[1:end] if (found := _PAIR.fullmatch(line.strip()))]
    return {found.group(1): found.group(2).strip("\"'") for found in pairs}, lines[end + 1 :]


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[MarkdownLoader]:
    """Offer the loader."""
    return potluck.Offer("Markdown, with headings as sections", MarkdownConfig, MarkdownLoader)
