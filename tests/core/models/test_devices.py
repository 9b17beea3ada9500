"""Where a model computes, and in which precision.

Modules: ``potluck.models.devices``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from potluck.errors import ModelError
from potluck.models.devices import fastest_dtype, resolve_device, resolve_dtype


@pytest.mark.parametrize(
    ("flags", "expected"),
    [("avx512_bf16 amx_bf16 amx_tile", "bfloat16"), ("fpu avx512_bf16", "float32"), ("fpu avx512f", "float32")],
)
def test_a_processor_computes_in_bfloat16_where_that_is_faster(
    monkeypatch: pytest.MonkeyPatch, flags: str, expected: str
) -> None:
    monkeypatch.setattr(Path, "read_text", lambda path, **_: flags if str(path) == "/proc/cpuinfo" else "")

    assert fastest_dtype() == expected
    assert resolve_dtype("auto") == expected


def test_a_system_that_does_not_tell_its_processor_computes_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(path: Path, **_: object) -> str:
        raise FileNotFoundError(path)

    monkeypatch.setattr(Path, "read_text", missing)

    assert fastest_dtype() == "float32"


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_precision_that_is_named_is_taken(dtype: str) -> None:
    assert resolve_dtype(dtype) == dtype


@pytest.mark.parametrize(
    ("device", "card", "taken"),
    [
        ("cpu", True, "cpu"),
        ("cpu", False, "cpu"),
        ("auto", True, "cuda"),
        ("auto", False, "cpu"),
        ("cuda", True, "cuda"),
    ],
)
def test_a_card_is_taken_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, device: Any, card: bool, taken: str
) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: card)

    assert resolve_device(device) == taken


def test_a_card_that_is_named_and_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)

    with pytest.raises(ModelError, match="'cuda' was asked for, and torch finds no graphics card"):
        resolve_device("cuda")


@pytest.mark.parametrize(("has", "dtype"), [(True, "bfloat16"), (False, "float32")])
def test_a_card_computes_in_bfloat16_where_it_has_it(monkeypatch: pytest.MonkeyPatch, has: bool, dtype: str) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: has)

    assert resolve_dtype("auto", "cuda") == fastest_dtype("cuda:1") == dtype
