"""Labelled messages, an embedder and a chat model for tests of strategies; all that is asked is written to files."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

from support.fake_plugins import install

PLUGIN = '''
"""An embedder that counts characters, and a chat model that knows words."""

import os
import threading

import potluck
from potluck.contracts import ChatModel, ChatOptions, Embedder, EmbedderConfig, Likelihood
from potluck.documents import Answer, Message, Usage
from potluck.errors import RemoteError


def note(variable, line):
    if variable in os.environ:
        with open(os.environ[variable], "a", encoding="utf-8") as log:
            log.write(line.replace("\\n", "|") + "\\n")


class Letters(EmbedderConfig):
    price: float | None = None
    """US dollars for a million tokens."""
    send: str | None = None
    """The host it claims to send texts to."""


class LetterEmbedder(Embedder):
    dimensions, window = 256, None

    def __init__(self, config, context):
        self.batch_size, self.price = config.batch_size, config.price

    def count_tokens(self, texts):
        return [len(text) for text in texts]

    def embed_passages(self, texts):
        return self.embed_queries(texts)

    def embed_queries(self, texts):
        import numpy as np
        rows = np.full((len(texts), self.dimensions), 1e-3, dtype=np.float32)
        for row, text in zip(rows, texts):
            note("EMBEDDED_LOG", text)
            for character in text:
                row[ord(character) % self.dimensions] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class Tutor(ChatOptions):
    words: dict[str, str] = {}
    """Labels by words of the message."""
    otherwise: str = ""
    """The label of a message without such a word."""
    shots: int = 0
    """Examples without which it does not look for words."""
    scores: bool = True
    """Whether it says how likely labels are."""
    fails_on: str | None = None
    """A message with this makes it fail."""
    prices: tuple[float, float] | None = None
    """US dollars for a million tokens."""
    send: str | None = None
    """The host it claims to send texts to."""
    pause: float = 0.0
    """Seconds that an answer takes."""


class TutorChat(ChatModel):
    context_window = None

    def __init__(self, config, context):
        self.config, self.prices, self.scores_text = config, config.prices, config.scores

    def count_tokens(self, messages):
        return sum(len(message.content) for message in messages)

    def likelihoods(self, prompt, continuations, after=""):
        said = self._say([Message("user", prompt)] if isinstance(prompt, str) else prompt)
        return [Likelihood(-1.0 if each == said else -9.0, 1) for each in continuations]

    def chat(self, messages, options):
        usage = Usage(self.count_tokens(messages), 10)
        return Answer(f"標籤： {self._say(messages).upper()}。", usage=usage)

    def _say(self, messages):
        import time
        asked = messages[-1].question or messages[-1].content
        note("ASKED_LOG", f"{len(messages) // 2} {asked}")
        note("PROMPT_LOG", " / ".join(message.content for message in messages))
        if os.environ.get("HELD_AT") == asked:
            threading.Event().wait()  # until the process is killed
        time.sleep(self.config.pause)
        if self.config.fails_on and self.config.fails_on in asked:
            raise RemoteError("the service is gone; run again")
        if len(messages) // 2 >= self.config.shots:
            for word, label in self.config.words.items():
                if word in asked:
                    return label
        return self.config.otherwise


@potluck.hookimpl
def potluck_embedder():
    return potluck.Offer("counts characters", Letters, LetterEmbedder, sends_to=lambda config: config.send)


@potluck.hookimpl
def potluck_chat():
    return potluck.Offer("knows words", Tutor, TutorChat, sends_to=lambda config: config.send)
'''


def install_labelled(site: Path) -> Path:
    """Install the embedder ``letters`` and the chat model ``tutor``."""
    groups = {"potluck.embedders": {"letters": "labelled_plugin"}, "potluck.chat": {"tutor": "labelled_plugin"}}
    return install(site, "potluck-labelled", groups, {"labelled_plugin": PLUGIN})


def write(path: Path, rows: Sequence[tuple[str, str]]) -> Path:
    """Write messages with their labels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps({"prompt": text, "completion": label}, ensure_ascii=False) + "\n" for text, label in rows)
    path.write_text("".join(lines), encoding="utf-8")
    return path


_ITEMS = "蘋果香蕉橘子葡萄鳳梨西瓜芒果草莓櫻桃荔枝檸檬木瓜"
_PLACES = "臺北高雄臺中花蓮嘉義新竹宜蘭屏東南投澎湖金門馬祖"


def messages(count: int) -> list[tuple[str, str]]:
    """Half of them advertising (中獎), half of them not (開會), no two alike."""
    found = []
    for number in range(count):
        generator = random.Random(number)
        thing, place = "".join(generator.sample(_ITEMS, 6)), "".join(generator.sample(_PLACES, 6))
        if number % 2:
            found.append((f"{thing}恭喜中獎{place}", "garbage"))
        else:
            found.append((f"{place}明天開會{thing}", "ok"))
    return found
