"""A file of examples is answered as the recipe's task asks: labels are chosen, texts are compared.

Modules: ``potluck.tasks.workload``, ``potluck.answering.choices``, ``potluck.metrics.classification``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe, hookimpl
from potluck.cli.evaluate import command
from potluck.errors import PotluckError, RecipeError, Unsupported
from potluck.evaluation.results import EvaluationReport
from potluck.hookspecs import ModelCall, StageEvent
from support.commands import invoke
from support.fake_plugins import visible
from support.labelled import install_labelled, write

WORDS = {"apple": "fruit", "蘋果": "fruit", "sky": "weather", "天空": "weather"}
ROWS = [("the apple", "fruit"), ("紅色的蘋果", "fruit"), ("藍色的天空", "weather"), ("a sky", "weather")]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("ASKED_LOG", str(tmp_path / "asked.log"))
    with visible(install_labelled(tmp_path / "site"), monkeypatch):
        yield folder


def opened(home: Path, rows: list[tuple[str, str]] | list[dict[str, Any]], **said: Any) -> Recipe:
    path = home / "test.jsonl"
    if rows and isinstance(rows[0], dict):
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    else:
        write(path, rows)  # type: ignore[arg-type]
    chat = {"use": "tutor", "words": WORDS, "otherwise": "weather", **said.pop("chat", {})}
    content = {"task": "classification", "questions": "test.jsonl", "chat": chat, **said}
    (home / "recipe.yaml").write_text(
        json.dumps({key: value for key, value in content.items() if value is not None}), encoding="utf-8"
    )
    return Recipe.load(home / "recipe.yaml")


def evaluated(home: Path, rows: Any = ROWS, limit: int | None = None, **said: Any) -> EvaluationReport:
    with opened(home, rows, **said) as recipe:
        return recipe.evaluate(limit=limit)


def asked(home: Path) -> int:
    path = home.parent / "asked.log"
    return len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0


def test_the_likeliest_label_is_the_answer_and_is_right_or_wrong(home: Path) -> None:
    report = evaluated(home, [*ROWS, ("no word", "fruit")])

    assert (report.measures["accuracy"].scale, report.measures["accuracy"].about) == ("share", "answer")
    assert [one.answer.text for one in report.answered] == ["fruit", "fruit", "weather", "weather", "weather"]
    assert [one.score.values for one in report.answered] == [{"accuracy": 1}] * 4 + [{"accuracy": 0}]
    assert report.metrics == {
        "accuracy": pytest.approx(0.8),
        "f1_macro": pytest.approx(0.8),
        "f1_minority": pytest.approx(0.8),
    }
    low, high = report.intervals["accuracy"].low, report.intervals["accuracy"].high
    assert low is not None
    assert high is not None
    assert 0 < low < 0.8 < high <= 1
    assert report.classes is not None
    assert report.classes.confusion == {"fruit": {"fruit": 2, "weather": 1}, "weather": {"weather": 2}}


def test_json_holds_the_measures_what_was_taken_for_what_and_every_example(home: Path) -> None:
    found: Any = evaluated(home, [*ROWS, ("no word", "fruit")]).as_json()

    assert found["accuracy"] == found["metrics"]["accuracy"] == pytest.approx(0.8)
    assert found["metrics"]["seconds"] == round(found["metrics"]["seconds"], 3)
    assert found["intervals"]["accuracy"][0] < 0.8 < found["intervals"]["accuracy"][1]
    assert found["confusion"]["fruit"] == {"fruit": 2, "weather": 1}
    assert found["labels"]["fruit"]["support"] == 3
    assert found["labels"]["weather"]["precision"] == pytest.approx(2 / 3)
    assert (found["n"], found["notes"]) == (5, [])
    assert found["examples"][0] == {
        "question_id": "example-1",
        "input": "the apple",
        "target": "fruit",
        "answer": "fruit",
        "scores": {"accuracy": 1.0},
        "remarks": [],
    }


def test_what_was_answered_is_not_asked_again(home: Path) -> None:
    first, again = evaluated(home), evaluated(home)

    assert asked(home) == 4
    assert [one.cached for one in first.answered] == [False] * 4
    assert [one.cached for one in again.answered] == [True] * 4
    assert [one.seconds for one in again.answered] == [one.seconds for one in first.answered]
    assert again.metrics == first.metrics


def test_with_other_labels_to_choose_from_it_is_asked_again(home: Path) -> None:
    evaluated(home)
    evaluated(home, [*ROWS, ("a chair", "furniture")])

    assert asked(home) == 4 + 5


@pytest.mark.parametrize(("limit", "count"), [(1, 1), (3, 3), (9, 4), (None, 4)])
def test_a_limit_takes_the_first_examples(home: Path, limit: int | None, count: int) -> None:
    assert [one.right_answer for one in evaluated(home, limit=limit).answered] == [label for _, label in ROWS[:count]]


def test_a_model_that_cannot_score_is_refused_for_a_classification(home: Path) -> None:
    with opened(home, ROWS, chat={"scores": False}) as recipe, pytest.raises(Unsupported) as raised:
        recipe.evaluate()

    assert "'tutor' does not say how likely a text is, so that labels cannot be scored as choices" in str(raised.value)
    assert asked(home) == 0


def test_a_file_with_none_of_the_labels_that_are_learned_is_refused_before_anything_is_asked(home: Path) -> None:
    write(home / "train.jsonl", ROWS * 3)

    with pytest.raises(PotluckError) as raised:
        evaluated(home, [("椅子", "家具"), ("桌子", "家具")], dataset="train.jsonl")

    assert "no answer in it can be right: its labels are '家具', and those learned are 'fruit', 'weather'. An" in str(
        raised.value
    )
    assert asked(home) == 0


def test_labels_that_were_not_learned_are_told_and_cannot_be_chosen(home: Path) -> None:
    write(home / "train.jsonl", ROWS * 3)
    odd = [*[(f"chair {n}", "furniture") for n in range(2)], *[(f"word {n}", f"label {n}") for n in range(5)]]

    report = evaluated(home, [*ROWS, *odd], dataset="train.jsonl")

    assert {one.answer.text for one in report.answered} == {"fruit", "weather"}
    (note,) = [note for note in report.notes if "not among those learned" in note]
    assert note.startswith("7 examples of 11 with a label that is not among those learned ('furniture' 2, 'label 0' 1")
    assert "'label 3' 1)" in note, "five labels are named"
    assert "label 4" not in note


def test_labels_that_were_learned_are_not_told(home: Path) -> None:
    write(home / "train.jsonl", ROWS * 3)

    assert [note for note in evaluated(home, dataset="train.jsonl").notes if "learned" in note] == []


def test_one_label_for_everything_is_told(home: Path) -> None:
    report = evaluated(home, [(f"nothing {n}", "fruit" if n % 2 else "weather") for n in range(20)])

    assert [note.split(":")[0] for note in report.notes] == [
        "one label for everything",
        "no better than the commonest label",
    ]


TEXTS = [("the apple", "標籤 FRUIT"), ("天空", "標籤：weather"), ("nothing", "標籤 other")]


def test_texts_are_compared_with_the_right_ones_word_by_word(home: Path) -> None:
    report = evaluated(home, TEXTS, task="generation")

    assert [one.answer.text for one in report.answered] == ["標籤： FRUIT。", "標籤： WEATHER。", "標籤： WEATHER。"]
    assert [one.score.values["exact_match"] for one in report.answered] == [1, 1, 0]
    assert report.answered[2].score.values == {
        "exact_match": 0,
        "f1": pytest.approx(2 / 3),
        "rouge_l": pytest.approx(2 / 3),
    }
    assert report.metrics["exact_match"] == pytest.approx(2 / 3)
    assert report.classes is None
    assert (report.as_json()["confusion"], report.as_json()["labels"]) == (None, None)
    assert (report.usage.prompt, report.usage.completion) == (sum(len(text) for text, _ in TEXTS), 30)


def test_of_several_right_answers_the_nearest_counts(home: Path) -> None:
    rows = [{"prompt": "the apple", "completion": ["pear", "標籤 fruit", "plum"]}]

    (one,) = evaluated(home, rows, task="generation").answered

    assert one.score.values == {"exact_match": 1, "f1": 1, "rouge_l": 1}


def test_a_text_is_asked_for_again_where_nothing_is_to_be_kept(home: Path) -> None:
    for chat, count in (({}, 3), ({}, 3), ({"cache": False}, 6), ({"cache": False}, 9), ({}, 9)):
        evaluated(home, TEXTS, task="generation", chat=chat)
        assert asked(home) == count


def test_one_answer_for_everything_is_told_of_texts_too(home: Path) -> None:
    report = evaluated(home, [(f"nothing {n}", f"answer {n}") for n in range(6)], task="generation")

    assert [note.split(":")[0] for note in report.notes] == ["one answer for everything"]


def test_observers_are_told_of_every_example_and_every_call(home: Path) -> None:
    stages, calls = [], []

    class Told:
        @hookimpl
        def potluck_stage_progressed(self, event: StageEvent) -> None:
            stages.append((event.stage, event.unit, event.done, event.total, event.component))

        @hookimpl
        def potluck_model_called(self, call: ModelCall) -> None:
            calls.append((call.operation, call.input_tokens, call.output_tokens))

    with opened(home, TEXTS, task="generation") as recipe:
        recipe.observers.register(Told())
        recipe.evaluate()

    assert stages == [("evaluate", "examples", number, 3, "tutor") for number in (1, 2, 3)]
    assert calls == [("chat", len(text), 10) for text, _ in TEXTS]


def test_a_file_without_the_fields_is_an_error_that_names_them(home: Path) -> None:
    with opened(home, [{"q": "x", "a": "y"}]) as recipe, pytest.raises((PotluckError, RecipeError), match="q, a"):
        recipe.evaluate()


def test_without_a_file_it_is_said_how_to_name_one(home: Path) -> None:
    with opened(home, ROWS, questions=None, dataset="test.jsonl") as recipe:
        with pytest.raises(
            PotluckError, match=r"names no questions; add 'questions: FILE\.jsonl' or name a file: --questions FILE"
        ):
            recipe.evaluate()
        assert len(recipe.evaluate(home / "test.jsonl").answered) == 4


def test_people_read_the_measures_with_intervals_the_mistakes_and_the_time(home: Path) -> None:
    with opened(home, [*ROWS, ("no word", "fruit")]):
        said = invoke(command, str(home / "recipe.yaml")).stdout.splitlines()

    assert said[0].startswith("accuracy 0.800 [0.376, 0.964] on 5 examples: not shown to be better than always ")
    assert said[1].startswith("That is open by 0.29 to either side; about 340 examples would tell")
    assert said[2:5] == [
        "  accuracy             0.800 [0.376, 0.964]",
        "    commonest label    0.600",
        "    random label       0.500",
    ]
    assert [re.sub(r" \[0\.\d{3}, [01]\.\d{3}\]", " [...]", line) for line in said[5:7]] == [
        "  f1_macro             0.800 [...]",
        "  f1_minority          0.800 [...]",
    ]
    assert said[7:9] == ["  rarest label: weather", "  fruit taken for weather (1)"]
    assert said[9].startswith("5 examples in ")
    assert said[10].startswith("the report is ")
    assert len(said) == 11, "a label that was always right is taken for none"


def test_a_recipe_without_a_tuner_is_run_without_a_training(home: Path) -> None:
    with opened(home, ROWS) as recipe:
        done = recipe.run()

    assert done.preparation.tuning is None
    assert done.evaluation is not None
    assert done.evaluation.metrics["accuracy"] == 1


def test_fields_that_the_dataset_names_and_the_file_lacks_are_told_at_their_place_in_the_recipe(home: Path) -> None:
    write(home / "train.jsonl", ROWS * 3)
    dataset = {"path": "train.jsonl", "input": "prompt", "target": "completion"}

    with (
        opened(home, [{"text": "a", "completion": "fruit"}], dataset=dataset) as recipe,
        pytest.raises(RecipeError, match=r"recipe\.yaml:.*dataset\.input: there is no field 'prompt'"),
    ):
        recipe.evaluate()


def test_labels_are_chosen_and_not_drawn(home: Path) -> None:
    with opened(home, ROWS, chat={"temperature": 1.0}) as recipe:
        assert not recipe._workload().samples(recipe.model)
    with opened(home, TEXTS, task="generation", chat={"temperature": 1.0}) as recipe:
        assert recipe._workload().samples(recipe.model)
