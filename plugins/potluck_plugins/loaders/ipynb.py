"""Jupyter notebooks: text cells as Markdown, code cells as they are, printed results. Source: nbformat 3 and 4."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source
from potluck.errors import NoText, UnreadableDocument
from potluck_plugins.loaders._shared.decoding import decode
from potluck_plugins.loaders._shared.flow import Flow, clean
from potluck_plugins.loaders._shared.jsontext import parse_value, without_halves
from potluck_plugins.loaders._shared.markdown import write_markdown

_NUMBERS = {"parse_int": str}
"""No number of a notebook is read, so that one of any length may stand in it."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class IpynbConfig(Config):
    """Settings of the ``ipynb`` loader."""

    outputs: bool = True
    """Whether the text that code printed is read too."""


class IpynbLoader(Loader):
    """Reads a notebook."""

    isolated = False

    def __init__(self, config: IpynbConfig, context: Context) -> None:
        """Read nothing yet."""
        self._outputs = config.outputs

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a notebook."""
        decoded = decode(source.path.read_bytes())
        text, halves = without_halves(decoded.text)
        notebook = _notebook(text)
        flow, pictures = Flow(), 0
        for cell in _cells(notebook):
            text = _text(cell.get("source", cell.get("input")))
            if cell.get("cell_type") == "markdown":
                write_markdown(text.split("\n"), flow)
            else:
                _plain(text, flow)
            for output in _dicts(cell.get("outputs")) if self._outputs else ():
                printed = _result_text(output)
                pictures += printed is None
                _plain(printed or "", flow)
            flow.paragraph("")
        losses = [f"{pictures} pictures or other results without text were not read"] if pictures else []
        language = _dict(_dict(notebook.get("metadata")).get("kernelspec")).get("language")
        metadata: dict[str, Json] = {"language": language} if isinstance(language, str) else {}
        yield flow.document(source.name, metadata, [*decoded.losses, *halves, *losses])


def _notebook(text: str) -> dict[str, Any]:
    if not text.strip():
        raise NoText("it is empty")
    try:
        notebook = parse_value(text, _NUMBERS)
    except ValueError as error:
        raise UnreadableDocument(f"it is not a notebook ({error})") from error
    if not isinstance(notebook, dict) or not ("cells" in notebook or "worksheets" in notebook):
        raise UnreadableDocument("it is JSON, but not a notebook: it has no cells")
    return notebook


def _cells(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from _dicts(notebook.get("cells"))
    for sheet in _dicts(notebook.get("worksheets")):
        yield from _dicts(sheet.get("cells"))


def _result_text(output: dict[str, Any]) -> str | None:
    """The text of a result; None for a picture."""
    data = _dict(output.get("data"))
    for found in (output.get("text"), data.get("text/plain"), data.get("text/markdown"), output.get("traceback")):
        if found:
            return _COLOURS.sub("", _text(found, "\n" if found is output.get("traceback") else ""))
    return None if data else ""


def _plain(text: str, flow: Flow) -> None:
    for line in text.rstrip("\n").split("\n") if text else ():
        flow.paragraph(line, clauses=False)


def _text(value: Any, between: str = "") -> str:
    """A text, or the lines of one."""
    return clean(between.join(map(str, value)) if isinstance(value, list) else str(value or ""))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[IpynbLoader]:
    """Offer the loader."""
    return potluck.Offer("Jupyter notebooks", IpynbConfig, IpynbLoader)
