"""What a training will take, computed from the model's shapes and the examples' lengths, before anything is loaded."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from potluck.contracts import Estimate, TuningRequest
from potluck.documents import Example
from potluck.models.devices import resolve_device, resolve_dtype
from potluck.models.loading import load_meta_model
from potluck.tuning.checkpoint import Checkpoints
from potluck.tuning.encode import Encoding, encode
from potluck.tuning.head import head_labels
from potluck.tuning.job import max_example_tokens, supported_kind, training_fingerprint, wrap_model
from potluck.tuning.method import Method
from potluck.tuning.schedule import Schedule
from potluck.tuning.tokenizer_checks import (
    check_embeddings,
    check_end,
    resize_embeddings,
    tokenizer_notes,
    tokenizer_of,
)
from potluck.tuning.training_settings import Training

_BYTES = {"float32": 4, "bfloat16": 2}
_OPTIMISED = 16
"""Bytes of a trained parameter: itself, its gradient and AdamW's two moments, in float32."""
_INTERPRETER = 630 << 20
"""Bytes of the process with torch and transformers imported and what they hold besides: what was missing at the peaks
that ``tests/benchmarks/tuning.py`` measured of four methods on SmolLM2, which the estimate meets within 6 %."""


def estimate_training(method: Method, request: TuningRequest) -> Estimate:
    """Count parameters exactly, and steps; estimate memory and disk in bytes. Seconds are known by ``engine.probe``."""
    import torch

    settings, kind = method.config.training, supported_kind(method, request)
    tokenizer = tokenizer_of(method, request)
    base = load_meta_model(request.model)
    hidden, layers, inner, words = _shape(base.config)
    limit = max_example_tokens(method, base)
    with torch.device("meta"):
        total = sum(one.numel() for one in resize_embeddings(method, base, tokenizer).parameters())
        model = wrap_model(method, base, request, tokenizer)
    trainable = sum(one.numel() for one in model.parameters() if one.requires_grad)
    check_end(method, request, tokenizer, kind)
    encode_side = partial(
        encode, tokenizer=tokenizer, limit=limit, fit=method.config.fit, kind=kind, labels=head_labels(method, request)
    )
    found = encode_side(request.training)
    check_embeddings(request, tokenizer, method.base(model), found.examples)
    longest = max((len(one.ids) for one in found.examples), default=0)
    row = max(longest, min(settings.pack_tokens, sum(len(one.ids) for one in found.examples)))
    device = resolve_device("cpu" if settings.use_cpu else "auto")
    size = 4 if method.trains_base else _BYTES[resolve_dtype(settings.dtype, device)]
    held = _INTERPRETER if device == "cpu" else 0
    share = int(os.environ.get("WORLD_SIZE", "1")) if _spread(settings) else 1
    kept = row * layers * (14 * hidden + 4 * inner) * size
    learned = max((one.target_count for one in found.examples), default=0)
    figures = 3 * 4 * words * max(learned, row // 16)
    frozen = total * size if not method.trains_base else 0
    schedule = Schedule.of(settings, max(1, len(found.examples)), request.seed)
    return Estimate(
        trainable_parameters=trainable,
        total_parameters=total,
        memory=held + (frozen + trainable * _OPTIMISED) // share + kept + figures,
        disk=trainable * (4 + 2 * 12),
        steps=schedule.steps,
        device=device,
        resumed=_steps_done(method, request, found, encode_side),
        notes=(*tokenizer_notes(request, tokenizer, method.base(model)), *method.notes(model)),
    )


def _steps_done(
    method: Method, request: TuningRequest, training: Encoding, encode_side: Callable[[Sequence[Example]], Encoding]
) -> int:
    """The step from which an interrupted training is resumed; 0 if there is none."""
    if not any(request.folder.glob("step-*")):
        return 0
    settings = method.config.training
    dtype = resolve_dtype(settings.dtype, resolve_device("cpu" if settings.use_cpu else "auto"))
    sides = training, encode_side(request.validation)
    name = training_fingerprint(method, request, sides, dtype, int(os.environ.get("WORLD_SIZE", "1")))
    return Checkpoints(request.folder, name, writes=False).step_found()


def _spread(settings: Training) -> bool:
    """Whether a process holds its part of the weights only."""
    zero = settings.deepspeed
    return settings.fsdp or (zero is not None and zero.zero_optimization.get("stage") == 3)


def _shape(config: Any) -> tuple[int, int, int, int]:
    hidden, layers = int(config.hidden_size), int(config.num_hidden_layers)
    if config.is_encoder_decoder:
        layers += int(getattr(config, "num_decoder_layers", 0) or getattr(config, "decoder_layers", layers))
    return hidden, layers, int(getattr(config, "intermediate_size", 4 * hidden)), int(config.vocab_size)
