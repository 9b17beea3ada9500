"""The document of a comparison: everything that was measured and concluded, as one JSON value."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from potluck.comparison.causes import Cause, counted
from potluck.comparison.curves import curves
from potluck.comparison.engine import VariantRun
from potluck.comparison.measured import Values, described, measured, preferred
from potluck.comparison.notes import notes
from potluck.contracts import Measure
from potluck.document_qa.evaluate import Answered
from potluck.documents import Json, Passage
from potluck.metrics.perplexity import Perplexity
from potluck.metrics.scorer import Scorer
from potluck.questions.question_file import Question
from potluck.recipe.variants import Design
from potluck.statistics.correction import holm
from potluck.statistics.intervals import Interval, mean_interval
from potluck.statistics.paired_tests import compare_paired
from potluck.statistics.verdicts import verdict, verdict_sentence
from potluck.version import __version__

ALL_PAIRS = 6
"""With more variants than this only the pairs with the baseline are tested: each test makes the others weaker."""

_SHOWN_BEYOND = 6
"""Passages that a question lists beyond those that the model was shown."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What was compared, for the head of the document."""

    run: str
    name: str
    recipe: str
    questions_file: str
    design: Design
    baseline: str
    started: float
    notes: tuple[str, ...] = ()
    """On the file of the questions."""


def document(
    setting: Setting,
    runs: Sequence[VariantRun],
    questions: Sequence[Question],
    causes: Sequence[Cause],
    metric: str,
    scorer: Scorer,
) -> dict[str, Json]:
    """Put together what the report shows and ``potluck compare --json`` prints."""
    tables = {run.variant.name: measured(run, scorer) for run in runs if run.error is None}
    chunks: dict[str, Json] = {}
    names = list(dict.fromkeys(name for table in tables.values() for name in table))
    return {
        "potluck": __version__,
        "run": setting.run,
        "name": setting.name,
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(setting.started)),
        "recipe": setting.recipe,
        "questions_file": setting.questions_file,
        "design": setting.design,
        "baseline": setting.baseline,
        "metric": metric,
        "measures": described(names, scorer),
        "variants": [_variant(run, tables.get(run.variant.name, {}), scorer) for run in runs],
        "pairs": list(_pairs(tables, setting.baseline, scorer)),
        "causes": [cause.as_json() for cause in causes],
        "cause_counts": counted(causes, runs),
        "judge": None,
        "notes": [*setting.notes, *notes(runs)],
        "learning_curves": _curves(runs, tables, scorer.measures[metric]),
        "questions": [_question(place, question, runs, chunks) for place, question in enumerate(questions)],
        "chunks": chunks,
    }


def main_measure(runs: Sequence[VariantRun], questions: Sequence[Question], scorer: Scorer) -> str:
    """The measure by which answers are judged where nobody names one."""
    return preferred([measured(run, scorer) for run in runs if run.error is None], questions)


def _curves(runs: Sequence[VariantRun], tables: Mapping[str, Mapping[str, Values]], measure: Measure) -> Json:
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


def _variant(run: VariantRun, table: Mapping[str, Values], scorer: Scorer) -> Json:
    metrics: dict[str, Json] = {
        name: _interval(values, scorer.measures[name]).as_json() for name, values in table.items()
    }
    return {
        "name": run.variant.name,
        "swaps": dict(run.variant.swaps),
        "metrics": metrics,
        "cost": run.cost,
        "seconds": round(run.seconds, 3),
        "repeats": len(run.repeats),
        "perplexity": Perplexity(tuple(run.surprises.values())).as_json() if run.surprises else None,
        "computed": dict(run.computed),
        "reused": dict(run.reused),
        "error": run.error,
    }


def _pairs(tables: Mapping[str, Mapping[str, Values]], baseline: str, scorer: Scorer) -> Iterator[Json]:
    """Every pair that is tested, measure by measure; Holm's correction is over the pairs of one measure."""
    import numpy as np

    names = list(tables)
    pairs = list(itertools.combinations(names, 2))
    if len(names) > ALL_PAIRS:
        pairs = [(baseline, name) for name in names if name != baseline and baseline in tables]
    for metric in dict.fromkeys(name for table in tables.values() for name in table):
        if not scorer.measures[metric].paired:
            continue
        found = []
        for a, b in pairs:
            if metric not in tables[a] or metric not in tables[b]:
                continue
            ours, theirs = tables[a][metric], tables[b][metric]
            both = ~(np.isnan(ours).all(axis=1) | np.isnan(theirs).all(axis=1))
            if both.sum() >= 2:
                found.append((a, b, compare_paired(_rounds(ours[both]), _rounds(theirs[both]))))
        adjusted = holm([difference.p for _, _, difference in found])
        for (a, b, one), p_adjusted in zip(found, adjusted, strict=True):
            higher = scorer.measures[metric].higher_is_better
            yield {
                "a": a,
                "b": b,
                "metric": metric,
                "difference": one.difference,
                "low": one.low,
                "high": one.high,
                "p": one.p,
                "p_adjusted": p_adjusted,
                "verdict": verdict(one.difference, p_adjusted, higher),
                "needed_n": one.needed_n,
                "detectable": one.detectable,
                "n": one.n,
                "test": one.test,
                "between": one.between,
                "within": one.within,
                "sentence": verdict_sentence(
                    a=a,
                    b=b,
                    metric=metric,
                    difference=one,
                    p_adjusted=p_adjusted,
                    higher_is_better=higher,
                    unit=scorer.measures[metric].unit,
                ),
            }


def _rounds(values: Values) -> Values:
    """The values as the tests take them: rounds only where there are several."""
    return values[:, 0] if values.shape[1] == 1 else values


def _round_means(values: Values) -> Values:
    """The mean of each question's rounds."""
    import numpy as np

    return values[:, 0] if values.shape[1] == 1 else np.nanmean(values, axis=1)


def _question(place: int, question: Question, runs: Sequence[VariantRun], chunks: dict[str, Json]) -> Json:
    return {
        "id": question.id,
        "question": question.question,
        "answerable": question.answerable,
        "gold": {
            "ids": list(question.gold_ids),
            "sections": list(question.gold_sections),
            "answers": list(question.answers),
            "facts": list(question.gold_facts),
        },
        "answers": {
            run.variant.name: _answer(run.repeats[0][place], run.variant.recipe.retriever.k, chunks)
            for run in runs
            if run.repeats
        },
    }


def _answer(one: Answered, k: int, chunks: dict[str, Json]) -> Json:
    retrieved = one.report.retrieved[: k + _SHOWN_BEYOND]
    keys = [_chunk(passage, chunks) for passage in retrieved]
    return {
        "text": one.report.answer.text,
        "refused": one.report.refused,
        "finish": one.report.answer.finish,
        "scores": dict(one.score.values),
        "seconds": round(one.report.seconds, 6),
        "retrieved": list(keys),
        "shown": min(k, len(keys)),
        "citations": list(_citations(one, dict(zip(keys, retrieved, strict=True)))),
    }


def _chunk(passage: Passage, chunks: dict[str, Json]) -> str:
    """The key of a passage, which is listed once: passages of other splitters are others."""
    key = f"{passage.source}:{passage.start}-{passage.end}"
    if key not in chunks:
        chunks[key] = {
            "source": passage.source,
            "section": passage.section,
            "page": passage.page,
            "page_label": passage.page_label,
            "text": passage.text,
        }
    return key


def _citations(one: Answered, passages: Mapping[str, Passage]) -> Iterator[Json]:
    """Where the cited spans lie in the passages that are listed."""
    for cited in one.report.citations:
        for key, passage in passages.items():
            if passage.source == cited.source and passage.start <= cited.start and cited.end <= passage.end:
                yield {"chunk": key, "start": cited.start - passage.start, "end": cited.end - passage.start}
                break
