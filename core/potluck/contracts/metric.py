"""Metric: from an answered question to figures."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias, TypeGuard

from potluck.contracts.component import Component
from potluck.documents import Passage

Scale: TypeAlias = Literal["share", "amount", "any"]
"""Which values a measure has: from 0 to 1; from 0 on; or any."""

About: TypeAlias = Literal["retrieval", "answer", "refusal", "effort"]
"""What a measure is about; tables list measures in this order."""

Lead: TypeAlias = Literal["never", "always", "facts"]
"""Whether a conclusion may speak of a measure first; ``facts``: before others, but only where questions name facts."""

Need: TypeAlias = Literal["answer", "answers", "reference", "passages", "gold", "choices", "seconds", "cost", "bits"]
"""What an attempt must have, named after the fields of ``Attempt``.

``answer``: it was answered. ``answers``: right answers are known. ``reference``: these, or facts, are known.
``passages``: there were documents to retrieve from, though nothing may have been found. ``gold``: what should be found
is known, though none of it may have been. ``choices``: the answer was chosen from labels. ``seconds``, ``cost``,
``bits``: these were measured.
"""

COUNTS = frozenset({"questions", "answerable", "with_gold", "answered", "refused", "empty", "filtered"})
"""The counts in a report beside the measures: no measure may have one of these names."""

_BOUNDS: Mapping[Scale, tuple[float, float]] = {
    "share": (0.0, 1.0),
    "amount": (0.0, math.inf),
    "any": (-math.inf, math.inf),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure that a metric gives."""

    name: str
    """What tables, ``--metric`` and ``--gate`` call it: letters, digits, ``_``, ``-``, ``.`` and ``@``."""

    summary: str
    """What it says, in a few words."""

    label: str = ""
    """A short name for people; the name itself if it is empty."""

    about: About = "answer"
    higher_is_better: bool = True
    scale: Scale = "share"
    unit: str = ""
    """The unit of amounts: ``s``, ``USD``."""

    paired: bool = True
    """Whether variants are compared by it question by question. False where the answers decide which questions have
    it: then those of one variant are not those of another."""

    leads: Lead = "never"
    """Whether a conclusion may speak of it first, and variants be ranked by it if no measure is named. Of several that
    may the first does: those about answers, then retrieval, refusals, effort; of these the measures of metrics that the
    recipe names, then those that are declared first. It has to be ``paired``."""

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest value of its scale."""
        return _BOUNDS[self.scale]


def is_figure(value: object) -> TypeGuard[float]:
    """Whether a metric may give it for a measure: a finite number, and not a ``bool``."""
    return isinstance(value, float | int) and not isinstance(value, bool) and math.isfinite(value)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A question, or an example, with what is known of its right answer and the result of asking it."""

    question: str
    answers: tuple[str, ...] = ()
    """Ways to phrase the right answer, or the right label of an example that has one. Empty if unknown."""
    facts: tuple[str, ...] = ()
    """What a right answer contains."""
    answerable: bool = True
    """False if the documents do not say: then the right answer is a refusal."""

    answer: str | None = None
    """The answer. None if only retrieval is measured; empty for an answer that failed."""
    refused: bool = False
    """Whether the answer is a refusal."""
    filtered: bool = False
    """Whether a service withheld the answer: it counts as wrong."""
    choices: tuple[str, ...] = ()
    """The labels among which the answer was chosen."""

    passages: tuple[Passage, ...] | None = None
    """All that were retrieved, best first. None if there are no documents to retrieve from."""
    shown: int = 0
    """How many of them the model saw."""
    ranks: tuple[int | None, ...] = ()
    """For each thing that should be found, the rank at which it was, from 0; None if it was not."""

    seconds: float | None = None
    """What answering took when it was done."""
    cost: float | None = None
    """US dollars of the answer, where the model has a price."""
    bits: float | None = None
    """How surprised the model was by the right answer, in bits per character, if that was requested."""

    def has(self, need: Need) -> bool:
        """Whether it has what a metric needs."""
        present: Mapping[Need, bool] = {
            "answer": self.answer is not None,
            "answers": bool(self.answers),
            "reference": bool(self.answers or self.facts),
            "passages": self.passages is not None,
            "gold": bool(self.ranks),
            "choices": bool(self.choices),
            "seconds": self.seconds is not None,
            "cost": self.cost is not None,
            "bits": self.bits is not None,
        }
        return present[need]


class Metric(Component):
    """Measures what came of one question.

    ``measures`` says which figures it gives, and ``score`` gives them, or some of them, for a question. For a file of
    questions the mean over those that have the figure is shown, with its interval; a comparison tests the differences
    question by question.

    The same attempt always has the same figures, whatever was measured before it. It asks no model and sends nothing,
    except to the host that the offer's ``sends_to`` names. It does not affect the answers: another metric measures the
    same ones.
    """

    needs: ClassVar[frozenset[Need]] = frozenset({"answer"})
    """``score`` is called for attempts that have all of these; the others do not have the measures."""

    measures: Sequence[Measure]
    """The figures that it may give, in the order in which they are shown. Their names belong to it alone."""

    @abstractmethod
    def score(self, attempt: Attempt) -> Mapping[str, float]:
        """The figures of one attempt by the names of ``measures``: finite, within the scale.

        A measure that does not apply is left out; it is never a made-up number.
        """
