"""Worked examples in a prompt: as many as asked, the same every time, and never the question itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from potluck.api import Recipe
from potluck.document_qa.shots import chooser
from potluck.errors import PotluckError, RecipeError
from potluck.stages.answer import WorkedExample
from support.fake_plugins import visible
from support.planted import install_planted

ROWS = [
    *({"question": f"What is the price of item key-{n}. today?", "answers": [f"{n} dollars"]} for n in range(6)),
    *({"question": f"第{n}章的施工期限是幾天？", "answerable": False} for n in range(3)),
    {"question": "without an answer"},
]

Choose = Callable[[str], Sequence[WorkedExample]]


@pytest.fixture
def choose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Choose]]:
    """Makes what chooses for the settings of ``shots``."""
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
    (tmp_path / "examples.jsonl").write_text(lines, encoding="utf-8")
    opened: list[Recipe] = []

    def make(seed: int = 0, **settings: object) -> Choose:
        path = tmp_path / "recipe.yaml"
        shots = {"examples": "examples.jsonl", **settings}
        content = {"documents": "*.txt", "embedder": "keys", "chat": "reader", "shots": shots, "seed": seed}
        path.write_text(json.dumps(content), encoding="utf-8")
        opened.append(Recipe.load(path))
        return chooser(opened[-1].model, opened[-1].components, opened[-1].workspace.answer_cache)

    with visible(install_planted(tmp_path / "site"), monkeypatch):
        yield make
        for recipe in opened:
            recipe.close()


def test_random_examples_are_the_same_for_every_question_and_seed(choose: Callable[..., Choose]) -> None:
    chosen = choose(count=3)("How tall is the tower?")

    assert len(chosen) == 3
    assert choose(count=3)("寬度是多少？") == chosen
    assert any(choose(seed, count=3)("How tall is the tower?") != chosen for seed in range(1, 5))


def test_balanced_examples_are_as_often_without_an_answer_as_with_one(choose: Callable[..., Choose]) -> None:
    answers = [shot.answer for shot in choose(count=4, select="balanced")("How tall is the tower?")]

    assert answers.count("我不知道") == 2


def test_the_nearest_example_stands_next_to_the_question(choose: Callable[..., Choose]) -> None:
    chosen = choose(count=2, select="nearest")("Tell me, does key-4. cost anything?")

    assert chosen[-1].answer == "4 dollars"


@pytest.mark.parametrize("select", ["random", "balanced", "nearest"])
@pytest.mark.parametrize(
    "question",
    ["What is the price of item key-4. today?", "what is the PRICE of item key-4. today", "第1章的施工期限是幾天?"],
)
def test_the_question_that_is_asked_is_never_an_example(
    select: str, question: str, choose: Callable[..., Choose]
) -> None:
    given = {shot.question for shot in choose(count=8, select=select)(question)}

    assert len(given) == 8
    assert not {q for q in given if q.casefold().rstrip("?？") == question.casefold().rstrip("?？")}


def test_too_few_examples_are_an_error_before_anything_is_asked(choose: Callable[..., Choose]) -> None:
    with pytest.raises(PotluckError, match="asks for 10 examples, and 9 questions in it have an answer"):
        choose(count=10)


def test_without_shots_there_are_no_examples(choose: Callable[..., Choose]) -> None:
    assert choose(count=0)("anything") == ()


@pytest.mark.parametrize(
    ("shots", "prompt", "message"),
    [
        ("3", "", "shots: name a file of examples"),
        ("{count: 3, examples: none.jsonl}", "", "shots.examples: there is no file 'none.jsonl'"),
        ("{count: 65, examples: e.jsonl}", "", "shots.count: expected at most 64, got 65"),
        (
            "{count: 1, examples: e.jsonl}",
            "prompt: '{context} {question}'",
            "prompt: the field {examples} is missing, and shots asks for some",
        ),
    ],
)
def test_wrong_settings_are_named_in_the_recipe(shots: str, prompt: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "e.jsonl").write_text(json.dumps(ROWS[0]) + "\n", encoding="utf-8")
    path = tmp_path / "recipe.yaml"
    path.write_text(f"documents: a\nshots: {shots}\n{prompt}\n", encoding="utf-8")

    with pytest.raises(RecipeError, match=r"recipe\.yaml:[23]:\d+: ") as caught:
        Recipe.load(path)

    assert message in str(caught.value)
