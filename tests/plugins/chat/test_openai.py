"""The ``openai`` chat model against llama.cpp's server, with everything between them that can go wrong.

Modules: ``potluck_plugins._openai.connection``, ``potluck_plugins._openai.counting``,
``potluck_plugins._openai.failures``, ``potluck_plugins._openai.service``, ``potluck_plugins.chat._shared.replies``.
"""

from __future__ import annotations

import json
import logging
import random
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from potluck.contracts import ChatOptions, Context
from potluck.documents import Answer, Message, Usage
from potluck.errors import ContextExceeded, EgressRefused, MissingSecret, ModelNotFound, RemoteError
from potluck.loading.worker_process import NoModels
from potluck.model_sources.model_store import ModelStore
from potluck_plugins.chat.openai import OpenAIChat, OpenAIChatConfig, potluck_chat
from support.fault_proxy import (
    Exchange,
    Fault,
    FaultProxy,
    Reply,
    alter,
    cut,
    fault_proxy,
    garbage,
    lose,
    reset,
    stall,
    stall_after,
    status,
    trickle,
)
from support.servers import CONTEXT

QUESTION = [Message("user", "What is the capital of France? Answer in one short sentence.")]
CHINESE = [Message("system", "請用中文回答。"), Message("user", "短鋼軌係指長度在多少公尺以上之鋼軌？")]
OPTIONS = ChatOptions(temperature=0, max_tokens=12, seed=1)
KEY = "sk-canary-5f1c0ffee5f1c0ffee5f1c0ffee"
TABLES = "pypi://llama-index-core==0.14.25/llama_index/core/_static/tiktoken_cache"

Make = Callable[..., OpenAIChat]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes chat models, and closes them."""
    made: list[OpenAIChat] = []

    def making(url: str, *, network: bool = False, **values: Any) -> OpenAIChat:
        config = OpenAIChatConfig(**{"base_url": url, "model": "smollm2", "backoff": 0.001, **values})
        made.append(OpenAIChat(config, Context(Path.cwd(), Path.cwd(), NoModels(), network=network, environment={})))
        return made[-1]

    yield making
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def memory() -> dict[bytes, Reply]:
    """What the real server has answered, so that it is asked each thing once."""
    return {}


@pytest.fixture
def proxy(chat_server: str, memory: dict[bytes, Reply]) -> Iterator[FaultProxy]:
    with fault_proxy(chat_server, remembers=True) as running:
        running.memory = memory
        yield running


@pytest.fixture
def live(chat_server: str) -> Iterator[FaultProxy]:
    """A proxy that passes answers on as they come."""
    with fault_proxy(chat_server) as running:
        yield running


@pytest.fixture
def expected(make: Make, proxy: FaultProxy) -> Answer:
    answer = make(proxy.url).chat(QUESTION, OPTIONS)
    proxy.requests = 0
    return answer


def streamed(made: OpenAIChat, messages: list[Message] = QUESTION, options: ChatOptions = OPTIONS) -> Answer:
    """The answer at the end of a stream, of which the pieces are the text."""
    *pieces, answer = made.stream(messages, options)
    assert isinstance(answer, Answer)
    assert "".join(str(piece) for piece in pieces) == answer.text
    assert all(piece and isinstance(piece, str) for piece in pieces)
    return answer


# What comes when all is well


def test_an_answer_has_text_finish_and_usage(make: Make, live: FaultProxy) -> None:
    answer = make(live.url).chat(QUESTION, OPTIONS)

    assert "Paris" in answer.text
    assert answer.finish in ("stop", "length")
    assert answer.usage.prompt > 10
    assert 0 < answer.usage.completion <= 12


def test_a_key_that_is_missing_is_found_without_a_connection(make: Make) -> None:
    with pytest.raises(MissingSecret, match=r"no key for api\.openai\.com\. Set the environment variable"):
        make("https://api.openai.com/v1", network=True).check()
    make("https://api.openai.com/v1", network=True, api_key=KEY).check()


@pytest.mark.parametrize("messages", [QUESTION, CHINESE], ids=["English", "Chinese"])
def test_a_stream_brings_the_same_answer_in_pieces(make: Make, live: FaultProxy, messages: list[Message]) -> None:
    made = make(live.url)

    whole, pieces = made.chat(messages, OPTIONS), streamed(made, messages)

    assert (pieces.text, pieces.finish) == (whole.text, whole.finish)
    assert (pieces.usage.prompt, pieces.usage.completion) == (whole.usage.prompt, whole.usage.completion)


def test_the_second_answer_to_one_prompt_tells_the_tokens_that_were_cached(make: Make, live: FaultProxy) -> None:
    made = make(live.url)
    made.chat(QUESTION, OPTIONS)

    for again in made.chat(QUESTION, OPTIONS), streamed(made):
        assert 0 < again.usage.cached <= again.usage.prompt


def test_the_limit_of_tokens_and_the_stops_are_obeyed(make: Make, live: FaultProxy) -> None:
    made = make(live.url)

    for ask in made.chat, lambda messages, options: streamed(made, messages, options):
        assert ask(QUESTION, ChatOptions(temperature=0, max_tokens=1)).finish == "length"
        stopped = ask(QUESTION, ChatOptions(temperature=0, max_tokens=20, stop=("Paris",)))
        assert (stopped.finish, "Paris" in stopped.text) == ("stop", False)


def test_options_are_sent_under_the_protocol_s_names_where_they_were_set_and_the_limit_always(
    make: Make, proxy: FaultProxy
) -> None:
    proxy.faults[:] = [status(400)] * 9
    every = ChatOptions(
        temperature=0.5, top_p=0.9, max_tokens=7, stop=("。",), presence_penalty=0.1, frequency_penalty=0.2, seed=3
    )
    for made, options in [
        (make(proxy.url), every),
        (make(proxy.url, limit="max_completion_tokens"), ChatOptions(temperature=1)),
        (make(proxy.url), ChatOptions(temperature=0.0, top_p=1.0, seed=None)),
        (make(proxy.url), ChatOptions()),
    ]:
        with pytest.raises(RemoteError):
            made.chat([Message("system", "短"), Message("assistant", "鋼\ud83d"), Message("user", "軌")], options)

    full, reasoning, defaults, plain = (json.loads(body) for body in proxy.bodies)
    messages = [{"role": "system", "content": "短"}, {"role": "assistant", "content": "鋼?"}]
    messages.append({"role": "user", "content": "軌"})
    assert full == {
        "model": "smollm2",
        "messages": messages,
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 7,
        "stop": ["。"],
        "presence_penalty": 0.1,
        "frequency_penalty": 0.2,
        "seed": 3,
    }
    assert reasoning == {"model": "smollm2", "messages": messages, "max_completion_tokens": 256, "temperature": 1}
    assert plain == {"model": "smollm2", "messages": messages, "max_tokens": 256}
    assert defaults == {**plain, "temperature": 0.0, "top_p": 1.0}


def test_questions_from_many_threads_each_get_their_own_answer(make: Make, proxy: FaultProxy) -> None:
    lands = ["France", "Italy", "Japan", "Spain"]
    asked = [[Message("user", f"What is the capital of {land}? Answer in one short sentence.")] for land in lands]
    made = make(proxy.url, max_attempts=99, backoff=0)
    alone = [made.chat(messages, OPTIONS).text for messages in asked]
    choice = random.Random(5)
    kinds = [status(429), reset, lose, cut(30), cut(90, clean=True), garbage(b"<html>"), None]
    proxy.faults[:] = [choice.choice(kinds) for _ in range(30)]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda messages: made.chat(messages, OPTIONS).text, asked * 2))

    assert together == alone * 2
    assert len(set(alone)) == 4


# How an answer ends


def _ended(reason: str | None, **message: Any) -> Fault:
    def change(answer: Any) -> Any:
        answer["choices"][0]["finish_reason"] = reason
        answer["choices"][0]["message"].update(message)
        return answer

    return alter(change)


@pytest.mark.parametrize(
    ("fault", "finish", "text"),
    [
        (_ended("stop"), "stop", None),
        (_ended("length"), "length", None),
        (_ended("content_filter", content=None), "filter", ""),
        (_ended("stop", content=None, refusal="I can't help with that."), "filter", "I can't help with that."),
        (_ended("stop", content=""), "stop", ""),
    ],
)
def test_the_reason_of_the_end_is_told(
    make: Make, proxy: FaultProxy, expected: Answer, fault: Fault, finish: str, text: str | None
) -> None:
    proxy.faults[:] = [fault]

    answer = make(proxy.url).chat(QUESTION, OPTIONS)

    assert (answer.finish, answer.text) == (finish, expected.text if text is None else text)


@pytest.mark.parametrize("reason", ["error", "abort", "insufficient_system_resource", "tool_calls"])
def test_an_answer_that_ends_for_another_reason_is_not_taken_for_whole(
    make: Make, proxy: FaultProxy, expected: Answer, reason: str | None
) -> None:
    proxy.faults[:] = [_ended(reason)]
    assert make(proxy.url).chat(QUESTION, OPTIONS).text == expected.text

    proxy.faults[:] = [_ended(reason)] * 2
    with pytest.raises(RemoteError, match=rf"ended its answer for the reason '{reason}'"):
        make(proxy.url, max_attempts=2).chat(QUESTION, OPTIONS)


# What goes wrong on the way

FAULTS: dict[str, list[Fault]] = {
    "429": [status(429, Retry_After="0.01"), status(429)],
    "408, 409": [status(408), status(409)],
    "5xx": [status(500), status(502, "<html>"), status(503)],
    "reset": [reset],
    "answer lost": [lose],
    "no answer": [garbage(b'{"choices": []}'), garbage(b'{"choices": [{"message": {}}]}'), garbage(b"{}")],
    "a page": [garbage(b"<html>", "text/html")],
    "nothing": [garbage(b"", "text/event-stream")],
    "another JSON": [garbage(b"[7]"), garbage(b'{"choices": "none"}')],
    "cut": [cut(30), cut(30, clean=True), cut(30, chunked=True)],
}
EVENTS: dict[str, list[Fault]] = {
    "invalid JSON": [garbage(b"data: {\n\n", "text/event-stream")],
    "another JSON": [garbage(b"data: 5\n\n", "text/event-stream")],
    "wrong types": [garbage(b'data: {"choices": [{"delta": {"content": 5}}]}\n\n', "text/event-stream")],
    "half a character": [garbage(b'data: {"choices": [{"delta": {"content": "\xe9\x8b\n\n', "text/event-stream")],
    "an error": [
        garbage(b'data: {"error": {"message": "overloaded", "type": "server_error"}}\n\n', "text/event-stream")
    ],
    "only the end": [garbage(b"data: [DONE]\n\n", "text/event-stream")],
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_an_answer_arrives_whole_whatever_happens_on_the_way(
    make: Make, proxy: FaultProxy, expected: Answer, faults: list[Fault]
) -> None:
    proxy.faults[:] = faults

    assert make(proxy.url).chat(QUESTION, OPTIONS) == expected

    assert proxy.requests == len(faults) + 1


@pytest.mark.parametrize(
    "faults", [*FAULTS.values(), *EVENTS.values()], ids=[*FAULTS, *(f"event: {e}" for e in EVENTS)]
)
def test_a_stream_that_fails_before_its_first_word_is_asked_for_again(
    make: Make, proxy: FaultProxy, expected: Answer, faults: list[Fault]
) -> None:
    proxy.faults[:] = faults

    assert streamed(make(proxy.url)).text == expected.text

    assert proxy.requests == len(faults) + 1


def _recorded(make: Make, proxy: FaultProxy) -> bytes:
    """The real server's whole answer to the question as a stream."""
    streamed(make(proxy.url))
    key = next(key for key in proxy.memory if key.endswith(proxy.bodies[-1]))
    return proxy.memory[key].body


FRAMES: dict[str, dict[str, bool]] = {
    "as if it were the end": {"clean": True},
    "in a chunk": {"chunked": True},
    "short of its length": {},
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_a_stream_cut_anywhere_is_the_whole_answer_or_an_error_and_never_half_an_answer(
    make: Make, proxy: FaultProxy, expected: Answer, frame: dict[str, bool]
) -> None:
    body = _recorded(make, proxy)
    boundaries = [place + 2 for place in range(len(body)) if body.startswith(b"\n\n", place)]
    places = sorted({*boundaries, *random.Random(3).sample(range(len(body)), 50)})
    said = body.index(b'"finish_reason":"')
    made, ends = make(proxy.url), {"whole": 0, "broken": 0, "asked again": 0}

    for place in places:
        proxy.faults[:] = [cut(place, **frame)]
        proxy.requests, pieces = 0, []
        try:
            pieces.extend(made.stream(QUESTION, OPTIONS))
        except RemoteError:
            # Something was handed out, so it is not asked again, and no answer stands at the end.
            assert pieces
            assert proxy.requests == 1
            assert expected.text.startswith("".join(str(piece) for piece in pieces))
            assert not any(isinstance(piece, Answer) for piece in pieces)
            ends["broken"] += 1
        else:
            *texts, answer = pieces
            assert isinstance(answer, Answer)
            assert "".join(map(str, texts)) == answer.text == expected.text
            assert answer.finish == expected.finish
            # Either nothing had been handed out, or the end of the text had come.
            assert proxy.requests == 2 or place > said
            ends["asked again" if proxy.requests == 2 else "whole"] += 1

    assert len(boundaries) >= 10
    assert all(ends.values()), ends


def test_a_connection_that_breaks_in_the_middle_of_a_stream_is_said(make: Make, proxy: FaultProxy) -> None:
    proxy.faults[:] = [cut(len(_recorded(make, proxy)) // 2)]

    with pytest.raises(RemoteError, match=r"broke off \(peer closed connection"):
        list(make(proxy.url).stream(QUESTION, OPTIONS))


def test_an_error_in_the_middle_of_a_stream_is_an_error(make: Make, proxy: FaultProxy) -> None:
    word = b'data: {"choices": [{"delta": {"content": "Par"}}]}\n\n'
    error = b'data: {"error": {"message": "out of memory", "code": 500}}\n\n'
    proxy.faults[:] = [garbage(word + error, "text/event-stream")]
    pieces = []

    with pytest.raises(RemoteError, match=r"broke off with an error: out of memory\. Ask again"):
        pieces.extend(make(proxy.url).stream(QUESTION, OPTIONS))

    assert (pieces, proxy.requests) == (["Par"], 1)


# Limits of time


@pytest.mark.parametrize(
    "fault",
    [stall, stall_after(0), stall_after(40), trickle(0.02, "headers"), trickle(0.02, "body")],
    ids=["silence", "after the headers", "before the first word", "bytes of headers", "bytes of a body"],
)
def test_a_server_that_says_nothing_is_given_up_and_asked_again(
    make: Make, proxy: FaultProxy, expected: Answer, fault: Fault
) -> None:
    made = make(proxy.url, timeout=0.3)
    for ask in made.chat, lambda messages, options: streamed(made, messages, options):
        proxy.faults[:] = [fault]
        started = time.monotonic()

        assert ask(QUESTION, OPTIONS).text == expected.text

        assert 0.3 <= time.monotonic() - started < 4


def test_a_stream_that_stops_in_the_middle_is_an_error_in_time(make: Make, proxy: FaultProxy) -> None:
    body = _recorded(make, proxy)
    proxy.faults[:] = [stall_after(len(body) // 2)]
    pieces, started = [], time.monotonic()

    with pytest.raises(RemoteError, match=r"did not answer within 0\.5 s"):
        pieces.extend(make(proxy.url, timeout=0.5).stream(QUESTION, OPTIONS))

    assert pieces
    assert 0.5 <= time.monotonic() - started < 4
    assert proxy.hung_up.wait(5), "the connection is closed"


def test_the_deadline_ends_a_stream_that_goes_on_for_ever(make: Make, proxy: FaultProxy) -> None:
    def endless(exchange: Exchange) -> None:
        exchange.begin(200, {"Content-Type": "text/event-stream"}, "until the end")
        while not exchange.client_left(0.02):
            exchange.wfile.write(b'data: {"choices": [{"delta": {"content": "on and "}}]}\n\n')
            exchange.wfile.flush()
        exchange.proxy.hung_up.set()

    proxy.faults[:] = [endless]
    pieces, started = [], time.monotonic()

    with pytest.raises(RemoteError, match="did not answer within"):
        pieces.extend(make(proxy.url, timeout=0.4, deadline=1).stream(QUESTION, OPTIONS))

    assert 1 <= time.monotonic() - started < 4
    assert set(pieces) == {"on and "}
    assert proxy.hung_up.wait(5)


def test_the_deadline_ends_the_attempts(make: Make, proxy: FaultProxy) -> None:
    made = make(proxy.url, timeout=0.2, deadline=0.7, max_attempts=99)
    made.chat(QUESTION, OPTIONS)
    for ask in made.chat, lambda messages, options: streamed(made, messages, options):
        proxy.faults[:] = [stall] * 99
        started = time.monotonic()

        with pytest.raises(RemoteError, match=r"did not answer within .* attempts in"):
            ask(QUESTION, OPTIONS)

        assert time.monotonic() - started < 4


def test_closing_a_stream_ends_the_connection_and_the_work(make: Make, live: FaultProxy) -> None:
    made = make(live.url)
    pieces = made.stream(QUESTION, ChatOptions(max_tokens=1500, temperature=1, seed=3))
    assert isinstance(pieces, Iterator)
    next(pieces)

    pieces.close()  # type: ignore[attr-defined]

    assert live.hung_up.wait(5)
    assert "Paris" in made.chat(QUESTION, OPTIONS).text


def test_closing_the_model_ends_a_stream_that_is_under_way(make: Make, live: FaultProxy) -> None:
    made = make(live.url)
    pieces = made.stream(QUESTION, ChatOptions(max_tokens=1500, temperature=1, seed=3))
    next(pieces)

    made.close()

    assert live.hung_up.wait(5)
    pieces.close()  # type: ignore[attr-defined]


# What does not fit


@pytest.mark.parametrize("text", ["rail ", "短鋼軌"])
def test_a_prompt_that_does_not_fit_is_refused_before_it_is_sent(make: Make, proxy: FaultProxy, text: str) -> None:
    made = make(proxy.url, context_window=CONTEXT)
    for ask in made.chat, lambda messages, options: streamed(made, messages, options):
        with pytest.raises(
            ContextExceeded, match=r"tokens \(estimated, never too low\) and an answer of 12 do not fit"
        ):
            ask([Message("user", text * 1000)], OPTIONS)

    assert proxy.requests == 0


def test_a_prompt_that_the_server_finds_too_long_is_not_tried_again(make: Make, live: FaultProxy) -> None:
    made = make(live.url)
    assert made.context_window is None
    for ask in made.chat, lambda messages, options: streamed(made, messages, options):
        with pytest.raises(ContextExceeded, match=r"exceeds the available context size.*Retrieve fewer passages"):
            ask([Message("user", "短鋼軌 " * 2000)], OPTIONS)

    assert live.requests == 2


@pytest.mark.parametrize(
    "messages",
    [
        [Message("user", "hi")],
        QUESTION,
        CHINESE,
        [Message("user", "㍿ﷺ 👩‍👩‍👧 1.4.4 한국어")],
        [Message("system", ""), *[Message("user", "a"), Message("assistant", "b")] * 10, Message("user", "c")],
    ],
)
def test_the_estimate_of_a_prompt_is_never_too_low(make: Make, live: FaultProxy, messages: list[Message]) -> None:
    made = make(live.url)

    assert made.chat(messages, ChatOptions(max_tokens=1)).usage.prompt <= made.count_tokens(messages)


def test_tokens_are_counted_by_the_table_where_openai_s_model_is_known(
    make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tiktoken = pytest.importorskip("tiktoken")
    try:
        monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(ModelStore(Path.cwd()).fetch(TABLES)))
    except ModelNotFound as error:
        pytest.skip(f"no tables of tiktoken: {error}")
    count = len(tiktoken.get_encoding("o200k_base").encode(CHINESE[0].content + CHINESE[1].content))
    made = make("https://api.openai.com/v1", network=True, model="gpt-4o-mini")
    other = make("https://gateway.example/v1", network=True, model="gpt-4o-mini")

    assert count - 1 <= made.count_tokens(CHINESE) - (4 + 4 + 3) <= count + 1
    assert (made.context_window, made.prices) == (128_000, (0.15, 0.6))
    assert other.count_tokens(CHINESE) > made.count_tokens(CHINESE)
    assert (other.context_window, other.prices) == (None, None)
    assert make("https://gateway.example/v1", network=True, prices=(1, 2), context_window=9).prices == (1, 2)


# What leaves the machine


def test_who_gets_the_texts_is_said_and_must_be_allowed(make: Make) -> None:
    sends_to = potluck_chat().sends_to
    assert sends_to is not None
    assert sends_to(OpenAIChatConfig(model="gpt-4o-mini")) == "api.openai.com"
    assert sends_to(OpenAIChatConfig(model="m", base_url="http://127.0.0.1:11434/v1")) is None
    with pytest.raises(EgressRefused, match=r"api\.openai\.com"):
        make("https://api.openai.com/v1")
    with pytest.raises(ValidationError, match="model"):
        OpenAIChatConfig()  # type: ignore[call-arg]


def test_openai_s_own_name_for_the_limit_is_used_at_openai(make: Make) -> None:
    made = make("https://api.openai.com/v1", network=True, model="gpt-5-mini")

    assert made._body(QUESTION, ChatOptions(temperature=1))["max_completion_tokens"] == 256


@pytest.mark.parametrize(
    "fault",
    [
        status(401, f'{{"error": {{"message": "wrong key {KEY}"}}}}'),
        status(400, f"key {KEY}"),
        garbage(f'data: {{"error": {{"message": "{KEY}"}}}}\n\n'.encode(), "text/event-stream"),
        garbage(f"data: {KEY}\n\n".encode(), "text/event-stream"),
        reset,
        cut(700),
    ],
)
def test_the_key_is_in_no_error_and_no_log(
    make: Make, proxy: FaultProxy, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    proxy.faults[:] = [fault] * 2
    made = make(proxy.url, api_key=KEY, max_attempts=2)

    with pytest.raises(RemoteError) as caught:
        list(made.stream(QUESTION, OPTIONS))

    assert proxy.headers[0]["authorization"] == f"Bearer {KEY}"
    assert KEY not in "".join(traceback.format_exception(caught.value)) + caplog.text + repr(made) + repr(made._config)
    assert caught.value.__context__ is None


def test_tokens_that_nobody_told_are_none(make: Make, proxy: FaultProxy) -> None:
    proxy.faults[:] = [alter(lambda answer: {"choices": answer["choices"]})]

    assert make(proxy.url).chat(QUESTION, OPTIONS).usage == Usage()
