"""Presentations: notes, comments, what is hidden or stands on every slide, and what is told of the rest.

Modules: ``potluck_plugins.loaders._office.bullets``, ``potluck_plugins.loaders._office.chartex``,
``potluck_plugins.loaders._office.drawing``, ``potluck_plugins.loaders._office.frames``,
``potluck_plugins.loaders._office.placeholders``, ``potluck_plugins.loaders._office.pptx``,
``potluck_plugins.loaders._office.reading_order``, ``potluck_plugins.loaders._office.shapes``,
``potluck_plugins.loaders._office.slide_comments``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pptx import Presentation

from potluck import plugins
from potluck.errors import UnreadableDocument
from support.decks import box, deck, element, frame, layout, lines, links, picture, read, run, saved, slide
from support.loading import load_file


def test_notes_follow_their_slide() -> None:
    presentation = Presentation()
    page = presentation.slides.add_slide(presentation.slide_layouts[5])
    page.shapes.title.text = "Hull"
    page.notes_slide.notes_text_frame.text = "Mention the depot.\n講者備忘"
    presentation.slides.add_slide(presentation.slide_layouts[5]).shapes.title.text = "Leeds"

    document = saved(presentation)

    assert document.text.split("\n") == ["Hull", "[notes] Mention the depot.", "[notes] 講者備忘", "Leeds"]
    assert [one.title for one in document.sections] == ["Hull", "Leeds"]


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
        UnreadableDocument, match=r"none of its slides can be read \(slide 1 was not read: .*; get the file again"
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
