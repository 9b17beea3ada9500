"""What chat models say as judges of a comparison's answers, and what people's labels say of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from potluck.statistics.agreement import Agreement
from potluck.statistics.intervals import Interval

Vote: TypeAlias = Literal["first", "second", "tie", "unparsed"]
"""What a judge says of two answers: the one that it was shown first or second, neither, or nothing in its form."""

JudgeVerdict: TypeAlias = Literal["a", "b", "tie", "inconsistent", "unparsed"]
"""What both orders agree on; ``inconsistent`` if nothing."""

Label: TypeAlias = Literal["a", "b", "tie"]
"""Which of two answers people call better."""


@dataclass(frozen=True, slots=True)
class JudgedAnswers:
    """The two answers to one question, as they were judged and labelled."""

    pair: str
    """Its id in the sheet of labels."""
    question_id: str
    a_first: Vote
    """What the judge said where the answer of ``a`` was shown first."""
    b_first: Vote
    verdict: JudgeVerdict
    label: Label | None
    """What people say; null without a label."""


@dataclass(frozen=True, slots=True)
class LabelResult:
    """What people's labels say of a judge, and of how often ``b`` wins with people."""

    n: int
    """Labels."""
    agreement: Agreement | None
    """Of judge and people; a change of mind counts as a tie. Null if no labelled pair has a verdict."""
    labels_alone: Interval | None
    """How often b wins by the labels alone, a tie being half a win; null if there are too few."""
    win_rate: Interval | None
    """How often b would win if people labelled all pairs: the judge's verdicts, corrected by the labels."""
    weight: float | None
    """How much the judge counts in it, from 0 (the labels alone) to 1."""
    preferred: Literal["a", "b"] | None
    """The variant that people prefer; null if neither is shown to be."""
    is_random: bool
    """Whether the labelled pairs are the first of the sheet, and so a random sample."""
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """What the judge said of the answers of ``a`` and ``b`` that differ, each pair asked in both orders."""

    a: str
    b: str
    n: int
    wins_a: int
    wins_b: int
    tie: int
    inconsistent: int
    """Pairs on which it changed its verdict when the order was swapped."""
    unparsed: int
    """Pairs for which a reply held no verdict."""
    win_rate: Interval | None
    """How often b wins; a tie or a change of mind is half a win."""
    agreement: float | None
    """The share of pairs on which both orders agree."""
    position_bias: float | None
    """How much more often than half the answer that comes first was preferred."""
    labels: LabelResult | None = None
    """What people's labels say; null if there are none of these answers."""
    judged: tuple[JudgedAnswers, ...] = ()
    """Question by question."""


@dataclass(frozen=True, slots=True)
class JudgeResult:
    """The baseline against each of the others, as a chat model judges them."""

    judge: str
    pairs: tuple[JudgedPair, ...]


@dataclass(frozen=True, slots=True)
class JudgesAgreement:
    """How far two judges agree on the answers of ``a`` and ``b``; a change of mind counts as a tie."""

    judge: str
    other_judge: str
    a: str
    b: str
    agreement: Agreement | None
    """Null if there is no pair on which both gave a verdict."""
    sentence: str
