"""Embedding with the sentence-transformers library (Apache-2.0), for the plugins that differ in the model only."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from potluck.contracts import Context, Embedder, EmbedderConfig, Operational, Pinned, Vectors
from potluck.errors import ModelNotFound
from potluck.file_hashes import model_hash
from potluck.models.devices import Device, resolve_device, resolve_dtype
from potluck.models.loading import failure_reason
from potluck.models.weight_limits import limit_to_weights

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_WEIGHTS = "*.safetensors"


class SentencesConfig(EmbedderConfig):
    """Settings that all of them have."""

    query_prefix: str = ""
    """Put before a question, as the model was trained: ``query: `` for E5 models."""

    passage_prefix: str = ""
    """Put before a passage: ``passage: `` for E5 models."""

    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """The precision of the weights. ``auto`` takes bfloat16 where the device is faster in it."""

    device: Annotated[Device, Operational, Pinned] = "auto"
    """Where to compute: ``auto`` takes a graphics card where torch finds one."""

    batch_size: Annotated[int, Operational, Field(ge=1)] = 256
    """Texts in one call; they are embedded in smaller groups of similar length."""

    group_size: Annotated[int, Operational, Field(ge=1)] = 32
    """Texts that go through the model at once."""

    threads: Annotated[int | None, Operational, Pinned, Field(ge=1)] = None
    """Processor threads; all that torch takes by itself if left out."""


class SentenceEmbedder(Embedder):
    """Embeds with a local model. The vectors are of unit length, whatever the model's own last step is."""

    def __init__(self, config: SentencesConfig, context: Context, model: str, longest: int | None = None) -> None:
        """``longest`` limits the window in tokens below what the model's files say."""
        self.fit = config.fit
        self.batch_size = config.batch_size
        self._config = config
        self._context = context
        self._name = model
        self._longest = longest
        self._loaded_model: SentenceTransformer | None = None

    @property
    def dimensions(self) -> int:  # type: ignore[override]
        """From the model."""
        return int(self._model.get_embedding_dimension())

    @property
    def window(self) -> int | None:  # type: ignore[override]
        """From the model, special tokens included."""
        return int(self._model.max_seq_length)

    def identity(self) -> Mapping[str, str]:
        """The hash of all files of the model, and the precision where the device has chosen another than float32."""
        files, config = {"model": model_hash(self._folder())}, self._config
        if config.dtype != "auto" or (chosen := resolve_dtype("auto", resolve_device(config.device))) == "float32":
            return files
        return {**files, "dtype": chosen}

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """As the model's tokenizer counts, with prefix and special tokens."""
        tokenize = self._model.tokenizer
        prefixed = [self._config.passage_prefix + text for text in texts]
        encoded = tokenize(prefixed, truncation=False, padding=False, return_attention_mask=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed, in groups of similar length."""
        return self._embed([self._config.passage_prefix + text for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed with the prefix of questions."""
        return self._embed([self._config.query_prefix + text for text in texts])

    def close(self) -> None:
        """Free the model."""
        self._loaded_model = None

    def _embed(self, texts: list[str]) -> Vectors:
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        # encode() sorts by length itself, and pads to the longest of a group.
        found = self._model.encode(
            texts, batch_size=self._config.group_size, normalize_embeddings=False, show_progress_bar=False
        )
        vectors = np.asarray(found, dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        normal: Vectors = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
        return normal

    def _folder(self) -> Path:
        folder = self._context.models.fetch(self._name)
        if not any(folder.glob(_WEIGHTS)):
            raise ModelNotFound(f"{folder} holds no .safetensors file; weights in other forms (pickle) are not loaded")
        return folder

    @property
    def _model(self) -> SentenceTransformer:
        if self._loaded_model is None:
            self._loaded_model = self._load()
        return self._loaded_model

    def _load(self) -> SentenceTransformer:
        folder = self._folder()
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
        import torch
        from sentence_transformers import SentenceTransformer

        if self._config.threads is not None:
            torch.set_num_threads(self._config.threads)
        device = resolve_device(self._config.device)
        settings: dict[str, Any] = {
            "dtype": getattr(torch, resolve_dtype(self._config.dtype, device)),
            "use_safetensors": True,
        }
        try:
            with limit_to_weights(folder):
                model = SentenceTransformer(
                    str(folder), device=device, local_files_only=True, trust_remote_code=False, model_kwargs=settings
                )
        except ModelNotFound:
            raise
        except Exception as error:  # several libraries read the files, each with errors of its own
            raise ModelNotFound(
                f"{folder} could not be loaded by sentence-transformers: {failure_reason(error)}"
            ) from error
        if self._longest is not None:
            model.max_seq_length = min(self._longest, model.max_seq_length or self._longest)
        return model.eval()
