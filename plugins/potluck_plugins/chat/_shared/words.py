"""Words of Chinese and English: the search terms for a passage, and the weight of each word of a question.

Chinese is not segmented: its words are pairs of neighbouring characters. English words lose their endings.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

_HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_WORD = re.compile(f"[{_HAN}]+|\\d+(?:[.,]\\d+)*|[^\\W\\d_{_HAN}]+(?:['\u2019][a-z]+)?")
_IS_HAN = re.compile(f"[{_HAN}]")

# Question words, in both scripts, longest first; they say nothing about where the answer stands.
_ASKS = re.compile(
    "為什麼|为什么|為甚麼|[什甚][麼么]是|何[謂谓]|什麼時候|什么时候|甚麼時候|什麼樣|什么样|怎麼樣|怎么样|是什麼|是什么|是甚麼|什麼|什么|甚麼|"
    "哪一種|哪一种|哪種|哪种|哪一個|哪一个|哪個|哪个|哪一位|哪一些|哪些|哪一|哪位|哪裡|哪里|哪兒|哪幾個|哪幾|哪几|哪年|哪|"
    "何時|何时|何地|何處|何处|何種|何种|何者|何人|何以|為何|为何|如何|何|誰|谁|多少|幾個|几个|幾|几|怎麼|怎么|怎樣|怎样|"
    "是否|嗎|吗|呢|請問|请问|分別|分别|請|请|告訴我|告诉我|以下|下列|除了|之外|還有|还有|一個|一个|一種|一种|屬於|属于|"
    "稱為|称为|稱作|叫做|叫作|指的是|是指|定義|定义|章節|章节|條文|条文|提到|有無|有无|有不同|不同|情況下?|情形下?|情况下?"
)
_FAINT = frozenset(
    "的之了在於于為为被由與与和及或其他她它該该此這这那個个種种位名有會会可能以從从到對对是不而也都就將将把所並并"
    "但因如則则乃應应須须需要得本後后前時时來来"
)
"""Characters that carry grammar; a pair with one of them says little."""

_STOP = frozenset(
    re.findall(
        "[a-z]+",
        """
    a an the of in on at to for from by with as is are was were be been being do does did done has have had
    having will would shall should can could may might must and or but if than then that this these those there
    here it its they them their he she his her him i you your we our us my me not no nor so such some any each
    every all both either neither other another same own too very just only also more most much many few less
    least about into over under after before during between through against within without because while until
    upon along across what which who whom whose when where why how name named called type kind sort term amount
    number give happen happened long often far old please tell define definition meaning mean means difference
    differ different compare section clause
    """,
    )
)
_ENDINGS = ("ingly", "edly", "ing", "ed", "ly")
_SUFFIXES = ("ation", "ion", "ment", "or", "er", "al", "e")
_SHORT = 4
_NAMED = 1.5
"""How much more a number or a name says than another word."""
_ONE_FAINT, _TWO_FAINT, _SINGLE = 0.4, 0.1, 0.5


def has_han(text: str) -> bool:
    """Whether there is a Han or Kana character in it."""
    return _IS_HAN.search(text) is not None


def count_words(text: str) -> int:
    """How many words: Han and Kana characters singly, words and numbers whole."""
    return sum(len(word) if _IS_HAN.match(word) else 1 for word in _WORD.findall(text))


def end_of(text: str, limit: int) -> int | None:
    """Where the first ``limit`` words end, as ``count_words`` counts them; None if there are not more."""
    ends = (match.start() + place for match in _WORD.finditer(text) for place in _ends(match.group()))
    found = list(islice(ends, limit + 1))
    return found[limit - 1] if len(found) > limit else None


def search_words(text: str) -> frozenset[str]:
    """The terms by which a text is found: characters and pairs of them, numbers, words without their endings."""
    found: set[str] = set()
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).lower()):
        if _IS_HAN.match(word):
            found.update(word, _pairs(word))
        else:
            found.add(_stem(word))
    return frozenset(found)


def question_words(question: str) -> dict[str, float]:
    """The words of a question that an answer should hold, with the weight of each."""
    plain = unicodedata.normalize("NFKC", question)
    found: dict[str, float] = {}
    for position, word in enumerate(_WORD.findall(_ASKS.sub(" ", plain))):
        for part, weight in _weigh(word, position == 0):
            found[part] = max(weight, found.get(part, 0.0))
    return found


def exact(question: str) -> frozenset[str]:
    """Numbers, names and what stands in quotation marks: a passage without them is about something else."""
    plain = unicodedata.normalize("NFKC", question)
    chinese = has_han(plain)
    found = set()
    for position, word in enumerate(_WORD.findall(plain)):
        named = chinese or (word[0].isupper() and position > 0)
        if word[0].isdigit() or (not _IS_HAN.match(word) and named and word.lower() not in _STOP):
            found.add(_stem(word.lower()))
    return frozenset(found)


def _weigh(word: str, first: bool) -> list[tuple[str, float]]:
    if _IS_HAN.match(word):
        if len(word) == 1:
            return [] if word in _FAINT else [(word, _SINGLE)]
        return [(pair, (1.0, _ONE_FAINT, _TWO_FAINT)[sum(c in _FAINT for c in pair)]) for pair in _pairs(word)]
    if word.lower() in _STOP:
        return []
    named = word[0].isdigit() or (word[0].isupper() and not first)
    return [(_stem(word.lower()), _NAMED if named else 1.0)]


def _ends(word: str) -> range:
    return range(1, len(word) + 1) if _IS_HAN.match(word) else range(len(word), len(word) + 1)


def _pairs(word: str) -> list[str]:
    return [word[place : place + 2] for place in range(len(word) - 1)]


def _stem(word: str) -> str:
    """Take the endings off an English word, so that "teaches", "teaching" and "teacher" meet."""
    word = re.sub("['\u2019]s?$", "", word)
    if len(word) < _SHORT or not word.isascii() or word[0].isdigit():
        return word
    word = _singular(word)
    for ending in _ENDINGS:
        bare = word.removesuffix(ending)
        if bare != word and len(bare) >= _SHORT - 1 and re.search("[aeiouy]", bare):
            doubled = len(bare) >= _SHORT and bare[-1] == bare[-2] and bare[-1] not in "ls"
            word = bare[:-1] if doubled else bare
            break
    for ending in _SUFFIXES:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORT:
            word = word.removesuffix(ending)
            break
    if len(word) >= _SHORT and word[-1] in "ey":
        word = word[:-1] + ("i" if word[-1] == "y" else "")
    return word


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("sses"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
