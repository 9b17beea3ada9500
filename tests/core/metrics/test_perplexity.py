"""Perplexity of right answers, against the loss that transformers itself computes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import plugins
from potluck.contracts import ChatModel, Context
from potluck.documents import Message
from potluck.errors import PotluckError, Unsupported
from potluck.metrics.perplexity import Perplexity, Surprise, perplexity
from potluck.model_sources.model_store import ModelStore
from support.tiny_models import tiny_causal, tiny_masked

pytest.importorskip("torch", reason="the transformers plugin needs torch")

TEXTS = ["What is a short rail? A rail of five metres.", "短鋼軌是什麼？長度在標準長度以下之鋼軌。"] * 3
TEMPLATE = "{% for m in messages %}<{{ m.role }}> {{ m.content }}{% endfor %}<assistant>"
ANSWERED = [
    ("What is a short rail?", " A rail of five metres."),
    ("短鋼軌是什麼？", "長度在標準長度以下之鋼軌。"),
    ("What?", " 鋼軌"),
]


def made(name: str, model: Path) -> ChatModel:
    plugin = plugins.find("chat", name)
    precision = {"dtype": "float32"} if name == "transformers" else {}
    config = plugins.offer(plugin).config(model=str(model), threads=1, **precision)
    chat = plugins.make(plugin, config, Context(Path.cwd(), Path.cwd(), ModelStore(Path.cwd())))
    assert isinstance(chat, ChatModel)
    return chat


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_causal(tmp_path_factory.mktemp("tiny"), TEXTS, template=TEMPLATE)


@pytest.fixture(scope="module")
def chat(folder: Path) -> Iterator[ChatModel]:
    running = made("transformers", folder)
    yield running
    running.close()


def losses(folder: Path, prompt: str, answer: str) -> tuple[float, int]:
    """The mean loss over the answer's tokens as transformers computes it from labels, and how many they are."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder)
    before, whole = tokenizer(prompt)["input_ids"], tokenizer(prompt + answer)["input_ids"]
    labels = torch.tensor([[-100] * len(before) + whole[len(before) :]])
    assert whole[: len(before)] == before
    with torch.inference_mode():
        return float(model(torch.tensor([whole]), labels=labels).loss), len(whole) - len(before)


def test_it_is_the_exponential_of_the_loss_over_all_tokens(chat: ChatModel, folder: Path) -> None:
    expected = [losses(folder, prompt, answer) for prompt, answer in ANSWERED]
    nats, tokens = sum(loss * n for loss, n in expected), sum(n for _, n in expected)

    found = perplexity(chat, ANSWERED)

    assert found.whole.tokens == tokens
    assert found.whole.perplexity == pytest.approx(math.exp(nats / tokens), rel=1e-4)
    assert found.answers[0].perplexity == pytest.approx(math.exp(expected[0][0]), rel=1e-4)


def test_a_long_answer_weighs_more_than_a_short_one() -> None:
    found = Perplexity((Surprise(nats=30.0, tokens=10, characters=20), Surprise(nats=1.0, tokens=10, characters=5)))

    assert found.whole.perplexity == pytest.approx(math.exp(31 / 20))
    assert found.whole.bits_per_character == pytest.approx(31 / math.log(2) / 25)


def test_messages_are_rendered(chat: ChatModel, folder: Path) -> None:
    loss, _ = losses(folder, "<user> 短鋼軌是什麼？<assistant>", " 鋼軌")

    found = perplexity(chat, [([Message("user", "短鋼軌是什麼？")], " 鋼軌")])

    assert found.whole.perplexity == pytest.approx(math.exp(loss), rel=1e-4)


def test_bits_per_character_do_not_depend_on_what_is_a_token(tmp_path: Path, chat: ChatModel) -> None:
    """A model that knows nothing (every token alike) needs as many bits a token as the vocabulary has."""
    import torch
    from safetensors.torch import load_file, save_file

    folder = tiny_causal(tmp_path, TEXTS, template=TEMPLATE)
    weights = {name: torch.zeros_like(value) for name, value in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    blank = made("transformers", folder)

    found = perplexity(blank, ANSWERED).whole

    size = len(blank._both[1])  # type: ignore[attr-defined]
    assert found.perplexity == pytest.approx(size, rel=1e-4)
    assert found.bits_per_character == pytest.approx(found.tokens * math.log2(size) / found.characters, rel=1e-4)
    assert found.characters == sum(len(answer) for _, answer in ANSWERED)


def test_the_document_has_the_figures(chat: ChatModel) -> None:
    found = perplexity(chat, ANSWERED).as_json()

    assert found["n"] == 3
    assert set(found) == {"perplexity", "bits_per_character", "tokens", "characters", "n"}


def test_what_has_no_perplexity_is_refused(chat: ChatModel, tmp_path: Path) -> None:
    with pytest.raises(PotluckError, match="reference answer 2 is empty"):
        perplexity(chat, [("a", "b"), ("a", "")])
    with pytest.raises(PotluckError, match="no reference answer"):
        perplexity(chat, [])
    bert = made("masked-lm", tiny_masked(tmp_path, ["臺北位於臺灣。"], ["臺灣"], steps=1))
    with pytest.raises(Unsupported, match="causal"):
        perplexity(bert, ANSWERED)
