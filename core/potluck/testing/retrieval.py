"""The material for retrievers and rerankers: passages and questions in English and Chinese, and small models."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence, Set
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from potluck import plugins
from potluck.contracts import Config, Context, Kind, RetrievalNeed, Retriever, ScoreScale
from potluck.contracts.retriever import named_retrievers
from potluck.documents import Document, Page, Passage, Section
from potluck.language import grams
from potluck.testing.texts import ODD, SENTENCES

if TYPE_CHECKING:
    from potluck.contracts import Vectors

_DIMENSIONS = 64
_TEXTS = (
    *SENTENCES,
    "Sleepers of oak last 25 years, those of concrete 50.",
    "The yard has room for 1,200 sleepers and 40 rails.",
    "Signals are tested on the first Monday of each month.",
    "A train may not pass a red signal without an order.",
    "鋼軌長度為二十五公尺，接頭間隙不得大於十六公釐。",
    "號誌機應於每月第一個星期一測試。",
    "平交道每年檢查二次，紀錄保存五年。",
    "隧道內的照明不得少於5勒克斯。",
)
"""A sentence for each passage; the first half of a document is English and the second Chinese, or the other way."""

QUESTIONS = (
    "How deep must the ballast be?",
    "道碴厚度不得小於多少？",
    "When are signals tested?",
    "平交道每年檢查幾次？",
    "For how many of the 1,200 sleepers is there room?",
)
ODD_QUESTIONS = (*ODD, "。", "?!…", "0", "１，２３４", "鋼" * 600, "word " * 300, "zebra xylophone", "鼴鼠")


@dataclass(frozen=True, slots=True)
class KitCorpus:
    """A corpus of the kit. ``asked`` collects what its retriever asked for."""

    documents: dict[str, Document]
    passages: dict[str, Passage]
    asked: set[RetrievalNeed] = field(default_factory=set)

    @property
    def ids(self) -> Set[str]:
        """All ids."""
        return self.passages.keys()

    def passage(self, passage_id: str) -> Passage:
        """A passage."""
        return self.passages[passage_id]

    def document(self, passage: Passage) -> Document:
        """The document of a passage."""
        return self.documents[passage.source]

    def span(self, passage: Passage, start: int, end: int) -> Passage:
        """The passage for another span of its document."""
        document = self.document(passage)
        labels = tuple(one.label for one in document.sections if one.start < end and one.end > start)
        return replace(passage, text=document.text[start:end], start=start, end=end, sections=labels)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every passage's id and text."""
        self.asked.add("texts")
        return ((one.id, f"{one.heading}\n{one.text}") for one in self.passages.values())

    def nearest(self, vector: Vectors, k: int, within: Set[str] | None = None) -> list[Passage]:
        """The nearest passages."""
        self.asked.add("vectors")
        wanted = [one for one in self.passages if within is None or one in within]
        scored = [(-float(row @ vector), one) for row, one in zip(self._rows(wanted), wanted, strict=True)]
        return [replace(self.passages[one], score=-score) for score, one in sorted(scored)[:k]]

    def vectors(self, passage_ids: Sequence[str]) -> Vectors:
        """The vectors of passages."""
        self.asked.add("vectors")
        return self._rows(passage_ids)

    def without(self, ids: Set[str]) -> KitCorpus:
        """The corpus with fewer passages."""
        return KitCorpus(self.documents, {one: passage for one, passage in self.passages.items() if one not in ids})

    def _rows(self, passage_ids: Sequence[str]) -> Vectors:
        return KitEmbedder().embed_passages([self.passages[one].text for one in passage_ids])


class KitEmbedder:
    """Counts the words and pairs of characters of a text: texts that share some are near."""

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """The vectors of questions."""
        import numpy as np

        rows = np.full((len(texts), _DIMENSIONS), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for gram in grams(text):
                row[hashlib.blake2b(gram.encode("utf-8", "replace"), digest_size=2).digest()[0] % _DIMENSIONS] += 1
        unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return unit

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The same as for questions."""
        return self.embed_questions(texts)


class KitChat:
    """Writes the last line of a prompt."""

    def ask(self, prompts: Sequence[str]) -> list[str]:
        """The same for the same prompt."""
        return [next(iter(prompt.strip().splitlines()[::-1]), "") for prompt in prompts]


def kit_corpus() -> KitCorpus:
    """Passages of two documents with sections and pages; some texts stand in both."""
    documents, passages = {}, {}
    for name, texts in (("規範 manual.txt", _TEXTS), ("notes.md", (*_TEXTS[4:8], "Nothing else is known.", "以上。"))):
        text = "\n".join(texts)
        half = len("\n".join(texts[: len(texts) // 2]))
        sections = (Section(0, half, "1.2", "軌道 Track", 1), Section(half, len(text), "1.3", "號誌 Signals", 1))
        documents[name] = Document(name, text, {}, sections, (Page(0, half, 1), Page(half, len(text), 2)))
        start = 0
        for number, sentence in enumerate(texts):
            one, end = f"{name[:2]}-{number:02d}", start + len(sentence)
            label, page = ("1.2", 1) if start < half else ("1.3", 2)
            heading = "軌道 Track" if start < half else "號誌 Signals"
            passages[one] = Passage(one, name, sentence, start, end, 0.0, heading, (label,), page)
            start = end + 1
    return KitCorpus(documents, passages)


_current: ContextVar[KitCorpus] = ContextVar("corpus of the kit")


@contextlib.contextmanager
def use_corpus(passages: KitCorpus) -> Iterator[None]:
    """Within, retrievers of which one that is made is composed are opened on this corpus."""
    token = _current.set(passages)
    try:
        yield
    finally:
        _current.reset(token)


def lend_context(kind: Kind, plugin: plugins.Plugin, config: Config, context: Context) -> Context:
    """The context with the models that a retriever or reranker needs, and the retrievers that its settings name."""
    needs = (plugins.reranker_offer if kind == "reranker" else plugins.retriever_offer)(plugin).needs
    return replace(
        context,
        embedder=KitEmbedder() if "embedder" in needs else None,
        chat=KitChat() if "chat" in needs else None,
        retrievers=tuple(_inner(config, context)) if kind == "retriever" else (),
    )


def _inner(config: Config, context: Context) -> Iterator[Retriever]:
    for number, named in enumerate(named_retrievers(config).values()):
        plugin = plugins.find("retriever", named.use)
        settings = plugins.offer(plugin).config.model_validate(dict(named.model_extra or {}))
        folder = context.folder / f"inner-{number}"
        made: Any = plugins.make(
            plugin, settings, lend_context("retriever", plugin, settings, replace(context, folder=folder))
        )
        passages = _current.get(None) or kit_corpus()
        made.open(passages)
        if plugins.retriever_offer(plugin).is_indexed is not False and hasattr(made, "commit"):
            made.delete(sorted(made.ids() - passages.ids))
            made.add([passages.passage(one) for one in sorted(passages.ids - made.ids())])
            made.commit()
        yield made


def scale_problem(scale: object) -> str:
    """The problem with a component's scale; empty if there is none."""
    if not isinstance(scale, ScoreScale):
        return f"scale is {scale!r}"
    if not (isinstance(scale.summary, str) and scale.summary.strip() and scale.summary.isprintable()):
        return f"the summary of its scale is {scale.summary!r}"
    for name in ("higher_is_better", "is_comparable"):
        if type(getattr(scale, name)) is not bool:
            return f"{name} of its scale is {getattr(scale, name)!r}"
    ends = (scale.lowest, scale.highest)
    if any(end is not None and (isinstance(end, bool) or not isinstance(end, int | float)) for end in ends):
        return f"its scale goes from {scale.lowest!r} to {scale.highest!r}"
    if scale.lowest is not None and scale.highest is not None and scale.lowest >= scale.highest:
        return f"its scale goes from {scale.lowest} to {scale.highest}"
    return ""
