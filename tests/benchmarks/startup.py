"""How long ``potluck --help`` takes, against a bare interpreter: ``python tests/benchmarks/startup.py``."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 20


def median(*arguments: str) -> float:
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def main() -> None:
    bare, helped = median("-c", "pass"), median("-m", "potluck", "--help")
    print(f"python -c pass {bare * 1000:.1f} ms, potluck --help {helped * 1000:.1f} ms, {helped / bare:.2f} times")


if __name__ == "__main__":
    main()
