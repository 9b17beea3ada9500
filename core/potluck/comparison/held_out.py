"""Choosing on one part of the questions and reporting on the other: ``potluck compare --choose``.

What is reported is then of questions that had no part in the choice. So it needs no correction, however many variants
there were.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from potluck.amounts import many
from potluck.comparison.differences import Deciding, Tables, common_values, measure_interval
from potluck.comparison.trainings import Trainings, with_trainings
from potluck.comparison.wording import difference_words
from potluck.contracts import Measure
from potluck.errors import PotluckError
from potluck.questions.clusters import clusters_of
from potluck.questions.question_file import Question
from potluck.results.conclusions import ChosenFigure, DifferenceFound, RankedVariant, difference_found
from potluck.statistics.clusters import FEWEST_CLUSTERS, Clusters
from potluck.statistics.families import PairedValues, compare_family
from potluck.statistics.power import FEWEST
from potluck.statistics.scope import asked_words, needed_words
from potluck.statistics.selection import draw_half

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]
else:
    Mask = "numpy.ndarray"

_WAY_OUT = "Leave out --choose"


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The questions that have no part in the choice: a mask of shape ``(questions,)``, and their ids."""

    places: Mask
    ids: tuple[str, ...]

    def choosing_part(self, tables: Tables) -> Tables:
        """The values of the questions that the choice is made on."""
        return _only(tables, ~self.places)

    def reporting_part(self, tables: Tables) -> Tables:
        """The values of the questions that are held out."""
        return _only(tables, self.places)


def hold_out(questions: Sequence[Question], fixed: bool, seed: int) -> HeldOut:
    """Half of the questions at random, whole clusters at a time; ``fixed`` is as for ``clusters_of``.

    Raises ``PotluckError`` where either half could not tell anything.
    """
    clusters = clusters_of(questions, fixed)
    count, kind = clusters.count, clusters.kind
    if count < len(questions) and not fixed and count < 2 * FEWEST_CLUSTERS:
        raise PotluckError(
            f"--choose needs at least {2 * FEWEST_CLUSTERS} {kind}s, {FEWEST_CLUSTERS} to choose on and as many to "
            f"report on, and the questions have {count}. {_WAY_OUT}, or say in the recipe 'compare: {{population: "
            "these-documents}': then questions are drawn one by one"
        )
    if len(questions) < 2 * FEWEST:
        there = f"there {'is' if len(questions) == 1 else 'are'} {len(questions)}"
        raise PotluckError(
            f"--choose needs at least {2 * FEWEST} questions, {FEWEST} to choose on and as many to report on, and "
            f"{there}. {_WAY_OUT}, or ask more questions"
        )
    places = draw_half(clusters, seed)
    return HeldOut(places, tuple(one.id for one, is_out in zip(questions, places, strict=True) if is_out))


def _only(tables: Tables, places: Mask) -> Tables:
    """The values at these places, NaN at the others; without the measures that have none there."""
    import numpy as np

    found = {
        name: {measure: np.where(places[:, None], values, np.nan) for measure, values in table.items()}
        for name, table in tables.items()
    }
    return {
        name: {measure: values for measure, values in table.items() if not np.isnan(values).all()}
        for name, table in found.items()
    }


def figure_on_held_out(
    tables: Tables,
    ranking: Sequence[RankedVariant],
    deciding: Deciding,
    measure: Measure,
    clusters: Clusters,
    held_out: HeldOut,
    trainings: Trainings | None = None,
) -> ChosenFigure | None:
    """Of the variant to take by ``ranking``, which is that of the other half; None where there is no such variant.

    ``trainings`` are those of the variants that train.

    Raises ``PotluckError`` where too few of the questions held out have the measure.
    """
    import numpy as np

    taken = next((one for one in ranking if one.standing == "taken"), None)
    if taken is None or len(ranking) < 2:
        return None
    reported = held_out.reporting_part(tables)
    values = reported[taken.variant].get(measure.name)
    known = 0 if values is None else int((~np.isnan(values).all(axis=1)).sum())
    if values is None or known < FEWEST:
        raise PotluckError(
            f"of the {many(len(held_out.ids), 'question')} held out only {known} {'has' if known == 1 else 'have'} "
            f"{measure.name}, and at least {FEWEST} are needed. {_WAY_OUT}, or ask more questions"
        )
    own, theirs = ((trainings or {}).get(name) for name in (taken.variant, deciding.baseline))
    found = measure_interval(values, measure, clusters, own)
    pair = common_values(reported.get(deciding.baseline, {}).get(measure.name), values, clusters)
    is_pair = pair is not None and taken.variant != deciding.baseline and measure.paired
    against = _against(with_trainings(pair, theirs, own), deciding, measure) if is_pair and pair is not None else None
    return ChosenFigure(taken.variant, len(ranking), "held-out", taken.metric, found, against, held_out.ids)


def _against(pair: PairedValues, deciding: Deciding, measure: Measure) -> DifferenceFound:
    (found,) = compare_family([pair], margin=deciding.at_least)
    return difference_found(found, measure.higher_is_better)


def is_shown_worse(found: ChosenFigure) -> bool:
    """Whether the questions held out show what was chosen to be worse than the baseline, which is kept then."""
    return found.against_baseline is not None and found.against_baseline.verdict == "worse"


def held_out_sentences(found: ChosenFigure, baseline: str, measure: Measure, is_lost: bool) -> Iterator[str]:
    """What to take by the questions held out, then both figures; ``is_lost`` says that the baseline failed."""
    unit = f" {measure.unit}" if measure.unit else ""
    yield f"{_advice(found, baseline, measure, is_lost)}."
    yield (
        f"{found.variant} has {measure.name} {found.as_chosen.mean:.3f}{unit} as chosen from {found.variants}, and "
        f"{found.without_luck}{unit} on the questions held out."
    )
    yield f"Ranking, pairs and effects are of the {asked_words(found.as_chosen)} that it was chosen on."


def _advice(found: ChosenFigure, baseline: str, measure: Measure, is_lost: bool) -> str:
    one, against = found.variant, found.against_baseline
    chosen_on, held_out = (asked_words(part) for part in (found.as_chosen, found.without_luck))
    if one == baseline:
        return f"Keep {one}: it was chosen on {chosen_on}; {held_out} were held out"
    if against is None:
        why = f"nothing can be compared with {baseline}, which failed" if is_lost else "nothing can be compared"
        return f"Take {one}, which was chosen on {chosen_on}; {why}"
    words = f"{measure.name} {difference_words(against, measure.unit)} against {baseline} on {held_out} held out"
    if is_shown_worse(found):
        return f"Keep {baseline}: {one} was chosen on {chosen_on}, but has {words}"
    if against.verdict == "better":
        return f"Take {one}: chosen on {chosen_on}, it has {words}"
    if against.verdict == "as good as":
        return f"Take {one}, which is as good as {baseline}: chosen on {chosen_on}, it has {words}"
    more = ""
    if against.needed_n is not None and against.needed_n > against.n:
        more = f"; about {needed_words(against)} would show it"
    return f"Take {one} if it has to be now: chosen on {chosen_on}, it has {words}, which may be chance{more}"
