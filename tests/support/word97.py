"""Word 97 files, put together by hand. Source: [MS-DOC] 2.4 (text), 2.5 (the file information block), 2.8, 2.9."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from support.ole import make_ole

PAIRS = 113
"""How many parts the file information block names."""

_TEXT, _PARAGRAPHS, _RUNS, _PAGE = 1064, (2048, 2560), 3072, 512
_STORIES = ("footnotes", "headers", "macros", "comments", "endnotes", "boxes", "header_boxes")


class Paragraph(NamedTuple):
    """Runs of characters, each with its modifiers; the last ends with the mark of the paragraph.

    Of the first runs of a file that have None for modifiers, its pages say nothing.
    """

    runs: tuple[tuple[str, bytes | None], ...]
    group: bytes = b""
    style: int = 0

    @property
    def text(self) -> str:
        """All its characters."""
        return "".join(text for text, _ in self.runs)


def p(*runs: str | tuple[str, bytes | None], group: bytes = b"", style: int = 0, end: str = "\r") -> Paragraph:
    """A paragraph; ``end`` is its mark."""
    all_runs = [*runs, end] if end else runs
    return Paragraph(tuple((run, b"") if isinstance(run, str) else run for run in all_runs), group, style)


def sprm(code: int, *operand: int) -> bytes:
    """A modifier."""
    return struct.pack("<H", code) + bytes(operand)


def units(text: str) -> int:
    """How many positions a text takes; a character beyond 16 bits has two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def plc(positions: Sequence[int], *records: bytes) -> bytes:
    """Positions, then records."""
    return struct.pack(f"<{len(positions)}I", *positions) + b"".join(records)


def xst(text: str) -> bytes:
    """A string after its length."""
    return struct.pack("<H", len(text)) + text.encode("utf-16-le")


def style(
    built_in: int = 0, kind: int = 1, base: int = 0x0FFF, paragraph: bytes = b"", characters: bytes = b""
) -> bytes:
    """A style of paragraphs (``kind`` 1) or of characters (2)."""
    groups = [b"\0\0" + paragraph, characters] if kind == 1 else [characters]
    content = struct.pack("<HHHHH", built_in, kind | base << 4, len(groups), 0, 0) + xst("名") + b"\0\0"
    for group in groups:
        content += struct.pack("<H", len(group)) + group + b"\0" * (len(group) % 2)
    return struct.pack("<H", len(content)) + content


def style_sheet(*styles: bytes) -> bytes:
    """The styles by their numbers; ``b""`` leaves a number free."""
    return struct.pack("<HHH14x", 18, len(styles), 10) + b"".join(one or b"\0\0" for one in styles)


def fonts(*names: str) -> bytes:
    """The table of fonts."""
    records = [bytes(39) + name.encode("utf-16-le") + b"\0\0" for name in names]
    return struct.pack("<HH", len(names), 0) + b"".join(bytes([len(one)]) + one for one in records)


def doc(
    *paragraphs: Paragraph,
    stories: Mapping[str, Sequence[Paragraph]] | None = None,
    parts: Mapping[int, bytes] | None = None,
    styles: Sequence[bytes] = (),
    streams: Mapping[str, bytes] | None = None,
    narrow: bool = False,
    modifiers: Sequence[bytes] = (),
    piece: int = 0,
    flags: int = 0x0200,
    version: int = 0xC1,
) -> bytes:
    """A file whose text is one piece; ``narrow`` keeps it in bytes of Windows-1252.

    ``parts`` go by their numbers in the file information block; ``piece`` is the modifier of the piece of text, and
    ``modifiers`` are the groups that it may name.
    """
    written = [*paragraphs, *(one for name in _STORIES for one in (stories or {}).get(name, ()))]
    text = "".join(one.text for one in written)
    width, encoding = (1, "cp1252") if narrow else (2, "utf-16-le")
    content = text.encode(encoding, "surrogatepass")
    assert _TEXT + len(content) <= _PARAGRAPHS[0]
    edges, groups = [0], [struct.pack("<H", one.style) + one.group for one in written]
    for one in written:
        edges.append(edges[-1] + units(one.text))
    run_edges, runs = [0], []
    for run, group in (run for one in written for run in one.runs):
        end = run_edges[-1] + units(run)
        if group is None and not runs:
            run_edges[-1] = end
        else:
            run_edges.append(end)
            runs.append(group or b"")
    lengths = [sum(units(one.text) for one in paragraphs)]
    lengths += [sum(units(one.text) for one in (stories or {}).get(name, ())) for name in _STORIES]
    places, half = [_TEXT + width * edge for edge in edges], -(-len(groups) // 2)
    place = _TEXT * 2 | 1 << 30 if narrow else _TEXT
    pieces = plc([0, units(text)], struct.pack("<HIH", 0, place, piece))
    clx = b"".join(b"\1" + struct.pack("<H", len(one)) + one for one in modifiers)
    all_parts = {
        1: style_sheet(style(), *styles),
        12: plc([_TEXT, _TEXT + len(content)], struct.pack("<I", _RUNS // _PAGE)),
        13: plc([_TEXT, places[half], places[-1]], *(struct.pack("<I", page // _PAGE) for page in _PARAGRAPHS[::-1])),
        33: clx + b"\2" + struct.pack("<I", len(pieces)) + pieces,
        **(parts or {}),
    }
    table, pairs = b"\xee" * 4, bytearray(8 * PAIRS)
    for number, part in all_parts.items():
        struct.pack_into("<II", pairs, 8 * number, len(table), len(part))
        table += part
    head = struct.pack("<HH6xH", 0xA5EC, version, flags).ljust(0x4C, b"\0") + struct.pack("<8I", *lengths)
    head = head.ljust(0x98, b"\0") + struct.pack("<H", PAIRS) + pairs
    main = head.ljust(_TEXT, b"\0") + content
    main = main.ljust(_PARAGRAPHS[0], b"\0") + _paragraph_page(places[: half + 1], groups[:half])
    main += _paragraph_page(places[half:], groups[half:])
    main = main.ljust(_RUNS, b"\0") + _run_page([_TEXT + width * edge for edge in run_edges], runs)
    name = "1Table" if flags & 0x0200 else "0Table"
    return make_ole({"WordDocument": main, name: table, **(streams or {})})


def _paragraph_page(edges: Sequence[int], groups: Sequence[bytes]) -> bytes:
    records = [bytes([len(one) // 2 + 1]) + one if len(one) % 2 else bytes([0, len(one) // 2]) + one for one in groups]
    return _page(edges, records, 13)


def _run_page(edges: Sequence[int], groups: Sequence[bytes]) -> bytes:
    return _page(edges, [bytes([len(one)]) + one if one else b"" for one in groups], 1)


def _page(edges: Sequence[int], records: Sequence[bytes], size: int) -> bytes:
    """A page: edges, the places of the records, and from its end on the records themselves."""
    page, at, places = bytearray(_PAGE), _PAGE - 2, [0] * len(records)
    known = {b"": 0}
    for index, record in enumerate(records):
        if record not in known:
            at -= len(record) + len(record) % 2
            page[at : at + len(record)] = record
            known[record] = at // 2
        places[index] = known[record]
    head = struct.pack(f"<{len(edges)}I", *edges) + b"".join(bytes([one]).ljust(size, b"\0") for one in places)
    assert len(head) <= at
    page[: len(head)] = head
    page[-1] = len(records)
    return bytes(page)
