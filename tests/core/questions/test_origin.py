"""Questions that a model made are told to be such.

Modules: ``potluck.questions.origin``, ``potluck.questions.question_file``, ``potluck.questions.keys``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from potluck.errors import RecipeError
from potluck.questions.origin import origin_sentences
from potluck.questions.question_file import Question, read_questions


def made(*models: str | None) -> list[Question]:
    return [Question(f"q{number}", "?", generated_by=model) for number, model in enumerate(models)]


OPEN = ": whether this holds for what people ask is not known."


@pytest.mark.parametrize(
    ("models", "sentence"),
    [
        (["gpt-5"] * 40, f"A model (gpt-5) made all 40 questions{OPEN}"),
        (["通義"], f"A model (通義) made the only question{OPEN}"),
        ([*["a"] * 2, "b"], f"Models (a, b) made all 3 questions{OPEN}"),
        ([None, "a", None, "a"], "A model (a) made 2 of 4 questions."),
        ([None, "a"], "A model (a) made 1 of 2 questions."),
        (["a", "b", "c", None], "Models (a, b, c) made 3 of 4 questions."),
        ([*"abcdabcd", None], "Models (4 of them) made 8 of 9 questions."),
    ],
)  # fmt: skip
def test_verdicts_on_questions_that_a_model_made_say_so(models: list[str | None], sentence: str) -> None:
    assert origin_sentences(made(*models)) == (sentence,)


@pytest.mark.parametrize("models", [[], [None], [None, None]])
def test_of_questions_of_people_nothing_is_said(models: list[str | None]) -> None:
    assert origin_sentences(made(*models)) == ()


def read(path: Path, *rows: dict[str, object]) -> list[str | None]:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return [question.generated_by for question in read_questions(path)]


def test_a_question_names_the_model_that_made_it(tmp_path: Path) -> None:
    asked = {"question": "短鋼軌是什麼？"}
    rows = [{"generated_by": " gpt-5 "}, {"出題模型": "通義"}, {}, {"generated_by": None}, {"generated_by": " "}]

    assert read(tmp_path / "q.jsonl", *(asked | row for row in rows)) == ["gpt-5", "通義", None, None, None]


def test_so_does_a_row_of_a_table(tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text("問題,出題模型\n短鋼軌？,gpt-5\n長鋼軌？,\n", encoding="utf-8")

    assert [one.generated_by for one in read_questions(tmp_path / "q.csv")] == ["gpt-5", None]


@pytest.mark.parametrize("value", [True, 5, ["gpt-5"]])
def test_what_is_no_name_of_a_model_is_refused_with_its_place(tmp_path: Path, value: object) -> None:
    with pytest.raises(RecipeError, match=r"q\.jsonl:1:19: generated_by has to be the name of the model that made the"):
        read(tmp_path / "q.jsonl", {"question": "a", "generated_by": value})


@pytest.mark.parametrize(
    "key", ["generated", "synthetic", "made_by", "generatedBy", "synthesizer_name", "generated_bye"]
)
def test_a_key_in_other_words_is_not_passed_over(tmp_path: Path, key: str) -> None:
    with pytest.raises(RecipeError, match=rf"unknown key '{key}'.*generated_by"):
        read(tmp_path / "q.jsonl", {"question": "a", key: "gpt-5"})
