"""Two runs side by side: settings and inputs that differ, and measures, compared question by question where both can.

Two means alone say nothing. A difference is only reported if both runs answered the same questions, with the same right
answers, and by the test that comparisons use.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from potluck.contracts import Measure
from potluck.documents import Json
from potluck.errors import MissingDependency
from potluck.evaluation.results import Answered
from potluck.fingerprints import fingerprint
from potluck.questions.clusters import clusters_of
from potluck.questions.question_file import Question
from potluck.results.kept_runs import MeasureDifferenceResult, RunDiffResult
from potluck.results.runs import DifferenceResult
from potluck.runs.kept import flat_settings, kept_run, measures_held, read_held, recipes_held, refuse_unwritten
from potluck.runs.pins import Difference, differences
from potluck.statistics.clusters import ClusterKind, Clusters
from potluck.statistics.families import CorrectedDifference, PairedValues, explore_family
from potluck.statistics.verdicts import verdict, verdict_sentence
from potluck.workspace.manifests import surroundings


def measured_facts(answered: Sequence[Answered], measures: Mapping[str, Measure]) -> dict[str, Json]:
    """The part of a manifest that lets a run be compared: each question with its right answers by hash, and for each
    measure whether more of it is better, and which questions hang together."""
    questions = [one.question for one in answered]
    clusters = clusters_of(questions)
    return {
        "asked": {question.id: _question_hash(question) for question in questions},
        "clusters": {question.id: int(place) for question, place in zip(questions, clusters.places, strict=True)},
        "cluster_kind": clusters.kind,
        "measures": {
            name: {"higher_is_better": one.higher_is_better, "unit": one.unit, "paired": one.paired}
            for name, one in measures.items()
        },
    }


def compare_runs(a: Path, b: Path) -> RunDiffResult:
    """The differences between two runs. Raises ``RunUnreadable``."""
    with refuse_unwritten(f"{a} or {b}"):
        one, other = _read(a), _read(b)
        common = [name for name in one.settings if name in other.settings]
        same = [question for question, found in one.asked.items() if other.asked.get(question) == found]
        measures, missing = _measures(one, other, common, same)
        return RunDiffResult(
            a=kept_run(a),
            b=kept_run(b),
            settings=tuple(_settings(one, other, common)),
            inputs=tuple(_inputs(one, other, common)),
            measures=tuple(measures),
            notes=(*_notes(one, other, common, len(same)), *missing),
        )


@dataclass(frozen=True, slots=True)
class _Run:
    """A run to be compared. Mappings are by variant; the variant of a run of one recipe has no name."""

    name: str
    settings: Mapping[str, Mapping[str, object]]
    pins: Mapping[str, Mapping[str, Any]]
    versions: Mapping[str, Any]
    means: Mapping[str, Mapping[str, float | None]]
    asked: Mapping[str, str]
    """The hash of each question with its right answers; empty for a run of an older potluck."""
    clusters: Mapping[str, int | str]
    """The cluster of each question that was asked; empty for a run of an older potluck."""
    cluster_kind: ClusterKind
    measures: Mapping[str, Mapping[str, Any]]
    scores: Mapping[str, Mapping[str, Mapping[str, float]]]
    """The measures of each question, by variant and the question's id; empty if there were several rounds."""
    rounds: int


def _read(folder: Path) -> _Run:
    held = read_held(folder)
    recipes = recipes_held(held)
    pins, rounds = held.get("pins") or {}, held.get("repeats", 1) * held.get("seeds", 1)
    return _Run(
        name=folder.name,
        settings={name: dict(flat_settings(recipe)) for name, recipe in recipes.items()},
        pins=pins if "variants" in held else {"": pins},
        versions={key: held.get(key) for key in surroundings()},
        means=measures_held(held),
        asked=held.get("asked") or {},
        clusters=held.get("clusters") or {},
        cluster_kind=held.get("cluster_kind") or "document",
        measures=held.get("measures") or {},
        scores={} if rounds > 1 else dict(_scores(folder)),
        rounds=rounds,
    )


def _scores(folder: Path) -> Iterator[tuple[str, dict[str, dict[str, float]]]]:
    answered, compared = folder / "answers.jsonl", folder / "comparison.json"
    if answered.is_file():
        rows = [json.loads(line) for line in answered.read_text(encoding="utf-8").split("\n") if line]
        yield "", {str(row["question_id"]): _figures(row["scores"]) for row in rows}
    elif compared.is_file():
        held = json.loads(compared.read_text(encoding="utf-8"))
        for variant in held["variants"]:
            name = variant["name"]
            answers = {str(one["id"]): one["answers"][name] for one in held["questions"] if name in one["answers"]}
            yield name, {question: _figures(answer["scores"]) for question, answer in answers.items()}


def _figures(scores: Mapping[str, object]) -> dict[str, float]:
    return {
        name: float(value)
        for name, value in scores.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _settings(one: _Run, other: _Run, common: Sequence[str]) -> Iterator[DifferenceResult]:
    for variant in common:
        then, now = one.settings[variant], other.settings[variant]
        for key in dict.fromkeys([*then, *now]):
            if then.get(key) != now.get(key):
                yield DifferenceResult("setting", _within(variant, key), then.get(key), now.get(key))


def _inputs(one: _Run, other: _Run, common: Sequence[str]) -> Iterator[DifferenceResult]:
    """Of versions and pins; the settings are told by the recipes."""
    yield from map(_result, differences({"version": one.versions}, {"version": other.versions}))
    told: list[Difference] = []
    for variant in common:
        then, now = one.pins.get(variant, {}), other.pins.get(variant, {})
        for found in differences(then, {what: things for what, things in now.items() if what != "setting"}):
            if found not in told:
                told.append(found)
                yield _result(found)


def _result(found: Difference) -> DifferenceResult:
    return DifferenceResult(found.what, found.name, found.then, found.now)


def _measures(
    one: _Run, other: _Run, common: Sequence[str], same: Sequence[str]
) -> tuple[list[MeasureDifferenceResult], tuple[str, ...]]:
    """The measures, and the reason if none is compared question by question because a library is missing."""
    try:
        return [*_compared_measures(one, other, common, same)], ()
    except MissingDependency as missing:
        return [*_compared_measures(one, other, common, ())], (str(missing),)


def _compared_measures(
    one: _Run, other: _Run, common: Sequence[str], same: Sequence[str]
) -> Iterator[MeasureDifferenceResult]:
    """Measure by measure. All are looked through for a difference, so all of them are corrected together."""
    names = dict.fromkeys(name for run in (one, other) for variant in common for name in run.means.get(variant, {}))
    places = [(name, variant) for name in names for variant in common]
    known = {place: pair for place in places if (pair := _values(one, other, *place, same)) is not None}
    tested = dict(zip(known, explore_family([*known.values()]), strict=True))
    for name, variant in places:
        if any(run.means.get(variant, {}).get(name) is not None for run in (one, other)):
            yield _measure(one, other, name, variant, tested.get((name, variant)))


def _values(one: _Run, other: _Run, name: str, variant: str, same: Sequence[str]) -> PairedValues | None:
    """The values of the questions that have the measure in both, in one order; None if they cannot be paired."""
    import numpy as np

    if not other.measures.get(name, {}).get("paired"):
        return None
    then, now = one.scores.get(variant, {}), other.scores.get(variant, {})
    pairs = [(then[q][name], now[q][name]) for q in same if name in then.get(q, {}) and name in now.get(q, {})]
    if len(pairs) < 2:
        return None
    labels = [other.clusters.get(q, q) for q in same if name in then.get(q, {}) and name in now.get(q, {})]
    clusters = Clusters.from_labels(labels, other.cluster_kind)
    return PairedValues(np.array([a for a, _ in pairs]), np.array([b for _, b in pairs]), clusters)


def _measure(
    one: _Run, other: _Run, name: str, variant: str, tested: CorrectedDifference | None
) -> MeasureDifferenceResult:
    a, b = one.means.get(variant, {}).get(name), other.means.get(variant, {}).get(name)
    if tested is None:
        return MeasureDifferenceResult(name, variant, a, b, None, None, None, None, None, None, 0, "")
    found, declared = tested.difference, other.measures[name]
    better, unit = bool(declared["higher_is_better"]), str(declared["unit"])
    return MeasureDifferenceResult(
        measure=name,
        variant=variant,
        a=a,
        b=b,
        difference=found.difference,
        low=found.low,
        high=found.high,
        p=found.p,
        p_adjusted=tested.p_adjusted,
        verdict=verdict(found.difference, tested.p_adjusted, better),
        n=found.n,
        sentence=verdict_sentence(
            a=_within(variant, one.name),
            b=_within(variant, other.name),
            metric=name,
            found=tested,
            higher_is_better=better,
            unit=unit,
        ),
    )


def _notes(one: _Run, other: _Run, common: Sequence[str], same: int) -> Iterator[str]:
    """Why the two cannot be compared."""
    own = [name for name in {**one.settings, **other.settings} if name not in common]
    if own:
        yield f"only one of the two has: {', '.join(name or 'a single recipe' for name in own)}"
    for run in (one, other):
        if run.rounds > 1:
            yield f"{run.name} was answered in {run.rounds} rounds: only its means are shown"
        if not run.asked and any(run.scores.values()):
            yield f"{run.name} does not say which questions it was asked: it is of an older potluck; run it again"
    if not (one.asked and other.asked):
        return
    if same < max(len(one.asked), len(other.asked)):
        yield (
            f"{one.name} answered {len(one.asked):,} questions and {other.name} {len(other.asked):,}; {same:,} are the "
            "same, with the same right answers: differences are of these, the means of all"
        )


def _within(variant: str, name: str) -> str:
    return f"{name} of {variant}" if variant else name


def _question_hash(question: Question) -> str:
    """Of the question and all that is right for it; 16 digits."""
    right = (question.gold_ids, question.gold_sections, question.answers, question.gold_facts, question.evidence)
    return fingerprint(question.question, [list(one) for one in right], question.answerable)[:16]
