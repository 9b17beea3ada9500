"""Which questions hang together.

Modules: ``potluck.questions.clusters``.
"""

from __future__ import annotations

import pytest

from potluck.questions.clusters import cluster_labels, clusters_of
from potluck.questions.question_file import Question


def asked(*golds: tuple[str, ...], groups: tuple[str | None, ...] = ()) -> list[Question]:
    """A question for each tuple of right documents."""
    named = (*groups, *[None] * (len(golds) - len(groups)))
    return [
        Question(f"q{n}", "?", gold_ids=gold, group=group)
        for n, (gold, group) in enumerate(zip(golds, named, strict=True))
    ]


def together(questions: list[Question]) -> list[set[int]]:
    """The numbers of the questions of each cluster."""
    places = clusters_of(questions).places.tolist()
    return [{n for n, place in enumerate(places) if place == one} for one in dict.fromkeys(places)]


def test_questions_on_one_document_hang_together() -> None:
    assert together(asked(("規格書",), ("talk",), ("規格書",))) == [{0, 2}, {1}]


def test_a_document_is_the_same_with_its_folder_and_its_extension() -> None:
    assert together(asked(("spec",), ("folder/spec.doc",))) == [{0, 1}]


def test_records_of_one_file_are_documents_of_their_own() -> None:
    assert together(asked(("corpus.jsonl#a",), ("corpus.jsonl#b",), ("a",))) == [{0, 2}, {1}]


def test_a_question_on_two_documents_joins_those_on_either() -> None:
    assert together(asked(("a",), ("b",), ("c",), ("b", "a"))) == [{0, 1, 3}, {2}]


def test_a_chain_of_documents_is_one_cluster() -> None:
    assert together(asked(("a", "b"), ("c", "d"), ("b", "c"), ("d",))) == [{0, 1, 2, 3}]


def test_questions_without_a_document_stand_for_themselves() -> None:
    assert together(asked((), (), ("a",))) == [{0}, {1}, {2}]


def test_a_group_counts_instead_of_the_documents() -> None:
    questions = asked(("a",), ("a",), ("a",), ("b",), groups=("甲", "乙", None, "甲"))

    assert together(questions) == [{0, 3}, {1}, {2}]
    assert clusters_of(questions).kind == "group"


def test_a_group_is_not_the_document_of_the_same_name() -> None:
    assert together(asked(("a",), ("b",), groups=(None, "a"))) == [{0}, {1}]


@pytest.mark.parametrize(("fixed", "population"), [(False, "clusters"), (True, "these clusters")])
def test_conclusions_are_about_other_documents_unless_these_are_meant(fixed: bool, population: str) -> None:
    questions = asked(*[(f"d{n // 2}",) for n in range(20)])

    assert clusters_of(questions, fixed).population == population
    assert clusters_of(questions, fixed).kind == "document"
    assert len(set(cluster_labels(questions))) == 10
