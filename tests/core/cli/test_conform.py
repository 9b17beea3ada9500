"""``potluck conform``: a line a rule, and a status.

Modules: ``potluck.cli.conform``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from potluck.cli.conform import command
from potluck.testing import checks
from potluck.testing.kit import Outcome
from support.commands import potluck


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "cannot be read: No such file or directory"), ("- 一", "expected a mapping of settings")],
)
def test_settings_that_are_none_are_an_error_with_their_file(tmp_path: Path, content: str | None, told: str) -> None:
    path = tmp_path / "設定.yaml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    done = potluck("conform", "splitter", "recursive", "--config", str(path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == f"{path}: {told}"


def test_the_command_lists_the_rules_and_takes_settings_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("chunk_size: 80\nchunk_overlap: 10\n", encoding="utf-8")
    words = ["conform", "splitter", "recursive", "--config", "settings.yaml", "--json"]
    done = potluck(*words, cwd=tmp_path)
    assert done.returncode == 0
    assert [row["rule"] for row in json.loads(done.stdout)] == [check.rule for check in checks("splitter")]


KEPT = [Outcome("offsets", kept=True), Outcome("pages", kept=True, skipped=True, why="it has none")]


@pytest.mark.parametrize(
    ("outcomes", "status", "lines"),
    [
        (KEPT, 0, ["kept     offsets", "skipped  pages: it has none", "1 of 1 rules are kept; 1 rule does not apply"]),
        (
            [*KEPT[:1], Outcome("order", kept=False, why="二先於一")],
            1,
            ["kept     offsets", "BROKEN   order: 二先於一", "1 of 2 rules are kept"],
        ),
    ],
)
def test_a_rule_has_a_line_and_a_broken_one_decides_on_the_status(
    outcomes: list[Outcome], status: int, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("potluck.testing.conform", lambda *given: outcomes)

    def run(*options: str) -> Result:
        return CliRunner().invoke(command, ["splitter", "recursive", *options], standalone_mode=False)

    done, as_json = run(), run("--json")

    assert (done.return_value, done.output.splitlines()) == (status, lines)
    assert as_json.return_value == status
    assert [row["kept"] for row in json.loads(as_json.output)] == [one.kept for one in outcomes]
