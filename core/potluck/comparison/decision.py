"""The decision, in sentences: the variant to take, what is uncertain about it, and the effect of the axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from potluck.amounts import many
from potluck.comparison.chosen import chosen_sentence
from potluck.comparison.held_out import held_out_sentences, is_shown_worse
from potluck.comparison.ranking import is_cheaper
from potluck.comparison.wording import difference_words, listing
from potluck.contracts import Measure
from potluck.results.comparison import VariantResult
from potluck.results.conclusions import AxisEffect, AxisInteraction, ChosenFigure, Conclusion, RankedVariant
from potluck.statistics.power import FEWEST
from potluck.statistics.scope import NOTHING_TRAINED, TrainedModels, asked_words, needed_words, population_sentence

_LISTED = 3
"""Of more variants that failed only their number is told: each is named with its reason below."""


def conclude_comparison(
    variants: Sequence[VariantResult],
    ranking: Sequence[RankedVariant],
    effects: Sequence[AxisEffect],
    baseline: str,
    measure: Measure,
    why: str = "",
    chosen: ChosenFigure | None = None,
    interactions: Sequence[AxisInteraction] = (),
    trained: TrainedModels = NOTHING_TRAINED,
) -> Conclusion:
    """What follows for one who has to choose. ``why`` says why that measure leads where nobody named it."""
    taken = next((one for one in ranking if one.standing == "taken"), None)
    if taken is None or len(ranking) < 2:
        return Conclusion(
            None, taken.variant if taken else None, measure.name, (_nothing_to_compare(ranking, variants),)
        )
    best = ranking[0]
    is_lost = any(one.name == baseline and one.error is not None for one in variants)
    is_held_out = chosen is not None and chosen.method == "held-out"
    sentences = [] if is_held_out else [*_tie(ranking, measure)]
    is_tie = bool(sentences)
    if chosen is not None and is_held_out:
        sentences += held_out_sentences(chosen, baseline, measure, is_lost)
    elif taken is not best or not is_tie:
        sentences.append(_advice(taken, best, baseline, measure, is_lost))
    if taken is not best:
        sentences.append(_why_not_the_best(taken, best, measure))
    if chosen is not None and not is_held_out and not is_tie:
        sentences.append(chosen_sentence(chosen, measure))
    sentences += _rivals(ranking, taken, best, baseline)
    sentences += [f"{one.sentence}." for one in interactions if one.matters]
    sentences += _axes(effects, measure)
    sentences += _limits(variants, ranking, measure)
    sentences += filter(None, [trained.sentence()])
    if why and measure.about != "effort":
        sentences.append(f"Variants are ranked by {measure.name} because {why}; --metric takes another.")
    take = baseline if chosen is not None and is_shown_worse(chosen) else taken.variant
    return Conclusion(take, best.variant, measure.name, tuple(sentences))


def _nothing_to_compare(ranking: Sequence[RankedVariant], variants: Sequence[VariantResult]) -> str:
    failed = listing([one.name for one in variants if one.error is not None])
    if not ranking:
        return f"There is nothing to choose from: {failed} failed."
    return f"There is nothing to choose from: only {ranking[0].variant} has been measured" + (
        f", as {failed} failed." if failed else "."
    )


def _tie(ranking: Sequence[RankedVariant], measure: Measure) -> Iterator[str]:
    """That all have the same mean, if they have."""
    means = {one.metric.mean for one in ranking}
    if len(means) == 1:
        figure = f"{means.pop():.3f}{f' {measure.unit}' if measure.unit else ''}"
        names = [one.variant for one in ranking]
        whom, both = (f"{names[0]} from {names[1]}", "both") if len(names) == 2 else ("the variants apart", "all")
        yield f"Nothing tells {whom} by {measure.name}: {both} have {figure}."


def _advice(taken: RankedVariant, best: RankedVariant, baseline: str, measure: Measure, is_lost: bool) -> str:
    """The first sentence; ``is_lost`` says that the baseline failed."""
    found, mean = taken.against_baseline, f"{taken.metric.mean:.3f}"
    unit = f" {measure.unit}" if measure.unit else ""
    if taken.variant == baseline:
        if taken is best:
            return f"Keep {baseline}: its {measure.name} is the best, {mean}{unit}."
        if taken.against_best is not None and taken.against_best.verdict == "as good as":
            return f"Keep {baseline}: it is as good as {best.variant}, which has the best {measure.name}."
        return f"Keep {baseline}: no other is shown to have a better {measure.name}."
    if found is None:
        lost = f"nothing can be compared with {baseline}, which failed"
        unsure = lost if is_lost else "the questions do not say how sure that is"
        return f"Take {taken.variant}: its {measure.name} is the best, {mean}{unit}; {unsure}."
    words = f"{measure.name} {difference_words(found, measure.unit)} against {baseline}"
    if found.verdict == "better":
        return f"Take {taken.variant}: {words}."
    if found.verdict == "as good as":
        return f"Take {taken.variant}: it is as good as {baseline}, and cheaper, {words}."
    if taken is not best:
        return f"Take {taken.variant}: {words}, and it is cheaper than what may be better."
    return f"Take {taken.variant} if it has to be now: {words}, which may be chance{_needed_words(taken)}."


def _needed_words(taken: RankedVariant) -> str:
    found = taken.against_baseline
    if found is None or found.needed_n is None or found.needed_n <= found.n:
        return ""
    # Where only differences of some size matter, questions are counted that show one of that size.
    what = "it" if found.p_equivalent is None else "a difference that matters"
    return f" with {asked_words(found)}; about {needed_words(found)} would show {what}"


def _why_not_the_best(taken: RankedVariant, best: RankedVariant, measure: Measure) -> str:
    found = taken.against_best
    words = f" ({difference_words(found, measure.unit)})" if found is not None else ""
    if found is not None and found.verdict == "as good as" and not is_cheaper(taken.price, best.price):
        return f"The two differ by less than matters{words}, and {best.variant} is not cheaper."
    return (
        f"{best.variant} has the best {measure.name}, but {taken.variant} is not shown to be worse{words} and is "
        f"cheaper: {_price(taken)} against {_price(best)}."
    )


def _price(one: RankedVariant) -> str:
    if one.cost_per_1000:
        return f"{one.cost_per_1000:.4g} USD for 1,000 questions"
    return f"{1000 * (one.seconds or 0):.0f} ms an answer"


def _rivals(
    ranking: Sequence[RankedVariant], taken: RankedVariant, best: RankedVariant, baseline: str
) -> Iterator[str]:
    """The other variants that are, or may be, as good."""
    equal = [one for one in ranking if one.standing == "as good as" and one.variant != baseline]
    if equal:
        whom = baseline if equal[0].against_best is None else best.variant
        yield f"As good as {whom}: {listing([one.variant for one in equal])}."
    said = (taken.variant, best.variant, baseline)
    same = [
        one.variant
        for one in ranking
        if one.standing == "not shown to be worse" and one.against_best is not None and one.variant not in said
    ]
    worse = [one for one in ranking if one.standing == "worse"]
    if same and not worse and len(same) > 2:
        yield "No variant is shown to be worse than another."
    elif same:
        yield f"Not shown to be worse: {listing(same)}."


def _axes(effects: Sequence[AxisEffect], measure: Measure) -> Iterator[str]:
    """The axes that matter with the difference they make, then those without a demonstrable difference.

    Those that depend on others are told with their interactions.
    """
    alone = [one for one in effects if not one.depends_on]
    yield from (f"{one.sentence}." for one in alone if one.matters)
    idle = [one for one in alone if not one.matters]
    small = [one for one in idle if all(pair.found.verdict == "as good as" for pair in one.pairs)]
    if small:
        yield f"{_make(small)} no difference to {measure.name} that matters."
    unsure = [one for one in idle if one not in small]
    if unsure:
        fewest = min((pair.found for one in unsure for pair in one.pairs), key=lambda found: found.n)
        yield f"{_make(unsure)} no difference to {measure.name} that {asked_words(fewest)} can show."


def _make(axes: Sequence[AxisEffect]) -> str:
    return f"{listing([one.axis for one in axes])} {'makes' if len(axes) == 1 else 'make'}"


def _limits(variants: Sequence[VariantResult], ranking: Sequence[RankedVariant], measure: Measure) -> Iterator[str]:
    n = max(one.metric.n for one in ranking)
    if n < FEWEST and measure.paired:
        yield f"{many(n, 'question')} can show no difference, however large: at least {FEWEST} are needed."
    if population := population_sentence(max((one.metric for one in ranking), key=lambda metric: metric.n)):
        yield population
    failed = [one.name for one in variants if one.error is not None]
    if len(failed) > _LISTED:
        yield f"{len(failed)} of {len(variants)} variants failed, so nothing is known of them."
    elif failed:
        yield f"{listing(failed)} failed, so nothing is known of {'it' if len(failed) == 1 else 'them'}."
