"""The tuners do what their papers' equations say: checked against a few lines of arithmetic on a small model.

Modules: ``potluck.tuning.artifact``, ``potluck.tuning.card``, ``potluck.tuning.checkpoint``, ``potluck.tuning.encode``,
``potluck.tuning.training``, ``potluck.tuning.estimate``, ``potluck.tuning.forward``, ``potluck.tuning.head``,
``potluck.tuning.job``, ``potluck.tuning.local_tuner``, ``potluck.tuning.method``, ``potluck.tuning.packed_batches``,
``potluck.tuning.processes``, ``potluck.tuning.padded_batches``, ``potluck.tuning.schedule``,
``potluck.tuning.training_settings``, ``potluck.tuning.sharding``, ``potluck.tuning.tied``,
``potluck.tuning.tokenizer_checks``, ``potluck.tuning.watchdog``, ``potluck.tuning.zero``,
``potluck_plugins.tuners._shared.bottleneck``, ``potluck_plugins.tuners._shared.deep``,
``potluck_plugins.tuners._shared.starts``, ``potluck_plugins.tuners.adapter``, ``potluck_plugins.tuners.full``,
``potluck_plugins.tuners.lora``, ``potluck_plugins.tuners.p_tuning_v2``, ``potluck_plugins.tuners.p_tuning``,
``potluck_plugins.tuners.prefix``, ``potluck_plugins.tuners.prompt``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel

from potluck.models.inputs import cache_argument
from potluck.models.loading import load_model, load_tokenizer
from potluck.tuning.attached import flatten_cache
from support.tuning import colours, request

from .conftest import Make

IDS = torch.tensor([[5, 17, 80, 33, 9, 41]])
NAMES = ("lora", "adapter", "prefix", "p-tuning-v2", "prompt", "p-tuning")
HIDDEN, LAYERS, KEY_WIDTH = 32, 2, 16


def wrapped(tuner: Any, model: Path, folder: Path) -> Any:
    torch.manual_seed(0)
    return tuner.wrap(load_model(model, "float32"), request(model, folder, colours(4)), load_tokenizer(model))


def randomised(one: Any) -> Any:
    """All trained parameters away from their beginnings."""
    torch.manual_seed(1)
    for parameter in one.parameters():
        if parameter.requires_grad:
            parameter.data.add_(torch.randn_like(parameter) * 0.1)
    return one.eval()


def saved(tuner: Any, model: Path, home: Path) -> tuple[Any, Path]:
    """A wrapped model away from its beginning, and the folder where it was saved."""
    one, folder = randomised(wrapped(tuner, model, home)), home / "saved"
    folder.mkdir()
    tuner.save(one, folder)
    return one, folder


def logits(tuner: Any, one: Any) -> torch.Tensor:
    base, virtual = tuner.base(one), tuner.virtual(one)
    with torch.no_grad():
        if virtual is None:
            return base(input_ids=IDS).logits
        if virtual.cache is not None:
            places = torch.arange(IDS.shape[1])[None] + virtual.length
            return base(input_ids=IDS, **cache_argument(base, virtual.cache), position_ids=places).logits
        words = torch.cat([virtual.embeddings, base.get_input_embeddings()(IDS)], dim=1)
        return base(inputs_embeds=words).logits[:, virtual.length :]


@pytest.mark.parametrize("name", NAMES)
def test_only_the_methods_own_parameters_get_gradients_and_the_bases_stay_bit_for_bit(
    make: Make, model: Path, tmp_path: Path, name: str
) -> None:
    tuner = make(name)
    one = wrapped(tuner, model, tmp_path)
    before = {key: value.clone() for key, value in load_model(model, "float32").state_dict().items()}
    trained = [parameter for parameter in one.parameters() if parameter.requires_grad]
    optimiser = torch.optim.SGD(trained, lr=0.1)
    for _ in range(3):
        base, virtual = tuner.base(one), tuner.virtual(one)
        given: dict[str, Any] = {"input_ids": IDS}
        if virtual is not None and virtual.cache is not None:
            given |= cache_argument(base, virtual.cache)
        elif virtual is not None:
            given = {"inputs_embeds": torch.cat([virtual.embeddings, base.get_input_embeddings()(IDS)], dim=1)}
        base(**given).logits.logsumexp(-1).sum().backward()
        optimiser.step()
        optimiser.zero_grad()
    frozen = [parameter for parameter in one.parameters() if not parameter.requires_grad]
    assert all(parameter.grad is None for parameter in frozen)
    after = {key.replace(".base_layer", ""): value for key, value in tuner.base(one).state_dict().items()}
    assert all(torch.equal(value, after[key]) for key, value in before.items())


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        *(("lora", settings) for settings in ({}, {"use_dora": True}, {"use_rslora": True})),
        *(("adapter", {"variant": variant}) for variant in ("houlsby", "pfeiffer", "parallel")),
    ],
)
def test_before_the_first_step_nothing_is_changed(
    make: Make, model: Path, tmp_path: Path, name: str, settings: dict[str, Any]
) -> None:
    tuner = make(name, **settings)
    one = wrapped(tuner, model, tmp_path).eval()
    with torch.no_grad():
        expected = load_model(model, "float32").eval()(input_ids=IDS).logits
    if settings.get("use_dora"):  # the lengths of columns are computed from the weights, and rounded
        torch.testing.assert_close(logits(tuner, one), expected, rtol=1e-5, atol=1e-5)
    else:
        assert torch.equal(logits(tuner, one), expected)


def test_lora_adds_alpha_over_r_times_b_a_x(make: Make, model: Path, tmp_path: Path) -> None:
    tuner = make("lora", r=4, lora_alpha=12)
    layer = randomised(wrapped(tuner, model, tmp_path)).get_base_model().model.layers[0].self_attn.q_proj
    x = torch.randn(3, HIDDEN)
    a, b, w = layer.lora_A["default"].weight, layer.lora_B["default"].weight, layer.base_layer.weight
    torch.testing.assert_close(layer(x), x @ w.T + 12 / 4 * (x @ a.T) @ b.T)


def test_rank_stabilised_lora_divides_by_the_root_of_the_rank(make: Make, model: Path, tmp_path: Path) -> None:
    tuner = make("lora", r=4, lora_alpha=12, use_rslora=True)
    layer = randomised(wrapped(tuner, model, tmp_path)).get_base_model().model.layers[0].self_attn.v_proj
    x = torch.randn(3, HIDDEN)
    a, b, w = layer.lora_A["default"].weight, layer.lora_B["default"].weight, layer.base_layer.weight
    torch.testing.assert_close(layer(x), x @ w.T + 12 / 2 * (x @ a.T) @ b.T)


def test_a_bottleneck_adds_up_f_down_in_series(make: Make, model: Path, tmp_path: Path) -> None:
    tuner = make("adapter", variant="pfeiffer", reduction_factor=4, non_linearity="relu")
    one = randomised(wrapped(tuner, model, tmp_path))
    plain = load_model(model, "float32").model.layers[0].mlp
    x = torch.randn(1, 3, HIDDEN)
    part = one.bottlenecks["0-mlp"]
    h = plain(x)
    inside = torch.relu(h @ part.down.weight.T + part.down.bias)
    torch.testing.assert_close(one.model.layers[0].mlp(x), h + inside @ part.up.weight.T + part.up.bias)


def test_a_parallel_adapter_reads_the_input_and_is_scaled(make: Make, model: Path, tmp_path: Path) -> None:
    tuner = make("adapter", variant="parallel", reduction_factor=4, non_linearity="relu", scaling=4.0)
    one = randomised(wrapped(tuner, model, tmp_path))
    plain = load_model(model, "float32").model.layers[0].mlp
    x = torch.randn(1, 3, HIDDEN)
    part = one.bottlenecks["0-mlp"]
    inside = torch.relu(x @ part.down.weight.T + part.down.bias)
    torch.testing.assert_close(one.model.layers[0].mlp(x), plain(x) + 4 * (inside @ part.up.weight.T + part.up.bias))


def test_p_tunings_embeddings_are_an_lstm_with_an_mlp_behind_it_and_anchors_stand_among_them(
    make: Make, model: Path, tmp_path: Path
) -> None:
    tuner = make("p-tuning", num_virtual_tokens=4, encoder_hidden_size=8, anchors={2: "fruit"})
    one = randomised(wrapped(tuner, model, tmp_path))
    encoder = one.prompt_encoder["default"]
    with torch.no_grad():
        expected = encoder.mlp_head(encoder.lstm_head(encoder.embedding.weight[None])[0])[0]
        virtual = tuner.virtual(one)
    words = load_tokenizer(model)("fruit", add_special_tokens=False)["input_ids"]
    found = virtual.embeddings[0].detach()
    assert virtual.length == 4 + len(words)
    torch.testing.assert_close(found[:2], expected[:2])
    torch.testing.assert_close(found[2 : 2 + len(words)], tuner.base(one).get_input_embeddings().weight[words].detach())
    torch.testing.assert_close(found[2 + len(words) :], expected[2:])


@pytest.mark.parametrize("name", ["prefix", "p-tuning-v2"])
def test_a_prefix_that_begins_at_words_is_what_the_model_computes_for_them(
    make: Make, model: Path, tmp_path: Path, name: str
) -> None:
    tuner = make(name, init="text", init_text="the red apple", num_virtual_tokens=3)
    one = wrapped(tuner, model, tmp_path).eval()
    words = (load_tokenizer(model)("the red apple", add_special_tokens=False)["input_ids"] * 3)[:3]
    with torch.no_grad():
        expected = load_model(model, "float32")(input_ids=torch.cat([torch.tensor([words]), IDS], dim=1)).logits[:, 3:]
    torch.testing.assert_close(logits(tuner, one), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        ("lora", {"r": 4}, LAYERS * 4 * ((HIDDEN + HIDDEN) + (HIDDEN + KEY_WIDTH))),
        ("prompt", {"num_virtual_tokens": 7}, 7 * HIDDEN),
        ("prompt", {"num_virtual_tokens": 1}, HIDDEN),
        ("prefix", {"num_virtual_tokens": 1}, LAYERS * 2 * KEY_WIDTH),
        ("p-tuning-v2", {"num_virtual_tokens": 1}, LAYERS * 2 * KEY_WIDTH),
        ("prefix", {"num_virtual_tokens": 7}, 7 * LAYERS * 2 * KEY_WIDTH),
        ("p-tuning-v2", {"num_virtual_tokens": 7}, 7 * LAYERS * 2 * KEY_WIDTH),
        ("adapter", {"reduction_factor": 4}, LAYERS * 2 * (2 * HIDDEN * 8 + 8 + HIDDEN)),
        ("adapter", {"reduction_factor": 4, "variant": "pfeiffer"}, LAYERS * (2 * HIDDEN * 8 + 8 + HIDDEN)),
    ],
)
def test_so_many_parameters_are_trained_as_the_paper_says_and_the_plan_says_so_too(
    make: Make, model: Path, tmp_path: Path, name: str, settings: dict[str, Any], expected: int
) -> None:
    tuner = make(name, **settings)
    one = wrapped(tuner, model, tmp_path)
    assert sum(p.numel() for p in one.parameters() if p.requires_grad) == expected
    assert tuner.plan(request(model, tmp_path, colours(4))).trainable_parameters == expected


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        *((name, {}) for name in NAMES),
        ("prefix", {"prefix_projection": True}),
        ("p-tuning", {"encoder_reparameterization_type": "MLP"}),
        ("lora", {"use_dora": True}),
    ],
)
def test_what_was_saved_gives_the_same_logits_on_a_fresh_base_which_is_itself_outside(
    make: Make, model: Path, tmp_path: Path, name: str, settings: dict[str, Any]
) -> None:
    tuner = make(name, **settings)
    one, folder = saved(tuner, model, tmp_path)
    expected = logits(tuner, one)
    base = load_model(model, "float32").eval()
    with torch.no_grad():
        before = base(input_ids=IDS).logits
        attached = tuner.attach(base, folder)
        places = torch.arange(IDS.shape[1])[None] + attached.past_length
        with attached.active():
            found = base(input_ids=IDS, **cache_argument(base, attached.past()), position_ids=places).logits
        assert torch.equal(base(input_ids=IDS).logits, before)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
    assert float((found - before).abs().max()) > 1e-3


@pytest.mark.parametrize(("name", "settings"), [("lora", {}), ("prompt", {}), ("prefix", {}), ("p-tuning", {})])
def test_peft_itself_reads_what_was_saved(
    make: Make, model: Path, tmp_path: Path, name: str, settings: dict[str, Any]
) -> None:
    tuner = make(name, **settings)
    one, folder = saved(tuner, model, tmp_path)
    theirs = PeftModel.from_pretrained(load_model(model, "float32"), str(folder)).eval()
    with torch.no_grad():
        found = theirs(input_ids=IDS, attention_mask=torch.ones_like(IDS)).logits[:, -IDS.shape[1] :]
    torch.testing.assert_close(found, logits(tuner, one), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("settings", [{}, {"use_dora": True}, {"use_rslora": True, "target_modules": "all-linear"}])
def test_a_merged_model_gives_the_same_logits(
    make: Make, model: Path, tmp_path: Path, settings: dict[str, Any]
) -> None:
    tuner = make("lora", **settings)
    one, folder = saved(tuner, model, tmp_path)
    merged = tuner.merge(load_model(model, "float32"), folder).eval()
    with torch.no_grad():
        assert float((merged(input_ids=IDS).logits - logits(tuner, one)).abs().max()) <= 1e-4
    assert {type(module).__name__ for module in merged.modules()} == {
        type(module).__name__ for module in load_model(model, "float32").modules()
    }


def test_keys_and_values_side_by_side_are_those_of_the_cache(make: Make, model: Path, tmp_path: Path) -> None:
    tuner = make("prefix", num_virtual_tokens=5)
    one = randomised(wrapped(tuner, model, tmp_path))
    weight = one.prompt_encoder["default"].embedding.weight
    torch.testing.assert_close(flatten_cache(tuner.virtual(one).cache), weight)
