"""What the core knows about written language: which script, where sentences end, what is a refusal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

_HAN_RANGES = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_KANA_RANGE = "\u3040-\u30ff"
_HAN = re.compile(f"[{_HAN_RANGES}]")
_UNIT = re.compile(f"[{_HAN_RANGES}{_KANA_RANGE}]|[^\\W_{_HAN_RANGES}{_KANA_RANGE}]+")
# A full stop ends a sentence before a blank and a capital, not in 1.4.4, 3.14 or e.g.
_END = re.compile(r"[。！？!?；]+[」』”’）)]*|\n+|(?<=[\w)\"”’])[.](?=\s+[\"“‘(]?[A-Z0-9])")

REFUSALS = (
    "我不知道",
    "不知道",
    "無法回答",
    "无法回答",
    "無法得知",
    "无法得知",
    "沒有提到",
    "没有提到",
    "未提及",
    "沒有相關資訊",
    "没有相关信息",
    "資料中沒有",
    "i don't know",
    "i do not know",
    "don't know",
    "do not know",
    "cannot answer",
    "can't answer",
    "unable to answer",
    "unanswerable",
    "no answer",
    "not mentioned",
    "not enough information",
    "no information",
)
"""Phrases that say that the answer is not known: Traditional and Simplified Chinese, English."""

_SHORT = 60
_AROUND = " \"'「」『』。.,!?！？、:：*`#-"


def is_chinese(text: str) -> bool:
    """Whether there is a Han character in it."""
    return _HAN.search(text) is not None


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the sentences and lines of a text, without the white space around them."""
    start = 0
    for end in [*(match.end() for match in _END.finditer(text)), len(text)]:
        piece = text[start:end]
        stripped = piece.strip()
        if stripped:
            first = start + piece.index(stripped[0])
            yield first, first + len(stripped)
        start = end


def grams(text: str) -> frozenset[str]:
    """Pairs of neighbouring units: Han and Kana characters singly, words and numbers whole, without case or width."""
    units = _UNIT.findall(unicodedata.normalize("NFKC", text).lower())
    return frozenset(units) if len(units) == 1 else frozenset(f"{a} {b}" for a, b in pairwise(units))


def is_refusal(answer: str) -> bool:
    """Whether an answer is, begins with, or (if it is short) contains a phrase that says that it is not known."""
    plain = unicodedata.normalize("NFKC", answer).replace("\u2019", "'").lower()
    plain = re.sub(r"\s+", " ", plain).strip(_AROUND)
    return any(plain.startswith(phrase) or (phrase in plain and len(plain) < _SHORT) for phrase in REFUSALS)
