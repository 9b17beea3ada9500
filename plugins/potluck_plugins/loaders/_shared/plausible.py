"""How plausible a text is: a small model of characters, to tell decodings apart.

Bytes in an old Chinese encoding are valid in most of the others, so being decodable proves nothing. What differs is the
characters that come out: text consists of common ones, a wrong decoding of rare ones. For each language a character has
the probability of its class, shared evenly among the class; the text's likelihood is that of its best language.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from functools import cache
from types import MappingProxyType

_COMMON = frozenset(
    "的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說產種面而方後多定行學法所"
    "民得經十三之進著等部度家電力裡如水化高自二理起小物現實加量都兩體制機當使點從業本去把性好應開它合還因由其些然前外天政四日那"
    "社義事平形相全表間樣與關各重新線內數正心反你明看原又麼利比或但質氣第向道命此變條沒結解問意建月公無系軍很情者最立代想已通並"
    "提直題黨程展五果料象員革位入常文總次品式活設及管特件長求老頭基資邊流路級少圖山統接知較將組見計別她手角期根論運農指幾九區強"
    "放決西被幹做必戰先回則任取據處隊南給色光門即保治北造百規熱領七海口東導器壓志世金增爭濟階油思術極交受聯什認六共權收證改清己"
    "美再採轉更單風切打白教速花帶安場身車例真務具萬每目至達走積示議聲報完類八離華名確才科張信馬節話米整空元況今集溫傳土許步群廣"
    "这个为国们来时对说产种后发过动经进着里电实体两机当点从业还应开边万与关条无统总长员图级问题线义样间结变设习门东车务单学于会区数"
    "见书现话让钱语论计认让气汉总战资报运农处则约组织给领记头类较术极积节该项质费带规观难继续济卖买亚欧达远连选钟铁银错阳际险随页须"
)
"""The characters that make up more than half of running text, Traditional and Simplified."""

_EVERYDAY = (("big5", 0xA4, 0xC6), ("gb2312", 0xB0, 0xD7), ("cp932", 0x88, 0x97))
"""The lead bytes of the characters that the makers of the encodings judged to be in everyday use."""

_MARKS = frozenset("，。、；：「」『』（）！？《》〈〉〔〕【】…—　·々")
_QUOTES = frozenset("‘’“”–€£§°«»•™®©¿¡ªº´·²³µ½×\u00a0")
_ACCENTED = frozenset({chr(code) for code in range(0xC0, 0x100)} - {"×", "÷"} | set("œŒšŠžŽŸ"))
_RANGES = (
    ("kana", 0x3041, 0x3096),
    ("kana", 0x30A1, 0x30FE),
    ("half kana", 0xFF61, 0xFF9F),
    ("full width", 0xFF01, 0xFF5E),
)
_SIZES = MappingProxyType(
    {
        "mark": 24,
        "full width": 94,
        "common han": 600,
        "everyday han": 6500,
        "seldom han": 12_000,
        "rare han": 80_000,
        "kana": 170,
        "half kana": 63,
        "hangul": 2350,
        "rare hangul": 8800,
        "accented": 68,
        "quote": 26,
        "symbol": 3000,
        "other": 100_000,
        "impossible": 10_000,
    }
)
"""Classes of characters, with the number of characters in each."""

_RARE = 2e-5
_LANGUAGES = MappingProxyType(
    {
        "chinese": {"common han": 0.55, "everyday han": 0.3, "seldom han": 0.01, "rare han": 5e-4, "mark": 0.12}
        | {"full width": 0.02, "quote": 0.01, "symbol": 2e-3, "kana": 5e-4},
        "japanese": {"kana": 0.65, "common han": 0.13, "everyday han": 0.12, "seldom han": 1e-3, "rare han": 1e-4}
        | {"mark": 0.08, "full width": 0.02, "half kana": 2e-3, "symbol": 1e-3},
        "korean": {"hangul": 0.95, "rare hangul": 2e-4, "common han": 5e-3, "everyday han": 5e-3, "mark": 0.02},
        "latin": {"accented": 0.8, "quote": 0.15, "symbol": 0.02, "other": 0.02},
    }
)
"""The approximate share of each class among characters beyond ASCII; a class that is not named has ``_RARE``."""

_PLAIN = MappingProxyType({"ascii": -4.0, "control": -14.0})
_STRAY = -6.0
_STRAYS = re.compile(
    "[A-Za-z](?=[\u3040-\ud7a3])|[\u3040-\ud7a3](?=[A-Za-z])"
    "|[\u00c0-\u00ff](?=[\u00c0-\u00ff])|[a-z](?=[\u00a1-\u00bf][a-z])"
)
"""Signs of wrong decodings: Chinese characters within Latin words, words of accents only, symbols within words."""


def likelihood(text: str, languages: Collection[str] = tuple(_LANGUAGES)) -> float:
    """The logarithm of the text's probability in the language, of those named, that suits it best."""
    classes = _classes(text)
    return _beyond(text, classes, languages) + sum(classes[name] * cost for name, cost in _PLAIN.items())


def mean_likelihood(text: str, languages: Collection[str] = tuple(_LANGUAGES)) -> float:
    """The same for one character beyond ASCII, on average; 0 if there is none."""
    classes = _classes(text)
    return _beyond(text, classes, languages) / max(1, sum(n for name, n in classes.items() if name not in _PLAIN))


def _classes(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for character, count in Counter(text).items():
        found[kind(character)] += count
    return found


def _beyond(text: str, classes: Counter[str], languages: Collection[str]) -> float:
    """The part of the characters beyond ASCII, and of what is stray."""
    beyond = [(name, count) for name, count in classes.items() if name not in _PLAIN]
    best = max(
        sum(count * math.log(_LANGUAGES[language].get(name, _RARE) / _SIZES[name]) for name, count in beyond)
        for language in languages
    )
    return best + _STRAY * len(_STRAYS.findall(text))


@cache
def kind(character: str) -> str:
    """The class of a character."""
    code = ord(character)
    if code < 0x80:
        return "ascii" if character.isprintable() or character in "\n\t\r\f\x1b" else "control"
    for name, members in (("mark", _MARKS), ("quote", _QUOTES), ("accented", _ACCENTED), ("common han", _COMMON)):
        if character in members:
            return name
    if 0x3400 <= code <= 0x9FFF or 0x20000 <= code <= 0x3134F:
        return _han(character)
    if 0xAC00 <= code <= 0xD7A3:
        # The 2,350 syllables of KS X 1001; the others have a second byte below.
        return "hangul" if min(character.encode("cp949")) > 0xA0 else "rare hangul"
    return next((name for name, first, last in _RANGES if first <= code <= last), None) or _rest(character)


def _han(character: str) -> str:
    leads = {name: _lead(character, name) for name, _, _ in _EVERYDAY}
    if any(low <= leads[name] <= high for name, low, high in _EVERYDAY):
        return "everyday han"
    return "seldom han" if any(leads.values()) else "rare han"


def _lead(character: str, encoding: str) -> int:
    """The first byte of a character in an encoding; 0 if it has none."""
    try:
        return character.encode(encoding)[0]
    except UnicodeEncodeError:
        return 0


def _rest(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Cn", "Co", "Cs") or character == "\ufffd":
        return "impossible"
    return "symbol" if category[0] in "SPN" else "other"
