"""Resolving the adapter that a recipe's chat model answers with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from potluck import plugins
from potluck.components.components import Components
from potluck.contracts import Attached, Tuned, Tuner
from potluck.errors import AdapterMismatch, ContractBroken
from potluck.file_hashes import file_hash
from potluck.recipe.model import ComponentSpec
from potluck.recipe.tuning_settings import Adapter
from potluck.stages.tune import train_or_reuse
from potluck.tuning.head import HEAD_FILE as HEAD
from potluck.tuning.head import WithHead, with_head


def resolve_adapter(components: Components) -> None:
    """Find the adapter that the recipe's chat model answers with; train it if it is the recipe's own and not trained
    yet.

    Raises ``AdapterMismatch`` for an artifact that was altered or belongs to another model, and what training raises.
    """
    adapter = components.recipe.tuning.adapter
    if adapter is not None and components.adapted is None:
        components.adapted = _resolve(components, adapter)


def without_adapter(components: Components) -> None:
    """Let the recipe's chat model answer with its own weights, as it would before anything is trained."""
    components.adapted = components.recipe.chat, None


def _resolve(components: Components, adapter: Adapter) -> tuple[ComponentSpec, Tuned | None]:
    """The chat model and what was tuned; where the artifact is a whole model, it is the chat model's own."""
    recipe = components.recipe
    part = recipe.chat
    folder = train_or_reuse(components).tuned.folder if isinstance(adapter, str) else adapter
    from potluck.tuning import artifact

    manifest = artifact.read_manifest(folder)
    artifact.check_files(folder, manifest)
    tuner = tuner_of(components, manifest, folder)
    if tuner.whole:
        if "model" not in type(part.config).model_fields:
            raise AdapterMismatch(f"{folder} is a whole model, and the chat model {part.name!r} loads none")
        config = part.config.model_copy(update={"model": str(folder.resolve())})
        own = ComponentSpec(part.kind, part.name, part.plugin, config, part.secrets)
        return own, _head_only(folder, manifest) if (folder / HEAD).is_file() else None
    named = getattr(part.config, "model", None)
    base_folder = components.models.folder(str(named)) if named is not None else components.base_model

    def attach(model: Any, tokenizer: Any) -> Attached:
        base = artifact.Base.of(str(named or recipe.tuning.model), base_folder, tokenizer)
        artifact.check_base(folder, manifest, base)
        attached = with_head(tuner.attach(model, folder), folder, manifest["labels"])
        assert attached is not None, "a result that is not a whole model is attached"
        artifact.check_probes(folder, manifest, model, attached)
        return attached

    return part, Tuned(
        folder, file_hash(folder / artifact.MANIFEST), attach, manifest["tuner"]["settings"].get("end_token")
    )


def _head_only(folder: Path, manifest: dict[str, Any]) -> Tuned:
    """The head of a whole model."""

    def attach(model: Any, tokenizer: Any) -> Attached:
        return WithHead(None, folder, manifest["labels"])

    return Tuned(folder, file_hash(folder / HEAD), attach)


def tuner_of(components: Components, manifest: dict[str, Any], folder: Path) -> Tuner:
    """The tuner that made an artifact, with its settings."""
    said = manifest["tuner"]
    plugin = plugins.find("tuner", said["name"])
    if plugin.package != said["package"]:
        raise AdapterMismatch(
            f"{folder} was made by the tuner {said['name']!r} of {said['package']}; the one installed is of "
            f"{plugin.package}"
        )
    config = plugins.offer(plugin).config.model_validate(said["settings"])
    tuner = components.make_tuner(ComponentSpec("tuner", plugin.name, plugin, config))
    if not isinstance(tuner, Tuner):
        raise ContractBroken(f"the tuner {said['name']!r} of {plugin.package} makes no Tuner")
    return tuner
