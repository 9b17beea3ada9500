"""Presentations put together from XML, for what python-pptx does not write, and what is read in them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence

from potluck.documents import Document
from support.loading import load_one

SPACES = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "a14": "http://schemas.microsoft.com/office/drawing/2010/main",
    "cx": "http://schemas.microsoft.com/office/drawing/2014/chartex",
    "p188": "http://schemas.microsoft.com/office/powerpoint/2018/8/main",
    "p15": "http://schemas.microsoft.com/office/powerpoint/2012/main",
    "adec": "http://schemas.microsoft.com/office/drawing/2017/decorative",
}
_DECLARED = " ".join(f'xmlns:{name}="{uri}"' for name, uri in SPACES.items())
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

_TRANSITIONAL = re.compile(r"http://schemas\.openxmlformats\.org/(drawingml|presentationml|officeDocument)/2006/")

Link = tuple[str, str, str]
"""The id, the kind and the target of a relationship."""


def element(tag: str, content: str = "", attributes: str = "") -> str:
    """The root element of a part."""
    return f"<{tag} {_DECLARED} {attributes}>{content}</{tag}>"


def links(*found: Link) -> str:
    """The relationships of a part."""
    inner = "".join(
        f'<Relationship Id="{name}" Type="{_TYPES}/{kind}" Target="{target}"/>' for name, kind, target in found
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def slide(content: str, attributes: str = "") -> str:
    """A slide with these shapes."""
    return element("p:sld", f"<p:cSld><p:spTree>{content}</p:spTree></p:cSld>", attributes)


def layout(content: str, tag: str = "p:sldLayout", attributes: str = "") -> str:
    """A layout or a master with these shapes."""
    return element(tag, f"<p:cSld><p:spTree>{content}</p:spTree></p:cSld>", attributes)


Place = tuple[int, int, int, int]
"""Left, top, width and height."""


def box(text: str, place: Place | None = (0, 0, 100, 50), kind: str = "", properties: str = "") -> str:
    """A shape with text: runs or paragraphs as XML, or plain text.

    ``kind`` makes it a placeholder; a digit at its end is the number on the layout.
    """
    body = text if text.startswith("<a:p>") else f"<a:p>{text if text.startswith('<') else run(text)}</a:p>"
    index = f'idx="{kind[-1]}"' if kind[-1:].isdigit() else ""
    holder = f'<p:ph type="{kind.rstrip("0123456789")}" {index}/>' if kind else ""
    frame = "<p:spPr/>"
    if place is not None:
        x, y, width, height = place
        frame = f'<p:spPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm></p:spPr>'
    named = f'<p:nvSpPr><p:cNvPr id="2" name="Shape" {properties}/><p:cNvSpPr/><p:nvPr>{holder}</p:nvPr></p:nvSpPr>'
    return f"<p:sp>{named}{frame}<p:txBody><a:bodyPr/>{body}</p:txBody></p:sp>"


def run(text: str, properties: str = "") -> str:
    """A run of text."""
    return f"<a:r><a:rPr {properties}/><a:t>{text}</a:t></a:r>"


def paragraph(text: str, bullet: str = "", level: int = 0) -> str:
    """A paragraph with a bullet (``<a:buChar char="•"/>``)."""
    return f'<a:p><a:pPr lvl="{level}">{bullet}</a:pPr>{run(text)}</a:p>'


def frame(content: str, properties: str = "") -> str:
    """A frame that holds a table, a chart or another object."""
    named = f'<p:cNvPr id="3" name="Frame" {properties}/><p:cNvGraphicFramePr/><p:nvPr/>'
    graphic = f'<a:graphic><a:graphicData uri="">{content}</a:graphicData></a:graphic>'
    return f"<p:graphicFrame><p:nvGraphicFramePr>{named}</p:nvGraphicFramePr>{graphic}</p:graphicFrame>"


def picture(description: str, inner: str = "") -> str:
    """A picture with its description."""
    named = f'<p:cNvPr id="4" name="Picture" descr="{description}">{inner}</p:cNvPr>'
    return f"<p:pic><p:nvPicPr>{named}<p:cNvPicPr/><p:nvPr/></p:nvPicPr><p:spPr/></p:pic>"


def deck(
    slides: Sequence[str],
    parts: Mapping[str, str] | None = None,
    slide_links: Sequence[Link] = (),
    presentation_links: Sequence[Link] = (),
    strict: bool = False,
) -> bytes:
    """A presentation; each slide is ``ppt/slides/slideN.xml`` and has the same links."""
    ids = "".join(f'<p:sldId id="{255 + number}" r:id="s{number}"/>' for number in range(1, len(slides) + 1))
    found = {
        "_rels/.rels": links(("rId1", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": element("p:presentation", f"<p:sldIdLst>{ids}</p:sldIdLst>"),
        "ppt/_rels/presentation.xml.rels": links(
            *((f"s{number}", "slide", f"slides/slide{number}.xml") for number in range(1, len(slides) + 1)),
            *presentation_links,
        ),
    }
    for number, content in enumerate(slides, 1):
        found[f"ppt/slides/slide{number}.xml"] = content
        found[f"ppt/slides/_rels/slide{number}.xml.rels"] = links(*slide_links)
    found |= parts or {}
    if strict:
        found = {name: _TRANSITIONAL.sub(r"http://purl.oclc.org/ooxml/\1/", one) for name, one in found.items()}
    return package(found)


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def read(*slides: str, **parts: object) -> Document:
    """The document of a deck with these slides."""
    settings = {name: parts.pop(name) for name in ("comments", "hidden") if name in parts}
    return load_one("office", deck(slides, **parts), **settings)  # type: ignore[arg-type]


def lines(*shapes: str, **parts: object) -> list[str]:
    """The lines of a deck with one slide that holds these shapes."""
    return read(slide("".join(shapes)), **parts).text.split("\n")


def saved(presentation: object) -> Document:
    """The document of what python-pptx made."""
    file = io.BytesIO()
    presentation.save(file)  # type: ignore[attr-defined]
    return load_one("office", file.getvalue())
