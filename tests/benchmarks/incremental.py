"""One file of a hundred changes: indexing again against indexing cold, in one run.

    python tests/benchmarks/incremental.py

The files are of Chinese and English sentences; the embedder is the default one. What a run takes to start (the time of
``potluck index`` when nothing has changed) is measured too, since it does not grow with the documents.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

FILES = 100


def write(folder: Path, number: int, word: str) -> None:
    text = "\n\n".join(
        f"第{number}號文件第{part}段，{word}：軌道鋪設完成後應檢查軌距、水平、高低及方向，並記錄之。"
        f"Part {part} of document {number} says that the {word} work is inspected."
        for part in range(4)
    )
    (folder / f"{number}.txt").write_text(text, encoding="utf-8")


def index(recipe: Path) -> tuple[float, dict[str, Any]]:
    started = time.perf_counter()
    command = [sys.executable, "-m", "potluck", "index", str(recipe), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return time.perf_counter() - started, json.loads(done.stdout)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(FILES):
            write(folder, number, "first")
        recipe = folder / "recipe.yaml"
        recipe.write_text('documents: "*.txt"\n', encoding="utf-8")
        cold, first = index(recipe)
        idle, _ = index(recipe)
        write(folder, 7, "second")
        again, second = index(recipe)
        print(
            f"cold {cold:.2f} s ({first['embedded']} embedded), nothing changed {idle:.2f} s, one changed {again:.2f} s"
            f" ({second['embedded']} embedded, {second['reused']} reused)"
        )
        print(f"beyond start-up: {(again - idle) / cold:.1%} of the cold run")


if __name__ == "__main__":
    main()
