"""What a metric declares is checked before it measures anything.

Modules: ``potluck.metrics.declarations``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from potluck.contracts import Attempt, Measure, Metric
from potluck.errors import BrokenPlugin, ContractBroken
from potluck.metrics.declarations import check_declarations

WORDS = Measure("字數", "Words in the answer", scale="amount")


def metric(measures: Any = (WORDS,), needs: Any = frozenset({"answer"})) -> Metric:
    class Declares(Metric):
        def score(self, attempt: Attempt) -> Mapping[str, float]:
            return {}

    found: Any = Declares()
    found.measures, found.needs = measures, needs
    return found


@pytest.mark.parametrize("needs", [frozenset(), {"answer", "gold"}])
@pytest.mark.parametrize("measures", [(WORDS,), [WORDS, Measure("f@1", "", about="retrieval")]])
def test_a_metric_that_keeps_the_contract_is_taken(measures: Any, needs: Any) -> None:
    check_declarations(metric(measures, needs), "it")


SOME: Any = "some"


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (metric(needs=frozenset({"answer", "mood"})), "needs 'mood'; there are: answer, answers, reference"),
        (metric(needs=["answer"]), "declares a list as its needs, expected a frozenset"),
        (metric(needs=None), "declares None as its needs, expected a frozenset"),
        (metric(()), "declares no measures"),
        (metric(WORDS), "declares a Measure as its measures, expected a sequence of them"),
        (metric(["dm"]), "declares a str among its measures, expected a Measure"),
        (metric([WORDS, Measure("f2", ""), WORDS]), "declares the measure '字數' twice"),
        (metric([Measure("", "")]), "declares a measure with the name ''"),
        (metric([Measure("refused", "")]), "has a measure 'refused', which is the name of a count"),
        (metric([Measure("m", "", scale=SOME)]), "declares the scale 'some' of 'm'; there are: share, amount, any"),
        (metric([Measure("m", "", leads=SOME)]), "declares the leads 'some' of 'm'; there are: never, always, facts"),
        (metric([Measure("m", "", leads="always", paired=False)]), "lets 'm' lead, which is not paired: variants"),
        (metric([Measure("m", "", about=SOME)]), "declares the about 'some' of 'm'; there are: retrieval, answer,"),
    ],
)
def test_a_declaration_that_breaks_the_contract_is_refused_by_name(declared: Metric, message: str) -> None:
    with pytest.raises(ContractBroken) as caught:
        check_declarations(declared, "metric '甲' of badp 1.0")

    assert str(caught.value).startswith(f"metric '甲' of badp 1.0 {message}")


def test_a_declaration_that_fails_is_named() -> None:
    class Fails(Metric):
        def score(self, attempt: Attempt) -> Mapping[str, float]:
            return {}

        @property
        def measures(self) -> tuple[Measure, ...]:  # type: ignore[override]
            raise KeyError("尺")

    with pytest.raises(BrokenPlugin, match="it failed: KeyError: '尺'"):
        check_declarations(Fails(), "it")
