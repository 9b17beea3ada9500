"""Layers of a PDF (optional content, ISO 32000-1, 8.11): which texts stand on those that no program shows at first.

PDFium knows the name of the layer of a text, and pdfminer.six which layers are off.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from potluck_plugins.loaders._shared.pdfchars import address

_LONGEST = 1024
_OC = "OC\0".encode("utf-16-le")


def may_have_layers(content: bytes) -> bool:
    """Whether a file may have layers: it names them, or compresses its objects."""
    return b"/OCProperties" in content or b"/ObjStm" in content


def hidden_layers(content: bytes, password: str) -> set[str]:
    """The names of the layers of a file that are off."""
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfparser import PDFParser
    from pdfminer.pdftypes import dict_value, list_value
    from pdfminer.utils import decode_text

    try:
        catalog = PDFDocument(PDFParser(BytesIO(content)), password=password).catalog
        properties = dict_value(catalog.get("OCProperties", {}))
        state = dict_value(properties.get("D", {}))
        layers = {one.objid: decode_text(dict_value(one)["Name"]) for one in list_value(properties.get("OCGs", []))}
        off = {one.objid for one in list_value(state.get("OFF", []))}
        if getattr(state.get("BaseState"), "name", "ON") == "OFF":
            off = set(layers) - {one.objid for one in list_value(state.get("ON", []))}
    except Exception:  # pdfminer raises whatever a damaged file makes its parsers raise; all layers count as shown
        return set()
    return {name for one, name in layers.items() if one in off} - {n for one, n in layers.items() if one not in off}


def texts_on(page: Any, layers: set[str]) -> set[int | None]:
    """The addresses in PDFium of the texts on a page that belong to one of the layers."""
    from pypdfium2 import raw

    found: set[int | None] = set()
    for text in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]) if layers else ():
        holder = text
        while holder is not None:
            if not layers.isdisjoint(_layers(holder.raw)):
                found.add(address(text.raw))
            holder = holder.container
    return found


def _layers(handle: Any) -> Iterator[str]:
    """The names of the layers with which an object of a page is marked."""
    from pdfminer.utils import decode_text
    from pypdfium2 import raw

    wide, plain, size = (raw.FPDF_WCHAR * _LONGEST)(), (ctypes.c_ubyte * _LONGEST)(), ctypes.c_ulong()
    for index in range(raw.FPDFPageObj_CountMarks(handle)):
        mark = raw.FPDFPageObj_GetMark(handle, index)
        if not raw.FPDFPageObjMark_GetName(mark, wide, ctypes.sizeof(wide), size) or bytes(wide)[: size.value] != _OC:
            continue
        # As a string PDFium gives it in an encoding that loses Chinese.
        if raw.FPDFPageObjMark_GetParamBlobValue(mark, b"Name", plain, _LONGEST, size) and size.value <= _LONGEST:
            yield decode_text(bytes(plain)[: size.value])
