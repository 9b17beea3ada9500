"""The settings of every embedder, and what one that declares nothing is.

Modules: ``potluck.contracts.embedder``. What its rules demand: ``tests/core/testing/test_embedder_kit.py``.
"""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from potluck.contracts import Embedder, EmbedderConfig


@pytest.mark.parametrize("wrong", [{"batch_size": 0}, {"fit": "裁切"}, {"on_error": "pool"}])
def test_a_setting_out_of_its_range_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        EmbedderConfig.model_validate(wrong)


def test_long_texts_and_texts_without_a_vector_are_errors_unless_a_recipe_says_otherwise() -> None:
    config = EmbedderConfig()

    assert (config.fit, config.batch_size, config.on_error) == ("error", 64, "error")
    assert config.decisive() == {"fit": "error"}, "neither batches nor what is left out change a vector"
    assert EmbedderConfig(batch_size=1, on_error="skip", fit="pool").decisive() == {"fit": "pool"}


def test_an_embedder_that_declares_nothing_is_called_by_one_thread_at_a_time() -> None:
    assert (Embedder.fit, Embedder.batch_size, Embedder.concurrency, Embedder.price) == ("error", 64, 1, None)
    assert Embedder.exact_token_counts
