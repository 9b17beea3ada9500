"""From bytes to text: which encoding it is, and how sure that is.

Chinese encodings overlap so far that almost any bytes of one are valid in another. Candidates are decoded strictly
and judged by how many of their characters are ones that people write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_CANDIDATES = ("big5", "gb18030", "cp932", "euc-kr", "cp1252")
_WIDE_CANDIDATES = ("utf-16-le", "utf-16-be")
_SAMPLE = 1 << 16

# The characters that make up about half of running text, Traditional and Simplified, and the punctuation between them.
_COMMON = frozenset(
    "的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說產種面而方後多定行學法所"
    "民得經十三之進著等部度家電力裡如水化高自二理起小物現實加量都兩體制機當使點從業本去把性好應開它合還因由其些然前外天政四日那"
    "社義事平形相全表間樣與關各重新線內數正心反你明看原又麼利比或但質氣第向道命此變條沒結解問意建月公無系軍很情者最立代想已通並"
    "提直題黨程展五果料象員革位入常文總次品式活設及管特件長求老頭基資邊流路級少圖山統接知較將組見計別她手角期根論運農指幾九區強"
    "放決西被幹做必戰先回則任取據處隊南給色光門即保治北造百規熱領七海口東導器壓志世金增爭濟階油思術極交受聯什認六共權收證改清己"
    "美再採轉更單風切打白教速花帶安場身車例真務具萬每目至達走積示議聲報完類八離華名確才科張信馬節話米整空元況今集溫傳土許步群廣"
    "这个为国们来时对说产种后发过动经进着裡里电实体两机当点从业还应开边万与关条无统总长员图级问题线义样间结变设习门东车务单"
    "，。、；：「」『』（）！？《》〈〉…—“”‘’　"
)
_KANA = re.compile("[\u3040-\u30ff]")
_HALF_KANA = re.compile("[\uff61-\uff9f]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_HAN = re.compile("[\u3400-\u9fff]")
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\ufffe]")
_CONTROLS = 0.02
"""Share of control characters above which bytes that happen to be UTF-8 are looked at again."""
_SURE = 0.12
"""Lead over the second candidate at which a guess is not called a guess."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text with its encoding; ``doubt`` says what a user should know, empty where it is certain."""

    text: str
    encoding: str
    doubt: str = ""


def decode(content: bytes, encoding: str | None = None) -> Decoded:
    """Decode bytes. ``encoding`` is tried first and reported if it does not fit. Never raises for bytes."""
    if encoding:
        return _forced(content, encoding)
    for mark, name in _BOMS:
        if content.startswith(mark):
            return _replacing(content[len(mark) :], name)
    wide = _wide(content)
    if wide:
        return _replacing(content, wide)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return _replacing(content, "utf-8") if _mostly_utf8(content) else _guessed(content)
    controls = len(_ODD.findall(text)) - text.count("\0")
    return _guessed(content) if controls > _CONTROLS * len(text) else _clean(text, "utf-8")


def _forced(content: bytes, encoding: str) -> Decoded:
    try:
        text = content.decode(encoding)
    except LookupError:
        guess = decode(content)
        return Decoded(
            guess.text, guess.encoding, f"there is no encoding {encoding!r}; it was read as {guess.encoding}"
        )
    except UnicodeDecodeError:
        return _replacing(content, encoding)
    return _clean(text.removeprefix("\ufeff"), encoding)


def _wide(content: bytes) -> str | None:
    """UTF-16 without a mark: every other byte is zero in Latin text, or in its blanks and line ends."""
    if len(content) < 4 or len(content) % 2:
        return None
    even, odd = content[0:_SAMPLE:2].count(0), content[1:_SAMPLE:2].count(0)
    pairs = len(content[:_SAMPLE]) // 2
    if max(even, odd) > 0.3 * pairs and min(even, odd) < 0.05 * pairs:
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def _mostly_utf8(content: bytes) -> bool:
    """Whether stray bytes stand in what is otherwise UTF-8 with characters beyond ASCII."""
    text = content.decode("utf-8", "replace")
    beyond = sum(c > "\x7f" and c != "\ufffd" for c in text)
    return beyond > 0 and text.count("\ufffd") <= 0.25 * (beyond + text.count("\ufffd"))


def _guessed(content: bytes) -> Decoded:
    scored = []
    for name in _CANDIDATES + (_WIDE_CANDIDATES if len(content) % 2 == 0 else ()):
        try:
            sample = content[:_SAMPLE].decode(name, "strict" if len(content) <= _SAMPLE else "ignore")
            content.decode(name)
        except UnicodeDecodeError:
            continue
        scored.append((_plausible(sample), name))
    if not scored:
        return _replacing(content, "cp1252" if _latin(content) else "big5")
    scored.sort(key=lambda pair: -pair[0])
    best, name = scored[0]
    found = _clean(content.decode(name), name)
    second = scored[1] if len(scored) > 1 else (0.0, "")
    if best - second[0] < _SURE and second[1] and not found.doubt:
        return Decoded(
            found.text, name, f"it may be {name} or {second[1]}, and was read as {name}; 'encoding' settles it"
        )
    return found


def _plausible(text: str) -> float:
    """How much a text looks like something written: 1 for common characters only, less for rare and impossible ones."""
    beyond = [c for c in text if c > "\x7f"]
    if not beyond:
        return 1.0
    total = len(beyond)
    odd = len(_ODD.findall(text))
    kana, half = len(_KANA.findall(text)), len(_HALF_KANA.findall(text))
    hangul, han = len(_HANGUL.findall(text)), len(_HAN.findall(text))
    common = sum(c in _COMMON for c in beyond)
    latin = sum("\u00c0" <= c <= "\u017f" or c in "‘’“”–—…€£§°«»¿¡" for c in beyond)
    # Words keep to a script: lone accented letters among letters are Latin, a run of them is not.
    runs = len(re.findall("[\u00a0-\u00ff]{3,}", text)) * 3
    good = 1.6 * common + 0.35 * (han - common * 0.5) + 1.1 * kana + 0.9 * hangul * (hangul > 0.5 * total)
    return (good + 0.9 * max(0, latin - runs) - 3 * odd - 1.5 * half - 0.5 * hangul * (hangul <= 0.5 * total)) / total


def _latin(content: bytes) -> bool:
    return sum(byte > 0x7F for byte in content) < 0.2 * len(content)


def _replacing(content: bytes, encoding: str) -> Decoded:
    text = content.decode(encoding, "replace").removeprefix("\ufeff")
    count = text.count("\ufffd")
    found = _clean(text, encoding)
    if count:
        return Decoded(
            found.text, encoding, f"{count} bytes or characters are not {encoding} and were replaced by \ufffd"
        )
    return found


def _clean(text: str, encoding: str) -> Decoded:
    """Line ends become newlines; NULs, which no text holds, are taken out and reported."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    count = text.count("\0")
    if count:
        return Decoded(text.replace("\0", ""), encoding, f"{count} NUL characters were taken out")
    return Decoded(text, encoding)
