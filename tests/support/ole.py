"""Compound files (OLE2) made by hand, as small as a message of Outlook needs. Source: MS-CFB."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

_SECTOR = 512
_MINI = 64
_CUTOFF = 4096
_END = 0xFFFFFFFE
_FREE = 0xFFFFFFFF
_FAT = 0xFFFFFFFD


def make_ole(streams: Mapping[str, bytes]) -> bytes:
    """Write a file with these streams; a name ``folder/stream`` puts it into a folder. Each is under 4096 bytes."""
    names = ["Root Entry", *sorted({name.partition("/")[0] for name in streams if "/" in name}), *streams]
    mini = b""
    minifat: list[int] = []
    places: dict[str, int] = {}
    for name, content in streams.items():
        assert len(content) < _CUTOFF
        places[name] = len(minifat)
        count = -(-len(content) // _MINI)
        minifat += [len(minifat) + number + 1 for number in range(count)]
        if count:
            minifat[-1] = _END
        mini += content.ljust(count * _MINI, b"\0")
    directory = _directory(names, streams, places, len(mini))
    parts = [_padded(directory), _padded(struct.pack(f"<{len(minifat)}I", *minifat), b"\xff"), _padded(mini)]
    fat, starts = [_FAT], []
    for part in parts:
        starts.append(len(fat))
        count = len(part) // _SECTOR
        fat += [len(fat) + number + 1 for number in range(count)]
        if count:
            fat[-1] = _END
    assert len(fat) <= _SECTOR // 4
    table = struct.pack("<128I", *fat, *[_FREE] * (128 - len(fat)))
    root = starts[2] if mini else _END
    parts[0] = parts[0][:116] + struct.pack("<I", root) + parts[0][120:]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIIII", 0, 1, starts[0], 0, _CUTOFF, starts[1], len(parts[1]) // _SECTOR, _END, 0, 0)
    return header.ljust(_SECTOR, b"\xff") + table + b"".join(parts)


def _directory(names: Sequence[str], streams: Mapping[str, bytes], places: Mapping[str, int], size: int) -> bytes:
    """The entries; those of a storage hang on one another to the right, in the order that the format asks for."""
    folders = [name for name in names[1:] if name not in streams]
    entries = b""
    for name in names:
        inside = [other for other in names[1:] if _parent(other, folders) == (name if name != "Root Entry" else "")]
        ordered = sorted(inside, key=_order)
        siblings = sorted(
            (other for other in names[1:] if _parent(other, folders) == _parent(name, folders)), key=_order
        )
        following = siblings.index(name) + 1 if name != "Root Entry" else len(siblings)
        right = names.index(siblings[following]) if name != "Root Entry" and following < len(siblings) else _FREE
        child = names.index(ordered[0]) if ordered and name not in streams else _FREE
        kind = 5 if name == "Root Entry" else 2 if name in streams else 1
        start = 0 if kind != 2 else places[name] if streams[name] else _END
        length = size if kind == 5 else len(streams.get(name, b""))
        label = name.rpartition("/")[2].encode("utf-16-le")
        entries += label.ljust(64, b"\0") + struct.pack(
            "<HBBIII36xIQ", len(label) + 2, kind, 1, _FREE, right, child, start, length
        )
    return entries


def _parent(name: str, folders: Sequence[str]) -> str:
    return "" if name in folders else name.rpartition("/")[0]


def _order(name: str) -> tuple[int, str]:
    label = name.rpartition("/")[2]
    return len(label), label.upper()


def _padded(content: bytes, fill: bytes = b"\0") -> bytes:
    return content.ljust(-(-len(content) // _SECTOR) * _SECTOR, fill)
