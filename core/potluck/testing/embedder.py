"""The rules of embedders."""

from __future__ import annotations

from typing import Any

from potluck.testing.kit import Skipped, Subject, need, rule
from potluck.testing.texts import SENTENCES, text

_NEAR = 1e-3
_TEXTS = (*SENTENCES, "x", "字", *(text(seed, 12) for seed in range(4)))


def _both(embedder: Any, *texts: str) -> list[Any]:
    return [embedder.embed_passages(list(texts)), embedder.embed_queries(list(texts))]


def _same(one: Any, other: Any) -> bool:
    """Whether unit vectors, row by row, are the same to 1e-3 in cosine."""
    return one.shape == other.shape and bool(((one * other).sum(axis=-1) > 1 - _NEAR).all())


@rule("embedder", "shape")
def check_shape(subject: Subject) -> None:
    """A row a text, each as long as ``dimensions`` says."""
    embedder = subject.make()
    for count in (1, 2, len(_TEXTS)):
        for vectors in _both(embedder, *_TEXTS[:count]):
            need(vectors.shape == (count, embedder.dimensions), f"{vectors.shape} for {count} texts")


@rule("embedder", "float32")
def check_dtype(subject: Subject) -> None:
    """Vectors are numpy arrays of float32."""
    import numpy as np

    for vectors in _both(subject.make(), *_TEXTS):
        found = getattr(vectors, "dtype", type(vectors))
        need(isinstance(vectors, np.ndarray) and found == np.float32, f"they are {found}")


@rule("embedder", "finite")
def check_finite(subject: Subject) -> None:
    """Every figure is a number."""
    import numpy as np

    for vectors in _both(subject.make(), *_TEXTS):
        need(np.isfinite(vectors).all(), "there is a NaN or an infinity")


@rule("embedder", "unit-length")
def check_unit(subject: Subject) -> None:
    """Vectors have the length 1."""
    import numpy as np

    for vectors in _both(subject.make(), *_TEXTS):
        lengths = np.linalg.norm(vectors, axis=1)
        need((abs(lengths - 1) <= _NEAR).all(), f"lengths from {lengths.min():.4f} to {lengths.max():.4f}")


@rule("embedder", "order-of-texts")
def check_order(subject: Subject) -> None:
    """The vectors come in the order of the texts."""
    for forward, backward in zip(_both(subject.make(), *_TEXTS), _both(subject.make(), *_TEXTS[::-1]), strict=True):
        need(_same(forward, backward[::-1]), "turned round, the texts have other vectors")


@rule("embedder", "batch-does-not-matter")
def check_batches(subject: Subject) -> None:
    """A text has the same vector whatever stands beside it."""
    embedder = subject.make()
    long = text(9, 60)
    for place in (0, 1):
        alone = _both(embedder, _TEXTS[2])[place]
        for beside in ([_TEXTS[2], long], [_TEXTS[2]] * 3, list(_TEXTS[2:])):
            need(_same(_both(embedder, *beside)[place][:1], alone), f"beside {len(beside) - 1} others it has another")


@rule("embedder", "repeatable")
def check_repeatable(subject: Subject) -> None:
    """The same text has the same vector again, and from another instance."""
    one, other = subject.make(), subject.make()
    for first, again, elsewhere in zip(_both(one, *_TEXTS), _both(one, *_TEXTS), _both(other, *_TEXTS), strict=True):
        need(_same(first, again), "the second time it was another vector")
        need(_same(first, elsewhere), "another instance gave another vector")


@rule("embedder", "texts-differ")
def check_differ(subject: Subject) -> None:
    """Texts that say other things have other vectors."""
    for vectors in _both(subject.make(), *SENTENCES):
        likeness = vectors @ vectors.T
        for row in range(len(SENTENCES)):
            for column in range(row):
                apart = likeness[row, column] < 1 - _NEAR
                need(apart, f"{SENTENCES[row]!r} and {SENTENCES[column]!r} have one vector")


@rule("embedder", "query-finds-passage")
def check_pairs(subject: Subject) -> None:
    """A question is nearer to the passage with its very words than to the others."""
    passages, queries = _both(subject.make(), *SENTENCES)
    found = (queries @ passages.T).argmax(axis=1).tolist()
    need(found == list(range(len(SENTENCES))), f"the nearest passages are number {found}")


@rule("embedder", "tokens-are-counted")
def check_counts(subject: Subject) -> None:
    """``count_tokens`` gives a positive number for each text, and more for a longer one."""
    embedder = subject.make()
    counts = embedder.count_tokens([*_TEXTS, _TEXTS[0] * 9])
    need(len(counts) == len(_TEXTS) + 1, f"{len(counts)} counts for {len(_TEXTS) + 1} texts")
    need(all(isinstance(count, int) and count > 0 for count in counts), f"counts are {counts}")
    need(counts[-1] > counts[0], "a text nine times as long has no more tokens")
    need(embedder.count_tokens([_TEXTS[0]]) == counts[:1], "a text alone has another count")


@rule("embedder", "window-is-honest")
def check_window(subject: Subject) -> None:
    """What stands within the window is read: a text that is changed there has another vector."""
    embedder = subject.make()
    if embedder.window is None:
        raise Skipped("it reads texts of any length")
    need(embedder.window > 0, f"the window is {embedder.window}")
    words = "track " * (embedder.window + 40)
    while embedder.count_tokens([words])[0] > embedder.window:
        words = words[: int(len(words) * 0.9)].rsplit(" ", 1)[0]
    changed = words.rsplit(" ", 6)[0] + " fruit and pears in Chinese 水果"
    while embedder.count_tokens([changed])[0] > embedder.window:
        changed = changed.split(" ", 3)[3]
    vectors = embedder.embed_passages([words, changed])
    need(float(vectors[0] @ vectors[1]) < 1 - 1e-6, "the end of a text that fits the window is not read")


@rule("embedder", "identity-is-text")
def check_identity(subject: Subject) -> None:
    """``identity`` is a mapping of texts, the same for two instances."""
    one, other = subject.make().identity(), subject.make().identity()
    need(dict(one) == dict(other), "two instances have two identities")
    need(all(isinstance(part, str) for pair in one.items() for part in pair), f"it is {dict(one)}")
