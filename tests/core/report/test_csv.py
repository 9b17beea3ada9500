"""The table of scores."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.report import write_csv
from support.comparisons import MEASURES, comparison, result_of


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_there_is_a_line_for_each_question_and_variant_with_its_scores() -> None:
    document = comparison(20, 3)
    rows = rows_of(write_csv(result_of(document)))
    assert len(rows) == 60
    for row in rows:
        question = next(one for one in document["questions"] if one["id"] == row["question_id"])
        answer = question["answers"][row["variant"]]
        assert (row["answer"], row["question"]) == (answer["text"], question["question"])
        assert row["refused"] == ("yes" if answer["refused"] else "no")
        for measure in MEASURES:
            value = answer["scores"].get(measure)
            assert row[measure] == ("" if value is None else str(value))


def test_a_variant_that_failed_has_no_lines() -> None:
    document = comparison(5, 2)
    for question in document["questions"]:
        del question["answers"]["ada-002"]
    assert {row["variant"] for row in rows_of(write_csv(result_of(document)))} == {"text2vec"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", '=HYPERLINK("x")'])
def test_a_text_that_looks_like_a_formula_is_defused(text: str) -> None:
    document = comparison(1, 1)
    document["questions"][0] |= {"question": text, "id": text}
    document["questions"][0]["answers"]["text2vec"]["text"] = text
    (row,) = rows_of(write_csv(result_of(document)))
    assert [row["question"], row["question_id"], row["answer"]] == ["'" + text] * 3


def test_numbers_below_nought_stay_numbers() -> None:
    document = comparison(1, 1)
    document["questions"][0]["answers"]["text2vec"]["scores"]["f1"] = -0.25
    assert rows_of(write_csv(result_of(document)))[0]["f1"] == "-0.25"


@given(st.text(st.characters(), max_size=30))
def test_any_answer_fits_into_its_cell(text: str) -> None:
    document = comparison(1, 1)
    document["questions"][0]["answers"]["text2vec"]["text"] = text
    written = write_csv(result_of(document))
    written.encode()
    (row,) = rows_of(written)
    assert row["answer"].removeprefix("'") == re.sub("[\x00\ud800-\udfff]", "\ufffd", text).removeprefix("'")


def test_half_a_surrogate_pair_becomes_a_sign() -> None:
    document = comparison(1, 1)
    document["questions"][0]["answers"]["text2vec"]["text"] = "a\ud83db"
    assert rows_of(write_csv(result_of(document)))[0]["answer"] == "a\ufffdb"
