"""What a forward pass is given, by kind of model.

Modules: ``potluck.models.inputs``.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from potluck.models.inputs import cache_argument, cache_of, decoder_inputs, encoder_inputs, hidden_state
from potluck.models.loading import load_model
from potluck.tuning.attached import AttachedPast
from potluck.tuning.method import Virtual
from support.tiny_models import tiny_masked
from support.tuning import make_model

IDS = torch.tensor([[5, 6, 7]])


@pytest.fixture(scope="module")
def causal(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return load_model(make_model(tmp_path_factory.mktemp("causal")), "float32")


@pytest.fixture(scope="module")
def masked(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tiny_masked(tmp_path_factory.mktemp("masked"), ["紅 is red"], ["red"], steps=1)
    return load_model(folder, "float32", "masked")


def test_tokens_of_rows_are_given_with_what_stands_there(masked: Any) -> None:
    seen = torch.tensor([[1, 1, 0]])
    found = encoder_inputs(masked, IDS, seen)
    assert found.keys() == {"input_ids", "attention_mask"}
    assert torch.equal(found["input_ids"], IDS)
    assert torch.equal(found["attention_mask"], seen)


def test_soft_prompts_stand_before_every_row_and_are_seen(masked: Any) -> None:
    ids, seen = torch.tensor([[5, 6, 7], [8, 0, 0]]), torch.tensor([[1, 1, 1], [1, 0, 0]])
    prompt = torch.randn(1, 2, masked.config.hidden_size)

    found = encoder_inputs(masked, ids, seen, prompt)

    assert found["inputs_embeds"].shape == (2, 5, masked.config.hidden_size)
    assert torch.equal(found["inputs_embeds"][:, :2], prompt.expand(2, -1, -1))
    assert torch.equal(found["inputs_embeds"][:, 2:], masked.get_input_embeddings()(ids))
    assert found["attention_mask"].tolist() == [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]


def test_a_causal_model_reads_on_behind_its_past(causal: Any) -> None:
    with torch.inference_mode():
        past = cache_of(causal(**decoder_inputs(causal, IDS[:, :2]), use_cache=True))
        found = decoder_inputs(causal, IDS[:, 2:], past, 2)
        assert found["position_ids"].tolist() == [[2]]
        whole = causal(**decoder_inputs(causal, IDS)).logits[0, -1]
        assert torch.allclose(causal(**found).logits[0, -1], whole, atol=1e-4)
    assert decoder_inputs(causal, IDS)["position_ids"].tolist() == [[0, 1, 2]]


@dataclass
class Named:
    """A model whose forward pass takes a cache by one of the two names."""

    forward: Any


def test_a_cache_is_given_by_the_name_that_the_release_has() -> None:
    past = object()
    assert cache_argument(Named(lambda cache=None: None), past) == {"cache": past}
    assert cache_argument(Named(lambda past_key_values=None: None), past) == {"past_key_values": past}
    assert cache_argument(Named(lambda **_: None), None) == {"past_key_values": None}
    assert cache_of(SimpleNamespace(cache=past, past_key_values=None)) is past
    assert cache_of(SimpleNamespace(past_key_values=past)) is past


def test_the_state_of_a_causal_model_is_the_last_tokens_behind_what_is_attached(causal: Any) -> None:
    prompt = torch.randn(1, 4, causal.config.hidden_size)
    attached = AttachedPast(causal, Virtual(4, embeddings=prompt))
    with torch.inference_mode():
        found = hidden_state(causal, attached, IDS)
        embedded = torch.cat([prompt, causal.get_input_embeddings()(IDS)], dim=1)
        expected = causal.base_model(inputs_embeds=embedded).last_hidden_state[:, -1]
    assert found.shape == (1, causal.config.hidden_size)
    assert torch.allclose(found, expected, atol=1e-4)


def test_the_state_of_a_masked_model_is_the_first_tokens_behind_what_is_attached(masked: Any) -> None:
    prompt = torch.randn(1, 2, masked.config.hidden_size)
    attached = AttachedPast(masked, Virtual(2, embeddings=prompt))
    with torch.inference_mode():
        found = hidden_state(masked, attached, IDS)
        embedded = torch.cat([prompt, masked.get_input_embeddings()(IDS)], dim=1)
        expected = masked.base_model(inputs_embeds=embedded).last_hidden_state
    assert torch.allclose(found, expected[:, 2], atol=1e-5)
    assert not torch.allclose(found, expected[:, 0], atol=1e-3)
