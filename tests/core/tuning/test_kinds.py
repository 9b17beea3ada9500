"""Masked and sequence-to-sequence models are tuned and answered with too; what a method cannot do is said by name.

Modules: ``potluck.tuning.artifact``, ``potluck.tuning.attached``, ``potluck.tuning.card``,
``potluck.tuning.checkpoint``, ``potluck.tuning.training``, ``potluck.tuning.estimate``, ``potluck.tuning.head``,
``potluck.tuning.job``, ``potluck.tuning.local_tuner``, ``potluck.tuning.method``, ``potluck.tuning.packed_batches``,
``potluck.tuning.processes``, ``potluck.tuning.padded_batches``, ``potluck.tuning.schedule``,
``potluck.tuning.training_settings``, ``potluck.tuning.sharding``, ``potluck.tuning.tied``,
``potluck.tuning.tokenizer_checks``, ``potluck.tuning.watchdog``, ``potluck.tuning.zero``,
``potluck_plugins.chat._shared.label_head``, ``potluck_plugins.chat.seq2seq``.
"""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from potluck import plugins
from potluck.adapters.merge import merge
from potluck.api import Recipe
from potluck.contracts import ChatOptions, Context
from potluck.documents import Example, Message
from potluck.errors import ModelError, ModelNotFound, PotluckError, Unsupported
from potluck.model_sources.model_store import ModelStore
from potluck.models.loading import kind_of, load_model, load_tokenizer
from potluck.planning.tuners import list_tuners
from potluck.stages.tune import plan_training
from potluck.tuning.encode import encode
from potluck.tuning.forward import answer_logits, batches
from support.tiny_models import tiny_causal, tiny_masked, tiny_seq2seq
from support.tuning import request

ROWS = [("the red apple", "fruit"), ("a blue sky", "weather"), ("紅色 的 蘋果", "fruit"), ("藍色 的 天空", "weather")]
TEXTS = [f"{text} {number} is {label}" for number in range(5) for text, label in ROWS]
OTHER = {"fruit": "weather", "weather": "fruit"}
"""What the models have learned to say before they are tuned: the wrong way round."""
CHATS = {"masked": "masked-lm", "seq2seq": "seq2seq"}
ANSWERING = {**CHATS, "causal": "transformers"}
METHODS: dict[str, dict[str, Any]] = {
    "lora": {"r": 4, "training": {"learning_rate": 0.03}},
    "prompt": {"num_virtual_tokens": 4, "training": {"learning_rate": 0.5}},
    "p-tuning": {"num_virtual_tokens": 4, "encoder_hidden_size": 16, "training": {"learning_rate": 0.02}},
    "full": {"training": {"learning_rate": 0.003}},
}
EXAMPLES = [Example((Message("user", f"{text} is"),), label) for text, label in ROWS]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("kinds")
    turned = [f"{text} {number} is {OTHER[label]}" for number in range(5) for text, label in ROWS]
    return {
        "masked": tiny_masked(home / "masked", turned, [text.split()[-1] for text in turned], steps=60),
        "seq2seq": tiny_seq2seq(home / "seq2seq", [(text.rpartition(" ")[0], text.split()[-1]) for text in turned]),
        "causal": tiny_causal(home / "causal", TEXTS),
    }


def recipe(home: Path, kind: str, use: str | None, **more: Any) -> Recipe:
    rows = [{"text": f"{text} {number}", "label": label} for number in range(5) for text, label in ROWS]
    (home / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    settings = json.loads(json.dumps(METHODS.get(use or "", {})))
    training = {"max_steps": 40, "per_device_train_batch_size": 8, "dtype": "float32", **settings.pop("training", {})}
    said = {
        "model": "model", "task": "classification", "dataset": "train.jsonl", "prompt": "{text} is",
        "chat": ANSWERING[kind], **({"tuner": {"use": use, **settings, "training": training}} if use else {}), **more,
    }  # fmt: skip
    (home / "recipe.yaml").write_text(json.dumps(said), encoding="utf-8")
    return Recipe.load(home / "recipe.yaml")


def surprise(answering: Recipe) -> float:
    chat = answering.chat_model()
    return -sum(chat.likelihoods(one.messages, [one.target])[0].logprob for one in EXAMPLES)


@pytest.mark.parametrize("kind", ["causal", "seq2seq"])
def test_a_label_is_as_likely_beside_a_longer_one_as_it_is_alone(
    tmp_path: Path, models: dict[str, Path], kind: str
) -> None:
    shutil.copytree(models[kind], tmp_path / "model")
    labels = ["fruit", "the weather of the red apple"]
    with recipe(tmp_path, kind, None, chat=CHATS.get(kind, "transformers")) as frozen:
        chat, question = frozen.chat_model(), EXAMPLES[0].messages
        together = [one.logprob for one in chat.likelihoods(question, labels)]
        alone = [chat.likelihoods(question, [label])[0].logprob for label in labels]

    assert together == pytest.approx(alone, abs=1e-3)


@pytest.mark.parametrize("use", METHODS)
@pytest.mark.parametrize("kind", CHATS)
def test_a_tuner_learns_and_the_kinds_own_chat_model_answers_with_it(
    tmp_path: Path, models: dict[str, Path], kind: str, use: str
) -> None:
    shutil.copytree(models[kind], tmp_path / "model")
    with recipe(tmp_path, kind, None) as frozen:
        before = surprise(frozen)
    with recipe(tmp_path, kind, use) as tuned:
        done, after = tuned.tune(), surprise(tuned)
        found = tuned.evaluate(tmp_path / "train.jsonl")
    assert sum(done.tuned.losses[-3:]) < 0.8 * sum(done.tuned.losses[:3])
    assert after < 0.9 * before
    assert {one.answer.text for one in found.answered} <= {"fruit", "weather"}
    with recipe(tmp_path, kind, None) as again:
        assert surprise(again) == before


@pytest.mark.parametrize("kind", CHATS)
def test_what_is_learned_is_the_librarys_own_loss(tmp_path: Path, models: dict[str, Path], kind: str) -> None:
    folder = models[kind]
    method, asked = plugin("full", tmp_path), request(folder, tmp_path, EXAMPLES)
    model, tokenizer = load_model(folder, "float32", kind), load_tokenizer(folder)  # type: ignore[arg-type]
    wrapped = method.wrap(model, asked, tokenizer)
    ours, theirs = 0.0, 0.0
    encoded = encode(EXAMPLES, tokenizer, None, kind=kind_of(folder)).examples
    with torch.no_grad():
        for batch in batches(method, wrapped, encoded, 20):
            found = answer_logits(method, wrapped, batch)
            ours += float(torch.nn.functional.cross_entropy(found, batch.targets, reduction="sum"))
        for one in EXAMPLES:
            text = one.messages[0].content
            if kind == "seq2seq":
                given = tokenizer(text, text_target=one.target, return_tensors="pt")
                labels = given["labels"]
            else:
                given = tokenizer(f"{text} [MASK]", return_tensors="pt")
                right = tokenizer(f"{text} {one.target}", return_tensors="pt")["input_ids"]
                labels = torch.where(given["input_ids"] == tokenizer.mask_token_id, right, -100)
            given = {key: value for key, value in given.items() if key != "labels"}
            theirs += float(model(**given, labels=labels).loss) * int((labels != -100).sum())
    assert ours == pytest.approx(theirs, rel=1e-4)


def test_a_mask_in_the_prompt_is_where_the_answer_stands(models: dict[str, Path]) -> None:
    tokenizer = load_tokenizer(models["masked"])
    (one,) = encode([Example((Message("user", "the [MASK] apple"),), "red")], tokenizer, None, kind="masked").examples
    assert tokenizer.convert_ids_to_tokens(one.ids) == ["[CLS]", "the", "[MASK]", "apple", "[SEP]"]
    assert (one.start, tokenizer.convert_ids_to_tokens(one.answer)) == (2, ["red"])


@pytest.mark.parametrize("use", ["prefix", "p-tuning-v2", "adapter"])
@pytest.mark.parametrize(("kind", "named"), [("masked", "a masked one"), ("seq2seq", "a sequence-to-sequence one")])
def test_what_a_method_cannot_do_is_said_before_anything_loads(
    tmp_path: Path, models: dict[str, Path], use: str, kind: str, named: str
) -> None:
    shutil.copytree(models[kind], tmp_path / "model")
    with recipe(tmp_path, kind, use) as one, pytest.raises(Unsupported, match=named):
        one.tune()
    bare = tmp_path / "bare"
    bare.mkdir()
    shutil.copy(models[kind] / "config.json", bare)
    with pytest.raises(Unsupported, match=named):
        plugin(use, tmp_path).tune(request(bare, tmp_path, EXAMPLES), lambda _: None)


def test_a_chat_model_of_another_kind_is_refused_with_the_name_of_the_right_one(
    tmp_path: Path, models: dict[str, Path]
) -> None:
    for kind, chat in (("masked", "masked-lm"), ("seq2seq", "seq2seq"), ("causal", "transformers")):
        wrong = "masked" if kind != "masked" else "causal"
        with pytest.raises(ModelNotFound, match=f"chat models that answer with one: '{chat}'"):
            load_model(models[kind], "float32", wrong)  # type: ignore[arg-type]


def test_a_folder_that_is_not_a_language_model_is_refused_by_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"architectures": ["ViTForImageClassification"]}', encoding="utf-8")
    with pytest.raises(ModelNotFound, match="ViTForImageClassification"):
        kind_of(tmp_path)
    (tmp_path / "config.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ModelNotFound, match="could not be read"):
        kind_of(tmp_path)


def test_layers_that_are_not_there_are_an_error_of_the_settings(tmp_path: Path, models: dict[str, Path]) -> None:
    method = plugin("lora", tmp_path, target_modules=["nothing_proj"])
    with pytest.raises(PotluckError, match="nothing_proj"):
        method.plan(request(models["causal"], tmp_path, EXAMPLES))


def plugin(name: str, folder: Path, **settings: Any) -> Any:
    offered = plugins.offer(plugins.find("tuner", name))
    return offered.make(offered.config(**settings), Context(folder, folder, ModelStore(folder)))


HEADS = [
    *(("causal", use) for use in ("lora", "prefix", "prompt", "p-tuning", "p-tuning-v2", "adapter", "full")),
    *(("masked", use) for use in METHODS),
]


@pytest.mark.parametrize(("kind", "use"), HEADS)
def test_with_a_classification_head_a_label_is_named_and_not_spelled(
    tmp_path: Path, models: dict[str, Path], kind: str, use: str
) -> None:
    shutil.copytree(models[kind], tmp_path / "model")
    settings = {**METHODS.get(use, {}), "head": True}
    training = {"max_steps": 80, "per_device_train_batch_size": 20, "lr_scheduler_type": "constant", "dtype": "float32"}
    tuner = {"use": use, **settings, "training": {**training, "learning_rate": 0.003 if use == "full" else 0.02}}
    dataset = {"path": "train.jsonl", "validation": 0}
    with recipe(tmp_path, kind, None, tuner=tuner, dataset=dataset) as tuned:
        done, found = tuned.tune(), tuned.evaluate(tmp_path / "train.jsonl")
        assert tuned.tune().reused
        question = [Message("user", "the red apple 1 is")]
        logprobs = [one.logprob for one in tuned.chat_model().likelihoods(question, ["fruit", "weather"])]
        with pytest.raises(ModelError, match="'plum' is none of them"):
            tuned.chat_model().likelihoods(question, ["plum"])
        said = tuned.chat_model().chat(question, ChatOptions()).text
        chat = tuned.chat_model()
        answered = [
            chat.likelihoods([Message("user", one.question.question)], [one.right_answer])[0] for one in found.answered
        ]
    assert found.metrics["accuracy"] > 0.9
    right = [one.logprob for one in answered]
    assert -sum(right) / len(right) == pytest.approx(done.tuned.losses[-1], rel=0.3)
    assert sum(math.exp(one) for one in logprobs) == pytest.approx(1, abs=1e-5)
    assert said == ("fruit" if logprobs[0] > logprobs[1] else "weather")
    counted = done.tuned.trainable_parameters
    with recipe(tmp_path, kind, None, tuner={**tuner, "head": False}) as spelled:
        width = json.loads((tmp_path / "model" / "config.json").read_text(encoding="utf-8"))["hidden_size"]
        assert plan_training(spelled.components).trainable_parameters == counted - 2 * (width + 1)


def test_a_head_is_refused_where_it_has_nothing_to_name_or_to_read(tmp_path: Path, models: dict[str, Path]) -> None:
    for kind, task, reason in (
        ("causal", "generation", "needs 'task: classification'"),
        ("seq2seq", "classification", "has no head"),
    ):
        home = tmp_path / kind
        shutil.copytree(models[kind], home / "model")
        tuner = {"use": "lora", "head": True, "training": {"max_steps": 1}}
        with recipe(home, kind, None, tuner=tuner, task=task) as one, pytest.raises(Unsupported, match=reason):
            one.tune()


def test_a_model_with_a_head_does_not_merge(tmp_path: Path, models: dict[str, Path]) -> None:
    shutil.copytree(models["causal"], tmp_path / "model")
    tuner = {"use": "lora", "head": True, "training": {"max_steps": 1}}
    with recipe(tmp_path, "causal", None, tuner=tuner) as one, pytest.raises(Unsupported, match="classification head"):
        merge(one.components, tmp_path / "merged")


def test_the_taxonomy_says_which_kinds_a_tuner_trains_and_counts_where_it_can(models: dict[str, Path]) -> None:
    rows = {one.name: one for one in list_tuners(str(models["masked"]), models["masked"])}
    assert rows["lora"].kinds == ("causal", "masked", "seq2seq")
    assert rows["lora"].served_by == ("masked-lm", "seq2seq", "transformers")
    assert rows["prefix"].served_by == ("transformers",)
    assert rows["full"].trainable == rows["full"].total
    assert 0 < (rows["lora"].trainable or 0) < (rows["lora"].total or 0)
    assert (rows["prefix"].kinds, rows["prefix"].trainable) == (("causal",), None)
