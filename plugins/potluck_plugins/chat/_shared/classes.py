"""What a chat model says whose tuned model has a classification head: labels, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from potluck.contracts import Classifying, Likelihood
from potluck.errors import ModelError


def chances(model: Any, tuned: Any, ids: Sequence[int]) -> dict[str, float]:
    """The log-probability of each label for a text of these tokens."""
    import torch

    from potluck.models import hidden

    assert isinstance(tuned, Classifying)
    with torch.inference_mode(), tuned.active():  # type: ignore[attr-defined]
        found = tuned.classify(hidden(model, tuned, torch.tensor([list(ids)])))[0]  # type: ignore[arg-type]
    return dict(zip(tuned.labels, found.tolist(), strict=True))


def chosen(known: dict[str, float], continuations: Sequence[str]) -> list[Likelihood]:
    """How likely each continuation is, which has to be a label."""
    for each in continuations:
        if each.strip() not in known:
            named = ", ".join(list(known)[:10])
            raise ModelError(f"this model was tuned to name a label ({named}), and {each!r} is none of them")
    return [Likelihood(known[each.strip()], 1) for each in continuations]
