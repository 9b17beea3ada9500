"""Recall of the default embedder on the real data sets, through the commands, one passage a chunk.

    python tests/benchmarks/recall.py [DATA]

prints recall@1, @2, @5 and the reciprocal rank, beside those of the model alone (DESIGN: .94, .89, .97, .85 at 2).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

WHOLE = "splitter: {chunk_size: 100000, chunk_overlap: 0}\n"
SETS = {
    "qa_zh": ("qa_zh/passages", "qa_zh/questions.jsonl", 0.93),
    "qa_en": ("qa_en/passages", "qa_en/questions.jsonl", 0.88),
    "xquad zh": ("xquad/passages_zh", "xquad/questions_zh.jsonl", 0.96),
    "xquad zh on en": ("xquad/passages_en", "xquad/questions_zh.jsonl", 0.84),
}


def main() -> int:
    data = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[3] / "shared" / "data").resolve()
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, (passages, questions, wanted) in SETS.items():
            metrics = evaluate(Path(folder), data / passages, data / questions)
            shown = "  ".join(f"{key} {metrics[key]:.3f}" for key in ("recall@1", "recall@2", "recall@5", "mrr"))
            print(
                f"{name:16} {shown}  f1 {metrics['f1']:.3f}  refusal {metrics['refusal_precision']}"
                f" {metrics['refusal_recall']}  {metrics['seconds']:.0f} s",
                flush=True,
            )
            missed += metrics["recall@2"] < wanted
    return missed


def evaluate(folder: Path, passages: Path, questions: Path) -> dict[str, float]:
    recipe = folder / "recipe.yaml"
    recipe.write_text(f'documents: "{passages}"\nquestions: "{questions}"\n{WHOLE}', encoding="utf-8")
    command = [sys.executable, "-m", "potluck", "evaluate", str(recipe), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    metrics: dict[str, float] = json.loads(done.stdout)["metrics"]
    return metrics


if __name__ == "__main__":
    sys.exit(main())
