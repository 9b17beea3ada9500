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
from potluck.models.quantisation import Precision, quantise


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
        if self.file is None:
            return ""
        import gguf

        field = gguf.GGUFReader(self.file).fields.get("tokenizer.ggml.pre")
        return "" if field is None else str(field.contents())


def gguf_source(components: Components, keeps_tokenizer: bool) -> GgufSource:
    """Choose what writes the file of a recipe's model, before anything is trained.

    A Llama that was read from a GGUF file and ``keeps_tokenizer`` keeps all but its weights; other models are converted
    by llama.cpp's converter, which is fetched as a model is. Raises ``Unsupported`` for a model that llama.cpp does not
    answer with.
    """
    from potluck.models.llama_cpp_converter import CONVERTER, LIBRARY, check_architecture
    from potluck.models.loading import kind_of

    name = str(components.recipe.tuning.model)
    if (kind := kind_of(components.base_model)) != "causal":
        raise Unsupported(f"llama.cpp answers with causal models, and {name} is a model of the kind {kind!r}")
    path = components.models.fetch(name)
    file = path if path.suffix.lower() == ".gguf" else None
    if file is not None and keeps_tokenizer and _architecture(file) == "llama":
        return GgufSource(components.base_model, file)
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


def write_gguf(model: Any, tokenizer: Any, source: GgufSource, name: str, precision: Precision, path: Path) -> None:
    """Write a model as GGUF. What is written on the way lies beside ``path``, and stays there.

    Raises ``Unsupported`` if llama.cpp does not know the tokenizer.
    """
    from potluck.models.llama_cpp_converter import convert

    floats = path if precision == "f16" else path.with_name("floats")
    if source.converter is None:
        assert source.file is not None, "else there is a converter"
        as_gguf(model, source.file, floats)
    else:
        assert source.library is not None, "it comes with the converter"
        folder = path.with_name("folder")
        model.save_pretrained(str(folder))
        tokenizer.save_pretrained(str(folder))
        _keep_settings(source.base, folder)
        if source.sentences is not None:
            shutil.copyfile(source.sentences, folder / source.sentences.name)
        convert(folder, floats, name, source.converter, source.library, source.pre)
    if precision != "f16":
        quantise(floats, path, precision)


def _keep_settings(base: Path, folder: Path) -> None:
    """Keep settings of the base that this release of transformers calls otherwise: the converter may know the older."""
    path = folder / "config.json"
    before, now = (json.loads((one / path.name).read_text(encoding="utf-8")) for one in (base, folder))
    path.write_text(json.dumps({**before, **now}, indent=2), encoding="utf-8")


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


def _architecture(file: Path) -> str:
    import gguf

    return str(gguf.GGUFReader(file).fields["general.architecture"].contents())
