"""Workbooks of Excel part by part: cells and their kinds, rows, columns, notes, and what lies on a sheet.

Modules: ``potluck_plugins.loaders._office.sheet``, ``potluck_plugins.loaders._office.sheet_notes``,
``potluck_plugins.loaders._office.xlsx``.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

import pytest

from potluck.documents import Document
from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.xlsx import read_xlsx
from potluck_plugins.loaders._shared.archive import open_archive
from potluck_plugins.loaders._shared.flow import Flow
from support.loading import checked

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET_NAMES = f'{MAIN} xmlns:r="{OFFICE}"'


def relationships(links: Sequence[tuple[str, str, str]]) -> str:
    inner = "".join(f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{to}"/>' for name, kind, to in links)
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def book(
    *sheets: str,
    states: Sequence[str] = (),
    strings: str = "",
    styles: str = "",
    properties: str = "",
    files: Mapping[str, str] | None = None,
) -> bytes:
    """A workbook; ``sheets`` are what is in their ``worksheet``, ``states`` attributes of theirs in the workbook."""
    names = "".join(
        f'<sheet name="S{n}" sheetId="{n}" r:id="s{n}" {state}/>'
        for n, state in enumerate([*states, *[""] * (len(sheets) - len(states))], 1)
    )
    links = [(f"s{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
    links += [("st", "sharedStrings", "sharedStrings.xml"), ("sy", "styles", "styles.xml")]
    members = {
        "xl/workbook.xml": f"<workbook {SHEET_NAMES}>{properties}<sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relationships(links),
        "xl/sharedStrings.xml": f"<sst {MAIN}>{strings}</sst>",
        "xl/styles.xml": f"<styleSheet {MAIN}>{styles}</styleSheet>",
    }
    members |= {
        f"xl/worksheets/sheet{n}.xml": f"<worksheet {MAIN}>{one}</worksheet>" for n, one in enumerate(sheets, 1)
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in (members | dict(files or {})).items():
            archive.writestr(name, content)
    return written.getvalue()


def read(content: bytes, comments: bool = False, hidden: bool = False) -> Document:
    flow = Flow()
    metadata = read_xlsx(open_archive(io.BytesIO(content)), flow, ReadOptions(comments, hidden))
    return checked(flow.document("a.xlsx", metadata))


def rows(*found: str, more: str = "") -> str:
    return f"<sheetData>{''.join(found)}</sheetData>{more}"


def row(*cells: str, more: str = "") -> str:
    return f"<row {more}>{''.join(one if one.startswith('<c') else text(one) for one in cells)}</row>"


def text(shown: str) -> str:
    return f'<c t="inlineStr"><is><t>{shown}</t></is></c>'


def lines(*sheets: str, **settings: bool) -> list[str]:
    return read(book(*sheets), **settings).text.split("\n")


STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/><numFmt numFmtId="165" formatCode="&quot;No. &quot;@"/>'
    "</numFmts><fonts><font/><font><strike/></font><font><name val='Symbol'/></font></fonts><cellXfs><xf/>"
    '<xf numFmtId="10"/><xf numFmtId="164"/><xf numFmtId="165"/><xf fontId="1"/><xf fontId="2"/></cellXfs>'
)
STRINGS = "<si><t>甲</t></si><si><r><rPr><strike/></rPr><t>old</t></r><r><t>new</t></r></si>"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("<c><v>0.5</v></c>", "0.5"),
        ('<c s="1"><v>0.5</v></c>', "50.00%"),
        ('<c s="2"><v>46096</v></c>', "2026-03-15"),
        ('<c s="9"><v>0.5</v></c>', "0.5"),
        ('<c s="6"><v>0.5</v></c>', "0.5"),
        ('<c s="x"><v>0.5</v></c>', "0.5"),
        ('<c t="n" s="1"><v>nan</v></c>', "nan"),
        ('<c t="n"><v>inf</v></c>', "inf"),
        ('<c t="n"><v>none</v></c>', "none"),
        ('<c t="s"><v>0</v></c>', "甲"),
        ('<c t="s"><v>1</v></c>', "new"),
        ('<c t="s"><v>2</v></c>', None),
        ('<c t="s"><v>-1</v></c>', None),
        ('<c t="s"><v>x</v></c>', None),
        ('<c t="s" s="3"><v>0</v></c>', "No. 甲"),
        ('<c t="s" s="4"><v>0</v></c>', None),
        ('<c t="b"><v>1</v></c>', "TRUE"),
        ('<c t="b"><v>true</v></c>', "TRUE"),
        ('<c t="b"><v>0</v></c>', "FALSE"),
        ('<c t="e"><v>#REF!</v></c>', "#REF!"),
        ('<c t="d"><v>2026-03-15</v></c>', "2026-03-15"),
        ('<c t="str" s="3"><v>a_x0041_</v></c>', "No. aA"),
        ('<c t="str"><f>A1</f><v></v></c>', None),
        ('<c s="5"><v>7</v></c>', "7"),
        ('<c t="str" s="5"><v>m</v></c>', "μ"),
        ('<c t="inlineStr" s="5"><is><t>m</t></is></c>', "μ"),
        ('<c t="inlineStr" s="5"><is><r><rPr><rFont val="Arial"/></rPr><t>m</t></r></is></c>', "m"),
        ('<c t="inlineStr"/>', None),
        ("<c><f>A1+1</f><v>3</v></c>", "3"),
        ("<c><f> A1+1 </f></c>", "=A1+1"),
        ("<c><f/></c>", None),
        ('<c t="b"><f>A1=1</f></c>', "=A1=1"),
        ("<c/>", None),
    ],
)
def test_a_cell_shows_its_value_by_its_kind(cell: str, shown: str | None) -> None:
    document = read(book(rows(row("x", cell, "y")), strings=STRINGS, styles=STYLES))

    assert document.text == "S1\n" + " | ".join(one for one in ("x", shown, "y") if one is not None)
    assert [loss.partition(" and ")[0] for loss in document.losses if "formula" in loss] == (
        ["1 formula has no stored value"] if shown and shown.startswith("=") else []
    )


def test_what_is_struck_out_is_counted_in_runs_and_in_whole_cells() -> None:
    cells = ['<c t="s"><v>1</v></c>', '<c t="s" s="4"><v>1</v></c>', '<c s="4"><v>25</v></c>']

    document = read(book(rows(row("a", *cells)), strings=STRINGS, styles=STYLES))
    assert document.text == "S1\na | new"
    assert document.losses == ("struck-out text was left out: 1 place, 11 characters",)


@pytest.mark.parametrize(("value", "day"), [("1", "2030-03-16"), ("true", "2030-03-16"), ("0", "2026-03-15")])
def test_days_are_counted_from_the_epoch_of_the_workbook(value: str, day: str) -> None:
    properties = f'<workbookPr date1904="{value}"/>'

    content = book(rows(row('<c s="2"><v>46096</v></c>')), styles=STYLES, properties=properties)
    assert read(content).text == f"S1\n{day}"


def test_a_formula_that_cells_share_is_moved_to_each_and_forgotten_behind_its_sheet() -> None:
    first = '<c r="B1"><f t="shared" si="0" ref="B1:B3">A1*$C$1</f></c>'
    others = ['<c r="B2"><f t="shared" si="0"/></c>', '<c r="B3"><f t="shared" si="1"/></c>']

    document = read(book(rows(row(first), *map(row, others)), rows(row("a", others[0]))))
    assert document.text.split("\n") == ["S1", "=A1*$C$1", "=A2*$C$1", "S2", "a"]
    assert document.losses[0].startswith("2 formulas have no stored value and stand as their text")


def test_cells_and_rows_stand_where_they_say_or_behind_the_one_before() -> None:
    found = rows(
        row("h", "i", "j"),
        row('<c r="C2" t="inlineStr"><is><t>c</t></is></c>', more='r="2"'),
        row('<c r="B3"><v>5</v></c>', "<c><v>6</v></c>"),
        row("<c><v>7</v></c>", more='r="5"'),
        more='<mergeCells><mergeCell ref="x"/><mergeCell ref="B5:C5"/></mergeCells>',
    )

    assert lines(found) == ["S1", "h | i | j", " |  | c", " | 5 | 6", "7"]


HIDING = rows(
    row("a", "b", "c"),
    row("dd", "ee", "ff", more='hidden="1"'),
    row("g", "h", "i", more='ht="0"'),
    row("j", "k", "l", more='ht="0.50"'),
)


@pytest.mark.parametrize(
    ("columns", "found", "hidden"),
    [
        ("", ["a | b | c", "j | k | l"], 9),
        ('<col min="2" max="2" hidden="1"/>', ["a | c", "j | l"], 11),
        ('<col min="2" max="3" hidden="true"/>', ["a", "j"], 13),
        ('<col min="1" max="1" width="0"/>', ["b | c", "k | l"], 11),
        ('<col min="1" max="1" width="0.00"/>', ["b | c", "k | l"], 11),
        ('<col min="1" max="1" width="0.5" hidden="0"/>', ["a | b | c", "j | k | l"], 9),
        ('<col min="3" max="99999999" hidden="1"/>', ["a | b", "j | k"], 11),
    ],
)
def test_hidden_rows_and_columns_are_counted_or_read(columns: str, found: list[str], hidden: int) -> None:
    sheet = f"<cols>{columns}</cols>{HIDING}"

    document = read(book(sheet))
    assert document.text.split("\n")[1:] == found
    assert document.losses == (f"text in hidden rows and columns was left out: 1 place, {hidden} characters",)
    assert lines(sheet, hidden=True) == ["S1", "a | b | c", "dd | ee | ff", "g | h | i", "j | k | l"]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_counted_or_read(state: str) -> None:
    content = book(rows(row("a")), rows(row("道碴", "b")), rows(), states=["", f'state="{state}"', f'state="{state}"'])

    assert read(content).text == "S1\na"
    assert read(content).losses == ("a hidden sheet was left out: 1 place, 3 characters",)
    assert read(content, hidden=True).text == "S1\na\nS2\n道碴 | b"
    assert [page.number for page in read(content, hidden=True).pages] == [1, 2]


@pytest.mark.parametrize(
    ("switches", "found"),
    [
        ("", ["[header] odd", "[footer] low"]),
        ('differentFirst="1"', ["[header] one", "[header] odd", "[footer] low"]),
        (
            'differentFirst="true" differentOddEven="1"',
            ["[header] one", "[header] odd", "[header] even", "[footer] low"],
        ),
        ('differentOddEven="0"', ["[header] odd", "[footer] low"]),
    ],
)
def test_headers_of_pages_that_are_printed_are_read(switches: str, found: list[str]) -> None:
    inner = "<oddHeader>odd</oddHeader><oddFooter>low</oddFooter><evenHeader>even</evenHeader>"
    inner += "<firstHeader>one</firstHeader>"
    sheet = rows(row("a"), more=f"<headerFooter {switches}>{inner}<firstFooter/></headerFooter>")

    assert lines(sheet, sheet) == ["S1", "a", *found, "S2", "a"]


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ([["a", "b"], [], ["c", "d"]], ["a | b", "", "c | d"]),
        ([["a", "b"], [], ["1", "2"]], ["a | b", "1 | 2"]),
        ([["a", "b"], [], ["c", "2"]], ["a | b", "c | 2"]),
        ([["a", "b"], ["c", "d"]], ["a | b", "c | d"]),
        ([["a", "b"], [], [], ["c", "(1,234.5)"]], ["a | b", "c | (1,234.5)"]),
        ([["a", "b"], [], ["c", "NT$1"]], ["a | b", "", "c | NT$1"]),
        ([["a", "b"], [], ["c", "-$5 %"]], ["a | b", "c | -$5 %"]),
        ([["a"], [], ["b"]], ["a", "", "b"]),
    ],
)
def test_an_empty_row_ends_a_table_before_what_looks_like_a_header(table: list[list[str]], found: list[str]) -> None:
    sheet = rows(*(row(*cells, more=f'r="{n}"') for n, cells in enumerate(table, 1) if cells))

    assert lines(sheet) == ["S1", *found]


@pytest.mark.parametrize(
    ("merges", "found"),
    [
        ([], ["a | b | c", "d | e | f", "1 | 2 | 3"]),
        (["A1:B1"], ["a d | a e | c f", "1 | 2 | 3"]),
        (["A2:B2"], ["a | b | c", "d | d | f", "1 | 2 | 3"]),
        (["A2:A3"], ["a | b | c", "d | e | f", "d | 2 | 3"]),
        (["A2:B3"], ["a | b | c", "d | d | f", "d | d | 3"]),
        (["C2:C99"], ["a | b | c", "d | e | f", "1 | 2 | f"]),
        (["A1"], ["a | b | c", "d | e | f", "1 | 2 | 3"]),
        (["A1:"], ["a | b | c", "d | e | f", "1 | 2 | 3"]),
        (["A9:B9"], ["a | b | c", "d | e | f", "1 | 2 | 3"]),
    ],
)
def test_a_merged_cell_stands_at_every_place_that_it_covers(merges: list[str], found: list[str]) -> None:
    inner = "".join(f'<mergeCell ref="{one}"/>' for one in merges)
    numbers = [f"<c><v>{n}</v></c>" for n in (1, 2, 3)]
    sheet = rows(row("a", "b", "c"), row("d", "e", "f"), row(*numbers), more=f"<mergeCells>{inner}</mergeCells>")

    assert lines(sheet)[1:] == found


NOTES = (
    f"<comments {MAIN}><authors><author>Wang</author><author/></authors><commentList>"
    '<comment ref="A1" authorId="0"><text><r><t>Wang: </t></r><r><t>check\n this</t></r></text></comment>'
    '<comment ref="B9" authorId="1"><text><t>道</t></text></comment>'
    '<comment ref="" authorId="7"><text><t>lost</t></text></comment>'
    '<comment ref="A1" authorId="x"><text><t>[Threaded comment] copy</t></text></comment>'
    '<comment ref="A1" authorId="0"><text/></comment></commentList></comments>'
)
THREAD = (
    '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
    '<threadedComment ref="A2" personId="p"><text>why\n so?</text></threadedComment>'
    '<threadedComment ref="A2" personId="q"><text>because</text></threadedComment>'
    '<threadedComment ref="A2" personId="p"/></ThreadedComments>'
)
PEOPLE = '<personList xmlns="t"><person id="p" displayName="陳"/></personList>'


def test_comments_stand_behind_their_cells_or_are_counted() -> None:
    files = {
        "xl/worksheets/_rels/sheet1.xml.rels": relationships(
            [("c", "comments", "../comments1.xml"), ("t", "threadedComment", "../threads/t1.xml")]
        ),
        "xl/comments1.xml": NOTES,
        "xl/threads/t1.xml": THREAD,
        "xl/persons/person.xml": PEOPLE,
    }
    content = book(rows(row("a", "b"), row("c", "d")), files=files)

    assert read(content).text == "S1\na | b\nc | d"
    (loss,) = read(content).losses
    assert loss.startswith("a comment was left out: 3 places")
    assert read(content, comments=True).text.split("\n")[1:] == [
        "a [comment by Wang: check this; comment: lost] | b",
        "c [comment by 陳: why so?; comment: because] | d",
        "",
        "[comment: 道]",
    ]


DRAWING = (
    '<xdr:wsDr xmlns:xdr="x" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    f'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:r="{OFFICE}">'
    "<a:p><a:r><a:t>限速 </a:t></a:r><a:r><a:t> 60</a:t></a:r></a:p><a:p><a:r><a:t> </a:t></a:r></a:p>"
    "<mc:Fallback><a:p><a:r><a:t>old</a:t></a:r></a:p></mc:Fallback>"
    '<c:chart r:id="c1"/><c:chart r:id="none"/></xdr:wsDr>'
)
CHART = (
    '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:title><c:tx><c:rich><a:p><a:r>'
    "<a:t>Load</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea/></c:chart></c:chartSpace>"
)


@pytest.mark.parametrize("cells", [["a"], []])
def test_text_boxes_and_the_titles_of_charts_are_read(cells: list[str]) -> None:
    files = {
        "xl/worksheets/_rels/sheet1.xml.rels": relationships([("d", "drawing", "../drawings/d.xml")]),
        "xl/drawings/d.xml": DRAWING,
        "xl/drawings/_rels/d.xml.rels": relationships([("c1", "chart", "../charts/c.xml")]),
        "xl/charts/c.xml": CHART,
    }

    assert read(book(rows(*map(row, cells)), files=files)).text.split("\n") == ["S1", *cells, "限速 60", "[chart] Load"]


def chart_sheet(chart: str, state: str = "", **settings: bool) -> Document:
    """A workbook whose second sheet is a chart; ``chart`` is what is in its ``chart``."""
    links = [("s1", "worksheet", "worksheets/sheet1.xml"), ("s2", "chartsheet", "chartsheets/sheet1.xml")]
    begin, end = CHART.split("<c:plotArea/>")
    margin = "<headerFooter><oddHeader>&amp;LQM-7</oddHeader></headerFooter>"
    files = {
        "xl/_rels/workbook.xml.rels": relationships(links),
        "xl/chartsheets/sheet1.xml": f"<chartsheet {MAIN}>{margin}</chartsheet>",
        "xl/chartsheets/_rels/sheet1.xml.rels": relationships([("d", "drawing", "../drawings/d.xml")]),
        "xl/drawings/d.xml": DRAWING,
        "xl/drawings/_rels/d.xml.rels": relationships([("c1", "chart", "../charts/c.xml")]),
        "xl/charts/c.xml": begin + chart + end,
    }
    return read(book(rows(row("a")), "", states=("", state), files=files), **settings)


def axis(kind: str, number: int, title: str) -> str:
    text = f"<c:tx><c:rich><a:p><a:r><a:t>{title}</a:t></a:r></a:p></c:rich></c:tx>"
    return f'<c:{kind}><c:axId val="{number}"/><c:title>{text}</c:title></c:{kind}>'


def plot(formula: str) -> str:
    """A chart of one series with a name of its own; its figures are those of cells or, without a formula, its own."""
    points = '<c:ptCount val="2"/><c:pt idx="0"><c:v>3</c:v></c:pt><c:pt idx="1"><c:v>5</c:v></c:pt>'
    cache = f"<c:numRef><c:f>{formula}</c:f><c:numCache>{points}</c:numCache></c:numRef>"
    inner = cache if formula else f"<c:numLit>{points}</c:numLit>"
    series = f"<c:ser><c:tx><c:v>鋼軌</c:v></c:tx><c:val>{inner}</c:val></c:ser>"
    ids = '<c:axId val="1"/><c:axId val="2"/>'
    return (
        f"<c:plotArea><c:barChart>{series}{ids}</c:barChart>"
        f"{axis('catAx', 1, '年')}{axis('valAx', 2, 'kN')}</c:plotArea>"
    )


def test_a_chart_sheet_is_a_part_of_its_own() -> None:
    document = chart_sheet(plot("S1!$A$1:$A$2"))
    shown = ["限速 60", "[chart] Load, kN", "[chart] 年", "[chart] 鋼軌", "[header] QM-7"]

    assert document.text.split("\n") == ["S1", "a", "S2", *shown]
    assert [page.number for page in document.pages] == [1, 2]
    hidden = chart_sheet(plot("S1!$A$1:$A$2"), 'state="hidden"')
    assert (hidden.text, len(hidden.losses)) == ("S1\na", 1)
    assert hidden.losses[0].startswith("a hidden sheet was left out: 1 place, ")
    assert chart_sheet(plot("S1!$A$1:$A$2"), 'state="hidden"', hidden=True).text == document.text


@pytest.mark.parametrize("formula", ["", "[1]S1!$A$1:$A$2", " '[other.xlsx]S 1'!$A$1:$A$2"])
def test_figures_that_stand_in_no_cell_of_the_workbook_are_read_with_their_chart(formula: str) -> None:
    shown = ["S2", "限速 60", "[chart] Load, kN", "年 | 鋼軌", "1 | 3", "2 | 5", "[header] QM-7"]

    assert chart_sheet(plot(formula)).text.split("\n")[2:] == shown


def test_a_sheet_that_is_missing_or_no_sheet_of_cells_is_passed_over() -> None:
    files = {
        "xl/worksheets/sheet1.xml": "",
        "xl/_rels/workbook.xml.rels": relationships(
            [
                ("s1", "other", "worksheets/sheet1.xml"),
                ("s2", "worksheet", "worksheets/none.xml"),
                ("s3", "worksheet", "worksheets/sheet3.xml"),
            ]
        ),
    }

    document = read(book("", "", rows(row("a")), files=files))
    assert document.text == "S3\na"
    assert [page.number for page in document.pages] == [3]
    assert document.losses == (
        "its sheet 'S1' was not read: it is missing, or of a kind that is not known",
        "its sheet 'S2' was not read: xl/worksheets/none.xml is missing",
    )


def test_a_damaged_sheet_is_told_and_one_alone_is_an_error() -> None:
    damaged = {"xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>{row('a')}<row><c"}

    document = read(book("", rows(row("b")), files=damaged))
    assert document.text == "S1\na\nS2\nb"
    assert document.losses[0].startswith(
        "its sheet 'S1' (xl/worksheets/sheet1.xml) is damaged, and was read up to there"
    )
    assert read(book("", files=damaged)).text == "S1\na"
    with pytest.raises(UnreadableDocument, match="its sheet 'S1' is damaged"):
        read(book("", files={"xl/worksheets/sheet1.xml": "<worksheet"}))
    with pytest.raises(UnreadableDocument, match="list of its parts"):
        read(book(rows(row("a")), files={"xl/_rels/workbook.xml.rels": ""}))


def test_of_the_properties_title_and_author_are_told() -> None:
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>道碴</dc:title><dc:creator>Wang</dc:creator>'
        "<dc:subject>x</dc:subject></cp:coreProperties>"
    )

    assert read(book(rows(row("a")), files={"docProps/core.xml": core})).metadata == {"title": "道碴", "author": "Wang"}
