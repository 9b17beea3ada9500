"""Word files, written part by part."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": f"{OFFICE}/relationships",
    "m": f"{OFFICE}/math",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
}
DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_ROOTS = {"styles": "styles", "numbering": "numbering", "settings": "settings", "comments": "comments"}
_ROOTS |= {"footnotes": "footnotes", "endnotes": "endnotes", "header": "hdr", "footer": "ftr"}
_CALIBRI = '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri"/>'
_STRICT = re.compile(r"http://schemas\.openxmlformats\.org/(\w+)/2006/")


def docx(
    *body: str,
    parts: Mapping[str, str] | None = None,
    strict: bool = False,
    main: str = "word/document.xml",
    files: Mapping[str, str] | None = None,
) -> bytes:
    """A document.

    ``parts`` holds the content of further parts by their names (``styles``, ``header1``, ``aFChunk1.html``), which
    are the ids of their relationships too; ``files`` other members of the archive.
    """
    folder, _, name = main.rpartition("/")
    members = {
        "_rels/.rels": _relationships({"rId1": ("officeDocument", f"/{main}")}),
        main: f"<w:document {DECLARED}><w:body>{''.join(body)}</w:body></w:document>",
        f"{folder}/_rels/{name}.rels": _relationships(
            {part.partition(".")[0]: (part.partition(".")[0].rstrip("0123456789"), _file(part)) for part in parts or {}}
        ),
    }
    for part, content in (parts or {}).items():
        kind = part.rstrip("0123456789")
        root = f"w:{_ROOTS[kind]}" if kind in _ROOTS else None
        members[f"{folder}/{_file(part)}"] = f"<{root} {DECLARED}>{content}</{root}>" if root else content
    members |= files or {}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, _STRICT.sub(r"http://purl.oclc.org/ooxml/\1/", content) if strict else content)
    return written.getvalue()


def _file(part: str) -> str:
    return part if "." in part else f"{part}.xml"


def _relationships(links: Mapping[str, tuple[str, str]]) -> str:
    one = '<Relationship Id="{}" Type="{}/relationships/{}" Target="{}"/>'
    listed = "".join(one.format(name, OFFICE, kind, target) for name, (kind, target) in links.items())
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{listed}</Relationships>'
    )


def r(text: str, properties: str = "") -> str:
    """A run; ``properties`` is what is in its ``w:rPr``."""
    return f'<w:r><w:rPr>{_CALIBRI}{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(*runs: str, properties: str = "") -> str:
    """A paragraph of runs; what is not XML is a run of its own."""
    inner = "".join(run if run.startswith("<") else r(run) for run in runs)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def up(text: str) -> str:
    """A superscript."""
    return r(text, '<w:vertAlign w:val="superscript"/>')


def down(text: str) -> str:
    """A subscript."""
    return r(text, '<w:vertAlign w:val="subscript"/>')


def styled(name: str) -> str:
    """The property of a paragraph that names its style."""
    return f'<w:pStyle w:val="{name}"/>'


def numbered(list_id: int = 1, level: int = 0) -> str:
    """The property of a paragraph that puts it into a list."""
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'


def numbering(*formats: tuple[str, str]) -> str:
    """A list, number 1, with the format and the text of each level."""
    levels = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for i, (kind, text) in enumerate(formats)
    )
    return (
        f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )


def style(name: str, properties: str = "", kind: str = "paragraph", based: str = "") -> str:
    """A style that is called as its id."""
    base = f'<w:basedOn w:val="{based}"/>' if based else ""
    return f'<w:style w:type="{kind}" w:styleId="{name}"><w:name w:val="{name}"/>{base}{properties}</w:style>'


def field(instruction: str, result: str | None = None, form: str = "") -> str:
    """A complex field; ``result`` is what stands between its marks, ``form`` its ``w:ffData``."""
    data = f"<w:ffData>{form}</w:ffData>" if form else ""
    separate = "" if result is None else '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    return (
        f'<w:r><w:fldChar w:fldCharType="begin">{data}</w:fldChar></w:r>'
        f'<w:r><w:instrText xml:space="preserve">{instruction}</w:instrText></w:r>'
        f'{separate}{result or ""}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def control(properties: str, content: str) -> str:
    """A content control."""
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def table(*rows: str) -> str:
    """A table."""
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def tr(*cells: str, properties: str = "") -> str:
    """A row; what is not XML is a cell of its own."""
    inner = "".join(cell if cell.startswith(("<w:tc>", "<w:sdt>")) else tc(cell) for cell in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inner}</w:tr>"


def tc(*content: str, properties: str = "") -> str:
    """A cell; what is not XML is a paragraph of its own."""
    inner = "".join(one if one.startswith("<") else p(one) for one in content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def box(*content: str, fallback: bool = True) -> str:
    """A run with a text box, and the same for old programs."""
    inner = f"<w:txbxContent>{''.join(content)}</w:txbxContent>"
    shape = f"<a:graphic><a:graphicData><wps:wsp><wps:txbx>{inner}</wps:txbx></wps:wsp></a:graphicData></a:graphic>"
    old = f"<w:pict><v:shape><v:textbox>{inner}</v:textbox></v:shape></w:pict>"
    if not fallback:
        return f"<w:r>{old}</w:r>"
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor>{shape}</wp:anchor></w:drawing>'
        f"</mc:Choice><mc:Fallback>{old}</mc:Fallback></mc:AlternateContent></w:r>"
    )


def note(kind: str, identity: int, text: str) -> str:
    """A note as its part holds it."""
    mark = f"<w:r><w:{kind}Ref/></w:r>"
    return f'<w:{kind} w:id="{identity}"><w:p>{mark}{r(" " + text)}</w:p></w:{kind}>'


def refer(kind: str, identity: int, custom: str = "") -> str:
    """A run that refers to a note."""
    follows = ' w:customMarkFollows="1"' if custom else ""
    text = f"<w:t>{custom}</w:t>" if custom else ""
    vertical = '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
    return f'<w:r>{vertical}<w:{kind}Reference{follows} w:id="{identity}"/>{text}</w:r>'


def section(*properties: str) -> str:
    """The properties of a section."""
    return f"<w:sectPr>{''.join(properties)}</w:sectPr>"


def margin(part: str, kind: str = "default") -> str:
    """What gives a section a header or footer: the name of its part."""
    return f'<w:{part.rstrip("0123456789")}Reference w:type="{kind}" r:id="{part}"/>'


def drawing(content: str, description: str = "") -> str:
    """A run with a drawing."""
    properties = f'<wp:docPr id="1" name="Picture 1" descr="{description}"/>'
    graphic = f"<a:graphic><a:graphicData>{content}</a:graphicData></a:graphic>"
    return f"<w:r><w:drawing><wp:inline>{properties}{graphic}</wp:inline></w:drawing></w:r>"
