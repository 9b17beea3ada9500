"""Between GGUF files, which llama.cpp reads, and what transformers does.

From a GGUF file a folder of safetensors is made once: it loads in a second, the file takes a quarter of a minute.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from potluck.errors import MissingDependency, ModelNotFound, Unsupported
from potluck.fingerprints import content_hash
from potluck.models.gguf_fields import ARCHITECTURE, copy_fields, fields_of, open_gguf
from potluck.models.loading import failure_reason, prepare_transformers
from potluck.models.weight_limits import Weights
from potluck.reporting import inner_stage
from potluck.temporary import working_folder


def as_safetensors(path: Path, kept: Path) -> Path:
    """The folder itself if ``path`` is one with safetensors; for a GGUF file a folder below ``kept``.

    The weights are kept in float32, which loses nothing of what the file says. The folder appears whole or not at all.
    Raises ``ModelNotFound`` for other files, ``MissingDependency`` without transformers and torch.
    """
    if path.is_dir():
        if not any(path.glob("*.safetensors")):
            raise ModelNotFound(f"{path} holds no .safetensors file; weights in other forms (pickle) are not loaded")
        return path
    if path.suffix.lower() != ".gguf":
        raise ModelNotFound(f"{path} is neither a folder with safetensors nor a .gguf file")
    folder = kept / f"{path.stem}-{content_hash(path)[:16]}"
    if not folder.is_dir():
        with inner_stage("convert model", model=path.name), working_folder(kept, "converting") as beside:
            made = beside / "model"
            try:
                _convert(_alone(path, beside / "source"), made)
            except (MissingDependency, ModelNotFound):
                raise
            except Exception as error:  # several libraries read the file, each with errors of its own
                raise ModelNotFound(f"{path} could not be read by transformers: {failure_reason(error)}") from error
            _move_into_place(made, folder)
    return folder


def as_gguf(model: Any, source: Path, path: Path) -> None:
    """Write a model as GGUF, in float16: all but the weights is that of ``source``, the file that it was read from.

    Raises ``Unsupported`` for architectures other than llama's, whose tensors are laid out in other ways.
    """
    import gguf
    import numpy as np

    reader = open_gguf(source)
    fields = fields_of(reader)
    kind = str(fields[ARCHITECTURE].contents())
    if kind != "llama":
        raise Unsupported(f"GGUF files are written of models of the architecture 'llama', and {source} is of {kind!r}")
    writer = gguf.GGUFWriter(path, kind)
    copy_fields(fields, writer)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    config, names = model.config, gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, model.config.num_hidden_layers)
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    kept = {tensor.name for tensor in reader.tensors}
    for name, value in model.state_dict().items():
        short = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if short is None:
            raise Unsupported(f"{name} has no place in a GGUF file")
        if short not in kept:  # the output that is the same as the embeddings
            continue
        array = value.float().numpy()
        layer = name.rpartition(".")[0].rpartition(".")[2]
        if layer in heads:
            array = _interleave_heads(array, heads[layer])
        writer.add_tensor(short, array if array.ndim == 1 else array.astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _interleave_heads(weights: Any, heads: int) -> Any:
    """The rows of a head in llama.cpp's order: it rotates neighbours, transformers the two halves."""
    rows, columns = weights.shape
    return weights.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def _alone(path: Path, folder: Path) -> Path:
    """The file in a folder of its own: beside other files transformers would take their tokenizer for its."""
    folder.mkdir()
    alone = folder / path.name
    try:
        alone.symlink_to(path.resolve())
    except OSError:  # where only some people may make links
        shutil.copyfile(path, alone)
    return alone


def _convert(path: Path, folder: Path) -> None:
    prepare_transformers()
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    settings: dict[str, Any] = {"gguf_file": path.name, "local_files_only": True, "trust_remote_code": False}
    weights = Weights.in_gguf(path)
    with weights.suffice():
        model = AutoModelForCausalLM.from_pretrained(path.parent, dtype=torch.float32, **settings)
    # A model that was read from GGUF refuses to be saved; a fresh one with its weights does not.
    fresh = type(model)(model.config)
    fresh.load_state_dict(model.state_dict())
    fresh.generation_config = model.generation_config
    fresh.save_pretrained(folder)
    AutoTokenizer.from_pretrained(path.parent, **settings).save_pretrained(folder)
    _forget_quantisation(folder / "config.json")


def _forget_quantisation(path: Path) -> None:
    """The weights are no longer quantised; a library that reads that they are would compute in the slow way."""
    config = json.loads(path.read_text(encoding="utf-8"))
    config.pop("quantization_config", None)
    path.write_text(json.dumps(config), encoding="utf-8")


def _move_into_place(made: Path, folder: Path) -> None:
    """Put it in place in one step; another process may have been faster."""
    try:
        os.replace(made, folder)
    except OSError:
        if not folder.is_dir():
            raise
