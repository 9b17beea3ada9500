"""What a chat model is asked for a label, and how its answer is read.

Modules: ``potluck.strategy.prompted``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from potluck import recipe as recipes
from potluck.contracts import ChatModel, ChatOptions, Likelihood
from potluck.documents import Answer, Message, Usage
from potluck.strategy.data import LabelledText
from potluck.strategy.prompted import PROMPTED, SHOTS, Prompted, match_label
from potluck.strategy.protocol import Chat, StrategySpec, TrainingSetup

TEXTS = (
    "開會時間改到下午",
    "恭喜中獎請點連結",
    "晚上一起吃飯嗎",
    "免費貸款馬上申請",
    "明天記得帶雨傘",
    "點此領取獎金喔",
)
TRAIN = tuple(LabelledText(text, ("ok", "垃圾")[number % 2], f"a:{number}") for number, text in enumerate(TEXTS))
ANSWER = Answer("垃圾", usage=Usage(100, 10))
VECTORS: Any = np.eye(6, dtype=np.float32)


@dataclass
class Scripted(ChatModel):
    """Answers one text to everything, and keeps what it was asked."""

    answer: Answer = ANSWER
    prices: tuple[float, float] | None = None
    scores_text: bool = False
    context_window: int | None = None
    asked: list[Sequence[Message]] = field(default_factory=list)

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return sum(len(message.content) for message in messages)

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        self.asked.append(messages)
        return self.answer

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        yield self.chat(messages, options)

    def likelihoods(
        self, prompt: str | Sequence[Message], continuations: Sequence[str], after: str = ""
    ) -> list[Likelihood]:
        assert not isinstance(prompt, str)
        self.asked.append(prompt)
        return [Likelihood(-1.0 if each == "垃圾" else -2.0, 1) for each in continuations]


def setup(
    model: ChatModel, train: Sequence[LabelledText] = TRAIN, seed: int = 0, remote: bool = False
) -> TrainingSetup:
    part = recipes.loads("potluck: 1", Path("r.yaml"), ["chat=extractive"]).chat
    chat = Chat(lambda: model, ChatOptions(max_tokens=20), "m", remote, part)
    return TrainingSetup(tuple(train), ("ok", "垃圾"), seed, chat)


def shown(row: Prompted, text: str = "您的包裹已到", vector: Any = None) -> list[str]:
    return [item.text for item in row.examples(text, vector)]


def test_without_examples_the_task_and_the_message_are_one_turn() -> None:
    model = Scripted()
    Prompted(setup(model), 0).choose("您的包裹", None)

    ((message,),) = model.asked
    assert message == Message(
        "user", "請選出適合這則訊息的標籤，只回答標籤。\n標籤：ok、垃圾\n\n訊息：您的包裹", question="您的包裹"
    )


def test_in_english_the_task_is_english() -> None:
    model = Scripted()
    train = [LabelledText("see you at noon", "ok", "a:1"), LabelledText("you have won", "垃圾", "a:2")]
    Prompted(setup(model, train), 0).choose("call me", None)

    assert model.asked[0][0].content == (
        "Choose the label that fits the message. Answer with the label only.\nLabels: ok, 垃圾\n\nMessage: call me"
    )


def test_examples_are_turns_before_the_message_and_the_task_stands_in_the_first() -> None:
    model = Scripted()
    row = Prompted(setup(model), 2)
    first, second = row.examples("您的包裹", None)
    row.choose("您的包裹", None)

    (turns,) = model.asked
    assert [turn.role for turn in turns] == ["user", "assistant", "user", "assistant", "user"]
    assert turns[0].content.endswith(f"標籤：ok、垃圾\n\n訊息：{first.text}")
    assert [turn.content for turn in turns[1:]] == [first.label, f"訊息：{second.text}", second.label, "訊息：您的包裹"]
    assert [turn.question for turn in turns if turn.role == "user"] == [None, None, "您的包裹"]


def test_the_seed_draws_the_order_of_the_examples() -> None:
    orders = {tuple(shown(Prompted(setup(Scripted(), seed=seed), 6))) for seed in range(5)}
    assert len(orders) > 1
    assert all(sorted(order) == sorted(TEXTS) for order in orders)
    assert shown(Prompted(setup(Scripted(), seed=3), 6)) == shown(Prompted(setup(Scripted(), seed=3), 6))


def test_balanced_examples_take_turns_among_the_labels() -> None:
    train = [*TRAIN, *(LabelledText(f"第{number}則不同的訊息", "ok", "b") for number in "一二三四五六七八")]
    for seed in range(5):
        labels = [one.label for one in Prompted(setup(Scripted(), train, seed), 6, "balanced").examples("包裹", None)]
        assert sorted(labels[:2]) == sorted(labels[2:4]) == sorted(labels[4:]) == ["ok", "垃圾"]


def test_the_nearest_example_stands_last() -> None:
    row = Prompted(setup(Scripted()), 3, "nearest")
    assert row.train(VECTORS) == ()
    assert shown(row, vector=np.array([0.1, 0.9, 0, 0.3, 0, 0.2], np.float32)) == [TEXTS[5], TEXTS[3], TEXTS[1]]


@pytest.mark.parametrize("select", ["random", "balanced", "nearest"])
def test_an_example_is_never_the_message_itself_nor_nearly(select: Any) -> None:
    row = Prompted(setup(Scripted()), 6, select)
    row.train(VECTORS)
    found = shown(row, f"{TEXTS[1]}！", VECTORS[1])
    assert sorted(found) == sorted(set(TEXTS) - {TEXTS[1]})


def test_with_candidates_only_labels_of_the_24_nearest_messages_are_offered() -> None:
    letters = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地"
    train = [LabelledText(letter * 9, "ok", "a") for letter in letters]
    train.append(LabelledText("玄" * 9, "垃圾", "b"))
    nearness: Any = np.linspace(1, 0.1, 25, dtype=np.float32)
    vectors: Any = np.stack([nearness, np.sqrt(1 - nearness**2)], axis=1)
    for order, labels in ((slice(None), ["ok"]), (slice(None, None, -1), ["ok", "垃圾"])):
        model = Scripted(Answer("垃圾"))
        row = Prompted(setup(model, train), 0, "nearest", candidates=True)
        row.train(vectors[order])
        choice = row.choose("包裹", np.array([1, 0], np.float32))
        assert f"標籤：{'、'.join(labels)}\n" in model.asked[0][0].content
        assert choice.label == ("垃圾" if "垃圾" in labels else "")


def test_an_answer_is_paid_by_the_tokens_that_it_says() -> None:
    usage = Usage(100, 10)
    priced = Scripted(Answer("垃圾", usage=usage), prices=(3.0, 50.0))
    assert Prompted(setup(priced), 0).choose("包裹", None).usd == pytest.approx((100 * 3 + 10 * 50) / 1e6, rel=1e-9)
    assert Prompted(setup(Scripted()), 0).choose("包裹", None).usd == 0.0


def test_a_price_is_told_before_with_the_longest_examples_and_the_longest_answer() -> None:
    assert Prompted(setup(Scripted()), 2).price("包裹") == 0.0
    model = Scripted(prices=(3.0, 50.0))
    train = [*TRAIN, LabelledText("很長" * 50, "ok", "b")]
    row = Prompted(setup(model, train), 1)
    longest = [Message("user", f"請選出適合這則訊息的標籤，只回答標籤。\n標籤：ok、垃圾\n\n訊息：{'很長' * 50}")]
    tokens = model.count_tokens([*longest, Message("assistant", "ok"), Message("user", "訊息：包裹")])
    assert row.price("包裹") == pytest.approx((tokens * 3 + 20 * 50) / 1e6, rel=1e-9)


@pytest.mark.parametrize("scores", [True, False])
def test_bytes_are_counted_only_where_they_leave_the_machine(scores: bool) -> None:
    model = Scripted(scores_text=scores)
    assert Prompted(setup(model), 1).choose("包裹", None).sent == 0
    sent = Prompted(setup(model, remote=True), 1).choose("包裹", None).sent
    assert sent == sum(len(turn.content.encode()) for turn in model.asked[-1])


def test_a_model_that_scores_texts_is_asked_for_the_likeliest_label_and_paid_for_the_prompt() -> None:
    model = Scripted(Answer("ok"), prices=(3.0, 50.0), scores_text=True)
    found = Prompted(setup(model), 0).choose("包裹", None)
    assert found.label == "垃圾"
    assert found.usd == pytest.approx(model.count_tokens(model.asked[0]) * 3 / 1e6, rel=1e-9)
    assert Prompted(setup(replace(model, prices=None)), 0).choose("包裹", None).usd == 0.0


def test_what_is_unusual_of_an_answer_is_handed_on() -> None:
    cut = Answer("垃圾", "length", Usage(1, 1), notes=("奇怪",), served_by="m-2024")
    found = Prompted(setup(Scripted(cut)), 0).choose("包裹", None)
    assert (found.cut, found.remarks, found.served_by) == (True, ("奇怪",), "m-2024")
    assert Prompted(setup(Scripted()), 0).choose("包裹", None).cut is False


@pytest.mark.parametrize(
    ("answer", "label"),
    [
        ("垃圾", "垃圾"),
        (" 「垃圾」。", "垃圾"),
        ("**Spam**", "spam"),
        ("ＳＰＡＭ", "spam"),
        ("not spam", "not spam"),
        ("It is not spam.", "not spam"),
        ("spam, and 垃圾", "spam"),
        ("標籤：垃圾 (spam)", "垃圾"),
        ("", ""),
        ("無法判斷", ""),
    ],
)
def test_a_label_is_what_the_answer_is_or_names_first_and_of_two_the_longer(answer: str, label: str) -> None:
    assert match_label(answer, ("spam", "not spam", "垃圾")) == label
    assert match_label(answer, ("垃圾", "not spam", "spam")) == label


def test_what_decides_an_answer_is_in_the_name() -> None:
    model = Scripted()
    plain = setup(model)
    assert plain.chat is not None
    english = setup(model, [replace(one, text="in English") for one in TRAIN])
    rows = [
        Prompted(plain, 1), Prompted(plain, 2), Prompted(plain, 1, "balanced"), Prompted(plain, 1, "nearest"),
        Prompted(plain, 1, "nearest", candidates=True), Prompted(setup(model, seed=1), 1), Prompted(english, 1),
        Prompted(replace(plain, chat=replace(plain.chat, name="other")), 1),
    ]  # fmt: skip
    assert len({row.name for row in rows}) == len(rows)
    assert Prompted(setup(model, remote=True), 1).name == Prompted(plain, 1).name


@pytest.mark.parametrize(
    ("name", "shots"),
    [("zero-shot", 0), ("one-shot", 1), ("few-shot-random", SHOTS), ("few-shot-balanced", SHOTS),
     ("few-shot-nearest", SHOTS), ("few-shot-nearest-labels", SHOTS)],
)  # fmt: skip
def test_every_row_shows_as_many_examples_as_it_says(name: str, shots: int) -> None:
    train = [
        LabelledText(letter * 5, ("ok", "垃圾")[number % 2], "a")
        for number, letter in enumerate("甲乙丙丁戊己庚辛壬癸")
    ]
    model, spec = Scripted(), PROMPTED[name]
    assert isinstance(spec, StrategySpec)
    row = spec.make(setup(model, train))
    row.train(np.eye(10, dtype=np.float32))
    row.choose("包裹", np.eye(10, dtype=np.float32)[0])
    assert len(model.asked[0]) == 2 * shots + 1
    assert str(shots or "labels") in spec.summary.replace("an example", "1 example")


def test_every_row_that_asks_needs_a_chat_model_and_those_of_near_examples_an_embedder() -> None:
    assert all(one.needs_chat and not one.baseline for one in PROMPTED.values())
    assert {name for name, one in PROMPTED.items() if one.vectors} == {"few-shot-nearest", "few-shot-nearest-labels"}
    assert {name for name, one in PROMPTED.items() if one.needs_many_labels} == {"few-shot-nearest-labels"}
