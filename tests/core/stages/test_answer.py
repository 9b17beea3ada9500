"""Answering combines passages in four ways, shows a model no less than it says, and cites what the answer rests on.

Modules: ``potluck.stages.answer``, ``potluck.answering.remarks``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from potluck.answering.builtin_prompts import context_of
from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer, Message, Passage, Quote, Usage
from potluck.errors import ContextExceeded
from potluck.ledger import Entry
from potluck.recipe import loads
from potluck.stages.answer import Answerer, AnswerWithSources, _halves, _split_off_score, quotes_within
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
        tokens = len(context_of((one,)))
        assert f"{one.source} {one.section}, characters 100 to {one.end}: {tokens} tokens" in str(caught.value)
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


@pytest.mark.parametrize(
    ("said", "text", "score"),
    [
        ("答案。\n分數：90", "答案。", 90),
        ("yes Score: 70/100", "yes", 70),
        ("yes\n  score: 7", "yes", 7),
        ("答\n分数: 5分", "答", 5),
        ("yes\nscore: 250", "yes", 100),
        ("yes\nscore: high", "yes\nscore: high", -1),
        ("score: 9 is what it says", "score: 9 is what it says", -1),
        ("", "", -1),
    ],
)
def test_a_score_is_taken_off_the_end_of_an_answer(said: str, text: str, score: int) -> None:
    assert _split_off_score(Answer(said)) == (Answer(text), score)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("一二。三四五", ["一二。", "三四五"]),
        ("abcdef", ["abc", "def"]),
        ("abcde", ["ab", "cde"]),
        ("a b. c defg", ["a b. ", "c defg"]),
        ("ab ", ["a", "b "]),
        ("a   ", ["a "]),
    ],
)
def test_a_passage_is_cut_near_its_middle_after_a_sentence_or_a_blank(text: str, parts: list[str]) -> None:
    halves = _halves(passage(1, text))

    assert [one.text for one in halves] == parts
    assert [text[one.start - 100 : one.end - 100] for one in halves] == parts


@pytest.mark.parametrize(
    ("quote", "within"),
    [
        (Quote(0, 0, 3), True),
        (Quote(1, 2, 5), True),
        (Quote(0, 0, 4), False),
        (Quote(2, 0, 1), False),
        (Quote(-1, 0, 1), False),
        (Quote(0, -1, 1), False),
        (Quote(0, 2, 2), False),
        (Quote(0, 2, 1), False),
    ],
)
def test_a_quote_lies_within_the_passage_that_it_names(quote: Quote, within: bool) -> None:
    shown = [passage(1, "abc"), passage(2, "abcde")]

    assert quotes_within([quote], shown) is within
    assert quotes_within([Quote(0, 0, 1), quote], shown) is within
    assert quotes_within([], shown)


def test_a_prompt_that_fits_with_the_longest_answer_exactly_is_asked() -> None:
    free = Scripted(about)
    given, entry = answer(free)
    size = len(free.asked[0].content) + 20

    assert answer(Scripted(about, window=size))[0].answer == given.answer
    with pytest.raises(ContextExceeded):
        answer(Scripted(about, window=size - 1))
    assert (entry.went_out.items, entry.went_out.tokens, entry.came_in.items) == (3, 10, 3)
    assert entry.came_in.characters == sum(len(one.text) for one in PASSAGES)


def test_refine_keeps_an_answer_that_the_next_passage_adds_nothing_to() -> None:
    said = ["第一", "  ", "第三", "", ""]
    chat = Scripted(lambda _: said[len(chat.asked) - 1])

    given, entry = answer(chat, "answer=refine")
    assert (given.answer.text, given.answer.usage, given.calls) == ("第三", Usage(30, 6), 3)
    assert entry.notes == ["3 calls, each with one more passage"]
    said[2] = ""
    chat.asked.clear()
    assert answer(chat, "answer=refine")[0].answer.text == "第一"


def test_map_rerank_tells_its_scores_and_adds_up_what_it_took() -> None:
    chat = Scripted(lambda _: f"答\n分數：{len(chat.asked) * 10}")
    given, entry = answer(chat, "answer=map_rerank")

    assert entry.notes == ["3 calls, scored 10, 20, 30"]
    assert (given.calls, given.answer.usage, given.passages) == (3, Usage(30, 6), (PASSAGES[2],))


def test_a_single_partial_answer_is_the_answer() -> None:
    chat = Scripted(lambda message: "找到了" if message.passages == (PASSAGES[1],) else "我不知道")
    given, entry = answer(chat, "answer=map_reduce")

    assert (given.answer.text, given.passages, given.calls) == ("找到了", (PASSAGES[1],), 3)
    assert given.answer.usage == Usage(30, 6)
    assert entry.notes == ["3 calls, 1 with an answer"]


@pytest.mark.parametrize("method", ["map_reduce", "map_rerank"])
@pytest.mark.parametrize("finish", ["filter", "length"])
def test_of_partial_answers_of_which_none_says_anything_one_that_was_withheld_or_cut_is_told(
    method: str, finish: str
) -> None:
    usage = Usage(10, 2)
    chat = Scripted(lambda _: Answer("", finish if len(chat.asked) == 2 else "stop", usage))  # type: ignore[arg-type]
    given, _ = answer(chat, f"answer={method}")

    assert (given.answer.finish, given.answer.usage, given.passages, given.calls) == (finish, Usage(30, 6), (), 3)


def test_partial_answers_that_do_not_fit_together_are_an_error_that_says_what_helps() -> None:
    chat = Scripted(lambda _: "長" * 90, window=240)

    with pytest.raises(ContextExceeded, match=r"the 3 partial answers do not fit .* of 240 tokens: retrieve fewer"):
        answer(chat, "answer=map_reduce", "prompt='{context}|{question}'")
