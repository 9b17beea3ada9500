"""The tree of an equation as one line of text, part by part.

Modules: ``potluck_plugins.loaders._shared.equations``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._shared.equations import (
    Accent,
    Delimited,
    Fraction,
    Matrix,
    Node,
    Operator,
    Root,
    Row,
    Script,
    Text,
    linear,
)


def t(text: str) -> Text:
    """Characters as they stand."""
    return Text(text)


def w(text: str) -> Text:
    """A word."""
    return Text(text, word=True)


def row(*parts: Node) -> Row:
    """Parts beside each other."""
    return Row(parts)


X, HALF = t("x"), Fraction(t("1"), t("2"))
SQUARE = Script(X, None, t("2"))
INDEX = Script(X, t("i"))
POWER = Script(X, None, t("a"))


@pytest.mark.parametrize(
    ("node", "line"),
    [
        (t("𝐻ℎ𝟑"), "Hh3"),
        (t("f\u2061\u2062\u2063\u200b\u2060\u00ad\ufe0f(x)"), "f(x)"),
        (t("3\u20641"), "3 1"),
        (t("3\xa0m"), "3 m"),
        (t("ℝ"), "ℝ"),
    ],
)
def test_characters_are_those_that_one_would_search_for(node: Node, line: str) -> None:
    assert linear(node) == line


@pytest.mark.parametrize(
    ("node", "line"),
    [
        (row(t("1"), t("0")), "10"),
        (row(w("sin"), X), "sin x"),
        (row(X, w("sin")), "x sin"),
        (row(w("sin"), t("(")), "sin("),
        (row(t(")"), w("mod")), ")mod"),
        (row(w("sin"), t(""), X), "sin x"),
        (row(t("a "), w("or"), t(" b")), "a or b"),
        (row(t("2"), SQUARE), "2x²"),
        (row(t("2"), Script(t("10"), None, t("6"))), "2 10⁶"),
        (row(t("x"), Script(t("1"), None, t("6"))), "x 1⁶"),
        (row(t("量"), Script(t("1"), None, t("6"))), "量1⁶"),
        (row(t("5"), Script(t(""), None, t("6"))), "5⁶"),
        (row(SQUARE, Script(t(""), None, t("6"))), "x²⁶"),
        (row(POWER, Script(t(""), None, t("6"))), "x^a⁶"),
        (row(t("3"), Script(t("H"), None, t("2"), before=True)), "3 ²H"),
        (row(t("="), Script(t("H"), None, t("2"), before=True)), "=²H"),
        (row(t("2"), HALF), "2 1/2"),
        (row(X, Fraction(t("a"), t("b"))), "x a/b"),
        (row(t("+"), HALF), "+1/2"),
        (row(HALF, X), "1/2 x"),
        (row(HALF, t("+")), "1/2+"),
        (row(HALF, t("(x)")), "1/2 (x)"),
        (row(HALF, t("√2")), "1/2 √2"),
        (row(HALF, t("|x|")), "1/2 |x|"),
        (row(Fraction(t("n"), t("k"), bar=False), t("(x)")), "n; k(x)"),
        (row(SQUARE, t("y")), "x²y"),
        (row(SQUARE, t("(y)")), "x²(y)"),
        (row(INDEX, t("y")), "x_i y"),
        (row(INDEX, t("(y)")), "x_i(y)"),
        (row(INDEX, t("+")), "x_i+"),
        (row(Script(X, None, t("n")), t("y")), "xⁿy"),
        (row(Script(X, None, t("i")), t("y")), "xⁱy"),
        (row(POWER, t("y")), "x^a y"),
        (row(Script(w("sin"), None, t("2")), t("(x)")), "sin² (x)"),
        (row(Script(w("sin"), None, t("2")), X), "sin² x"),
        (row(Script(t("∑"), t("1")), X), "∑₁ x"),
        (row(Script(t("∑"), t("1")), t("(x)")), "∑₁ (x)"),
        (row(Script(t("∫"), t("0")), t("[x]")), "∫₀ [x]"),
        (row(Root(t("2")), X), "√2 x"),
        (row(Root(t("2")), t("(x)")), "√2(x)"),
        (row(Operator(w("sin"), X), t("y")), "sin x y"),
        (row(Operator(w("sin"), X), t("(y)")), "sin x (y)"),
        (row(Operator(w("sin"), X), t("+y")), "sin x+y"),
        (row(t("2"), Operator(w("sin"), X)), "2 sin x"),
        (row(t("2"), Operator(t("∑"), X)), "2∑ x"),
        (row(t("2"), Matrix([[X]])), "2[x]"),
        (row(t("2"), row(w("sin"))), "2sin"),
        (row(row(), t("x")), "x"),
    ],
)
def test_a_blank_keeps_apart_what_would_be_read_as_one(node: Node, line: str) -> None:
    assert linear(node) == line


@pytest.mark.parametrize(
    ("node", "line"),
    [
        (Fraction(t("a"), t("b")), "a/b"),
        (Fraction(t("ab12"), t("3.5")), "ab12/3.5"),
        (Fraction(t("a+b"), t("c-d")), "(a+b)/(c-d)"),
        (Fraction(t("(a+b)"), t("|c+d|")), "(a+b)/|c+d|"),
        (Fraction(t("(a)(b)"), t("|c||d|")), "((a)(b))/(|c||d|)"),
        (Fraction(t("(a(b))"), t("((a)b)")), "(a(b))/((a)b)"),
        (Fraction(t("[a;b]"), t("{a,b}")), "[a;b]/{a,b}"),
        (Fraction(t("⟨a,b⟩"), t("⌊a+b⌋")), "⟨a,b⟩/⌊a+b⌋"),
        (Fraction(t("⌈a+b⌉"), t("‖a+b‖")), "⌈a+b⌉/‖a+b‖"),
        (Fraction(t("(a+b"), t("a+b)")), "((a+b)/(a+b))"),
        (Fraction(t("||"), t("(a]")), "(||)/((a])"),
        (Fraction(SQUARE, INDEX), "x²/x_i"),
        (Fraction(HALF, X), "(1/2)/x"),
        (Fraction(t(" a "), t("")), "a/"),
        (Fraction(t("√2"), t("√(a+b)")), "√2/√(a+b)"),
        (Fraction(t("90°"), t("5%")), "90°/5%"),
        (Fraction(t("f′"), t("∂")), "f′/∂"),
        (Fraction(t("n"), t("k"), bar=False), "n; k"),
    ],
)
def test_what_is_longer_than_an_operand_stands_in_brackets(node: Node, line: str) -> None:
    assert linear(node) == line


@pytest.mark.parametrize(
    ("node", "line"),
    [
        (Script(X, t("1"), t("2")), "x₁²"),
        (Script(X, t("1"), t("2"), before=True), "²₁x"),
        (Script(X), "x"),
        (Script(t("a+b"), t("1")), "(a+b)₁"),
        (Script(t("(a+b)"), t("1")), "(a+b)₁"),
        (Script(SQUARE, None, t("3")), "(x²)³"),
        (Script(INDEX, None, t("2")), "x_i²"),
        (Script(t("3.5"), None, t("2")), "3.5²"),
        (Script(t("∑"), t("i")), "∑_i"),
        (Script(X, None, t("′")), "x′"),
        (Script(X, None, t("″")), "x″"),
        (Script(X, None, t("a")), "x^a"),
        (Script(X, None, t("ab")), "x^(ab)"),
        (Script(X, None, t("(ab)")), "x^(ab)"),
        (Script(X, None, t("*")), "x^*"),
        (Script(X, None, t("TM")), "x^(TM)"),
        (Script(X, None, t("R")), "x^R"),
        (Script(X, None, t(" ")), "x"),
        (Script(X, t(" ")), "x"),
        (Script(X, t("max")), "x_max"),
        (Script(X, t("i,j")), "x_(i,j)"),
        (Script(X, t("*")), "x_*"),
        (Script(X, t("a" * 25)), "x_(" + "a" * 25 + ")"),
        (Script(X, None, t("a" * 25)), "x^(" + "a" * 25 + ")"),
        (Script(X, t("(" + "a" * 25 + ")")), "x_(" + "a" * 25 + ")"),
    ],
)
def test_scripts_are_raised_and_lowered(node: Node, line: str) -> None:
    assert linear(node) == line


@pytest.mark.parametrize(
    ("node", "line"),
    [
        (Root(X), "√x"),
        (Root(X, t("")), "√x"),
        (Root(X, t("2")), "√x"),
        (Root(X, t(" 3 ")), "∛x"),
        (Root(X, t("4")), "∜x"),
        (Root(X, t("5")), "⁵√x"),
        (Root(X, t("n")), "ⁿ√x"),
        (Root(X, t("k")), "(k)√x"),
        (Root(t("a+b"), t("n+1")), "ⁿ⁺¹√(a+b)"),
        (Operator(w("sin"), X), "sin x"),
        (Operator(w("sin"), t("x+1")), "sin(x+1)"),
        (Operator(w("sin"), t("[x]")), "sin[x]"),
        (Operator(w("sin"), t(" ")), "sin"),
        (Operator(t("∑"), t("x+1")), "∑ x+1"),
        (Operator(t(""), t("x+1")), "x+1"),
        (Operator(Script(w("log"), t("2")), t("x+1")), "log₂ x+1"),
        (Operator(Script(w("log"), t("a")), t("x+1")), "log_a x+1"),
        (Matrix([[t("a"), t("b")], [t("c"), t("d")]]), "[a, b; c, d]"),
        (Matrix([[t("a")], [t("b")]], brackets=False), "a; b"),
        (Delimited("(", [t("a"), t("b")], ")"), "(a,b)"),
        (Delimited("{", [t("a"), t("b")], "", "|"), "{a|b"),
        (Delimited("(", [Fraction(t("n"), t("k"), bar=False)], ")"), "(n choose k)"),
        (Delimited("(", [row(row(Fraction(t("n"), t("k"), bar=False)))], ")"), "(n choose k)"),
        (Delimited("[", [Fraction(t("n"), t("k"), bar=False)], "]"), "[n; k]"),
        (Delimited("(", [HALF], ")"), "(1/2)"),
        (Delimited("(", [Fraction(t("n"), t("k"), bar=False), X], ")"), "(n; k,x)"),
        (Delimited("(", [Matrix([[t("a"), t("b")]])], ")"), "(a, b)"),
        (Delimited("(", [Matrix([[t("a"), t("b")]]), X], ")"), "([a, b],x)"),
        (Delimited("(", [row(row(X), row())], ")"), "(x)"),
        (Delimited("(", [], ")"), "()"),
    ],
)
def test_roots_operators_matrices_and_brackets(node: Node, line: str) -> None:
    assert linear(node) == line


@pytest.mark.parametrize(
    ("mark", "body", "line"),
    [
        ("\u0304", "x", "x\u0304"),
        ("\u0301", "e", "\u00e9"),
        ("\u0304", "AB", "bar(AB)"),
        ("\u0305", "AB", "bar(AB)"),
        ("\u0304", "(AB)", "bar(AB)"),
        ("\u0304", "[AB]", "bar([AB])"),
        ("\u23de", "x", "overbrace(x)"),
        ("\u0323", "AB", "AB\u0323"),
        ("\u0323", "A+B", "(A+B)\u0323"),
        ("⌢", "x", "x⌢"),
        ("", "x", "x"),
        ("\u0304", "", "bar()"),
    ],
)
def test_an_accent_is_a_mark_on_one_letter_and_a_name_over_several(mark: str, body: str, line: str) -> None:
    assert linear(Accent(mark, t(body))) == line
