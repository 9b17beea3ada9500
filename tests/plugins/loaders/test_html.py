"""The ``html`` loader, and what all loaders of markup share.

Tests of ``potluck_plugins.loaders._shared.markup``, ``potluck_plugins.loaders._shared.markup_reader``,
``potluck_plugins.loaders._shared.markup_style``, ``potluck_plugins.loaders._shared.markup_lists``,
``potluck_plugins.loaders._shared.markup_images`` and ``potluck_plugins.loaders._shared.numerals``.

Modules: ``potluck_plugins.loaders._shared.alt_text``, ``potluck_plugins.loaders._shared.check_boxes``,
``potluck_plugins.loaders._shared.equations``, ``potluck_plugins.loaders._shared.flow``,
``potluck_plugins.loaders._shared.flowed``, ``potluck_plugins.loaders._shared.grid``,
``potluck_plugins.loaders._shared.lines``, ``potluck_plugins.loaders._shared.mathml``,
``potluck_plugins.loaders._shared.outline``, ``potluck_plugins.loaders._shared.raised``,
``potluck_plugins.loaders._shared.style_sheet``, ``potluck_plugins.loaders._shared.table``.
"""

from __future__ import annotations

import pytest

from support.loading import load_one, outline

ARTICLE = "軌道檢查之結果，應於每次作業完成之後填寫於紀錄表，並且交給負責的工程師簽認。"


def test_a_page_is_read_as_it_is_seen() -> None:
    document = load_one(
        "html",
        "<html><head><title> 軌道 \n規範</title><style>p {}</style></head><body><script>alert(1)</script>"
        "<!-- 註解 --><template>樣板</template><h1>第1章 總則</h1><p>一段<b>粗</b>體</p><noscript>no</noscript>"
        "<ul><li>甲<li>乙</ul><p hidden>藏</p><div style='color: red; display : none'>也藏</div></body></html>",
    )

    assert document.text == "第1章 總則\n一段粗體\n甲\n乙"
    assert document.metadata["title"] == "軌道規範"
    assert outline(document) == [("第1章", "總則", 1)]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('25 <font face="Symbol, serif">&#xf06d;</font>m', "25 μm"),
        ("<span style=\"color: red; font-family: 'Symbol'\">25 <b>&#xf06d;</b></span>m", "25 μm"),
        ('核可：<i style="font: 12pt/1.5 Calibri, Wingdings">&#xf0fe;</i>是', "核可：☒是"),
        ('<i style="font-family: Wingdings">&#xf0fe;<u style="font-family: Symbol">&#xf06d;</u>&#xf0a8;</i>', "☒μ☐"),
        ('<font face="Symbol">abc</font> <font face="Wingdings">J</font>', "abc J"),
        ("Icon &#xe123;", "Icon \ue123"),
    ],
)
def test_symbols_are_read_by_the_font_of_their_element(markup: str, text: str) -> None:
    document = load_one("html", f"<p>{markup}</p>")
    assert document.text == text
    assert not document.losses


def test_symbols_that_are_not_known_are_counted() -> None:
    document = load_one("html", "<p>甲<font face='Wingdings 3'>&#xf05f;&#xf060;</font>乙&#xf06d;<s>&#xf06d;</s></p>")

    assert document.text == "甲乙"
    assert sorted(document.losses) == [
        "a symbol of an unknown font was left out: 1 place, 1 character",
        "a symbol of the font Wingdings 3 was left out: 1 place, 2 characters",
        "struck-out text was left out: 1 place, 1 character",
    ]


def test_a_place_to_break_a_word_is_not_a_hyphen() -> None:
    assert (
        load_one("html", "<p>Gleis&shy;ver\u00adwerfung in <b>Schie&shy;</b>nen").text == "Gleisverwerfung in Schienen"
    )


@pytest.mark.parametrize("deep", ["", "<b>" * 400])
def test_a_dialog_is_read_if_it_is_open(deep: str) -> None:
    dialogs = "<dialog>刪除？</dialog><dialog open>已存</dialog><dialog style='display: block'>更多</dialog>"

    document = load_one("html", f"<body>{dialogs}{deep}尾")
    assert document.text == "已存\n更多\n尾"
    assert document.losses == ("hidden text was left out: 1 place, 3 characters",)


@pytest.mark.parametrize("deep", ["", "<b>" * 400])
def test_a_page_need_not_mark_its_body(deep: str) -> None:
    page = "<!DOCTYPE html><title>軌道</title><style>p {}</style><main><h1>總則</h1><section>正文</section></main>"

    document = load_one("html", f"{page}{deep}尾")
    assert document.text == "總則\n正文\n尾"
    assert document.metadata["title"] == "軌道"


def test_a_table_becomes_rows() -> None:
    document = load_one("html", "<table><tr><th>項目<th>值<tr><td>軌距<td>1067 <p>mm</table>")

    assert document.text == "項目 | 值\n軌距 | 1067 mm"


def test_a_table_that_arranges_a_page_is_not_a_table() -> None:
    inner = "<table><tr><td>a<td>b<tr><td>c<td>d</table>"

    document = load_one("html", f"<table><tr><td><h2>標題</h2><p>一<p>二</td><td>{inner}</td></tr></table>")

    assert document.text == "標題\n一\n二\na | b\nc | d"
    assert outline(document) == [(None, "標題", 2)]


def test_lines_that_were_broken_in_the_source_are_joined() -> None:
    document = load_one("html", "<p>中文的一句\n  話。</p><p>two\n words</p><p>一<br>二</p><pre>a\n  b</pre>")

    assert document.text == "中文的一句話。\ntwo words\n一\n二\na\n  b"


def test_a_clause_begins_a_section_in_a_page_without_headings() -> None:
    document = load_one("html", "<p>1.4.4 短鋼軌：係指…<br>1.4.5 長鋼軌：係指…</p>")

    assert [section.number for section in document.sections] == ["1.4.4", "1.4.5"]


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="big5">', "big5"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=Big5">', "big5"),
        ("<meta charset=gb2312>", "gb18030"),
        ("<meta charset='shift_jis'>", "cp932"),
        ('<?xml version="1.0" encoding="big5"?>', "big5"),
        ("", "big5"),
        ("", "gb18030"),
        ("", "utf-8"),
        ('<meta charset="big5">', "utf-8"),
    ],
)
def test_the_encoding_is_the_declared_one_or_the_likely_one(head: str, encoding: str) -> None:
    text = ARTICLE if encoding != "cp932" else "この文書は、線路の検査について説明するものです。"

    document = load_one("html", f"{head}<p>{text}</p>".encode(encoding))

    assert document.text == text
    assert document.metadata["encoding"] == encoding
    assert bool(document.losses) == (head != "" and encoding == "utf-8")


def test_the_mark_of_utf_16_goes_before_what_the_page_says() -> None:
    document = load_one("html", f'<meta charset="big5"><p>{ARTICLE}</p>'.encode("utf-16"))

    assert document.text == ARTICLE


def test_the_setting_goes_before_all() -> None:
    document = load_one("html", '<meta charset="gb2312"><p>軌道</p>'.encode("big5"), encoding="big5")

    assert document.text == "軌道"


def test_twenty_thousand_nested_elements_are_read() -> None:
    document = load_one(
        "html", "<title>t</title>" + "<div>" * 20_000 + "深處文字<script>x</script>" + "</div>" * 20_000
    )

    assert document.text == "深處文字"
    assert document.metadata["title"] == "t"


def test_a_deeply_nested_page_keeps_its_headings_and_tables() -> None:
    page = "<h1>1.2 深處</h1><table><tr><td>a</td><td>b</td></tr></table><svg><text>x</text></svg><p>尾</p>"

    document = load_one("html", "<div>" * 5000 + page)

    assert document.text == "1.2 深處\na | b\nx\n尾"
    assert outline(document) == [("1.2", "深處", 1)]


@pytest.mark.parametrize("page", ["", "   ", "<!-- nothing -->", "<html></html>", "<?xml version='1.0'?>"])
def test_a_page_without_text_gives_an_empty_text(page: str) -> None:
    assert load_one("html", page).text == ""


@pytest.mark.parametrize(
    "page", ["<div=x>甲</div>", "<d\x07iv>甲", "<p\x00>甲", "<en-ü<div>甲", "<td>甲", "<tr><td>甲"]
)
def test_broken_tags_cost_no_text(page: str) -> None:
    assert load_one("html", page).text.strip(" |") == "甲"


def test_nothing_is_fetched_and_no_entity_reads_a_file() -> None:
    page = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>a &x; &eacute; &lt;b&gt;</p>'

    document = load_one("html", page)

    assert "root:" not in document.text
    assert document.text.endswith("é <b>")


@pytest.mark.parametrize(
    ("page", "said"), [("<html><p>甲", True), ("<HTML lang=zh><p>甲</HTML >", False), ("<p>甲", False)]
)
def test_a_page_that_is_opened_and_not_closed_may_be_cut_off(page: str, said: bool) -> None:
    document = load_one("html", page)

    assert document.text == "甲"
    assert any("</html>" in loss for loss in document.losses) == said


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>at least 10<sup>6</sup> ohm", "at least 10⁶ ohm"),
        ("<p>at least 10<span style='vertical-align: super'>6</span> ohm", "at least 10⁶ ohm"),
        ("<p>10<sup>−</sup><sup>3</sup> m<sup>2</sup>", "10⁻³ m²"),
        ("<p>H<sub>2</sub>O and T<sub>max</sub>", "H₂O and T_max"),
        ("<p>the 1<sup>st</sup> of May", "the 1st of May"),
        ("<h2>負荷10<sup>6</sup>牛頓</h2>", "負荷10⁶牛頓"),
        ("<table><tr><td>a<sup>2</sup><td>10<sup>6</sup></table>", "a² | 10⁶"),
        ("<p>1<sup>1</sup>&frasl;<sub>2</sub> cups", "1¹⁄₂ cups"),
        ("<p>25<sup><a href='#fn1'>1</a></sup> kN", "25[1] kN"),
        ("<p>25<a href='#fn1'><sup>1</sup></a> kN", "25[1] kN"),
        ("<p>25<a role='doc-noteref' href='#x'>a</a> kN", "25[a] kN"),
        ("<p>25<sup><a href='#cite-1'>[1]</a></sup> kN", "25[1] kN"),
        ("<p>see <a href='#c2'>2</a> and <a href='b.html#c3'>chapter 3</a>", "see 2 and chapter 3"),
        ("<p>up to 10<sup><a href='#big'>million</a></sup>", "up to 10^(million)"),
        ("<p><ruby>八戸<rp>(</rp><rt>はちのへ</rt><rp>)</rp></ruby>市", "八戸(はちのへ)市"),
        ("<p>Area <math><mi>A</mi><mo>=</mo><mn>420</mn><msup><mi>m</mi><mn>2</mn></msup></math>.", "Area A=420m²."),
        (
            "<p>x <span class=katex><span class=katex-mathml><math><mn>3</mn></math></span>"
            "<span class='katex-html'>3</span></span>",
            "x 3",
        ),
        ("<p>螺栓 2<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> in", "螺栓 2 1/2 in"),
        ("<p><math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>5", "1/2 5"),
        ("<p>e<sup><math><mfrac><mn>1</mn><mn>2</mn></mfrac></math></sup>", "e^(1/2)"),
        ("<p>10<math><msup><mrow/><mn>6</mn></msup></math> Pa", "10⁶ Pa"),
        (
            "<p>2<sup>10<sup>3</sup></sup> x<sub>a<sub>1</sub></sub> m<sup><span><sup>2</sup></span></sup>",
            "2^(10³) x_(a₁) m²",
        ),
        ("<p>10<span style='position:relative;top:-6.0pt;mso-text-raise:6.0pt'>6</span> Pa", "10⁶ Pa"),
        ("<p>25<sup><a href='#fn1'><sup>1</sup></a></sup> kN", "25[1] kN"),
        ("<p><button>5</button><button>6</button> (<button>7</button>), 8", "5 6 (7), 8"),
        ("<s><p>14 euros</p></s><p>16 euros", "16 euros"),
        ("<strike class=a><p>14</p><p>15</p></strike><small>16</small>", "16"),
        ("<S><P>十四元</P></S><p>十六元", "十六元"),
        ("<p>※<p>甲", "※\n甲"),
        ("<p><s>14</s>16 <span>17</span>", "16 17"),
        ("<label><input type=checkbox checked> yes</label> <input type=radio>no", "☒ yes ☐ no"),
        ("<p>Name: <input value='王小明'><input type=hidden value=s><input type=password value=p>", "Name: 王小明"),
        ("<p>For: <select><option>adult<option selected>child</select>", "For: child"),
        ("<p>For: <select><option>adult<option>child</select>", "For: adult"),
        ("<select multiple><option selected>a<option>b<option selected>c</select>", "a, c"),
    ],
)
def test_a_line_is_read_as_it_is_seen(body: str, text: str) -> None:
    assert load_one("html", f"<html><body>{body}</body></html>").text == text


@pytest.mark.parametrize(
    ("body", "text", "characters"),
    [
        ("<p>Tickets cost <del>14</del> <ins>16</ins> euros", "Tickets cost 16 euros", 2),
        ("<p>Tickets cost <s>14</s> 16 euros", "Tickets cost 16 euros", 2),
        ("<p>票價<strike>十四<b>元</b></strike>十六元", "票價十六元", 3),
        ("<p>a <span style='text-decoration: line-through red'>14</span> 16", "a 16", 2),
        ("<p>a <span style='text-decoration-line:line-through'>14 <span>x</span> y</span> 16", "a 16", 4),
    ],
)
def test_text_that_is_deleted_or_struck_out_is_counted_and_not_read(body: str, text: str, characters: int) -> None:
    document = load_one("html", body)

    assert document.text == text
    (loss,) = document.losses
    assert loss.startswith("struck-out text was left out: ")
    assert loss.endswith(f" {characters} characters")


@pytest.mark.parametrize("how", ["hidden", "style='display:none'", "style='Visibility : Hidden'"])
def test_hidden_text_is_counted_and_not_read(how: str) -> None:
    document = load_one("html", f"<p>seen</p><div {how}>412 partners <b>now</b><script>x</script></div>")

    assert document.text == "seen"
    assert document.losses == ("hidden text was left out: 1 place, 15 characters",)


def test_nothing_is_told_of_a_page_that_hides_nothing() -> None:
    page = "<html><head><style>p{}</style></head><body><p>a</p><script>let x = 1</script></body></html>"

    assert load_one("html", page).losses == ()


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("<ol><li>甲<li>乙</ol>", ["1. 甲", "2. 乙"]),
        ("<ol start=4><li>甲<li value=9>乙<li>丙</ol>", ["4. 甲", "9. 乙", "10. 丙"]),
        ("<ol reversed><li>a<li>b<li>c</ol>", ["3. a", "2. b", "1. c"]),
        ("<ol type=a start=26><li>x<li>y</ol>", ["z. x", "aa. y"]),
        ("<ol type=I><li>x<li type=i>y</ol>", ["I. x", "ii. y"]),
        ("<ol style='list-style-type: cjk-ideographic'><li>甲<li>乙</ol>", ["一、甲", "二、乙"]),
        ("<ol style='list-style: none'><li>a</ol>", ["a"]),
        ("<ol><li>a<ol type=a><li>b<li>c</ol><li>d</ol>", ["1. a", "a. b", "b. c", "2. d"]),
        ("<ol><li>a<ul><li>b</ul><li>c</ol>", ["1. a", "b", "2. c"]),
        ("<ol><li><p>first</p><p>second</p><li><h3>head</h3>text</ol>", ["1. first", "second", "2. head", "text"]),
        ("<nav><ol><li>Home</ol></nav><ol><li>a</ol>", ["Home", "1. a"]),
        ("<ol><li><table><tr><td>a<td>b</table><li>c</ol>", ["1. a | b", "2. c"]),
        ("<ol><li></li><li>b</ol>", ["2. b"]),
        ("<table><tr><td>x<td><ol><li>a<li>b</ol></table>", ["x | 1. a 2. b"]),
        ("<ol start='x'><li value=''>a</ol>", ["1. a"]),
    ],
)
def test_lists_keep_their_numbers(body: str, lines: list[str]) -> None:
    assert load_one("html", body).text.split("\n") == lines


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (
            "<table><tr><th rowspan=2>Day<th colspan=2>Hours<tr><th>from<th>to<tr><td rowspan=2>Sun<td>9<td>18"
            "<tr><td>19<td>21</table>",
            ["Day | Hours from | Hours to", "Sun | 9 | 18", "Sun | 19 | 21"],
        ),
        (
            "<table><thead><tr><td>a<td>b<tr><td>c<td>d</thead><tbody><tr><td>1<td>2</tbody></table>",
            ["a c | b d", "1 | 2"],
        ),
        ("<table><caption>表3-2</caption><tr><td colspan=2>標題<tr><td>a<td>b</table>", ["表3-2", "標題", "a | b"]),
        ("<table><tr><td rowspan=0>a<td>b<tr><td>c<tr><td>d</table>", ["a | b", "a | c", "a | d"]),
        ("<table><tr><th>a<th>b<tr><th>c<th>d</table>", ["a | b", "c | d"]),
        ("<table><tr><td colspan=x rowspan=-1>a<td>b</table>", ["a | b"]),
    ],
)
def test_merged_cells_of_a_table(body: str, lines: list[str]) -> None:
    assert load_one("html", body).text.split("\n") == lines


def test_a_deeply_nested_page_is_read_in_the_same_way() -> None:
    body = (
        "<ol start=3><li>10<sup>6</sup></li></ol><s>old</s><table><tr><td rowspan=2>a</td><td>b</td></tr><tr><td>c</td>"
        "</tr></table><p>x<span hidden>no</span><input type=checkbox checked></p>"
    )

    assert load_one("html", "<div>" * 5000 + body).text == "3. 10⁶\na | b\na | c\nx ☒"


def test_controls_that_follow_each_other_are_words_of_their_own() -> None:
    chosen = "<select><option>小<option selected>大</select>"

    document = load_one("html", f"<p>Size{chosen}<input value=KX-1><input value=7><input type=checkbox checked>yes")

    assert document.text == "Size 大 KX-1 7 ☒ yes"


@pytest.mark.parametrize("depth", [0, 5000])
@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("<p>See <img alt='Plan of the\n turnout'> below.<p>b", ["See below.", "[image] Plan of the turnout", "b"]),
        (
            "<p>甲<img alt='道岔圖'>乙<img alt='道岔圖'><h2>丙<img alt='剖面'></h2>",
            ["甲乙", "[image] 道岔圖", "丙", "[image] 剖面"],
        ),
        ("<table><tr><td>a</td><td><img alt='a red flag'></td></tr></table>", ["a | [image] a red flag"]),
        ("<p>x<img alt='IMG_01.jpg'><img alt=logo><img alt=''><img><img alt='pipe' role=presentation>", ["x"]),
        ("<p>a<svg aria-label='a warning sign'><path d='M0'/></svg>b", ["a b", "[image] a warning sign"]),
        ("<p>10<img alt='6'> Pa, 5<img alt='×'>7", ["10 [image: 6] Pa, 5 × 7"]),
        ("<p>10<img src=six.gif>6 Pa, 鋼<img src=x.gif>軌", ["10 6 Pa, 鋼軌"]),
        ("<p><img alt='•'><p>甲<img alt='→'>乙<p><img alt='•'> 丙", ["甲 → 乙", "• 丙"]),
        ("<p>x<sup><img alt='2'></sup><img alt='×' aria-hidden=true><img alt='+' role=none>", ["x[image: 2]"]),
        ("<p><s>14<img alt='×'></s>16", ["16"]),
        (
            "<p>a<svg><title>t</title><g><text>軌距 <tspan>1067</tspan></text><text>mm</text></g></svg>b",
            ["a", "軌距 1067", "mm", "b"],
        ),
        ("<svg><text>10<tspan baseline-shift='super'>6</tspan> N</text></svg>", ["10⁶ N"]),
        ("<svg><text>H<tspan dy='3' font-size='6'>2</tspan><tspan dy=-3>O</tspan></text></svg>", ["H₂ O"]),
        ("<svg><text><tspan x=0>Depot</tspan><tspan x=0 dy=9>North</tspan></text></svg>", ["Depot North"]),
        ("<svg><foreignObject><div>10<sup>6</sup> N<br>x</div></foreignObject></svg>", ["10⁶ N", "x"]),
        ("<p>a<svg><path><p>b<table><tr><td>c</td><td>d</td></tr></table>", ["a", "b", "c | d"]),
    ],
)
def test_descriptions_of_pictures_and_labels_of_drawings_are_read(depth: int, body: str, lines: list[str]) -> None:
    assert load_one("html", "<div>" * depth + body).text.split("\n") == lines


@pytest.mark.parametrize("depth", [0, 5000])
def test_what_is_shown_only_where_something_fails_is_counted(depth: int) -> None:
    body = "<p>a</p><noscript>no <b>scripts</b><style>p {}</style></noscript><template><p>later</p></template>"
    body += "<object data=x>old</object><p hidden>秘密</p><noscript><img src=pixel></noscript><p>b"

    document = load_one("html", "<div>" * depth + body)

    assert document.text == "a\nb"
    assert document.losses == ("hidden text was left out: 4 places, 19 characters",)


INNER = "<table><tr><td>in1</td><td>in2</td></tr><tr><td>3</td><td>4</td></tr></table>"


@pytest.mark.parametrize(
    ("table", "text"),
    [
        (
            f"<tr><th>Part</th><th>Load</th></tr><tr><td>甲</td><td>1</td></tr><tr><td>乙</td><td>2 {INNER}</td></tr>",
            "Part | Load\n甲 | 1\n乙 | 2 in1, in2; 3, 4",
        ),
        (f"<tr><th>Load</th><td>{INNER}</td></tr>", "Load | in1, in2; 3, 4"),
        (f"<tr><td>a</td><td>{INNER}</td></tr>", "a\nin1 | in2\n3 | 4"),
        (f"<tr><th>a</th><th>{INNER}</th></tr>", "a\nin1 | in2\n3 | 4"),
        (f"<tr><th>a</th><td><h2>b</h2>{INNER}</td></tr>", "a\nb\nin1 | in2\n3 | 4"),
        (
            f"<tr><td>z<table><tr><th>a</th><td>{INNER}</td></tr></table></td><td>y</td></tr>",
            "z\na | in1, in2; 3, 4\ny",
        ),
    ],
)
def test_a_table_with_headings_holds_data_though_a_table_stands_in_a_cell(table: str, text: str) -> None:
    assert load_one("html", f"<table>{table}</table>").text == text
