"""The report of a run: the training, the measures, and every answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from potluck.amounts import many
from potluck.contracts.metric import COUNTS
from potluck.documents import Json
from potluck.evaluation.question_results import question_result
from potluck.report.comparison import format_time
from potluck.report.content import Column, Confusion, Content, Kind, Table
from potluck.report.paths import relative_path, without_folder
from potluck.report.training import training_chart, training_table
from potluck.results.answers import LabelBaseline
from potluck.results.comparison import ChunkText, MeasureResult, VariantResult
from potluck.statistics.intervals import Interval

if TYPE_CHECKING:
    from potluck.evaluation.results import EvaluationReport
    from potluck.indexing.report import IndexReport
    from potluck.metrics.classification import Classification
    from potluck.recipe.model import RecipeModel
    from potluck.stages.tune import TuneReport

_UNREAD = 20
"""Documents and parts of documents that are listed as not read."""


def run_content(
    kind: Kind,
    recipe: RecipeModel,
    manifest: Mapping[str, Json],
    tuned: TuneReport | None,
    evaluation: EvaluationReport | None,
    indexed: IndexReport | None = None,
) -> Content:
    """What the page of a run or a training shows. Paths are seen from the folder of the recipe."""
    measures = tuple(_measures(evaluation)) if evaluation is not None else ()
    metric = evaluation.chief.name if evaluation is not None and evaluation.chief is not None else ""
    chunks: dict[str, ChunkText] = {}
    notes = [
        *(_unread(indexed) if indexed else ()),
        *(tuned.notes if tuned else ()),
        *(evaluation.notes if evaluation else ()),
    ]
    return Content(
        kind=kind,
        name=recipe.name,
        run=str(manifest["run"]),
        facts=tuple(_facts(recipe, manifest, evaluation)),
        conclusion=tuple(_conclusion(indexed, tuned, evaluation)),
        notes=tuple(without_folder(note, recipe.folder) for note in dict.fromkeys(notes)),
        baseline=recipe.name,
        metric=metric,
        measures=measures,
        variants=(_variant(recipe, evaluation, measures),) if evaluation else (),
        charts=(chart,) if tuned and (chart := training_chart(tuned)) else (),
        tables=tuple(_tables(recipe, tuned, evaluation)),
        confusion=_confusion(evaluation.classes) if evaluation and evaluation.classes else None,
        unit=evaluation.unit if evaluation else "questions",
        questions=tuple(
            question_result(one.question, {recipe.name: (one, recipe.retriever.k)}, chunks)
            for one in (evaluation.answered if evaluation else ())
        ),
        chunks=chunks,
    )


def _measures(evaluation: EvaluationReport) -> Iterator[MeasureResult]:
    for name in evaluation.metrics:
        if name in COUNTS:
            continue
        known = evaluation.measures.get(name)
        if known is not None:
            label = known.label or name
            yield MeasureResult(name, known.higher_is_better, known.unit, label, known.summary, named=False)
        else:
            yield MeasureResult(name, True, "", *_label_measure(name, evaluation.classes), named=False)


def _label_measure(name: str, classes: Classification | None) -> tuple[str, str]:
    """The name of a measure of labels, and a description."""
    if name == "f1_macro":
        return "Macro F1", "the mean of the labels' F1, every label counting the same"
    if name == "f1_minority" and classes is not None:
        return f"F1 of {classes.minority}", "the F1 of the rarest label"
    return name, ""


def _variant(recipe: RecipeModel, evaluation: EvaluationReport, measures: tuple[MeasureResult, ...]) -> VariantResult:
    found = {}
    for measure in measures:
        value = evaluation.metrics[measure.name]
        if value is not None:
            without = Interval(value, None, None, len(evaluation.answered))
            found[measure.name] = evaluation.intervals.get(measure.name, without)
    return VariantResult(recipe.name, {}, found, evaluation.cost, evaluation.seconds, 1, None, {}, {}, None, 0, {})


def _facts(
    recipe: RecipeModel, manifest: Mapping[str, Json], evaluation: EvaluationReport | None
) -> Iterator[tuple[str, str]]:
    yield "Started", format_time(str(manifest["started"]))
    yield "Recipe", relative_path(recipe.path, recipe.folder)
    if evaluation is not None:
        file = f" from {relative_path(recipe.questions, recipe.folder)}" if recipe.questions else ""
        yield evaluation.unit.capitalize(), f"{len(evaluation.answered):,}{file}"
        yield "Answered by", recipe.chat.name
        for name in ("refused", "empty", "filtered"):
            if count := evaluation.metrics.get(name):
                yield name.capitalize(), f"{count:,.0f}"
        if evaluation.cost is not None:
            yield "Cost", f"${evaluation.cost:.4g}"
    if isinstance(seconds := manifest.get("seconds"), int | float):
        yield "Took", f"{seconds:,.1f} s"
    yield "Run", str(manifest["run"])


def _conclusion(
    indexed: IndexReport | None, tuned: TuneReport | None, evaluation: EvaluationReport | None
) -> Iterator[str]:
    if evaluation is not None:
        yield from evaluation.conclusion
        if evaluation.classes is not None and (worst := _worst(evaluation.classes)):
            yield worst
    elif indexed is not None:
        documents, chunks = (one.added + one.changed + one.unchanged for one in (indexed.documents, indexed.chunks))
        yield f"The index holds {many(documents, 'document')} in {many(chunks, 'chunk')}."
    if tuned is not None:
        yield from tuned.conclusion


def _unread(indexed: IndexReport) -> Iterator[str]:
    """What no answer can rest on: documents, and parts of documents, that could not be read."""
    lost = [f"not read: {failure}" for failure in indexed.failures]
    lost += [f"not all read: {loss}" for loss in indexed.losses]
    yield from lost[:_UNREAD]
    if len(lost) > _UNREAD:
        yield f"not read, or not all: {len(lost) - _UNREAD:,} more; potluck index lists them"


def _worst(classes: Classification) -> str:
    """The commonest confusion in words; empty if every prediction is right."""
    wrong = [
        (count, actual, predicted)
        for actual, row in classes.confusion.items()
        for predicted, count in row.items()
        if predicted != actual
    ]
    if not wrong:
        return ""
    count, actual, predicted = max(wrong, key=lambda one: one[0])
    all_of_it = sum(classes.confusion[actual].values())
    return f"The commonest mistake: {count:,} of {all_of_it:,} {actual} predicted as {predicted or 'nothing'}."


def _tables(recipe: RecipeModel, tuned: TuneReport | None, evaluation: EvaluationReport | None) -> Iterator[Table]:
    if evaluation is not None and evaluation.classes is not None:
        if evaluation.baselines:
            yield _baseline_table(evaluation.baselines)
        yield _label_table(evaluation.classes)
    if tuned is not None:
        yield training_table(tuned, recipe.folder)


def _baseline_table(baselines: Sequence[LabelBaseline]) -> Table:
    """The baseline that ignores the text, and how much more the model gets right."""
    columns = (Column("Accuracy", True), Column("Baseline"), Column("The model has more", True), Column("Verdict"))
    rows = tuple(
        (
            one.accuracy,
            one.name if one.label is None else f"{one.name}, {one.label}",
            None if (more := one.difference) is None else Interval(more.difference, more.low, more.high, more.n),
            one.verdict,
        )
        for one in baselines
    )
    return Table("Without reading", columns, rows)


def _label_table(classes: Classification) -> Table:
    """The labels, the worst first."""
    columns = (Column("F1", True), Column("Label"), Column("Precision", True), Column("Recall", True))
    worst_first = sorted(classes.labels.items(), key=lambda pair: (pair[1].f1, pair[0]))
    rows = tuple(
        (one.f1, label or "(no label)", one.precision, one.recall, f"{one.support:,}") for label, one in worst_first
    )
    return Table("Labels, the worst first", (*columns, Column("Examples", True)), rows)


def _confusion(classes: Classification) -> Confusion:
    return Confusion(tuple(sorted(classes.labels)), classes.confusion)
