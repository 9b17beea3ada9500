"""A classification head: fresh on a base, saved and taken off, and read again.

Modules: ``potluck.tuning.head``.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from potluck.contracts import TuningRequest
from potluck.documents import Example, Message
from potluck.errors import Unsupported
from potluck.tuning.head import (
    HEAD_FILE,
    WithHead,
    add_head,
    check_head,
    head_labels,
    head_of,
    save_and_remove_head,
    with_head,
)

LABELS = ("好", "bad", "其他")


def request(task: Any = "classification", labels: tuple[str, ...] = LABELS) -> TuningRequest:
    example = Example((Message("user", "訊息"),), "好")
    return TuningRequest(Path("model"), task, (example,), (), Path(), labels=labels)


def base() -> Any:
    return SimpleNamespace(config=SimpleNamespace(hidden_size=8), device="cpu")


def test_a_head_names_one_label_of_each_row_with_its_log_probability(tmp_path: Path) -> None:
    model, hidden = base(), torch.randn(5, 8)
    add_head(model, request())
    expected = head_of(model)(hidden).log_softmax(-1).detach()
    save_and_remove_head(model, tmp_path)

    found = WithHead(None, tmp_path, LABELS)

    assert head_of(model) is None
    assert found.labels == LABELS
    torch.testing.assert_close(found.classify(hidden.bfloat16()), expected, rtol=0.05, atol=0.05)
    torch.testing.assert_close(found.classify(hidden), expected)
    assert (found.past_length, found.past(), found.embeddings()) == (0, None, None)


def test_a_base_without_a_head_writes_no_file(tmp_path: Path) -> None:
    save_and_remove_head(base(), tmp_path)

    assert not (tmp_path / HEAD_FILE).exists()
    assert with_head(None, tmp_path, LABELS) is None


def test_a_fresh_head_begins_small_and_is_float32() -> None:
    torch.manual_seed(0)
    model = base()
    add_head(model, request())

    head = head_of(model)
    assert head.weight.dtype == torch.float32
    assert float(head.weight.detach().abs().max()) < 0.2
    assert head.bias.detach().tolist() == [0.0] * 3


@pytest.mark.parametrize(
    ("said", "kind", "message"),
    [
        ({"task": "generation"}, "causal", "needs 'task: classification' and at least two labels"),
        ({"labels": ("好",)}, "masked", "needs 'task: classification' and at least two labels"),
        ({}, "seq2seq", "has no head here"),
    ],
)
def test_a_head_without_a_choice_or_a_place_is_refused(said: dict[str, Any], kind: Any, message: str) -> None:
    with pytest.raises(Unsupported, match=message):
        check_head(request(**said), kind)


@pytest.mark.parametrize("kind", ["causal", "masked"])
def test_two_labels_are_enough(kind: Any) -> None:
    check_head(request(labels=LABELS[:2]), kind)


def test_labels_are_those_of_a_head_where_the_settings_ask_for_one() -> None:
    def method(head: bool) -> Any:
        return SimpleNamespace(config=SimpleNamespace(head=head))

    assert head_labels(method(True), request()) == LABELS
    assert head_labels(method(False), request()) == ()


def test_what_was_tuned_stays_as_it_is_below_its_head(tmp_path: Path) -> None:
    model = base()
    add_head(model, request())
    save_and_remove_head(model, tmp_path)
    on = nullcontext()
    attached: Any = SimpleNamespace(past_length=4, past=lambda: "past", embeddings=lambda: "soft", active=lambda: on)

    found = with_head(attached, tmp_path, LABELS)

    assert isinstance(found, WithHead)
    assert (found.past_length, found.past(), found.embeddings()) == (4, "past", "soft")
    assert found.active() is on
    with WithHead(None, tmp_path, LABELS).active() as nothing:
        assert nothing is None
    assert with_head(attached, tmp_path / "none", LABELS) is attached
