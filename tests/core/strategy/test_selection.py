"""Strategies compared with each other on small data, with an embedder and a chat model that exist for tests only.

Modules: ``potluck.strategy.advice``, ``potluck.strategy.document``,
``potluck.strategy.futility``, ``potluck.strategy.budget``,
``potluck.strategy.entrant_notes``, ``potluck.strategy.prompted``,
``potluck.strategy.quality``, ``potluck.strategy.register``,
``potluck.strategy.protocol``, ``potluck.strategy.rule``, ``potluck.strategy.simple``,
``potluck.strategy.results_table``, ``potluck.strategy.tuned``, ``potluck.strategy.message_vectors``.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from potluck import recipe as recipes
from potluck.datasets.near_duplicates import are_alike, triples
from potluck.errors import MissingDependency, PotluckError, RemoteError
from potluck.hookspecs import ModelCall, StageEvent, hookimpl
from potluck.observation.observers import Observers
from potluck.strategy import selection
from potluck.strategy.data import read_split
from potluck.strategy.selection import SelectionOutcome, SelectionPlan, strategy
from support.fake_plugins import visible
from support.labelled import install_labelled, messages, write

KNOWS = {"use": "tutor", "words": {"中獎": "garbage", "開會": "ok"}, "otherwise": "ok"}
CLUELESS = {"use": "tutor", "otherwise": "garbage"}

Run = Callable[..., SelectionOutcome]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("ASKED_LOG", "EMBEDDED_LOG", "PROMPT_LOG"):
        monkeypatch.setenv(name, str(tmp_path / name))
    with visible(install_labelled(tmp_path / "site"), monkeypatch):
        write(tmp_path / "data" / "data.jsonl", messages(400))
        yield tmp_path


@pytest.fixture
def run(home: Path) -> Run:
    def run(chat: Mapping[str, Any] | None = None, embedder: object = "letters", **plan: Any) -> SelectionOutcome:
        said = [f"embedder={json.dumps(embedder)}"]
        said += [f"chat={json.dumps(chat, ensure_ascii=False)}"] if chat is not None else []
        model = recipes.loads("potluck: 1", home / "recipe.yaml", said)
        return strategy(model, SelectionPlan(home / "data" / "data.jsonl", chat=chat is not None, **plan))

    return run


class Watching:
    def __init__(self) -> None:
        self.events = list[StageEvent]()
        self.calls = list[ModelCall]()

    @hookimpl
    def potluck_stage_progressed(self, event: StageEvent) -> None:
        self.events.append(event)

    @hookimpl
    def potluck_model_called(self, call: ModelCall) -> None:
        self.calls.append(call)


def observed_by(observer: Watching) -> Observers:
    observers = Observers("strategies")
    observers.register(observer)
    return observers


def log(home: Path, name: str) -> list[str]:
    path = home / name
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def rows(outcome: SelectionOutcome) -> dict[str, Any]:
    found = outcome.document["rows"]
    assert isinstance(found, list)
    return {row["name"]: row for row in found if isinstance(row, dict) and isinstance(row["name"], str)}


def test_without_a_chat_model_there_are_neighbours_a_classifier_and_a_baseline(run: Run) -> None:
    outcome = run()

    assert list(rows(outcome)) == ["majority", "retrieval", "embedding"]
    assert rows(outcome)["embedding"]["quality"]["accuracy"]["mean"] > 0.9
    assert outcome.advice.row in ("retrieval", "embedding")
    assert "Take " in outcome.advice.words


def test_hopeless_rows_drop_out_early_and_the_words_say_why(run: Run) -> None:
    outcome = run({**KNOWS, "shots": 8}, rows=("zero-shot", "few-shot-balanced", "embedding"))

    found = rows(outcome)
    assert found["zero-shot"]["outcome"] == "worse"
    assert found["zero-shot"]["n"] < found["embedding"]["n"] == 100
    assert "worse than" in found["zero-shot"]["why"]
    assert found["few-shot-balanced"]["quality"]["accuracy"]["mean"] == 1.0
    assert "zero-shot" in outcome.race.looks[1].dropped or "zero-shot" in outcome.race.looks[0].dropped


def test_full_drops_nothing(run: Run) -> None:
    outcome = run(CLUELESS, full=True)

    assert {row["n"] for row in rows(outcome).values()} == {100}


def test_all_rows_are_asked_the_same_messages(run: Run, home: Path) -> None:
    run(CLUELESS, full=True, limit=20)

    asked = Counter(line.split(" ", 1)[1] for line in log(home, "ASKED_LOG"))
    assert len(asked) == 20
    assert set(asked.values()) == {5}


def test_of_two_rows_without_evidence_of_a_difference_the_cheaper_is_recommended(run: Run) -> None:
    outcome = run({**KNOWS, "prices": [1000.0, 1000.0]}, usd=1e9, full=True)

    assert outcome.advice.row in ("retrieval", "embedding")
    assert "no evidence of a difference" in outcome.advice.words


def test_an_expensive_row_that_is_no_better_is_not_asked_to_the_end(run: Run) -> None:
    outcome = run({**KNOWS, "prices": [1000.0, 1000.0]}, usd=1e9, rows=("zero-shot", "embedding"))

    found = rows(outcome)
    assert (found["zero-shot"]["outcome"], found["embedding"]["n"]) == ("expensive", 100)
    assert found["zero-shot"]["n"] < 100
    assert "more expensive than embedding" in found["zero-shot"]["why"]
    assert "hardly a chance of being worth it: zero-shot" in outcome.advice.words


def test_a_row_that_is_really_better_is_recommended_though_it_costs(run: Run, home: Path) -> None:
    # What is asked about cannot be told by its letters.
    write(
        home / "data" / "data.jsonl",
        [(text, "ok" if number % 3 else "garbage") for number, (text, _) in enumerate(messages(400))],
    )
    split = read_split(home / "data" / "data.jsonl")
    words = {item.text: item.label for item in split.test}
    outcome = run({"use": "tutor", "words": words, "prices": [1.0, 1.0]}, rows=("zero-shot", "retrieval"))

    assert outcome.advice.row == "zero-shot"


def test_an_interrupted_run_goes_on_without_asking_again(run: Run, home: Path) -> None:
    class Stop(Watching):
        @hookimpl
        def potluck_stage_progressed(self, event: StageEvent) -> None:
            if (event.stage, event.done) == ("strategy", 21):
                raise KeyboardInterrupt

    model = recipes.loads(
        "potluck: 1", home / "recipe.yaml", ["embedder=letters", f"chat={json.dumps(KNOWS, ensure_ascii=False)}"]
    )
    with pytest.raises(KeyboardInterrupt):
        strategy(model, SelectionPlan(home / "data" / "data.jsonl", chat=True), observed_by(Stop()))
    before = len(log(home, "ASKED_LOG"))
    outcome = run(KNOWS)
    again = run(KNOWS)

    asked, embedded = Counter(log(home, "ASKED_LOG")), Counter(log(home, "EMBEDDED_LOG"))
    assert 0 < before < sum(asked.values())
    assert max(Counter(asked).values()) <= 3  # the three rows with eight examples ask alike
    assert sum(asked.values()) == sum(row["n"] for name, row in rows(outcome).items() if "shot" in name)
    assert set(embedded.values()) == {1}
    assert rows(again) == rows(outcome)
    assert again.advice == outcome.advice


def test_without_scipy_nothing_is_asked(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)

    with pytest.raises(MissingDependency, match="comparing needs the package 'scipy'"):
        run(KNOWS)
    assert not (home / "ASKED_LOG").exists()
    assert not (home / "EMBEDDED_LOG").exists()


def test_observers_are_told_of_every_message_and_of_every_call_of_a_model(home: Path) -> None:
    said = ["embedder=letters", f"chat={json.dumps({**KNOWS, 'scores': False}, ensure_ascii=False)}"]
    model = recipes.loads("potluck: 1", home / "recipe.yaml", said)
    watching = Watching()
    strategy(model, SelectionPlan(home / "data" / "data.jsonl", chat=True, limit=20), observed_by(watching))

    asked = [event for event in watching.events if event.stage == "strategy" and not event.message]
    assert [(event.done, event.total) for event in asked] == [(n, 20) for n in range(1, 21)]
    chat = [call for call in watching.calls if call.operation == "chat"]
    embedded = [call for call in watching.calls if call.operation == "embeddings"]
    assert len(chat) == len(log(home, "ASKED_LOG")) > 0
    assert {(call.component, call.recipe, call.stage) for call in chat} == {("tutor", "strategies", asked[0].id)}
    assert all(call.output_tokens for call in chat)
    assert sum(call.texts for call in embedded) == len(log(home, "EMBEDDED_LOG"))
    assert {call.component for call in embedded} == {"letters"}


def test_observers_are_told_of_labels_that_are_scored(home: Path) -> None:
    model = recipes.loads("potluck: 1", home / "r.yaml", ["embedder=letters", f"chat={json.dumps(KNOWS)}"])
    watching = Watching()
    plan = SelectionPlan(home / "data" / "data.jsonl", chat=True, limit=20, rows=("zero-shot",))
    strategy(model, plan, observed_by(watching))

    assert [(call.operation, call.component) for call in watching.calls] == [("chat", "tutor")] * 20


def test_without_a_chat_model_no_row_asks_one(home: Path) -> None:
    model = recipes.loads("potluck: 1", home / "r.yaml", ["embedder=letters"])
    outcome = strategy(model, SelectionPlan(home / "data" / "data.jsonl", limit=20))

    assert [row["name"] for row in outcome.document["rows"]] == ["majority", "retrieval", "embedding"]  # type: ignore[index, call-overload, union-attr]


def test_examples_are_never_the_message_that_is_asked(run: Run, home: Path) -> None:
    write(home / "data" / "train.jsonl", [*messages(60), ("恭喜中獎請點連結領取獎金喔喔", "garbage")])
    write(home / "data" / "test.jsonl", [("恭喜中獎，請點連結領取獎金喔喔", "garbage"), *messages(80)[60:]])
    model = recipes.loads("potluck: 1", home / "r.yaml", ["embedder=letters", f"chat={json.dumps(KNOWS)}"])
    strategy(model, SelectionPlan(home / "data", chat=True, full=True))

    prompts = log(home, "PROMPT_LOG")
    shown = [prompt for prompt in prompts if prompt.count(" / ")]
    assert len(shown) >= 60
    for prompt in shown:
        *examples, asked = [turn.rsplit("訊息：", 1)[1] for turn in prompt.split(" / ") if "訊息：" in turn]
        assert not any(are_alike(triples(asked), triples(example)) for example in examples)


def test_the_prompt_is_in_the_language_of_the_messages_and_lists_the_labels(run: Run, home: Path) -> None:
    run(KNOWS, rows=("zero-shot",), limit=2)

    assert "標籤：garbage、ok" in log(home, "PROMPT_LOG")[0]


def test_a_model_without_likelihoods_answers_and_the_label_is_found_in_the_answer(run: Run) -> None:
    outcome = run({**KNOWS, "scores": False}, rows=("zero-shot",), limit=20)

    assert rows(outcome)["zero-shot"]["quality"]["accuracy"]["mean"] == 1.0


def test_money_is_never_overspent_and_rows_that_cost_nothing_go_on(run: Run) -> None:
    outcome = run({**KNOWS, "scores": False, "prices": [100.0, 100.0]}, usd=0.5)

    spent = outcome.document["spent"]
    assert isinstance(spent, dict)
    assert 0 < float(str(spent["usd"])) <= 0.5
    found = rows(outcome)
    assert found["zero-shot"]["outcome"] == "budget"
    assert "US dollars" in found["zero-shot"]["why"]
    assert found["embedding"]["n"] == 100


def test_no_money_still_allows_what_is_free(run: Run) -> None:
    outcome = run({**KNOWS, "scores": False, "prices": [100.0, 100.0]}, usd=0.0)

    assert rows(outcome)["zero-shot"]["n"] == 0
    assert outcome.advice.row in ("retrieval", "embedding")


def test_time_ends_the_race_and_more_of_it_goes_on(run: Run, home: Path) -> None:
    slow = {**KNOWS, "pause": 0.05}
    outcome = run(slow, minutes=0.02, rows=("zero-shot", "embedding"), full=True)
    first = len(log(home, "ASKED_LOG"))
    more = run(slow, minutes=1.0, rows=("zero-shot", "embedding"), full=True)

    assert outcome.race.ended is not None
    assert 2 <= first < 30
    assert rows(more)["zero-shot"]["n"] == 100
    assert len(log(home, "ASKED_LOG")) == 100


def test_a_row_that_fails_is_named_and_the_others_go_on(run: Run) -> None:
    outcome = run({**KNOWS, "fails_on": "中獎"}, rows=("zero-shot", "retrieval"))

    assert rows(outcome)["zero-shot"]["outcome"] == "failed"
    assert "service is gone" in rows(outcome)["zero-shot"]["why"]
    assert outcome.advice.row == "retrieval"


def test_if_all_rows_fail_that_is_an_error(run: Run) -> None:
    with pytest.raises((PotluckError, RemoteError), match="service is gone"):
        run({**KNOWS, "fails_on": ""} | {"fails_on": "中"} | {"words": {}}, rows=("zero-shot",), limit=40)


def test_bytes_that_leave_the_machine_are_counted(run: Run) -> None:
    local = run(KNOWS, rows=("zero-shot", "retrieval"), limit=20)
    remote = run(
        {**KNOWS, "send": "api.example"},
        {"use": "letters", "send": "api.example"},
        rows=("zero-shot", "retrieval"),
        limit=20,
    )

    assert {row["bytes_sent"] for row in rows(local).values()} == {0}
    assert all(row["bytes_sent"] > 500 for row in rows(remote).values())


@pytest.mark.parametrize(("names", "said"), [(("fewshot",), "there is no row"), (("zero-shot",), "--chat")])
def test_rows_that_cannot_be_are_errors(run: Run, names: tuple[str, ...], said: str) -> None:
    with pytest.raises(PotluckError, match=said):
        run(rows=names)


def test_with_many_labels_a_row_offers_those_of_similar_messages_only(run: Run, home: Path) -> None:
    many = [(f"{text}第{chr(0x4E00 + kind)}類", f"kind-{kind}") for kind in range(25) for text, _ in messages(8)]
    write(home / "data" / "data.jsonl", many)
    outcome = run({"use": "tutor", "otherwise": "kind-3"}, limit=4, full=True)

    assert "few-shot-nearest-labels" in rows(outcome)
    counts = {prompt.split("標籤：")[1].split("||")[0].count("kind-") for prompt in log(home, "PROMPT_LOG")}
    assert max(counts) == 25
    assert min(counts) < 25


def test_what_rows_opened_is_closed_when_the_race_cannot_start(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Opened:
        closed = False

        def close(self) -> None:
            self.closed = True

    opened = (Opened(), Opened())

    def open_two(*arguments: Any) -> Mapping[str, Any]:
        opened_so_far = next(one for one in arguments if isinstance(one, list))
        opened_so_far += opened
        raise PotluckError("the second tuner is unknown")

    monkeypatch.setattr(selection, "tuned_specs", open_two)
    with pytest.raises(PotluckError, match="the second tuner is unknown"):
        run()

    assert all(one.closed for one in opened)


def test_observers_are_told_which_row_learns_and_what_was_asked_before(home: Path) -> None:
    model = recipes.loads("potluck: 1", home / "recipe.yaml", ["embedder=letters"])
    plan, first, again = SelectionPlan(home / "data" / "data.jsonl", limit=20), Watching(), Watching()
    for watching in (first, again):
        strategy(model, plan, observed_by(watching))

    told = [one for one in first.events if one.stage == "strategy"]
    assert list(dict.fromkeys(one.message for one in told if one.message)) == [
        "row 1 of 3 learns: majority",
        "row 2 of 3 learns: retrieval",
        "row 3 of 3 learns: embedding",
    ]
    assert (told[-1].done, told[-1].total, told[-1].reused) == (20, 20, 0)
    assert [one for one in again.events if one.stage == "strategy"][-1].reused == 20
