"""Which questions hang together: those of one group, or on the same documents."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from potluck.questions.gold import document_id
from potluck.questions.question_file import Question
from potluck.statistics.clusters import ClusterKind, Clusters


def clusters_of(questions: Sequence[Question], fixed: bool = False) -> Clusters:
    """The clusters of questions; ``fixed``: what is concluded is to hold for their documents only."""
    kind: ClusterKind = "group" if any(question.group is not None for question in questions) else "document"
    return Clusters.from_labels(cluster_labels(questions), kind, fixed)


def cluster_labels(questions: Sequence[Question]) -> list[Hashable]:
    """A label for each question, equal for those that hang together.

    Questions with a ``group`` hang together with those of the same group. Others do so if they are on the same
    document, also through a third one that is on two documents; one without a document stands for itself.
    """
    parents: dict[Hashable, Hashable] = {}

    def root(node: Hashable) -> Hashable:
        while (above := parents.setdefault(node, node)) != node:
            parents[node] = node = parents[above]
        return node

    nodes = [_nodes(number, question) for number, question in enumerate(questions)]
    for first, *others in nodes:
        for other in others:
            parents[root(other)] = root(first)
    return [root(first) for first, *_ in nodes]


def _nodes(number: int, question: Question) -> list[Hashable]:
    """What the question belongs to, at least one."""
    if question.group is not None:
        return [("group", question.group)]
    documents = dict.fromkeys(_document(gold) for gold in question.gold_ids)
    return [("document", name) for name in documents] or [("question", number)]


def _document(gold: str) -> str:
    """The document that is meant: a record of a file is one by itself."""
    return gold.partition("#")[2] or document_id(gold)
