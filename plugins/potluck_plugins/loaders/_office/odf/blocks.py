"""The blocks of an OpenDocument text: paragraphs, headings, lists, tables, frames, notes.

Source: OpenDocument 1.2 part 1, 5 (text content), 9 (tables), 10 (graphic content).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from potluck_plugins.loaders._office.blocks import Block, Line, text_of
from potluck_plugins.loaders._office.odf.chart import read_chart
from potluck_plugins.loaders._office.odf.inline import Inline
from potluck_plugins.loaders._office.odf.lists import Counter, ListStyle, ShapeCounter, list_styles
from potluck_plugins.loaders._office.odf.names import CHART, DC, DRAW, FORM, OFFICE, TABLE, TEXT, XML, number
from potluck_plugins.loaders._office.odf.package import Package
from potluck_plugins.loaders._office.odf.styles import Style, Styles, read_styles
from potluck_plugins.loaders._office.odf.table import read_table
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.paragraph import PLAIN, Look, Paragraph
from potluck_plugins.loaders._shared.check_boxes import check_box
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.mathml import mathml_text

_MATH = "{http://www.w3.org/1998/Math/MathML}"
_TEXTS = {f"{TEXT}{name}" for name in ("p", "h", "list", "numbered-paragraph")}
_SKIPPED = {f"{TEXT}sequence-decls", f"{TEXT}variable-decls", f"{TEXT}user-field-decls", f"{TEXT}soft-page-break"}
_INDEXES = {f"{TEXT}table-of-content", f"{TEXT}illustration-index", f"{TEXT}table-index", f"{TEXT}object-index"}
_INDEXES |= {f"{TEXT}alphabetical-index", f"{TEXT}user-index", f"{TEXT}bibliography"}


@dataclass(slots=True)
class Lists:
    """The styles of lists, and how far the lists of a document have been counted."""

    styles: dict[str, ListStyle]
    outline: ListStyle
    headings: Counter = field(default_factory=Counter)
    by_style: dict[str, Counter] = field(default_factory=dict)
    by_id: dict[str, Counter] = field(default_factory=dict)
    shape: ShapeCounter | None = None
    """Counts all lists of the shape that is read; None in a document, which counts each list."""


@dataclass(frozen=True, slots=True)
class _Item:
    """The place in a list at which a paragraph stands; only the first of an item has a number."""

    style: str | None
    level: int
    counter: Counter
    numbered: bool = False
    start: int | None = None


@dataclass(slots=True)
class BlockReader:
    """Reads blocks; what stands in notes is kept in ``notes``."""

    flow: Flow
    options: ReadOptions
    styles: Styles
    lists: Lists
    package: Package
    notes: list[Line] = field(default_factory=list)
    base: Look = PLAIN
    """The look of text whose styles say nothing."""

    _beside: list[Block] = field(default_factory=list)
    _boxes: dict[str, str] = field(default_factory=dict)
    _in_index: bool = False

    def read(self, parent: Any, item: _Item | None = None) -> Iterator[Block]:
        """The blocks within an element, in order."""
        for element in parent:
            tag = element.tag
            if tag in (f"{TEXT}p", f"{TEXT}h"):
                yield from self._paragraph(element, item)
                item = replace(item, numbered=False) if item is not None else None
            elif tag in _SKIPPED or not isinstance(tag, str):
                continue
            elif tag in _CONTAINERS:
                yield from _CONTAINERS[tag](self, element, item)
            elif tag.startswith(DRAW):
                if text := self.shape(element):
                    yield Line(text)
                yield from self._take()
            else:
                yield from self.read(element, item)

    def _paragraph(self, element: Any, item: _Item | None) -> Iterator[Block]:
        style = self.styles.style("paragraph", element.get(f"{TEXT}style-name"))
        paragraph = Paragraph(self.flow, self.options)
        hidden = any(one.get(f"{TEXT}is-hidden") != "false" for one in element.iter(f"{TEXT}hidden-paragraph"))
        outer, self._beside = self._beside, []
        Inline(self).read(element, paragraph, replace(PLAIN, hidden=True) if hidden else style.on(self.base))
        text = paragraph.finish()
        beside, self._beside = self._beside, outer
        level = number(element, f"{TEXT}outline-level") if element.tag == f"{TEXT}h" else None
        label = self._label(element, style, item, level) if paragraph.is_shown else ""
        if text:
            yield Line(text, label, level or None, clauses=not self._in_index)
        yield from beside

    def _label(self, element: Any, style: Style, item: _Item | None, level: int | None) -> str:
        if element.get(f"{TEXT}is-list-header") == "true":
            return ""
        if item is None and self.lists.shape is not None:
            self.lists.shape.interrupt()
        if item is not None:
            levels = self.lists.styles.get(item.style or style.list_style or "", {})
            return item.counter.next(levels, item.level, item.start) if item.numbered else ""
        if not level or style.list_style:  # level 0 is a heading outside of the outline
            return ""
        start = number(element, f"{TEXT}start-value", -1)
        return self.lists.headings.next(self.lists.outline, level, start if start >= 0 else None)

    def _list(self, element: Any, item: _Item | None) -> Iterator[Block]:
        style = element.get(f"{TEXT}style-name") or (item.style if item is not None else None)
        counter = item.counter if item is not None else self._counter(element, style)
        if identity := element.get(f"{XML}id"):
            self.lists.by_id[identity] = counter
        level = item.level + 1 if item is not None else 1
        for child in element:
            if child.tag in (f"{TEXT}list-item", f"{TEXT}list-header"):
                start = number(child, f"{TEXT}start-value", -1)
                own = child.get(f"{TEXT}style-override") or style
                numbered = child.tag == f"{TEXT}list-item"
                yield from self.read(child, _Item(own, level, counter, numbered, start if start >= 0 else None))

    def _counter(self, element: Any, style: str | None) -> Counter:
        """The counter of the list that a list continues, else a new one; on a slide that of the shape."""
        if self.lists.shape is not None:
            return self.lists.shape
        counter = self.lists.by_id.get(element.get(f"{TEXT}continue-list") or "")
        if counter is None and element.get(f"{TEXT}continue-numbering") == "true":
            counter = self.lists.by_style.get(style or "")
        counter = counter or Counter()
        self.lists.by_style[style or ""] = counter
        return counter

    def _numbered_paragraph(self, element: Any, _: _Item | None) -> Iterator[Block]:
        counter = self.lists.by_id.setdefault(element.get(f"{TEXT}list-id") or "", Counter())
        start = number(element, f"{TEXT}start-value", -1)
        place = _Item(element.get(f"{TEXT}style-name"), number(element, f"{TEXT}level"), counter, True, None)
        yield from self.read(element, replace(place, start=start) if start >= 0 else place)

    def _table(self, element: Any, _: _Item | None) -> Iterator[Block]:
        yield read_table(element, self.flow, self.options, self._body)

    def _body(self, element: Any) -> list[Block]:
        """The content of a shape or a cell; on a slide each is counted by itself."""
        if self.lists.shape is not None:
            self.lists.shape = ShapeCounter()
        return list(self.read(element))

    def _section(self, element: Any, _: _Item | None) -> Iterator[Block]:
        hidden = element.get(f"{TEXT}display") == "none" or element.get(f"{TEXT}is-hidden") == "true"
        if hidden and not self.options.hidden:
            self._leave_out("hidden text", element)
        else:
            yield from self.read(element)

    def _index(self, element: Any, _: _Item | None) -> Iterator[Block]:
        """A table of contents: its entries begin no clauses."""
        was, self._in_index = self._in_index, True
        for body in element.iterfind(f"{TEXT}index-body"):
            yield from self.read(body)
        self._in_index = was

    def _tracked_changes(self, element: Any, _: _Item | None) -> Iterator[Block]:
        for deletion in element.iter(f"{TEXT}deletion"):
            self._leave_out("deleted text", deletion)
        yield from ()

    def _comment(self, element: Any, _: _Item | None) -> Iterator[Block]:
        """A comment on a page."""
        self.comment(element)
        yield from self._take()

    def _forms(self, element: Any, _: _Item | None) -> Iterator[Block]:
        for box in element.iter(f"{FORM}checkbox", f"{FORM}radio"):
            state = box.get(f"{FORM}current-state") or box.get(f"{FORM}state") or "unchecked"
            state = "checked" if box.get(f"{FORM}current-selected") == "true" else state
            mark = f"{check_box(state == 'checked')} {box.get(f'{FORM}label') or ''}"
            self._boxes[box.get(f"{XML}id") or box.get(f"{FORM}id") or ""] = mark
        yield from ()

    def text_look(self, name: str | None, look: Look) -> Look:
        """The look of a run in the text style of this name."""
        return self.styles.style("text", name).on(look)

    def note(self, element: Any) -> str:
        """Keep a note; returns its label."""
        kind = element.get(f"{TEXT}note-class") or "footnote"
        citation = element.find(f"{TEXT}note-citation")
        label = "".join(citation.itertext()).strip() if citation is not None else ""
        body = element.find(f"{TEXT}note-body")
        text = text_of(list(self.read(body))) if body is not None else ""
        self.notes.append(Line(f"[{kind} {label}] {text}", clauses=False))
        return label or "*"

    def comment(self, element: Any) -> None:
        """Keep a comment for the place behind its paragraph, or count it."""
        if self.options.comments:
            self._beside.append(Line(f"[comment{_signature(element)}] {self.comment_text(element)}", clauses=False))
        else:
            self.flow.leave_out("the text of comments", len(self.comment_text(element)))

    def comment_text(self, element: Any) -> str:
        """The text of a comment."""
        return text_of(list(self.read([child for child in element if child.tag in (f"{TEXT}p", f"{TEXT}list")])))

    def shape(self, element: Any) -> str:
        """Keep what a frame or drawing holds for the place behind its paragraph; a formula stands on the line."""
        if element.tag == f"{DRAW}control":
            return self._boxes.get(element.get(f"{DRAW}control") or "", "")
        if element.tag in (f"{DRAW}object", f"{DRAW}object-ole"):
            return self._object(element)
        if element.tag == f"{DRAW}text-box" or any(child.tag in _TEXTS for child in element):
            blocks = self._body(element)
            self._beside.extend(blocks)
            return ""
        on_line = [self.shape(child) for child in element if str(child.tag).startswith(DRAW)]
        for table in element.iterfind(f"{TABLE}table"):
            self._beside.extend(self._table(table, None))
        return "".join(on_line)

    def _object(self, element: Any) -> str:
        content = self.package.embedded_content(element)
        if content is None:
            return ""
        if content.tag == f"{_MATH}math":
            return mathml_text(content)
        body = content.find(f"{OFFICE}body") if content.tag != f"{OFFICE}body" else content
        chart = next(content.iter(f"{CHART}chart"), None)
        if chart is not None:
            found = read_chart(chart, lambda element: text_of(list(self.read(element))))
            self._beside.extend(Line(line, clauses=False) for line in found.lines(self.flow))
        elif body is not None:
            inner = BlockReader(
                self.flow, self.options, read_styles(content), Lists(list_styles(content), {}), self.package
            )
            self._beside.extend([*inner.read(body), *inner.notes])
        return ""

    def _take(self) -> list[Block]:
        blocks, self._beside = self._beside, []
        return blocks

    def _leave_out(self, what: str, element: Any) -> None:
        characters = sum(len("".join(one.itertext())) for one in element.iter(f"{TEXT}p", f"{TEXT}h"))
        if characters:
            self.flow.leave_out(what, characters)


def _signature(comment: Any) -> str:
    author = comment.findtext(f"{DC}creator")
    day = (comment.findtext(f"{DC}date") or "").partition("T")[0]
    return (f" by {author}" if author else "") + (f", {day}" if day else "")


_Container = Callable[[BlockReader, Any, _Item | None], Iterator[Block]]
_CONTAINERS: dict[str, _Container] = {
    f"{TEXT}list": BlockReader._list,
    f"{TEXT}numbered-paragraph": BlockReader._numbered_paragraph,
    f"{TEXT}section": BlockReader._section,
    f"{TEXT}tracked-changes": BlockReader._tracked_changes,
    f"{OFFICE}annotation": BlockReader._comment,
    f"{OFFICE}forms": BlockReader._forms,
    f"{TABLE}table": BlockReader._table,
    **dict.fromkeys(_INDEXES, BlockReader._index),
}
