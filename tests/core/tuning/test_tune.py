"""Tuning by a recipe: trained once, kept as an artifact, answered with; anything that does not belong is refused.

Modules: ``potluck.adapters.resolve``, ``potluck.components.changes``, ``potluck.tuning.artifact``,
``potluck.tuning.attached``, ``potluck.tuning.card``, ``potluck.tuning.checkpoint``, ``potluck.tuning.encode``,
``potluck.tuning.training``, ``potluck.tuning.estimate``, ``potluck.tuning.forward``, ``potluck.tuning.head``,
``potluck.tuning.job``, ``potluck.tuning.local_tuner``, ``potluck.tuning.method``, ``potluck.tuning.packed_batches``,
``potluck.tuning.processes``, ``potluck.tuning.padded_batches``, ``potluck.tuning.schedule``,
``potluck.tuning.training_settings``, ``potluck.tuning.sharding``, ``potluck.tuning.tied``,
``potluck.tuning.tokenizer_checks``, ``potluck.tuning.watchdog``.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from potluck.adapters.merge import merge
from potluck.api import Recipe
from potluck.documents import Message
from potluck.errors import ModelError, PotluckError, RecipeError, Unsupported
from potluck.overlap import rouge_l
from potluck.stages.training_resources import resource_problems
from potluck.stages.tune import plan_training
from potluck.tuning import artifact
from support.tuning import METHODS, ROWS, TEMPLATE, make_model, recipe


def zero(stage: int) -> dict[str, Any]:
    """A DeepSpeed configuration."""
    return {"zero_optimization": {"stage": stage}}


def surprise(answering: Recipe, home: Path) -> float:
    """Nats of the right labels, summed over the test file."""
    rows = [json.loads(line) for line in (home / "test.jsonl").read_text(encoding="utf-8").splitlines()]
    return -sum(
        answering.chat_model()
        .likelihoods([Message("user", f"Fruit or weather?\n{row['text']}")], [row["label"] + "</s>"])[0]
        .logprob
        for row in rows
    )


@pytest.mark.parametrize("use", METHODS)
def test_every_tuner_learns_by_a_recipe_and_the_chat_model_answers_with_what_it_learned(home: Path, use: str) -> None:
    with recipe(home, use) as tuned:
        done = tuned.tune()
        found, after = tuned.evaluate(home / "test.jsonl"), surprise(tuned, home)
    with recipe(home, tuner=None) as frozen:
        before = surprise(frozen, home)
    assert done.tuned.losses[-1] < done.tuned.losses[0]
    assert after < 0.9 * before
    assert {one.answer.text for one in found.answered} <= {"fruit", "weather"}
    assert found.as_json()["accuracy"] == found.metrics["accuracy"]


def test_a_chat_model_with_settings_of_its_own_answers_as_tuned_unless_the_recipe_says_not_to(home: Path) -> None:
    with recipe(home) as plain:
        expected = surprise(plain, home)
    for chat in ({"use": "transformers"}, {"use": "transformers", "max_tokens": 9}):
        with recipe(home, chat=chat) as tuned:
            assert surprise(tuned, home) == expected
    with recipe(home, chat={"use": "transformers", "adapter": None}) as frozen:
        assert surprise(frozen, home) > expected


def test_what_was_trained_is_not_trained_again_and_other_settings_are_something_else(home: Path) -> None:
    with recipe(home) as first:
        done = first.tune()
    with recipe(home) as again:
        kept = again.tune()
    with recipe(home, seed=1) as other:
        changed = other.tune()
    assert (done.reused, kept.reused, changed.reused) == (False, True, False)
    assert kept.adapter == done.adapter != changed.adapter
    assert kept.tuned == done.tuned


def test_a_training_that_is_done_again_says_why(home: Path) -> None:
    with recipe(home) as first:
        assert not [note for note in first.tune().notes if "again" in note]
    rows = (home / "train.jsonl").read_text(encoding="utf-8") + '{"text": "a ripe 梨", "label": "fruit"}\n'
    (home / "train.jsonl").write_text(rows, encoding="utf-8")
    config = home / "model" / "config.json"
    config.write_text(config.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    with recipe(home, seed=1) as other:
        done = other.tune()
    with recipe(home, seed=1) as same:
        kept = same.tune()

    why = "the model is trained again because the examples changed and the model changed and seed 0 -> 1"
    assert why in done.notes
    assert (kept.reused, why in kept.notes) == (True, False)


def test_the_artifact_can_be_named_by_its_folder_in_another_recipe(home: Path) -> None:
    with recipe(home) as trained:
        folder = trained.tune().adapter
        expected = trained.evaluate(home / "test.jsonl").answered
    shutil.copytree(folder, home / "kept")
    shutil.rmtree(home / ".potluck")
    with recipe(home, tuner=None, adapter="kept") as answering:
        found = answering.evaluate(home / "test.jsonl").answered
    assert [one.answer for one in found] == [one.answer for one in expected]


def test_two_adapters_answer_from_one_base_each_as_if_it_were_alone(home: Path) -> None:
    question = [Message("user", "紅色的蘋果")]

    def said(answering: Recipe) -> list[float]:
        return [one.logprob for one in answering.chat_model().likelihoods(question, ["fruit", "weather"])]

    alone = {}
    for use in ("lora", "adapter", "prompt"):
        with recipe(home, use) as answering:
            alone[use] = said(answering)
    with recipe(home, tuner=None) as frozen:
        base = said(frozen)
        with recipe(home, "lora") as one, recipe(home, "adapter") as two, recipe(home, "prompt") as three:
            for _ in range(2):
                assert said(one) == pytest.approx(alone["lora"], abs=1e-4)
                assert said(frozen) == base
                assert said(two) == pytest.approx(alone["adapter"], abs=1e-4)
                assert said(three) == pytest.approx(alone["prompt"], abs=1e-4)
            models = {id(r.chat_model()._both[0]) for r in (frozen, one, two, three)}  # type: ignore[attr-defined]
    assert len(models) == 1


def altered(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    (folder / name).write_bytes(change((folder / name).read_bytes()))


def relabelled(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what an artifact says about itself, and seal it again, as one who knows how would."""
    whole = json.loads((folder / artifact.MANIFEST).read_text(encoding="utf-8"))
    change(whole)
    whole["seal"] = artifact.fingerprint({key: value for key, value in whole.items() if key != "seal"})
    (folder / artifact.MANIFEST).write_text(json.dumps(whole), encoding="utf-8")


def flipped(content: bytes) -> bytes:
    return content[:-9] + bytes([content[-9] ^ 0x40]) + content[-8:]


def rehashed(folder: Path, name: str) -> None:
    relabelled(folder, lambda whole: whole["files"].update({name: artifact.file_hash(folder / name)}))


def without_a_tensor(home: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = home / "kept" / "adapter_model.safetensors"
    tensors = load_file(path)
    tensors.pop(sorted(tensors)[0])
    save_file(tensors, path)
    rehashed(home / "kept", path.name)


def other_values(home: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = home / "kept" / "adapter_model.safetensors"
    save_file({name: tensor * 3 + 0.5 for name, tensor in load_file(path).items()}, path)
    rehashed(home / "kept", path.name)


def another_model(home: Path, **more: Any) -> None:
    shutil.rmtree(home / "model")
    make_model(home / "model", **more)


def another_tokenizer(home: Path) -> None:
    path = home / "model" / "tokenizer.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    vocabulary = whole["model"]["vocab"]
    one, other = sorted(vocabulary, key=vocabulary.__getitem__)[300:302]
    vocabulary[one], vocabulary[other] = vocabulary[other], vocabulary[one]
    path.write_text(json.dumps(whole), encoding="utf-8")


def one_bit_of_the_base(home: Path) -> None:
    altered(home / "model", "model.safetensors", flipped)


def another_template(home: Path) -> None:
    another_model(home, template=TEMPLATE.replace("</s>", " </s>"))


def other_settings(home: Path) -> None:
    altered(home / "kept", SETTINGS, lambda content: content.replace(b"q_proj", b"k_proj"))


def with_a_pickle(home: Path) -> None:
    (home / "kept" / "adapter_model.bin").write_bytes(b"x")


def another_name(content: bytes) -> bytes:
    return content.replace(b'"model": "model"', b'"model": "other"')


WEIGHTS, SETTINGS = "adapter_model.safetensors", "adapter_config.json"
MISMATCHES: dict[str, tuple[Callable[[Path], None], str]] = {
    "another base of the same shape": (lambda home: another_model(home, seed=5), "weights of the base"),
    "a base with one bit changed": (one_bit_of_the_base, "weights of the base"),
    "another tokenizer": (another_tokenizer, "the tokenizer"),
    "another template": (another_template, "chat template"),
    "no template": (lambda home: another_model(home, template=None), "template|tokenizer"),
    "one bit of the weights": (lambda home: altered(home / "kept", WEIGHTS, flipped), "was altered"),
    "weights cut short": (lambda home: altered(home / "kept", WEIGHTS, lambda content: content[:-40]), "was altered"),
    "weights missing": (lambda home: (home / "kept" / WEIGHTS).unlink(), "is missing"),
    "a tensor missing, hashed again": (without_a_tensor, "other parameters than its method has"),
    "other values, hashed again": (other_values, "does not answer as it did"),
    "settings changed": (other_settings, "was altered"),
    "settings missing": (lambda home: (home / "kept" / SETTINGS).unlink(), "is missing"),
    "a pickle beside it": (with_a_pickle, "does not belong"),
    "a newer format": (lambda home: relabelled(home / "kept", lambda whole: whole.update(format=9)), "of format 9"),
    "another base named, not sealed": (
        lambda home: altered(home / "kept", artifact.MANIFEST, another_name),
        "was altered",
    ),
    "no JSON": (
        lambda home: altered(home / "kept", artifact.MANIFEST, lambda content: content[:-30]),
        "holds no artifact",
    ),
    "a tuner of another package": (
        lambda home: relabelled(home / "kept", lambda whole: whole["tuner"].update(package="other")), "was made by"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", MISMATCHES)
def test_what_does_not_belong_together_is_refused_by_name(home: Path, what: str) -> None:
    with recipe(home) as trained:
        shutil.copytree(trained.tune().adapter, home / "kept")
    change, reason = MISMATCHES[what]
    change(home)
    with recipe(home, tuner=None, adapter="kept") as answering, pytest.raises(ModelError, match=reason):
        answering.chat_model().likelihoods([Message("user", "the red apple")], ["fruit", "weather"])


def test_a_classification_with_one_label_is_an_error(home: Path) -> None:
    (home / "train.jsonl").write_text('{"text": "a", "label": "x"}\n{"text": "b", "label": "x"}\n', encoding="utf-8")
    with recipe(home) as one, pytest.raises(PotluckError, match="nothing to choose between"):
        one.tune()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"model": None}, "names no model"),
        ({"dataset": None}, "names no dataset"),
        ({"task": "poetry"}, "expected one of classification"),
        ({"tuner": "lorra"}, "did you mean 'lora'"),
        ({"dataset": "trane.jsonl"}, "did you mean 'train.jsonl'"),
        ({"adapter": "nowhere", "tuner": None}, "a folder that `potluck tune` made"),
        ({"chat": {"use": "extractive", "adapter": {"from": "tuner"}}}, "does not answer with what was tuned"),
        ({"dataset": {"path": "train.jsonl", "validation": 1.5}}, "a part from 0 to less than 1"),
        ({"tuner": {"use": "lora", "training": {"deepspeed": zero(7)}}}, "stage must be 1, 2 or 3"),
        ({"tuner": {"use": "lora", "training": {"deepspeed": {**zero(2), "fp16": {}}}}}, "unknown key 'fp16'"),
        ({"tuner": {"use": "lora", "training": {"deepspeed": zero(2), "fsdp": True}}}, "name one"),
    ],
)
def test_mistakes_are_found_before_anything_loads_at_their_place(
    home: Path, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(RecipeError, match=r"recipe.yaml:1:\d+[\s\S]*" + message):
        recipe(home, **more)


def test_an_answer_is_held_against_the_nearest_of_several_right_ones(home: Path) -> None:
    rows = [{"text": text, "refs": ["nothing of it", label]} for text, label in ROWS]
    (home / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    chat = {"use": "transformers", "temperature": 0, "max_tokens": 8}
    with recipe(home, tuner=None, task="generation", chat=chat) as one:
        found = one.evaluate(home / "test.jsonl")
    for said, (_, label) in zip(found.answered, ROWS, strict=True):
        nearest = max(rouge_l(said.answer.text, right, False) for right in ("nothing of it", label))
        assert said.score.values["rouge_l"] == nearest


def test_training_does_not_take_a_field_of_answers_for_a_target_that_is_missing(home: Path) -> None:
    rows = [{"text": text, "answers": [label]} for text, label in ROWS]
    (home / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with (
        recipe(home, dataset={"path": "train.jsonl", "target": "label"}) as one,
        pytest.raises(RecipeError, match="label"),
    ):
        one.tune()


def test_a_field_of_the_prompt_that_the_data_lack_is_named(home: Path) -> None:
    with recipe(home, prompt="{texxt}") as wrong, pytest.raises(RecipeError, match=r"'texxt' \(did you mean 'text'"):
        wrong.tune()


def test_what_will_not_fit_is_told_with_the_memory_that_is_free(home: Path) -> None:
    psutil = pytest.importorskip("psutil")
    with recipe(home) as opened:
        huge = replace(plan_training(opened.components), memory=1 << 60)

    (said,) = resource_problems(huge, home)

    free = re.search(r"([\d.,]+) GiB are free", said)
    assert free
    assert float(free[1].replace(",", "")) == pytest.approx(psutil.virtual_memory().available / (1 << 30), rel=0.4)


def test_a_key_that_overrides_another_is_said(home: Path) -> None:
    with recipe(home, tuner={"use": "lora", "training": {"max_steps": 2, "num_train_epochs": 5}}) as both:
        assert "training.max_steps overrides training.num_train_epochs" in both.tune().notes


def test_the_merged_model_is_a_folder_that_answers_as_the_tuned_one_and_a_soft_prompt_is_refused(home: Path) -> None:
    question = [Message("user", "紅色的蘋果")]
    with recipe(home) as tuned:
        done = merge(tuned.components, home / "merged")
        expected = tuned.chat_model().likelihoods(question, ["fruit", "weather"])
        with pytest.raises(PotluckError, match="is there already"):
            merge(tuned.components, home / "merged")
    assert done.difference <= 1e-4
    with recipe(home, tuner=None, model="merged") as merged:
        found = merged.chat_model().likelihoods(question, ["fruit", "weather"])
    assert [one.logprob for one in found] == pytest.approx([one.logprob for one in expected], abs=0.05)
    with recipe(home, "prompt") as soft, pytest.raises(Unsupported, match="'prompt' learns cannot be merged"):
        merge(soft.components, home / "other")


def test_an_artifact_that_is_named_by_its_folder_merges_too(home: Path) -> None:
    with recipe(home) as tuned:
        shutil.copytree(tuned.tune().adapter, home / "kept")
        expected = merge(tuned.components, home / "merged")
    with recipe(home, tuner=None, adapter="kept") as answering:
        assert merge(answering.components, home / "again").difference == expected.difference
    with recipe(home, tuner=None) as frozen, pytest.raises(PotluckError, match="neither a tuner nor an adapter"):
        merge(frozen.components, home / "other")


@pytest.mark.slow
def test_a_model_whose_tokenizer_llama_cpp_does_not_know_leaves_no_file(home: Path) -> None:
    pytest.importorskip("sentencepiece", reason="llama.cpp's converter imports it")
    with recipe(home) as tuned, pytest.raises(Unsupported, match="does not know how this model's tokenizer cuts"):
        merge(tuned.components, home / "other.gguf")
    assert not (home / "other.gguf").exists()


def test_the_artifact_has_a_model_card_that_people_may_add_to(home: Path) -> None:
    with recipe(home) as tuned:
        done = tuned.tune()
        path = done.adapter / "README.md"
        said = path.read_text(encoding="utf-8")
        front = YAML(typ="safe").load(said.split("---")[1])
        assert front["base_model"] == "model"
        assert f"| trained parameters | {done.tuned.trainable_parameters:,} |" in said
        assert "`fruit`, `weather`" in said
        path.write_text(said + "Do not use it for weather.", encoding="utf-8")
    with recipe(home) as again:
        assert again.tune().reused


def test_what_is_too_long_is_counted_in_the_ledger(home: Path) -> None:
    rows = (home / "train.jsonl").read_text(encoding="utf-8") + json.dumps(
        {"text": "a blue sky " * 40, "label": "weather"}
    )
    (home / "train.jsonl").write_text(rows, encoding="utf-8")
    tuner = {"use": "lora", "fit": "drop", "max_length": 90, "training": {"max_steps": 2, "dtype": "float32"}}
    for reused in (False, True):
        with recipe(home, tuner=tuner) as one:
            done = one.tune()
        said = done.as_json()["ledger"]["tune"]  # type: ignore[index,call-overload]
        assert (done.reused, said["dropped"]["items"], said["in"]["items"]) == (reused, 1, said["out"]["items"] + 1)  # type: ignore[index,call-overload,operator]
