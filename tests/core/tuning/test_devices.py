"""What is computed is made where the model is.

There is no graphics card on the machines that run these tests. Instead the model stays on the processor, and whatever
is made without a place of its own lands on torch's device ``meta``, which has no values: mixing both is an error, as
mixing a card with the processor is.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from potluck import plugins
from potluck.contracts import Context, Estimate
from potluck.errors import ModelError
from potluck.model_sources.model_store import ModelStore
from potluck.models.devices import resolve_device
from potluck.models.loading import load_model, load_tokenizer
from potluck.stages.training_resources import resource_problems
from potluck.tuning.encode import encode
from potluck.tuning.forward import answer_logits, batches
from potluck.tuning.job import wrap_model
from potluck.tuning.training import evaluate_model
from support.tiny_models import tiny_masked, tiny_seq2seq
from support.tuning import METHODS, colours, make_model, request

TEXTS = ["the red apple", "a blue sky", "fruit", "weather"]
KINDS = {"causal": list(METHODS), "masked": ["lora", "prompt", "p-tuning"], "seq2seq": ["lora", "prompt", "p-tuning"]}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("devices")
    return {
        "causal": make_model(home / "causal"),
        "masked": tiny_masked(home / "masked", TEXTS, TEXTS, steps=1),
        "seq2seq": tiny_seq2seq(home / "seq2seq", [(text, text) for text in TEXTS]),
    }


def made(use: str, folder: Path, head: bool) -> Any:
    found = plugins.find("tuner", use)
    settings = {**METHODS[use], "head": head}
    if use == "p-tuning":
        settings["anchors"] = {2: "apple"}
    config = plugins.offer(found).config.model_validate(settings)
    return plugins.make(found, config, Context(folder, folder, ModelStore(folder)))


CASES = [
    *((kind, use, False) for kind, uses in KINDS.items() for use in uses),
    *(("causal", use, True) for use in METHODS),
    ("masked", "lora", True),
]


@pytest.mark.parametrize(("kind", "use", "head"), CASES)
def test_a_step_and_an_evaluation_make_everything_where_the_model_is(
    models: dict[str, Path], tmp_path: Path, kind: Any, use: str, head: bool
) -> None:
    asked = request(models[kind], tmp_path / "run", colours(4))
    method, tokenizer = made(use, tmp_path, head), load_tokenizer(models[kind])
    model = wrap_model(method, load_model(models[kind], "float32", kind), asked, tokenizer)
    examples = encode(asked.training, tokenizer, None, kind=kind, labels=asked.labels if head else ()).examples
    with torch.device("meta"):
        found = evaluate_model(method, model, examples, partial(answer_logits, method, model))
        for batch in batches(method, model, examples, 64):
            torch.nn.functional.cross_entropy(answer_logits(method, model, batch), batch.targets).backward()
    assert found.loss > 0
    grown = [one for one in model.parameters() if one.requires_grad and one.grad is not None]
    assert grown
    assert all(one.grad is not None and bool(one.grad.isfinite().all()) for one in grown)


def test_an_evaluation_compares_the_first_and_the_last_token_of_each_answer(
    models: dict[str, Path], tmp_path: Path
) -> None:
    asked = request(models["causal"], tmp_path / "run", colours(4))
    method, tokenizer = made("lora", tmp_path, False), load_tokenizer(models["causal"])
    model = wrap_model(method, load_model(models["causal"], "float32", "causal"), asked, tokenizer)
    examples = encode(asked.training, tokenizer, None, kind="causal").examples

    found = evaluate_model(method, model, examples, partial(answer_logits, method, model))

    assert sorted(right for _, right in found.first_tokens) == sorted(one.first for one in examples)
    assert sorted(right for _, right in found.last_tokens) == sorted(one.ids[-1] for one in examples)
    assert len(found.right) == len(examples)


def test_a_card_that_is_not_there_is_an_error_and_auto_takes_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert resolve_device("auto") == resolve_device("cpu") == "cpu"
    with pytest.raises(ModelError, match="'cuda' was asked for, and torch finds no graphics card"):
        resolve_device("cuda")


def test_what_does_not_fit_on_the_card_is_told_of_the_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (1 << 30, 2 << 30))
    estimate = Estimate(1, 1, memory=3 << 30, disk=1, steps=1, device="cuda")
    (said,) = resource_problems(estimate, tmp_path)
    assert said.startswith("it takes about 3.0 GiB of memory of the card, and 1.0 GiB are free")
    assert resource_problems(replace(estimate, memory=1 << 29), tmp_path) == []
