"""Variants share all that a swap does not touch; a variant that fails leaves the others alone.

Modules: ``potluck.comparison.engine``, ``potluck.comparison.causes``, ``potluck.comparison.curves``,
``potluck.comparison.document``, ``potluck.comparison.gate``, ``potluck.comparison.measured``,
``potluck.comparison.notes``, ``potluck.comparison.compare``, ``potluck.comparison.table``,
``potluck.workloads``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from potluck import recipe
from potluck.comparison.engine import reason
from potluck.comparison.variant_run import STAGES, VariantRun, with_sample_seed
from potluck.errors import ContextExceeded, PotluckError, RecipeError, WorkspaceBusy
from potluck.hookspecs import StageEvent
from potluck.recipe.model import RecipeModel
from potluck.recipe.swaps import Variant
from potluck.recipe.variants import variants
from potluck.workspace.lock import lock_for_writing
from support.planted import plant

ITEMS = 14


@pytest.fixture
def model(home: Path) -> RecipeModel:
    return recipe.load(plant(home, ITEMS))


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def answers(run: VariantRun) -> list[str]:
    return [one.answer.text for one in run.first]


@pytest.mark.parametrize(
    ("swap", "asked"),
    [("retriever.k=1,2", 2), ("chat.max_tokens=8,9", 2), ("store=exact,faiss", 1), ("answer=stuff,refine", 3)],
)
def test_nothing_is_embedded_again_for_another_k_chat_or_store(
    swap: str, asked: int, home: Path, model: RecipeModel, engine_for: Any
) -> None:
    runs = engine_for(model).run(variants(model, [swap]))

    assert [run.error for run in runs] == [None] * len(runs)
    embedded = lines(home.parent / "embedded.log")
    assert len(embedded) == len(set(embedded))
    assert sum(run.computed["embed"] for run in runs) == len(embedded)
    assert len(lines(home.parent / "asked.log")) == asked * ITEMS


def test_another_prompt_embeds_and_retrieves_nothing_again(home: Path, model: RecipeModel, engine_for: Any) -> None:
    first, second = engine_for(model).run(
        variants(model, ['prompt="{context} {question}","仔細 {context} {question}"'])
    )

    assert second.computed == {"load": 0, "split": 0, "embed": 0, "retrieve": 0, "answer": ITEMS}
    assert second.reused["embed"] == first.computed["embed"] > 0
    assert second.reused["retrieve"] == first.computed["retrieve"] == ITEMS


def test_another_embedder_loads_and_splits_nothing_again(model: RecipeModel, engine_for: Any) -> None:
    first, second = engine_for(model).run(variants(model, ["embedder=keys,{use: keys, twins_first: true}"]))

    assert (first.computed["load"], first.computed["split"]) == (ITEMS + 2, ITEMS + 2)
    assert (second.computed["load"], second.computed["split"]) == (0, 0)
    assert second.computed["embed"] == first.computed["embed"]


def test_a_comparison_that_is_run_again_asks_and_embeds_nothing(
    home: Path, model: RecipeModel, engine_for: Any
) -> None:
    first = engine_for(model).run(variants(model))
    before = len(lines(home.parent / "asked.log")), len(lines(home.parent / "embedded.log"))

    again = engine_for(model).run(variants(model))

    assert (len(lines(home.parent / "asked.log")), len(lines(home.parent / "embedded.log"))) == before
    assert [sum(run.computed.values()) for run in again] == [0, 0]
    assert [answers(run) for run in again] == [answers(run) for run in first]
    latencies = [[one.seconds for one in run.first] for run in (*first, *again)]
    assert latencies[:2] == latencies[2:], "the time that an answer took when it was made"


def test_one_more_question_asks_only_that(home: Path, model: RecipeModel, engine_for: Any) -> None:
    engine_for(model).run(variants(model, ["retriever.k=1,2"]))
    before = len(lines(home.parent / "asked.log"))
    with (home / "questions.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"question": "What of key-1. is there?", "answers": ["v-1"]}) + "\n")

    engine_for(model).run(variants(model, ["retriever.k=1,2"]))

    assert lines(home.parent / "asked.log")[before:] == ["What of key-1. is there?"] * 2


def test_a_variant_that_fails_does_not_lose_the_others(model: RecipeModel, engine_for: Any) -> None:
    """The window is shorter than some texts, and nothing consents to cutting them."""
    good, bad = engine_for(model).run(variants(model, ["embedder=keys,{use: keys, window: 20}"]))

    assert bad.error is not None
    assert "20" in bad.error
    assert bad.models == []
    assert good.error is None
    assert len(answers(good)) == ITEMS


def test_a_fault_of_a_plugin_is_the_variants_alone(
    home: Path, model: RecipeModel, engine_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged setting makes the planted chat model raise a KeyError of its own."""
    monkeypatch.setenv("ASKED_LOG", str(home))

    good, bad = engine_for(model).run(variants(model, ["chat=extractive,reader"]))

    assert good.error is None
    assert bad.error is not None
    assert bad.error.startswith("unexpected IsADirectoryError")


def test_rounds_are_asked_only_of_a_model_that_samples(home: Path, model: RecipeModel, engine_for: Any) -> None:
    greedy, sampling = engine_for(model).run(variants(model, ["chat.temperature=0,0.7"]), repeats=3)

    assert (greedy.repeats, sampling.repeats) == (1, 3)
    assert len(lines(home.parent / "asked.log")) == 4 * ITEMS
    assert sampling.computed["answer"] == 3 * ITEMS


def test_a_model_that_can_tell_says_how_likely_the_right_answers_are(
    home: Path, model: RecipeModel, engine_for: Any
) -> None:
    """Each once; a model that cannot tell goes without."""
    engine = engine_for(model)
    quoting, reading = engine.run(variants(model, ["chat=extractive,reader"]), surprise=True)
    before = len(lines(home.parent / "asked.log"))
    (again,) = engine_for(model).run(variants(model, ["chat=extractive,reader"])[1:], surprise=True)

    assert quoting.models[0].surprises == {}
    assert (quoting.error, reading.error) == (None, None)
    assert {name: one.nats for name, one in reading.models[0].surprises.items()} == {f"q{n}": 2.5 for n in range(ITEMS)}
    assert {one.characters for one in reading.models[0].surprises.values()} == {3, 4}
    assert again.models[0].surprises == reading.models[0].surprises
    assert len(lines(home.parent / "asked.log")) == before


def test_a_perplexity_that_fails_leaves_the_answers(
    model: RecipeModel, engine_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_for(model)

    def surprises(*_: object) -> None:
        raise ContextExceeded("問題太長")

    monkeypatch.setattr(engine.workload, "surprises", surprises)
    (run, _) = engine.run(variants(model, ["retriever.k=1,2"]), surprise=True)

    assert (run.error, run.models[0].surprises, len(answers(run))) == (None, {}, ITEMS)
    assert "there is no perplexity: 問題太長" in run.notes


def test_a_workspace_that_another_process_writes_ends_the_comparison(model: RecipeModel, engine_for: Any) -> None:
    engine = engine_for(model)
    with lock_for_writing(model.folder / ".potluck"), pytest.raises(WorkspaceBusy, match="is being written by"):
        engine.run(variants(model, ["retriever.k=1,2"]))


@pytest.mark.parametrize(
    ("gold", "said"),
    [
        ({"gold_ids": ["hand"], "gold_sections": ["1.4", "1.5"]}, None),
        (
            {"gold_ids": ["hand"], "gold_sections": ["1.6"]},
            r"'1\.6' names no section of 'hand' \(did you mean '1\.[45]'",
        ),
        ({"gold_ids": ["手冊"], "gold_sections": ["1.6"]}, None),
        ({"gold_ids": ["手册"], "gold_sections": ["1.6"]}, "'手册' names no document"),
    ],
)
def test_what_is_called_right_has_to_be_in_one_variant_or_not_read_in_one(
    home: Path, model: RecipeModel, engine_for: Any, gold: dict[str, Any], said: str | None
) -> None:
    (home / "hand.md").write_text("# 1.4 Rails\n\nA key.\n", encoding="utf-8")
    (home / "hand.html").write_text("<h1>1.5 軌道</h1><p>A key.</p>", encoding="utf-8")
    (home / "手冊.md").write_text("", encoding="utf-8")
    (home / "questions.jsonl").write_text(json.dumps({"question": "?", **gold}), encoding="utf-8")
    recipes = [one.recipe for one in variants(model, ["documents=hand.md,hand.html,手冊.md"])]
    if said is None:
        engine_for(model).workload.check(recipes, engine_for(model).questions)
        return
    with pytest.raises(RecipeError, match=said):
        engine_for(model).workload.check(recipes, engine_for(model).questions)


class Watch:
    """Keeps what is told of the comparison."""

    def __init__(self) -> None:
        self.told: list[StageEvent] = []

    def potluck_stage_progressed(self, event: StageEvent) -> None:
        if event.stage in ("prepare", "compare"):
            self.told.append(event)


def test_it_is_told_which_variant_is_worked_on_how_many_answers_there_are_and_what_is_reused(
    model: RecipeModel, engine_for: Any
) -> None:
    engine, watch = engine_for(model), Watch()
    engine.resources.observers.register(watch)
    engine.run(variants(model, ["retriever.k=1,2"]))

    prepared = [one for one in watch.told if one.stage == "prepare"]
    assert [one.message for one in prepared if one.message] == ["variant 1 of 2: k=1", "variant 2 of 2: k=2"]
    assert (prepared[-1].done, prepared[-1].total, prepared[-1].reused) == (2, 2, 1), "they share an index"
    answered = [one for one in watch.told if one.stage == "compare"]
    assert list(dict.fromkeys(one.message for one in answered)) == ["variant 1 of 2: k=1", "variant 2 of 2: k=2"]
    assert (answered[-1].done, answered[-1].total, answered[-1].reused) == (2 * ITEMS, 2 * ITEMS, 0)
    assert answered[ITEMS].seconds_left is not None

    watch.told.clear()
    engine.run(variants(model, ["retriever.k=1,2"]))
    assert watch.told[-1].reused == 2 * ITEMS


def test_why_a_variant_failed_is_told_and_a_fault_of_a_plugin_with_its_kind() -> None:
    assert reason(PotluckError("沒有檔案")) == "沒有檔案"
    assert reason(KeyError("k")) == "unexpected KeyError: 'k'"


@pytest.mark.parametrize(
    ("chat", "sample", "seed"),
    [("{temperature: 0}", 2, None), ("{temperature: 0.5}", 2, 9), ("{temperature: 0.5, seed: 3}", 2, 5),
     ("{temperature: 0.5, seed: 0}", 1, 1), ("{temperature: 0.5}", 0, 7)],
)  # fmt: skip
def test_each_round_of_a_model_that_samples_has_a_seed_of_its_own(chat: str, sample: int, seed: int | None) -> None:
    model = recipe.loads(f"documents: a\nseed: 7\nchat: {chat}\n", Path("r.yaml"), check_installed=False)

    found = with_sample_seed(model, sample)
    assert found.chat.config.seed == seed  # type: ignore[attr-defined]
    assert (found is model) is (seed is None)


def test_a_variant_that_was_not_run_has_computed_nothing(model: RecipeModel) -> None:
    fresh = VariantRun(Variant("a", {}, model))

    assert fresh.computed == fresh.reused == dict.fromkeys(STAGES, 0)
    assert (fresh.seconds, fresh.cost, fresh.served, fresh.error) == (0.0, None, [], None)
