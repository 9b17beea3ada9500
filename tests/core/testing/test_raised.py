"""What the kits say of a plugin that raises: the call, what was passed, and the line.

Modules: ``potluck.testing.raised``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from potluck.contracts import Splitter
from potluck.documents import Chunk, Document, Source
from potluck.testing.kit import Check, Subject, Violation
from potluck.testing.raised import describe_changes, describe_error, is_raised_by_plugin


class Breaking(Splitter):
    """Raises, by itself or further down."""

    def split(self, document: Document) -> Iterator[Chunk]:
        self._further(document.text)
        yield Chunk(0, 1, document.text[:1])

    def embed(self, texts: Any, beside: object = None) -> None:
        raise AssertionError("no text")  # where pytest adds nothing to what it says

    def _further(self, text: str) -> None:
        raise ValueError(f"cannot read {text[:2]}")


def raised(action: Callable[[], object]) -> BaseException:
    with pytest.raises(Exception) as caught:  # noqa: PT011  (any is meant)
        action()
    return caught.value


def test_the_call_and_what_was_passed_are_told_with_the_line() -> None:
    error = raised(lambda: list(Breaking().split(Document("規範.txt", "道碴" * 200))))

    said = describe_error(error)
    assert said.startswith("ValueError: cannot read 道碴; split(document=Document('規範.txt', '道碴道碴")
    assert "raised it, test_raised.py:" in said
    assert len(said) < 200


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        ([], "texts=[]"),
        ((), "texts=()"),
        ("", "texts=''"),
    ],
)
def test_what_is_empty_is_told(passed: object, words: str) -> None:
    error = raised(lambda: Breaking().embed(passed))

    assert describe_error(error).startswith(f"AssertionError: no text; embed({words}, beside=None) raised it")
    assert is_raised_by_plugin(error)


@pytest.mark.parametrize(
    ("beside", "words"),
    [
        (["a", "b", "c"], "3 of them: ['a', 'b', ...]"),
        (np.zeros((0, 3)), "an array of the shape (0, 3)"),
        (Source("a.txt", Path("/x/a.txt")), "Source('a.txt')"),
    ],
)
def test_what_is_long_is_told_in_short(beside: object, words: str) -> None:
    assert f"beside={words})" in describe_error(raised(lambda: Breaking().embed([], beside)))


def test_what_the_kit_could_not_use_is_told_with_its_line() -> None:
    error = raised(lambda: [].shape)  # type: ignore[attr-defined]

    assert describe_error(error).startswith("AttributeError: 'list' object has no attribute 'shape', at '")
    assert not is_raised_by_plugin(error)


def test_an_assertion_of_the_plugins_own_is_told_as_its_error(tmp_path: Path) -> None:
    def run(subject: Subject) -> None:
        subject.make().embed([])

    with pytest.raises(
        Violation, match=r"some-rule: AssertionError: no text; embed\(texts=\[\], beside=None\) raised it"
    ):
        Check("splitter", "some-rule", "It holds.", run).on(Subject(lambda folder: Breaking(), tmp_path))


def test_what_became_of_files_is_told_by_name() -> None:
    before = {"a.txt": "1", "b.txt": "1", "c.txt": "1"}

    assert describe_changes(before, before) == ""
    assert describe_changes(before, {"a.txt": "2", "b.txt": "1", "新.txt": "1"}) == (
        "it wrote 新.txt, changed a.txt, deleted c.txt"
    )
    assert describe_changes({}, {f"{n}.txt": "" for n in range(9)}).endswith("4.txt, ...")
