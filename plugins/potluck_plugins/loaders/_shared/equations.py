"""Equations as one line of text: ``H=P/ρg+3.5``, ``x=(−b±√(b²−4ac))/2a``, ``∑_(i=1)ⁿ i²``.

The form is that of UnicodeMath (Unicode Technical Note 28): a run of letters and digits is one operand, everything
longer stands in brackets, and a space ends an operand that would go on otherwise. Superscripts and subscripts are those
of ``raised.py``. ``omml.py`` reads such a tree from Word and PowerPoint, ``mathml.py`` from HTML and EPUB.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from potluck_plugins.loaders._shared.raised import write_lowered, write_raised

MAX_DEPTH = 60
"""Formulas that are nested more deeply are read as the characters in them."""

_ATOM = r"(?:[^\W_]|[⁺⁻₊₋])+(?:[.,]\d+)*"
_GROUP = rf"(?:{_ATOM}|\([^()]*\))"
_OPERAND = re.compile(rf"[√∛∜]{_GROUP}|{_ATOM}(?:[_^]{_GROUP})*[′″°%]*|[^\w\s]")
_BASE = re.compile(rf"[^\W_⁰¹²³⁴-⁹ⁿⁱ]+(?:[.,]\d+)*(?:_{_GROUP})?[′″°]*|[^\w\s]")
_LETTERS = re.compile("[\u210e\U0001d400-\U0001d7ff]")
_INVISIBLE = re.compile("[\u2061-\u2063\u200b-\u200d\u2060\u00ad\ufe00-\ufe0f]")
_MARKS = re.compile("[′″‴⁗°]+")
_TRADE_MARKS = "™℠®©"
_OPENING = "([{⟨⌈⌊|‖√∛∜"
_CLOSING = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "⌈": "⌉", "⌊": "⌋"}
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}

ACCENTS = {
    "\u0300": "grave",
    "\u0301": "acute",
    "\u0302": "hat",
    "\u0303": "tilde",
    "\u0304": "bar",
    "\u0305": "bar",
    "\u0306": "breve",
    "\u0307": "dot",
    "\u0308": "ddot",
    "\u20db": "dddot",
    "\u030a": "ring",
    "\u030c": "check",
    "\u20d7": "vec",
    "\u20d6": "larrow",
    "\u0332": "underline",
    "\u23de": "overbrace",
    "\u23df": "underbrace",
    "\u23b4": "overbracket",
    "\u23b5": "underbracket",
    "\u23dc": "overparen",
    "\u23dd": "underparen",
}
"""Combining characters and braces, and what they are called over more than one letter."""


@dataclass(frozen=True, slots=True)
class Text:
    """Characters as they stand; a ``word`` (``sin``) is kept apart from letters and digits beside it."""

    text: str
    word: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Parts that stand beside each other."""

    parts: Sequence[Node]


@dataclass(frozen=True, slots=True)
class Fraction:
    """``a/b``; without a ``bar`` one stands above the other, as in a binomial coefficient."""

    numerator: Node
    denominator: Node
    bar: bool = True


@dataclass(frozen=True, slots=True)
class Script:
    """A base with what is lowered and raised beside it, above or below it; ``before`` it for isotopes."""

    base: Node
    lower: Node | None = None
    upper: Node | None = None
    before: bool = False


@dataclass(frozen=True, slots=True)
class Root:
    """A root; a square root without a ``degree``."""

    body: Node
    degree: Node | None = None


@dataclass(frozen=True, slots=True)
class Operator:
    """A sum, product or integral with its limits, and a function with its argument: ``∑_(i=1)ⁿ i²``, ``sin x``."""

    name: Node
    body: Node


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of cells; also equations one below the other."""

    rows: Sequence[Sequence[Node]]
    brackets: bool = True


@dataclass(frozen=True, slots=True)
class Delimited:
    """Parts in brackets of any kind; an empty string is one that is not shown."""

    opening: str
    parts: Sequence[Node]
    closing: str
    separator: str = ","


@dataclass(frozen=True, slots=True)
class Accent:
    """A mark above or below: a combining character, or a brace."""

    mark: str
    body: Node


Node: TypeAlias = Text | Row | Fraction | Script | Root | Operator | Matrix | Delimited | Accent


def linear(node: Node) -> str:
    """The formula as one line."""
    match node:
        case Text(text):
            return _INVISIBLE.sub("", _plain_letters(text)).replace("\u2064", " ").replace("\xa0", " ")
        case Row(parts):
            return _join(parts)
        case Fraction():
            return _fraction(node)
        case Script():
            return _script(node)
        case Root():
            return _root(node)
        case Operator():
            return _operator(node)
        case Matrix(rows, brackets):
            inner = "; ".join(", ".join(linear(cell) for cell in row) for row in rows)
            return f"[{inner}]" if brackets else inner
        case Delimited():
            return _brackets(node)
        case Accent(mark, body):
            return _accent(mark, linear(body))


def _plain_letters(text: str) -> str:
    """Letters instead of the mathematical italics and bold ones, which no one types into a search."""
    return _LETTERS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)


def _join(parts: Sequence[Node]) -> str:
    """Parts beside each other, with a space where the end of one would be read into the next."""
    line, before = "", None
    for part in parts:
        text = linear(part)
        if not text:
            continue
        if before is not None and not line[-1].isspace() and _apart(before, line, part, text):
            line += " "
        line, before = line + text, part
    return line


def _apart(before: Node, line: str, part: Node, text: str) -> bool:
    touching = line[-1].isalnum() and text[0].isalnum()
    if isinstance(before, Text) and isinstance(part, Text):
        return touching and (before.word or part.word)
    if isinstance(part, Script) and not part.before and not linear(part.base):
        return False
    begins = touching and (line[-1].isdigit() or line[-1].isascii()) and text[0].isdigit()
    return begins or _goes_on(before, line, text) or (touching and _stands_alone(part))


def _stands_alone(part: Node) -> bool:
    """Whether a letter or digit before a part would be read as its first."""
    return (
        isinstance(part, Fraction)
        or (isinstance(part, Script) and part.before)
        or (isinstance(part, Operator) and linear(part.name)[-1:].isalpha())
        or (isinstance(part, Text) and part.word)
    )


def _goes_on(before: Node, line: str, text: str) -> bool:
    """Whether what follows a part would be read as its end."""
    if not text[0].isalnum() and text[0] not in _OPENING:
        return False
    if isinstance(before, Operator):
        return True
    if isinstance(before, Fraction):
        return before.bar
    if isinstance(before, Script):
        base = before.base
        names = isinstance(base, Text) and (base.word or unicodedata.category((base.text or " ")[-1]) == "Sm")
        return names or (text[0].isalnum() and unicodedata.category(line[-1])[0] == "L" and line[-1] not in "ⁿⁱ")
    return isinstance(before, Root) and text[0].isalnum()


def _operand(text: str) -> str:
    """A text as one operand: in brackets unless it is one letter, number or word, or has its own."""
    text = text.strip()
    return text if not text or _OPERAND.fullmatch(text) or _is_bracketed(text) else f"({text})"


def _base(text: str) -> str:
    """A text that a script can follow: ``x²`` with an exponent is ``(x²)³``."""
    text = text.strip()
    return text if not text or _BASE.fullmatch(text) or _is_bracketed(text) else f"({text})"


def _is_bracketed(text: str) -> bool:
    """Whether the bracket that a text begins with is closed at its very end."""
    if len(text) > 2 and text[0] == text[-1] and text[0] in "|‖":
        return text[0] not in text[1:-1]
    closing = _CLOSING.get(text[:1])
    if closing is None or not text.endswith(closing):
        return False
    depth = 0
    for index, character in enumerate(text):
        depth += (character == text[0]) - (character == closing)
        if depth == 0:
            return index == len(text) - 1
    return False


def _fraction(node: Fraction) -> str:
    numerator, denominator = linear(node.numerator), linear(node.denominator)
    if not node.bar:
        return f"{numerator}; {denominator}"
    return f"{_operand(numerator)}/{_operand(denominator)}"


def _script(node: Script) -> str:
    base = linear(node.base)
    lower = "" if node.lower is None else _subscript(linear(node.lower))
    upper = "" if node.upper is None else _superscript(linear(node.upper))
    return f"{upper}{lower}{base}" if node.before else f"{_base(base)}{lower}{upper}"


def _superscript(text: str) -> str:
    text = text.strip()
    if not text or _MARKS.fullmatch(text):
        return text
    shown = write_raised(text)
    return f"^{_group(text)}" if shown == text or shown[0] in "^" + _TRADE_MARKS else shown


def _subscript(text: str) -> str:
    text = text.strip()
    shown = write_lowered(text)
    return f"_{_group(text)}" if text and shown == text else shown


def _group(text: str) -> str:
    return text if len(text) == 1 or _is_bracketed(text) else f"({text})"


def _root(node: Root) -> str:
    degree = "" if node.degree is None else linear(node.degree).strip()
    sign = _ROOTS.get(degree)
    if sign is None:
        shown = _superscript(degree)
        sign = f"{shown if shown[0] != '^' else f'({degree})'}√"
    return sign + _operand(linear(node.body))


def _operator(node: Operator) -> str:
    name, body = linear(node.name).strip(), linear(node.body).strip()
    if not body:
        return name
    if not name[-1:].isalpha() or not isinstance(node.name, Text):
        return f"{name} {body}".strip()
    body = _operand(body)
    return f"{name}{body}" if body[0] in _CLOSING else f"{name} {body}"


def _brackets(node: Delimited) -> str:
    parts = [_only(part) for part in node.parts]
    first = parts[0] if len(parts) == 1 else None
    if isinstance(first, Fraction) and not first.bar and node.opening == "(":
        return f"({linear(first.numerator)} choose {linear(first.denominator)})"
    if isinstance(first, Matrix):
        parts = [Matrix(first.rows, brackets=False)]
    return node.opening + node.separator.join(linear(part) for part in parts) + node.closing


def _only(node: Node) -> Node:
    """The one part of a row that has no other."""
    while isinstance(node, Row) and len(node.parts) == 1:
        node = node.parts[0]
    return node


def _accent(mark: str, body: str) -> str:
    if len(body) == 1 and unicodedata.combining(mark[:1] or " "):
        return unicodedata.normalize("NFC", body + mark)
    name = ACCENTS.get(mark)
    return f"{name}{_parenthesize(body)}" if name else f"{_operand(body)}{mark}"


def _parenthesize(text: str) -> str:
    return text if _is_bracketed(text) and text[0] == "(" else f"({text})"
