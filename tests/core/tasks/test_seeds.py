"""A comparison trains each tuned variant with several seeds, shares what is equal, and is resumed where it stopped.

Modules: ``potluck.comparison.engine``, ``potluck.comparison.variant_run``, ``potluck.comparison.trainings``,
``potluck.comparison.planning``, ``potluck.runs.reproduce``, ``potluck.cli.compare``, ``potluck.cli.plan``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from potluck.api import Recipe
from potluck.cli import potluck
from potluck.comparison.compare import Plan
from potluck.contracts import TunedModel, TuningRequest
from potluck.hookspecs import StageEvent
from potluck.observation.observers import Observers
from potluck.results.comparison import ComparisonResult, VariantResult
from potluck.runs.reproduce import reproduce
from support import tuning
from support.commands import invoke, potluck_json

pytest.importorskip("peft")

home, model, one_thread = tuning.home, tuning.model, tuning.one_thread

QUICK = {"learning_rate": 0.05, "max_steps": 6, "dtype": "float32"}
LORA = {"use": "lora", "r": 4, "training": QUICK}
PROMPT = {"use": "prompt", "training": QUICK}
AXES = {"tuner": {"凍結": None, "lora": LORA, "prompt": PROMPT}}


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds of the trainings that were really done, in their order."""
    from potluck.tuning import LocalTuner

    seeds, tune = list[int](), LocalTuner.tune

    def noted(self: LocalTuner, request: TuningRequest, report: Any) -> TunedModel:
        seeds.append(request.seed)
        return tune(self, request, report)

    monkeypatch.setattr(LocalTuner, "tune", noted)
    return seeds


def recipe(home: Path, **more: Any) -> Recipe:
    axes = {**AXES, **more.pop("compare", {})}
    return tuning.recipe(home, tuner=None, compare=axes, questions="test.jsonl", **more)


def compare(home: Path, plan: Plan | None = None, **more: Any) -> ComparisonResult:
    with recipe(home, **more) as opened:
        return opened.compare(plan or Plan(causes=False)).result


def by_name(found: ComparisonResult) -> dict[str, VariantResult]:
    return {one.name: one for one in found.variants}


def test_each_tuned_variant_is_trained_once_per_seed_and_one_without_a_tuner_is_answered_once(
    home: Path, trained: list[int]
) -> None:
    found = compare(home, seed=7, compare={"seeds": 3})

    assert trained == [7, 8, 9, 7, 8, 9]
    rows = by_name(found)
    assert {name: one.trainings for name, one in rows.items()} == {"凍結": 0, "lora": 3, "prompt": 3}
    assert {name: one.computed["answer"] for name, one in rows.items()} == {"凍結": 8, "lora": 24, "prompt": 24}
    assert {one.repeats for one in found.variants} == {1}
    pairs = {(one.a, one.b): one for one in found.pairs if one.metric == found.metric}
    assert [(one.trained_models, one.trainings) for one in pairs.values()] == [(1, 3), (1, 3), (2, 3)]
    assert pairs["凍結", "lora"].sentence.count("over 3 trainings") == 1
    assert "8 questions, over 3 trainings each" in pairs["lora", "prompt"].sentence
    assert any("This holds over 3 trainings each" in one for one in found.conclusion.sentences)
    assert rows["lora"].variance[found.metric].trainings is not None
    assert rows["凍結"].variance[found.metric].trainings is None


def test_with_one_seed_what_is_said_is_about_these_trained_models(home: Path, trained: list[int]) -> None:
    found = compare(home)

    assert trained == [0, 0]
    pairs = {(one.a, one.b): one for one in found.pairs if one.metric == found.metric}
    assert "these two trained models" in pairs["lora", "prompt"].sentence
    assert "this trained model" in pairs["凍結", "prompt"].sentence
    assert [one.trainings for one in found.variants] == [0, 1, 1]
    (said,) = [one for one in found.conclusion.sentences if "trained models" in one]
    assert said.startswith("This is about these two trained models: ")
    assert "--seeds 3" in said


def test_more_seeds_train_only_those_that_are_new_and_the_same_again_nothing(home: Path, trained: list[int]) -> None:
    compare(home)
    trained.clear()
    more = compare(home, Plan(seeds=2, causes=False))
    assert trained == [1, 1]
    trained.clear()
    again = compare(home, Plan(seeds=2, causes=False))

    assert trained == []
    assert by_name(again)["lora"].computed["answer"] == 0
    assert by_name(again)["lora"].reused["answer"] == 16
    assert [one.metrics for one in again.variants] == [one.metrics for one in more.variants]


def test_an_interrupted_comparison_is_resumed_and_nothing_is_trained_twice(
    home: Path, trained: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from potluck.tuning import LocalTuner

    tune = LocalTuner.tune

    def stopping(self: LocalTuner, request: TuningRequest, report: Any) -> TunedModel:
        if len(trained) == 4:
            raise KeyboardInterrupt
        return tune(self, request, report)

    with monkeypatch.context() as patch:
        patch.setattr(LocalTuner, "tune", stopping)
        with pytest.raises(KeyboardInterrupt):
            compare(home, Plan(seeds=3, causes=False))
    assert trained == [0, 1, 2, 0]

    found = compare(home, Plan(seeds=3, causes=False))
    assert trained == [0, 1, 2, 0, 1, 2]
    assert not any("trained again" in note for note in found.notes)


def test_variants_that_only_answer_differently_share_their_trainings(home: Path, trained: list[int]) -> None:
    axes = {"chat.max_tokens": {"四": 2, "五": 3}}
    chat = {"use": "transformers", "temperature": 0}
    with tuning.recipe(home, task="generation", chat=chat, compare=axes, questions="test.jsonl") as opened:
        found = opened.compare(Plan(seeds=2, causes=False)).result

    assert trained == [0, 1]
    pair = next(one for one in found.pairs if one.metric == found.metric)
    assert (pair.trained_models, pair.trainings) == (1, 2)


def test_models_that_sample_are_asked_in_as_many_rounds_with_a_training_or_without(
    home: Path, trained: list[int]
) -> None:
    axes = {"tuner": {"凍結": None, "lora": LORA}}
    chat = {"use": "transformers", "temperature": 1, "max_tokens": 3}
    more: dict[str, Any] = {"task": "generation", "chat": chat, "questions": "test.jsonl", "compare": axes}
    with tuning.recipe(home, tuner=None, **more) as opened:
        found = by_name(opened.compare(Plan(repeats=2, seeds=2, causes=False)).result)

    assert trained == [0, 1]
    assert {name: (one.trainings, one.repeats) for name, one in found.items()} == {"凍結": (0, 4), "lora": (2, 2)}
    assert {one.computed["answer"] for one in found.values()} == {32}
    variance = found["lora"].variance["f1"]
    assert variance.repeats is not None
    assert variance.trainings is not None
    assert found["凍結"].variance["f1"].trainings is None


def test_a_training_that_fails_is_named_with_its_seed_and_leaves_the_other_variants(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from potluck.tuning import LocalTuner

    tune = LocalTuner.tune

    def failing(self: LocalTuner, request: TuningRequest, report: Any) -> TunedModel:
        if request.seed == 1 and type(self).__name__ == "Lora":
            raise ValueError("記憶體不足")
        return tune(self, request, report)

    monkeypatch.setattr(LocalTuner, "tune", failing)
    rows = by_name(compare(home, Plan(seeds=2, causes=False)))

    assert rows["lora"].error == "seed 2 of 2: unexpected ValueError: 記憶體不足"
    assert (rows["lora"].trainings, rows["prompt"].trainings, rows["prompt"].error) == (0, 2, None)


class Watching:
    """An observer that keeps what it is told of variants."""

    def __init__(self) -> None:
        self.said: dict[str, None] = {}

    def potluck_stage_progressed(self, event: StageEvent) -> None:
        if event.message.startswith("variant"):
            self.said[f"{event.stage}: {event.message}"] = None


def test_progress_names_the_variant_and_the_seed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watching = Watching()
    with recipe(home) as opened:
        opened.observers.register(watching)
        opened.compare(Plan(seeds=2, causes=False))

    assert [one for one in watching.said if one.startswith("prepare: ")] == [
        "prepare: variant 1 of 3: 凍結",
        "prepare: variant 2 of 3: lora, seed 1 of 2",
        "prepare: variant 2 of 3: lora, seed 2 of 2",
        "prepare: variant 3 of 3: prompt, seed 1 of 2",
        "prepare: variant 3 of 3: prompt, seed 2 of 2",
    ]


def test_seeds_that_change_nothing_are_told(home: Path, trained: list[int]) -> None:
    axes = {"prompt": {"甲": "Fruit?\n{text}", "乙": "水果還是天氣？\n{text}"}, "seeds": 3}
    with tuning.recipe(home, tuner=None, compare=axes, questions="test.jsonl") as opened:
        found = opened.compare(Plan(causes=False)).result

    assert trained == []
    assert "seeds: 3 changes nothing: no variant is trained or samples, so each is answered once" in found.notes


def test_a_plan_counts_and_prices_every_training_and_its_answers(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from potluck.tuning.probe import probe_training

    probed = list[object]()

    def probing(method: Any, request: TuningRequest) -> Any:
        probed.append(request)
        return probe_training(method, request)

    monkeypatch.setattr("potluck.tuning.probe.probe_training", probing)
    with recipe(home) as opened:
        found = opened.plan(seeds=3).comparison
        assert found is not None
        once = opened.plan().comparison
        assert once is not None
        counts = [{part.action: part.count for part in one.work} for one in (once, found)]
        assert [(one.trainings, one.answers) for one in (once, found)] == [(2, 24), (6, 56)]
        assert [one["train"] for one in counts] == [2, 6]
        assert len(probed) == 4, "a training with another seed takes as long"
        opened.compare(Plan(seeds=2, causes=False))
        left = opened.plan(seeds=3).comparison
        assert left is not None
        assert (left.trainings, {part.action: part.count for part in left.work}) == (2, {"train": 2, "answer": 16})
    said = invoke(potluck, "plan", str(home / "recipe.yaml"), "--seeds", "3").stdout
    assert "to compare 3 variants, asking 56 times in all:" in said
    assert "train 2 models" in said


def test_the_command_trains_with_as_many_seeds_as_it_says_and_the_run_can_be_done_again(
    home: Path, trained: list[int]
) -> None:
    with recipe(home) as opened:
        path = opened.model.path
    found: Any = potluck_json("compare", str(path), "--seeds", "2")

    assert [one["trainings"] for one in found["variants"]] == [0, 2, 2]
    manifest = json.loads((home / ".potluck" / "runs" / found["run"] / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seeds"] == 2
    trained.clear()
    again = reproduce(home / ".potluck" / "runs" / found["run"], Observers())
    assert trained == [0, 1, 0, 1]
    assert again.same


@pytest.mark.parametrize("seeds", ["0", "21", "x"])
def test_a_number_of_seeds_that_is_none_is_refused(home: Path, seeds: str) -> None:
    with recipe(home) as opened:
        path = str(opened.model.path)
    for command in ("compare", "plan"):
        done = invoke(potluck, command, path, "--seeds", seeds)
        assert done.exit_code == 2
        assert "'--seeds'" in done.stderr


def test_other_commands_take_a_recipe_with_seeds_and_a_gate_refuses_the_option(home: Path, trained: list[int]) -> None:
    with tuning.recipe(home, compare={**AXES, "seeds": 2}, questions="test.jsonl") as opened:
        path = str(opened.model.path)
    assert invoke(potluck, "evaluate", path, "--questions", str(home / "test.jsonl")).exit_code == 0
    assert trained == [0]
    gated = invoke(potluck, "compare", path, "--gate", "accuracy >= 0.01")
    assert gated.exit_code in (0, 3), gated.stderr
    refused = invoke(potluck, "compare", path, "--gate", "accuracy >= 0.01", "--seeds", "2")
    assert refused.exit_code == 1
    assert "leave out --seeds" in str(refused.exception)
