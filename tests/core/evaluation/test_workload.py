"""The one path of all recipes: a file is read, prepared, answered and measured in this order.

Modules: ``potluck.evaluation.workload``. Its kinds are tested with ``potluck.runs`` and with their packages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.contracts import Config
from potluck.documents import Usage
from potluck.errors import PotluckError
from potluck.evaluation.resources import SharedResources
from potluck.evaluation.results import Answered, EvaluationReport
from potluck.evaluation.workload import Preparation, cost_of
from potluck.indexing.report import IndexReport
from potluck.loading.failure import LoadFailure
from potluck.metrics.scorer import Scorer
from potluck.model_sources.model_store import ModelStore
from potluck.questions.question_file import Question, QuestionFile
from potluck.recipe.model import RecipeModel
from potluck.tasks.workload import ExampleTask
from support.fake_plugins import visible
from support.labelled import install_labelled, write


@pytest.mark.parametrize(
    ("usage", "prices", "cost"),
    [
        (Usage(), (3.0, 15.0), 0.0),
        (Usage(1_000_000, 0), (3.0, 15.0), 3.0),
        (Usage(0, 1_000_000), (3.0, 15.0), 15.0),
        (Usage(2000, 500, 1999, 499), (3.0, 15.0), 0.0135),
    ],
)
def test_tokens_cost_their_price_in_and_out(usage: Usage, prices: tuple[float, float], cost: float) -> None:
    assert cost_of(usage, prices) == pytest.approx(cost)


def test_documents_that_could_not_be_read_are_those_of_the_index() -> None:
    failure = LoadFailure("壞.doc", "NoText", "there is no text")

    assert Preparation().failures == ()
    assert Preparation(index=IndexReport(failures=[failure])).failures == [failure]


class Steps(ExampleTask):
    """Notes its steps."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.steps: list[str] = []

    def read(self, recipe: RecipeModel) -> QuestionFile:
        self.steps.append("read")
        return super().read(recipe)

    def check(self, recipes: Sequence[RecipeModel], questions: Sequence[Question]) -> None:
        self.steps.append(f"check {len(recipes)} {len(questions)}")

    def prepare(self, recipe: RecipeModel, questions: Sequence[Question]) -> Preparation:
        self.steps.append(f"prepare {len(questions)}")
        return super().prepare(recipe, questions)

    def answer(
        self,
        recipe: RecipeModel,
        questions: Sequence[Question],
        sample: int = 0,
        on_answer: Callable[[Answered], None] | None = None,
    ) -> list[Answered]:
        self.steps.append(f"answer {len(questions)} {sample}")
        return super().answer(recipe, questions, sample)

    def report(
        self, recipe: RecipeModel, answered: Sequence[Answered], notes: Sequence[str], seconds: float
    ) -> EvaluationReport:
        self.steps.append(f"report {len(answered)}")
        assert seconds > 0
        return super().report(recipe, answered, notes, seconds)


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recipe]:
    write(tmp_path / "q.jsonl", [("蘋果", "水果"), ("apple", "水果"), ("天空", "天氣")])
    text = "task: generation\nquestions: q.jsonl\nchat: {use: tutor, otherwise: 水果}\n"
    (tmp_path / "recipe.yaml").write_text(text, encoding="utf-8")
    with visible(install_labelled(tmp_path / "site"), monkeypatch), Recipe.load(tmp_path / "recipe.yaml") as opened:
        yield opened


def workload(recipe: Recipe, path: Path | None = None, limit: int | None = None) -> Steps:
    resources = SharedResources(recipe.workspace, ModelStore(recipe.model.folder), recipe.observers)
    return Steps(resources, Scorer(recipe.components.metrics), path, limit)


def test_a_file_is_read_checked_prepared_answered_and_measured(recipe: Recipe) -> None:
    done = workload(recipe)
    report = done.evaluate(recipe.model)

    assert done.steps == ["read", "check 1 3", "prepare 3", "answer 3 0", "report 3"]
    assert (len(report.answered), report.unit) == (3, "examples")
    assert report.seconds > 0
    assert len(workload(recipe, limit=2).evaluate(recipe.model).answered) == 2


def test_the_callers_file_goes_before_that_of_the_recipe(recipe: Recipe, tmp_path: Path) -> None:
    assert workload(recipe).questions_file(recipe.model) == tmp_path / "q.jsonl"
    assert workload(recipe, Path("other.jsonl")).questions_file(recipe.model) == Path("other.jsonl")
    with pytest.raises(
        PotluckError, match=r"names no questions; add 'questions: FILE\.jsonl' or name a file: --questions FILE"
    ):
        workload(recipe).questions_file(replace(recipe.model, questions=None))


def test_a_recipe_samples_where_its_chat_model_does(recipe: Recipe) -> None:
    hot = replace(recipe.model.chat, config=recipe.model.chat.config.model_copy(update={"temperature": 0.1}))
    other = replace(recipe.model.chat, config=Config())

    assert not workload(recipe).samples(recipe.model)
    assert workload(recipe).samples(replace(recipe.model, chat=hot))
    assert not workload(recipe).samples(replace(recipe.model, chat=other))
