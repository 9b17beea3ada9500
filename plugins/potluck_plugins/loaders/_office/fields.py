"""Fields of Word whose text stands in their instruction, or in the form that belongs to them.

Source: ECMA-376 part 1, 17.16.5 (field definitions).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from potluck_plugins.loaders._office.eq_field import read_eq
from potluck_plugins.loaders._shared.check_boxes import check_box
from potluck_plugins.loaders._shared.symbols import symbol

_PAGES = {"PAGE", "NUMPAGES", "SECTIONPAGES", "PAGEREF"}
_SYMBOL = re.compile(r'SYMBOL\s+(0x[0-9a-f]+|\d+)(?:.*?\\f\s*(?:"([^"]+)"|(\S+)))?', re.IGNORECASE | re.DOTALL)

_TEXT, _CHECK_BOX, _DROP_DOWN = range(3)
_DEFAULT = 25


@dataclass(slots=True)
class FormField:
    """The content of a form field; ``result`` 25 stands for the default."""

    kind: int = -1
    result: int = _DEFAULT
    default: int = 0
    entries: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """The text that it shows besides the field's own text."""
        chosen = self.default if self.result == _DEFAULT else self.result
        if self.kind == _CHECK_BOX:
            return f"{check_box(chosen == 1)} "
        return self.entries[chosen] if self.kind == _DROP_DOWN and 0 <= chosen < len(self.entries) else ""


def is_page_number(instruction: str) -> bool:
    """Whether a field shows a number of pages, which no text of the document is."""
    return _name(instruction) in _PAGES - {"PAGEREF"}


def is_equation(instruction: str) -> bool:
    """Whether a field shows an equation."""
    return _name(instruction) == "EQ"


def _name(instruction: str) -> str:
    return instruction.split()[0].upper() if instruction.split() else ""


def instruction_text(instruction: str) -> str | None:
    """The text that a field shows and that stands in its instruction: a symbol, a formula, a ruby.

    None for a field that draws nothing, or a symbol that is not known.
    """
    name = _name(instruction)
    if name == "SYMBOL" and (found := _SYMBOL.match(instruction.strip())):
        code = int(found[1], 16) if found[1].lower().startswith("0x") else int(found[1])
        return symbol(code, found[2] or found[3] or "Symbol")
    return read_eq(instruction) if name == "EQ" else None
