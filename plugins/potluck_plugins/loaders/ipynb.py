"""Jupyter notebooks: text cells as Markdown, code cells as they are, printed results. Source: nbformat 4."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source
from potluck.errors import UnreadableDocument

from potluck_plugins.loaders._shared.flow import Flow

_HEADING = re.compile(r"(#{1,6})\s+(.*)")


class IpynbConfig(Config):
    """Settings of the ``ipynb`` loader."""

    outputs: bool = True
    """Whether the text that code printed is read too."""


class IpynbLoader(Loader):
    """Reads a notebook."""

    def __init__(self, config: IpynbConfig, context: Context) -> None:
        """Read nothing yet."""
        self._outputs = config.outputs

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a notebook."""
        try:
            notebook = json.loads(source.path.read_bytes().decode("utf-8-sig"))
            cells = notebook["cells"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise UnreadableDocument(f"it is not a notebook ({type(error).__name__}: {error})") from error
        flow = Flow()
        for cell in cells:
            text = _joined(cell.get("source"))
            if cell.get("cell_type") == "markdown":
                _markdown(text, flow)
            else:
                _plain(text, flow)
            for output in cell.get("outputs", []) if self._outputs else []:
                _plain(_printed(output), flow)
        language = notebook.get("metadata", {}).get("kernelspec", {}).get("language")
        metadata: dict[str, Json] = {"language": language} if isinstance(language, str) else {}
        yield flow.document(source.name, metadata)


def _markdown(text: str, flow: Flow) -> None:
    for line in text.split("\n"):
        found = _HEADING.fullmatch(line.strip())
        if found:
            flow.heading(line, len(found.group(1)), title=found.group(2))
        else:
            flow.paragraph(line)


def _plain(text: str, flow: Flow) -> None:
    for line in text.split("\n") if text else []:
        flow.paragraph(line, clauses=False)


def _printed(output: Any) -> str:
    return _joined(output.get("text") or output.get("data", {}).get("text/plain"))


def _joined(source: Any) -> str:
    return "".join(source) if isinstance(source, list) else str(source or "")


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[IpynbLoader]:
    """Offer the loader."""
    return potluck.Offer("Jupyter notebooks", IpynbConfig, IpynbLoader)
