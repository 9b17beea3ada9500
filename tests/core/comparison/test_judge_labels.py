"""What people's labels say of a judge: its agreement, the corrected rate, and what follows.

Modules: ``potluck.comparison.judge_labels``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from potluck.comparison.judge_labels import agreed_words, judges_agreement, kappa_words, label_result
from potluck.comparison.label_sheet import sheet_order
from potluck.results.judging import JudgedAnswers, JudgedPair
from potluck.statistics.agreement import agreement
from potluck.statistics.clusters import Clusters
from potluck.statistics.intervals import Interval, mean_interval
from potluck.statistics.prediction_powered import corrected_mean

WORTH = {"a": 0.0, "b": 1.0}
ORDER = sorted((f"p{n}" for n in range(400)), key=sheet_order)
"""Ids of pairs as a sheet has them."""


def judged(verdicts, labels) -> JudgedPair:
    """Verdicts, and labels of the first of them; a dot is none."""
    said = [
        JudgedAnswers(ORDER[n], f"q{n}", "tie", "tie", verdict, labels[n] if n < len(labels) else None)
        for n, verdict in enumerate(verdicts)
    ]
    wins = mean_interval([WORTH.get(one, 0.5) for one in verdicts if one != "unparsed"] or [0.5], True)
    return JudgedPair("短提示", "長提示", len(said), 0, 0, 0, 0, 0, wins, None, None, None, tuple(said))


def found_of(verdicts, labels, clusters=None, judge="the judge"):
    pair = judged(verdicts, labels)
    return label_result(pair, clusters or Clusters(np.arange(len(verdicts))), judge)


def biased(labelled=100, rate=0.5, wrong=0.3):
    """400 verdicts, of which three in ten of the losses of b are called wins; the first are labelled."""
    generator = np.random.default_rng(4)
    true = generator.random(400) < rate
    said = true | (generator.random(400) < wrong)
    words = np.array(["a", "b"])
    return [*words[said.astype(int)]], [*words[true[:labelled].astype(int)]]


def test_the_rate_of_a_biased_judge_is_corrected_and_what_follows_is_told():
    verdicts, labels = biased()
    found = found_of(verdicts, labels)
    values = [np.array([WORTH[one] for one in said]) for said in (verdicts, labels)]
    expected = corrected_mean(values[0], np.concatenate([values[1], np.full(300, np.nan)]))

    assert (found.n, found.is_random, found.preferred) == (100, True, None)
    assert (found.win_rate, found.labels_alone, found.weight) == (
        *(expected.interval, expected.labels_alone, expected.weight),
    )
    assert judged(verdicts, labels).win_rate.low > 0.5
    assert found.win_rate.low < 0.5 < found.win_rate.high
    assert found.agreement == agreement(verdicts[:100], labels)
    assert found.sentences == (
        "neither 短提示 nor 長提示 is shown to be preferred by people: 長提示 wins "
        f"{found.win_rate} of 400 pairs of answers, as the labels correct the judge",
    )


@pytest.mark.parametrize(
    ("rate", "preferred", "words"),
    [
        (0.9, "b", "people prefer 長提示 to 短提示: it wins "),
        (0.1, "a", "people prefer 短提示 to 長提示, which wins "),
    ],
)
def test_the_variant_that_people_prefer_is_named(rate, preferred, words):
    found = found_of(*biased(rate=rate), judge="法官")

    assert found.preferred == preferred
    assert found.sentences[0] == f"{words}{found.win_rate} of 400 pairs of answers, as the labels correct 法官"


def test_a_change_of_mind_is_a_tie_and_a_reply_without_a_verdict_agrees_with_nobody():
    verdicts = ["inconsistent"] * 5 + ["tie"] * 3 + ["unparsed"] * 4 + ["a", "b"] * 4
    labels = ["tie"] * 12 + ["a"] * 8
    found = found_of(verdicts, labels)

    assert found.agreement == agreement(["tie"] * 8 + ["a", "b"] * 4, ["tie"] * 8 + ["a"] * 8)
    assert (found.agreement.share.n, found.n) == (16, 20)
    assert found.labels_alone.mean == 0.3
    assert found.win_rate.mean == pytest.approx(0.3)


def test_too_few_labels_say_how_far_the_judge_agrees_and_nothing_of_what_people_prefer():
    verdicts, labels = biased(9)
    found = found_of(verdicts, labels)

    assert (found.n, found.win_rate, found.labels_alone, found.weight, found.preferred) == (9, None, None, None, None)
    assert found.agreement.share.n == 9
    assert found.sentences == (
        "9 labels of 短提示 and 長提示: too few to say what people prefer; at least 10 are needed, and 100 tell much",
    )
    assert found_of(*biased(1)).sentences[0].startswith("1 label of ")
    assert found_of(*biased(10)).win_rate is not None


def test_without_a_label_there_is_no_result():
    assert found_of(["a", "b"], []) is None


def test_labels_that_are_not_the_first_of_the_sheet_may_have_been_chosen():
    verdicts, labels = biased(20)
    labels[3] = None
    found = found_of(verdicts, labels)

    assert (found.n, found.is_random) == (19, False)
    assert found.sentences[1:] == (
        "the labelled pairs of 短提示 and 長提示 are not the first of the sheet: if they were chosen, they are no "
        "random sample, and the corrected rate may be wrong; label those that were passed over",
    )
    assert found_of(verdicts[:20], [label or "tie" for label in labels]).is_random


def test_labels_that_nobody_can_be_compared_with_have_no_agreement():
    found = found_of(["unparsed"] * 12, ["a"] * 12)

    assert found.agreement is None
    assert found.win_rate.mean == 0


def test_pairs_on_the_same_documents_count_together():
    verdicts, labels = biased()
    alone, together = found_of(verdicts, labels), found_of(verdicts, labels, Clusters(np.arange(400) % 20))

    assert (together.win_rate.clusters, together.agreement.share.clusters) == (20, 20)
    assert together.win_rate.mean == alone.win_rate.mean
    assert " of 400 pairs on 20 documents of answers," in together.sentences[0]


def test_two_judges_agree_on_the_pairs_on_which_both_have_a_verdict():
    one = judged(["a", "a", "b", "tie", "inconsistent", "unparsed", "b", "b"], [])
    other = judged(["a", "b", "b", "inconsistent", "tie", "a", "unparsed", "b"], [])
    found = judges_agreement("甲", one, "乙", other, Clusters(np.arange(8)))

    assert (found.judge, found.other_judge, found.a, found.b) == ("甲", "乙", "短提示", "長提示")
    assert found.agreement == agreement(["a", "a", "b", "tie", "tie", "b"], ["a", "b", "b", "tie", "tie", "b"])
    assert found.sentence == (
        f"甲 and 乙 agree on 5 of 6 pairs of answers of 短提示 and 長提示: {found.agreement.share}; kappa "
        f"{found.agreement.kappa}"
    )


def test_judges_without_a_common_verdict_are_told_so():
    silent = judged(["unparsed"] * 3, [])
    found = judges_agreement("甲", silent, "乙", judged(["a"] * 3, []), Clusters(np.arange(3)))

    assert (found.agreement, found.sentence) == (
        *(None, "甲 and 乙 have no verdict on the same answers of 短提示 and 長提示"),
    )


def test_kappa_of_one_verdict_only_cannot_be_told():
    found = agreement(["a"] * 12, ["a"] * 12)

    assert agreed_words(found, "pair") == "12 of 12 pairs"
    assert kappa_words(found) == "cannot be told, as there is one verdict only"
    assert kappa_words(replace(found, kappa=Interval(0.5, 0.25, 0.75, 12))) == "0.500 [0.250, 0.750]"
