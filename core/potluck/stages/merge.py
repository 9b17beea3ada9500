"""Merging: a model folder that computes what base and tuned parameters compute together."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from potluck.documents import Json
from potluck.errors import PotluckError, Unsupported
from potluck.stages.components import Components
from potluck.stages.tune import made

_MOST = 1e-4
"""How far a logit of the merged model may be from the tuned one's, in float32."""


@dataclass(frozen=True, slots=True)
class MergeReport:
    """Where the merged model is, and how far its logits are from the tuned one's."""

    folder: Path
    difference: float

    def as_json(self) -> dict[str, Json]:
        """As ``potluck merge --json`` prints it."""
        return {"folder": str(self.folder), "difference": self.difference}


def merge(components: Components, into: Path) -> MergeReport:
    """Write the merged model, whole or not at all. Raises ``Unsupported`` for tuners whose results do not merge."""
    recipe = components.recipe
    if recipe.tuner is None:
        raise PotluckError(f"{recipe.path}: the recipe names no tuner")
    tuner = components.tuner
    if not tuner.mergeable:
        raise Unsupported(
            f"what the tuner {recipe.tuner.name!r} learns cannot be merged into the weights exactly"
            + (": its result is a whole model already" if tuner.whole else "; of the bundled ones 'lora' merges")
        )
    if into.exists():
        raise PotluckError(f"{into} is there already; name another folder")
    done = made(components).tuned
    from potluck.models import load_model, load_tokenizer
    from potluck.tuning import artifact

    base, rows = components.base_model, [one["tokens"] for one in artifact.read(done.folder)["probes"]]
    tuned: Any = load_model(base, "float32")
    attached = tuner.attach(tuned, done.folder)
    expected = artifact.logits(tuned, attached, rows)
    merged: Any = tuner.merge(load_model(base, "float32"), done.folder).eval()
    found = artifact.logits(merged, None, rows)
    difference = max(float((a - b).abs().max()) for a, b in zip(expected, found, strict=True))
    if not difference <= _MOST:
        raise PotluckError(
            f"the merged model's logits differ by {difference:.2g} from the tuned one's; nothing is written"
        )
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into.parent, prefix=".merging-") as beside:
        whole = Path(beside, "model")
        merged.save_pretrained(str(whole))
        load_tokenizer(base).save_pretrained(str(whole))
        whole.replace(into)
    return MergeReport(into, difference)
