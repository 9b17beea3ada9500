"""Answering the questions of a file: each question at most once ever for the same model, prompt and passages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, astuple, dataclass, replace
from typing import Any

from potluck.answering.builtin_prompts import context_of, prompts_for
from potluck.components.components import Components
from potluck.contracts import ChatOptions
from potluck.documents import Answer, Json, Passage, Quote, Usage
from potluck.evaluation.surprises import surprise_at
from potluck.fingerprints import fingerprint
from potluck.ledger import Amount, Ledger
from potluck.metrics.perplexity import Surprise
from potluck.recipe.model import ComponentSpec, RecipeModel
from potluck.reporting import in_current_stage
from potluck.stages.answer import Answerer, AnswerWithSources, WorkedExample, no_examples
from potluck.workspace.answer_cache import AnswerCache

_FORMAT = 2
"""Of what is kept; another one asks again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer with its ledger and how long it took when it was made. ``cached``: nothing was asked now."""

    given: AnswerWithSources
    ledger: Ledger
    seconds: float
    cached: bool = False


class Asker:
    """Answers questions as a recipe says, from passages that were retrieved before.

    ``sample`` tells repeated answers of a model that samples apart.
    """

    def __init__(
        self,
        recipe: RecipeModel,
        components: Components,
        cache: AnswerCache,
        examples: Callable[[str], Sequence[WorkedExample]] = no_examples,
        sample: int = 0,
    ) -> None:
        """``components`` lend the chat model, which is the recipe's; nothing is loaded before a question is asked."""
        self._recipe, self._components, self._cache = recipe, components, cache
        self._examples, self._sample = examples, sample

    @property
    def part(self) -> ComponentSpec:
        """The chat model that is asked, as the recipe names it."""
        return self._recipe.chat

    def ask_all(self, questions: Sequence[str], shown: Sequence[Sequence[Passage]]) -> Iterator[Asked]:
        """Answer each question from its passages, in order; as many at once as the chat model takes."""
        if self._components.chat.concurrency <= 1:
            yield from map(self.ask, questions, shown)
        else:
            with ThreadPoolExecutor(self._components.chat.concurrency) as pool:
                yield from pool.map(in_current_stage(self.ask), questions, shown)

    def ask(self, question: str, passages: Sequence[Passage]) -> Asked:
        """Answer one question from passages, best first."""
        key, cached = self._key(question, passages), self._cached
        kept = self._cache.answer(key, cached=cached)
        if kept is not None:
            return _unpack(kept, passages)
        answerer = Answerer(self._recipe, self._components.prepared_chat(), examples=self._examples)
        started, ledger = time.perf_counter(), Ledger()
        given = answerer.answer(question, passages, ledger.open("answer", "passages"))
        asked = Asked(given, ledger, time.perf_counter() - started)
        kept = {**_pack(asked, passages), "chat": self._components.chat_fingerprint}
        self._cache.keep_answer(key, kept, cached=cached)
        return asked

    def find(self, question: str, passages: Sequence[Passage]) -> Asked | None:
        """The answer that is kept of a question from these passages, if there is one; nothing is asked."""
        found = self._cache.answer(self._key(question, passages), cached=self._cached)
        return None if found is None else _unpack(found, passages)

    def surprise(self, question: str, passages: Sequence[Passage], reference: str) -> Surprise:
        """How surprised the chat model is by a right answer. Raises ``Unsupported`` if it cannot tell."""
        chat, key = self._components.chat, fingerprint("surprise", self._key(question, passages), reference)
        message = Answerer(self._recipe, chat, examples=self._examples).message(question, passages)
        return surprise_at(chat, [message], reference, self._cache, key, self._cached)

    def _key(self, question: str, passages: Sequence[Passage]) -> str:
        recipe = self._recipe
        wording = recipe.prompt.text if recipe.prompt else None
        examples: list[Json] = [[one.question, one.answer] for one in self._examples(question)]
        return fingerprint(
            _FORMAT,
            self._components.chat_fingerprint,
            self._chance(),
            [recipe.answer.method, recipe.retriever.fit, wording, list(astuple(prompts_for(question)))],
            examples,
            [question, context_of(passages)],
            [[passage.source, passage.start, passage.end] for passage in passages],
        )

    def _chance(self) -> int:
        """What distinguishes two answers to the same prompt: nothing if the model is greedy."""
        config = self._recipe.chat.config
        return self._sample if isinstance(config, ChatOptions) and config.samples else 0

    @property
    def _cached(self) -> bool:
        config = self._recipe.chat.config
        return config.cache if isinstance(config, ChatOptions) else True


def _pack(asked: Asked, passages: Sequence[Passage]) -> dict[str, Any]:
    """An answer as it is kept: its passages are positions among the given ones, or parts of them."""
    (entry,) = asked.ledger.entries
    by_id = {passage.id: number for number, passage in enumerate(passages)}
    kept = [(by_id[p.id], p.start, p.end, p.text) for p in asked.given.passages]
    return {
        "answer": asdict(asked.given.answer),
        "passages": [list(place) if place[3] != passages[place[0]].text else [place[0]] for place in kept],
        "calls": asked.given.calls,
        "seconds": asked.seconds,
        "out": asdict(entry.went_out),
        "dropped": asdict(entry.dropped),
        "notes": entry.notes,
    }


def _unpack(kept: dict[str, Any], passages: Sequence[Passage]) -> Asked:
    answer = kept["answer"]
    structured = {
        "usage": Usage(**answer["usage"]),
        "quotes": tuple(Quote(**quote) for quote in answer["quotes"]),
        "notes": tuple(answer["notes"]),
    }
    made = Answer(**{**answer, **structured})
    used = []
    for number, *part in kept["passages"]:
        passage = passages[number]
        if part:
            start, end, text = part
            passage = replace(passage, start=start, end=end, text=text)
        used.append(passage)
    ledger = Ledger()
    entry = ledger.open("answer", "passages")
    entry.came_in = Amount(len(passages), sum(len(passage.text) for passage in passages))
    entry.went_out, entry.dropped = Amount(**kept["out"]), Amount(**kept["dropped"])
    entry.notes = list(kept["notes"])
    return Asked(AnswerWithSources(made, tuple(used), kept["calls"]), ledger, kept["seconds"], cached=True)
