"""Hashes of files and folders: of all that decides, and computed once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from potluck import file_hashes
from potluck.file_hashes import code_hash, file_hash, model_hash

WEIGHTS = b"\0" * (6 << 20)


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as settled: the time of a status change cannot be set."""
    monkeypatch.setattr(file_hashes, "_SETTLED", 0)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were read."""
    names: list[str] = []
    whole = file_hashes.content_hash

    def counted(path: Path) -> str:
        names.append(path.name)
        return whole(path)

    monkeypatch.setattr(file_hashes, "content_hash", counted)
    return names


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "模型"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(WEIGHTS)
    for name in ("config.json", "tokenizer.json", "1_Pooling/config.json"):
        (folder / name).write_text("{}", encoding="utf-8")
    return folder


@pytest.mark.parametrize("hash_of", [code_hash, model_hash])
def test_the_hash_of_a_folder_is_of_names_and_bytes(tmp_path: Path, hash_of: Callable[[Path], str]) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "深").mkdir(parents=True)
        (tmp_path / name / "深" / "a.json").write_text("{}", encoding="utf-8")
        (tmp_path / name / "b.bin").write_bytes(b"b")
    first = hash_of(tmp_path / "one")

    assert first == hash_of(tmp_path / "two")
    assert hash_of(tmp_path / "one" / "b.bin") != first
    (tmp_path / "two" / "b.bin").write_bytes(b"changed")
    assert hash_of(tmp_path / "two") != first
    (tmp_path / "one" / "b.bin").rename(tmp_path / "one" / "c.bin")
    assert hash_of(tmp_path / "one") != first


@pytest.mark.parametrize(
    "name", ["chat_template.jinja", "tokenizer.json", "1_Pooling/config.json", "added_tokens.json"]
)
def test_a_model_is_another_with_another_template_tokenizer_or_config(model: Path, name: str) -> None:
    first = model_hash(model)

    (model / name).write_text('{"another": true}', encoding="utf-8")

    assert model_hash(model) != first


@pytest.mark.parametrize("place", [0, len(WEIGHTS) // 2, len(WEIGHTS) - 1])
def test_a_model_is_another_if_one_bit_of_its_weights_is_wherever_it_stands(model: Path, place: int) -> None:
    first = model_hash(model)
    weights = bytearray(WEIGHTS)
    weights[place] ^= 1

    (model / "model.safetensors").write_bytes(weights)

    assert model_hash(model) != first


@pytest.mark.parametrize("name", ["README.md", "LICENSE", "LICENSE.txt", ".gitattributes", ".cache/huggingface/refs"])
def test_a_model_stays_the_same_with_what_is_written_about_it(model: Path, name: str) -> None:
    first = model_hash(model)
    (model / name).parent.mkdir(parents=True, exist_ok=True)

    (model / name).write_text("another", encoding="utf-8")

    assert model_hash(model) == first


@pytest.mark.parametrize("name", ["__pycache__/a.cpython-311.pyc", "b.pyc", ".hidden"])
def test_code_stays_the_same_with_what_python_and_editors_leave(tmp_path: Path, name: str) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "a.py").write_text("one = 1", encoding="utf-8")
    first = code_hash(tmp_path / "package")
    (tmp_path / "package" / name).parent.mkdir(exist_ok=True)

    (tmp_path / "package" / name).write_bytes(b"left")

    assert code_hash(tmp_path / "package") == first


def test_a_file_that_a_folder_links_to_counts_as_one_in_it(model: Path, tmp_path: Path) -> None:
    first = model_hash(model)
    (model / "config.json").rename(tmp_path / "elsewhere")

    (model / "config.json").symlink_to(tmp_path / "elsewhere")

    assert model_hash(model) == first
    (tmp_path / "elsewhere").write_text("[]", encoding="utf-8")
    assert model_hash(model) != first


def test_a_settled_file_is_read_once(tmp_path: Path, settled: None, read: list[str]) -> None:
    path = tmp_path / "model"
    path.write_bytes(b"one")

    assert file_hash(path) == file_hash(path)

    assert read == ["model"]


def test_a_fresh_file_is_read_again_as_a_clock_may_not_tell_two_changes_apart(tmp_path: Path, read: list[str]) -> None:
    path = tmp_path / "model"
    path.write_bytes(b"one")

    assert file_hash(path) == file_hash(path)

    assert read == ["model", "model"]


def test_a_change_that_keeps_size_and_time_is_noticed(tmp_path: Path, settled: None) -> None:
    path = tmp_path / "model"
    path.write_bytes(b"one")
    state = path.stat()
    first = file_hash(path)

    path.write_bytes(b"two")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))

    assert file_hash(path) != first


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POTLUCK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "hashes"


def test_whole_weights_are_read_once_and_not_by_every_command(
    model: Path, cache: Path, settled: None, read: list[str]
) -> None:
    first = model_hash(model)
    file_hashes._settled_hash.cache_clear()  # another process

    assert model_hash(model) == first

    assert read.count("model.safetensors") == 1
    assert read.count("config.json") == 4, "small files are not worth a file in the cache"
    assert [path.read_text() for path in cache.iterdir()] == [file_hash(model / "model.safetensors")]


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe", b"0123", b"g" * 32])
def test_a_damaged_cache_is_computed_anew(model: Path, cache: Path, settled: None, damage: bytes) -> None:
    first = model_hash(model)
    (kept,) = cache.iterdir()
    kept.write_bytes(damage)
    file_hashes._settled_hash.cache_clear()

    assert model_hash(model) == first
    assert kept.read_text() == file_hash(model / "model.safetensors")


def test_a_cache_that_cannot_be_written_changes_nothing(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settled: None
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    first = model_hash(model)
    monkeypatch.setenv("POTLUCK_CACHE", str(tmp_path / "file"))
    file_hashes._settled_hash.cache_clear()

    assert model_hash(model) == first


@pytest.mark.parametrize(("size", "kept"), [((4 << 20) - 1, 0), (4 << 20, 1)])
def test_from_4_mib_on_a_hash_is_worth_a_file(tmp_path: Path, cache: Path, settled: None, size: int, kept: int) -> None:
    with (tmp_path / "weights").open("wb") as file:
        file.truncate(size)

    file_hash(tmp_path / "weights")

    assert len(list(cache.glob("*"))) == kept
