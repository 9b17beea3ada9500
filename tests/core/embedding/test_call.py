"""One call of an embedder: its vectors are checked, and observers are told what it took.

Modules: ``potluck.embedding.call``.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from potluck import hookimpl
from potluck.contracts import Embedder, Vectors
from potluck.embedding.call import call_embedder, check_vectors, count_tokens
from potluck.errors import ContractBroken, RemoteError, UnusableVectors
from potluck.hookspecs import ModelCall
from potluck.observation.observers import Observers
from potluck.observation.stage import stage


class ByLetter(Embedder):
    """A token per character; the vector points to where the first character says."""

    dimensions, window = 2, None

    def __init__(self) -> None:
        self.inside, self.most = 0, 0
        self.counting = threading.Event()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.counting.wait(0.01)
        self.inside -= 1
        return [len(text) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.array([[1, 0] if text[0] in "a道" else [0, 1] for text in texts], np.float32).reshape(-1, 2)

    embed_queries = embed_passages


class Calls:
    """Keeps the calls that it is told of."""

    def __init__(self) -> None:
        self.told: list[ModelCall] = []

    @hookimpl
    def potluck_model_called(self, call: ModelCall) -> None:
        self.told.append(call)


@pytest.mark.parametrize(
    ("vectors", "error", "message"),
    [
        (np.ones((1, 3), np.float32), ContractBroken, "float32 of shape"),
        (np.array([[1.0, 0.0]]), ContractBroken, "the embedder gave float64"),
        (np.array([1.0, 0.0], np.float32), ContractBroken, r"shape \(2,\) for 1 texts, expected .* \(1, 2\)"),
        (np.array([[np.nan, 0]], np.float32), UnusableVectors, "not finite"),
        (np.array([[np.inf, 0]], np.float32), UnusableVectors, "not finite"),
        (np.array([[3, 4]], np.float32), UnusableVectors, "of length 5.000 to 5.000, expected 1"),
        (np.array([[0, 0]], np.float32), UnusableVectors, "of length 0.000 to 0.000, expected 1"),
        (np.array([[0, 1.02]], np.float32), UnusableVectors, "of length 1.020 to 1.020"),
        (np.array([[0, 0.98]], np.float32), UnusableVectors, "of length 0.980 to 0.980"),
    ],
)
def test_vectors_that_break_the_contract_are_refused(vectors: Vectors, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        check_vectors(vectors, 1, ByLetter())


@pytest.mark.parametrize("length", [0.995, 1.0, 1.005])
def test_vectors_of_nearly_unit_length_are_taken_as_they_are(length: float) -> None:
    vectors = np.array([[0, length]], np.float32)

    assert check_vectors(vectors, 1, ByLetter()) is vectors


def test_the_shortest_and_the_longest_of_several_are_named() -> None:
    with pytest.raises(UnusableVectors, match=r"of length 0.500 to 2.000, expected 1"):
        check_vectors(np.array([[1, 0], [0.5, 0], [0, 2]], np.float32), 3, ByLetter())


def test_no_texts_have_no_vectors() -> None:
    embedder = ByLetter()

    assert call_embedder(embedder.embed_passages, [], 0, embedder).shape == (0, 2)


def test_fewer_vectors_than_texts_are_refused() -> None:
    embedder = ByLetter()

    with pytest.raises(ContractBroken, match="for 2 texts"):
        call_embedder(lambda texts: embedder.embed_passages(texts[:1]), ["a", "b"], 2, embedder)


@pytest.mark.parametrize(("exact", "counted"), [(True, 7), (False, None)])
def test_observers_are_told_of_the_texts_and_of_tokens_that_are_exact(exact: bool, counted: int | None) -> None:
    embedder, observers, calls = ByLetter(), Observers(), Calls()
    embedder.exact_token_counts = exact
    observers.register(calls)

    with stage(observers, "embed", "texts"):
        vectors = call_embedder(embedder.embed_passages, ["道碴厚", "rail"], 7, embedder)

    assert vectors.tolist() == [[1, 0], [0, 1]]
    (call,) = calls.told
    assert (call.operation, call.texts, call.input_tokens, call.output_tokens) == ("embeddings", 2, counted, None)
    assert call.error == ""


def test_a_call_that_fails_or_breaks_the_contract_is_told_with_its_error() -> None:
    embedder, observers, calls = ByLetter(), Observers(), Calls()
    observers.register(calls)

    def fail(texts: Sequence[str]) -> Vectors:
        raise RemoteError("answered 500")

    with stage(observers, "embed", "texts"):
        with pytest.raises(RemoteError, match="answered 500"):
            call_embedder(fail, ["道碴"], 2, embedder)
        with pytest.raises(ContractBroken):
            call_embedder(lambda texts: np.ones((1, 2)), ["道碴"], 2, embedder)

    assert [call.error for call in calls.told] == ["RemoteError", "ContractBroken"]


def test_tokens_are_counted_by_one_thread_at_a_time() -> None:
    embedder = ByLetter()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: count_tokens(embedder, [text, "道碴"]), ["a", "bb", "", "道碴厚"]))

    assert found == [[1, 2], [2, 2], [0, 2], [3, 2]]
    assert embedder.most == 1
