"""What has no known answer is answered as a recipe's task asks, with how sure the model is.

Modules: ``potluck.tasks.predictions``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe, hookimpl
from potluck.components.components import Components
from potluck.datasets.row_files import DatasetRow
from potluck.documents import Answer, Usage
from potluck.errors import PotluckError, RecipeClosed, RecipeError, Unsupported
from potluck.fingerprints import fingerprint
from potluck.hookspecs import StageEvent
from potluck.tasks import predictions
from potluck.tasks.predictions import Prediction, known_labels
from potluck.tuning.artifact import FORMAT, MANIFEST
from support.fake_plugins import visible
from support.labelled import install_labelled, write

WORDS = {"apple": "fruit", "蘋果": "fruit", "sky": "weather", "天空": "weather"}
TRAINING = [("the apple", "fruit"), ("紅色的蘋果", "fruit"), ("藍色的天空", "weather"), ("a sky", "weather")]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("ASKED_LOG", str(tmp_path / "asked.log"))
    monkeypatch.setenv("PROMPT_LOG", str(tmp_path / "prompts.log"))
    with visible(install_labelled(tmp_path / "site"), monkeypatch):
        yield tmp_path


def opened(home: Path, **said: Any) -> Recipe:
    write(home / "train.jsonl", TRAINING * 3)
    chat = {"use": "tutor", "words": WORDS, "otherwise": "weather", **said.pop("chat", {})}
    content = {"task": "classification", "dataset": "train.jsonl", "chat": chat, **said}
    (home / "recipe.yaml").write_text(json.dumps({key: value for key, value in content.items() if value is not None}))
    return Recipe.load(home / "recipe.yaml")


def rows(*texts: str, field: str = "prompt") -> list[DatasetRow]:
    return [DatasetRow({"id": n, field: text}, Path("new.jsonl"), n, n) for n, text in enumerate(texts, 1)]


def log(home: Path, name: str) -> list[str]:
    path = home / f"{name}.log"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def test_a_label_is_given_with_the_share_of_each(home: Path) -> None:
    with opened(home) as recipe:
        found = recipe.task.ask({"prompt": "青蘋果"})

    share = 1 / (1 + math.exp(-8))
    assert found.answer.text == "fruit"
    assert found.score == pytest.approx(share)
    assert found.scores == {"fruit": pytest.approx(share), "weather": pytest.approx(1 - share)}
    assert found.as_json()["fields"] == {"prompt": "青蘋果"}


def test_what_is_typed_is_worded_by_the_prompt_and_asked_anew(home: Path) -> None:
    with opened(home, prompt="哪一類？{prompt}") as recipe:
        recipe.task.ask({"prompt": "青蘋果"})
        recipe.task.ask({"prompt": "青蘋果"})

    assert log(home, "prompts") == ["哪一類？青蘋果"] * 2


def test_rows_keep_their_order_and_are_asked_once_ever(home: Path) -> None:
    for cached in (False, True):
        with opened(home) as recipe:
            found = list(recipe.task.predict(rows("a sky", "蘋果", "the apple")))
        assert [one.answer.text for one in found] == ["weather", "fruit", "fruit"]
        assert [one.fields["id"] for one in found] == [1, 2, 3]
        assert [one.cached for one in found] == [cached] * 3

    assert len(log(home, "asked")) == 3


def test_what_an_evaluation_has_asked_is_not_asked_again(home: Path) -> None:
    write(home / "test.jsonl", [("a sky", "weather"), ("蘋果", "fruit")])
    with opened(home) as recipe:
        recipe.evaluate(home / "test.jsonl")
        found = list(recipe.task.predict(rows("蘋果", "a sky")))

    assert [one.cached for one in found] == [True, True]


def test_rows_that_lack_the_field_stop_it_before_anything_is_asked(home: Path) -> None:
    with opened(home) as recipe, pytest.raises(RecipeError) as raised:
        list(recipe.task.predict([*rows("蘋果"), *rows("天空", field="訊息")]))

    assert "there is no field 'prompt'; there are id, 訊息" in str(raised.value)
    assert log(home, "asked") == []


def test_a_written_text_has_how_likely_the_model_holds_it(home: Path) -> None:
    with opened(home, task="generation", dataset=None, prompt="{prompt}") as recipe:
        (found,) = recipe.task.predict(rows("蘋果"))
        typed = recipe.task.ask({"prompt": "蘋果"})

    assert found.answer.text == typed.answer.text == "標籤： FRUIT。"
    assert found.score == pytest.approx(math.exp(-9))
    assert (found.scores, typed.scores, typed.score) == ({}, {}, None)


def test_a_model_that_scores_no_texts_writes_without_a_score_and_chooses_no_label(home: Path) -> None:
    with opened(home, task="generation", dataset=None, prompt="{prompt}", chat={"scores": False}) as recipe:
        (found,) = recipe.task.predict(rows("蘋果"))
    assert found.score is None

    with opened(home, chat={"scores": False}) as recipe, pytest.raises(Unsupported, match="labels cannot be scored"):
        recipe.task.ask({"prompt": "蘋果"})


def test_pieces_of_a_text_are_handed_on_as_they_come(home: Path) -> None:
    pieces: list[str] = []
    with opened(home, task="generation", dataset=None, prompt="{prompt}") as recipe:
        found = recipe.task.ask({"prompt": "蘋果"}, pieces.append)

    assert "".join(pieces) == found.answer.text != ""


def test_labels_come_from_the_questions_where_nothing_is_learned(home: Path) -> None:
    write(home / "test.jsonl", [("a sky", "weather"), ("蘋果", "fruit"), ("a chair", "furniture")])
    with opened(home, dataset=None, questions="test.jsonl") as recipe:
        assert recipe.task.labels == ("fruit", "furniture", "weather")

    with opened(home, dataset=None, prompt="{prompt}") as recipe, pytest.raises(PotluckError, match="nothing names"):
        _ = recipe.task.labels


@pytest.mark.parametrize(("learned", "known"), [(["b", "a"], ("b", "a")), ([], ("fruit", "weather"))])
def test_labels_come_from_the_adapter_before_the_questions(
    home: Path, learned: list[str], known: tuple[str, ...]
) -> None:
    write(home / "test.jsonl", [("a sky", "weather"), ("蘋果", "fruit")])
    manifest: dict[str, Any] = {"format": FORMAT, "labels": learned}
    sealed = json.dumps({**manifest, "seal": fingerprint(manifest)})
    (home / MANIFEST).write_text(sealed, encoding="utf-8")
    with opened(home, dataset=None, questions="test.jsonl") as recipe:
        model = recipe.model

    assert known_labels(replace(model, tuning=replace(model.tuning, adapter=home))) == known
    assert known_labels(replace(model, tuning=replace(model.tuning, adapter=home, task="generation"))) == ()


def test_the_model_is_made_ready_before_the_clock_starts(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order = list[str]()
    monkeypatch.setattr(Components, "prepared_chat", lambda self: order.append("ready"))
    monkeypatch.setattr(predictions.time, "perf_counter", lambda: order.append("clock") or 0.0)
    with opened(home) as recipe:
        found = recipe.task.ask({"prompt": "蘋果"})

    assert order[:2] == ["ready", "clock"]
    assert (found.seconds, found.cached) == (0.0, False)


def test_each_row_that_is_answered_is_told_to_observers(home: Path) -> None:
    told = list[tuple[str, int, int | None]]()

    class Watch:
        @hookimpl
        def potluck_stage_progressed(self, event: StageEvent) -> None:
            told.append((event.stage, event.done, event.total))

    with opened(home) as recipe:
        recipe.observers.register(Watch())
        list(recipe.task.predict(rows("a sky", "蘋果")))

    assert [one for one in told if one[0] == "predict"] == [("predict", 1, 2), ("predict", 2, 2)]


def test_a_prediction_is_printed_with_all_that_is_known_of_the_answer() -> None:
    usage = Usage(5, 2, 1, 1)
    answer = Answer("水果", "length", usage, notes=("odd",), thoughts="想", served_by="m-1")

    said = Prediction({"id": 7, "text": "蘋果"}, answer, 0.5, {"水果": 0.5}, 1.23456).as_json()

    assert said["fields"] == {"id": "7", "text": "蘋果"}
    assert (said["answer"], said["score"], said["scores"], said["seconds"]) == ("水果", 0.5, {"水果": 0.5}, 1.235)
    assert (said["finish"], said["thoughts"], said["served_by"]) == ("length", "想", "m-1")
    assert "odd" in said["remarks"]  # type: ignore[operator]


def test_shares_are_probabilities_however_unlikely_all_labels_are(home: Path) -> None:
    found = predictions._shares({"a": -5000.0, "b": -5000.0 + math.log(3)})

    assert found == {"a": pytest.approx(0.25), "b": pytest.approx(0.75)}


def test_a_recipe_that_was_closed_answers_nothing(home: Path) -> None:
    with opened(home) as recipe:
        task = recipe.task

    with pytest.raises(RecipeClosed):
        task.ask({"prompt": "蘋果"})
