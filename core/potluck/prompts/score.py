"""How much the wording matters: how often each wording leads a model to the right answer, and how far they lie apart.

A row of the table is a ``Chooser``: it has a name and a fingerprint, and chooses one of the candidates for each item.
Wordings are choosers; other things, such as a learned prompt, can be compared with them.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

import numpy as np

from potluck.contracts import ChatModel
from potluck.documents import Json
from potluck.errors import PotluckError
from potluck.json_values import as_json
from potluck.observation.stage import model_call
from potluck.prompts.items import ClozeItem
from potluck.prompts.wordings import SHORT_HASH, Task, Wording
from potluck.results.listings import (
    ItemSetResult,
    PromptScoresResult,
    SpreadResult,
    WordingPairResult,
    WordingResult,
)
from potluck.statistics.families import PairedValues, compare_family
from potluck.statistics.intervals import Interval, mean_interval
from potluck.statistics.paired_tests import PairedDifference
from potluck.statistics.verdicts import verdict, verdict_sentence

if TYPE_CHECKING:
    import numpy.typing as npt

    Hits: TypeAlias = npt.NDArray[np.float64]

Candidates: TypeAlias = Literal["answers", "vocabulary"]

_RESAMPLES = 2000


class Chooser(Protocol):
    """Something that chooses among candidates. ``text`` is shown to people."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def text(self) -> str:
        """Its wording, or a description."""
        ...

    @property
    def fingerprint(self) -> str:
        """A name for exactly this."""
        ...

    def choose(self, item: ClozeItem, candidates: Sequence[str]) -> str:
        """The candidate that is likeliest."""
        ...


@dataclass(frozen=True, slots=True)
class WordingChooser:
    """A wording put to a model as plain text.

    The likeliest candidate is the one that makes the text likeliest: the sum of the logarithms, of which a longer
    candidate has more. With ``one_word`` a causal model is not asked for what follows the place, so that a whole
    vocabulary costs no more than one word.
    """

    wording: Wording
    chat: ChatModel
    one_word: bool = False

    @property
    def name(self) -> str:
        """The wording's name."""
        return self.wording.name

    @property
    def text(self) -> str:
        """The template."""
        return self.wording.text

    @property
    def fingerprint(self) -> str:
        """The wording's fingerprint."""
        return self.wording.fingerprint

    def choose(self, item: ClozeItem, candidates: Sequence[str]) -> str:
        """Ask the model how likely each candidate is in the place."""
        before, after = self.wording.around(item.given)
        if self.one_word and not self.chat.reads_after:
            after = ""
        with model_call("chat"):
            found = self.chat.likelihoods(before, candidates, after)
        return max(zip(found, candidates, strict=True), key=lambda pair: pair[0].logprob)[1]


@dataclass(frozen=True, slots=True)
class WordingSpread:
    """The best mean less the worst, with its 95 % interval; ``low`` and ``high`` are None if n < 2.

    ``chance`` is the spread that equally good wordings stay below in 95 % of the cases, with this number of items.
    """

    value: float
    low: float | None
    high: float | None
    chance: float | None


@dataclass(frozen=True, slots=True)
class WordingComparison:
    """The best row against another. ``p_adjusted`` is Holm's over all pairs of rows: the best was not known before."""

    other: str
    difference: PairedDifference
    p_adjusted: float
    sentence: str


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """The figures of all rows on one set of items; ``best`` is a row's name."""

    name: str
    n: int
    means: tuple[Interval, ...]
    spread: WordingSpread
    best: str
    against: tuple[WordingComparison, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """What was measured. ``guess`` is the share of items that the commonest answer gets right without a model."""

    task: Task
    rows: tuple[Chooser, ...]
    tables: tuple[ScoreTable, ...]
    candidates: int
    guess: float
    left_out: int = 0

    def as_json(self) -> dict[str, Json]:
        """The document that ``potluck prompts score --json`` prints."""
        return as_json(
            PromptScoresResult(
                task=self.task.name,
                measure=self.task.measure,
                candidates=self.candidates,
                guess=self.guess,
                left_out=self.left_out,
                wordings=tuple(self._wording(number, row) for number, row in enumerate(self.rows)),
                sets=tuple(map(_item_set, self.tables)),
            )
        )

    def _wording(self, number: int, row: Chooser) -> WordingResult:
        means = {table.name: table.means[number] for table in self.tables}
        return WordingResult(row.name, row.fingerprint[:SHORT_HASH], row.text, means)


def score(
    task: Task,
    rows: Sequence[Chooser],
    items: Sequence[ClozeItem],
    candidates: Sequence[str],
    *,
    small: int = 0,
    seed: int = 0,
    on_item: Callable[[], None] = lambda: None,
) -> Scores:
    """Let every row choose for every item, and say how far the rows lie apart.

    ``small`` adds a second table on this many items drawn by ``seed``, to show what so few can tell. Items whose answer
    is not a candidate are left out and counted. Raises ``PotluckError`` if none is left.
    """
    known = set(candidates)
    asked = [item for item in items if item.answer in known]
    if not asked:
        raise PotluckError("none of the right answers is a candidate: a vocabulary holds single words only")
    hits = np.array([[_hit(row, item, candidates, on_item) for item in asked] for row in rows], dtype=np.float64)
    tables = [_table("all", task, rows, hits, seed)]
    if 0 < small < len(asked):
        drawn = sorted(random.Random(seed).sample(range(len(asked)), small))  # noqa: S311  (no secret)
        tables.append(_table(f"{small} of them", task, rows, hits[:, drawn], seed))
    guess = max(Counter(item.answer for item in asked).values()) / len(asked)
    return Scores(task, tuple(rows), tuple(tables), len(known), guess, len(items) - len(asked))


def wording_spread(hits: Hits, seed: int = 0) -> WordingSpread:
    """How far the rows of shape (rows, items) lie apart.

    The items are drawn anew, and the means of all rows move; 95 % of the time no two rows move apart by more than
    ``chance`` more than they lie apart. So all differences between rows are known at once to within that (a bootstrap
    of the largest deviation; Westfall and Young 1993, *Resampling-Based Multiple Testing*), and with them the
    largest. The plain bootstrap of a largest difference never holds 0, however alike the rows are.
    """
    means, n = hits.mean(axis=1), hits.shape[1]
    value = float(np.ptp(means))
    if n < 2:
        return WordingSpread(value, None, None, None)
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=_RESAMPLES) / n
    chance = float(np.quantile(np.ptp(drawn @ hits.T - means, axis=1), 0.95))
    return WordingSpread(value, max(0.0, value - chance), min(1.0, value + chance), chance)


def _hit(row: Chooser, item: ClozeItem, candidates: Sequence[str], on_item: Callable[[], None]) -> float:
    chosen = row.choose(item, candidates)
    on_item()
    return float(chosen == item.answer)


def _table(name: str, task: Task, rows: Sequence[Chooser], hits: Hits, seed: int) -> ScoreTable:
    best = int(hits.mean(axis=1).argmax())
    against = _compare(task, rows, hits, best, seed) if hits.shape[1] > 1 else ()
    means = tuple(mean_interval(row, bounded=True) for row in hits)
    return ScoreTable(name, hits.shape[1], means, wording_spread(hits, seed), rows[best].name, against)


def _compare(task: Task, rows: Sequence[Chooser], hits: Hits, best: int, seed: int) -> tuple[WordingComparison, ...]:
    pairs = list(combinations(range(len(rows)), 2))
    turned = [(b, a) if a == best else (a, b) for a, b in pairs]
    found = compare_family([PairedValues(hits[a], hits[b]) for a, b in turned], seed)
    against = []
    for (other, second), one in sorted(zip(turned, found, strict=True), key=lambda pair: pair[0]):
        if second == best:
            words = verdict_sentence(
                a=rows[other].name,
                b=rows[best].name,
                metric=task.measure,
                found=one,
            )
            against.append(WordingComparison(rows[other].name, one.difference, one.p_adjusted, words))
    return tuple(against)


def _item_set(table: ScoreTable) -> ItemSetResult:
    spread = table.spread
    return ItemSetResult(
        name=table.name,
        n=table.n,
        spread=SpreadResult(spread.value, spread.low, spread.high, spread.chance),
        best=table.best,
        against=tuple(map(_wording_pair, table.against)),
    )


def _wording_pair(one: WordingComparison) -> WordingPairResult:
    difference = one.difference
    return WordingPairResult(
        other=one.other,
        difference=difference.difference,
        low=difference.low,
        high=difference.high,
        p=difference.p,
        p_adjusted=one.p_adjusted,
        verdict=verdict(difference.difference, one.p_adjusted),
        needed_n=difference.needed_n,
        sentence=one.sentence,
    )
