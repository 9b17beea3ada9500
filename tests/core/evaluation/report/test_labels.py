"""Names of measures for people."""

from __future__ import annotations

import pytest

from potluck.evaluation.report.labels import label, meaning


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ("f1", "Words in common (F1)"),
        ("recall@5", "Right passage in the first 5"),
        ("ndcg@10", "Ranking, first 10 (nDCG)"),
        ("my_own", "my_own"),
        ("f1@3", "f1@3"),
        ("recall", "recall"),
        ("<b>", "<b>"),
    ],
)
def test_a_known_measure_has_words_and_any_other_keeps_its_name(measure: str, words: str) -> None:
    assert label(measure) == words
    assert (meaning(measure) != "") == (words != measure)
    assert "{" not in label(measure) + meaning(measure)
