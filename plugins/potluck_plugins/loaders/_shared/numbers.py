"""Clause numbers, as they stand before headings and paragraphs: ``1.4.4 短鋼軌``, ``第1章 通則``, ``一、總則``."""

from __future__ import annotations

import re

_CHAPTER = re.compile(
    r"(第\s*[0-9０-９一二三四五六七八九十百零〇]+\s*([編篇部卷章節條条款编节]))([\s、：:.．]*)(.*)", re.DOTALL
)
_LEVELS = {"節": 2, "节": 2, "條": 3, "条": 3, "款": 4}
_REFERRING = ("之", "的", "第", "及", "與", "和", "或", "至")
_DECIMAL = re.compile(r"(\d{1,3}(?:\.\d{1,3})*)([.、：:]?\s*)(.*)", re.DOTALL)
_ENUMERATION = re.compile(r"([一二三四五六七八九十]{1,3})、\s*(.*)", re.DOTALL)
_CLAUSE = re.compile(r"(\d{1,3}(?:\.\d{1,3}){1,6})([.：:]?\s*)(\S.*)", re.DOTALL)
_COUNTED = re.compile(
    r"(?:[mckM]?m|kg|[kMG]?Hz|[kMG]?Pa|ha|in|ft|[倍公萬億元年月日度秒分小米厘毫個位種項點次場步條件大人層樓時週天成名])"
    r"(?![A-Za-z])"
)
"""The words after a number that counts or measures: 1.5 m, 3 個步驟, 2024年."""

_OPENING = "「『《〈【（([“‘\"'"
_LEADER = re.compile(r"(?<![.．·…‥])[.．·…‥]{3,}+\s*\d")
"""The dots between a heading and its page in a table of contents."""

_TITLE_END = re.compile(r"[：:。；;\n]")
_LONGEST_TITLE = 60
_LONGEST_CHAPTER = 40


def number_and_title(heading: str) -> tuple[str | None, str]:
    """Take the number off a heading."""
    heading = heading.strip()
    for pattern in (_CHAPTER, _ENUMERATION):
        found = pattern.fullmatch(heading)
        if found:
            return "".join(found.group(1).split()), found.groups()[-1].strip()
    found = _DECIMAL.fullmatch(heading)
    if found is None:
        return None, heading
    number, between, title = found.groups()
    if between or (title[:1].isalpha() and not title[0].isascii()):
        counts = "." not in number and not between.strip() and _COUNTED.match(title)
        return (None, heading) if counts else (number, title.strip())
    return (number, "") if not title else (None, heading)


def section(paragraph: str, before: str | None = None) -> tuple[str, str, int] | None:
    """The number, title and level of a paragraph that begins a section by its number; None for any other.

    ``before`` is the number of the section before it.
    """
    found = clause(paragraph, before)
    return (*found, found[0].count(".") + 1) if found else _chapter(paragraph.strip())


def _chapter(paragraph: str) -> tuple[str, str, int] | None:
    """``第1章 通則`` by itself, and ``第3條 甲方應於…``; no sentence that speaks of a chapter."""
    found = _CHAPTER.fullmatch(paragraph)
    if found is None or _LEADER.search(paragraph[: 2 * _LONGEST_TITLE]):
        return None
    number, kind, between, rest = found.groups()
    article = kind in "條条款"
    if rest.startswith(_REFERRING) or (rest and not between) or (not rest and article):
        return None
    if not article and (len(paragraph) > _LONGEST_CHAPTER or re.search("[，。；、！？]", rest)):
        return None
    return "".join(number.split()), _title(rest), _LEVELS.get(kind, 1)


def clause(paragraph: str, before: str | None = None) -> tuple[str, str] | None:
    """The number and title of a paragraph that begins a numbered clause, such as ``1.4.4 短鋼軌：係指…``.

    What may as well be a quantity, an address or a version (``1.5 m``, ``10.0.0.1``) is one only if it goes on from
    ``before``, the number of the clause before it. An entry of a table of contents is none.
    """
    found = _CLAUSE.fullmatch(paragraph.strip())
    if found is None:
        return None
    number, between, rest = found.groups()
    if (
        not (rest[0].isalpha() or rest[0] in _OPENING)
        or (not between and rest[0].isascii())
        or _LEADER.search(rest[: 2 * _LONGEST_TITLE])
    ):
        return None
    if not _certain(number, between, rest) and not _follows(before, number):
        return None
    title = _title(rest)
    return (number, title) if title else None


def _title(text: str) -> str:
    """The first words of a clause, as far as a colon or the end of the sentence."""
    end = _TITLE_END.search(text)
    return text[: min(end.start(), _LONGEST_TITLE) if end else _LONGEST_TITLE].strip()


def _certain(number: str, between: str, rest: str) -> bool:
    """Whether number and words can hardly be anything else than a clause's."""
    parts = number.split(".")
    numbered = all(part == "0" or not part.startswith("0") for part in parts) and max(map(len, parts)) < 3
    spaced = bool(between) or len(parts) > 2
    return numbered and spaced and "0" not in parts[:-1] and not rest[0].islower() and not _COUNTED.match(rest)


def _follows(before: str | None, number: str) -> bool:
    """Whether a number is the next one on any level, or the first below: after 1.4.4 come 1.4.5, 1.5, 1.5.1, 2.1."""
    old = [int(digits) for digits in re.findall(r"\d+", before or "0")]
    new = [int(part) for part in number.split(".")]
    same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    if same < len(old):
        return same < len(new) and new[same] == old[same] + 1 and set(new[same + 1 :]) <= {1}
    return len(new) > len(old) and set(new[same:]) == {1}
