"""The result of a comparison: everything that was measured and concluded."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from potluck.comparison.causes import count_causes
from potluck.comparison.curves import curves
from potluck.comparison.differences import Deciding, measure_interval
from potluck.comparison.findings import compare_tables
from potluck.comparison.held_out import HeldOut
from potluck.comparison.judging import NOT_JUDGED, Judging
from potluck.comparison.measured import Values, describe_measures, measure_tables
from potluck.comparison.notes import notes
from potluck.comparison.trainings import trainings_of
from potluck.comparison.variant_run import VariantRun
from potluck.contracts import Measure
from potluck.evaluation.question_results import question_result
from potluck.evaluation.results import Answered
from potluck.metrics.chief import Chief
from potluck.metrics.scorer import Scorer
from potluck.questions.clusters import clusters_of
from potluck.questions.origin import origin_sentences
from potluck.questions.question_file import Question
from potluck.recipe.variants import Design
from potluck.results.comparison import (
    Cause,
    ChunkText,
    ComparisonResult,
    Curve,
    QuestionResult,
)
from potluck.results.conclusions import Conclusion
from potluck.statistics.clusters import Clusters
from potluck.version import __version__


@dataclass(frozen=True, slots=True)
class Setting:
    """The request of a comparison, for the head of the result."""

    run: str
    name: str
    recipe: str
    questions_file: str
    design: Design
    baseline: str
    started: float
    notes: tuple[str, ...] = ()
    """Notes on the file of questions, and on a judge that failed."""
    about_these: bool = False
    """Whether conclusions are to hold for the documents of these questions only."""
    at_least: float | None = None
    """The least difference in the chosen measure that matters."""
    has_baseline: bool = False
    """Whether the baseline was named."""
    explores: bool = False
    """Whether verdicts by the other measures are asked for."""
    seeds: int = 1
    """How often each tuned variant was to be trained."""

    def decide_by(self, measure: str) -> Deciding:
        """What decides if that is the chosen measure."""
        return Deciding(self.baseline, measure, self.at_least or 0.0, self.has_baseline, self.explores)


def comparison_result(
    setting: Setting,
    runs: Sequence[VariantRun],
    questions: Sequence[Question],
    causes: Sequence[Cause],
    chief: Chief,
    scorer: Scorer,
    judging: Judging = NOT_JUDGED,
    held_out: HeldOut | None = None,
) -> ComparisonResult:
    """Put together the result that the report shows and ``potluck compare --json`` prints."""
    metric, measure = chief.name, scorer.measures[chief.name]
    tables = {run.variant.name: measure_tables(run, scorer) for run in runs if run.error is None}
    clusters, chunks = clusters_of(questions, setting.about_these), dict[str, ChunkText]()
    found = compare_tables(runs, tables, setting.decide_by(metric), chief.why, scorer.measures, clusters, held_out)
    return ComparisonResult(
        potluck=__version__,
        run=setting.run,
        name=setting.name,
        started=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(setting.started)),
        recipe=setting.recipe,
        questions_file=setting.questions_file,
        design=setting.design,
        baseline=setting.baseline,
        metric=metric,
        at_least=setting.at_least,
        explores=setting.explores,
        measures=describe_measures(_names(tables), scorer),
        conclusion=_with_origin(found.conclusion, questions),
        ranking=found.ranking,
        chosen=found.chosen,
        effects=found.effects,
        interactions=found.interactions,
        variants=found.variants,
        pairs=found.pairs,
        causes=tuple(causes),
        cause_counts=tuple(count_causes(causes)),
        judge=judging.first,
        notes=(*setting.notes, *_on_the_measure(chief, measure), *notes(runs)),
        learning_curves=tuple(_curves(runs, tables, measure, clusters)),
        questions=_question_results(runs, questions, chunks),
        chunks=chunks,
        further_judges=judging.results[1:],
        judges_agree=judging.agreement,
    )


def _names(tables: Mapping[str, Mapping[str, Values]]) -> list[str]:
    """Of the measures that any variant has."""
    return list(dict.fromkeys(name for table in tables.values() for name in table))


def _on_the_measure(chief: Chief, measure: Measure) -> Iterator[str]:
    if measure.about == "effort" and chief.why:
        yield (
            f"{chief.why}, so variants are compared by their {measure.name}: name answers, facts or sources in the "
            "file of questions"
        )


def _curves(
    runs: Sequence[VariantRun], tables: Mapping[str, Mapping[str, Values]], measure: Measure, clusters: Clusters
) -> list[Curve]:
    trainings = trainings_of(runs)
    means = {
        name: measure_interval(table[measure.name], measure, clusters, trainings.get(name))
        for name, table in tables.items()
        if measure.name in table
    }
    return curves([run.variant for run in runs], means)


def _with_origin(found: Conclusion, questions: Sequence[Question]) -> Conclusion:
    """The conclusion, which says of questions that a model made that it did."""
    return replace(found, sentences=(*found.sentences, *origin_sentences(questions)))


def _question_results(
    runs: Sequence[VariantRun], questions: Sequence[Question], chunks: dict[str, ChunkText]
) -> tuple[QuestionResult, ...]:
    """Each question with its answers; the passages that they name are added to ``chunks``."""
    return tuple(question_result(question, _answers(runs, place), chunks) for place, question in enumerate(questions))


def _answers(runs: Sequence[VariantRun], place: int) -> dict[str, tuple[Answered, int]]:
    """What each variant answered to a question in its first round, and how many passages its model was shown."""
    return {run.variant.name: (run.first[place], run.variant.recipe.retriever.k) for run in runs if run.models}
