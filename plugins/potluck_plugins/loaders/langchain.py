"""Any loader of LangChain that reads a file, by its import path (MIT, https://github.com/langchain-ai/langchain).

``langchain-community`` alone has some two hundred. What they yield with page numbers becomes one document with pages;
what they yield otherwise (rows, messages, elements) becomes a document each.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

import potluck
from potluck.contracts import Context, Loader
from potluck.documents import Document, Json, Page, Source
from potluck.errors import DocumentError, EgressRefused, NoText, PasswordNeeded, PluginError, UnreadableDocument
from potluck_plugins._langchain import REQUIRES, Caller, LangChainConfig, load_class, named_parameters, sends_to
from potluck_plugins.loaders._shared.flow import clean

_PATHS = ("file_path", "path", "filename", "file", "log_file", "path_or_file")
"""The names of the argument with the file's path."""
_ABOUT_THE_FILE = {"last_modified", "file_directory", "filename", "file_name", "file_path", "source"}
"""Metadata about where and when the file lies, which says nothing of its content."""
_ENCRYPTED = ("password", "encrypted", "not been decrypted")


class LangChainLoaderConfig(LangChainConfig):
    """Settings of the ``langchain`` loader."""

    path_argument: str | None = None
    """The argument that is the file's path, if it has a name that is not to be expected."""

    first_page: Literal[0, 1] = 0
    """The number that the loader gives the first page as ``page``: 0 with those of LangChain; ``page_number`` is 1."""

    base: ClassVar[str] = "langchain_core.document_loaders.BaseLoader"

    @model_validator(mode="after")
    def _reads_files(self) -> Self:
        known = named_parameters(load_class(self.class_))
        if self.path_argument is None and self.file_argument not in known:
            raise ValueError(
                f"{self.class_} has no argument called {', '.join(_PATHS[:3])} or the like; if it reads a file, say "
                f"'path_argument: NAME' (it has {', '.join(sorted(known)) or 'none'})"
            )
        if self.path_argument is not None and self.path_argument not in known:
            raise ValueError(f"{self.class_} has no argument {self.path_argument!r}")
        if self.file_argument in self.arguments:
            raise ValueError(f"the argument {self.file_argument!r} is the path of the file, from 'documents.path'")
        return self

    @property
    def file_argument(self) -> str:
        """The argument that is the file's path."""
        known = named_parameters(load_class(self.class_))
        return self.path_argument or next((name for name in _PATHS if name in known), "")


class LangChainLoader(Loader):
    """Reads a file with a loader of LangChain."""

    def __init__(self, config: LangChainLoaderConfig, context: Context) -> None:
        """Read nothing yet."""
        self._config = config
        self._caller = Caller(config, context, "loader")

    def identity(self) -> Mapping[str, str]:
        """The release of the package."""
        return self._caller.identity()

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the documents. What the class raises says that the file cannot be read."""
        found = [one for one in self._read(source) if one[0].strip()]
        if not found:
            raise NoText("the loader found no text in it")
        documents = list(_documents(found, self._config.first_page))
        for number, (text, metadata, pages) in enumerate(documents, 1):
            name = source.name if len(documents) == 1 else f"{source.name}#{number}"
            yield Document(name, text, metadata, pages=pages)

    def _read(self, source: Source) -> list[tuple[str, dict[str, Json]]]:
        arguments = {**self._config.all_arguments(), self._config.file_argument: str(source.path)}
        try:
            with self._caller.guard():
                found = list(self._caller.cls(**arguments).lazy_load())
        except (DocumentError, EgressRefused):
            raise
        except PluginError as error:
            raise _unreadable(error.__cause__ or error, source) from error
        return [(clean(one.page_content), _metadata(one.metadata, source)) for one in found]


def _unreadable(error: BaseException, source: Source) -> Exception:
    """The reason why a file cannot be read, without its path."""
    said = " ".join(str(error).split()).replace(str(source.path), "the file")
    if isinstance(error, ImportError):
        return PluginError(said)
    kind = PasswordNeeded if any(word in said.lower() for word in _ENCRYPTED) else UnreadableDocument
    return kind(f"it could not be read ({type(error).__name__}: {said})")


def _documents(
    found: Sequence[tuple[str, dict[str, Json]]], first: int
) -> Iterator[tuple[str, dict[str, Json], tuple[Page, ...]]]:
    """Texts with their metadata and pages: neighbours with page numbers are one text."""
    for paged, some in groupby(found, key=lambda one: _page(one[1], first) is not None):
        parts = list(some)
        numbers = [_page(metadata, first) or 0 for _, metadata in parts]
        if paged and numbers == sorted(numbers):
            yield _join_pages(parts, numbers)
        else:
            yield from ((text, metadata, ()) for text, metadata in parts)


def _join_pages(
    found: Sequence[tuple[str, dict[str, Json]]], numbers: Sequence[int]
) -> tuple[str, dict[str, Json], tuple[Page, ...]]:
    """The pages as one text, with the metadata that all of them have."""
    text = ""
    pages: list[Page] = []
    for (content, _), number in zip(found, numbers, strict=True):
        start = len(text) + 2 * bool(text)
        text = f"{text}\n\n{content}" if text else content
        if pages and pages[-1].number == number:
            pages[-1] = Page(pages[-1].start, len(text), number)
        else:
            pages.append(Page(start, len(text), number))
    common = {key: value for key, value in found[0][1].items() if all(one.get(key) == value for _, one in found)}
    own = {"page", "page_number", "page_label"}
    return text, {key: value for key, value in common.items() if key not in own}, tuple(pages)


def _page(metadata: Mapping[str, Json], first: int) -> int | None:
    """The number of the page, counted from 1."""
    for key, beginning in (("page_number", 1), ("page", first)):
        value = metadata.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= beginning:
            return value - beginning + 1
    return None


def _metadata(metadata: Mapping[str, Any], source: Source) -> dict[str, Json]:
    """The metadata that JSON can hold, without the file's place."""
    place = {str(source.path), source.path.name, source.path.stem, str(source.path.parent)}
    return {
        str(key): _json(value)
        for key, value in metadata.items()
        if key not in _ABOUT_THE_FILE and not (isinstance(value, str) and value in place)
    }


def _json(value: Any) -> Json:
    if isinstance(value, Mapping):
        return {str(key): _json(inner) for key, inner in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [_json(inner) for inner in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else str(value)


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[LangChainLoader]:
    """Offer the loader."""
    return potluck.Offer(
        "any loader of LangChain that reads a file, by its class",
        LangChainLoaderConfig,
        LangChainLoader,
        requires=REQUIRES,
        extra="langchain",
        sends_to=sends_to,
    )
