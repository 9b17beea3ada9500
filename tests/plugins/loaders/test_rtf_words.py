"""RTF word by word: fonts and their encodings, groups, styles, notes, dates, rows.

Modules: ``potluck_plugins.loaders._office.rtf.destinations``, ``potluck_plugins.loaders._office.rtf.fonts``,
``potluck_plugins.loaders._office.rtf.math``, ``potluck_plugins.loaders._office.rtf.part``,
``potluck_plugins.loaders._office.rtf.reader``, ``potluck_plugins.loaders._office.rtf.state``,
``potluck_plugins.loaders._office.rtf.styles``, ``potluck_plugins.loaders._office.rtf.tokens``.
"""

from __future__ import annotations

import pytest

from potluck.documents import Document
from potluck.errors import DocumentLimit
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.rtf.reader import read_rtf
from potluck_plugins.loaders._shared.flow import Flow
from support.loading import checked, outline


def read(body: str | bytes, header: str = "", comments: bool = False) -> Document:
    content = body if isinstance(body, bytes) else body.encode("latin-1")
    flow = Flow()
    metadata = read_rtf(
        b"{\\rtf1\\ansi" + header.encode("latin-1") + b" " + content + b"}", flow, ReadOptions(comments)
    )
    return checked(flow.document("a.rtf", metadata))


def lines(body: str | bytes, header: str = "", comments: bool = False) -> list[str]:
    return read(body, header, comments).text.split("\n")


def escaped(text: str, encoding: str) -> str:
    return "".join(f"\\'{byte:02x}" for byte in text.encode(encoding))


CHARSETS = {
    77: ("mac_roman", "é†"),
    78: ("shift_jis", "軌道"),
    79: ("johab", "궤도"),
    80: ("gb2312", "轨道"),
    81: ("big5", "軌道"),
    128: ("cp932", "軌道①"),
    129: ("cp949", "궤도"),
    130: ("johab", "궤도"),
    134: ("gb18030", "轨道"),
    136: ("cp950", "軌道"),
    161: ("cp1253", "φορτίο"),
    162: ("cp1254", "ğış"),
    163: ("cp1258", "ơư"),
    177: ("cp1255", "עומס"),
    178: ("cp1256", "حمل"),
    186: ("cp1257", "žūļ"),
    204: ("cp1251", "Балласт"),
    222: ("cp874", "ราง"),
    238: ("cp1250", "żółć"),
    254: ("cp437", "é²"),
    255: ("cp850", "éÁ"),
    0: ("cp1252", "é€"),
    1: ("cp1252", "é€"),
    99: ("cp1252", "é€"),
}


@pytest.mark.parametrize("charset", CHARSETS)
def test_the_charset_of_a_font_is_its_encoding(charset: int) -> None:
    encoding, text = CHARSETS[charset]
    fonts = rf"{{\fonttbl{{\f0\fcharset0 A;}}{{\f7\fcharset{charset} B;}}}}"

    assert lines(rf"a {{\f7 {escaped(text, encoding)}}} \'e9", fonts) == [f"a {text} é"]


@pytest.mark.parametrize(
    ("header", "body", "text"),
    [
        ("", r"\'e9", "é"),
        (r"\mac", r"\'8e", "é"),
        (r"\pc", r"\'82", "é"),
        (r"\pca", r"\'b5", "Á"),
        (r"\ansicpg1251", r"\'c1", "Б"),
        (r"\ansicpg99999", r"\'e9", "é"),
        (r"\ansicpg1251{\fonttbl{\f0\fcharset0 A;}}", r"\'e9", "é"),
        (r"\ansicpg1251{\fonttbl{\f0\fcharset1 A;}}", r"\'c1", "Б"),
        (r"\ansicpg950{\fonttbl{\f0\fcharset0 A;}}", r"\'b8\'f4", "路"),
        (r"\ansicpg950{\fonttbl{\f0\fcharset0 A;}}", r"\'80", "€"),
        (r"{\fonttbl{\f0\fcharset204\cpg1253 A;}}", r"\'e9", "ι"),
        (r"\deff3{\fonttbl{\f3\fcharset204 A;}{\f0\fcharset0 B;}}", r"\'c1\f0 \'c1\plain \'c1", "БÁБ"),
        (r"{\fonttbl{\f0\fcharset204 A;}}", r"\'c1", "Б"),
        (r"{\fonttbl{\f0\fcharset2 Unheard;}}", r"A\'e9b", "Ab"),
        (r"{\fonttbl{\f0\fcharset2 Symbol;}}", r"m\'e0", "μ◊"),
        (r"{\fonttbl{\f0 Symbol;}}", r"m", "μ"),
    ],
)
def test_bytes_are_read_as_the_file_or_the_font_says(header: str, body: str, text: str) -> None:
    assert lines(body, header) == [text]


@pytest.mark.parametrize(
    ("charset", "encoding", "wider"), [(136, "cp950", "big5hkscs"), (128, "cp932", "shift_jis_2004")]
)
def test_characters_that_only_a_wider_encoding_has_are_read(charset: int, encoding: str, wider: str) -> None:
    text = {136: "嘅喺", 128: "俱𠂉"}[charset]
    content = text.encode(wider)
    with pytest.raises(UnicodeDecodeError):
        content.decode(encoding)

    assert lines(rf"\f1 {escaped(text, wider)}", rf"{{\fonttbl{{\f1\fcharset{charset} A;}}}}") == [text]


def test_bytes_that_stand_for_no_character_are_counted_together() -> None:
    document = read(r"a\'ff\'ff{\f0 \'ff}b", r"{\fonttbl{\f0\fcharset136 A;}}")

    assert document.losses == ("text in an unknown encoding was left out: 1 place, 3 characters",)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (r"a\bin3 }}}b", ["ab"]),
        (r"a\bin0 b", ["ab"]),
        (r"a\bin-2 bc", ["abc"]),
        (r"a\bin bc", ["abc"]),
        (r"a{\pict 00{\{}\}{01}\bin2 }{}b", ["ab"]),
        (r"a{\*\unknown x{y}\}z}b", ["ab"]),
        (r"a{\*}{\unknown x}b", ["axb"]),
        (r"a{\unknown x}b", ["axb"]),
        (r"a{\pict never closed", ["a"]),
        (r"a\'zz", ["azz"]),
        ("a\\\nb\\\rc", ["a", "b", "c"]),
        ("a\r\nb", ["ab"]),
        (r"a\sect b\page c", ["a", "b", "c"]),
        ("a\tb\x01c", ["a\tbc"]),
        (r"a\tab b", ["a\tb"]),
        (r"a\ b\	c", ["ab\tc"]),
        (r"\u36947\'b9x", ["道x"]),
        (r"\uc2\u36947\'b9x\u30900??y", ["道碴y"]),
        (r"{\uc0\u36947 a}\u30900?b", ["道a碴b"]),
        (r"\uc-1\u36947 a", ["道a"]),
        (r"\u36947{?}", ["道?"]),
        (r"\u36947\b ?", ["道?"]),
        (r"\u65536?\u65601?", ["A"]),
        (r"\u-3987?", ["μ"]),
        (r"a{\footnote never closed", ["a", "[footnote] never closed"]),
        (r"a{\info{\title x\par y}}b", ["ab"]),
        (r"\lquote\rquote\ldblquote\rdblquote\endash", ["‘’“”–"]),
    ],
)
def test_groups_and_words_are_read_or_passed_over(body: str, found: list[str]) -> None:
    assert [line for line in lines(body) if line] == found


def test_groups_may_be_nested_five_thousand_deep() -> None:
    assert read("{" * 5_000 + "deep").text == "deep"
    with pytest.raises(DocumentLimit, match="5,000"):
        read("{" * 5_001 + "deep")


@pytest.mark.parametrize(
    ("sheet", "body", "sections"),
    [
        (r"{\s1\outlinelevel0 A;}", r"\s1 x", [(None, "x", 1)]),
        (r"{\s1\outlinelevel4 heading 1;}", r"\s1 x", [(None, "x", 5)]),
        (r"{\s1 heading 3;}", r"\s1 x", [(None, "x", 3)]),
        (r"{\s1 Heading2;}", r"\s1 x", [(None, "x", 2)]),
        (r"{\s1 subheading 3;}", r"\s1 x", []),
        (r"{\s1 heading 3 plus;}", r"\s1 x", []),
        (r"{\outlinelevel0 Normal;}", r"\s0 x", [(None, "x", 1)]),
        (r"{\s1\outlinelevel8 A;}", r"\s1 x", [(None, "x", 9)]),
        (r"{\s1\outlinelevel9 A;}", r"\s1 x", []),
        (r"{\s1\outlinelevel-1 A;}", r"\s1 x", []),
        (r"{\s1 A;}", r"\outlinelevel0 x", [(None, "x", 1)]),
        (r"{\s1 A;}", r"\outlinelevel8 x", [(None, "x", 9)]),
        (r"{\s1 A;}", r"\outlinelevel9 x", []),
        (r"{\s1 A;}", r"\outlinelevel0\pard x", []),
        (r"{\*\cs1\outlinelevel0 A;}", r"\s1 x", []),
    ],
)
def test_a_heading_is_told_by_its_style(sheet: str, body: str, sections: list[tuple[str | None, str, int]]) -> None:
    assert outline(read(rf"{body}\par", rf"{{\stylesheet{sheet}}}")) == sections


@pytest.mark.parametrize("name", ["標題 2", "标题2"])
def test_a_heading_may_have_a_chinese_name(name: str) -> None:
    name = "".join(rf"\u{ord(c)}?" if ord(c) > 127 else c for c in name)

    assert outline(read(r"\s1 x\par", rf"{{\stylesheet{{\s1 {name};}}}}")) == [(None, "x", 2)]


@pytest.mark.parametrize(
    ("body", "text", "losses"),
    [
        (r"10{\cs1 6}", "10⁶", 0),
        (r"10{\sub\cs1 6}", "10⁶", 0),
        (r"10{\super\cs4 6}", "10⁶", 0),
        (r"a{\cs2 b}", "a", 1),
        (r"a{\cs3 b}", "a", 1),
        (r"a{\strike\cs1 b}", "a", 1),
        (r"a{\v\cs1 b}", "a", 1),
        (r"a{\cs9 b}", "ab", 0),
        (r"{\strike b\strike0 a}", "a", 1),
        (r"{\deleted b\deleted0 a}", "a", 1),
        (r"{\v b\v0 a}", "a", 1),
        (r"{\v b\plain a}", "a", 1),
        (r"H{\sub 2\sub0 O}", "H₂O", 0),
        (r"10{\up6 6\up0 0}", "10⁶0", 0),
        (r"10{\cs4 6}", "106", 0),
    ],
)
def test_a_character_style_adds_to_the_look_of_a_run(body: str, text: str, losses: int) -> None:
    sheet = r"\strike{\stylesheet{\*\cs1\super A;}{\*\cs2\strike B;}{\*\cs3\v C;}{\*\cs4 D;}}\strike0"
    document = read(body, sheet)

    assert document.text == text
    assert len(document.losses) == losses


def row(*cells: str, edges: str, more: str = "") -> str:
    return rf"\trowd{more}{edges}" + "".join(rf"\pard\intbl {cell}\cell" for cell in cells) + r"\row "


THREE = r"\cellx1000\cellx2000\cellx3000"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (r"\intbl c\cell d\cell\row", "c | d | d"),
        (r"\trowd\trleft1000\cellx2000\cellx3000\intbl c\cell d\cell\row", " | c | d"),
        (r"\trowd\cellx1000\clmrg\cellx2000\cellx3000\intbl c\cell\cell d\cell\row", "c | c | d"),
        (r"\trowd\clvmrg\cellx1000\cellx2000\cellx3000\intbl c\cell d\cell e\cell\row", "a | d | e"),
        (r"\trowd" + THREE + r"\intbl c\cell\cell e\cell\row", "c |  | e"),
        (r"\trowd" + THREE + r"\intbl c\par x\cell d\cell e\cell\row", "c x | d | e"),
        (r"\trowd" + THREE + r"\pard\itap1 c\cell d\cell\pard e\cell\row", "c | d | e"),
    ],
)
def test_a_row_takes_the_shape_that_was_told_last(body: str, found: str) -> None:
    before = row("x", "y", "z", edges=THREE) + row("a", "b", edges=r"\cellx1000\cellx3000")

    assert lines(before + body + r"\pard after\par") == ["x | y | z", "a | b | b", found, "after"]


def test_rows_of_a_header_end_where_a_row_is_described_anew() -> None:
    table = row("a", "b", "c", edges=THREE, more=r"\trhdr") + row("d", "e", "f", edges=THREE, more=r"\trhdr")
    table += row("g", "h", "i", edges=THREE)

    assert lines(table) == ["a d | b e | c f", "g | h | i"]


@pytest.mark.parametrize(
    ("inner", "found"),
    [
        (r"\itap2 x\nestcell y\nestcell{\*\nesttableprops\trowd\cellx500\cellx900\nestrow}", "a x, y | b"),
        (r"x\nestcell y\nestcell{\*\nesttableprops\trowd\cellx500\cellx900\nestrow}", "a x, y | b"),
        (
            r"\itap2 x\nestcell y\nestcell z\nestcell{\*\nesttableprops\trowd\cellx500\cellx900\cellx1500\nestrow}"
            r"u\nestcell v\nestcell{\*\nesttableprops\trowd\cellx500\cellx1500\nestrow}",
            "a x, y, z; u, v, v | b",
        ),
        (
            r"\itap3 x\nestcell y\nestcell{\*\nesttableprops\trowd\cellx500\cellx900\nestrow}\itap2 z\nestcell\nestrow",
            "a x, y z | b",
        ),
    ],
)
def test_a_table_in_a_cell_has_rows_of_its_own(inner: str, found: str) -> None:
    edges = r"\trowd\cellx1000\cellx2000"
    body = rf"{edges}\pard\intbl a\par \pard\intbl {inner}\pard\intbl\cell\pard\intbl b\cell{edges}\row "

    assert lines(body + row("c", "d", edges=r"\cellx1000\cellx2000")) == [found, "c | d"]


def test_a_paragraph_at_no_depth_is_in_no_table() -> None:
    assert lines(r"\pard\intbl\itap0 a\par\pard\itap1 b\cell c\cell\row\pard d\par") == ["a", "b | c", "d"]


@pytest.mark.parametrize(
    ("header", "marks"),
    [
        ("", ["1", "2"]),
        (r"\ftnnar", ["1", "2"]),
        (r"\ftnnalc", ["a", "b"]),
        (r"\ftnnauc", ["A", "B"]),
        (r"\ftnnrlc", ["i", "ii"]),
        (r"\ftnnruc", ["I", "II"]),
        (r"\ftnnchi", ["1", "2"]),
        (r"\aftnnruc", ["1", "2"]),
        (r"\xxxnruc", ["1", "2"]),
    ],
)
def test_footnotes_are_counted_in_their_format(header: str, marks: list[str]) -> None:
    note = r"{\super\chftn}{\footnote{\super\chftn} %s}"
    first, second = marks

    assert lines(f"a{note % 'one'} b{note % 'two'}", header) == [
        f"a[{first}] b[{second}]",
        f"[footnote {first}] one",
        f"[footnote {second}] two",
    ]


def test_a_note_is_not_part_of_the_look_and_the_table_around_it() -> None:
    assert lines(r"a{\super{\footnote 10}6}") == ["a⁶", "[footnote] 10"]
    assert lines(r"a{\footnote }b") == ["ab"]
    table = row(r"a{\chftn}{\footnote\pard\plain x\par y}", "b", edges=r"\cellx1000\cellx2000")
    assert lines(table + r"\pard c\par") == ["a[1] | b", "c", "[footnote 1] x y"]
    assert lines(r"\outlinelevel0 a{\chftn}{\footnote x}{\chftn}{\footnote\ftnalt y}\par\pard b") == [
        "a[1][1]",
        "b",
        "[footnote 1] x",
        "[endnote 1] y",
    ]


def packed(year: int, month: int, day: int) -> int:
    number = (year - 1900) << 20 | month << 16 | day << 11
    return number - (1 << 32) if number >= 1 << 31 else number


@pytest.mark.parametrize(
    ("signed", "found"),
    [
        (rf"{{\*\atnauthor W}}{{\*\annotation{{\*\atndate {packed(2026, 3, 9)}}}x}}", " by W, 2026-03-09"),
        (r"{\*\atnauthor W}{\*\annotation x}", " by W"),
        (rf"{{\*\annotation{{\*\atndate {packed(1999, 12, 31)}}}x}}", ", 1999-12-31"),
        (r"{\*\annotation{\*\atndate -5000}x}", ""),
        (r"{\*\annotation{\*\atndate soon}x}", ""),
    ],
)
def test_a_comment_is_signed_and_the_next_one_is_not_signed_alike(signed: str, found: str) -> None:
    body = rf"a{signed}b\par c{{\*\annotation y}}"

    assert lines(body, comments=True) == ["ab", f"[comment{found}] x", "c", "[comment] y"]
    assert read(body + r"{\*\annotation  }").losses == ("the text of comments was left out: 2 places, 2 characters",)


@pytest.mark.parametrize(
    ("information", "metadata"),
    [
        (r"{\creatim\yr2026\mo3\dy9}", {"created": "2026-03-09"}),
        (r"{\creatim\yr2026}", {"created": "2026-01-01"}),
        (r"{\creatim\yr2026\mo5}", {"created": "2026-05-01"}),
        (r"{\creatim\yr2026\dy5}", {"created": "2026-01-05"}),
        (r"{\creatim\mo3\dy9}", {}),
        (r"{\creatim\yr2026\mo13}", {}),
        (r"{\creatim\yr2026\mo5\dy6}{\revtim\yr2027}", {"created": "2026-05-06", "modified": "2027-01-01"}),
        (r"{\title }{\author W}{\subject S}{\company C}", {"author": "W", "subject": "S"}),
    ],
)
def test_information_tells_what_it_tells(information: str, metadata: dict[str, str]) -> None:
    assert read(rf"{{\info{information}}}x").metadata == metadata


@pytest.mark.parametrize("which", ["", "l", "r", "f"])
def test_headers_and_footers_of_every_page_are_told_once(which: str) -> None:
    body = rf"{{\header{which} H\par}}{{\footer{which} F{{\field{{\*\fldinst PAGE}}{{\fldrslt 7}}}}\par}}"

    assert lines(f"a{body}{body} b") == ["a b", "[header] H", "[footer] F"]


@pytest.mark.parametrize(
    ("label", "found"),
    [(r"1.\tab", "1. x"), (r"\'b7\tab", "• x"), (r"\tab", "x"), ("", "x"), ("(a)", "(a) x"), (r"\super 1)", "1) x")],
)
def test_a_paragraph_has_the_label_before_it_and_the_next_has_none(label: str, found: str) -> None:
    assert lines(rf"{{\listtext {label}}}x\par y") == [found, "y"]
    assert lines(rf"\super{{\listtext\plain {label}}}\plain x\par y") == [found, "y"]


def field(instruction: str, result: str) -> str:
    return rf"{{\field{{\*\fldinst {{{instruction}}}}}{{\fldrslt {{{result}}}}}}}"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (field("PAGE", "7") + "x", "x"),
        (field("NUMPAGES", "7") + "x", "x"),
        (field("REF a", "7") + "x", "7x"),
        (r"{\*\fldinst EQ \\f(1,2)}x", "1/2x"),
        (r"bolt 2" + field(r"EQ \\f(1,2)", "") + "5", "bolt 2 1/2 5"),
        (r"20" + field(r"FORM {\*\formfield{\fftype2{\*\ffl 26}}}", ""), "2026"),
        (r"{\fldrslt 7}x", "7x"),
        (r"{\*\ffl one}x", "x"),
        (r"\fftype1\ffres1 x", "x"),
        (r"e{\super " + field(r"EQ \\f(1,2)", "") + "}", "e^(1/2)"),
        (field(r"FORM {\*\formfield{\fftype2\ffres25\ffdefres1{\*\ffl one}{\*\ffl two}}}", ""), "two"),
        (field(r"FORM {\*\formfield{\fftype2{\*\ffl one}{\*\ffl two}}}", ""), "one"),
        (field(r"FORM {\*\formfield{\fftype1\ffdefres1{\*\ffname x}}}", "") + "x", "☒ x"),
    ],
)
def test_a_field_shows_its_result_its_instruction_or_its_form(body: str, found: str) -> None:
    assert lines(body) == [found]


@pytest.mark.parametrize(
    ("inner", "found"),
    [
        (r"{\mr a}", "a"),
        (r"{\f0 {\mr a}}", "a"),
        (r"{\mr\f0 a}", "a"),
        (r"{\msSub{\me{\mr a}}{\msub{\mr 1}}}", "a₁"),
        (r"{\md{\mdPr{\mbegChr [}{\mendChr ]}}{\me{\mr a}}}", "[a]"),
        (r"{\mrad{\mradPr{\mdegHide on}}{\mdeg}{\me{\mr 2}}}", "√2"),
        (r"{\mf{\mnum a}{\mden 2}}", "a/2"),
        (r"{\mr a}{\mr  }{\mr b}", "ab"),
    ],
)
def test_an_equation_is_told_by_its_groups(inner: str, found: str) -> None:
    assert lines(rf"{{\mmath{{\*\moMath {inner}}}}}") == [found]


@pytest.mark.parametrize("anchor", ["a{%s}b", r"\intbl a{%s}b"])
def test_a_text_box_stands_behind_the_paragraph_that_holds_it(anchor: str) -> None:
    shape = r"\shp{\*\shpinst\shpleft1 {\sp{\sn x}{\sv 1}}{\shptxt x{\super 6}\par y\par}}{\shprslt z}"

    assert lines(anchor % shape + r"\par\pard c") == (["ab", "x⁶", "y", "c"])
