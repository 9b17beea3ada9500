"""The engine: it learns, it can be killed at any moment, and settings mean what they say.

Modules: ``potluck.tuning.artifact``, ``potluck.tuning.attached``, ``potluck.tuning.card``,
``potluck.tuning.checkpoint``, ``potluck.tuning.encode``, ``potluck.tuning.training``, ``potluck.tuning.estimate``,
``potluck.tuning.forward``, ``potluck.tuning.head``, ``potluck.tuning.job``, ``potluck.tuning.local_tuner``,
``potluck.tuning.method``, ``potluck.tuning.packed_batches``, ``potluck.tuning.processes``,
``potluck.tuning.padded_batches``, ``potluck.tuning.schedule``, ``potluck.tuning.training_settings``,
``potluck.tuning.sharding``, ``potluck.tuning.tied``, ``potluck.tuning.tokenizer_checks``, ``potluck.tuning.watchdog``,
``potluck.tuning.zero``.
"""

from __future__ import annotations

import importlib.util
import shutil
import signal
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from potluck.contracts import TunedModel, TuningProgress
from potluck.errors import TrainingFailed
from potluck.models.loading import load_model
from potluck.tuning import LocalTuner, training
from potluck.tuning.checkpoint import TrainingHistory
from potluck.tuning.encode import Encoded
from potluck.tuning.training import evaluate_model
from support import tuning
from support.together import train_in_two, train_killed
from support.tuning import DeepPrompt, Full, Lora, SoftPrompt, Still, colours, request, tune, tuner, weights


def same(one: TunedModel, other: TunedModel) -> bool:
    ours, theirs = weights(one.folder), weights(other.folder)
    assert ours
    assert ours.keys() == theirs.keys()
    return one.losses == other.losses and all(torch.equal(ours[name], theirs[name]) for name in ours)


@pytest.mark.parametrize(("kind", "rate"), [(Lora, 2e-2), (SoftPrompt, 0.3), (DeepPrompt, 0.3), (Full, 2e-3)])
def test_training_lowers_the_loss_and_leaves_the_bases_files_alone(
    model: Path, tmp_path: Path, kind: type[LocalTuner], rate: float
) -> None:
    before = {path.name: path.read_bytes() for path in model.iterdir()}
    done = tune(kind, model, tmp_path, colours(16), num_train_epochs=6, learning_rate=rate)
    assert sum(done.losses[-4:]) < 0.75 * sum(done.losses[:4])
    assert len(done.losses) == 24
    assert {path.name: path.read_bytes() for path in model.iterdir()} == before
    assert done.tokens_per_second > 0


def test_the_same_request_and_seed_give_the_same_weights_and_another_seed_others(model: Path, tmp_path: Path) -> None:
    one, again = (tune(Lora, model, tmp_path / name, colours(12), max_steps=5) for name in ("one", "again"))
    assert same(one, again)
    method = tuner(Lora, tmp_path / "other", max_steps=5)
    other = method.tune(request(model, tmp_path / "other", colours(12), seed=1), lambda _: None)
    assert not same(one, other)


def test_only_the_methods_parameters_change_in_the_process(model: Path, tmp_path: Path) -> None:
    method, asked = tuner(Lora, tmp_path, max_steps=3), request(model, tmp_path, colours(8))
    base = load_model(model, "float32")
    before = {name: one.clone() for name, one in base.named_parameters()}
    wrapped = method.wrap(base, asked, None)
    trained = {name for name, one in wrapped.named_parameters() if one.requires_grad}
    assert trained
    assert all("lora_" in name for name in trained)
    tune(Lora, model, tmp_path / "run", colours(8), max_steps=3)
    after = load_model(model, "float32")
    assert all(torch.equal(before[name], one) for name, one in after.named_parameters())


def test_accumulating_small_batches_gives_the_weights_of_the_large_batch(model: Path, tmp_path: Path) -> None:
    small = tune(
        SoftPrompt, model, tmp_path / "small", colours(12), max_steps=6, learning_rate=0.1,
        per_device_train_batch_size=1, gradient_accumulation_steps=4,
    )  # fmt: skip
    large = tune(SoftPrompt, model, tmp_path / "large", colours(12), max_steps=6, learning_rate=0.1)
    assert same(small, large)


def test_how_many_tokens_are_computed_at_once_does_not_change_what_is_learned(model: Path, tmp_path: Path) -> None:
    narrow, wide = (
        tune(SoftPrompt, model, tmp_path / str(n), colours(12), max_steps=6, learning_rate=0.1, pack_tokens=n)
        for n in (16, 512)
    )
    assert narrow.losses == pytest.approx(wide.losses, rel=1e-4)


def test_it_reports_after_as_many_steps_as_are_asked_for(model: Path, tmp_path: Path) -> None:
    told = list[int]()
    training = tuner(Lora, tmp_path, max_steps=7, logging_steps=3)
    training.tune(request(model, tmp_path, colours(12)), lambda progress: told.append(progress.step))
    assert told == [3, 6, 7]


def test_without_a_strategy_it_is_evaluated_at_the_end_only(model: Path, tmp_path: Path) -> None:
    settings = {"num_train_epochs": 3, "per_device_train_batch_size": 4}
    each = tune(Lora, model, tmp_path / "each", colours(12), validation=colours(4), **settings)
    last = tune(Lora, model, tmp_path / "last", colours(12), validation=colours(4), eval_strategy="no", **settings)
    assert [one["step"] for one in each.evaluations] == [3, 6, 9]
    assert [one["step"] for one in last.evaluations] == [9]


def test_what_the_model_was_worth_before_its_first_step_is_kept_beside_what_it_is_worth_now(
    model: Path, tmp_path: Path
) -> None:
    settings = {"num_train_epochs": 3, "per_device_train_batch_size": 4, "learning_rate": 0.01}
    done = tune(Lora, model, tmp_path, colours(12), validation=colours(4), **settings)
    again = tune(Lora, model, tmp_path, colours(12), validation=colours(4), **settings)
    assert done.before is not None
    assert done.after is not None
    assert (done.before["step"], done.after["step"], done.after["examples"]) == (0, 9, 4)
    assert done.after["loss"] < done.before["loss"]
    changed = done.after["gained"] - done.after["lost"]
    assert changed == pytest.approx(4 * (done.after["answers"] - done.before["answers"]))
    assert (again.before, again.after) == (done.before, done.after)
    assert tune(Lora, model, tmp_path / "none", colours(12), max_steps=1).before is None


@pytest.mark.parametrize(("seconds", "kept"), [(0.0, [1, 2, 3, 4]), (60.0, [0, 0, 3, 4])])
def test_slow_steps_are_kept_before_their_number_is_due(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, kept: list[int]
) -> None:
    monkeypatch.setattr("potluck.tuning.training._SAVE_SECONDS", seconds)
    told: list[TuningProgress] = []

    one = tuner(Lora, tmp_path, max_steps=4, save_steps=3, logging_steps=1)
    one.tune(request(model, tmp_path, colours(12)), told.append)

    assert [progress.saved for progress in told] == kept


def test_a_finished_training_is_not_done_again(model: Path, tmp_path: Path) -> None:
    first = tune(Lora, model, tmp_path, colours(12), max_steps=5)
    again = tune(Lora, model, tmp_path, colours(12), max_steps=5)
    assert again.seconds == first.seconds
    assert same(first, again)


def test_checkpoints_of_other_data_or_settings_are_not_taken_up(model: Path, tmp_path: Path) -> None:
    tune(Lora, model, tmp_path, colours(12), max_steps=5)
    changed = tune(Lora, model, tmp_path, colours(16), max_steps=5)
    assert same(changed, tune(Lora, model, tmp_path / "fresh", colours(16), max_steps=5))


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(model: Path, tmp_path: Path) -> None:
    whole = tune(Lora, model, tmp_path, colours(12), max_steps=6, save_steps=2)
    last = max(tmp_path.glob("step-*.safetensors"))
    last.write_bytes(last.read_bytes()[:-100])
    assert same(whole, tune(Lora, model, tmp_path, colours(12), max_steps=6, save_steps=2))


MOMENTS = [*(("step", n) for n in range(8)), *(("replace", n) for n in range(4)), *(("fsync", n) for n in range(8))]
QUICK = {("step", 5), ("replace", 2), ("fsync", 3)}


@pytest.mark.parametrize(
    ("moment", "after"),
    [pytest.param(*one, marks=() if one in QUICK else pytest.mark.slow) for one in MOMENTS],
)
def test_killed_at_any_moment_the_next_run_ends_with_the_weights_of_an_undisturbed_one(
    model: Path, tmp_path: Path, moment: str, after: int
) -> None:
    settings = {"max_steps": 8, "save_steps": 2}
    assert train_killed(model, tmp_path / "killed", moment, after, settings) == -signal.SIGKILL
    resumed = tune(Lora, model, tmp_path / "killed", colours(12), **settings)
    assert same(resumed, tune(Lora, model, tmp_path / "whole", colours(12), **settings))


def test_a_loss_that_is_not_a_number_stops_the_run_and_keeps_the_last_good_checkpoint(
    model: Path, tmp_path: Path
) -> None:
    with pytest.raises(TrainingFailed, match=r"at step \d+ the loss became NaN or infinite; .* training.learning_rate"):
        tune(Full, model, tmp_path, colours(12), max_steps=40, learning_rate=1e25, save_steps=1)
    kept = sorted(tmp_path.glob("step-*.safetensors"))
    assert all(bool(torch.isfinite(one).all()) for path in kept for one in weights_of(path))


def weights_of(path: Path) -> list[torch.Tensor]:
    from safetensors.torch import load_file

    return list(load_file(path).values())


def test_with_patience_it_stops_early_and_the_best_weights_are_the_result(model: Path, tmp_path: Path) -> None:
    # What is validated contradicts what is learned: every step makes it worse.
    wrong = [type(one)(one.messages, "weather" if one.target == "fruit" else "fruit") for one in colours(8)]
    done = tune(
        Lora, model, tmp_path, colours(8), validation=wrong, num_train_epochs=60, eval_steps=2,
        early_stopping_patience=3,
    )  # fmt: skip
    losses = [one["loss"] for one in done.evaluations]
    best = losses.index(min(losses))
    assert len(done.losses) < 120
    assert len(losses) - 1 - best == 3
    until = tune(Lora, model, tmp_path / "until", colours(8), validation=wrong, num_train_epochs=60, eval_steps=2,
                 early_stopping_patience=3)  # fmt: skip
    assert same(done, until)


LEARNED: dict[str, Any] = {
    "max_steps": 8, "learning_rate": 0.01, "weight_decay": 0.1, "pack_tokens": 32, "early_stopping_patience": 8,
    "validation": colours(4),
}  # fmt: skip


def zero(stage: int, **more: Any) -> dict[str, Any]:
    """DeepSpeed's ZeRO. For processors it compiles a library once, which takes a minute."""
    return {"deepspeed": {"zero_optimization": {"stage": stage, **more}}}


def needs_deepspeed(how: dict[str, Any]) -> None:
    if "deepspeed" in how and importlib.util.find_spec("deepspeed") is None:
        pytest.skip("pip install 'potluck[deepspeed]'")


FSDP = {"fsdp": True}
SLOW = [pytest.mark.slow, pytest.mark.timeout(600)]
SPREAD = [
    pytest.param("SoftPrompt", {}, id="SoftPrompt-ddp"),
    pytest.param("Still", FSDP, id="Still-fsdp", marks=SLOW),
    pytest.param("Full", FSDP, id="Full-fsdp", marks=SLOW),
    *(
        pytest.param(kind, zero(stage), id=f"{kind}-zero{stage}", marks=SLOW)
        for stage in (1, 2, 3)
        for kind in ("SoftPrompt", "Still", "Full")
    ),
]


def together(kind: str, model: Path, folder: Path, how: dict[str, Any]) -> list[float]:
    """Train in two processes, each with half of a batch; the losses."""
    return train_in_two(kind, model, folder, {**LEARNED, **how, "per_device_train_batch_size": 2, "save_steps": 3})


@pytest.mark.parametrize(("kind", "how"), SPREAD)
def test_two_processes_with_half_of_each_batch_learn_what_one_learns_with_all(
    model: Path, tmp_path: Path, kind: str, how: dict[str, Any]
) -> None:
    needs_deepspeed(how)
    losses = together(kind, model, tmp_path / "two", how)
    one = tune(getattr(tuning, kind), model, tmp_path / "one", colours(17), **LEARNED)
    assert losses == pytest.approx(one.losses, rel=1e-3)
    assert weights(tmp_path / "two" / "result").keys() == weights(one.folder).keys()
    for name, tensor in weights(one.folder).items():
        torch.testing.assert_close(weights(tmp_path / "two" / "result")[name], tensor, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(FSDP, id="fsdp"),
        pytest.param(zero(2), id="zero2", marks=SLOW),
        pytest.param(zero(3), id="zero3", marks=SLOW),
        pytest.param(zero(3, offload_optimizer={"device": "cpu"}), id="zero3-offload", marks=SLOW),
    ],
)
def test_what_two_processes_with_spread_layers_left_is_gone_on_with_exactly(
    model: Path, tmp_path: Path, how: dict[str, Any]
) -> None:
    needs_deepspeed(how)
    losses = together("Still", model, tmp_path / "run", how)
    before = weights(tmp_path / "run" / "result")
    shutil.rmtree(tmp_path / "run" / "result")
    last = sorted((tmp_path / "run").glob("step-*.safetensors"))[-1]
    assert last.name == "step-00000008.safetensors"
    last.unlink()
    assert together("Still", model, tmp_path / "run", how) == losses
    after = weights(tmp_path / "run" / "result")
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_probe_tells_how_long_a_training_takes_and_leaves_nothing_behind(model: Path, tmp_path: Path) -> None:
    method, asked = tuner(Lora, tmp_path, max_steps=40), request(model, tmp_path, colours(16))
    told = method.probe(asked)
    assert told is not None
    assert not any(tmp_path.iterdir())
    began = time.monotonic()
    method.tune(asked, lambda _: None)
    took = time.monotonic() - began
    assert took / 4 < told.seconds < 4 * took
    assert told.low <= 0.9 * told.seconds
    assert told.high >= 1.1 * told.seconds
    other, longer = tuner(Lora, tmp_path, max_steps=2000), request(model, tmp_path, colours(16))
    found = other.probe(longer)
    assert found is not None
    assert found.seconds > 4 * told.seconds


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ([True, False, False], [False, True, True], {"gained": 2.0, "lost": 1.0, "examples": 3.0}),
        ([True], [True], {"gained": 0.0, "lost": 0.0, "examples": 1.0}),
        ([], [True], {}),
        ([True, True], [True], {}),
    ],
)
def test_examples_that_become_right_and_wrong_are_counted(
    before: list[bool], after: list[bool], changes: dict[str, float]
) -> None:
    assert training._changes(before, after) == changes


@pytest.mark.parametrize(("patience", "kept"), [(None, {"loss": 3.0}), (2, {"loss": 1.0})])
def test_the_evaluation_of_what_is_kept_is_the_last_or_with_patience_the_best(
    patience: int | None, kept: dict[str, float]
) -> None:
    settings = SimpleNamespace(early_stopping_patience=patience)
    history = TrainingHistory(evaluations=[{"loss": 2.0}, {"loss": 1.0}, {"loss": 3.0}])
    job: Any = SimpleNamespace(history=history, method=SimpleNamespace(config=SimpleNamespace(training=settings)))

    assert training._kept_evaluation(job) == kept
    history.evaluations.clear()
    assert training._kept_evaluation(job) is None


@pytest.mark.parametrize(
    ("labels", "starts", "tokens"), [("ab", (5, 3, 5), [3, 5]), ("abc", (5, 3), []), ("", (5, 3), []), ("a", (4,), [4])]
)
def test_labels_are_told_apart_by_their_first_tokens_where_these_differ(
    labels: str, starts: tuple[int, ...], tokens: list[int]
) -> None:
    examples = [Encoded((1, start), 1) for start in starts]
    job: Any = SimpleNamespace(
        request=SimpleNamespace(labels=tuple(labels)),
        training=SimpleNamespace(examples=examples[:1]),
        validation=SimpleNamespace(examples=examples[1:]),
    )

    assert training._label_tokens(job) == tokens


def test_the_loss_of_a_step_is_the_mean_of_its_learned_tokens_and_falls_from_that_of_the_untrained_model(
    model: Path, tmp_path: Path
) -> None:
    examples, told = colours(4), list[TuningProgress]()
    method = tuner(Still, tmp_path, max_steps=4, logging_steps=2, learning_rate=0.5, pack_tokens=32)
    done = method.tune(request(model, tmp_path, examples, examples), told.append)

    assert done.before is not None
    assert done.losses[0] == pytest.approx(done.before["loss"], rel=1e-4), "a step learns all four"
    assert [one.step for one in told] == [2, 4]
    assert [one.loss for one in told] == pytest.approx([sum(done.losses[:2]) / 2, sum(done.losses[2:]) / 2])
    assert [one.learning_rate for one in told] == pytest.approx([0.5 * 3 / 4, 0.5 * 1 / 4])
    assert {(one.steps, one.resumed) for one in told} == {(4, 0)}
    assert done.tokens_per_second == pytest.approx(told[-1].tokens_per_second)
    assert (done.dropped, done.cut) == (0, 0)


def test_an_evaluation_counts_tokens_answers_first_and_last_tokens_and_chosen_labels(
    model: Path, tmp_path: Path
) -> None:
    """All tokens of the first example are likeliest, of the second the first one, of the third the last one."""
    method, network = tuner(Full, tmp_path), load_model(model, "float32")
    examples = [Encoded((1, 2, 10, 11, 12), 2), Encoded((1, 3, 20, 21, 22), 2), Encoded((1, 4, 30, 31, 32), 2)]
    likeliest = {10: 10, 11: 11, 12: 12, 20: 20, 21: 99, 22: 98, 30: 20, 31: 97, 32: 32}

    def forward(pack: Any) -> torch.Tensor:
        logits = torch.zeros(len(pack.targets), 600)
        for place, target in enumerate(pack.targets.tolist()):
            logits[place, likeliest[target]] = 5.0
        return logits

    found = evaluate_model(method, network, examples, forward, [10, 20, 30])

    surprise = -torch.tensor([5.0, *[0.0] * 599]).log_softmax(-1)
    assert found.loss == pytest.approx((5 * float(surprise[0]) + 4 * float(surprise[1])) / 9)
    assert found.answers == pytest.approx(1 / 3)
    assert sorted(found.right) == [False, False, True]
    assert sorted(found.first_tokens) == [(10, 10), (20, 20), (20, 30)]
    assert sorted(found.last_tokens) == [(12, 12), (32, 32), (98, 22)]
    assert found.chosen == 2
    assert not network.training
    alone = evaluate_model(method, network, [Encoded((1, 2, 10), 2)], forward)
    assert (alone.answers, alone.chosen, alone.first_tokens, alone.last_tokens) == (1.0, None, ((10, 10),), ((10, 10),))
    nothing = evaluate_model(method, network, [], forward)
    assert (nothing.loss, nothing.answers, nothing.right) == (0.0, 0.0, ())
