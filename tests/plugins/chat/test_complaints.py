"""What services say is wrong, and what it means for a request.

Modules: ``potluck_plugins._openai.complaints``, ``potluck_plugins._openai.failures``.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from potluck.errors import ContentFiltered, ContextExceeded, PotluckError, RemoteError

pytest.importorskip("openai")

import httpx
import openai

from potluck_plugins._openai.complaints import Complaint, complaint, error_of, one_line
from potluck_plugins._openai.failures import Failed, failure, failure_in_answer


@pytest.mark.parametrize(
    ("body", "words", "codes", "setting"),
    [
        ({"error": {"message": "no", "type": "t", "code": "c", "param": "seed"}}, "no", {"t", "c"}, "seed"),
        ({"error": {"message": "no", "param": 3}}, "no", set(), ""),
        ({"error": "no"}, "no", set(), ""),
        ({"detail": "no"}, "no", set(), ""),
        ({"detail": [{"loc": ["body", "seed", 0], "msg": "no"}, "x", 5]}, "body.seed.0: no; x", set(), ""),
        ({"detail": [{"loc": ["body"]}, {"msg": "no"}]}, "no", set(), ""),
        ({"errors": [{"message": "one"}, {"msg": "two"}]}, "one; two", set(), ""),
        ({"object": "error", "message": "no", "code": 404}, "no", {"404"}, ""),
        ({"error": {"message": "no", "innererror": {"code": "deep"}}}, "no", {"deep"}, ""),
        ({"error": {"message": "no", "metadata": {"status": 7}}}, "no", {"7"}, ""),
        ({"error": {"message": "no"}, "code": "outer", "status": True, "type": ""}, "no", {"outer"}, ""),
        ({"error_description": "no"}, "no", set(), ""),
        ({"title": "no"}, "no", set(), ""),
        ({"code": "c"}, "", {"c"}, ""),
        ({"error": None, "message": "no"}, "no", set(), ""),
        ({"error": {}, "message": "no"}, "no", set(), ""),
        ("a\n text", "a text", set(), ""),
        (["a", "b"], "a; b", set(), ""),
    ],
)
def test_a_complaint_is_read_in_each_of_its_forms(body: object, words: str, codes: set[str], setting: str) -> None:
    assert complaint(body) == Complaint(words, frozenset(codes), setting)


@pytest.mark.parametrize("body", ["", " \n", [], [5, {}], {}, {"choices": []}, None, 5, {"message": 5}])
def test_what_says_nothing_is_not_a_complaint(body: object) -> None:
    assert complaint(body) is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "no"}, "no"),
        ({"object": "error", "message": "no", "choices": []}, "no"),
        ({"message": "no"}, "no"),
        ({"message": "no", "choices": []}, None),
        ({"code": "c"}, None),
        ({"error": "", "choices": []}, None),
        ({}, None),
    ],
)
def test_an_answer_without_choices_may_be_a_complaint(body: dict[str, object], words: str | None) -> None:
    found = error_of(body)

    assert (found and found.words) == words


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a \n\t b", "a b"),
        ("a\x1b[31m", "a\\x1b[31m"),
        ("鋼\u202e", "鋼\\u202e"),
        ("<html><title>Bad <b>gate</b>\n way</title>", "a page of HTML (Bad gate way)"),
        (" <!doctype html><H1 class='x'>No</H1>", "a page of HTML (No)"),
        ("<html><body>x", "a page of HTML"),
        ("<title></title>", "a page of HTML"),
        ("x" * 300, "x" * 300),
        ("x" * 301, "x" * 300 + " ..."),
    ],
)
def test_a_complaint_is_one_short_line(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("codes", "status"), [({"404"}, 404), ({"599", "x"}, 599), ({"399"}, 0), ({"600"}, 0), ({"4040"}, 0), (set(), 0)]
)
def test_a_code_may_be_a_status(codes: set[str], status: int) -> None:
    assert Complaint(codes=frozenset(codes)).status == status


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (Complaint(setting="top_p"), True),
        (Complaint("'top_p' is unknown"), True),
        (Complaint("no top_p."), True),
        (Complaint("no stop_top_p"), False),
        (Complaint("no top_pp", setting="other"), False),
    ],
)
def test_a_complaint_names_a_setting_as_a_word(said: Complaint, named: bool) -> None:
    assert said.names("top_p") is named


def refused(status: int, body: object = None, headers: dict[str, str] | None = None) -> Failed:
    """What an answer with a status means."""
    response = httpx.Response(status, headers=headers, request=httpx.Request("POST", "http://x/v1"))
    return failure(openai.APIStatusError("said", response=response, body=body))


ADVICE = {
    400: "Change the setting",
    401: "Check the key",
    403: "The key may not do this",
    404: "Check 'model'",
    408: "Run again later",
    409: "Run again later",
    422: "",
    429: "Lower 'concurrency'",
    418: "",
    500: "Run again later",
    503: "Run again later",
}


@pytest.mark.parametrize("status", ADVICE)
def test_a_status_says_whether_to_ask_again_and_what_to_do(status: int) -> None:
    failed = refused(status, {"error": {"message": "no"}})

    assert failed.reason == f"answered {status}: no"
    assert failed.passing is (status in (408, 409, 429) or status >= 500)
    assert failed.advice.startswith(ADVICE[status])
    assert bool(failed.advice) is bool(ADVICE[status])
    assert (failed.status, failed.said.words, failed.error) == (status, "no", RemoteError)
    assert refused(status).reason == f"answered {status}"


@pytest.mark.parametrize("status", [400, 422, 500])
@pytest.mark.parametrize(
    ("error", "kind", "advice"),
    [
        ({"message": "no", "code": "context_length_exceeded"}, ContextExceeded, "Retrieve fewer passages"),
        ({"message": "no", "type": "exceed_context_size_error"}, ContextExceeded, "Retrieve fewer passages"),
        ({"message": "over the maximum context length"}, ContextExceeded, "Retrieve fewer passages"),
        ({"message": "no", "code": "content_filter"}, ContentFiltered, ""),
        ({"message": "no", "innererror": {"code": "ResponsibleAIPolicyViolation"}}, ContentFiltered, ""),
        ({"message": "no", "code": "insufficient_quota"}, RemoteError, "The account has no credit"),
    ],
)
def test_a_code_says_more_than_a_status(
    status: int, error: dict[str, Any], kind: type[PotluckError], advice: str
) -> None:
    for failed in (refused(status, {"error": error}), failure_in_answer(complaint({"error": error}) or Complaint())):
        assert failed.error is kind
        assert not failed.passing
        assert failed.advice.startswith(advice)


@pytest.mark.parametrize("setting", ["temperature", "top_p", "presence_penalty", "frequency_penalty", "seed", "stop"])
def test_a_setting_that_is_not_taken_is_named(setting: str) -> None:
    for status in (400, 422):
        failed = refused(status, {"error": {"message": f"no {setting} here"}})
        assert failed.advice.startswith(f"Leave '{setting}' out")
        assert failed.refuses(setting)
        assert not failed.refuses("model")
    assert not refused(404, {"error": {"message": f"no {setting} here"}}).refuses(setting)
    assert refused(404, {"error": {"message": f"no {setting} here"}}).advice.startswith("Check 'model'")


@pytest.mark.parametrize(
    ("status", "location", "place"),
    [
        (301, "https://other.example/v2?key=1", "https://other.example/v2"),
        (308, "/v2?x", "/v2"),
        (399, "/v2", "/v2"),
        (300, "/v2", "/v2"),
    ],
)
def test_where_a_service_points_to_is_told_and_not_followed(status: int, location: str, place: str) -> None:
    failed = refused(status, headers={"location": location})

    assert failed.reason == f"answered {status} and points to {place}"
    assert "not followed" in failed.advice
    assert not failed.passing


def test_only_a_redirection_points_elsewhere() -> None:
    assert "points to" not in refused(400, headers={"location": "/v2"}).reason
    assert "points to" not in refused(301).reason


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "7"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({}, None),
    ],
)
def test_a_service_may_say_how_long_to_wait(headers: dict[str, str], pause: float | None) -> None:
    assert refused(429, headers=headers).pause == pause


def test_a_service_may_say_until_when_to_wait() -> None:
    until = datetime.fromtimestamp(time.time(), UTC) + timedelta(seconds=100)

    pause = refused(503, headers={"retry-after": format_datetime(until, usegmt=True)}).pause

    assert pause is not None
    assert 60 < pause <= 100


def test_an_error_within_an_answer_is_read_by_its_code() -> None:
    missing = failure_in_answer(Complaint("no model", frozenset({"404"})))
    assert (missing.reason, missing.passing) == ("answered with an error: no model", False)
    assert failure_in_answer(Complaint("busy", frozenset({"503"}))).passing
    lasting = failure_in_answer(Complaint("no", frozenset({"invalid_request_error"})))
    assert (lasting.passing, lasting.advice) == (False, "")
    passing = failure_in_answer(Complaint("no"))
    assert passing.passing
    assert passing.advice.startswith("Run again later")
    assert passing.reason == "answered with an error: no"


def test_a_stream_that_breaks_off_is_asked_for_again_unless_it_cannot_help() -> None:
    request = httpx.Request("POST", "http://x/v1")

    failed = failure(openai.APIError("m", request, body={"error": {"message": "no"}}))
    assert (failed.reason, failed.advice, failed.passing) == ("broke off with an error: no", "Ask again", True)
    assert not failure(openai.APIError("m", request, body={"message": "no", "type": "invalid_request_error"})).passing
    assert failure(openai.APIError("m", request, body=None)).reason == "broke off with an error: m"
    filtered = failure(openai.APIError("m", request, body={"message": "no", "code": "content_filter"}))
    assert filtered.error is ContentFiltered


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (OSError("no route\nto it"), "no route"),
        (httpx.ReadError("cut"), "cut"),
        (httpx.ReadError(""), "ReadError"),
        (openai.APIConnectionError(request=httpx.Request("POST", "http://x")), "Connection error."),
    ],
)
def test_what_the_network_did_is_told_and_tried_again(error: Exception, cause: str) -> None:
    failed = failure(error)

    assert failed.reason == f"could not be reached, or broke off ({cause})"
    assert failed.passing
    assert failed.advice == "Check 'base_url' and the network"


def test_the_cause_at_the_bottom_is_told() -> None:
    error = openai.APIConnectionError(request=httpx.Request("POST", "http://x"))
    middle = OSError("middle")
    error.__cause__, middle.__context__ = middle, OSError("bottom")

    assert "(bottom)" in failure(error).reason


@pytest.mark.parametrize(
    ("error", "wrong"),
    [
        (ValueError("no answer"), "no answer"),
        (ValueError("1 error\nchoices Input wrong [type=x]"), "choices Input wrong"),
        (RecursionError("too deep"), "too deep"),
    ],
)
def test_what_is_not_an_answer_may_be_one_the_next_time(error: Exception, wrong: str) -> None:
    failed = failure(error)

    assert failed.reason == f"answered with something that is not an answer ({wrong})"
    assert failed.passing


def test_other_errors_are_nobodys_failure() -> None:
    own = Failed("x")

    assert failure(own) is own
    with pytest.raises(KeyError):
        failure(KeyError("x"))
