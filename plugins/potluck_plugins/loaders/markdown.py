"""Markdown: the text as it stands, headings as sections, front matter as metadata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source
from potluck_plugins.loaders._shared.decoding import Encoding, decode, refuse_binary
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.markdown import write_markdown

if TYPE_CHECKING:
    from ruamel.yaml.events import Event

_LONGEST = 1 << 16
"""Characters of front matter. More between two lines of ``---`` is text between rules."""
_DEEPEST = 50
"""Mappings and lists within one another, in front matter."""


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
        matter, lines = _divide(decoded.text)
        flow = Flow()
        write_markdown(lines, flow)
        yield flow.document(source.name, {**matter, "encoding": decoded.encoding}, decoded.losses)


def _divide(text: str) -> tuple[dict[str, Json], list[str]]:
    """The front matter, a YAML mapping between two ``---`` at the very beginning, and the lines after it."""
    lines = text.split("\n")
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), None)
    if lines[0].rstrip() != "---" or end is None:
        return {}, lines
    matter = _read_matter("\n".join(lines[1:end]))
    return ({}, lines) if matter is None else (matter, lines[end + 1 :])


def _read_matter(text: str) -> dict[str, Json] | None:
    """The mapping that a text is as YAML, its scalars as they are written; None if it is none.

    Text with an alias is none either, a few lines of which can mean more than fits into memory; nor is text that is
    nested deeply, for which YAML takes time by the square of the depth.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML(typ="base", pure=True)
    yaml.allow_duplicate_keys = True
    if len(text) > _LONGEST:
        return None
    try:
        if not _is_plain(yaml.parse(text)):
            return None
        found = yaml.load(text)
    except (YAMLError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and _has_plain_keys(found) else None


def _is_plain(events: Iterable[Event]) -> bool:
    """Whether YAML has no alias and is not nested deeply; looks no further than to the first of them."""
    from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

    depth = 0
    for event in events:
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if isinstance(event, AliasEvent) or depth > _DEEPEST:
            return False
    return True


def _has_plain_keys(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _has_plain_keys(inner) for key, inner in value.items())
    return not isinstance(value, list) or all(map(_has_plain_keys, value))


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[MarkdownLoader]:
    """Offer the loader."""
    return potluck.Offer("Markdown, with headings as sections", MarkdownConfig, MarkdownLoader)
