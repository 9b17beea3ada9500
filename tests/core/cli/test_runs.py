"""``potluck runs``: runs are listed, shown, opened, compared and removed, from any folder.

Modules: ``potluck.cli.runs``.
"""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest

from potluck.cli.runs import _age, command
from potluck.workspace.manifests import write_manifest
from support.commands import invoke, potluck

RUN: dict[str, Any] = {
    "command": "run",
    "started": "2026-11-30T08:00:00Z",
    "seconds": 2.5,
    "recipe": {"name": "軌道規範", "retriever": {"k": 4}, "seed": 0},
    "metric": "f1",
    "metrics": {"f1": 0.5, "questions": 4},
}
COMPARED = {
    **RUN,
    "command": "compare",
    "variants": {"k=1": {"retriever": {"k": 1}, "seed": 0}, "k=2": {"retriever": {"k": 2}, "seed": 0}},
    "metrics": {"k=1": {"f1": {"mean": 0.25}}, "k=2": {"f1": {"mean": 0.75}}},
}


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace that is not in the current folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "那裡" / ".potluck"


def keep(workspace: Path, name: str, manifest: object = RUN) -> Path:
    assert isinstance(manifest, dict)
    folder = workspace / "runs" / name
    write_manifest(folder, {"run": name, **manifest})
    (folder / "report.html").write_text("<p>報告</p>", encoding="utf-8")
    return folder


def printed(*arguments: str) -> str:
    done = invoke(command, *arguments)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_list_has_the_newest_first_with_its_chief_measure(elsewhere: Path) -> None:
    keep(elsewhere, "20261130-080000-abcd")
    keep(elsewhere, "20261130-080001-bcde", COMPARED)

    newest, old = [re.split(r"  +", line.strip()) for line in printed("list").splitlines() if "軌道規範" in line]

    assert newest[0] == "bcde"
    assert newest[2:6] == ["compare", "軌道規範", "f1 0.250 to 0.750 of 2", "2.5"]
    assert (old[0], old[2:5]) == ("abcd", ["run", "軌道規範", "f1 0.500"])
    assert old[1].endswith("ago") or old[1] == "just now"


def test_runs_whose_ends_are_alike_have_their_whole_names(elsewhere: Path) -> None:
    keep(elsewhere, "20261130-080000-abcd")
    keep(elsewhere, "20261130-080001-abcd")

    assert "20261130-080000-abcd" in printed("list")


def test_of_many_runs_the_newest_are_listed_and_the_others_counted(elsewhere: Path) -> None:
    for number in range(4):
        keep(elsewhere, f"20261130-08000{number}-aaa{number}")

    found = printed("list", "--limit", "3")

    assert "aaa3" in found
    assert "aaa0" not in found
    assert "and 1 older: potluck runs list --limit 4" in found


def test_before_the_first_run_the_list_says_how_to_make_one(elsewhere: Path) -> None:
    assert printed("list") == "no run was kept yet: potluck run RECIPE keeps one\n"
    assert json.loads(printed("list", "--json")) == {"runs": [], "older": 0}


def test_a_damaged_run_is_in_the_list(elsewhere: Path) -> None:
    keep(elsewhere, "20261130-080000-abcd").joinpath("manifest.json").write_text("{", encoding="utf-8")

    assert re.search(r"abcd +- +damaged", printed("list"))


def test_settings_that_all_variants_have_are_shown_once(elsewhere: Path) -> None:
    keep(elsewhere, "20261130-080001-bcde", COMPARED)

    found = printed("show", "bcde")

    assert "bcde: compare of 軌道規範\n2026-11-30T08:00:00Z, 2.5 s" in found
    assert f"\n{elsewhere / 'runs' / '20261130-080001-bcde' / 'report.html'}\n" in found
    assert re.search(r"^potluck \S+, python \S+, system ", found, re.MULTILINE)
    assert (
        "\nSettings\n  seed = 0\n\nSettings of k=1\n  retriever.k = 1\n\nSettings of k=2\n  retriever.k = 2\n" in found
    )
    assert re.search(r"measure +k=1 +k=2", found)
    assert re.search(r"f1 +0\.250 +0\.750", found)


def test_a_run_without_measures_has_its_settings(elsewhere: Path) -> None:
    keep(elsewhere, "20261130-080000-abcd", {**RUN, "metrics": None})

    assert printed("latest").endswith("\nSettings\n  name = 軌道規範\n  retriever.k = 4\n  seed = 0\n")


def test_off_a_terminal_the_path_of_the_report_is_printed(elsewhere: Path) -> None:
    report = keep(elsewhere, "20261130-080000-abcd") / "report.html"

    assert printed("open", "abcd") == f"{report}\n"
    assert json.loads(printed("open", "latest", "--json")) == {
        "run": "20261130-080000-abcd", "report": str(report), "opened": False,
    }  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX")
def test_on_a_terminal_a_browser_gets_the_report(elsewhere: Path, tmp_path: Path) -> None:
    import pty

    report = keep(elsewhere, "20261130-080000-abcd") / "report.html"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    before = dict(os.environ)
    os.environ["BROWSER"] = f"{browser} %s"
    try:
        pty.spawn([sys.executable, "-m", "potluck", "runs", "open", "abcd"], lambda handle: os.read(handle, 1024))
    finally:
        os.environ.clear()
        os.environ.update(before)

    assert (tmp_path / "opened").read_text().strip() == report.as_uri()


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_with_json_no_browser_is_opened(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    report = keep(elsewhere, "20261130-080000-abcd") / "report.html"
    opened: list[str] = []
    monkeypatch.setattr("potluck.cli.runs.is_terminal", lambda: True)
    monkeypatch.setattr("webbrowser.open", lambda address: not opened.append(address))

    said = printed("open", "abcd", *more)

    assert opened == ([] if more else [report.as_uri()])
    assert str(report) in said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (59, "just now"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 h ago"),
        (86399, "23 h ago"),
        (86400, "1 day ago"),
        (3 * 86400 - 1, "2 days ago"),
    ],
)
def test_how_long_ago_a_run_was_is_told_in_the_largest_whole_unit(
    seconds: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = datetime(2026, 11, 30, 8, tzinfo=UTC).timestamp()
    monkeypatch.setattr("time.time", lambda: began + seconds)

    assert _age("2026-11-30T08:00:00Z") == said
    assert _age("someday") == "-"


def test_two_runs_are_shown_side_by_side(elsewhere: Path) -> None:
    asked = {
        "asked": {f"q{n}": "hash" for n in range(12)},
        "measures": {"f1": {"higher_is_better": True, "unit": "", "paired": True}},
    }
    for name, k, mean in (("abcd", 4, 1.0), ("bcde", 1, 0.0)):
        recipe = {**RUN["recipe"], "retriever": {"k": k}}
        folder = keep(elsewhere, f"20261130-080000-{name}", {**RUN, **asked, "recipe": recipe, "metrics": {"f1": mean}})
        rows = [
            json.dumps({"question_id": f"q{n}", "scores": {"f1": mean, "refused": False}}) + "\n" for n in range(12)
        ]
        (folder / "answers.jsonl").write_text("".join(rows), encoding="utf-8")

    found = printed("diff", "abcd", "bcde")

    assert found.startswith("A  20261130-080000-abcd: run of 軌道規範\nB  20261130-080000-bcde: run of 軌道規範\n")
    assert "Settings that differ\n  retriever.k: 4 -> 1\n" in found
    assert re.search(r"f1 +1\.000 +0\.000 +-1\.000 \[.*\] +< 0\.001 +12", found)
    assert "20261130-080000-bcde is worse than 20261130-080000-abcd: f1 -1.000" in found
    assert "settings and inputs are the same" in printed("diff", "abcd", "abcd")
    assert "no evidence of a difference by any measure" in printed("diff", "abcd", "abcd")


def test_runs_are_removed_after_a_question_or_with_yes(elsewhere: Path) -> None:
    for name in ("abcd", "bcde", "cdef"):
        keep(elsewhere, f"20261130-080000-{name}")

    assert printed("rm", "abcd", "abcd", "--yes") == "removed 1 run\n"
    assert json.loads(printed("rm", "bcde", "--yes", "--json"))["removed"][0]["run"] == "20261130-080000-bcde"
    assert [folder.name for folder in (elsewhere / "runs").iterdir()] == ["20261130-080000-cdef"]


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_where_nobody_can_be_asked_nothing_is_removed(elsewhere: Path, more: tuple[str, ...]) -> None:
    folder = keep(elsewhere, "20261130-080000-abcd")

    done = invoke(command, "rm", "abcd", *more)

    assert done.exit_code != 0
    assert "nobody can be asked here: say --yes to remove the runs" in done.output
    assert folder.is_dir()


@pytest.mark.parametrize(("typed", "stays"), [("n", True), ("", True), ("y", False)])
@pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX")
def test_somebody_at_a_terminal_is_asked_with_what_would_go(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, stays: bool
) -> None:
    folder = keep(elsewhere, "20261130-080000-abcd")
    far, near = os.openpty()
    os.write(far, f"{typed}\n".encode())
    with os.fdopen(near, encoding="utf-8") as keyboard, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", keyboard)
        with suppress(click.Abort):
            command.main(["rm", "abcd"], standalone_mode=False)
    os.close(far)

    said = capsys.readouterr()
    assert f"{folder}  run of 軌道規範, " in said.out
    assert "Remove 1 run? [y/N]" in said.err
    assert folder.exists() is stays


def test_what_is_not_a_run_of_a_workspace_is_told_before_anybody_is_asked(elsewhere: Path, tmp_path: Path) -> None:
    write_manifest(tmp_path / "mine" / "run", RUN)

    done = invoke(command, "rm", str(tmp_path / "mine" / "run"))

    assert "in the folder 'runs' of a workspace: nothing was removed" in str(done.exception)


def test_what_is_not_a_run_is_told_and_nothing_is_removed(elsewhere: Path) -> None:
    folder = keep(elsewhere, "20261130-080000-abcd")

    done = potluck("runs", "rm", "abcd", "abce", "--yes")

    assert done.returncode == 1
    assert "there is no run 'abce'" in done.stderr
    assert folder.is_dir()
