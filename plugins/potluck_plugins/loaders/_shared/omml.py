"""The equations of Word and PowerPoint (Office Math Markup) as text.

Source: ECMA-376 part 1, 22.1. Elements are told by their local names, which are the same in the transitional and the
strict namespace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from potluck_plugins.loaders._shared.equations import (
    MAX_DEPTH,
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

NAMESPACES = (
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "http://purl.oclc.org/ooxml/officeDocument/math",
)
"""The namespaces of ``m:oMath`` and ``m:oMathPara``: transitional, strict."""

_REMOVED = {"del", "moveFrom", "delText", "instrText"}
_INTEGRAL = "\u222b"
_CIRCUMFLEX = "\u0302"
_OVERLINE, _UNDERLINE = "\u0305", "\u0332"
_UNDERBRACE = "\u23df"


def omml_text(element: Any) -> str:
    """The text of ``m:oMath``, or of ``m:oMathPara``, whose equations are a line each."""
    if _name(element) == "oMathPara":
        equations = [linear(_row(one, 0)).strip() for one in element if _name(one) == "oMath"]
        return "\n".join(filter(None, equations))
    return linear(_row(element, 0)).strip()


def _row(element: Any, depth: int) -> Node:
    """The contents of an element, side by side."""
    if element is None:
        return Text("")
    if depth > MAX_DEPTH:
        return Text("".join(_characters(element)))
    nodes = [node for child in element if (node := _node(child, depth + 1)) is not None]
    return nodes[0] if len(nodes) == 1 else Row(nodes)


def _node(element: Any, depth: int) -> Node | None:
    name = _name(element)
    if name in _REMOVED or name.endswith("Pr"):
        return None
    if name == "r":
        text = "".join(_characters(element)).replace("&", "")
        return Text(text)
    reader = _READERS.get(name)
    return _row(element, depth) if reader is None else reader(element, depth)


def _characters(element: Any) -> Iterator[str]:
    for one in element.iter():
        name = _name(one)
        if name == "t":
            yield one.text or ""
        elif name in ("tab", "br", "cr"):
            yield " "


def _fraction(element: Any, depth: int) -> Node:
    numerator, denominator = _part(element, "num", depth), _part(element, "den", depth)
    return Fraction(numerator, denominator, bar=_property(element, "type") != "noBar")


def _script(element: Any, depth: int) -> Node:
    return Script(
        _part(element, "e", depth),
        _optional(element, "sub", depth),
        _optional(element, "sup", depth),
        before=_name(element) == "sPre",
    )


def _limit(element: Any, depth: int) -> Node:
    base, limit = _part(element, "e", depth), _part(element, "lim", depth)
    return Script(base, limit, None) if _name(element) == "limLow" else Script(base, None, limit)


def _root(element: Any, depth: int) -> Node:
    hidden = _is_on(element, "degHide")
    return Root(_part(element, "e", depth), None if hidden else _optional(element, "deg", depth))


def _sum(element: Any, depth: int) -> Node:
    lower = None if _is_on(element, "subHide") else _optional(element, "sub", depth)
    upper = None if _is_on(element, "supHide") else _optional(element, "sup", depth)
    sign = _property(element, "chr")
    return Operator(Script(Text(_INTEGRAL if sign is None else sign), lower, upper), _part(element, "e", depth))


def _function(element: Any, depth: int) -> Node:
    return Operator(_part(element, "fName", depth), _part(element, "e", depth))


def _brackets(element: Any, depth: int) -> Node:
    opening, closing, separator = (_property(element, name) for name in ("begChr", "endChr", "sepChr"))
    return Delimited(
        "(" if opening is None else opening,
        [_row(one, depth) for one in element if _name(one) == "e"],
        ")" if closing is None else closing,
        "|" if separator is None else separator,
    )


def _matrix(element: Any, depth: int) -> Node:
    rows = [[_row(cell, depth) for cell in row if _name(cell) == "e"] for row in element if _name(row) == "mr"]
    return Matrix(rows)


def _array(element: Any, depth: int) -> Node:
    return Matrix([[_row(one, depth)] for one in element if _name(one) == "e"], brackets=False)


def _accent(element: Any, depth: int) -> Node:
    return Accent(_property(element, "chr") or _CIRCUMFLEX, _part(element, "e", depth))


def _bar(element: Any, depth: int) -> Node:
    return Accent(_OVERLINE if _property(element, "pos") == "top" else _UNDERLINE, _part(element, "e", depth))


def _brace(element: Any, depth: int) -> Node:
    return Accent(_property(element, "chr") or _UNDERBRACE, _part(element, "e", depth))


def _phantom(element: Any, depth: int) -> Node:
    return Text("") if _property(element, "show") in ("0", "off", "false") else _part(element, "e", depth)


_READERS: dict[str, Callable[[Any, int], Node]] = {
    "f": _fraction,
    "sSub": _script,
    "sSup": _script,
    "sSubSup": _script,
    "sPre": _script,
    "limLow": _limit,
    "limUpp": _limit,
    "rad": _root,
    "nary": _sum,
    "func": _function,
    "d": _brackets,
    "m": _matrix,
    "eqArr": _array,
    "acc": _accent,
    "bar": _bar,
    "groupChr": _brace,
    "phant": _phantom,
}


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _child(element: Any, name: str) -> Any:
    return next((one for one in element if _name(one) == name), None)


def _part(element: Any, name: str, depth: int) -> Node:
    return _row(_child(element, name), depth)


def _optional(element: Any, name: str, depth: int) -> Node | None:
    part = _child(element, name)
    return None if part is None else _row(part, depth)


def _property(element: Any, name: str) -> str | None:
    """A value of the element's properties; the empty string if it is given without one."""
    properties = next((one for one in element if _name(one).endswith("Pr")), None)
    found = None if properties is None else _child(properties, name)
    if found is None:
        return None
    return next((value for key, value in found.attrib.items() if key.rpartition("}")[2] == "val"), "")


def _is_on(element: Any, name: str) -> bool:
    return _property(element, name) in ("", "1", "on", "true")
