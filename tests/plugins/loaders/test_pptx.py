"""Presentations: what stands on the slides, and in which order.

Modules: ``potluck_plugins.loaders._office.blocks``, ``potluck_plugins.loaders._office.bullets``,
``potluck_plugins.loaders._office.chartex``, ``potluck_plugins.loaders._office.charts``,
``potluck_plugins.loaders._office.detect``, ``potluck_plugins.loaders._office.diagrams``,
``potluck_plugins.loaders._office.docx``, ``potluck_plugins.loaders._office.drawing``,
``potluck_plugins.loaders._office.frames``, ``potluck_plugins.loaders._office.legacy``,
``potluck_plugins.loaders._office.libreoffice``, ``potluck_plugins.loaders._office.numbering``,
``potluck_plugins.loaders._office.options``, ``potluck_plugins.loaders._office.package``,
``potluck_plugins.loaders._office.packed``, ``potluck_plugins.loaders._office.paragraph``,
``potluck_plugins.loaders._office.placeholders``, ``potluck_plugins.loaders._office.pptx``,
``potluck_plugins.loaders._office.reading_order``, ``potluck_plugins.loaders._office.shapes``,
``potluck_plugins.loaders._office.sheet_margins``, ``potluck_plugins.loaders._office.slide_comments``,
``potluck_plugins.loaders._office.story``, ``potluck_plugins.loaders._shared.symbols``,
``potluck_plugins.loaders._office.tika``, ``potluck_plugins.loaders._office.xls_formulas``,
``potluck_plugins.loaders._office.xls_records``, ``potluck_plugins.loaders._shared.alt_text``.
"""

from __future__ import annotations

import pytest
from pptx import Presentation
from pptx.util import Inches

from support.decks import box, deck, element, frame, layout, lines, paragraph, picture, read, run, saved, slide
from support.loading import load_one

NUMBERED = '<a:buAutoNum type="arabicPeriod"/>'


# Slides, titles, order


def test_a_slide_is_a_page_and_its_title_a_heading_wherever_it_stands_in_the_file() -> None:
    presentation = Presentation()
    for title, text in (("道碴", "鋪設厚度"), ("Ballast", "Depth of the bed")):
        page = presentation.slides.add_slide(presentation.slide_layouts[1])
        page.shapes.title.text, page.placeholders[1].text = title, text
        page.shapes._spTree.append(page.shapes.title._element)

    document = saved(presentation)

    assert document.text.split("\n") == ["道碴", "• 鋪設厚度", "Ballast", "• Depth of the bed"]
    assert [(one.title, one.level) for one in document.sections] == [("道碴", 1), ("Ballast", 1)]
    assert [(page.number, document.text[page.start : page.end].split("\n")[0]) for page in document.pages] == [
        (1, "道碴"),
        (2, "Ballast"),
    ]


def test_slides_come_in_the_order_of_the_presentation_and_not_of_their_files() -> None:
    slides = [slide(box("first", kind="title")), slide(box("second", kind="title"))]
    ids = '<p:sldIdLst><p:sldId id="257" r:id="s2"/><p:sldId id="256" r:id="s1"/></p:sldIdLst>'

    document = read(*slides, parts={"ppt/presentation.xml": element("p:presentation", ids)})

    assert document.text == "second\nfirst"


def test_a_title_of_two_lines_is_one_heading() -> None:
    broken = f"{run('軌道的')}<a:br/>{run('鋪設')}"

    assert lines(box(broken, kind="ctrTitle")) == ["軌道的鋪設"]
    assert lines(box(f"{run('The')}<a:br/>{run('track')}", kind="title")) == ["The track"]


def test_a_slide_without_a_title_has_its_first_text_as_heading() -> None:
    document = read(
        slide(box("Canva makes\nno titles")), slide(picture("A viaduct of brick") + box("長".ljust(80, "句")))
    )

    assert [one.title for one in document.sections] == ["Canva makes", "長" + "句" * 59]
    assert document.text.startswith("Canva makes no titles\n")


def test_a_title_is_read_first_wherever_it_stands_and_counted_where_it_is_hidden() -> None:
    body = box("body", (0, 0, 100, 50), kind="body")

    assert lines(body, box("below", (0, 900, 100, 50), kind="title")) == ["below", "body"]

    document = read(slide(body + box("unseen", (0, 900, 100, 50), kind="title", properties='hidden="1"')))
    assert document.text == "body"
    assert document.losses == ("text of hidden shapes was left out: 1 place, 6 characters",)


def test_shapes_are_read_from_top_to_bottom_and_from_left_to_right() -> None:
    shapes = {
        "bottom": (0, 900, 1000, 50),
        "right below": (520, 300, 400, 100),
        "right": (520, 103, 400, 100),
        "left": (0, 100, 400, 290),
        "top": (0, 0, 1000, 80),
    }

    found = lines(box("Title", kind="title"), *(box(text, place) for text, place in shapes.items()))

    assert found == ["Title", "top", "left", "right", "right below", "bottom"]


@pytest.mark.parametrize("place", ["", "1e400", "NaN", "9" * 400, "-5"])
def test_a_place_that_is_none_costs_nothing_but_the_order(place: str) -> None:
    odd = box("odd", (0, 7, 10, 10)).replace('y="7"', f'y="{place}"')

    assert sorted(lines(box("A", kind="title"), box("one"), odd)) == ["A", "odd", "one"]


def test_placeholders_are_read_before_other_shapes_at_the_place_that_their_layout_gives_them() -> None:
    places = {1: (500, 0, 400, 400), 2: (0, 0, 400, 400)}
    prompts = "".join(box("Prompt", place, f"body{index}") for index, place in places.items())
    own = "".join(box(text, None, f"body{index}") for index, text in ((1, "right"), (2, "left")))
    parts = {"ppt/slideLayouts/one.xml": layout(prompts)}

    found = lines(box("text box"), own, parts=parts, slide_links=[("rId1", "slideLayout", "../slideLayouts/one.xml")])

    assert found == ["left", "right", "text box"]


def test_groups_within_groups_without_end_are_a_loss_and_no_crash() -> None:
    named = '<p:nvGrpSpPr><p:cNvPr id="9" name="Group"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>'

    def nested(depth: int) -> str:
        return slide(f"<p:grpSp>{named}" * depth + box("inner") + "</p:grpSp>" * depth)

    document = read(nested(300), nested(240), slide(box("B")))

    assert document.text == "inner\nB"
    assert document.losses[0].startswith("slide 1 was not read: ppt/slides/slide1.xml is damaged: Excessive depth")


def test_a_group_is_read_as_one_and_its_shapes_in_their_order() -> None:
    inner = box("second", (0, 60, 50, 40)) + box("first", (0, 0, 50, 50))
    frame_of_group = '<p:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="50" cy="500"/></a:xfrm></p:grpSpPr>'
    named = '<p:nvGrpSpPr><p:cNvPr id="9" name="Group"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>'
    group = f"<p:grpSp>{named}{frame_of_group}{inner}</p:grpSp>"

    assert lines(box("beside", (60, 20, 50, 50)), f"<p:grpSp>{named}{frame_of_group}{group}</p:grpSp>") == [
        "first",
        "second",
        "beside",
    ]


# Text


def test_lists_keep_their_levels_bullets_and_numbers() -> None:
    bullet = '<a:buChar char="Ø"/>'
    items = [
        paragraph("Prepare", NUMBERED),
        paragraph("tools", bullet, 1),
        paragraph("sleepers", bullet, 1),
        paragraph("Lay", NUMBERED),
        paragraph("plain"),
        paragraph("Again", NUMBERED),
    ]

    found = lines(box("T", kind="title"), box("".join(items)))

    assert found == ["T", "1. Prepare", "  • tools", "  • sleepers", "2. Lay", "plain", "1. Again"]


@pytest.mark.parametrize(
    ("scheme", "labels"),
    [
        ("arabicPeriod", ["3.", "4."]),
        ("arabicParenBoth", ["(3)", "(4)"]),
        ("arabicPlain", ["3", "4"]),
        ("alphaLcParenR", ["c)", "d)"]),
        ("romanUcPeriod", ["III.", "IV."]),
        ("circleNumDbPlain", ["③", "④"]),
        ("ea1ChtPeriod", ["三.", "四."]),
        ("ea1JpnChsDbPeriod", ["三．", "四．"]),
        ("arabicDbPeriod", ["３．", "４．"]),
        ("hindiNumPeriod", ["३.", "४."]),
    ],
)
def test_automatic_numbers_are_shown_as_powerpoint_shows_them(scheme: str, labels: list[str]) -> None:
    bullet = f'<a:buAutoNum type="{scheme}" startAt="3"/>'

    found = lines(box("T", kind="title"), box(paragraph("一", bullet) + "<a:p/>" + paragraph("二", bullet)))

    assert found[1:] == [f"{labels[0]} 一", f"{labels[1]} 二"]


def test_a_list_takes_its_bullets_from_the_layout_and_the_master() -> None:
    presentation = Presentation()
    page = presentation.slides.add_slide(presentation.slide_layouts[1])
    page.placeholders[1].text = "一級"
    page.placeholders[1].text_frame.add_paragraph().text = "二級"
    page.placeholders[1].text_frame.paragraphs[1].level = 1
    page.shapes.add_textbox(0, 0, 10, 10).text_frame.text = "no list"

    assert saved(presentation).text.split("\n") == ["• 一級", "  • 二級", "no list"]


def test_raised_and_lowered_text_is_told_from_the_rest() -> None:
    runs = run("10") + run("6", 'baseline="30000"') + run(" m, H") + run("2", 'baseline="-25%"') + run("O, 註")
    found = lines(box(runs + run("[1]", 'baseline="30000"')))

    assert found == ["10⁶ m, H₂O, 註[1]"]


def test_struck_out_text_is_left_out_and_counted() -> None:
    document = read(slide(box(run("14", 'strike="sngStrike"') + run(" 16 euros"))))

    assert document.text == "16 euros"
    assert document.losses == ("struck-out text was left out: 1 place, 2 characters",)


def in_fonts(text: str, letters: str, symbols: str = "") -> str:
    other = f'<a:sym typeface="{symbols}"/>' if symbols else ""
    return f'<a:r><a:rPr><a:latin typeface="{letters}"/>{other}</a:rPr><a:t>{text}</a:t></a:r>'


def test_symbols_are_read_by_the_font_of_their_run() -> None:
    micro = in_fonts("公差 25 \uf06d", "Calibri", "Symbol")
    ticked = in_fonts("\uf0fe是", "Wingdings") + in_fonts("a", "Symbol") + in_fonts("a", "Calibri", "Symbol")

    assert lines(box(micro + run("m ") + ticked)) == ["公差 25 μm ☒是αa"]


def test_symbols_that_are_not_known_are_counted() -> None:
    document = read(slide(box(run("甲") + in_fonts("\uf05f", "Wingdings 3") + "<a:r><a:t>\uf06d</a:t></a:r>")))

    assert document.text == "甲"
    assert sorted(document.losses) == [
        "a symbol of an unknown font was left out: 1 place, 1 character",
        "a symbol of the font Wingdings 3 was left out: 1 place, 1 character",
    ]


def test_alternatives_for_old_programs_are_not_read_too() -> None:
    square = "<m:sSup><m:e><m:r><m:t>c</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
    math = f"<a14:m><m:oMathPara><m:oMath><m:r><m:t>E=m</m:t></m:r>{square}</m:oMath></m:oMathPara></a14:m>"
    choice = f'<mc:Choice Requires="a14">{box("<a:p>" + run("Energy ") + math + "</a:p>")}</mc:Choice>'
    alternatives = f"<mc:AlternateContent>{choice}<mc:Fallback>{box('old')}</mc:Fallback></mc:AlternateContent>"

    assert lines(alternatives) == ["Energy E=mc²"]


def test_a_number_before_a_fraction_stands_apart_from_it() -> None:
    half = "<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
    math = f"<a14:m><m:oMath>{half}</m:oMath></a14:m>"
    choice = f'<mc:Choice Requires="a14">{box("<a:p>" + run("螺栓 2") + math + run(" in") + "</a:p>")}</mc:Choice>'

    assert lines(f"<mc:AlternateContent>{choice}</mc:AlternateContent>") == ["螺栓 2 1/2 in"]


def test_strict_open_xml_is_read_as_the_transitional_form() -> None:
    content = deck([slide(box("嚴格", kind="title") + frame('<c:chart r:id="rId7"/>'))], strict=True)

    assert b"http://purl.oclc.org/ooxml/presentationml/main" in content
    assert load_one("office", content).text == "嚴格"


# Tables


def test_merged_cells_repeat_their_value_and_a_header_of_two_rows_is_one_line() -> None:
    presentation = Presentation()
    page = presentation.slides.add_slide(presentation.slide_layouts[6])
    table = page.shapes.add_table(4, 3, 0, 0, Inches(4), Inches(2)).table
    rows = [["站", "載重", ""], ["", "最小", "最大"], ["北站", "3", "9"], ["", "4", "8"]]
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            table.cell(y, x).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(2, 0).merge(table.cell(3, 0))

    assert saved(presentation).text.split("\n") == ["站 | 載重 最小 | 載重 最大", "北站 | 3 | 9", "北站 | 4 | 8"]


def test_a_header_reaches_as_far_as_its_cells() -> None:
    presentation = Presentation()
    page = presentation.slides.add_slide(presentation.slide_layouts[6])
    table = page.shapes.add_table(3, 3, 0, 0, Inches(4), Inches(2)).table
    for y, row in enumerate([["站", "載重", "速度"], ["", "kN", "km/h"], ["北站", "3", "80"]]):
        for x, text in enumerate(row):
            table.cell(y, x).text = text
    table.cell(0, 0).merge(table.cell(1, 0))

    assert saved(presentation).text.split("\n") == ["站 | 載重 kN | 速度 km/h", "北站 | 3 | 80"]


def test_a_first_row_of_one_cell_is_a_caption_and_the_next_two_the_header() -> None:
    presentation = Presentation()
    page = presentation.slides.add_slide(presentation.slide_layouts[6])
    table = page.shapes.add_table(4, 3, 0, 0, Inches(4), Inches(2)).table
    for y, row in enumerate([["Loads"], ["站", "2026", ""], ["", "min", "max"], ["北站", "3", "9"]]):
        for x, text in enumerate(row):
            table.cell(y, x).text = text
    table.cell(0, 0).merge(table.cell(0, 2))
    table.cell(1, 1).merge(table.cell(1, 2))
    table.cell(1, 0).merge(table.cell(2, 0))

    assert saved(presentation).text.split("\n") == ["Loads", "站 | 2026 min | 2026 max", "北站 | 3 | 9"]


def test_automatic_numbers_in_cells_are_counted() -> None:
    cell = f"<a:tc><a:txBody>{paragraph('a', NUMBERED)}{paragraph('b', NUMBERED)}</a:txBody></a:tc>"

    assert lines(frame(f"<a:tbl><a:tr>{cell}{cell}</a:tr></a:tbl>")) == ["1. a 2. b | 1. a 2. b"]


def test_text_under_a_merged_cell_is_left_out_and_counted() -> None:
    cells = [
        f"<a:tc {span}><a:txBody><a:p>{run(text)}</a:p></a:txBody></a:tc>"
        for span, text in (('gridSpan="2"', "A"), ('hMerge="1"', "unter"), ("", "B"))
    ]
    document = read(slide(frame(f"<a:tbl><a:tr>{''.join(cells)}</a:tr></a:tbl>")))

    assert document.text == "A | A | B"
    assert document.losses == ("text in cells that a merged cell covers was left out: 1 place, 5 characters",)
