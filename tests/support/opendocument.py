"""OpenDocument files, put together from what a test is about."""

from __future__ import annotations

import io
import zipfile

OASIS = "urn:oasis:names:tc:opendocument:xmlns"
PREFIXES = {
    "draw": "drawing",
    "form": "form",
    "presentation": "presentation",
    "office": "office",
    "style": "style",
    "table": "table",
    "text": "text",
}
NAMES = " ".join(f'xmlns:{prefix}="{OASIS}:{name}:1.0"' for prefix, name in PREFIXES.items())
NAMES += ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
NAMES += ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
NAMES += ' xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"'
NAMES += ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
NAMES += ' xmlns:math="http://www.w3.org/1998/Math/MathML" xmlns:field='
NAMES += '"urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0"'


def odf(kind: str, body: str, styles: str = "", common: str = "", manifest: str = "<m/>", **parts: str) -> bytes:
    """A file of a kind with this body, its own styles and the common part of styles."""
    content = io.BytesIO()
    inner = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    text = f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        file.writestr("META-INF/manifest.xml", manifest)
        file.writestr("styles.xml", f"<office:document-styles {NAMES}>{common}</office:document-styles>")
        file.writestr("content.xml", f"<office:document-content {NAMES}>{inner}{text}</office:document-content>")
        for name, part in parts.items():
            file.writestr(name.replace("__", "/").replace("_", " ") + ".xml", part)
    return content.getvalue()


def p(text: str) -> str:
    """A paragraph."""
    return f"<text:p>{text}</text:p>"


def style(name: str, properties: str, parent: str = "", family: str = "text") -> str:
    """A style of text."""
    inner = f"<style:text-properties {properties}/>"
    above = f'style:parent-style-name="{parent}"' if parent else ""
    return f'<style:style style:name="{name}" style:family="{family}" {above}>{inner}</style:style>'


def cell(text: str = "", more: str = "") -> str:
    """A cell."""
    return f"<table:table-cell {more}>{p(text) if text else ''}</table:table-cell>"


COVERED = "<table:covered-table-cell/>"


def row(*cells: str, more: str = "") -> str:
    """A row."""
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def frame(inner: str) -> str:
    """A frame."""
    return f"<draw:frame>{inner}</draw:frame>"
