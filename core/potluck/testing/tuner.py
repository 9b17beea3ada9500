"""The rules of tuners: planning and training.

They are tried on a model of two layers that is made for it, with one thread.

Give training settings that suit so small a model where a method's defaults do not, such as a larger learning rate.
"""

from __future__ import annotations

import hashlib
import os
import signal
import time
from typing import get_args

from potluck.contracts import Estimate, Task, TuningProgress
from potluck.testing.kit import Skipped, Subject, need, need_as_offered, rule
from potluck.testing.models import request
from potluck.testing.tuner_models import base_folder, one_thread, same_result, train_small

_DATA = frozenset({".safetensors", ".json", ".jinja", ".md", ".txt", ".model"})
"""Suffixes of files that hold data and nothing that runs."""


_PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04")


@rule("tuner", "says-what-it-is")
def check_declared(subject: Subject) -> None:
    """It names the tasks it can be used for, where its parameters go, and who can use the result."""
    from potluck.tuning import LocalTuner

    tuner = subject.make()
    need(tuner.tasks and set(tuner.tasks) <= set(get_args(Task)), f"tasks are {sorted(tuner.tasks)}")
    is_served = tuner.whole or tuner.served_by or isinstance(tuner, LocalTuner)
    need(is_served, "no chat plugin is named that can use the result")
    need(all(isinstance(name, str) for name in tuner.served_by), f"served_by is {tuner.served_by}")
    need_as_offered(subject, tuner)


@rule("tuner", "plan-is-exact")
def check_plan(subject: Subject) -> None:
    """``plan`` says how many parameters are trained, exactly, and in how many steps."""
    estimate = subject.make().plan(request(base_folder(subject), subject.folder / "planned"))
    done = train_small(subject)
    need(isinstance(estimate, Estimate), f"plan gives {type(estimate).__name__}")
    planned, trained = estimate.trainable_parameters, done.trainable_parameters
    need(planned == trained, f"{planned:,} parameters are planned, and {trained:,} trained")
    need(estimate.total_parameters > 0 < trained, f"of {estimate.total_parameters:,} parameters {trained:,} train")
    need(estimate.steps >= len(done.losses) > 0, f"{estimate.steps} steps are planned, {len(done.losses)} were made")
    need(estimate.memory > 0 and estimate.disk > 0, "it takes no memory, or no disk")


@rule("tuner", "base-is-unchanged")
def check_base(subject: Subject) -> None:
    """Not a byte of the base model's files is changed, and no file comes to them."""
    model = base_folder(subject)

    def files() -> dict[str, str]:
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(model.iterdir())}

    before = files()
    train_small(subject)
    changed = {name for name in before.keys() | files().keys() if before.get(name) != files().get(name)}
    need(not changed, f"changed: {', '.join(sorted(changed))}")


@rule("tuner", "result-is-data")
def check_files(subject: Subject) -> None:
    """The result is in its folder, as safetensors and JSON; nothing in it could run."""
    done = train_small(subject)
    need(done.folder.is_relative_to(subject.folder / "one"), f"it is in {done.folder}, outside of the run's folder")
    files = [path for path in done.folder.rglob("*") if path.is_file()]
    need(any(path.suffix == ".safetensors" for path in files), "there are no safetensors")
    for path in files:
        need(path.suffix in _DATA, f"there is {path.name}")
        need(not path.read_bytes().startswith(_PICKLES), f"{path.name} is a pickle or an archive")


@rule("tuner", "loss-falls")
def check_loss(subject: Subject) -> None:
    """There is a loss of each step, all are numbers, and it falls on a task that can be learned by heart."""
    import math

    losses = train_small(subject).losses
    need(all(math.isfinite(loss) for loss in losses), "there is a NaN or an infinity")
    need(len(losses) >= 8, f"{len(losses)} losses are too few to see it fall: train for more steps")
    part = len(losses) // 4
    first, last = sum(losses[:part]) / part, sum(losses[-part:]) / part
    need(last < 0.9 * first, f"from {first:.3f} in the first quarter of the steps to {last:.3f} in the last")


@rule("tuner", "same-seed-same-result")
def check_seed(subject: Subject) -> None:
    """The same request gives the same weights and losses, bit for bit."""
    need(
        same_result(train_small(subject, "one"), train_small(subject, "other")), "the second time it was another result"
    )


@rule("tuner", "seed-decides")
def check_seeds(subject: Subject) -> None:
    """Another seed gives another result."""
    need(
        not same_result(train_small(subject, "one"), train_small(subject, "other", seed=1)),
        "seeds 0 and 1 give the same",
    )


@rule("tuner", "goes-on-after-a-kill")
def check_kill(subject: Subject) -> None:
    """Killed three times and begun again, it ends with the weights and losses of a run that was not."""
    if not hasattr(os, "fork"):
        raise Skipped("this system cannot make a process to be killed")
    began = time.monotonic()
    undisturbed = train_small(subject, "undisturbed")
    took = time.monotonic() - began
    for share in (0.4, 0.6, 0.8):
        _kill_after(subject, share * took)
    done = train_small(subject, "killed")
    need(len(done.losses) == len(undisturbed.losses), f"{len(done.losses)} losses of {len(undisturbed.losses)}")
    need(same_result(done, undisturbed), "the result is another")


def _kill_after(subject: Subject, seconds: float) -> None:
    """Tune in a process of its own, and kill that."""
    child = os.fork()
    if child == 0:
        try:
            train_small(subject, "killed")
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


@rule("tuner", "progress-goes-on")
def check_progress(subject: Subject) -> None:
    """Reports of progress never go back, nor over the end."""
    found: list[TuningProgress] = []
    with one_thread():
        subject.make().tune(request(base_folder(subject), subject.folder / "one"), found.append)
    steps = [one.step for one in found]
    need(steps == sorted(steps), f"steps are {steps}")
    need(all(0 <= one.step <= one.steps for one in found), "a step is beyond the last")
