"""Presentations: what stands on the slides, in which order, and what is told of the rest."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pptx import Presentation
from pptx.util import Inches

from potluck import plugins
from potluck.documents import Document
from potluck.errors import UnreadableDocument
from support.decks import box, deck, element, frame, layout, links, paragraph, picture, run, slide
from support.loading import load_file, load_one

NUMBERED = '<a:buAutoNum type="arabicPeriod"/>'


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


def test_alternatives_for_old_programs_are_not_read_too() -> None:
    square = "<m:sSup><m:e><m:r><m:t>c</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
    math = f"<a14:m><m:oMathPara><m:oMath><m:r><m:t>E=m</m:t></m:r>{square}</m:oMath></m:oMathPara></a14:m>"
    choice = f'<mc:Choice Requires="a14">{box("<a:p>" + run("Energy ") + math + "</a:p>")}</mc:Choice>'
    alternatives = f"<mc:AlternateContent>{choice}<mc:Fallback>{box('old')}</mc:Fallback></mc:AlternateContent>"

    assert lines(alternatives) == ["Energy E=mc²"]


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


# Notes, comments, what is hidden, what stands on every slide


def test_notes_follow_their_slide() -> None:
    presentation = Presentation()
    page = presentation.slides.add_slide(presentation.slide_layouts[5])
    page.shapes.title.text = "Hull"
    page.notes_slide.notes_text_frame.text = "Mention the depot.\n講者備忘"
    presentation.slides.add_slide(presentation.slide_layouts[5]).shapes.title.text = "Leeds"

    document = saved(presentation)

    assert document.text.split("\n") == ["Hull", "[notes] Mention the depot.", "[notes] 講者備忘", "Leeds"]


CLASSIC = element(
    "p:cmLst",
    '<p:cm authorId="0" dt="2026-03-01T10:00:00" idx="1"><p:pos x="1" y="1"/><p:text>Is it 3 or 4?</p:text></p:cm>'
    '<p:cm authorId="0" idx="2"><p:text>四</p:text><p:extLst><p:ext>'
    "<p15:threadingInfo><p15:parentCm/></p15:threadingInfo></p:ext></p:extLst></p:cm>",
)
MODERN = element(
    "p188:cmLst",
    '<p188:cm id="{1}" authorId="{A}" created="2026-03-02T00:00:00.000"><p188:replyLst><p188:reply authorId="{B}">'
    "<p188:txBody><a:p><a:r><a:t>四</a:t></a:r></a:p></p188:txBody></p188:reply></p188:replyLst>"
    "<p188:txBody><a:p><a:r><a:t>Is it 3</a:t></a:r></a:p><a:p><a:r><a:t>or 4?</a:t></a:r></a:p></p188:txBody>"
    "</p188:cm>",
)
AUTHORS = {
    "ppt/authors.xml": element("p188:authorLst", '<p188:author id="{A}" name="Ada"/><p188:author id="{B}" name="林"/>'),
    "ppt/commentAuthors.xml": element("p:cmAuthorLst", '<p:cmAuthor id="0" name="Ada"/>'),
}
COMMENTS = {
    "classic": (CLASSIC, ["[comment by Ada, 2026-03-01] Is it 3 or 4?", "[reply by Ada] 四"]),
    "modern": (MODERN, ["[comment by Ada, 2026-03-02] Is it 3 or 4?", "[reply by 林] 四"]),
}


@pytest.mark.parametrize("generation", COMMENTS)
def test_comments_are_read_where_the_recipe_wants_them_and_else_counted(generation: str) -> None:
    content, expected = COMMENTS[generation]
    parts = {
        "parts": {"ppt/comments/one.xml": content, **AUTHORS},
        "slide_links": [("rId1", "comments", "../comments/one.xml")],
        "presentation_links": [("rId8", "commentAuthors", "commentAuthors.xml"), ("rId9", "authors", "authors.xml")],
    }

    document = read(slide(box("Depth", kind="title")), **parts)
    assert document.text == "Depth"
    characters = sum(map(len, expected))
    assert document.losses == (f"text of comments was left out: 2 places, {characters} characters",)

    document = read(slide(box("Depth", kind="title")), comments=True, **parts)
    assert document.text.split("\n") == ["Depth", *expected]
    assert document.losses == ()


def test_hidden_slides_and_shapes_are_left_out_and_counted_unless_the_recipe_wants_them() -> None:
    slides = [
        slide(box("shown") + box("off stage", properties='hidden="1"')),
        slide(box("秘密"), attributes='show="0"'),
        slide(box("third")),
    ]

    document = read(*slides)
    assert document.text == "shown\nthird"
    assert [page.number for page in document.pages] == [1, 3]
    assert document.losses == (
        "text of hidden shapes was left out: 1 place, 9 characters",
        "text of hidden slides was left out: 1 place, 2 characters",
    )

    document = read(*slides, hidden=True)
    assert document.text.split("\n") == ["shown", "off stage", "秘密", "third"]
    assert document.losses == ()


def test_what_hidden_slides_and_shapes_hold_is_counted_too() -> None:
    ole = '<p:oleObj progId="Excel.Sheet.12"/>'
    slides = [
        slide(box("shown") + frame(ole, 'hidden="1"')),
        slide(box("hidden") + frame(ole), attributes='show="false"'),
    ]

    parts = {"ppt/comments/one.xml": CLASSIC}
    comments = [("rId1", "comments", "../comments/one.xml")]
    document = read(*slides, comments=True, parts=parts, slide_links=comments)

    assert document.text.split("\n") == ["shown", "[comment, 2026-03-01] Is it 3 or 4?", "[reply] 四"]
    assert document.losses == (
        "embedded objects were not read: Excel.Sheet.12 (2)",
        "text of hidden slides was left out: 1 place, 6 characters",
        "text of comments was left out: 2 places, 44 characters",
    )


def test_footers_and_the_text_of_layouts_and_masters_stand_once_and_prompts_and_fields_not_at_all() -> None:
    field = '<a:p><a:fld type="{}"><a:t>{}</a:t></a:fld></a:p>'
    margins = (
        box("機密 2026", kind="ftr") + box(field.format("slidenum", "7"), kind="sldNum")
        + box(field.format("datetime1", "2026/1/1"), kind="dt")
    )  # fmt: skip
    parts = {
        "ppt/slideLayouts/one.xml": layout(box("Click to edit the title", kind="title") + box("Rail Works Ltd")),
        "ppt/slideLayouts/_rels/one.xml.rels": links(("rId1", "slideMaster", "../slideMasters/one.xml")),
        "ppt/slideMasters/one.xml": layout(box("五月 Draft"), "p:sldMaster"),
    }

    document = read(
        slide(box("A", kind="title") + margins),
        slide(box("B", kind="title") + margins),
        parts=parts,
        slide_links=[("rId1", "slideLayout", "../slideLayouts/one.xml")],
    )

    assert document.text.split("\n") == [
        "A",
        "[footer] 機密 2026",
        "[layout] Rail Works Ltd",
        "[layout] 五月 Draft",
        "B",
    ]


def test_a_layout_can_hide_the_shapes_of_its_master() -> None:
    parts = {
        "ppt/slideLayouts/one.xml": layout(box("kept"), attributes='showMasterSp="0"'),
        "ppt/slideLayouts/_rels/one.xml.rels": links(("rId1", "slideMaster", "../slideMasters/one.xml")),
        "ppt/slideMasters/one.xml": layout(box("covered"), "p:sldMaster"),
    }

    found = lines(box("A"), parts=parts, slide_links=[("rId1", "slideLayout", "../slideLayouts/one.xml")])

    assert found == ["A", "[layout] kept"]


def test_the_number_of_the_slide_stands_where_its_text_shows_it() -> None:
    field = '<a:fld type="slidenum"><a:t>‹#›</a:t></a:fld>'

    assert read(slide(box("A")), slide(box(run("Step ") + field))).text == "A\nStep 2"


@pytest.mark.parametrize(
    ("description", "found"),
    [
        ("A bridge over the Humber", ["A", "[image] A bridge over the Humber"]),
        ("橋樑的照片", ["A", "[image] 橋樑的照片"]),
        ("IMG_2041.JPG", ["A"]),
        ("C:\\Users\\me\\logo.png", ["A"]),
        ("Picture 3", ["A"]),
        ("圖片 12", ["A"]),
        ("12345", ["A"]),
    ],
)
def test_descriptions_of_pictures_are_read_where_a_person_wrote_them(description: str, found: list[str]) -> None:
    assert lines(box("A"), picture(description)) == found


def test_descriptions_that_a_program_wrote_are_counted_and_decorations_passed_over() -> None:
    decoration = '<a:extLst><a:ext><adec:decorative val="1"/></a:ext></a:extLst>'
    document = read(
        slide(
            box("A")
            + picture("A close up of a sign&#10;&#10;Description automatically generated")
            + picture("A wave", decoration)
        )
    )

    assert document.text == "A"
    assert document.losses == ("text that a program wrote about pictures was left out: 1 place, 57 characters",)


# What cannot be read


def test_embedded_objects_are_named_and_counted() -> None:
    choice = '<mc:Choice Requires="v"><p:oleObj progId="{0}"><p:embed/></p:oleObj></mc:Choice>'
    old = '<mc:Fallback><p:oleObj progId="{0}"><p:embed/></p:oleObj></mc:Fallback>'
    objects = [
        frame(f"<mc:AlternateContent>{choice}{old}</mc:AlternateContent>".format(name))
        for name in ("Excel.Sheet.12", "Equation.3", "Equation.3")
    ]

    document = read(slide(box("A") + "".join(objects)))

    assert document.text == "A"
    assert document.losses == ("embedded objects were not read: Equation.3 (2), Excel.Sheet.12 (1)",)


def test_form_controls_are_counted_once_each() -> None:
    control = '<p:control name="TextBox1"/>'
    choice = f'<mc:Choice Requires="v">{control}</mc:Choice><mc:Fallback>{control}</mc:Fallback>'
    controls = f"<p:controls><mc:AlternateContent>{choice}</mc:AlternateContent></p:controls>"

    document = read(slide(box("A")).replace("</p:cSld>", f"{controls}</p:cSld>"))

    assert document.losses == ("embedded objects were not read: ActiveX control (1)",)


def test_a_damaged_slide_is_told_and_the_others_are_read() -> None:
    document = read(slide(box("A")), "<p:sld", slide(box("C")))

    assert document.text == "A\nC"
    assert [page.number for page in document.pages] == [1, 3]
    (loss,) = document.losses
    assert loss.startswith("slide 2 was not read: ppt/slides/slide2.xml is damaged")


def test_a_slide_that_is_missing_is_told() -> None:
    ids = '<p:sldIdLst><p:sldId id="256" r:id="s1"/><p:sldId id="257" r:id="s9"/></p:sldIdLst>'

    document = read(slide(box("A")), parts={"ppt/presentation.xml": element("p:presentation", ids)})

    assert document.text == "A"
    assert document.losses == ("slide 2 was not read: its part (s9) is missing",)


def test_a_presentation_none_of_whose_slides_can_be_read_is_an_error() -> None:
    with pytest.raises(
        UnreadableDocument, match=r"none of its slides can be read \(slide 1 was not read: .*; get the file anew"
    ):
        read("<p:sld")
    with pytest.raises(UnreadableDocument, match="the list of its slides cannot be read: ppt/presentation"):
        read(slide(box("A")), parts={"ppt/presentation.xml": "<p:presentation"})


def test_a_chart_that_is_missing_is_told() -> None:
    document = read(slide(box("A") + frame('<c:chart r:id="rId7"/>')))

    assert document.text == "A"
    assert document.losses == ("a chart in ppt/slides/slide1.xml was not read: the part of the link rId7 is missing",)


@pytest.mark.parametrize("name", ["deck.pptx", "deck.pptm", "deck.ppsx", "deck.ppsm", "deck.potx"])
def test_all_kinds_of_presentations_have_a_loader(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(deck([slide(box("A"))]))

    assert plugins.loader_names(name.rpartition(".")[2]) == ("office",)
    assert load_file("office", tmp_path / name)[0].text == "A"
