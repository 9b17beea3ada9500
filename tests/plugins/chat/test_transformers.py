"""The ``transformers`` chat model: a tiny model made here, and (slow) SmolLM2 from its GGUF file.

Modules: ``potluck_plugins.chat._shared.causal``, ``potluck_plugins.chat._shared.label_head``,
``potluck_plugins.chat._shared.sampling``.
"""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.contracts import Context
from potluck.documents import Answer, Message
from potluck.errors import ContextExceeded, ModelError, ModelNotFound
from potluck.model_sources.model_store import ModelStore
from potluck_plugins.chat._shared.generation import StoppableText
from potluck_plugins.chat.transformers import Transformers, TransformersConfig

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


def made(model: Path, cache: Path | None = None, **settings: object) -> Transformers:
    config = TransformersConfig(model=str(model), dtype="float32", **{"max_tokens": 16, **settings})
    return Transformers(config, Context(Path.cwd(), Path.cwd(), ModelStore(Path.cwd(), cache), seed=3))


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

    assert answer.usage.prompt == chat.count_tokens(MESSAGES) == len(chat._both[1](prompt)["input_ids"])
    assert (answer.usage.completion, answer.finish) == (16, "length")


def test_the_likeliest_tokens_are_those_of_the_model_itself(chat: Transformers) -> None:
    import torch

    model, tokenizer = chat._both
    ids = torch.tensor([chat._prompt(MESSAGES)])
    for _ in range(16):
        with torch.inference_mode():
            ids = torch.cat([ids, model(ids).logits[:, -1:].argmax(-1)], dim=1)
    expected = tokenizer.decode(ids[0, -16:], skip_special_tokens=True)

    assert chat.chat(MESSAGES, options(chat)).text == expected


def test_a_token_that_ends_the_answer_is_counted_and_not_shown(
    chat: Transformers, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = chat.chat(MESSAGES, options(chat)).text
    ending = made(tiny)
    model, tokenizer = ending._both
    ends = [tokenizer.convert_tokens_to_ids(written[3])]
    monkeypatch.setattr(model.generation_config, "eos_token_id", ends)

    answer = ending.chat(MESSAGES, options(ending))

    assert answer.text == written[: written.index(written[3])]
    assert (answer.finish, answer.usage.completion) == ("stop", len(answer.text) + 1)


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


def test_penalties_are_taken_from_tokens_that_were_written(chat: Transformers) -> None:
    import torch

    model, tokenizer = chat._both
    ids, written = chat._prompt(MESSAGES), list[int]()
    while len(written) < 12 and tokenizer.eos_token_id not in written:
        with torch.inference_mode():
            logits = model(torch.tensor([[*ids, *written]])).logits[0, -1].tolist()
        taken = [0.02 * (token in written) + 0.01 * written.count(token) for token in range(len(logits))]
        likeliest = max(range(len(logits)), key=lambda token: logits[token] - taken[token])
        written.append(likeliest)

    answer = chat.chat(MESSAGES, options(chat, max_tokens=12, presence_penalty=0.02, frequency_penalty=0.01))

    assert answer.text == tokenizer.decode(written, skip_special_tokens=True)
    assert answer.text != chat.chat(MESSAGES, options(chat, max_tokens=12)).text


def test_a_prompt_that_does_not_fit_is_refused(chat: Transformers) -> None:
    with pytest.raises(ContextExceeded, match="128 tokens"):
        chat.chat([Message("user", "短" * 200)], options(chat))


def test_the_model_works_only_while_a_piece_is_waited_for(chat: Transformers) -> None:
    model, _ = chat._both
    calls = []
    watch = model.register_forward_hook(lambda *_: calls.append(1))
    pieces = chat.stream(MESSAGES, options(chat, max_tokens=90))
    next(pieces)
    before = len(calls)

    pieces.close()
    watch.remove()

    assert len(calls) == before < 10


def test_pickled_weights_are_refused(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").rename(tmp_path / "model" / "pytorch_model.bin")

    with pytest.raises(ModelNotFound, match="pickle"):
        made(tmp_path / "model").count_tokens(MESSAGES)


def test_foreign_code_is_refused(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "model")
    config = json.loads((tmp_path / "model/config.json").read_text())
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "own.Config", "AutoModelForCausalLM": "own.Model"}}
    (tmp_path / "model/config.json").write_text(json.dumps(config))
    (tmp_path / "model/own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")

    with pytest.raises(ModelNotFound, match="could not be loaded"):
        made(tmp_path / "model").count_tokens(MESSAGES)
    assert not (tmp_path / "ran").exists()


def test_a_template_that_reaches_for_python_is_stopped(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "model")
    (tmp_path / "model/chat_template.jinja").write_text("{{ ''.__class__.__mro__[1].__subclasses__() }}")

    with pytest.raises(ModelError, match="refuses these messages"):
        made(tmp_path / "model").count_tokens(MESSAGES)


def test_a_damaged_file_is_named(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "model")
    (tmp_path / "model/model.safetensors").write_bytes(b"\xff" * 64)
    (tmp_path / "bad.gguf").write_bytes(b"GGUF" + b"\x00" * 64)

    with pytest.raises(ModelNotFound, match="could not be loaded"):
        made(tmp_path / "model").count_tokens(MESSAGES)
    with pytest.raises(ModelNotFound, match=r"bad\.gguf could not be read"):
        made(tmp_path / "bad.gguf", tmp_path).count_tokens(MESSAGES)
    with pytest.raises(ModelNotFound, match="neither a folder"):
        made(tmp_path / "model/config.json", tmp_path).count_tokens(MESSAGES)


def test_the_identity_follows_the_weights(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "model")
    same = made(tmp_path / "model").identity()
    with (tmp_path / "model/model.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x01")

    assert same == made(tiny).identity()
    assert made(tmp_path / "model").identity()["model"] != same["model"]


def test_loading_reaches_for_no_other_machine(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reached: list[object] = []
    # A client that another test left behind may still be at work in a thread that began before.
    others = {*threading.enumerate()} - {threading.current_thread()}

    def reach(address: object) -> None:
        if threading.current_thread() not in others:
            reached.append(address)

    monkeypatch.setattr(socket.socket, "connect", lambda _, address: reach(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *address, **_: reach(address))

    assert made(tiny).chat(MESSAGES, made(tiny)._config).text
    assert reached == []


@pytest.mark.parametrize(
    ("pieces", "stops", "expected"),
    [
        (["ab", "cd", "ef"], ["cde"], "ab"),
        (["ab", "cd", "ef"], ["cdx"], "abcdef"),
        (["a", "b", "a", "b", "c"], ["abc"], "ab"),
        (["我不", "知道", "。"], ["知道", "道。"], "我不"),
        (["abc"], [""], "abc"),
        ([], ["a"], ""),
    ],
)
def test_a_stop_text_may_come_in_pieces(pieces: list[str], stops: list[str], expected: str) -> None:
    text = StoppableText(stops)
    given = [piece for end in range(len(pieces)) if not text.ended for piece in text.update("".join(pieces[: end + 1]))]

    assert "".join([*given, *text.rest()]) == text.given == expected
    assert text.ended == (expected != "".join(pieces))


@given(st.text("ab我", max_size=12), st.lists(st.text("ab我", min_size=1, max_size=3), max_size=3))
def test_no_piece_shows_what_a_stop_text_takes_away(whole: str, stops: list[str]) -> None:
    text = StoppableText(stops)
    for end in range(1, len(whole) + 1):
        if not text.ended:
            list(text.update(whole[:end]))
    list(text.rest())

    assert text.given == whole[: min((whole.index(stop) for stop in stops if stop in whole), default=None)]


def test_half_a_character_waits_for_the_rest() -> None:
    text = StoppableText(())

    assert list(text.update("短\ufffd")) == ["短"]
    assert list(text.update("短鋼")) == ["鋼"]


def test_little_top_p_takes_the_likeliest_token_at_any_temperature(chat: Transformers) -> None:
    greedy = chat.chat(MESSAGES, options(chat))

    assert chat.chat(MESSAGES, options(chat, temperature=2.0, top_p=1e-6, seed=5)).text == greedy.text


@pytest.mark.slow
def test_a_gguf_file_is_converted_once_and_counts_and_answers_as_llama_cpp_does(smollm2: Path, tmp_path: Path) -> None:
    from potluck_plugins.chat.llama_cpp import LlamaCpp, LlamaCppConfig

    question = [Message("system", "你是助手。"), Message("user", "What is the capital of France? 短鋼軌 30°C")]
    chat = made(smollm2, tmp_path, max_tokens=12)
    answer = chat.chat(question, options(chat))
    (converted,) = (tmp_path / "safetensors").iterdir()
    written = (converted / "model.safetensors").stat().st_mtime_ns
    again = made(smollm2, tmp_path, max_tokens=12).chat(question, options(chat))
    context = Context(tmp_path, tmp_path, ModelStore(tmp_path))
    other = LlamaCpp(LlamaCppConfig(model=str(smollm2), max_tokens=12, threads=1), context)
    reference = other.chat(question, other._config)
    other.close()

    assert again == answer
    assert (converted / "model.safetensors").stat().st_mtime_ns == written
    assert answer.usage.prompt == reference.usage.prompt
    assert answer.text.split()[:3] == reference.text.split()[:3]
