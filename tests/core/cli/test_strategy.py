"""``potluck strategy``: its table, its JSON, what its options choose, and when the network is shut.

Modules: ``potluck.cli.strategy``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result

from potluck.cli import potluck as command
from potluck.errors import PotluckError
from support.commands import invoke
from support.fake_plugins import visible
from support.labelled import install_labelled, messages, write

TUTOR = "{use: tutor, words: {中獎: garbage, 開會: ok}, otherwise: ok}"
SENDING = "{use: tutor, otherwise: ok, send: api.example}"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with visible(install_labelled(tmp_path / "site"), monkeypatch):
        write(tmp_path / "訊息.jsonl", messages(100))
        yield tmp_path / "訊息.jsonl"


def run(data: Path, *arguments: str) -> Result:
    return invoke(command, "strategy", str(data), "--embedder", "letters", *arguments)


def run_json(data: Path, *arguments: str) -> dict[str, Any]:
    done = run(data, *arguments, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_recommendation_comes_first_then_the_table_and_what_was_spent(data: Path) -> None:
    done = run(data, "--limit", "20", "--minutes", "5", "--budget", "1")

    assert done.exit_code == 0, done.output
    recommended, *table, spent, report = done.stdout.splitlines()
    assert any(line.startswith("majority (baseline)") for line in table)
    assert any(line.startswith("embedding") for line in table)
    assert recommended.startswith("Take ")
    assert spent.endswith("of 5 minutes and 0.0000 of 1 US dollars")
    path = Path(report.removeprefix("the report is "))
    assert path.is_relative_to(data.parent / ".potluck" / "runs")
    assert recommended in path.read_text(encoding="utf-8")


def test_quiet_leaves_the_recommendation_and_the_report(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(data.parent)

    done = run(data, "--limit", "10", "--rows", "majority,retrieval", "--quiet")

    assert done.exit_code == 0, done.output
    recommended, report = done.stdout.splitlines()
    assert recommended.startswith("Take retrieval: ")
    assert report.startswith("the report is .potluck/runs/"), "from the current folder, so that it fits a line"


def test_rows_names_the_rows_with_spaces_between_them_or_not(data: Path) -> None:
    found = run_json(data, "--chat", TUTOR, "--rows", "zero-shot, rule,", "--rule", "garbage=中獎", "--limit", "10")

    assert {row["name"] for row in found["rows"]} == {"zero-shot", "rule"}
    assert {row["n"] for row in found["rows"]} == {10}


def test_without_a_chat_model_a_row_that_asks_one_is_refused(data: Path) -> None:
    done = run(data, "--rows", "zero-shot")

    assert isinstance(done.exception, PotluckError)
    assert "--chat" in str(done.exception)
    assert done.stdout == ""


def test_input_and_target_are_the_keys_of_the_data(data: Path) -> None:
    rows = [json.dumps({"訊息": text, "標籤": label}, ensure_ascii=False) for text, label in messages(100)]
    data.write_text("\n".join(rows), encoding="utf-8")

    found = run_json(data, "--input", "訊息", "--target", "標籤", "--limit", "10")

    assert found["rows"][0]["n"] == 10


@pytest.mark.parametrize(
    ("arguments", "shut"),
    [(["--chat", TUTOR], True), (["--chat", SENDING], False), (["--chat", TUTOR, "--model", "hf://a/b"], False)],
)
def test_the_network_is_shut_unless_something_named_needs_it(data: Path, arguments: list[str], shut: bool) -> None:
    with patch("potluck.egress.guard_process") as guard:
        done = CliRunner().invoke(
            command, ["strategy", str(data), "--embedder", "letters", "--rows", "retrieval", "--limit", "4", *arguments]
        )

    assert done.exit_code == 0, done.output
    assert [call.args for call in guard.call_args_list] == ([("no option names a remote component",)] if shut else [])
