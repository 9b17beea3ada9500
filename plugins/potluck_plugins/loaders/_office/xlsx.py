"""Excel's ``.xlsx``: a section per sheet, a line per row, and values as the sheet shows them.

Source: ECMA-376 part 1, 18 (SpreadsheetML).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from potluck.documents import Json
from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._office.docx import core_properties
from potluck_plugins.loaders._office.number_format import show_number, show_text
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.package import Package, Relationship
from potluck_plugins.loaders._office.sheet import Cell, Merge, Sheet, tell_uncomputed, write_sheets
from potluck_plugins.loaders._office.sheet_margins import margins
from potluck_plugins.loaders._office.sheet_notes import read_comments, read_shapes
from potluck_plugins.loaders._office.workbook import (
    Style,
    cell_place,
    child,
    children,
    local,
    read_styles,
    rich_text,
    unescape,
)
from potluck_plugins.loaders._shared.archive import Archive
from potluck_plugins.loaders._shared.flow import Flow

_WORKBOOK = "xl/workbook.xml"
_MOST_COLUMNS = 16_384
_SHEETS = ("worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet")
_HIDDEN_SHEETS = ("hidden", "veryHidden")


def read_xlsx(archive: Archive, flow: Flow, options: ReadOptions) -> dict[str, Json]:
    """Write a workbook into a flow; sheets without values are left out. Returns its metadata."""
    package = Package(archive)
    workbook = package.require(_WORKBOOK)
    parts = package.relationships(_WORKBOOK)
    if not parts:
        raise UnreadableDocument("its sheets cannot be found: the list of its parts is damaged or missing")
    values = _values(package, parts, workbook)
    write_sheets(_sheets(package, workbook, parts, values, flow), options, flow)
    tell_uncomputed(values.uncomputed, flow)
    found = core_properties(archive)
    return {key: found[key] for key in ("title", "author") if key in found}


def _sheets(
    package: Package, workbook: Any, parts: Mapping[str, Relationship], values: _Values, flow: Flow
) -> Iterator[Sheet]:
    """The sheets, of a damaged one what stands before the damage. Raises ``UnreadableDocument`` if all are."""
    damage: UnreadableDocument | None = None
    found = False
    for number, one in enumerate(children(child(workbook, "sheets"), "sheet"), 1):
        relation = parts.get(next((v for k, v in one.attrib.items() if k.endswith("}id")), ""))
        if relation is None or relation.kind not in _SHEETS:
            flow.lose(f"its sheet {one.get('name', '')!r} was not read: it is missing, or of a kind that is not known")
            continue
        sheet = Sheet(one.get("name", ""), number, one.get("state") in _HIDDEN_SHEETS)
        try:
            _read_sheet(package, relation.target, sheet, values, flow)
        except UnreadableDocument as error:
            damage = UnreadableDocument(f"its sheet {sheet.title!r} is damaged ({error})")
            flow.lose(f"its sheet {sheet.title!r} ({relation.target}) is damaged, and was read up to there: {error}")
        found = found or damage is None or bool(sheet.cells)
        yield sheet
    if damage is not None and not found:
        raise damage


def _values(package: Package, parts: Mapping[str, Relationship], workbook: Any) -> _Values:
    """The parts of the workbook that cells of every sheet refer to."""
    by_kind = {relation.kind: relation.target for relation in parts.values()}
    strings = package.require(by_kind.get("sharedStrings", "xl/sharedStrings.xml"))
    styles = package.find(by_kind.get("styles", "xl/styles.xml"))
    properties = child(workbook, "workbookPr")
    epoch = properties is not None and properties.get("date1904") in ("1", "true")
    return _Values([rich_text(one) for one in children(strings, "si")], read_styles(styles), epoch)


@dataclass(slots=True)
class _Values:
    """The values of cells as they are shown."""

    strings: Sequence[Cell]
    styles: Sequence[Style]
    epoch_1904: bool
    uncomputed: int = 0
    _shared: dict[str, tuple[str, str]] = field(default_factory=dict)

    def begin_sheet(self) -> None:
        """Forget the formulas that cells of another sheet share."""
        self._shared.clear()

    def cell(self, element: Any, place: str) -> Cell:
        """The text of a cell; ``place`` is its reference (``B2``)."""
        kind = element.get("t", "n")
        value = stored.text or "" if (stored := child(element, "v")) is not None else ""
        formula = self._formula(child(element, "f"), place)
        if kind == "inlineStr":
            return self._style_cell(rich_text(child(element, "is")), element)
        if kind == "s":
            known = value.isdigit() and int(value) < len(self.strings)
            return self._style_cell(self.strings[int(value)] if known else Cell(""), element)
        if not value and formula and kind != "str":
            self.uncomputed += 1
            return Cell(formula)
        return self._plain(kind, value, self._style(element))

    def _plain(self, kind: str, value: str, style: Style) -> Cell:
        if kind == "b":
            return style.cell("TRUE" if value in ("1", "true") else "FALSE")
        if kind in ("str", "e", "d") or not value:
            return style.cell(show_text(unescape(value), style.code))
        try:
            return style.cell(show_number(float(value), style.code, epoch_1904=self.epoch_1904))
        except (ValueError, OverflowError, ArithmeticError):  # not a number, infinite, or beyond any calendar
            return style.cell(value)

    def _style(self, element: Any) -> Style:
        place = element.get("s", "0")
        return self.styles[int(place)] if place.isdigit() and int(place) < len(self.styles) else Style()

    def _style_cell(self, text: Cell, element: Any) -> Cell:
        """A string with what its runs say, or else its cell's style."""
        style = self._style(element)
        styled = style.cell(show_text(text.text, style.code), text.own_fonts)
        return Cell(styled.text, text.struck + styled.struck)

    def _formula(self, element: Any, place: str) -> str:
        """A formula as its cell would show it in the formula bar; one that cells share is moved to this cell."""
        if element is None:
            return ""
        text, group = (element.text or "").strip(), element.get("si")
        if element.get("t") == "shared" and group is not None:
            if text:
                self._shared[group] = text, place
            elif group in self._shared:
                return _move_formula(*self._shared[group], place)
        return f"={text}" if text else ""


def _move_formula(formula: str, origin: str, place: str) -> str:
    from openpyxl.formula.translate import Translator

    try:
        return str(Translator(f"={formula}", origin).translate_formula(place))
    except Exception:  # whatever its parser of formulas raises: the formula of the first cell says more than nothing
        return f"={formula}"


def _read_sheet(package: Package, part: str, sheet: Sheet, values: _Values, flow: Flow) -> None:
    """Read a sheet's part from its first row to its last, without holding its tree."""
    from lxml import etree

    name = package.name_of(part)
    if name is None:
        flow.lose(f"its sheet {sheet.title!r} was not read: {part} is missing")
        return
    values.begin_sheet()
    rows = _Rows(sheet, values)
    with package.archive.open(name) as file:
        try:
            for _, element in etree.iterparse(
                file,
                events=("end",),
                resolve_entities=False,
                load_dtd=False,
                no_network=True,
                huge_tree=True,
                remove_comments=True,
            ):
                rows.take(element)
        except etree.XMLSyntaxError as error:
            raise UnreadableDocument(str(error)) from error
    relations = list(package.relationships(part).values())
    sheet.comments.update(read_comments(package, relations))
    sheet.texts.extend(read_shapes(package, relations, flow))


@dataclass(slots=True)
class _Rows:
    """The elements of a sheet as they come."""

    sheet: Sheet
    values: _Values
    row: int = -1

    def take(self, element: Any) -> None:
        """Read an element that is complete."""
        name = local(element)
        if name == "row":
            self._row(element)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        elif name == "col" and _is_hidden(element, "width"):
            first, last = _number(element.get("min")), _number(element.get("max"))
            self.sheet.hidden_columns.update(range(first - 1, min(last, _MOST_COLUMNS)))
        elif name == "mergeCell":
            self._merge(element.get("ref", ""))
        elif name == "headerFooter":
            self.sheet.margins = margins(_codes(element, "Header"), _codes(element, "Footer"))

    def _row(self, element: Any) -> None:
        self.row = _number(element.get("r")) - 1 if element.get("r") else self.row + 1
        if _is_hidden(element, "ht"):
            self.sheet.hidden_rows.add(self.row)
        column = -1
        for one in children(element, "c"):
            reference = one.get("r", "")
            place = cell_place(reference)
            column = place[1] if place else column + 1
            cell = self.values.cell(one, reference)
            text = " ".join(cell.text.split())
            if text or cell.struck:
                self.sheet.cells.setdefault(self.row, {})[column] = Cell(text, cell.struck)

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        begin, end = cell_place(first), cell_place(last or first)
        if begin and end:
            self.sheet.merges.append(Merge(*begin, end[0] - begin[0] + 1, end[1] - begin[1] + 1))


def _codes(element: Any, what: str) -> Iterator[str]:
    """The headers or footers that pages show, that of the first page first."""
    for kind, switch in (("first", "differentFirst"), ("odd", None), ("even", "differentOddEven")):
        found = child(element, f"{kind}{what}")
        if found is not None and found.text and (switch is None or element.get(switch) in ("1", "true")):
            yield unescape(found.text)


def _is_hidden(element: Any, size: str) -> bool:
    return element.get("hidden") in ("1", "true") or _is_zero(element.get(size))


def _is_zero(size: str | None) -> bool:
    return size is not None and re.fullmatch(r"0+(\.0*)?", size) is not None


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0
