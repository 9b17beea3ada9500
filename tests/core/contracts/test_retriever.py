"""Retrievers within retrievers, as settings name them, and what scores mean.

Modules: ``potluck.contracts.retriever``. What its rules demand: ``tests/core/testing/test_retriever.py``.
"""

from __future__ import annotations

import pytest
from pydantic import Field, ValidationError

from potluck.contracts import COSINE, Config, NamedRetriever, Ranking, Retriever, ScoreScale
from potluck.contracts.retriever import named_retrievers


class Settings(Config):
    first: NamedRetriever = NamedRetriever(use="vector")
    of: tuple[NamedRetriever, ...] = ()
    mixed: list[NamedRetriever | int] = Field(default=[])
    name: str = "甲"


def test_a_name_stands_for_a_mapping_with_use_beside_settings_of_any_kind() -> None:
    assert NamedRetriever.model_validate("混合") == NamedRetriever(use="混合")
    found = NamedRetriever.model_validate({"use": "混合", "k1": 1.2})
    assert found.model_dump() == {"use": "混合", "k1": 1.2}
    with pytest.raises(ValidationError):
        NamedRetriever.model_validate({"k1": 1.2})
    with pytest.raises(ValidationError):
        NamedRetriever.model_validate(3)


def test_retrievers_are_found_in_order_with_the_path_of_each() -> None:
    settings = Settings.model_validate({"of": ["甲", {"use": "乙", "k": 2}], "mixed": [3, "丙"], "first": "丁"})
    found = named_retrievers(settings)

    assert {path: one.use for path, one in found.items()} == {
        ("first",): "丁", ("of", 0): "甲", ("of", 1): "乙", ("mixed", 1): "丙",
    }  # fmt: skip
    assert list(found) == [("first",), ("of", 0), ("of", 1), ("mixed", 1)]
    assert named_retrievers(Config()) == {}


def test_a_scale_says_nothing_that_it_was_not_told() -> None:
    scale = ScoreScale("相似度")

    assert (scale.lowest, scale.highest, scale.higher_is_better, scale.is_comparable) == (None, None, True, False)
    assert (COSINE.lowest, COSINE.highest, COSINE.higher_is_better, COSINE.is_comparable) == (-1, 1, True, True)
    assert Ranking() == Ranking((), "")


def test_a_retriever_that_declares_nothing_needs_nothing_and_takes_one_question_at_a_time() -> None:
    assert (Retriever.needs, Retriever.batch_size, Retriever.threads) == (frozenset(), 1, False)
