"""Whether what an answer cites is there: clause numbers, other numbers and quoted phrases, against the passages.

Pure functions. Width, case and white space never count, nor do the separators of thousands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from potluck.documents import Passage

_DIGITS = "零〇一二三四五六七八九"
_CHINESE = f"[{_DIGITS}十百]+"
_NUMBERED = re.compile(rf"第\s*({_CHINESE}|\d+(?:\.\d+)*)\s*([章節节條条款項项篇])")
_CLAUSE = re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}(?![\d.]*\d)")
_NUMBER = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?![\d]|\.\d)")
_QUOTED = re.compile(r"「([^「」]+)」|『([^『』]+)』|“([^“”]+)”|\"([^\"]+)\"")
_SPACE = re.compile(r"\s+")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_SHORTEST_QUOTE = 2


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that an answer says is in the documents, as ``text`` writes it after folding."""

    kind: Literal["clause", "number", "quote"]
    text: str


def claims(answer: str) -> list[Claim]:
    """What an answer cites, each once: quoted phrases, clause numbers, and the numbers outside of both."""
    folded = _folded(answer)
    found = list(_quotes(folded))
    rest = _QUOTED.sub(" ", folded)
    found += [Claim("clause", label) for label in _numbered(rest)]
    rest = _NUMBERED.sub(" ", rest)
    found += [Claim("clause", match.group()) for match in _CLAUSE.finditer(rest)]
    found += [Claim("number", match.group()) for match in _NUMBER.finditer(_CLAUSE.sub(" ", rest))]
    return list(dict.fromkeys(found))


def citation_precision(answer: str, passages: Sequence[Passage]) -> float | None:
    """The share of what an answer cites that its passages hold; None where it cites nothing."""
    found = claims(answer)
    return 1 - len(_missing(found, passages)) / len(found) if found else None


def unsupported(answer: str, passages: Sequence[Passage]) -> list[str]:
    """What an answer cites that is in none of its passages."""
    return [claim.text for claim in _missing(claims(answer), passages)]


def _missing(found: Sequence[Claim], passages: Sequence[Passage]) -> list[Claim]:
    held = _Held(passages)
    return [claim for claim in found if not held.holds(claim)]


class _Held:
    """What passages hold, taken apart once."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        parts = [(passage.heading, passage.text, *passage.sections) for passage in passages]
        text = _folded("\n".join(part for passage in parts for part in passage))
        self._squeezed = _SPACE.sub("", text)
        self._labels = {_folded(label) for passage in passages for label in passage.sections}
        self._clauses = {match.group() for match in _CLAUSE.finditer(text)} | self._labels | set(_numbered(text))
        self._clauses |= {_NUMBERED.sub(lambda match: _label(match), label) for label in self._labels}
        self._numbers = {match.group() for match in _NUMBER.finditer(text)} | self._clauses

    def holds(self, claim: Claim) -> bool:
        if claim.kind == "quote":
            return _SPACE.sub("", claim.text) in self._squeezed
        if claim.kind == "clause":
            return claim.text in self._clauses
        return claim.text in self._numbers


def _quotes(folded: str) -> Iterator[Claim]:
    for match in _QUOTED.finditer(folded):
        phrase = next(group for group in match.groups() if group is not None).strip(" 。.,，;；:：")
        if len(phrase) >= _SHORTEST_QUOTE:
            yield Claim("quote", phrase)


def _numbered(folded: str) -> Iterator[str]:
    for match in _NUMBERED.finditer(folded):
        yield _label(match)


def _label(match: re.Match[str]) -> str:
    """``第3章`` for 第三章; the bare number for 第1.4.4節, as sections are labelled."""
    number, unit = match.groups()
    if "." in number:
        return number
    return f"第{_value(number)}{unit.translate(_UNITS)}"


_UNITS = str.maketrans("节条项", "節條項")


def _value(number: str) -> int:
    """The value of a Chinese or Arabic number below a thousand."""
    if number.isdigit() and number.isascii():
        return int(number)
    total = current = 0
    for character in number:
        if character in "十百":
            total += (current or 1) * (10 if character == "十" else 100)
            current = 0
        else:
            current = "零一二三四五六七八九".find(character.replace("〇", "零"))
    return total + current


def _folded(text: str) -> str:
    """Without differences of width and case, and without separators of thousands. A full-width comma is none."""
    folded = unicodedata.normalize("NFKC", text.replace("，", "、")).lower()
    return _THOUSANDS.sub(lambda match: match.group().replace(",", ""), folded)
