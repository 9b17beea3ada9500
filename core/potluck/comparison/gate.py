"""A gate for continuous integration: ask only as many questions or examples as a condition needs to be decided.

The questions are asked in a random order, a few at a time, of the baseline and of every variant that is not decided
yet. The test is valid however often one looks (see ``potluck.statistics.sequential``).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from potluck.comparison.compare import Plan, base_of, check_measure
from potluck.comparison.engine import Engine, reason
from potluck.comparison.measured import values_of
from potluck.comparison.notes import notes
from potluck.comparison.variant_run import ModelRun, VariantRun
from potluck.contracts import ModelSources
from potluck.documents import Json
from potluck.errors import PotluckError, WorkspaceBusy
from potluck.evaluation.resources import SharedResources
from potluck.json_values import as_json
from potluck.metrics.scorer import Scorer
from potluck.questions.clusters import clusters_of
from potluck.questions.origin import origin_sentences
from potluck.questions.question_file import Question
from potluck.recipe.model import RecipeModel
from potluck.recipe.swaps import Variant
from potluck.recipe.variants import AS_IT_IS, variants
from potluck.results.runs import DecisionResult, GateResult
from potluck.statistics.clusters import ClusterKind
from potluck.statistics.sequential import GateCondition, SequentialGate, State, parse_gate
from potluck.workspace import Workspace

if TYPE_CHECKING:
    from potluck.observation.observers import Observers

_AT_ONCE = 10
"""Questions that are asked between two looks."""


@dataclass(frozen=True, slots=True)
class GateReport:
    """The decision of a gate. ``verdict`` is ``passed`` if every variant passed, ``failed`` if one failed."""

    condition: str
    decisions: tuple[DecisionResult, ...]
    questions: int
    notes: tuple[str, ...] = ()
    """What people should know of the questions and of the answers, variant by variant."""

    @property
    def verdict(self) -> State:
        """``passed``, ``failed`` or ``undecided``."""
        found = {decision.verdict for decision in self.decisions}
        return "failed" if "failed" in found else "undecided" if "undecided" in found else "passed"

    def as_json(self) -> dict[str, Json]:
        """As ``potluck compare --gate --json`` prints it."""
        return as_json(GateResult(self.condition, self.verdict, self.questions, self.decisions, self.notes))


@dataclass(slots=True)
class _Candidate:
    run: VariantRun
    test: SequentialGate
    verdict: State = "undecided"
    asked: int = 0


def gate(
    condition: str,
    recipe: RecipeModel,
    plan: Plan,
    workspace: Workspace,
    models: ModelSources,
    observers: Observers,
) -> GateReport:
    """Ask until every variant passes or fails, or all questions are asked.

    A variant that fails does not pass. Raises what the baseline of a condition raises, and ``PotluckError`` for a plan
    with options that a gate does not have.
    """
    _check_plan(plan)
    with closing(SharedResources(workspace, models, observers)) as resources, resources.borrow(recipe) as components:
        scorer = Scorer(components.metrics, recipe.metrics)
        wanted = parse_gate(condition, scorer.measures)
        check_measure(wanted.metric, scorer)
        runs = _runs(recipe, plan, wanted)
        engine = Engine([run.variant.recipe for run in runs], scorer, resources, plan.questions, plan.limit)
        clusters = _clusters(engine.questions, recipe.decision.is_about_these)
        candidates = [
            _Candidate(run, clusters.open_test(wanted)) for run in (runs[1:] if wanted.against_baseline else runs)
        ]
        _decide(runs, candidates, wanted, engine, clusters.batches(recipe.seed))
        for run in (one for one in runs if one.error is None):
            run.notes += engine.workload.findings(run.variant.recipe, run.first)
    if not any(one.test.n or one.run.error for one in candidates):
        raise PotluckError(f"no question has the measure {wanted.metric!r}; 'potluck evaluate' lists those there are")
    decisions = (
        DecisionResult(one.run.variant.name, one.verdict, one.asked, one.run.error or one.test.sentence())
        for one in candidates
    )
    remarks = (*engine.file.notes, *origin_sentences(engine.questions), *notes(runs))
    return GateReport(condition, tuple(decisions), len(engine.questions), remarks)


def _check_plan(plan: Plan) -> None:
    given = {
        "--repeats": plan.repeats > 1,
        "--seeds": plan.seeds is not None,
        "--perplexity": plan.perplexity,
        "--judge": bool(plan.judges),
        "--labels": plan.labels is not None,
        "--metric": plan.metric is not None,
        "--choose": plan.choose,
    }
    unused = [option for option, is_given in given.items() if is_given]
    if unused:
        raise PotluckError(f"--gate decides by its condition: leave out {', '.join(unused)}")


@dataclass(frozen=True, slots=True)
class _Clusters:
    """The places of the questions of each cluster, and what a cluster is; None if each is a question by itself."""

    places: Sequence[Sequence[int]]
    kind: ClusterKind | None

    def open_test(self, wanted: GateCondition) -> SequentialGate:
        return SequentialGate(wanted, max(map(len, self.places), default=1), self.kind)

    def batches(self, seed: int) -> Iterator[list[list[int]]]:
        """Whole clusters in random order, some at a time."""
        clusters = [list(places) for places in self.places]
        random.Random(seed).shuffle(clusters)  # noqa: S311  (no secret)
        batch = list[list[int]]()
        for cluster in clusters:
            batch.append(cluster)
            if sum(map(len, batch)) >= _AT_ONCE:
                yield batch
                batch = []
        if batch:
            yield batch


def _clusters(questions: Sequence[Question], fixed: bool) -> _Clusters:
    """Those of the questions, as far as something can be concluded about others."""
    found = clusters_of(questions, fixed)
    if found.population != "clusters":
        return _Clusters([[place] for place in range(len(questions))], None)
    places = [list[int]() for _ in range(found.count)]
    for place, cluster in enumerate(found.places):
        places[cluster].append(place)
    return _Clusters(places, found.kind)


def _runs(recipe: RecipeModel, plan: Plan, wanted: GateCondition) -> list[VariantRun]:
    """The variants, the baseline first."""
    chosen = _variants(recipe, plan, wanted)
    baseline = base_of(chosen, plan.baseline)
    return [VariantRun(one, [ModelRun([[]])]) for one in (baseline, *(one for one in chosen if one is not baseline))]


def _decide(
    runs: Sequence[VariantRun],
    candidates: Sequence[_Candidate],
    wanted: GateCondition,
    engine: Engine,
    batches: Iterable[Sequence[Sequence[int]]],
) -> None:
    """Ask some questions at a time, until every candidate passes or fails, or all are asked."""
    for run in runs:
        with nullcontext() if wanted.against_baseline and run is runs[0] else _note_failure(run):
            run.notes += engine.workload.prepare(run.variant.recipe, engine.questions).notes
    for one in candidates:
        one.verdict = "undecided" if one.run.error is None else "failed"
    engine.workload.check([run.variant.recipe for run in runs], engine.questions)
    for batch in batches:
        if all(one.verdict != "undecided" for one in candidates):
            return
        _ask(batch, candidates, runs[0], wanted, engine)


@contextmanager
def _note_failure(run: VariantRun) -> Iterator[None]:
    """Record why a variant fails: the others are decided all the same."""
    try:
        yield
    except WorkspaceBusy:
        raise
    except Exception as error:  # whatever a plugin raises
        run.error = reason(error)


def _variants(recipe: RecipeModel, plan: Plan, wanted: GateCondition) -> list[Variant]:
    """The variants; a condition without a baseline may be about the recipe as it is."""
    if not wanted.against_baseline and not plan.swaps and not recipe.compare:
        return [Variant(AS_IT_IS, {}, recipe)]
    return variants(recipe, plan.swaps, plan.design)


def _ask(
    clusters: Sequence[Sequence[int]],
    candidates: Sequence[_Candidate],
    baseline: VariantRun,
    wanted: GateCondition,
    engine: Engine,
) -> None:
    """Ask the questions of some clusters of all that are not decided, and look."""
    batch, of = [*chain.from_iterable(clusters)], {place: n for n, one in enumerate(clusters) for place in one}
    theirs = _values(engine, baseline, batch, wanted.metric) if wanted.against_baseline else {}
    for one in candidates:
        if one.verdict != "undecided":
            continue
        ours: dict[int, float] = {}
        with _note_failure(one.run):
            ours = _values(engine, one.run, batch, wanted.metric)
        if one.run.error is not None:
            one.verdict = "failed"
            continue
        one.asked += len(batch)
        both = [place for place in ours if place in theirs or not wanted.against_baseline]
        base = [theirs[place] for place in both] if wanted.against_baseline else None
        one.verdict = one.test.update([ours[place] for place in both], base, [of[place] for place in both])


def _values(engine: Engine, run: VariantRun, batch: Sequence[int], metric: str) -> dict[int, float]:
    """The measure of the questions at those places that have it. The answers are put into ``run``."""
    answered = engine.answer(run.variant.recipe, only=batch)
    run.models[0].rounds[0] += answered
    run.prices = engine.prices(run.variant.recipe)
    found = {
        place: values_of(one, run, run.models[0], engine.scorer) for place, one in zip(batch, answered, strict=True)
    }
    return {place: values[metric] for place, values in found.items() if metric in values}
