"""Tables on a terminal in which nothing is cut: columns that do not fit side by side are stacked in blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from potluck.visible import visible

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

_BETWEEN = 2
"""Blanks between two columns."""


@dataclass(frozen=True, slots=True)
class _Column:
    head: str
    folds: bool
    spare: int
    cells: list[str] = field(default_factory=list)

    @property
    def widest(self) -> int:
        """The width of its longest line."""
        return max(cell_len(line) for text in (self.head, *self.cells) for line in (text.splitlines() or [""]))

    def narrowest(self, most: int) -> int:
        """The smallest width that breaks no figure and no word; a word longer than ``most`` is broken."""
        if not self.folds:
            return self.widest
        return min(most, max((cell_len(word) for text in (self.head, *self.cells) for word in text.split()), default=1))


class TerminalTable:
    """One row per thing, one column per fact. If the columns do not fit, each block repeats the first one.

    Texts fold onto further lines; figures fold only if one does not fit beside the first column.
    """

    def __init__(self, title: str = "") -> None:
        """Begin without columns."""
        self._title = visible(title)
        self._columns: list[_Column] = []
        self._styles: list[str] = []

    @property
    def width(self) -> int:
        """How many terminal columns the table takes without folding anything."""
        return sum(column.widest for column in self._columns) + _BETWEEN * (len(self._columns) - 1)

    def add_column(self, head: str, *, folds: bool = False, spare: int = 0) -> None:
        """Add a column: of figures, or of texts that may fold. Those with the largest ``spare`` are left out first."""
        self._columns.append(_Column(visible(head), folds, spare))

    def add_row(self, *cells: str, style: str = "") -> None:
        """Add a row; cells that are missing at its end are empty."""
        for number, column in enumerate(self._columns):
            column.cells.append(visible(cells[number]) if number < len(cells) else "")
        self._styles.append(style)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the blocks that fit the width."""
        if self._title:
            yield Text(self._title)
        for columns in self._blocks(options.max_width):
            yield self._block(columns, _widths(columns, options.max_width))
            yield Text()

    def _blocks(self, width: int) -> Iterator[list[_Column]]:
        """The groups of columns that stand side by side; the first column is in every group."""
        first, *others = self._affordable(width)
        block = [first]
        for column in others:
            if len(block) > 1 and _least([*block, column], width) > _room(len(block) + 1, width):
                yield block
                block = [first]
            block.append(column)
        yield block

    def _affordable(self, width: int) -> list[_Column]:
        """The columns without those that can be spared, as far as the others would have to fold for them."""
        columns = list(self._columns)
        while sum(column.widest for column in columns) > _room(len(columns), width):
            spared = max(columns, key=lambda column: column.spare)
            if not spared.spare:
                break
            columns.remove(spared)
        return columns

    def _block(self, columns: Sequence[_Column], widths: Sequence[int]) -> Table:
        made = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, _BETWEEN - 1, 0, 0))
        for column, width in zip(columns, widths, strict=True):
            justify: Literal["left", "right"] = "left" if column.folds else "right"
            made.add_column(Text(column.head), justify=justify, width=width, overflow="fold")
        for number, style in enumerate(self._styles):
            made.add_row(*(Text(column.cells[number]) for column in columns), style=style)
        return made


def _room(count: int, width: int) -> int:
    """What ``count`` columns leave for their texts."""
    return width - _BETWEEN * (count - 1)


def _least(columns: Sequence[_Column], width: int) -> int:
    return sum(column.narrowest(width // 3) for column in columns)


def _widths(columns: Sequence[_Column], width: int) -> list[int]:
    """The least widths; the remaining room goes to whichever column folds onto most lines.

    If there is no room for them, the widest is narrowed: rich would drop a column of one letter.
    """
    widths = [column.narrowest(width // 3) for column in columns]
    left = _room(len(columns), width) - sum(widths)
    for _ in range(-left):
        widths[widths.index(max(widths))] -= 1
    for _ in range(left):
        lines = [column.widest / had for column, had in zip(columns, widths, strict=True)]
        if max(lines) <= 1:
            break
        widths[lines.index(max(lines))] += 1
    return widths
