"""Offers that say what their components can do, so that it is known before one is made.

A plugin whose ``make`` is the class of its components may return a plain ``Offer``: what the class declares is taken
over. One that makes them by a function returns the offer of its kind and says it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from potluck.contracts.chat import ChatModel
from potluck.contracts.component import Component
from potluck.contracts.offer import Offer
from potluck.contracts.reranker import Reranker
from potluck.contracts.retriever import IndexedRetriever, RetrievalNeed, Retriever
from potluck.contracts.store import VectorStore
from potluck.contracts.tuner import ModelKind, Task, Tuner


@dataclass(frozen=True)
class ChatOffer(Offer[ChatModel]):
    """A chat model. The capabilities are those that ``ChatModel`` declares."""

    kinds: frozenset[ModelKind] = frozenset()
    takes_tuned: bool | None = None
    """None if undeclared: then it is tried."""
    scores_text: bool = False
    takes_tools: bool = False
    reads_prompt: bool = True
    ignores: frozenset[str] = frozenset()
    reads_all: bool = False
    """Whether any number of passages fits: its ``context_window`` is None whatever the settings."""

    @classmethod
    def declared(cls, component: type[Component]) -> Mapping[str, Any]:
        """What a class of chat models says of itself."""
        if not issubclass(component, ChatModel):
            return {}
        return {
            "kinds": component.kinds,
            "takes_tuned": component.takes_tuned is True,
            "scores_text": component.scores_text is True,
            "takes_tools": component.takes_tools,
            "reads_prompt": component.reads_prompt,
            "ignores": component.ignores,
            "reads_all": _reads_all(component),
        }


def _reads_all(component: type[ChatModel]) -> bool:
    declared = (vars(one)["context_window"] for one in component.__mro__ if "context_window" in vars(one))
    return next(declared, 0) is None


@dataclass(frozen=True)
class StoreOffer(Offer[VectorStore]):
    """A vector store. The capabilities are those that ``VectorStore`` declares; undeclared, they are the worst."""

    exact: bool = False
    uses_seed: bool = True

    @classmethod
    def declared(cls, component: type[Component]) -> Mapping[str, Any]:
        """What a class of stores says of itself."""
        if not issubclass(component, VectorStore):
            return {}
        return {"exact": component.exact is True, "uses_seed": component.uses_seed}


@dataclass(frozen=True)
class RetrieverOffer(Offer[Retriever]):
    """A retriever. The capabilities are those that ``Retriever`` declares; undeclared, it needs everything."""

    needs: frozenset[RetrievalNeed] = frozenset(get_args(RetrievalNeed))
    is_indexed: bool | None = None
    """Whether it has an index of its own. None if undeclared: then one is made to see."""

    @classmethod
    def declared(cls, component: type[Component]) -> Mapping[str, Any]:
        """What a class of retrievers says of itself."""
        if not issubclass(component, Retriever):
            return {}
        return {"needs": frozenset(component.needs), "is_indexed": issubclass(component, IndexedRetriever)}


@dataclass(frozen=True)
class RerankerOffer(Offer[Reranker]):
    """A reranker. Its needs are those that ``Reranker`` declares; undeclared, it needs both models."""

    needs: frozenset[RetrievalNeed] = frozenset({"embedder", "chat"})

    @classmethod
    def declared(cls, component: type[Component]) -> Mapping[str, Any]:
        """What a class of rerankers says of itself."""
        return {"needs": frozenset(component.needs)} if issubclass(component, Reranker) else {}


@dataclass(frozen=True)
class TunerOffer(Offer[Tuner]):
    """A tuner. The capabilities are those that ``Tuner`` declares."""

    tasks: frozenset[Task] = frozenset(get_args(Task))
    kinds: frozenset[ModelKind] = frozenset()
    mergeable: bool = False
    whole: bool = False
    trains_base: bool = False
    family: str = ""
    served_by: frozenset[str] = frozenset()

    @classmethod
    def declared(cls, component: type[Component]) -> Mapping[str, Any]:
        """What a class of tuners says of itself."""
        if not issubclass(component, Tuner):
            return {}
        return {
            "tasks": frozenset(component.tasks),
            "kinds": frozenset(component.kinds),
            "mergeable": component.mergeable,
            "whole": component.whole,
            "trains_base": component.trains_base,
            "family": component.family,
            "served_by": frozenset(component.served_by),
        }
