"""The rules of embedders."""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Barrier
from typing import Any, get_args

from potluck.contracts import Embedder, EmbedderConfig
from potluck.errors import WindowExceeded
from potluck.testing.kit import Skipped, Subject, component, fresh_component, need, rule
from potluck.testing.texts import ODD, SENTENCES, text

_NEAR = 1e-3
_SAME = 1e-5
"""How far the cosine of two texts that are the same to the model may be from 1."""
_TEXTS = (*SENTENCES, "x", "字", *(text(seed, 12) for seed in range(4)))
_MOST = 64
"""Texts that are embedded at once where an embedder takes more."""

_METHODS = ("embed_passages", "embed_queries")

_fresh_embedder: Callable[[Subject], AbstractContextManager[Embedder]] = fresh_component
"""A fresh embedder of the plugin under test, closed in the end."""


def _both(embedder: Embedder, *texts: str) -> list[Any]:
    return [embedder.embed_passages(list(texts)), embedder.embed_queries(list(texts))]


def _shape_words(given: Any) -> str:
    shape = getattr(given, "shape", None)
    return f"a {type(given).__name__}, no array," if shape is None else f"an array of the shape {shape}"


def _embed_both(subject: Subject, *texts: str) -> list[Any]:
    with _fresh_embedder(subject) as embedder:
        return _both(embedder, *texts)


def _same(one: Any, other: Any, near: float = _NEAR) -> bool:
    """Whether unit vectors, row by row, are the same within ``near`` in cosine."""
    return one.shape == other.shape and bool(((one * other).sum(axis=-1) > 1 - near).all())


@rule("embedder", "says-what-it-is")
def check_declared(subject: Subject) -> None:
    """Its dimensions, window and the rest are of the contract's types, and ``fit`` is what the settings say."""
    with _fresh_embedder(subject) as embedder:
        for name in ("dimensions", "batch_size", "concurrency"):
            value = getattr(embedder, name)
            need(type(value) is int and value > 0, f"{name} is {value!r}")
        window = embedder.window
        need(window is None or (type(window) is int and window > 0), f"window is {window!r}")
        need(type(embedder.exact_token_counts) is bool, f"exact_token_counts is {embedder.exact_token_counts!r}")
        need(embedder.fit in get_args(EmbedderConfig.model_fields["fit"].annotation), f"fit is {embedder.fit!r}")
        wanted = subject.settings.get("fit", embedder.fit)
        need(embedder.fit == wanted, f"fit is {embedder.fit!r}, and the settings say {wanted!r}")


@rule("embedder", "price-is-for-a-million")
def check_price(subject: Subject) -> None:
    """A price is a plausible number of dollars for a million tokens."""
    with _fresh_embedder(subject) as embedder:
        price = embedder.price
    if price is None:
        raise Skipped("it has no price")
    need(math.isfinite(price) and 0 <= price <= 10_000, f"{price} dollars for a million tokens")
    need(not 0 < price < 1e-4, f"{price} dollars for a million tokens: is it the price of one?")


@rule("embedder", "shape")
def check_shape(subject: Subject) -> None:
    """One row per text, as long as ``dimensions`` says; of no texts there is none."""
    with _fresh_embedder(subject) as embedder:
        for count in (1, 2, len(_TEXTS), 0):
            wanted = (count, embedder.dimensions)
            passed = f"a list of {count} texts" if count else "an empty list"
            for name, vectors in zip(_METHODS, _both(embedder, *_TEXTS[:count]), strict=True):
                need(
                    getattr(vectors, "shape", None) == wanted,
                    f"{name} gave {_shape_words(vectors)} for {passed}, and should give one of the shape {wanted}",
                )


@rule("embedder", "float32")
def check_dtype(subject: Subject) -> None:
    """Vectors are numpy arrays of float32."""
    import numpy as np

    for vectors in _embed_both(subject, *_TEXTS):
        found = getattr(vectors, "dtype", type(vectors))
        need(isinstance(vectors, np.ndarray) and found == np.float32, f"they are {found}")


@rule("embedder", "finite")
def check_finite(subject: Subject) -> None:
    """Every figure is a number."""
    import numpy as np

    for vectors in _embed_both(subject, *_TEXTS):
        need(np.isfinite(vectors).all(), "there is a NaN or an infinity")


@rule("embedder", "unit-length")
def check_unit(subject: Subject) -> None:
    """Vectors have the length 1."""
    for vectors in _embed_both(subject, *_TEXTS):
        _need_unit(vectors, "of a text")


def _need_unit(vectors: Any, what: str) -> None:
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=-1)
    need((abs(lengths - 1) <= _NEAR).all(), f"lengths {what} are from {lengths.min():.4f} to {lengths.max():.4f}")


@rule("embedder", "any-text-is-taken")
def check_odd(subject: Subject) -> None:
    """Every text that is not blank is embedded: of one character, with emoji, with a NUL, with the marks of models."""
    with _fresh_embedder(subject) as embedder:
        for odd in ODD:
            if odd.strip():
                for vectors in _both(embedder, odd):
                    _need_unit(vectors, f"of {odd!r}")
                need(embedder.count_tokens([odd])[0] > 0, f"{odd!r} has no token")


@rule("embedder", "order-of-texts")
def check_order(subject: Subject) -> None:
    """The vectors come in the order of the texts."""
    both = zip(_embed_both(subject, *_TEXTS), _embed_both(subject, *_TEXTS[::-1]), strict=True)
    for forward, backward in both:
        need(_same(forward, backward[::-1]), "turned round, the texts have other vectors")


@rule("embedder", "batch-does-not-matter")
def check_batches(subject: Subject) -> None:
    """A text has the same vector whatever stands beside it."""
    long = text(9, 60)
    with _fresh_embedder(subject) as embedder:
        for place in (0, 1):
            alone = _both(embedder, _TEXTS[2])[place]
            for beside in ([_TEXTS[2], long], [_TEXTS[2]] * 3, list(_TEXTS[2:])):
                need(
                    _same(_both(embedder, *beside)[place][:1], alone), f"beside {len(beside) - 1} others it has another"
                )


@rule("embedder", "batch-size-does-not-matter")
def check_batch_size(subject: Subject) -> None:
    """A whole batch has the vectors of its texts in small ones."""
    import numpy as np

    with _fresh_embedder(subject) as embedder:
        texts = [f"{SENTENCES[n % len(SENTENCES)]} {n}" for n in range(min(embedder.batch_size, _MOST))]
        whole = embedder.embed_passages(texts)
        for size in (1, 7):
            parts = [embedder.embed_passages(texts[at : at + size]) for at in range(0, len(texts), size)]
            need(_same(whole, np.concatenate(parts)), f"in batches of {size} instead of {len(texts)} they have others")


@rule("embedder", "repeatable")
def check_repeatable(subject: Subject) -> None:
    """The same text has the same vector again, and from another instance."""
    with _fresh_embedder(subject) as embedder:
        one, two = _both(embedder, *_TEXTS), _both(embedder, *_TEXTS)
    for first, again, elsewhere in zip(one, two, _embed_both(subject, *_TEXTS), strict=True):
        need(_same(first, again), "the second time it was another vector")
        need(_same(first, elsewhere), "another instance gave another vector")


@rule("embedder", "same-in-another-process")
def check_process(subject: Subject) -> None:
    """The same text has the same vector in another process."""
    if not subject.plugin:
        raise Skipped("it is not installed, so that no other process can make it")
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        found = pool.submit(_elsewhere, subject.plugin, subject.folder, dict(subject.settings)).result()
    for here, there in zip(_embed_both(subject, *_TEXTS), found, strict=True):
        need(_same(here, there), "another process gave another vector")


def _elsewhere(plugin: str, folder: Path, settings: Mapping[str, Any]) -> list[Any]:
    embedder: Embedder = component("embedder", plugin, folder, settings)
    try:
        return _both(embedder, *_TEXTS)
    finally:
        embedder.close()


@rule("embedder", "calls-at-once")
def check_threads(subject: Subject) -> None:
    """Called from as many threads as it says, it gives each the vectors of its own texts."""
    with _fresh_embedder(subject) as embedder:
        threads = min(embedder.concurrency, 4)
        if threads == 1:
            raise Skipped("it takes one call at a time")
        alone = [_both(embedder, *SENTENCES[n:]) for n in range(threads)]
        together = Barrier(threads)

        def embed(number: int) -> list[Any]:
            together.wait(60)
            return _both(embedder, *SENTENCES[number:])

        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(embed, range(threads)))
    for one, other in zip(alone, found, strict=True):
        need(all(map(_same, one, other)), f"from {threads} threads a text has another vector")


@rule("embedder", "sides-are-kept")
def check_sides(subject: Subject) -> None:
    """A passage has the same vector whatever was asked before, and if one text has another vector as a question, all
    have."""
    with _fresh_embedder(subject) as embedder:
        before, queries = _both(embedder, *_TEXTS)
        after, again = _both(embedder, *_TEXTS)
    need(_same(before, after) and _same(queries, again), "after questions a passage has another vector")
    apart = ((before * queries).sum(axis=-1) < 1 - _SAME).tolist()
    need(all(apart) or not any(apart), f"as a question {apart.count(True)} of {len(apart)} texts have another vector")


@rule("embedder", "texts-differ")
def check_differ(subject: Subject) -> None:
    """Texts with different meanings have different vectors."""
    for vectors in _embed_both(subject, *SENTENCES):
        likeness = vectors @ vectors.T
        for row in range(len(SENTENCES)):
            for column in range(row):
                apart = likeness[row, column] < 1 - _NEAR
                need(apart, f"{SENTENCES[row]!r} and {SENTENCES[column]!r} have one vector")


@rule("embedder", "chinese-is-read")
def check_chinese(subject: Subject) -> None:
    """A text with another Han character in it has another vector."""
    texts = ("道碴厚度不得小於三十公分。", "道碴厚度不得小於四十公分。", "道碴寬度不得小於三十公分。")
    for vectors in _embed_both(subject, *texts):
        likeness = vectors @ vectors.T
        for row, column in ((0, 1), (0, 2), (1, 2)):
            need(likeness[row, column] < 1 - _SAME, f"{texts[row]!r} and {texts[column]!r} have one vector")


@rule("embedder", "query-finds-passage")
def check_pairs(subject: Subject) -> None:
    """A question is nearer to the passage with its very words than to the others."""
    passages, queries = _embed_both(subject, *SENTENCES)
    found = (queries @ passages.T).argmax(axis=1).tolist()
    need(found == list(range(len(SENTENCES))), f"the nearest passages are number {found}")


@rule("embedder", "tokens-are-counted")
def check_counts(subject: Subject) -> None:
    """``count_tokens`` gives a positive number for each text, and more for a longer one."""
    with _fresh_embedder(subject) as embedder:
        counts = embedder.count_tokens([*_TEXTS, _TEXTS[0] * 9])
        need(len(counts) == len(_TEXTS) + 1, f"{len(counts)} counts for {len(_TEXTS) + 1} texts")
        need(all(isinstance(count, int) and count > 0 for count in counts), f"counts are {counts}")
        need(counts[-1] > counts[0], "a text nine times as long has no more tokens")
        need(embedder.count_tokens([_TEXTS[0]]) == counts[:1], "a text alone has another count")


@rule("embedder", "window-is-honest")
def check_window(subject: Subject) -> None:
    """Text within the window is read: a change there gives another vector."""
    with _fresh_embedder(subject) as embedder:
        window = _window(embedder)
        words = "track " * (window + 40)
        while embedder.count_tokens([words])[0] > window:
            words = words[: int(len(words) * 0.9)].rsplit(" ", 1)[0]
        changed = words.rsplit(" ", 6)[0] + " fruit and pears in Chinese 水果"
        while embedder.count_tokens([changed])[0] > window:
            changed = changed.split(" ", 3)[3]
        vectors = embedder.embed_passages([words, changed])
    need(float(vectors[0] @ vectors[1]) < 1 - 1e-6, "the end of a text that fits the window is not read")


def _window(embedder: Embedder) -> int:
    """How many tokens it reads. Raises ``Skipped``."""
    if embedder.window is None:
        raise Skipped("it reads texts of any length")
    need(embedder.window > 0, f"the window is {embedder.window}")
    return embedder.window


@rule("embedder", "too-long-is-seen")
def check_fit(subject: Subject) -> None:
    """A text beyond the window has more tokens than that, and the framework refuses, pools or cuts it by ``fit``."""
    from potluck.embedding.queries import embed_query

    with _fresh_embedder(subject) as embedder:
        window = _window(embedder)
        long = "track 軌道 " * (window + 40)
        (counted,) = embedder.count_tokens([long])
        need(counted > window, f"a text of {2 * (window + 40)} words has {counted} tokens, and the window {window}")
        if embedder.fit != "error":
            _need_unit(embed_query(long, embedder), f"with fit: {embedder.fit}")
            return
        try:
            embed_query(long, embedder)
        except WindowExceeded:
            return
    need(False, "with fit: error it is embedded")


@rule("embedder", "what-is-cut-does-not-count")
def check_cut(subject: Subject) -> None:
    """With ``fit: cut`` text beyond the window changes nothing."""
    with _fresh_embedder(subject) as embedder:
        window = _window(embedder)
        if embedder.fit != "cut":
            raise Skipped(f"with fit: {embedder.fit} it is given no text beyond its window; try it with fit: cut")
        words = "track " * (window + 40)
        for vectors in _both(embedder, words + "fruit", words + "水果 and pears"):
            need(_same(vectors[:1], vectors[1:], _SAME), f"beyond {window} tokens another end makes another vector")


@rule("embedder", "identity-is-text")
def check_identity(subject: Subject) -> None:
    """``identity`` is a mapping of texts, the same for two instances."""
    with _fresh_embedder(subject) as embedder, _fresh_embedder(subject) as another:
        one, other = dict(embedder.identity()), dict(another.identity())
    need(one == other, "two instances have two identities")
    need(all(isinstance(part, str) for pair in one.items() for part in pair), f"it is {one}")
