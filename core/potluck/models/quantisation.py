"""Quantising GGUF files, as llama.cpp's ``llama-quantize`` does: which precision each tensor gets, and its bytes.

Sources: ``src/llama-quant.cpp`` of llama.cpp (MIT) for the choice; the bytes come from its own ``ggml_quantize_chunk``,
or for q8_0 from the library ``gguf``, which gives the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from potluck.errors import MissingDependency, Unsupported
from potluck.installation import pip_command_of_extra
from potluck.models.gguf_fields import ARCHITECTURE, copy_fields, fields_of, open_gguf
from potluck.reporting import inner_stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Precision: TypeAlias = Literal["f16", "q8_0", "q4_k_m"]
"""How weights are kept: 16, about 8.5 or about 4.8 bits each."""

PRECISIONS: tuple[Precision, ...] = get_args(Precision)

_FILE_TYPES: Mapping[Precision, str] = {"f16": "MOSTLY_F16", "q8_0": "MOSTLY_Q8_0", "q4_k_m": "MOSTLY_Q4_K_M"}
_COARSER: Mapping[str, str] = {"Q4_K": "Q5_0", "Q5_K": "Q5_1", "Q6_K": "Q8_0"}
"""The type, with blocks of 32, of a tensor whose rows are not whole blocks of 256 values."""

_KEPT = re.compile(
    r"_norm\.weight$|ffn_gate_inp\.weight$|altup|laurel|per_layer_model_proj|^position_embd\.weight$"
    r"|^token_types\.weight$|ssm_conv1d|shortconv\.conv|time_mix_|attn_rel_b|\.ffn_gate_inp_shexp"
)
"""Small tensors that decide much, which llama.cpp never quantises."""

_LAYER = re.compile(r"^blk\.(\d+)\.")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a tensor's type depends on besides its name. ``tied``: the embeddings are the output as well."""

    architecture: str
    layers: int
    experts: int
    tied: bool


def tensor_type(name: str, precision: Precision, shape: Shape, columns: int) -> str:
    """The type of a tensor of several dimensions, ``columns`` values a row: a name of ``GGMLQuantizationType``."""
    if precision == "f16" or not name.endswith("weight") or _KEPT.search(name):
        return "F32" if _KEPT.search(name) else "F16"
    wanted = "Q8_0" if precision == "q8_0" else _of_the_mixture(name, shape)
    block = 256 if wanted in _COARSER else 32
    wanted = wanted if columns % block == 0 else _COARSER.get(wanted, wanted)
    return wanted if columns % 32 == 0 else "F16"


def _of_the_mixture(name: str, shape: Shape) -> str:
    """Q4_K_M: four bits, and more for the tensors and layers that suffer most from fewer."""
    found = _LAYER.match(name)
    layer = int(found[1]) if found else 0
    if name == "output.weight" or (shape.tied and name == "token_embd.weight"):
        return "Q8_0" if shape.architecture == "falcon" else "Q6_K"
    if "attn_v.weight" in name:
        if shape.experts == 8:
            return "Q8_0"
        return "Q6_K" if _deserves_more(layer, shape.layers) else "Q4_K"
    if "attn_k.weight" in name and shape.experts == 8:
        return "Q8_0"
    if "attn_qkv.weight" in name:
        return "Q5_K"
    if "ffn_down" in name and shape.architecture == "falcon":
        early = layer < shape.layers // 16
        return "Q6_K" if early else "Q5_K" if _deserves_more(layer, shape.layers) else "Q4_K"
    if "ffn_down" in name:
        return "Q6_K" if _deserves_more(layer, shape.layers) else "Q4_K"
    return "Q5_K" if "attn_output.weight" in name and shape.experts == 8 else "Q4_K"


def _deserves_more(layer: int, layers: int) -> bool:
    """The first and the last eighth of the layers, and every third between them."""
    return layer < layers // 8 or layer >= 7 * layers // 8 or (layer - layers // 8) % 3 == 2


def check_quantisation(precision: Precision) -> None:
    """Raise what ``quantise`` would raise for want of llama.cpp: before the work whose result is to be quantised."""
    if precision == "q4_k_m":
        _quantize_chunk()


def quantise(source: Path, path: Path, precision: Precision) -> None:
    """Write a GGUF file of floats in another precision; all but the tensors is that of ``source``.

    Raises ``MissingDependency`` or ``Unsupported`` if llama.cpp's quantisation is not available.
    """
    import gguf
    import numpy as np

    reader = open_gguf(source)
    fields = fields_of(reader)
    shape = _shape_of(fields, {tensor.name for tensor in reader.tensors})
    writer = gguf.GGUFWriter(path, shape.architecture, use_temp_file=True)
    copy_fields(fields, writer)
    writer.add_file_type(gguf.LlamaFileType[_FILE_TYPES[precision]])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    with inner_stage(f"write {precision}", "tensors", len(reader.tensors)) as running:
        for tensor in reader.tensors:
            values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32, copy=False)
            wanted = "F32" if values.ndim == 1 else tensor_type(tensor.name, precision, shape, values.shape[-1])
            writer.add_tensor(tensor.name, _bytes_of(values, wanted), raw_dtype=gguf.GGMLQuantizationType[wanted])
            running.advance()
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _shape_of(fields: Mapping[str, Any], tensors: set[str]) -> Shape:
    architecture = str(fields[ARCHITECTURE].contents())
    experts = fields.get(f"{architecture}.expert_count")
    return Shape(
        architecture,
        int(fields[f"{architecture}.block_count"].contents()),
        int(experts.contents()) if experts is not None else 0,
        "output.weight" not in tensors,
    )


def _bytes_of(values: NDArray[np.float32], wanted: str) -> NDArray[Any]:
    """The values in a type, row after row: floats as they are, blocks as bytes."""
    import gguf
    import numpy as np

    if wanted in ("F32", "F16"):
        return values.astype(np.float32 if wanted == "F32" else np.float16)
    kind = gguf.GGMLQuantizationType[wanted]
    if wanted in ("Q8_0", "Q5_0", "Q5_1"):
        return np.asarray(gguf.quants.quantize(values, kind))
    rows, columns = values.size // values.shape[-1], values.shape[-1]
    block, size = gguf.GGML_QUANT_SIZES[kind]
    out = np.empty((*values.shape[:-1], columns // block * size), dtype=np.uint8)
    written = _quantize_chunk()(
        int(kind), np.ascontiguousarray(values).ctypes.data, out.ctypes.data, 0, rows, columns, None
    )
    assert written == out.nbytes, "every row was quantised"
    return out


def _quantize_chunk() -> Callable[..., int]:
    """llama.cpp's own function, out of the library that the package ``xllamacpp`` brings."""
    import ctypes

    try:
        import xllamacpp
    except ImportError:
        raise MissingDependency(
            f"q4_k_m is written with the package 'xllamacpp'. Run: {pip_command_of_extra('gguf')}"
        ) from None
    try:
        found = ctypes.CDLL(xllamacpp.xllamacpp.__file__).ggml_quantize_chunk
    except (AttributeError, OSError) as error:
        raise Unsupported(
            f"this build of xllamacpp does not offer llama.cpp's quantisation ({error}): write q8_0 or f16, or "
            "quantise the f16 file with llama.cpp's llama-quantize"
        ) from error
    number, place = ctypes.c_int64, ctypes.c_void_p
    found.restype, found.argtypes = ctypes.c_size_t, [ctypes.c_int, place, place, number, number, number, place]
    return found
