"""Tuned models as rows of a comparison of strategies.

Modules: ``potluck.strategy.tuned``.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("peft")

from potluck import recipe as recipes
from potluck.components.components import Components
from potluck.durations import Duration
from potluck.errors import PotluckError
from potluck.observation.observers import Observers
from potluck.strategy import tuned
from potluck.strategy.budget import Budget, CannotLearn
from potluck.strategy.data import LabelledText
from potluck.strategy.protocol import TrainingSetup
from potluck.strategy.selection import SelectionOutcome, SelectionPlan, strategy
from potluck.strategy.tuned import tuned_specs
from potluck.workspace import Workspace
from support.tuning import METHODS, home, model, one_thread

__all__ = ["home", "model", "one_thread"]

FULL = {"use": "full", "training": {"max_steps": 150, "learning_rate": 0.003, "dtype": "float32"}}
LORA = {"use": "lora", **METHODS["lora"], "training": {"max_steps": 40, "learning_rate": 0.03, "dtype": "float32"}}

QUICK = {**LORA, "training": {"max_steps": 2, "dtype": "float32"}}


def run(home: Path, *tuners: Any, **plan: Any) -> SelectionOutcome:
    (home / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in messages()), encoding="utf-8")
    said = {"rows": ("majority",), "model": str(home / "model"), "full": True, **plan}
    written = tuple(json.dumps(tuner) for tuner in tuners)
    return strategy(
        recipes.loads("potluck: 1", home / "recipe.yaml"), SelectionPlan(home / "data.jsonl", tuners=written, **said)
    )


def messages() -> Iterator[dict[str, str]]:
    """An apple or a sky somewhere among other words, in two languages."""
    for thing, label in (("apple", "fruit"), ("sky", "weather")):
        for place, words in enumerate(itertools.product(("the", "red", "紅色的", "藍色的", "blue"), repeat=3)):
            yield {"prompt": " ".join((*words[: place % 4], thing, *words[place % 4 :])), "completion": label}


def rows(found: SelectionOutcome) -> dict[str, Any]:
    listed = found.document["rows"]
    assert isinstance(listed, list)
    return {str(row["name"]): row for row in listed if isinstance(row, dict)}


def test_a_tuner_is_a_row_that_learns_from_the_messages_and_is_measured_on_the_others(home: Path) -> None:
    found = rows(run(home, FULL, LORA, {**LORA, "r": 2}))
    assert list(found) == ["majority", "full", "lora", "lora (2)"]
    assert found["majority"]["quality"]["accuracy"]["mean"] < 0.7
    assert found["full"]["quality"]["accuracy"]["mean"] > 0.9
    assert found["full"]["training_seconds"] > 0
    assert found["full"]["bytes_sent"] == 0


def test_what_is_to_be_said_of_a_training_stands_at_its_row_in_later_runs_too(home: Path) -> None:
    rare = [{"prompt": f"{words} rose", "completion": "花"} for words in ("the", "red", "藍色的")]
    (home / "data.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in [*itertools.islice(messages(), 20), *rare]), encoding="utf-8"
    )
    plan = SelectionPlan(
        home / "data.jsonl", tuners=(json.dumps(QUICK),), rows=("majority",), model=str(home / "model")
    )

    for _ in range(2):
        found = rows(strategy(recipes.loads("potluck: 1", home / "recipe.yaml"), plan))
        assert "1 label of 2 with fewer than 5 examples to learn from: 花" in found["lora"]["notes"]
        assert found["majority"]["notes"] == []


def test_what_was_trained_is_neither_trained_nor_asked_again(home: Path) -> None:
    first = rows(run(home, LORA))["lora"]
    kept = sorted((home / ".potluck" / "tuned").iterdir())
    again = rows(run(home, LORA))["lora"]
    assert again == first
    assert sorted((home / ".potluck" / "tuned").iterdir()) == kept


def test_a_training_that_does_not_fit_the_time_is_left_out_before_it_begins(home: Path) -> None:
    long = {**LORA, "training": {**LORA["training"], "max_steps": 100_000}}
    found = rows(run(home, long, minutes=0.5))["lora"]
    assert found["outcome"] == "budget"
    assert "do not fit" in found["why"]
    assert found["n"] == 0


def test_a_model_that_is_not_there_is_this_rows_failure_alone(home: Path) -> None:
    found = rows(run(home, LORA, model=str(home / "nothing")))
    assert found["lora"]["outcome"] == "failed"
    assert found["majority"]["n"] > 0


def test_a_tuner_without_a_model_is_refused_with_what_to_add(home: Path) -> None:
    with pytest.raises(PotluckError, match="--model"):
        run(home, LORA, model=None)


def test_rows_are_named_by_their_tuners_and_those_of_one_tuner_are_numbered(tmp_path: Path) -> None:
    tuners = ("lora", json.dumps({"use": "lora", "r": 2}), "full", "lora")
    opened = list[Components]()
    specs = tuned_specs(tuners, "m", 0, Workspace(tmp_path), Budget(1, 1), opened, Observers("rows"))

    assert {name: spec.summary for name, spec in specs.items()} == {
        "lora": "a model tuned by lora",
        "lora (2)": "a model tuned by lora",
        "full": "a model tuned by full",
        "lora (3)": "a model tuned by lora",
    }
    assert not any(spec.needs_chat or spec.vectors or spec.baseline for spec in specs.values())
    assert opened == []


@pytest.mark.parametrize(
    ("texts", "asked"),
    [
        (("紅蘋果", "藍天"), "這則訊息的標籤是什麼？\n訊息：紅蘋果"),
        (("red", "藍天"), "Which label does this message have?\nMessage: 紅蘋果"),
    ],
)
def test_a_row_trains_with_a_prompt_in_the_language_of_the_messages(
    home: Path, texts: tuple[str, str], asked: str
) -> None:
    train = tuple(LabelledText(text, label, "a:1") for text, label in zip(texts, ("水果", "sky"), strict=True))
    setup, opened = TrainingSetup(train, ("sky", "水果"), 7), list[Components]()
    made = tuned_specs(
        (json.dumps(QUICK),), str(home / "model"), 7, Workspace(home / "w"), Budget(1, 1), opened, Observers("rows")
    )
    row = made["lora"].make(setup)
    assert row.price("紅蘋果") == 0.0
    assert opened == [], "nothing is read before the row's turn"
    name = row.name

    (components,) = opened
    recipe = components.recipe
    assert (recipe.seed, recipe.tuning.task) == (7, "classification")
    assert recipe.prompt is not None
    assert recipe.prompt.render(text="紅蘋果") == asked
    (data,) = (home / "w" / "strategy").iterdir()
    written = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines()]
    assert (data.stem, written) == (setup.name, [{"text": one.text, "label": one.label} for one in train])
    assert name == row.name
    components.close()


class Course:
    """A training that takes some time, of which nothing is done; ``trained`` counts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, takes: float | None, done: object = None) -> None:
        self.now, self.trained = 0.0, 0
        probe = None if takes is None else Duration(takes, takes, takes)
        components = SimpleNamespace(
            tuner=SimpleNamespace(probe=lambda request: probe), chat=SimpleNamespace(context_window=None)
        )
        found = SimpleNamespace(
            notes=("again",), prepared=SimpleNamespace(notes=("few",)), tuned=SimpleNamespace(notes=("flat",))
        )
        monkeypatch.setattr(tuned, "read_inputs", lambda parts: SimpleNamespace(request="request"))
        monkeypatch.setattr(tuned, "load_result", lambda request: (done, ()))
        monkeypatch.setattr(tuned, "resolve_adapter", lambda parts: None)
        monkeypatch.setattr(tuned, "train_or_reuse", lambda *_: setattr(self, "trained", self.trained + 1) or found)
        made: Any = components
        unused: Any = None
        self.row = tuned.TunedStrategy(unused, lambda: made, Budget(1.0, 1.0, lambda: self.now), unused)


@pytest.mark.parametrize(
    ("takes", "spent", "fits"), [(45.0, 0.0, True), (45.1, 0.0, False), (None, 45.0, True), (5.0, 40.1, False)]
)
def test_a_training_may_use_three_quarters_of_the_time(
    monkeypatch: pytest.MonkeyPatch, takes: float | None, spent: float, fits: bool
) -> None:
    course = Course(monkeypatch, takes)
    course.now = spent
    if fits:
        assert course.row.train(None) == ("again", "few", "flat")
    else:
        with pytest.raises(
            CannotLearn, match=rf"training takes about {takes:.0f} s, which do not fit into the 1 minutes"
        ):
            course.row.train(None)
    assert course.trained == int(fits)


def test_a_training_that_was_done_takes_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    course = Course(monkeypatch, 999.0, done="result")

    assert course.row.train(None) == ("again", "few", "flat")
    assert course.row.price("a long message") == 0.0
