"""The recipe's embedder and chat model, as retrievers and rerankers work with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from potluck.answering.asking import ask_model
from potluck.components.components import Components
from potluck.components.turns import turn
from potluck.contracts import ChatOptions, Embedder, RetrievalChat, RetrievalEmbedder
from potluck.documents import Message
from potluck.embedding.passages import embed_passages
from potluck.embedding.queries import embed_query, question_vectors
from potluck.errors import ContractBroken
from potluck.fingerprints import fingerprint
from potluck.observation.stage import model_call
from potluck.reporting import in_current_stage
from potluck.workspace.answer_cache import AnswerCache

if TYPE_CHECKING:
    from potluck.contracts import Vectors


class SharedEmbedder:
    """An embedder for questions, each of which it embeds at most once."""

    def __init__(self, embedder: Embedder, embedder_fingerprint: str) -> None:
        """``embedder_fingerprint`` is that of the vectors in the index."""
        self.embedder, self._fingerprint = embedder, embedder_fingerprint
        self._vectors: dict[str, Vectors] = {}
        self._cache: AnswerCache | None = None

    def prepare(self, questions: Sequence[str], cache: AnswerCache) -> int:
        """Embed questions that will be asked, in batches; from now on vectors are kept. Returns how many were."""
        self._cache = cache
        vectors, computed = question_vectors(questions, lambda: self.embedder, self._fingerprint, cache)
        self._vectors |= vectors
        return computed

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """The vectors of questions, shape ``(len(texts), dimensions)``. Raises ``WindowExceeded``."""
        import numpy as np

        known = {text: self._vectors[text] for text in texts if text in self._vectors}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing and self._cache is not None:
            vectors, _ = question_vectors(missing, lambda: self.embedder, self._fingerprint, self._cache)
            known |= vectors
        else:
            known |= {text: embed_query(text, self.embedder) for text in missing}
        rows = [known[text] for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.embedder.dimensions), np.float32)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts that stand for passages, shape ``(len(texts), dimensions)``."""
        import numpy as np

        if self._cache is None:
            return embed_passages(texts, self.embedder)
        key = fingerprint("passages", self._fingerprint)
        known = self._cache.question_vectors(key, dict.fromkeys(texts))
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            vectors = embed_passages(missing, self.embedder)
            self._cache.keep_question_vectors(key, missing, vectors)
            known |= dict(zip(missing, vectors, strict=True))
        rows = [known[text] for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.embedder.dimensions), np.float32)


class SharedChat:
    """A recipe's chat model for prompts, each of which it is asked at most once."""

    def __init__(self, components: Components, cache: Callable[[], AnswerCache]) -> None:
        """Nothing is loaded yet; ``cache`` opens where answers are kept."""
        self.components, self._cache = components, cache

    def ask(self, prompts: Sequence[str]) -> list[str]:
        """What the model writes to each prompt, in order."""
        distinct = list(dict.fromkeys(prompts))
        at_once = self.components.chat.concurrency
        if at_once > 1:
            with ThreadPoolExecutor(at_once) as pool:
                written = dict(zip(distinct, pool.map(in_current_stage(self._ask), distinct), strict=True))
        else:
            written = {prompt: self._ask(prompt) for prompt in distinct}
        return [written[prompt] for prompt in prompts]

    def _ask(self, prompt: str) -> str:
        spec, cache = self.components.recipe.chat, self._cache()
        if not isinstance(spec.config, ChatOptions):
            raise ContractBroken(f"the settings of the chat model {spec.name!r} are not ChatOptions")
        key = fingerprint("retrieval", self.components.chat_fingerprint, prompt)
        kept = cache.answer(key, cached=spec.config.cache)
        if kept is None:
            chat = self.components.prepared_chat()
            with model_call("chat", part=spec) as spent, turn(chat):
                answer = ask_model(chat, [Message("user", prompt)], spec.config)
                spent.count(answer.usage)
            kept = {"text": answer.text}
            cache.keep_answer(key, kept, cached=spec.config.cache)
        return str(kept["text"])


if TYPE_CHECKING:

    def _are_as_promised(embedder: SharedEmbedder, chat: SharedChat) -> tuple[RetrievalEmbedder, RetrievalChat]:
        return embedder, chat
