"""The contents of a PDF's page besides its text: values of forms, free text and stamps, comments.

Source: ISO 32000-1, 12.5 (annotations) and 12.7 (forms).
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from potluck_plugins.loaders._shared.check_boxes import check_box
from potluck_plugins.loaders._shared.lines import Line
from potluck_plugins.loaders._shared.pdfchars import Box

_NEAR = 0.6
_CAPITAL = re.compile("(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Placed:
    """A text with the rectangle in which it is shown; ``name`` is that of a form's field."""

    text: str
    box: Box
    name: str = ""


@dataclass(frozen=True, slots=True)
class Annotations:
    """The annotations of a page: ``fields`` and ``texts`` are shown, ``comments`` have to be opened.

    Text in ``struck`` boxes is crossed out.
    """

    fields: Sequence[Placed] = ()
    texts: Sequence[Placed] = ()
    comments: Sequence[Placed] = ()
    struck: Sequence[Box] = ()


def read_annotations(page: Any) -> Annotations:
    """The annotations of an open page; those that are hidden are left out."""
    from pypdfium2 import raw

    shown = (raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP)
    unread = (raw.FPDF_ANNOT_POPUP, raw.FPDF_ANNOT_LINK)
    fields: list[Placed] = []
    texts: list[Placed] = []
    comments: list[Placed] = []
    struck: list[Box] = []
    for annotation in _annotations(page):
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        if raw.FPDFAnnot_GetFlags(annotation) & (raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW):
            continue
        if kind == raw.FPDF_ANNOT_WIDGET:
            fields.extend(_field(page, annotation))
        elif kind == raw.FPDF_ANNOT_STRIKEOUT:
            struck.extend(_quads(annotation))
        elif kind == raw.FPDF_ANNOT_STAMP and not _string(annotation, b"Contents"):
            texts.append(Placed(_CAPITAL.sub(" ", _string(annotation, b"Name")), _box(annotation)))
        elif kind not in unread and (text := _string(annotation, b"Contents")):
            (texts if kind in shown else comments).append(Placed(text, _box(annotation)))
    return Annotations(fields, [one for one in texts if one.text], comments, struck)


def with_fields(lines: Sequence[Line], fields: Sequence[Placed]) -> list[Line]:
    """The lines of a page with the values of fields behind the label that stands left of each, else below them all."""
    result = list(lines)
    for field in fields:
        index = _label(result, field.box)
        if index is None:
            result.append(Line(f"{field.name}: {field.text}" if field.name else field.text))
        else:
            line = result[index]
            result[index] = replace(line, text=f"{line.text} {field.text}", right=max(line.right, field.box.right))
    return result


def _annotations(page: Any) -> Iterator[Any]:
    from pypdfium2 import raw

    for index in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        if annotation:
            try:
                yield annotation
            finally:
                raw.FPDFPage_CloseAnnot(annotation)


def _field(page: Any, annotation: Any) -> Iterator[Placed]:
    """The value of a field as the page shows it; a button, a signature or an empty field shows none."""
    from pypdfium2 import raw

    form = page.formenv.raw if page.formenv else None
    if form is None:
        return
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    name = _read(partial(raw.FPDFAnnot_GetFormFieldAlternateName, form, annotation))
    name = name or _read(partial(raw.FPDFAnnot_GetFormFieldName, form, annotation))
    if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
        yield Placed(check_box(bool(raw.FPDFAnnot_IsChecked(form, annotation))), _box(annotation), name)
    elif kind in (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
        flags = raw.FPDFAnnot_GetFormFieldFlags(form, annotation)
        is_password = kind == raw.FPDF_FORMFIELD_TEXTFIELD and flags & raw.FPDF_FORMFLAG_TEXT_PASSWORD
        value = _selected_words(form, annotation) or _read(partial(raw.FPDFAnnot_GetFormFieldValue, form, annotation))
        if value and not is_password:
            yield Placed(value, _box(annotation), name)


def _selected_words(form: Any, annotation: Any) -> str:
    """The chosen options of a list, in the words of the list."""
    from pypdfium2 import raw

    count = max(0, raw.FPDFAnnot_GetOptionCount(form, annotation))
    chosen = [index for index in range(count) if raw.FPDFAnnot_IsOptionSelected(form, annotation, index)]
    labels = [_read(partial(raw.FPDFAnnot_GetOptionLabel, form, annotation, index)) for index in chosen]
    return ", ".join(filter(None, labels))


def _label(lines: Sequence[Line], box: Box) -> int | None:
    """The number of the line that stands nearest to the left of a field, or around it."""
    middle = (box.bottom + box.top) / 2
    best: tuple[float, int] | None = None
    for index, line in enumerate(lines):
        reach = max(_NEAR * line.height, (box.top - box.bottom) / 2)
        is_beside = line.height > 0 and abs(line.bottom + line.height / 2 - middle) < reach
        if is_beside and line.left < box.right:
            best = min(best or (float("inf"), 0), (abs(box.left - line.right), index))
    return best[1] if best else None


def _quads(annotation: Any) -> Iterator[Box]:
    """The boxes that a mark over text covers."""
    from pypdfium2 import raw

    quad = raw.FS_QUADPOINTSF()
    for index in range(raw.FPDFAnnot_CountAttachmentPoints(annotation)):
        if raw.FPDFAnnot_GetAttachmentPoints(annotation, index, quad):
            xs, ys = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
            yield Box(min(xs), min(ys), max(xs), max(ys))


def _box(annotation: Any) -> Box:
    from pypdfium2 import raw

    rectangle = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, rectangle)
    low, high = sorted((rectangle.bottom, rectangle.top))
    left, right = sorted((rectangle.left, rectangle.right))
    return Box(left, low, right, high)


def _string(annotation: Any, key: bytes) -> str:
    from pypdfium2 import raw

    return _read(partial(raw.FPDFAnnot_GetStringValue, annotation, key))


def _read(call: Callable[[Any, int], int]) -> str:
    """A string of PDFium's, UTF-16 with a zero at its end, on one line."""
    from pypdfium2 import raw

    size = call(None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    call(ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return " ".join(buffer.raw[: size - 2].decode("utf-16-le", "replace").replace("\0", "").split())
