"""How likely a sentence or table row answers a question.

A logistic model of six figures that can be read off the words: no model file, and no cosine, so that it works with any
embedder. Its weights were fitted to one half of DRCD (Traditional Chinese) and SQuAD (English) questions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from potluck.documents import Passage
from potluck_plugins.chat._shared.questions import QuestionPart, defined_term, holds
from potluck_plugins.chat._shared.units import Unit, quotable_units
from potluck_plugins.chat._shared.words import search_words

_DEFINED = 0.6
"""The share of the words asked for that the thing being defined must hold."""


class Figures(NamedTuple):
    """The features from which a unit's probability is computed; all but ``rank`` are shares or 0 and 1."""

    covered: float
    """Of the question's words, weighted by rarity: in the unit and what it stands under."""
    nearby: float
    """The same with the units before and after."""
    behind: float
    """How much less its passage covers than the passage that covers most."""
    rank: float
    """Of its passage as retrieved, from 0."""
    unsuited: float
    """No date where a date is asked for, no number where a number is."""
    missing: float
    """A number or name of the question is nowhere in the passage."""


class Model(NamedTuple):
    """The weights of the figures, and the bias."""

    bias: float
    weights: Figures


MODEL = Model(-3.7, Figures(5.8, 2.3, -7.0, -0.85, -2.0, -2.0))


class Ranked(NamedTuple):
    """A unit with its chance, 0 to 1, to answer a part: in the best reading of the part, and in the last.

    ``covered`` is the share of the words of the last reading that it holds.
    """

    chance: float
    last: float
    covered: float
    unit: Unit


class Evidence:
    """The passages of one question, taken apart once for all its parts."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        """Find the units and their words."""
        self.units: list[Unit] = [
            unit for number, passage in enumerate(passages) for unit in quotable_units(number, passage)
        ]
        self._words = [search_words(unit.text) for unit in self.units]
        self._under = [own | search_words(unit.under) for own, unit in zip(self._words, self.units, strict=True)]
        self._whole = [search_words(f"{passage.heading}\n{passage.text}") for passage in passages]

    def rank(self, part: QuestionPart) -> list[Ranked]:
        """The units with their chances to answer the part, best first.

        The reading that suits a unit best counts; where that makes units equal, the last one decides.
        """
        readings = [self.figures(part, weights) for weights in part.readings]
        found = [
            Ranked(max(map(_chance, figures)), _chance(figures[-1]), figures[-1].covered, unit)
            for unit, *figures in zip(self.units, *readings, strict=True)
        ]
        ordered = sorted(found, key=lambda each: (each.chance, each.last), reverse=True)
        # Chunks overlap: what stands in two passages is quoted from the better one.
        seen: dict[tuple[str, str], Ranked] = {}
        for each in ordered:
            seen.setdefault((each.unit.label, each.unit.text), each)
        return list(seen.values())

    def figures(self, part: QuestionPart, weights: Mapping[str, float]) -> list[Figures]:
        """The figures of every unit, for one reading of a part."""
        weights = self._by_rarity(weights)
        whole = [_share(weights, found) for found in self._whole]
        best = max(whole, default=0.0)
        return [
            Figures(
                covered=_share(weights, self._under[place]),
                nearby=_share(weights, self._around(place)),
                behind=best - whole[unit.passage],
                rank=unit.passage,
                unsuited=float(not self._suits(unit, part, weights)),
                missing=float(not part.exact <= self._whole[unit.passage]),
            )
            for place, unit in enumerate(self.units)
        ]

    def _suits(self, unit: Unit, part: QuestionPart, weights: Mapping[str, float]) -> bool:
        if part.kind != "definition":
            return holds(part.kind, unit.text)
        return _share(weights, search_words(defined_term(unit.text, unit.label))) >= _DEFINED

    def _by_rarity(self, weights: Mapping[str, float]) -> dict[str, float]:
        """Weigh each word by how few units hold it: most of all if none does."""
        count = len(self.units)
        return {
            word: weight * math.log(1 + (count + 1) / (sum(word in own for own in self._words) + 0.5))
            for word, weight in weights.items()
        }

    def _around(self, place: int) -> frozenset[str]:
        passage = self.units[place].passage
        if self.units[place].table:
            return self._under[place]
        beside = (
            self._words[other]
            for other in (place - 1, place + 1)
            if 0 <= other < len(self.units) and self.units[other].passage == passage
        )
        return self._under[place].union(*beside)


def _share(weights: Mapping[str, float], found: frozenset[str]) -> float:
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in found) / total if total else 0.0


def _chance(figures: Figures) -> float:
    return 1 / (1 + math.exp(-MODEL.bias - sum(w * f for w, f in zip(MODEL.weights, figures, strict=True))))
