"""Markdown: the text as it stands, headings as sections, front matter as metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source
from potluck_plugins.loaders._shared.decoding import Encoding, decode, refuse_binary
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.markdown import write_markdown

_PAIR = re.compile(r"([\w][\w -]*?)\s*:(?:\s+(.*))?")
_ITEM = re.compile(r"\s*-\s+(.*)")


class MarkdownConfig(Config):
    """Settings of the ``markdown`` loader."""

    encoding: Encoding | None = None
    """The encoding, where the guess is wrong: big5, gb18030, utf-16."""


class MarkdownLoader(Loader):
    """Reads a Markdown file."""

    isolated = False

    def __init__(self, config: MarkdownConfig, context: Context) -> None:
        """Read nothing yet."""
        self._encoding = config.encoding

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a file."""
        decoded = decode(source.path.read_bytes(), self._encoding)
        refuse_binary(decoded)
        matter, lines = _parted(decoded.text.split("\n"))
        flow = Flow()
        write_markdown(lines, flow)
        yield flow.document(source.name, {**_metadata(matter), "encoding": decoded.encoding}, decoded.losses)


def _parted(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines between two ``---`` at the very beginning, and those after them."""
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), None)
    if lines[0].rstrip() != "---" or end is None or not any(_PAIR.fullmatch(line) for line in lines[1:end]):
        return [], lines
    return lines[1:end], lines[end + 1 :]


def _metadata(lines: list[str]) -> dict[str, Json]:
    """What YAML would make of simple front matter: ``key: value``, and ``key:`` with a list below."""
    found: dict[str, Json] = {}
    key = ""
    for line in lines:
        pair, item = _PAIR.fullmatch(line), _ITEM.fullmatch(line)
        if pair:
            key, value = pair.group(1), pair.group(2) or ""
            listed = value.startswith("[") and value.endswith("]")
            found[key] = [_bare(one) for one in value[1:-1].split(",")] if listed else _bare(value)
        elif item and key:
            known = found[key]
            found[key] = [*(known if isinstance(known, list) else []), _bare(item.group(1))]
    return found


def _bare(value: str) -> str:
    value = value.strip()
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[MarkdownLoader]:
    """Offer the loader."""
    return potluck.Offer("Markdown, with headings as sections", MarkdownConfig, MarkdownLoader)
