"""The ledger of answering: every number of its entry, on planted losses and clean runs, for one question and a file.

Modules: ``potluck.document_qa.ask``, ``potluck.loading.attachments``, ``potluck.embedding.batches``,
``potluck.stages.cite``, ``potluck.components.components``,
``potluck.stages.embed``, ``potluck.stages.index``, ``potluck.stages.load``,
``potluck.stages.retrieve``, ``potluck.stages.split``, ``potluck.embedding.call``, ``potluck.embedding.pooling``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer, Json, Message, Passage, Usage
from potluck.ledger import Amount, Entry
from potluck.recipe import loads
from potluck.stages.answer import Answerer
from support.fake_plugins import visible
from support.planted_losses import entry, install_planted

PASSAGES = [
    Passage(f"id{n}", f"{n}.txt", text, 0, len(text), 0.9 - n / 10)
    for n, text in enumerate(("a" * 30, "b" * 20, "四個字呢" * 3), 1)
]
KNOWN = Usage(50, 5)


class Says(ChatModel):
    """Says one thing after another, the last one again and again. A character is a token."""

    def __init__(self, said: Sequence[Answer], window: int | None = None) -> None:
        self.said, self.context_window = list(said), window

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return sum(len(message.content) for message in messages)

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        return self.said.pop(0) if len(self.said) > 1 else self.said[0]


@dataclass(frozen=True)
class Case:
    """What a model says to three passages, and the entry that comes of it. ``losses`` are planted in it."""

    name: str
    said: list[Answer]
    entry: dict[str, Json]
    losses: int = 0
    window: int | None = None
    overrides: list[str] = field(default_factory=list)


PROMPT = "prompt='{context}|{question}'"
ALL = (3, 62)
CASES = [
    Case("the last passage is not shown", [Answer("yes", usage=KNOWN)],
         entry("passages", ALL, (2, 50, 50), "fit: drop_last: 3.txt, characters 0 to 12 not shown to the model",
               dropped=(1, 12)), 1, 100, ["retriever.fit=drop_last"]),
    Case("the last two are not shown", [Answer("yes", usage=KNOWN)],
         entry("passages", ALL, (1, 30, 50), "fit: drop_last: 2.txt, characters 0 to 20, 3.txt, characters 0 to 12 not "
               "shown to the model", dropped=(2, 32)), 1, 70, ["retriever.fit=drop_last"]),
    Case("a filter", [Answer("", "filter", KNOWN)],
         entry("passages", ALL, (3, 62, 50), "the service's content filter withheld the answer"), 1),
    Case("thoughts that the limit cut", [Answer("", "length", Usage(50, 20, 0, 20), thoughts="hm" * 10)],
         entry("passages", ALL, (3, 62, 50), "the token limit ended the model's thoughts, so there is no answer: raise "
               "chat.max_tokens", "thoughts: 20 characters, 20 of 20 tokens, kept apart from the answer"), 2),
    Case("a note of the service", [Answer("yes", "stop", KNOWN, notes=("an unknown finish_reason",))],
         entry("passages", ALL, (3, 62, 50), "an unknown finish_reason"), 1),
    Case("partial answers that refuse", [Answer("yes", usage=KNOWN), Answer("I don't know", usage=KNOWN)],
         entry("passages", ALL, (3, 62, 150), "3 calls, 1 with an answer"), 1, None,
         ["answer.method=map_reduce"]),
]  # fmt: skip
CLEAN = [
    Case("all is shown", [Answer("yes", usage=KNOWN)], entry("passages", ALL, (3, 62, 50))),
    Case("all just fits, with consent that nothing needs", [Answer("yes", usage=KNOWN)],
         entry("passages", ALL, (3, 62, 50)), 0, 200, ["retriever.fit=drop_last"]),
    Case("a refusal is an answer", [Answer("I don't know", usage=KNOWN)], entry("passages", ALL, (3, 62, 50))),
    Case("an answer in Chinese", [Answer("四個字", usage=Usage(7, 3))], entry("passages", ALL, (3, 62, 7))),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with visible(install_planted(tmp_path / "site"), monkeypatch):
        yield


def answered(case: Case, passages: Sequence[Passage] = PASSAGES) -> dict[str, Json]:
    text = "documents: a\nembedder: hashing\nchat: {max_tokens: 20}\n"
    recipe = loads(text, Path("recipe.yaml"), [PROMPT, *case.overrides])
    found = Entry("answer", "passages")
    Answerer(recipe, Says(case.said, case.window)).answer("what?", passages, found)
    return found.as_json()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_planted_losses_are_told_with_every_number(case: Case) -> None:
    assert answered(case) == case.entry


@pytest.mark.parametrize("case", CLEAN, ids=lambda case: case.name)
def test_where_nothing_is_lost_nothing_is_told(case: Case) -> None:
    assert answered(case) == case.entry


def test_without_passages_nothing_is_shown_and_nothing_lost() -> None:
    assert answered(CLEAN[0], []) == entry("passages", (0, 0), (0, 0))


def evaluated(home: Path, says: Callable[[], ChatModel], *overrides: str) -> dict[str, Json]:
    """The entry of an evaluation of three questions over three notes."""
    (home / "notes").mkdir(parents=True)
    for passage in PASSAGES:
        (home / "notes" / f"{passage.source}.json").write_text(json.dumps([[passage.text]]), encoding="utf-8")
    (home / "recipe.yaml").write_text(
        "documents: {use: planted, path: notes/*.json}\nsplitter: marked\nembedder: hashing\nretriever: {k: 3}\n"
        "chat: {max_tokens: 20}\n",
        encoding="utf-8",
    )
    (home / "q.jsonl").write_text(
        "".join(json.dumps({"question_id": f"q{n}", "question": f"what {n}?"}) + "\n" for n in range(3)),
        encoding="utf-8",
    )
    with Recipe.load(home / "recipe.yaml", [PROMPT, *overrides]) as recipe:
        recipe.components.__dict__["chat"] = says()
        found = recipe.evaluate(home / "q.jsonl").ledger.as_json()["answer"]
        assert isinstance(found, dict)
        return found


def test_what_is_dropped_of_all_questions_is_summed(tmp_path: Path) -> None:
    found = evaluated(tmp_path, lambda: Says([Answer("yes", usage=KNOWN)], 100), "retriever.fit=drop_last")
    shown = [note for note in found["notes"] if "fit: drop_last" in note]  # type: ignore[union-attr, operator]
    assert [note.split(":")[0] for note in shown] == ["q0", "q1", "q2"]
    assert found["in"] == {"items": 9, "characters": 186, "tokens": None}
    assert found["dropped"]["items"] > 0  # type: ignore[index, call-overload]
    for amount in ("items", "characters"):
        lost = found["dropped"][amount]  # type: ignore[index, call-overload]
        assert found["in"][amount] == found["out"][amount] + lost  # type: ignore[index, call-overload]
    assert found["out"]["tokens"] == 150  # type: ignore[index, call-overload]


def test_answers_that_the_limit_cut_are_told_with_their_share(tmp_path: Path) -> None:
    said = [Answer("ye", "length", KNOWN), Answer("yes", "stop", KNOWN)]
    found = evaluated(tmp_path, lambda: Says(said))
    assert found["notes"] == ["cut answers: 1 of 3 (33%) ended at the limit of 20 tokens (chat.max_tokens)"]


def test_a_clean_evaluation_tells_nothing(tmp_path: Path) -> None:
    found = evaluated(tmp_path, lambda: Says([Answer("yes", "stop", KNOWN)]))
    assert found == entry("passages", (9, 186), (9, 186, 150))


def test_tokens_of_a_sum_are_known_as_soon_as_one_side_knows_them() -> None:
    assert Amount(1, 2, 3) + Amount(4, 5) == Amount(5, 7, 3)
    assert Amount(1, 2) + Amount(4, 5, 6) == Amount(5, 7, 6)
    assert Amount(1, 2, 3) + Amount(4, 5, 6) == Amount(5, 7, 9)
    assert Amount(1, 2) + Amount(4, 5) == Amount(5, 7)


def test_usage_is_summed_in_every_part() -> None:
    assert Usage(1, 2, 3, 4) + Usage(10, 20, 30, 40) == Usage(11, 22, 33, 44)
