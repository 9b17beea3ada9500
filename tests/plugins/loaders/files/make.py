"""Writes the documents in this folder: a .docx that is put together here, and what LibreOffice converts it to.

``python make.py`` needs LibreOffice (``soffice``); the tests need the files alone.
``python make.py figures`` writes the one document of that name.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[3])]
from test_figures_in_every_format import FIGURES  # noqa: E402

from support.figures import runs  # noqa: E402

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_NAMES = f'xmlns:w="{_W}" xmlns:r="{_R}" xmlns:v="urn:schemas-microsoft-com:vml"'
_PARTS = ("styles", "numbering", "footnotes", "endnotes", "comments", "header", "footer", "settings")

SUPER = '<w:vertAlign w:val="superscript"/>'
SUB = '<w:vertAlign w:val="subscript"/>'


def run(text: str, properties: str = "") -> str:
    """A run."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def up(text: str) -> str:
    """A superscript."""
    return run(text, SUPER)


def down(text: str) -> str:
    """A subscript."""
    return run(text, SUB)


def styled(text: str, style: str) -> str:
    """A run in a character style."""
    return run(text, f'<w:rStyle w:val="{style}"/>')


def par(*runs: str, properties: str = "") -> str:
    """A paragraph of runs; what begins with no tag is a plain run."""
    inner = "".join(one if one.startswith("<") else run(one) for one in runs)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def head(level: int, *runs: str) -> str:
    """A heading."""
    return par(*runs, properties=f'<w:pStyle w:val="Heading{level}"/>')


def item(level: int, *runs: str, number: int = 2) -> str:
    """An item of a list."""
    place = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return par(*runs, properties=place)


def cell(*blocks: str, columns: int = 1, vertical: str = "") -> str:
    """A cell; ``vertical`` is ``restart`` or ``continue`` for cells merged over rows."""
    merged = f'<w:vMerge w:val="{vertical}"/>' if vertical else ""
    width = f'<w:tcW w:w="{2000 * columns}" w:type="dxa"/>'
    inner = "".join(one if one.startswith(("<w:p>", "<w:tbl>")) else par(one) for one in blocks)
    return f'<w:tc><w:tcPr>{width}<w:gridSpan w:val="{columns}"/>{merged}</w:tcPr>{inner}</w:tc>'


def row(*cells: str, header: bool = False) -> str:
    """A row."""
    properties = "<w:trPr><w:tblHeader/></w:trPr>" if header else ""
    return f"<w:tr>{properties}{''.join(cells)}</w:tr>"


def table(columns: int, *rows: str) -> str:
    """A table with lines."""
    grid = '<w:gridCol w:w="2000"/>' * columns
    sides = "".join(f'<w:{side} w:val="single" w:sz="4"/>' for side in ("top", "left", "bottom", "right"))
    sides += '<w:insideH w:val="single" w:sz="4"/><w:insideV w:val="single" w:sz="4"/>'
    properties = f'<w:tblW w:w="{2000 * columns}" w:type="dxa"/><w:tblBorders>{sides}</w:tblBorders>'
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def note(number: int, kind: str = "footnote") -> str:
    """The mark of a note."""
    return f'<w:r><w:rPr>{SUPER}</w:rPr><w:{kind}Reference w:id="{number}"/></w:r>'


def note_text(number: int, *runs: str, kind: str = "footnote") -> str:
    """The text of a note."""
    mark = f"<w:r><w:rPr>{SUPER}</w:rPr><w:{kind}Ref/></w:r>"
    return f'<w:{kind} w:id="{number}">{par(mark, " ", *runs)}</w:{kind}>'


def field(instruction: str, result: str) -> str:
    """A field with its result."""
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    code = f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
    return mark.format("begin") + code + mark.format("separate") + run(result) + mark.format("end")


def check_box(checked: bool) -> str:
    """A check box of a form."""
    data = f'<w:ffData><w:name w:val="c"/><w:enabled/><w:checkBox><w:size w:val="20"/><w:default w:val="{checked:d}"/>'
    begin = f'<w:r><w:fldChar w:fldCharType="begin">{data}</w:checkBox></w:ffData></w:fldChar></w:r>'
    code = '<w:r><w:instrText xml:space="preserve"> FORMCHECKBOX </w:instrText></w:r>'
    return begin + code + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def changed(kind: str, text: str) -> str:
    """A tracked insertion (``ins``) or deletion (``del``)."""
    tag = "delText" if kind == "del" else "t"
    inner = f'<w:r><w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'
    return f'<w:{kind} w:id="9" w:author="Wang" w:date="2026-01-01T00:00:00Z">{inner}</w:{kind}>'


def commented(text: str) -> str:
    """A run with a comment on it."""
    begin, end = '<w:commentRangeStart w:id="0"/>', '<w:commentRangeEnd w:id="0"/>'
    return f'{begin}{run(text)}{end}<w:r><w:commentReference w:id="0"/></w:r>'


def box(*paragraphs: str) -> str:
    """A text box."""
    style = "position:absolute;width:200pt;height:60pt"
    inner = f"<w:txbxContent>{''.join(paragraphs)}</w:txbxContent>"
    shape = f'<v:rect style="{style}"><v:textbox>{inner}</v:textbox></v:rect>'
    return f"<w:r><w:pict>{shape}</w:pict></w:r>"


FORMS = (
    head(1, "Loads of 10", up("6"), " N"),
    par("An exponent: 10", up("6"), " cycles."),
    par("A negative exponent: 10", up("-3"), " mm."),
    par("A unit: 25 m", up("2"), " of ballast."),
    par("A note: 25", note(2), " kN per sleeper."),
    par("A subscript: H", down("2"), "O drains."),
    par("A fraction: ", up("1"), "/", down("2"), " of the rail."),
    par("By style: 10", styled("7", "Exponent"), " cycles and x", styled("3", "Index"), "."),
    table(2, row(cell("Area"), cell("Load")), row(cell(par("30 m", up("2"))), cell(par("10", up("5"), " N")))),
    par("道碴體積為 40 m", up("3"), "，荷重 10", up("4"), " N。"),
    par("Two runs: 10", up("1"), run("2", SUPER + "<w:b/>"), " cycles."),
)

PARTS = (
    head(1, "通則"),
    head(2, "範圍"),
    par("本規範適用於道碴軌道。"),
    head(2, "定義"),
    head(3, "短鋼軌"),
    par("長度在標準長度以下", note(2), "之鋼軌。"),
    head(3, "長鋼軌"),
    table(
        2,
        row(cell(item(0, "甲方", number=3)), cell("Owner")),
        row(cell(item(0, "乙方", number=3)), cell("Contractor")),
    ),
    item(0, "丙方", number=3),
    head(1, "材料"),
    head(2, "鋼軌"),
    item(0, "First"),
    item(1, "inner"),
    item(1, "inner again"),
    item(0, "Second"),
    item(0, "A bullet", number=4),
)
TABLES = (
    table(
        3,
        row(cell("Sensor", vertical="restart"), cell("Load", columns=2)),
        row(cell("", vertical="continue"), cell("min"), cell("max")),
        row(cell("北站", vertical="restart"), cell("3"), cell("9")),
        row(cell("", vertical="continue"), cell("4"), cell("8")),
        row(cell("南站"), cell("5"), cell("7")),
    ),
    par("Between."),
    table(2, row(cell("Outer"), cell("Value")), row(cell("a", table(2, row(cell("x"), cell("y"))), par()), cell("b"))),
    par("After."),
)
SHOWN = (
    par("It costs ", run("14", "<w:strike/>"), "16 euros."),
    par("It weighs ", run("25", "<w:dstrike/>"), "35 kg."),
    par("The password is ", run("hidden 秘密", "<w:vanish/>"), "not told."),
    par("The depth is ", changed("del", "250"), changed("ins", "300"), " mm."),
    par("See ", field('HYPERLINK "https://example.org"', "clause 1.4.4"), " of it."),
    par("Agreed: ", check_box(True), "yes ", check_box(False), "no."),
    par(commented("The gauge"), " is 1067 mm."),
    par("Before the box", box(par("In the box: 10", up("6"))), "."),
    par("An end", note(2, "endnote"), " note."),
    par(run("tab</w:t><w:tab/><w:t>stop")),
    par(run("Struck by style", '<w:rStyle w:val="Struck"/>'), " and read."),
)


def figure(line: str) -> str:
    """A paragraph of what ``support.figures`` puts down as a line."""
    written = {"base": run, "raised": up, "lowered": down}
    return par(*(written[one.kind](one.text) if one.kind in written else note(2, one.kind) for one in runs(line)))


STYLES = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    + "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{level}"><w:name w:val="heading {level}"/>'
        f'<w:basedOn w:val="Normal"/><w:pPr><w:numPr><w:ilvl w:val="{level - 1}"/><w:numId w:val="1"/></w:numPr>'
        f'<w:outlineLvl w:val="{level - 1}"/></w:pPr></w:style>'
        for level in (1, 2, 3)
    )
    + f'<w:style w:type="character" w:styleId="Raised"><w:name w:val="Raised"/><w:rPr>{SUPER}</w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Exponent"><w:name w:val="Exponent"/><w:basedOn w:val="Raised"/>'
    "<w:rPr><w:i/></w:rPr></w:style>"
    f'<w:style w:type="character" w:styleId="Index"><w:name w:val="Index"/><w:rPr>{SUB}</w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Struck"><w:name w:val="Struck"/><w:rPr><w:strike/></w:rPr></w:style>'
)


def _level(level: int, kind: str, text: str, style: str = "") -> str:
    linked = f'<w:pStyle w:val="{style}"/>' if style else ""
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>{linked}'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/></w:lvl>'
    )


_LISTS = (
    "".join(_level(n, "decimal", ".".join(f"%{k + 1}" for k in range(n + 1)), f"Heading{n + 1}") for n in range(3)),
    _level(0, "decimal", "%1.") + _level(1, "lowerLetter", "(%2)"),
    _level(0, "taiwaneseCountingThousand", "%1、"),
    _level(0, "bullet", "•"),
)
NUMBERING = "".join(
    f'<w:abstractNum w:abstractNumId="{n}"><w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    for n, levels in enumerate(_LISTS)
) + "".join(f'<w:num w:numId="{n + 1}"><w:abstractNumId w:val="{n}"/></w:num>' for n in range(len(_LISTS)))


def _separators(kind: str) -> str:
    return "".join(
        f'<w:{kind} w:type="{name}" w:id="{number}"><w:p><w:r><w:{name}/></w:r></w:p></w:{kind}>'
        for number, name in enumerate(("separator", "continuationSeparator"))
    )


NOTES = {
    "forms": note_text(2, "Per sleeper, at 10", up("8"), " cycles."),
    "numbers": note_text(2, "鋼軌之標準長度。"),
    "figures": note_text(2, "Without snow."),
}


def write_docx(path: Path, notes: str, *blocks: str) -> None:
    """Write a document with the styles, lists, notes, header and footer of this module."""
    comment = f'<w:comment w:id="0" w:author="Chen" w:date="2026-01-02T00:00:00Z">{par("Check the gauge.")}</w:comment>'
    inner = {
        "styles": STYLES,
        "numbering": NUMBERING,
        "footnotes": _separators("footnote") + notes,
        "endnotes": _separators("endnote") + note_text(2, "At the very end.", kind="endnote"),
        "comments": comment,
        "header": par("Specification TRK-1, revision 3"),
        "footer": par("Page ", field("PAGE", "1")),
        "settings": "",
    }
    tags = {"header": "hdr", "footer": "ftr"}
    page = '<w:headerReference w:type="default" r:id="header"/><w:footerReference w:type="default" r:id="footer"/>'
    body = f"<w:body>{''.join(blocks)}<w:sectPr>{page}</w:sectPr></w:body>"
    types = "".join(f'<Override PartName="/word/{one}.xml" ContentType="{_TYPE}.{one}+xml"/>' for one in _PARTS)
    types += f'<Override PartName="/word/document.xml" ContentType="{_TYPE}.document.main+xml"/>'
    links = "".join(f'<Relationship Id="{one}" Type="{_R}/{one}" Target="{one}.xml"/>' for one in _PARTS)
    package = "http://schemas.openxmlformats.org/package/2006"
    root = f'<Relationship Id="a" Type="{_R}/officeDocument" Target="word/document.xml"/>'
    defaults = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", f'<Types xmlns="{package}/content-types">{defaults}{types}</Types>')
        file.writestr("_rels/.rels", f'<Relationships xmlns="{package}/relationships">{root}</Relationships>')
        relations = f'<Relationships xmlns="{package}/relationships">{links}</Relationships>'
        file.writestr("word/_rels/document.xml.rels", relations)
        file.writestr("word/document.xml", f"<w:document {_NAMES}>{body}</w:document>")
        for name, text in inner.items():
            tag = tags.get(name, name)
            file.writestr(f"word/{name}.xml", f"<w:{tag} {_NAMES}>{text}</w:{tag}>")


DOCUMENTS = {
    "forms": FORMS,
    "numbers": PARTS,
    "tables": TABLES,
    "shown": SHOWN,
    "figures": tuple(figure(line) for line, _ in FIGURES.values()),
}
FORMATS = {"odt": "odt", "rtf": "rtf", "doc": "doc:MS Word 97"}


def main() -> None:
    """Write all documents, or those that are named."""
    here = Path(__file__).parent
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or DOCUMENTS:
            path = Path(folder, f"{name}.docx")
            write_docx(path, NOTES.get(name, ""), *DOCUMENTS[name])
            for kind in FORMATS:
                profile = Path(folder, "profile").as_uri()
                command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", FORMATS[kind]]
                subprocess.run([*command, "--outdir", str(here), str(path)], check=True, stdout=sys.stderr)


if __name__ == "__main__":
    main()
