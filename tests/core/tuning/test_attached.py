"""What is attached to a base is there while it is active, beside others, and not otherwise.

Modules: ``potluck.tuning.attached``.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from potluck.errors import ModelError
from potluck.models.inputs import cache_argument, cache_of
from potluck.models.loading import load_model
from potluck.tuning.attached import (
    AttachedModules,
    AttachedPast,
    attach_peft,
    check_names,
    flatten_cache,
    prefix_cache,
    virtual_of,
)
from potluck.tuning.method import Virtual
from support.tuning import Still, colours, request, tuner

IDS = torch.tensor([[5, 6, 7]])


@pytest.fixture
def base(model: Path) -> Any:
    return load_model(model, "float32")


def saved_lora(model: Path, folder: Path, seed: int) -> Path:
    """A LoRA whose additions are not nothing."""
    method = tuner(Still, folder)
    wrapped = method.wrap(load_model(model, "float32"), request(model, folder, colours(2)), None)
    torch.manual_seed(seed)
    for name, parameter in wrapped.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter)
    method.save(wrapped, folder)
    return folder


def test_two_on_one_base_are_each_there_only_while_active(model: Path, base: Any, tmp_path: Path) -> None:
    with torch.inference_mode():
        plain = base(IDS).logits
        one, other = (attach_peft(base, saved_lora(model, tmp_path / str(n), n)) for n in (1, 2))
        assert torch.equal(base(IDS).logits, plain)
        with one.active():
            first = base(IDS).logits
        with other.active():
            second = base(IDS).logits
        with pytest.raises(RuntimeError), one.active():
            raise RuntimeError
        assert torch.equal(base(IDS).logits, plain)
        with one.active():
            assert torch.equal(base(IDS).logits, first)
    assert not torch.allclose(first, plain)
    assert not torch.allclose(first, second)
    assert (one.past_length, one.past(), one.embeddings()) == (0, None, None)


def test_modules_are_switched_off_at_once_and_on_while_within() -> None:
    switched = list[bool]()
    attached = AttachedModules(switched.append)
    with attached.active():
        assert switched == [False, True]
    assert switched == [False, True, False]


def test_a_past_is_computed_once_and_copied_for_each_text(base: Any) -> None:
    prompt = torch.randn(1, 4, base.config.hidden_size)
    attached = AttachedPast(base, Virtual(4, embeddings=prompt))
    assert attached.past_length == 4
    assert attached.embeddings() is None
    with torch.inference_mode(), attached.active():
        words = base.get_input_embeddings()(IDS)
        expected = base(inputs_embeds=torch.cat([prompt, words], dim=1)).logits[:, 4:]
        for _ in range(2):
            found = base(IDS, position_ids=torch.tensor([[4, 5, 6]]), **cache_argument(base, attached.past())).logits
            assert torch.allclose(found, expected, atol=1e-3)
    assert attached.past() is not attached.past()


def test_keys_and_values_lie_side_by_side_layer_by_layer(base: Any) -> None:
    config = base.config
    width = config.num_hidden_layers * 2 * config.hidden_size // config.num_attention_heads * config.num_key_value_heads
    flat = torch.randn(3, width, requires_grad=True)
    cache = prefix_cache(base, flat)

    assert len(cache.layers) == config.num_hidden_layers
    assert cache.layers[0].keys.shape == (1, 2, 3, 8)
    assert torch.equal(cache.layers[0].keys[0, 0], flat[:, :8])
    assert torch.equal(cache.layers[0].values[0, 0], flat[:, 16:24])
    assert torch.equal(cache.layers[1].keys[0, 1], flat[:, 40:48])
    assert torch.equal(flatten_cache(cache), flat)
    flatten_cache(cache).sum().backward()
    assert flat.grad is not None
    with torch.inference_mode():
        own = cache_of(base(IDS, use_cache=True))
        again = prefix_cache(base, flatten_cache(own))
    assert all(torch.equal(one.values, other.values) for one, other in zip(own.layers, again.layers, strict=True))


def test_a_soft_prompt_is_a_cache_for_prefix_tuning_and_embeddings_otherwise(base: Any) -> None:
    from peft import PeftType

    flat = torch.randn(3, 64)
    prefix = virtual_of(SimpleNamespace(peft_type=PeftType.PREFIX_TUNING), base, flat)
    assert (prefix.length, prefix.embeddings) == (3, None)
    assert torch.equal(flatten_cache(prefix.cache), flat)
    prompt = virtual_of(SimpleNamespace(peft_type=PeftType.PROMPT_TUNING), base, flat)
    assert (prompt.length, prompt.cache) == (3, None)
    assert prompt.embeddings is not None
    assert torch.equal(prompt.embeddings, flat[None])


def test_parameters_that_are_missing_or_too_many_are_named() -> None:
    check_names(Path("m"), ["a", "b"], ["b", "a"])
    for saved, known in ((["a", "乙", "丙"], ["a"]), (["a"], ["a", "乙", "丙"])):
        with pytest.raises(ModelError, match=r"^m holds other parameters than its method has: 丙, 2 in all$"):
            check_names(Path("m"), saved, known)
