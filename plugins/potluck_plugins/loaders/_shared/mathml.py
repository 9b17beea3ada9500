"""The equations of web pages and e-books (MathML) as text.

Source: W3C, MathML 3, chapter 3 (presentation). Elements are told by their local names, so that trees of HTML, which
have no namespaces, and of XHTML are read alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from potluck_plugins.loaders._shared.equations import (
    ACCENTS,
    MAX_DEPTH,
    Accent,
    Delimited,
    Fraction,
    Matrix,
    Node,
    Root,
    Row,
    Script,
    Text,
    linear,
)

_TEX = {"application/x-tex", "application/x-latex", "text/x-tex", "tex", "latex"}
_TOKENS = {"mi", "mn", "mo", "mtext", "ms"}
_UNSEEN = {"annotation", "annotation-xml", "maligngroup", "malignmark"}
_EMPTY = {"mphantom", "none"}
_NO_LINE = re.compile(r"0+(?:\.0*)?(?![\d.])")
_BRACKETS = "([{|‖"
_MARKS = {
    "^": "\u0302",
    "ˆ": "\u0302",
    "~": "\u0303",
    "˜": "\u0303",
    "¯": "\u0304",
    "‾": "\u0304",
    "―": "\u0304",
    "_": "\u0332",
    "̲": "\u0332",
    "˘": "\u0306",
    "˙": "\u0307",
    ".": "\u0307",
    "¨": "\u0308",
    "⃛": "\u20db",
    "˚": "\u030a",
    "ˇ": "\u030c",
    "´": "\u0301",
    "`": "\u0300",
    "→": "\u20d7",
    "⇀": "\u20d7",
    "←": "\u20d6",
}
"""Characters above a letter that are accents, as combining characters."""


def mathml_text(element: Any) -> str:
    """The text of a ``math`` element: what it shows, else what an annotation or attribute says that it means."""
    shown = linear(_row(element, 0)).strip()
    if shown and _has_presentation(element):
        return " ".join(shown.split())
    for one in element.iter():
        if _name(one) == "annotation" and (one.get("encoding") or "").lower() in _TEX and (one.text or "").strip():
            return " ".join(one.text.split())
    return " ".join((element.get("alttext") or shown).split())


def _has_presentation(element: Any) -> bool:
    return any(_name(one) in _TOKENS for one in element.iter())


def _row(element: Any, depth: int) -> Node:
    if depth > MAX_DEPTH:
        return Text("".join(element.itertext()))
    nodes = [_node(child, depth + 1) for child in _children(element)]
    for index, node in enumerate(nodes[1:], 1):
        before = nodes[index - 1]
        if isinstance(node, Matrix) and isinstance(before, Text) and before.text and before.text in _BRACKETS:
            nodes[index] = Matrix(node.rows, brackets=False)
    return nodes[0] if len(nodes) == 1 else Row(nodes)


def _node(element: Any, depth: int) -> Node:
    name = _name(element)
    if name in _TOKENS:
        return _token(element, name)
    if name in _EMPTY:
        return Text("")
    if name == "mspace":
        return Text("; " if element.get("linebreak") == "newline" else " " if element.get("width") else "")
    if name == "mglyph":
        return Text(element.get("alt") or "")
    reader = _READERS.get(name)
    return _row(element, depth) if reader is None else reader(element, depth)


def _token(element: Any, name: str) -> Node:
    text = " ".join("".join(element.itertext()).split())
    if name == "mtext":
        raw = "".join(element.itertext())
        text = f"{' ' * raw[:1].isspace()}{text}{' ' * raw[-1:].isspace()}"
    if name == "ms":
        return Text(f'"{text}"')
    return Text(text, word=name in ("mi", "mo", "mtext") and len(text) > 1 and text.isalpha())


def _fraction(element: Any, depth: int) -> Node:
    numerator, denominator = _parts(element, 2, depth)
    thickness = element.get("linethickness") or "1"
    return Fraction(numerator, denominator, bar=_NO_LINE.match(thickness.strip()) is None)


def _script(element: Any, depth: int) -> Node:
    name = _name(element)
    base, first, second = _parts(element, 3, depth)
    if name in ("msub", "munder"):
        return _accent(base, first) or Script(base, first)
    if name in ("msup", "mover"):
        return (_accent(base, first) if name == "mover" else None) or Script(base, None, first)
    return Script(base, first, second)


def _accent(base: Node, mark: Node) -> Node | None:
    """An accent or a brace; None for any other script."""
    if not isinstance(mark, Text):
        return None
    character = _MARKS.get(mark.text, mark.text)
    return Accent(character, base) if character in ACCENTS else None


def _scripts(element: Any, depth: int) -> Node:
    """``mmultiscripts``: a base, pairs of lower and upper after it, and pairs before it."""
    children = _children(element)
    base = _node(children[0], depth + 1) if children else Text("")
    split = next((i for i, one in enumerate(children) if _name(one) == "mprescripts"), len(children))
    node = base
    for lower, upper in _pairs(children[split + 1 :], depth):
        node = Script(node, lower, upper, before=True)
    for lower, upper in _pairs(children[1:split], depth):
        node = Script(node, lower, upper)
    return node


def _pairs(children: Sequence[Any], depth: int) -> list[tuple[Node | None, Node | None]]:
    nodes = [None if _name(one) == "none" else _node(one, depth + 1) for one in children]
    nodes += [None] * (len(nodes) % 2)
    return list(zip(nodes[::2], nodes[1::2], strict=True))


def _root(element: Any, depth: int) -> Node:
    if _name(element) == "mroot":
        body, degree = _parts(element, 2, depth)
        return Root(body, degree)
    return Root(_row(element, depth))


def _enclosure(element: Any, depth: int) -> Node:
    body = _row(element, depth)
    return Root(body) if (element.get("notation") or "").strip() == "radical" else body


def _fence(element: Any, depth: int) -> Node:
    opening, closing, separators = (element.get(name) for name in ("open", "close", "separators"))
    return Delimited(
        "(" if opening is None else opening.strip(),
        [_node(one, depth + 1) for one in _children(element)],
        ")" if closing is None else closing.strip(),
        "," if separators is None else separators.strip()[:1],
    )


def _table(element: Any, depth: int) -> Node:
    rows = [_cells(row, depth) for row in _children(element) if _name(row) in ("mtr", "mlabeledtr")]
    if all(len(row) == 1 for row in rows):
        return Matrix(rows, brackets=False)
    aligned = "right left" in (element.get("columnalign") or "")
    return Matrix([[Row(row)] for row in rows] if aligned else rows, brackets=not aligned)


def _cells(row: Any, depth: int) -> list[Node]:
    cells = [_row(cell, depth + 1) for cell in _children(row)]
    return cells[1:] + cells[:1] if _name(row) == "mlabeledtr" else cells


def _first(element: Any, depth: int) -> Node:
    """``semantics`` and ``maction``: the first of several ways to say it."""
    children = _children(element)
    return _node(children[0], depth + 1) if children else Text("")


_READERS: dict[str, Callable[[Any, int], Node]] = {
    "mfrac": _fraction,
    "msub": _script,
    "msup": _script,
    "msubsup": _script,
    "munder": _script,
    "mover": _script,
    "munderover": _script,
    "mmultiscripts": _scripts,
    "msqrt": _root,
    "mroot": _root,
    "menclose": _enclosure,
    "mfenced": _fence,
    "mtable": _table,
    "semantics": _first,
    "maction": _first,
}


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower()


def _children(element: Any) -> list[Any]:
    return [one for one in element if isinstance(one.tag, str) and _name(one) not in _UNSEEN]


def _parts(element: Any, count: int, depth: int) -> list[Node]:
    """As many parts as the element has by its definition; those that are missing are empty."""
    nodes = [_node(one, depth + 1) for one in _children(element)[:count]]
    return nodes + [Text("")] * (count - len(nodes))
