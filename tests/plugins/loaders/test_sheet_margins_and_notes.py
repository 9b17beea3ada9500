"""What stands beside the cells of workbooks: comments, charts, text boxes, headers and footers.

Modules: ``potluck_plugins.loaders._office.sheet_notes``, ``potluck_plugins.loaders._office.sheet_margins``,
``potluck_plugins.loaders._office.xls_shapes``.
"""

from __future__ import annotations

import io
import re
import zipfile

import openpyxl
import xlwt
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment

from support.workbooks import read, rewritten, rows, xls, xlsx


def commented(workbook: openpyxl.Workbook) -> None:
    workbook.active.append(["price", 5])
    workbook.active["B1"].comment = Comment("王小明:\nask again", "王小明")


def test_comments_are_left_out_and_counted() -> None:
    document = read(xlsx(commented))

    assert document.text == "Sheet\nprice | 5"
    assert document.losses == ("a comment was left out: 1 place, 25 characters",)


def test_comments_stand_behind_their_cells_where_the_recipe_says_so() -> None:
    assert read(xlsx(commented), comments=True).text == "Sheet\nprice | 5 [comment by 王小明: ask again]"


def test_a_thread_of_comments_is_read_once() -> None:
    content = xlsx(commented)
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(file, "w") as changed:
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8", "surrogateescape")
            if re.fullmatch(r"xl/comments/comment1\.xml", name):
                text = text.replace("王小明:\nask again", "[Threaded comment] Your version of Excel cannot show this")
            if name == "xl/worksheets/_rels/sheet1.xml.rels":
                added = (
                    '<Relationship Id="t1" Type="http://schemas.microsoft.com/office/2017/10/relationships/'
                    'threadedComment" Target="/xl/threadedComments/threadedComment1.xml"/></Relationships>'
                )
                text = text.replace("</Relationships>", added)
            changed.writestr(name, text.encode("utf-8", "surrogateescape"))
        changed.writestr(
            "xl/threadedComments/threadedComment1.xml",
            '<ThreadedComments xmlns="x"><threadedComment ref="B1" personId="p1"><text>Which price?</text>'
            '</threadedComment><threadedComment ref="B1" personId="p2"><text>The new one.</text></threadedComment>'
            "</ThreadedComments>",
        )
        changed.writestr(
            "xl/persons/person.xml",
            '<personList xmlns="x"><person displayName="Ann" id="p1"/><person displayName="王" id="p2"/></personList>',
        )

    text = read(file.getvalue(), comments=True).text

    assert text == "Sheet\nprice | 5 [comment by Ann: Which price?; comment by 王: The new one.]"


def test_titles_of_charts_are_read_and_their_figures_stand_in_the_cells_only() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        sheet = workbook.active
        for row in (["年", "ladders"], ["2025", 345], ["2026", 402]):
            sheet.append(row)
        chart = BarChart()
        chart.title, chart.y_axis.title = "Sales 銷售", "pieces"
        chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
        sheet.add_chart(chart, "D2")

    assert read(xlsx(fill)).text.split("\n") == [
        "Sheet",
        "年 | ladders",
        "2025 | 345",
        "2026 | 402",
        "[chart] Sales 銷售, pieces",
    ]


def test_text_boxes_are_read_once() -> None:
    content = xlsx(rows([["a"]]))
    file = io.BytesIO()
    box = (
        '<xdr:wsDr xmlns:xdr="d" xmlns:a="a" xmlns:mc="m"><mc:AlternateContent><mc:Choice><xdr:sp><xdr:txBody>'
        "<a:p><a:r><a:t>限速 </a:t></a:r><a:r><a:t>60</a:t></a:r></a:p></xdr:txBody></xdr:sp></mc:Choice><mc:Fallback>"
        "<xdr:sp><xdr:txBody><a:p><a:r><a:t>限速 60</a:t></a:r></a:p></xdr:txBody></xdr:sp></mc:Fallback>"
        "</mc:AlternateContent></xdr:wsDr>"
    )
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(file, "w") as changed:
        for name in archive.namelist():
            changed.writestr(name, archive.read(name))
        changed.writestr("xl/drawings/drawing1.xml", box)
        changed.writestr(
            "xl/worksheets/_rels/sheet1.xml.rels",
            '<Relationships xmlns="r"><Relationship Id="d1" Type="x/drawing" Target="../drawings/drawing1.xml"/>'
            "</Relationships>",
        )

    assert read(file.getvalue()).text == "Sheet\na\n限速 60"


MARGINS = ('&LQM-7 &"Arial,Bold"&14rev. 3&C10&X6&X A&&B&R&A', "&L&P&C&Sold &SValid from 2026-01-01&RPage &P of &N")


MARGINS_SHOWN = ["[header] QM-7 rev. 3 | 10⁶ A&B", "[footer] Valid from 2026-01-01"]


def test_headers_and_footers_of_xlsx_are_told_once_without_what_programs_fill_in() -> None:
    header, footer = (text.replace("&", "&amp;") for text in MARGINS)
    written = f"<oddHeader>{header}</oddHeader><oddFooter>{footer}</oddFooter><firstHeader>unused</firstHeader>"
    content = xlsx(lambda workbook: [workbook.active.append(["a"]), workbook.create_sheet("乙").append(["b"])])
    for sheet in ("sheet1", "sheet2"):
        end = "</worksheet>"
        content = rewritten(content, f"xl/worksheets/{sheet}.xml", end, f"<headerFooter>{written}</headerFooter>{end}")

    document = read(content)

    assert document.text.split("\n") == ["Sheet", "a", *MARGINS_SHOWN, "乙", "b"]
    assert document.losses == ("struck-out text was left out: 2 places, 6 characters",)
    first = rewritten(content, "xl/worksheets/sheet1.xml", "<headerFooter>", '<headerFooter differentFirst="1">')
    assert read(first).text.split("\n")[2] == "[header] unused"


def test_headers_and_footers_of_xls_are_told_once_without_what_programs_fill_in() -> None:
    def fill(workbook: xlwt.Workbook) -> None:
        for name, value in (("Sheet", "a"), ("乙", "b")):
            sheet = workbook.add_sheet(name)
            sheet.write(0, 0, value)
            sheet.header_str, sheet.footer_str = (text.encode() for text in MARGINS)

    document = read(xls(fill))

    assert document.text.split("\n") == ["Sheet", "a", *MARGINS_SHOWN, "乙", "b"]
    assert document.losses == ("struck-out text was left out: 2 places, 6 characters",)


def test_a_comment_on_the_first_row_of_such_a_sheet_finds_its_cell() -> None:
    content = rewritten(xlsx(commented), "xl/worksheets/sheet1.xml", '<row r="1"', "<row")

    assert read(content, comments=True).text == "Sheet\nprice | 5 [comment by 王小明: ask again]"
