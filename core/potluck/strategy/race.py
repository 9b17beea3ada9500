"""Successive halving: all rows are asked the same few messages, those that are surely worse drop out, and the others
are asked twice as many, until all are asked or the budget is used. So do those that are dear, and have hardly a chance
left of being preferred to a cheaper one: see ``futility``.

A row drops out when the leader is better on the same messages and chance alone would show as much (exact McNemar, one
side) at most 5 % of the time, divided by the looks and by the rows that may drop out: so the best row of all drops
out in at most 5 % of the comparisons. Jamieson and Talwalkar (2016), *Non-stochastic Best Arm Identification and
Hyperparameter Optimization*, whose halves are fixed in advance; here they are what the evidence allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from potluck.documents import Json
from potluck.errors import PluginError, PotluckError, WorkspaceError
from potluck.fingerprints import fingerprint, text_hash
from potluck.statistics.distributions import ALPHA
from potluck.statistics.paired_tests import compare_paired
from potluck.strategy.data import Item
from potluck.strategy.futility import LEAST, chance
from potluck.strategy.meter import CannotLearn, Meter, OutOfBudget, OutOfMoney, OutOfTime
from potluck.strategy.rows import Kind, Row, Setting
from potluck.strategy.vectors import Embedded
from potluck.workspace.answer_cache import AnswerCache

FIRST = 16
"""How many messages every row is asked."""

_DEARER = 2.0
"""So many times as slow is dearer, where neither costs money: less may be the machine's mood."""

_NOTICED = 0.05
"""Seconds a message that a dearer row takes longer, at least: less is worth nothing."""

_SHARE = 0.5
"""The part of the budget that learning may use up: what is learned has to be tried."""


@dataclass(frozen=True, slots=True)
class Asked:
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
class Lane:
    """A row in the race. ``why`` says why it is out, where it is."""

    name: str
    kind: Kind
    row: Row
    asked: list[Asked] = field(default_factory=list)
    why: str | None = None
    outcome: str = "finished"
    """``finished``, ``worse`` or ``dearer`` (dropped), ``budget`` or ``failed``."""
    training_seconds: float = 0.0
    training_usd: float = 0.0
    training_sent: int = 0
    own_seconds: float = 0.0
    """Of answering, without the vectors, which rows share."""
    prepared: bool = False
    learned: bool = False
    notes: tuple[str, ...] = ()
    """What is to be said of its learning, in sentences."""

    @property
    def hits(self) -> list[float]:
        """1 for each message that it got right, else 0."""
        return [float(one.right) for one in self.asked]

    def out(self, outcome: str, why: str) -> None:
        """Leave the race."""
        self.outcome, self.why = outcome, why


def cost(lane: Lane) -> float:
    """US dollars for a message."""
    return sum(one.usd for one in lane.asked) / max(1, len(lane.asked))


def latency(lane: Lane) -> float:
    """Seconds for a message: the median."""
    times = sorted(one.seconds for one in lane.asked)
    middle = len(times) // 2
    return (times[middle] + times[-1 - middle]) / 2 if times else 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """What was known after so many messages: the rows still in the race, and those that dropped out then."""

    n: int
    rows: tuple[str, ...]
    dropped: tuple[str, ...]


def sizes(total: int) -> list[int]:
    """After how many messages is looked: 16, 32, 64, ..., all."""
    found = []
    size = FIRST
    while size < total:
        found.append(size)
        size *= 2
    return [*found, total]


class Race:
    """The race of some rows over the messages that are asked, in their order."""

    def __init__(
        self,
        lanes: Sequence[Lane],
        setting: Setting,
        test: Sequence[Item],
        cache: AnswerCache,
        meter: Meter,
        embedded: Embedded,
        sends_vectors: bool = False,
    ) -> None:
        """``sends_vectors`` says that texts leave the machine to be embedded."""
        self.lanes, self.looks = list(lanes), list[Look]()
        self.ended: str | None = None
        """The limit that ended the race before all was asked."""
        self.loading_seconds = 0.0
        self._setting, self._test, self._cache, self._meter = setting, test, cache, meter
        self._embedded, self._sends_vectors = embedded, sends_vectors

    def run(self, full: bool = False, on_message: Callable[[], None] = lambda: None) -> None:
        """Ask. With ``full`` no row drops out before it was asked everything or the budget is used.

        ``on_message`` is called after each message. Raises ``PluginError`` and ``WorkspaceError``;
        a row that fails otherwise is out, and the others go on.
        """
        steps, done = sizes(len(self._test)), 0
        for number, size in enumerate(steps):
            for item in self._test[done:size]:
                try:
                    self._ask_all(item)
                except OutOfTime as limit:
                    self.ended = str(limit)
                    return
                done += 1
                on_message()
            last = number == len(steps) - 1
            rows = tuple(lane.name for lane in self._running)
            dropped = () if full or last else self._drop(size, len(steps) - 1)
            self.looks.append(Look(size, rows, dropped))

    @property
    def _running(self) -> list[Lane]:
        return [lane for lane in self.lanes if lane.why is None]

    def _ask_all(self, item: Item) -> None:
        for lane in self._running:
            try:
                if not lane.prepared:
                    self._prepare(lane)
                lane.asked.append(self._ask(lane, item))
            except (OutOfMoney, CannotLearn) as limit:
                lane.out("budget", str(limit))
            except (PluginError, WorkspaceError, OutOfTime):
                raise
            except PotluckError as error:
                lane.out("failed", str(error))

    def _prepare(self, lane: Lane) -> None:
        """Embed what the row learns from, and see what learning took when it was done before."""
        if lane.kind.vectors:
            texts = [item.text for item in self._setting.train]
            try:
                self._embedded.of(texts, _SHARE)
            except OutOfBudget as limit:
                raise CannotLearn(f"embedding what it learns from takes more than half of {limit}") from None
            took = [self._embedded.took(text) for text in dict.fromkeys(texts)]
            lane.training_seconds = sum(one.seconds for one in took)
            lane.training_usd = sum(one.usd for one in took)
            lane.training_sent = self._bytes(dict.fromkeys(texts))
        kept = self._cache.answer(self._key("learning", lane))
        if kept is not None:
            self._learned(lane, _number(kept["seconds"]), _texts(kept.get("notes")))
            self._meter.reuse(_number(kept["seconds"]), 0.0)
        lane.prepared = True

    def _learn(self, lane: Lane) -> None:
        """Load the models, which no row is charged for, and learn."""
        began = self._meter.time()
        if lane.kind.asks and self._setting.chat is not None:
            self._setting.chat.model().prepare()
        loaded = self._meter.time()
        self.loading_seconds += loaded - began
        vectors = self._embedded.of([item.text for item in self._setting.train]) if lane.kind.vectors else None
        notes = tuple(lane.row.train(vectors))
        seconds = self._meter.time() - loaded
        if self._cache.answer(self._key("learning", lane)) is None:
            self._cache.keep_answer(self._key("learning", lane), {"seconds": seconds, "notes": list(notes)})
            self._learned(lane, seconds, notes)
        lane.learned = True

    def _learned(self, lane: Lane, seconds: float, notes: tuple[str, ...]) -> None:
        lane.notes = notes
        lane.training_seconds += seconds
        lane.own_seconds += seconds

    def _ask(self, lane: Lane, item: Item) -> Asked:
        key = self._key("choice", lane, text_hash(item.text))
        kept = self._cache.answer(key)
        before = kept is not None
        if kept is None:
            if not lane.learned:
                self._learn(lane)
            kept = self._choose(lane, item)
            self._cache.keep_answer(key, kept)
            self._meter.pay(_number(kept["usd"]))
        else:
            self._meter.need(_number(kept["seconds"]), _number(kept["usd"]))
            self._meter.reuse(_number(kept["seconds"]), _number(kept["usd"]))
            if lane.kind.vectors:
                self._embedded.of([item.text])
        return self._asked(lane, item, kept, before)

    def _choose(self, lane: Lane, item: Item) -> dict[str, Json]:
        """Ask the row now. Raises ``OutOfBudget`` before it is asked if that does not fit."""
        usual = lane.own_seconds / len(lane.asked) if lane.asked else 0.0
        self._meter.need(usual, lane.row.price(item.text))
        vector = self._embedded.of([item.text])[0] if lane.kind.vectors else None
        began = self._meter.time()
        choice = lane.row.choose(item.text, vector)
        seconds = self._meter.time() - began
        return {**asdict(choice), "remarks": list(choice.remarks), "seconds": seconds}

    def _asked(self, lane: Lane, item: Item, kept: Mapping[str, Json], before: bool) -> Asked:
        seconds, usd, sent = (_number(kept[key]) for key in ("seconds", "usd", "sent"))
        lane.own_seconds += seconds
        if lane.kind.vectors:
            took = self._embedded.took(item.text)
            seconds, usd, sent = seconds + took.seconds, usd + took.usd, sent + self._bytes([item.text])
        return Asked(
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
        """Send the rows home that are surely worse than the leader; the names."""
        able = [lane for lane in self.lanes if not lane.kind.baseline]
        limit = ALPHA / (looks * max(1, len(able) - 1))
        racing = self._running
        leader = max(racing, key=lambda lane: sum(lane.hits), default=None)
        dropped = []
        for lane in racing:
            if leader is None or lane is leader or lane.kind.baseline:
                continue
            found = compare_paired(lane.hits, leader.hits)
            if found.difference > 0 and found.p / 2 <= limit:
                lane.out(
                    "worse",
                    f"worse than {leader.name} by {found.difference:.2f} after {size} messages "
                    f"(one-sided p = {found.p / 2:.2g}, dropped at {limit:.2g})",
                )
                dropped.append(lane.name)
        return (*dropped, *self._drop_dear(size))

    def _drop_dear(self, size: int) -> Iterator[str]:
        """Send home the dear rows that will hardly be preferred to a cheaper one, the dearest first; the names."""
        able = [lane for lane in self._running if not lane.kind.baseline]
        for lane in sorted(able, key=lambda lane: (cost(lane), latency(lane)), reverse=True):
            cheaper = [other for other in self._running if other in able and _is_dearer(lane, other)]
            rival = max(cheaper, key=lambda other: sum(other.hits), default=None)
            if rival is None:
                continue
            left = chance(lane.hits, rival.hits, len(self._test))
            if left < LEAST:
                lane.out(
                    "dearer",
                    f"dearer than {rival.name}, and after {size} messages the chance that it is worth it "
                    f"is {left:.1%} (dropped below {LEAST:.0%})",
                )
                yield lane.name

    def _bytes(self, texts: Iterable[str]) -> int:
        return sum(len(text.encode()) for text in texts) if self._sends_vectors else 0

    def _key(self, what: str, lane: Lane, text: str = "") -> str:
        embedder = self._embedded.name if lane.kind.vectors else None
        return fingerprint(f"strategy: {what}", lane.name, lane.row.name, embedder, text)


def _is_dearer(one: Lane, other: Lane) -> bool:
    money, less = cost(one), cost(other)
    slow, fast = latency(one), latency(other)
    return money > less or (money == less and slow >= _DEARER * fast and slow - fast >= _NOTICED)


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
