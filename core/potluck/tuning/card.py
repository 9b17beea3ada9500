"""The model card of an artifact: what a stranger has to know before using it, in the form that model hubs show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from potluck.tuning.card_code import usage_code
from potluck.tuning.evaluation_rows import evaluation_rows
from potluck.tuning.usage import CardUsage

_LABELS = 30
"""Labels that are listed."""


def model_card(manifest: Mapping[str, Any], release: str) -> str:
    """``README.md`` of an artifact from what ``potluck.json`` says; ``release`` is potluck's."""
    tuner, base = manifest["tuner"], manifest["base"]
    usage = CardUsage.read(manifest["usage"])
    table = "\n".join(f"| {name} | {value} |" for name, value in _rows(manifest, usage))
    notes = "".join(f"- {note}\n" for note in manifest["training"]["notes"])
    return f"""---
{_front_matter(manifest, usage)}
---

# {tuner["name"]} on {base["model"]}

| | |
| --- | --- |
{table}
{_labels(manifest["labels"])}
Settings: `{json.dumps(tuner["settings"], ensure_ascii=False)}`

{notes}
## Use

```python
{usage_code(manifest).strip()}
```

In a recipe of potluck: `adapter: FOLDER`, with `model: {json.dumps(base["model"], ensure_ascii=False)}`.
Only the model with these hashes is accepted: weights `{base["weights"]}`,
tokenizer `{base["tokenizer"]}`, template `{base["template"]}`.

## Limits

What is said above was measured while training. How it answers on other data, and whom that may harm, nobody has
measured here; say so yourself before you pass it on.

Made by potluck {release}.
"""


def _front_matter(manifest: Mapping[str, Any], usage: CardUsage) -> str:
    """What a model hub reads: https://huggingface.co/docs/hub/model-cards."""
    head: dict[str, str | list[str]] = {
        "base_model": manifest["base"]["model"],
        "library_name": "peft" if manifest.get("peft") else "potluck",
    }
    if usage.licence:
        head["license"] = usage.licence
    head["tags"] = ["potluck", manifest["tuner"]["name"]]
    return "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items())


def _rows(manifest: Mapping[str, Any], usage: CardUsage) -> list[tuple[str, str]]:
    """What the model is and how it was trained, by name."""
    tuner, base, training = manifest["tuner"], manifest["base"], manifest["training"]
    losses = training["losses"]
    return [
        ("method", f"{tuner['name']} (of {tuner['package']} {tuner['version']})"),
        ("task", manifest["task"]),
        ("data", usage.data or "not named"),
        ("examples learned from", f"{manifest['examples']:,}"),
        ("examples kept apart to validate with", f"{usage.validated:,}"),
        ("base model", base["model"]),
        ("licence of the base model", usage.licence or "its files do not say; look it up before you pass this on"),
        ("trained parameters", f"{training['trainable_parameters']:,}"),
        ("optimiser steps", f"{len(losses):,}"),
        ("loss, first and last step", f"{losses[0]:.4f}, {losses[-1]:.4f} nats per token" if losses else "none"),
        *_validation(training["evaluations"]),
        ("seed", str(manifest["seed"])),
    ]


def _validation(evaluations: list[dict[str, float]]) -> list[tuple[str, str]]:
    return [(f"validation {name}", value) for name, value in evaluation_rows(evaluations[-1])] if evaluations else []


def _labels(labels: list[str]) -> str:
    if not labels:
        return ""
    more = f" and {len(labels) - _LABELS} more" if len(labels) > _LABELS else ""
    return f"\nLabels: {', '.join(f'`{label}`' for label in labels[:_LABELS])}{more}\n"
