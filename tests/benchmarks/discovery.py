"""Start-up and a small index with 50 plugins installed that nobody asked for, against without them.

``python tests/benchmarks/discovery.py`` from the repository: the ratios of medians of interleaved runs.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.fake_plugins import install_hashing
from support.stress_plugins import install_stress

RUNS = 15


def seconds(home: Path, site: Path, *arguments: str) -> float:
    environment = {**os.environ, "PYTHONPATH": str(site), "STRESS_MARKS": str(home / "marks")}
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "potluck", *arguments],
        cwd=home,
        env=environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - started


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "marks").mkdir()
        (home / "a.txt").write_text("短鋼軌：係指長度在標準長度以下5m以上之鋼軌。\n", encoding="utf-8")
        (home / "recipe.yaml").write_text("documents: a.txt\nembedder: hashing\n", encoding="utf-8")
        without = install_hashing(home / "without")
        crowded = install_hashing(install_stress(home / "with"))
        for arguments in (["--help"], ["index", "recipe.yaml"], ["plugins", "list"]):
            times = [(seconds(home, without, *arguments), seconds(home, crowded, *arguments)) for _ in range(RUNS)]
            bare, full = (statistics.median(column) for column in zip(*times, strict=True))
            print(
                f"potluck {' '.join(arguments):20} without {bare * 1000:6.1f} ms, with {full * 1000:6.1f} ms, "
                f"{full / bare:.2f} times"
            )
        assert not list((home / "marks").iterdir()), "a plugin that nobody named was imported"


if __name__ == "__main__":
    main()
