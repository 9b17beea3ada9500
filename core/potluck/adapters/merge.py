"""Merging: a model folder that computes what base and tuned parameters compute together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from potluck import plugins
from potluck.adapters.resolve import tuner_of
from potluck.components.components import Components
from potluck.contracts import Tuner
from potluck.documents import Json
from potluck.errors import PotluckError, Unsupported
from potluck.json_values import as_json
from potluck.models.gguf import as_gguf
from potluck.results.stages import MergeResult
from potluck.stages.tune import train_or_reuse
from potluck.temporary import working_folder
from potluck.tuning.head import HEAD_FILE as HEAD

_LARGEST_DIFFERENCE = 1e-4
"""How far a logit of the merged model may be from the tuned one's, in float32."""


@dataclass(frozen=True, slots=True)
class MergeReport:
    """Where the merged model is, and how far its logits are from the tuned one's."""

    folder: Path
    difference: float

    def as_json(self) -> dict[str, Json]:
        """As ``potluck merge --json`` prints it."""
        return as_json(MergeResult(str(self.folder), self.difference))


def merge(components: Components, into: Path) -> MergeReport:
    """Write the merged model, whole or not at all: a folder, or a file for llama.cpp where ``into`` ends in ``.gguf``.

    Raises ``Unsupported`` for tuners whose results do not merge, and for models that cannot be written so.
    """
    from potluck.models.loading import kind_of, load_model, load_tokenizer
    from potluck.tuning import artifact

    if into.exists():
        raise PotluckError(f"{into} is there already; give it another name")
    tuner, folder = _tuner_and_artifact(components)
    source = _gguf_source(components) if into.suffix.lower() == ".gguf" else None
    base, manifest = components.base_model, artifact.read_manifest(folder)
    if HEAD in manifest["files"]:
        raise Unsupported(f"{folder} has a classification head, which a language model has no place for")
    artifact.check_files(folder, manifest)
    tokenizer = load_tokenizer(base)
    artifact.check_base(folder, manifest, artifact.Base.of(str(components.recipe.tuning.model), base, tokenizer))
    rows = [one["tokens"] for one in manifest["probes"]]
    kind = kind_of(base)
    tuned: Any = load_model(base, "float32", kind)
    expected = artifact.probe_logits(tuned, tuner.attach(tuned, folder), rows)
    merged: Any = tuner.merge(load_model(base, "float32", kind), folder).eval()
    found = artifact.probe_logits(merged, None, rows)
    difference = max(float((a - b).abs().max()) for a, b in zip(expected, found, strict=True))
    if not difference <= _LARGEST_DIFFERENCE:
        raise PotluckError(
            f"the merged model's logits differ by {difference:.2g} from the tuned one's; nothing is written"
        )
    with working_folder(into.parent, "merging") as beside:
        made = beside / "model"
        if source is not None:
            as_gguf(merged, source, made)
        else:
            merged.save_pretrained(str(made))
            tokenizer.save_pretrained(str(made))
        made.replace(into)
    return MergeReport(into, difference)


def _tuner_and_artifact(components: Components) -> tuple[Tuner, Path]:
    """The tuner and the artifact: the recipe's own, trained where it was not yet, or the one that it names."""
    recipe, adapter = components.recipe, components.recipe.tuning.adapter
    if recipe.tuner is not None:
        _check_mergeable(components.tuner, recipe.tuner.name)
        return components.tuner, train_or_reuse(components).tuned.folder
    if not isinstance(adapter, Path):
        raise PotluckError(f"{recipe.path}: the recipe names neither a tuner nor an adapter; there is nothing to merge")
    if recipe.tuning.model is None:
        raise PotluckError(f"{recipe.path}: the recipe names no model to merge {adapter} into; add 'model: ...'")
    from potluck.tuning import artifact

    manifest = artifact.read_manifest(adapter)
    tuner = tuner_of(components, manifest, adapter)
    _check_mergeable(tuner, manifest["tuner"]["name"])
    return tuner, adapter


def _check_mergeable(tuner: Tuner, name: str) -> None:
    if tuner.mergeable:
        return
    message = f"what the tuner {name!r} learns cannot be merged into the weights exactly"
    if tuner.whole:
        raise Unsupported(f"{message}: its result is a whole model already")
    others = plugins.capable_names("tuner", lambda one: one.mergeable)
    raise Unsupported(f"{message}; tuners of which it can: {others}")


def _gguf_source(components: Components) -> Path:
    """The GGUF file that the recipe's model was read from: its tokenizer and settings are kept as they are."""
    path = components.models.fetch(str(components.recipe.tuning.model))
    if path.suffix.lower() != ".gguf":
        raise Unsupported(
            f"a .gguf file is written from a model that was one, and {components.recipe.tuning.model} is not: merge "
            "into a folder, and convert that with llama.cpp's convert_hf_to_gguf.py"
        )
    return path
