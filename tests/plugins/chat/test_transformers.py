"""The ``transformers`` chat model: a tiny model made here, and (slow) SmolLM2 from its GGUF file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck.contracts import Context
from potluck.documents import Answer, Message
from potluck.errors import ContextExceeded, ModelNotFound
from potluck.sources import Sources
from potluck_plugins.chat.transformers import Transformers, TransformersConfig, _until

pytest.importorskip("torch", reason="the transformers plugin needs torch")

TEMPLATE = "{% for m in messages %}<{{ m.role }}> {{ m.content }} {% endfor %}<assistant> "
MESSAGES = [Message("user", "短 鋼 軌 是 什 麼")]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of two layers with random weights, and a tokenizer of single characters."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    letters = sorted(set("<user> <assistant> 短鋼軌是什麼長銲 abcdefghijklmnop"))
    vocabulary = {"[UNK]": 0, "[EOS]": 1, **{letter: n + 2 for n, letter in enumerate(letters)}}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.decoder = decoders.Fuse()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="[UNK]", eos_token="[EOS]", chat_template=TEMPLATE
    )
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=128, eos_token_id=1, bos_token_id=None,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def made(model: Path, folder: Path | None = None, **settings: object) -> Transformers:
    config = TransformersConfig(model=str(model), dtype="float32", **{"max_tokens": 16, **settings})
    return Transformers(config, Context(Path.cwd(), folder or Path.cwd(), Sources(Path.cwd()), seed=3))


@pytest.fixture(scope="module")
def chat(tiny: Path) -> Iterator[Transformers]:
    running = made(tiny)
    yield running
    running.close()


def options(chat: Transformers, **changes: object) -> TransformersConfig:
    return chat._config.model_copy(update=changes)


def test_usage_is_what_the_tokenizer_counts(chat: Transformers) -> None:
    prompt = f"<user> {MESSAGES[0].content} <assistant> "

    answer = chat.chat(MESSAGES, options(chat))

    assert answer.usage.prompt == chat.count_tokens(MESSAGES) == len(chat._tokenizer(prompt)["input_ids"])
    assert (answer.usage.completion, answer.finish) == (16, "length")


def test_the_likeliest_tokens_are_those_of_the_model_itself(chat: Transformers) -> None:
    import torch

    ids = chat._prompt(MESSAGES)
    for _ in range(16):
        with torch.inference_mode():
            ids = torch.cat([ids, chat._model(ids).logits[:, -1:].argmax(-1)], dim=1)
    expected = chat._tokenizer.decode(ids[0, -16:], skip_special_tokens=True)

    assert chat.chat(MESSAGES, options(chat)).text == expected


def test_the_pieces_of_a_stream_are_the_whole(chat: Transformers) -> None:
    *pieces, answer = chat.stream(MESSAGES, options(chat))

    assert isinstance(answer, Answer)
    assert "".join(map(str, pieces)) == answer.text == chat.chat(MESSAGES, options(chat)).text


def test_a_seed_repeats_what_chance_chose_and_another_does_not(chat: Transformers) -> None:
    def say(seed: int) -> str:
        return chat.chat(MESSAGES, options(chat, temperature=2.0, seed=seed, max_tokens=40)).text

    assert say(1) == say(1)
    assert say(1) != say(2)


def test_a_stop_text_ends_the_answer(chat: Transformers) -> None:
    whole = chat.chat(MESSAGES, options(chat)).text
    stop = whole[5:7]

    answer = chat.chat(MESSAGES, options(chat, stop=(stop,)))

    assert answer.text == whole[: whole.index(stop)]
    assert answer.finish == "stop"


def test_penalties_keep_tokens_from_coming_back(chat: Transformers) -> None:
    plain = chat.chat(MESSAGES, options(chat, max_tokens=30)).text
    varied = chat.chat(MESSAGES, options(chat, max_tokens=30, frequency_penalty=2.0, presence_penalty=2.0)).text

    assert len(set(varied)) > len(set(plain))


def test_a_prompt_that_does_not_fit_is_refused(chat: Transformers) -> None:
    with pytest.raises(ContextExceeded, match="128 tokens"):
        chat.chat([Message("user", "短" * 200)], options(chat))


def test_closing_a_stream_stops_the_model(chat: Transformers) -> None:
    import threading

    before = threading.active_count()
    pieces = chat.stream(MESSAGES, options(chat, max_tokens=90))
    next(pieces)

    pieces.close()

    assert threading.active_count() == before


def test_pickled_weights_are_refused(tiny: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(tiny, tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").rename(tmp_path / "model" / "pytorch_model.bin")

    with pytest.raises(ModelNotFound, match="pickle"):
        made(tmp_path / "model").count_tokens(MESSAGES)


@pytest.mark.parametrize(
    ("pieces", "stops", "expected"),
    [
        (["ab", "cd", "ef"], ["cde"], "ab"),
        (["ab", "cd", "ef"], ["cdx"], "abcdef"),
        (["a", "b", "a", "b", "c"], ["abc"], "ab"),
        (["我不", "知道", "。"], ["知道"], "我不"),
        (["abc"], [], "abc"),
    ],
)
def test_a_stop_text_may_come_in_pieces(pieces: list[str], stops: list[str], expected: str) -> None:
    assert "".join(_until(iter(pieces), stops)) == expected


@pytest.mark.slow
def test_a_gguf_file_is_converted_once_and_answers(smollm2: Path, tmp_path: Path) -> None:
    chat = made(smollm2, tmp_path, max_tokens=12)
    question = [Message("user", "What is the capital of France? Answer in one sentence.")]

    assert "Paris" in chat.chat(question, options(chat)).text
    (converted,) = tmp_path.iterdir()
    assert (converted / "model.safetensors").exists()
    assert "Paris" in made(smollm2, tmp_path, max_tokens=12).chat(question, options(chat)).text
