"""The ``openai`` embedder against servers that speak the protocol in their own ways, and an index of such a one.

Modules: ``potluck.components.lengths``, ``potluck_plugins.embedders._shared.openai_api``.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from potluck import Recipe, hookimpl
from potluck.cli.index import command
from potluck.contracts import Context
from potluck.errors import RemoteError, TextsRefused
from potluck.hookspecs import StageEvent
from potluck.indexing.report import IndexReport
from potluck.loading.worker_process import NoModels
from potluck_plugins.embedders.openai import OpenAIEmbedder, OpenAIEmbedderConfig
from support.commands import invoke
from support.scripted_server import Body, Reply, Scripted, embeddings, refused, scripted_server, told

TEXTS = [f"第{n}條 clause {n}" for n in range(5)]

Make = Callable[..., OpenAIEmbedder]


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted_server(embeddings()) as running:
        yield running


@pytest.fixture
def make(server: Scripted) -> Iterator[Make]:
    made: list[OpenAIEmbedder] = []

    def making(**values: Any) -> OpenAIEmbedder:
        config = OpenAIEmbedderConfig(
            **{"base_url": server.url, "model": "m", "backoff": 0, "max_attempts": 2, **values}
        )
        made.append(OpenAIEmbedder(config, Context(Path.cwd(), Path.cwd(), NoModels(), environment={})))
        return made[-1]

    yield making
    for one in made:
        one.close()


def _without(*numbers: int) -> Callable[[list[Body]], Any]:
    def change(rows: list[Body]) -> Any:
        return [{k: v for k, v in row.items() if k != "index" or n not in numbers} for n, row in enumerate(rows)]

    return change


def _numbered(*numbers: object) -> Callable[[list[Body]], Any]:
    return lambda rows: [row | {"index": number} for row, number in zip(rows, numbers, strict=True)]


@pytest.mark.parametrize(
    "change",
    [
        _without(0),
        _without(*range(5)),
        _without(3),
        _numbered(0, 0, 0, 0, 0),
        _numbered(None, 1, 2, 3, 4),
        _numbered(1, 2, 3, 4, 5),
        lambda rows: [row | {"index": row["index"] + 1} for row in rows[::-1]],
        _numbered(0.0, "1", 2, 3, 4),
        lambda rows: rows[::-1],
        lambda rows: [*rows[1:], {k: v for k, v in rows[0].items() if k != "index"}],
    ],
    ids=[
        "0 left out",
        "none",
        "3 left out",
        "all 0",
        "null",
        "from 1",
        "from 1, backwards",
        "other types",
        "backwards",
        "0 left out, last",
    ],
)
def test_vectors_are_in_the_order_of_the_texts_however_they_are_numbered(
    make: Make, server: Scripted, change: Callable[[list[Body]], Any]
) -> None:
    expected = make().embed_passages(TEXTS)
    server.answer = embeddings(change)

    assert np.array_equal(make().embed_passages(TEXTS), expected)
    assert len({tuple(row) for row in expected}) == 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_numbered(0, 1, 2, 2, 4), "number 3 is missing, and 2 stands there more than once"),
        (_numbered(2, 3, 4, 5, 6), "number 0, 1 is missing"),
        (_numbered(None, None, 2, 3, 4), "number 0, 1 is missing"),
        (lambda rows: rows[:3], "answered with 3 vectors, not one for each of 5"),
    ],
)
def test_vectors_that_belong_to_no_text_are_told(
    make: Make, server: Scripted, change: Callable[[list[Body]], Any], message: str
) -> None:
    server.answer = embeddings(change)

    with pytest.raises(RemoteError, match=message):
        make().embed_passages(TEXTS)


def test_a_service_that_refuses_base64_is_asked_for_numbers_from_then_on(make: Make, server: Scripted) -> None:
    good = embeddings()

    def answer(asked: Body) -> Reply:
        if asked["encoding_format"] != "float":
            return refused(400, "encoding_format 'base64' is not supported by this server")
        return good(asked)

    server.answer = answer
    model = make(max_attempts=1)

    for _ in range(2):
        assert model.embed_passages(TEXTS).shape == (5, 4)

    assert [asked["encoding_format"] for asked in server.asked] == ["base64", "float", "float"]


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), 1e39, 10**400])
def test_a_vector_with_a_number_that_is_none_is_refused_at_once(make: Make, server: Scripted, value: object) -> None:
    server.answer = embeddings(lambda rows: [row | {"embedding": [value, 1, 1, 1]} for row in rows])

    with pytest.raises(TextsRefused, match="zero or not finite"):
        make().embed_passages(TEXTS)

    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        (refused(500, "unsupported value: NaN"), TextsRefused, "NaN.*If it is not one of the texts, run again later"),
        (refused(400, "too long", code="context_length_exceeded"), TextsRefused, "too long"),
        (refused(400, "flagged", code="content_filter"), TextsRefused, "flagged"),
        (refused(413, "so much"), TextsRefused, "so much"),
        (refused(400, "no such dimensions", param="dimensions"), RemoteError, "no such dimensions"),
        (refused(503, "busy"), RemoteError, "busy"),
        (told({"error": {"message": "upstream overloaded", "code": 502}}), RemoteError, "upstream overloaded"),
        (told({"error": {"message": "no credit", "code": "insufficient_quota"}}), RemoteError, "no credit"),
        (told({"detail": "no model"}), TextsRefused, "an error: no model"),
    ],
)
def test_what_may_be_due_to_the_texts_is_told_from_the_rest(
    make: Make, server: Scripted, reply: Reply, error: type[RemoteError], message: str
) -> None:
    server.answer = lambda asked: reply

    with pytest.raises(RemoteError, match=message) as caught:
        make().embed_passages(TEXTS)

    assert type(caught.value) is error


# Indexing

POISON = "重要性 importance"
POISONS = pytest.mark.parametrize("kind", ["500", "within a 200", "nulls", "null", "zero", "empty", "short"])


@pytest.fixture
def home(tmp_path: Path, server: Scripted) -> Path:
    for n in range(9):
        text = f"第{n}號筆記 Note {n}." + (f" {POISON} of the third strand." if n == 5 else "")
        (tmp_path / f"note{n}.txt").write_text(text, encoding="utf-8")
    service = f"{{use: openai, model: m, base_url: '{server.url}', backoff: 0, max_attempts: 1}}"
    (tmp_path / "recipe.yaml").write_text(f"documents: '*.txt'\nembedder: {service}\nstore: exact\n", encoding="utf-8")
    return tmp_path


def poisoned(kind: str) -> Callable[[Body], Reply]:
    good = embeddings()

    def spoil(rows: list[Body], texts: list[str]) -> list[Body]:
        vector = {"nulls": [None] * 4, "zero": [0.0] * 4, "null": None, "empty": [], "short": [1.0] * 3}[kind]
        return [row | {"embedding": vector} if POISON in t else row for row, t in zip(rows, texts, strict=True)]

    def answer(asked: Body) -> Reply:
        if not any(POISON in text for text in asked["input"]):
            return good(asked)
        if kind == "500":
            return refused(500, "failed to encode response: json: unsupported value: NaN")
        if kind == "within a 200":
            return told({"error": {"message": "cannot embed that"}})
        return embeddings(lambda rows: spoil(rows, asked["input"]))(asked)

    return answer


def index(home: Path, *overrides: str) -> IndexReport:
    with Recipe.load(home / "recipe.yaml", overrides) as recipe:
        return recipe.index()


@POISONS
def test_a_text_without_a_vector_is_named_and_the_rest_is_kept(home: Path, server: Scripted, kind: str) -> None:
    server.answer = poisoned(kind)
    with pytest.raises(TextsRefused) as caught:
        index(home)

    said = str(caught.value)
    assert "no vector for 1 of the texts" in said
    assert "note5.txt, characters 0 to 49 ('第5號筆記 Note 5. 重要性 importance of the third stran" in said
    assert "'on_error: skip'" in said
    server.asked.clear()
    with pytest.raises(TextsRefused):
        index(home)
    assert [len(asked["input"]) for asked in server.asked] == [1, 1, 1], (
        "a word for the length of vectors, the text again, and a word to see that it works"
    )


@POISONS
def test_a_text_without_a_vector_is_left_out_by_consent_counted_and_not_asked_for_again(
    home: Path, server: Scripted, kind: str
) -> None:
    server.answer = poisoned(kind)
    skip = "embedder.on_error=skip"

    first = index(home, skip)
    texts = list(itertools.chain.from_iterable(asked["input"] for asked in server.asked))
    server.asked.clear()
    second = index(home, skip)

    assert (first.embedded, first.reused, second.embedded, second.reused) == (8, 0, 0, 8)
    assert (first.chunks.added, second.chunks.unchanged) == (8, 8)
    assert server.asked == []
    for report in (first, second):
        (entry,) = [entry for entry in report.ledger.entries if entry.stage == "embed"]
        assert (entry.came_in.items, entry.went_out.items, entry.dropped.items) == (9, 8, 1)
        assert entry.came_in.characters == entry.went_out.characters + entry.dropped.characters
        assert "on_error: skip: no vector for note5.txt" in entry.notes[0]
    assert max(texts.count(text) for text in texts if POISON not in text) <= 4, "by halving"
    with Recipe.load(home / "recipe.yaml", [skip]) as recipe:
        found = recipe.retriever().retrieve("筆記", 50)
    assert len(found) == 8
    assert not any(POISON in passage.text for passage in found)


def test_the_tokens_of_a_text_that_was_left_out_count_as_dropped(home: Path, server: Scripted) -> None:
    server.answer = embeddings()
    (whole,) = [entry for entry in index(home).ledger.entries if entry.stage == "embed"]
    shutil.rmtree(home / ".potluck")
    server.answer = poisoned("500")

    report = index(home, "embedder.on_error=skip")

    (entry,) = [entry for entry in report.ledger.entries if entry.stage == "embed"]
    assert entry.dropped.tokens is not None
    assert entry.dropped.tokens > 0
    assert entry.went_out + entry.dropped == whole.went_out


def test_a_text_that_was_left_out_is_tried_again_without_consent_or_when_it_has_changed(
    home: Path, server: Scripted
) -> None:
    server.answer = poisoned("500")
    index(home, "embedder.on_error=skip")
    with pytest.raises(TextsRefused, match=r"note5\.txt"):
        index(home)

    server.answer = embeddings()
    mended = index(home)

    assert (mended.embedded, mended.reused) == (1, 8)
    (home / "note5.txt").write_text("第5號筆記", encoding="utf-8")
    assert index(home, "embedder.on_error=skip").embedded == 1


def test_a_service_that_fails_on_everything_is_not_taken_for_bad_texts(home: Path, server: Scripted) -> None:
    server.answer = lambda asked: refused(500, "internal")

    with pytest.raises(TextsRefused, match=r"^embedder openai: .* answered 500: internal"):
        index(home, "embedder.on_error=skip")

    assert len(server.asked) < 14
    server.answer = embeddings()
    assert index(home, "embedder.on_error=skip").embedded == 9


def test_a_batch_that_is_too_large_is_asked_in_smaller_ones_and_the_setting_is_named(
    home: Path, server: Scripted
) -> None:
    good = embeddings()
    server.answer = lambda asked: good(asked) if len(asked["input"]) <= 3 else refused(400, "batch size is invalid")
    notices: list[str] = []

    class Watch:
        @hookimpl
        def potluck_stage_progressed(self, event: StageEvent) -> None:
            if event.notice:
                notices.append(event.notice)

    with Recipe.load(home / "recipe.yaml") as recipe:
        recipe.observers.register(Watch())
        assert recipe.index().embedded == 9

    assert len(notices) == 1
    assert "batch size is invalid" in notices[0]
    assert "(batch_size: 3)" in notices[0]


def test_an_unchanged_index_asks_for_a_word_and_does_not_fail_where_the_service_does(
    home: Path, server: Scripted
) -> None:
    index(home)
    server.asked.clear()

    def checked() -> IndexReport:
        done = invoke(command, str(home / "recipe.yaml"))
        assert done.exception is None, done.output
        with Recipe.load(home / "recipe.yaml") as recipe:
            return recipe.index(check_service=True)

    assert checked().notes == []
    assert [asked["input"] for asked in server.asked] == [["potluck"], ["potluck"]]
    server.answer = lambda asked: refused(503, "busy")
    report = checked()
    assert report.documents.unchanged == 9
    (note,) = report.notes
    assert note.startswith("not known whether the embedder still gives vectors of length 4: ")
    assert "busy" in note
    server.answer = embeddings(dimensions=6)
    assert checked().documents.unchanged == 9, "the command has embedded them anew"
    assert sum(len(asked["input"]) for asked in server.asked) == 2 + 2 + 1 + 9 + 1
