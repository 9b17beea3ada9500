"""Electronic books, put together from their chapters."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

CONTAINER = '<container><rootfiles><rootfile full-path="OEBPS/a.opf"/></rootfiles></container>'


def archive(members: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return file.getvalue()


def book(chapters: Mapping[str, str | bytes], spine: list[str] | None = None, **more: str | bytes) -> bytes:
    """A book of these chapters; ``spine`` is their order, ``more`` holds further members."""
    kind = 'media-type="application/xhtml+xml"'
    items = "".join(f'<item id="{n}" href="{name}" {kind}/>' for n, name in enumerate(chapters))
    order = "".join(f'<itemref idref="{list(chapters).index(name)}"/>' for name in spine or chapters)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>軌道 規範</dc:title><dc:creator>王小明</dc:creator><dc:language>zh-TW</dc:language></metadata>"
        f"<manifest>{items}</manifest><spine>{order}</spine></package>"
    )
    files = {f"OEBPS/{name.replace('%20', ' ')}": content for name, content in chapters.items()}
    return archive({"META-INF/container.xml": CONTAINER, "OEBPS/a.opf": package, **files, **more})


def xhtml(body: str) -> str:
    """A page."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>'
    )
