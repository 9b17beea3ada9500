"""EPUB 2 and 3: the chapters in the order of the spine. Source: EPUB 3.3 (W3C), container and package documents."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source
from potluck.errors import PasswordNeeded, UnreadableDocument
from potluck_plugins.loaders._shared.archive import Archive, open_archive, read_member, tell_damaged
from potluck_plugins.loaders._shared.decoding import decode_declared
from potluck_plugins.loaders._shared.flow import Flow, one_line
from potluck_plugins.loaders._shared.markup import read_html
from potluck_plugins.loaders._shared.xml import read_xml

_PROTECTION = "META-INF/encryption.xml"
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
"""Fonts that are only made unusable elsewhere; the text of such a book can be read."""

_DECLARED = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?([\w.:-]+)""")
_HEAD = 1024
_LINK = re.compile(r"""<a\s[^>]*?\bhref\s*=\s*["']([^"'#:]+)(?:#[^"']*)?["']""", re.IGNORECASE)
_PAGE_TYPES = ("application/xhtml+xml", "text/html")


class EpubConfig(Config):
    """The EPUB loader has nothing to set."""


class EpubLoader(Loader):
    """Reads an electronic book, with the notes beside its spine that the text links.

    A page of the table of contents is read as any other.
    """

    def __init__(self, config: EpubConfig, context: Context) -> None:
        """Read nothing yet."""

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a book."""
        flow = Flow()
        with open_archive(source.path) as archive:
            _refuse_protected(archive)
            package, root = _package(archive)
            chapters = list(_spine(package, root))
            linked: dict[str, None] = {}
            for name in chapters:
                linked |= dict.fromkeys(_chapter(archive, name, flow))
            # Notes may stand beside the spine: they are read where the text leads to them.
            for name in [one for one in linked if one in _pages(package, root) and one not in chapters]:
                _chapter(archive, name, flow)
            tell_damaged(archive, flow)
        yield flow.document(source.name, _metadata(package))


def _chapter(archive: Archive, name: str, flow: Flow) -> list[str]:
    """Write a chapter; returns the names of the files that it links."""
    try:
        content = read_member(archive, name)
    except (KeyError, UnreadableDocument):
        flow.lose(f"the chapter {name} is {'damaged' if name in archive.damaged else 'missing'}")
        return []
    declared = _DECLARED.search(content[:_HEAD])
    decoded = decode_declared(content, declared.group(1).decode("ascii") if declared else "utf-8")
    folder = posixpath.dirname(name)
    read_html(decoded.text, flow, lambda href: _style_sheet(archive, _member(folder, href)))
    for loss in decoded.losses:
        flow.lose(loss)
    return [_member(folder, href) for href in _LINK.findall(decoded.text)]


def _style_sheet(archive: Archive, name: str) -> str:
    """A style sheet of the book; one that is missing or damaged says nothing."""
    try:
        return read_member(archive, name).decode("utf-8", "replace")
    except (KeyError, UnreadableDocument):
        return ""


def _refuse_protected(archive: Archive) -> None:
    if _PROTECTION not in archive.namelist():
        return
    methods = read_xml(read_member(archive, _PROTECTION)).root.iterfind(".//{*}EncryptionMethod")
    if any(method.get("Algorithm") not in _FONTS for method in methods):
        raise PasswordNeeded("it is protected (DRM), and can be read by the program it was bought for only")


def _package(archive: Archive) -> tuple[Any, str]:
    """The package document, and the folder it stands in."""
    try:
        container = read_xml(read_member(archive, "META-INF/container.xml")).root
        path = container.find(".//{*}rootfile").get("full-path")
        return read_xml(read_member(archive, path)).root, posixpath.dirname(path)
    except (KeyError, AttributeError, TypeError) as error:
        raise UnreadableDocument("it is a zip archive, but not an EPUB: it has no package document") from error


def _spine(package: Any, root: str) -> Iterator[str]:
    """The names of the chapters in the archive, in order."""
    items = {item.get("id"): item.get("href") for item in package.iterfind(".//{*}manifest/{*}item")}
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        href = items.get(reference.get("idref"))
        if href:
            yield _member(root, href)


def _pages(package: Any, root: str) -> set[str]:
    """The names of all pages of the book, in its spine or beside it, but not that of its navigation."""
    items = package.iterfind(".//{*}manifest/{*}item")
    return {
        _member(root, item.get("href") or "")
        for item in items
        if item.get("media-type") in _PAGE_TYPES and "nav" not in (item.get("properties") or "").split()
    }


def _member(folder: str, href: str) -> str:
    """The name in the archive of what an address leads to."""
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))


def _metadata(package: Any) -> dict[str, Json]:
    found = {key: one_line(package.findtext(f".//{{*}}{key}") or "") for key in ("title", "creator", "language")}
    return {key: text for key, text in found.items() if text}


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[EpubLoader]:
    """Offer the loader."""
    return potluck.Offer("electronic books", EpubConfig, EpubLoader, requires=("lxml",), extra="epub")
