"""A tokenizer that does not fit its model is told before the first step, by every tuner and every kind of model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from potluck.documents import Example, Message
from potluck.errors import ModelError, PotluckError, TokenizerMismatch, Unsupported
from support.tiny_models import tiny_masked, tiny_seq2seq
from support.tuning import METHODS, ROWS, make_model, recipe, write_home

KINDS: dict[str, Callable[[Path], Path]] = {
    "masked": lambda folder: tiny_masked(
        folder, [f"{text} {label}" for text, label in ROWS], [label for _, label in ROWS], steps=1
    ),
    "seq2seq": lambda folder: tiny_seq2seq(folder, ROWS, steps=1),
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return write_home(tmp_path / "home", make_model(tmp_path / "model", template=None))


def add_token(folder: Path, token: str = "<tag>") -> None:
    from potluck.models.loading import load_tokenizer

    tokenizer = load_tokenizer(folder)
    tokenizer.add_tokens([token])
    tokenizer.save_pretrained(folder)


def use_token(home: Path, token: str = "<tag>") -> None:
    rows = [{"text": f"{token}{text} {n}", "label": label} for n in range(6) for text, label in ROWS]
    (home / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def take_end(folder: Path) -> None:
    for name in ("tokenizer_config.json", "generation_config.json", "config.json"):
        path = folder / name
        settings = json.loads(path.read_text(encoding="utf-8"))
        settings.pop("eos_token", None)
        settings.pop("eos_token_id", None)
        if name == "config.json":
            settings["eos_token_id"] = None
        path.write_text(json.dumps(settings), encoding="utf-8")


@pytest.mark.parametrize("use", METHODS)
def test_tokens_beyond_the_embeddings_are_named_before_training(home: Path, use: str) -> None:
    add_token(home / "model")
    use_token(home)
    with recipe(home, use) as one, pytest.raises(TokenizerMismatch, match=r"'<tag>' \(\d+\); its embeddings have \d+"):
        one.tune()
    assert not list(home.glob(".potluck/tuned/*/step-*"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("use", ["lora", "full"])
def test_of_every_kind_of_model(tmp_path: Path, kind: str, use: str) -> None:
    home = write_home(tmp_path / "home", KINDS[kind](tmp_path / "model"))
    add_token(home / "model", "tagged")
    use_token(home, "tagged ")
    with recipe(home, use) as one, pytest.raises(TokenizerMismatch, match="'tagged'"):
        one.tune()


def test_a_token_that_no_example_uses_is_told_and_does_no_harm(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    add_token(home / "model")
    with recipe(home, tuner={"use": "lora", "training": {"max_steps": 2}}) as one:
        report = one.tune()
        assert "has tokens without a row in the model's embeddings" in " ".join(report.notes)
        assert "'<tag>'" in caplog.text
        chat = one.chat_model()
        with pytest.raises(TokenizerMismatch, match="'<tag>'"):
            chat.likelihoods([Message("user", "<tag>what?")], ["fruit", "weather"])
    with recipe(home, tuner={"use": "lora", "training": {"max_steps": 2}}) as again:
        assert "has tokens without a row" in " ".join(again.tune().notes)


def test_by_consent_the_embeddings_grow_and_the_tuned_model_knows_the_token(home: Path) -> None:
    from potluck.models.tokenizer import embedding_rows

    add_token(home / "model")
    use_token(home)
    training = {"max_steps": 3, "dtype": "float32"}
    with (
        recipe(home, tuner={"use": "lora", "resize_embeddings": True}) as one,
        pytest.raises(Unsupported, match="full"),
    ):
        one.tune()
    with recipe(home, tuner={"use": "full", "resize_embeddings": True, "training": training}) as one:
        one.tune()
        chat: Any = one.chat_model()
        chat.likelihoods([Message("user", "<tag>what?")], ["fruit", "weather"])
        model, tokenizer = chat._both
        assert embedding_rows(model) == len(tokenizer)


def generating(home: Path, **more: Any) -> Any:
    rows = [{"prompt": f"{text} {n}?", "completion": label} for n in range(4) for text, label in ROWS]
    (home / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    said = {"prompt": None, "task": "generation", "chat": {"use": "transformers", "model": "model", "max_tokens": 12}}
    return recipe(home, **{**said, **more})


@pytest.mark.parametrize("use", METHODS)
def test_a_tokenizer_without_an_end_token_is_an_error_that_says_what_to_add(home: Path, use: str) -> None:
    take_end(home / "model")
    with (
        generating(home, use=use) as one,
        pytest.raises(TokenizerMismatch, match=r"no end token[\s\S]*tuner.end_token"),
    ):
        one.tune()


@pytest.mark.parametrize(("use", "rate"), [("lora", 0.03), ("full", 0.005)])
def test_by_consent_an_end_token_is_learned_and_ends_the_answers(home: Path, use: str, rate: float) -> None:
    take_end(home / "model")
    training = {"max_steps": 60, "learning_rate": rate, "dtype": "float32"}
    with generating(home, tuner={"use": use, "end_token": "</s>", "training": training}) as one:
        one.tune()
        answer = one.chat_model().chat([Message("user", "the red apple 1?")], one.model.chat.config)
    assert (answer.text, answer.finish) == ("fruit", "stop")


@pytest.mark.parametrize("token", ["no token", "</"])
def test_an_end_that_is_not_one_token_is_refused(home: Path, token: str) -> None:
    take_end(home / "model")
    with (
        generating(home, tuner={"use": "lora", "end_token": token}) as one,
        pytest.raises(TokenizerMismatch, match="is not one token"),
    ):
        one.tune()


def test_an_end_that_the_models_settings_name_is_enough(home: Path) -> None:
    from potluck.models.loading import load_tokenizer
    from potluck.models.tokenizer import end_tokens
    from potluck.tuning.encode import render_example

    take_end(home / "model")
    path = home / "model" / "generation_config.json"
    path.write_text(json.dumps({"eos_token_id": [1, 0]}), encoding="utf-8")
    tokenizer = load_tokenizer(home / "model")
    assert end_tokens(tokenizer) == ("</s>", "<s>")
    assert render_example(Example((Message("user", "a"),), "b"), tokenizer)[2] == "ab</s>"


def test_a_template_that_writes_no_end_gets_one_behind_the_answer(tmp_path: Path) -> None:
    from potluck.models.loading import load_tokenizer
    from potluck.tuning.encode import render_example

    template = "{% for m in messages %}{{ m.role }}> {{ m.content }}\n{% endfor %}"
    tokenizer = load_tokenizer(
        make_model(tmp_path, template=template + "{% if add_generation_prompt %}assistant> {% endif %}")
    )
    assert render_example(Example((Message("user", "a"),), "b"), tokenizer)[2] == "user> a\nassistant> b</s>"


def test_an_evaluation_says_that_nothing_ends_the_answers(home: Path) -> None:
    take_end(home / "model")
    with generating(home, tuner=None) as one:
        report = one.evaluate(home / "train.jsonl", 2)
    kinds = " ".join(report.notes)
    assert "its tokenizer has no end token" in kinds
    assert "cut answers: 2 of 2 (100%) ended at the limit of 12 tokens" in kinds
    assert report.as_json()["notes"] == list(report.notes)


def test_the_result_that_was_altered_is_made_anew_with_the_same_weights(home: Path) -> None:
    with recipe(home) as one:
        first = one.tune()
        weights = first.adapter / "adapter_model.safetensors"
        before = weights.read_bytes()
    for damaged in (before[:-9] + b"\x01" + before[-8:], before[:-5], b""):
        weights.write_bytes(damaged)
        with recipe(home) as one:
            again = one.tune()
            assert weights.read_bytes() == before
            assert not again.reused
            assert "was altered after training" in " ".join(again.notes)
    with recipe(home) as one:
        assert one.tune().reused


def test_models_that_refuse_are_errors_of_one_kind() -> None:
    assert issubclass(TokenizerMismatch, ModelError)
    assert issubclass(ModelError, PotluckError)
