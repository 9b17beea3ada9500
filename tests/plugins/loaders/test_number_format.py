"""Numbers as a spreadsheet shows them. The wanted texts are what Excel shows for these values and formats.

Tests of ``potluck_plugins.loaders._office.number_format`` and ``potluck_plugins.loaders._office.date_format``.

Modules: ``potluck_plugins.loaders._office.han_numbers``, ``potluck_plugins.loaders._office.sheet``,
``potluck_plugins.loaders._office.sheet_notes``,
``potluck_plugins.loaders._office.workbook``, ``potluck_plugins.loaders._office.xls``,
``potluck_plugins.loaders._office.xlsx``.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck_plugins.loaders._office.number_format import general, show_number, show_text

MARCH_15 = 46096
"""15 March 2026, a Sunday."""


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("0.0%", 0.075, "7.5%"),
        ("0%", 1, "100%"),
        ("0000", 7, "0007"),
        ("000-000", 12345, "012-345"),
        ("(###) ###-####", 5551234567, "(555) 123-4567"),
        ("#,##0", 1234567, "1,234,567"),
        ("#,##0", 12, "12"),
        ("0,000", 12, "0,012"),
        ("#", 0, ""),
        ("0.###", 1.5, "1.5"),
        ("0.##", 2, "2."),
        ("?.??", 1.5, "1.5"),
        (".0", 12.3, "12.3"),
        (".00", 0.25, ".25"),
        (".00", -0.25, "-.25"),
        ('"NT$".00', 1234.5, "NT$1234.50"),
        (",.0", 1234, "1.2"),
        (".0%", 0.123, "12.3%"),
        ("0.0", 0.25, "0.3"),
        ("0.00", -0.005, "-0.01"),
        ("0", -1.4, "-1"),
        ('0.0,,"M"', 12345678, "12.3M"),
        ("#,##0,", 1234567, "1,235"),
        ('"NT$"#,##0.00', 1234.5, "NT$1,234.50"),
        ("[$NT$-404]#,##0.00", 1234.5, "NT$1,234.50"),
        ("[$€-407] #,##0.00", 9.5, "€ 9.50"),
        ("#,##0_);(#,##0)", -1500, "(1,500)"),
        ("$#,##0.00;($#,##0.00)", -3, "($3.00)"),
        ("#,##0.0;[Red]-#,##0.0", -1234.56, "-1,234.6"),
        ("[Red]-0.0;0", -3.14, "3"),
        ('_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-', 0, "-"),
        ("0;;", 0, ""),
        ("0;-0;;@", 0, ""),
        ('[>=100]"big";0', 150, "big"),
        ("[<0]0.0;0", -2, "2.0"),
        ("[>5]0.0;0", -2, "-2"),
        ('[>=100]"big";0', 99, "99"),
        ("[<=9999999]###-####;(###) ###-####", 5551234, "555-1234"),
        ('[<0]"below";[=0]"none";0.0', 0, "none"),
        ('[<0]"below";[=0]"none";0.0', 2, "2.0"),
        ('[<>1]0.0;"one"', 1, "one"),
        ("0.00E+00", 0.0004, "4.00E-04"),
        ("0.0E-0", 9.96e7, "1.0E8"),
        ("##0.0E+0", 12345, "12.3E+3"),
        ("0.00E+00", 0, "0.00E+00"),
        ("# ?/?", 1.5, "1 1/2"),
        ("# ?/?", 2, "2"),
        ("# ??/16", 0.3125, "5/16"),
        ("# ?/?", 0.99, "1"),
        ("?/?", 1.5, "3/2"),
        ("?/?", 1, "1/1"),
        ("# ??/100", 0.07, "7/100"),
        ('0.00" kN"', 25, "25.00 kN"),
        ('"第"0"號"', 5, "第5號"),
        ("0\\x0", 12, "1x2"),
        ('General" kg"', 2.5, "2.5 kg"),
        ("General", 0.1 + 0.2, "0.3"),
        ("General", 1234567.891, "1234567.891"),
        ("General", 123456789012, "123456789012"),
        ("General", 1e21, "1E+21"),
        ("", 5, "5"),
        ("G/通用格式", 5, "5"),
        ("General", 1 / 3, "0.3333333333"),
        ("General", 0.00001234, "1.234E-05"),
        ("General", 999_999_999_999_999, "999999999999999"),
        ("General", 1e15, "1E+15"),
        ("General", -999_999_999_999_999, "-999999999999999"),
        ("General", -1e15, "-1E+15"),
        ("General;General", -5, "5"),
        (";;;", 5, ""),
        ("#,##0", 1234567890123, "1,234,567,890,123"),
        ("0,000,000", 12, "0,000,012"),
        ("#,###", 0, ""),
        ("#,##0,,", 1234567890, "1,235"),
        ("#,##0.00,", 1234567, "1,234.57"),
        ("0,.0", 12345, "12.3"),
        ("0,,.00", 12345678, "12.35"),
        ("0-00-00", 1234567, "123-45-67"),
        ("00-00", 5, "00-05"),
        ("# ##0", 1234567, "1234 567"),
        ("#-#", 5, "-5"),
        ("?0", 5, "5"),
        ("0?", 5, "05"),
        ("0.#0", 1.5, "1.50"),
        ("0.0#", 1.25, "1.25"),
        ("0.0#", 1.5, "1.5"),
        ("0.0?#", 1.5, "1.5"),
        ('0.0"m"#', 1.25, "1.2m5"),
        ("0.0,0", 1.25, "1.25"),
        ("#.##", 0.5, ".5"),
        ("0%%", 0.075, "750%%"),
        ("%0", 0.5, "%50"),
        ("0 %", 0.5, "50 %"),
        ("0/", 5, "5/"),
        ("/0", 5, "/5"),
        ("0/unit", 5, "5/unit"),
        ("0E+0", 12345, "1E+4"),
        ("00E+0", 12345, "01E+4"),
        ("##0.0E+0", 999.96, "1.0E+3"),
        ("##0.0E+0", 0.00012, "120.0E-6"),
        ("##0.0E+0", 99.96, "100.0E+0"),
        ("0.0E+0", 9.96, "1.0E+1"),
        ("0.0E+0", 9.94, "9.9E+0"),
        ("0.0E+0", 9.95, "1.0E+1"),
        ("0.00E-00", 0.0123, "1.23E-02"),
        ("0.0E+000", 123, "1.2E+002"),
        ("0.0E+0", -123, "-1.2E+2"),
        ('0.0E+0"m"', 123, "1.2E+2m"),
        ("0.0E+0%", 1, "1.0E+2%"),
        ("# ??/??", math.pi, "3 14/99"),
        ("# ???/???", math.pi, "3 16/113"),
        ("# ????/????", math.e, "2 6856/9545"),
        ("# ?????/?????", math.e, "2 6856/9545"),
        ("# ?/?", 0, "0"),
        ("?/?", 0, "0/1"),
        ("# ?/?", -1.5, "-1 1/2"),
        ("# ?/2", 0.99, "1"),
        ("?/2", 0.99, "2/2"),
        ("# ?/10", 2.31, "2 3/10"),
        ("# ?/20", 0.05, "1/20"),
        ("0/0", 2.5, "5/2"),
        ("0.0;(0)", 0, "0.0"),
        ('0;(0);"zero"', 0, "zero"),
        ('0;(0);"zero"', 5, "5"),
        ('0;(0);"zero"', -5, "(5)"),
        ('0;(0);"zero";@', 0, "zero"),
        ("[<=0]0.0;0", -2, "2.0"),
        ("[<=0]0.0;0", 0, "0.0"),
        ("[<5]0.0;0", 2, "2.0"),
        ("[<5]0.0;0", 5, "5"),
        ("[>5]0.0;0", 5, "5"),
        ("[>=5]0.0;0", 5, "5.0"),
        ("[=5]0.0;0", 4, "4"),
        ("[<>5]0.0;0", 4, "4.0"),
        ("[>-5]0.0;0", -2, "-2.0"),
        ("[<-1.5]0.0;0.00", -1.5, "-1.50"),
        ('[>5]"big";[<0]"below"', 3, "3"),
        ("[>5]0.0;[>9]0.00", 3, "3.00"),
        ("[$USD] 0", 5, "USD 5"),
        ("[$-404] 0", 5, "5"),
        ("[Red]0", 5, "5"),
        ("0_)x", 5, "5x"),
        ("*-0", 5, "5"),
        ("0!x", 5, "5x"),
        ("0" + "x" * 600, 5, "5" + "x" * 511),
        ("@", 5, "5"),
        ('"No. "@', 5, "No. 5"),
        ("#,##0.00;@", -1234.5, "-1,234.50"),
        ("0_ ;@", -5, "-5"),
        ("0.0%;@", -0.05, "-5.0%"),
        ('0;"甲"@', -5, "-5"),
        ("0;-0;@", -5, "-5"),
        ("0.0;-0.0;@", 0, "0.0"),
        ("0;0.0;0.00;@", 0, "0.00"),
        ('[<0]"below";"甲"', 5, "甲"),
        ("[>5]yyyy;@", 2, "1900"),
        ('[<0]0;[<1]0.0;[<2]0.00;"甲"', 5, "5.00"),
        ("General;@", -5, "-5"),
        ("@;@", -5, "-5"),
        ('[<0]"below";@', 5, "5"),
        ("[<5]0.0;[>9]0.00;@", 7, "7.00"),
        ("[$-en-US]#,##0.00", 1234.5, "1,234.50"),
        ("[$NT$-zh-TW]#,##0.00", 1234.5, "NT$1,234.50"),
        ("[$€-x-euro2] #,##0.00", 5, "€ 5.00"),
        ("[$-]0", 5, "5"),
        ("[Red]", -5, "-5"),
        ('""', 5, ""),
        ("0;", -5, ""),
    ],
)
def test_a_number_is_shown_in_its_format(code: str, value: float, shown: str) -> None:
    assert show_number(value, code) == shown


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("yyyy-mm-dd", MARCH_15, "2026-03-15"),
        ("m/d/yy", MARCH_15, "3/15/26"),
        ("d-mmm-yy", MARCH_15, "15-Mar-26"),
        ("mmmm d, yyyy", MARCH_15, "March 15, 2026"),
        ("mmmmm", MARCH_15, "M"),
        ("dddd", MARCH_15, "Sunday"),
        ("ddd", MARCH_15 + 1, "Mon"),
        ('yyyy"年"m"月"d"日"', MARCH_15, "2026年3月15日"),
        ("[$-404]e/m/d", MARCH_15, "115/3/15"),
        ('[$-404]ggge"年"m"月"d"日"', MARCH_15, "中華民國115年3月15日"),
        ("[$-404]aaaa", MARCH_15, "星期日"),
        ("[$-404]dddd[$USD]ddd[$-en-US]", MARCH_15, "星期日USD週日"),
        ("[$-x-sysdate]dddd, mmmm dd, yyyy", MARCH_15, "Sunday, March 15, 2026"),
        ("[$-404]aaa", MARCH_15, "週日"),
        ("[$-804]aaa", MARCH_15, "周日"),
        ("[$-804]mmmm", MARCH_15, "3月"),
        ("[$-404]上午/下午h:mm", 0.55, "下午1:12"),
        ("[$-404]h:mm AM/PM", 0.25, "6:00 上午"),
        ('[$-411]ggge"年"', MARCH_15, "令和8年"),
        ("[$-411]ge", 43585, "H31"),
        ("bbbb", MARCH_15, "2569"),
        ("h:mm AM/PM", 0.55, "1:12 PM"),
        ("h:mm a/p", 0, "12:00 a"),
        ("hh:mm:ss", 0.5, "12:00:00"),
        ("yyyy/m/d h:mm", MARCH_15 + 0.5, "2026/3/15 12:00"),
        ("mm:ss", 0.01, "14:24"),
        ("m", MARCH_15, "3"),
        ("h:mm:ss", 0.999999, "0:00:00"),
        ("ss.00", 0.0000115740740, "01.00"),
        ("[h]:mm", 1 + 2.5 / 24, "26:30"),
        ("[h]:mm:ss", -0.5, "-12:00:00"),
        ("[mm]:ss.0", 0.01, "14:24.0"),
        ("[s]", 0.01, "864"),
        ("[hh]", 0.05, "01"),
        ("yyyy-mm-dd", 59, "1900-02-28"),
        ("yyyy-mm-dd h:mm", 60.5, "1900-02-29 12:00"),
        ("yyyy-mm-dd", 61, "1900-03-01"),
        ("yyyy-mm-dd", -1, "-1"),
        ("yyyy-mm-dd", 1e9, "1000000000"),
    ],
)
def test_a_serial_number_of_days_is_shown_as_a_date_or_a_duration(code: str, value: float, shown: str) -> None:
    assert show_number(value, code) == shown


def test_days_may_be_counted_from_1904() -> None:
    assert show_number(MARCH_15 - 1462, "yyyy-mm-dd", epoch_1904=True) == "2026-03-15"


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("[DBNum1][$-404]General", 123, "一百二十三"),
        ("[dbnum1][$-404]General", 12, "一十二"),
        ("[DBNum1][$-404]", 10203, "一萬〇二百〇三"),
        ("[DBNum1]General", 203000, "二十萬三千"),
        ("[DBNum1][$-804]General", 100010000, "一亿〇一万"),
        ("[DBNum1]General", 100000001, "一億〇一"),
        ("[DBNum1]General", 10_0000_0000_0000, "一十兆"),
        ("[DBNum1]General", 0, "〇"),
        ("[DBNum1]General", 0.5, "〇.五"),
        ("[DBNum1]General", 1e21, "1E+21"),
        ("[DBNum1]General", 0.00001234, "1.234E-05"),
        ("[DBNum1]0", 123, "一二三"),
        ("[DBNum1]0.0", 20.5, "二〇.五"),
        ('[DBNum1]0"m2"', 25, "25m2"),
        ('[DBNum2][$-404]"新臺幣"General"元整"', 12345678, "新臺幣壹仟貳佰參拾肆萬伍仟陸佰柒拾捌元整"),
        ("[DBNum2][$-zh-CN]General", -10010, "-壹万零壹拾"),
        ("[DBNum2][$-404]General", 123.45, "壹佰貳拾參.肆伍"),
        ("[DBNum2][$-804]0", 123, "壹贰叁"),
        ("[DBNum2][$-411]General", 123, "123"),
        ("[DBNum2][$-411]0", 123, "123"),
        ("[DBNum3]General", 123, "123"),
        ("[DBNum1]0;General", -5, "5"),
        ('[DBNum1][$-404]e"年"m"月"d"日"', MARCH_15, "一一五年三月十五日"),
        ('[DBNum1][$-804]yyyy"年"mm"月"d"日"', MARCH_15 + 15, "二〇二六年〇三月三十日"),
        ('[DBNum1][$-404]h"時"mm"分"ss.0', 0.55, "十三時十二分〇〇.0"),
        ('[DBNum2][$-404]m"月"d"日"', MARCH_15, "參月壹拾伍日"),
        ("[DBNum1][$-404]aaaa mmmm", MARCH_15, "星期日 三月"),
        ("[DBNum1][$-411]m", MARCH_15, "3"),
        ('[DBNum1]m"月"d"日"', 46023, "一月一日"),
    ],
)
def test_numbers_may_be_shown_in_chinese_characters(code: str, value: float, shown: str) -> None:
    assert show_number(value, code) == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("@", "甲"),
        ("0", "甲"),
        ('0;0;0;"<"@">"', "<甲>"),
        ('"No. "@', "No. 甲"),
        (";;;", ""),
        ("0;0", "甲"),
        ('0;0;0;"x"', "x"),
        ('0;"No. "@', "No. 甲"),
        ('0;0;0;@;"y"', "甲"),
    ],
)
def test_a_text_is_shown_in_the_section_for_texts(code: str, shown: str) -> None:
    assert show_text("甲", code) == shown


@given(st.integers(-(10**14), 10**14))
def test_an_integer_without_a_format_keeps_all_its_digits(value: int) -> None:
    assert general(float(value)) == str(value)


@given(st.text(alphabet='0#?.,%;E+-/"\\[]_*@ymdhsGeneral $NT<>=10', max_size=30), st.floats(allow_nan=False))
def test_no_format_and_no_number_is_an_error_of_another_kind(code: str, value: float) -> None:
    if math.isfinite(value):
        assert isinstance(show_number(value, code), str)


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_fixed_decimals_are_those_of_the_decimal_number(value: float, decimals: int) -> None:
    from decimal import ROUND_HALF_UP, Decimal

    code = "0" + ("." + "0" * decimals if decimals else "")
    wanted = Decimal(repr(value)).copy_abs().quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert show_number(value, code).lstrip("-") == f"{wanted:f}"
