"""A package of LangChain classes for tests: some that work, some that try to reach another machine, some that fail."""

from __future__ import annotations

from pathlib import Path

from support.fake_plugins import install

ELSEWHERE = "192.0.2.1"
"""An address that belongs to nobody (RFC 5737)."""

_CODE = '''
import socket
import threading

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from langchain_core.language_models import BaseChatModel, FakeListChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.vectorstores import InMemoryVectorStore, VectorStore


def reach(host="192.0.2.1"):
    """Try to reach another machine."""
    socket.create_connection((host, 9), timeout=0.2).close()


class Reaching(DeterministicFakeEmbedding):
    """Sends texts before it embeds them."""

    size: int = 8
    host: str = "192.0.2.1"

    def embed_documents(self, texts):
        reach(self.host)
        return super().embed_documents(texts)

    embed_query = DeterministicFakeEmbedding.embed_query


class ReachingInAThread(Embeddings):
    """Sends texts from a thread of its own, and says nothing of what became of it."""

    def embed_documents(self, texts):
        failed = []

        def send():
            try:
                reach()
            except Exception as error:
                failed.append(error)

        thread = threading.Thread(target=send)
        thread.start()
        thread.join()
        raise RuntimeError("no answer") from failed[0]

    def embed_query(self, text):
        return self.embed_documents([text])[0]


class WithKey(Embeddings):
    """Refuses its key, and says so with the key in the message."""

    def __init__(self, api_key):
        self.api_key = api_key

    def embed_documents(self, texts):
        raise ValueError(f"the key {self.api_key} is not known")

    def embed_query(self, text):
        raise ValueError(f"the key {self.api_key} is not known")


class Zeros(Embeddings):
    def embed_documents(self, texts):
        return [[0.0, 0.0] for text in texts]

    def embed_query(self, text):
        return [0.0, 0.0]


class Pages(BaseLoader):
    """A page for each form feed, as a loader of PDFs gives them; a line ``page: 3`` gives another number."""

    def __init__(self, document, first=0, host=None, token=""):
        self.document, self.first, self.host, self.token = document, first, host, token

    def lazy_load(self):
        if self.host and not self.document.endswith("local.txt"):
            reach(self.host)
        with open(self.document, encoding="utf-8") as file:
            for number, text in enumerate(file.read().split("\\f"), self.first):
                yield Document(text, metadata={"source": self.document, "page": number, "author": "王", "odd": {1, 1}})


class Saying(BaseLoader):
    """A document of what it was given."""

    def __init__(self, path, token=""):
        self.path, self.token = path, token

    def lazy_load(self):
        import os
        yield Document(f"token {self.token}, environment {os.environ.get('POTLUCK_TEST_TOKEN')}")


class Encrypted(BaseLoader):
    def __init__(self, path):
        self.path = path

    def lazy_load(self):
        raise RuntimeError(f"{self.path} has not been decrypted")


class OnlyTexts(VectorStore):
    """Searches by text only."""

    @classmethod
    def from_texts(cls, texts, embedding, metadatas=None, **kwargs):
        return cls()

    def similarity_search(self, query, k=4, **kwargs):
        return []


class Failing(InMemoryVectorStore):
    """Takes texts once."""

    def add_texts(self, texts, metadatas=None, **kwargs):
        if self.store:
            raise RuntimeError("the disk is full")
        return super().add_texts(texts, metadatas, **kwargs)


class Echo(BaseChatModel):
    """Says its last message again, word for word, with what it was made with."""

    temperature: float = 1.0
    max_tokens: int = 16
    break_off_after: int = -1

    @property
    def _llm_type(self):
        return "echo"

    def _said(self, messages):
        return messages[-1].content

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        words = self._said(messages)
        usage = {
            "input_tokens": 7, "output_tokens": 3, "total_tokens": 10, "input_token_details": {"cache_read": 2},
        }
        told = {"finish_reason": "length", "made": [self.temperature, self.max_tokens]}
        message = AIMessage(words, usage_metadata=usage, response_metadata=told)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(self, messages, stop=None, run_manager=None, **kwargs):
        for number, character in enumerate(self._said(messages)):
            if number == self.break_off_after:
                raise ConnectionError("the line is dead")
            yield ChatGenerationChunk(message=AIMessageChunk(character))
        yield ChatGenerationChunk(message=AIMessageChunk("", response_metadata={"finish_reason": "stop"}))


class Filtered(Exception):
    code = "content_filter"


class Thinker(BaseChatModel):
    """Thinks before it speaks."""

    content: object
    beside: dict
    filtered: bool = False
    max_tokens: int = 16

    @property
    def _llm_type(self):
        return "thinker"

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        if self.filtered:
            raise Filtered("flagged")
        usage = {"input_tokens": 7, "output_tokens": 30, "total_tokens": 37}
        told = {"finish_reason": "stop", "model_name": "thinker-1"}
        message = AIMessage(self.content, additional_kwargs=self.beside, usage_metadata=usage, response_metadata=told)
        return ChatResult(generations=[ChatGeneration(message=message)])
'''


def install_classes(site: Path) -> Path:
    """Install the package ``lc_tried``."""
    return install(site, "lc-tried", {}, {"lc_tried": _CODE})
