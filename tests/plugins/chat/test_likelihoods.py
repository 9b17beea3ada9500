"""How likely texts are: the sums of ``transformers`` and ``llama-cpp`` against those computed one by one.

Modules: ``potluck_plugins.chat._shared.llama_forced``.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from potluck.answering.choices import check_scores_text
from potluck.contracts import Context, Likelihood
from potluck.documents import Message
from potluck.errors import ContextExceeded, ModelError, Unsupported
from potluck.model_sources.model_store import ModelStore
from potluck_plugins.chat._shared import likelihoods as shared
from potluck_plugins.chat.extractive import Extractive, ExtractiveConfig
from potluck_plugins.chat.llama_cpp import LlamaCpp, LlamaCppConfig
from potluck_plugins.chat.transformers import Transformers, TransformersConfig
from support.tiny_models import tiny_causal

pytest.importorskip("torch", reason="the transformers plugin needs torch")

TEMPLATE = "{% for m in messages %}<{{ m.role }}> {{ m.content }} {% endfor %}<assistant>"
TEXTS = ["Durban is located in South Africa. Vienna is located in Austria.", "臺北位於臺灣。短鋼軌是什麼？"] * 3
PROMPT = "Vienna is located in "
PLACES = ["South Africa", "Austria", "台灣", "a", "Austria Austria Austria Vienna"]


def made(model: Path, **settings: object) -> Transformers:
    config = TransformersConfig(model=str(model), dtype="float32", threads=1, **settings)
    return Transformers(config, Context(Path.cwd(), Path.cwd(), ModelStore(Path.cwd())))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_causal(tmp_path_factory.mktemp("tiny"), TEXTS, template=TEMPLATE)


@pytest.fixture(scope="module")
def chat(tiny: Path) -> Iterator[Transformers]:
    running = made(tiny)
    yield running
    running.close()


def one_by_one(chat: Transformers, prompt: str, continuations: Sequence[str], after: str = "") -> list[Likelihood]:
    """Each text computed by itself, whole, and summed from where the first of them leaves the prompt's tokens."""
    import torch

    model, tokenizer = chat._both
    own = tokenizer(prompt)["input_ids"]
    texts = [tokenizer(prompt + each + after)["input_ids"] for each in continuations]
    start = min(next((n for n in range(len(own)) if own[n] != ids[n]), len(own)) for ids in texts)
    found = []
    for ids in texts:
        with torch.inference_mode():
            figures = model(torch.tensor([ids])).logits[0].double().log_softmax(-1)
        total = sum(float(figures[n - 1, ids[n]]) for n in range(start, len(ids)))
        found.append(Likelihood(total, len(ids) - start))
    return found


def same(found: Sequence[Likelihood], expected: Sequence[Likelihood], within: float = 1e-3) -> bool:
    assert [one.tokens for one in found] == [one.tokens for one in expected]
    return all(abs(a.logprob - b.logprob) < within for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("after", ["", ".", " 位於臺灣。"])
@pytest.mark.parametrize("prompt", [PROMPT, "臺北位於", "Durban is located in South Africa. Vienna is located in"])
def test_the_sums_are_those_of_each_text_by_itself(chat: Transformers, prompt: str, after: str) -> None:
    found = chat.likelihoods(prompt, PLACES, after)

    assert same(found, one_by_one(chat, prompt, PLACES, after))
    assert all(one.logprob < 0 for one in found)


@pytest.mark.parametrize(("kept", "figures"), [(64, 4), (8192, 1), (1, 7)])
def test_the_sums_do_not_depend_on_the_batches(
    chat: Transformers, monkeypatch: pytest.MonkeyPatch, kept: int, figures: int
) -> None:
    texts = [f"{PLACES[n % 5]} {'臺灣 Durban ' * (n % 4)}" for n in range(12)]
    expected = one_by_one(chat, PROMPT, texts)
    monkeypatch.setattr(shared, "_KEPT", kept)
    monkeypatch.setattr(shared, "_FIGURES", figures)

    assert same(chat.likelihoods(PROMPT, texts), expected)


def test_the_prompt_is_computed_once(chat: Transformers) -> None:
    model, tokenizer = chat._both
    prompt = "Durban is located in South Africa. " * 20
    given: list[int] = []
    watch = model.register_forward_pre_hook(
        lambda _, args, kwargs: given.append(kwargs["input_ids"].numel()), with_kwargs=True
    )

    chat.likelihoods(prompt, PLACES * 10)
    watch.remove()

    assert sum(given) < len(tokenizer(prompt)["input_ids"]) + 50 * 30


def test_candidates_of_one_token_cost_nothing_beside_the_prompt(chat: Transformers) -> None:
    model, _ = chat._both
    calls: list[int] = []
    watch = model.register_forward_hook(lambda *_: calls.append(1))

    found = chat.likelihoods("Vienna is located in", [" Austria", " Vienna", " located"])
    watch.remove()

    assert [one.tokens for one in found] == [1, 1, 1]
    assert len(calls) == 1


def test_a_token_over_the_end_of_the_prompt_is_counted_for_all(chat: Transformers) -> None:
    _, tokenizer = chat._both
    with_blank, without = PROMPT, PROMPT.rstrip()
    assert tokenizer.tokenize(" Austria") == ["ĠAustria"]

    found = chat.likelihoods(with_blank, ["Austria", "7"])

    assert same(found, chat.likelihoods(without, [" Austria", " 7"]))
    assert [one.tokens for one in found] == [1, 2]


def test_messages_are_rendered_by_the_template(chat: Transformers) -> None:
    found = chat.likelihoods([Message("user", "短鋼軌是什麼？")], [" Austria", " 臺灣"])

    assert same(found, one_by_one(chat, "<user> 短鋼軌是什麼？ <assistant>", [" Austria", " 臺灣"]))


def test_a_text_is_not_rendered(chat: Transformers) -> None:
    as_message = chat.likelihoods([Message("user", "Vienna is")], [" Austria"])

    assert chat.likelihoods("Vienna is", [" Austria"])[0].logprob != pytest.approx(as_message[0].logprob)


def test_without_a_prompt_the_first_token_stands_behind_the_token_that_begins_texts(chat: Transformers) -> None:
    found = chat.likelihoods("", ["Vienna", "臺北"])

    assert found[0].logprob == pytest.approx(one_by_one(chat, "<s>", ["Vienna"])[0].logprob, abs=1e-3)


def test_a_model_without_such_a_token_needs_a_prompt(tiny: Path) -> None:
    chat = made(tiny)
    _, tokenizer = chat._both
    tokenizer.bos_token = tokenizer.eos_token = None

    with pytest.raises(ModelError, match="give it a prompt"):
        chat.likelihoods("", ["Vienna"])


def test_a_token_that_the_tokenizer_puts_first_stays_there(tiny: Path, tmp_path: Path) -> None:
    from tokenizers import processors

    chat = made(shutil.copytree(tiny, tmp_path / "own"))
    _, tokenizer = chat._both
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 0)]
    )

    found = chat.likelihoods("Vienna is in", [" Austria", " 臺灣"])

    assert tokenizer("x")["input_ids"][0] == 0
    assert same(found, one_by_one(chat, "Vienna is in", [" Austria", " 臺灣"]))


def test_what_cannot_be_scored_is_refused(chat: Transformers) -> None:
    with pytest.raises(ValueError, match="without a character"):
        chat.likelihoods(PROMPT, ["Austria", ""])
    with pytest.raises(ContextExceeded, match="1024 tokens"):
        chat.likelihoods(PROMPT, ["Austria", "臺" * 1100])
    assert chat.likelihoods(PROMPT, []) == []


def test_the_vocabulary_is_of_words_that_are_one_token(chat: Transformers) -> None:
    _, tokenizer = chat._both
    words = chat.vocabulary()

    assert {"Vienna", "Austria", "located"} <= set(words)
    assert len(words) == len(set(words))
    assert all(len(tokenizer(word)["input_ids"]) == 1 or len(tokenizer(f" {word}")["input_ids"]) == 1 for word in words)


def test_a_model_that_cannot_tell_names_those_that_can() -> None:
    chat = Extractive(ExtractiveConfig(), Context(Path.cwd(), Path.cwd(), ModelStore(Path.cwd())))

    assert not chat.scores_text
    with pytest.raises(Unsupported, match=r"'extractive' .* so nothing is measured; .*: 'llama-cpp', .*'transformers'"):
        check_scores_text(chat, "extractive", "so nothing is measured")
    with pytest.raises(Unsupported, match="Extractive does not say how likely a text is"):
        chat.likelihoods(PROMPT, ["Austria"])
    with pytest.raises(Unsupported, match="vocabulary"):
        chat.vocabulary()


@pytest.fixture(scope="module")
def llama(smollm2: Path) -> Iterator[LlamaCpp]:
    context = Context(Path.cwd(), Path.cwd(), ModelStore(Path.cwd()))
    running = LlamaCpp(LlamaCppConfig(model=str(smollm2), context=1024, threads=1, max_tokens=12), context)
    yield running
    running.close()


def test_llama_cpp_gives_its_own_words_the_figures_that_it_wrote_them_with(llama: LlamaCpp) -> None:
    prompt = llama._engine.tokens("The capital of France is")
    request = {"prompt": prompt, "n_predict": 6, "n_probs": 1, "temperature": 0.0, "cache_prompt": False}
    written = llama._engine.ask("/completion", request)
    expected = sum(token["logprob"] for token in written["completion_probabilities"])

    (found,) = llama.likelihoods("The capital of France is", [written["content"]])

    assert found.tokens == 6
    assert found.logprob == pytest.approx(expected, abs=0.05)


def test_llama_cpp_scores_parts_of_characters(llama: LlamaCpp) -> None:
    """Its server gives no figure for a token that is half a character."""
    (word,) = llama.likelihoods("台灣的首都是", ["臺北"])
    pieces = llama._engine.tokens("台灣的首都是臺北")[len(llama._engine.tokens("台灣的首都是")) :]

    assert word.tokens == len(pieces) > 2
    assert -60 < word.logprob < -3


def test_llama_cpp_ranks_and_repeats(llama: LlamaCpp) -> None:
    places = ["Paris", "Berlin", "a banana"]
    found = llama.likelihoods("The capital of France is ", places, ".")
    again = [llama.likelihoods("The capital of France is ", [place], ".")[0] for place in places]

    assert found[0].logprob > found[1].logprob > found[2].logprob
    assert same(found, again, within=0.01)


def test_many_candidates_of_llama_cpp_have_the_figures_of_few(llama: LlamaCpp) -> None:
    towns = ["Paris", "London", "Rome", "Berlin", "Vienna", "Madrid", "Oslo", "Lisbon", "Dublin", "Athens"]
    words = [f" {word}" for word in (*towns, *"abcdefghijklmnopqrstuvwxyz")]
    many = llama.likelihoods("The capital of France is", words)

    assert same(many[:2], llama.likelihoods("The capital of France is", words[:2]), within=0.01)


def test_an_answer_of_llama_cpp_is_the_same_after_likelihoods(llama: LlamaCpp) -> None:
    messages = [Message("user", "What is the capital of France?")]
    before = llama.chat(messages, llama._config)

    llama.likelihoods(messages, ["Paris", "London"])

    assert llama.chat(messages, llama._config).text == before.text


@pytest.mark.slow
def test_smollm2_says_the_same_by_both_engines(llama: LlamaCpp, smollm2: Path, tmp_path: Path) -> None:
    config = TransformersConfig(model=str(smollm2), dtype="float32", threads=1)
    other = Transformers(config, Context(tmp_path, tmp_path, ModelStore(tmp_path)))
    places = ["Paris", "London", "台北", "a banana split"]

    ours = llama.likelihoods("The capital of France is ", places, ".")
    theirs = other.likelihoods("The capital of France is ", places, ".")

    assert same(ours, theirs, within=1.0)
