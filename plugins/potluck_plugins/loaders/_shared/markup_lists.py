"""The numbers of lists in HTML, which stand in no text. Source: HTML Living Standard, 4.4.5 to 4.4.8."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from potluck_plugins.loaders._shared.numerals import format_number

_TYPES = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([\w-]+)", re.IGNORECASE)
_STYLES = {
    "lower-alpha": "lowerLetter",
    "lower-latin": "lowerLetter",
    "upper-alpha": "upperLetter",
    "upper-latin": "upperLetter",
    "lower-roman": "lowerRoman",
    "upper-roman": "upperRoman",
    "decimal-leading-zero": "decimalZero",
    "cjk-decimal": "taiwaneseDigital",
    "cjk-ideographic": "taiwaneseCounting",
    "trad-chinese-informal": "taiwaneseCounting",
    "simp-chinese-informal": "chineseCounting",
    "japanese-informal": "japaneseCounting",
    "cjk-heavenly-stem": "ideographTraditional",
    "cjk-earthly-branch": "ideographZodiac",
}
_INTEGER = re.compile(r"\s*([+-]?\d{1,9})")


@dataclass(slots=True)
class _List:
    """An open list: the number of its next item, None if its items have none."""

    following: int | None
    step: int = 1
    kind: str = "decimal"


class Lists:
    """The lists that are open at a place of a page."""

    def __init__(self) -> None:
        """No list is open."""
        self._open: list[_List] = []
        self._navigation = 0

    def start(self, tag: str, attributes: Any, element: Any = None) -> None:
        """Open a list. ``element`` holds its items where the page is a tree: a reversed list counts them."""
        if tag == "nav":
            self._navigation += 1
        elif tag == "ol" and not self._navigation and _style(attributes) != "none":
            kind = _TYPES.get(attributes.get("type") or "", "") or _STYLES.get(_style(attributes), "decimal")
            is_reversed = attributes.get("reversed") is not None
            items = sum(1 for one in element if _is_item(one)) if element is not None and is_reversed else 1
            begin = _integer(attributes.get("start"), items)
            self._open.append(_List(begin, -1 if is_reversed else 1, kind))
        elif tag in ("ol", "ul", "menu", "dir"):
            self._open.append(_List(None))

    def end(self, tag: str) -> None:
        """Close a list."""
        if tag == "nav":
            self._navigation = max(0, self._navigation - 1)
        elif tag in ("ol", "ul", "menu", "dir") and self._open:
            self._open.pop()

    def label(self, attributes: Any) -> str:
        """The number of an item that begins, with its full stop; nothing if it has none."""
        last = self._open[-1] if self._open else None
        if last is None or last.following is None:
            return ""
        value = _integer(attributes.get("value"), last.following)
        last.following = value + last.step
        if _style(attributes) == "none":
            return ""
        kind = _TYPES.get(attributes.get("type") or "", last.kind)
        number = format_number(value, kind)
        return f"{number}、" if kind in ("taiwaneseCounting", "chineseCounting", "japaneseCounting") else f"{number}. "


def _style(attributes: Any) -> str:
    found = _STYLE.search(attributes.get("style") or "")
    return found.group(1).lower() if found else ""


def _integer(text: str | None, default: int) -> int:
    found = _INTEGER.match(text or "")
    return int(found.group(1)) if found else default


def _is_item(element: Any) -> bool:
    return isinstance(element.tag, str) and element.tag.rpartition("}")[2].lower() == "li"
