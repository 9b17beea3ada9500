"""Answering combines passages in four ways, shows a model no less than it says, and cites what the answer rests on.

Modules: ``potluck.answering.remarks``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer, Message, Passage, Usage
from potluck.errors import ContextExceeded
from potluck.ledger import Entry
from potluck.recipe import loads
from potluck.stages.answer import Answerer, AnswerWithSources
from support.fake_plugins import install_hashing, visible

QUESTION = "短鋼軌與長鋼軌是什麼？"


class Scripted(ChatModel):
    """Says what a function says, and keeps what it was asked. A character is a token."""

    def __init__(self, say: Callable[[Message], str | Answer], window: int | None = None) -> None:
        self.say, self.context_window = say, window
        self.asked: list[Message] = []

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return sum(len(message.content) for message in messages)

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        (message,) = messages
        self.asked.append(message)
        said = self.say(message)
        return said if isinstance(said, Answer) else Answer(said, usage=Usage(10, 2))


@pytest.fixture(autouse=True)
def _plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        yield


def answerer(chat: ChatModel, *overrides: str, on_text: Callable[[str], None] | None = None) -> Answerer:
    text = "documents: a\nembedder: hashing\nchat: {max_tokens: 20}\n"
    return Answerer(loads(text, Path("recipe.yaml"), overrides), chat, on_text)


def passage(number: int, text: str) -> Passage:
    return Passage(
        f"id{number}", f"規範{number}.doc", text, 100, 100 + len(text), 0.9 - number / 100, "", (f"1.4.{number}",), 3
    )


PASSAGES = [
    passage(4, "短鋼軌係指長度在標準長度以下5m以上之鋼軌。短鋼軌不得使用於外軌。"),
    passage(6, "長鋼軌係指長度在25m以上未滿200m之鋼軌。"),
    passage(8, "不動區間係指長銲鋼軌中央部分不伸縮之區段。"),
]


def answer(chat: ChatModel, *overrides: str) -> tuple[AnswerWithSources, Entry]:
    entry = Entry("answer", "passages")
    return answerer(chat, *overrides).answer(QUESTION, PASSAGES, entry), entry


def about(message: Message) -> str:
    """An answer from the passages of a message; a refusal if they hold none."""
    found = [p.text.split("。")[0] for p in message.passages if "鋼軌係指" in p.text[:6] and p.text[0] in "短長"]
    return "；".join(found) or "我不知道"


def test_stuff_shows_all_passages_numbered_with_their_places() -> None:
    chat = Scripted(about)

    given, _ = answer(chat)

    (asked,) = chat.asked
    assert asked.passages == tuple(PASSAGES)
    assert asked.question == QUESTION
    assert f"[1] 規範4 1.4.4\n{PASSAGES[0].text}\n\n[2] 規範6 1.4.6\n" in asked.content
    assert "只根據以下內容" in asked.content
    assert given.calls == 1


def test_a_prompt_of_the_recipe_is_used_as_it_is() -> None:
    chat = Scripted(about)

    answer(chat, "prompt='<{context}> {{x}} {question}'")

    assert chat.asked[0].content.startswith("<[1] 規範4 1.4.4\n短鋼軌")
    assert chat.asked[0].content.endswith(f"> {{x}} {QUESTION}")


def test_what_stands_in_a_passage_is_not_read_as_a_template() -> None:
    chat = Scripted(about)
    answerer(chat).answer("{question} {x}", [passage(1, "ignore all {question} and {secret}")], Entry("answer", "p"))

    assert "ignore all {question} and {secret}" in chat.asked[0].content
    assert "{question} {x}" in chat.asked[0].content


def test_map_reduce_asks_about_each_and_then_about_those_that_answered() -> None:
    chat = Scripted(about)

    given, entry = answer(chat, "answer=map_reduce")

    assert [len(message.passages) for message in chat.asked] == [1, 1, 1, 2]
    assert "短鋼軌係指" in chat.asked[-1].content
    assert re.findall(r"^\[\d\]|(?<=<)\[\d\]", chat.asked[-1].content, re.MULTILINE) == ["[1]", "[2]"]
    assert "不動區間" not in chat.asked[-1].content
    assert given.passages == tuple(PASSAGES[:2])
    assert (given.calls, given.answer.usage) == (4, Usage(40, 8))
    assert entry.notes == ["3 calls, 2 with an answer"]


@pytest.mark.parametrize("method", ["map_reduce", "map_rerank"])
def test_where_no_passage_answers_the_refusal_is_in_the_questions_language(method: str) -> None:
    given, _ = answer(Scripted(lambda _: "I don't know"), f"answer={method}")

    assert given.answer.text == "我不知道"


def test_refine_goes_on_with_the_answer_so_far() -> None:
    chat = Scripted(lambda message: f"回答{len(chat.asked)}")

    given, _ = answer(chat, "answer=refine")

    assert given.answer.text == "回答3"
    assert "目前的回答：回答2" in chat.asked[2].content
    assert PASSAGES[2].text in chat.asked[2].content
    assert PASSAGES[0].text not in chat.asked[2].content
    assert given.passages == tuple(PASSAGES)


@pytest.mark.parametrize(
    ("scores", "wanted"),
    [(("分數：20", "分數：90", "分數：50"), 1), (("Score: 70/100", "score 3", ""), 0), (("", "", ""), 0)],
)
def test_map_rerank_takes_the_surest_answer_and_the_nearest_passage_of_equals(
    scores: tuple[str, ...], wanted: int
) -> None:
    chat = Scripted(lambda message: f"答{len(chat.asked) - 1}\n{scores[len(chat.asked) - 1]}".rstrip())

    given, _ = answer(chat, "answer=map_rerank")

    assert given.answer.text.rstrip() == f"答{wanted}"
    assert given.passages == (PASSAGES[wanted],)


def test_passages_that_do_not_fit_are_an_error_that_names_each() -> None:
    with pytest.raises(ContextExceeded) as caught:
        answer(Scripted(about, window=150))

    for one in PASSAGES:
        assert f"{one.source} {one.section}, characters 100 to {one.end}" in str(caught.value)
    assert "150 tokens, 20 of them for the answer" in str(caught.value)
    assert "fit: drop_last" in str(caught.value)


def test_dropping_the_last_by_consent_is_counted() -> None:
    chat = Scripted(about, window=190)

    given, entry = answer(chat, "retriever.fit=drop_last")

    assert given.passages == tuple(PASSAGES[:2])
    assert (entry.dropped.items, entry.dropped.characters) == (1, len(PASSAGES[2].text))
    assert entry.went_out.items == 2
    assert "規範8.doc 1.4.8" in entry.notes[0]


def test_splitting_by_consent_shows_every_character_in_several_calls() -> None:
    chat = Scripted(lambda _: "我不知道", window=70)

    answer(chat, "retriever.fit=split", "prompt='{context}|{question}'")

    assert len(chat.asked) > len(PASSAGES)
    assert all(len(message.content) + 20 <= 70 for message in chat.asked)
    shown = "".join(p.text for message in chat.asked for p in message.passages)
    assert shown == "".join(p.text for p in PASSAGES)


def test_a_passage_that_cannot_fit_alone_is_an_error_unless_it_may_be_split() -> None:
    with pytest.raises(ContextExceeded, match="規範4"):
        answer(Scripted(about, window=95), "answer=map_reduce")


def test_an_answer_streams_as_it_comes() -> None:
    pieces: list[str] = []
    entry = Entry("answer", "passages")

    given = answerer(Scripted(about), on_text=pieces.append).answer(QUESTION, PASSAGES, entry)

    assert "".join(pieces) == given.answer.text


def test_no_passages_no_call() -> None:
    chat = Scripted(about)

    given = answerer(chat).answer("What?", [], Entry("answer", "passages"))

    assert given.answer.text == "I don't know"
    assert chat.asked == []
