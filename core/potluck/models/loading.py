"""Loading language models of the transformers library: safetensors only, without a hub and without code of others.

What tunes a model and what answers with one both use this. Plugins may use it.
"""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from potluck.contracts.tuner import ModelKind
from potluck.errors import MissingDependency, ModelNotFound
from potluck.installation import pip_command_of_extra
from potluck.models.weight_limits import limit_to_weights
from potluck.reporting import inner_stage

_KINDS: Mapping[ModelKind, str] = {
    "causal": "a causal language model",
    "masked": "a masked language model",
    "seq2seq": "a sequence-to-sequence model",
}


_MASKED = ("ForMaskedLM", "ForPreTraining")


_NATIVE = ("frame #", "Exception raised from", "C++ CapturedTraceback")


_NUMBER = re.compile(r"\d{40,}")


_LONGEST = 600


_LOCAL_ONLY = {"local_files_only": True, "trust_remote_code": False}


def kind_of(folder: Path) -> ModelKind:
    """What kind of language model a folder holds, by its config.json alone.

    Raises ``ModelNotFound`` if that names none, or something else.
    """
    try:
        said = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        names = [str(name) for name in said.get("architectures") or ()]
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ModelNotFound(f"{folder}: its config.json could not be read: {error}") from error
    for name in names:
        if said.get("is_encoder_decoder"):
            return "seq2seq"
        if name.endswith(_MASKED):
            return "masked"
        if name.endswith(("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")):
            return "causal"
    found = ", ".join(names) or "nothing"
    raise ModelNotFound(
        f"{folder} holds no language model: its config.json says {found}. What is needed is a causal, a masked or a "
        "sequence-to-sequence one, with its head for words"
    )


def kind_of_model(model: Any) -> ModelKind:
    """The kind of a loaded model."""
    if model.config.is_encoder_decoder:
        return "seq2seq"
    return "masked" if type(model).__name__.endswith(_MASKED) else "causal"


def load_model(folder: Path, dtype: str, kind: ModelKind = "causal", device: str = "cpu") -> Any:
    """A language model in ``dtype`` on ``device`` (names of torch's), ready to answer.

    Raises ``ModelNotFound`` for files that are damaged, pickled, ask for code of their own, hold another kind of
    model, or far fewer weights than the config.json claims.
    """
    with inner_stage("load model", model=folder.name):
        return _load(folder, dtype, kind, device)


def _load(folder: Path, dtype: str, kind: ModelKind, device: str) -> Any:
    prepare_transformers()
    import torch

    weights = {"dtype": getattr(torch, dtype), "use_safetensors": True}
    _check_kind(folder, kind)
    try:
        with limit_to_weights(folder):
            model, said = _auto(kind).from_pretrained(folder, output_loading_info=True, **weights, **_LOCAL_ONLY)
    except ModelNotFound:
        raise
    except Exception as error:  # several libraries read the files, each with errors of its own
        raise ModelNotFound(f"{folder} could not be loaded by transformers: {failure_reason(error)}") from error
    if missing := sorted(said["missing_keys"]):
        raise ModelNotFound(
            f"{folder} lacks weights that this kind of model needs ({missing[0]}, {len(missing)} in all)"
        )
    return model.eval().to(device)


def _check_kind(folder: Path, kind: ModelKind) -> None:
    """Raise ``ModelNotFound`` for a folder that says it holds another kind."""
    try:
        found = kind_of(folder)
    except ModelNotFound:
        return  # transformers knows better, or says what is wrong
    if found != kind:
        from potluck import plugins

        able = plugins.capable_names("chat", lambda one: found in one.kinds)
        raise ModelNotFound(f"{folder} holds {_KINDS[found]}; chat models that answer with one: {able}")


def _auto(kind: ModelKind) -> Any:
    import transformers

    classes = {"causal": "AutoModelForCausalLM", "masked": "AutoModelForMaskedLM", "seq2seq": "AutoModelForSeq2SeqLM"}
    return getattr(transformers, classes[kind])


def load_tokenizer(folder: Path) -> Any:
    """The model's tokenizer. Raises ``ModelNotFound`` for what cannot be read."""
    prepare_transformers()
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, **_LOCAL_ONLY)
    except Exception as error:  # as above
        raise ModelNotFound(
            f"{folder}: its tokenizer could not be loaded by transformers: {failure_reason(error)}"
        ) from error


def failure_reason(error: Exception) -> str:
    """A library's complaint about files that it cannot read, in short: no advice to run strangers' code, no native
    frames.

    Numbers of hundreds of digits are shortened, and what is longer than a few lines is cut.
    """
    said = str(error) or type(error).__name__
    if "trust_remote_code" in said or "custom code" in said:
        return (
            "it asks for code of its own, which comes with the model and which potluck never runs; take a model whose "
            "architecture the installed release of transformers has"
        )
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith(_NATIVE)]
    return _NUMBER.sub(lambda digits: f"{digits[0][:8]}... ({len(digits[0])} digits)", " ".join(lines))[:_LONGEST]


def load_meta_model(folder: Path) -> Any:
    """The model on torch's ``meta`` device: shapes and nothing else. Raises what ``load_model`` raises."""
    prepare_transformers()
    import torch
    from transformers import AutoConfig

    kind = kind_of(folder)
    try:
        with limit_to_weights(folder), torch.device("meta"):
            config = AutoConfig.from_pretrained(folder, **_LOCAL_ONLY)
            return _auto(kind).from_config(config, trust_remote_code=False)
    except ModelNotFound:
        raise
    except Exception as error:  # as above
        raise ModelNotFound(
            f"{folder}: its config.json could not be read by transformers: {failure_reason(error)}"
        ) from error


def prepare_transformers() -> None:
    """Before transformers is imported: it asks no hub, and is quiet. Raises ``MissingDependency`` without it."""
    os.environ["HF_HUB_OFFLINE"] = os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    try:
        from transformers.utils import logging
    except ImportError:
        raise MissingDependency(
            "reading a model by transformers needs the packages 'torch', 'transformers' and 'gguf'. "
            f"Run: {pip_command_of_extra('transformers')}"
        ) from None
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    logging.disable_progress_bar()
    logging.set_verbosity_error()
