"""A chat model answers with the adapter of its recipe: its own, which is trained first, or one that a folder holds.

Modules: ``potluck.adapters.resolve``. What does not belong together is refused in ``tests/core/tuning/test_tune.py``.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from potluck.adapters.resolve import resolve_adapter, tuner_of
from potluck.api import Recipe
from potluck.contracts import Tuned
from potluck.errors import AdapterMismatch, UnknownPlugin
from potluck.file_hashes import file_hash
from support.tuning import recipe

SHORT = {"max_steps": 2, "per_device_train_batch_size": 4, "dtype": "float32"}


def short(home: Path, use: str = "lora", **more: Any) -> Recipe:
    return recipe(home, tuner={"use": use, "training": SHORT}, **more)


def trained(home: Path, use: str = "lora") -> Path:
    with short(home, use) as opened:
        shutil.copytree(opened.tune().adapter, home / "kept")
    return home / "kept"


def test_a_recipe_without_an_adapter_has_nothing_to_resolve(home: Path) -> None:
    with recipe(home, tuner=None) as opened:
        resolve_adapter(opened.components)
        assert opened.components.adapted is None


def test_the_recipes_own_is_trained_first_and_resolved_once(home: Path) -> None:
    with short(home) as opened:
        resolve_adapter(opened.components)
        found = opened.components.adapted
        assert found is not None
        part, tuned = found
        assert part == opened.model.chat
        assert isinstance(tuned, Tuned)
        assert tuned.folder.is_relative_to(opened.workspace.folder / "tuned")
        assert tuned.identity == file_hash(tuned.folder / "potluck.json")
        resolve_adapter(opened.components)
        assert opened.components.adapted is found
        assert opened.tune().reused


def test_one_of_a_folder_is_taken_as_it_is(home: Path) -> None:
    kept = trained(home)
    with recipe(home, tuner=None, adapter="kept") as opened:
        resolve_adapter(opened.components)
        assert opened.components.adapted is not None
        part, tuned = opened.components.adapted

    assert (part, tuned is not None and tuned.folder.samefile(kept)) == (opened.model.chat, True)


def test_a_whole_model_takes_the_place_of_the_chat_models_own(home: Path) -> None:
    kept = trained(home, "full")
    with recipe(home, tuner=None, adapter="kept") as opened:
        resolve_adapter(opened.components)
        assert opened.components.adapted is not None
        part, tuned = opened.components.adapted

    assert part.config.model == str(kept.resolve())  # type: ignore[attr-defined]
    assert (part.name, part.plugin) == (opened.model.chat.name, opened.model.chat.plugin)
    assert tuned is None


def test_an_artifact_that_was_altered_is_refused(home: Path) -> None:
    kept = trained(home)
    (kept / "adapter_config.json").write_bytes(b"{}")

    with recipe(home, tuner=None, adapter="kept") as opened, pytest.raises(AdapterMismatch, match="was altered"):
        resolve_adapter(opened.components)


def test_the_tuner_is_the_one_that_made_the_artifact_with_its_settings(home: Path) -> None:
    manifest = json.loads((trained(home) / "potluck.json").read_text(encoding="utf-8"))
    with recipe(home, tuner=None) as opened:
        tuner = tuner_of(opened.components, manifest, home / "kept")
        assert (tuner.whole, tuner.mergeable) == (False, True)
        assert tuner.config.training.max_steps == 2  # type: ignore[attr-defined]
        other = {**manifest["tuner"], "package": "某套件"}
        with pytest.raises(AdapterMismatch, match="the tuner 'lora' of 某套件; the one installed is of"):
            tuner_of(opened.components, {"tuner": other}, home / "kept")
        with pytest.raises(UnknownPlugin):
            tuner_of(opened.components, {"tuner": {**other, "name": "nobody"}}, home / "kept")
