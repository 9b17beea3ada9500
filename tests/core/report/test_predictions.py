"""A file of predictions: lines of JSON, or a table for spreadsheets.

Modules: ``potluck.report.predictions``.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from potluck.documents import Answer, Passage
from potluck.errors import PotluckError
from potluck.metrics.scorer import QuestionScore
from potluck.questions.question_file import Question
from potluck.report.predictions import (
    PredictedRow,
    check_names,
    check_place,
    row_of_answer,
    row_of_prediction,
    write_predictions,
)
from potluck.tasks.answers import AnsweredExample
from potluck.tasks.predictions import Prediction

LABELLED = row_of_prediction(
    Prediction({"編號": 7, "訊息": "恭喜中獎"}, Answer("garbage"), 0.75, {"garbage": 0.75, "ok": 0.25}, 0.1)
)
WRITTEN = row_of_prediction(Prediction({"編號": 8, "tags": ["a", "b"]}, Answer("=1+1", "filter"), None, {}, 0.1))


def table(path: Path, separator: str = ",") -> list[list[str]]:
    return [*csv.reader(path.read_text(encoding="utf-8").splitlines(), delimiter=separator)]


def test_a_line_holds_the_row_and_what_was_found(tmp_path: Path) -> None:
    write_predictions(tmp_path / "found.jsonl", [LABELLED, WRITTEN])

    first, second = (tmp_path / "found.jsonl").read_text(encoding="utf-8").splitlines()
    assert "恭喜中獎" in first, "as people read it"
    assert json.loads(first) == {
        "編號": 7, "訊息": "恭喜中獎", "prediction": "garbage", "score": 0.75,
        "scores": {"garbage": 0.75, "ok": 0.25}, "remarks": [],
    }  # fmt: skip
    assert json.loads(second)["remarks"] == ["the service's content filter withheld the answer"]


@pytest.mark.parametrize(("name", "separator"), [("found.csv", ","), ("found.TSV", "\t")])
def test_a_table_has_a_column_for_each_label_and_no_formula(name: str, separator: str, tmp_path: Path) -> None:
    write_predictions(tmp_path / name, [LABELLED, WRITTEN])

    assert table(tmp_path / name, separator) == [
        ["編號", "訊息", "prediction", "score", "score of garbage", "score of ok", "remarks", "tags"],
        ["7", "恭喜中獎", "garbage", "0.75", "0.75", "0.25", "", ""],
        ["8", "", "'=1+1", "", "", "", "the service's content filter withheld the answer", '["a", "b"]'],
    ]


def test_a_score_in_a_table_has_no_digits_that_are_noise(tmp_path: Path) -> None:
    row = row_of_prediction(
        Prediction({"weight": 0.12345678901}, Answer("ok"), 2 / 3, {"ok": 2 / 3, "garbage": 1 / 3}, 0.1)
    )
    write_predictions(tmp_path / "found.csv", [row])
    write_predictions(tmp_path / "found.jsonl", [row])

    assert table(tmp_path / "found.csv")[1] == ["0.12345678901", "ok", "0.666667", "0.666667", "0.333333", ""]
    assert json.loads((tmp_path / "found.jsonl").read_text(encoding="utf-8"))["score"] == 2 / 3


def test_an_answer_from_documents_says_where_it_comes_from(tmp_path: Path) -> None:
    passages = [
        Passage("1", "規範.pdf", "五公尺", 0, 3, 1.0, sections=("1.4.4",), page=3),
        Passage("2", "b.txt", "b", 0, 1, 1.0),
    ]
    score = QuestionScore("q1", True, {}, refused=False, empty=False)
    row = row_of_answer(
        AnsweredExample(Question("q1", "多長？"), Answer("五公尺"), score, 0.1, False, citations=passages)
    )
    write_predictions(tmp_path / "found.csv", [row])

    assert row.found["citations"] == [
        {"source": "規範.pdf", "section": "1.4.4", "page": 3, "text": "五公尺"},
        {"source": "b.txt", "section": None, "page": None, "text": "b"},
    ]
    assert table(tmp_path / "found.csv")[1] == ["q1", "多長？", "五公尺", "no", "規範.pdf 1.4.4 page 3; b.txt", ""]


def test_what_is_there_stays_where_the_new_file_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "found.jsonl"
    path.write_text("before", encoding="utf-8")

    with pytest.raises(TypeError):
        write_predictions(path, [LABELLED, PredictedRow({"no": object()}, {})])  # type: ignore[dict-item]

    assert path.read_text(encoding="utf-8") == "before"
    assert [*tmp_path.iterdir()] == [path]


def test_half_a_character_is_not_a_reason_to_lose_the_file(tmp_path: Path) -> None:
    write_predictions(tmp_path / "found.csv", [PredictedRow({"text": "a\ud83d"}, {"prediction": "b"})])

    assert table(tmp_path / "found.csv")[1] == ["a\N{REPLACEMENT CHARACTER}", "b"]


def test_other_endings_and_the_file_itself_are_refused(tmp_path: Path) -> None:
    check_place(tmp_path / "found.csv", tmp_path / "data.csv")
    with pytest.raises(PotluckError, match=r"a file that ends in \.jsonl, \.csv, \.tsv"):
        check_place(tmp_path / "found.xlsx", tmp_path / "data.csv")
    with pytest.raises(PotluckError, match="write the predictions to another one"):
        check_place(tmp_path / "x" / ".." / "data.csv", tmp_path / "data.csv")


def test_a_field_that_is_called_as_a_prediction_is_refused() -> None:
    check_names(["prompt", "分數"], Path("data.csv"))
    with pytest.raises(PotluckError, match="has a field 'score', as the predictions will"):
        check_names(["prompt", "score"], Path("data.csv"))
