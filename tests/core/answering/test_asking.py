"""What a chat model of any plugin says can be written down: no halves of characters, no numbers beyond reckoning.

Module: ``potluck.answering.asking``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from potluck.answering.asking import ask_model
from potluck.answering.choices import label_logprobs
from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer, Message, Passage, ToolCall, Usage
from potluck.errors import Unsupported
from potluck.language import whole_characters
from potluck.ledger import Entry
from potluck.recipe import loads
from potluck.stages.answer import Answerer
from support.fake_plugins import install_hashing, visible

HALVES, WHOLE = "泵 25 \ud83d m \ud83d\ude00 \ude00", "泵 25 \ufffd m \U0001f600 \ufffd"


class Sloppy(ChatModel):
    """Hands over what no file takes."""

    context_window = None

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return 1

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        return Answer(HALVES, "stop", Usage(10**400, 8, 10**15, 10**15 - 1), (), HALVES, (HALVES,), HALVES)


@pytest.fixture(autouse=True)
def _plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        yield


def asked(on_text: Callable[[str], None] | None) -> Answer:
    recipe = loads("documents: a\nembedder: hashing\nchat: {max_tokens: 20}\n", Path("recipe.yaml"), ())
    passage = Passage("1", "規範.doc", "鋼軌", 0, 2, 0.9, "", (), 1)
    return Answerer(recipe, Sloppy(), on_text).answer("泵?", [passage], Entry("answer", "passages")).answer


def test_what_any_chat_model_says_can_be_written_down_and_counted() -> None:
    pieces: list[str] = []
    expected = Answer(WHOLE, "stop", Usage(0, 8, 0, 10**15 - 1), (), WHOLE, (WHOLE,), WHOLE)

    assert ask_model(Sloppy(), [Message("user", "泵?")], ChatOptions()) == expected
    assert asked(None) == expected
    assert asked(pieces.append) == expected
    assert pieces == [WHOLE]


def test_whole_text_stays_as_it_is() -> None:
    for text in ("", "pump", "泵 \U0001f600 \ufffd\n"):
        assert whole_characters(text) == text


@pytest.mark.parametrize(
    "message",
    [
        Message("tool", "31"),
        Message("user", "?", tools=({"name": "f"},)),
        Message("assistant", "", calls=(ToolCall("f", {}),)),
    ],
)
def test_functions_that_a_model_would_not_be_told_of_are_refused(message: Message) -> None:
    class Able(Sloppy):
        takes_tools = True

    with pytest.raises(Unsupported, match=r"Sloppy takes no functions.*'transformers'"):
        ask_model(Sloppy(), [message], ChatOptions())
    with pytest.raises(Unsupported, match=r"Sloppy takes no functions.*'transformers'"):
        label_logprobs(Sloppy(), [message], ["a", "b"])
    assert ask_model(Able(), [message], ChatOptions()).text == WHOLE
