"""The token splitter: no chunk counts more than it may, by whatever counts.

Modules: ``potluck_plugins.splitters._shared.boundaries``.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from potluck.documents import Document
from potluck.errors import MissingDependency, ModelError, ModelNotFound
from potluck.file_hashes import file_hash
from potluck_plugins.splitters._shared.tokenizing import TABLES

SAMPLE = ["短鋼軌係指長度在標準長度以下5m以上之鋼軌。", "Short rails are rails of 5 m or more.", "The rail is welded."]

texts = st.one_of(
    st.lists(
        st.sampled_from(
            [
                "短鋼軌",
                "係指",
                "。",
                "rail",
                " welded",
                "Rails",
                "\n\n",
                "5m",
                "👩‍👩‍👧‍👦",
                "🇹🇼",
                "e\u0301",
                "ﷺ",
                "㍿",
                "x" * 9,
            ]
        ),
        max_size=40,
    ).map("".join),
    st.text(max_size=80),
)


def byte_level(folder: Path) -> Path:
    """GPT-2's way: several tokens may lie in one character."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    return trained(tokenizer, trainer, folder / "byte-level")


def metaspace(folder: Path) -> Path:
    """SentencePiece's way: a mark before the text is a token of its own, and NFKC makes characters longer."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=200, unk_token="<unk>", special_tokens=["<unk>"], show_progress=False)
    return trained(tokenizer, trainer, folder / "metaspace")


def trained(tokenizer: Tokenizer, trainer: Any, folder: Path) -> Path:
    tokenizer.train_from_iterator(SAMPLE * 20, trainer)
    # As in many models' files: whoever forgets to switch these off counts 4 tokens at most.
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=16)
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture(scope="session", params=[byte_level, metaspace], ids=["byte-level", "metaspace"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a real ``tokenizer.json``."""
    make_folder: Callable[[Path], Path] = request.param
    return make_folder(tmp_path_factory.mktemp("tokenizers"))


def counter(folder: Path) -> Callable[[str], int]:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def cut(make: Any, text: str, **settings: Any) -> list[str]:
    return [chunk.text for chunk in make("tokens", **settings).split(Document("text.txt", text))]


@settings(deadline=None)
@given(text=texts, size=st.integers(1, 20).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size))))
def test_no_chunk_counts_more_by_a_tokenizer(make: Any, folder: Path, text: str, size: tuple[int, int]) -> None:
    count = counter(folder)
    for chunk in cut(make, text, chunk_size=size[0], chunk_overlap=size[1], tokenizer=str(folder)):
        assert count(chunk) <= size[0] or len(chunk) == 1


@settings(deadline=None)
@given(text=st.text(alphabet="鋼軌abcd12 。_-\n", max_size=80), size=st.integers(1, 20))
def test_no_chunk_counts_more_by_the_rule(make: Any, text: str, size: int) -> None:
    for chunk in cut(make, text, chunk_size=size, chunk_overlap=0):
        words = re.findall("[a-z0-9]+", chunk)
        assert sum(ceil(len(word) / 4) for word in words) + len(re.findall("[鋼軌。_-]", chunk)) <= size


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("短鋼軌", 3),
        ("ひらカタ한글", 6),
        ("rail", 1),
        ("rails", 2),
        ("12345678", 2),
        ("1.4.4", 5),
        ("。 \n！", 2),
        ("🇹🇼", 2),
    ],
)
def test_the_rule_counts_as_documented(make: Any, text: str, tokens: int) -> None:
    assert cut(make, f"{text}{text}", chunk_size=2 * tokens, chunk_overlap=0) == [text + text]
    assert len(cut(make, f"{text} {text}", chunk_size=2 * tokens - 1, chunk_overlap=0)) > 1


def test_real_text_fills_its_chunks(make: Any, folder: Path, passages: dict[str, list[str]]) -> None:
    count = counter(folder)
    for held in passages.values():
        chunks = cut(make, "\n\n".join(held[:20]), chunk_size=200, chunk_overlap=40, tokenizer=str(folder))
        counts = sorted(map(count, chunks))
        assert counts[-1] <= 200
        assert counts[len(counts) // 2] > 100


def test_the_file_itself_may_be_named_and_its_hash_is_the_identity(make: Any, folder: Path) -> None:
    path = folder / "tokenizer.json"
    splitter = make("tokens", chunk_size=8, chunk_overlap=0, tokenizer=str(path))

    assert splitter.identity() == {"tokenizer": file_hash(path)}
    assert [c.text for c in splitter.split(Document("a.txt", SAMPLE[0]))] == cut(
        make, SAMPLE[0], chunk_size=8, chunk_overlap=0, tokenizer=str(folder)
    )


def test_the_rule_has_no_identity_beyond_its_settings(make: Any) -> None:
    assert make("tokens").identity() == {}


def test_a_long_word_is_cut_only_where_it_has_to_be(make: Any) -> None:
    assert cut(make, "短鋼軌 " + "x" * 12 + " 長鋼軌", chunk_size=3, chunk_overlap=0) == ["短鋼軌", "x" * 12, "長鋼軌"]
    assert cut(make, "x" * 20, chunk_size=3, chunk_overlap=0) == ["x" * 12, "x" * 8]


def test_the_overlap_repeats_whole_sentences(make: Any) -> None:
    assert cut(make, "一二三。四五六。七八九。", chunk_size=8, chunk_overlap=4) == [
        "一二三。四五六。",
        "四五六。七八九。",
    ]


def test_a_file_that_is_not_a_tokenizer_is_an_error_that_names_it(make: Any, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")

    with pytest.raises(ModelError, match=r"tokenizer\.json is not a tokenizer\.json that tokenizers can read"):
        cut(make, "text", tokenizer=str(tmp_path))


def test_a_folder_without_a_tokenizer_is_an_error_before_anything_is_split(make: Any, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"no tokenizer\.json in"):
        make("tokens", tokenizer=str(tmp_path)).identity()


@pytest.mark.parametrize(("library", "tokenizer"), [("tokenizers", "tokenizer.json"), ("tiktoken", "cl100k_base")])
def test_a_missing_library_is_an_error_with_the_command(
    make: Any, monkeypatch: pytest.MonkeyPatch, library: str, tokenizer: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)

    with pytest.raises(MissingDependency, match=f"Run: .*pip install {library}"):
        cut(make, "text", tokenizer=tokenizer)
    with pytest.raises(MissingDependency, match=f"Run: .*pip install {library}"):  # before documents are read
        make("tokens", tokenizer=tokenizer).identity()


@pytest.mark.parametrize("content", [None, b"damaged"])
def test_a_table_that_is_not_whole_is_never_downloaded(
    make: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    pytest.importorskip("tiktoken")
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("the network was used"))
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    path = tmp_path / "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ModelNotFound, match=f"{path.name}, and it is not downloaded"):
        cut(make, "text", tokenizer="cl100k_base")
    with pytest.raises(ModelNotFound):  # before documents are read
        make("tokens", tokenizer="cl100k_base").identity()

    assert content is None or path.read_bytes() == content


def test_a_switched_off_cache_has_no_table(make: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("tiktoken")
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("the network was used"))
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(TABLES, "cl100k_base", hashlib.sha256(b"table").hexdigest())
    Path("9b5ad71b2ce5302211f9c61530b329a4922fc6a4").write_bytes(b"table")

    with pytest.raises(ModelNotFound):
        cut(make, "text", tokenizer="cl100k_base")


@pytest.mark.parametrize("name", ["cl100k_base", "o200k_base", "p50k_base", "r50k_base"])
def test_tables_of_tiktoken_count_where_they_are(make: Any, passages: dict[str, list[str]], name: str) -> None:
    tiktoken = pytest.importorskip("tiktoken")
    file = hashlib.sha1(f"https://openaipublic.blob.core.windows.net/encodings/{name}.tiktoken".encode()).hexdigest()
    if not Path(os.environ.get("TIKTOKEN_CACHE_DIR", "nowhere"), file).is_file():
        pytest.skip(f"TIKTOKEN_CACHE_DIR has no table of {name}")
    encoding = tiktoken.get_encoding(name)
    for held in passages.values():
        chunks = cut(make, "\n\n".join(held[:40]), chunk_size=64, chunk_overlap=16, tokenizer=name)
        assert 40 < max(len(encoding.encode_ordinary(chunk)) for chunk in chunks) <= 64


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"chunk_size": 0}, "greater than or equal to 1"),
        ({"chunk_overlap": "all"}, "valid integer"),
        ({"tokenizer": ""}, "at least 1 character"),
    ],
)
def test_wrong_settings_are_refused(make: Any, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        make("tokens", **settings)
