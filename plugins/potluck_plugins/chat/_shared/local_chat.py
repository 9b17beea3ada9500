"""The common part of the chat models of the transformers library: they are loaded at first use, with the adapter
attached."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from potluck.contracts import Attached, ChatModel, ChatOptions, Context, Operational, Pinned
from potluck.documents import Answer, Message, Usage
from potluck.file_hashes import model_hash
from potluck.models.devices import Device, resolve_device, resolve_dtype
from potluck.models.tokenizer import check_rows, embedding_rows, end_tokens, missing_end_message
from potluck_plugins.chat._shared.generation import StoppableText, TokenDecoder
from potluck_plugins.chat._shared.thoughts import Thinking


class LocalConfig(ChatOptions):
    """Settings of such a chat model."""

    model: str
    """A folder with safetensors, ``hf://org/name@revision`` or ``pypi://package==version/path``."""

    device: Annotated[Device, Operational, Pinned] = "auto"
    """Where to compute: ``auto`` takes a graphics card where torch finds one."""

    threads: Annotated[int | None, Operational, Pinned, Field(ge=1)] = None
    """Processor threads; all that torch takes by itself if left out."""


class WritingConfig(LocalConfig):
    """Settings of a chat model that writes its answer."""

    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """The precision of the weights. ``auto`` takes bfloat16 where the device is faster in it."""


class LocalChat(ChatModel):
    """A model with its tokenizer, and with the adapter if the context has one."""

    scores_text = True
    takes_tuned = True
    _config: LocalConfig

    def __init__(self, config: LocalConfig, context: Context) -> None:
        """Load nothing yet."""
        self._config = config
        self._context = context
        self._loaded: tuple[Any, Any] | None = None
        self._tuned: Attached | None = None

    def identity(self) -> Mapping[str, str]:
        """The hash of the model's files, that of the adapter, and the releases of the libraries."""
        releases = {name: version(name) for name in ("torch", "transformers")}
        tuned = self._context.tuned
        adapter = {"tuned": tuned.identity} if tuned is not None else {}
        return {"model": model_hash(self._context.models.fetch(self._config.model)), **adapter, **releases}

    def prepare(self) -> None:
        """Load the model."""
        _ = self._both

    def close(self) -> None:
        """Free the model."""
        if self._loaded is not None:
            self._unload(self._loaded[0])
        self._loaded = self._tuned = None

    @abstractmethod
    def _load(self, folder: Path) -> tuple[Any, Any]:
        """The model of a folder and its tokenizer."""

    def _unload(self, model: Any) -> None:
        """Release what ``_load`` returned."""

    @property
    def _both(self) -> tuple[Any, Any]:
        """The model and its tokenizer."""
        if self._loaded is None:
            if self._config.threads is not None:
                import torch

                torch.set_num_threads(self._config.threads)
            model, tokenizer = self._load(self._context.models.folder(self._config.model))
            try:
                self._tuned = self._context.tuned.attach(model, tokenizer) if self._context.tuned is not None else None
            except BaseException:
                self._unload(model)
                raise
            self._loaded = model, tokenizer
        return self._loaded

    @property
    def _past_length(self) -> int:
        """How many positions stand before every text."""
        return self._tuned.past_length if self._tuned is not None else 0

    @property
    def _end_tokens(self) -> tuple[str, ...]:
        """The tokens that end an answer, first the one that was learned."""
        learned = self._context.tuned.end_token if self._context.tuned is not None else None
        return tuple(dict.fromkeys([*([learned] if learned is not None else []), *end_tokens(self._both[1])]))

    @property
    def _ends(self) -> set[int]:
        """Their numbers, with those that the model's own settings for writing name."""
        model, tokenizer = self._both
        named = getattr(getattr(model, "generation_config", None), "eos_token_id", None)
        own = {int(tokenizer.convert_tokens_to_ids(token)) for token in self._end_tokens}
        return own | {*(named if isinstance(named, list) else [named])} - {None}

    def _check_tokens(self, ids: list[int]) -> list[int]:
        """Tokens of a text. Raises ``TokenizerMismatch`` for those that the model has no embedding for."""
        model, tokenizer = self._both
        check_rows(ids, tokenizer, embedding_rows(model), self._config.model)
        return ids

    def _embeddings(self) -> Any:
        """What stands there for a model without a cache."""
        return self._tuned.embeddings() if self._tuned is not None else None

    def _active(self) -> AbstractContextManager[None]:
        """Within, the model answers as tuned: another chat model may share the base, and answer in between."""
        return self._tuned.active() if self._tuned is not None else nullcontext()


class WritingChat(LocalChat):
    """A model that writes its answer token by token."""

    _config: WritingConfig

    def identity(self) -> Mapping[str, str]:
        """Also the precision that ``auto`` stands for."""
        return {**super().identity(), "dtype": self._precision}

    @property
    def remarks(self) -> tuple[str, ...]:  # type: ignore[override]
        """Whether no token ends an answer. Loads the model."""
        return () if self._ends else (missing_end_message(self._both[1], self._config.model),)

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        """Answer at once."""
        *_, answer = self.stream(messages, options)
        assert isinstance(answer, Answer)
        return answer

    @property
    def _precision(self) -> str:
        return resolve_dtype(self._config.dtype, resolve_device(self._config.device))

    def _seed(self, options: ChatOptions) -> int:
        return self._context.seed if options.seed is None else options.seed

    def _answer_pieces(
        self,
        tokens: Iterable[int],
        ends: Container[int | None],
        prompt: int,
        options: ChatOptions,
        thinking: Thinking | None = None,
    ) -> Iterator[str | Answer]:
        """The answer to a prompt of that many tokens, piece by piece as its own tokens come, up to one that ``ends``.

        ``thinking`` tells thoughts from it; a stop text ends the answer, not them.
        """
        text, taken, thinking = StoppableText(options.stop), 0, thinking or Thinking()
        decoded, thought = TokenDecoder(self._both[1]), 0
        for token in tokens:
            taken += 1
            if token in ends:
                text.ended = True
                break
            thinking.update(decoded.more(token))
            thought = thought if thinking.answer else taken
            yield from text.update(thinking.answer)
            if text.ended:
                break
        thinking.rest()
        yield from text.update(thinking.answer)
        yield from text.rest()
        usage = Usage(prompt, taken, reasoning=thought if thinking.thoughts else 0)
        yield Answer(text.given, "stop" if text.ended else "length", usage, thoughts=thinking.thoughts)
