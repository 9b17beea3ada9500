"""The report of a run: its tables, row by row.

Modules: ``potluck.report.run``.
"""

from __future__ import annotations

import re
from dataclasses import replace

from potluck.documents import Answer
from potluck.evaluation.results import EvaluationReport
from potluck.metrics.classification import classification
from potluck.metrics.scorer import QuestionScore
from potluck.questions.question_file import Question
from potluck.report.run import write_run
from potluck.statistics.intervals import Interval
from potluck.tasks.answers import AnsweredExample

MANIFEST = {"run": "20261130-1", "started": "2026-11-30T00:00:00Z"}
_ROW = re.compile(r"<tr><th scope=row>(.*?)</th>(.*?)</tr>")
_CELL = re.compile(r"<td>(.*?)</td>")


def answered(text: str, right: str, answer: str, accuracy: float) -> AnsweredExample:
    score = QuestionScore(text, True, {"accuracy": accuracy})
    return AnsweredExample(Question(text, text, answers=(right,)), Answer(answer), score, target=right)


def page(report: EvaluationReport) -> str:
    return write_run("測試 <b>", MANIFEST, None, report, {"confusion": "<svg></svg>"}).decode("utf-8")


REPORT = EvaluationReport(
    "examples",
    {"accuracy": 2 / 3, "f1_macro": 0.5, "questions": 3, "cost": None},
    [
        answered("紅色的蘋果", "fruit", "fruit", 1.0),
        answered("a <i>", "sky", "fruit", 0.0),
        answered("藍色", "sky", "sky", 1.0),
    ],
    {"accuracy": Interval(2 / 3, 0.2, 0.9, 3)},
    classification(["fruit", "sky", "sky"], ["fruit", "fruit", "sky"]),
    notes=("2 examples too long",),
)


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    _, _, rest = page(REPORT).partition(f"<h2>{heading}")
    table, _, _ = rest.partition("</table>")
    return [[first, *_CELL.findall(cells)] for first, cells in _ROW.findall(table)]


def test_measures_have_their_means_and_intervals() -> None:
    assert rows("Measures on 3 examples") == [
        ["accuracy", "0.667", "0.200 to 0.900"],
        ["f1_macro", "0.500", ""],
        ["questions", "3", ""],
        ["cost", "", ""],
    ]
    assert "<li>2 examples too long</li>" in page(REPORT)


def test_labels_stand_in_the_order_of_their_f1() -> None:
    assert rows("Labels, the worst first") == [
        ["fruit", "0.500", "1.000", "0.667", "1"],
        ["sky", "1.000", "0.500", "0.667", "2"],
    ]


def test_examples_begin_with_the_worst_and_are_no_markup() -> None:
    assert rows("Examples") == [
        ["a &lt;i&gt;", "sky", "fruit", "accuracy 0.00"],
        ["紅色的蘋果", "fruit", "fruit", "accuracy 1.00"],
        ["藍色", "sky", "sky", "accuracy 1.00"],
    ]


def test_the_head_names_the_run_and_pictures_stand_below_their_titles() -> None:
    found = page(REPORT)

    assert "測試 &lt;b&gt;" in found
    assert "run 20261130-1, 2026-11-30T00:00:00Z" in found
    title = "<h2>Confusion: a row is the right label, a column the predicted one</h2>"
    assert f"{title}\n<figure><svg></svg></figure>" in found


def test_controls_in_notes_are_spelled() -> None:
    found = page(replace(REPORT, notes=("turned \u202eround",)))

    assert "turned \\u202eround" in found
    assert "\u202e" not in found
