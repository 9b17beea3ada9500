"""What a file for llama.cpp is made from, and by whom it is written.

Modules: ``potluck.adapters.gguf_export``. What such files answer: ``test_merge``.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from potluck.adapters import gguf_export
from potluck.adapters.gguf_export import GgufSource, gguf_source, modelfile_of, write_gguf
from potluck.contracts import Config
from potluck.errors import ModelNotFound, PotluckError
from potluck.models import llama_cpp_converter

CONVERTERS = {llama_cpp_converter.CONVERTER: Path("conversion"), llama_cpp_converter.LIBRARY: Path("library")}


class Parts:
    """The components of a recipe that tunes a model, whose folder is ``base``."""

    def __init__(self, base: Path, model: str, **fetched: Path) -> None:
        self.base_model, self.fetched = base, {"model": base, **fetched}
        self.recipe = SimpleNamespace(
            tuning=SimpleNamespace(model=model), chat=SimpleNamespace(name="own", config=Config())
        )
        self.models = self

    def fetch(self, model: str) -> Path:
        found = {**self.fetched, **CONVERTERS}.get(model)
        if found is None:
            raise ModelNotFound(f"{model} is not there")
        return found


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A causal model whose architecture llama.cpp knows, with all packages that are needed."""
    for name in ("check_architecture", "check_packages"):
        monkeypatch.setattr(llama_cpp_converter, name, lambda *_: None)
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"architectures": ["LlamaForCausalLM"], "rope_theta": 7}))
    return folder


def source_of(parts: Any, *, keeps_tokenizer: bool = True) -> GgufSource:
    return gguf_source(parts, keeps_tokenizer)


@pytest.mark.parametrize(
    ("architecture", "keeps", "converts"), [("llama", True, False), ("llama", False, True), ("qwen2", True, True)]
)
def test_a_llama_of_a_file_keeps_all_but_its_weights_unless_its_tokenizer_is_another(
    base: Path, monkeypatch: pytest.MonkeyPatch, architecture: str, keeps: bool, converts: bool
) -> None:
    monkeypatch.setattr(gguf_export, "read_field", lambda path, key: architecture)
    file = base.with_name("模型.GGUF")
    found = source_of(Parts(base, "file", file=file), keeps_tokenizer=keeps)

    folders = (Path("conversion"), Path("library")) if converts else (None, None)
    assert (found.base, found.file, found.converter, found.library) == (base, file, *folders)
    assert found.pre == architecture


@pytest.mark.parametrize(("keeps", "there"), [(True, True), (True, False), (False, True)])
def test_a_folder_is_converted_with_its_own_sentences_where_it_keeps_its_tokenizer(
    base: Path, keeps: bool, there: bool
) -> None:
    if there:
        (base / "tokenizer.model").touch()
    found = source_of(Parts(base, "model"), keeps_tokenizer=keeps)

    assert found == GgufSource(
        base, None, Path("conversion"), Path("library"), base / "tokenizer.model" if keeps and there else None
    )
    assert found.pre == ""


def test_a_converter_that_cannot_be_had_is_told_with_the_model(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(CONVERTERS, llama_cpp_converter.LIBRARY)

    with pytest.raises(
        ModelNotFound, match=r"which makes a GGUF file of model, is not on this machine\. pypi://.* not there"
    ):
        source_of(Parts(base, "model"))


class Saved:
    """A model or a tokenizer that writes a file of its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def save_pretrained(self, folder: str) -> None:
        Path(folder).mkdir(exist_ok=True)
        (Path(folder) / self.name).write_text('{"architectures": ["X"], "rope_parameters": 8}')


@pytest.mark.parametrize(("precision", "floats"), [("f16", "out"), ("q8_0", "floats"), ("q4_k_m", "floats")])
def test_floats_are_written_first_and_then_quantised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: Any, floats: str
) -> None:
    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr(gguf_export, "as_gguf", lambda *given: calls.append(given))
    monkeypatch.setattr(gguf_export, "quantise", lambda *given: calls.append(given))
    write_gguf("model", "tokenizer", GgufSource(tmp_path, Path("a.gguf")), "name", precision, tmp_path / "out")

    written = ("model", Path("a.gguf"), tmp_path / floats)
    quantised = (tmp_path / "floats", tmp_path / "out", precision)
    assert calls == ([written] if precision == "f16" else [written, quantised])


@pytest.mark.parametrize("sentences", [True, False])
def test_a_converter_reads_what_was_tuned_with_the_settings_and_sentences_of_the_base(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sentences: bool
) -> None:
    calls: list[tuple[object, ...]] = []
    monkeypatch.setattr(llama_cpp_converter, "convert", lambda *given: calls.append(given))
    (base / "tokenizer.model").write_text("pieces")
    source = GgufSource(base, None, Path("c"), Path("l"), base / "tokenizer.model" if sentences else None)
    write_gguf(Saved("config.json"), Saved("tokenizer.json"), source, "名", "f16", tmp_path / "out")

    folder = tmp_path / "folder"
    assert calls == [(folder, tmp_path / "out", "名", Path("c"), Path("l"), "")]
    assert json.loads((folder / "config.json").read_text()) == {
        "architectures": ["X"], "rope_theta": 7, "rope_parameters": 8,
    }  # fmt: skip
    assert (folder / "tokenizer.json").is_file()
    assert (folder / "tokenizer.model").exists() is sentences


def test_a_chat_model_without_chat_options_has_no_modelfile(base: Path) -> None:
    parts: Any = Parts(base, "model")

    with pytest.raises(PotluckError, match="the settings of the chat model 'own' are not ChatOptions"):
        modelfile_of(parts, None, "a.gguf")
