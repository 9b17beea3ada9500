"""Asking one service: the key, retries within one deadline, errors without the key."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from random import SystemRandom
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from potluck.contracts import Context
from potluck.errors import EgressRefused, MissingSecret, PotluckError, RemoteTimeout
from potluck.reporting import notice
from potluck_plugins._openai.connection import Connection
from potluck_plugins._openai.failures import Failed, failure
from potluck_plugins._openai.settings import ServiceConfig

if TYPE_CHECKING:
    from openai import AsyncOpenAI

AskedT = TypeVar("AskedT")
ReadT = TypeVar("ReadT")

_LONGEST_PAUSE = 60.0
_TOLD_PAUSE = 2.0
"""Seconds of waiting from which a notice is given."""
_NO_KEY = "none"


class Service:
    """Asks one service. Safe to use from several threads. Nothing is connected before the first question."""

    def __init__(self, config: ServiceConfig, context: Context, name: str) -> None:
        """``name`` is what messages call the component. Raises ``EgressRefused``."""
        self._config, self._context, self._name = config, context, name
        self._lock = Lock()
        self._connection: Connection | None = None
        if not context.network and not config.is_local:
            raise EgressRefused(f"{name} would send text to {config.host}, and nothing may leave this machine")

    def prepare(self, take: Callable[[AsyncOpenAI], object]) -> None:
        """Make the client, which connects to nothing yet, and have ``take`` import what it imports when it is used.

        Raises ``MissingSecret``.
        """
        take(self._connect().client)

    def deadline(self) -> float:
        """When a request that begins now has to be done, by ``time.monotonic``."""
        return time.monotonic() + self._config.deadline

    def call(
        self,
        ask: Callable[[AsyncOpenAI], Coroutine[Any, Any, AskedT]],
        read: Callable[[AskedT], ReadT],
        end: float,
        consider: Callable[[Failed], Failed | None] = lambda failed: failed,
        *,
        in_pieces: bool = False,
    ) -> ReadT:
        """Ask until an answer can be read. Raises ``MissingSecret``, ``ContextExceeded`` or ``RemoteError``.

        ``read`` runs in the calling thread and raises ``Failed`` or ``ValueError`` for an answer that is none.
        ``consider`` may make another failure of one, or change what is asked and give None: it is asked again.
        ``in_pieces``: ``ask`` sees to ``timeout`` itself.
        """
        attempt = 1
        while True:
            try:
                return read(self._run(ask(self._connect().client), end, in_pieces))
            except (Failed, ValueError) as error:
                considered = consider(failure(error))
            if considered is None:
                continue
            failed = considered
            pause = self._pause(attempt, failed)
            if not failed.passing or attempt == self._config.max_attempts or time.monotonic() + pause >= end:
                break
            if pause >= _TOLD_PAUSE:
                notice(f"{self._name} {failed.reason}: attempt {attempt + 1} in {pause:.0f} s")
            time.sleep(pause)
            attempt += 1
        # Outside of the clause above: an error of the SDK knows the request with its key, and must not hang on to ours.
        raise self._error(failed, attempt, end)

    def go_on(self, step: Coroutine[Any, Any, AskedT], end: float) -> AskedT:
        """Do one step of an answer that comes in pieces, which cannot be repeated. Raises ``RemoteError``."""
        try:
            return self._run(step, end, in_pieces=True)
        except Failed as error:
            failed = error
        raise self._error(failed, 1, end)

    def release(self, pieces: AsyncGenerator[Any, None]) -> None:
        """End an answer that comes in pieces, and its connection, however far it has come."""
        if self._connection is not None:
            with contextlib.suppress(Failed):
                self._run(pieces.aclose(), time.monotonic() + _LONGEST_PAUSE)

    def check(self) -> None:
        """Raise ``MissingSecret`` where the service wants a key and there is none."""
        self._key()

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _run(self, work: Coroutine[Any, Any, AskedT], end: float, in_pieces: bool = False) -> AskedT:
        left = end - time.monotonic()
        seconds = min(self._config.timeout, left)
        try:
            return self._connect().run(work, left if in_pieces else seconds)
        except TimeoutError:
            reason, advice = f"did not answer within {seconds:.3g} s", "Raise 'timeout' and 'deadline'"
            failed = Failed(reason, advice, passing=True, error=RemoteTimeout)
        except Exception as error:
            failed = failure(error)
        raise failed

    def _connect(self) -> Connection:
        with self._lock:
            if self._connection is None:
                self._connection = Connection(self._config, self._key())
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
