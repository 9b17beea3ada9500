"""What the objects share: one thread at a time, streams, documents of passages, and what is not traced.

Modules: ``potluck.langchain._shared``.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread, get_ident

import pytest

pytest.importorskip("langchain_core")

import potluck.langchain
from potluck import Recipe
from potluck.documents import Passage
from potluck.errors import EgressRefused
from potluck.langchain._shared import document_of, exclusive_use, stream_from_thread
from support.langchain_recipe import QUESTION, open_recipe

SECONDS = 30.0
"""The longest that a test waits for another thread."""


@pytest.mark.parametrize("use", ["retriever", "runnable"])
def test_private_documents_are_not_traced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, use: str) -> None:
    with open_recipe(tmp_path, documents="{path: notes.txt, private: true}") as recipe:
        made = getattr(potluck.langchain, use)(recipe)
        made.invoke(QUESTION)
        monkeypatch.setenv("LANGSMITH_TRACING", "true")
        monkeypatch.setenv("LANGSMITH_ENDPOINT", "http://127.0.0.1:1")
        from langsmith import utils

        utils.get_env_var.cache_clear()
        with pytest.raises(EgressRefused, match="LANGSMITH_TRACING"):
            made.invoke(QUESTION)
    monkeypatch.undo()
    utils.get_env_var.cache_clear()


def test_a_recipe_is_used_by_one_thread_at_a_time(recipe: Recipe) -> None:
    order, entered = list[str](), Event()

    def use() -> None:
        with exclusive_use(recipe):
            order.append("other")
            entered.set()

    with exclusive_use(recipe), exclusive_use(recipe):
        waiting = Thread(target=use)
        waiting.start()
        assert not entered.wait(0.05)
        order.append("first")
    waiting.join(SECONDS)

    assert order == ["first", "other"]


def test_another_recipe_can_be_used_meanwhile(recipe: Recipe, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()

    def use(other: Recipe) -> str:
        with exclusive_use(other):
            return other.model.name

    with open_recipe(tmp_path / "other") as other, exclusive_use(recipe), ThreadPoolExecutor(1) as pool:
        assert pool.submit(use, other).result(SECONDS) == other.model.name


def test_a_stream_hands_over_in_order_from_a_thread_of_its_own(recipe: Recipe) -> None:
    def work(hand_over: Callable[[str | int], None]) -> None:
        hand_over("道")
        hand_over("碴")
        hand_over(get_ident())

    first, second, thread = stream_from_thread(recipe, work)

    assert (first, second) == ("道", "碴")
    assert thread != get_ident()


def test_an_error_comes_behind_the_pieces_before_it_and_the_recipe_is_free_again(recipe: Recipe) -> None:
    def work(hand_over: Callable[[str], None]) -> None:
        hand_over("道碴")
        raise ZeroDivisionError("三十")

    pieces = stream_from_thread(recipe, work)

    assert next(pieces) == "道碴"
    with pytest.raises(ZeroDivisionError, match="三十"):
        next(pieces)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(list, stream_from_thread(recipe, lambda hand_over: hand_over("b"))).result(SECONDS) == ["b"]


def test_work_ends_where_it_hands_over_to_a_stream_that_is_closed(recipe: Recipe) -> None:
    closed, ended, handed = Event(), Event(), list[int]()

    def work(hand_over: Callable[[int], None]) -> None:
        try:
            for number in range(9):
                hand_over(number)
                handed.append(number)
                assert closed.wait(SECONDS)
        finally:
            ended.set()

    pieces = stream_from_thread(recipe, work)
    assert next(pieces) == 0
    pieces.close()
    closed.set()

    assert ended.wait(SECONDS)
    assert handed == [0]


def test_a_document_has_what_its_passage_says() -> None:
    passage = Passage("p1", "規範.pdf", "道碴厚度", 4, 8, 0.5, "軌道", ("第1章", "第2章"), 12, "xii")

    document = document_of(passage)

    assert (document.id, document.page_content) == ("p1", "道碴厚度")
    assert document.metadata == {
        "source": "規範.pdf", "page": 12, "page_label": "xii", "section": "第1章", "sections": ["第1章", "第2章"],
        "heading": "軌道", "start": 4, "end": 8, "score": 0.5,
    }  # fmt: skip
