"""Where the rules of embedders draw their lines: what is just allowed, and what is just not.

Modules: ``potluck.testing.embedder``.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from potluck.contracts import Embedder
from potluck.testing import Skipped, Subject, Violation, checks
from potluck.testing.texts import SENTENCES
from support.kits import violating

LENGTH = 64


class Letters(Embedder):
    """Counts pairs of characters; ``said`` takes the place of what it says of itself."""

    dimensions, window, batch_size = LENGTH, None, 8
    scale: float = 1.0
    changed: Callable[[Any, Sequence[str], bool], Any] = staticmethod(lambda vectors, texts, asked: vectors)
    counted: Callable[[str], Any] = len

    def __init__(self, said: dict[str, Any]) -> None:
        for name, value in said.items():
            setattr(self, name, value)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [self.counted(text) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Any:
        return self.changed(self._vectors(texts), texts, False)

    def embed_queries(self, texts: Sequence[str]) -> Any:
        return self.changed(self._vectors(texts), texts, True)

    def _vectors(self, texts: Sequence[str]) -> Any:
        rows = np.zeros((len(texts), LENGTH))
        for row, text in zip(rows, texts, strict=True):
            read = text if self.window is None or self.fit != "cut" else text[: self.window]
            for pair in zip(f"^{read}", f"{read}$", strict=True):
                row[hashlib.blake2b("".join(pair).encode()).digest()[0] % LENGTH] += 1
        lengths = np.linalg.norm(rows, axis=1, keepdims=True) if len(texts) else 1.0
        return (self.scale * rows / lengths).astype(np.float32)


def check(rule: str, folder: Path, said: dict[str, Any], settings: dict[str, Any] | None = None) -> None:
    (one,) = (one for one in checks("embedder") if one.rule == rule)
    one.on(Subject(lambda own: Letters(said), folder, settings or {}))


def turned(by: float) -> Callable[[Any, Sequence[str], bool], Any]:
    """Questions have other vectors than passages, turned by an angle."""

    def change(vectors: Any, texts: Sequence[str], asked: bool) -> Any:
        if not asked or not len(vectors):
            return vectors
        beside = np.roll(vectors, 1, axis=1)
        beside -= (beside * vectors).sum(axis=1, keepdims=True) * vectors
        beside /= np.linalg.norm(beside, axis=1, keepdims=True)
        return (math.cos(by) * vectors + math.sin(by) * beside).astype(np.float32)

    return change


def last_only(change: Callable[[Any], Any], asked_only: bool = False) -> Callable[[Any, Sequence[str], bool], Any]:
    """Of several texts the last has another vector."""

    def changing(vectors: Any, texts: Sequence[str], asked: bool) -> Any:
        if len(vectors) > 1 and (asked or not asked_only):
            vectors[-1] = change(vectors[-1])
        return vectors

    return changing


@pytest.mark.parametrize(
    ("rule", "said", "settings"),
    [
        ("says-what-it-is", {}, {}),
        ("says-what-it-is", {"window": 1, "concurrency": 1, "batch_size": 1, "fit": "pool"}, {"fit": "pool"}),
        ("price-is-for-a-million", {"price": 0}, {}),
        ("price-is-for-a-million", {"price": 0.0}, {}),
        ("price-is-for-a-million", {"price": 1e-4}, {}),
        ("price-is-for-a-million", {"price": 10_000}, {}),
        ("shape", {}, {}),
        ("float32", {}, {}),
        ("finite", {}, {}),
        ("unit-length", {"scale": 0.9991}, {}),
        ("unit-length", {"scale": 1.0009}, {}),
        ("any-text-is-taken", {}, {}),
        ("order-of-texts", {}, {}),
        ("batch-does-not-matter", {}, {}),
        ("batch-size-does-not-matter", {}, {}),
        ("batch-size-does-not-matter", {"batch_size": 500}, {}),
        ("repeatable", {}, {}),
        ("sides-are-kept", {}, {}),
        ("sides-are-kept", {"changed": turned(0.3)}, {}),
        ("texts-differ", {}, {}),
        ("chinese-is-read", {}, {}),
        ("query-finds-passage", {}, {}),
        ("tokens-are-counted", {}, {}),
        ("window-is-honest", {"window": 200}, {}),
        ("too-long-is-seen", {"window": 200}, {}),
        ("too-long-is-seen", {"window": 200, "fit": "pool"}, {}),
        ("too-long-is-seen", {"window": 200, "fit": "cut"}, {}),
        ("what-is-cut-does-not-count", {"window": 200, "fit": "cut"}, {}),
    ],
)
def test_what_is_just_allowed_is_let_pass(
    rule: str, said: dict[str, Any], settings: dict[str, Any], tmp_path: Path
) -> None:
    check(rule, tmp_path, said, settings)


REFUSED: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("says-what-it-is", {"dimensions": 0}, {}, "dimensions is 0"),
    ("says-what-it-is", {"dimensions": 8.0}, {}, "dimensions is 8.0"),
    ("says-what-it-is", {"batch_size": 0}, {}, "batch_size is 0"),
    ("says-what-it-is", {"concurrency": True}, {}, "concurrency is True"),
    ("says-what-it-is", {"window": 0}, {}, "window is 0"),
    ("says-what-it-is", {"window": 9.5}, {}, "window is 9.5"),
    ("says-what-it-is", {"exact_token_counts": 1}, {}, "exact_token_counts is 1"),
    ("says-what-it-is", {"fit": "squeeze"}, {}, "fit is 'squeeze'"),
    ("says-what-it-is", {"fit": "pool"}, {"fit": "cut"}, "fit is 'pool', and the settings say 'cut'"),
    ("price-is-for-a-million", {"price": -1}, {}, "-1 dollars for a million tokens"),
    ("price-is-for-a-million", {"price": 10_001}, {}, "10001 dollars"),
    ("price-is-for-a-million", {"price": math.inf}, {}, "inf dollars"),
    ("price-is-for-a-million", {"price": math.nan}, {}, "nan dollars"),
    ("price-is-for-a-million", {"price": 9e-5}, {}, "is it the price of one?"),
    ("shape", {"dimensions": LENGTH + 1}, {}, f"gave an array of the shape (1, {LENGTH}) for a list of 1 texts"),
    ("shape", {"changed": lambda vectors, texts, asked: vectors[:1] if asked else vectors}, {}, "embed_queries gave"),
    ("shape", {"changed": lambda vectors, texts, asked: vectors if texts else vectors[:0, :3]}, {}, "an empty list"),
    ("shape", {"changed": lambda vectors, texts, asked: vectors if texts else []}, {}, "gave a list, no array, for an"),
    ("float32", {"changed": lambda vectors, texts, asked: vectors.astype(np.float64)}, {}, "they are float64"),
    ("float32", {"changed": lambda vectors, texts, asked: vectors.tolist()}, {}, "they are <class 'list'>"),
    ("finite", {"changed": last_only(lambda row: row * math.nan)}, {}, "there is a NaN or an infinity"),
    ("finite", {"changed": last_only(lambda row: np.full_like(row, math.inf), asked_only=True)}, {}, "there is a NaN"),
    ("unit-length", {"scale": 0.9989}, {}, "lengths of a text are from 0.9989 to 0.9989"),
    ("unit-length", {"scale": 1.0011}, {}, "lengths of a text are from 1.0011 to 1.0011"),
    ("unit-length", {"changed": last_only(lambda row: row * 2)}, {}, "from 1.0000 to 2.0000"),
    ("any-text-is-taken", {"scale": 0.9}, {}, "lengths of 'x' are from 0.9000"),
    ("any-text-is-taken", {"counted": lambda text: len(text) - 1}, {}, "'x' has no token"),
    ("order-of-texts", {"changed": lambda vectors, texts, asked: vectors[np.argsort(texts)] if texts else vectors}, {},
     "turned round, the texts have other vectors"),
    ("batch-does-not-matter", {"changed": lambda vectors, texts, asked: vectors[::-1]}, {}, "others it has another"),
    ("batch-size-does-not-matter", {"changed": last_only(lambda row: -row)}, {}, "instead of 8 they have others"),
    ("batch-size-does-not-matter", {"batch_size": 500, "changed": last_only(lambda row: -row)}, {}, "instead of 64"),
    ("texts-differ", {"changed": lambda vectors, texts, asked: np.repeat(vectors[:1], len(texts), axis=0)}, {},
     "have one vector"),
    ("texts-differ", {"changed": lambda vectors, texts, asked: np.stack([*vectors[:-1], vectors[0]])}, {},
     f"{SENTENCES[-1]!r} and {SENTENCES[0]!r} have one vector"),
    ("chinese-is-read", {"changed": lambda vectors, texts, asked: np.stack([*vectors[:-1], vectors[0]])}, {},
     "'道碴厚度不得小於三十公分。' and '道碴寬度不得小於三十公分。' have one vector"),
    ("chinese-is-read", {"changed": lambda vectors, texts, asked: vectors[[0, 0, 2]]}, {},
     "'道碴厚度不得小於三十公分。' and '道碴厚度不得小於四十公分。' have one vector"),
    ("chinese-is-read", {"changed": lambda vectors, texts, asked: vectors[[0, 1, 1]]}, {},
     "'道碴厚度不得小於四十公分。' and '道碴寬度不得小於三十公分。' have one vector"),
    ("window-is-honest", {"window": 200, "changed": lambda vectors, texts, asked: Letters({})._vectors(
        [text[:120] for text in texts])}, {}, "the end of a text that fits the window is not read"),
    ("query-finds-passage", {"changed": lambda vectors, texts, asked: np.roll(vectors, int(asked), axis=0)},
     {}, "the nearest passages are number ["),
    ("sides-are-kept", {"changed": last_only(lambda row: np.roll(row, 1), asked_only=True)}, {},
     "as a question 1 of "),
    ("tokens-are-counted", {"counted": lambda text: 0}, {}, "counts are ["),
    ("tokens-are-counted", {"counted": float}, {}, "could not convert"),
    ("tokens-are-counted", {"counted": lambda text: 4.5}, {}, "counts are ["),
    ("tokens-are-counted", {"counted": lambda text: 5}, {}, "a text nine times as long has no more tokens"),
    ("too-long-is-seen", {"window": 200, "counted": lambda text: min(len(text), 200)}, {}, "has 200 tokens, and the"),
    ("what-is-cut-does-not-count", {"window": 200, "fit": "cut", "changed": last_only(lambda row: np.roll(row, 1))},
     {}, "beyond 200 tokens another end makes another vector"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said", "settings", "message"), REFUSED)
def test_what_is_just_not_allowed_is_told(
    rule: str, said: dict[str, Any], settings: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with violating(rule, message):
        check(rule, tmp_path, said, settings)


@pytest.mark.parametrize(
    ("rule", "said", "reason"),
    [
        ("price-is-for-a-million", {}, "it has no price"),
        ("same-in-another-process", {}, "it is not installed, so that no other process can make it"),
        ("calls-at-once", {}, "it takes one call at a time"),
        ("window-is-honest", {}, "it reads texts of any length"),
        ("too-long-is-seen", {}, "it reads texts of any length"),
        ("what-is-cut-does-not-count", {"window": 200}, "with fit: error it is given no text beyond its window"),
    ],
)
def test_a_rule_that_is_not_about_such_embedders_does_not_apply(
    rule: str, said: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(Skipped, match=reason):
        check(rule, tmp_path, said)


def test_what_is_embedded_otherwise_the_second_time_or_by_another_is_told(tmp_path: Path) -> None:
    (one,) = (one for one in checks("embedder") if one.rule == "repeatable")
    made: list[int] = []

    def build(own: Path) -> Letters:
        made.append(1)
        number = len(made)
        return Letters({"changed": lambda vectors, texts, asked: np.roll(vectors, number, axis=1)})

    with pytest.raises(Violation, match="another instance gave another vector"):
        one.on(Subject(build, tmp_path))
    times: list[int] = []

    def otherwise(vectors: Any, texts: Sequence[str], asked: bool) -> Any:
        times.append(1)
        return np.roll(vectors, len(times) > 2, axis=1)

    with pytest.raises(Violation, match="the second time it was another vector"):
        one.on(Subject(lambda own: Letters({"changed": otherwise}), tmp_path))
