"""Which measure leads, of those that are known of some questions.

Modules: ``potluck.metrics.chief``.
"""

from __future__ import annotations

from collections.abc import Collection

import pytest

from potluck.contracts import Measure
from potluck.metrics.chief import Chief, choose_chief
from potluck.questions.question_file import Question
from potluck.strategy.quality import METRIC
from support.scoring import usual

ANSWERS = ("exact_match", "f1", "rouge_l", "fact", "citation_precision", "latency")
FOUND = ("recall@1", "recall@5", "mrr", "latency")


@pytest.mark.parametrize(
    ("known", "asks_facts", "expected"),
    [
        ((*FOUND, *ANSWERS), True, Chief("fact", "the questions name facts")),
        ((*FOUND, *ANSWERS), False, Chief("f1", "the questions name right answers and no facts")),
        (("exact_match", "f1", "rouge_l", "latency"), False, Chief("f1")),
        (("accuracy", "latency"), False, Chief("accuracy")),
        ((*FOUND, "citation_precision"), False, Chief("recall@1", "the questions name sources and no right answers")),
        (("refusal_recall", "refusal_precision"), False, Chief("refusal_recall", "no question can be answered")),
        (("citation_precision", "cost", "latency"), False, Chief("latency", "the questions do not say what is right")),
        (("citation_precision", "cost"), False, None),
        ((), False, None),
    ],
)
def test_answers_lead_before_what_was_found_and_facts_where_questions_name_some(
    known: Collection[str], asks_facts: bool, expected: Chief | None
) -> None:
    assert choose_chief(usual().measures, known, asks_facts) == expected


def test_a_measure_that_the_recipe_names_leads_only_where_none_that_may_is_known_but_effort() -> None:
    named = {"citation_precision", "cost", "refusal_precision"}

    assert choose_chief(usual().measures, ("latency", "cost", "citation_precision"), False, named) == Chief(
        "citation_precision", "the questions do not say what is right, and the recipe names it"
    )
    assert choose_chief(usual().measures, ("latency", "cost", "refusal_precision"), False, named) == Chief(
        "latency", "the questions do not say what is right"
    ), "cost is effort, and what is not paired compares nothing"
    assert choose_chief(usual().measures, ("recall@1", "citation_precision"), False, named).name == "recall@1"  # type: ignore[union-attr]


def test_of_measures_that_may_lead_those_that_the_recipe_names_come_first_among_those_about_the_same() -> None:
    own = {
        "語意": Measure("語意", "as it is meant", leads="always"),
        "rank": Measure("rank", "", "", "retrieval", leads="always"),
    }
    measures, known = {**usual().measures, **own}, ("fact", "f1", "recall@1", "語意", "rank")

    assert choose_chief(measures, known, True, {"語意", "rank"}).name == "語意"  # type: ignore[union-attr]
    assert choose_chief(measures, known, True, {"rank"}).name == "fact"  # type: ignore[union-attr]
    assert choose_chief(measures, ("recall@1", "rank"), True, {"rank"}).name == "rank"  # type: ignore[union-attr]


def test_facts_of_questions_that_cannot_be_answered_are_none() -> None:
    there, nowhere = (
        Question("a", "幾公分？", gold_facts=("20",)),
        Question("b", "？", gold_facts=("20",), answerable=False),
    )

    assert usual().chief(ANSWERS, [nowhere, there]) == Chief("fact", "the questions name facts")
    assert usual().chief(ANSWERS, [nowhere]).name == "f1"  # type: ignore[union-attr]


def test_strategies_are_ranked_by_what_leads_for_labels() -> None:
    assert choose_chief(usual().measures, ("accuracy", "latency", "cost"), False) == Chief(METRIC)
