"""The parts of an ``.xlsx`` package beside its sheets: shared strings and styles.

Source: ECMA-376 part 1, 18 (SpreadsheetML). Elements are found by their local names, so that Strict Open XML, which has
namespaces of its own, is read as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from potluck_plugins.loaders._office.sheet import Cell
from potluck_plugins.loaders._shared.raised import Position, ScriptedText
from potluck_plugins.loaders._shared.symbols import known_in_font

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_POSITIONS: dict[str, Position] = {"superscript": "raised", "subscript": "lowered"}
_BUILT_IN_CODES = """\
0 General | 1 0 | 2 0.00 | 3 #,##0 | 4 #,##0.00 | 9 0% | 10 0.00% | 11 0.00E+00 | 12 # ?/? | 13 # ??/??
5 $#,##0;($#,##0) | 6 $#,##0;($#,##0) | 7 $#,##0.00;($#,##0.00) | 8 $#,##0.00;($#,##0.00)
15 d-mmm-yy | 16 d-mmm | 17 mmm-yy | 18 h:mm AM/PM | 19 h:mm:ss AM/PM | 20 h:mm | 21 h:mm:ss
37 #,##0;(#,##0) | 38 #,##0;(#,##0) | 39 #,##0.00;(#,##0.00) | 40 #,##0.00;(#,##0.00)
41 #,##0;(#,##0);"-" | 42 $#,##0;($#,##0);"-" | 43 #,##0.00;(#,##0.00);"-" | 44 $#,##0.00;($#,##0.00);"-"
45 mm:ss | 46 [h]:mm:ss | 47 mm:ss.0 | 48 ##0.0E+0 | 49 @
14 yyyy-mm-dd | 22 yyyy-mm-dd h:mm | 27 yyyy-mm-dd | 28 yyyy-mm-dd | 29 yyyy-mm-dd | 30 yyyy-mm-dd | 31 yyyy-mm-dd
32 h:mm | 33 h:mm:ss | 34 h:mm AM/PM | 35 h:mm:ss AM/PM | 36 yyyy-mm-dd | 50 yyyy-mm-dd | 51 yyyy-mm-dd
52 yyyy-mm-dd | 53 yyyy-mm-dd | 54 yyyy-mm-dd | 55 h:mm | 56 h:mm:ss | 57 yyyy-mm-dd | 58 yyyy-mm-dd
59 0 | 60 0.00 | 61 #,##0 | 62 #,##0.00 | 67 0% | 68 0.00% | 69 # ?/? | 70 # ??/?? | 71 yyyy-mm-dd | 72 d-mmm-yy
73 d-mmm | 74 mmm-yy | 75 h:mm | 76 h:mm:ss | 77 yyyy-mm-dd h:mm | 78 mm:ss | 79 [h]:mm:ss | 80 mm:ss.0 | 81 yyyy-mm-dd
"""
# 14, 22, 27 to 36, 50 to 58 and, in Thailand, 71 to 81 show dates as the reader's country writes them: here as nobody
# can misread them.
_BUILT_IN = {
    int(n): code for n, _, code in (one.strip().partition(" ") for one in re.split(r" \| |\n", _BUILT_IN_CODES.strip()))
}


@dataclass(frozen=True, slots=True)
class Style:
    """The part of a cell's style that decides how its value is shown."""

    code: str = "General"
    position: Position = "base"
    struck: bool = False
    font: str | None = None

    def cell(self, text: str, own_fonts: bool = False) -> Cell:
        """A text in this style; one that has been read by fonts of its own takes no font from it."""
        if self.struck:
            return Cell("", len(text))
        line = ScriptedText()
        line.add(text if own_fonts else known_in_font(text, self.font), self.position)
        return Cell(str(line))


def built_in_code(number: int) -> str:
    """The format that a number below 164 stands for (18.8.30)."""
    return _BUILT_IN.get(number, "General")


def local(element: Any) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: Any, name: str) -> Iterator[Any]:
    """The children with a local name; none of an element that is not there."""
    return (child for child in (element if element is not None else ()) if local(child) == name)


def child(element: Any, name: str) -> Any:
    """The first child with a local name; None if there is none."""
    return next(children(element, name), None)


def cell_place(reference: str) -> tuple[int, int] | None:
    """Row and column, from 0, of a reference: ``AA7`` is (6, 26). None for what is not one."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        return None
    column = 0
    for letter in found.group(1).upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found.group(2)) - 1, column - 1


def read_styles(root: Any) -> list[Style]:
    """The styles of cells, in the order in which cells name them (18.8.10)."""
    codes = {one.get("numFmtId"): one.get("formatCode", "") for one in children(child(root, "numFmts"), "numFmt")}
    fonts = list(children(child(root, "fonts"), "font"))
    styles = []
    for one in children(child(root, "cellXfs"), "xf"):
        number = one.get("numFmtId", "0")
        code = codes.get(number) or built_in_code(int(number) if number.isdigit() else 0)
        place = one.get("fontId", "0")
        font = fonts[int(place)] if place.isdigit() and int(place) < len(fonts) else None
        styles.append(Style(code, _position(font), _is_struck(font), _font(font)))
    return styles or [Style()]


def rich_text(element: Any) -> Cell:
    """A string of one or more runs (18.4.8); how its phonetic runs are read is left out."""
    line = ScriptedText()
    struck, own_fonts = 0, False
    for one in element if element is not None else ():
        if local(one) == "t":
            line.add(unescape(one.text or ""))
        elif local(one) == "r":
            properties, text = child(one, "rPr"), child(one, "t")
            run = unescape(text.text or "") if text is not None else ""
            font = _font(properties)
            own_fonts = own_fonts or font is not None
            if _is_struck(properties):
                struck += len(run)
            else:
                line.add(known_in_font(run, font), _position(properties))
    return Cell(str(line), struck, own_fonts)


def unescape(text: str) -> str:
    """A text in which ``_x000D_`` stands for a character (22.4.2.4, ST_Xstring)."""
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text) if "_x" in text else text


def _position(properties: Any) -> Position:
    script = child(properties, "vertAlign")
    return _POSITIONS.get(script.get("val", ""), "base") if script is not None else "base"


def _font(properties: Any) -> str | None:
    """The name of a font: of a run ``rFont``, of a style ``name``."""
    named = child(properties, "rFont")
    named = child(properties, "name") if named is None else named
    return None if named is None else named.get("val")


def _is_struck(properties: Any) -> bool:
    struck = child(properties, "strike")
    return struck is not None and struck.get("val", "1") not in ("0", "false")
