"""What measures are called in plain words."""

from __future__ import annotations

import re

_LABELS = {
    "accuracy": ("Right answers", "Share of the questions with the right label"),
    "answer_recall": ("Answer within reach, first {k}", "The answer's words stand in the first {k} passages"),
    "citation_precision": ("Citations that hold", "Share of the cited clauses and numbers that stand in the passages"),
    "cost": ("Cost", "Price of the remote calls; lower is better"),
    "exact_match": ("Exactly right", "The answer is the expected one, apart from punctuation, width and case"),
    "f1": ("Words in common (F1)", "Overlap of the answer's words, or Chinese characters, with the expected ones"),
    "fact": ("Facts stated", "Share of the expected facts that the answer states"),
    "latency": ("Time to answer", "Seconds from the question to the answer; lower is better"),
    "macro_f1": ("F1 over all classes", "Mean of the classes' F1, each class counting the same"),
    "map": ("Ranking, first {k} (MAP)", "Mean average precision of the first {k} passages"),
    "minority_f1": ("F1 of the rarest class", "F1 of the class with the fewest examples"),
    "mrr": ("Rank of the right passage (MRR)", "1 divided by the rank of the first right passage"),
    "ndcg": ("Ranking, first {k} (nDCG)", "Right passages among the first {k}, higher ranks counting more"),
    "perplexity": ("Perplexity", "How surprised the model is by the text; lower is better"),
    "precision": ("Right ones among the first {k}", "Share of the first {k} passages that are right"),
    "recall": ("Right passage in the first {k}", "Share of the right passages that are among the first {k}"),
    "refusal_precision": ("Refusals that were due", "Share of the refused questions that cannot be answered"),
    "refusal_recall": ("Due refusals made", "Share of the questions that cannot be answered that were refused"),
    "rouge_l": ("Longest common run (ROUGE-L)", "Longest common subsequence of the answer and the expected one"),
}

_CUT = re.compile(r"(.+)@(\d+)")


def label(measure: str) -> str:
    """A measure's name for people; one that nobody has described keeps its own."""
    return _described(measure)[0]


def meaning(measure: str) -> str:
    """What a measure says, in a sentence; empty for one that nobody has described."""
    return _described(measure)[1]


def _described(measure: str) -> tuple[str, str]:
    cut = _CUT.fullmatch(measure)
    name, k = cut.groups() if cut else (measure, "")
    found = _LABELS.get(name)
    if found is None or ("{k}" in "".join(found)) != bool(cut):
        return measure, ""
    return found[0].replace("{k}", k), found[1].replace("{k}", k)
