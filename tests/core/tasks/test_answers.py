"""Examples are answered by a text or by the likeliest label, each at most once for the same model and prompt.

Modules: ``potluck.tasks.answers``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from potluck import recipe as recipes
from potluck.components.components import Components
from potluck.contracts import ChatModel, ChatOptions, Config, Likelihood
from potluck.documents import Answer, Example, Message, Usage
from potluck.errors import PotluckError, Unsupported
from potluck.metrics.scorer import Scorer
from potluck.model_sources.model_store import ModelStore
from potluck.tasks.answers import ExampleAsker, item_of
from potluck.workspace import Workspace
from support.fake_plugins import visible
from support.labelled import install_labelled

FRUIT = item_of(1, Example((Message("system", "水果？"), Message("user", "蘋果")), "水果"), ["水果", "果"])
SKY = item_of(2, Example((Message("user", "天空"),), "天氣"), ["天氣"])


class Says(ChatModel):
    """Says one thing after another; of labels it holds that likeliest which stands in the question's place."""

    context_window = None
    scores_text = True

    def __init__(self, *said: Answer, likeliest: str = "", together: threading.Barrier | None = None) -> None:
        self.said, self.likeliest, self.together = list(said), likeliest, together
        self.asked: list[tuple[Message, ...]] = []
        self.prepared = 0
        self.threads = set[threading.Thread]()

    def prepare(self) -> None:
        self.prepared += 1

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return 1

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        self.asked.append(tuple(messages))
        self.threads.add(threading.current_thread())
        if self.together is not None:
            self.together.wait(10)
        return self.said[(len(self.asked) - 1) % len(self.said)]

    def likelihoods(
        self, prompt: str | Sequence[Message], continuations: Sequence[str], after: str = ""
    ) -> list[Likelihood]:
        assert not isinstance(prompt, str)
        self.asked.append(tuple(prompt))
        return [Likelihood(-1.0 if one.strip() == self.likeliest else -5.0, 1) for one in continuations]


class Desk:
    """Asks a model as a recipe says."""

    def __init__(self, folder: Path, workspace: Workspace) -> None:
        self.folder, self.workspace = folder, workspace

    def asker(
        self, model: ChatModel, labels: Sequence[str] = (), sample: int = 0, task: str = "generation", **chat: object
    ) -> ExampleAsker:
        (self.folder / "q.jsonl").touch()
        overrides = [f"task={task}", *(f"chat.{name}={value}" for name, value in chat.items())]
        recipe = recipes.loads("questions: q.jsonl\nchat: tutor\n", self.folder / "recipe.yaml", overrides)
        self.components = Components(recipe, self.workspace, ModelStore(self.folder))
        self.components.chat_fingerprint  # noqa: B018, the plugin's own, before another model takes its place
        self.components.__dict__["chat"] = model
        scorer = Scorer(self.components.metrics)
        return ExampleAsker(self.components, labels, self.workspace.answer_cache, scorer, sample)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with visible(install_labelled(tmp_path / "site"), monkeypatch), closing(Workspace(tmp_path / "w")) as workspace:
        yield Desk(tmp_path, workspace)


def test_an_example_is_a_question_by_its_place() -> None:
    assert (FRUIT.question.id, FRUIT.question.question, FRUIT.question.answers) == (
        "example-1", "水果？\n\n蘋果", ("水果", "果"),
    )  # fmt: skip
    assert FRUIT.example.target == "水果"


def test_a_text_is_scored_against_all_right_answers_with_its_usage_and_what_was_unusual(desk: Desk) -> None:
    model = Says(Answer("  果 \n", usage=Usage(5, 2, 1, 1), notes=("odd",), served_by="gpt"), Answer("", "length"))

    first, second = desk.asker(model).ask_all([FRUIT, SKY])

    assert (first.answer.text, first.answer.finish, first.answer.usage) == ("果", "stop", Usage(5, 2, 1, 1))
    assert (first.answer.served_by, first.right_answer, first.cached) == ("gpt", "水果", False)
    assert first.score.values["exact_match"] == 1
    assert "odd" in first.answer.notes
    assert (second.answer.finish, second.score.empty, second.score.values["exact_match"]) == ("length", True, 0)
    assert (first.score.empty, first.score.refused, first.score.answerable) == (False, False, True)
    assert model.asked == [FRUIT.example.messages, SKY.example.messages]
    assert first.as_json() == {
        "question_id": "example-1",
        "input": "水果？\n\n蘋果",
        "target": "水果",
        "answer": "果",
        "scores": dict(first.score.values),
        "remarks": list(first.answer.notes),
    }


def test_what_was_answered_is_not_asked_again_and_comes_back_whole(desk: Desk) -> None:
    model = Says(Answer("果", "length", Usage(5, 2), notes=("odd",), served_by="gpt"))
    (first,) = desk.asker(model).ask_all([FRUIT])
    (again,) = desk.asker(model).ask_all([FRUIT])

    assert (len(model.asked), model.prepared, again.cached) == (1, 1, True)
    assert (again.answer, again.score.values, again.seconds) == (first.answer, first.score.values, first.seconds)
    assert first.seconds > 0
    (other,) = desk.asker(model).ask_all([SKY])
    assert not other.cached


def test_another_role_text_or_setting_is_asked_anew(desk: Desk) -> None:
    model = Says(Answer("果"))
    said = item_of(1, Example((Message("user", "水果？"), Message("user", "蘋果")), "水果"), [])
    list(desk.asker(model).ask_all([FRUIT, said]))
    list(desk.asker(model, max_tokens=9).ask_all([FRUIT]))

    assert len(model.asked) == 3


def test_where_nothing_is_to_be_kept_a_text_is_asked_for_again_by_the_next_opening(desk: Desk, tmp_path: Path) -> None:
    model = Says(Answer("果"))
    list(desk.asker(model, cache=False).ask_all([FRUIT, FRUIT]))
    assert len(model.asked) == 1
    with closing(Workspace(tmp_path / "w")) as later:
        list(Desk(tmp_path, later).asker(model, cache=False).ask_all([FRUIT]))
    assert len(model.asked) == 2


@pytest.mark.parametrize(("temperature", "count"), [(0, 1), (0.5, 3)])
def test_rounds_of_a_model_that_samples_are_told_apart(desk: Desk, temperature: float, count: int) -> None:
    model = Says(Answer("果"))
    for sample in (0, 1, 2, 1):
        list(desk.asker(model, sample=sample, temperature=temperature).ask_all([FRUIT]))

    assert len(model.asked) == count


def test_a_model_that_takes_several_at_once_is_asked_so_and_the_order_stays(desk: Desk) -> None:
    model = Says(Answer("果"), together=threading.Barrier(2))
    model.concurrency = 2

    assert [one.question.id for one in desk.asker(model).ask_all([FRUIT, SKY])] == ["example-1", "example-2"]


def test_a_model_that_takes_one_at_a_time_is_asked_by_the_thread_that_asks(desk: Desk) -> None:
    model = Says(Answer("果"))
    model.concurrency = 1
    list(desk.asker(model).ask_all([FRUIT, SKY]))

    assert model.threads == {threading.current_thread()}


def test_the_likeliest_label_is_the_answer_and_is_asked_for_once(desk: Desk) -> None:
    model = Says(likeliest="水果")

    for cached in (False, True):
        found = list(desk.asker(model, ["天氣", "水果"], task="classification").ask_all([FRUIT, SKY]))
        assert [one.answer.text for one in found] == ["水果", "水果"]
        assert [one.score.values for one in found] == [{"accuracy": 1}, {"accuracy": 0}]
        assert [one.cached for one in found] == [cached] * 2
    assert len(model.asked) == 2
    list(desk.asker(model, ["天氣", "水果", "家具"], task="classification").ask_all([FRUIT]))
    assert len(model.asked) == 3


def test_of_equally_likely_labels_the_first_is_taken(desk: Desk) -> None:
    (found,) = desk.asker(Says(), ["天氣", "水果"], task="classification").ask_all([FRUIT])

    assert found.answer.text == "天氣"


def test_how_surprised_the_model_is_by_the_target_is_measured_once(desk: Desk) -> None:
    model = Says(likeliest="水果")
    asker = desk.asker(model)

    assert (asker.surprise(FRUIT).nats, asker.surprise(FRUIT).characters) == (1.0, 2)
    assert asker.surprise(SKY).nats == 5.0
    assert model.asked == [FRUIT.example.messages, SKY.example.messages]


def test_a_model_that_cannot_tell_is_refused(desk: Desk) -> None:
    class Mute(Says):
        def likelihoods(
            self, prompt: str | Sequence[Message], continuations: Sequence[str], after: str = ""
        ) -> list[Likelihood]:
            raise Unsupported("does not say")

    with pytest.raises(Unsupported, match="does not say"):
        desk.asker(Mute()).surprise(FRUIT)


def test_settings_that_are_not_chat_options_are_refused_by_name(desk: Desk) -> None:
    desk.asker(Says())
    object.__setattr__(desk.components.recipe.chat, "config", Config())

    with pytest.raises(PotluckError, match="the settings of the chat model 'tutor' are not ChatOptions"):
        ExampleAsker(desk.components, (), desk.workspace.answer_cache, Scorer(()))
