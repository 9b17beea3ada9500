"""Charts and diagrams (SmartArt), which several kinds of office files hold.

Modules: ``potluck_plugins.loaders._office.blocks``, ``potluck_plugins.loaders._office.bullets``,
``potluck_plugins.loaders._office.chartex``, ``potluck_plugins.loaders._office.charts``,
``potluck_plugins.loaders._office.diagrams``, ``potluck_plugins.loaders._office.drawing``,
``potluck_plugins.loaders._office.frames``, ``potluck_plugins.loaders._office.placeholders``,
``potluck_plugins.loaders._office.pptx``, ``potluck_plugins.loaders._office.reading_order``,
``potluck_plugins.loaders._office.shapes``, ``potluck_plugins.loaders._office.slide_comments``.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date

import pytest
from pptx import Presentation
from pptx.chart.data import BubbleChartData, CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from potluck_plugins.loaders._office.charts import read_chart
from potluck_plugins.loaders._office.diagrams import diagram_items
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.xml import parse_xml
from support.decks import box, deck, element, frame, links, slide
from support.loading import load_one


def chart(kind: XL_CHART_TYPE, data: object, title: str = "") -> list[str]:
    """The lines of a chart that python-pptx makes, below ``[chart]`` where it has no title."""
    presentation = Presentation()
    page = presentation.slides.add_slide(presentation.slide_layouts[6])
    made = page.shapes.add_chart(kind, 0, 0, Inches(4), Inches(3), data).chart
    made.has_title = bool(title)
    if title:
        made.chart_title.text_frame.text = title
    file = io.BytesIO()
    presentation.save(file)
    found = load_one("office", file.getvalue()).text.split("\n")
    assert found[0] == f"[chart] {title}".strip()
    return found if title else found[1:]


def categories(
    names: Sequence[object], *series: tuple[str, Sequence[float | None]], number_format: str = "General"
) -> object:
    data = CategoryChartData(number_format=number_format)
    data.categories = names
    for name, values in series:
        data.add_series(name, values)
    return data


def lines(content: str) -> list[str]:
    """The lines of a chart part."""
    root = parse_xml(content.encode())
    flow = Flow()
    read_chart(root).write(flow)
    return flow.document("").text.split("\n")


@pytest.mark.parametrize(
    "kind",
    [
        XL_CHART_TYPE.COLUMN_CLUSTERED,
        XL_CHART_TYPE.LINE,
        XL_CHART_TYPE.AREA_STACKED,
        XL_CHART_TYPE.RADAR,
        XL_CHART_TYPE.DOUGHNUT,
    ],
)
def test_a_chart_is_a_table_of_its_series_by_category(kind: XL_CHART_TYPE) -> None:
    data = categories(["2025", "2026"], ("梯子", [345, 402]), ("Ropes", [1.5, -0.25]))

    assert chart(kind, data, "Sales 銷售") == [
        "[chart] Sales 銷售",
        " | 梯子 | Ropes",
        "2025 | 345 | 1.5",
        "2026 | 402 | -0.25",
    ]


def test_a_pie_has_one_series() -> None:
    assert chart(XL_CHART_TYPE.PIE, categories(["East", "West"], ("Share", [0.25, 0.75]))) == [
        " | Share",
        "East | 0.25",
        "West | 0.75",
    ]


def test_a_point_without_a_value_is_empty() -> None:
    data = categories(["a", "b"], ("x", [None, 2]), ("y", [3, None]))

    assert chart(XL_CHART_TYPE.LINE, data) == [" | x | y", "a |  | 3", "b | 2"]


def test_values_keep_no_noise_of_their_binary_form() -> None:
    data = categories(["a", "b", "c"], ("x", [0.1 + 0.2, 1e6, 1234567890123]))

    assert chart(XL_CHART_TYPE.LINE, data)[1:] == ["a | 0.3", "b | 1000000", "c | 1234567890123"]


def test_values_and_dates_are_shown_in_their_formats() -> None:
    shares = categories([date(2026, 3, 1), date(2026, 3, 2)], ("x", [0.075, 1.5]), number_format="0.0%")
    money = categories(["a"], ("x", [-1234.5]), number_format='#,##0.00 "NT$"')

    assert chart(XL_CHART_TYPE.LINE, shares)[1:] == ["2026-03-01 | 7.5%", "2026-03-02 | 150.0%"]
    assert chart(XL_CHART_TYPE.LINE, money)[1:] == ["a | -1,234.50 NT$"]


def test_dates_count_from_1904_where_the_chart_says_so() -> None:
    cache = "<c:numCache><c:formatCode>yyyy-mm-dd</c:formatCode><c:pt idx='0'><c:v>{}</c:v></c:pt></c:numCache>"
    plot = "<c:plotArea><c:barChart><c:ser><c:val><c:numRef>{}</c:numRef></c:val></c:ser></c:barChart></c:plotArea>"
    chart = f"<c:chart>{plot.format(cache.format(44620))}</c:chart>"

    assert lines(element("c:chartSpace", f"<c:date1904 val='1'/>{chart}")) == ["[chart]", "1 | 2026-03-01"]
    assert lines(element("c:chartSpace", f"<c:date1904 val='0'/>{chart}")) == ["[chart]", "1 | 2022-02-28"]


def test_categories_of_several_levels_are_joined_from_the_outermost() -> None:
    data = CategoryChartData()
    for year, quarters in (("2025", ["Q1", "Q2"]), ("2026", ["Q1"])):
        outer = data.add_category(year)
        for quarter in quarters:
            outer.add_sub_category(quarter)
    data.add_series("x", [1, 2, 3])

    assert chart(XL_CHART_TYPE.COLUMN_CLUSTERED, data)[1:] == ["2025 Q1 | 1", "2025 Q2 | 2", "2026 Q1 | 3"]


def test_a_scatter_has_abscissas_and_each_series_its_own() -> None:
    data = XyChartData()
    for name, points in (("low", [(0.5, 1), (1.5, 2)]), ("high", [(0.5, 8), (1.5, 9)]), ("other", [(7, 70)])):
        series = data.add_series(name)
        for x, y in points:
            series.add_data_point(x, y)

    assert chart(XL_CHART_TYPE.XY_SCATTER, data) == [
        " | low | high",
        "0.5 | 1 | 8",
        "1.5 | 2 | 9",
        "[chart]",
        " | other",
        "7 | 70",
    ]


def test_bubbles_have_sizes() -> None:
    data = BubbleChartData()
    series = data.add_series("towns")
    series.add_data_point(1, 10, 100)
    series.add_data_point(2, 20, 200)

    assert chart(XL_CHART_TYPE.BUBBLE, data) == [" | towns | towns size", "1 | 10 | 100", "2 | 20 | 200"]


def test_titles_of_axes_name_the_categories_and_the_unit() -> None:
    title = "<c:title><c:tx><c:rich><a:p><a:r><a:t>{}</a:t></a:r></a:p></c:rich></c:tx></c:title>"
    series = (
        "<c:ser><c:tx><c:v>{}</c:v></c:tx><c:cat><c:strLit><c:pt idx='0'><c:v>North</c:v></c:pt></c:strLit></c:cat>"
        "<c:val><c:numLit><c:pt idx='0'><c:v>{}</c:v></c:pt></c:numLit></c:val></c:ser>"
    )
    kinds = [
        f"<c:{kind}>{series.format(name, value)}<c:axId val='1'/><c:axId val='{axis}'/></c:{kind}>"
        for kind, name, value, axis in (("barChart", "Load", 3, 2), ("lineChart", "Speed", 80, 3))
    ]
    axes = [
        f"<c:{kind}><c:axId val='{number}'/>{title.format(text)}</c:{kind}>"
        for kind, number, text in (("catAx", 1, "Station"), ("valAx", 2, "kN"), ("valAx", 3, "km/h"))
    ]

    def whole(*kinds: str) -> list[str]:
        plot = f"<c:plotArea>{''.join(kinds)}{''.join(axes)}</c:plotArea>"
        return lines(element("c:chartSpace", f"<c:chart>{title.format('Bridge')}{plot}</c:chart>"))

    assert whole(kinds[0]) == ["[chart] Bridge, kN", "Station | Load", "North | 3"]
    assert whole(*kinds) == ["[chart] Bridge", "Station | Load (kN) | Speed (km/h)", "North | 3 | 80"]


def test_the_number_of_points_that_a_chart_claims_costs_nothing() -> None:
    cache = "<c:numCache><c:ptCount val='4000000000'/><c:pt idx='3999999999'><c:v>5</c:v></c:pt></c:numCache>"
    series = f"<c:ser><c:val><c:numRef>{cache}</c:numRef></c:val></c:ser>"

    found = lines(
        element("c:chartSpace", f"<c:chart><c:plotArea><c:barChart>{series}</c:barChart></c:plotArea></c:chart>")
    )

    assert found == ["[chart]", "4000000000 | 5"]


def test_labels_and_text_boxes_on_a_chart_are_read_with_it() -> None:
    label = "<c:dLbls><c:dLbl><c:tx><c:rich><a:p><a:r><a:t>record</a:t></a:r></a:p></c:rich></c:tx></c:dLbl></c:dLbls>"
    plot = f"<c:plotArea><c:barChart><c:ser>{label}</c:ser></c:barChart></c:plotArea>"
    drawn = '<cdr:sp xmlns:cdr="urn:x"><cdr:txBody><a:p><a:r><a:t>預測</a:t></a:r></a:p></cdr:txBody></cdr:sp>'
    parts = {
        "ppt/charts/one.xml": element("c:chartSpace", f"<c:chart>{plot}</c:chart>"),
        "ppt/charts/_rels/one.xml.rels": links(("rId1", "chartUserShapes", "../drawings/one.xml")),
        "ppt/drawings/one.xml": element("c:userShapes", drawn),
    }
    content = deck([slide(frame('<c:chart r:id="rId1"/>'))], parts, [("rId1", "chart", "../charts/one.xml")])

    document = load_one("office", content)

    assert document.text == "[chart] record\n[chart] 預測"
    assert document.losses == ("the figures of a chart were not read: the file does not hold them",)


def test_newer_kinds_of_charts_are_read_and_the_note_for_old_programs_is_not() -> None:
    data = (
        "<cx:chartData><cx:data id='0'><cx:strDim type='cat'><cx:lvl><cx:pt idx='0'>Start</cx:pt><cx:pt idx='1'>Rent"
        "</cx:pt></cx:lvl></cx:strDim><cx:numDim type='val'><cx:lvl formatCode='General'><cx:pt idx='0'>100</cx:pt>"
        "<cx:pt idx='1'>-30</cx:pt></cx:lvl></cx:numDim></cx:data></cx:chartData>"
    )
    series = "<cx:series><cx:tx><cx:txData><cx:v>Cash</cx:v></cx:txData></cx:tx><cx:dataId val='0'/></cx:series>"
    title = "<cx:title><cx:tx><cx:rich><a:p><a:r><a:t>瀑布</a:t></a:r></a:p></cx:rich></cx:tx></cx:title>"
    axis = "<cx:axis><cx:title><cx:tx><cx:txData><cx:v>NT$</cx:v></cx:txData></cx:tx></cx:title></cx:axis>"
    plot = f"<cx:plotArea><cx:plotAreaRegion>{series}</cx:plotAreaRegion>{axis}</cx:plotArea>"
    chart = element("cx:chartSpace", f"{data}<cx:chart>{title}{plot}</cx:chart>")
    choice = '<mc:Choice Requires="cx1">' + frame('<cx:chart r:id="rId1"/>') + "</mc:Choice>"
    old = f"<mc:Fallback>{box('This chart is not available in your version of Office.')}</mc:Fallback>"

    content = deck(
        [slide(f"<mc:AlternateContent>{choice}{old}</mc:AlternateContent>")],
        {"ppt/charts/one.xml": chart},
        [("rId1", "chartEx", "../charts/one.xml")],
    )

    assert load_one("office", content).text.split("\n") == ["[chart] 瀑布, NT$", " | Cash", "Start | 100", "Rent | -30"]


# Diagrams


def point(name: str, text: str = "", kind: str = "node") -> str:
    body = f"<dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t>" if text else ""
    return f'<dgm:pt modelId="{name}" type="{kind}">{body}</dgm:pt>'


def link(source: str, target: str, order: int, transition: str = "", kind: str = "parOf") -> str:
    via = f'sibTransId="{transition}"' if transition else ""
    return f'<dgm:cxn type="{kind}" srcId="{source}" destId="{target}" srcOrd="{order}" {via}/>'


DIAGRAM = element(
    "dgm:dataModel",
    "<dgm:ptLst>"
    + point("1", "second")
    + point("2", "first")
    + point("3", "子項")
    + point("doc", kind="doc")
    + point("t", "then", "sibTrans")
    + point("p", "first", "pres")
    + "</dgm:ptLst><dgm:cxnLst>"
    + link("doc", "1", 1)
    + link("doc", "2", 0, "t")
    + link("2", "3", 0)
    + link("p", "2", 0, kind="presOf")
    + "</dgm:cxnLst>",
)


def test_a_diagram_is_the_text_of_its_points_in_their_order_with_their_levels_once() -> None:
    found = list(diagram_items(parse_xml(DIAGRAM.encode()), Flow()))

    assert found == [("first", 0), ("子項", 1), ("then", 0), ("second", 0)]


def test_a_diagram_whose_points_lead_in_a_circle_ends() -> None:
    model = element(
        "dgm:dataModel",
        f"<dgm:ptLst>{point('1', 'a')}{point('2', 'b')}</dgm:ptLst>"
        f"<dgm:cxnLst>{link('1', '2', 0)}{link('2', '1', 0)}</dgm:cxnLst>",
    )

    assert [text for text, _ in diagram_items(parse_xml(model.encode()), Flow())] == ["a", "b"]


def test_a_diagram_on_a_slide_is_read_from_its_data_and_not_from_its_drawing() -> None:
    content = deck(
        [slide(frame('<dgm:relIds r:dm="rId1"/>'))],
        {"ppt/diagrams/data1.xml": DIAGRAM, "ppt/diagrams/drawing1.xml": element("p:x", box("first"))},
        [("rId1", "diagramData", "../diagrams/data1.xml"), ("rId2", "diagramDrawing", "../diagrams/drawing1.xml")],
    )

    assert load_one("office", content).text.split("\n") == ["• first", "  • 子項", "• then", "• second"]
