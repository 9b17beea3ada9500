"""Commands that the tests run in forks behave as in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.fake_plugins import install_hashing, visible
from support.forks import can_fork, run_fork


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "recipe.yaml", "--json"),
        ("ask", "recipe.yaml", "-"),
        pytest.param(("ask", "recipe.yaml", "短鋼軌是什麼？"), marks=pytest.mark.slow),
        pytest.param(("ask", "none.yaml", "?"), marks=pytest.mark.slow),
        pytest.param(("plugins", "list"), marks=pytest.mark.slow),
    ],
    ids=" ".join,
)
def test_a_fork_prints_and_ends_as_a_process_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "n.txt").write_text("短鋼軌不得使用於外軌。", encoding="utf-8")
    (tmp_path / "recipe.yaml").write_text("documents: n.txt\nembedder: hashing\n", encoding="utf-8")
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        subprocess.run([sys.executable, "-m", "potluck", "index", "recipe.yaml"], cwd=tmp_path, check=True)
        process = subprocess.run(
            [sys.executable, "-m", "potluck", *arguments],
            input="外軌?",
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        fork = run_fork(arguments, os.environ, tmp_path, "外軌?", 100)

    assert (fork.stdout, fork.stderr, fork.returncode) == (process.stdout, process.stderr, process.returncode)


def test_a_fork_that_takes_too_long_is_killed_and_the_next_one_runs(tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run_fork(["plugins", "list"], os.environ, tmp_path, "", 0.001)
    assert run_fork(["--version"], os.environ, tmp_path, "", 100).returncode == 0


def test_what_is_read_at_the_start_needs_a_process(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").touch()
    assert can_fork({**os.environ, "POTLUCK_LOG": "1", "PYTHONPATH": "elsewhere"})
    assert not can_fork({**os.environ, "PYTHONUTF8": "0"})
    assert not can_fork({**os.environ, "OMP_NUM_THREADS": "3"})
    assert not can_fork({**os.environ, "PYTHONPATH": os.pathsep.join(["elsewhere", str(tmp_path)])})
