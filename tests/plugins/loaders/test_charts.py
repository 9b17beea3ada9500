"""Charts of office files as tables of the figures that they show.

Modules: ``potluck_plugins.loaders._office.chartex``, ``potluck_plugins.loaders._office.charts``.
"""

from __future__ import annotations

import pytest
from lxml import etree

from potluck_plugins.loaders._office import chartex, charts
from potluck_plugins.loaders._office.charts import Chart, Series, joined_levels, shown_number
from potluck_plugins.loaders._shared.flow import Flow
from support.decks import element

NOT_HELD = "the figures of a chart were not read: the file does not hold them"


def title(text: str) -> str:
    return f"<c:title><c:tx><c:rich><a:p><a:r><a:t>{text}</a:t></a:r></a:p></c:rich></c:tx></c:title>"


def points(*values: str | None, code: str = "", tag: str = "numCache") -> str:
    inner = "".join(f'<c:pt idx="{n}"><c:v>{one}</c:v></c:pt>' for n, one in enumerate(values) if one is not None)
    return f"<c:{tag}>{f'<c:formatCode>{code}</c:formatCode>' if code else ''}{inner}</c:{tag}>"


def ser(name: str, x: str, y: str, sizes: str = "", names: tuple[str, str] = ("cat", "val"), more: str = "") -> str:
    named = f"<c:tx><c:strRef><c:strCache><c:pt><c:v>{name}</c:v></c:pt></c:strCache></c:strRef></c:tx>" if name else ""
    found = [(names[0], x), (names[1], y), ("bubbleSize", sizes)]
    return f"<c:ser>{named}{''.join(f'<c:{tag}>{one}</c:{tag}>' for tag, one in found if one)}{more}</c:ser>"


def plot(*series: str, axes: tuple[str, ...] = (), ids: tuple[int, ...] = (0, 1), kind: str = "barChart") -> str:
    inner = "".join(f'<c:axId val="{one}"/>' for one in ids)
    return f"<c:{kind}>{''.join(series)}{inner}</c:{kind}>" + "".join(axes)


def axis(number: int, text: str = "", tag: str = "valAx") -> str:
    return f'<c:{tag}><c:axId val="{number}"/>{title(text) if text else ""}</c:{tag}>'


def read(inside: str, heading: str = "", before: str = "") -> tuple[list[str], tuple[str, ...]]:
    flow = Flow()
    chart = f"<c:chart>{title(heading) if heading else ''}<c:plotArea>{inside}</c:plotArea></c:chart>"
    found = charts.read_chart(etree.fromstring(element("c:chartSpace", before + chart)))
    return list(found.lines(flow)), flow.document("a").losses


YEARS = points("2025", "2026", tag="strCache")


@pytest.mark.parametrize(
    ("inside", "lines"),
    [
        (plot(ser("北站", YEARS, points("3", "9"))), [" | 北站", "2025 | 3", "2026 | 9"]),
        (
            plot(ser("a", YEARS, points("3", "9")), ser("b", YEARS, points(None, "0.5", code="0%"))),
            [" | a | b", "2025 | 3", "2026 | 9 | 50%"],
        ),
        (plot(ser("a", YEARS, points("3")), ser("b", "", points("4"))), [" | a | b", "2025 | 3 | 4", "2026"]),
        (plot(ser("", "", points("3", "9"))), ["1 | 3", "2 | 9"]),
        (plot(ser("", YEARS, points("3", "9"))), ["2025 | 3", "2026 | 9"]),
        (
            plot(ser("a", YEARS, points("1", "2")), ser("b", points("x", tag="strCache"), points("7"))),
            [" | a", "2025 | 1", "2026 | 2", "[chart]", " | b", "x | 7"],
        ),
        (
            plot(ser("Load", points("1.5", "2.5"), points("10", "20"), points("7", "8"), ("xVal", "yVal"))),
            [" | Load | Load size", "1.5 | 10 | 7", "2.5 | 20 | 8"],
        ),
        (
            plot(ser("", points("1.5"), points("10"), points("7"), ("xVal", "yVal"))),
            [" |  | size", "1.5 | 10 | 7"],
        ),
        (
            plot(ser("a", YEARS, points("3")), axes=(axis(0, "Year", "catAx"), axis(1, "kN"))),
            ["Year | a", "2025 | 3", "2026"],
        ),
        (
            plot(ser("a", YEARS, points("3", "4")), axes=(axis(0, "Year", "catAx"), axis(1, "kN"), axis(3, "mm")))
            + plot(ser("b", YEARS, points("5", "6")), ser("", YEARS, points("7", "8")), ids=(2, 3), kind="lineChart"),
            ["Year | a (kN) | b (mm) | mm", "2025 | 3 | 5 | 7", "2026 | 4 | 6 | 8"],
        ),
        (
            plot(ser("a", YEARS, points("3", "4"), more=f"<c:dLbls><c:dLbl>{title('x')[9:-10]}</c:dLbl></c:dLbls>")),
            [" | a", "2025 | 3", "2026 | 4", "[chart] x"],
        ),
        (
            plot(ser("a", YEARS, points("3", "4"), more="<c:dLbls><c:dLbl/></c:dLbls>")),
            [" | a", "2025 | 3", "2026 | 4"],
        ),
        (plot(ser("a_x000D_b", YEARS, points("3", "4")), ids=()), [" | a b", "2025 | 3", "2026 | 4"]),
        (plot(ser("a", YEARS, points("3", "4")), ids=(0,)), [" | a", "2025 | 3", "2026 | 4"]),
    ],
)
def test_a_chart_is_a_table_of_its_series(inside: str, lines: list[str]) -> None:
    assert read(inside)[0][1:] == lines
    assert read(inside)[1] == ()


@pytest.mark.parametrize(
    ("axes", "wanted"),
    [((), "[chart] 載重"), ((axis(0, "x"), axis(1, "kN")), "[chart] 載重, kN"), ((axis(1, "kN"),), "[chart] 載重, kN")],
)
def test_the_title_of_a_chart_names_the_unit_of_its_values(axes: tuple[str, ...], wanted: str) -> None:
    assert read(plot(ser("a", YEARS, points("3")), axes=axes), "載重")[0][0] == wanted


def test_a_chart_without_figures_is_told() -> None:
    assert read(plot(ser("", "", "")), "Load") == (["[chart] Load"], (NOT_HELD,))
    assert read(plot(ser("", "", ""))) == ([], (NOT_HELD,))
    assert read("", "Load") == (["[chart] Load"], ())
    nothing = charts.read_chart(etree.fromstring(element("c:chartSpace", "<c:chart/>")))
    assert list(nothing.lines(Flow())) == []
    assert nothing.title == ""


def test_categories_of_several_levels_are_joined_outer_first() -> None:
    def level(*values: tuple[int, str]) -> str:
        return "<c:lvl>" + "".join(f'<c:pt idx="{n}"><c:v>{one}</c:v></c:pt>' for n, one in values) + "</c:lvl>"

    inner = level((0, "Q1"), (1, "Q2"), (2, "Q1"), (4, "Q3")) + level((0, "2025"), (2, "2026"))
    levels = f"<c:multiLvlStrRef><c:multiLvlStrCache>{inner}</c:multiLvlStrCache></c:multiLvlStrRef>"
    assert read(plot(ser("a", levels, points("1", "2", "3"))))[0][2:] == [
        "2025 Q1 | 1",
        "2025 Q2 | 2",
        "2026 Q1 | 3",
        "2026 Q3",
    ]
    assert joined_levels([{0: "a", 2: "c"}, {1: "B"}]) == {0: "a", 1: "B", 2: "B c"}


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("0.25", "0%", "25%"),
        ("46096", "yyyy-mm-dd", "2026-03-15"),
        ("#N/A", "0%", "#N/A"),
        ("a_x000A_b", "0%", "a b"),
        ("nan", "0%", "nan"),
        ("inf", "0%", "inf"),
        ("5", "0 ", "5"),
    ],
)
def test_a_value_is_shown_in_its_format(value: str, code: str, shown: str) -> None:
    assert shown_number(value, code) == shown


@pytest.mark.parametrize(
    ("date1904", "day"), [("", "2026-03-15"), ("<c:date1904/>", "2030-03-16"), ('<c:date1904 val="0"/>', "2026-03-15")]
)
def test_days_are_counted_from_the_epoch_of_the_chart(date1904: str, day: str) -> None:
    own = '<c:pt idx="0" formatCode="yyyy-mm-dd"><c:v>46096</c:v></c:pt><c:pt idx="x"><c:v>1</c:v></c:pt>'
    own = f"<c:numCache>{own}</c:numCache>"

    assert read(plot(ser("a", own, points("3"))), before=date1904)[0][2:] == [f"{day} | 3"]


def test_titles_may_be_taken_from_cells() -> None:
    cells = (
        "<c:title><c:tx><c:strRef><c:strCache><c:pt><c:v>from</c:v></c:pt><c:pt><c:v>cells</c:v></c:pt></c:strCache>"
    )
    cells += "</c:strRef></c:tx></c:title>"
    chart = element("c:chartSpace", f"<c:chart>{cells}<c:plotArea/></c:chart>")

    assert charts.read_chart(etree.fromstring(chart)).title == "from cells"
    empty = element("c:chartSpace", "<c:chart><c:title/><c:plotArea/></c:chart>")
    assert charts.read_chart(etree.fromstring(empty)).title == ""


def test_a_chart_is_written_as_paragraphs_that_begin_no_clauses() -> None:
    flow = Flow()
    Chart("1.2 Loads", "", [Series("", {0: "1.3 a"}, {0: "5"})], ["1.4 b"]).write(flow)
    document = flow.document("a")

    assert document.text.split("\n") == ["[chart] 1.2 Loads", "1.3 a | 5", "[chart] 1.4 b"]
    assert document.sections == ()


def cx(data: str, chart: str) -> Chart:
    return chartex.read_chartex(
        etree.fromstring(element("cx:chartSpace", f"<cx:chartData>{data}</cx:chartData>{chart}"))
    )


def cx_title(text: str) -> str:
    return f"<cx:title><cx:tx><cx:rich><a:p><a:r><a:t>{text}</a:t></a:r></a:p></cx:rich></cx:tx></cx:title>"


def cx_points(*values: str, code: str = "") -> str:
    inner = "".join(f'<cx:pt idx="{n}">{one}</cx:pt>' for n, one in enumerate(values))
    return f'<cx:lvl formatCode="{code}">{inner}</cx:lvl>'


def test_newer_kinds_of_charts_name_their_figures_by_number() -> None:
    data = f'<cx:data id="0"><cx:strDim>{cx_points("Q1", "Q2")}{cx_points("2025")}</cx:strDim>'
    data += f"<cx:numDim>{cx_points('0.5', ' ', '0.25', code='0%')}</cx:numDim><cx:numDim>{cx_points('9')}</cx:numDim>"
    data += f"<cx:strDim>{cx_points('later')}</cx:strDim></cx:data>"
    series = '<cx:series><cx:tx><cx:txData><cx:v>Load</cx:v></cx:txData></cx:tx><cx:dataId val="0"/></cx:series>'
    series += '<cx:series><cx:dataId val="7"/></cx:series><cx:series/>'
    axes = f"<cx:axis>{cx_title('kN')}</cx:axis><cx:axis/>"

    found = cx(data, f"<cx:chart>{cx_title('載重')}<cx:plotArea>{series}</cx:plotArea>{axes}</cx:chart>")
    assert found.title == "載重, kN"
    assert list(found.series) == [
        Series("Load", {0: "2025 Q1", 1: "2025 Q2"}, {0: "50%", 2: "25%"}),
        Series(),
        Series(),
    ]


def test_newer_charts_may_be_empty_or_of_plain_text() -> None:
    assert cx("", "") == Chart("", "", [])
    data = f'<cx:data id="0"><cx:numDim>{cx_points("7.50", "x")}</cx:numDim><cx:strDim/></cx:data>'
    chart = '<cx:chart><cx:series><cx:dataId val="0"/></cx:series></cx:chart>'
    assert list(cx(data, chart).series) == [Series("", {}, {0: "7.50", 1: "x"})]
    assert list(cx('<cx:data id="0"><cx:numDim/></cx:data>', chart).series) == [Series()]
