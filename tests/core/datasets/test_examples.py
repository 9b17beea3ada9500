"""Which fields of a row are asked and answered, and what is wrong with a row that lacks them.

Modules: ``potluck.datasets.examples``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from potluck import recipe as recipes
from potluck.datasets.examples import ExampleBuilder, check_fields
from potluck.datasets.formats import PAIRS
from potluck.datasets.row_files import DatasetRow, read_rows
from potluck.documents import Example, Message, ToolCall
from potluck.errors import PotluckError, RecipeError
from potluck.recipe.prompt_template import PromptTemplate
from potluck.recipe.tuning_settings import DatasetSettings

PATH = Path("data.jsonl")


def rows(*fields: dict[str, Any]) -> list[DatasetRow]:
    return [DatasetRow(one, PATH, number, number) for number, one in enumerate(fields, 1)]


def builder(found: Sequence[DatasetRow], prompt: str | None = None, **said: Any) -> ExampleBuilder:
    more = {key: said.pop(key) for key in ("evaluating", "classify") if key in said}
    settings = DatasetSettings(path=str(PATH), **said)
    return ExampleBuilder(PromptTemplate(prompt) if prompt is not None else None, settings, found, **more)


def made(*fields: dict[str, Any], **said: Any) -> list[Example]:
    found = rows(*fields)
    return builder(found, **said).examples(found)


def user(text: str, target: str) -> Example:
    return Example((Message("user", text),), target)


@pytest.mark.parametrize(("given", "target"), PAIRS)
def test_every_usual_pair_of_names_is_found(given: str, target: str) -> None:
    assert made({given: "問 a", target: "答 b"}) == [user("問 a", "答 b")]


@pytest.mark.parametrize(
    ("fields", "said", "expected"),
    [
        ({"a": "x", "b": "y"}, {"input": "a", "target": "b"}, user("x", "y")),
        ({"text": "x", "label": "y", "kind": "z"}, {"target": "kind"}, user("x", "z")),
        ({"text": "x", "label": "y", "title": "z"}, {"input": "title"}, user("z", "y")),
        ({"a": "x", "b": "y"}, {"input": "{b} / {a}!", "target": "b"}, user("y / x!", "y")),
        ({"a": "x", "b": "y"}, {"target": "b", "prompt": "說 {a}"}, user("說 x", "y")),
        ({"a": " x ", "b": " y "}, {"input": "a", "target": "b"}, user("x", " y ")),
        ({"a": 3, "b": 4.5}, {"input": "a", "target": "b"}, user("3", "4.5")),
        ({"a": None, "b": "y", "c": "z"}, {"input": "{a}{c}", "target": "b"}, user("z", "y")),
        ({"instruction": "做", "input": "這", "output": "好"}, {}, user("做\n\n這", "好")),
        ({"instruction": "做", "input": "這", "output": "好"}, {"input": "instruction"}, user("做", "好")),
        ({"instruction": "做", "output": "好"}, {}, user("做", "好")),
        ({"text": "alone"}, {}, Example((), "alone")),
        ({"input": "x", "refs": ["first", "second"]}, {}, user("x", "first")),
    ],
)
def test_names_of_the_recipe_go_before_those_that_are_found(
    fields: dict[str, Any], said: dict[str, Any], expected: Example
) -> None:
    assert made(fields, **said) == [expected]


@pytest.mark.parametrize("fields", [{"a": "x", "b": "y"}, {"prompt": "x"}, {"label": "y"}])
def test_names_that_cannot_be_told_are_asked_for(fields: dict[str, Any]) -> None:
    with pytest.raises(PotluckError) as raised:
        made(fields)

    assert str(raised.value).startswith("data.jsonl:1: which field is the input, and which the target? Say dataset:")
    assert str(raised.value).endswith(f"there are {', '.join(fields)}")


@pytest.mark.parametrize(
    ("fields", "said", "message"),
    [
        ({"prompt": "a", "completion": " "}, {}, "the field 'completion' is empty"),
        ({"prompt": "a", "completion": None}, {}, "the field 'completion' is empty"),
        ({"prompt": "a", "completion": {"b": 1}}, {}, "the field 'completion' is not a text"),
        ({"prompt": "a", "completion": []}, {}, "the field 'completion' is not a text"),
        ({"prompt": ["a"], "completion": "b"}, {}, "the field 'prompt' is not a text"),
        ({"prompt": " ", "completion": "b"}, {}, "there is no text in prompt"),
        ({"prompt": "", "completion": "b", "c": None}, {"input": "{prompt} {c}."}, "there is no text in prompt, c"),
        ({"prompt": "a"}, {"target": "completion"}, "there is no field 'completion'; there are prompt"),
        ({"Prompt": "a", "completion": "b"}, {"input": "prompt"}, "no field 'prompt' (did you mean 'Prompt'?)"),
    ],
)
def test_what_a_row_lacks_is_told_at_its_line(fields: dict[str, Any], said: dict[str, Any], message: str) -> None:
    found = rows({"prompt": "good", "completion": "good"}, fields)
    settings = {"input": "prompt", "target": "completion", **said}
    with pytest.raises(RecipeError) as raised:
        builder(found, **settings).examples(found)

    problem = raised.value.problems[-1]
    assert problem.line == 2
    assert message in problem.message
    assert "fix these rows, or name other fields: dataset: {input: ..., target: ...}" in str(raised.value)


def test_twenty_rows_that_lack_something_are_told_at_once() -> None:
    with pytest.raises(RecipeError) as raised:
        made(*[{"prompt": "a", "completion": ""}] * 25, {"prompt": "a", "completion": "b"})

    assert [problem.line for problem in raised.value.problems] == list(range(1, 21))


def turn(role: str, content: Any) -> dict[str, Any]:
    return {"role": role, "content": content}


def test_a_conversation_is_asked_up_to_its_last_answer() -> None:
    turns = [turn("system", "短"), turn("user", "a"), turn("assistant", "b"), turn("user", "c"), turn("assistant", "d")]

    (one,) = made({"messages": turns})

    assert [(message.role, message.content) for message in one.messages] == [
        ("system", "短"), ("user", "a"), ("assistant", "b"), ("user", "c"),
    ]  # fmt: skip
    assert one.target == "d"
    found = rows({"messages": turns})
    assert builder(found).references(found[0]) == ("d",)


def test_a_field_of_messages_is_a_field_where_the_recipe_names_others() -> None:
    assert made({"messages": "x", "b": "y"}, input="messages", target="b") == [user("x", "y")]


@pytest.mark.parametrize(
    ("turns", "message"),
    [
        ("text", "'messages' is not a list of turns"),
        ([], "'messages' is not a list of turns"),
        ([turn("user", "a")], "the last turn is not an answer of the assistant"),
        ([turn("user", "a"), turn("assistant", " ")], "the last turn is not an answer of the assistant"),
        (["a", turn("assistant", "b")], "a turn needs 'role' and 'content'"),
        ([turn("user", 3), turn("assistant", "b")], "a turn needs 'role' and 'content'"),
        ([turn("human", "a"), turn("assistant", "b")], "a turn's role is system, user, assistant or tool, not 'human'"),
    ],
)
def test_a_conversation_that_is_none_is_told(turns: Any, message: str) -> None:
    with pytest.raises(RecipeError) as raised:
        made({"messages": turns})

    assert raised.value.problems[0].message == message


def test_rows_of_a_classification_without_a_label_are_left_out_and_told() -> None:
    found = rows(
        {"text": "a", "label": " ok "}, {"text": "b", "label": ""}, {"text": "c"}, {"text": "d", "label": 1.0},
        {"text": "e", "label": ["x", "y"]},
    )  # fmt: skip
    one = builder(found, classify=True)

    used = one.usable(found)

    assert [row.number for row in used] == [1, 4, 5]
    assert [example.target for example in one.examples(used)] == ["ok", "1", "x"]
    assert [note.split(":")[0] for note in one.notes()] == ["2 rows without a label, left out"]


def test_labels_that_cannot_be_read_stay_to_be_told() -> None:
    found = rows({"text": "a", "label": "ok"}, {"text": "b", "label": {"c": 1}})
    one = builder(found, classify=True)

    used = one.usable(found)

    assert used == found
    with pytest.raises(RecipeError, match="the field 'label' is not a text"):
        one.examples(used)


def test_conversations_of_a_classification_may_have_no_label() -> None:
    found = rows({"messages": [turn("user", "a"), turn("assistant", " ok ")]},
                 {"messages": [turn("user", "a"), turn("assistant", " ")]})  # fmt: skip
    one = builder(found, classify=True)

    assert [example.target for example in one.examples(one.usable(found))] == ["ok"]


def test_without_a_classification_every_row_is_used_and_nothing_is_told_of_labels() -> None:
    found = rows({"text": "a", "label": "ok"}, {"text": "b", "label": ""})
    one = builder(found)

    assert one.usable(found) == found
    assert [*one.notes()] == []


@pytest.mark.parametrize(
    ("fields", "said", "references"),
    [
        ({"prompt": "a", "completion": "b"}, {}, ("b",)),
        ({"input": "a", "refs": ["b", " c ", " ", 3]}, {}, ("b", "c", "3")),
        ({"text": "a", "references": ["b"]}, {"input": "text", "target": "label"}, ("b",)),
        ({"text": "a", "answers": ["b"], "label": "c"}, {"input": "text", "target": "label"}, ("c",)),
    ],
)
def test_several_right_answers_may_stand_in_the_place_of_the_target(
    fields: dict[str, Any], said: dict[str, Any], references: tuple[str, ...]
) -> None:
    found = rows(fields)

    assert builder(found, evaluating=True, **said).references(found[0]) == references


def test_only_in_evaluating_another_field_stands_in_for_the_target() -> None:
    found = rows({"text": "a", "references": ["b"]})

    with pytest.raises(RecipeError, match="there is no field 'label'"):
        builder(found, input="text", target="label").examples(found)


@pytest.mark.parametrize(
    ("fields", "evaluating", "told"),
    [
        (("text", "label", "split"), False, []),
        (("label", "split"), False, ["dataset.input: there is no field 'text'"]),
        (("text", "label"), False, ["dataset.split: there is no field 'split'"]),
        ((), False, ["dataset.input", "dataset.target", "dataset.split"]),
        (("text",), True, ["dataset.target: there is no field 'label'"]),
        (("text", "refs"), True, []),
        (("refs",), True, ["dataset.input: there is no field 'text'"]),
    ],
)
def test_fields_that_the_recipe_names_and_no_row_has_are_told(
    fields: tuple[str, ...], evaluating: bool, told: list[str], tmp_path: Path
) -> None:
    text = "model: m\ndataset: {path: d.jsonl, input: text, target: label, split: split}\n"
    (tmp_path / "d.jsonl").write_text("{}", encoding="utf-8")
    recipe = recipes.loads(text, tmp_path / "recipe.yaml", [])
    settings = recipe.tuning.dataset
    assert settings is not None
    found = rows({"other": "a"}, dict.fromkeys(fields, "a"))
    if not told:
        check_fields(recipe, settings, found, evaluating=evaluating)
        return
    with pytest.raises(RecipeError) as raised:
        check_fields(recipe, settings, found, evaluating=evaluating)

    assert len(raised.value.problems) == len(told)
    for problem, start in zip(raised.value.problems, told, strict=True):
        assert problem.message.startswith(start)
        assert problem.line == 2


QUESTIONS = "data.jsonl: this is a file of questions about documents, and an example of this task looks like "


@pytest.mark.parametrize(
    ("prompt", "example"),
    [
        ("{prompt} =>", '{"prompt": "…", "completion": "…"}'),
        ("標籤：{text}", '{"text": "…", "label": "…"}'),
        ("{甲}", '{"甲": "…", "completion": "…"}'),
    ],
)
@pytest.mark.parametrize("more", [{"gold_ids": ["a.txt"], "answer": "答"}, {"answers": ["答"]}])
def test_a_file_of_questions_about_documents_is_told_in_one_sentence(
    prompt: str, example: str, more: dict[str, Any]
) -> None:
    found = rows({"question": "軌距？", **more}, {"question": "how wide?", **more})

    with pytest.raises(PotluckError) as raised:
        builder(found, prompt, evaluating=True).examples(found)

    assert str(raised.value) == QUESTIONS + example


def test_of_a_table_it_is_told_where_the_names_are_read(tmp_path: Path) -> None:
    (tmp_path / "訊息.csv").write_text("中獎了,垃圾\n明天開會,正常\n", encoding="utf-8")

    with pytest.raises(PotluckError) as raised:
        builder(read_rows(tmp_path / "訊息.csv"))

    assert str(raised.value).endswith("there are 中獎了, 垃圾, as the first line says, which has to name the fields")


def test_a_file_of_questions_without_answers_is_told_for_what_it_is() -> None:
    found = rows({"question": "軌距？", "gold_ids": ["a.txt"]})

    with pytest.raises(PotluckError, match="a file of questions about documents"):
        builder(found, evaluating=True)
    with pytest.raises(PotluckError, match="which field is the input"):
        builder(found)


def test_questions_that_the_prompt_asks_are_examples() -> None:
    found = rows({"question": "軌距？", "answers": ["1435"], "gold_ids": ["a.txt"]})

    assert builder(found, "問：{question}", evaluating=True).examples(found) == [user("問：軌距？", "1435")]


def test_fields_that_questions_about_documents_lack_are_told_with_what_the_file_is(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text("{}")
    text = "model: m\ndataset: {path: d.jsonl, input: text, target: label}\n"
    recipe = recipes.loads(text, tmp_path / "recipe.yaml")
    assert recipe.tuning.dataset is not None

    with pytest.raises(RecipeError) as raised:
        check_fields(recipe, recipe.tuning.dataset, rows({"question": "問", "answers": ["答"]}), evaluating=True)

    assert "dataset.input: there is no field 'text'" in str(raised.value)
    assert str(raised.value).splitlines()[-1] == QUESTIONS + '{"prompt": "…", "completion": "…"}'


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"問題": "軌距？", "答案": "1067"}, user("軌距？", "1067")),
        ({"訊息": "中獎了", "標籤": "垃圾"}, user("中獎了", "垃圾")),
        ({"指令": "翻譯", "輸入": "海", "輸出": "sea"}, user("翻譯\n\n海", "sea")),
        ({"文字": "只有文字"}, Example((), "只有文字")),
        ({"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}, user("a", "b")),
        ({"instruction": "a", "input": None, "output": "b", "system": ""}, user("a", "b")),
    ],
)
def test_data_is_read_as_it_comes(fields: dict[str, Any], expected: Example) -> None:
    assert made(fields) == [expected]


def test_a_prompt_of_the_recipe_goes_before_the_turns_of_alpaca() -> None:
    row = {"instruction": "a", "input": "b", "output": "c", "system": "s"}

    assert made(row, prompt="{instruction}: {input}") == [user("a: b", "c")]


def test_an_answer_that_calls_functions_is_the_whole_turn() -> None:
    turns = [{"role": "user", "content": "熱嗎？"}]
    call = {"role": "assistant", "tool_calls": [{"function": {"name": "查", "arguments": "{}"}}]}

    (one,) = made({"messages": [*turns, call], "tools": [{"name": "查"}]})

    assert one.target == '{"name": "查", "arguments": {}}'
    assert one.answer == Message("assistant", "", calls=(ToolCall("查", {}),))
    assert one.messages[0].tools == ({"type": "function", "function": {"name": "查"}},)


def test_pairs_of_a_better_and_a_worse_answer_are_refused_with_a_way_out() -> None:
    row = {"prompt": "a", "chosen": "b", "rejected": "c"}

    with pytest.raises(PotluckError, match=r"data\.jsonl:1: these are pairs .* \{input: prompt, target: chosen\}"):
        made(row)
    assert made(row, input="prompt", target="chosen") == [user("a", "b")]


def test_a_wrong_turn_is_told_at_its_line() -> None:
    good = [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]

    with pytest.raises(RecipeError) as raised:
        made({"conversations": good}, {"conversations": good[:1]}, {"conversations": [{"from": "x", "value": ""}]})
    assert [(one.line, one.message) for one in raised.value.problems] == [
        (2, "the last turn is not an answer of the assistant"),
        (3, "a turn is from system, human, gpt, function_call or observation, not 'x'"),
    ]
