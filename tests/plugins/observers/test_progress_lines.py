"""What is said of a stage on a terminal, whose width nothing exceeds, and in a log.

Modules: ``potluck_plugins.observers._progress_lines``.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from potluck.hookspecs import StageEvent
from potluck_plugins.observers._progress_lines import ShownStage, duration

TRAINING = StageEvent(
    "tune", "steps", 23, 1200, model="SmolLM2", seconds=61,
    measures={"tokens_per_second": 1234.5, "loss": 1.23456, "learning_rate": 0.000183}, resumed=20, seconds_left=80.4,
)  # fmt: skip


def line(event: StageEvent, width: int = 79, since: float = 0.0) -> str:
    return ShownStage(event, 1000.0).line(1000.0 + since, width).plain


def sentence(event: StageEvent, since: float = 0.0) -> str:
    return ShownStage(event, 1000.0).sentence(1000.0 + since)


def test_a_training_shows_loss_learning_rate_tokens_and_the_time_left() -> None:
    shown = line(TRAINING, 100)

    assert shown.startswith("tune ━━━")
    assert "23 of 1,200 steps" in shown
    assert "loss 1.235  lr 1.8e-04  1,234 tokens/s" in shown
    assert shown.endswith("1:20 left")
    assert sentence(TRAINING) == (
        "tune: 23 of 1,200 steps, SmolLM2, 20 done before, loss 1.235, lr 1.8e-04, 1,234 tokens/s, 1:20 left"
    )


def test_the_clock_goes_on_between_two_events() -> None:
    assert line(TRAINING, since=30).endswith("0:50 left")
    assert line(TRAINING, since=500).endswith("0:01 left"), "it is not over before it says so"
    assert line(StageEvent("load model", seconds=2), since=7).endswith("0:09")


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (StageEvent("embed", "texts", 8, 80, seconds=3), "embed: 8 of 80 texts, 0:03"),
        (StageEvent("answer", "items", 4, 9, reused=3), "answer: 4 of 9 items, 3 kept from before, 0:00"),
        (StageEvent("load", "files", 3, seconds=3), "load: 3 files, 0:03"),
        (StageEvent("answer", "questions", 0, 1, seconds=3), "answer: 0:03"),
        (StageEvent("load", message="軌道\x1b[2J.doc"), "load: 軌道\\x1b[2J.doc, 0:00"),
        (StageEvent("tune", measures={"bleu": 0.51239}), "tune: bleu 0.512, 0:00"),
    ],
)  # fmt: skip
def test_off_a_terminal_all_of_it_is_said(event: StageEvent, said: str) -> None:
    assert sentence(event) == said


def test_on_a_terminal_the_least_important_is_left_out_whole() -> None:
    widths = {width: line(TRAINING, width) for width in range(20, 130)}

    assert "tokens/s" in widths[79]
    assert all("loss 1.235" in widths[width] for width in range(50, 130))
    assert all(("1,234 tokens/s" in one) == ("tokens" in one) for one in widths.values()), "no part of a figure"
    assert "SmolLM2" in widths[120]
    assert "━" not in widths[45]


@given(
    st.sampled_from([TRAINING, replace(TRAINING, message="variant 2 of 6: 分段=300"), StageEvent("load", "files", 3)]),
    st.integers(60, 200),
)  # fmt: skip
def test_a_line_is_never_wider_than_the_terminal_where_chinese_takes_two_columns(event: StageEvent, width: int) -> None:
    shown = line(event, width)

    assert cell_len(shown) <= width
    assert "…" not in shown


def test_durations() -> None:
    assert [duration(one) for one in (0, 59.6, 61, 3723)] == ["0:00", "1:00", "1:01", "1:02:03"]
