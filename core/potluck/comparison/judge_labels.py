"""What people's labels say of a judge: how far it agrees with them, and how often a variant wins with people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from potluck.amounts import many
from potluck.comparison.judge import WINS
from potluck.comparison.label_sheet import sheet_order
from potluck.results.judging import JudgedAnswers, JudgedPair, JudgesAgreement, LabelResult
from potluck.statistics.agreement import Agreement, agreement
from potluck.statistics.clusters import Clusters
from potluck.statistics.prediction_powered import FEWEST_LABELS, CorrectedMean, corrected_mean
from potluck.statistics.scope import asked_words

if TYPE_CHECKING:
    import numpy.typing as npt

_ENOUGH = 100
"""Labels with which a corrected rate is mostly known to within a tenth."""


def label_result(pair: JudgedPair, clusters: Clusters, judge: str) -> LabelResult | None:
    """What the labels among the judged answers of a pair say; None if there are none.

    ``clusters`` are those of the questions of ``pair.judged``; ``judge`` is what sentences call it.
    """
    labelled = [one for one in pair.judged if one.label is not None]
    if not labelled:
        return None
    agreed = _agreement(pair.judged, clusters)
    found = _correct(pair.judged, clusters) if len(labelled) >= FEWEST_LABELS else None
    is_random, preferred = _are_first(pair.judged), _find_preferred(found)
    if found is not None:
        sentences = [_outcome(pair, found, preferred, judge)]
    else:
        few = f"{many(len(labelled), 'label')} of {pair.a} and {pair.b}: too few to say what people prefer; at least"
        sentences = [f"{few} {FEWEST_LABELS} are needed, and {_ENOUGH} tell much"]
    if not is_random:
        sentences.append(
            f"the labelled pairs of {pair.a} and {pair.b} are not the first of the sheet: if they were chosen, they "
            "are no random sample, and the corrected rate may be wrong; label those that were passed over"
        )
    return LabelResult(
        n=len(labelled),
        agreement=agreed,
        labels_alone=None if found is None else found.labels_alone,
        win_rate=None if found is None else found.interval,
        weight=None if found is None else found.weight,
        preferred=preferred,
        is_random=is_random,
        sentences=tuple(sentences),
    )


def judges_agreement(
    judge: str, pair: JudgedPair, other_judge: str, other: JudgedPair, clusters: Clusters
) -> JudgesAgreement:
    """How far two judges agree on the same answers."""
    both = np.array(
        ["unparsed" not in (one.verdict, their.verdict) for one, their in zip(pair.judged, other.judged, strict=True)]
    )
    said = [[_kind(one.verdict) for one in judged.judged] for judged in (pair, other)]
    found = _agree(said[0], said[1], both, clusters)
    words = f"{judge} and {other_judge}"
    if found is None:
        sentence = f"{words} have no verdict on the same answers of {pair.a} and {pair.b}"
    else:
        pairs = f"{agreed_words(found, 'pair')} of answers of {pair.a} and {pair.b}"
        sentence = f"{words} agree on {pairs}: {found.share}; kappa {kappa_words(found)}"
    return JudgesAgreement(judge, other_judge, pair.a, pair.b, found, sentence)


def agreed_words(found: Agreement, unit: str) -> str:
    """``88 of 100 pairs``."""
    return f"{round(found.share.mean * found.share.n):,} of {asked_words(found.share, unit)}"


def kappa_words(found: Agreement) -> str:
    """Kappa with its interval, or why there is none."""
    return "cannot be told, as there is one verdict only" if found.kappa is None else str(found.kappa)


def _agreement(judged: Sequence[JudgedAnswers], clusters: Clusters) -> Agreement | None:
    """Of judge and people, on the labelled answers with a verdict."""
    both = np.array([one.label is not None and one.verdict != "unparsed" for one in judged])
    return _agree([_kind(one.verdict) for one in judged], [str(one.label) for one in judged], both, clusters)


def _agree(
    one: Sequence[str], other: Sequence[str], both: npt.NDArray[np.bool_], clusters: Clusters
) -> Agreement | None:
    if not both.any():
        return None
    said = [(ours, theirs) for ours, theirs, chosen in zip(one, other, both, strict=True) if chosen]
    return agreement([ours for ours, _ in said], [theirs for _, theirs in said], clusters.select(both))


def _kind(verdict: str) -> str:
    return "tie" if verdict == "inconsistent" else verdict


def _correct(judged: Sequence[JudgedAnswers], clusters: Clusters) -> CorrectedMean:
    verdicts = np.array([WINS.get(one.verdict, 0.5) for one in judged])
    labels = np.array([np.nan if one.label is None else WINS.get(one.label, 0.5) for one in judged])
    return corrected_mean(verdicts, labels, clusters)


def _find_preferred(found: CorrectedMean | None) -> Literal["a", "b"] | None:
    if found is None or found.interval.low is None or found.interval.high is None:
        return None
    return "b" if found.interval.low > 0.5 else "a" if found.interval.high < 0.5 else None


def _are_first(judged: Sequence[JudgedAnswers]) -> bool:
    """Whether the labelled are the first in the order of the sheet."""
    is_labelled = [one.label is not None for one in sorted(judged, key=lambda one: sheet_order(one.pair))]
    return all(is_labelled[: sum(is_labelled)])


def _outcome(pair: JudgedPair, found: CorrectedMean, preferred: Literal["a", "b"] | None, judge: str) -> str:
    """What people prefer."""
    rate = f"{found.interval} of {asked_words(found.interval, 'pair')} of answers, as the labels correct {judge}"
    if preferred is None:
        return f"neither {pair.a} nor {pair.b} is shown to be preferred by people: {pair.b} wins {rate}"
    if preferred == "b":
        return f"people prefer {pair.b} to {pair.a}: it wins {rate}"
    return f"people prefer {pair.a} to {pair.b}, which wins {rate}"
