"""An artifact knows its base again, and whether it is what was trained.

Modules: ``potluck.tuning.artifact``, ``potluck.tuning.card``.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from potluck.contracts import TunedModel
from potluck.errors import AdapterMismatch
from potluck.models.loading import load_tokenizer
from potluck.tuning import artifact
from potluck.tuning.artifact import (
    CARD,
    MANIFEST,
    Base,
    check_base,
    check_files,
    check_probes,
    choose_probes,
    load_tuned_model,
    read_manifest,
    record_probes,
    seal_artifact,
    tokenizer_hash,
    weights_hash,
)
from potluck.tuning.usage import CardUsage


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


BASE = Base("模型", "w" * 32, "t" * 32, "c" * 32)
USAGE = CardUsage("causal", "{text}", ("text",), True, (), "</s>", "transformers", 256, "mit", "train.jsonl", 2)
SAID = {
    "task": "classification",
    "labels": ["a", "b"],
    "examples": 8,
    "seed": 7,
    "probes": [],
    "usage": USAGE.as_json(),
}
TUNER = {"name": "lora", "package": "potluck", "version": "1.0", "settings": {"r": 8}}


def done(folder: Path) -> TunedModel:
    found = {"step": 4.0, "loss": 0.5, "answers": 0.75}
    return TunedModel(
        folder, 1234, (2.0, 1.0), 9.5, 88.0, ("學到一半",), ({**found, "step": 2.0}, found), 3, 1,
        {**found, "step": 0.0}, {**found, "gained": 2.0},
    )  # fmt: skip


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    folder = tmp_path / "result"
    (folder / "more").mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    (folder / "adapter_config.json").write_text('{"peft_type": "LORA"}')
    seal_artifact(folder, TUNER, BASE, done(folder), SAID)
    return folder


def test_what_was_sealed_is_the_result_of_the_training(sealed: Path) -> None:
    assert load_tuned_model(sealed) == done(sealed)
    manifest = read_manifest(sealed)
    assert [*manifest["files"]] == ["adapter_config.json", "adapter_model.safetensors"]
    assert (manifest["tuner"], manifest["base"]["model"], manifest["seed"]) == (TUNER, "模型", 7)
    written = (sealed / MANIFEST).read_text(encoding="utf-8")
    assert "模型" in written
    assert written.splitlines()[1] == ' "format": 1,', "people can read it"
    assert (sealed / CARD).read_text(encoding="utf-8").startswith('---\nbase_model: "模型"\nlibrary_name: "peft"\n')


def test_without_its_manifest_a_folder_is_not_an_artifact(tmp_path: Path) -> None:
    assert load_tuned_model(tmp_path) is None
    with pytest.raises(AdapterMismatch, match=r"holds no artifact of `potluck tune`: potluck\.json: "):
        read_manifest(tmp_path)


def test_a_training_without_validation_has_no_evaluation(tmp_path: Path) -> None:
    plain = TunedModel(tmp_path, 5, (), 0.0)
    seal_artifact(tmp_path, TUNER, BASE, plain, SAID)

    assert load_tuned_model(tmp_path) == plain
    assert read_manifest(tmp_path)["peft"] is False


@pytest.mark.parametrize(("kind", "known"), [("LORA", True), ("PREFIX_TUNING", True), ("OWN", False), (None, False)])
def test_only_what_peft_has_is_said_to_be_of_peft(tmp_path: Path, kind: str | None, known: bool) -> None:
    (tmp_path / "adapter_config.json").write_text(json.dumps({"peft_type": kind}))
    seal_artifact(tmp_path, TUNER, BASE, done(tmp_path), SAID)

    assert read_manifest(tmp_path)["peft"] is known


def test_people_may_add_to_the_card(sealed: Path) -> None:
    (sealed / CARD).write_text("說明", encoding="utf-8")
    assert load_tuned_model(sealed) == done(sealed)
    (sealed / CARD).unlink()
    assert load_tuned_model(sealed) == done(sealed)


def test_a_file_that_was_altered_taken_away_or_added_is_named(sealed: Path) -> None:
    weights, content = sealed / "adapter_model.safetensors", b"weights"
    for wrong, said in ((b"weight", "adapter_model.safetensors was altered after training; tune again"), (None, "")):
        weights.unlink() if wrong is None else weights.write_bytes(wrong)
        said = said or "the file adapter_model.safetensors of the artifact is missing; tune again"
        with pytest.raises(AdapterMismatch, match=said):
            check_files(sealed, read_manifest(sealed))
    weights.write_bytes(content)
    (sealed / "run.py").touch()
    with pytest.raises(AdapterMismatch, match=r"run\.py does not belong to the artifact; take it away"):
        load_tuned_model(sealed)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": 8}, r"potluck\.json was altered after training; tune again"),
        ({"seal": "0" * 32}, r"potluck\.json was altered after training; tune again"),
        ({"format": 2}, r"potluck\.json is of format 2; this potluck reads format 1"),
    ],
)
def test_a_manifest_that_was_altered_or_is_newer_is_refused(sealed: Path, changes: dict[str, Any], said: str) -> None:
    path = sealed / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")

    with pytest.raises(AdapterMismatch, match=said):
        read_manifest(sealed)


@pytest.mark.parametrize(
    ("content", "said"), [("[1]", r"is of format \[1\]"), ("{}", "is of format None"), ("{", "holds no")]
)
def test_what_is_not_a_manifest_is_refused(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / MANIFEST).write_text(content)

    with pytest.raises(AdapterMismatch, match=said):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("name", "what"),
    [("weights", "the weights of the base model"), ("tokenizer", "the tokenizer"), ("template", "the chat template")],
)
def test_another_base_is_told_by_what_it_has_that_is_another(sealed: Path, name: str, what: str) -> None:
    manifest = read_manifest(sealed)
    check_base(sealed, manifest, replace(BASE, model="elsewhere"))

    with pytest.raises(AdapterMismatch, match=f"was tuned on 模型, and elsewhere has another: {what}. Take that model"):
        check_base(sealed, manifest, replace(BASE, model="elsewhere", **{name: "0"}))


PROBED = {"probes": [{"tokens": [1], "top": [2, 0], "logits": [5.0, 1.0]}]}


@pytest.mark.parametrize(
    ("dtype", "off", "same"),
    [
        ("torch.float32", 0.0, True),
        ("torch.float32", 0.0099, True),
        ("torch.float32", -0.0101, False),
        ("torch.bfloat16", 1.49, True),
        ("torch.bfloat16", 1.51, False),
        ("torch.float16", 1.49, True),
        ("torch.float16", 1.51, False),
        ("torch.float32", float("nan"), False),
    ],
)
def test_a_tuned_model_answers_its_probes_as_after_the_training(
    monkeypatch: pytest.MonkeyPatch, dtype: str, off: float, same: bool
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(artifact, "probe_logits", lambda *given: asked.append(given) or [[1.0, 99.0, 5.0 + off]])
    model: Any = SimpleNamespace(dtype=dtype)

    if same:
        check_probes(Path("a"), PROBED, model, None)
    else:
        with pytest.raises(
            AdapterMismatch, match=r"a: the tuned model does not answer as it did after training \(a log"
        ):
            check_probes(Path("a"), PROBED, model, None)
    assert asked == [(model, None, [[1]])]


@pytest.mark.parametrize(("words", "top"), [(7, [6, 5, 4, 3, 2]), (3, [2, 1, 0])])
def test_of_each_probe_the_five_likeliest_tokens_are_kept(
    monkeypatch: pytest.MonkeyPatch, words: int, top: list[int]
) -> None:
    import torch

    monkeypatch.setattr(artifact, "probe_logits", lambda *_: [torch.arange(float(words))])
    model: Any = None

    assert record_probes(model, None, [(8, 9)]) == [{"tokens": [8, 9], "top": top, "logits": [float(n) for n in top]}]


def test_a_model_is_probed_with_the_first_tokens_of_the_first_examples() -> None:
    rows = [range(number, number + 60) for number in range(5)]

    assert choose_probes(rows) == [[*range(number, number + 48)] for number in range(3)]
    assert choose_probes([(1, 2)]) == [[1, 2]]


def test_a_tokenizer_without_a_file_of_its_own_is_known_by_its_words() -> None:
    words: Any = SimpleNamespace(get_vocab=lambda: {"a": 0, "乙": 1})
    others: Any = SimpleNamespace(get_vocab=lambda: {"a": 0, "乙": 2})

    assert tokenizer_hash(words) == tokenizer_hash(words) != tokenizer_hash(others)
