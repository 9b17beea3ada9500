"""The lengths of vectors that services changed are kept in the workspace, and a damaged file counts as none.

Modules: ``potluck.components.lengths``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from potluck.components.lengths import keep_length, read_lengths


def test_each_embedder_has_its_own_length_and_the_last_one_counts(tmp_path: Path) -> None:
    assert read_lengths(tmp_path) == {}

    keep_length(tmp_path, "一", 256)
    keep_length(tmp_path, "二", 1024)
    keep_length(tmp_path, "一", 384)

    assert read_lengths(tmp_path) == {"一": 384, "二": 1024}


def test_the_file_is_one_line_of_json_that_other_versions_read(tmp_path: Path) -> None:
    keep_length(tmp_path, "f00d", 256)

    assert (tmp_path / "lengths.json").read_bytes() == b'{"f00d": 256}\n'
    (tmp_path / "lengths.json").write_text('{"f00d": "384"}', encoding="utf-8")
    assert read_lengths(tmp_path) == {"f00d": 384}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[256]", b"256", b'{"a": null}', b'{"a": "long"}', b"\xff\xfe", b"[]", b"\0"]
)
def test_a_file_that_is_not_what_was_written_counts_as_none_and_is_written_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "lengths.json").write_bytes(content)

    assert read_lengths(tmp_path) == {}
    keep_length(tmp_path, "a", 8)
    assert json.loads((tmp_path / "lengths.json").read_bytes()) == {"a": 8}
