"""The rules of tuners. They are tried on a model of two layers that is made for it, with one thread.

Give training settings that suit so small a model where a method's defaults do not, such as a larger learning rate.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from potluck.contracts import Attached, Estimate, Task, TunedModel, TuningProgress
from potluck.errors import ModelError, Unsupported
from potluck.testing.kit import Skipped, Subject, need, rule
from potluck.testing.models import examples, request, tiny_model
from potluck.testing.quiet import watched

if TYPE_CHECKING:
    import torch

_EXACT = 1e-4
"""How far logits of a merged model may be from those of the unmerged one, in float32."""
_DATA = frozenset({".safetensors", ".json", ".jinja", ".md", ".txt", ".model"})
"""Suffixes of files that hold data and nothing that runs."""
_PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04")


@contextmanager
def _one_thread() -> Iterator[None]:
    """The same sums in the same order each time."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _model(subject: Subject) -> Path:
    folder = subject.folder / "model"
    return folder if folder.exists() else tiny_model(folder)


def _tuned(subject: Subject, run: str = "one", seed: int = 0) -> TunedModel:
    """Trained in a folder of that name."""
    with _one_thread():
        made: TunedModel = subject.make().tune(
            request(_model(subject), subject.folder / run, seed), lambda progress: None
        )
    return made


def _tensors(folder: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return {name: one for path in sorted(folder.rglob("*.safetensors")) for name, one in load_file(path).items()}


def _same(one: TunedModel, other: TunedModel) -> bool:
    import torch

    first, second = _tensors(one.folder), _tensors(other.folder)
    same = first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)
    return same and one.losses == other.losses


def _base(subject: Subject) -> Any:
    from potluck.models.loading import load_model

    return load_model(_model(subject), "float32").eval()


def _rows(subject: Subject) -> list[tuple[list[int], int]]:
    """Of each example the tokens up to its answer, and the answer's first token."""
    from potluck.models.loading import load_tokenizer
    from potluck.tuning.encode import encode_example

    tokenizer = load_tokenizer(_model(subject))
    found = [encode_example(example, tokenizer) for example in examples(8)]
    return [(list(one.ids[: one.start]), one.ids[one.start]) for one in found]


def _logits(subject: Subject, model: Any, attached: Attached | None) -> torch.Tensor:
    """What stands behind each example's prompt, shape ``(examples, vocabulary)``."""
    import torch

    from potluck.tuning.artifact import probe_logits

    with _one_thread():
        return torch.stack(probe_logits(model, attached, [row for row, _ in _rows(subject)]))


def _surprise(subject: Subject, found: torch.Tensor) -> float:
    """Mean nats of the right answers' first tokens."""
    import torch

    right = torch.tensor([[token] for _, token in _rows(subject)])
    return float(-found.log_softmax(-1).gather(1, right).mean())


def _answers(subject: Subject, tuner: Any, done: TunedModel, model: Any) -> torch.Tensor:
    """How the tuned model answers: put on the base, or loaded in its place."""
    from potluck.models.loading import load_model

    if tuner.whole:
        return _logits(subject, load_model(done.folder, "float32").eval(), None)
    return _logits(subject, model, tuner.attach(model, done.folder))


def _local(subject: Subject) -> Any:
    """The tuner, if it trains with the engine. Raises ``Skipped``."""
    from potluck.tuning import LocalTuner

    tuner = subject.make()
    if not isinstance(tuner, LocalTuner):
        raise Skipped("it does not train with potluck's engine")
    return tuner


@rule("tuner", "says-what-it-is")
def check_declared(subject: Subject) -> None:
    """It names the tasks it can be used for, where its parameters go, and who can use the result."""
    tuner = subject.make()
    need(tuner.tasks and set(tuner.tasks) <= set(get_args(Task)), f"tasks are {sorted(tuner.tasks)}")
    need(tuner.whole or tuner.served_by, "no chat plugin is named that can use the result")
    need(all(isinstance(name, str) for name in tuner.served_by), f"served_by is {tuner.served_by}")


@rule("tuner", "plan-is-exact")
def check_plan(subject: Subject) -> None:
    """``plan`` says how many parameters are trained, exactly, and in how many steps."""
    estimate = subject.make().plan(request(_model(subject), subject.folder / "planned"))
    done = _tuned(subject)
    need(isinstance(estimate, Estimate), f"plan gives {type(estimate).__name__}")
    planned, trained = estimate.trainable_parameters, done.trainable_parameters
    need(planned == trained, f"{planned:,} parameters are planned, and {trained:,} trained")
    need(estimate.total_parameters > 0 < trained, f"of {estimate.total_parameters:,} parameters {trained:,} train")
    need(estimate.steps >= len(done.losses) > 0, f"{estimate.steps} steps are planned, {len(done.losses)} were made")
    need(estimate.memory > 0 and estimate.disk > 0, "it takes no memory, or no disk")


@rule("tuner", "base-is-unchanged")
def check_base(subject: Subject) -> None:
    """Not a byte of the base model's files is changed, and no file comes to them."""
    model = _model(subject)

    def files() -> dict[str, str]:
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(model.iterdir())}

    before = files()
    _tuned(subject)
    changed = {name for name in before.keys() | files().keys() if before.get(name) != files().get(name)}
    need(not changed, f"changed: {', '.join(sorted(changed))}")


@rule("tuner", "result-is-data")
def check_files(subject: Subject) -> None:
    """The result is in its folder, as safetensors and JSON; nothing in it could run."""
    done = _tuned(subject)
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

    losses = _tuned(subject).losses
    need(all(math.isfinite(loss) for loss in losses), "there is a NaN or an infinity")
    need(len(losses) >= 8, f"{len(losses)} losses are too few to see it fall: train for more steps")
    part = len(losses) // 4
    first, last = sum(losses[:part]) / part, sum(losses[-part:]) / part
    need(last < 0.9 * first, f"from {first:.3f} in the first quarter of the steps to {last:.3f} in the last")


@rule("tuner", "same-seed-same-result")
def check_seed(subject: Subject) -> None:
    """The same request gives the same weights and losses, bit for bit."""
    need(_same(_tuned(subject, "one"), _tuned(subject, "other")), "the second time it was another result")


@rule("tuner", "seed-decides")
def check_seeds(subject: Subject) -> None:
    """Another seed gives another result."""
    need(not _same(_tuned(subject, "one"), _tuned(subject, "other", seed=1)), "seeds 0 and 1 give the same")


@rule("tuner", "goes-on-after-a-kill")
def check_kill(subject: Subject) -> None:
    """Killed three times and begun again, it ends with the weights and losses of a run that was not."""
    if not hasattr(os, "fork"):
        raise Skipped("this system cannot make a process to be killed")
    began = time.monotonic()
    undisturbed = _tuned(subject, "undisturbed")
    took = time.monotonic() - began
    for share in (0.4, 0.6, 0.8):
        _killed_after(subject, share * took)
    done = _tuned(subject, "killed")
    need(len(done.losses) == len(undisturbed.losses), f"{len(done.losses)} losses of {len(undisturbed.losses)}")
    need(_same(done, undisturbed), "the result is another")


def _killed_after(subject: Subject, seconds: float) -> None:
    """Tune in a process of its own, and kill that."""
    child = os.fork()
    if child == 0:
        try:
            _tuned(subject, "killed")
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


@rule("tuner", "progress-goes-on")
def check_progress(subject: Subject) -> None:
    """Reports of progress never go back, nor over the end."""
    found: list[TuningProgress] = []
    with _one_thread():
        subject.make().tune(request(_model(subject), subject.folder / "one"), found.append)
    steps = [one.step for one in found]
    need(steps == sorted(steps), f"steps are {steps}")
    need(all(0 <= one.step <= one.steps for one in found), "a step is beyond the last")


@rule("tuner", "answers-as-trained")
def check_answers(subject: Subject) -> None:
    """With what was learned the right answers are likelier than without."""
    tuner, base = subject.make(), _base(subject)
    before = _surprise(subject, _logits(subject, base, None))
    after = _surprise(subject, _answers(subject, tuner, _tuned(subject), base))
    need(after < 0.9 * before, f"a right answer takes {before:.3f} nats without it and {after:.3f} with it")


@rule("tuner", "outside-it-is-the-base")
def check_outside(subject: Subject) -> None:
    """A base on which something was put answers as before, bit for bit, while that is not active."""
    import torch

    tuner, base = subject.make(), _base(subject)
    if tuner.whole:
        raise Skipped("the result is a whole model")
    before = _logits(subject, base, None)
    attached = tuner.attach(base, _tuned(subject).folder)
    need(torch.equal(_logits(subject, base, None), before), "with something put on it, it answers otherwise")
    _logits(subject, base, attached)
    need(torch.equal(_logits(subject, base, None), before), "after an answer as tuned, it answers otherwise")


@rule("tuner", "several-on-one-base")
def check_several(subject: Subject) -> None:
    """Two results on one base answer each as if it were alone."""
    import torch

    tuner = subject.make()
    if tuner.whole:
        raise Skipped("the result is a whole model")
    results = [_tuned(subject, "one"), _tuned(subject, "other", seed=1)]
    alone = [_answers(subject, subject.make(), done, _base(subject)) for done in results]
    base = _base(subject)
    both = [tuner.attach(base, done.folder) for done in results]
    for expected, attached in zip(alone * 2, both * 2, strict=True):
        near = torch.allclose(_logits(subject, base, attached), expected, rtol=0, atol=_EXACT)
        need(near, "beside another it answers otherwise")


@rule("tuner", "other-parameters-refused")
def check_damage(subject: Subject) -> None:
    """A result of which parameters are missing is refused with a ``ModelError``."""
    from safetensors.torch import load_file, save_file

    tuner, done = subject.make(), _tuned(subject)
    if tuner.whole:
        raise Skipped("the result is a whole model")
    damaged = subject.folder / "damaged"
    shutil.copytree(done.folder, damaged)
    for path in damaged.rglob("*.safetensors"):
        kept = dict(list(load_file(path).items())[1:])
        save_file(kept, path)
    try:
        tuner.attach(_base(subject), damaged)
    except ModelError:
        return
    need(False, "it is taken")


@rule("tuner", "merged-is-the-same")
def check_merge(subject: Subject) -> None:
    """A merged model gives the logits of the unmerged one; who cannot merge says ``Unsupported``."""
    tuner, done = subject.make(), _tuned(subject)
    if not tuner.mergeable:
        try:
            tuner.merge(_base(subject), done.folder)
        except Unsupported:
            return
        need(False, "it merges, and says mergeable = False")
    expected = _answers(subject, tuner, done, _base(subject))
    found = _logits(subject, tuner.merge(_base(subject), done.folder).eval(), None)
    far = float((found - expected).abs().max())
    need(far <= _EXACT, f"logits differ by up to {far:.2g}")


@rule("tuner", "only-its-own-parameters")
def check_own(subject: Subject) -> None:
    """Only the method's own parameters take gradients, in float32, and the base's none."""
    import torch

    from potluck.models.loading import load_tokenizer

    tuner, base = _local(subject), _base(subject)
    asked = request(_model(subject), subject.folder / "one")
    bases = {id(parameter) for parameter in base.parameters()}
    trained = [
        one for one in tuner.wrap(base, asked, load_tokenizer(_model(subject))).parameters() if one.requires_grad
    ]
    need(trained, "nothing is trained")
    need(all(one.dtype == torch.float32 for one in trained), "a trained parameter is not float32")
    need(tuner.trains_base or not bases & {id(one) for one in trained}, "a parameter of the base is trained")


@rule("tuner", "begins-as-the-base")
def check_beginning(subject: Subject) -> None:
    """Before the first step the model answers as the base does; a soft prompt need not."""
    import torch

    from potluck.models.loading import load_tokenizer

    tuner, base = _local(subject), _base(subject)
    before = _logits(subject, base, None)
    wrapped = tuner.wrap(base, request(_model(subject), subject.folder / "one"), load_tokenizer(_model(subject)))
    if tuner.virtual(wrapped) is not None:
        raise Skipped("it puts a soft prompt before the text")
    after = _logits(subject, tuner.base(wrapped).eval(), None)
    need(torch.allclose(after, before, rtol=0, atol=_EXACT), "it answers otherwise")


@rule("tuner", "sends-nothing")
def check_network(subject: Subject) -> None:
    """No host is asked for anything while it plans and trains."""
    with watched() as tried:
        subject.make().plan(request(_model(subject), subject.folder / "planned"))
        _tuned(subject)
    need(not tried, f"it asked {', '.join(tried)}")


@rule("tuner", "identity-is-text")
def check_identity(subject: Subject) -> None:
    """``identity`` is a mapping of texts, the same for two instances."""
    one: Mapping[str, str] = subject.make().identity()
    need(dict(one) == dict(subject.make().identity()), "two instances have two identities")
    need(all(isinstance(part, str) for pair in one.items() for part in pair), f"it is {dict(one)}")
