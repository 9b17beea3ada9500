"""Exact match, F1, ROUGE-L and facts: an answer's words against those of the right ones."""

from __future__ import annotations

from collections.abc import Mapping

import potluck
from potluck.contracts import Attempt, Config, Context, Measure, Metric
from potluck.overlap import exact_match, f1, facts_contained, is_cjk, rouge_l

_BY_WORDS = {"exact_match": exact_match, "f1": f1, "rouge_l": rouge_l}


class AnswersConfig(Config):
    """No settings."""


class Answers(Metric):
    """Compares the answer with the nearest of the right ones. Whoever refuses, or is filtered, has no word right."""

    needs = frozenset({"answer", "reference"})
    measures = (
        Measure(
            "exact_match", "The answer is the expected one, apart from punctuation, width and case", "Exactly right"
        ),
        Measure(
            "f1",
            "Overlap of the answer's words, or Chinese characters, with the expected ones",
            "Words in common (F1)",
            leads="always",
        ),
        Measure(
            "rouge_l",
            "Longest common subsequence of the answer and the expected one",
            "Longest common run (ROUGE-L)",
        ),
        Measure("fact", "Share of the expected facts that the answer states", "Facts stated", leads="facts"),
    )

    def __init__(self, config: AnswersConfig, context: Context) -> None:
        """There is nothing to set."""

    def score(self, attempt: Attempt) -> Mapping[str, float]:
        """A label that was chosen is right or wrong, and has no words in common with another."""
        if attempt.choices:
            return {}
        answer, found = attempt.answer or "", dict[str, float]()
        if attempt.answers:
            # A question is in the language of its answer; an example may be a translation.
            other = answer if attempt.passages is None else attempt.question
            cjk = is_cjk("".join(attempt.answers) + other)
            for name, compare in _BY_WORDS.items():
                best = max(compare(answer, gold, cjk) for gold in attempt.answers)
                found[name] = 0.0 if attempt.refused or attempt.filtered else best
        # Without documents the right answer is a whole text, which no other one contains.
        if attempt.facts or attempt.passages is not None:
            found["fact"] = facts_contained(attempt.facts, attempt.answers, answer)
        return found


@potluck.hookimpl
def potluck_metric() -> potluck.Offer[Answers]:
    """Offer the metric."""
    return potluck.Offer(
        "words in common with the right answer: exact match, F1, ROUGE-L, facts", AnswersConfig, Answers
    )
