"""Loading the base model of a tuning: safetensors only, no hub, no code of others."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

from potluck.errors import MissingDependency, ModelNotFound

_COMPUTES_BFLOAT16 = ("avx512_bf16", "amx_bf16")


def load_base(folder: Path, dtype: str) -> Any:
    """A causal language model in ``dtype`` (a name of torch's). Raises ``ModelNotFound`` for what cannot be read."""
    _prepare()
    import torch
    from transformers import AutoModelForCausalLM

    try:
        model, said = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=getattr(torch, dtype),
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    except Exception as error:  # several libraries read the files, each with errors of its own
        raise ModelNotFound(f"{folder} could not be loaded by transformers: {error}") from error
    if missing := sorted(said["missing_keys"]):
        raise ModelNotFound(
            f"{folder} lacks weights that this kind of model needs ({missing[0]}, {len(missing)} in all)"
        )
    return model


def load_tokenizer(folder: Path) -> Any:
    """The model's tokenizer. Raises ``ModelNotFound`` for what cannot be read."""
    _prepare()
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # as above
        raise ModelNotFound(f"{folder}: its tokenizer could not be loaded by transformers: {error}") from error


def without_weights(folder: Path) -> Any:
    """The model on torch's ``meta`` device: shapes and nothing else."""
    _prepare()
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        with torch.device("meta"):
            return AutoModelForCausalLM.from_config(config, trust_remote_code=False)
    except Exception as error:  # as above
        raise ModelNotFound(f"{folder}: its config.json could not be read by transformers: {error}") from error


def fastest() -> str:
    """``bfloat16`` where the processor (or a graphics card) computes in it, else ``float32``."""
    import torch

    if torch.cuda.is_available():
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    try:
        processor = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return "float32"
    return "bfloat16" if any(flag in processor for flag in _COMPUTES_BFLOAT16) else "float32"


def _prepare() -> None:
    os.environ["HF_HUB_OFFLINE"] = os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    try:
        from transformers.utils import logging
    except ImportError:
        raise MissingDependency(
            "tuning needs the packages 'torch', 'transformers' and 'peft'. Run: pip install 'potluck[tune]'"
        ) from None
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    logging.disable_progress_bar()
    logging.set_verbosity_error()
