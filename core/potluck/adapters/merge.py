"""Merging base and tuned parameters into one model that computes the same, as a folder or for llama.cpp."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from potluck import plugins
from potluck.adapters.gguf_export import gguf_source, modelfile_of, write_gguf
from potluck.adapters.resolve import tuner_of
from potluck.atomic_files import write_atomically
from potluck.components.components import Components
from potluck.contracts import Tuner
from potluck.documents import Json
from potluck.errors import PotluckError, Unsupported
from potluck.json_values import as_json
from potluck.models.quantisation import Precision, check_quantisation
from potluck.reporting import inner_stage
from potluck.results.stages import MergeResult
from potluck.stages.tune import train_or_reuse
from potluck.temporary import working_folder
from potluck.tuning.head import HEAD_FILE as HEAD

_LARGEST_DIFFERENCE = 1e-4
"""How far a logit of the merged model may be from the tuned one's, in float32."""


@dataclass(frozen=True, slots=True)
class MergeReport:
    """Where the merged model is, and how far its logits are from the tuned one's, before it was quantised.

    ``modelfile`` is what Ollama reads, beside a file for llama.cpp.
    """

    folder: Path
    difference: float
    modelfile: Path | None = None

    def as_json(self) -> dict[str, Json]:
        """As ``potluck merge --json`` prints it."""
        modelfile = str(self.modelfile) if self.modelfile is not None else None
        return as_json(MergeResult(str(self.folder), self.difference, modelfile))


@dataclass(frozen=True, slots=True)
class _Merged:
    """A model with what was tuned in its weights, and its tokenizer; ``difference`` as in the report."""

    model: Any
    tokenizer: Any
    difference: float


def merge(components: Components, into: Path, precision: Precision | None = None) -> MergeReport:
    """Write the merged model, whole or not at all: a folder, or a file for llama.cpp where ``into`` ends in ``.gguf``.

    ``precision`` is that of a file, float16 by default; beside it stands a Modelfile, whose name ends in
    ``.Modelfile``. Raises ``Unsupported`` for tuners whose results do not merge, and for models that cannot be written
    so.
    """
    is_file = into.suffix.lower() == ".gguf"
    if into.exists():
        raise PotluckError(f"{into} is there already; give it another name")
    if precision is not None and not is_file:
        raise PotluckError(f"{into}: {precision} is a precision of files for llama.cpp, whose names end in .gguf")
    tuner, name, settings = _method(components)
    if not (tuner.mergeable or (tuner.whole and is_file)):
        _raise_unmergeable(tuner, name)
    if precision is not None:
        check_quantisation(precision)
    keeps_tokenizer = not (settings.get("end_token") or settings.get("resize_embeddings"))
    source = gguf_source(components, keeps_tokenizer) if is_file else None
    done = _merge_in(components, tuner, settings)
    modelfile = None
    with working_folder(into.parent, "merging") as beside:
        made = beside / "model"
        if source is None:
            with inner_stage("write model"):
                done.model.save_pretrained(str(made))
                done.tokenizer.save_pretrained(str(made))
        else:
            write_gguf(done.model, done.tokenizer, source, into.stem, precision or "f16", made)
            modelfile = into.with_suffix(".Modelfile")
            write_atomically(modelfile, modelfile_of(components, done.tokenizer, into.name).encode())
        made.replace(into)
    return MergeReport(into, done.difference, modelfile)


def _method(components: Components) -> tuple[Tuner, str, Mapping[str, Any]]:
    """The tuner with its name and its settings: the recipe's own, or the one that made the adapter that it names."""
    recipe, adapter = components.recipe, components.recipe.tuning.adapter
    if recipe.tuner is not None:
        return components.tuner, recipe.tuner.name, recipe.tuner.config.model_dump()
    if not isinstance(adapter, Path):
        raise PotluckError(f"{recipe.path}: the recipe names neither a tuner nor an adapter; there is nothing to merge")
    if recipe.tuning.model is None:
        raise PotluckError(f"{recipe.path}: the recipe names no model to merge {adapter} into; add 'model: ...'")
    from potluck.tuning import artifact

    manifest = artifact.read_manifest(adapter)
    said = manifest["tuner"]
    return tuner_of(components, manifest, adapter), said["name"], said["settings"]


def _raise_unmergeable(tuner: Tuner, name: str) -> None:
    message = f"what the tuner {name!r} learns cannot be merged into the weights exactly"
    if tuner.whole:
        raise Unsupported(f"{message}: its result is a whole model already")
    others = plugins.capable_names("tuner", lambda one: one.mergeable)
    raise Unsupported(f"{message}; tuners that merge: {others}")


def _merge_in(components: Components, tuner: Tuner, settings: Mapping[str, Any]) -> _Merged:
    """The artifact, trained first if need be, merged into the weights of its base.

    Raises ``PotluckError`` if the result computes something else.
    """
    from potluck.models.loading import kind_of, load_model, load_tokenizer
    from potluck.models.tokenizer import set_end_token
    from potluck.tuning import artifact

    recipe, named = components.recipe, components.recipe.tuning.adapter
    folder = train_or_reuse(components).tuned.folder if recipe.tuner is not None else named
    assert isinstance(folder, Path), "without a tuner there is nothing to merge"
    base, manifest = components.base_model, artifact.read_manifest(folder)
    if HEAD in manifest["files"]:
        raise Unsupported(f"{folder} has a classification head, which a language model has no place for")
    artifact.check_files(folder, manifest)
    kind = kind_of(base)
    if tuner.whole:
        return _Merged(load_model(folder, "float32", kind), load_tokenizer(folder), 0.0)
    tokenizer = load_tokenizer(base)
    artifact.check_base(folder, manifest, artifact.Base.of(str(recipe.tuning.model), base, tokenizer))
    rows = [one["tokens"] for one in manifest["probes"]]
    with inner_stage("compare with the tuned model"):
        tuned: Any = load_model(base, "float32", kind)
        expected = artifact.probe_logits(tuned, tuner.attach(tuned, folder), rows)
        merged: Any = tuner.merge(load_model(base, "float32", kind), folder).eval()
        found = artifact.probe_logits(merged, None, rows)
    difference = max(float((a - b).abs().max()) for a, b in zip(expected, found, strict=True))
    if not difference <= _LARGEST_DIFFERENCE:
        raise PotluckError(
            f"the merged model's logits differ by {difference:.2g} from the tuned one's; nothing is written"
        )
    return _Merged(merged, set_end_token(tokenizer, settings.get("end_token")), difference)
