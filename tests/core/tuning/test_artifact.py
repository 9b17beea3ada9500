"""The hashes by which an artifact knows its base again.

Modules: ``potluck.tuning.card``.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from potluck.models.loading import load_tokenizer
from potluck.tuning.artifact import Base, tokenizer_hash, weights_hash


@pytest.fixture
def copied(tmp_path: Path, model: Path) -> Path:
    return shutil.copytree(model, tmp_path / "model")


def rewritten(folder: Path, **keys: Any) -> Path:
    path = folder / "tokenizer.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **keys}), encoding="utf-8")
    return folder


def test_a_tokenizer_that_was_used_is_the_same_one(copied: Path) -> None:
    cut = {"direction": "Right", "max_length": 512, "strategy": "LongestFirst", "stride": 0}
    fresh = load_tokenizer(rewritten(copied, truncation=cut))
    before = tokenizer_hash(fresh)

    fresh(["紅色的蘋果", "a blue sky"], truncation=True, max_length=3)
    cutting = tokenizer_hash(fresh)
    fresh("the red apple")

    assert before == cutting == tokenizer_hash(fresh)


def test_a_token_more_is_another_tokenizer(copied: Path) -> None:
    tokenizer = load_tokenizer(copied)
    before = tokenizer_hash(tokenizer)
    tokenizer.add_tokens(["鋼軌"])
    assert tokenizer_hash(tokenizer) != before


def test_weights_are_the_same_however_they_are_spread_over_files_and_others_in_another_precision(
    copied: Path, tmp_path: Path
) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(copied / "model.safetensors")
    names = sorted(tensors)
    (tmp_path / "two").mkdir()
    for number, part in enumerate((names[:5], names[5:])):
        save_file({name: tensors[name] for name in part}, tmp_path / "two" / f"{number}.safetensors")
    (tmp_path / "less").mkdir()
    save_file({name: tensors[name].bfloat16() for name in names}, tmp_path / "less" / "model.safetensors")

    assert weights_hash(tmp_path / "two") == weights_hash(copied) != weights_hash(tmp_path / "less")


def test_a_file_that_changes_in_place_is_read_again(copied: Path) -> None:
    before = Base.of("model", copied, load_tokenizer(copied))
    path = copied / "model.safetensors"
    content = path.read_bytes()
    path.write_bytes(content[:-3] + bytes([content[-3] ^ 1]) + content[-2:])

    after = Base.of("model", copied, load_tokenizer(copied))

    assert (after.tokenizer, after.template) == (before.tokenizer, before.template)
    assert after.weights != before.weights
