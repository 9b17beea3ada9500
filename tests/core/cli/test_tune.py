"""``potluck tune`` in several processes that torchrun starts.

Modules: ``potluck.cli.tune``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("peft")

from potluck.cli.tune import print_tuned
from potluck.ledger import Ledger
from support.tuning import make_model, recipe, weights, write_home


@pytest.mark.slow
def test_it_is_started_by_torchrun_as_it_stands_and_the_first_process_speaks_and_writes(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    home = write_home(tmp_path / "home", make_model(tmp_path / "model"))
    training = {"max_steps": 6, "learning_rate": 0.03, "per_device_train_batch_size": 4, "dtype": "float32"}
    with recipe(home, tuner={"use": "lora", "r": 4, "lora_dropout": 0.0, "training": training}) as together:
        path = str(together.model.path)
    launch = ["torch.distributed.run", "--nproc-per-node=2", "--standalone", "-m", "potluck", "tune", path, "--json"]
    environment = {**os.environ, "POTLUCK_OBSERVERS": "jsonl", "POTLUCK_EVENTS": str(tmp_path / "log.jsonl")}
    done = subprocess.run([sys.executable, "-m", *launch], env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert len(said["losses"]) == 6
    events = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len({one["run"] for one in events}) == 1
    # Two processes with batches of 4 are one with batches of 8.
    training["per_device_train_batch_size"] = 8
    with recipe(home, tuner={"use": "lora", "r": 4, "lora_dropout": 0.0, "training": training}) as alone:
        one = alone.tune()
    assert said["losses"] == pytest.approx(one.tuned.losses, rel=1e-3)
    assert weights(Path(said["adapter"])).keys() == weights(one.adapter).keys()
    with recipe(home, tuner=None, adapter=said["adapter"]) as answering:
        assert len(answering.evaluate(home / "test.jsonl").answered) == 8


@pytest.mark.parametrize(("reused", "kept"), [(False, ""), (True, ", which was there already")])
def test_a_training_is_told_with_its_size_its_speed_and_its_place(
    reused: bool, kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tuned = SimpleNamespace(trainable_parameters=1500, losses=[1.0] * 1200, seconds=61.4, tokens_per_second=2345.6)
    report: Any = SimpleNamespace(
        tuned=tuned, conclusion=("比之前好。", "第二句。"), total_parameters=3000, notes=["短"], ledger=Ledger(),
        reused=reused, adapter=Path("tuned/一"),
    )  # fmt: skip

    print_tuned(report)

    printed = capsys.readouterr()
    assert printed.err == "短\n"
    assert printed.out.splitlines() == [
        "比之前好。",
        "第二句。",
        "1,500 parameters trained, 50.00% of the model's",
        "1,200 steps in 61 s, 2,346 tokens/s",
        f"tuned/一{kept}",
    ]
