"""The settings of what speaks OpenAI's protocol, the bodies of its answers, and counting tokens.

Modules: ``potluck_plugins._openai.settings``, ``potluck_plugins._openai.connection``,
``potluck_plugins._openai.counting``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import ValidationError

pytest.importorskip("openai")

from potluck_plugins._openai import Failed, ServiceConfig, counter, join_blocks, parse_json, sendable, sends_to

ADDRESSES = {
    # address: host, this machine, OpenAI's own
    "https://api.openai.com/v1": ("api.openai.com", False, True),
    "http://api.openai.com/v1": ("api.openai.com", False, False),
    "https://eu.api.openai.com/v1": ("eu.api.openai.com", False, True),
    "https://evil-api.openai.com.example.org/v1": ("evil-api.openai.com.example.org", False, False),
    "https://xapi.openai.com/v1": ("xapi.openai.com", False, False),
    "http://127.0.0.1:8080/v1": ("127.0.0.1", True, False),
    "http://localhost/v1": ("localhost", True, False),
    "http://[::1]:8080/v1": ("::1", True, False),
    "https://example.org": ("example.org", False, False),
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_says_who_gets_the_texts(address: str) -> None:
    config, (host, local, openai) = ServiceConfig(base_url=address), ADDRESSES[address]

    assert (config.host, config.is_local, config.is_openai) == (host, local, openai)
    assert sends_to(config) == (None if local else host)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ftp://example.org", "begins with http"),
        ("example.org/v1", "begins with http"),
        ("https://", "begins with http"),
        ("https://user@example.org", "without user"),
        ("https://example.org/v1?key=1", "without user"),
        ("https://example.org/v1#x", "without user"),
    ],
)
def test_an_address_is_plain(address: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ServiceConfig(base_url=address)


@pytest.mark.parametrize("name", ["timeout", "deadline", "max_attempts", "concurrency"])
def test_limits_are_above_nought(name: str) -> None:
    with pytest.raises(ValidationError):
        ServiceConfig.model_validate({name: 0})
    assert getattr(ServiceConfig.model_validate({name: 1}), name) == 1


def test_a_recipe_that_says_nothing_is_patient() -> None:
    config = ServiceConfig(backoff=0)

    assert (config.timeout, config.deadline, config.max_attempts, config.concurrency) == (120, 600, 6, 4)
    assert ServiceConfig().backoff == 0.5
    with pytest.raises(ValidationError):
        ServiceConfig(backoff=-0.1)


@pytest.mark.parametrize(("body", "value"), [(b'{"a": [1]}', {"a": [1]}), (b" null ", None), (b'"x"', "x")])
def test_the_body_of_an_answer_is_json(body: bytes, value: object) -> None:
    assert parse_json(body) == value


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "nothing"),
        (b" \n", "nothing"),
        (b"busy\n now", "busy now"),
        (b"<html><title>502 Bad Gateway</title>", "a page of HTML (502 Bad Gateway)"),
        (b'{"a": ', "Expecting value: line 1 column 7 (char 6)"),
        (b"[1,", "Expecting value: line 1 column 4 (char 3)"),
        (b"\xff", "\ufffd"),
    ],
)
def test_what_is_not_json_is_told_and_may_be_some_the_next_time(body: bytes, said: str) -> None:
    with pytest.raises(Failed) as caught:
        parse_json(body)

    assert caught.value.reason == f"answered with something that is not an answer ({said})"
    assert (caught.value.advice, caught.value.passing) == ("Check 'base_url'", True)


def test_a_body_that_is_nested_without_end_is_not_an_answer() -> None:
    with pytest.raises(Failed, match="not an answer"):
        parse_json(b"[" * 200_000)


async def _blocks(count: int, block: bytes) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield block


def test_the_blocks_of_a_body_are_joined_up_to_64_mib() -> None:
    megabyte = bytes(1 << 20)

    assert asyncio.run(join_blocks(_blocks(3, b"ab"))) == b"ababab"
    assert len(asyncio.run(join_blocks(_blocks(64, megabyte)))) == 64 << 20
    with pytest.raises(Failed) as caught:
        asyncio.run(join_blocks(_blocks(65, megabyte)))
    assert caught.value.reason == "answered with more than 64 MiB"
    assert not caught.value.passing


@pytest.mark.parametrize(("text", "sent"), [("a\ud83d", "a?"), ("泵 🚂", "泵 🚂"), ("", "")])
def test_half_a_character_is_sent_as_a_question_mark(text: str, sent: str) -> None:
    assert sendable(text) == sent


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 3), ("ab", 5), ("泵", 6), ("ﷺ", 36), ("㎞", 6), ("\ud83d", 6), ("é", 5), ("e\u0301", 6)]
)
def test_an_estimate_is_a_token_a_byte_and_three_more(text: str, tokens: int) -> None:
    estimate = counter(None)

    assert estimate.count(text) == tokens
    assert not estimate.exact


def test_a_table_that_is_not_here_is_estimated(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    pytest.importorskip("tiktoken")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))

    assert not counter("cl100k_base").exact
    assert counter("cl100k_base").count("ab") == 5
