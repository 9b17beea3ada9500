"""Checkpoints: one file each, whole or not there, of safetensors with what is not a tensor as JSON in its header.

They hold the trained parameters, the optimiser's state of each, and the course of the training so far. Random numbers
and the order of the data follow from the seed and the step, so nothing else is needed to go on exactly.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potluck.atomic_files import write_atomically
from potluck.errors import CheckpointDamaged, WorkspaceGone
from potluck.tuning.sharding import full_tensor, shard_like

if TYPE_CHECKING:
    import torch

_KEPT = 2
_BEST = "best.safetensors"
STATE = "optimiser."
"""How the names of an optimiser's tensors begin."""


@dataclass(slots=True)
class TrainingHistory:
    """The course of a training: ``step`` steps are done. Losses are means over learned tokens, in nats."""

    step: int = 0
    losses: list[float] = field(default_factory=list)
    evaluations: list[dict[str, float]] = field(default_factory=list)
    """Of each evaluation: ``step``, ``loss``, ``answers`` (the part of examples whose every token was likeliest),
    ``gained`` and ``lost`` (how many of the ``examples`` are right that were not before the training,
    and the other way round)."""
    before: dict[str, float] | None = None
    """The evaluation of the model before its first step; None if there are no validation examples."""
    right_before: list[bool] = field(default_factory=list)
    """Of each validation example whether it was right then."""
    tokens: int = 0
    """Real tokens of the examples seen, each counted in full."""
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    findings: list[list[str]] = field(default_factory=list)
    """Of each evaluation what is wrong with the answers, in sentences."""

    @property
    def best(self) -> dict[str, float] | None:
        """The first evaluation with the lowest loss."""
        return min(self.evaluations, key=lambda one: one["loss"], default=None)

    @property
    def evaluations_since_best(self) -> int:
        """How many evaluations have been made after that."""
        best = self.best
        return len(self.evaluations) - 1 - self.evaluations.index(best) if best is not None else 0


class Checkpoints:
    """The checkpoints of one training in a folder. ``name`` is the fingerprint of all that decides the training.

    Of processes that train together one ``writes``; all have to call, because each may hold a part.
    """

    def __init__(self, folder: Path, name: str, writes: bool = True) -> None:
        """Make the folder; nothing is read yet."""
        self.folder, self._name, self._writes = folder, name, writes
        if writes:
            folder.mkdir(parents=True, exist_ok=True)

    def elsewhere(self, folder: Path) -> Checkpoints:
        """Those of the same training in another folder, which need not exist, for reading only."""
        return Checkpoints(folder, self._name, writes=False)

    def step_found(self) -> int:
        """The step from which the training would be resumed, told from the headers alone; 0 for a new one."""
        return next((step for path in self._paths() if (step := self._step_of(path))), 0)

    def check_in_place(self) -> None:
        """Raise ``WorkspaceGone`` if the folder was deleted in the meantime."""
        if not self.folder.is_dir():
            raise WorkspaceGone(
                f"{self.folder} was deleted while it was in use: run the same command again, and it trains anew"
            )

    def save(
        self, history: TrainingHistory, weights: Mapping[str, torch.Tensor], optimiser: Mapping[str, torch.Tensor]
    ) -> None:
        """Write one, and remove those that are no longer of use.

        ``weights`` are the trained parameters, ``optimiser`` its state, all whole. Raises ``WorkspaceGone``.
        """
        if not self._writes:
            return
        self.check_in_place()
        write_atomically(
            self.folder / f"step-{history.step:08d}.safetensors", self._bytes({**weights, **optimiser}, history)
        )
        for old in self._paths()[_KEPT:]:
            old.unlink()

    def save_best(self, history: TrainingHistory, weights: Mapping[str, torch.Tensor]) -> None:
        """Keep the weights with the lowest validation loss. Raises ``WorkspaceGone``."""
        if self._writes:
            self.check_in_place()
            write_atomically(self.folder / _BEST, self._bytes(weights, history))

    def last(self, best: bool = False) -> tuple[Mapping[str, torch.Tensor], TrainingHistory]:
        """What the last whole checkpoint of this training holds; nothing and a new course if there is none.

        A damaged one is noted in the course's notes and removed, and the previous one is used; the steps between are
        repeated. ``best``: the training needs its best weights too, and begins anew where those are damaged.
        """
        notes = list[str]()
        for path in self._paths():
            try:
                read = self._read(path)
                if read is not None and best and read[1].evaluations:
                    self._best(read[1])
            except CheckpointDamaged as damage:
                notes.append(f"{damage}; what it held is computed again")
                if self._writes:
                    path.unlink(missing_ok=True)
                continue
            if read is not None:
                read[1].notes += notes
                return read
        return {}, TrainingHistory(notes=notes)

    def restore_best(self, model: torch.nn.Module, history: TrainingHistory) -> None:
        """Put the best weights of a course into the model.

        Raises ``CheckpointDamaged`` if they are not what was written: then running again trains anew.
        """
        if history.evaluations:
            load_parameters(model, self._best(history))

    def _best(self, history: TrainingHistory) -> Mapping[str, torch.Tensor]:
        path = self.folder / _BEST
        read = self._read(path)
        if read is None or history.best is None or read[1].step < history.best["step"]:
            raise CheckpointDamaged(f"{path}: these are not the best weights of this training")
        return read[0]

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("step-*.safetensors"), reverse=True)

    def _step_of(self, path: Path) -> int:
        """The step of a checkpoint of this training; 0 for another, and for one that cannot be read."""
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, "pt") as file:
                said = dict(file.metadata() or {})
            return int(json.loads(said["course"])["step"]) if said["training"] == self._name else 0
        except (OSError, SafetensorError, ValueError, KeyError, TypeError):
            return 0

    def _bytes(self, tensors: Mapping[str, Any], history: TrainingHistory) -> bytes:
        from safetensors.torch import save

        plain = {name: tensor.contiguous() for name, tensor in tensors.items()}
        said = {"training": self._name, "course": json.dumps(asdict(history))}
        whole: bytes = save(plain, metadata={**said, "digest": _digest(plain, said)})
        return whole

    def _read(self, path: Path) -> tuple[dict[str, Any], TrainingHistory] | None:
        """What a file holds; None for one of another training. Raises ``CheckpointDamaged``."""
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, "pt") as file:
                said = dict(file.metadata() or {})
                tensors = {name: file.get_tensor(name) for name in list(file.keys())}
            if said.pop("digest", None) != _digest(tensors, said):
                raise CheckpointDamaged(f"{path}: this checkpoint is not what was written (its checksum differs)")
            return (tensors, TrainingHistory(**json.loads(said["course"]))) if said["training"] == self._name else None
        except (OSError, SafetensorError, ValueError, KeyError, TypeError, OverflowError, RuntimeError) as error:
            raise CheckpointDamaged(f"{path}: this checkpoint cannot be read: {error}") from None


def _digest(tensors: Mapping[str, Any], said: Mapping[str, str]) -> str:
    """The hash of all that a checkpoint holds."""
    import numpy as np
    import torch

    found = hashlib.blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=16)
    for name, tensor in sorted(tensors.items()):
        found.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        data = tensor.detach().cpu().reshape(-1).view(torch.uint8)
        found.update(np.from_dlpack(data).data)  # ``data.numpy()`` would forbid FSDP to free the parameter from then on
    return found.hexdigest()


def trained_parameters(model: torch.nn.Module) -> Mapping[str, torch.Tensor]:
    """The parameters that are trained, by name, whole."""
    return {name: full_tensor(one.detach()) for name, one in model.named_parameters() if one.requires_grad}


def load_parameters(model: torch.nn.Module, tensors: Mapping[str, Any]) -> None:
    """Give the parameters that are trained other values, by name."""
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            parameter.detach().copy_(shard_like(tensors[name], parameter))


def optimiser_state(optimiser: torch.optim.Optimizer) -> Mapping[str, torch.Tensor]:
    """The state of an optimiser, whole."""
    state = optimiser.state_dict()["state"]
    return {f"{STATE}{number}.{key}": full_tensor(value) for number, one in state.items() for key, value in one.items()}


def load_optimiser_state(optimiser: torch.optim.Optimizer, tensors: Mapping[str, Any]) -> None:
    """Give an optimiser the state that ``optimiser_state`` gave."""
    state: dict[int, dict[str, Any]] = {}
    known = [one for group in optimiser.param_groups for one in group["params"]]
    for name, tensor in tensors.items():
        if name.startswith(STATE):
            _, number, key = name.split(".", 2)
            state.setdefault(int(number), {})[key] = shard_like(tensor, known[int(number)])
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
