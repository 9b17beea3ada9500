"""Analysing a question: its parts, and the kind of answer that each wants."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from potluck_plugins.chat._shared.words import exact, has_han, question_words

AnswerKind: TypeAlias = Literal["date", "number", "definition", "reason", "sections", "other"]

_NUMERAL = "[一二三四五六七八九十百千萬万億亿兩两]"
_ASKS_FOR: tuple[tuple[AnswerKind, str], ...] = (
    ("sections", "[哪那何][些幾几一]?[個个]?[章節节條条款]|(?:which|what) (?:sections?|clauses?|chapters?)"),
    (
        "date",
        "何時|何时|[什甚][麼么]時候|什么时候|哪一?年|[幾几]年|哪一?天|何年|何月|哪一?日|[幾几]月|哪一?[個个]?月|世[紀纪]的[時时]候|"
        r"\bwhen (?:is|was|were|did|does|do|has|had|will)\b|(?:what|which) (?:year|date|month|day|century|decade)",
    ),
    (
        "number",
        r"多少|[幾几]|多[長长高遠远大重久寬宽厚深快]|百分比|"
        r"\bhow (?:many|much|long|far|old|high|tall|large|big|often|wide|deep|thick|fast)\b|what (?:percent|number)|"
        r"what (?:is|was|are|were) the "
        r"(?:population|number|amount|area|size|length|height|distance|cost|price|rate|average)",
    ),
    (
        "definition",
        r"定[義义]|是[什甚][麼么][？?\s]*$|^[什甚][麼么]是|何[謂谓]|指的?是[什甚][麼么]|"
        r"\bdefin|what (?:does|do) .* mean|\bmeaning of",
    ),
    ("reason", r"[為为][什甚何][麼么]?|原因|\bwhy\b|\breason|\bcauses?\b"),
)
_HOLDS: dict[AnswerKind, str] = {
    "date": rf"\d{{3,4}}\s*年|世[紀纪]|年代|\d+\s*[月日天]|{_NUMERAL}+[年月日天]|公元|"
    r"\b1\d{3}\b|\b20\d\d\b|\bcentur|\b\d+(?:th|st|nd|rd)\b|"
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b",
    "number": rf"\d|半|{_NUMERAL}+"
    r"[個个位名種种次年天日人座部所條条項项歲岁倍成分州國国省區区族大根度公里米艘支隻只本層层張张]|"
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundreds?|thousands?|"
    r"millions?|billions?|dozens?|half|third|quarter|twice|once|several)\b",
    "definition": r"[係系是]指|指的?是|是一[種种個个]|是由|[稱称]為|定[義义]|即為|"
    r"\b(?:is|are|was) (?:an?|the|any|when)\b|refers? to|defined|\bmeans?\b|known as|called",
    "reason": r"因|由[於于]|所以|為了|为了|[導导]致|使得|"
    r"\bbecause\b|due to|\bsince\b|therefore|\bresult|in order|caused?|so that|\bto \w+",
}
_SENTENCE = re.compile(r"[？?\n]+|,\s*and (?=(?:what|how|who|when|where|which|why)\b)", re.I)
_SEVERAL = re.compile(
    "分別|分别|各自|各[是為为有]|有[何什甚][麼么]?不同|不同之?[處处點点]|差[異异別别]|[區区][別别]|[異异]同|比較|比较|定義|定义|"
    r"\bdifferences? between\b|^compare\b|\brespectively\b|\bdefinitions? of\b|^define\b|\bdiffer(?: from)?\s*$",
    re.I,
)
_AND = re.compile(r"、|以及|[及與与和跟]|,\s*(?:and\s+)?|\s+(?:and|vs\.?|versus|from)\s+", re.I)
_OF = re.compile("的|之(?!間|间)")
_FIGURES = ("date", "number")
_EACH = re.compile(r"各|每|分別|分别|哪[些幾几]|\beach\b|\bboth\b|\brespectively\b", re.I)
_APART = 2.0
"""How much more the words say that only one of several things has."""
_BEFORE = 0.5
"""What the words of the part before say in one that goes on from it ("and the dynamic one?")."""


@dataclass(frozen=True, slots=True)
class QuestionPart:
    """One part of a question.

    ``readings`` are the words that an answer should hold: as the part stands, and as one that goes on from the part
    before. ``exact`` are those that its passage must hold. ``single`` says that one figure is wanted and no more.
    """

    readings: tuple[dict[str, float], ...]
    exact: frozenset[str]
    kind: AnswerKind
    single: bool
    listed: bool


def question_parts(question: str) -> list[QuestionPart]:
    """The parts of a question, in order; what only points to other parts is left out."""
    found: list[QuestionPart] = []
    sentences = [sentence.strip() for sentence in _SENTENCE.split(question) if question_words(sentence)]
    for sentence in sentences:
        items = _split_enumeration(sentence)
        kind = _kind_of(sentence)
        single = len(items) == len(sentences) == 1 and kind in _FIGURES and not _EACH.search(sentence)
        before = {word: weight * _BEFORE for word, weight in found[-1].readings[0].items()} if found else {}
        for weights in _weigh_contrasts([question_words(item) for item in items]):
            readings = (weights, before | weights) if before else (weights,)
            found.append(QuestionPart(readings, exact(sentence), kind, single, len(items) > 1))
    return found


def _weigh_contrasts(items: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """Make the words that set an item apart from the others say more."""
    shared = set(items[0]).intersection(*items[1:]) if len(items) > 1 else set(items[0])
    return [{word: weight * (1 if word in shared else _APART) for word, weight in item.items()} for item in items]


def _kind_of(sentence: str) -> AnswerKind:
    """The kind of answer that a sentence asks for."""
    return next((kind for kind, pattern in _ASKS_FOR if re.search(pattern, sentence, re.I)), "other")


def holds(kind: AnswerKind, text: str) -> bool:
    """Whether a text holds that kind of thing; True if it cannot be told."""
    return kind not in _HOLDS or re.search(_HOLDS[kind], text, re.I) is not None


def defined_term(text: str, title: str) -> str:
    """The term that a sentence defines: the words before "means", or the title that it stands under."""
    match = re.search(_HOLDS["definition"], text, re.I)
    return text[: match.start()] or title if match else ""


def _split_enumeration(sentence: str) -> list[str]:
    """``A, B and C's X`` as three questions, where the sentence says that it wants each."""
    if not _SEVERAL.search(sentence):
        return [sentence]
    *items, last = (piece.strip() for piece in _AND.split(_SEVERAL.sub(" ", sentence)))
    if not items or not all(question_words(item) for item in [*items, last]):
        return [sentence]
    divided = list(_OF.finditer(last)) if has_han(sentence) else []
    rest = last[divided[-1].end() :] if divided else ""
    last = last[: divided[-1].start()] if divided else last
    return [f"{item} {rest}".strip() for item in [*items, last]]
