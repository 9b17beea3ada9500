"""The documents that are added to a vector store are kept whole, with their vectors.

Modules: ``potluck.langchain._documents``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("langchain_core")

from potluck.errors import StoreMismatch
from potluck.langchain._documents import Added, AddedDocuments


def rows(count: int) -> Any:
    return np.eye(count, 4, dtype=np.float32)


def test_a_file_of_documents_keeps_texts_metadata_and_vectors(tmp_path: Path) -> None:
    one, other = Added("甲", "道碴", {"章": [1, None]}), Added("b", "rail", {})
    kept = AddedDocuments(tmp_path / "new" / "a.sqlite", "model a")
    kept.keep([one, other], rows(2))
    kept.close()

    again = AddedDocuments(tmp_path / "new" / "a.sqlite", "model a")
    assert again.keys() == {one.key, other.key}
    assert again.find([other.key, "nobody", one.key]) == {other.key: other, one.key: one}
    assert (again.vectors([other.key, one.key]) == rows(2)[::-1]).all()
    assert again.vectors([one.key]).dtype == np.float32
    again.keep([Added("甲", "軌枕", {})], rows(3)[2:])
    assert again.find([one.key])[one.key].text == "軌枕"
    assert (again.vectors([one.key]) == rows(3)[2:]).all()
    again.remove([one.key, "nobody"])
    assert again.keys() == {other.key}
    again.close()


def test_documents_are_kept_all_or_none(tmp_path: Path) -> None:
    kept = AddedDocuments(tmp_path / "a.sqlite", "model a")
    kept.keep([Added("a", "old", {})], rows(1))
    broken: Any = [Added("a", "new", {}), Added("b", "\ud800", {})]

    with pytest.raises(UnicodeEncodeError):
        kept.keep(broken, rows(2))

    assert [one.text for one in kept.find([Added("a", "", {}).key]).values()] == ["old"]
    kept.keep([Added("c", "c", {})], rows(1))
    assert len(kept.keys()) == 2, "it can be written to again"
    kept.close()


def test_vectors_of_another_embedder_are_refused_and_the_own_ones_are_not(tmp_path: Path) -> None:
    AddedDocuments(tmp_path / "a.sqlite", "model a").close()

    with pytest.raises(StoreMismatch, match=r"a\.sqlite holds vectors of another embedder than the recipe's"):
        AddedDocuments(tmp_path / "a.sqlite", "model b")
    AddedDocuments(tmp_path / "a.sqlite", "model a").close()
