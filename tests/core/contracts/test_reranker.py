"""The settings of every reranker, and what one that declares nothing needs.

Modules: ``potluck.contracts.reranker``. What its rules demand: ``tests/core/testing/test_reranker.py``.
"""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from potluck.contracts import Reranker, RerankerConfig


@pytest.mark.parametrize("candidates", [0, -1, 1001])
def test_too_few_and_too_many_candidates_are_refused(candidates: int) -> None:
    with pytest.raises(ValidationError):
        RerankerConfig(candidates=candidates)


@pytest.mark.parametrize("candidates", [1, 1000])
def test_any_number_between_is_taken(candidates: int) -> None:
    assert RerankerConfig(candidates=candidates).candidates == candidates


def test_a_reranker_that_declares_nothing_reads_texts_of_twenty_passages() -> None:
    assert RerankerConfig().candidates == Reranker.candidates == 20
    assert (Reranker.needs, Reranker.batch_size) == (frozenset(), 1)
