"""JSON and JSON Lines, as lines ``key: value``; or a corpus with a document a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Source
from potluck.errors import DocumentLimit, UnreadableDocument

from potluck_plugins.loaders._shared.decoding import Decoded, decode
from potluck_plugins.loaders._shared.flow import Flow

_DEEPEST = 200


class JsonConfig(Config):
    """Settings of the ``json`` loader."""

    text: str | None = None
    """The key that holds the text: every line (or item of a list) becomes a document of its own."""

    id: str | None = None
    """The key that names such a document; its number where there is none."""

    encoding: str | None = None
    """The encoding, where the guess is wrong."""


class JsonLoader(Loader):
    """Reads JSON, whole or a value a line."""

    isolated = False

    def __init__(self, config: JsonConfig, context: Context) -> None:
        """Read nothing yet."""
        self._config = config

    def load(self, source: Source) -> Iterator[Document]:
        """Yield one document, or one for each record if ``text`` is set."""
        decoded = decode(source.path.read_bytes(), self._config.encoding)
        values = _values(decoded.text)
        if self._config.text is not None:
            yield from self._records(values, source)
        else:
            yield _whole(values, decoded, source)

    def _records(self, values: list[Any], source: Source) -> Iterator[Document]:
        records = values[0] if len(values) == 1 and isinstance(values[0], list) else values
        assert self._config.text is not None
        for number, record in enumerate(records, 1):
            if not isinstance(record, dict) or not isinstance(record.get(self._config.text), str):
                raise UnreadableDocument(f"record {number} has no text under {self._config.text!r}")
            name = record.get(self._config.id) if self._config.id else None
            rest = {
                k: v for k, v in record.items() if k != self._config.text and isinstance(v, str | int | float | bool)
            }
            text = record[self._config.text].replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
            yield Document(f"{source.name}#{name if name is not None else number}", text, rest)


def _whole(values: list[Any], decoded: Decoded, source: Source) -> Document:
    flow = Flow()
    for value in values:
        for line in _lines(value, ""):
            flow.paragraph(line, clauses=False)
    return flow.document(source.name, {"encoding": decoded.encoding}, [decoded.doubt] if decoded.doubt else [])


def _values(text: str) -> list[Any]:
    """One value, or one a line. Raises ``UnreadableDocument`` with the line."""
    if _depth(text) > _DEEPEST:
        raise DocumentLimit(f"it is nested more than {_DEEPEST} deep")
    if not text.strip():
        return []
    try:
        return [json.loads(text)]
    except ValueError as whole:
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        if len(lines) < 2:
            raise UnreadableDocument(f"it is not JSON ({whole})") from whole
        values = []
        for number, line in lines:
            try:
                values.append(json.loads(line))
            except ValueError as error:
                reason = whole if not values else f"line {number}: {error}"
                raise UnreadableDocument(f"it is not JSON ({reason})") from error
        return values


def _depth(text: str) -> int:
    """How deep brackets are nested at the most; what stands in strings may count too, which errs on the safe side."""
    depth = deepest = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth = max(0, depth - 1)
    return deepest


def _lines(value: Any, key: str) -> Iterator[str]:
    """A value as lines; the keys that lead to it stand before it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _lines(inner, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list):
        if value and all(not isinstance(inner, dict | list) for inner in value):
            yield from _lines(", ".join(_shown(inner) for inner in value), key)
        else:
            for inner in value:
                yield from _lines(inner, key)
    else:
        yield f"{key}: {_shown(value)}" if key else _shown(value)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[JsonLoader]:
    """Offer the loader."""
    return potluck.Offer("JSON and JSON Lines", JsonConfig, JsonLoader)
