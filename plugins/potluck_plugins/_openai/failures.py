"""The meaning of errors of the SDK, of the network and of the service for a request."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from potluck.errors import ContentFiltered, ContextExceeded, PotluckError, RemoteError
from potluck_plugins._openai.complaints import Complaint, complaint, one_line

if TYPE_CHECKING:
    from openai import APIStatusError

_PASSING = {408, 409, 429}
_SETTING_REFUSED = {400, 422}
_TOO_LONG = {"context_length_exceeded", "exceed_context_size_error"}
FILTERED = {"content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation", "data_inspection_failed"}
_LATER = "Run again later; what was answered so far is kept"
_ADVICE = {
    400: "Change the setting that it names",
    401: "Check the key: 'api_key' in the recipe, or the environment variable OPENAI_API_KEY",
    403: "The key may not do this: check the account, or take another model",
    404: "Check 'model', and 'base_url', which ends in /v1 with most servers",
    429: "Lower 'concurrency', or raise 'max_attempts' and 'deadline'; what was answered so far is kept",
}
_NETWORK_LIBRARIES = {"anyio", "httpcore", "httpcore2", "httpx", "httpx2"}


@dataclass(eq=False)
class Failed(Exception):
    """One attempt failed. ``passing`` says that another may not, ``pause`` for how many seconds the service asks.

    ``status`` is what the service answered with, 0 if it did not come to that, and ``said`` what it complained of.
    """

    reason: str
    advice: str = ""
    passing: bool = False
    pause: float | None = None
    error: type[PotluckError] = RemoteError
    status: int = 0
    said: Complaint = field(default_factory=Complaint)

    def refuses(self, setting: str) -> bool:
        """Whether the service does not take a setting, which it names."""
        return self.status in _SETTING_REFUSED and self.said.names(setting)


def failure(error: Exception) -> Failed:
    """The meaning of an error for the request; an error that is not of the network is raised."""
    import openai

    if isinstance(error, Failed):
        return error
    if isinstance(error, openai.APIStatusError):
        return _failure_of_status(error)
    library = type(error).__module__.partition(".")[0]
    # What interrupts a body the SDK passes on as it comes.
    if isinstance(error, (openai.APIConnectionError, OSError)) or library in _NETWORK_LIBRARIES:
        return Failed(f"could not be reached, or broke off ({_cause(error)})", "Check 'base_url' and the network", True)
    if isinstance(error, openai.APIError):
        said = complaint(error.body) or Complaint(one_line(error.message))
        return _failure_in_stream(said)
    if isinstance(error, (ValueError, RecursionError)):
        wrong = one_line(str(error).partition("\n")[2].partition(" [type=")[0] or str(error))
        return Failed(f"answered with something that is not an answer ({wrong})", "Check 'base_url'", True)
    raise error


def failure_in_answer(said: Complaint) -> Failed:
    """The meaning of an error in an answer with status 200."""
    if said.status:
        failed = _failure(said.status, said)
        failed.reason = f"answered with an error: {said.words}"
        return failed
    lasting = "invalid_request_error" in said.codes
    return _specific(f"answered with an error: {said.words}", said) or Failed(
        f"answered with an error: {said.words}", "" if lasting else _LATER, passing=not lasting, said=said
    )


def _failure_in_stream(said: Complaint) -> Failed:
    """The meaning of an error within a stream."""
    reason, lasting = f"broke off with an error: {said.words}", "invalid_request_error" in said.codes
    return _specific(reason, said) or Failed(reason, "Ask again", not lasting, said=said)


def _failure_of_status(error: APIStatusError) -> Failed:
    status, said = error.status_code, complaint(error.body) or Complaint()
    if 300 <= status < 400 and (location := error.response.headers.get("location")):
        target = urlsplit(location)
        place = f"{target.scheme}://{target.netloc}{target.path}" if target.netloc else target.path
        return Failed(
            f"{_describe_answer(status, said)} and points to {place}",
            "That is not followed: set 'base_url' to where you want to go",
        )
    return _failure(status, said, _wanted_pause(error.response.headers))


def _failure(status: int, said: Complaint, pause: float | None = None) -> Failed:
    """The meaning of a status, with the service's message."""
    reason = _describe_answer(status, said)
    if failed := _specific(reason, said, status):
        return failed
    if status not in _PASSING and status < 500:
        return Failed(reason, _advice(status, said), status=status, said=said)
    return Failed(reason, _ADVICE.get(status, _LATER), passing=True, pause=pause, status=status, said=said)


def _specific(reason: str, said: Complaint, status: int = 0) -> Failed | None:
    """The meaning of the codes, whatever the status is."""
    if said.codes & _TOO_LONG or "maximum context length" in said.words:
        advice = "Retrieve fewer passages, or lower 'max_tokens'"
        return Failed(reason, advice, error=ContextExceeded, status=status, said=said)
    if said.codes & FILTERED:
        return Failed(reason, error=ContentFiltered, status=status, said=said)
    if "insufficient_quota" in said.codes:
        return Failed(reason, "The account has no credit left", status=status, said=said)
    return None


def _advice(status: int, said: Complaint) -> str:
    for setting in ("temperature", "top_p", "presence_penalty", "frequency_penalty", "seed", "stop"):
        if status in _SETTING_REFUSED and said.names(setting):
            return f"Leave '{setting}' out of the chat model's settings; then it is not sent"
    return _ADVICE.get(status, "")


def _describe_answer(status: int, said: Complaint) -> str:
    return f"answered {status}{f': {said.words}' if said.words else ''}"


def _cause(error: BaseException) -> str:
    """The root cause of an error of the SDK."""
    while (deeper := error.__cause__ or error.__context__) is not None:
        error = deeper
    return one_line(str(error).strip().partition("\n")[0]) or type(error).__name__


def _wanted_pause(headers: Mapping[str, str]) -> float | None:
    """Seconds that a service asks to wait: in milliseconds, in seconds, or until a date."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name, "")
        with contextlib.suppress(ValueError):
            seconds = parsedate_to_datetime(value).timestamp() - time.time() if ":" in value else float(value) / unit
            if math.isfinite(seconds):
                return max(0.0, seconds)
    return None
