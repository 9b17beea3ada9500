"""EPUB 2 and 3: the chapters in the order of the spine. Source: EPUB 3.3 (W3C), container and package documents."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source
from potluck.errors import PasswordNeeded, UnreadableDocument

from potluck_plugins.loaders._shared.archive import open_archive
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.markup import parse_html, parse_xml, read_tree


class EpubConfig(Config):
    """The EPUB loader has nothing to set."""


class EpubLoader(Loader):
    """Reads an electronic book."""

    def __init__(self, config: EpubConfig, context: Context) -> None:
        """Read nothing yet."""

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a book."""
        with open_archive(source.path) as archive:
            package, root = _package(archive)
            flow, losses = Flow(), []
            for name in _spine(package, root):
                try:
                    content = archive.read(name)
                except KeyError:
                    losses.append(f"the chapter {name} is missing")
                    continue
                read_tree(parse_html(_body(content)), flow)
            metadata: dict[str, Json] = {}
            for key in ("title", "creator", "language"):
                text = package.findtext(f".//{{*}}{key}")
                if text and text.strip():
                    metadata[key] = text.strip()
        yield flow.document(source.name, metadata, losses)


def _package(archive: zipfile.ZipFile) -> tuple[Any, str]:
    """The package document, and the folder it stands in."""
    if "META-INF/encryption.xml" in archive.namelist() and b"adept" in archive.read("META-INF/encryption.xml").lower():
        raise PasswordNeeded("it is protected (DRM)")
    try:
        container = parse_xml(archive.read("META-INF/container.xml"))
        path = container.find(".//{*}rootfile").get("full-path")
        return parse_xml(archive.read(path)), posixpath.dirname(path)
    except (KeyError, AttributeError, TypeError, SyntaxError) as error:
        raise UnreadableDocument("it is a zip archive, but not an EPUB (no readable package document)") from error


def _spine(package: Any, root: str) -> Iterator[str]:
    items = {item.get("id"): item.get("href") for item in package.iterfind(".//{*}manifest/{*}item")}
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        href = items.get(reference.get("idref"))
        if href:
            yield posixpath.normpath(posixpath.join(root, unquote(href.partition("#")[0])))


def _body(content: bytes) -> str:
    text = content.decode("utf-8-sig", "replace")
    return text[text.find("?>") + 2 :] if text.lstrip().startswith("<?xml") else text


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[EpubLoader]:
    """Offer the loader."""
    return potluck.Offer("electronic books", EpubConfig, EpubLoader, requires=("lxml",), extra="epub")
