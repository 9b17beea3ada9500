"""What was tuned is told from what was not, and with a head from without, by the methods that it has.

Modules: ``potluck.contracts.attached``. Those that are bundled: ``tests/core/tuning/``.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import Attached, Classifying, Tuned


class Layers:
    """What a method that changes layers has."""

    past_length = 0

    def past(self) -> None: ...

    def embeddings(self) -> None: ...

    def active(self) -> AbstractContextManager[None]:
        return nullcontext()


class Labels(Layers):
    """What has all that a classification head has."""

    labels = ("正面", "負面")

    def classify(self, hidden: Any) -> Any: ...


class OnlyLabels:
    """It names labels, and is not attached to anything."""

    labels = ("正面",)

    def classify(self, hidden: Any) -> Any: ...


@pytest.mark.parametrize(("attached", "classifies"), [(Labels(), True), (Layers(), False), (OnlyLabels(), False)])
def test_only_what_has_labels_and_is_attached_classifies(attached: object, classifies: bool) -> None:
    assert isinstance(attached, Classifying) is classifies


def test_any_class_with_the_methods_is_attached_without_a_base_class() -> None:
    attached: Attached = Labels()

    assert (attached.past_length, attached.past(), attached.embeddings()) == (0, None, None)
    with attached.active() as within:
        assert within is None


def test_what_was_tuned_is_attached_by_the_tuner_and_ends_as_the_tokenizer_says() -> None:
    given: list[tuple[object, object]] = []

    def attach(model: Any, tokenizer: Any) -> Attached:
        given.append((model, tokenizer))
        return Labels()

    tuned, base = Tuned(Path("學會"), "1a", attach), object()
    found = tuned.attach(base, "分詞器")

    assert (tuned.folder, tuned.identity, tuned.end_token) == (Path("學會"), "1a", None)
    assert given == [(base, "分詞器")]
    assert isinstance(found, Classifying)
    assert found.labels == ("正面", "負面")
