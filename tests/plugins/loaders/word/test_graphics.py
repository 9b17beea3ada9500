"""What is drawn in Word documents: text boxes, charts, diagrams, images, and files that are taken in.

Modules: ``potluck_plugins.loaders._office.word.graphics``, ``potluck_plugins.loaders._office.word.chunks``,
``potluck_plugins.loaders._office.charts``, ``potluck_plugins.loaders._office.diagrams``,
``potluck_plugins.loaders._shared.alt_text``.
"""

from __future__ import annotations

import pytest

from support.word import (
    DECLARED,
    box,
    drawing,
    margin,
    p,
    section,
    table,
    tc,
    tr,
)
from support.word_reading import STRICT, lines, read


@STRICT
@pytest.mark.parametrize("fallback", [True, False], ids=["both", "VML"])
def test_a_text_box_is_read_once_behind_its_paragraph(fallback: bool, strict: bool) -> None:
    inner = [p("Call 555-0134"), table(tr("a", "b"))]
    assert lines(p("Contact", box(*inner, fallback=fallback), " us"), p("End"), strict=strict) == [
        "Contact us",
        "Call 555-0134",
        "a | b",
        "End",
    ]


@pytest.mark.parametrize("fallback", [True, False], ids=["both", "VML"])
def test_a_text_box_in_a_cell_a_box_or_a_header_is_read_once(fallback: bool) -> None:
    shape = box(p("Call 555-0134"), fallback=fallback)
    outer = box(p("Outer", shape), fallback=fallback)
    assert lines(table(tr("Contact", tc(p(shape))), tr("x", "y"))) == ["Contact | Call 555-0134", "x | y"]
    assert lines(p("Start", outer)) == ["Start", "Outer", "Call 555-0134"]
    body = [p("Body"), section(margin("header1"))]
    assert lines(*body, parts={"header1": p(shape)}) == ["Call 555-0134", "Body"]


def test_words_that_are_drawn_are_read() -> None:
    drawn = '<w:r><w:pict><v:shape><v:textpath string="DRAFT"/></v:shape></w:pict></w:r>'
    body = [p("Body"), section(margin("header1"))]
    assert lines(*body, parts={"header1": p("QM-0417", drawn)}) == ["QM-0417", "DRAFT", "Body"]


def chart(title: str, *points: tuple[str, str]) -> str:
    """The part of a bar chart with one series."""
    texts = "".join(f'<c:pt idx="{i}"><c:v>{name}</c:v></c:pt>' for i, (name, _) in enumerate(points))
    values = "".join(f'<c:pt idx="{i}"><c:v>{value}</c:v></c:pt>' for i, (_, value) in enumerate(points))
    return (
        f"<c:chartSpace {DECLARED}><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>{title}</a:t></a:r></a:p></c:rich>"
        f"</c:tx></c:title><c:plotArea><c:barChart><c:ser><c:cat><c:strRef><c:strCache>{texts}</c:strCache></c:strRef>"
        f"</c:cat><c:val><c:numRef><c:numCache>{values}</c:numCache></c:numRef></c:val></c:ser></c:barChart>"
        "</c:plotArea></c:chart></c:chartSpace>"
    )


@STRICT
def test_a_chart_is_read_as_a_table_of_its_figures(strict: bool) -> None:
    run = drawing('<c:chart r:id="chart1"/>')
    parts = {"chart1": chart("Output", ("May", "12"), ("June", "17.5"))}
    assert lines(p("See", run), p("End"), parts=parts, strict=strict) == [
        "See",
        "[chart] Output",
        "May | 12",
        "June | 17.5",
        "End",
    ]


def test_a_chart_in_a_header_is_found_by_the_links_of_the_header() -> None:
    files = {
        "word/_rels/header1.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="chart1" Type="x/chart" Target="other.xml"/></Relationships>',
        "word/other.xml": chart("Header"),
    }
    parts = {"chart1": chart("Body"), "header1": p(drawing('<c:chart r:id="chart1"/>'))}
    body = [p(drawing('<c:chart r:id="chart1"/>')), section(margin("header1"))]
    assert lines(*body, parts=parts, files=files) == ["[chart] Header", "[chart] Body"]


def test_the_points_of_a_diagram_are_read() -> None:
    points = "".join(
        f'<dgm:pt modelId="{i}"><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>'
        for i, text in enumerate(("Plan", "Build"), 1)
    )
    data = f"<dgm:dataModel {DECLARED}><dgm:ptLst>{points}</dgm:ptLst></dgm:dataModel>"
    assert lines(p(drawing('<dgm:relIds r:dm="data1"/>')), parts={"data1": data}) == ["• Plan", "• Build"]


def test_a_chart_that_is_missing_is_a_loss() -> None:
    document = read(p("See", drawing('<c:chart r:id="rId9"/>')))
    assert document.text == "See"
    assert document.losses == ("a chart in word/document.xml was not read: the part of the link rId9 is missing",)


def test_objects_of_other_programs_are_counted() -> None:
    objects = "".join(
        f'<w:r><w:object><o:OLEObject ProgID="{one}"/></w:object></w:r>' for one in ("Equation.3", "Equation.3")
    )
    active = '<w:r><w:object><w:control r:id="x"/></w:object></w:r>'
    document = read(p("See ", objects, active))
    assert document.text == "See"
    assert document.losses == ("embedded objects were not read: ActiveX control (1), Equation.3 (2)",)


@pytest.mark.parametrize(
    ("description", "line", "loss"),
    [
        ("A bridge over a river", "[image] A bridge over a river", None),
        ("bridge.png", "", None),
        (
            "A bridge. Description automatically generated",
            "",
            "text that a program wrote about pictures was left out: 1 place, 45 characters",
        ),
    ],
)
def test_the_description_of_an_image_is_read(description: str, line: str, loss: str | None) -> None:
    document = read(p(drawing("<pic:pic/>", description)))
    assert document.text == line
    assert document.losses == (() if loss is None else (loss,))


PAGE_OF_WEB = (
    "<html><body><h2>Scope</h2><p>For all <b>sites</b>.</p><table><tr><td>a</td><td>b</td></tr></table></body></html>"
)


ARCHIVED = (
    "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n"
    f"--b\nContent-Type: text/html\n\n{PAGE_OF_WEB}\n--b--\n"
)


@pytest.mark.parametrize(("name", "content"), [("aFChunk1.html", PAGE_OF_WEB), ("aFChunk1.mht", ARCHIVED)])
def test_a_web_page_that_the_document_takes_in_is_read(name: str, content: str) -> None:
    document = read(p("Before"), '<w:altChunk r:id="aFChunk1"/>', p("After"), parts={name: content})
    assert document.text.split("\n") == ["Before", "Scope", "For all sites.", "a | b", "After"]
    assert [(one.title, one.level) for one in document.sections] == [("Scope", 2)]


def test_a_text_that_the_document_takes_in_is_read_and_another_file_is_a_loss() -> None:
    body = ['<w:altChunk r:id="aFChunk1"/>', '<w:altChunk r:id="aFChunk2"/>', '<w:altChunk r:id="rId9"/>']
    document = read(*body, parts={"aFChunk1.txt": "one\ntwo", "aFChunk2.rtf": "{}"})
    assert document.text == "one\ntwo"
    assert [loss.split(":")[0] for loss in document.losses] == [
        "word/aFChunk2.rtf, a file that the document takes in, was not read",
        "a file that the document takes in was not read",
    ]
