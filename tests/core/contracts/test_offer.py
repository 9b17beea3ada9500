"""What a plugin's hook returns, and what is known of its component before one is made.

Modules: ``potluck.contracts.offer``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from potluck.contracts import Component, Config, Observer, Offer, Splitter, VectorStore
from potluck.contracts.offers import StoreOffer


class Shelf(VectorStore):
    exact = False


@dataclass(frozen=True)
class Counted(Offer[Observer]):
    """An offer of a kind of its own."""

    counts: int = 0


def make(config: Config, context: Any) -> Any:
    """Stands for a function that makes components."""


def test_an_offer_needs_and_sends_nothing_unless_it_says_so() -> None:
    offered = Offer("切", Config, Splitter)  # type: ignore[type-abstract]

    assert (offered.requires, offered.extra, offered.sends_to, offered.contract) == ((), None, None, 1)


def test_the_class_of_the_components_is_known_where_it_makes_them() -> None:
    assert Offer("架子", Config, Shelf).component is Shelf  # type: ignore[type-abstract]
    assert Offer("函式", Config, make).component is Component
    assert Offer("類別", Config, dict).component is Component  # type: ignore[arg-type, type-var]


def test_an_offer_of_the_type_that_is_asked_for_is_the_same_and_another_one_is_added_to() -> None:
    plain = Offer("架子", Config, Shelf, ("numpy",), "shelf", lambda config: "例子.tw", 3)  # type: ignore[type-abstract]
    found = StoreOffer.of(plain)

    assert Offer.of(plain) is plain
    assert Offer.of(found) is found
    assert StoreOffer.of(found) is found
    assert (found.summary, found.config, found.make, found.requires, found.extra, found.sends_to, found.contract) == (
        plain.summary, plain.config, plain.make, plain.requires, plain.extra, plain.sends_to, 3,
    )  # fmt: skip
    assert not found.exact


def test_a_type_whose_classes_declare_nothing_adds_its_defaults() -> None:
    assert Counted.of(Offer("數", Config, make)).counts == 0
    assert Counted.declared(Shelf) == {}
