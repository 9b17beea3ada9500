"""The SDK's client in an event loop of its own: there a time limit ends whatever the network is doing.

A name that is not resolved, a server that sends a byte a minute.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import JsonValue

from potluck_plugins._openai.complaints import one_line
from potluck_plugins._openai.failures import Failed
from potluck_plugins._openai.settings import ServiceConfig

AskedT = TypeVar("AskedT")

_LONGEST_PAUSE = 60.0
_LARGEST_BODY = 64 << 20
HEADERS = {"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "user-agent"}
_OPENAI_HEADERS = {"openai-organization", "openai-project"}
# By this one the SDK tells itself to leave the body to the caller.
_RAW = "x-stainless-raw-response"


class Connection:
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
        """Do it in the loop and wait. Raises ``TimeoutError`` after that many seconds, when it has been cancelled."""

        async def run_run_run_limited() -> AskedT:
            async with asyncio.timeout(seconds):
                return await work

        future = asyncio.run_coroutine_threadsafe(run_run_run_limited(), self._loop)
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
    """A hook that removes what the SDK sends on its own: the system's name, headers from the environment."""
    allowed = {*HEADERS, _RAW, *(_OPENAI_HEADERS if openai else ())}

    async def strike(request: Any) -> None:
        for name in set(request.headers) - allowed:
            del request.headers[name]
        request.headers["authorization"] = f"Bearer {key}"

    return strike


async def body_of(asking: Any) -> bytes:
    """The whole body of an answer, whatever it is. Raises ``Failed`` for one without end."""
    async with asking as response:
        return await join_blocks(response.iter_bytes())


async def join_blocks(blocks: AsyncIterator[bytes]) -> bytes:
    """The blocks of a body. Raises ``Failed`` for one without end."""
    body = bytearray()
    async for block in blocks:
        body += block
        if len(body) > _LARGEST_BODY:
            raise Failed(f"answered with more than {_LARGEST_BODY >> 20} MiB", "Lower 'batch_size'")
    return bytes(body)


def parse_json(body: bytes) -> JsonValue:
    """The JSON of a body. Raises ``Failed`` with the words of one that is none."""
    try:
        value: JsonValue = json.loads(body)
    except (ValueError, RecursionError) as error:
        text = body.decode("utf-8", "replace").strip()
        said = str(error) if text.startswith(("{", "[")) else one_line(text) or "nothing"
        raise Failed(
            f"answered with something that is not an answer ({said})", "Check 'base_url'", passing=True
        ) from None
    return value


def sendable(text: str) -> str:
    """The text with halves of surrogate pairs, which JSON in UTF-8 cannot hold, as question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
