"""The meaning of element names in the vocabularies of documents, and in others that use the same names.

Sources: JATS 1.3, DocBook 5.2, CALS (OASIS TR 9901:1999), DITA 1.3, TEI P5.
"""

from __future__ import annotations

import re
from typing import Any

from potluck_plugins.loaders._shared.raised import Position

BLOCKS = frozenset(
    {"p", "para", "simpara", "formalpara", "title", "subtitle", "caption", "label", "sec", "section", "div", "lg", "l"}
    | {"list", "list-item", "itemizedlist", "orderedlist", "listitem", "simplelist", "member", "item", "ul", "ol", "li"}
    | {"dl", "dt", "dd", "def-list", "def-item", "term", "def", "variablelist", "varlistentry", "disp-formula", "fig"}
    | {"disp-quote", "boxed-text", "blockquote", "table-wrap", "table", "informaltable", "tgroup", "simpletable"}
    | {
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "row",
        "strow",
        "sthead",
        "td",
        "th",
        "entry",
        "stentry",
        "cell",
        "programlisting",
    }
    | {"preformat", "pre", "fn", "footnote"}
)
"""Elements that stand apart from what is beside them."""

BREAKS = frozenset({"br", "break", "lb", "line-break", "tab", "hr"})
TEXTS = frozenset({"p", "para", "simpara", "title", "td", "th", "entry", "stentry", "cell", "li", "dd", "l", "ab"})
"""Elements that are one line, whatever stands in them."""

_POSITIONS: dict[str, Position] = {
    **dict.fromkeys(("sup", "superscript", "super", "sp"), "raised"),
    **dict.fromkeys(("sub", "subscript", "inf", "sb"), "lowered"),
}
_DELETED = frozenset({"del", "strike", "strikethrough", "line-through", "dels"})
_SAYING = ("rend", "rendition", "role", "type", "style", "outputclass")
_LINE_THROUGH = re.compile("line-?through|strike", re.IGNORECASE)
_ALIGNED = re.compile(r"vertical-align\s*:\s*(super|sub)\b")
_FORMATTED = frozenset({"hi", "emphasis", "phrase", "ph", "span", "styled-content"})
_REFERENCES = frozenset({"xref", "ref", "cross-ref", "cross-refs", "citationref", "footnoteref", "a"})
_TO_NOTES = frozenset({"fn", "table-fn", "bibr", "bib", "footnote", "note", "noteanchor", "author-notes", "corresp"})
_FOOTNOTES = frozenset({"fn", "footnote"})
_PLACES_OF_NOTES = frozenset({"foot", "end", "bottom", "margin"})


def bare(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]


def name_of(element: Any) -> str:
    """The name of an element as names are compared."""
    return bare(element.tag).lower() if isinstance(element.tag, str) else ""


def position_of(element: Any) -> Position | None:
    """Where an element puts its text on the line; None if it does not say so."""
    name = name_of(element)
    if name in _POSITIONS:
        return _POSITIONS[name]
    said = _words_of(element) if name in _FORMATTED else ""
    aligned = _ALIGNED.search(said)
    return next(
        (_POSITIONS[word] for word in [aligned[1] if aligned else "", *said.split()] if word in _POSITIONS), None
    )


def is_deleted(element: Any) -> bool:
    """Whether the text of an element is deleted or struck out."""
    name = name_of(element)
    return name in _DELETED or (name in _FORMATTED and _LINE_THROUGH.search(_words_of(element)) is not None)


def leads_to_note(element: Any) -> bool | None:
    """Whether an element is a mark of a note or of a source; None for a reference that may be one."""
    name = name_of(element)
    if name not in _REFERENCES:
        return False
    kind = next((value.lower() for key, value in element.items() if bare(key) in ("ref-type", "type")), None)
    return (kind in _TO_NOTES) if kind else None


def is_footnote(element: Any) -> bool:
    """Whether an element within a line holds the text of a note."""
    name = name_of(element)
    return name in _FOOTNOTES or (name == "note" and element.get("place") in _PLACES_OF_NOTES)


def label_of(footnote: Any) -> str:
    """The mark of a note within a line; nothing if a program counts it."""
    said = footnote.get("n") or footnote.get("symbol") or footnote.get("label")
    return said or next(("".join(one.itertext()).strip() for one in footnote if name_of(one) == "label"), "")


def is_formula(element: Any) -> bool:
    """Whether an element is an equation in MathML."""
    return bool(element.tag == "{http://www.w3.org/1998/Math/MathML}math")


def is_source_of_formula(element: Any) -> bool:
    """Whether an element says again, in TeX, what an equation beside it says."""
    parent = element.getparent()
    return name_of(element) == "tex-math" and parent is not None and any(map(is_formula, parent))


def _words_of(element: Any) -> str:
    return " ".join(element.get(name) or "" for name in _SAYING).lower()
