"""The small model and the task on which tuners are tried.

Modules: ``potluck.testing.models``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

from potluck.models.loading import load_model, load_tokenizer
from potluck.testing import models


def test_the_examples_of_the_kit_are_of_two_labels_in_two_languages_no_two_alike() -> None:
    found = models.examples(8)

    assert [one.target for one in found] == ["fruit", "weather"] * 4
    assert len({one.messages[0].content for one in found}) == 8
    assert found[0].messages[0].content == "the red apple 0"
    assert found[6].messages[0].content == "紅色的蘋果 6"
    assert len(models.examples()) == 16


def test_the_kit_asks_for_a_classification_in_a_folder_that_is_there(tmp_path: Path) -> None:
    asked = models.request(tmp_path, tmp_path / "new" / "run", seed=3)
    models.request(tmp_path, tmp_path / "new" / "run")

    assert (asked.task, asked.seed, asked.labels) == ("classification", 3, ("fruit", "weather"))
    assert asked.folder.is_dir()
    assert (list(asked.training), list(asked.validation)) == (models.examples(), [])


def test_the_model_of_the_kit_is_small_the_same_for_a_seed_and_reads_any_text(tiny: Path, tmp_path: Path) -> None:
    import torch

    model, tokenizer = load_model(tiny, "float32"), load_tokenizer(tiny)
    again = load_model(models.tiny_model(tmp_path / "again"), "float32")
    other = load_model(models.tiny_model(tmp_path / "other", seed=1), "float32")

    text = "紅色的蘋果 🍎 and a blue sky"
    assert tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]) == text
    said = tokenizer.apply_chat_template([{"role": "user", "content": "a"}], tokenize=False, add_generation_prompt=True)
    assert said == "<s>user\na</s>\n<s>assistant\n"
    assert sum(one.numel() for one in model.parameters()) < 100_000
    assert (len(model.model.layers), model.config.hidden_size) == (2, 32)
    assert model.config.vocab_size == len(tokenizer)
    first, same, another = (next(one.parameters()) for one in (model, again, other))
    assert torch.equal(first, same)
    assert not torch.equal(first, another)


def test_making_a_model_leaves_the_random_numbers_of_the_process_alone(tmp_path: Path) -> None:
    import torch

    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    models.tiny_model(tmp_path / "model")

    assert torch.equal(torch.rand(3), expected)
