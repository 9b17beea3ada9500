"""Equations in RTF, whose control words are the elements of Office's MathML with an ``m`` before their names.

Source: Rich Text Format specification 1.9.1, "Office Math".
"""

from __future__ import annotations

from typing import Any

from potluck_plugins.loaders._office.paragraph import Look
from potluck_plugins.loaders._shared.omml import omml_text

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"


class Equation:
    """An equation that is put together group by group."""

    def __init__(self) -> None:
        """It is empty."""
        from lxml import etree

        self._open: list[Any] = [etree.Element(f"{_M}oMath")]

    def enter(self, word: str) -> bool:
        """Begin the element of a group's first control word; False where equations do not know the word."""
        from lxml import etree

        if not word.startswith("m") or len(word) < 2:
            return False
        self._open.append(etree.SubElement(self._open[-1], _M + word[1:]))
        return True

    def leave(self) -> None:
        """End the element of a group."""
        self._open.pop()

    def write(self, text: str, _: Look) -> None:
        """Add characters, or the value of a property."""
        from lxml import etree

        element = self._open[-1]
        parent = element.getparent()
        if parent is not None and parent.tag.endswith("Pr"):
            element.set(f"{_M}val", text.strip())
        elif text.strip():
            run = element if element.tag == f"{_M}r" else etree.SubElement(element, f"{_M}r")
            etree.SubElement(run, f"{_M}t").text = text

    def __str__(self) -> str:
        """The equation on one line."""
        return omml_text(self._open[0])
