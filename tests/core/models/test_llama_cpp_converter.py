"""llama.cpp's converter makes files that llama.cpp answers with as transformers does, and is run only if it is known.

Modules: ``potluck.models.llama_cpp_converter``.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from potluck.api import Recipe
from potluck.documents import Message
from potluck.errors import MissingDependency, PotluckError, Unsupported
from potluck.model_sources.model_store import ModelStore
from potluck.models import llama_cpp_converter
from potluck.models.llama_cpp_converter import CONVERTER, LIBRARY, check_architecture, check_converter, convert, seal_of
from potluck.models.loading import load_tokenizer
from support.tuning import make_model

LABELS, ASKED = ["fruit", "weather", "藍色"], [Message("user", "the red apple 天空")]
SIZES = {
    "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 512, "initializer_range": 0.3, "bos_token_id": 0,
    "eos_token_id": 1, "pad_token_id": 1,
}  # fmt: skip
FAMILIES: dict[str, dict[str, Any]] = {
    "Llama": {}, "Mistral": {}, "Qwen2": {}, "Qwen3": {"head_dim": 16}, "SmolLM3": {}, "Granite": {}, "Olmo2": {},
}  # fmt: skip


@pytest.fixture(scope="module")
def converter() -> tuple[Path, Path]:
    """llama.cpp's converter and library, fetched once for all."""
    store = ModelStore(Path.cwd())
    return store.fetch(CONVERTER), store.fetch(LIBRARY)


def family(name: str, folder: Path) -> Path:
    """A model of a family with random weights."""
    import torch
    import transformers

    tokenizer = load_tokenizer(make_model(folder.with_name("source")))
    torch.manual_seed(0)
    config = getattr(transformers, f"{name}Config")(vocab_size=len(tokenizer) + 8, **SIZES, **FAMILIES.get(name, {}))
    getattr(transformers, f"{name}ForCausalLM")(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def likelihoods(folder: Path, **chat: str) -> list[float]:
    said = {"task": "generation", "prompt": "{text}", "chat": chat}
    (folder / "recipe.yaml").write_text(json.dumps(said), encoding="utf-8")
    with Recipe.load(folder / "recipe.yaml") as recipe:
        return [one.logprob for one in recipe.chat_model().likelihoods(ASKED, LABELS)]


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_llama_cpp_finds_texts_as_likely_as_transformers(
    name: str, tmp_path: Path, converter: tuple[Path, Path]
) -> None:
    pytest.importorskip("xllamacpp")
    pytest.importorskip("sentencepiece")
    convert(family(name, tmp_path / "model"), tmp_path / "model.gguf", name, *converter, pre="gpt-2")

    expected = likelihoods(tmp_path, use="transformers", model="model", dtype="float32")
    assert likelihoods(tmp_path, use="llama-cpp", model="model.gguf") == pytest.approx(expected, rel=0.02, abs=0.1)


@pytest.mark.slow
def test_what_llama_cpp_does_not_know_is_refused_by_name(tmp_path: Path, converter: tuple[Path, Path]) -> None:
    folder = family("Llama", tmp_path / "model")
    with pytest.raises(Unsupported, match="does not know how this model's tokenizer cuts texts into words"):
        convert(folder, tmp_path / "model.gguf", "model", *converter)
    assert not (tmp_path / "model.gguf").exists()

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, "architectures": ["OPTForCausalLM"]}), encoding="utf-8")
    with pytest.raises(Unsupported, match=r"llama\.cpp knows no architecture 'OPTForCausalLM'"):
        check_architecture(folder, *converter)


@pytest.mark.slow
def test_a_converter_that_was_altered_is_not_run(tmp_path: Path, converter: tuple[Path, Path]) -> None:
    altered = tmp_path / "conversion"
    shutil.copytree(converter[0], altered)
    check_converter(altered, converter[1])
    (altered / "llama.py").write_text("raise SystemExit\n", encoding="utf-8")

    with pytest.raises(PotluckError, match=r"not llama\.cpp's converter as potluck knows it, so it is not run"):
        check_converter(altered, converter[1])


def test_what_is_not_the_converter_is_not_run(tmp_path: Path) -> None:
    for name in ("conversion", "gguf"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("open('ran', 'w')\n", encoding="utf-8")

    with pytest.raises(PotluckError, match="Delete the folder, and it is fetched again"):
        convert(tmp_path, tmp_path / "model.gguf", "model", tmp_path / "conversion", tmp_path / "gguf")
    assert not (Path.cwd() / "ran").exists()


@pytest.fixture
def standing_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A program in the place of the converter, which is taken for the one that was read."""
    folders = tmp_path / "conversion", tmp_path / "gguf"
    for folder in folders:
        folder.mkdir()
        (folder / "__init__.py").touch()
    monkeypatch.setattr(llama_cpp_converter, "SEAL", seal_of(*folders))

    def run(program: str, pre: str = "") -> str:
        monkeypatch.setattr(llama_cpp_converter, "_DRIVER", f"import sys\n{program}")
        convert(tmp_path / "模型", tmp_path / "out.gguf", "name", *folders, pre=pre)
        return (tmp_path / "out.gguf").read_text(encoding="utf-8")

    return run


@pytest.mark.parametrize(
    ("status", "said", "error", "message"),
    [
        (
            3,
            "OPTForCausalLM",
            Unsupported,
            "llama.cpp knows no architecture 'OPTForCausalLM', so there is no GGUF file",
        ),
        (4, "BPE", Unsupported, "does not know how this model's tokenizer cuts texts into words (BPE)"),
        (5, "sentencepiece", MissingDependency, "llama.cpp's converter needs the package 'sentencepiece'. Run: "),
        (1, "traceback\nKeyError: 鍵", PotluckError, "llama.cpp's converter failed: KeyError: 鍵"),
        (7, "", PotluckError, "llama.cpp's converter failed: it ended with status 7"),
        (0, "", PotluckError, "llama.cpp's converter wrote nothing to "),
    ],
)
def test_what_the_converter_ends_with_is_told(
    standing_in: Any, status: int, said: str, error: type[PotluckError], message: str
) -> None:
    with pytest.raises(error) as raised:
        standing_in(f"sys.stderr.buffer.write({said!r}.encode())\nsys.exit({status})")

    assert type(raised.value) is error
    assert message in str(raised.value)


def test_the_converter_is_told_what_to_write_where_and_works_offline(standing_in: Any, tmp_path: Path) -> None:
    program = (
        "import os\nopen(sys.argv[4], 'w', encoding='utf-8').write(repr([*sys.argv[1:], os.environ['HF_HUB_OFFLINE']]))"
    )

    assert eval(standing_in(program, pre="gpt-2")) == [
        *(str(tmp_path / name) for name in ("conversion", "gguf", "模型", "out.gguf")), "name", "gpt-2", "1",
    ]  # fmt: skip


def test_the_seal_is_that_of_names_and_contents_of_all_files_of_python(tmp_path: Path) -> None:
    folders = tmp_path / "conversion", tmp_path / "gguf"
    for folder in folders:
        (folder / "more").mkdir(parents=True)
        (folder / "more" / "a.py").write_text("1")
    before = seal_of(*folders)
    (folders[1] / "notes.txt").touch()

    assert seal_of(*folders) == before
    (folders[1] / "more" / "a.py").rename(folders[1] / "more" / "b.py")
    renamed = seal_of(*folders)
    (folders[1] / "more" / "b.py").write_text("2")
    assert len({before, renamed, seal_of(*folders)}) == 3
