"""The two classes that a tuner of local models inherits from: methods that call the engine."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

from potluck.contracts import Attached, Estimate, TunedModel, TuningProgress, TuningRequest
from potluck.durations import Duration
from potluck.errors import ModelError
from potluck.models.loading import kind_of_model
from potluck.tuning.method import Method, Module, Tensor, Virtual
from potluck.tuning.tied import tied_targets, untie, without_tying_advice


class LocalTuner(Method):
    """Trains some parameters of a transformers model with this package's engine."""

    def plan(self, request: TuningRequest) -> Estimate:
        """Count on a model without weights; see ``potluck.tuning.estimate``."""
        from potluck.tuning.estimate import estimate_training

        return estimate_training(self, request)

    def probe(self, request: TuningRequest) -> Duration | None:
        """See ``potluck.tuning.probe``."""
        from potluck.tuning.probe import probe_training

        return probe_training(self, request)

    def tune(self, request: TuningRequest, progress: Callable[[TuningProgress], None]) -> TunedModel:
        """Train; see ``potluck.tuning.training``."""
        from potluck.tuning.training import train

        return train(self, request, progress)


class PeftTuner(LocalTuner):
    """Trains with a method of the PEFT library. Say the method's settings in ``peft_config``, and that is all."""

    @abstractmethod
    def peft_config(self, model: Module, request: TuningRequest, tokenizer: Any) -> Any:
        """The method's ``peft.PeftConfig``, with ``task_type`` ``CAUSAL_LM``."""

    def wrap(self, model: Module, request: TuningRequest, tokenizer: Any) -> Module:
        """``peft.get_peft_model``. Raises ``ModelError`` for settings that do not fit the model."""
        from peft import TaskType, get_peft_model

        config = self.peft_config(model, request, tokenizer)
        if kind_of_model(model) != "causal":  # PEFT's models of other tasks add what this engine does not need
            config.task_type = TaskType.FEATURE_EXTRACTION
        try:
            with without_tying_advice():
                return get_peft_model(model, config)
        except ValueError as error:
            raise ModelError(f"{request.model}: {error}") from error

    def virtual(self, model: Any) -> Virtual | None:
        """What PEFT computes from the prompt's parameters, for one row."""
        from potluck.tuning.attached import virtual_of

        config = model.peft_config["default"]
        return virtual_of(config, self.base(model), prompt_of(model)) if config.is_prompt_learning else None

    def notes(self, model: Any) -> tuple[str, ...]:
        """Which tied weights get additions of their own."""
        names = tied_targets(model)
        if not names:
            return ()
        return (
            f"tied weights: the model ties its embeddings to its output (tie_word_embeddings: one matrix in two "
            f"places), and tuner.target_modules names {' and '.join(names)}. What is added in one place is not added "
            "in the other, and `potluck merge` unties them in the merged model, which grows by that matrix. To keep "
            "them tied, leave these names out",
        )

    def base(self, model: Any) -> Module:
        """The model below PEFT's, with its layers where PEFT has put them."""
        return model.get_base_model()

    def save(self, model: Any, folder: Path) -> None:
        """``adapter_model.safetensors`` and ``adapter_config.json``."""
        with without_tying_advice():
            model.save_pretrained(str(folder), safe_serialization=True)
        (folder / "README.md").unlink(missing_ok=True)

    def attach(self, model: Module, folder: Path) -> Attached:
        """Put PEFT's modules into the layers under a name of their own; a soft prompt is read from what was saved."""
        from peft import PeftConfig

        from potluck.tuning.attached import attach_peft, attach_prompt

        config = PeftConfig.from_pretrained(str(folder))
        return attach_prompt(model, folder) if config.is_prompt_learning else attach_peft(model, folder)

    def merge(self, model: Module, folder: Path) -> Module:
        """PEFT's ``merge_and_unload``, where the method is mergeable. Tied weights that get additions are untied.

        Merged as they are, each addition would be merged into both places.
        """
        if not self.mergeable:
            return super().merge(model, folder)
        from peft import PeftModel

        with without_tying_advice():
            wrapped = PeftModel.from_pretrained(model, str(folder))
            if tied_targets(wrapped):
                untie(wrapped.get_base_model())
            return wrapped.merge_and_unload()


def prompt_of(model: Any) -> Tensor:
    """The soft prompt of a model that PEFT wrapped, shape ``(length, width)``, with its gradients."""
    name = "default"
    length = model.peft_config[name].num_virtual_tokens
    encoder = model.prompt_encoder[name]
    numbers = model.prompt_tokens[name][:length].to(encoder.embedding.weight.device)
    found: Tensor = encoder(numbers[None])[0]
    return found
