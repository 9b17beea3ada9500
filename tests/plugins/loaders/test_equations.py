"""Equations of Word, PowerPoint, HTML and EPUB as one line of text.

Modules: ``potluck_plugins.loaders._office.word.runs``, ``potluck_plugins.loaders._shared.equations``,
``potluck_plugins.loaders._shared.mathml``, ``potluck_plugins.loaders._shared.omml``.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from potluck_plugins.loaders._shared.mathml import mathml_text
from potluck_plugins.loaders._shared.omml import NAMESPACES, omml_text

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def omml(content: str, namespace: str = NAMESPACES[0], tag: str = "oMath") -> str:
    """The text of a formula that is written with ``m:`` and ``w:`` elements."""
    return omml_text(etree.fromstring(f'<m:{tag} xmlns:m="{namespace}" xmlns:w="{WORD}">{content}</m:{tag}>'))


def r(text: str) -> str:
    """A run of a formula."""
    return f"<m:r><w:rPr><w:i/></w:rPr><m:t>{text}</m:t></m:r>"


def f(numerator: str, denominator: str, kind: str = "bar") -> str:
    """A fraction."""
    return f'<m:f><m:fPr><m:type m:val="{kind}"/></m:fPr><m:num>{numerator}</m:num><m:den>{denominator}</m:den></m:f>'


def sup(base: str, upper: str) -> str:
    """A superscript."""
    return f"<m:sSup><m:sSupPr><m:ctrlPr/></m:sSupPr><m:e>{base}</m:e><m:sup>{upper}</m:sup></m:sSup>"


def sub(base: str, lower: str) -> str:
    """A subscript."""
    return f"<m:sSub><m:e>{base}</m:e><m:sub>{lower}</m:sub></m:sSub>"


def d(*parts: str, opening: str = "(", closing: str = ")") -> str:
    """Parts in brackets."""
    properties = f'<m:dPr><m:begChr m:val="{opening}"/><m:endChr m:val="{closing}"/></m:dPr>'
    return f"<m:d>{properties}{''.join(f'<m:e>{part}</m:e>' for part in parts)}</m:d>"


def nary(sign: str, lower: str, upper: str, body: str) -> str:
    """A sum or integral; an empty sign is that of the default."""
    properties = f'<m:chr m:val="{sign}"/>' if sign else ""
    limits = f"<m:sub>{lower}</m:sub><m:sup>{upper}</m:sup>"
    return f"<m:nary><m:naryPr>{properties}</m:naryPr>{limits}<m:e>{body}</m:e></m:nary>"


def function(name: str, body: str) -> str:
    """A function with its argument."""
    return f"<m:func><m:fName>{name}</m:fName><m:e>{body}</m:e></m:func>"


MATRIX = (
    f"<m:m><m:mr><m:e>{r('a')}</m:e><m:e>{r('b')}</m:e></m:mr><m:mr><m:e>{r('c')}</m:e><m:e>{r('d')}</m:e></m:mr></m:m>"
)
ARRAY = f"<m:eqArr><m:e>{r('&amp;x,  x&gt;0')}</m:e><m:e>{r('&amp;−x,  x≤0')}</m:e></m:eqArr>"


@pytest.mark.parametrize(
    ("formula", "line"),
    [
        (r("H=") + f(r("P"), r("ρg")) + r("+3.5"), "H=P/ρg+3.5"),
        (r("η=0.82"), "η=0.82"),
        (r("1") + r("0"), "10"),
        (f(r("a+b"), r("2")), "(a+b)/2"),
        (f(r("1"), r("2")) + r("mv"), "1/2 mv"),
        (r("2") + f(r("1"), r("2")), "2 1/2"),
        (r("k") + f(r("1"), r("2")) + d(r("a+b")), "k 1/2 (a+b)"),
        (f(f(r("a"), r("b")), r("c")), "(a/b)/c"),
        (d(f(r("n"), r("k"), "noBar")), "(n choose k)"),
        (f(r("n"), r("k"), "lin"), "n/k"),
        (sup(r("10"), r("6")), "10⁶"),
        (sup(r("10"), r("−3")) + r(" m"), "10⁻³ m"),
        (r("1.5") + sup(r("10"), r("6")), "1.5 10⁶"),
        (r("10") + sup("", r("6")), "10⁶"),
        (sup(r("x"), r("a")) + r("y"), "x^a y"),
        (sup(r("x"), r("2")) + r("y"), "x²y"),
        (sup(r("x"), r("n")) + r("y"), "xⁿy"),
        (sup(r("e"), r("−x/2")), "e^(−x/2)"),
        (sup(sup(r("x"), r("2")), r("3")), "(x²)³"),
        (sup(d(r("a+b")), r("2")), "(a+b)²"),
        (sup(r("a+b"), r("2")), "(a+b)²"),
        (sup(d(r("x"), opening="|", closing="|"), r("2")), "|x|²"),
        (sup(r("A"), r("TM")), "A^(TM)"),
        (sup(r("x"), r("*")), "x^*"),
        (sup(r("f"), r("′")), "f′"),
        (sup(r("90"), r("°")), "90°"),
        (sub(r("T"), r("max")), "T_max"),
        (sub(r("x"), r("i")) + r("y"), "x_i y"),
        (sub(r("a"), r("i,j")), "a_(i,j)"),
        (sub(r("流量"), r("設計")), "流量_設計"),
        (f"<m:sSubSup><m:e>{r('v')}</m:e><m:sub>{r('0')}</m:sub><m:sup>{r('2')}</m:sup></m:sSubSup>", "v₀²"),
        (f"<m:sPre><m:sub>{r('92')}</m:sub><m:sup>{r('235')}</m:sup><m:e>{r('U')}</m:e></m:sPre>", "²³⁵₉₂U"),
        (r("3") + f"<m:sPre><m:sub/><m:sup>{r('2')}</m:sup><m:e>{r('H')}</m:e></m:sPre>", "3 ²H"),
        (f"<m:rad><m:radPr><m:degHide/></m:radPr><m:deg/><m:e>{r('2')}</m:e></m:rad>" + r("x"), "√2 x"),
        (f'<m:rad><m:radPr><m:degHide m:val="1"/></m:radPr><m:deg/><m:e>{r("a+b")}</m:e></m:rad>', "√(a+b)"),
        (f"<m:rad><m:deg>{r('3')}</m:deg><m:e>{r('x')}</m:e></m:rad>", "∛x"),
        (f"<m:rad><m:deg>{r('n')}</m:deg><m:e>{r('x')}</m:e></m:rad>", "ⁿ√x"),
        (f"<m:rad><m:deg>{r('k')}</m:deg><m:e>{r('x')}</m:e></m:rad>", "(k)√x"),
        (nary("∑", r("i=1"), r("n"), sup(r("i"), r("2"))) + r("+c"), "∑_(i=1)ⁿ i²+c"),
        (nary("", r("0"), r("1"), r("x dx")), "∫₀¹ x dx"),
        (r("2") + nary("∑", r("i"), "", sub(r("x"), r("i"))), "2∑_i x_i"),
        (function(r("sin"), r("x")), "sin x"),
        (r("2") + function(r("sin"), r("x")) + r("y"), "2 sin x y"),
        (function(r("sin"), r("x+1")), "sin(x+1)"),
        (function(r("sin"), d(r("x"))), "sin(x)"),
        (function(sub(r("log"), r("2")), r("8")), "log₂ 8"),
        (function(f"<m:limLow><m:e>{r('lim')}</m:e><m:lim>{r('x→0')}</m:lim></m:limLow>", r("f")), "lim_(x→0) f"),
        (f"<m:limUpp><m:e>{r('=')}</m:e><m:lim>{r('def')}</m:lim></m:limUpp>", "=^(def)"),
        (d(r("a"), r("b")), "(a|b)"),
        (d(r("a,b"), opening="[", closing=")"), "[a,b)"),
        (MATRIX, "[a, b; c, d]"),
        (d(MATRIX), "(a, b; c, d)"),
        (d(MATRIX, opening="|", closing="|"), "|a, b; c, d|"),
        (r("|x|=") + d(ARRAY, opening="{", closing=""), "|x|={x,  x>0; −x,  x≤0"),
        (f"<m:acc><m:e>{r('x')}</m:e></m:acc>", "x̂"),
        (f'<m:acc><m:accPr><m:chr m:val="\u20d7"/></m:accPr><m:e>{r("v")}</m:e></m:acc>', "v\u20d7"),
        (f'<m:bar><m:barPr><m:pos m:val="top"/></m:barPr><m:e>{r("AB")}</m:e></m:bar>', "bar(AB)"),
        (f"<m:bar><m:e>{r('AB')}</m:e></m:bar>", "underline(AB)"),
        (f"<m:groupChr><m:e>{r('a+b')}</m:e></m:groupChr>", "underbrace(a+b)"),
        (f"<m:borderBox><m:e>{r('E=mc')}</m:e></m:borderBox>", "E=mc"),
        (f'<m:phant><m:phantPr><m:show m:val="0"/></m:phantPr><m:e>{r("x")}</m:e></m:phant>' + r("y"), "y"),
        (f"<m:phant><m:e>{r('x')}</m:e></m:phant>", "x"),
        (r("𝐻=𝟑ℎ"), "H=3h"),
        (r("f\u2061\u200b(x)"), "f(x)"),
        (r("a") + f"<w:del>{r('b')}</w:del><w:ins>{r('c')}</w:ins>", "ac"),
        (r("流量") + r("=") + f(r("體積"), r("時間")), "流量=體積/時間"),
    ],
)
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_formula_of_an_office_file_is_one_line(formula: str, line: str, namespace: str) -> None:
    strict = namespace != NAMESPACES[0]
    assert omml(formula.replace("w:val", "val") if strict else formula, namespace) == line


def test_displayed_equations_are_a_line_each() -> None:
    assert omml(f"<m:oMath>{r('a=1')}</m:oMath><m:oMath>{r('b=2')}</m:oMath>", tag="oMathPara") == "a=1\nb=2"


MATHML = [
    (
        "<mi>H</mi><mo>=</mo><mfrac><mi>P</mi><mrow><mi>ρ</mi><mi>g</mi></mrow></mfrac><mo>+</mo><mn>3.5</mn>",
        "H=P/ρg+3.5",
    ),
    ("<mn>2</mn><mfrac><mn>1</mn><mn>2</mn></mfrac>", "2 1/2"),
    ("<mn>5</mn><mo>·</mo><msup><mn>10</mn><mrow><mo>−</mo><mn>9</mn></mrow></msup>", "5·10⁻⁹"),
    ("<msup><mrow><mo>(</mo><mi>a</mi><mo>+</mo><mi>b</mi><mo>)</mo></mrow><mn>2</mn></msup>", "(a+b)²"),
    ("<msub><mi>T</mi><mtext>max</mtext></msub>", "T_max"),
    ("<msubsup><mi>v</mi><mn>0</mn><mn>2</mn></msubsup><mi>t</mi>", "v₀²t"),
    ("<mi>sin</mi><mo>&#x2061;</mo><mi>x</mi>", "sin x"),
    ("<mn>2</mn><mi>x</mi>", "2x"),
    ("<msup><mi>sin</mi><mn>2</mn></msup><mi>x</mi>", "sin² x"),
    ("<munder><mi>lim</mi><mrow><mi>x</mi><mo>→</mo><mn>0</mn></mrow></munder><mi>f</mi>", "lim_(x→0) f"),
    (
        "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>"
        "<msup><mi>i</mi><mn>2</mn></msup>",
        "∑_(i=1)ⁿ i²",
    ),
    ("<msqrt><mi>a</mi><mo>+</mo><mi>b</mi></msqrt>", "√(a+b)"),
    ("<mroot><mi>x</mi><mn>3</mn></mroot>", "∛x"),
    ('<menclose notation="radical"><mi>x</mi></menclose>', "√x"),
    ('<menclose notation="box"><mi>x</mi></menclose>', "x"),
    ("<mover accent='true'><mi>x</mi><mo>^</mo></mover>", "x̂"),
    ("<mover><mi>x</mi><mo>¯</mo></mover>", "x̄"),
    ("<mover><mrow><mi>A</mi><mi>B</mi></mrow><mo>→</mo></mover>", "vec(AB)"),
    ("<munder><mi>x</mi><mo>⏟</mo></munder>", "underbrace(x)"),
    ("<mfenced open='[' close=')'><mi>a</mi><mi>b</mi></mfenced>", "[a,b)"),
    ("<mfenced separators=';'><mi>a</mi><mi>b</mi></mfenced>", "(a;b)"),
    ("<mfenced><mfrac linethickness='0'><mi>n</mi><mi>k</mi></mfrac></mfenced>", "(n choose k)"),
    ("<mfrac linethickness='0.5pt'><mi>n</mi><mi>k</mi></mfrac>", "n/k"),
    (
        "<mo>(</mo><mtable><mtr><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mtr>"
        "<mtr><mtd><mi>c</mi></mtd><mtd><mi>d</mi></mtd></mtr></mtable><mo>)</mo>",
        "(a, b; c, d)",
    ),
    ("<mtable><mtr><mtd><mi>a</mi></mtd></mtr><mtr><mtd><mi>b</mi></mtd></mtr></mtable>", "a; b"),
    (
        "<mtable columnalign='right left'><mtr><mtd><mi>a</mi></mtd><mtd><mo>=</mo><mn>1</mn></mtd></mtr></mtable>",
        "a=1",
    ),
    (
        "<mtable><mlabeledtr><mtd><mtext>(7)</mtext></mtd><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mlabeledtr></mtable>",
        "[a, b, (7)]",
    ),
    (
        "<mmultiscripts><mi>U</mi><mprescripts/><mn>92</mn><mn>235</mn></mmultiscripts>",
        "²³⁵₉₂U",
    ),
    ("<mmultiscripts><mi>R</mi><mi>i</mi><none/><none/><mi>j</mi></mmultiscripts>", "R_i^j"),
    ("<mi>a</mi><mphantom><mi>b</mi></mphantom><mi>c</mi>", "ac"),
    ("<maction><mi>a</mi><mi>b</mi></maction>", "a"),
    ("<mi>x</mi><mtext> if </mtext><mi>y</mi>", "x if y"),
    ("<mi>x</mi><mspace width='1em'/><mi>y</mi>", "x y"),
    ("<mi>a</mi><mspace linebreak='newline'/><mi>b</mi>", "a; b"),
    ("<ms>on</ms>", '"on"'),
    ("<mi>效率</mi><mo>=</mo><mn>0.82</mn>", "效率=0.82"),
    (
        "<semantics><mrow><mi>a</mi><mo>/</mo><mi>b</mi></mrow>"
        '<annotation encoding="application/x-tex">\\frac{a}{b}</annotation></semantics>',
        "a/b",
    ),
    ('<semantics><annotation encoding="application/x-tex">\\frac{a}{b}</annotation></semantics>', "\\frac{a}{b}"),
]


@pytest.mark.parametrize(("formula", "line"), MATHML)
def test_a_formula_of_xhtml_is_one_line(formula: str, line: str) -> None:
    content = f'<math xmlns="http://www.w3.org/1998/Math/MathML">{formula}</math>'
    assert mathml_text(etree.fromstring(content)) == line


@pytest.mark.parametrize(("formula", "line"), [case for case in MATHML if "/>" not in case[0]])
def test_a_formula_of_html_is_one_line(formula: str, line: str) -> None:
    page = html.document_fromstring(f"<p>See <math>{formula}</math>.</p>")
    assert mathml_text(page.find(".//math")) == line


def test_a_formula_without_content_is_what_its_attribute_says() -> None:
    assert mathml_text(etree.fromstring('<math alttext="E=mc^2"/>')) == "E=mc^2"
    assert mathml_text(etree.fromstring("<math/>")) == ""


@pytest.mark.parametrize("levels", [50, 100, 230])
def test_a_formula_that_is_nested_deeply_keeps_its_characters(levels: int) -> None:
    deep = "<mfrac><mi>a</mi>" * levels + "<mi>q</mi>" + "</mfrac>" * levels
    assert mathml_text(etree.fromstring(f"<math>{deep}</math>")).count("a") == levels
    deep = f"<m:f><m:num>{r('a')}</m:num><m:den>" * (levels // 2) + r("q") + "</m:den></m:f>" * (levels // 2)
    assert omml(deep).count("a") == levels // 2


LETTERS = st.text("abxyρη0123456789", min_size=1, max_size=4).map(r)
FORMULAS = st.recursive(
    LETTERS,
    lambda inner: st.one_of(
        st.builds(f, inner, inner),
        st.builds(sup, inner, inner),
        st.builds(sub, inner, inner),
        st.builds(lambda a, b: a + b, inner, inner),
        st.builds(d, inner),
    ),
    max_leaves=12,
)


@given(formula=FORMULAS)
def test_no_letter_is_lost_and_every_bracket_is_closed(formula: str) -> None:
    element = etree.fromstring(f'<m:oMath xmlns:m="{NAMESPACES[0]}" xmlns:w="{WORD}">{formula}</m:oMath>')
    shown = omml_text(element)
    letters = [c for c in "".join(element.itertext()) if c.isalpha()]
    assert sorted(c for c in shown if c in "abxyρη") == sorted(letters)
    assert shown.count("(") == shown.count(")")
    assert "  " not in shown


@given(whole=st.integers(0, 99), numerator=st.integers(0, 99), denominator=st.integers(1, 99))
def test_a_fraction_behind_a_number_is_told_from_it(whole: int, numerator: int, denominator: int) -> None:
    assert omml(r(str(whole)) + f(r(str(numerator)), r(str(denominator)))) == f"{whole} {numerator}/{denominator}"
