"""Equations of web pages, element by element.

Modules: ``potluck_plugins.loaders._shared.mathml``, ``potluck_plugins.loaders._shared.equations``.
"""

from __future__ import annotations

import unicodedata

import pytest
from lxml import etree

from potluck_plugins.loaders._shared.mathml import mathml_text


def shown(content: str, attributes: str = "") -> str:
    """The text of a formula."""
    return mathml_text(etree.fromstring(f"<math {attributes}>{content}</math>"))


A, B, C = "<mi>a</mi>", "<mi>b</mi>", "<mi>c</mi>"


def cells(*texts: str, tag: str = "mtr") -> str:
    """A row of a table."""
    return f"<{tag}>{''.join(f'<mtd><mi>{text}</mi></mtd>' for text in texts)}</{tag}>"


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        ("^", "x̂"),
        ("ˆ", "x̂"),
        ("~", "x̃"),
        ("˜", "x̃"),
        ("¯", "x̄"),
        ("‾", "x̄"),
        ("―", "x̄"),
        ("˘", "x̆"),
        ("˙", "ẋ"),
        (".", "ẋ"),
        ("¨", "ẍ"),
        ("⃛", "x⃛"),
        ("˚", "x̊"),
        ("ˇ", "x̌"),
        ("´", "x́"),
        ("`", "x̀"),
        ("→", "x⃗"),
        ("⇀", "x⃗"),
        ("←", "x⃖"),
        ("_", "x̲"),
        ("⏞", "overbrace(x)"),
        ("⎴", "overbracket(x)"),
        ("⏜", "overparen(x)"),
        ("*", "x^*"),
        ("def", "x^(def)"),
    ],
)
def test_a_mark_above_a_letter_is_an_accent(mark: str, text: str) -> None:
    assert shown(f"<mover><mi>x</mi><mo>{mark}</mo></mover>") == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        # A mark is an accent above or below its base, but not behind it.
        ("<msup><mi>x</mi><mo>~</mo></msup>", "x^~"),
        ("<msup><mi>x</mi><mo>→</mo></msup>", "x^→"),
        ("<munder><mi>x</mi><mo>_</mo></munder>", "x̲"),
        ("<munder><mi>x</mi><mo>⏟</mo></munder>", "underbrace(x)"),
        ("<mover><mi>x</mi><mrow><mi>a</mi><mi>b</mi></mrow></mover>", "x^(ab)"),
        ("<munder><mi>x</mi><mrow><mi>a</mi><mi>b</mi></mrow></munder>", "x_ab"),
        (f"<msub>{A}<mn>1</mn></msub>", "a₁"),
        (f"<msup>{A}<mn>1</mn></msup>", "a¹"),
        (f"<munderover>{A}<mn>1</mn><mn>2</mn></munderover>", "a₁²"),
        (f"<msubsup>{A}<mn>1</mn><mn>2</mn></msubsup>", "a₁²"),
        (f"<msubsup>{A}<mn>1</mn></msubsup>", "a₁"),
        (f"<msup>{A}</msup>", "a"),
        ("<msup/>", ""),
        # Fractions.
        (f"<mfrac>{A}{B}</mfrac>", "a/b"),
        (f"<mfrac>{A}{B}{C}</mfrac>", "a/b"),
        (f"<mfrac linethickness='0'>{A}{B}</mfrac>", "a; b"),
        (f"<mfrac linethickness=' 0.0px '>{A}{B}</mfrac>", "a; b"),
        (f"<mfrac linethickness='00'>{A}{B}</mfrac>", "a; b"),
        (f"<mfrac linethickness='0.01'>{A}{B}</mfrac>", "a/b"),
        (f"<mfrac linethickness='thin'>{A}{B}</mfrac>", "a/b"),
        (f"<mfrac linethickness=''>{A}{B}</mfrac>", "a/b"),
        # Roots and enclosures.
        (f"<msqrt>{A}{B}</msqrt>", "√ab"),
        (f"<msqrt>{A}<mo>+</mo>{B}</msqrt>", "√(a+b)"),
        (f"<mroot>{A}<mn>4</mn></mroot>", "∜a"),
        (f"<mroot>{A}<mn>5</mn></mroot>", "⁵√a"),
        (f"<mroot>{A}{B}</mroot>", "(b)√a"),
        (f"<menclose notation=' radical '>{A}</menclose>", "√a"),
        (f"<menclose notation='circle'>{A}{B}</menclose>", "ab"),
        (f"<menclose>{A}{B}</menclose>", "ab"),
        # Brackets.
        (f"<mfenced>{A}{B}{C}</mfenced>", "(a,b,c)"),
        (f"<mfenced open='' close=''>{A}{B}</mfenced>", "a,b"),
        (f"<mfenced open=' [ ' close=' ] '>{A}</mfenced>", "[a]"),
        (f"<mfenced separators=''>{A}{B}</mfenced>", "(ab)"),
        (f"<mfenced separators=' ;, '>{A}{B}{C}</mfenced>", "(a;b;c)"),
        (f"<mfenced open='{{'>{A}</mfenced>", "{a)"),
        # Scripts before and behind.
        (f"<mmultiscripts>{A}<mn>1</mn><mn>2</mn></mmultiscripts>", "a₁²"),
        (f"<mmultiscripts>{A}<mn>1</mn></mmultiscripts>", "a₁"),
        (f"<mmultiscripts>{A}<none/><mn>2</mn><mprescripts/><mn>3</mn><none/></mmultiscripts>", "₃a²"),
        (f"<mmultiscripts>{A}<mprescripts/><none/><mn>4</mn></mmultiscripts>", "⁴a"),
        (f"<mmultiscripts>{A}<mn>1</mn><none/><mn>2</mn><none/></mmultiscripts>", "a₁₂"),
        ("<mmultiscripts/>", ""),
        # Tables.
        (f"<mtable>{cells('a', 'b')}{cells('c', 'd')}</mtable>", "[a, b; c, d]"),
        (f"<mtable>{cells('a')}{cells('b')}</mtable>", "a; b"),
        (f"<mtable>{cells('a', 'b')}{cells('c')}</mtable>", "[a, b; c]"),
        (f"<mtable columnalign='left right'>{cells('a', 'b')}</mtable>", "[a, b]"),
        (f"<mtable columnalign='right left right left'>{cells('a', 'b')}{cells('c', 'd')}</mtable>", "ab; cd"),
        (f"<mtable>{cells('n', 'a', 'b', tag='mlabeledtr')}</mtable>", "[a, b, n]"),
        (f"<mtable>{cells('a', 'b')}<other><mi>z</mi></other></mtable>", "[a, b]"),
        (f"<mo>[</mo><mtable>{cells('a', 'b')}</mtable><mo>]</mo>", "[a, b]"),
        (f"<mo>‖</mo><mtable>{cells('a', 'b')}</mtable><mo>‖</mo>", "‖a, b‖"),
        (f"<mo>=</mo><mtable>{cells('a', 'b')}</mtable>", "=[a, b]"),
        (f"<mo/><mtable>{cells('a', 'b')}</mtable>", "[a, b]"),
        (f"{A}<mo>{{</mo><mtable>{cells('x', 'y')}{cells('z', 'w')}</mtable>", "a{x, y; z, w"),
        # Tokens and space.
        ("<mi>sin</mi><mi>x</mi>", "sin x"),
        ("<mo>lim</mo><mi>x</mi>", "lim x"),
        ("<mn>12</mn><mi>x</mi>", "12x"),
        ("<mi>x</mi><mi>y</mi>", "xy"),
        ("<mn>2</mn><mtext>kg</mtext>", "2 kg"),
        ("<mtext>if</mtext><mi>x</mi>", "if x"),
        ("<mi>x</mi><mtext> or</mtext><mo>=</mo>", "x or="),
        ("<mo>=</mo><mtext>or </mtext><mo>=</mo>", "=or ="),
        ("<ms> on  off </ms>", '"on off"'),
        ("<mi> x </mi><mi>\n y</mi>", "xy"),
        ("<mi>x</mi><mspace width='1em'/><mi>y</mi>", "x y"),
        ("<mi>x</mi><mspace/><mi>y</mi>", "xy"),
        ("<mi>x</mi><mspace linebreak='auto'/><mi>y</mi>", "xy"),
        ("<mi>x</mi><mspace linebreak='newline'/><mi>y</mi>", "x; y"),
        ("<mi>x</mi><mglyph alt='ℏ'/>", "xℏ"),
        ("<mi>x</mi><mglyph/>", "x"),
        ("<mi>x</mi><mphantom><mi>y</mi></mphantom><none/>", "x"),
        (f"<mrow>{A}<mrow>{B}</mrow></mrow><mstyle>{C}</mstyle>", "abc"),
        (f"{A}<maligngroup/>{B}<malignmark/><!-- no part -->{C}", "abc"),
        (f"<maction>{A}{B}</maction>", "a"),
        ("<maction/><mi>x</mi>", "x"),
        (f"<semantics>{A}<annotation-xml>{B}</annotation-xml></semantics>", "a"),
        (f"<m:mfrac xmlns:m='http://www.w3.org/1998/Math/MathML'><m:mi>a</m:mi>{B}</m:mfrac>", "a/b"),
        (f"<MFRAC>{A}{B}</MFRAC>", "a/b"),
    ],
)
def test_an_element_is_read_as_it_is_shown(content: str, text: str) -> None:
    assert shown(content) == text


@pytest.mark.parametrize("encoding", ["application/x-tex", "application/x-latex", "text/x-tex", "TeX", "LaTeX"])
def test_a_formula_that_shows_nothing_is_read_from_its_annotation(encoding: str) -> None:
    tex = f'<annotation encoding="{encoding}"> a\n + b </annotation>'

    assert shown(f"<semantics>{tex}</semantics>", 'alttext="other"') == "a + b"
    assert shown(f"<semantics><mrow><mi>x</mi></mrow>{tex}</semantics>") == "x"
    assert shown(f"<semantics><mrow>bare</mrow>{tex}</semantics>") == "a + b"
    assert shown(f"<semantics><mfenced/>{tex}</semantics>") == "a + b"


@pytest.mark.parametrize("tag", ["mrow", "mfrac", "msqrt", "mfenced", "msup", "mmultiscripts", "maction"])
def test_a_formula_that_is_nested_too_deeply_is_read_as_its_characters(tag: str) -> None:
    deep = f"<{tag}>" * 100 + "<mi>a</mi><mo>+</mo>" + f"</{tag}>" * 100

    assert "a" in shown(f"<mrow>{deep}</mrow>")


@pytest.mark.parametrize(
    ("content", "attributes", "text"),
    [
        ('<annotation encoding="application/json">{}</annotation>', 'alttext="a  b"', "a b"),
        ("<annotation>x</annotation>", 'alttext="a"', "a"),
        ('<annotation encoding="tex"> </annotation>', 'alttext="a"', "a"),
        ("", 'alttext=""', ""),
        ("<mi>x</mi>", 'alttext="a"', "x"),
    ],
)
def test_an_attribute_says_what_a_formula_means_where_nothing_else_does(
    content: str, attributes: str, text: str
) -> None:
    assert shown(content, attributes) == text
