"""The result of a comparison: everything that was measured and concluded."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from potluck.comparison.causes import count_causes
from potluck.comparison.curves import curves
from potluck.comparison.engine import VariantRun
from potluck.comparison.measured import Values, describe_measures, measure_tables, preferred_measure
from potluck.comparison.notes import notes
from potluck.contracts import Measure
from potluck.documents import Passage
from potluck.evaluation.results import Answered
from potluck.metrics.perplexity import Perplexity, Surprise
from potluck.metrics.scorer import Scorer
from potluck.questions.question_file import Question
from potluck.recipe.variants import Design
from potluck.results.comparison import (
    AnswerResult,
    Cause,
    ChunkText,
    CitedSpan,
    ComparisonResult,
    Curve,
    GoldResult,
    JudgeResult,
    PairResult,
    PerplexityResult,
    QuestionResult,
    VariantResult,
)
from potluck.statistics.correction import holm
from potluck.statistics.intervals import Interval, mean_interval
from potluck.statistics.paired_tests import PairedDifference, compare_paired
from potluck.statistics.verdicts import verdict, verdict_sentence
from potluck.version import __version__

ALL_PAIRS = 6
"""With more variants than this only the pairs with the baseline are tested: each test makes the others weaker."""

_SHOWN_BEYOND = 6
"""Passages that a question lists beyond those that the model was shown."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What was compared, for the head of the result."""

    run: str
    name: str
    recipe: str
    questions_file: str
    design: Design
    baseline: str
    started: float
    notes: tuple[str, ...] = ()
    """On the file of the questions, and on a judge that failed."""


def comparison_result(
    setting: Setting,
    runs: Sequence[VariantRun],
    questions: Sequence[Question],
    causes: Sequence[Cause],
    metric: str,
    scorer: Scorer,
    judge: JudgeResult | None = None,
) -> ComparisonResult:
    """Put together what the report shows and ``potluck compare --json`` prints."""
    tables = {run.variant.name: measure_tables(run, scorer) for run in runs if run.error is None}
    chunks: dict[str, ChunkText] = {}
    names = list(dict.fromkeys(name for table in tables.values() for name in table))
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
        measures=describe_measures(names, scorer),
        variants=tuple(_variant(run, tables.get(run.variant.name, {}), scorer) for run in runs),
        pairs=tuple(_pairs(tables, setting.baseline, scorer)),
        causes=tuple(causes),
        cause_counts=tuple(count_causes(causes)),
        judge=judge,
        notes=(*setting.notes, *notes(runs)),
        learning_curves=tuple(_curves(runs, tables, scorer.measures[metric])),
        questions=tuple(_question(place, question, runs, chunks) for place, question in enumerate(questions)),
        chunks=chunks,
    )


def main_measure(runs: Sequence[VariantRun], questions: Sequence[Question], scorer: Scorer) -> str:
    """The measure by which answers are judged where nobody names one."""
    return preferred_measure([measure_tables(run, scorer) for run in runs if run.error is None], questions)


def _curves(runs: Sequence[VariantRun], tables: Mapping[str, Mapping[str, Values]], measure: Measure) -> list[Curve]:
    means = {name: _interval(table[measure.name], measure) for name, table in tables.items() if measure.name in table}
    return curves([run.variant for run in runs], means)


def _interval(values: Values, measure: Measure) -> Interval:
    """Over the questions that have the measure."""
    import numpy as np

    kept = values[~np.isnan(values).all(axis=1)]
    found = mean_interval(_round_means(kept), bounded=measure.scale == "share")
    if measure.scale != "amount" or found.low is None:
        return found
    return replace(found, low=max(0.0, found.low))


def _variant(run: VariantRun, table: Mapping[str, Values], scorer: Scorer) -> VariantResult:
    return VariantResult(
        name=run.variant.name,
        swaps=dict(run.variant.swaps),
        metrics={name: _interval(values, scorer.measures[name]) for name, values in table.items()},
        cost=run.cost,
        seconds=round(run.seconds, 3),
        repeats=len(run.repeats),
        perplexity=_perplexity(run.surprises) if run.surprises else None,
        computed=dict(run.computed),
        reused=dict(run.reused),
        error=run.error,
    )


def _perplexity(surprises: Mapping[str, Surprise]) -> PerplexityResult:
    whole = Perplexity(tuple(surprises.values())).whole
    return PerplexityResult(
        whole.perplexity, whole.bits_per_character, whole.tokens, whole.characters, n=len(surprises)
    )


def _pairs(tables: Mapping[str, Mapping[str, Values]], baseline: str, scorer: Scorer) -> Iterator[PairResult]:
    """Every pair that is tested, measure by measure; Holm's correction is over the pairs of one measure."""
    names = list(tables)
    pairs = list(itertools.combinations(names, 2))
    if len(names) > ALL_PAIRS:
        pairs = [(baseline, name) for name in names if name != baseline and baseline in tables]
    for metric in dict.fromkeys(name for table in tables.values() for name in table):
        measure = scorer.measures[metric]
        if not measure.paired:
            continue
        found = [(a, b, difference) for a, b in pairs if (difference := _difference(tables[a], tables[b], metric))]
        adjusted = holm([difference.p for _, _, difference in found])
        for (a, b, difference), p_adjusted in zip(found, adjusted, strict=True):
            yield _pair(a, b, measure, difference, p_adjusted)


def _difference(ours: Mapping[str, Values], theirs: Mapping[str, Values], metric: str) -> PairedDifference | None:
    """How much more the second has; None where fewer than two questions have the measure in both."""
    import numpy as np

    if metric not in ours or metric not in theirs:
        return None
    one, other = ours[metric], theirs[metric]
    both = ~(np.isnan(one).all(axis=1) | np.isnan(other).all(axis=1))
    return compare_paired(_rounds(one[both]), _rounds(other[both])) if both.sum() >= 2 else None


def _pair(a: str, b: str, measure: Measure, difference: PairedDifference, p_adjusted: float) -> PairResult:
    higher = measure.higher_is_better
    words = verdict_sentence(
        a=a,
        b=b,
        metric=measure.name,
        difference=difference,
        p_adjusted=p_adjusted,
        higher_is_better=higher,
        unit=measure.unit,
    )
    return PairResult(
        a=a,
        b=b,
        metric=measure.name,
        difference=difference.difference,
        low=difference.low,
        high=difference.high,
        p=difference.p,
        p_adjusted=p_adjusted,
        verdict=verdict(difference.difference, p_adjusted, higher),
        needed_n=difference.needed_n,
        detectable=difference.detectable,
        n=difference.n,
        test=difference.test,
        between=difference.between,
        within=difference.within,
        sentence=words,
    )


def _rounds(values: Values) -> Values:
    """The values as the tests take them: rounds only where there are several."""
    return values[:, 0] if values.shape[1] == 1 else values


def _round_means(values: Values) -> Values:
    """The mean of each question's rounds."""
    import numpy as np

    return values[:, 0] if values.shape[1] == 1 else np.nanmean(values, axis=1)


def _question(
    place: int, question: Question, runs: Sequence[VariantRun], chunks: dict[str, ChunkText]
) -> QuestionResult:
    gold = GoldResult(
        ids=tuple(question.gold_ids),
        sections=tuple(question.gold_sections),
        answers=tuple(question.answers),
        facts=tuple(question.gold_facts),
    )
    answers = {
        run.variant.name: _answer(run.repeats[0][place], run.variant.recipe.retriever.k, chunks)
        for run in runs
        if run.repeats
    }
    return QuestionResult(question.id, question.question, question.answerable, gold, answers)


def _answer(one: Answered, k: int, chunks: dict[str, ChunkText]) -> AnswerResult:
    retrieved = one.retrieved[: k + _SHOWN_BEYOND]
    keys = [_chunk(passage, chunks) for passage in retrieved]
    return AnswerResult(
        text=one.answer.text,
        refused=one.refused,
        finish=one.answer.finish,
        scores=dict(one.score.values),
        seconds=round(one.seconds, 6),
        retrieved=tuple(keys),
        shown=min(k, len(keys)),
        citations=tuple(_citations(one, dict(zip(keys, retrieved, strict=True)))),
    )


def _chunk(passage: Passage, chunks: dict[str, ChunkText]) -> str:
    """The key of a passage, which is listed once: passages of other splitters are others."""
    key = f"{passage.source}:{passage.start}-{passage.end}"
    if key not in chunks:
        chunks[key] = ChunkText(passage.source, passage.section, passage.page, passage.page_label, passage.text)
    return key


def _citations(one: Answered, passages: Mapping[str, Passage]) -> Iterator[CitedSpan]:
    """Where the cited spans lie in the passages that are listed."""
    for cited in one.citations:
        for key, passage in passages.items():
            if passage.source == cited.source and passage.start <= cited.start and cited.end <= passage.end:
                yield CitedSpan(key, cited.start - passage.start, cited.end - passage.start)
                break
