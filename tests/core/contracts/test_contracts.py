"""A contract whose demands change gets another version; what the page about versions says is so.

Modules: ``potluck.contracts.kinds``, ``potluck.documents``. What a class does that a plugin leaves as it is stands in
the test file of its own name.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields, is_dataclass
from pathlib import Path

import pytest

from potluck import contracts, documents, plugins
from potluck.contracts import CONTRACT_VERSIONS, Component, Kind, Offer
from potluck.errors import ContractMismatch
from support.fake_plugins import install, visible

PAGE = (Path(__file__).parents[3] / "docs" / "explanation" / "contracts.md").read_text(encoding="utf-8")
CLASSES: Mapping[Kind, type[Component]] = {
    "loader": contracts.Loader,
    "splitter": contracts.Splitter,
    "embedder": contracts.Embedder,
    "store": contracts.VectorStore,
    "retriever": contracts.Retriever,
    "reranker": contracts.Reranker,
    "tuner": contracts.Tuner,
    "chat": contracts.ChatModel,
    "metric": contracts.Metric,
    "observer": contracts.Observer,
}
MESSAGES = "messages: 'Sequence[Message]'"
DEMANDS: Mapping[tuple[Kind, int], Mapping[str, str]] = {
    # A loader may yield attachments as well, and none has to: one that yields documents alone keeps this contract.
    ("loader", 1): {"load": "(self, source: 'Source') -> 'Iterator[Document | Attachment]'"},
    ("splitter", 1): {"split": "(self, document: 'Document') -> 'Iterator[Chunk]'"},
    ("embedder", 1): {
        "count_tokens": "(self, texts: 'Sequence[str]') -> 'list[int]'",
        "embed_passages": "(self, texts: 'Sequence[str]') -> 'Vectors'",
        "embed_queries": "(self, texts: 'Sequence[str]') -> 'Vectors'",
    },
    ("store", 1): {
        "add": "(self, ids: 'Sequence[str]', vectors: 'Vectors') -> 'None'",
        "commit": "(self) -> 'None'",
        "count": "(self) -> 'int'",
        "delete": "(self, ids: 'Sequence[str]') -> 'None'",
        "ids": "(self) -> 'set[str]'",
        "open": "(self, collection: 'Collection') -> 'None'",
        "search": "(self, vector: 'Vectors', k: 'int') -> 'Hits'",
    },
    ("retriever", 1): {
        "open": "(self, corpus: 'Corpus') -> 'None'",
        "retrieve": "(self, questions: 'Sequence[str]', k: 'int', within: 'Set[str] | None' = None) -> 'list[Ranking]'",
    },
    ("reranker", 1): {"rerank": "(self, batch: 'Sequence[Candidates]') -> 'list[list[Passage]]'"},
    ("tuner", 1): {
        "plan": "(self, request: 'TuningRequest') -> 'Estimate'",
        "tune": "(self, request: 'TuningRequest', progress: 'Callable[[TuningProgress], None]') -> 'TunedModel'",
    },
    ("chat", 1): {
        "chat": f"(self, {MESSAGES}, options: 'ChatOptions') -> 'Answer'",
        "count_tokens": f"(self, {MESSAGES}) -> 'int'",
    },
    ("metric", 1): {"score": "(self, attempt: 'Attempt') -> 'Mapping[str, float]'"},
    ("observer", 1): {},
}
"""What a plugin has to have, by the version of the contract. Nothing here is ever changed: what differs is added."""

SHELF = """
import potluck
from potluck.contracts import Config, VectorStore

@potluck.hookimpl
def potluck_store():
    return potluck.Offer("a shelf", Config, VectorStore, contract=2)
"""


@pytest.mark.parametrize("kind", CLASSES)
def test_a_contract_that_demands_something_else_has_another_version(kind: Kind) -> None:
    contract = CLASSES[kind]
    demanded = {
        name: str(inspect.signature(method))
        for name, method in inspect.getmembers(contract, inspect.isfunction)
        if getattr(method, "__isabstractmethod__", False)
    }

    assert demanded == DEMANDS[kind, CONTRACT_VERSIONS[kind]]


def test_every_kind_has_a_contract_with_a_version() -> None:
    assert CLASSES.keys() == CONTRACT_VERSIONS.keys() == plugins.GROUPS.keys()


def test_a_plugin_that_says_nothing_was_written_for_version_1() -> None:
    (version,) = (field.default for field in fields(Offer) if field.name == "contract")

    assert version == 1


def test_the_page_has_the_versions_of_today() -> None:
    written = {kind: int(version) for kind, version in re.findall(r"^\| (\w+) \| (\d+) \|$", PAGE, re.MULTILINE)}

    assert written == CONTRACT_VERSIONS


def test_a_plugin_for_another_version_is_refused_in_the_words_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = install(tmp_path, "potluck-shelf", {"potluck.stores": {"shelf": "shelf"}}, {"shelf": SHELF})

    with visible(site, monkeypatch), pytest.raises(ContractMismatch) as refused:
        plugins.offer(plugins.find("store", "shelf"))

    assert str(refused.value) in PAGE


VALUES = [
    value
    for module in (contracts, documents)
    for value in vars(module).values()
    if isinstance(value, type) and is_dataclass(value)
]


@pytest.mark.parametrize("value", VALUES)
def test_what_plugins_are_given_and_give_cannot_be_changed(value: type) -> None:
    """A value may stand in several places at once: one plugin must not change what another one reads."""
    (first, *_) = fields(value)
    made = object.__new__(value)

    with pytest.raises(FrozenInstanceError):
        setattr(made, first.name, None)
