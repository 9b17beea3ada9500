"""Logits of the places that tell an answer are those of the library, whatever stands before and beside a text.

Modules: ``potluck.tuning.forward``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from potluck.models.loading import load_model, load_tokenizer
from potluck.tuning import LocalTuner
from potluck.tuning.encode import Encoded, encode
from potluck.tuning.forward import answer_logits, batches, make_forward
from potluck.tuning.packed_batches import PackedBatch
from support.tuning import DeepPrompt, Full, SoftPrompt, colours, request, tuner


def encoded(model: Path, count: int) -> Sequence[Encoded]:
    return encode(colours(count), load_tokenizer(model), None, "error", "causal", ()).examples


def wrapped(kind: type[LocalTuner], model: Path, folder: Path) -> tuple[Any, Any]:
    method = tuner(kind, folder)
    torch.manual_seed(0)
    return method, method.wrap(load_model(model, "float32"), request(model, folder, colours(2)), None)


@pytest.mark.parametrize("kind", [Full, SoftPrompt, DeepPrompt])
def test_texts_that_are_packed_together_are_computed_as_each_alone(
    model: Path, tmp_path: Path, kind: type[LocalTuner]
) -> None:
    method, network = wrapped(kind, model, tmp_path)
    examples = encoded(model, 3)
    with torch.inference_mode():
        (together,) = batches(method, network, examples, 10_000)
        apart = [one for example in examples for one in batches(method, network, [example], 10_000)]
        found = answer_logits(method, network, together)
        expected = [answer_logits(method, network, one) for one in apart]

    assert isinstance(together, PackedBatch)
    assert found.dtype == torch.float32
    assert found.shape == (sum(one.target_count for one in examples), network.config.vocab_size)
    for rows in expected:
        starts = range(len(found) - len(rows) + 1)
        assert sum(torch.allclose(found[n : n + len(rows)], rows, atol=1e-3) for n in starts) == 1


def test_without_prompts_they_are_the_models_own_at_the_places_before_the_answer(model: Path, tmp_path: Path) -> None:
    method, network = wrapped(Full, model, tmp_path)
    (example,) = encoded(model, 1)
    with torch.inference_mode():
        (batch,) = batches(method, network, [example], 100)
        own = network(input_ids=torch.tensor([list(example.ids)])).logits[0]
        assert torch.allclose(answer_logits(method, network, batch), own[-example.target_count - 1 : -1], atol=1e-4)


def test_soft_prompts_stand_before_the_text(model: Path, tmp_path: Path) -> None:
    method, network = wrapped(SoftPrompt, model, tmp_path)
    (example,) = encoded(model, 1)
    with torch.inference_mode():
        (batch,) = batches(method, network, [example], 100)
        words = network.get_input_embeddings()(torch.tensor([list(example.ids)]))
        own = network(inputs_embeds=torch.cat([network.soft, words], dim=1)).logits[0]
        assert torch.allclose(answer_logits(method, network, batch), own[-example.target_count - 1 : -1], atol=1e-3)


def test_batches_hold_about_as_many_tokens_as_are_asked_for(model: Path, tmp_path: Path) -> None:
    method, network = wrapped(Full, model, tmp_path)
    examples = encoded(model, 6)
    longest = max(len(one.ids) for one in examples)
    assert len([*batches(method, network, examples, 10_000)]) == 1
    assert len([*batches(method, network, examples, longest)]) == 6


def test_gradients_flow_to_what_is_trained_and_a_wide_model_computes_in_bfloat16(model: Path, tmp_path: Path) -> None:
    method, network = wrapped(SoftPrompt, model, tmp_path)
    (batch,) = batches(method, network, encoded(model, 1), 100)
    exact = make_forward(method, network, autocast=False, device="cpu")(batch)
    exact.sum().backward()
    assert network.soft.grad.abs().sum() > 0
    rough = make_forward(method, network, autocast=True, device="cpu")(batch)
    assert rough.dtype == torch.float32
    assert 0 < (rough - exact).abs().max() < 1.0 * exact.abs().max()


@pytest.mark.parametrize(("named", "filled"), [(9, 9), (None, 0), (0, 0)])
def test_rows_are_filled_up_with_the_models_own_token(named: int | None, filled: int) -> None:
    config = SimpleNamespace(is_encoder_decoder=False, pad_token_id=named)
    masked: Any = type("TinyForMaskedLM", (), {"config": config, "device": "cpu"})()
    method: Any = SimpleNamespace(base=lambda model: model)
    rows = [Encoded((5, 6, 7), 1, (4,)), Encoded((5, 6), 1, (4,))]

    (batch,) = batches(method, masked, rows, 100)
    assert batch.ids.tolist() == [[5, 6, filled], [5, 6, 7]]  # type: ignore[union-attr]
