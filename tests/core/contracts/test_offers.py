"""What a component can do is said by the offer, by its class or by its author.

Modules: ``potluck.contracts.offers``, ``potluck.contracts.offer``.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any, get_args

import pytest

from potluck.contracts import (
    COSINE,
    ChatModel,
    Component,
    Config,
    IndexedRetriever,
    Offer,
    Ranking,
    Reranker,
    Retriever,
    Splitter,
    Task,
    Tuner,
    VectorStore,
)
from potluck.contracts.offers import ChatOffer, RerankerOffer, RetrieverOffer, StoreOffer, TunerOffer


class Quoter(ChatModel):
    context_window = None
    scores_text = True
    takes_tools = True
    takes_tuned = True
    reads_prompt = False
    ignores = frozenset({"top_p"})
    kinds = frozenset({"causal"})


class Inherits(Quoter):
    """The same in all."""


class Late(ChatModel):
    """What it can do is known when it is made."""

    @property
    def scores_text(self) -> bool:  # type: ignore[override]
        return True

    @property
    def context_window(self) -> int | None:  # type: ignore[override]
        return None


class Shelf(VectorStore):
    exact = False
    uses_seed = True


class Lora(Tuner):
    tasks = frozenset({"classification"})
    kinds = frozenset({"causal", "masked"})
    mergeable = whole = trains_base = True
    family = "in the layers"
    served_by = frozenset({"quoter"})


def make(config: Config, context: Any) -> Any:
    """Stands for a function that makes components."""


def said(offered: Offer[Any]) -> dict[str, Any]:
    """What an offer says besides what every offer does."""
    return {name: value for name, value in vars(offered).items() if name not in Offer.__dataclass_fields__}


@pytest.mark.parametrize("quoter", [Quoter, Inherits])
def test_what_the_class_of_a_chat_model_declares_is_taken_over(quoter: type[ChatModel]) -> None:
    found = ChatOffer.of(Offer("quotes", Config, quoter, requires=("numpy",), contract=1))

    assert (found.summary, found.make, found.requires) == ("quotes", quoter, ("numpy",))
    assert said(found) == {
        "kinds": {"causal"}, "takes_tuned": True, "scores_text": True, "takes_tools": True, "reads_prompt": False,
        "ignores": {"top_p"}, "reads_all": True,
    }  # fmt: skip


def test_what_a_chat_model_can_say_only_when_it_is_made_counts_as_no() -> None:
    assert said(ChatOffer.of(Offer("late", Config, Late))) == {
        "kinds": frozenset(), "takes_tuned": False, "scores_text": False, "takes_tools": False, "reads_prompt": True,
        "ignores": frozenset(), "reads_all": False,
    }  # fmt: skip


def test_what_the_class_of_a_store_or_a_tuner_declares_is_taken_over() -> None:
    assert said(StoreOffer.of(Offer("a shelf", Config, Shelf))) == {"exact": False, "uses_seed": True}
    assert said(TunerOffer.of(Offer("lora", Config, Lora))) == {
        "tasks": {"classification"}, "kinds": {"causal", "masked"}, "mergeable": True, "whole": True,
        "trains_base": True, "family": "in the layers", "served_by": {"quoter"},
    }  # fmt: skip


def test_of_what_a_function_makes_the_worst_is_assumed() -> None:
    chat, store, tuner = (kind.of(Offer("made", Config, make)) for kind in (ChatOffer, StoreOffer, TunerOffer))

    assert (chat.takes_tuned, chat.scores_text, chat.reads_prompt, chat.reads_all) == (None, False, True, False)
    assert (store.exact, store.uses_seed) == (False, True)
    assert tuner.tasks == set(get_args(Task))
    assert (tuner.mergeable, tuner.whole, tuner.kinds) == (False, False, frozenset())


def test_an_author_who_makes_them_by_a_function_says_it_in_the_offer() -> None:
    offered = ChatOffer("made", Config, make, takes_tuned=False, scores_text=True)

    assert ChatOffer.of(offered) is offered
    assert (offered.takes_tuned, offered.scores_text) == (False, True)


def test_a_class_of_another_kind_declares_nothing() -> None:
    found = StoreOffer.of(Offer("mixed up", Config, Quoter))

    assert (found.exact, found.uses_seed) == (False, True)
    assert Offer.of(plain := Offer("plain", Config, Splitter)) is plain
    assert plain.component is Splitter
    assert Offer("made", Config, make).component is Component


class Words(Retriever):
    needs = frozenset({"texts"})
    scale = COSINE

    def open(self, corpus: object) -> None:
        """Nothing."""

    def retrieve(self, questions: Sequence[str], k: int, within: Set[str] | None = None) -> list[Ranking]:
        return [Ranking() for _ in questions]


class Filed(Words, IndexedRetriever):
    needs = frozenset()

    ids = add = delete = commit = lambda *_: None  # type: ignore[assignment]


class Judge(Reranker):
    needs = frozenset({"chat"})
    scale = COSINE

    def rerank(self, *_: object) -> Any:
        """Nothing."""


def test_what_searches_declares_what_it_works_with_and_whether_it_has_an_index() -> None:
    assert said(RetrieverOffer.of(Offer("words", Config, Words))) == {"needs": {"texts"}, "is_indexed": False}
    assert said(RetrieverOffer.of(Offer("filed", Config, Filed))) == {"needs": frozenset(), "is_indexed": True}
    assert said(RerankerOffer.of(Offer("judge", Config, Judge))) == {"needs": {"chat"}}


def test_of_what_a_function_makes_it_is_assumed_that_it_needs_everything() -> None:
    retriever, reranker = RetrieverOffer.of(Offer("made", Config, make)), RerankerOffer.of(Offer("made", Config, make))

    assert said(retriever) == {"needs": {"vectors", "texts", "embedder", "chat"}, "is_indexed": None}
    assert said(reranker) == {"needs": {"embedder", "chat"}}


@pytest.mark.parametrize("kind", [ChatOffer, StoreOffer, RetrieverOffer, RerankerOffer, TunerOffer])
def test_a_class_of_another_kind_says_nothing_of_this_one(kind: Any) -> None:
    assert kind.declared(Splitter) == {}


def test_what_an_author_does_not_say_of_a_chat_model_or_a_tuner_is_not_there() -> None:
    chat, tuner = ChatOffer("made", Config, make), TunerOffer("made", Config, make)

    assert (chat.takes_tools, chat.kinds, chat.ignores) == (False, frozenset(), frozenset())
    assert (tuner.trains_base, tuner.family, tuner.served_by) == (False, "", frozenset())
