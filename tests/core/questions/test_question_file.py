"""Questions are read with what is known about them; what is wrong is named with its line."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from potluck.datasets.row_files import read_rows
from potluck.errors import PotluckError, RecipeError
from potluck.questions.question_file import Question, read_question_file, read_questions


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
        ('{"question": "  "}', 2, "question has to be a text"),
        ('{"question": "a", "gold_ids": "b"}', 19, "gold_ids has to be a list of texts"),
        ('{"question": "a", "answers": [1]}', 19, "answers has to be a list of texts"),
        ('{"question": "a", "answers": [" "]}', 19, "answers has to be a list of texts"),
        ('{"question": "a", "answerable": "no"}', 19, "answerable has to be true or false"),
        ('{"question": "a", "question_id": true}', 19, "question_id has to be a text"),
        ('{"question": "a", "question_id": "first"}', 1, "there is a question 'first' above"),
        ('{"question": "\\ud800"}', 2, "question has to be a text"),
        ('{"question": "a", "answers": ["1924"], "answers": ["1925"]}', 19, "the key 'answers' stands twice"),
        ('{"question": "a", "metadata": {"頁": 1, "頁": 2}}', 32, "the key '頁' stands twice in one object"),
        ('{"question": "a", "answers": ["1924"], "answerable": false}', 19, "false, and answers names what answers"),
        ('{"question": "a", "answerable": false, "gold_ids": ["甲"]}', 40, "false, and gold_ids names what answers"),
        ('{"question": "a", "answerable": false, "gold_sections": ["1"]}', 40, "and gold_sections names"),
        ('{"question": "a", "answerable": false, "gold_facts": ["1"]}', 40, "and gold_facts names"),
        ('{"question": "a", "answerable": false, "answers": ["我不知道", "五公尺"]}', 40, "and answers names"),
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


def test_words_that_it_is_not_known_answer_what_the_documents_do_not_say(tmp_path: Path) -> None:
    line = '{"question": "a", "answerable": false, "answers": ["我不知道", "I don\'t know"], "gold_ids": []}'

    assert not read_questions(write(tmp_path, line))[0].answerable


@pytest.mark.parametrize(
    ("name", "content", "line", "message"),
    [
        ("q.json", '[{"question": "a"},\n{"question": "b",\n"answers": [],\n"answers": ["1"]}]', 2, "stands twice"),
        ("q.csv", "question,answers,answers\na,1,2\n", 1, "two columns are named 'answers'"),
        ("q.csv", "question,,,answers,answers\n", 1, "two columns are named 'answers'"),
        ("q.tsv", "question\t答案 \t答案\n", 1, "two columns are named '答案'"),
    ],
)
def test_a_key_that_stands_twice_in_a_table_or_a_list_is_told_at_its_line(
    tmp_path: Path, name: str, content: str, line: int, message: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")

    with pytest.raises(RecipeError) as raised:
        read_questions(tmp_path / name)

    (problem,) = raised.value.problems
    assert problem.line == line
    assert message in problem.message


def test_columns_without_a_name_may_be_several(tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("question,,\na,1,2\n", encoding="utf-8")

    assert read_questions(tmp_path / "q.csv")[0].question == "a"


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
    ("name", "whole", "sample"),
    [
        ("qa_zh/questions", (1080, 80), (175, 16)),
        ("qa_en/questions", (1150, 150), (197, 16)),
        ("xquad/questions_zh", (400, 0), (99, 0)),
        ("spec_zh/questions", (20, 4), (20, 4)),
        ("youtube/questions", (6, 1), (6, 1)),
    ],
)
def test_the_real_files_are_read(
    shared_data: Path, whole_data: bool, name: str, whole: tuple[int, int], sample: tuple[int, int]
) -> None:
    questions = read_questions(shared_data / f"{name}.jsonl")

    unanswerable = sum(not question.answerable for question in questions)
    assert (len(questions), unanswerable) == (whole if whole_data else sample)


def rows_file(folder: Path, name: str, rows: list[dict[str, Any]]) -> Path:
    """Rows as a file of the kind that its name says."""
    path = folder / name
    if path.suffix == ".parquet":
        pyarrow = pytest.importorskip("pyarrow")
        pytest.importorskip("pyarrow.parquet")
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    elif path.suffix == ".json":
        path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    elif path.suffix == ".xlsx":
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.Workbook()
        book.active.append(list(rows[0]))
        for row in rows:
            book.active.append([json.dumps(cell) if isinstance(cell, list) else cell for cell in row.values()])
        book.save(path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            separator = "\t" if path.suffix == ".tsv" else ","
            writer = csv.DictWriter(file, list(rows[0]), delimiter=separator, lineterminator="\n")
            writer.writeheader()
            cells = [{k: json.dumps(v) if isinstance(v, list) else v for k, v in row.items()} for row in rows]
            writer.writerows(cells)
    return path


KINDS = ["q.jsonl", "q.json", "q.csv", "q.tsv", "q.parquet", "q.xlsx"]


@pytest.mark.parametrize("name", KINDS)
def test_questions_are_read_from_tables_and_lists_too(tmp_path: Path, name: str) -> None:
    rows = [
        {"question_id": "一", "question": "短鋼軌是什麼？", "answers": ["5m以上", "五公尺"], "gold_ids": ["spec"]},
        {"question_id": "二", "question": "What is\nthe code?", "answers": ["4411"], "gold_ids": []},
    ]

    first, second = read_questions(rows_file(tmp_path, name, rows))

    assert first == Question("一", "短鋼軌是什麼？", ("spec",), (), ("5m以上", "五公尺"))
    assert second == Question("二", "What is\nthe code?", (), (), ("4411",))


def test_a_cell_of_a_table_is_one_text_a_list_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text(
        'question,answers,answerable\n一？,"a, b",是\n二？,"[""不知道"", ""unknown""]",no\n三？,,\n四？,[sic],TRUE\n'
    )

    found = read_questions(path)

    assert [one.answers for one in found] == [("a, b",), ("不知道", "unknown"), (), ("[sic]",)]
    assert [one.answerable for one in found] == [True, False, True, True]
    assert [one.id for one in found] == ["line-2", "line-3", "line-4", "line-5"]


@pytest.mark.parametrize(
    ("name", "line", "column"),
    [("q.jsonl", 1, 19), ("q.json", 4, 3), ("q.csv", 1, 10), ("q.tsv", 1, 10), ("q.xlsx", 2, 1), ("q.parquet", 0, 0)],
)
def test_a_key_that_was_meant_otherwise_is_told_once_at_its_place(
    tmp_path: Path, name: str, line: int, column: int
) -> None:
    path = rows_file(tmp_path, name, [{"question": "?", "answer": "1"}, {"question": "!", "answer": "2"}])

    with pytest.raises(RecipeError) as raised:
        read_questions(path)

    (problem,) = raised.value.problems
    assert problem.message == "unknown key 'answer' (did you mean 'answers'?)"
    assert (problem.line, problem.column) == (line, column)
    assert problem.file == (str(path) if line else f"{path}, row 1")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("q.jsonl", "a line holds one JSON object"),
        ("q.json", "the file holds a list of JSON objects"),
        ("q.csv", "the first line names the columns"),
        ("q.TSV", "the first line names the columns"),
        ("q.parquet", "the columns are such as question_id"),
    ],
)
def test_what_a_file_should_hold_is_said_for_files_of_its_kind(tmp_path: Path, name: str, shape: str) -> None:
    with pytest.raises(RecipeError) as raised:
        read_questions(rows_file(tmp_path, name, [{"question": "?", "answer": "1"}]))

    assert str(raised.value).splitlines()[-1].startswith(shape)


@pytest.mark.parametrize("name", ["q.jsonl", "q.json"])
def test_json_that_is_beyond_limits_is_said_in_words_for_its_writer(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for metadata, fault in (("9" * 5000, "more than 4,300 digits"), ("[" * 200_000, "nested too deeply")):
        row = f'{{"question": "大門密碼？", "metadata": {metadata}}}'
        path.write_text(row if name == "q.jsonl" else f"[{row}]", encoding="utf-8")

        with pytest.raises(RecipeError, match=fault) as raised:
            read_questions(path)
        assert "sys." not in str(raised.value)


def test_a_row_that_spans_lines_is_named_by_the_line_in_which_it_begins(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text('question,answerable\n"What is\nthe gate code?",true\n\n"What\ncolour?",maybe\n', encoding="utf-8")

    with pytest.raises(RecipeError, match=r"q\.csv:.*answerable has to be true or false"):
        read_questions(path)
    assert [row.place for row in read_rows(path)] == [f"{path}:2", f"{path}:5"]


@pytest.mark.parametrize(
    "key",
    ["notes", "tags", "lang", "topic", "source", "difficulty", "question_zh", "question_type", "answers_zh", "備註"],
)
def test_a_key_of_the_users_own_is_passed_over_with_a_note(tmp_path: Path, key: str) -> None:
    path = rows_file(tmp_path, "q.jsonl", [{"question": "?", key: 1, "metadata": {}}, {"question": "!", key: 2}])

    found = read_question_file(path)

    assert len(found.questions) == 2
    assert found.notes == (f"{path}: these keys of questions mean nothing to potluck: {key}",)


def test_a_file_with_our_keys_only_needs_no_note(tmp_path: Path) -> None:
    path = rows_file(tmp_path, "q.jsonl", [{"id": 1, "question": "?", "metadata": {"topic": "rails"}}])

    assert read_question_file(path).notes == ()


@pytest.mark.parametrize("name", KINDS)
def test_keys_in_chinese_are_read(tmp_path: Path, name: str) -> None:
    rows = [{"編號": "甲", "問題": "軌距是多少？", "答案": "1067 mm", "章節": "2.1"}]

    assert read_questions(rows_file(tmp_path, name, rows)) == [
        Question("甲", "軌距是多少？", (), ("2.1",), ("1067 mm",))
    ]


def test_a_chinese_key_beside_the_one_that_it_means_is_the_users_own(tmp_path: Path) -> None:
    path = rows_file(tmp_path, "q.csv", [{"question": "軌距？", "問題": "gauge?"}])

    found = read_question_file(path)
    assert [one.question for one in found.questions] == ["軌距？"]
    assert found.notes == (f"{path}: these keys of questions mean nothing to potluck: 問題",)


def test_a_problem_with_a_key_in_chinese_is_told_where_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"問題": "軌距？", "答案": [3]}\n', encoding="utf-8")

    with pytest.raises(RecipeError) as raised:
        read_questions(path)
    (problem,) = raised.value.problems
    assert (problem.line, problem.column) == (1, 15)


@pytest.mark.parametrize(
    ("word", "answerable"),
    [
        ("TRUE", True),
        ("yes", True),
        ("1", True),
        (" 是", True),
        ("False", False),
        ("no", False),
        ("0", False),
        ("否", False),
    ],
)
def test_a_cell_says_in_a_word_whether_a_question_has_an_answer(word: str, answerable: bool, tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text(f"question,answerable\n軌距？,{word}\n", encoding="utf-8")

    (question,) = read_question_file(tmp_path / "q.csv").questions

    assert question.answerable is answerable


@pytest.mark.parametrize("name", ["q.csv", "q.tsv", "q.xlsx"])
@pytest.mark.parametrize("keys", [("question", "answerable"), ("問題", "可回答")])
def test_each_row_of_a_table_that_is_wrong_is_named(tmp_path: Path, name: str, keys: tuple[str, str]) -> None:
    asked, flag = keys
    rows = [{asked: "一？", flag: "true"}, {asked: "", flag: "true"}, {asked: "三？", flag: "也許"}]
    path = rows_file(tmp_path, name, rows)

    with pytest.raises(RecipeError) as raised:
        read_questions(path)

    assert [problem.line for problem in raised.value.problems] == [3, 4]


@pytest.mark.parametrize("name", ["q.csv", "q.tsv", "q.xlsx"])
def test_a_table_without_a_column_of_questions_is_told_once_with_its_columns(tmp_path: Path, name: str) -> None:
    path = rows_file(tmp_path, name, [{"答案": "河狸", "id": "1"}, {"答案": "鮭魚", "id": "2"}])

    with pytest.raises(RecipeError) as raised:
        read_questions(path)

    (problem,) = raised.value.problems
    assert problem.message == "no column is called 'question' (or '問題'); the columns are '答案', 'id'"
    assert problem.line == 1


def test_a_misspelt_column_of_questions_is_the_only_problem(tmp_path: Path) -> None:
    path = rows_file(tmp_path, "q.csv", [{"quetsion": "一？"}, {"quetsion": "二？"}])

    with pytest.raises(RecipeError) as raised:
        read_questions(path)

    assert [problem.message for problem in raised.value.problems] == [
        "unknown key 'quetsion' (did you mean 'question'?)"
    ]
