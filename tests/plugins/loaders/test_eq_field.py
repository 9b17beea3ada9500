r"""``EQ`` fields as one line: every switch of ECMA-376 part 1, 17.16.5.18, and what is odd in them."""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._office.eq_field import read_eq

FIELDS = [
    (r"EQ \f(1,2)", "1/2"),
    (r"EQ \f(a+b;2)", "(a+b)/2"),
    (r"EQ \r(x)", "√x"),
    (r"EQ \r(3,x)", "∛x"),
    (r"EQ 10\s\up8(6)", "10⁶"),
    (r"EQ H\s\do4(2)O", "H₂O"),
    (r"EQ x\s(2,i)", "x_i²"),
    (r"EQ \o\ad(\s\up 9(はちのへ),八戸)", "八戸(はちのへ)"),
    (r"EQ \o(八戸,\s\up 9(はちのへ))", "八戸(はちのへ)"),
    (r"EQ \o(a,b)", "ab"),
    (r"EQ \o(\s\do 4(1),b)", "₁b"),
    (r"EQ \o(\s\up 4(1),b,c)", "¹bc"),
    (r"EQ \i\su(i=1,n,x)", "∑_(i=1)ⁿ x"),
    (r"EQ \i\pr(i=1,n,x)", "∏_(i=1)ⁿ x"),
    (r"EQ \i(0,1,x)", "∫₀¹ x"),
    (r"EQ \l(A,B,C)", "A,B,C"),
    (r"EQ \b(a+b)", "(a+b)"),
    (r"EQ f\(x\)", "f(x)"),
    (r"EQ \f(1,2,3)", "1/2,3"),
    (r"EQ \i(0,1,x,dx)", "∫₀¹ x,dx"),
    ("EQ a\\", "a\\"),
    ("EQ \\", "\\"),
    (r"EQ \(", "("),
    (r'EQ \* jc2 \* "Font:MS Mincho" \* hps10 \f(道,碴)', "道/碴"),
    ("EQ", ""),
    (r"EQ \b \lc\[ \rc\] (a)", "[a]"),
    (r"EQ \b\bc\{(a,b)", "{ab}"),
    (r"EQ \b\bc\|(x)", "|x|"),
    (r"EQ \b \lc\{ (道)", "{道"),
    (r"EQ \b \rc\) (a)", "a)"),
    (r"EQ \b \lc (a)", "a"),
    (r"EQ \a\co2(a,b,c,d)", "[a, b; c, d]"),
    (r"EQ \a \co3 \vs2 (a,b,c,d)", "[a, b, c; d]"),
    (r"EQ \a \co0 (a,b)", "[a; b]"),
    (r"EQ \a(1,2)", "[1; 2]"),
    (r"EQ \a \al (道,碴,c)", "[道; 碴; c]"),
    (r"EQ \x(a)", "a"),
    (r"EQ \x \to \bo (a)", "a"),
    (r"EQ \f (1,2)", "1/2"),
    (r"EQ \f(1,2", "1/2"),
    (r"EQ \r", "√"),
    (r"EQ \s\up8", ""),
    (r"EQ \s(2)", "²"),
    (r"EQ \s\do4(6)", "₆"),
    (r"EQ \i(0,1)", "∫₀¹"),
    (r"EQ \i(0)", "∫₀"),
    (r"EQ \zz(a,b)", "ab"),
    (r"EQ \l(a)", "a"),
    (r"EQ \o(a)", "a"),
    (r"EQ \o", ""),
    (r"EQ a\,b", "a,b"),
    (r"EQ \F(a,b)", "a/b"),
]


@pytest.mark.parametrize(("instruction", "line"), FIELDS)
def test_a_field_is_read_as_word_draws_it(instruction: str, line: str) -> None:
    assert read_eq(instruction) == line


def test_brackets_that_nest_without_end_lose_no_letter() -> None:
    assert read_eq("EQ " + r"\f(1," * 60 + "x" + ")" * 60).count("x") == 1


def test_a_number_of_columns_without_measure_loses_no_element() -> None:
    assert read_eq(rf"EQ \a \co{'9' * 5000} (a,b)") == "[a, b]"
