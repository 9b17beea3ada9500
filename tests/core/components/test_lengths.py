"""Lengths of vectors are kept by the embedder's fingerprint, and a damaged file holds none."""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.components.lengths import keep_length, read_lengths


def test_what_is_kept_is_read_and_the_latest_length_counts(tmp_path: Path) -> None:
    for fingerprint, length in (("甲", 384), ("b", 768), ("甲", 512)):
        keep_length(tmp_path, fingerprint, length)

    assert read_lengths(tmp_path) == {"甲": 512, "b": 768}


@pytest.mark.parametrize("content", [None, "", "[]", '{"a": "long"}', '{"a": null}', "\0"])
def test_a_file_that_is_missing_or_damaged_holds_none(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "lengths.json").write_text(content, encoding="utf-8")

    assert read_lengths(tmp_path) == {}
