"""What the embedder and the chat model ``openai`` share: settings, the connection, retries, errors, counted tokens.

The official SDK (``openai``, Apache-2.0) speaks the protocol; its own retries are off, so that there is one layer of
them with one deadline. It runs in an event loop of its own, because there a time limit ends whatever the network is
doing: a name that is not resolved, a server that sends a byte a minute.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
import unicodedata
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from random import SystemRandom
from threading import Lock, Thread
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from potluck.contracts import Config, Context, Operational
from potluck.egress import is_loopback
from potluck.errors import (
    ContextExceeded,
    EgressRefused,
    MissingDependency,
    MissingSecret,
    ModelError,
    PotluckError,
    RemoteError,
)

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

AskedT = TypeVar("AskedT")
ReadT = TypeVar("ReadT")

_LONGEST_PAUSE = 60.0
_LARGEST_BODY = 64 << 20
_QUOTED = 300
_NO_KEY = "none"
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
_HEADERS = {"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "user-agent"}
_OPENAI_HEADERS = {"openai-organization", "openai-project"}
# By this one the SDK tells itself to leave the body to the caller.
_RAW = "x-stainless-raw-response"
_NETWORK_LIBRARIES = {"anyio", "httpcore", "httpcore2", "httpx", "httpx2"}


class ServiceConfig(Config):
    """Settings of everything that speaks OpenAI's protocol."""

    base_url: str = "https://api.openai.com/v1"
    """Where the service is, up to the part that all its addresses share: ``http://127.0.0.1:8080/v1``."""

    api_key: SecretStr | None = None
    """The key, as ``${NAME}``. Without it the environment variable OPENAI_API_KEY is taken, which is sent to OpenAI
    and to this machine only; a server on this machine may do without."""

    timeout: Annotated[float, Operational, Field(gt=0)] = 120.0
    """Seconds to wait for an answer, or for the next piece of one that comes in pieces."""

    deadline: Annotated[float, Operational, Field(gt=0)] = 600.0
    """Seconds for one request with all its repetitions and the pauses between them."""

    max_attempts: Annotated[int, Operational, Field(ge=1)] = 6
    """How often a request is sent at most. It is sent again after 408, 409, 429, 5xx and where the network failed."""

    backoff: Annotated[float, Operational, Field(ge=0)] = 0.5
    """Seconds of the first pause; each is twice the one before, at most a minute, unless the service says how long."""

    concurrency: Annotated[int, Operational, Field(ge=1)] = 4
    """How many requests may be under way at once."""

    @field_validator("base_url")
    @classmethod
    def _is_plain(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("expected an address that begins with http:// or https://")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("expected an address without user, '?' and '#'; a key belongs into 'api_key'")
        return value

    @property
    def host(self) -> str:
        """The name or address of the machine, without port."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_local(self) -> bool:
        """Whether it is this machine."""
        return is_loopback(self.host)

    @property
    def is_openai(self) -> bool:
        """Whether it is OpenAI's own service: only there does a model's name say which model it is."""
        return urlsplit(self.base_url).scheme == "https" and f".{self.host}".endswith(".api.openai.com")


@dataclass(eq=False)
class Failed(Exception):
    """One attempt failed. ``passing`` says that another may not, ``pause`` for how many seconds the service asks."""

    reason: str
    advice: str = ""
    passing: bool = False
    pause: float | None = None
    error: type[PotluckError] = RemoteError


def sends_to(config: ServiceConfig) -> str | None:
    """The machine that gets the texts, or None if it is this one."""
    return None if config.is_local else config.host


def sendable(text: str) -> str:
    """The text with halves of surrogate pairs, which JSON in UTF-8 cannot hold, as question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


class Service:
    """Asks one service. Safe to use from several threads. Nothing is connected before the first question."""

    def __init__(self, config: ServiceConfig, context: Context, name: str) -> None:
        """``name`` is what messages call the component. Raises ``EgressRefused``."""
        self._config, self._context, self._name = config, context, name
        self._lock = Lock()
        self._connection: _Connection | None = None
        if not context.network and not config.is_local:
            raise EgressRefused(f"{name} would send text to {config.host}, and nothing may leave this machine")

    def deadline(self) -> float:
        """When a request that begins now has to be done, by ``time.monotonic``."""
        return time.monotonic() + self._config.deadline

    def call(
        self, ask: Callable[[AsyncOpenAI], Coroutine[Any, Any, AskedT]], read: Callable[[AskedT], ReadT], end: float
    ) -> ReadT:
        """Ask until what comes can be read. Raises ``MissingSecret``, ``ContextExceeded`` or ``RemoteError``.

        ``read`` runs in the calling thread and raises ``Failed`` or ``ValueError`` for an answer that is none.
        """
        for attempt in range(1, self._config.max_attempts + 1):
            try:
                return read(self._run(ask(self._connected().client), end))
            except (Failed, ValueError) as error:
                failed = failure(error)
            pause = self._pause(attempt, failed)
            if not failed.passing or attempt == self._config.max_attempts or time.monotonic() + pause >= end:
                break
            time.sleep(pause)
        # Outside of the clause above: an error of the SDK knows the request with its key, and must not hang on to ours.
        raise self._error(failed, attempt, end)

    def go_on(self, step: Coroutine[Any, Any, AskedT], end: float) -> AskedT:
        """Do one step of an answer that has begun, which cannot be repeated. Raises ``RemoteError``."""
        try:
            return self._run(step, end)
        except Failed as error:
            failed = error
        raise self._error(failed, 1, end)

    def release(self, pieces: AsyncGenerator[Any, None]) -> None:
        """End an answer that comes in pieces, and its connection, however far it has come."""
        if self._connection is not None:
            with contextlib.suppress(Failed):
                self._run(pieces.aclose(), time.monotonic() + _LONGEST_PAUSE)

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _run(self, work: Coroutine[Any, Any, AskedT], end: float) -> AskedT:
        seconds = min(self._config.timeout, end - time.monotonic())
        try:
            return self._connected().run(work, seconds)
        except TimeoutError:
            failed = Failed(f"did not answer within {seconds:.3g} s", "Raise 'timeout' and 'deadline'", passing=True)
        except Exception as error:
            failed = failure(error)
        raise failed

    def _connected(self) -> _Connection:
        with self._lock:
            if self._connection is None:
                self._connection = _Connection(self._config, self._key())
            return self._connection

    def _key(self) -> str:
        """The key to send. The environment's is OpenAI's, and no recipe can have it sent to somebody else."""
        config = self._config
        ambient = self._context.secret("OPENAI_API_KEY") if config.is_local or config.is_openai else None
        key = (config.api_key.get_secret_value() if config.api_key is not None else ambient or "").strip()
        if not key and not config.is_local:
            ours = "Set the environment variable OPENAI_API_KEY, or write 'api_key: ${NAME}'"
            others = "OPENAI_API_KEY is sent to OpenAI only: write 'api_key: ${NAME}', or any word if none is wanted"
            raise MissingSecret(f"{self._name}: no key for {config.host}. {ours if config.is_openai else others}")
        if not all("!" <= character <= "~" for character in key):
            raise MissingSecret(f"{self._name}: the key for {config.host} holds characters that no key has")
        return key or _NO_KEY

    def _pause(self, attempt: int, failed: Failed) -> float:
        """Seconds before the next attempt, scattered so that threads that failed together do not return together."""
        scatter = SystemRandom().uniform(0.5, 1.0)
        if failed.pause is not None:
            return min(failed.pause, _LONGEST_PAUSE) + scatter * min(self._config.backoff, 1.0)
        return scatter * min(self._config.backoff * 2.0 ** min(attempt - 1, 30), _LONGEST_PAUSE)

    def _error(self, failed: Failed, attempts: int, end: float) -> PotluckError:
        seconds = self._config.deadline - (end - time.monotonic())
        times = f" ({attempts} attempts in {seconds:.1f} s)" if attempts > 1 else ""
        wanted = f"; it asks to wait {failed.pause:.0f} s" if failed.pause is not None and failed.pause >= 1 else ""
        advice = f". {failed.advice}" if failed.advice else ""
        message = f"{self._name}: {urlsplit(self._config.base_url).netloc} {failed.reason}{times}{wanted}{advice}"
        key = self._connection.key if self._connection is not None else _NO_KEY
        return failed.error(message if key == _NO_KEY else message.replace(key, "***"))


class _Connection:
    """The SDK's client and the event loop in which it runs."""

    def __init__(self, config: ServiceConfig, key: str) -> None:
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient

        self.key = key
        # A proxy sees what is not encrypted, and this machine needs none to reach itself.
        proxied = urlsplit(config.base_url).scheme == "https" and not config.is_local
        http = DefaultAsyncHttpxClient(
            trust_env=proxied,
            follow_redirects=False,
            timeout=None,
            event_hooks={"request": [_only_what_is_needed(key, config.is_openai)]},
        )
        self.client = AsyncOpenAI(api_key=key, base_url=config.base_url, max_retries=0, timeout=None, http_client=http)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="potluck-openai", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, AskedT], seconds: float) -> AskedT:
        """Do it in the loop and wait. Raises ``TimeoutError`` after so many seconds, when it has been cancelled."""

        async def limited() -> AskedT:
            async with asyncio.timeout(seconds):
                return await work

        future = asyncio.run_coroutine_threadsafe(limited(), self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """End what is under way, close the client, end the loop."""
        self.run(self._loop.shutdown_asyncgens(), _LONGEST_PAUSE)
        self.run(self.client.close(), _LONGEST_PAUSE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _only_what_is_needed(key: str, openai: bool) -> Callable[[Any], Awaitable[None]]:
    """A hook that strikes out what the SDK sends of itself: the system's name, headers from the environment."""
    allowed = {*_HEADERS, _RAW, *(_OPENAI_HEADERS if openai else ())}

    async def strike(request: Any) -> None:
        for name in set(request.headers) - allowed:
            del request.headers[name]
        request.headers["authorization"] = f"Bearer {key}"

    return strike


async def body_of(asking: Any) -> bytes:
    """The whole body of an answer, whatever it is. Raises ``Failed`` for one without end."""
    body = bytearray()
    async with asking as response:
        async for block in response.iter_bytes():
            body += block
            if len(body) > _LARGEST_BODY:
                raise Failed(f"answered with more than {_LARGEST_BODY >> 20} MiB", "Lower 'batch_size'")
    return bytes(body)


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


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts the tokens of a text; ``exact`` says whether as the model does."""

    count: Callable[[str], int]
    exact: bool


def counter(table: str | None) -> Counter:
    """Counts by a table of tiktoken if this machine has it, which is never downloaded; else by an estimate.

    The estimate is never too low: a token of any tokenizer stands for at least one byte of the text, or of what the
    tokenizer makes of it (NFKC). Three are added, for a mark at either end and a blank in front.
    """
    if table is not None:
        from potluck_plugins.splitters._shared.tokenizing import from_table

        with contextlib.suppress(MissingDependency, ModelError):
            tokenize = from_table(table)
            return Counter(lambda text: len(tokenize(text)), exact=True)
    return Counter(_estimate, exact=False)


def _estimate(text: str) -> int:
    return max(len(form.encode("utf-8", "surrogatepass")) for form in (text, unicodedata.normalize("NFKC", text))) + 3
