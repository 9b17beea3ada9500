"""Training the small model on which tuners are tried, and its answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potluck.contracts import Attached, TunedModel
from potluck.testing.kit import Skipped, Subject
from potluck.testing.models import examples, request, tiny_model

if TYPE_CHECKING:
    import torch


EXACT = 1e-4
"""How far logits of a merged model may be from those of the unmerged one, in float32."""


@contextmanager
def one_thread() -> Iterator[None]:
    """The same sums in the same order each time."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def base_folder(subject: Subject) -> Path:
    """The folder of the small model, which is made if it is missing."""
    folder = subject.folder / "model"
    return folder if folder.exists() else tiny_model(folder)


def train_small(subject: Subject, run: str = "one", seed: int = 0) -> TunedModel:
    """Trained in a folder of that name."""
    with one_thread():
        made: TunedModel = subject.make().tune(
            request(base_folder(subject), subject.folder / run, seed), lambda progress: None
        )
    return made


def _tensors(folder: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return {name: one for path in sorted(folder.rglob("*.safetensors")) for name, one in load_file(path).items()}


def same_result(one: TunedModel, other: TunedModel) -> bool:
    """Whether two trainings gave the same weights and losses, bit for bit."""
    import torch

    first, second = _tensors(one.folder), _tensors(other.folder)
    same = first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)
    return same and one.losses == other.losses


def load_base(subject: Subject) -> Any:
    """The small model, in float32."""
    from potluck.models.loading import load_model

    return load_model(base_folder(subject), "float32").eval()


def _rows(subject: Subject) -> list[tuple[list[int], int]]:
    """For each example the tokens up to its answer, and the answer's first token."""
    from potluck.models.loading import load_tokenizer
    from potluck.tuning.encode import encode_example

    tokenizer = load_tokenizer(base_folder(subject))
    found = [encode_example(example, tokenizer) for example in examples(8)]
    return [(list(one.ids[: one.start]), one.ids[one.start]) for one in found]


def model_logits(subject: Subject, model: Any, attached: Attached | None) -> torch.Tensor:
    """The logits after each example's prompt, shape ``(examples, vocabulary)``."""
    import torch

    from potluck.tuning.artifact import probe_logits

    with one_thread():
        return torch.stack(probe_logits(model, attached, [row for row, _ in _rows(subject)]))


def mean_nats(subject: Subject, found: torch.Tensor) -> float:
    """Mean nats of the right answers' first tokens."""
    import torch

    right = torch.tensor([[token] for _, token in _rows(subject)])
    return float(-found.log_softmax(-1).gather(1, right).mean())


def tuned_logits(subject: Subject, tuner: Any, done: TunedModel, model: Any) -> torch.Tensor:
    """How the tuned model answers: put on the base, or loaded in its place."""
    from potluck.models.loading import load_model

    if tuner.whole:
        return model_logits(subject, load_model(done.folder, "float32").eval(), None)
    return model_logits(subject, model, tuner.attach(model, done.folder))


def local_tuner(subject: Subject) -> Any:
    """The tuner, if it trains with the engine. Raises ``Skipped``."""
    from potluck.tuning import LocalTuner

    tuner = subject.make()
    if not isinstance(tuner, LocalTuner):
        raise Skipped("it does not train with potluck's engine")
    return tuner
