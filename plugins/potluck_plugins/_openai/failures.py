"""What the errors of the SDK and of the network mean for a request, and what the service says of them."""

from __future__ import annotations

import contextlib
import math
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from potluck.errors import ContextExceeded, PotluckError, RemoteError

if TYPE_CHECKING:
    from openai import APIStatusError

_QUOTED = 300
_PASSING = {408, 409, 429}
_TOO_LONG = {"context_length_exceeded", "exceed_context_size_error"}
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
    """One attempt failed. ``passing`` says that another may not, ``pause`` for how many seconds the service asks."""

    reason: str
    advice: str = ""
    passing: bool = False
    pause: float | None = None
    error: type[PotluckError] = RemoteError


def failure(error: Exception) -> Failed:
    """What an error means for the request; an error that is none of the network's is raised."""
    import openai

    if isinstance(error, Failed):
        return error
    if isinstance(error, openai.APIStatusError):
        return _refused(error)
    library = type(error).__module__.partition(".")[0]
    # What interrupts a body the SDK passes on as it comes.
    if isinstance(error, (openai.APIConnectionError, OSError)) or library in _NETWORK_LIBRARIES:
        return Failed(f"could not be reached, or broke off ({_cause(error)})", "Check 'base_url' and the network", True)
    if isinstance(error, openai.APIError):
        said, lasting = _said(error.body) or error.message, "invalid_request_error" in _codes(error)
        return Failed(f"broke off with an error: {said}", "Ask again", not lasting)
    if isinstance(error, (ValueError, RecursionError)):
        wrong = _said(str(error).partition("\n")[2].partition(" [type=")[0] or str(error))
        return Failed(f"answered with something that is no answer ({wrong})", "Check 'base_url'", True)
    raise error


def _refused(error: APIStatusError) -> Failed:
    status, said, codes = error.status_code, _said(error.body), _codes(error)
    reason = f"answered {status}{f': {said}' if said else ''}"
    if codes & _TOO_LONG or (status == 400 and "maximum context length" in said):
        return Failed(reason, "Retrieve fewer passages, or lower 'max_tokens'", error=ContextExceeded)
    if 300 <= status < 400 and (location := error.response.headers.get("location")):
        target = urlsplit(location)
        place = f"{target.scheme}://{target.netloc}{target.path}" if target.netloc else target.path
        return Failed(f"{reason} and points to {place}", "That is not followed: set 'base_url' to where you want to go")
    if "insufficient_quota" in codes:
        return Failed(reason, "The account has no credit left")
    if status not in _PASSING and status < 500:
        return Failed(reason, _ADVICE.get(status, ""))
    return Failed(reason, _ADVICE.get(status, _LATER), passing=True, pause=_wanted_pause(error.response.headers))


def _codes(error: Any) -> set[str]:
    return {str(code) for code in (error.code, error.type) if code}


def _said(body: object) -> str:
    """What the service says is wrong, in one line."""
    text = body.get("message") if isinstance(body, dict) else body
    if not isinstance(text, str):
        return ""
    if text.lstrip().startswith("<"):
        return "a page of HTML"
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _QUOTED else f"{line[:_QUOTED]} ..."


def _cause(error: BaseException) -> str:
    """What is at the bottom of an error of the SDK."""
    while (deeper := error.__cause__ or error.__context__) is not None:
        error = deeper
    return _said(str(error).strip().partition("\n")[0]) or type(error).__name__


def _wanted_pause(headers: Any) -> float | None:
    """Seconds that a service asks to wait: in milliseconds, in seconds, or until a date."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name, "")
        with contextlib.suppress(ValueError):
            seconds = parsedate_to_datetime(value).timestamp() - time.time() if ":" in value else float(value) / unit
            if math.isfinite(seconds):
                return max(0.0, seconds)
    return None
