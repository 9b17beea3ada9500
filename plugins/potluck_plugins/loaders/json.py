"""JSON and JSON Lines, as lines ``key: value`` with a blank line between records; or a corpus, a document a record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Source
from potluck.errors import DocumentLimit, UnreadableDocument
from potluck_plugins.loaders._shared.decoding import Encoding, decode
from potluck_plugins.loaders._shared.flow import Flow, clean
from potluck_plugins.loaders._shared.jsontext import DEEPEST, TOO_DEEP, describe_left_out, read_values

_LONG = 60


class JsonConfig(Config):
    """Settings of the ``json`` loader."""

    text: str | None = None
    """The key that holds the text: every line (or item of a list) becomes a document of its own."""

    id: str | None = None
    """The key that names such a document; its number if there is none."""

    encoding: Encoding | None = None
    """The encoding, where the guess is wrong."""


class JsonLoader(Loader):
    """Reads JSON, whole or one value per line."""

    isolated = False

    def __init__(self, config: JsonConfig, context: Context) -> None:
        """Read nothing yet."""
        self._config = config

    def load(self, source: Source) -> Iterator[Document]:
        """Yield one document, or one for each record if ``text`` is set."""
        decoded = decode(source.path.read_bytes(), self._config.encoding)
        if self._config.text is not None:
            values, losses = read_values(decoded.text, {})
            yield from self._records(self._config.text, values, [*decoded.losses, *losses], source.name)
            return
        # Numbers stay as they are written: 1.10 is no 1.1.
        values, losses = read_values(decoded.text, {"parse_float": str, "parse_int": str})
        flow = Flow()
        for line in _lines(values[0] if len(values) == 1 else values, "", 0):
            flow.paragraph(line, clauses=False)
        yield flow.document(source.name, {"encoding": decoded.encoding}, [*decoded.losses, *losses])

    def _records(self, key: str, values: Sequence[Any], losses: list[str], name: str) -> Iterator[Document]:
        records = values[0] if len(values) == 1 and isinstance(values[0], list) else values
        found = [isinstance(one, dict) and isinstance(one.get(key), str) for one in records]
        if records and not any(found):
            raise UnreadableDocument(f"none of its {len(records)} records has a text under {key!r}")
        losses += describe_left_out(
            "record", f"has no text under {key!r}", [n for n, has in enumerate(found, 1) if not has]
        )
        for number, record in enumerate(records, 1):
            if found[number - 1]:
                label = record.get(self._config.id) if self._config.id else None
                yield _record(record, key, f"{name}#{number if label is None else label}", losses)
                losses = []


def _record(record: Mapping[str, Any], key: str, name: str, losses: Sequence[str]) -> Document:
    flow = Flow()
    for line in clean(record[key]).split("\n"):
        flow.paragraph(line)
    return flow.document(name, {other: value for other, value in record.items() if other != key}, losses)


def _lines(value: Any, key: str, depth: int) -> Iterator[str]:
    """A value as lines; the keys that lead to it stand before it."""
    if depth > DEEPEST:
        raise DocumentLimit(TOO_DEEP)
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _lines(inner, f"{key}.{name}" if key else str(name), depth + 1)
    elif isinstance(value, list):
        yield from _items(value, key, depth + 1)
    else:
        yield f"{key}: {_show(value)}" if key else _show(value)


def _items(values: list[Any], key: str, depth: int) -> Iterator[str]:
    """Short values in one line, others in lines of their own, with a blank one between records."""
    shown = [None if isinstance(value, dict | list) else _show(value) for value in values]
    if values and all(one is not None and len(one) < _LONG and "\n" not in one for one in shown):
        yield from _lines(", ".join(one for one in shown if one is not None), key, depth)
        return
    for number, value in enumerate(values):
        if number and isinstance(value, dict):
            yield ""
        yield from _lines(value, key, depth)


def _show(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[JsonLoader]:
    """Offer the loader."""
    return potluck.Offer("JSON and JSON Lines", JsonConfig, JsonLoader)
