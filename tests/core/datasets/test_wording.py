"""How the recipe of a task words what it is asked: which fields it needs, and the messages that they become.

Modules: ``potluck.datasets.wording``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from potluck import recipe
from potluck.datasets.row_files import DatasetRow
from potluck.datasets.wording import TaskWording, wording_of
from potluck.errors import PotluckError, RecipeError

PAIR = {"premise": "下雨了", "hypothesis": "地是濕的", "label": "yes"}


def worded(folder: Path, rows: list[dict[str, Any]] = (), **said: Any) -> TaskWording:  # type: ignore[assignment]
    if rows:
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / "train.jsonl").write_text(lines, encoding="utf-8")
        said = {"dataset": "train.jsonl", **said}
    (folder / "recipe.yaml").write_text(json.dumps({"task": "generation", "chat": "extractive", **said}))
    return wording_of(recipe.load(folder / "recipe.yaml"))


def row(**fields: Any) -> DatasetRow:
    return DatasetRow(fields, Path("rows.jsonl"), 3, 3)


def asked(wording: TaskWording, **fields: Any) -> list[tuple[str, str]]:
    (example,) = wording.examples([row(**fields)])
    return [(message.role, message.content) for message in example.messages]


def test_a_prompt_names_the_fields_in_its_order(tmp_path: Path) -> None:
    wording = worded(tmp_path, prompt="{hypothesis}，因為{premise}？ {{說明}} {hypothesis}", dataset=None)

    assert wording.fields == ("hypothesis", "premise")
    assert asked(wording, **PAIR) == [("user", "地是濕的，因為下雨了？ {說明} 地是濕的")]


@pytest.mark.parametrize(
    ("rows", "said", "fields"),
    [
        ([{"prompt": "a", "completion": "b"}], {}, ("prompt",)),
        ([{"document": "a", "summary": "b"}], {}, ("document",)),
        ([{"instruction": "a", "input": "b", "output": "c"}], {}, ("instruction", "input")),
        ([PAIR], {"dataset": {"path": "train.jsonl", "input": "{premise} / {hypothesis}", "target": "label"}}, None),
        ([PAIR], {"prompt": "{hypothesis} {premise}", "dataset": {"path": "train.jsonl", "target": "label"}}, None),
    ],
    ids=["prompt", "document", "instruction", "dataset.input", "prompt of two"],
)
def test_without_a_prompt_it_is_the_wording_of_the_dataset(
    rows: list[dict[str, Any]], said: dict[str, Any], fields: tuple[str, ...] | None, tmp_path: Path
) -> None:
    found = worded(tmp_path, rows, **said).fields

    assert found == fields if fields else sorted(found) == ["hypothesis", "premise"]


def test_a_recipe_with_a_file_of_questions_alone_is_worded_as_the_file(tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").write_text('{"question": "a", "answer": "b"}\n', encoding="utf-8")

    assert worded(tmp_path, questions="questions.jsonl").fields == ("question",)


def test_a_recipe_that_words_nothing_is_asked_the_text_as_it_is(tmp_path: Path) -> None:
    wording = worded(tmp_path)

    assert asked(wording, text="你好") == [("user", "你好")]
    assert not wording.turns


def test_rows_of_turns_are_asked_up_to_the_answer(tmp_path: Path) -> None:
    turns = [{"role": "system", "content": "簡短"}, {"role": "user", "content": "天空？"}]
    wording = worded(tmp_path, [{"messages": [*turns, {"role": "assistant", "content": "藍"}]}])

    expected = [("system", "簡短"), ("user", "天空？")]
    assert asked(wording, messages=turns) == expected
    assert asked(wording, messages=[*turns, {"role": "assistant", "content": "藍"}]) == expected
    assert asked(wording, text="天空？") == [("user", "天空？")]


def test_every_row_that_lacks_something_is_named_with_its_place(tmp_path: Path) -> None:
    wording = worded(tmp_path, prompt="{premise} {hypothesis}")

    with pytest.raises(RecipeError) as raised:
        wording.examples([row(**PAIR), row(premis="下雨了"), row(premise=" ", hypothesis="")])

    assert str(raised.value).count("rows.jsonl:3") == 2
    assert "no field" in str(raised.value)
    assert "there is no text in premise, hypothesis" in str(raised.value)


def test_what_all_rows_lack_is_told_once(tmp_path: Path) -> None:
    wording = worded(tmp_path, prompt="{訊息}")

    with pytest.raises(RecipeError) as raised:
        wording.examples([row(問題="多深？", 答案="三十公分")] * 30)

    assert str(raised.value) == (
        "rows.jsonl: in all 30 rows: there is no field '訊息'; there are 問題, 答案\na row needs these fields: 訊息"
    )


def test_a_prompt_without_a_field_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PotluckError, match=r"the prompt has no field such as \{text\}, so nothing can be asked"):
        worded(tmp_path, prompt="說你好")
