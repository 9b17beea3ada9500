"""How texts are compared for scoring: Chinese by character, English as in SQuAD.

Width, case and punctuation never count. In a Chinese text Han and Kana characters stand by themselves, words and
numbers are whole; white space does not count. In an English text the articles do not count either (Rajpurkar et al.
2016, *SQuAD: 100,000+ Questions for Machine Comprehension of Text*, section 6.1).
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby

_CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\U00020000-\U0003134f]")
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_SPACE = re.compile(r"\s+")

# The passages and the right answers of a question come again with every variant of a comparison.
_remembered = lru_cache(maxsize=4096)


def is_cjk(text: str) -> bool:
    """Whether there is a Han or Kana character in it: then it is compared as Chinese."""
    return _CJK.search(text) is not None


@_remembered
def squeeze(text: str) -> str:
    """Without white space, and without differences of width and case; to see whether one text contains another."""
    return _SPACE.sub("", _fold(text))


@_remembered
def normalise(text: str, cjk: bool) -> str:
    """The form of a text that has to be equal for an exact match."""
    if cjk:
        return _SPACE.sub("", _without_marks(_fold(text)))
    bare = "".join(c for c in _fold(text) if c not in string.punctuation and unicodedata.category(c)[0] != "P")
    return " ".join(_ARTICLES.sub(" ", bare).split())


def units_of(text: str, cjk: bool) -> list[str]:
    """What F1 counts: words; in Chinese characters, with words and numbers of other scripts whole."""
    return list(_units(text, cjk))


@_remembered
def _units(text: str, cjk: bool) -> tuple[str, ...]:
    if not cjk:
        return tuple(normalise(text, cjk).split())
    found: list[str] = []
    for kind, run in groupby(_without_marks(_fold(text)), _kind):
        if kind == "cjk":
            found.extend(run)
        elif kind != "space":
            found.append("".join(run))
    return tuple(found)


def exact_match(answer: str, gold: str, cjk: bool) -> float:
    """1 if both have the same words, else 0."""
    return float(normalise(answer, cjk) == normalise(gold, cjk))


def f1(answer: str, gold: str, cjk: bool) -> float:
    """The harmonic mean of the shares of units that the two have in common, from 0 to 1."""
    ours, theirs = units_of(answer, cjk), units_of(gold, cjk)
    if not ours or not theirs:
        return float(ours == theirs)
    common = (Counter(ours) & Counter(theirs)).total()
    return 2 * common / (len(ours) + len(theirs))


def rouge_l(answer: str, gold: str, cjk: bool) -> float:
    """The F-measure of the longest common subsequence of units, from 0 to 1 (Lin 2004, *ROUGE*, section 3)."""
    ours, theirs = units_of(answer, cjk), units_of(gold, cjk)
    if not ours or not theirs:
        return float(ours == theirs)
    return 2 * _longest_common(ours, theirs) / (len(ours) + len(theirs))


def share_contained(phrases: Sequence[str], *texts: str) -> float:
    """The share of the phrases that stand in one of the texts, from 0 to 1; there has to be a phrase."""
    held = _together(texts)
    return sum(squeeze(phrase) in held for phrase in phrases) / len(phrases)


def any_contained(phrases: Sequence[str], *texts: str) -> float:
    """1 if one of the phrases stands in one of the texts (a blank phrase never does), else 0."""
    held = _together(texts)
    return float(any(phrase and phrase in held for phrase in map(squeeze, phrases)))


def facts_contained(facts: Sequence[str], answers: Sequence[str], *texts: str) -> float:
    """The share of the facts that stand in one of the texts; without facts, whether one of the answers does."""
    return share_contained(facts, *texts) if facts else any_contained(answers, *texts)


def _together(texts: Sequence[str]) -> str:
    """The texts joined by a character that comparing keeps, so that no phrase is found across two of them."""
    return "\0".join(map(squeeze, texts))


def _longest_common(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """The length of the longest common subsequence, with one bit per unit of ``ours`` (Hyyrö 2004)."""
    places: dict[str, int] = {}
    for place, unit in enumerate(ours):
        places[unit] = places.get(unit, 0) | 1 << place
    whole = row = (1 << len(ours)) - 1
    for unit in theirs:
        matched = row & places.get(unit, 0)
        row = (row + matched | row - matched) & whole
    return len(ours) - row.bit_count()


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("\u2019", "'").lower()


def _without_marks(text: str) -> str:
    """Without punctuation, control characters and all white space but the blank."""
    return "".join(c for c in text if c == " " or unicodedata.category(c)[0] not in "PZC")


def _kind(character: str) -> str:
    if _CJK.match(character):
        return "cjk"
    if character.isspace():
        return "space"
    return "digit" if character.isdigit() else "word"
