"""A splitter has one method to write, and has nothing else to say.

Modules: ``potluck.contracts.splitter``. What its rules demand: ``tests/core/testing/test_splitter_kit.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from potluck.contracts import Splitter
from potluck.documents import Chunk, Document


class Sentences(Splitter):
    """A chunk a sentence."""

    def split(self, document: Document) -> Iterator[Chunk]:
        for found in re.finditer(r"[^。\s][^。]*。?", document.text):
            yield Chunk(found.start(), found.end(), found.group())


def test_a_splitter_has_to_split() -> None:
    class Nothing(Splitter):
        pass

    assert Splitter.__abstractmethods__ == {"split"}
    with pytest.raises(TypeError, match=r"abstract method '?split'?"):
        Nothing()  # type: ignore[abstract]


def test_a_splitter_that_only_splits_has_no_model_and_nothing_to_close() -> None:
    splitter = Sentences()
    document = Document("規範.txt", "軌距一四三五。 道碴三十。")
    chunks = list(splitter.split(document))
    splitter.close()

    assert [one.text for one in chunks] == ["軌距一四三五。", "道碴三十。"]
    assert [document.text[one.start : one.end] for one in chunks] == [one.text for one in chunks]
    assert splitter.identity() == {}
