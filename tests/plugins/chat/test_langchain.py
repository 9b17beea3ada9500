"""The ``langchain`` chat model: messages, options, stops, pieces and usage; and a real model behind LangChain."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import ChatOptions
from potluck.documents import Answer, Message, Usage
from potluck.errors import ContextExceeded, PotluckError, RemoteError
from potluck.testing import Check, checks, component
from support.fake_plugins import visible
from support.kits import hold
from support.langchain_classes import install_classes
from support.servers import llama_server
from support.tiny_gguf import tiny_gguf

ECHO = {"class": "lc_tried.Echo"}
QUESTION = [Message("user", "道碴厚度？STOP later")]


@pytest.fixture
def classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with visible(install_classes(tmp_path / "site"), monkeypatch):
        yield
    sys.modules.pop("lc_tried", None)


def test_an_answer_has_text_usage_and_the_reason_why_it_ended(classes: None, tmp_path: Path) -> None:
    chat = component("chat", "langchain", tmp_path, ECHO)

    assert chat.chat(QUESTION, ChatOptions()) == Answer("道碴厚度？STOP later", "length", Usage(7, 3, 2))


def test_an_answer_ends_before_a_stop_text_whether_or_not_the_class_knows_stops(classes: None, tmp_path: Path) -> None:
    chat = component("chat", "langchain", tmp_path, ECHO)
    options = ChatOptions(stop=("STOP",))

    *pieces, answer = chat.stream(QUESTION, options)

    assert "".join(pieces) == answer.text == chat.chat(QUESTION, options).text == "道碴厚度？"
    assert answer.finish == "stop"


def test_pieces_come_as_they_are_said(classes: None, tmp_path: Path) -> None:
    chat = component("chat", "langchain", tmp_path, ECHO)

    first, second = (list(chat.stream([Message("user", "道碴")], ChatOptions())) for _ in range(2))

    assert first == ["道碴", Answer("道碴", "stop")], "before it is known that it writes no thoughts"
    assert second == ["道", "碴", Answer("道碴", "stop")]


def test_an_answer_that_the_limit_cut_within_thoughts_is_none_where_the_model_only_closes_them(
    classes: None, tmp_path: Path
) -> None:
    chat = component("chat", "langchain", tmp_path, ECHO)
    assert list(chat.stream([Message("user", "想一想</think>三十")], ChatOptions()))[-1].text == "三十"

    cut = chat.chat([Message("user", "想了很久")], ChatOptions())

    assert (cut.text, cut.thoughts, cut.finish) == ("", "想了很久", "length")


def test_a_stream_that_breaks_off_is_an_error_and_no_answer(classes: None, tmp_path: Path) -> None:
    settings = {**ECHO, "arguments": {"break_off_after": 1}, "sends_to": "localhost"}
    chat = component("chat", "langchain", tmp_path, settings)
    assert isinstance(list(chat.stream([Message("user", "道")], ChatOptions()))[-1], Answer)
    pieces = chat.stream([Message("user", "道碴")], ChatOptions())

    assert next(pieces) == "道"
    with pytest.raises(RemoteError, match="the line is dead"):
        next(pieces)


def test_options_are_arguments_of_the_class_and_those_of_the_recipe_come_first(classes: None, tmp_path: Path) -> None:
    made = component("chat", "langchain", tmp_path, ECHO)
    pinned = component("chat", "langchain", tmp_path, {**ECHO, "arguments": {"temperature": 0.7}})
    options = ChatOptions(temperature=0.2, max_tokens=5)

    assert (made._model(options).temperature, made._model(options).max_tokens) == (0.2, 5)
    assert pinned._model(options).temperature == 0.7
    assert made._model(ChatOptions(temperature=0)).temperature == 0.0
    assert (made._model(ChatOptions()).temperature, made._model(ChatOptions()).max_tokens) == (1.0, 256)


THOUGHT, SAID = "也許九號室？", "The pump stands in room 7. 第七室。"


@pytest.mark.parametrize(
    ("content", "beside"),
    [
        (f"<think>{THOUGHT}</think>{SAID}", {}),
        (f"{THOUGHT}</think>\n{SAID}", {}),
        ([{"type": "thinking", "thinking": THOUGHT}, {"type": "text", "text": SAID}], {}),
        (SAID, {"reasoning_content": THOUGHT}),
    ],
)
def test_thoughts_are_kept_apart(classes: None, tmp_path: Path, content: object, beside: dict[str, Any]) -> None:
    arguments = {"content": content, "beside": beside}
    chat = component("chat", "langchain", tmp_path, {"class": "lc_tried.Thinker", "arguments": arguments})

    *pieces, streamed = chat.stream(QUESTION, ChatOptions())

    for answer in (chat.chat(QUESTION, ChatOptions()), streamed):
        assert (answer.text, answer.thoughts) == (SAID, THOUGHT)
        assert 0 < answer.usage.reasoning < answer.usage.completion
    assert "".join(pieces) == SAID


def test_what_a_filter_refuses_is_an_answer_that_says_so(classes: None, tmp_path: Path) -> None:
    arguments = {"content": "", "beside": {}, "filtered": True}
    chat = component("chat", "langchain", tmp_path, {"class": "lc_tried.Thinker", "arguments": arguments})

    for answer in (chat.chat(QUESTION, ChatOptions()), [*chat.stream(QUESTION, ChatOptions())][-1]):
        assert (answer.text, answer.finish) == ("", "filter")
        assert "flagged" in answer.notes[0]


@pytest.mark.parametrize(
    ("cls", "argument", "said"),
    [
        ("langchain_core.language_models.FakeListChatModel", {"top_p": 0.5}, "has no argument for 'top_p'"),
        ("lc_tried.Echo", {"seed": 7}, "has no argument for 'seed'"),
    ],
)
def test_an_option_that_the_class_does_not_have_is_refused(
    classes: None, tmp_path: Path, cls: str, argument: dict[str, Any], said: str
) -> None:
    settings = {"class": cls, "arguments": {"responses": ["a"]} if "Fake" in cls else {}, **argument}

    with pytest.raises(PotluckError, match=said):
        component("chat", "langchain", tmp_path, settings)


def test_roles_are_kept(classes: None, tmp_path: Path) -> None:
    from potluck_plugins.chat.langchain import _turns

    turns = _turns([Message("system", "短"), Message("user", "問"), Message("assistant", "答")])

    assert [(turn.type, turn.content) for turn in turns] == [("system", "短"), ("human", "問"), ("ai", "答")]


def test_a_prompt_that_does_not_fit_the_window_is_refused(classes: None, tmp_path: Path) -> None:
    chat = component("chat", "langchain", tmp_path, {**ECHO, "context_window": 400})

    assert chat.context_window == 400
    with pytest.raises(ContextExceeded, match="'context_window'"):
        chat.chat([Message("user", "道碴" * 100)], ChatOptions(max_tokens=100))


def test_counting_tokens_asks_nobody(classes: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from potluck.testing.quiet import refuse_connections

    chat = component("chat", "langchain", tmp_path, ECHO)
    with refuse_connections() as tried:
        tokens = chat.count_tokens(QUESTION)

    assert tried == []
    assert tokens >= len(QUESTION[0].content.encode())


CANNOT_SCORE = {check.rule for check in checks("chat") if check.run.__module__.endswith("likelihoods")} - {
    "who-cannot-score-says-so"
}
DOES_NOT_APPLY = CANNOT_SCORE | {
    *("prices-are-for-a-million", "too-long-is-refused", "window-is-honest", "calls-at-once", "quotes-are-spans"),
}
"""Rules that are skipped with the class below. That they are is tested: a rule is not to fall silent."""


def held(check: Check, url: str, folder: Path) -> None:
    arguments = {"base_url": url, "api_key": "none", "model": "local", "max_retries": 0}
    settings = {"class": "langchain_openai.ChatOpenAI", "arguments": arguments}
    hold(check, "langchain", settings, folder, DOES_NOT_APPLY)


@pytest.fixture(scope="module")
def tiny_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    for library in ("torch", "gguf", "xllamacpp"):
        pytest.importorskip(library)
    with llama_server(tiny_gguf(tmp_path_factory.mktemp("gguf"), seed=6)) as url:
        yield f"{url}/v1"


@pytest.mark.parametrize("check", checks("chat"), ids=str)
def test_it_keeps_the_contract_with_a_real_server(check: Check, tiny_server: str, tmp_path: Path) -> None:
    held(check, tiny_server, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("check", checks("chat"), ids=str)
def test_it_keeps_the_contract_with_a_model_that_knows_languages(
    check: Check, chat_server: str, tmp_path: Path
) -> None:
    held(check, chat_server, tmp_path)
