"""From a tuned model to a file for llama.cpp: converted, quantised, with a Modelfile for Ollama."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from potluck.components.components import Components
from potluck.contracts import ChatOptions
from potluck.datasets.wording import wording_of
from potluck.errors import ModelNotFound, PotluckError, Unsupported
from potluck.models.gguf import as_gguf
from potluck.models.gguf_fields import ARCHITECTURE, read_field
from potluck.models.quantisation import Precision, quantise
from potluck.reporting import inner_stage


@dataclass(frozen=True, slots=True)
class GgufSource:
    """What a GGUF file is made from besides the weights.

    ``base`` is the folder of the base model, ``file`` the GGUF file that it was read from, if it was one: its tokenizer
    is kept as it is. ``converter`` and ``library`` are the folders of llama.cpp's converter, if that does the work.
    """

    base: Path
    file: Path | None
    converter: Path | None = None
    library: Path | None = None
    sentences: Path | None = None
    """The base's ``tokenizer.model``, of SentencePiece, which transformers does not write and the converter reads."""

    @property
    def pre(self) -> str:
        """How the base's file says that its tokenizer cuts a text into words; empty if there is none."""
        return read_field(self.file, "tokenizer.ggml.pre") if self.file is not None else ""


def gguf_source(components: Components, keeps_tokenizer: bool) -> GgufSource:
    """Choose what writes the file of a recipe's model, before anything is trained.

    A Llama that was read from a GGUF file and ``keeps_tokenizer`` keeps all but its weights; other models are converted
    by llama.cpp's converter, which is fetched as a model is. Raises ``Unsupported`` for a model that llama.cpp does not
    answer with, ``MissingDependency`` if a package is not installed that the converter needs.
    """
    from potluck.models.llama_cpp_converter import CONVERTER, LIBRARY, check_architecture, check_packages

    name = str(components.recipe.tuning.model)
    path = components.models.fetch(name)
    file = path if path.suffix.lower() == ".gguf" else None
    if file is not None and keeps_tokenizer and read_field(file, ARCHITECTURE) == "llama":
        return GgufSource(components.base_model, file)
    if file is not None:  # which takes a while to become a folder, whose kind is then known
        check_packages()
    _check_kind(components.base_model, name)
    check_packages()
    try:
        converter, library = components.models.fetch(CONVERTER), components.models.fetch(LIBRARY)
    except ModelNotFound as error:
        raise ModelNotFound(
            f"llama.cpp's converter, which makes a GGUF file of {name}, is not on this machine. {error}"
        ) from error
    check_architecture(components.base_model, converter, library)
    sentences = components.base_model / "tokenizer.model"
    return GgufSource(
        components.base_model, file, converter, library, sentences if sentences.is_file() and keeps_tokenizer else None
    )


def _check_kind(base: Path, name: str) -> None:
    from potluck.models.loading import kind_of

    if (kind := kind_of(base)) != "causal":
        raise Unsupported(f"llama.cpp answers with causal models, and {name} is a model of the kind {kind!r}")


def write_gguf(model: Any, tokenizer: Any, source: GgufSource, name: str, precision: Precision, path: Path) -> None:
    """Write a model as GGUF. What is written on the way lies beside ``path``, and stays there.

    Raises ``Unsupported`` if llama.cpp does not know the tokenizer.
    """
    floats = path if precision == "f16" else path.with_name("floats")
    with inner_stage("write f16"):
        if source.converter is None:
            assert source.file is not None, "else there is a converter"
            as_gguf(model, source.file, floats)
        else:
            _convert(model, tokenizer, source, name, floats)
    if precision != "f16":
        quantise(floats, path, precision)


def _convert(model: Any, tokenizer: Any, source: GgufSource, name: str, path: Path) -> None:
    from potluck.models.llama_cpp_converter import convert

    assert source.converter is not None, "else the file is written without it"
    assert source.library is not None, "it comes with the converter"
    folder = path.with_name("folder")
    model.save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))
    _keep_settings(source.base, folder)
    if source.sentences is not None:
        shutil.copyfile(source.sentences, folder / source.sentences.name)
    convert(folder, path, name, source.converter, source.library, source.pre)


def _keep_settings(base: Path, folder: Path) -> None:
    """Keep settings of the base that this release of transformers calls otherwise: the converter may know the older."""
    path = folder / "config.json"
    before, now = (json.loads((one / path.name).read_text(encoding="utf-8")) for one in (base, folder))
    path.write_text(json.dumps({**before, **now}), encoding="utf-8")


def modelfile_of(components: Components, tokenizer: Any, gguf: str) -> str:
    """The Modelfile of a recipe's model, whose file is called ``gguf`` and lies beside it."""
    from potluck.adapters.modelfile import modelfile, turn_texts
    from potluck.models.licences import licence_of

    recipe = components.recipe
    options = recipe.chat.config
    if not isinstance(options, ChatOptions):
        raise PotluckError(f"the settings of the chat model {recipe.chat.name!r} are not ChatOptions")
    name = str(recipe.tuning.model)
    licence = licence_of(components.models.fetch(name))
    return modelfile(gguf, turn_texts(tokenizer, name), wording_of(recipe), options, licence)
