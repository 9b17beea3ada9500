"""What lint finds in prompts, and where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from potluck.errors import RecipeError
from potluck.overlap import is_cjk
from potluck.prompts.lint import Finding, lint
from potluck.prompts.listing import prompts_of

GOOD = "請根據以下內容回答；沒有答案時請回答「我不知道」。\n{context}\n問題：{question}\n"
QUESTIONS = [
    {"question_id": "a", "question": "短鋼軌是什麼？", "answers": ["標準長度以下5m以上"], "gold_facts": ["5m"]},
    {"question_id": "b", "question": "How many promises were on the board?", "answers": ["sixty-four", "no"]},
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    ask(tmp_path, QUESTIONS)
    return tmp_path


def ask(home: Path, questions: list[dict[str, object]]) -> None:
    lines = "".join(json.dumps(question, ensure_ascii=False) + "\n" for question in questions)
    (home / "questions.jsonl").write_text(lines, encoding="utf-8")


def recipe(home: Path, prompt: str, more: str = "questions: questions.jsonl\n") -> Path:
    block = "".join(f"  {line}\n" for line in prompt.splitlines())
    (home / "recipe.yaml").write_text(f"potluck: 1\nprompt: |\n{block}{more}", encoding="utf-8")
    return home / "recipe.yaml"


def found(path: Path, questions: Path | None = None) -> list[str]:
    return [shown(finding) for finding in lint(path, questions)]


def shown(finding: Finding) -> str:
    problem = finding.problem
    return f"{finding.level} {problem.line}:{problem.column} {problem.message}"


def test_nothing_is_wrong_with_a_good_prompt(home: Path) -> None:
    assert found(recipe(home, GOOD)) == []


def test_a_recipe_without_a_prompt_uses_ours_in_which_nothing_is_wrong(home: Path) -> None:
    path = home / "recipe.yaml"
    path.write_text("questions: questions.jsonl\n", encoding="utf-8")
    (home / "ours.txt").write_text(prompts_of(path.read_text(), path)[1].text, encoding="utf-8")

    assert found(path) == []
    assert found(home / "ours.txt") == []


def test_unknown_and_missing_fields_are_errors_at_their_place(home: Path) -> None:
    (home / "prompt.txt").write_text("Say I don't know if unsure.\nUse {contxt}.", encoding="utf-8")

    assert found(home / "prompt.txt") == [
        "error 2:5 the prompt: unknown field {contxt} (did you mean 'context'?)",
        "error 1:1 the prompt: the field {context} is missing",
        "error 1:1 the prompt: the field {question} is missing",
    ]


def test_those_of_a_recipe_are_what_reading_it_says(home: Path) -> None:
    (finding,) = lint(recipe(home, GOOD.replace("{question}", "question")))

    assert finding.level == "error"
    assert "the field {question} is missing" in finding.problem.message
    assert finding.problem.line == 2


def test_a_brace_without_its_partner_is_an_error(home: Path) -> None:
    (home / "prompt.txt").write_text("{context} {question} {", encoding="utf-8")

    assert found(home / "prompt.txt") == [
        "error 1:1 the prompt: a single '{' at character 22; write it twice if it is meant"
    ]


def test_without_a_line_for_refusing_there_is_a_warning(home: Path) -> None:
    path = recipe(home, "{context}\n{question}")

    assert found(path) == ["warning 2:9 prompt: does not say what to answer where the documents do not say"]


def test_with_questions_that_have_no_answer_it_is_an_error(home: Path) -> None:
    ask(home, [{"question": "逾期罰款是多少？", "answerable": False}])
    (finding,) = lint(recipe(home, "{context}\n{question}"))

    assert finding.level == "error"
    assert "1 of the questions have no answer" in finding.problem.message
    assert "我不知道" in finding.advice


@pytest.mark.parametrize(
    "line", ["say “I don’t know”", "只回答「我不知道」", "答不出就回答无法回答", "Unanswerable: say so"]
)
def test_a_refusal_may_be_worded_in_many_ways(home: Path, line: str) -> None:
    assert found(recipe(home, f"{line}\n{{context}}\n{{question}}")) == []


def test_an_example_that_is_a_question_of_the_file_is_an_error_at_its_line(home: Path) -> None:
    path = recipe(home, GOOD + "例題：短鋼軌是什麼？\n例題：Board? Sixty-four.\n")

    assert found(path) == [
        "error 6:6 prompt: holds the question 'a', by which it is measured",
        "error 2:9 prompt: holds 'sixty-four', an answer to the question 'b'",
    ]


def test_an_answer_is_found_whatever_the_blanks(home: Path) -> None:
    assert found(recipe(home, GOOD + "例：標準長度以下 5m\n 以上")) == [
        "error 2:9 prompt: holds '標準長度以下5m以上', an answer to the question 'a'"
    ]


def test_a_short_answer_and_a_part_of_a_word_are_not_a_leak(home: Path) -> None:
    ask(home, [{"question": "多長？", "answers": ["內容", "5m", "son", "now"]}, {"question": "x", "answers": ["want"]}])

    assert found(recipe(home, GOOD + "No reasons, no knowledge; 5m; unwanted.")) == []


def test_a_refusal_is_not_a_leak(home: Path) -> None:
    ask(home, [{"question": "逾期罰款是多少？", "answers": ["我不知道"], "answerable": False}])

    assert found(recipe(home, GOOD)) == []


def test_other_questions_may_be_named(home: Path) -> None:
    (home / "prompt.txt").write_text(GOOD + "短鋼軌是什麼？", encoding="utf-8")

    assert found(home / "prompt.txt") == []
    assert len(found(home / "prompt.txt", home / "questions.jsonl")) == 1


def test_two_scripts_in_one_prompt_are_a_warning(home: Path) -> None:
    (finding,) = lint(recipe(home, GOOD + "请用中文。"))

    assert finding.problem.message.startswith("prompt: mixes Traditional (請")
    assert finding.problem.message.endswith(") and Simplified (请) Chinese")
    assert (finding.level, finding.problem.line, finding.problem.column) == ("warning", 6, 3)
    assert "Simplified" in finding.advice


@pytest.mark.parametrize(
    "text", ["中文台灣里程", "请根据内容回答问题，没有就说不知道", "請根據內容回答問題，沒有就說不知道"]
)
def test_one_script_is_none(home: Path, text: str) -> None:
    (home / "prompt.txt").write_text(f"{text} 不知道 {{context}}{{question}}", encoding="utf-8")

    assert found(home / "prompt.txt") == []


def test_a_prompt_that_the_model_has_no_room_for_is_an_error(home: Path) -> None:
    chat = "chat: {use: llama-cpp, model: none.gguf, context: 256, max_tokens: 100}\n"

    (finding,) = lint(recipe(home, GOOD + "詳" * 400, chat))

    assert "the chat model has room for 156" in finding.problem.message
    assert found(recipe(home, GOOD + "詳" * 40, chat)) == []
    han = sum(map(is_cjk, GOOD))
    letters = (len(GOOD) - han) // 8
    assert found(recipe(home, GOOD + "詳" * (2 * (156 - letters) - han), chat)) == []
    assert len(lint(recipe(home, GOOD + "詳" * (2 * (157 - letters) - han), chat))) == 1


def test_the_prompts_of_a_comparison_are_looked_at_too(home: Path) -> None:
    more = (
        'compare:\n  prompt: {short: "{context}{question}"}\n'
        '  strategy: {bold: {prompt: "{question}{context}", retriever.k: 1}}\n'
    )

    assert found(recipe(home, GOOD, more)) == [
        "warning 7:19 compare.prompt.short: does not say what to answer where the documents do not say",
        "warning 8:29 compare.strategy.bold.prompt: does not say what to answer where the documents do not say",
    ]


def test_wordings_are_looked_at_as_those_of_their_task(home: Path) -> None:
    path = home / "wordings.yaml"
    path.write_text(
        'templates:\n  a: "{X} is in {Y}."\n  b: "{X} {Z}"\n  c: "sixty-four {X} {Y}"\n  d: "位於為 位于为 {X}{Y}"\n',
        encoding="utf-8",
    )

    assert found(path, home / "questions.jsonl") == [
        "error 3:6 templates.b: unknown field {Z}; known are {X}, {Y}",
        "error 3:6 templates.b: the field {Y} is missing; the model would not see it",
        "error 4:7 templates.c: holds 'sixty-four', an answer to the question 'b'",
        "warning 5:13 templates.d: mixes Traditional (為) and Simplified (为) Chinese",
    ]


def test_a_file_that_cannot_be_read_is_an_error(home: Path) -> None:
    with pytest.raises(RecipeError, match="cannot be read"):
        lint(home / "none.yaml")
    (home / "empty.yaml").write_text("\n", encoding="utf-8")
    with pytest.raises(RecipeError, match="is empty"):
        lint(home / "empty.yaml")


def test_the_document_has_place_and_advice(home: Path) -> None:
    (finding,) = lint(recipe(home, "{context}\n{question}"))

    document = finding.as_json()

    assert (document["line"], document["column"], document["level"]) == (2, 9, "warning")
    assert document["advice"]
    assert str(document["file"]).endswith("recipe.yaml")
