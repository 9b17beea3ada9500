"""The report of a run: its tables, row by row.

Modules: ``potluck.report.run``.
"""

from __future__ import annotations

import re
from dataclasses import replace

from potluck.contracts import Measure
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
    return AnsweredExample(Question(text, text, answers=(right,)), Answer(answer), score, 0.25, target=right)


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


def rows(heading: str, report: EvaluationReport = REPORT) -> list[list[str]]:
    """The cells of the table below a heading."""
    _, _, rest = page(report).partition(f"<h2>{heading}")
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


def in_order(measures: list[Measure], **scores: dict[str, float]) -> list[str]:
    """The questions as the report lists them."""
    found = [
        AnsweredExample(Question(text, text), Answer("答"), QuestionScore(text, True, values), 0.25, target="答")
        for text, values in scores.items()
    ]
    known = {measure.name: measure for measure in measures}
    return [first for first, *_ in rows("Examples", EvaluationReport("examples", {}, found, measures=known))]


F1, EXACT = Measure("f1", ""), Measure("exact_match", "")
HONEST, ERRORS = Measure("honest", "", about="refusal"), Measure("errors", "", higher_is_better=False)
FOUND, LENGTH = Measure("recall", "", about="retrieval"), Measure("length", "", scale="amount")
DISTANCE = Measure("distance", "", scale="amount", higher_is_better=False)


def test_a_question_with_few_measures_is_not_worse_for_that() -> None:
    found = in_order([F1, EXACT, HONEST], 對了={"f1": 0.9, "exact_match": 0.6}, 拒答={"honest": 1.0}, wrong={"f1": 0.1})

    assert found == ["wrong", "對了", "拒答"]


def test_a_measure_of_which_less_is_better_counts_the_right_way_round() -> None:
    assert in_order([ERRORS], 好={"errors": 0.1}, bad={"errors": 0.8}) == ["bad", "好"]
    assert in_order([ERRORS, F1], 好={"errors": 0.1}, bad={"f1": 0.5}) == ["bad", "好"]
    assert in_order([DISTANCE], 近={"distance": 1.0}, far={"distance": 9.0}) == ["far", "近"]


def test_answers_are_ordered_by_how_good_they_are_and_neither_by_what_was_found_nor_by_amounts() -> None:
    measures = [FOUND, F1, LENGTH]

    found = in_order(
        measures,
        好={"recall": 0.0, "f1": 0.9, "length": 1.0},
        bad={"recall": 1.0, "f1": 0.3, "length": 900.0},
        未量={"length": 3.0},
    )
    assert found == ["bad", "好", "未量"]
    assert in_order(measures, 找到={"recall": 1.0}, lost={"recall": 0.0}) == ["lost", "找到"]


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
