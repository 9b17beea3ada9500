"""Language models of the transformers library: loading them, and how messages become their text.

Safetensors only, without a hub and without code of others. What tunes a model and what answers with one both stand on
this, so that a model is told the same text when it learns and when it answers. Plugins may use it.
"""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Mapping, Sequence
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from potluck.chat_template import render
from potluck.contracts.tuner import ModelKind
from potluck.documents import Message, plain
from potluck.errors import MissingDependency, ModelError, ModelNotFound
from potluck.model_claims import held_to_weights

if TYPE_CHECKING:
    from potluck.contracts import Attached

_KINDS: Mapping[ModelKind, str] = {
    "causal": "a causal language model",
    "masked": "a masked language model",
    "seq2seq": "a sequence-to-sequence model",
}

Device: TypeAlias = Literal["auto", "cpu", "cuda"]
"""Where a model computes: ``auto`` is a graphics card where torch finds one (CUDA, ROCm), else the processor."""

_MASKED = ("ForMaskedLM", "ForPreTraining")
_COMPUTES_BFLOAT16 = ("avx512_bf16", "amx_bf16")
_NATIVE = ("frame #", "Exception raised from", "C++ CapturedTraceback")
_NUMBER = re.compile(r"\d{40,}")
_LONGEST = 600
_OWN_CODE = {"local_files_only": True, "trust_remote_code": False}


def kind_of(folder: Path) -> ModelKind:
    """What kind of language model a folder holds, by its config.json alone.

    Raises ``ModelNotFound`` where it does not say so, or says something else.
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
    """The same of a model that is loaded."""
    if model.config.is_encoder_decoder:
        return "seq2seq"
    return "masked" if type(model).__name__.endswith(_MASKED) else "causal"


def load_model(folder: Path, dtype: str, kind: ModelKind = "causal", device: str = "cpu") -> Any:
    """A language model in ``dtype`` on ``device`` (names of torch's), ready to answer.

    Raises ``ModelNotFound`` for files that are damaged, pickled, ask for code of their own, hold another kind of
    model, or far fewer weights than the config.json claims.
    """
    prepare()
    import torch

    weights = {"dtype": getattr(torch, dtype), "use_safetensors": True}
    _check_kind(folder, kind)
    try:
        with held_to_weights(folder):
            model, said = _auto(kind).from_pretrained(folder, output_loading_info=True, **weights, **_OWN_CODE)
    except ModelNotFound:
        raise
    except Exception as error:  # several libraries read the files, each with errors of its own
        raise ModelNotFound(f"{folder} could not be loaded by transformers: {reason(error)}") from error
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

        able = plugins.those_that(plugins.chat_offer, "chat", lambda one: found in one.kinds)
        raise ModelNotFound(f"{folder} holds {_KINDS[found]}; chat models that answer with one: {able}")


def _auto(kind: ModelKind) -> Any:
    import transformers

    classes = {"causal": "AutoModelForCausalLM", "masked": "AutoModelForMaskedLM", "seq2seq": "AutoModelForSeq2SeqLM"}
    return getattr(transformers, classes[kind])


def load_tokenizer(folder: Path) -> Any:
    """The model's tokenizer. Raises ``ModelNotFound`` for what cannot be read."""
    prepare()
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, **_OWN_CODE)
    except Exception as error:  # as above
        raise ModelNotFound(f"{folder}: its tokenizer could not be loaded by transformers: {reason(error)}") from error


def reason(error: Exception) -> str:
    """What a library says of files that it cannot read, in short: no advice to run code of strangers, no native frames.

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


def without_weights(folder: Path) -> Any:
    """The model on torch's ``meta`` device: shapes and nothing else. Raises what ``load_model`` raises."""
    prepare()
    import torch
    from transformers import AutoConfig

    kind = kind_of(folder)
    try:
        with held_to_weights(folder), torch.device("meta"):
            config = AutoConfig.from_pretrained(folder, **_OWN_CODE)
            return _auto(kind).from_config(config, trust_remote_code=False)
    except ModelNotFound:
        raise
    except Exception as error:  # as above
        raise ModelNotFound(f"{folder}: its config.json could not be read by transformers: {reason(error)}") from error


def located(device: Device) -> str:
    """What a setting ``device`` comes to: a name of torch's. Raises ``ModelError`` for a card that is not there."""
    if device == "cpu":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if device == "cuda":
        raise ModelError(
            "'cuda' was asked for, and torch finds no graphics card; leave it out, or install torch for it"
        )
    return "cpu"


def precision(dtype: str, device: str = "cpu") -> str:
    """What a setting ``dtype`` comes to: ``auto`` is the fastest precision of the device."""
    return fastest(device) if dtype == "auto" else dtype


def fastest(device: str = "cpu") -> str:
    """``bfloat16`` where the device computes in it, else ``float32``."""
    if device != "cpu":
        import torch

        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    try:
        processor = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return "float32"
    return "bfloat16" if any(flag in processor for flag in _COMPUTES_BFLOAT16) else "float32"


def prepare() -> None:
    """Before transformers is imported: it asks no hub, and is quiet. Raises ``MissingDependency`` without it."""
    os.environ["HF_HUB_OFFLINE"] = os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    try:
        from transformers.utils import logging
    except ImportError:
        raise MissingDependency(
            "reading a model by transformers needs the packages 'torch', 'transformers' and 'gguf'. "
            "Run: pip install 'potluck[transformers]'"
        ) from None
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    logging.disable_progress_bar()
    logging.set_verbosity_error()


def beginning(prompt: str | Sequence[Message], tokenizer: Any, model: str) -> tuple[list[int], str]:
    """The token that stands first (a template writes its own) and the text of a prompt, up to where an answer begins.

    Where the model has no template, it is the messages' texts with a blank line between them. ``model`` is what
    messages call the model. Raises ``TemplateFailed`` for messages that its template refuses or loses.
    """
    if isinstance(prompt, str) or tokenizer.chat_template is None:
        text = prompt if isinstance(prompt, str) else plain(prompt)
        return [token for token in tokenizer("")["input_ids"] if token == tokenizer.bos_token_id], text
    return [], render(prompt, tokenizer, model, answering=True)


def shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two texts begin with in common."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def cloze(text: str, mask: str) -> tuple[str, str]:
    """What stands before and behind the place that a masked model fills: the mask's, or the end of the text."""
    if mask in text:
        before, _, after = text.partition(mask)
        return before, after
    return (text if text[-1:].isspace() else text + " "), ""


def given_to(model: Any, ids: Any, seen: Any, embeddings: Any = None) -> dict[str, Any]:
    """What a model that reads from both sides is given: tokens, or soft prompts before those of every row.

    ``ids`` and ``seen`` (1 where a token stands) have the shape ``(rows, length)``, ``embeddings``
    ``(1, positions, width)``.
    """
    import torch

    ids, seen = ids.to(model.device), seen.to(model.device)
    if embeddings is None:
        return {"input_ids": ids, "attention_mask": seen}
    words = model.get_input_embeddings()(ids)
    before = embeddings.to(words).expand(len(ids), -1, -1)
    seen = torch.cat([seen.new_ones(before.shape[:2]), seen], dim=1)
    return {"inputs_embeds": torch.cat([before, words], dim=1), "attention_mask": seen}


def hidden(model: Any, attached: Attached, ids: Any) -> Any:
    """What a model with something attached makes of one text, below its words, where a classification head reads it.

    ``ids`` has the shape ``(1, length)``, the result ``(1, width)``: of the last token, of a masked model the first.
    What is attached has to be active.
    """
    import torch

    if kind_of_model(model) == "masked":
        given = given_to(model, ids, torch.ones_like(ids), attached.embeddings())
        return model.base_model(**given).last_hidden_state[:, attached.past_length]
    given = continuing(model, ids, attached.past(), attached.past_length)
    return model.base_model(**given).last_hidden_state[:, -1]


def continuing(model: Any, ids: Any, past: Any = None, length: int = 0) -> dict[str, Any]:
    """What a causal model is given to read tokens, shape ``(1, n)``, behind the ``length`` places of ``past``."""
    import torch

    places = torch.arange(ids.shape[1], device=model.device)[None] + length
    return {"input_ids": ids.to(model.device), "position_ids": places, **keeping(model, past)}


def keeping(model: Any, past: Any) -> dict[str, Any]:
    """A cache as this release of transformers calls it: ``cache``, and before 5.24 ``past_key_values``."""
    return {"cache" if "cache" in signature(model.forward).parameters else "past_key_values": past}


def kept(output: Any) -> Any:
    """The cache that a model gave, by the same names."""
    return output.cache if hasattr(output, "cache") else output.past_key_values
