"""Retrievers and rerankers of another package, and documents and questions in Chinese and English to try them on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support.fake_plugins import HASHING_EMBEDDER, install

SHARED = '''
"""What the plugins of the package share."""

import os
import re
import unicodedata

HAN, LATIN = re.compile(r"[㐀-鿿]+"), re.compile(r"[^\\W_㐀-鿿]+")


def words(text):
    """Pairs of Han characters, and Latin words and numbers."""
    folded = unicodedata.normalize("NFKC", text).lower()
    pairs = {run[i : i + 2] for run in HAN.findall(folded) for i in range(max(1, len(run) - 1))}
    return pairs | set(LATIN.findall(folded))


def note(line):
    if "RETRIEVAL_LOG" in os.environ:
        with open(os.environ["RETRIEVAL_LOG"], "a", encoding="utf-8") as log:
            log.write(line + "\\n")
'''

HANBI = '''
"""Finds passages that share words with the question."""

import json
import os
from dataclasses import replace
from typing import Annotated

import potluck
from keyword_shared import note, words
from potluck.contracts import Config, IndexedRetriever, Operational, Ranking, ScoreScale
from pydantic import Field


class Settings(Config):
    least: float = Field(default=0.0, ge=0, lt=1)
    """The share of the words that a passage has to have more than."""
    workers: Annotated[int, Operational] = 1
    """Changes nothing."""
    send: str | None = None
    """The host it claims to send texts to."""
    wrong: str = ""
    """What goes wrong."""


class Hanbi(IndexedRetriever):
    scale = ScoreScale("share of the question's words", 0.0, 1.0, is_comparable=True)
    batch_size = 3

    def __init__(self, config, context):
        self.config, self.path = config, context.folder / "words.json"

    def open(self, corpus):
        if self.config.wrong == "opens":
            raise AttributeError("no hinge")
        self.corpus = corpus
        self.words = json.loads(self.path.read_text("utf-8")) if self.path.exists() else {}

    def ids(self):
        return set(self.words)

    def add(self, passages):
        for passage in passages:
            if self.config.wrong == "loses":
                return
            note(f"add {passage.source}")
            self.words[passage.id] = sorted(words(passage.text))

    def delete(self, passage_ids):
        for one in passage_ids:
            note("delete")
            self.words.pop(one, None)

    def commit(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps(self.words), "utf-8")
        beside.replace(self.path)

    def retrieve(self, questions, k, within=None):
        note(f"ask {len(questions)}")
        if self.config.wrong == "raises":
            raise KeyError("鍵")
        found = [self.rank(words(question), k, within) for question in questions]
        return found[:-1] if self.config.wrong == "few" else found

    def rank(self, asked, k, within):
        if not asked:
            return Ranking(blind="it has no words")
        wanted = self.words if within is None else self.words.keys() & within
        shares = [(-len(asked.intersection(self.words[one])) / len(asked), one) for one in wanted]
        best = sorted(share for share in shares if -share[0] > self.config.least)[:k]
        passages = [replace(self.corpus.passage(one), score=-share) for share, one in best]
        if self.config.wrong == "vectors":
            self.corpus.vectors([])
        broken = {
            "twice": passages[:1] * 2, "worst": passages[::-1], "many": passages * (k + 1),
            "text": [replace(one, text="改了") for one in passages],
            "foreign": [replace(one, id=one.id[::-1]) for one in passages],
            "infinite": [replace(one, score=float("inf")) for one in passages],
        }
        blind = "it is dusk" if self.config.wrong == "blind" else ""
        return Ranking(tuple(broken.get(self.config.wrong, passages)), blind)


@potluck.hookimpl
def potluck_retriever():
    return potluck.Offer("shares words", Settings, Hanbi, sends_to=lambda config: config.send)
'''

FUSED = '''
"""Puts what several retrievers find into one order, by the ranks."""

from dataclasses import replace

import potluck
from potluck.contracts import Config, NamedRetriever, Ranking, Retriever, ScoreScale


class Settings(Config):
    of: tuple[NamedRetriever, ...] = (NamedRetriever(use="hanbi"), NamedRetriever(use="vector"))
    """The retrievers."""


class Fused(Retriever):
    scale = ScoreScale("sum of reciprocal ranks", 0.0)

    def __init__(self, config, context):
        self.retrievers = context.retrievers

    def open(self, corpus):
        assert len(self.retrievers) == 2

    def retrieve(self, questions, k, within=None):
        found = [one.retrieve(questions, k, within) for one in self.retrievers]
        return [self.fuse(rankings, k) for rankings in zip(*found)]

    def fuse(self, rankings, k):
        scores, passages = {}, {}
        for ranking in rankings:
            for rank, passage in enumerate(ranking.passages, 1):
                passages[passage.id] = passage
                scores[passage.id] = scores.get(passage.id, 0.0) + 1 / (60 + rank)
        best = sorted(scores, key=lambda one: (-scores[one], one))[:k]
        return Ranking(tuple(replace(passages[one], score=scores[one]) for one in best))


@potluck.hookimpl
def potluck_retriever():
    return potluck.Offer("fuses ranks", Settings, Fused)
'''

GUESSED = '''
"""Looks for passages near to what the chat model guesses."""

import potluck
from potluck.contracts import COSINE, Config, Ranking, Retriever


class Guessed(Retriever):
    needs = frozenset({"vectors", "embedder", "chat"})
    scale = COSINE
    batch_size = 8

    def __init__(self, config, context):
        self.embedder, self.chat = context.embedder, context.chat

    def open(self, corpus):
        self.corpus = corpus

    def retrieve(self, questions, k, within=None):
        guesses = self.chat.ask([f"GUESS {question}" for question in questions])
        return [Ranking(tuple(self.corpus.nearest(row, k, within))) for row in self.embedder.embed_passages(guesses)]


@potluck.hookimpl
def potluck_retriever():
    return potluck.Offer("guesses", Config, Guessed)
'''

NUMBERS = '''
"""Passages with the question's numbers first."""

import os
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import potluck
from keyword_shared import note
from potluck.contracts import Reranker, RerankerConfig, ScoreScale

NUMBER = re.compile(r"[0-9]+")


class Settings(RerankerConfig):
    strict: bool = False
    """Leave out passages without any of them."""
    wrong: str = ""
    """What goes wrong."""


class Numbers(Reranker):
    scale = ScoreScale("numbers of the question", 0.0)
    batch_size = 4

    def __init__(self, config, context):
        self.config, self.candidates = config, config.candidates

    def identity(self):
        path = os.environ.get("NUMBERS_MODEL")
        return {"model": Path(path).read_text("utf-8")} if path else {}

    def rerank(self, batch):
        if self.config.wrong == "raises":
            raise TypeError("no numbers")
        note(f"rerank {' '.join(str(len(one.passages)) for one in batch)}")
        found = [self.order(numbers(one.question), one.passages) for one in batch]
        return found[:-1] if self.config.wrong == "few" else found

    def order(self, asked, passages):
        scored = [replace(one, score=float(len(asked & numbers(one.text)))) for one in passages]
        kept = [one for one in scored if one.score or not self.config.strict]
        order = sorted(kept, key=lambda one: -one.score)
        broken = {
            "worst": order[::-1], "twice": order[:1] * 2, "text": [replace(one, text="改了") for one in order],
            "foreign": [replace(one, id=one.id[::-1]) for one in order],
        }
        return broken.get(self.config.wrong, order)


def numbers(text):
    return set(NUMBER.findall(unicodedata.normalize("NFKC", text)))


@potluck.hookimpl
def potluck_reranker():
    return potluck.Offer("numbers first", Settings, Numbers)
'''

GUESSER = '''
"""Quotes the first passage; guesses the text of a clause."""

import potluck
from keyword_shared import note
from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer


class Guesser(ChatModel):
    context_window = None

    def __init__(self, config, context):
        pass

    def count_tokens(self, messages):
        return 1

    def chat(self, messages, options):
        (message,) = messages
        if message.content.startswith("GUESS "):
            note("guess")
            return Answer("第12條 正線之道碴厚度不得小於30公分。")
        return Answer(message.passages[0].text)


@potluck.hookimpl
def potluck_chat():
    return potluck.Offer("guesses", ChatOptions, Guesser)
'''

GROUPS = {
    "potluck.retrievers": {"hanbi": "keyword_hanbi", "fused": "keyword_fused", "guessed": "keyword_guessed"},
    "potluck.rerankers": {"numbers": "keyword_numbers"},
    "potluck.chat": {"guesser": "keyword_guesser"},
}
MODULES = {
    "keyword_shared": SHARED,
    "keyword_hanbi": HANBI,
    "keyword_fused": FUSED,
    "keyword_guessed": GUESSED,
    "keyword_numbers": NUMBERS,
    "keyword_guesser": GUESSER,
}

CLAUSES = {
    "側線": "第11條 側線之道碴厚度不得小於20公分。",
    "正線": "第12條 正線之道碴厚度不得小於30公分。",
    "巡查": "第13條 巡查每週至少2次，並作成紀錄。",
    "siding": "Article 21: the ballast of a siding is 20 centimetres deep.",
    "main": "Article 22: the ballast of the main line is 30 centimetres deep.",
    "patrol": "Article 23: the track is patrolled 2 times a week.",
}
"""What stands in each file, by its name without the extension."""

QUESTIONS = {
    "zh": ("正線道碴厚度不得小於多少？", "正線", "30公分"),
    "zh-number": ("第11條的厚度是多少？", "側線", "20公分"),
    "zh-patrol": ("巡查每週至少幾次？", "巡查", "2次"),
    "en": ("How deep is the ballast of the main line?", "main", "30 centimetres"),
    "en-number": ("What is the depth by article 21?", "siding", "20 centimetres"),
    "en-patrol": ("How many times a week is the track patrolled?", "patrol", "2 times"),
}
"""By id: the question, the file that says it, and the answer."""


def install_keywords(site: Path) -> Path:
    """Install the retrievers ``hanbi``, ``fused`` and ``guessed``, the reranker ``numbers``, and what they need."""
    install(site, "potluck-keywords", GROUPS, MODULES)
    return install(
        site, "potluck-hashing", {"potluck.embedders": {"hashing": "hashing"}}, {"hashing": HASHING_EMBEDDER}
    )


def write_project(folder: Path, **keys: Any) -> Path:
    """A recipe over the clauses, a file each, with the questions."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in CLAUSES.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    rows = [
        {"question_id": one, "question": question, "gold_ids": [gold], "answers": [answer]}
        for one, (question, gold, answer) in QUESTIONS.items()
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "questions.jsonl").write_text(lines, encoding="utf-8")
    recipe = {"documents": "*.txt", "embedder": "hashing", "questions": "questions.jsonl", **keys}
    (folder / "recipe.yaml").write_text(json.dumps(recipe, ensure_ascii=False), encoding="utf-8")
    return folder / "recipe.yaml"
