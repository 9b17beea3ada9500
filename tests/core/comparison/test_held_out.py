"""Choosing on one half of the questions and reporting on the other.

Modules: ``potluck.comparison.held_out``.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from potluck.comparison.differences import Deciding, measure_interval
from potluck.comparison.held_out import HeldOut, figure_on_held_out, held_out_sentences, hold_out
from potluck.contracts import Measure
from potluck.errors import PotluckError
from potluck.questions.question_file import Question
from potluck.results.conclusions import ChosenFigure, RankedVariant
from potluck.statistics.clusters import Clusters
from potluck.statistics.intervals import Interval
from potluck.statistics.paired_tests import compare_paired

SHARE = Measure("f1", "words in common")


def questions(count: int, documents: int = 0) -> list[Question]:
    """Questions on documents, dealt to these in turn; without documents each stands for itself."""
    gold = [(f"規範-{number % documents}.txt",) if documents else () for number in range(count)]
    return [Question(id=f"題{number}", question="多少？", gold_ids=ids) for number, ids in enumerate(gold)]


def test_half_of_the_questions_are_held_out_as_the_seed_says() -> None:
    asked = questions(31)
    found, again, other = (hold_out(asked, False, seed) for seed in (1, 1, 2))

    assert found.places.sum() == len(found.ids) == 15
    assert found.ids == tuple(f"題{number}" for number in np.flatnonzero(found.places))
    assert found.ids == again.ids != other.ids


def test_the_questions_of_a_document_stay_together() -> None:
    asked = questions(90, 18)
    found = hold_out(asked, False, 0)
    documents = np.arange(90) % 18

    assert len(set(documents[found.places])) == 9
    assert set(documents[found.places]).isdisjoint(documents[~found.places])


def test_if_conclusions_are_about_these_documents_only_questions_are_drawn_one_by_one() -> None:
    found = hold_out(questions(40, 4), True, 0)

    assert found.places.sum() == 20
    assert set(np.arange(40)[found.places] % 4) == set(np.arange(40)[~found.places] % 4)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (questions(150, 15), r"needs at least 16 documents, 8 to choose on .* the questions have 15\..*these-doc"),
        (questions(11), r"--choose needs at least 12 questions, 6 to choose on .* there are 11\. Leave out --choose"),
        (questions(1), r"at least 12 questions, .* there is 1\."),
    ],
)  # fmt: skip
def test_too_few_questions_or_documents_are_refused(asked: list[Question], words: str) -> None:
    with pytest.raises(PotluckError, match=words):
        hold_out(asked, False, 0)


def test_as_few_as_can_tell_something_are_enough() -> None:
    assert hold_out(questions(12), False, 0).places.sum() == 6
    assert hold_out(questions(16, 16), False, 0).places.sum() == 8
    assert hold_out(questions(32, 16), False, 0).places.sum() == 16


N = 40
HALF = HeldOut(np.arange(N) % 2 == 1, tuple(f"題{number}" for number in range(1, N, 2)))
TABLES = {name: {"f1": np.random.default_rng(n).random((N, 1))} for n, name in enumerate("甲乙丙")}
CLUSTERS = Clusters(np.arange(N))


def test_each_half_has_its_own_values_and_no_measure_without_any() -> None:
    rare = np.full((N, 1), np.nan)
    rare[1] = 1.0
    tables = {"甲": {**TABLES["甲"], "rare": rare}}
    chosen_on, reported_on = HALF.choosing_part(tables), HALF.reporting_part(tables)

    assert np.isnan(chosen_on["甲"]["f1"]).ravel().tolist() == HALF.places.tolist()
    assert np.isnan(reported_on["甲"]["f1"]).ravel().tolist() == (~HALF.places).tolist()
    assert chosen_on["甲"]["f1"][0] == TABLES["甲"]["f1"][0]
    assert ("rare" in chosen_on["甲"], "rare" in reported_on["甲"]) == (False, True)


def ranked(taken: str) -> list[RankedVariant]:
    """All variants, as the half that is chosen on has them."""
    means = {name: measure_interval(table["f1"], SHARE) for name, table in HALF.choosing_part(TABLES).items()}
    return [
        RankedVariant(rank, name, {}, means[name], "taken" if name == taken else "not compared", None, None, None, None)
        for rank, name in enumerate(TABLES, 1)
    ]


def figure(taken: str, baseline: str = "甲", tables: dict[str, dict[str, np.ndarray]] = TABLES) -> ChosenFigure | None:
    return figure_on_held_out(tables, ranked(taken), Deciding(baseline, "f1"), SHARE, CLUSTERS, HALF)


def test_what_is_taken_is_measured_and_compared_on_the_questions_held_out_alone() -> None:
    found = figure("丙")
    assert found is not None
    assert found.against_baseline is not None
    before, after = (TABLES[name]["f1"][HALF.places, 0] for name in "甲丙")

    assert (found.variant, found.variants, found.method, found.held_out) == ("丙", 3, "held-out", HALF.ids)
    assert found.as_chosen.mean == pytest.approx(TABLES["丙"]["f1"][~HALF.places].mean())
    assert found.without_luck == measure_interval(after[:, None], SHARE)
    expected = compare_paired(before, after)
    assert found.against_baseline.difference == expected.difference
    assert found.against_baseline.p_adjusted == found.against_baseline.p == expected.p, "one comparison was planned"


def test_the_baseline_is_not_compared_with_itself_nor_with_one_that_failed() -> None:
    for found in (figure("甲"), figure("丙", "失敗")):
        assert found is not None
        assert found.against_baseline is None
    assert figure("無") is None, "nothing is taken where nothing can be"


def test_a_measure_that_too_few_of_the_questions_held_out_have_is_refused() -> None:
    some = {**TABLES, "丙": {"f1": np.where(np.arange(N)[:, None] < 12, TABLES["丙"]["f1"], np.nan)}}
    five = {**TABLES, "丙": {"f1": np.where(np.arange(N)[:, None] < 10, TABLES["丙"]["f1"], np.nan)}}
    one = {**TABLES, "丙": {"f1": np.where(np.arange(N)[:, None] < 2, TABLES["丙"]["f1"], np.nan)}}

    assert figure("丙", tables=some) is not None
    for tables, words in (
        (five, "only 5 have f1, and at least 6"),
        (one, "only 1 has f1"),
        ({**TABLES, "丙": {}}, "0 have"),
    ):
        with pytest.raises(PotluckError, match=rf"of the 20 questions held out .*{words}"):
            figure("丙", tables=tables)


def told(after: np.ndarray, baseline: str = "甲", is_lost: bool = False, at_least: float = 0.0) -> list[str]:
    """The sentences on 乙, of which the second half is as given and that of the baseline .5."""
    tables = {"甲": {"f1": np.full((N, 1), 0.5)}, "乙": {"f1": np.full((N, 1), 0.7)}}
    tables["乙"]["f1"][HALF.places, 0] = after
    if is_lost:
        del tables["甲"]
    ranking = [replace(one, metric=Interval(0.7, 0.6, 0.8, 20)) for one in ranked("乙") if one.variant != "丙"]
    found = figure_on_held_out(tables, ranking, Deciding(baseline, "f1", at_least), SHARE, CLUSTERS, HALF)
    assert found is not None
    return list(held_out_sentences(found, baseline, SHARE, is_lost))


def test_the_first_sentence_is_of_the_questions_held_out_and_the_second_has_both_figures() -> None:
    better, both, rest = told(np.full(20, 0.8))
    (chance, *_), (worse, *_) = told(np.array([0.0, 1.0] * 9 + [0.4, 1.0])), told(np.full(20, 0.2))

    start = r"f1 \+0\.300 \[\+0\.\d{3}, \+0\.\d{3}\] against 甲 on 20 questions held out\."
    assert re.fullmatch(rf"Take 乙: chosen on 20 questions, it has {start}", better)
    assert re.fullmatch(
        r"乙 has f1 0\.700 as chosen from 2, and 0\.800 \[0\.\d{3}, 0\.\d{3}\] on the questions held out\.", both
    )
    assert rest == "Ranking, pairs and effects are of the 20 questions that it was chosen on."
    assert chance.startswith("Take 乙 if it has to be now: chosen on 20 questions, it has f1 +0.020 [-0.")
    assert re.search(r"on 20 questions held out, which may be chance; about [\d,]+ would show it\.$", chance)
    assert worse.startswith("Keep 甲: 乙 was chosen on 20 questions, but has f1 -0.300 [-0.")


def test_one_that_is_shown_to_be_as_good_is_told_as_that() -> None:
    as_good, *_ = told(np.linspace(0.49, 0.52, 20), at_least=0.1)

    assert as_good.startswith("Take 乙, which is as good as 甲: chosen on 20 questions, it has f1 +0.005 [")


def test_a_baseline_that_was_chosen_is_kept_and_one_that_failed_leaves_nothing_to_compare_with() -> None:
    kept, lost, alone = told(np.full(20, 0.8), "乙"), told(np.full(20, 0.8), is_lost=True), told(np.full(20, 0.8), "丁")

    assert kept[0] == "Keep 乙: it was chosen on 20 questions; 20 questions were held out."
    assert lost[0] == ("Take 乙, which was chosen on 20 questions; nothing can be compared with 甲, which failed.")
    assert alone[0].endswith("; nothing can be compared.")
    assert [one[1].partition(" [")[0] for one in (kept, lost)] == ["乙 has f1 0.700 as chosen from 2, and 0.800"] * 2
