"""The ``xml`` loader, and the parsing of strangers' XML.

Modules: ``potluck_plugins.loaders._shared.xml``, ``potluck_plugins.loaders._shared.xml_lines``,
``potluck_plugins.loaders._shared.xml_names``, ``potluck_plugins.loaders._shared.xml_tables``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.errors import DocumentLimit, NoText, UnreadableDocument
from support.loading import load, load_one


def test_elements_become_lines_with_their_names() -> None:
    document = load_one(
        "xml",
        '<?xml version="1.0"?><stations xmlns:x="u"><station><name>大安</name><km>12</km></station>'
        '<station><name>North</name><stop x:id="1" 名稱="南港"/></station></stations>',
    )

    assert document.text == "name: 大安\nkm: 12\n\nname: North\nstop: id: 1; 名稱: 南港"
    assert document.metadata["root"] == "stations"


def test_words_and_elements_that_are_mixed_stay_one_line() -> None:
    document = load_one("xml", "<doc><p>一段<b>粗</b>體，<i>and</i> more.</p><p>二</p></doc>")

    assert document.text == "p: 一段粗體，and more.\np: 二"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "big5", "gb18030"])
@pytest.mark.parametrize("declared", [True, False])
def test_the_encoding_is_the_declared_one_or_the_likely_one(encoding: str, declared: bool) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?>' if declared else ""
    text = "軌道檢查之結果，應於每次作業完成之後填寫於紀錄表，並且交給負責的工程師簽認。"

    assert load_one("xml", f"{head}<a><p>{text}</p></a>".encode(encoding)).text == f"p: {text}"


def test_an_entity_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("geheim")
    content = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY y "inner">]><a><p>甲 &x; 乙 &y;</p></a>'

    document = load_one("xml", content)

    assert document.text == "p: 甲 &x; 乙 &y;"
    assert "2 references to entities" in document.losses[0]


@pytest.mark.parametrize("place", ["<p>&e9;</p>", '<p a="&e9;">x</p>'])
def test_entities_that_grow_without_end_are_refused(place: str) -> None:
    entities = '<!ENTITY e0 "0123456789">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))

    with pytest.raises(DocumentLimit, match="trap"):
        load("xml", f"<!DOCTYPE a [{entities}]><a>{place}</a>")


def test_a_dtd_elsewhere_is_not_fetched() -> None:
    document = load_one("xml", '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a><p>甲</p></a>')

    assert document.text == "p: 甲"


def test_deep_nesting_is_a_clear_error() -> None:
    with pytest.raises(DocumentLimit, match="nested too deeply"):
        load("xml", "<a>" * 100_000)


def test_what_can_be_read_of_a_damaged_file_is_read() -> None:
    document = load_one("xml", "<a><p>甲</p><p>乙</p><p>丙")

    assert document.text == "p: 甲\np: 乙\np: 丙"
    assert document.losses[0].startswith("it is damaged (")


def test_control_characters_are_taken_out_and_reported() -> None:
    document = load_one("xml", "<a><p>甲\x01乙</p></a>")

    assert document.text == "p: 甲乙"
    assert document.losses == ("1 control character taken out",)


def test_references_to_halves_of_surrogate_pairs_are_replaced_and_told() -> None:
    document = load_one("xml", "<a><p>鋼軌 &#xD83D; 長 &#56832;&#65292;25</p></a>")

    assert document.text == "p: 鋼軌 \ufffd 長 \ufffd，25"
    assert document.losses == ("2 characters are halves of surrogate pairs and were replaced by \ufffd",)


def test_what_is_not_xml_is_an_error() -> None:
    with pytest.raises(UnreadableDocument, match="not well-formed XML"):
        load("xml", "plain text")


@pytest.mark.parametrize("content", ["", "  ", '<?xml version="1.0"?>'])
def test_an_empty_file_has_no_text(content: str) -> None:
    with pytest.raises(NoText):
        load("xml", content)


def test_a_long_text_is_read_whole() -> None:
    assert len(load_one("xml", f"<a><p>{'長' * 6_000_000}</p></a>").text) == 6_000_003


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("3.5 × 10<sup>−4</sup> m<sup>2</sup> at H<sub>2</sub>O", "3.5 × 10⁻⁴ m² at H₂O"),
        ("載重 10<superscript>6</superscript> Pa, x<subscript>max</subscript>", "載重 10⁶ Pa, x_max"),
        ("H<inf>2</inf>O, 2<sup>10<sup>3</sup></sup>", "H₂O, 2^(10³)"),
        ("10<hi rend='superscript'>6</hi> Pa, <hi rend='bold'>12</hi>", "10⁶ Pa, 12"),
        ("10<emphasis role='sup'>6</emphasis>, m<span style='vertical-align: super'>2</span>", "10⁶, m²"),
        ("10<ce:sup xmlns:ce='e'>6</ce:sup> Pa", "10⁶ Pa"),
        ("10<Superscript>6</Superscript> Pa", "10⁶ Pa"),
        ("<i>H</i><sub>2</sub>", "H₂"),
        ("n = 25<xref ref-type='fn' rid='f1'><sup>1</sup></xref> samples", "n = 25[1] samples"),
        ("n = 25<sup><xref ref-type='bibr'>12</xref>,<xref ref-type='bibr'>13</xref></sup>", "n = 25[12],[13]"),
        ("H<sub>2</sub>O<xref ref-type='bibr'>12</xref>", "H₂O[12]"),
        ("as <xref ref-type='bibr'>Smith 2010</xref> says", "as Smith 2010 says"),
        ("[<xref ref-type='bibr'>1</xref>, <xref ref-type='bibr'>2</xref>] 3", "[1, 2] 3"),
        ("[a] 25<xref ref-type='bibr'>2</xref>", "[a] 25[2]"),
        ("Table <xref ref-type='table'>2</xref>", "Table 2"),
        ("see <xref>2</xref> and 25<sup><xref>2</xref></sup>", "see 2 and 25[2]"),
        ("25<cross-ref><sup>註</sup></cross-ref>, 25<cross-ref><sup>4</sup></cross-ref>", "25^註, 25[4]"),
        (
            "2<m:math xmlns:m='http://www.w3.org/1998/Math/MathML'><m:mfrac><m:mn>1</m:mn><m:mn>2</m:mn></m:mfrac>"
            "</m:math> in",
            "2 1/2 in",
        ),
        (
            "x <alternatives><tex-math>a^2</tex-math><math xmlns='http://www.w3.org/1998/Math/MathML'><mn>1</mn></math>"
            "</alternatives>",
            "x 1",
        ),
        ("x <tex-math>a^2</tex-math>", "x a^2"),
        ("loads<list><list-item><p>5</p></list-item><list-item><p>6</p></list-item></list>", "loads 5 6"),
        ("12<break/>34 <b>5</b><b>6</b> <num>5</num><unit>kN</unit>", "12 34 56 5kN"),
    ],
)
def test_what_is_raised_lowered_or_a_mark_is_not_glued(body: str, line: str) -> None:
    assert load_one("xml", f"<a><p>{body}</p></a>").text == f"p: {line}"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("票價<del>14</del>16元", "票價16元"),
        ("<del>14</del><ins>16</ins>", "16"),
        ("price <strike>1<b>4</b></strike>16", "price 16"),
        ("price <emphasis role='strikethrough'>14</emphasis>16", "price 16"),
        ("price <span style='text-decoration: line-through'>14</span>16", "price 16"),
    ],
)
def test_what_is_deleted_is_left_out_and_counted(body: str, line: str) -> None:
    document = load_one("xml", f"<a><p>{body}</p></a>")

    assert document.text == f"p: {line}"
    assert document.losses == ("deleted text was left out: 1 place, 2 characters",)


def test_names_that_others_use_for_data_are_not_scripts() -> None:
    document = load_one("xml", "<menu><name>甲</name><sub>2</sub><strike>45.0</strike><del>3</del></menu>")

    assert document.text == "name: 甲\nsub: 2\nstrike: 45.0\ndel: 3"


def test_a_note_within_a_line_follows_it() -> None:
    body = "<p>25<fn><label>1</label><p>Without snow.</p></fn> kN</p><p>30<footnote><para>雪</para></footnote> kN</p>"
    tei = "<p>5<note place='foot' n='2'>six</note> and <note>seven</note></p>"

    assert load_one("xml", f"<a>{body}{tei}</a>").text.split("\n") == [
        "p: 25[1] kN",
        "[footnote 1] Without snow.",
        "p: 30 kN",
        "[footnote] 雪",
        "p: 5[2] and seven",
        "[footnote 2] six",
    ]


HEAD = "<tr><th rowspan='2'>材料</th><th colspan='2'>強度</th></tr><tr><th>拉</th><th>壓</th></tr>"
CALS = (
    "<colspec colname='c1'/><colspec colname='c2'/><colspec colname='c3'/><thead><row><entry morerows='1'>材料</entry>"
    "<entry namest='c2' nameend='c3'>強度</entry></row><row><entry>拉</entry><entry>壓</entry></row></thead><tbody>"
    "<row><entry><para>鋼</para></entry><entry>10<superscript>6</superscript></entry><entry>2</entry></row></tbody>"
)


@pytest.mark.parametrize(
    "table",
    [
        f"<table-wrap><table><thead>{HEAD}</thead><tbody><tr><td>鋼</td><td>10<sup>6</sup></td><td>2</td></tr></tbody>"
        "</table></table-wrap>",
        f"<table><tgroup cols='3'>{CALS}</tgroup></table>",
        f"<informaltable><tgroup cols='3'>{CALS}</tgroup></informaltable>",
        "<table><row role='label'><cell rows='2'>材料</cell><cell cols='2'>強度</cell></row><row role='label'>"
        "<cell>拉</cell><cell>壓</cell></row><row><cell>鋼</cell><cell>10<hi rend='sup'>6</hi></cell><cell>2</cell>"
        "</row></table>",
    ],
)
def test_the_rows_of_tables_are_lines(table: str) -> None:
    document = load_one("xml", f"<a><p>before</p>{table}<p>after</p></a>")

    assert document.text == "p: before\n材料 | 強度 拉 | 強度 壓\n鋼 | 10⁶ | 2\n\np: after"


def test_the_title_of_a_table_its_notes_and_what_stands_in_cells() -> None:
    cells = "<td><v>5</v><unit>kN</unit></td><td>a<table><tr><td>1</td><td>2</td></tr></table>b</td>"
    cells += "<td>7<fn><p>near 8</p></fn></td><td><del>9</del></td>"
    document = load_one("xml", f"<a><table><title>表 1</title><col/><tbody><tr>{cells}</tr></tbody></table></a>")

    assert document.text == "title: 表 1\n5 kN | a 1 2 b | 7 near 8"
    assert document.losses == ("deleted text was left out: 1 place, 1 character",)


def test_a_table_within_a_line_follows_it() -> None:
    table = "<table-wrap><table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table></table-wrap>"

    assert load_one("xml", f"<a><p>see {table} below</p></a>").text == "p: see below\n1 | 2\n3 | 4"


@pytest.mark.parametrize(
    "rows",
    [
        "<thead><tr><td>力</td><td>l</td></tr><tr><td>kN</td><td>m</td></tr></thead><tr><td>1</td><td>2</td></tr>",
        "<row role='label'><cell>力</cell><cell>l</cell></row><row role='label'><cell>kN</cell><cell>m</cell></row>"
        "<row><cell>1</cell><cell>2</cell></row>",
    ],
)
def test_rows_that_say_so_are_one_header(rows: str) -> None:
    assert load_one("xml", f"<a><table>{rows}</table></a>").text == "力 kN | l m\n1 | 2"


def test_all_that_stands_in_a_row_is_read() -> None:
    row = "<tr><td>1</td><value><i>H</i><sub>2</sub></value></tr>"

    assert load_one("xml", f"<a><table>{row}</table></a>").text == "1 | H₂"


def test_a_row_of_data_is_not_a_row_of_a_table() -> None:
    rows = "<table><row><name>甲</name></row><row><name>乙</name></row></table>"

    assert load_one("xml", f"<a>{rows}</a>").text == "name: 甲\n\nname: 乙"


def test_simple_tables_of_dita() -> None:
    head = "<sthead><stentry>年</stentry><stentry>t</stentry></sthead>"
    rows = "<strow><stentry>2024</stentry><stentry>7</stentry></strow>"

    assert load_one("xml", f"<a><simpletable>{head}{rows}</simpletable></a>").text == "年 | t\n2024 | 7"


@pytest.mark.parametrize(
    "within",
    [
        "<table><tr><td>x {}</td></tr></table>",
        "<p>x <fn>{}</fn></p>",
        "<p>x<b>{}</b></p>",
        "<p>x <table><title>{}</title><tr><td>1</td></tr></table>end</p>",
    ],
)
def test_tables_and_notes_may_be_nested_without_end(within: str) -> None:
    content = "x end"
    for _ in range(500):
        content = within.format(content)

    assert "x end" in load_one("xml", f"<a>{content}</a>").text


def test_an_equation_of_its_own_is_a_line() -> None:
    formula = "<math xmlns='http://www.w3.org/1998/Math/MathML'><msup><mn>10</mn><mn>6</mn></msup></math>"

    assert load_one("xml", f"<a><disp-formula>{formula}</disp-formula></a>").text == "math: 10⁶"
