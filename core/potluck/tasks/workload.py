"""The examples of a task, such as classification, generation or summarization, answered as the recipe's task asks.

The labels of a classification are scored as choices, so that an answer is always one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from potluck.adapters.resolve import resolve_adapter, without_adapter
from potluck.answering.choices import check_scores_text
from potluck.answering.remarks import remarks_on_all
from potluck.components.components import Components
from potluck.contracts import TuningRequest
from potluck.datasets.examples import ExampleBuilder, check_fields
from potluck.datasets.prepare import prepare_dataset
from potluck.datasets.row_files import read_rows
from potluck.documents import Json, Usage
from potluck.errors import PotluckError
from potluck.evaluation.conclusions import conclude_evaluation
from potluck.evaluation.label_baselines import label_baselines
from potluck.evaluation.resources import Resources
from potluck.evaluation.results import Answered, EvaluationReport
from potluck.evaluation.served import changed_model
from potluck.evaluation.workload import Preparation, Workload, cost_of, report_answer
from potluck.fingerprints import fingerprint
from potluck.metrics.classification import classification
from potluck.metrics.label_intervals import label_intervals
from potluck.metrics.perplexity import Surprise
from potluck.metrics.scorer import Scorer
from potluck.observation.stage import stage
from potluck.planning.measured import Measured
from potluck.planning.work import unknown_work
from potluck.questions.clusters import clusters_of
from potluck.questions.keys import group_of
from potluck.questions.question_file import Question, QuestionFile
from potluck.recipe.model import RecipeModel
from potluck.recipe.tuning_settings import DatasetSettings
from potluck.results.answers import LabelBaseline
from potluck.results.stages import PlannedWork, TaskPlanResult, TuningPlanResult
from potluck.stages.training_resources import resource_problems
from potluck.stages.tune import load_result, plan_training, training_request, tune
from potluck.tasks.answers import AnsweredExample, ExampleAsker, Item, item_of
from potluck.tasks.findings import check_labels, findings_on
from potluck.tasks.plan import plan_examples, plan_task
from potluck.workspace import folder_of


@dataclass(frozen=True, slots=True)
class _ExampleFile:
    """The examples of a file by the ids of their questions. ``labels`` are those that it has."""

    items: Mapping[str, Item]
    labels: tuple[str, ...]
    notes: tuple[str, ...]


class ExampleTask(Workload):
    """Recipes that tune a model or name a task, and have no documents."""

    unit = "examples"
    without_documents = (
        "the recipe names a task and no documents: this needs documents. For its examples there are 'potluck tune', "
        "'run', 'ask', 'chat', 'predict', 'evaluate --questions FILE' and 'compare'"
    )

    def __init__(
        self, resources: Resources, scorer: Scorer, path: Path | None = None, limit: int | None = None
    ) -> None:
        """As every workload. Files are kept by how recipes read them, learned labels by their dataset."""
        super().__init__(resources, scorer, path, limit)
        self._files: dict[str, _ExampleFile] = {}
        self._learned: dict[str, tuple[str, ...]] = {}

    def read(self, recipe: RecipeModel) -> QuestionFile:
        """The examples of the file as questions. Raises ``RecipeError`` with the rows that lack something."""
        file = self._file(recipe)
        return QuestionFile(tuple(item.question for item in file.items.values()), file.notes)

    def samples(self, recipe: RecipeModel) -> bool:
        """Labels are scored, and nothing is drawn for them."""
        return recipe.tuning.task != "classification" and super().samples(recipe)

    def begin(self, recipe: RecipeModel) -> Preparation:
        """Train the recipe's tuner, unless that was done."""
        if recipe.tuner is None:
            return Preparation()
        with self.resources.borrow(recipe) as components:
            found = tune(components, self.resources.observers)
        return Preparation(tuning=found, notes=found.notes, seconds=found.seconds)

    def prepare(self, recipe: RecipeModel, questions: Sequence[Question]) -> Preparation:
        """Train the adapter that the recipe answers with, if its own tuner makes it and that was not done."""
        return self.begin(recipe) if isinstance(recipe.tuning.adapter, str) else Preparation()

    def answer(
        self,
        recipe: RecipeModel,
        questions: Sequence[Question],
        sample: int = 0,
        on_answer: Callable[[Answered], None] | None = None,
    ) -> list[Answered]:
        """Answer and score the examples, as this recipe words them."""
        items, answered = self._items(recipe, questions), list[Answered]()
        asker = self._asker(recipe, sample)
        with stage(self.resources.observers, "evaluate", "examples", len(items), recipe.chat) as running:
            for one in asker.ask_all(items):
                answered.append(one)
                report_answer(running, one, on_answer)
        return answered

    def surprises(self, recipe: RecipeModel, questions: Sequence[Question]) -> dict[str, Surprise]:
        """Given the messages of the example."""
        asker = self._asker(recipe)
        return {item.question.id: asker.surprise(item) for item in self._items(recipe, questions)}

    def findings(self, recipe: RecipeModel, answered: Sequence[Answered]) -> Sequence[str]:
        """Labels that were not learned, and answers that are worth nothing."""
        components = self.resources.with_chat(recipe)
        return [*findings_on(_examples(answered), self._labels(recipe, components), components)]

    def report(
        self, recipe: RecipeModel, answered: Sequence[Answered], notes: Sequence[str], seconds: float
    ) -> EvaluationReport:
        """The measures of the answers; of labels also what was taken for what."""
        components, examples = self.resources.with_chat(recipe), _examples(answered)
        clusters = clusters_of([one.question for one in answered], recipe.decision.is_about_these)
        intervals = self.scorer.intervals([one.score for one in answered], clusters)
        chief = self.scorer.chief(intervals, [one.question for one in answered])
        metrics: dict[str, float | None] = {name: one.mean for name, one in intervals.items()}
        classes, labels = None, self._labels(recipe, components)
        baselines: tuple[LabelBaseline, ...] = ()
        if labels:
            gold, said = [one.target for one in examples], [one.answer.text for one in examples]
            classes, baselines = classification(gold, said), label_baselines(gold, said, labels, clusters)
            intervals |= label_intervals(gold, said, classes.minority, clusters=clusters)
            metrics |= {"f1_macro": classes.f1_macro, "f1_minority": classes.f1_minority}
        usage, prices = sum((one.answer.usage for one in answered), Usage()), components.chat.prices
        remarks = remarks_on_all({one.question.id: one.answer for one in answered})
        changed = changed_model([one.served for one in answered])
        return EvaluationReport(
            self.unit,
            metrics,
            answered,
            intervals,
            classes,
            usage,
            None if prices is None else cost_of(usage, prices),
            seconds,
            notes=[*notes, *remarks, *self.findings(recipe, answered), *changed],
            conclusion=conclude_evaluation(intervals, self.scorer.measures, self.unit, chief, baselines),
            baselines=baselines,
            chief=chief,
            measures=self.scorer.measures,
        )

    def plan(self, components: Components, measured: Measured) -> TuningPlanResult | TaskPlanResult:
        """The training; if the recipe trains nothing, its examples and who gets them."""
        recipe = components.recipe
        if recipe.tuner is None:
            return plan_task(recipe)
        request = training_request(components)
        estimate = measured.trainings[request.folder.name] = plan_training(components, request)
        problems = resource_problems(estimate, folder_of(recipe))
        return TuningPlanResult(**asdict(estimate), problems=tuple(problems), comparison=None)

    def plan_answers(
        self, components: Components, measured: Measured, request: TuningRequest | None = None, sample: int = 0
    ) -> Sequence[PlannedWork]:
        """The examples that are left; of a model that is not trained yet, by the time that its base takes."""
        recipe, items = components.recipe, [*self._file(components.recipe).items.values()]
        try:
            own = isinstance(recipe.tuning.adapter, str)
            trained = not own or (request is not None and load_result(request)[0] is not None)
            if not trained:
                without_adapter(components)
            resolve_adapter(components)
            labels = request.labels if own and request is not None else self._labels(recipe, components)
            return [*plan_examples(components, items, labels, measured, trained, sample)]
        except PotluckError as error:
            return [unknown_work("answer", len(items), str(error))]

    @staticmethod
    def identities(components: Components) -> dict[str, Mapping[str, Json]]:
        """That of the chat model."""
        return {"chat": components.chat.identity()}

    def manifest(self, preparation: Preparation, report: EvaluationReport | None, own: Components) -> dict[str, Json]:
        """The training, without the course of its loss, which stands in the artifact."""
        tuned = preparation.tuning
        if tuned is None:
            return {"tuning": None}
        return {
            "tuning": {key: value for key, value in tuned.as_json().items() if key not in ("losses", "evaluations")}
        }

    def _asker(self, recipe: RecipeModel, sample: int = 0) -> ExampleAsker:
        components = self.resources.with_chat(recipe)
        labels = self._labels(recipe, components)
        return ExampleAsker(components, labels, self.resources.workspace.answer_cache, self.scorer, sample)

    def _labels(self, recipe: RecipeModel, components: Components) -> tuple[str, ...]:
        """The labels of a classification: those that are learned from, or those of the file if nothing is."""
        if recipe.tuning.task != "classification":
            return ()
        check_scores_text(components.chat, recipe.chat.name, "so that labels cannot be scored as choices")
        if recipe.tuning.dataset is None:
            return self._file(recipe).labels
        return self._learned_labels(recipe, recipe.tuning.dataset)

    def _learned_labels(self, recipe: RecipeModel, dataset: DatasetSettings) -> tuple[str, ...]:
        key = fingerprint(dataset.model_dump(mode="json"), recipe.training_seed)
        if key not in self._learned:
            self._learned[key] = prepare_dataset(recipe).labels
        return self._learned[key]

    def _items(self, recipe: RecipeModel, questions: Sequence[Question]) -> list[Item]:
        """The examples of these questions as this recipe words them."""
        items = self._file(recipe).items
        return [items[question.id] for question in questions]

    def _file(self, recipe: RecipeModel) -> _ExampleFile:
        path = self.questions_file(recipe)
        settings = recipe.tuning.dataset or DatasetSettings(path=str(path))
        wording = recipe.prompt.text if recipe.prompt else None
        key = fingerprint(str(path), wording, settings.model_dump(mode="json"), recipe.tuning.task)
        if key not in self._files:
            self._files[key] = self._read(recipe, path, settings)
        return self._files[key]

    def _read(self, recipe: RecipeModel, path: Path, settings: DatasetSettings) -> _ExampleFile:
        rows = read_rows(path, settings.encoding)[: self._limit]
        check_fields(recipe, settings, rows, evaluating=True)
        is_classification = recipe.tuning.task == "classification"
        build = ExampleBuilder(recipe.prompt, settings, rows, evaluating=True, classify=is_classification)
        rows = build.usable(rows)
        examples = build.examples(rows)
        right = [
            (example.target,) if is_classification else build.references(row)
            for example, row in zip(examples, rows, strict=True)
        ]
        items = [
            item_of(row.number, example, references, group_of(row.fields))
            for row, example, references in zip(rows, examples, right, strict=True)
        ]
        labels = tuple(sorted({example.target for example in examples})) if is_classification else ()
        if labels and recipe.tuning.dataset is not None:
            check_labels(path, labels, self._learned_labels(recipe, recipe.tuning.dataset))
        return _ExampleFile({item.question.id: item for item in items}, labels, tuple(build.notes()))


def _examples(answered: Sequence[Answered]) -> list[AnsweredExample]:
    """The answers of this workload."""
    return [one for one in answered if isinstance(one, AnsweredExample)]
