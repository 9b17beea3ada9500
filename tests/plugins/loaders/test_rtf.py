"""RTF: characters in every encoding, what is shown and what is not, tables, notes, fields.

Modules: ``potluck_plugins.loaders._office.eq_field``, ``potluck_plugins.loaders._office.fields``,
``potluck_plugins.loaders._office.numbering``, ``potluck_plugins.loaders._office.rtf.destinations``,
``potluck_plugins.loaders._office.rtf.fonts``, ``potluck_plugins.loaders._office.rtf.math``,
``potluck_plugins.loaders._office.rtf.part``, ``potluck_plugins.loaders._office.rtf.reader``,
``potluck_plugins.loaders._office.rtf.state``, ``potluck_plugins.loaders._office.rtf.styles``,
``potluck_plugins.loaders._office.rtf.tokens``, ``potluck_plugins.loaders._shared.check_boxes``,
``potluck_plugins.loaders._shared.symbols``.
"""

from __future__ import annotations

import time

import pytest

from potluck.documents import Document
from potluck.errors import DocumentLimit
from support.loading import load_one, outline


def read(body: str | bytes, header: str = "", **settings: bool) -> Document:
    content = body if isinstance(body, bytes) else body.encode("latin-1")
    return load_one("office", b"{\\rtf1\\ansi" + header.encode("latin-1") + b" " + content + b"}", **settings)


def lines(body: str | bytes, header: str = "", **settings: bool) -> list[str]:
    return read(body, header, **settings).text.split("\n")


def escaped(text: str, encoding: str) -> str:
    """Every byte as ``\\'xx``."""
    return "".join(f"\\'{byte:02x}" for byte in text.encode(encoding))


ENCODED = {
    "cp950": ("道碴軌道功許蓋", 136, 950),
    "gb18030": ("道砟轨道施工规范", 134, 936),
    "cp932": ("レール表ソ能", 128, 932),
    "cp949": ("궤도 자갈", 129, 949),
    "cp1251": ("Балласт", 204, 1251),
    "cp1253": ("φορτίο", 161, 1253),
    "cp1250": ("Kolejnictwo żółć", 238, 1250),
}


@pytest.mark.parametrize("encoding", ENCODED)
def test_bytes_are_read_in_the_code_page_of_the_file(encoding: str) -> None:
    text, _, page = ENCODED[encoding]

    assert lines(escaped(text, encoding), f"\\ansicpg{page}") == [text]


@pytest.mark.parametrize("encoding", ENCODED)
def test_bytes_are_read_in_the_code_page_of_their_font(encoding: str) -> None:
    text, charset, page = ENCODED[encoding]
    fonts = "\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fcharset0 Times;}{\\f1\\fcharset%d Song;}{\\f2\\cpg%d X;}}"

    body = f"caf\\'e9 {{\\f1 {escaped(text, encoding)}}} {{\\f2 {escaped(text, encoding)}}}"
    assert lines(body, fonts % (charset, page)) == [f"café {text} {text}"]


def test_bytes_that_are_not_escaped_and_second_bytes_that_are_letters_are_read() -> None:
    text = "功蓋許成功"  # their second bytes are \, \, \, a letter and \

    assert lines(text.encode("cp950").replace(b"\\", b"\\\\"), "\\ansicpg950") == [text]
    mixed = "".join(
        f"\\'{byte:02x}" if byte > 0x7F else chr(byte).replace("\\", "\\\\") for byte in "成功A".encode("cp950")
    )
    assert lines(mixed, "\\ansicpg950") == ["成功A"]


def test_a_chinese_file_may_leave_the_charset_of_its_fonts_at_zero() -> None:
    fonts = "\\ansicpg950{\\fonttbl{\\f0\\fcharset0 Ming;}}\\f0"

    assert lines(escaped("道碴", "cp950"), fonts) == ["道碴"]


def test_bytes_that_stand_for_no_character_are_counted() -> None:
    fonts = "{\\fonttbl{\\f0\\fcharset136 Ming;}}\\f0"
    document = read("\\'ff\\'ff x", fonts)

    assert document.text.endswith(" x")
    assert document.losses == ("text in an unknown encoding was left out: 1 place, 2 characters",)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"\u36947?\u30900?", "道碴"),
        (r"\u-28589?x", "道x"),
        (r"\uc2\u36947\'b9\'44x", "道x"),
        (r"\uc0\u36947 x", "道x"),
        (r"{\uc3\u36947 abc}\u30900 d\u36947 ?", "道碴道"),
        (r"\u-10179?\u-9138?", "👎"),
        (r"\u55360?\u56320?x", "𠀀x"),
        (r"{\b\u55360?}{\i\u56320?}", "𠀀"),
        (r"\u55360?x", "\ufffdx"),
        (r"\u56320?x", "\ufffdx"),
        (r"{\upr{a?}{\*\ud{\u36947?}}}x", "道x"),
    ],
)
def test_unicode_is_read_and_what_stands_in_for_it_is_not(body: str, text: str) -> None:
    assert lines(body) == [text]


def test_signs_and_breaks_are_those_that_are_shown() -> None:
    body = r"\{a\\\}\tab b\line c\~d\_e\emdash\lquote f\rquote\par g\-h\bullet"

    assert lines(body) == ["{a\\}\tb", "c\xa0d-e—‘f’", "gh•"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"10{\super 6} N", "10⁶ N"),
        (r"10\super 6\nosupersub  N", "10⁶ N"),
        (r"10\super 6\super0  N", "10⁶ N"),
        (r"10\up6 6\up0  N", "10⁶ N"),
        (r"H\dn4 2\dn0 O", "H₂O"),
        (r"H{\sub 2}O", "H₂O"),
        (r"10\super 6\plain  N", "10⁶ N"),
        (r"10{\super\b 1}{\super 2}", "10¹²"),
    ],
)
def test_raised_and_lowered_characters_are_told(body: str, text: str) -> None:
    assert lines(body) == [text]


def test_a_character_style_raises_strikes_and_hides() -> None:
    sheet = r"{\stylesheet{\s0 Normal;}{\*\cs10\super\additive Up;}{\*\cs11\strike Gone;}{\*\cs12\v Secret;}}"
    document = read(r"10{\cs10 6} {\cs11 old }{\cs12 hidden }end", sheet)

    assert document.text == "10⁶ end"
    assert len(document.losses) == 2


@pytest.mark.parametrize("word", ["strike", "striked1", "deleted", "v"])
def test_what_is_not_shown_is_left_out_until_it_is_turned_off(word: str) -> None:
    what = {"v": "hidden text", "deleted": "deleted text"}.get(word, "struck-out text")
    document = read(rf"a \{word} 道{{\b b}}\{word.rstrip('1')}0 c".replace("道", r"\u36947?"))

    assert document.text == "a c"
    assert document.losses == (f"{what} was left out: 1 place, 2 characters",)


def test_hidden_text_is_read_on_request() -> None:
    assert lines(r"a {\v b} c", hidden=True) == ["a b c"]


def test_headings_are_told_by_outline_level_style_and_name() -> None:
    sheet = r"{\stylesheet{\s1\outlinelevel0 Titel;}{\s2\b heading 2;}{\s3 Text;}}"
    body = r"\pard\s1 a\par\pard\s2 b\par\pard\s3 c\par\pard\outlinelevel2 d\par\pard\outlinelevel9 e\par"

    assert outline(read(body, sheet)) == [(None, "a", 1), (None, "b", 2), (None, "d", 3)]


def test_numbers_and_bullets_of_lists_come_as_they_were_shown() -> None:
    symbols = r"{\fonttbl{\f0 Times;}{\f3\fcharset2 Symbol;}}"
    body = r"\pard{\listtext\pard\plain 1.4.4\tab}\outlinelevel2 \u37628?\par\pard{\pntext\f3\'b7\tab}x\par"
    body += r"\pard{\listtext\tab}y\par{\listtext 2.\tab}\par z\par"

    document = read(body, symbols)
    assert document.text.split("\n") == ["1.4.4 鋼", "• x", "y", "z"]
    assert outline(document) == [("1.4.4", "鋼", 3)]


def row(*cells: str, edges: tuple[str, ...], more: str = "") -> str:
    shape = "".join(edges)
    return rf"\trowd{more} {shape}" + "".join(rf"\pard\intbl {cell}\cell" for cell in cells) + r"\row "


def test_cells_that_are_merged_by_their_edges_or_by_words_are_repeated() -> None:
    wide = row("a", "b", edges=(r"\cellx1000", r"\cellx3000"))
    three = (r"\cellx1000", r"\cellx2010", r"\cellx3000")
    merged = row("c", "d", "", edges=(r"\cellx1000", r"\clmgf\cellx2000", r"\clmrg\cellx3000"))
    high = row("e", "f", "g", edges=(r"\clvmgf\cellx1000", *three[1:]))
    high += row("", "h", "i", edges=(r"\clvmrg\cellx990", *three[1:]))

    assert lines(wide + merged + high + r"\pard after\par") == [
        "a | b | b",
        "c | d | d",
        "e | f | g",
        "e | h | i",
        "after",
    ]


def test_rows_of_a_header_are_joined_and_cells_may_begin_further_right() -> None:
    edges = (r"\cellx1000", r"\cellx2000")
    table = row("a", "b", edges=edges, more=r"\trhdr") + row("c", "d", edges=edges, more=r"\trhdr")
    table += row("1", "2", edges=edges) + row("3", edges=(r"\cellx2000",), more=r"\trleft1000")

    assert lines(table) == ["a c | b d", "1 | 2", " | 3"]


def test_a_table_in_a_cell_stands_in_that_cell() -> None:
    inner = (
        r"\pard\intbl\itap2 x\nestcell y\nestcell{\*\nesttableprops\trowd\cellx500\cellx900\nestrow}{\nonesttables\par}"
    )
    edges = r"\trowd\cellx1000\cellx2000"

    assert lines(
        rf"{edges}\pard\intbl a\par {inner}\pard\intbl\cell\pard\intbl b\cell{edges}\row"
        + row("c", "d", edges=(r"\cellx1000", r"\cellx2000"))
    ) == ["a x, y | b", "c | d"]


def test_rows_without_a_shape_or_an_end_are_read_all_the_same() -> None:
    assert lines(r"\intbl a\cell b\cell\row\intbl c\cell d\cell") == ["a | b", "c | d"]


def test_notes_are_counted_and_told_behind_the_text() -> None:
    note = r"{\super\chftn}{\footnote\pard\plain{\super\chftn} per %s}"
    end = r"{\super\chftn}{\*\footnote\ftnalt{\super\chftn} end}"
    body = f"25{note % 'sleeper'} kN, 30{note % 'm'} kN{end}{end}" + r"{\super *}{\footnote own mark}"

    assert lines(body, r"\aftnnrlc") == [
        "25[1] kN, 30[2] kN[i][ii]*",
        "[footnote 1] per sleeper",
        "[footnote 2] per m",
        "[endnote i] end",
        "[endnote ii] end",
        "[footnote] own mark",
    ]


def test_comments_are_counted_or_read_with_their_author_and_day() -> None:
    day = (126 << 20) | (3 << 16) | (9 << 11)
    body = rf"a{{\*\atnid W}}{{\*\atnauthor Wang}}\chatn{{\*\annotation{{\*\atndate {day}}}\chatn note}} b\par c"

    assert read(body).losses == ("the text of comments was left out: 1 place, 4 characters",)
    assert lines(body, comments=True) == ["a b", "[comment by Wang, 2026-03-09] note", "c"]


def field(instruction: str, result: str = "") -> str:
    return rf"{{\field{{\*\fldinst {{{instruction}}}}}{{\fldrslt {{{result}}}}}}}"


def test_fields_show_their_results_or_what_their_instruction_says() -> None:
    nested = rf"{{\field{{\*\fldinst REF {field('SEQ x', '9')}}}{{\fldrslt clause 1.4.4}}}}"
    symbol = field(r'SYMBOL 109 \\f "Symbol"')
    fraction, ruby = field(r"EQ \\f(1,2)"), field(r"EQ \\* jc2 \\o\\ad(\\s\\up 9(kou),base)")

    assert lines(rf"{nested} 5 {symbol}m {fraction} {ruby} p.{field('PAGE', '7')}") == [
        "clause 1.4.4 5 μm 1/2 base(kou) p."
    ]


def form(kind: int, more: str) -> str:
    inner = rf"{{\*\formfield{{\fftype{kind}{more}{{\*\ffname c}}}}}}"
    return rf"{{\field{{\*\fldinst {{ FORM {inner}}}}}{{\fldrslt }}}}"


def test_forms_show_their_state() -> None:
    boxes = form(1, r"\ffres1") + "a " + form(1, r"\ffres25\ffdefres1") + "b " + form(1, r"\ffres0\ffdefres1") + "c "
    drop = form(2, r"\ffres1{\*\ffl one}{\*\ffl two}")

    assert lines(boxes + drop) == ["☒ a ☒ b ☐ c two"]


def test_a_symbol_font_shows_symbols() -> None:
    fonts = r"{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset2 Symbol;}{\f2\fcharset2 Wingdings;}}\f0"

    assert lines(r"5 {\f1 m}m {\f1\'b1}2 {\f1\u-3917?}3 {\f2\'fe}yes", fonts) == ["5 μm ±2 ≥3 ☒yes"]


def test_an_equation_is_one_line() -> None:
    fraction = r"{\mf{\mnum{\mr\mscr0 a}}{\mden{\mr 2}}}"
    power = r"{\msSup{\me{\mr b}}{\msup{\mr 3}}}"
    total = r"{\mnary{\mnaryPr{\mchr \u8721?}}{\msub{\mr i=1}}{\msup{\mr n}}{\me{\mr i}}}"

    assert lines(rf"so {{\mmath{{\*\moMath {fraction}{{\mr +}}{power}}}{{\mmathPict{{\pict 00}}}}}}.") == ["so a/2+b³."]
    assert lines(rf"{{\mmath{{\*\moMath {total}}}}}") == ["∑_(i=1)ⁿ i"]


def test_a_number_before_a_fraction_stands_apart_from_it() -> None:
    half = r"{\mmath{\*\moMath {\mf{\mnum{\mr 1}}{\mden{\mr 2}}}}}"

    assert lines(rf"bolt 2{half} in, {half}5, e{{\super {half}}}") == ["bolt 2 1/2 in, 1/2 5, e^(1/2)"]


def test_text_boxes_come_once_behind_their_paragraph() -> None:
    box = r"{\shp{\*\shpinst\shpleft1{\sp{\sn a}{\sv 202}}{\shptxt\pard in 10{\super 6}\par}}"
    box += r"{\shprslt{\*\do{\dptxbxtext\pard in 106\par}}}}"

    assert lines(rf"before{box}\par after") == ["before", "in 10⁶", "after"]


def test_headers_are_told_once_and_pictures_objects_and_unknown_destinations_are_passed_over() -> None:
    margins = r"{\header TRK-1\par}{\headerf TRK-1\par}{\footer Page {\chpgn} of 9\par}"
    other = r"{\pict\wmetafile8 0102}{\*\shppict{\pict ab}}{\object{\*\objdata 00}{\result{shown}}}{\*\unknown x{y}}"
    data = b"{\\pict\\bin5 }}{{\\}"

    document = read(b"a " + (margins + other).encode() + data + b" b")
    assert document.text.split("\n") == ["a shown b", "[header] TRK-1", "[footer] Page of 9"]


def test_information_about_the_document_is_metadata() -> None:
    body = r"{\info{\title \u36947?}{\author Wang}{\creatim\yr2026\mo1\dy2\hr3}{\operator X}{\keywords k}}x"

    document = read(body)
    assert document.text == "x"
    assert document.metadata == {"title": "道", "author": "Wang", "created": "2026-01-02"}


def test_groups_without_end_are_an_error_and_groups_closed_too_often_are_not() -> None:
    assert lines("a}}} b") == ["a b"]
    assert read("{" * 3_000 + "deep" + "}" * 3_000).text == "deep"
    with pytest.raises(DocumentLimit):
        read("{" * 6_000 + "deep")


def test_large_files_are_read_within_seconds() -> None:
    picture = b"{\\pict " + b"0123456789abcdef\r\n" * 400_000 + b"}"
    started = time.monotonic()

    assert lines(b"a" + picture + b"b\\par " + b"10{\\super 6} text \\par " * 20_000)[:2] == ["ab", "10⁶ text"]
    assert time.monotonic() - started < 20
