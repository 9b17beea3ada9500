"""The vectors of an answer in the order of the texts, and what the settings of the embedder allow.

Modules: ``potluck_plugins.embedders._shared.openai_api``.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

pytest.importorskip("openai")

from potluck.contracts import Context
from potluck.errors import TextsRefused
from potluck.loading.worker_process import NoModels
from potluck_plugins._openai import Failed
from potluck_plugins.embedders._shared.openai_api import OpenAIEmbedder, OpenAIEmbedderConfig, Row, in_order
from support.scripted_server import Scripted, scripted_server, told


@pytest.mark.parametrize(
    ("said", "order"),
    [
        ([0, 1, 2], [0, 1, 2]),
        ([2, 0, 1], [1, 2, 0]),
        ([3, 1, 2], [1, 2, 0]),
        ([None, None, None], [0, 1, 2]),
        ([0, 0, 0], [0, 1, 2]),
        ([2, None, 1], [1, 2, 0]),
        ([2, 0, None], [1, 2, 0]),
        ([0], [0]),
        ([1], [0]),
        ([], []),
    ],
)
def test_vectors_stand_in_the_order_of_the_texts(said: list[int | None], order: list[int]) -> None:
    rows = [Row(embedding=[float(place)], index=index) for place, index in enumerate(said)]

    assert in_order(rows, len(said)) == [rows[place] for place in order]


@pytest.mark.parametrize(
    ("said", "count", "reason"),
    [
        ([0, 1], 3, "answered with 2 vectors, not one for each of 3 texts"),
        ([0, 1, 2], 2, "answered with 3 vectors, not one for each of 2 texts"),
        ([0, 2, 2], 3, "number 1 is missing, and 2 stands there more than once"),
        ([0, None, None], 3, "number 1, 2 is missing"),
        ([0, 5, 1], 3, "number 2 is missing"),
        ([1, 1, 1], 3, "number 0, 2 is missing, and 1 stands there more than once"),
        ([None, 0, 0], 3, "number 1, 2 is missing, and 0 stands there more than once"),
        ([9] * 7, 7, "number 0, 1, 2, 3, 4 and more is missing, and 9 stands there more than once"),
    ],
)
def test_a_text_without_a_vector_is_named(said: list[int | None], count: int, reason: str) -> None:
    with pytest.raises(Failed) as caught:
        in_order([Row(index=index) for index in said], count)

    assert caught.value.reason.endswith(reason)
    assert not caught.value.passing


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"query_fields": {"input": "x"}}, "input: not to be set"),
        ({"passage_fields": {"dimensions": 3, "encoding_format": "x"}}, "dimensions, encoding_format: not to be set"),
        ({"dimensions": 1537}, "text-embedding-3-small gives vectors of length 1536, not of 1537"),
        ({"model": "text-embedding-3-large", "dimensions": 3073}, "length 3072, not of 3073"),
        ({"model": "text-embedding-ada-002", "dimensions": 512}, "length 1536, not of 512"),
        ({"dimensions": 0}, "greater than or equal to 1"),
        ({"window": 0}, "greater than or equal to 1"),
        ({"price": -1}, "greater than or equal to 0"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        OpenAIEmbedderConfig(**settings)


def made(**settings: Any) -> OpenAIEmbedder:
    """An embedder."""
    context = Context(Path.cwd(), Path.cwd(), NoModels(), environment={}, network=True)
    return OpenAIEmbedder(OpenAIEmbedderConfig(**settings), context)


@pytest.mark.parametrize(
    ("settings", "dimensions", "price"),
    [
        ({}, 1536, 0.02),
        ({"model": "text-embedding-ada-002"}, 1536, 0.1),
        ({"model": "text-embedding-3-large"}, 3072, 0.13),
        ({"model": "text-embedding-3-large", "dimensions": 3072}, 3072, 0.13),
        ({"dimensions": 8}, 8, 0.02),
        ({"price": 0}, 1536, 0),
        ({"base_url": "http://127.0.0.1:1/v1", "dimensions": 2000}, 2000, None),
        ({"base_url": "http://127.0.0.1:1/v1", "dimensions": 2000, "price": 3}, 2000, 3),
    ],
)
def test_the_models_of_openai_are_known_at_openai(
    settings: dict[str, Any], dimensions: int, price: float | None
) -> None:
    embedder = made(**{"api_key": "x", **settings})

    assert (embedder.dimensions, embedder.price, embedder.window) == (dimensions, price, 8191)


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted_server(lambda asked: told({})) as running:
        yield running


def answered(server: Scripted, *embeddings: object) -> Any:
    """What comes of vectors as a service writes them."""
    server.answer = lambda asked: told({"data": [{"embedding": one} for one in embeddings]})
    embedder = made(base_url=server.url, model="m", backoff=0, max_attempts=1)
    try:
        return embedder.embed_passages(["text"] * len(embeddings))
    finally:
        embedder.close()


def test_vectors_come_as_numbers_or_in_base64_and_have_unit_length(server: Scripted) -> None:
    packed = base64.b64encode(struct.pack("<2f", 0, 5)).decode()

    found = answered(server, [3, 4], packed)

    assert found.dtype == np.float32
    assert found.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0, 1]]


@pytest.mark.parametrize(
    ("embeddings", "said"),
    [
        ([[0, 0]], "zero or not finite"),
        ([[1, 2], [0, 0]], "zero or not finite"),
        ([[None, 1]], "zero or not finite"),
        ([[10**400, 1]], "zero or not finite"),
        ([[]], "without a vector"),
        ([None], "without a vector"),
        ([[1, 2], [1, 2], [1]], "vectors of length 1, not 2"),
        ([[1], [1, 2], [1, 2], [1, 2, 3]], "vectors of length 1, 3, not 2"),
    ],
)
def test_vectors_that_cannot_be_right_are_refused(server: Scripted, embeddings: list[object], said: str) -> None:
    with pytest.raises(TextsRefused, match=said):
        answered(server, *embeddings)


def test_what_is_sent_is_what_the_recipe_says(server: Scripted) -> None:
    server.answer = lambda asked: told({"data": [{"embedding": [1.0, 0.0]}]})
    embedder = made(
        base_url=server.url, model="m", dimensions=2, query_prefix="q: ", passage_prefix="p: ",
        query_fields={"input_type": "query"}, passage_fields={"model": "other"},
    )  # fmt: skip
    try:
        embedder.embed_queries(["泵"])
        embedder.embed_passages(["泵"])
        assert embedder.embed_passages([]).shape == (0, 2)
        assert embedder.count_tokens(["ab", ""]) == [8, 6]
    finally:
        embedder.close()

    common = {"dimensions": 2, "encoding_format": "base64"}
    assert [json.loads(json.dumps(one)) for one in server.asked] == [
        {**common, "model": "m", "input": ["q: 泵"], "input_type": "query"},
        {**common, "model": "other", "input": ["p: 泵"]},
    ]
