"""A gate ends with a status of its own for each verdict.

Modules: ``potluck.cli.gate``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from potluck.cli.gate import report
from potluck.comparison.gate import GateReport
from potluck.results.runs import DecisionResult, State
from support.commands import potluck_json
from support.planted import plant


@pytest.mark.parametrize(
    ("gate", "baseline", "status", "verdict"),
    [
        ("f1 >= baseline - 0.02", "a", 0, "passed"),
        ("f1 >= baseline - 0.02", "b", 1, "failed"),
        ("f1 >= baseline + 0.9", "a", 3, "undecided"),
    ],
)
def test_a_gate_says_by_its_exit_status_what_it_decided(
    gate: str, baseline: str, status: int, verdict: str, planted_home: Path
) -> None:
    plant(planted_home, 70)
    found = potluck_json("compare", "recipe.yaml", "--gate", gate, "--baseline", baseline, status=status)

    assert found["verdict"] == verdict
    (variant,) = found["variants"]
    assert (variant["asked"] < 70) == (verdict != "undecided"), "it stops as soon as it is decided"
    assert len((planted_home.parent / "asked.log").read_text(encoding="utf-8").splitlines()) == 2 * variant["asked"]


def test_a_gate_without_a_baseline_is_about_the_recipe(planted_home: Path) -> None:
    found = potluck_json("compare", "recipe.yaml", "--set", "compare=null", "--gate", "f1 >= 0.5")

    assert (found["verdict"], found["variants"][0]["name"]) == ("passed", "as it is")


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        (["passed", "passed"], 0), (["passed", "undecided"], 3), (["undecided", "failed"], 1), (["failed"], 1),
    ],
)  # fmt: skip
def test_the_report_is_a_line_a_variant_and_the_verdict_of_all(
    verdicts: list[State], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    decisions = tuple(DecisionResult(f"變體{n}", one, n + 3, f"Sentence {n}.") for n, one in enumerate(verdicts))
    found = GateReport("f1 >= 0.5", decisions, 9, ("注意",))

    assert report(found, as_json=False) == status
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        *(f"變體{n}: {one} after {n + 3} of 9 questions. Sentence {n}." for n, one in enumerate(verdicts)),
        f"f1 >= 0.5: {found.verdict}",
    ]
    assert "注意" in told.err
    assert report(found, as_json=True) == status
    assert json.loads(capsys.readouterr().out) == found.as_json()
