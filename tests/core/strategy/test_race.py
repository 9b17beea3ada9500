"""A row drops out where the leader is better and chance alone, on one side, shows as much in at most 5 % of races.

Modules: ``potluck.strategy.race``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from potluck.errors import ModelError, PluginError
from potluck.hookspecs import StageEvent
from potluck.reporting import Stage
from potluck.strategy.budget import Budget, OutOfMoney
from potluck.strategy.data import LabelledText
from potluck.strategy.message_vectors import EmbeddingCost
from potluck.strategy.protocol import LabelChoice, StrategySpec, TrainingSetup
from potluck.strategy.race import Entrant, EntrantAnswer, Race, cost, latency, look_sizes
from potluck.workspace.answer_cache import AnswerCache


def lane(name: str, right: int, of: int, baseline: bool = False, seconds: float = 0.001, usd: float = 0.0) -> Entrant:
    made: Any = None  # no row is asked here
    asked = [EntrantAnswer("x", number < right, seconds, usd, 0) for number in range(of)]
    return Entrant(name, StrategySpec(name, made, baseline=baseline), made, asked)


def of_their_own(count: int) -> list[LabelledText]:
    """As many messages, each of which stands for itself."""
    return [LabelledText(str(number), "x", "") for number in range(count)]


def dropped(tmp_path: Path, *lanes: Entrant, looks: int = 1) -> list[str]:
    unused: Any = None
    race = Race(lanes, TrainingSetup((), ("x", "y"), 0), of_their_own(100), unused, unused, unused)
    return [*race._drop(len(lanes[0].asked), looks)]


@pytest.mark.parametrize(("wrong", "out"), [(4, False), (5, True), (6, True)])
def test_of_two_rows_one_side_counts(tmp_path: Path, wrong: int, out: bool) -> None:
    """Five messages that only the leader gets right: 1 in 32 by chance, which is below 5 % on one side alone."""
    assert dropped(tmp_path, lane("leader", 20, 20), lane("other", 20 - wrong, 20)) == (["other"] if out else [])


@pytest.mark.parametrize(("looks", "wrong"), [(1, 5), (2, 6), (4, 7)])
def test_more_looks_need_more_evidence(tmp_path: Path, looks: int, wrong: int) -> None:
    for enough in (False, True):
        other = lane("other", 20 - wrong + (not enough), 20)
        assert bool(dropped(tmp_path, lane("leader", 20, 20), other, looks=looks)) is enough


def test_more_rows_need_more_evidence_and_a_baseline_is_not_sent_home(tmp_path: Path) -> None:
    rows = [lane("leader", 20, 20), lane("b", 15, 20), lane("c", 19, 20)]
    assert dropped(tmp_path, *rows) == []
    assert dropped(tmp_path, lane("leader", 20, 20), lane("base", 0, 20, baseline=True), lane("c", 15, 20)) == ["c"]


def test_looks_double() -> None:
    assert look_sizes(100) == [16, 32, 64, 100]
    assert look_sizes(16) == [16]
    assert look_sizes(5) == [5]


def answered(*seconds: float, usd: float = 0.0) -> Entrant:
    made: Any = None
    asked = [EntrantAnswer("x", True, one, usd, 0) for one in seconds]
    return Entrant("a", StrategySpec("a", made), made, asked)


def test_a_row_costs_its_mean_and_takes_its_median() -> None:
    assert latency(answered(9.0, 1.0, 2.0)) == 2.0
    assert latency(answered(9.0, 1.0, 2.0, 4.0)) == 3.0
    assert cost(answered(1.0, 1.0, usd=0.5)) == 0.5
    assert (latency(answered()), cost(answered())) == (0.0, 0.0)


ALIKE = 60
"""Messages of which the rows get the same right: an expensive one of them is hardly worth its price."""


@pytest.mark.parametrize(
    ("slow", "fast", "out"),
    [
        ({"usd": 0.002}, {"usd": 0.001}, ["expensive"]),
        ({"usd": 0.002, "seconds": 0.001}, {"usd": 0.001, "seconds": 9.0}, ["expensive"]),
        ({"usd": 0.001, "seconds": 9.0}, {"usd": 0.001, "seconds": 0.1}, ["expensive"]),
        ({"seconds": 0.25}, {"seconds": 0.125}, ["expensive"]),
        ({"seconds": 0.24}, {"seconds": 0.125}, []),
        ({"seconds": 0.0625}, {"seconds": 0.0125}, ["expensive"]),
        ({"seconds": 0.06}, {"seconds": 0.0125}, []),
        ({"seconds": 0.0}, {"seconds": 0.0}, []),
    ],
)
def test_a_row_is_expensive_by_its_price_or_else_twice_the_time_and_a_twentieth_of_a_second(
    slow: dict[str, float], fast: dict[str, float], out: list[str]
) -> None:
    rows = [lane("expensive", 50, ALIKE, **slow), lane("cheap", 50, ALIKE, **fast)]  # type: ignore[arg-type]
    unused: Any = None
    test = [LabelledText(str(number), "x", "") for number in range(100)]
    race = Race(rows, TrainingSetup((), ("x", "y"), 0), test, unused, unused, unused)

    assert [*race._drop(ALIKE, 1)] == out
    assert [one.outcome for one in rows] == ["expensive" if out else "finished", "finished"]
    if out:
        assert str(rows[0].why).startswith("more expensive than cheap, and after 60 messages the chance that it is")
        assert str(rows[0].why).endswith("% (dropped below 10%)")


def test_a_baseline_and_a_row_that_is_out_make_no_other_expensive() -> None:
    rows = [
        lane("row", 50, ALIKE, usd=1.0),
        lane("base", 50, ALIKE, baseline=True),
        lane("gone", 50, ALIKE),
    ]
    rows[2].out("failed", "it failed")
    unused: Any = None
    race = Race(rows, TrainingSetup((), ("x", "y"), 0), of_their_own(ALIKE), unused, unused, unused)

    assert [*race._drop(ALIKE, 1)] == []


def test_messages_of_one_group_count_as_one_when_a_row_is_dropped() -> None:
    rows = [lane("leader", 20, 20), lane("other", 14, 20)]
    unused: Any = None
    test = [LabelledText(str(number), "x", "", "客戶甲" if number >= 12 else None) for number in range(20)]
    race = Race(rows, TrainingSetup((), ("x", "y"), 0), test, unused, unused, unused)

    assert race._drop(20, 2) == (), "it got six wrong, of one customer"


def test_why_a_row_is_worse_is_told_with_its_figures() -> None:
    other = lane("other", 14, 20)
    unused: Any = None
    race = Race(
        [lane("leader", 20, 20), other], TrainingSetup((), ("x", "y"), 0), of_their_own(20), unused, unused, unused
    )
    race._drop(20, 2)

    assert other.outcome == "worse"
    assert other.why == "worse than leader by 0.30 after 20 messages (one-sided p = 0.016, dropped at 0.025)"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Parity:
    """Says whether a message is even, each in a second; learns in five, and fails where it is told to."""

    def __init__(self, clock: Clock, name: str, wrong: bool = False, usd: float = 0.0, fails: Any = None) -> None:
        self.name, self._clock, self._wrong, self._usd, self._fails = name, clock, wrong, usd, fails
        self.calls = list[str]()

    def train(self, vectors: object) -> Sequence[str]:
        self.calls.append("learn")
        self._clock.now += 5.0
        return (f"{self.name} 學完了",)

    def price(self, text: str) -> float:
        return self._usd

    def choose(self, text: str, vector: object) -> LabelChoice:
        self.calls.append(text)
        if self._fails is not None:
            raise self._fails
        self._clock.now += 1.0
        even = (int(text) % 2 == 0) is not self._wrong
        return LabelChoice("even" if even else "odd", self._usd, 3, remarks=("短",), served_by="m-1")


MESSAGES = tuple(LabelledText(str(number), "odd" if number % 2 else "even", "") for number in range(40))


class Course:
    """A race of rows of ``Parity`` that keeps what it was told; another over the same folder goes on."""

    run = recipe = ""

    def __init__(self, folder: Path, usd: float = 1.0, minutes: float = 60.0, **rows: dict[str, Any]) -> None:
        self.said = list[str]()
        self.clock, self.cache = Clock(), AnswerCache(folder / "answers.db")
        self.rows = {name: Parity(self.clock, name, **more) for name, more in rows.items()}
        unused: Any = None
        self.entrants = [Entrant(name, StrategySpec(name, unused), row) for name, row in self.rows.items()]
        self.meter = Budget(usd, minutes, self.clock)
        setup = TrainingSetup((), ("even", "odd"), 0)
        self.race = Race(self.entrants, setup, MESSAGES, self.cache, self.meter, unused)
        self.stage = Stage(self, StageEvent("ask", total=len(MESSAGES)))

    def next_stage(self) -> int:
        return 1

    def tell(self, hook: str, facts: Mapping[str, object]) -> None:
        event = facts["event"]
        assert isinstance(event, StageEvent)
        self.said += [event.message] if event.message else []

    def go(self, full: bool = False) -> Course:
        self.race.run(self.stage, full)
        self.cache.close()
        return self


def test_all_rows_are_asked_all_messages_unless_they_drop_out(tmp_path: Path) -> None:
    course = Course(tmp_path, good={}, bad={"wrong": True}).go()

    good, bad = course.entrants
    assert [(look.n, look.rows, look.dropped) for look in course.race.looks] == [
        (16, ("good", "bad"), ("bad",)),
        (32, ("good",), ()),
        (40, ("good",), ()),
    ]
    assert (len(good.asked), sum(good.hits), len(bad.asked), sum(bad.hits)) == (40, 40.0, 16, 0.0)
    assert (good.outcome, bad.outcome, course.race.ended) == ("finished", "worse", None)
    assert (course.stage.event.done, course.stage.event.reused) == (40, 0)
    assert course.rows["good"].calls == ["learn", *map(str, range(40))]
    assert course.said == ["row 1 of 2 learns: good", "row 2 of 2 learns: bad"]


def test_a_full_race_drops_nobody(tmp_path: Path) -> None:
    course = Course(tmp_path, good={}, bad={"wrong": True}).go(full=True)

    assert [look.dropped for look in course.race.looks] == [(), (), ()]
    assert [len(one.asked) for one in course.entrants] == [40, 40]


def test_what_a_row_took_is_kept_and_counts_again_when_it_goes_on(tmp_path: Path) -> None:
    Course(tmp_path, row={"usd": 0.01}).go()
    course = Course(tmp_path, row={"usd": 0.01}).go()

    (row,) = course.entrants
    assert course.rows["row"].calls == []
    assert (row.training_seconds, row.own_seconds, row.notes) == (5.0, 45.0, ("row 學完了",))
    assert all(one.before for one in row.asked)
    assert row.asked[1] == EntrantAnswer("odd", True, 1.0, 0.01, 3, False, ("短",), "m-1", True)
    assert (course.meter.reused_seconds, course.meter.usd) == (45.0, pytest.approx(0.4))
    assert course.stage.event.reused == 40


def test_one_message_more_is_asked_where_the_others_are_kept(tmp_path: Path) -> None:
    """The second row is new: nothing counts as reused that a row was asked now."""
    Course(tmp_path, first={}).go()
    course = Course(tmp_path, first={}, second={}).go()

    assert [one.asked[0].before for one in course.entrants] == [True, False]
    assert course.stage.event.reused == 0
    assert (course.rows["first"].calls, len(course.rows["second"].calls)) == ([], 41)


def test_the_first_run_pays_for_what_it_asks(tmp_path: Path) -> None:
    course = Course(tmp_path, row={"usd": 0.01}).go()

    (row,) = course.entrants
    assert (row.training_seconds, row.own_seconds, course.race.loading_seconds) == (5.0, 45.0, 0.0)
    assert (course.meter.usd, course.meter.reused_seconds) == (pytest.approx(0.4), 0.0)
    assert not any(one.before for one in row.asked)


def test_a_row_without_money_left_is_out_and_the_others_go_on(tmp_path: Path) -> None:
    course = Course(tmp_path, usd=0.055, dear={"usd": 0.01}, free={}).go()

    dear, free = course.entrants
    assert (dear.outcome, dear.why, len(dear.asked)) == ("budget", "the 0.055 US dollars", 5)
    assert (free.outcome, len(free.asked)) == ("finished", 40)
    assert course.race.ended is None


def test_without_time_left_the_race_ends_where_it_is(tmp_path: Path) -> None:
    course = Course(tmp_path, minutes=0.25, row={}).go()

    (row,) = course.entrants
    assert (len(row.asked), row.outcome, course.race.ended) == (9, "finished", "the 0.25 minutes")
    assert (course.race.looks, course.stage.event.done) == ([], 9)


def test_a_row_that_fails_is_out_and_the_others_go_on(tmp_path: Path) -> None:
    course = Course(tmp_path, broken={"fails": ModelError("壞了")}, row={}).go()

    broken, row = course.entrants
    assert (broken.outcome, broken.why, broken.asked) == ("failed", "壞了", [])
    assert len(row.asked) == 40


def test_a_plugin_with_a_fault_ends_the_race(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="缺陷"):
        Course(tmp_path, broken={"fails": PluginError("缺陷")}, row={}).go()


class Vectors:
    """Each text takes half a second and a cent to be embedded; of too many at once there is no room."""

    name = "e"

    def __init__(self, most: int = 99) -> None:
        self._most, self.asked = most, list[tuple[int, float]]()

    def of(self, texts: Sequence[str], share: float = 1.0) -> list[str]:
        self.asked.append((len(texts), share))
        if len(texts) > self._most:
            raise OutOfMoney("the 1 US dollars")
        return [f"v{text}" for text in texts]

    def cost_of(self, text: str) -> EmbeddingCost:
        return EmbeddingCost(0.5, 0.01)


def embedding_race(folder: Path, vectors: Any, sends: bool = True) -> Entrant:
    """A row that learns from vectors of four messages, two of them the same, and is asked two."""
    unused: Any = None
    clock, cache = Clock(), AnswerCache(folder / "answers.db")
    row = Entrant("row", StrategySpec("row", unused, vectors=True), Parity(clock, "row"))
    train = tuple(LabelledText(text, "even", "") for text in ("2", "二四", "2", "6"))
    setup, meter = TrainingSetup(train, ("even", "odd"), 0), Budget(1.0, 60.0, clock)
    race = Race([row], setup, MESSAGES[:2], cache, meter, vectors, sends_vectors=sends)
    race.run(Stage(None, StageEvent("ask")))
    cache.close()
    return row


def test_a_row_is_charged_for_the_vectors_that_it_learns_from_and_is_asked_with(tmp_path: Path) -> None:
    vectors = Vectors()
    row = embedding_race(tmp_path, vectors)

    assert vectors.asked[:2] == [(4, 0.5), (4, 1.0)]
    assert (row.training_seconds, row.training_usd) == (6.5, pytest.approx(0.03))
    assert row.training_sent == len("2二四6".encode())
    assert [(one.seconds, one.usd, one.sent) for one in row.asked] == [(1.5, 0.01, 4), (1.5, 0.01, 4)]
    assert row.own_seconds == 7.0


def test_vectors_of_this_machine_send_nothing(tmp_path: Path) -> None:
    row = embedding_race(tmp_path, Vectors(), sends=False)

    assert (row.training_sent, [one.sent for one in row.asked]) == (0, [3, 3])


def test_a_row_whose_examples_take_half_the_budget_to_embed_is_out(tmp_path: Path) -> None:
    row = embedding_race(tmp_path, Vectors(most=3))

    assert (row.outcome, row.asked) == ("budget", [])
    assert row.why == "embedding what it learns from takes more than half of the 1 US dollars"


@pytest.mark.parametrize(("needs", "loading"), [(True, 3.0), (False, 0.0)])
def test_the_model_of_a_row_that_needs_one_is_loaded_before_it_learns_and_no_row_is_charged_for_it(
    tmp_path: Path, needs: bool, loading: float
) -> None:
    clock, unused = Clock(), cast(Any, None)

    def prepare() -> None:
        clock.now += 3.0

    chat: Any = SimpleNamespace(model=lambda: SimpleNamespace(prepare=prepare))
    for setup_chat, expected in ((chat, loading), (None, 0.0)):
        cache = AnswerCache(tmp_path / f"{needs} {expected}.db")
        row = Entrant("row", StrategySpec("row", unused, needs_chat=needs), Parity(clock, "row"))
        setup = TrainingSetup((), ("even", "odd"), 0, setup_chat)
        race = Race([row], setup, MESSAGES[:2], cache, Budget(1.0, 60.0, clock), unused)
        race.run(Stage(None, StageEvent("ask")))
        cache.close()

        assert (race.loading_seconds, row.training_seconds, row.own_seconds) == (expected, 5.0, 7.0)
