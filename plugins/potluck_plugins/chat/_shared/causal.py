"""Loading causal and masked language models of the transformers library, without a hub, pickle or foreign code.

A GGUF file becomes a folder of safetensors, which loads in a second where the file itself takes a quarter of a minute.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from potluck.errors import ModelNotFound
from potluck_plugins.chat._shared.files import digest

_COMPUTES_BFLOAT16 = ("avx512_bf16", "amx_bf16")


def load(path: Path, kept: Path, dtype: str, *, masked: bool = False) -> tuple[Any, Any]:
    """The model and its tokenizer, from a folder of safetensors or a GGUF file; what that becomes is put in ``kept``.

    ``masked`` asks for a model that fills gaps. Raises ``ModelNotFound`` for files that are damaged, pickled, ask for
    code of their own, or hold another kind of model.
    """
    os.environ["HF_HUB_OFFLINE"] = os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    folder = path if path.is_dir() else _converted(path, kept)
    if not any(folder.glob("*.safetensors")):
        raise ModelNotFound(f"{folder} holds no .safetensors file; weights in other forms (pickle) are not loaded")
    settings: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    weights = {"dtype": getattr(torch, dtype), "use_safetensors": True}
    auto = AutoModelForMaskedLM if masked else AutoModelForCausalLM
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **settings)
        model, said = auto.from_pretrained(folder, output_loading_info=True, **weights, **settings)
    except Exception as error:  # several libraries read the files, each with errors of its own
        raise ModelNotFound(f"{folder} could not be loaded by transformers: {error}") from error
    if missing := sorted(said["missing_keys"]):
        raise ModelNotFound(
            f"{folder} lacks weights that this kind of model needs ({missing[0]}, {len(missing)} in all)"
        )
    return model.eval(), tokenizer


def fastest() -> str:
    """``bfloat16`` where the processor computes in it, else ``float32``."""
    try:
        processor = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return "float32"
    return "bfloat16" if any(flag in processor for flag in _COMPUTES_BFLOAT16) else "float32"


def _converted(path: Path, kept: Path) -> Path:
    """A folder below ``kept`` with the weights and the tokenizer of a GGUF file; made once, whole or not at all.

    The weights are kept in float32, which loses nothing of what the file says.
    """
    if path.suffix.lower() != ".gguf":
        raise ModelNotFound(f"{path} is neither a folder with safetensors nor a .gguf file")
    folder = kept / f"{path.stem}-{digest(path)[:16]}"
    if not folder.is_dir():
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept, prefix=".converting-") as beside:
            made = Path(beside, "model")
            try:
                _convert(path, made)
            except Exception as error:  # as above
                raise ModelNotFound(f"{path} could not be read by transformers: {error}") from error
            _put(made, folder)
    return folder


def _convert(path: Path, folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    settings: dict[str, Any] = {"gguf_file": path.name, "local_files_only": True, "trust_remote_code": False}
    model = AutoModelForCausalLM.from_pretrained(path.parent, dtype=torch.float32, **settings)
    # A model that was read from GGUF refuses to be saved; a fresh one with its weights does not.
    fresh = type(model)(model.config)
    fresh.load_state_dict(model.state_dict())
    fresh.generation_config = model.generation_config
    fresh.save_pretrained(folder)
    AutoTokenizer.from_pretrained(path.parent, **settings).save_pretrained(folder)


def _put(made: Path, folder: Path) -> None:
    """Put it in place in one step; another process may have been faster."""
    try:
        os.replace(made, folder)
    except OSError:
        if not folder.is_dir():
            raise
