"""Texts that plugins are tried on: English, Traditional Chinese, and texts that break careless code. The same every
time."""

from __future__ import annotations

import random
import unicodedata

WORDS = (
    *("ballast", "the", "track", "reads", "a", "clause", "twice", "0.25", ".", "!", "https://example.org/a_b?c=d"),
    *("軌道", "道碴", "厚度", "不得小於", "三十公分", "，", "。", "「", "」", "ＡＢＣ", "１２３", "𠮷"),
    *("naïve", "e\u0301", "👷\u200d♀️", "x" * 90, "鋼" * 70),
)
BLANKS = (" ", " ", " ", "\n", "\n\n", "\t", "\u3000", "  ")

SENTENCES = (
    "The ballast must be thirty centimetres deep.",
    "Every worker wears a helmet on the track.",
    "道碴厚度不得小於三十公分。",
    "巡查每週至少一次，並作成紀錄。",
    "Apples and pears are fruit.",
    "今天的天氣很好，適合散步。",
)

CLUSTERS = (
    "e\u0301\u0323",
    "か\u3099",
    "👷\u200d♀\ufe0f",
    "👍🏽",
    "，\ufe00",
    "\u1112\u1161\u11ab",
    "ำ\u0e48",
    "क\u094d",
)
"""Single characters to readers that are several to Python."""


ODD = (
    *("x", "字", " x ", "👷\u200d♀️ naïve e\u0301 𠮷", "\u202eעברית\u202c", "\r\n\t—"),
    *("a\0b", "{context} {{ x }} {% raw %} %s", "<|im_end|></s>[MASK]", "ﷺ" * 9, "x" * 90),
)
"""Texts that careless code fails on."""


def chinese(characters: int) -> str:
    """Sentences of Chinese without any white space, of at least that many characters."""
    sentences = "".join(one for one in SENTENCES if not one.isascii())
    return sentences * (characters // len(sentences) + 1)


def is_torn(content: str, place: int) -> bool:
    """Whether a cut at ``place`` takes a mark from its letter, or a picture apart."""
    if not 0 < place < len(content) or content[place - 1].isspace():
        return False
    left, right = content[place - 1], content[place]
    joined = "\u200d" in (left, right) or "\U0001f3fb" <= right <= "\U0001f3ff"
    return joined or unicodedata.category(right) in ("Mn", "Mc", "Me") or "\u1160" <= right <= "\u11ff"


def text(seed: int, words: int = 120) -> str:
    """Some words of both languages with blanks between them."""
    chances = random.Random(seed)  # noqa: S311  (no secret)
    return "".join(chances.choice(WORDS) + chances.choice(BLANKS) for _ in range(words))


def texts() -> list[str]:
    """Short, long and odd ones, none of them blank."""
    odd = ["x", "字", " x ", "\n\n\n字\n\n", "a" * 3000, "鋼" * 3000, "一\u3000二", "word " * 500, "。" * 50]
    clusters = ["".join(CLUSTERS) * 40, *(one * 200 for one in CLUSTERS)]
    return [*odd, *(text(seed) for seed in range(12)), "\n\n".join(SENTENCES * 8), chinese(3000), *clusters]
