"""A prepared training: a model with the parameters to train, its examples as tokens, and if it was stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from potluck import plugins
from potluck.contracts import TuningRequest
from potluck.contracts.tuner import ModelKind
from potluck.documents import Json
from potluck.errors import ModelError, Unsupported
from potluck.fingerprints import fingerprint
from potluck.models.devices import resolve_dtype
from potluck.models.loading import kind_of, load_model
from potluck.tuning.checkpoint import (
    Checkpoints,
    TrainingHistory,
    load_parameters,
)
from potluck.tuning.encode import Encoding, encode
from potluck.tuning.forward import make_forward
from potluck.tuning.head import add_head, check_head, head_labels
from potluck.tuning.method import Method
from potluck.tuning.optimisation import Optimisation, TorchOptimisation
from potluck.tuning.processes import Processes
from potluck.tuning.schedule import Schedule
from potluck.tuning.sharding import parameter_groups, shard
from potluck.tuning.tokenizer_checks import check_embeddings, check_end, end_token_ids, resize_embeddings, tokenizer_of
from potluck.tuning.zero import Zero, import_deepspeed

if TYPE_CHECKING:
    import torch


_KINDS: Mapping[ModelKind, str] = {"causal": "causal", "masked": "masked", "seq2seq": "sequence-to-sequence"}


@dataclass(frozen=True, slots=True)
class Job:
    """The parts of a training, ready to begin or to resume."""

    method: Method
    request: TuningRequest
    model: torch.nn.Module
    training: Encoding
    validation: Encoding
    schedule: Schedule
    checkpoints: Checkpoints
    history: TrainingHistory
    processes: Processes
    optimisation: Optimisation
    ends: frozenset[int]
    """The tokens that end an answer; none if no words are learned."""


def prepare_job(method: Method, request: TuningRequest) -> Job:
    """A training to begin, or to resume. Raises what ``train`` raises before its first step."""
    settings, kind = method.config.training, supported_kind(method, request)
    processes = Processes.join("cpu" if settings.use_cpu else "auto")
    if settings.deepspeed is not None and processes.count > 1:
        import_deepspeed(processes.device)  # before anything is loaded
    tokenizer, dtype = tokenizer_of(method, request), resolve_dtype(settings.dtype, processes.device)
    model = _load_wrapped(method, request, kind, tokenizer, dtype, processes)
    training, validation = _encode_sides(method, request, kind, tokenizer, model)
    name = training_fingerprint(method, request, (training, validation), dtype, processes.count)
    checkpoints = Checkpoints(request.folder, name, processes.first)
    tensors, history = checkpoints.last(best=settings.early_stopping_patience is not None)
    if tensors:
        load_parameters(model, tensors)
    return Job(
        method=method,
        request=request,
        model=model,
        training=training,
        validation=validation,
        schedule=Schedule.of(settings, len(training.examples), request.seed, processes.count),
        checkpoints=checkpoints,
        history=history,
        processes=processes,
        optimisation=_optimisation(method, model, dtype, processes, tensors),
        ends=end_token_ids(method, request, tokenizer, kind),
    )


def _load_wrapped(
    method: Method, request: TuningRequest, kind: ModelKind, tokenizer: Any, dtype: str, processes: Processes
) -> Any:
    """The model with the parameters to train, initialised by the seed, and spread over the processes if settings ask
    for it."""
    import torch

    torch.manual_seed(request.seed)
    base = load_model(request.model, "float32" if method.trains_base else dtype, kind, processes.device)
    model = wrap_model(method, base, request, tokenizer)
    if method.config.training.fsdp and processes.count > 1:
        shard(method.base(model))
    return model


def _encode_sides(
    method: Method, request: TuningRequest, kind: ModelKind, tokenizer: Any, model: Any
) -> tuple[Encoding, Encoding]:
    """The examples to learn from and those to validate with, as tokens that the model has embeddings for."""
    limit, labels = max_example_tokens(method, model), head_labels(method, request)
    check_end(method, request, tokenizer, kind)
    training = encode(request.training, tokenizer, limit, method.config.fit, kind, labels)
    if not training.examples:
        raise ModelError("there is no example to learn from")
    validation = encode(request.validation, tokenizer, limit, method.config.fit, kind, labels)
    check_embeddings(request, tokenizer, method.base(model), [*training.examples, *validation.examples])
    return training, validation


def _optimisation(
    method: Method, model: Any, dtype: str, processes: Processes, tensors: Mapping[str, torch.Tensor]
) -> Optimisation:
    """The optimiser, with the state of a checkpoint if there is one."""
    settings = method.config.training
    forward = make_forward(method, model, method.trains_base and dtype == "bfloat16", processes.device)
    optimiser = _adamw(method, model)
    optimisation: Optimisation
    if settings.deepspeed is not None and processes.count > 1:
        optimisation = Zero(model, forward, optimiser, settings, processes.device)
    else:
        optimisation = TorchOptimisation(model, forward, optimiser, settings, processes)
    if tensors:
        optimisation.load_state(tensors)
    return optimisation


def _adamw(method: Method, model: torch.nn.Module) -> torch.optim.Optimizer:
    import torch

    settings = method.config.training
    return torch.optim.AdamW(
        parameter_groups(one for one in model.parameters() if one.requires_grad),
        lr=peak_learning_rate(method),
        betas=(settings.adam_beta1, settings.adam_beta2),
        eps=settings.adam_epsilon,
        weight_decay=settings.weight_decay,
    )


def wrap_model(method: Method, base: Any, request: TuningRequest, tokenizer: Any) -> Any:
    """A base model with everything to train: the method's parameters, and a head if the settings ask for one."""
    model = method.wrap(resize_embeddings(method, base, tokenizer), request, tokenizer)
    if head_labels(method, request):
        add_head(method.base(model), request)
    return model


def supported_kind(method: Method, request: TuningRequest) -> ModelKind:
    """The kind of the model that is to be tuned. Raises ``Unsupported`` for one that the method does not train."""
    kind = kind_of(request.model)
    if kind not in method.kinds:
        named, own = type(method).__name__, " and ".join(_KINDS[one] for one in sorted(method.kinds))
        others = plugins.capable_names("tuner", lambda one: kind in one.kinds)
        raise Unsupported(
            f"{named} trains {own} language models, and {request.model} is a {_KINDS[kind]} one: take another tuner. "
            f"Those that train it: {others}"
        )
    if method.config.head:
        check_head(request, kind)
    return kind


def peak_learning_rate(method: Method) -> float:
    """The largest learning rate: the setting, or the method's own."""
    return method.config.training.learning_rate or method.default_learning_rate


def max_example_tokens(method: Method, model: Any) -> int | None:
    """The most tokens of an example."""
    window = getattr(getattr(model, "config", None), "max_position_embeddings", None)
    limits = [limit for limit in (method.config.max_length, window) if limit is not None]
    return min(limits) if limits else None


def training_fingerprint(
    method: Method, request: TuningRequest, sides: tuple[Encoding, Encoding], dtype: str, processes: int
) -> str:
    """Everything that decides the weights after a step; ``sides`` are the training and the validation examples."""
    training, validation = sides
    learned: list[Json] = [
        [list(one.ids), one.start, list(one.answer)] for one in (*training.examples, *validation.examples)
    ]
    name = f"{type(method).__module__}.{type(method).__qualname__}"
    files = {path.name: path.stat().st_size for path in sorted(request.model.iterdir()) if path.is_file()}
    made: list[Json] = [str(request.model), dict(files), dtype, processes]
    return fingerprint(name, method.config.decisive(), learned, len(training.examples), *made, request.seed)
