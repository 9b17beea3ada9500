"""A small world in which every question is sensitive to exactly one stage, for finding causes.

Each document holds one item: a key, filler, and a value. The embedder knows keys only; the chat model answers with the
value that stands in the first passage with the key. Recipe ``a`` differs from ``b`` in every stage, and each item is
laid out so that one of these differences alone makes ``a`` fail on it.
"""

from __future__ import annotations

import json
from pathlib import Path

from support.fake_plugins import install

STAGES = ("loading", "splitting", "truncation", "retrieval", "order", "prompt", "generation")
WINDOW = 120
"""Characters that the embedder of recipe a reads."""

PLUGIN = '''
"""An embedder that knows keys, and a chat model that reads values."""

import os
import re

import potluck
from potluck.contracts import ChatModel, ChatOptions, Embedder, EmbedderConfig
from potluck.documents import Answer, Usage


class Keys(EmbedderConfig):
    window: int | None = None
    """Characters that it reads."""
    deaf: tuple[int, ...] = ()
    """Items whose questions it takes for other ones."""
    twins_first: bool = False
    """Whether of two texts about an item the one marked twin is nearer."""


class KeyEmbedder(Embedder):
    dimensions = 256

    def __init__(self, config, context):
        self.config, self.window, self.fit = config, config.window, config.fit

    def count_tokens(self, texts):
        return [len(text) for text in texts]

    def embed_passages(self, texts):
        if "EMBEDDED_LOG" in os.environ:
            with open(os.environ["EMBEDDED_LOG"], "a", encoding="utf-8") as log:
                log.writelines(text.replace("\\n", " ") + "\\n" for text in texts)
        return self._vectors([text[: self.window] for text in texts], self._distance)

    def embed_queries(self, texts):
        """A question that is not understood is nearest to the items of the highest numbers."""
        vectors = self._vectors(texts, lambda text: 0.0)
        for vector, text in zip(vectors, texts):
            if any(int(item) in self.config.deaf for item in re.findall(r"key-(\\d+)", text)):
                vector[:] = 0
                vector[250] = 1
        return vectors

    def _distance(self, text):
        return 0.1 if ("twin" in text) == self.config.twins_first else 0.2

    def _vectors(self, texts, distance):
        import numpy as np
        rows = np.full((len(texts), self.dimensions), 1e-4, dtype=np.float32)
        for row, text in zip(rows, texts):
            items = re.findall(r"key-(\\d+)", text)
            row[254] = 0 if items else 1
            for item in items:
                row[int(item)] += 1
                row[250] = int(item) * 1e-3
                row[255] += distance(text)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class Reading(ChatOptions):
    blind: tuple[int, ...] = ()
    """Items that it does not see."""
    careful: tuple[int, ...] = ()
    """Items that it sees only if the prompt says 仔細."""


class Reader(ChatModel):
    context_window = None
    scores_text = True

    def __init__(self, config, context):
        self.config = config

    def count_tokens(self, messages):
        return sum(len(message.content) for message in messages)

    def chat(self, messages, options):
        if "ASKED_LOG" in os.environ:
            with open(os.environ["ASKED_LOG"], "a", encoding="utf-8") as log:
                log.write((messages[-1].question or "") + "\\n")
        return Answer(self._answer(messages[-1]), usage=Usage(10, 1))

    def likelihoods(self, prompt, continuations, after=""):
        from potluck.contracts import Likelihood
        if "ASKED_LOG" in os.environ:
            with open(os.environ["ASKED_LOG"], "a", encoding="utf-8") as log:
                log.write("likelihoods\\n")
        return [Likelihood(-2.5, len(text)) for text in continuations]

    def _answer(self, message):
        item = re.search(r"key-(\\d+)", message.question).group(1)
        if int(item) in self.config.blind:
            return "看錯了"
        if int(item) in self.config.careful and "仔細" not in message.content:
            return "太快了"
        for passage in message.passages:
            if f"key-{item}." in passage.text:
                value = re.search(r"value ([a-z0-9-]+)", passage.text)
                return value.group(1) if value else "沒有值"
        return "沒有看到"


@potluck.hookimpl
def potluck_embedder():
    return potluck.Offer("knows keys", Keys, KeyEmbedder)


@potluck.hookimpl
def potluck_chat():
    return potluck.Offer("reads values", Reading, Reader)
'''


def install_planted(site: Path) -> Path:
    """Install the embedders ``keys`` and ``locks``, which differ in name only, and the chat model ``reader``."""
    groups = {
        "potluck.embedders": dict.fromkeys(("keys", "locks"), "planted_plugin"),
        "potluck.chat": {"reader": "planted_plugin"},
    }
    return install(site, "potluck-planted", groups, {"planted_plugin": PLUGIN})


def cause_of(item: int) -> str:
    """The stage on which an item depends."""
    return STAGES[item % len(STAGES)]


def plant(home: Path, items: int) -> Path:
    """Write documents, questions and a recipe with the strategies ``a`` and ``b``; returns the recipe."""
    for item in range(items):
        _documents(home, item)
    rows = [
        {"question_id": f"q{item}", "question": f"What is key-{item}. worth?", "answers": [f"v-{item}"]}
        for item in range(items)
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (home / "questions.jsonl").write_text(lines, encoding="utf-8")
    of = {stage: [item for item in range(items) if cause_of(item) == stage] for stage in STAGES}
    recipe = {
        "documents": "b/*.txt",
        "splitter": {"use": "recursive", "chunk_size": 1000, "chunk_overlap": 0},
        "embedder": {"use": "keys"},
        "retriever": {"k": 2},
        "chat": {"use": "reader", "careful": of["prompt"]},
        "prompt": "請仔細看：{context}\n{question}",
        "questions": "questions.jsonl",
    }
    worse = {
        "documents": "a/*.txt",
        "splitter": {"use": "recursive", "chunk_size": 200, "chunk_overlap": 0},
        "embedder": {"use": "keys", "window": WINDOW, "fit": "cut", "deaf": of["retrieval"], "twins_first": True},
        "chat": {"use": "reader", "careful": of["prompt"], "blind": of["generation"]},
        "prompt": "{context}\n{question}",
    }
    path = home / "recipe.yaml"
    path.write_text(json.dumps({**recipe, "compare": {"strategy": {"a": worse, "b": {"seed": 0}}}}), encoding="utf-8")
    return path


def _documents(home: Path, item: int) -> None:
    """One item's documents as both recipes load them, in the folders ``a`` and ``b``."""
    stage, value = cause_of(item), f"value v-{item} is it."
    short = f"About key-{item}. we know: {value}"
    texts = {
        "splitting": {"": f"About key-{item}. we know: {'blah ' * 50}{value}"},
        "truncation": {"": f"{'Once upon a time, word by word. ' * 4} key-{item}. has the {value}"},
        "order": {"": short, "-twin": f"About key-{item}. the twin says: value w-{item} is it."},
    }.get(stage, {"": short})
    for folder in ("a", "b"):
        (home / folder).mkdir(exist_ok=True)
        for name, text in texts.items():
            damaged = stage == "loading" and folder == "a"
            written = text.replace(f"v-{item}", "v-??") if damaged else text
            (home / folder / f"item{item:03}{name}.txt").write_text(written, encoding="utf-8")
