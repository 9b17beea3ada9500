"""Whether the claims of an answer are in its sources: clause numbers, other numbers and quoted phrases.

Width, case, white space and the separators of thousands never count; 第三章 is 第3章, 25公尺 is 25m, both ends of a
range are claims. Numbers written in Chinese are read in clause numbers and in passages, but are not claims elsewhere
(一般, 三者): they are seldom figures. Pure functions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from potluck.documents import Passage

_CHINESE = "[零〇一二三四五六七八九十百兩两]{1,9}"
_NUMBER = r"\d+(?:\.\d+)?"
_JOINED = r"\s*(?:[~–—、,及和與与或-]|至|到)\s*"
_RANGE = r"\s*(?:[~–—-]|至|到|to)\s*"

_SAME = {
    **dict.fromkeys(("公尺", "米", "meter", "meters", "metre", "metres"), "m"),
    **dict.fromkeys(("公分", "厘米"), "cm"),
    **dict.fromkeys(("公厘", "毫米", "millimetres", "millimeters"), "mm"),
    **dict.fromkeys(("公里", "千米", "kilometres", "kilometers"), "km"),
    **dict.fromkeys(("平方公尺", "平方米"), "m2"),
    **dict.fromkeys(("立方公尺", "立方米"), "m3"),
    **dict.fromkeys(("公斤", "千克"), "kg"),
    **dict.fromkeys(("公克", "克"), "g"),
    **dict.fromkeys(("公噸", "公吨", "噸", "吨"), "t"),
    **dict.fromkeys(("度", "°", "degrees"), "°c"),
    **dict.fromkeys(("percent", "per cent"), "%"),
    **dict.fromkeys(("天", "day", "days"), "日"),
    **dict.fromkeys(("个月", "month", "months"), "個月"),
    **dict.fromkeys(("小时", "hour", "hours", "hr", "hrs", "h"), "小時"),
    **dict.fromkeys(("分钟", "minute", "minutes", "min"), "分鐘"),
    **dict.fromkeys(("second", "seconds", "s"), "秒"),
    **dict.fromkeys(("year", "years"), "年"),
    **dict.fromkeys(("周", "星期", "week", "weeks"), "週"),
}
"""Units that are another one by another name."""

_COUNTED = ["個月", "小時", "分鐘", *"日月年秒週元根次組组口份層层處处點点支塊块片人台件倍名位個个種种項项"]
_KNOWN = "mm cm m km kg g t kn n mpa kpa gpa pa kω ω v kv w kw hz khz mhz db l ml ppm m2 m3 kn/m kn/m2 n/mm2 km/h"

_LATIN = {name for name in _SAME if name.isascii()}


def _either(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


# A word of Latin letters behind a blank is a unit only if it is known as one: "25 rails".
_UNIT = (
    rf"\s*(?:°c|{_either({*_COUNTED, *_SAME} - _LATIN)}|[%‰])"
    rf"|\s+(?:{_either({*_KNOWN.split(), *_LATIN})})(?![a-z\d])"
    r"|[a-zμω]+(?:/[a-z]+)?[23]?(?![a-z\d])"
)

_TOKEN = re.compile(
    rf"第\s*(?P<ordinals>(?:{_CHINESE}|\d+(?:\.\d+)*)(?:{_JOINED}第?\s*(?:{_CHINESE}|\d+(?:\.\d+)*)){{0,20}})"
    r"\s*(?P<counter>[章節节條条款項项目篇編编])"
    r"|(?<![代發发外列手])(?P<plate>表|圖|图|附錄|附录|附件|\b(?:table|figure|fig\.?|annex|appendix))\s*"
    r"(?P<plate_number>\d+(?:[-.]\d+)*)"
    r"|\b(?P<word>section|clause|article|chapter)s?\s+(?P<word_number>\d+(?:\.\d+)*)"
    r"|(?<![\d.])(?P<clause>\d+(?:\.\d+){2,}|\d+\.\d+(?=\s*[章節节條条]))"
    r"|(?<![a-z\d])(?P<code>[a-z]+-?\d+[a-z\d]*(?:\.\d+)*)"
    rf"|百分之\s*(?P<percent>{_NUMBER})"
    rf"|(?<![\d.])(?P<number>{_NUMBER})(?P<scale>\s*[千萬万億亿](?![克米瓦]))?"
    rf"(?:(?P<unit>{_UNIT})|(?={_RANGE}{_NUMBER}(?P<shared>{_UNIT})))?"
)
_SPELLED = re.compile(rf"(?P<number>{_CHINESE})(?P<unit>{_either({*_COUNTED, *_SAME})})")
_QUOTED = re.compile(r"「([^「」]+)」|『([^『』]+)』|“([^“”]+)”|\"([^\"\n]+)\"")
_HEADED = re.compile(rf"(第\s*(?:{_CHINESE}|\d+)\s*[章節节條条]|\d+(?:\.\d+)+)(.+)", re.DOTALL)
_ELLIPSIS = re.compile(r"\.{3,}|⋯+")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!,?\d)")
_MARKERS = re.compile(r"\[\d+(?:\s*[,、-]\s*\d+)*\]|\(\d{1,2}\)|^\s*(?:[-*•]\s*)?\d{1,2}(?:\.(?=\s+\S)|、(?=\D))", re.M)
_BLANKS = re.compile(r"[^\S\n]+")
_ENCIRCLED = re.compile("[\u2460-\u249b\u2776-\u2793]")
_MARKS = re.compile(r"[\s。、,;:!?「」『』“”\"'‘’()《》〈〉\[\]【】·*`]+")

_COUNTERS = str.maketrans("节条編编", "節條篇篇")
_UNNUMBERED = "款項项目"
"""Paragraphs and items of an article are counted, not labelled: what 第2項 is does not stand in a text."""

_WORDS = {"section": "節", "clause": "條", "article": "條", "chapter": "章"}
_PLATES = {"图": "圖", "附录": "附錄", "table": "表", "figure": "圖", "fig": "圖", "annex": "附件", "appendix": "附錄"}
_SCALES = {"千": 3, "萬": 4, "万": 4, "億": 8, "亿": 8}
_SHORTEST_QUOTE = 2


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that an answer says is in the documents, as ``text`` writes it; ``key`` is what is looked up."""

    kind: Literal["clause", "number", "quote"]
    key: str
    unit: str = ""
    text: str = field(default="", compare=False)


def claims(answer: str) -> list[Claim]:
    """The claims of an answer, each once: quoted phrases, clause numbers, and the numbers outside of both.

    The markers of lists (``1.``, ``(2)``) and of passages (``[3]``) are not claims.
    """
    folded = _MARKERS.sub(" ", _fold(answer))
    return list(dict.fromkeys([*_quotes(folded), *_tokens(_QUOTED.sub(" ", folded))]))


def citation_precision(answer: str, passages: Sequence[Passage]) -> float | None:
    """The share of what an answer cites that its passages hold; None if it cites nothing."""
    found = claims(answer)
    return 1 - len(_not_in_passages(found, passages)) / len(found) if found else None


def find_unsupported(answer: str, passages: Sequence[Passage]) -> list[str]:
    """The claims of an answer that are in none of its passages (text, heading and section labels), in the answer's
    words."""
    return [claim.text for claim in _not_in_passages(claims(answer), passages)]


def _not_in_passages(found: Sequence[Claim], passages: Sequence[Passage]) -> list[Claim]:
    if not found:
        return []
    held = _Held(passages)
    return [claim for claim in found if not held.holds(claim)]


class _Held:
    """The claims that passages support."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._parts = [part for passage in passages for part in (passage.heading, passage.text, *passage.sections)]
        self._labels = {_fold(label).strip() for passage in passages for label in passage.sections}
        self._read = [_read(part) for part in dict.fromkeys(self._parts)]

    def holds(self, claim: Claim) -> bool:
        if claim.kind == "quote":
            return all(self._is_quoted(part) for part in _ELLIPSIS.split(claim.key))
        if claim.kind == "clause":
            return self._has(claim) or self._is_label(claim.key)
        written = self._has(claim) or self._has(Claim("number", claim.key))
        return written or (not claim.unit and (claim.key in self._labels or self._has(Claim("number", claim.key, "*"))))

    def _has(self, claim: Claim) -> bool:
        return any(claim in read for read in self._read)

    def _is_label(self, key: str) -> bool:
        """Whether a section is called so, or (for a chapter) stands in it."""
        if not key.startswith("第"):
            return key in self._labels or self._has(Claim("number", key))
        number = key[1:-1]
        within = key.endswith("章") and any(label.startswith(f"{number}.") for label in self._labels)
        return within or number in self._labels

    def _is_quoted(self, phrase: str) -> bool:
        if self._stands(_MARKS.sub("", phrase)):
            return True
        headed = _HEADED.fullmatch(phrase.strip())
        if headed is None:
            return False
        return all(map(self.holds, _tokens(headed[1]))) and self._stands(_MARKS.sub("", headed[2]))

    def _stands(self, phrase: str) -> bool:
        """Whether a part holds it; a number at its end is not the beginning of a longer one."""
        whole = re.compile(
            rf"(?<!\d)(?<!\d\.){re.escape(phrase)}(?!\d|\.\d)" if _has_digit_edge(phrase) else re.escape(phrase)
        )
        return any(whole.search(_bare(part)) for part in self._parts)


def _has_digit_edge(phrase: str) -> bool:
    return bool(re.match(r"\d|.*\d$", phrase))


@lru_cache(maxsize=8192)
def _read(text: str) -> frozenset[Claim]:
    """The claims that a text supports: each number with its unit, and (as ``*``) with any."""
    folded = _fold(text)
    found = set(_tokens(folded))
    found |= {_number(_value(m["number"]), m["unit"], m.group()) for m in _SPELLED.finditer(folded)}
    return frozenset(found | {Claim("number", one.key, "*") for one in found if one.kind == "number"})


@lru_cache(maxsize=8192)
def _bare(text: str) -> str:
    return _MARKS.sub("", _fold(text))


def _quotes(folded: str) -> Iterator[Claim]:
    for match in _QUOTED.finditer(folded):
        phrase = next(group for group in match.groups() if group is not None).strip(" 。.,，、;；:：")
        if len(_MARKS.sub("", phrase)) >= _SHORTEST_QUOTE:
            yield Claim("quote", phrase, text=phrase)


def _tokens(folded: str) -> Iterator[Claim]:
    for match in _TOKEN.finditer(folded):
        if match["ordinals"]:
            yield from _ordinals(match)
        elif match["plate"]:
            name = match["plate"].rstrip(".")
            yield Claim("clause", f"{_PLATES.get(name, name)}{match['plate_number']}", text=match.group())
        elif match["word"]:
            yield _clause(match["word_number"], _WORDS[match["word"]], match.group())
        elif match["clause"]:
            yield Claim("clause", match["clause"], text=match.group())
        elif match["code"]:
            yield Claim("number", match["code"].replace("-", ""), text=match.group())
        elif match["percent"]:
            yield _number(match["percent"], "%", match.group())
        else:
            yield _number(match["number"], match["unit"] or match["shared"] or "", match.group(), match["scale"] or "")


def _ordinals(match: re.Match[str]) -> Iterator[Claim]:
    counter = match["counter"].translate(_COUNTERS)
    if counter in _UNNUMBERED:
        return
    for number in re.findall(rf"{_CHINESE}|\d+(?:\.\d+)*", match["ordinals"]):
        yield _clause(number, counter, f"第{number}{match['counter']}")


def _clause(number: str, counter: str, text: str) -> Claim:
    """``第3章`` for 第三章; the bare number for 第1.4.4節, as sections are labelled."""
    return Claim("clause", number if "." in number else f"第{_value(number)}{counter}", text=text)


def _number(number: str, unit: str, text: str, scale: str = "") -> Claim:
    whole, _, fraction = number.partition(".")
    power = _SCALES.get(scale.strip(), 0)
    if power:
        whole, fraction = whole + fraction[:power].ljust(power, "0"), fraction[power:]
    whole = whole.lstrip("0") or "0"
    key = f"{whole}.{fraction}" if fraction.strip("0") else whole
    unit = unit.strip()
    return Claim("number", key, _SAME.get(unit, unit), text.strip())


def _value(number: str) -> str:
    """A Chinese or other number below a thousand in our digits, a longer one as it is; 二三 is 23."""
    if number.isdecimal():
        return number.lstrip("0") or "0"
    total, current = 0, ""
    for character in number:
        if character in "十百":
            total += int(current or 1) * (10 if character == "十" else 100)
            current = ""
        else:
            current += str("零一二三四五六七八九".find({"〇": "零", "兩": "二", "两": "二"}.get(character, character)))
    return str(total + int(current or 0))


def _fold(text: str) -> str:
    """Without differences of width and case, and without separators of thousands. A full-width comma is none."""
    plain = _ENCIRCLED.sub(" ", text.replace("，", "、").replace("…", "⋯"))
    folded = _BLANKS.sub(" ", unicodedata.normalize("NFKC", plain).lower())
    return _THOUSANDS.sub(lambda match: match.group().replace(",", ""), folded)
