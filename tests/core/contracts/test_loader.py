"""What is taken of a loader that declares nothing: the cautious choice.

Modules: ``potluck.contracts.loader``. What its rules demand: ``tests/core/testing/test_loader_kit.py``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from potluck.contracts import Loader
from potluck.documents import Attachment, Document, Source


class Plain(Loader):
    """It declares nothing."""

    def load(self, source: Source) -> Iterator[Document | Attachment]:
        yield Document(source.name, source.path.read_text(encoding="utf-8"))


class Archive(Loader):
    """It hands on what is in a file, and trusts itself with it."""

    isolated, hands_on = False, True

    def load(self, source: Source) -> Iterator[Document | Attachment]:
        yield Attachment(f"{source.name}#規範.txt", source.path.read_bytes())


def test_a_loader_that_declares_nothing_runs_by_itself_and_yields_no_attachments() -> None:
    assert (Loader.isolated, Loader.hands_on) == (True, False)
    assert (Plain.isolated, Plain.hands_on, Plain().identity()) == (True, False, {})


def test_what_one_loader_declares_holds_for_no_other() -> None:
    assert (Archive.isolated, Archive.hands_on) == (False, True)
    assert (Loader.isolated, Loader.hands_on) == (True, False)


def test_a_loader_has_to_load() -> None:
    class Nothing(Loader):
        pass

    with pytest.raises(TypeError, match=r"abstract method '?load'?"):
        Nothing()  # type: ignore[abstract]
