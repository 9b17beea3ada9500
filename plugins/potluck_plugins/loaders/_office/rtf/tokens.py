"""The tokens of an RTF file: groups, control words, characters by their bytes.

Source: Rich Text Format specification 1.9.1, "RTF syntax".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_TOKEN = re.compile(
    rb"(?P<open>\{)|(?P<close>\})"
    rb"|\\'(?P<hex>[0-9a-fA-F]{2})"
    rb"|\\(?P<word>[a-zA-Z]{1,64})(?P<number>-?\d{1,12})? ?"
    rb"|\\(?P<symbol>[^a-zA-Z])"
    rb"|(?P<text>[^\\{}\r\n]+)",
    re.DOTALL,
)
_BOUNDARY = re.compile(rb"\\bin(?P<bytes>\d{1,10}) ?|\\.|[{}]", re.DOTALL)

Kind = Literal["open", "close", "word", "symbol", "bytes"]


@dataclass(frozen=True, slots=True)
class Token:
    """A token; ``number`` is the parameter of a control word, ``content`` the characters as bytes."""

    kind: Kind
    word: str = ""
    number: int | None = None
    content: bytes = b""


OPEN, CLOSE = Token("open"), Token("close")


class Tokens:
    """The tokens of a file, one after the other; a group can be passed over."""

    def __init__(self, content: bytes) -> None:
        """Nothing is read yet."""
        self._content = content
        self._position = 0

    def __iter__(self) -> Iterator[Token]:
        """All tokens as far as they are not passed over."""
        while found := _TOKEN.search(self._content, self._position):
            self._position = found.end()
            kind = found.lastgroup
            if kind == "open" or kind == "close":
                yield OPEN if kind == "open" else CLOSE
            elif kind == "hex":
                yield Token("bytes", content=bytes([int(found["hex"], 16)]))
            elif kind == "text":
                yield Token("bytes", content=found["text"])
            elif kind == "symbol":
                yield Token("symbol", found["symbol"].decode("latin-1"))
            else:
                word = Token("word", found["word"].decode("ascii"), int(found["number"]) if found["number"] else None)
                if word.word == "bin":
                    self._position += max(0, word.number or 0)
                else:
                    yield word

    def skip_group(self) -> None:
        """Pass over the rest of the group; the next token is its end."""
        depth = 1
        while found := _BOUNDARY.search(self._content, self._position):
            self._position = found.end()
            if found["bytes"]:
                self._position += int(found["bytes"])
            elif found[0] == b"{":
                depth += 1
            elif found[0] == b"}":
                depth -= 1
                if not depth:
                    self._position = found.start()
                    return
        self._position = len(self._content)
