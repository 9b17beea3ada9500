"""PDF files made by hand: lines of any script at given places, with an outline and a title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_TURNED = (1, 0, 0, 1), (0, -1, 1, 0), (-1, 0, 0, -1), (0, 1, -1, 0)
_DRAWN = "1 0 0 1 0 0", "0 -1 1 0 0 842", "-1 0 0 -1 595 842", "0 1 -1 0 595 0"


@dataclass(frozen=True)
class Line:
    """A line of text at a place, in points from the lower left corner.

    It is turned with the clock by ``turn`` quarters; a font of one point may be ``enlarged`` to its size.
    """

    text: str
    y: float
    x: float = 72
    size: float = 10
    turn: int = 0
    enlarged: bool = False


@dataclass(frozen=True)
class Rule:
    """A line from a place to the right, or ``down`` from it, or a filled rectangle of the same size."""

    y: float
    x: float
    length: float
    width: float = 0.5
    filled: bool = False
    text: str = ""
    down: bool = False


@dataclass(frozen=True)
class Bookmark:
    """An entry of the outline: leads to a height on a page, counted from 0."""

    title: str
    page: int
    y: float


def column(*texts: str, x: float = 72, top: float = 760, size: float = 10, gap: float = 16) -> list[Line]:
    """Lines below one another."""
    return [Line(text, top - gap * number, x, size) for number, text in enumerate(texts)]


def make_pdf(
    pages: Sequence[Sequence[Line | Rule]],
    outline: Sequence[Bookmark] = (),
    info: Mapping[str, str] | None = None,
    rotate: int = 0,
    embedded: bool = False,
    drawn: int = 0,
) -> bytes:
    """Write a PDF. What the font says stands in its ToUnicode map; it is not ``embedded``, or a font of squares.

    All is ``drawn`` with the clock by that many quarters, and the page is shown turned back by ``rotate`` degrees.
    """
    characters = sorted({character for page in pages for line in page for character in line.text})
    codes = {character: code for code, character in enumerate(characters, 1)}
    objects: dict[int, bytes] = {}
    font, to_unicode, first = 3, 6, 10
    digits = 2 if embedded else 4
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    objects[2] = f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode()
    objects |= _squares(codes, 12 + 2 * len(pages) + len(outline)) if embedded else _named_font(codes)
    objects[to_unicode] = _stream(_cmap(codes, digits))
    for number, lines in enumerate(pages):
        content = f"q {_DRAWN[drawn]} cm\n" + "\n".join(_shown(line, codes, digits) for line in lines) + "\nQ"
        objects[first + 2 * number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate {rotate} "
            f"/Resources << /Font << /F1 {font} 0 R >> >> /Contents {first + 2 * number + 1} 0 R >>"
        ).encode()
        objects[first + 2 * number + 1] = _stream(content)
    root = 8 + 2 * len(pages) + 2
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R" + (f" /Outlines {root} 0 R".encode() if outline else b"") + b" >>"
    if outline:
        objects |= _outline(outline, root, first)
    entries = " ".join(f"/{key} {_hex(value)}" for key, value in (info or {}).items())
    objects[7] = f"<< {entries} >>".encode()
    return write_file(objects)


def _named_font(codes: Mapping[str, int]) -> dict[int, bytes]:
    objects: dict[int, bytes] = {}
    objects[3] = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts [4 0 R] "
        b"/ToUnicode 6 0 R >>"
    )
    widths = " ".join(f"{code} [{500 if character.isascii() else 1000}]" for character, code in codes.items())
    objects[4] = (
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /FontDescriptor 5 0 R /DW 1000 /W ["
        + widths.encode()
        + b"] /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>"
    )
    objects[5] = (
        b"<< /Type /FontDescriptor /FontName /Song /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 880 "
        b"/Descent -120 /CapHeight 700 /StemV 80 >>"
    )
    return objects


def _squares(codes: Mapping[str, int], first: int) -> dict[int, bytes]:
    """A Type 3 font (ISO 32000-1, 9.6.5) whose glyphs are squares; it has at most 255 characters."""
    widths = {code: 500 if character.isascii() else 1000 for character, code in codes.items()}
    glyphs = {first + code: _stream(f"{w} 0 0 -200 {w} 800 d1 0 -200 {w} 1000 re f") for code, w in widths.items()}
    procedures = " ".join(f"/g{code} {first + code} 0 R" for code in widths)
    names = " ".join(f"/g{code}" for code in widths)
    font = (
        f"<< /Type /Font /Subtype /Type3 /FontBBox [0 -200 1000 800] /FontMatrix [.001 0 0 .001 0 0] /FirstChar 1 "
        f"/LastChar {len(codes)} /Widths [{' '.join(map(str, widths.values()))}] /ToUnicode 6 0 R /Resources << >> "
        f"/Encoding << /Differences [1 {names}] >> /CharProcs << {procedures} >> >>"
    )
    return {3: font.encode(), **glyphs}


def _shown(line: Line | Rule, codes: Mapping[str, int], digits: int) -> str:
    if isinstance(line, Rule):
        to_x, to_y = (line.x, line.y - line.length) if line.down else (line.x + line.length, line.y)
        if line.filled and line.down:
            return f"{line.x - line.width / 2} {to_y} {line.width} {line.length} re f"
        if line.filled:
            return f"{line.x} {line.y - line.width / 2} {line.length} {line.width} re f"
        return f"{line.width} w {line.x} {line.y} m {to_x} {to_y} l S"
    text = "".join(f"{codes[character]:0{digits}x}" for character in line.text)
    font, scale = (1, line.size) if line.enlarged else (line.size, 1)
    matrix = " ".join(f"{scale * one}" for one in _TURNED[line.turn])
    return f"BT /F1 {font} Tf {matrix} {line.x} {line.y} Tm <{text}> Tj ET"


def _outline(outline: Sequence[Bookmark], root: int, first: int) -> dict[int, bytes]:
    numbers = range(root + 1, root + 1 + len(outline))
    found = {root: f"<< /First {numbers[0]} 0 R /Last {numbers[-1]} 0 R /Count {len(outline)} >>".encode()}
    for number, mark in zip(numbers, outline, strict=True):
        following = f" /Next {number + 1} 0 R" if number < numbers[-1] else ""
        before = f" /Prev {number - 1} 0 R" if number > numbers[0] else ""
        place = f"[{first + 2 * mark.page} 0 R /XYZ 72 {mark.y} 0]"
        found[number] = f"<< /Title {_hex(mark.title)} /Parent {root} 0 R /Dest {place}{following}{before} >>".encode()
    return found


def _cmap(codes: Mapping[str, int], digits: int) -> str:
    pairs = "\n".join(
        f"<{code:0{digits}x}> <{character.encode('utf-16-be').hex()}>" for character, code in codes.items()
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        f"1 begincodespacerange <{'0' * digits}> <{'f' * digits}> endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{pairs}\nendbfchar endcmap end end"
    )


def _hex(text: str) -> str:
    return f"<feff{text.encode('utf-16-be').hex()}>"


def _stream(content: str) -> bytes:
    data = content.encode()
    return f"<< /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def write_file(objects: Mapping[int, bytes]) -> bytes:
    """Write objects as a file: 1 is its catalogue, 7 its information."""
    found = b"%PDF-1.7\n"
    places: dict[int, int] = {}
    for number in sorted(objects):
        places[number] = len(found)
        found += f"{number} 0 obj\n".encode() + objects[number] + b"\nendobj\n"
    start, size = len(found), max(objects) + 1
    rows = [
        f"{places[number]:010} 00000 n \n" if number in places else "0000000000 65535 f \n" for number in range(size)
    ]
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R /Info 7 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return found + f"xref\n0 {size}\n{''.join(rows)}{trailer}".encode()
