"""Attempts that metrics are tried on: questions in English and Chinese, answered right, wrong, not at all and oddly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any, get_args

from potluck.contracts import Attempt, Need
from potluck.documents import Passage
from potluck.testing.texts import ODD, SENTENCES

NEEDS: tuple[Need, ...] = get_args(Need)

_ODD = (
    *ODD,
    *("", " ", "\n\u3000\n", "。", "?!…—「」（）[]", "." * 200, "word " * 600, "鋼" * 3000, "𠮷\U0010ffff\ufeff\u200b"),
    *(
        "9" * 5000,
        "1e999 -0 NaN ∞ ½ ² ٣ 〇 １，２３４．５",
        "第零〇百十條 1.2.3.4.5 99999999999999999999%",
        "((((" * 50,
    ),
)
"""Texts that careless code fails on. Python makes no ``int`` of a text of 5000 digits."""

_WITHOUT: Mapping[Need, Mapping[str, Any]] = {
    "answer": {"answer": None, "refused": False, "filtered": False},
    "answers": {"answers": ()},
    "reference": {"answers": (), "facts": ()},
    "passages": {"passages": None, "shown": 0},
    "gold": {"ranks": ()},
    "choices": {"choices": ()},
    "seconds": {"seconds": None},
    "cost": {"cost": None},
    "bits": {"bits": None},
}
"""The value of each field of an attempt that lacks it."""


def _passages(*numbers: int) -> tuple[Passage, ...]:
    """Some of the kit's sentences, as they are retrieved."""
    return tuple(
        Passage(
            f"p{n}", "規範 manual.txt", SENTENCES[n], 0, len(SENTENCES[n]), 0.9 - n / 10, "1.2 軌道", ("1.2",), n + 1
        )
        for n in numbers
    )


_DEPTH = Attempt(
    "How deep must the ballast be?",
    answers=("thirty centimetres", "30 cm"),
    facts=("thirty centimetres",),
    answer="The ballast must be thirty centimetres deep.",
    passages=_passages(0, 1, 2),
    shown=3,
    ranks=(0,),
    seconds=0.25,
    cost=0.0001,
    bits=0.8,
)
_ROUNDS = Attempt(
    "巡查每週至少幾次？依第1.2節說明。",
    answers=("每週至少一次，並作成紀錄", "至少１次"),
    facts=("一次", "紀錄"),
    answer="依第1.2節，巡查每週至少一次，並作成「紀錄」。",
    passages=_passages(2, 3),
    shown=1,
    ranks=(1, None),
    seconds=1.5,
    cost=0.0,
    bits=2.5,
)
_UNSAID = replace(
    _ROUNDS, question="誰發明了鐵路？", answers=(), facts=(), answerable=False, answer="我不知道。", ranks=()
)
_LABEL = Attempt(
    "藍色的天空",
    answers=("天氣",),
    answer="天氣",
    choices=("水果", "天氣"),
    seconds=0.01,
    cost=0.0,
    bits=0.1,
)


def attempts() -> list[Attempt]:
    """Fresh attempts, each with everything that can be known of it."""
    found = [
        _DEPTH,
        replace(_DEPTH, answer="Thirty centimetres."),
        replace(_DEPTH, answer="25 cm, see 9.9.9", ranks=(None,), shown=0),
        replace(_DEPTH, answer="I don't know.", refused=True),
        replace(_DEPTH, answer="", passages=(), shown=0, ranks=(None,), seconds=0.0),
        _ROUNDS,
        replace(_ROUNDS, answer="至少一次"),
        replace(_ROUNDS, answer="每月１２次", facts=(), ranks=(0, 0, 4), cost=3.5, bits=0.0),
        replace(_ROUNDS, answer="無法得知", refused=True, ranks=(None, None)),
        replace(_ROUNDS, answer="", filtered=True),
        replace(_UNSAID, refused=True),
        replace(_UNSAID, answer="1825 年的「史蒂芬生」", cost=1e-7),
        _LABEL,
        replace(_LABEL, answer="水果", seconds=400.0, bits=40.0),
        replace(_LABEL, question="Clear and blue.", answers=("A clear blue sky.",), answer="A blue sky", choices=()),
    ]
    return deepcopy(found)


def odd_attempts() -> Iterator[Attempt]:
    """Attempts in which odd texts are asked, answered, right and found."""
    samples = attempts()
    for sample in (samples[0], next(one for one in samples if one.choices)):
        for text in _ODD:
            choices = (text, "other") if sample.choices else ()
            right = replace(sample, answers=(text,), facts=(text,) if sample.facts else (), choices=choices)
            found = (Passage("p", text, text, 0, len(text), 0.5, text, (text,)),) if sample.passages else None
            yield replace(sample, question=text)
            yield replace(sample, answer=text, choices=choices)
            yield right
            yield replace(right, question=text, answer=text, passages=found, shown=len(found or ()))


def without_needs(attempt: Attempt, needs: Iterable[Need]) -> Iterator[Attempt]:
    """The attempt without each of the fields that the metric does not need, and without all of them."""
    bare = attempt
    for what in NEEDS:
        if what not in needs:
            yield replace(attempt, **_WITHOUT[what])
            less = replace(bare, **_WITHOUT[what])
            bare = less if all(less.has(one) for one in needs) else bare
    yield bare
