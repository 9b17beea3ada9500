"""Fields of Word whose text stands in their instruction, or in the form that belongs to them.

Source: ECMA-376 part 1, 17.16.5 (field definitions; ``EQ`` is described in [MS-OI29500] 2.1.573).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from potluck_plugins.loaders._office.symbols import symbol

_PAGES = {"PAGE", "NUMPAGES", "SECTIONPAGES", "PAGEREF"}
_SYMBOL = re.compile(r'SYMBOL\s+(\d+|0x[0-9a-fA-F]+)(?:.*?\\f\s*"?([^"\\]+)"?)?', re.IGNORECASE)
_RUBY = re.compile(r"\\o\s*(?:\\a[dlrc]\s*)*\(\s*\\s\s*\\up\s*\d+\s*\((.*?)\)\s*[,;]\s*(.*)\)\s*$", re.DOTALL)
_FRACTION = re.compile(r"\\f\s*\(([^(),;]*)[,;]([^(),;]*)\)")
_ROOT = re.compile(r"\\r\s*\((?:([^(),;]*)[,;])?([^(),;]*)\)")
_SWITCH = re.compile(r"\\[a-zA-Z]+\s*\d*")

_TEXT, _CHECK_BOX, _DROP_DOWN = range(3)
_DEFAULT = 25


@dataclass(slots=True)
class FormField:
    """What a form holds; ``result`` 25 stands for the default."""

    kind: int = -1
    result: int = _DEFAULT
    default: int = 0
    entries: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """What it shows that no text of the field does."""
        chosen = self.default if self.result == _DEFAULT else self.result
        if self.kind == _CHECK_BOX:
            return "☒ " if chosen == 1 else "☐ "
        return self.entries[chosen] if self.kind == _DROP_DOWN and 0 <= chosen < len(self.entries) else ""


def is_page_number(instruction: str) -> bool:
    """Whether a field shows a number of pages, which no text of the document is."""
    return instruction.split()[:1] != [] and instruction.split()[0].upper() in _PAGES - {"PAGEREF"}


def instruction_text(instruction: str) -> str:
    """The text that a field shows and that stands in its instruction: a symbol, a fraction, a ruby; mostly none."""
    name = instruction.split()[0].upper() if instruction.split() else ""
    if name == "SYMBOL" and (found := _SYMBOL.search(instruction)):
        code = int(found[1], 0) if not found[1].startswith("0") or "x" in found[1].lower() else int(found[1])
        return symbol(code, found[2] or "Symbol") if code < 0x10000 else ""
    return _equation(instruction.strip()[2:].strip()) if name == "EQ" else ""


def _equation(text: str) -> str:
    if ruby := _RUBY.search(text):
        return f"{ruby[2].strip()}({ruby[1].strip()})"
    text = _FRACTION.sub(r"\1/\2", text)
    text = _ROOT.sub(lambda found: f"{found[1] or ''}√({found[2]})", text)
    return _SWITCH.sub("", text).strip()
