"""What every component does that says nothing of its own.

Modules: ``potluck.contracts.component``.
"""

from __future__ import annotations

from typing import get_args

import pytest

from potluck import contracts
from potluck.contracts import Component, Kind
from potluck.contracts.kinds import KINDS


class Silent(Component):
    """It declares nothing."""


def test_a_component_that_says_nothing_has_no_model_and_nothing_to_close() -> None:
    component = Silent()
    component.close()
    component.close()

    assert component.identity() == {}
    assert vars(component) == {}


def test_the_identity_of_one_component_is_not_that_of_another() -> None:
    first, second = Silent(), Silent()

    assert first.identity() is not second.identity()


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_takes_what_all_components_have_in_common_as_it_is(kind: Kind) -> None:
    contract = getattr(contracts, KINDS[kind].contract.__name__)

    assert issubclass(contract, Component)
    assert (contract.identity, contract.close) == (Component.identity, Component.close)
