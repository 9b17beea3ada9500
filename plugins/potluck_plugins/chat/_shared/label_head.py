"""The answers of a chat model whose tuned model has a classification head: labels, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from potluck.contracts import Classifying, Likelihood
from potluck.documents import Answer, Usage
from potluck.errors import ModelError
from potluck.models.inputs import hidden_state
from potluck_plugins.chat._shared.likelihoods import check_fits


def answer_with_label(model: Any, tuned: Classifying, ids: Sequence[int], window: int | None) -> Answer:
    """The likeliest label for a text of these tokens. Raises ``ContextExceeded``."""
    known = _chances(model, tuned, ids, window)
    return Answer(max(known, key=lambda label: known[label]), "stop", Usage(len(ids), 1))


def label_likelihoods(
    model: Any, tuned: Classifying, ids: Sequence[int], continuations: Sequence[str], window: int | None
) -> list[Likelihood]:
    """How likely each continuation of the text is, which has to be a label. Raises ``ContextExceeded``."""
    known = _chances(model, tuned, ids, window)
    for each in continuations:
        if each.strip() not in known:
            listed = ", ".join(list(known)[:10])
            raise ModelError(f"this model was tuned to name a label ({listed}), and {each!r} is none of them")
    return [Likelihood(known[each.strip()], 1) for each in continuations]


def _chances(model: Any, tuned: Classifying, ids: Sequence[int], window: int | None) -> dict[str, float]:
    """The log-probability of each label."""
    import torch

    check_fits(ids, [[]], window)
    with torch.inference_mode(), tuned.active():
        found = tuned.classify(hidden_state(model, tuned, torch.tensor([list(ids)])))[0]
    return dict(zip(tuned.labels, found.tolist(), strict=True))
