"""The settings that all tuners of local models share. The names are those of transformers' ``TrainingArguments``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from potluck.contracts import Config, Operational
from potluck.tuning.foreign_arguments import refused_arguments


class DeepSpeed(Config):
    """What a DeepSpeed configuration says of ZeRO. All else in one, such as batches and optimiser, the recipe says."""

    zero_optimization: dict[str, Any]
    """DeepSpeed's keys: ``stage`` 1 spreads the optimiser's state, 2 gradients too, 3 weights too."""

    @field_validator("zero_optimization")
    @classmethod
    def _has_a_stage(cls, value: dict[str, Any]) -> dict[str, Any]:
        if value.get("stage") not in (1, 2, 3):
            raise ValueError("stage must be 1, 2 or 3")
        return value


class Training(Config):
    """How to train. Keys have the names, and unless it is said otherwise the defaults, of ``TrainingArguments``.

    Those that are not taken are refused with the reason.
    """

    num_train_epochs: float | None = Field(default=None, gt=0)
    """Passes over the training examples. If left out 3, and more for few examples, so that there are 200 steps."""

    max_steps: int = -1
    """Optimiser steps; if positive, it overrides ``num_train_epochs``."""

    per_device_train_batch_size: int = Field(default=8, ge=1)
    """Examples in a batch of one process."""

    gradient_accumulation_steps: int = Field(default=1, ge=1)
    """Batches in an optimiser step; the result is that of one batch of all their examples."""

    learning_rate: float | None = Field(default=None, gt=0, le=1e30)
    """The largest learning rate; each method has a default of its own."""

    warmup_steps: int = Field(default=0, ge=0)
    """Optimiser steps in which the learning rate rises."""

    warmup_ratio: float = Field(default=0.0, ge=0, lt=1)
    """The same as a part of all steps; ``warmup_steps`` overrides it."""

    lr_scheduler_type: Literal["linear", "cosine", "constant", "constant_with_warmup"] = "linear"
    """How the learning rate falls."""

    weight_decay: float = Field(default=0.0, ge=0)
    """AdamW's decoupled decay."""

    adam_beta1: float = Field(default=0.9, ge=0, lt=1)
    """AdamW's decay of the mean of gradients."""

    adam_beta2: float = Field(default=0.999, ge=0, lt=1)
    """AdamW's decay of the mean of squared gradients."""

    adam_epsilon: float = Field(default=1e-8, gt=0)
    """AdamW's guard against division by zero."""

    max_grad_norm: float = Field(default=1.0, ge=0)
    """The largest norm of the gradient; 0 does not limit it."""

    optim: Literal["adamw_torch"] = "adamw_torch"
    """The optimiser."""

    eval_strategy: Literal["no", "steps", "epoch"] | None = None
    """When to evaluate on the validation examples: after ``eval_steps``, after each epoch, or (``no``) at the end only.
    If left out, after ``eval_steps`` if they are given, else after each epoch."""

    eval_steps: int | None = Field(default=None, ge=1)
    """Optimiser steps between two evaluations on the validation examples; once an epoch if left out."""

    early_stopping_patience: int | None = Field(default=None, ge=1)
    """Stop after this many evaluations without a better validation loss; the best weights are the result."""

    save_steps: Annotated[int, Operational, Field(ge=1)] = 50
    """Optimiser steps between two checkpoints. Where steps are slow, there is one each minute."""

    logging_steps: Annotated[int | None, Operational, Field(ge=1)] = None
    """Optimiser steps between two reports of loss and speed; every few seconds if left out."""

    report_to: Annotated[Literal["none"], Operational] = "none"
    """To whom a training reports: to nobody but the recipe's ``observers``."""

    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """The precision of the weights that are not trained; ``auto`` takes bfloat16 where the device is faster in it."""

    fsdp: bool = False
    """Spread the weights of all layers over the processes that ``torchrun`` starts, with their gradients and the
    optimiser's state, where a model is too large for each to hold."""

    deepspeed: DeepSpeed | None = None
    """The same by DeepSpeed's ZeRO: ``{zero_optimization: {stage: 3}}``."""

    use_cpu: bool = False
    """Train on the processor even if there is a graphics card."""

    pack_tokens: Annotated[int, Operational, Field(ge=16)] = 512
    """Tokens that are computed at once: the examples of a batch are laid end to end, and none sees another."""

    @classmethod
    def refusals(cls) -> Mapping[str, str]:
        """The names of ``TrainingArguments`` that mean nothing here."""
        return refused_arguments()

    def steps_between_evaluations(self, steps_per_epoch: int, steps: int) -> int:
        """Optimiser steps between two evaluations of a training of ``steps``."""
        return steps if self.eval_strategy == "no" else self.eval_steps or steps_per_epoch

    @field_validator("report_to", mode="before")
    @classmethod
    def _reports_to_nobody(cls, value: Any) -> Any:
        if value in ("none", [], ["none"]):
            return "none"
        raise ValueError("potluck sends nothing to such a service: name plugins that watch under observers")

    @model_validator(mode="after")
    def _evaluates_as_it_says(self) -> Training:
        if self.eval_strategy == "steps" and self.eval_steps is None:
            raise ValueError("eval_strategy: steps needs eval_steps")
        if self.eval_strategy in ("no", "epoch") and self.eval_steps is not None:
            raise ValueError(f"eval_strategy: {self.eval_strategy} and eval_steps exclude each other: name one")
        if self.eval_strategy == "no" and self.early_stopping_patience is not None:
            raise ValueError("early_stopping_patience counts evaluations, and eval_strategy: no has none")
        return self

    @model_validator(mode="after")
    def _spread_once(self) -> Training:
        if self.fsdp and self.deepspeed is not None:
            raise ValueError("fsdp and deepspeed both spread the model over the processes: name one")
        return self


class TunerConfig(Config):
    """What every tuner of a local model takes; a method's settings inherit from it."""

    training: Training = Training()
    """How to train: keys of transformers' ``TrainingArguments``."""

    max_length: int | None = Field(default=None, ge=8)
    """Tokens of an example, prompt and target together; what the model reads if left out."""

    fit: Literal["error", "drop", "cut", "split"] = "error"
    """What to do with a longer example: refuse it, leave it out, cut the beginning of its prompt, or learn a text
    without a prompt in parts."""

    end_token: str | None = None
    """The token that ends an answer, where the tokenizer names none: one of its own, such as ``</s>``."""

    resize_embeddings: bool = False
    """Give tokens that were added to the tokenizer alone a row in the embeddings. Only for a tuner that trains the
    base's weights: elsewhere the new rows would keep their random values."""

    head: bool = False
    """Train a classification head, which names the label, instead of letting the model say it."""
