"""A recipe as a step of a chain: its answers and citations, its streams, its errors.

Modules: ``potluck.langchain._runnable``.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import potluck.errors
import potluck.langchain
from potluck import Recipe
from support.langchain_recipe import NOTES, QUESTION, open_recipe


def test_an_answer_comes_with_its_citations(recipe: Recipe) -> None:
    answered = potluck.langchain.runnable(recipe).invoke(QUESTION)

    assert "三十公分" in answered["answer"]
    assert (answered["refused"], answered["finish"]) == (False, "stop")
    assert [one.metadata["section"] for one in answered["citations"]] == ["第1章"]
    assert answered["citations"][0].page_content in NOTES
    assert len(answered["retrieved"]) == 2
    assert answered["answer"] == recipe.ask(QUESTION).answer.text


def test_a_stream_gives_pieces_that_make_the_same_answer(recipe: Recipe) -> None:
    chain = potluck.langchain.runnable(recipe)

    pieces = list(chain.stream(QUESTION))

    assert "".join(piece["answer"] for piece in pieces) == chain.invoke(QUESTION)["answer"]
    assert [set(piece) for piece in pieces[:-1]] == [{"answer"}] * (len(pieces) - 1)
    assert pieces[-1]["citations"]


def test_the_pieces_of_a_model_come_one_by_one_once_its_first_answer_showed_no_thoughts(tmp_path: Path) -> None:
    model = (
        "chat: {use: langchain, class: langchain_core.language_models.FakeListChatModel,"
        " arguments: {responses: [三十公分。]}}"
    )
    with open_recipe(tmp_path, model) as recipe:
        chain = potluck.langchain.runnable(recipe)
        first, second = ([piece["answer"] for piece in chain.stream(QUESTION)] for _ in range(2))

    assert first == ["三十公分。", ""]
    assert second == [*"三十公分。", ""]


async def test_many_are_answered_at_once_from_async_code(recipe: Recipe) -> None:
    chain, search = potluck.langchain.runnable(recipe), potluck.langchain.retriever(recipe, k=1)

    answers, found = await asyncio.gather(
        chain.abatch([QUESTION, "Who wears a helmet?"]), search.abatch([QUESTION, "Who wears a helmet?"])
    )
    streamed = "".join([piece["answer"] async for piece in chain.astream(QUESTION)])

    assert ["三十公分" in one["answer"] for one in answers] == [True, False]
    assert [one[0].metadata["section"] for one in found] == ["第1章", "第2章"]
    assert streamed == answers[0]["answer"]


def test_it_is_a_step_of_a_chain(recipe: Recipe) -> None:
    from langchain_core.runnables import RunnableLambda

    chain = (
        RunnableLambda(lambda asked: asked["q"]) | potluck.langchain.runnable(recipe) | (lambda told: told["answer"])
    )

    assert "三十公分" in chain.invoke({"q": QUESTION})


def test_an_error_of_the_recipe_reaches_the_caller(tmp_path: Path) -> None:
    with (
        open_recipe(
            tmp_path,
            "chat: {use: langchain, class: langchain_core.language_models.FakeListChatModel,"
            " arguments: {responses: [a]}, context_window: 200}",
        ) as recipe,
        pytest.raises(potluck.errors.ContextExceeded),
    ):
        potluck.langchain.runnable(recipe).invoke(QUESTION)
