"""``potluck reproduce``: a run done again from its manifest.

Modules: ``potluck.cli.reproduce``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.cli.reproduce import _print
from potluck.runs.pins import Difference
from potluck.runs.reproduce import Reproduction
from support.commands import potluck, potluck_json

PLANTED = 14
"""Questions of the planted documents."""


def test_a_run_is_reproduced_from_its_manifest_and_differences_are_named(planted_home: Path) -> None:
    run = potluck_json("run", "recipe.yaml")["run"]
    assert potluck_json("reproduce", run)["same"] is True
    document = planted_home / "b" / "item000.txt"
    document.write_text(document.read_text(encoding="utf-8").replace("v-0", "v-9"), encoding="utf-8")

    found = potluck_json("reproduce", str(planted_home / ".potluck" / "runs" / run), status=1)

    assert [one["name"] for one in found["inputs"]] == ["b/item000.txt"]
    assert found["answers"] == [{"what": "answer", "name": "q0", "then": "v-0", "now": "v-9"}]
    assert "f1" in {one["name"] for one in found["metrics"]}
    assert not list((planted_home / ".potluck").glob("reproduce-*"))


def test_a_comparison_is_reproduced_variant_by_variant(planted_home: Path) -> None:
    run = potluck_json("compare", "recipe.yaml", "--no-causes")["run"]
    again = potluck_json("reproduce", run)
    assert (again["same"], again["questions"]) == (True, 2 * PLANTED)
    document = planted_home / "b" / "item000.txt"
    document.write_text(document.read_text(encoding="utf-8").replace("v-0", "v-9"), encoding="utf-8")

    found = potluck_json("reproduce", run, status=1)

    assert [one["name"] for one in found["answers"]] == ["q0 of b"], "variant a reads another folder"
    assert "f1 of b" in {one["name"] for one in found["metrics"]}
    assert [one["name"] for one in found["inputs"]] == ["b/item000.txt"]


def test_reproducing_what_is_not_a_run_names_those_there_are(
    planted_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    run = potluck_json("run", "recipe.yaml")["run"]
    done = potluck("reproduce", "20200101-000000-0000")

    assert done.returncode == 1
    # Whether the name is like that of the run hangs on the day.
    assert "there is no run '20200101-000000-0000'" in done.stderr
    assert f"; the newest are: {run}" in done.stderr


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([], "run r came out the same: 1,200 answers and all measures\n"),
        (
            [Difference("answer", "q1", "舊", "新")],
            "answer q1\n  then: 舊\n  now:  新\n1 of 1,200 answers and 0 measures differ\n",
        ),
    ],
)
def test_each_answer_that_differs_is_shown_then_and_now(
    answers: list[Difference], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _print(Reproduction("r", answers=answers, questions=1200))

    assert capsys.readouterr().out == said
