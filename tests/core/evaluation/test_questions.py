"""Questions are read with what is known about them; what is wrong is named with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from potluck.errors import PotluckError, RecipeError
from potluck.evaluation.questions import Question, read_questions


def write(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "questions.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def test_all_fields_are_read_and_unknown_ones_are_passed_over(tmp_path: Path) -> None:
    row = {
        "question_id": "q1",
        "question": "短鋼軌是什麼？",
        "gold_ids": ["spec"],
        "gold_sections": ["1.4.4"],
        "answers": ["5m以上"],
        "gold_facts": ["5m", "1.4.4"],
        "evidence": ["係指長度"],
        "answerable": True,
        "must_section": "1.4.4",
    }

    (question,) = read_questions(write(tmp_path, json.dumps(row, ensure_ascii=False)))

    assert question == Question(
        "q1", "短鋼軌是什麼？", ("spec",), ("1.4.4",), ("5m以上",), ("5m", "1.4.4"), ("係指長度",), True
    )


def test_a_question_without_an_id_is_called_after_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, '{"question": "one"}', "", '{"question": "two"}', '{"id": 7, "question": "three"}')

    assert [question.id for question in read_questions(path)] == ["line-1", "line-3", "7"]


def test_a_byte_order_mark_and_windows_line_ends_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes('\ufeff{"question": "一？"}\r\n{"question": "二？"}\r\n'.encode())

    assert [question.question for question in read_questions(path)] == ["一？", "二？"]


def test_a_limit_takes_the_first_and_reads_no_further(tmp_path: Path) -> None:
    assert len(read_questions(write(tmp_path, '{"question": "one"}', "broken"), limit=1)) == 1


def test_a_file_without_questions_has_none(tmp_path: Path) -> None:
    assert read_questions(write(tmp_path)) == []


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ('{"question": "a",}', 18, "not JSON"),
        ('["a"]', 1, "not a JSON object"),
        ('{"answers": ["a"]}', 1, "question has to be a text"),
        ('{"question": "  "}', 1, "question has to be a text"),
        ('{"question": "a", "gold_ids": "b"}', 1, "gold_ids has to be a list of texts"),
        ('{"question": "a", "answers": [1]}', 1, "answers has to be a list of texts"),
        ('{"question": "a", "answers": [" "]}', 1, "answers has to be a list of texts"),
        ('{"question": "a", "answerable": "no"}', 1, "answerable has to be true or false"),
        ('{"question": "a", "question_id": true}', 1, "question_id has to be a text"),
        ('{"question": "a", "question_id": "first"}', 1, "there is a question 'first' above"),
        ('{"question": "\\ud800"}', 1, "question has to be a text"),
        ("[" * 100_000, 1, "cannot be read"),
        ("9" * 5000, 1, "cannot be read"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, line: str, column: int, message: str) -> None:
    path = write(tmp_path, '{"question_id": "first", "question": "a"}', line)

    with pytest.raises(RecipeError) as raised:
        read_questions(path)

    (problem,) = raised.value.problems
    assert (problem.file, problem.line, problem.column) == (str(path), 2, column)
    assert message in problem.message


def test_all_problems_are_listed_at_once(tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as raised:
        read_questions(write(tmp_path, "1", '{"question": "a"}', "2"))

    assert [problem.line for problem in raised.value.problems] == [1, 3]
    assert "one JSON object" in str(raised.value)


def test_another_encoding_is_an_error_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"questions\.jsonl:1:15: this is not UTF-8") as raised:
        read_questions(write(tmp_path, '{"question": "短鋼軌"}', encoding="big5"))

    assert str(raised.value).encode()


def test_a_replacement_character_is_only_a_character(tmp_path: Path) -> None:
    assert read_questions(write(tmp_path, '{"question": "\ufffd?"}'))[0].question == "\ufffd?"


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(PotluckError, match=r"nowhere\.jsonl: the questions cannot be read: No such file"):
        read_questions(tmp_path / "nowhere.jsonl")


@pytest.mark.parametrize(
    ("name", "count", "unanswerable"),
    [
        ("qa_zh/questions", 1080, 80),
        ("qa_en/questions", 1150, 150),
        ("xquad/questions_zh", 400, 0),
        ("spec_zh/questions", 20, 4),
        ("youtube/questions", 6, 1),
    ],
)
def test_the_real_files_are_read(shared_data: Path, name: str, count: int, unanswerable: int) -> None:
    questions = read_questions(shared_data / f"{name}.jsonl")

    assert len(questions) == count
    assert sum(not question.answerable for question in questions) == unanswerable
