"""Chat models as judges: what each prefers, how far they agree, and what people's labels say of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from potluck.amounts import many
from potluck.answering.asking import ask_model
from potluck.comparison.engine import Engine, reason
from potluck.comparison.judge import JudgeReport, Pair, judge
from potluck.comparison.judge_labels import judges_agreement, label_result
from potluck.comparison.label_sheet import Labels, label_of, pair_id
from potluck.comparison.variant_run import VariantRun
from potluck.contracts import ChatOptions
from potluck.documents import Message
from potluck.errors import PotluckError
from potluck.fingerprints import fingerprint
from potluck.observation.stage import stage
from potluck.questions.clusters import clusters_of
from potluck.recipe.axis_labels import name_values
from potluck.recipe.model import RecipeModel
from potluck.recipe.recipe_loader import reread_recipe
from potluck.recipe.yaml_reader import parse_value
from potluck.results.judging import JudgedAnswers, JudgedPair, JudgeResult, JudgesAgreement
from potluck.statistics.clusters import Clusters


@dataclass(frozen=True, slots=True)
class Judge:
    """A chat model that judges: its name, and the recipe that has it as chat model."""

    name: str
    recipe: RecipeModel


@dataclass(frozen=True, slots=True)
class Judging:
    """What the judges said; ``pairs`` are the answers that they judged, which people may label."""

    results: tuple[JudgeResult, ...] = ()
    agreement: tuple[JudgesAgreement, ...] = ()
    pairs: tuple[Pair, ...] = ()
    labels: Labels = field(default_factory=Labels)
    notes: tuple[str, ...] = ()
    """Why a judge failed, and which labels do not count."""

    @property
    def first(self) -> JudgeResult | None:
        """What the first judge said; None where nobody judged."""
        return self.results[0] if self.results else None


NOT_JUDGED = Judging()


@dataclass(frozen=True, slots=True)
class _Case:
    """The answers of two variants that differ in words, with the clusters of their questions."""

    a: str
    b: str
    pairs: Sequence[Pair]
    clusters: Clusters


def judge_of(recipe: RecipeModel, written: str) -> RecipeModel:
    """The recipe with the judge as its chat model. Raises ``RecipeError``, also where private documents would leave."""
    label = f"--judge {written}"
    return reread_recipe(reread_recipe(recipe, {"compare": None}), {"chat": parse_value(written, label).plain()}, label)


def judges_of(recipe: RecipeModel, written: Sequence[str]) -> list[Judge]:
    """The judges, each with a name of its own. Raises what ``judge_of`` raises, and ``PotluckError`` for one twice."""
    recipes = [judge_of(recipe, one) for one in written]
    if len(recipes) < 2:
        return [Judge(one.chat.name, one) for one in recipes]
    names = name_values("chat", [parse_value(one, f"--judge {one}").plain() for one in written])
    if len(set(names)) < len(names):
        raise PotluckError(f"--judge names one judge twice: {', '.join(written)}")
    return [Judge(name, one) for name, one in zip(names, recipes, strict=True)]


def judge_answers(
    engine: Engine, judges: Sequence[Judge], runs: Sequence[VariantRun], baseline: str, labels: Labels, fixed: bool
) -> Judging:
    """Have each judge compare the baseline with each of the others, and see what the labels say of it.

    ``fixed``: what is concluded is to hold for the documents of these questions only. A judge that fails is noted.
    """
    cases = [*_cases(engine, runs, baseline, fixed)]
    results, notes = list[JudgeResult](), list[str]()
    for one in judges:
        called = "the judge" if len(judges) == 1 else one.name
        try:
            results.append(_judge_cases(engine, one, cases, labels, called))
        except Exception as error:  # whatever the judge raises, the comparison is kept
            notes.append(f"{called if len(judges) == 1 else f'the judge {called}'} failed: {reason(error)}")
    pairs = tuple(pair for case in cases for pair in case.pairs)
    return Judging(tuple(results), tuple(_agreement(results, cases)), pairs, labels, (*notes, *_unknown(labels, pairs)))


def _cases(engine: Engine, runs: Sequence[VariantRun], baseline: str, fixed: bool) -> Iterator[_Case]:
    base = next(run for run in runs if run.variant.name == baseline)
    clusters = clusters_of(engine.questions, fixed)
    for run in runs:
        if run is base or run.error is not None or base.error is not None:
            continue
        texts = zip(engine.questions, base.first, run.first, strict=True)
        pairs = [
            Pair(question.question, one.answer.text, other.answer.text, question.answers, question.id)
            for question, one, other in texts
        ]
        differ = np.array([pair.a != pair.b for pair in pairs])
        yield _Case(baseline, run.variant.name, [pair for pair in pairs if pair.a != pair.b], clusters.select(differ))


def _judge_cases(engine: Engine, one: Judge, cases: Sequence[_Case], labels: Labels, called: str) -> JudgeResult:
    found = list[JudgedPair]()
    with stage(engine.resources.observers, "judge", "variants", len(cases), one.recipe.chat) as running:
        for case in cases:
            report = _ask(engine, one.recipe, case.pairs)
            pair = report.summarise(case.a, case.b, case.clusters)
            pair = replace(pair, judged=tuple(_answers(report, case.pairs, labels)))
            found.append(replace(pair, labels=label_result(pair, case.clusters, called)))
            running.advance(message=case.b)
    return JudgeResult(one.name, tuple(found))


def _ask(engine: Engine, recipe: RecipeModel, pairs: Sequence[Pair]) -> JudgeReport:
    """Have the recipe's chat model judge pairs of answers; what it has said before is not asked again."""
    components = engine.resources.with_chat(recipe)
    return judge(_make_ask(engine, recipe), pairs, components.chat.concurrency)


def _make_ask(engine: Engine, recipe: RecipeModel) -> Callable[[str], str]:
    components = engine.resources.with_chat(recipe)
    config, answers = recipe.chat.config, engine.resources.workspace.answer_cache
    assert isinstance(config, ChatOptions), "checked when it first answers"

    def ask(prompt: str) -> str:
        key = fingerprint("judge", components.chat_fingerprint, prompt)
        kept = answers.answer(key, cached=config.cache)
        if kept is None:
            kept = {"text": ask_model(components.chat, [Message("user", prompt)], config).text}
            answers.keep_answer(key, kept, cached=config.cache)
        return str(kept["text"])

    return ask


def _answers(report: JudgeReport, pairs: Sequence[Pair], labels: Labels) -> Iterator[JudgedAnswers]:
    for said, pair in zip(report.judged, pairs, strict=True):
        yield JudgedAnswers(
            pair_id(pair), pair.question_id, said.a_first, said.b_first, said.verdict, label_of(pair, labels)
        )


def _agreement(results: Sequence[JudgeResult], cases: Sequence[_Case]) -> Iterator[JudgesAgreement]:
    """Of each two judges, on each pair of variants."""
    for one, other in combinations(results, 2):
        for case, pair, their in zip(cases, one.pairs, other.pairs, strict=True):
            yield judges_agreement(one.judge, pair, other.judge, their, case.clusters)


def _unknown(labels: Labels, pairs: Sequence[Pair]) -> Iterator[str]:
    """That some labels are of answers that nobody gave here."""
    known = {pair_id(pair) for pair in pairs}
    lost = [pair for pair in labels.labels if pair not in known]
    if lost:
        count = f"{len(lost):,} of {many(len(labels.labels), 'label')} {'is' if len(lost) == 1 else 'are'}"
        yield (
            f"{labels.path}: {count} of answers that were not judged here, the first at {labels.places[lost[0]]}, "
            f"'{lost[0]}': the answers have changed since, or their variants are not compared; these do not count"
        )
