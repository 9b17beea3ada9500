"""Successive halving: all rows are asked the same few messages, those that are surely worse drop out, as do expensive
ones that are unlikely to be preferred to a cheaper one (see ``futility``), and the others are asked twice as many,
until all are asked or the budget is used.

A row drops out when the leader is better on the same messages and chance alone would show as much (exact McNemar, one
side) at most 5 % of the time, divided by the looks and by the rows that may drop out: so the best row of all drops out
in at most 5 % of the comparisons. Jamieson and Talwalkar (2016), *Non-stochastic Best Arm Identification and
Hyperparameter Optimization*, whose halves are fixed in advance; here they are what the evidence allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from potluck.documents import Json
from potluck.errors import PluginError, PotluckError, WorkspaceError
from potluck.fingerprints import fingerprint, text_hash
from potluck.reporting import Stage
from potluck.results.strategy import InterimLook, RowOutcome
from potluck.statistics.distributions import ALPHA
from potluck.statistics.paired_tests import compare_paired
from potluck.strategy.budget import Budget, CannotLearn, OutOfBudget, OutOfMoney, OutOfTime
from potluck.strategy.data import LabelledText, item_clusters
from potluck.strategy.futility import LEAST_PROBABILITY, probability_of_being_chosen
from potluck.strategy.message_vectors import MessageVectors
from potluck.strategy.protocol import Strategy, StrategySpec, TrainingSetup
from potluck.workspace.answer_cache import AnswerCache

FIRST_LOOK = 16
"""How many messages every row is asked."""

_TIMES_SLOWER = 2.0
"""A row this many times as slow counts as more expensive if neither costs money; smaller ratios may be noise."""

_LEAST_DELAY = 0.05
"""Seconds per message that a more expensive row takes longer, at least; less does not matter."""

_SHARE = 0.5
"""The part of the budget that learning may use up: what is learned has to be tried."""


@dataclass(frozen=True, slots=True)
class EntrantAnswer:
    """One answer of a row: its label, whether that is right, and what it took, the message's vector included."""

    label: str
    right: bool
    seconds: float
    usd: float
    sent: int
    cut: bool = False
    """Whether a model's answer ended at the limit of tokens."""
    remarks: tuple[str, ...] = ()
    """What was unusual about it, in sentences."""
    served_by: str = ""
    """What the service calls the model that gave it."""
    before: bool = False
    """Whether it was kept from an earlier run."""


@dataclass(slots=True)
class Entrant:
    """A row in the race. ``why`` says why it is out, if it is."""

    name: str
    spec: StrategySpec
    row: Strategy
    asked: list[EntrantAnswer] = field(default_factory=list)
    why: str | None = None
    outcome: RowOutcome = "finished"
    training_seconds: float = 0.0
    training_usd: float = 0.0
    training_sent: int = 0
    own_seconds: float = 0.0
    """Seconds of answering, without the vectors, which rows share."""
    prepared: bool = False
    learned: bool = False
    notes: tuple[str, ...] = ()
    """Notes on its learning, in sentences."""

    @property
    def hits(self) -> list[float]:
        """1 for each message that it got right, else 0."""
        return [float(one.right) for one in self.asked]

    def out(self, outcome: RowOutcome, why: str) -> None:
        """Leave the race."""
        self.outcome, self.why = outcome, why


def cost(entrant: Entrant) -> float:
    """US dollars for a message."""
    return sum(one.usd for one in entrant.asked) / max(1, len(entrant.asked))


def latency(entrant: Entrant) -> float:
    """Seconds for a message: the median."""
    times = sorted(one.seconds for one in entrant.asked)
    middle = len(times) // 2
    return (times[middle] + times[-1 - middle]) / 2 if times else 0.0


def look_sizes(total: int) -> list[int]:
    """The numbers of messages after which the race is judged: 16, 32, 64, ..., all."""
    found = []
    size = FIRST_LOOK
    while size < total:
        found.append(size)
        size *= 2
    return [*found, total]


class Race:
    """The race of some rows over the messages that are asked, in their order."""

    def __init__(
        self,
        entrants: Sequence[Entrant],
        setup: TrainingSetup,
        test: Sequence[LabelledText],
        cache: AnswerCache,
        meter: Budget,
        embedded: MessageVectors,
        sends_vectors: bool = False,
    ) -> None:
        """``sends_vectors`` says that texts leave the machine to be embedded."""
        self.entrants, self.looks = list(entrants), list[InterimLook]()
        self.ended: str | None = None
        """The limit that ended the race before all was asked."""
        self.loading_seconds = 0.0
        self._setup, self._test, self._cache, self._meter = setup, test, cache, meter
        self._vectors, self._sends_vectors = embedded, sends_vectors

    def run(self, running: Stage, full: bool = False) -> None:
        """Ask. With ``full`` no row drops out before it was asked everything or the budget is used.

        ``running`` is told of each message, and of each row that learns. Raises ``PluginError`` and ``WorkspaceError``;
        a row that fails otherwise is out, and the others go on.
        """
        steps, done = look_sizes(len(self._test)), 0
        for number, size in enumerate(steps):
            for item in self._test[done:size]:
                try:
                    self._ask_all(item, running)
                except OutOfTime as limit:
                    self.ended = str(limit)
                    return
                done += 1
                kept = all(one.asked[-1].before for one in self._active_entrants if one.asked)
                running.advance(reused=int(kept))
            last = number == len(steps) - 1
            rows = tuple(entrant.name for entrant in self._active_entrants)
            dropped = () if full or last else self._drop(size, len(steps) - 1)
            self.looks.append(InterimLook(size, rows, dropped))

    @property
    def _active_entrants(self) -> list[Entrant]:
        return [entrant for entrant in self.entrants if entrant.why is None]

    def _ask_all(self, item: LabelledText, running: Stage) -> None:
        for entrant in self._active_entrants:
            if not entrant.prepared:
                number = self.entrants.index(entrant) + 1
                running.describe(f"row {number} of {len(self.entrants)} learns: {entrant.name}")
            try:
                if not entrant.prepared:
                    self._prepare(entrant)
                entrant.asked.append(self._ask(entrant, item))
            except (OutOfMoney, CannotLearn) as limit:
                entrant.out("budget", str(limit))
            except (PluginError, WorkspaceError, OutOfTime):
                raise
            except PotluckError as error:
                entrant.out("failed", str(error))

    def _prepare(self, entrant: Entrant) -> None:
        """Embed the messages that the row learns from, and look up what an earlier learning took."""
        if entrant.spec.vectors:
            texts = [item.text for item in self._setup.train]
            try:
                self._vectors.of(texts, _SHARE)
            except OutOfBudget as limit:
                raise CannotLearn(f"embedding what it learns from takes more than half of {limit}") from None
            took = [self._vectors.cost_of(text) for text in dict.fromkeys(texts)]
            entrant.training_seconds = sum(one.seconds for one in took)
            entrant.training_usd = sum(one.usd for one in took)
            entrant.training_sent = self._bytes(dict.fromkeys(texts))
        kept = self._cache.answer(self._key("learning", entrant))
        if kept is not None:
            self._record_learning(entrant, _number(kept["seconds"]), _texts(kept.get("notes")))
            self._meter.reuse(_number(kept["seconds"]), 0.0)
        entrant.prepared = True

    def _learn(self, entrant: Entrant) -> None:
        """Load the models, for which no row is charged, and learn."""
        began = self._meter.time()
        if entrant.spec.needs_chat and self._setup.chat is not None:
            self._setup.chat.model().prepare()
        loaded = self._meter.time()
        self.loading_seconds += loaded - began
        vectors = self._vectors.of([item.text for item in self._setup.train]) if entrant.spec.vectors else None
        notes = tuple(entrant.row.train(vectors))
        seconds = self._meter.time() - loaded
        if self._cache.answer(self._key("learning", entrant)) is None:
            self._cache.keep_answer(self._key("learning", entrant), {"seconds": seconds, "notes": list(notes)})
            self._record_learning(entrant, seconds, notes)
        entrant.learned = True

    def _record_learning(self, entrant: Entrant, seconds: float, notes: tuple[str, ...]) -> None:
        entrant.notes = notes
        entrant.training_seconds += seconds
        entrant.own_seconds += seconds

    def _ask(self, entrant: Entrant, item: LabelledText) -> EntrantAnswer:
        key = self._key("choice", entrant, text_hash(item.text))
        kept = self._cache.answer(key)
        before = kept is not None
        if kept is None:
            if not entrant.learned:
                self._learn(entrant)
            kept = self._choose(entrant, item)
            self._cache.keep_answer(key, kept)
            self._meter.pay(_number(kept["usd"]))
        else:
            self._meter.need(_number(kept["seconds"]), _number(kept["usd"]))
            self._meter.reuse(_number(kept["seconds"]), _number(kept["usd"]))
            if entrant.spec.vectors:
                self._vectors.of([item.text])
        return self._answer_of(entrant, item, kept, before)

    def _choose(self, entrant: Entrant, item: LabelledText) -> dict[str, Json]:
        """Ask the row now. Raises ``OutOfBudget`` before it is asked if that does not fit."""
        usual = entrant.own_seconds / len(entrant.asked) if entrant.asked else 0.0
        self._meter.need(usual, entrant.row.price(item.text))
        vector = self._vectors.of([item.text])[0] if entrant.spec.vectors else None
        began = self._meter.time()
        choice = entrant.row.choose(item.text, vector)
        seconds = self._meter.time() - began
        return {**asdict(choice), "remarks": list(choice.remarks), "seconds": seconds}

    def _answer_of(self, entrant: Entrant, item: LabelledText, kept: Mapping[str, Json], before: bool) -> EntrantAnswer:
        seconds, usd, sent = (_number(kept[key]) for key in ("seconds", "usd", "sent"))
        entrant.own_seconds += seconds
        if entrant.spec.vectors:
            took = self._vectors.cost_of(item.text)
            seconds, usd, sent = seconds + took.seconds, usd + took.usd, sent + self._bytes([item.text])
        return EntrantAnswer(
            str(kept["label"]),
            kept["label"] == item.label,
            seconds,
            usd,
            int(sent),
            bool(kept.get("cut")),
            _texts(kept.get("remarks")),
            str(kept.get("served_by", "")),
            before,
        )

    def _drop(self, size: int, looks: int) -> tuple[str, ...]:
        """Drop the rows that are surely worse than the leader, and the expensive ones; return their names."""
        able = [entrant for entrant in self.entrants if not entrant.spec.baseline]
        limit = ALPHA / (looks * max(1, len(able) - 1))
        racing = self._active_entrants
        leader = max(racing, key=lambda entrant: sum(entrant.hits), default=None)
        dropped = []
        for entrant in racing:
            if leader is None or entrant is leader or entrant.spec.baseline:
                continue
            found = compare_paired(entrant.hits, leader.hits, clusters=item_clusters(self._test[:size]))
            if found.difference > 0 and found.p / 2 <= limit:
                entrant.out(
                    "worse",
                    f"worse than {leader.name} by {found.difference:.2f} after {size} messages "
                    f"(one-sided p = {found.p / 2:.2g}, dropped at {limit:.2g})",
                )
                dropped.append(entrant.name)
        return (*dropped, *self._drop_expensive(size))

    def _drop_expensive(self, size: int) -> Iterator[str]:
        """Drop the expensive rows that are unlikely to be preferred to a cheaper one, the most expensive first."""
        able = [entrant for entrant in self._active_entrants if not entrant.spec.baseline]
        for entrant in sorted(able, key=lambda entrant: (cost(entrant), latency(entrant)), reverse=True):
            cheaper = [other for other in self._active_entrants if other in able and _costs_more(entrant, other)]
            rival = max(cheaper, key=lambda other: sum(other.hits), default=None)
            if rival is None:
                continue
            left = probability_of_being_chosen(entrant.hits, rival.hits, item_clusters(self._test))
            if left < LEAST_PROBABILITY:
                entrant.out(
                    "expensive",
                    f"more expensive than {rival.name}, and after {size} messages the chance that it is worth it "
                    f"is {left:.1%} (dropped below {LEAST_PROBABILITY:.0%})",
                )
                yield entrant.name

    def _bytes(self, texts: Iterable[str]) -> int:
        return sum(len(text.encode()) for text in texts) if self._sends_vectors else 0

    def _key(self, what: str, entrant: Entrant, text: str = "") -> str:
        embedder = self._vectors.name if entrant.spec.vectors else None
        return fingerprint(f"strategy: {what}", entrant.name, entrant.row.name, embedder, text)


def _costs_more(one: Entrant, other: Entrant) -> bool:
    money, less = cost(one), cost(other)
    slow, fast = latency(one), latency(other)
    return money > less or (money == less and slow >= _TIMES_SLOWER * fast and slow - fast >= _LEAST_DELAY)


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
