"""From a recipe to a comparison: the baseline, the judge, the measure that is asked for, and what is left out.

Modules: ``potluck.comparison.compare``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import recipe as recipes
from potluck.comparison.compare import Plan, base_of, compare
from potluck.comparison.judging import judge_of
from potluck.errors import PotluckError, RecipeError
from potluck.evaluation.resources import SharedResources
from potluck.hookspecs import StageEvent, hookimpl
from potluck.model_sources.model_store import ModelStore
from potluck.observation.observers import Observers
from potluck.recipe.model import RecipeModel
from potluck.recipe.recipe_loader import reread_recipe
from potluck.recipe.swaps import Variant
from potluck.workspace import Workspace
from support.planted import plant

ITEMS = 7


@pytest.fixture
def model(home: Path) -> RecipeModel:
    return recipes.load(plant(home, ITEMS))


@pytest.fixture
def resources(model: RecipeModel) -> Iterator[SharedResources]:
    workspace = Workspace(model.folder / ".potluck")
    shared = SharedResources(workspace, ModelStore(model.folder), Observers())
    yield shared
    shared.close()
    workspace.close()


def variant(name: str) -> Variant:
    return Variant(name, {}, recipes.loads("name: 甲\n", Path("recipe.yaml")))


def test_the_baseline_is_the_first_or_the_one_of_that_name() -> None:
    chosen = [variant("甲"), variant("乙")]

    assert base_of(chosen, None) is chosen[0]
    assert base_of(chosen, "乙") is chosen[1]
    with pytest.raises(PotluckError, match=r"^no variant is called '丙'; there are: 甲, 乙$"):
        base_of(chosen, "丙")


def test_a_judge_is_the_recipe_with_another_chat_model_and_without_axes(model: RecipeModel) -> None:
    judge = judge_of(model, "{use: reader, blind: [3]}")

    assert (judge.chat.name, judge.chat.config.decisive()["blind"]) == ("reader", [3])
    assert judge.compare == {}
    assert judge.documents == model.documents
    with pytest.raises(RecipeError, match="--judge 法官: unknown chat '法官'"):
        judge_of(model, "法官")


def test_private_documents_are_not_sent_to_a_judge(model: RecipeModel) -> None:
    private = recipes.load(model.path, ["documents={path: b/*.txt, private: true}", "compare=null"])

    with pytest.raises(RecipeError, match="the documents are private"):
        judge_of(private, "{use: openai, model: gpt-5}")


def test_a_comparison_has_its_setting_its_document_and_its_runs(model: RecipeModel, resources: SharedResources) -> None:
    found = compare(model, Plan(limit=3, causes=False), resources)

    assert [one.variant.name for one in found.runs] == ["a", "b"]
    assert (found.result.baseline, found.result.metric, found.result.design) == ("a", "f1", "grid")
    assert (found.result.run, found.result.name) == (found.setting.run, model.name)
    assert found.result.recipe == str(model.path)
    assert found.result.questions_file == str(model.folder / "questions.jsonl")
    assert [one.id for one in found.result.questions] == ["q0", "q1", "q2"]
    assert (found.result.causes, found.result.judge) == ((), None)


def test_what_the_plan_says_is_done(model: RecipeModel, resources: SharedResources) -> None:
    (model.folder / "一題.jsonl").write_text(
        '{"question_id": "一", "question": "What is key-1. worth?", "answers": ["v-1"]}\n', encoding="utf-8"
    )
    plan = Plan(
        swaps=["retriever.k=1,2"], design="one-at-a-time", questions=model.folder / "一題.jsonl", baseline="k=2",
        metric="exact_match", perplexity=True, causes=False,
    )  # fmt: skip
    found = compare(model, plan, resources).result

    assert (found.design, found.baseline, found.metric) == ("one-at-a-time", "k=2", "exact_match")
    assert [one.id for one in found.questions] == ["一"]
    assert found.questions_file == str(model.folder / "一題.jsonl")
    assert all(one.perplexity is not None for one in found.variants)


def test_causes_are_of_the_baseline_against_each_of_the_others(model: RecipeModel, resources: SharedResources) -> None:
    found = compare(model, Plan(baseline="b"), resources).result

    assert found.causes
    assert {(one.a, one.b, one.metric) for one in found.causes} == {("b", "a", "f1")}
    assert sum(one.count for one in found.cause_counts) == len(found.causes)


def test_a_judge_is_asked_of_the_baseline_and_each_of_the_others(
    model: RecipeModel, resources: SharedResources
) -> None:
    told = list[tuple[int, str]]()

    class Watch:
        @hookimpl
        def potluck_stage_progressed(self, event: StageEvent) -> None:
            if event.stage == "judge":
                told.append((event.done, event.message))

    resources.observers.register(Watch())
    plan = Plan(swaps=["retriever.k=1,2,3"], causes=False, judges=["{use: reader, blind: [1]}"], limit=2)

    judged = compare(model, plan, resources).result.judge

    assert judged is not None
    assert judged.judge == "reader"
    assert [(pair.a, pair.b) for pair in judged.pairs] == [("k=1", "k=2"), ("k=1", "k=3")]
    assert told == [(1, "k=2"), (2, "k=3")]


def test_a_measure_that_no_question_has_is_refused_with_those_there_are(
    model: RecipeModel, resources: SharedResources
) -> None:
    with pytest.raises(PotluckError, match=r"^no question has the measure '無'; there are: .*f1"):
        compare(model, Plan(metric="無", limit=1, causes=False), resources)


def deciding(model: RecipeModel, **settings: str) -> RecipeModel:
    """The recipe with settings of its decision; its questions are of two groups of customers, of four of each."""
    lines = (model.folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [{**json.loads(line), "group": f"客戶{number // 4}"} for number, line in enumerate(lines)]
    (model.folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return reread_recipe(model, {"compare": {**model.as_mapping()["compare"], **settings}})  # type: ignore[dict-item]


def test_the_measure_that_the_recipe_names_decides_unless_the_command_names_another(
    model: RecipeModel, resources: SharedResources
) -> None:
    recipe = deciding(model, decide_by="latency")

    assert compare(recipe, Plan(causes=False), resources).result.metric == "latency"
    assert compare(recipe, Plan(causes=False, metric="f1"), resources).result.metric == "f1"
    with pytest.raises(PotluckError, match=r"^no question has the measure '無'"):
        compare(deciding(model, decide_by="無"), Plan(causes=False), resources)


def test_few_groups_are_concluded_about_and_no_others(model: RecipeModel, resources: SharedResources) -> None:
    result = compare(deciding(model), Plan(causes=False), resources).result
    (pair,) = [one for one in result.pairs if one.metric == "f1"]

    assert (pair.n, pair.clusters, pair.cluster_kind, pair.population) == (ITEMS, 2, "group", "these clusters")
    assert "7 questions in 2 groups" in pair.sentence
    words = "This holds for further questions in these 2 groups only: fewer than 8 groups tell nothing about others."
    assert words in result.conclusion.sentences
    assert (result.variants[0].metrics["f1"].clusters, result.ranking[0].metric.cluster_kind) == (2, "group")


def test_a_judge_that_there_is_not_is_told_before_anything_is_asked(
    home: Path, model: RecipeModel, resources: SharedResources
) -> None:
    with pytest.raises(RecipeError, match="--judge 法官: unknown chat '法官'"):
        compare(model, Plan(judges=["法官"], causes=False), resources)

    assert not (home.parent / "asked.log").exists()
