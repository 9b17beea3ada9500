"""``potluck evaluate``: the measures for people and for programs.

Modules: ``potluck.cli.evaluate``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from potluck.cli.evaluate import print_evaluation
from potluck.evaluation.results import EvaluationReport
from potluck.metrics.classification import classification
from potluck.statistics.intervals import Interval
from support.commands import potluck, potluck_json


def test_evaluate_lists_measures_and_counts_but_what_a_filter_withheld_only_where_it_did(notes_home: Path) -> None:
    printed = potluck("evaluate", "recipe.yaml").stdout

    names = [line.split()[0] for line in printed.splitlines() if line.startswith("  ")]
    assert names[:3] == ["recall@1", "recall@2", "recall@5"]
    assert {"questions", "answered", "empty"} <= set(names)
    assert "filtered" not in names


def test_evaluate_measures_and_lists_each_answer(notes_home: Path) -> None:
    report = potluck_json("evaluate", "recipe.yaml")

    metrics = report["metrics"]
    wanted = {"recall@1", "recall@2", "recall@5", "mrr", "exact_match", "f1", "refusal_precision", "refusal_recall"}
    assert wanted <= set(metrics)
    assert metrics["recall@5"] == 1
    assert metrics["refusal_recall"] == 1
    assert [one["question_id"] for one in report["questions"]] == ["a", "line-2", "line-3"]
    assert len(potluck_json("evaluate", "recipe.yaml", "--limit", "1")["questions"]) == 1


def test_the_conclusion_says_how_many_questions_a_model_made(notes_home: Path) -> None:
    rows = [json.loads(line) for line in Path("questions.jsonl").read_text(encoding="utf-8").splitlines()]
    for count, sentence in (
        (1, "A model (通義) made 1 of 3 questions."),
        (3, "A model (通義) made all 3 questions: "),
    ):
        lines = [json.dumps(row | ({"generated_by": "通義"} if n < count else {})) for n, row in enumerate(rows)]
        Path("made.jsonl").write_text("\n".join(lines), encoding="utf-8")
        report = potluck_json("evaluate", "recipe.yaml", "--questions", "made.jsonl")

        assert report["conclusion"][-1].startswith(sentence)
        assert sentence in potluck("evaluate", "recipe.yaml", "--questions", "made.jsonl").stdout


@pytest.mark.parametrize("command", ["evaluate", "run"])
def test_a_fault_in_the_questions_is_told_before_any_document_is_read(notes_home: Path, command: str) -> None:
    Path("wrong.jsonl").write_text('{"question": ""}\n', encoding="utf-8")

    done = potluck(command, "recipe.yaml", "--set", "questions=wrong.jsonl")

    assert done.returncode == 1
    assert "wrong.jsonl:1" in done.stderr
    assert not (notes_home / ".potluck" / "stores").exists()


def printed(capsys: pytest.CaptureFixture[str], report: EvaluationReport) -> list[str]:
    print_evaluation(report)
    return capsys.readouterr().out.splitlines()


def test_measures_are_told_with_their_intervals_where_there_are_some(capsys: pytest.CaptureFixture[str]) -> None:
    measures: dict[str, float | None] = {"f1": 0.12345, "recall@1": None, "questions": 3, "filtered": 0, "mrr": 1.0}
    intervals = {"f1": Interval(0.12345, 0.1, 0.25, 9), "mrr": Interval(1.0, None, None, 1)}

    assert printed(capsys, EvaluationReport("questions", measures, [], intervals, seconds=1.26)) == [
        f"  {'f1':20} 0.123 [0.100, 0.250]",
        f"  {'recall@1':20} -",
        f"  {'questions':20} 3",
        f"  {'mrr':20} 1.000",
        "0 questions in 1.3 s",
    ]
    assert printed(capsys, EvaluationReport("questions", {"filtered": 2}, []))[0] == f"  {'filtered':20} 2"


def test_labels_that_are_taken_for_others_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    gold = ["ok", "ok", "垃圾", "spam"]
    told = printed(
        capsys, EvaluationReport("examples", {}, [], classes=classification(gold, ["ok", "spam", "ok", "spam"]))
    )

    assert told == [
        "  rarest label: spam",
        "  ok taken for spam (1)",
        "  垃圾 taken for ok (1)",
        "0 examples in 0.0 s",
    ]


def test_documents_that_cannot_be_read_and_the_ledger_are_told(notes_home: Path) -> None:
    (notes_home / "notes" / "空.txt").touch()
    done = potluck("evaluate", "recipe.yaml", "--limit", "2")
    assert "not read: notes/空.txt: no text was found in it" in done.stderr
    assert "2 questions in " in done.stdout
    assert "ledger: nothing lost; retrieve 6 passages with " in done.stdout
