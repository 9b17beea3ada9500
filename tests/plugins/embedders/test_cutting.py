"""The beginning of a text that fits a window."""

from __future__ import annotations

import pytest

from potluck_plugins.embedders._shared.cutting import cut_to_window


@pytest.mark.parametrize(
    ("window", "kept"), [(1, "道"), (3, "道碴厚"), (6, "道碴厚度三十"), (7, "道碴厚度三十公"), (99, "道碴厚度三十公分")]
)
def test_it_has_as_many_tokens_as_the_window_takes(window: int, kept: str) -> None:
    assert cut_to_window("道碴厚度三十公分", window, len) == kept


def test_a_text_of_more_tokens_than_the_window_keeps_at_least_a_character() -> None:
    assert cut_to_window("龘龘", 2, lambda text: 3 * len(text)) == "龘"


def test_a_text_that_fits_is_whole_though_its_beginnings_have_more_tokens() -> None:
    """A tokenizer may have a token for the whole word and none for its parts."""
    assert cut_to_window("embedding", 1, lambda text: 1 if text == "embedding" else 5) == "embedding"
