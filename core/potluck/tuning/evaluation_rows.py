"""The results of an evaluation on the validation examples, as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping

_COUNTS = {"gained": "answers become right", "lost": "answers become wrong", "examples": "examples"}


def evaluation_rows(found: Mapping[str, float]) -> list[tuple[str, str]]:
    """Name and value of each figure but the step: losses in nats per token, shares in percent, counts as integers."""
    rows = []
    for name, value in found.items():
        if name == "loss":
            rows.append(("loss", f"{value:.4f} nats per token"))
        elif name == "answers":
            rows.append(("answers right token by token", f"{value:.1%}"))
        elif name in _COUNTS:
            rows.append((_COUNTS[name], f"{value:.0f}"))
        elif name != "step":
            rows.append((name, f"{value:.4f}"))
    return rows
