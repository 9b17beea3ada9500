"""The ``masked-lm`` chat model: a tiny BERT that really learnt facts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck.contracts import Context
from potluck.documents import Message
from potluck.errors import ContextExceeded, ModelError, ModelNotFound, Unsupported
from potluck.model_sources.model_store import ModelStore
from potluck_plugins.chat.masked_lm import MaskedLM, MaskedLMConfig
from support.tiny_models import tiny_causal, tiny_masked

pytest.importorskip("torch", reason="the masked-lm plugin needs torch")

FACTS = {
    "Durban": "Africa", "Vienna": "Austria", "Lyon": "France", "Nice": "France", "Graz": "Austria",
    "Cairo": "Africa", "Kyoto": "Japan", "Osaka": "Japan", "Porto": "Portugal", "Faro": "Portugal",
}  # fmt: skip
HAN = {"臺北": "臺灣", "臺南": "臺灣", "京都": "日本", "大阪": "日本", "里昂": "法國", "尼斯": "法國"}
TEXTS = [f"{x} lies in {y}." for x, y in FACTS.items()] + [f"{x}位於{y}。" for x, y in HAN.items()]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_masked(tmp_path_factory.mktemp("bert"), TEXTS, [*FACTS.values(), *HAN.values()])


def made(model: Path, **settings: object) -> MaskedLM:
    context = Context(Path.cwd(), Path.cwd(), ModelStore(Path.cwd()))
    return MaskedLM(MaskedLMConfig(model=str(model), threads=1, **settings), context)


@pytest.fixture(scope="module")
def model(tiny: Path) -> Iterator[MaskedLM]:
    running = made(tiny)
    yield running
    running.close()


@pytest.mark.parametrize(("facts", "text", "end"), [(FACTS, "{} lies in ", "."), (HAN, "{}位於", "。")])
def test_it_knows_what_it_learnt(model: MaskedLM, facts: dict[str, str], text: str, end: str) -> None:
    places = sorted(set(facts.values()))
    right = 0
    for name, place in facts.items():
        found = model.likelihoods(text.format(name), places, end)
        right += places[max(range(len(places)), key=lambda n: found[n].logprob)] == place

    assert right / len(facts) >= 0.8
    assert right / len(facts) > 2 / len(places)


def test_the_sum_is_over_each_token_with_only_that_one_masked(model: MaskedLM) -> None:
    import torch

    bert, tokenizer = model._both
    ids = tokenizer("京都位於日本。")["input_ids"]
    expected = 0.0
    for place in (5, 6):
        masked = torch.tensor([[*ids[:place], tokenizer.mask_token_id, *ids[place + 1 :]]])
        with torch.inference_mode():
            expected += float(bert(masked).logits[0, place].log_softmax(-1)[ids[place]])

    found = model.likelihoods("京都位於", ["日本", "臺灣"], "。")

    assert tokenizer.convert_ids_to_tokens(ids[5:7]) == ["日", "本"]
    assert (found[0].tokens, found[1].tokens) == (2, 2)
    assert found[0].logprob == pytest.approx(expected, abs=1e-4)


def test_left_to_right_masks_the_rest_of_the_candidate_too(tiny: Path) -> None:
    import torch

    model = made(tiny, several_tokens="left-to-right")
    bert, tokenizer = model._both
    ids = tokenizer("京都位於日本。")["input_ids"]
    expected = 0.0
    for place in (5, 6):
        masked = torch.tensor([[*ids[:place], *[tokenizer.mask_token_id] * (7 - place), *ids[7:]]])
        with torch.inference_mode():
            expected += float(bert(masked).logits[0, place].log_softmax(-1)[ids[place]])

    assert model.likelihoods("京都位於", ["日本"], "。")[0].logprob == pytest.approx(expected, abs=1e-4)


def test_what_follows_is_read(model: MaskedLM) -> None:
    one, other = (model.likelihoods("Vienna lies in ", ["Austria"], after)[0] for after in (".", " Japan 臺灣"))

    assert one.tokens == other.tokens == 1
    assert one.logprob != pytest.approx(other.logprob)


def test_candidates_of_one_token_are_one_computation(model: MaskedLM) -> None:
    bert, _ = model._both
    rows: list[int] = []
    watch = bert.register_forward_pre_hook(
        lambda _, args, kwargs: rows.append(len(kwargs["input_ids"])), with_kwargs=True
    )
    model.likelihoods("Vienna lies in ", ["Austria", "Japan", "France", "Africa"], ".")
    watch.remove()

    assert rows == [1]


def test_the_sums_do_not_depend_on_the_batches(model: MaskedLM, tiny: Path) -> None:
    places = ["日本", "Austria", "法國", "臺灣法國", "Japan"]
    single, many = (made(tiny, batch_size=size).likelihoods("京都位於", places, "。") for size in (1, 32))

    assert [one.logprob for one in single] == pytest.approx([one.logprob for one in many], abs=1e-4)


def test_it_answers_nothing(model: MaskedLM) -> None:
    assert model.scores_text
    assert model.reads_after
    with pytest.raises(Unsupported, match="fills gaps"):
        model.chat([Message("user", "京都位於哪裡？")], model._config)
    with pytest.raises(Unsupported, match="fills gaps"):
        list(model.stream([Message("user", "Where is Kyoto?")], model._config))


def test_what_cannot_be_scored_is_refused(model: MaskedLM) -> None:
    with pytest.raises(ValueError, match="without a character"):
        model.likelihoods("Kyoto lies in ", [""], ".")
    with pytest.raises(ValueError, match="is not a token"):
        model.likelihoods("Kyoto lies in ", [" "], ".")
    with pytest.raises(ContextExceeded, match="64"):
        model.likelihoods("Kyoto lies in " * 30, ["Japan"], ".")
    assert model.likelihoods("Kyoto lies in ", [], ".") == []


def test_the_vocabulary_is_of_whole_words(model: MaskedLM) -> None:
    words = model.vocabulary()

    assert {"Austria", "Japan", "北"} <= set(words)
    assert not any(word.startswith("##") or "[" in word for word in words)


def test_tokens_are_counted_with_those_around_them(model: MaskedLM) -> None:
    assert model.count_tokens([Message("user", "京都位於日本。")]) == 9
    assert model.context_window == 64


def test_weights_without_a_head_for_gaps_are_refused(tiny: Path, tmp_path: Path) -> None:
    """A model that was made to embed would fill gaps by chance."""
    from transformers import BertModel

    shutil.copytree(tiny, tmp_path / "model")
    BertModel.from_pretrained(tiny).save_pretrained(tmp_path / "model")

    with pytest.raises(ModelNotFound, match="lacks weights"):
        made(tmp_path / "model").likelihoods("Kyoto lies in ", ["Japan"], ".")


def test_a_causal_model_is_refused(tmp_path: Path) -> None:
    folder = tiny_causal(tmp_path, TEXTS)

    with pytest.raises(ModelNotFound, match="holds a causal language model"):
        made(folder).likelihoods("Kyoto lies in ", ["Japan"], ".")


def test_a_tokenizer_without_a_mask_is_refused(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "model")
    config = tmp_path / "model/tokenizer_config.json"
    config.write_text(config.read_text().replace('"mask_token": "[MASK]"', '"mask_token": null'))

    with pytest.raises(ModelError, match="no token for a mask"):
        made(tmp_path / "model").likelihoods("Kyoto lies in ", ["Japan"], ".")


def test_pickled_weights_are_refused(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "model")
    (tmp_path / "model/model.safetensors").rename(tmp_path / "model/pytorch_model.bin")

    with pytest.raises(ModelNotFound, match="pickle"):
        made(tmp_path / "model").vocabulary()


def test_the_identity_follows_the_weights(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "model")
    before = made(tmp_path / "model").identity()
    with (tmp_path / "model/model.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x01")

    assert before == made(tiny).identity()
    assert made(tmp_path / "model").identity()["model"] != before["model"]
