"""Word's ``.docx``: paragraphs, headings with the numbers that Word counts, tables, notes, text boxes.

Source: ECMA-376 part 1, 17 (WordprocessingML).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from potluck.documents import Json
from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._office.numbering import Numbering, W, read_numbering
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.markup import parse_xml

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_LEFT_OUT = {f"{W}del", f"{W}moveFrom", f"{_MC}Fallback", f"{W}instrText", f"{W}delText"}
_HEADING_NAME = re.compile(r"(?:heading|標題|标题|überschrift|titre)\s*(\d)", re.IGNORECASE)
_TITLE_NAMES = {"title", "標題", "标题"}
_CLAUSE_NUMBER = re.compile(r"(?:\d+(?:\.\d+)+\.?|第.+[章節篇條编編节条])")


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph gets from its style: heading level (from 1), and its place in a list."""

    level: int | None = None
    number_id: str | None = None
    list_level: int | None = None


def read_docx(archive: zipfile.ZipFile, flow: Flow) -> dict[str, Json]:
    """Write a document into a flow; returns its metadata."""
    body = _part(archive, "word/document.xml")
    if body is None:
        raise UnreadableDocument("it is a .docx without word/document.xml")
    _Reader(archive, flow).body(body.find(f"{W}body"))
    for part, what in (("word/footnotes.xml", "footnote"), ("word/endnotes.xml", "endnote")):
        _notes(archive, part, what, flow)
    metadata = core_properties(archive)
    margins = list(_margins(archive))
    if margins:
        metadata["headers_and_footers"] = list(margins)
    return metadata


def core_properties(archive: zipfile.ZipFile) -> dict[str, Json]:
    """Title, author and dates of an OOXML file."""
    root = _part(archive, "docProps/core.xml")
    wanted = {"title": "title", "creator": "author", "created": "created", "modified": "modified", "subject": "subject"}
    found: dict[str, Json] = {}
    for element in root if root is not None else ():
        name = wanted.get(str(element.tag).rpartition("}")[2])
        if name and element.text and element.text.strip():
            found[name] = element.text.strip()
    return found


class _Reader:
    def __init__(self, archive: zipfile.ZipFile, flow: Flow) -> None:
        self._flow = flow
        self._styles = _styles(_part(archive, "word/styles.xml"))
        numbering = _part(archive, "word/numbering.xml")
        self._numbering = read_numbering(numbering, {}) if numbering is not None else Numbering()
        self._by_style = {
            level.style: (number_id, position)
            for number_id, levels in self._numbering.levels.items()
            for position, level in levels.items()
            if level.style
        }

    def body(self, element: Any) -> None:
        """Write the blocks of a body, a text box or a content control, in order."""
        for child in element if element is not None else ():
            if child.tag == f"{W}p":
                self._paragraph(child)
            elif child.tag == f"{W}tbl":
                self._table(child)
            elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml", f"{W}moveTo"):
                self.body(child)

    def _paragraph(self, element: Any) -> None:
        text = _text(element).strip("\n")
        style, level = self._style(element)
        label = self._label(style) if text.strip() else None
        shown = f"{label} {text.strip()}" if label else text
        if text.strip() and level is not None:
            self._flow.heading(text.strip(), level, label or None)
        elif shown.strip():
            numbered = label is not None and _CLAUSE_NUMBER.fullmatch(label) is not None
            self._flow.paragraph(shown.strip(), clauses=numbered or label is None)
        for box in _boxes(element):
            self.body(box)

    def _table(self, element: Any) -> None:
        for row in _rows(element):
            cells = [_cell(cell) for cell in row.iter(f"{W}tc") if _owner(cell, f"{W}tr") is row]
            if any(cells):
                self._flow.paragraph(" | ".join(cells), clauses=False)

    def _style(self, element: Any) -> tuple[Style, int | None]:
        """The paragraph's own place in a list and heading level, else those of its style."""
        properties = element.find(f"{W}pPr")
        name = _value(properties, "pStyle")
        inherited = self._styles.get(name or "", Style())
        if name in self._by_style and inherited.number_id is None:
            inherited = Style(inherited.level, *self._by_style[name])
        own = properties.find(f"{W}numPr") if properties is not None else None
        outline = _value(properties, "outlineLvl")
        level = int(outline) + 1 if outline and outline.isdigit() and int(outline) < 9 else inherited.level
        if own is None:
            return inherited, level
        number_id = _value(own, "numId") or inherited.number_id
        position = _value(own, "ilvl")
        place = int(position) if position and position.isdigit() else inherited.list_level
        return Style(level, number_id, place), level

    def _label(self, style: Style) -> str | None:
        """The number that Word shows before the paragraph; None where there is none."""
        if style.number_id in (None, "0"):
            return None
        assert style.number_id is not None
        counted = self._numbering.next(style.number_id, style.list_level or 0)
        if counted is None:
            return None
        label, bullet = counted
        return "•" if bullet else label or None


def _part(archive: zipfile.ZipFile, name: str) -> Any:
    """A part of the package as a tree; None where there is none or it is no XML."""
    from lxml import etree

    try:
        return parse_xml(archive.read(name))
    except KeyError:
        return None
    except etree.XMLSyntaxError as error:
        if name == "word/document.xml":
            raise UnreadableDocument(f"its text is damaged ({error})") from error
        return None


def _styles(root: Any) -> dict[str, Style]:
    elements = {one.get(f"{W}styleId"): one for one in root.iter(f"{W}style")} if root is not None else {}
    return {name: _resolved(name, elements) for name in elements if name}


def _resolved(name: str, elements: dict[str, Any]) -> Style:
    """A style with what it inherits; a circle of styles ends."""
    level: int | None = None
    number_id: str | None = None
    list_level: int | None = None
    seen: set[str] = set()
    current: str | None = name
    while current and current in elements and current not in seen:
        seen.add(current)
        element = elements[current]
        properties = element.find(f"{W}pPr")
        if level is None:
            level = _heading_level(element, properties)
        own = properties.find(f"{W}numPr") if properties is not None else None
        if own is not None:
            number_id = number_id or _value(own, "numId")
            position = _value(own, "ilvl")
            list_level = int(position) if list_level is None and position and position.isdigit() else list_level
        current = _value(element, "basedOn")
    return Style(level, number_id, list_level)


def _heading_level(element: Any, properties: Any) -> int | None:
    outline = _value(properties, "outlineLvl")
    if outline and outline.isdigit():
        return int(outline) + 1 if int(outline) < 9 else None
    name = (_value(element, "name") or "").strip()
    found = _HEADING_NAME.fullmatch(name)
    return int(found.group(1)) if found else None


def _text(paragraph: Any) -> str:
    """The text of a paragraph's runs: tabs and breaks kept, deletions and text boxes left out."""
    pieces: list[str] = []
    stack = list(reversed(paragraph))
    while stack:
        element = stack.pop()
        tag = element.tag
        if tag in _LEFT_OUT or tag in (f"{W}pPr", f"{W}txbxContent", f"{W}rPr"):
            continue
        if tag == f"{W}t":
            pieces.append(element.text or "")
        elif tag == f"{W}tab":
            pieces.append("\t")
        elif tag in (f"{W}br", f"{W}cr"):
            pieces.append("\n")
        elif tag == f"{W}noBreakHyphen":
            pieces.append("-")
        elif tag == f"{W}sym":
            pieces.append(_symbol(element))
        else:
            stack.extend(reversed(element))
    return "".join(pieces)


def _symbol(element: Any) -> str:
    code = element.get(f"{W}char") or ""
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    return "" if 0xE000 <= value <= 0xF8FF else chr(value)


def _boxes(paragraph: Any) -> Iterator[Any]:
    """The text boxes anchored in a paragraph; those repeated for old programs are left out."""
    for box in paragraph.iter(f"{W}txbxContent"):
        ancestors = list(box.iterancestors())
        inside = ancestors[: ancestors.index(paragraph)]
        if not any(one.tag in (f"{_MC}Fallback", f"{W}txbxContent") for one in inside):
            yield box


def _rows(table: Any) -> Iterator[Any]:
    yield from (row for row in table.iter(f"{W}tr") if _owner(row, f"{W}tbl") is table)


def _owner(element: Any, tag: str) -> Any:
    return next((one for one in element.iterancestors() if one.tag == tag), None)


def _cell(cell: Any) -> str:
    texts = [" ".join(_text(paragraph).split()) for paragraph in cell.iter(f"{W}p")]
    return " ".join(text for text in texts if text)


def _notes(archive: zipfile.ZipFile, part: str, what: str, flow: Flow) -> None:
    root = _part(archive, part)
    for note in root if root is not None else ():
        if note.get(f"{W}type") in ("separator", "continuationSeparator", "continuationNotice"):
            continue
        text = " ".join(" ".join(_text(paragraph).split()) for paragraph in note.iter(f"{W}p")).strip()
        if text:
            flow.paragraph(f"[{what} {note.get(f'{W}id')}] {text}", clauses=False)


def _margins(archive: zipfile.ZipFile) -> Iterator[str]:
    """The distinct texts of headers and footers: metadata, since they stand on every page."""
    seen: set[str] = set()
    for name in sorted(archive.namelist()):
        if re.fullmatch(r"word/(?:header|footer)\d*\.xml", name):
            root = _part(archive, name)
            lines = [_text(one).strip() for one in root.iter(f"{W}p")] if root is not None else []
            text = " ".join(line for line in lines if line)
            if text and text not in seen:
                seen.add(text)
                yield text


def _value(element: Any, name: str) -> str | None:
    child = element.find(f"{W}{name}") if element is not None else None
    return None if child is None else child.get(f"{W}val")
