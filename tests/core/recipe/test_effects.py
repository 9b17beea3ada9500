"""Which keys of a recipe decide its answers, and why the others do not.

Modules: ``potluck.recipe.effects``. How a comparison refuses swaps of what is not read: ``test_futile_swaps.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from potluck.recipe.effects import (
    OPERATIONAL,
    decisive_values,
    differing_keys,
    retrieval_needs,
    setting_values,
    unread_keys,
    why_unread,
)
from potluck.recipe.model import RecipeModel
from support.fake_plugins import visible
from support.retrieving import install_keywords

Read = Callable[..., RecipeModel]

DOCUMENTS = "documents: 筆記\nembedder: hashing\n"
LOCAL = "chat: {use: transformers, model: 模型}\n"
TUNED = "model: 模型\ntask: classification\ndataset: 列.jsonl\ntuner: lora\n"
DRAWN = "nothing is drawn at random: the chat model does not sample, and no example is drawn"


@pytest.fixture(autouse=True, scope="module")
def _retrievers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    site = install_keywords(tmp_path_factory.mktemp("retrievers"))
    with pytest.MonkeyPatch.context() as monkeypatch, visible(site, monkeypatch):
        yield


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    for name in ("列.jsonl", "例.jsonl"):
        (tmp_path / name).write_text("{}", encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        (DOCUMENTS, "name", "it is what the recipe is called"),
        (DOCUMENTS, "potluck", "it is the version of the recipe format"),
        (DOCUMENTS, "compare", "a variant has no axes of its own"),
        (DOCUMENTS, "metrics", "metrics measure the answers and change none"),
        (DOCUMENTS, "observers", "observers watch and change nothing"),
        (DOCUMENTS, "documents.private", "it forbids that documents leave the machine, and changes no answer"),
        (DOCUMENTS, "documents.on_error", "it says what a file that cannot be read means for the exit status"),
        (DOCUMENTS, "documents.path", None),
        (DOCUMENTS, "documents.comments", None),
        (DOCUMENTS, "retriever.k", None),
        (DOCUMENTS, "retriever.fit", "the chat model 'extractive' reads any number of passages, so that all fit"),
        (DOCUMENTS + LOCAL, "retriever.fit", None),
        (DOCUMENTS + LOCAL, "prompt", None),
        (DOCUMENTS + LOCAL, "shots.count", None),
        (DOCUMENTS + LOCAL, "shots.select", "shots asks for no examples"),
        (DOCUMENTS + LOCAL, "shots.examples", "shots asks for no examples"),
        (DOCUMENTS + LOCAL + "shots: {count: 1, examples: 例.jsonl}\n", "shots.select", None),
        (DOCUMENTS + LOCAL, "chat.top_p", "with temperature 0 the likeliest token is taken"),
        (DOCUMENTS + LOCAL, "chat.seed", "with temperature 0 the likeliest token is taken"),
        (DOCUMENTS + LOCAL, "chat.stop", None),
        (DOCUMENTS + "chat: {use: transformers, model: 模型, temperature: 1}\n", "chat.seed", None),
        (DOCUMENTS + "chat: {use: openai, model: m}\n", "chat.seed", None),
        (DOCUMENTS, "chat.temperature", "the chat model 'extractive' does not act on temperature"),
        (DOCUMENTS, "store", None),
        (DOCUMENTS + "retriever: hanbi\n", "store", "the retriever 'hanbi' compares no vectors"),
        (
            DOCUMENTS + "retriever: hanbi\n",
            "embedder.dimensions",
            "the retriever 'hanbi' compares no vectors, and nothing else is embedded",
        ),
        (DOCUMENTS + "retriever: fused\n", "store", None),
        (
            DOCUMENTS + "retriever: hanbi\nshots: {count: 1, examples: 例.jsonl, select: nearest}\n",
            "embedder",
            None,
        ),
        (DOCUMENTS, "tuner", "the recipe has no tuner"),
        (DOCUMENTS, "dataset", "the recipe has no tuner"),
        (DOCUMENTS, "model", "the recipe has no tuner, and the chat model names its own"),
        (
            DOCUMENTS + TUNED + "chat: extractive\n",
            "tuner.rank",
            "the chat model does not answer with what is tuned",
        ),
        (TUNED, "tuner", None),
        (TUNED, "model", None),
        (TUNED, "seed", None),
        (TUNED, "splitter", "a recipe without documents retrieves nothing"),
        (TUNED, "chat.max_tokens", "the labels of a classification are scored as choices, and nothing is written"),
        (TUNED.replace("classification", "generation"), "chat.max_tokens", None),
        (DOCUMENTS, "seed", DRAWN),
        (DOCUMENTS + LOCAL, "seed", DRAWN),
        (DOCUMENTS + LOCAL + "store: {use: faiss, index: hnsw}\n", "seed", None),
        (DOCUMENTS + LOCAL + "shots: {count: 1, examples: 例.jsonl}\n", "seed", None),
        (DOCUMENTS + "shots: {count: 1, examples: 例.jsonl}\n", "seed", DRAWN),
        (DOCUMENTS + "chat: {use: transformers, model: 模型, temperature: 0.5}\n", "seed", None),
        ("task: classification\ndataset: {path: 列.jsonl, limit: 3}\nmodel: 模型\n", "seed", None),
        ("task: classification\ndataset: 列.jsonl\nmodel: 模型\n", "seed", DRAWN),
        (
            "task: classification\ndataset: 列.jsonl\nchat: {use: transformers, model: 模型, temperature: 1}\n",
            "seed",
            DRAWN,
        ),
        (DOCUMENTS, "embedder.batch_size", OPERATIONAL),
        (DOCUMENTS, "embedder.dimensions", None),
        (DOCUMENTS, "retriever.無", None),
        (DOCUMENTS, "無", None),
        (DOCUMENTS + "chat: picky\n", "chat.key", OPERATIONAL),
        (DOCUMENTS + "chat: picky\n", "chat.cache", None),
        (DOCUMENTS + LOCAL, "chat.cache", OPERATIONAL),
    ],
)
def test_a_key_decides_the_answers_or_it_is_said_why_not(text: str, key: str, reason: str | None, read: Read) -> None:
    assert why_unread(read(text), key) == reason


def test_a_key_that_only_begins_alike_is_another_one(read: Read) -> None:
    recipe = read(DOCUMENTS)

    assert why_unread(recipe, "names") is None
    assert why_unread(recipe, "tuner.rank") == "the recipe has no tuner"
    assert why_unread(recipe, "tuners") is None


def test_decisive_values_are_all_values_but_those_that_are_not_read(read: Read) -> None:
    recipe = read(DOCUMENTS + LOCAL + "prompt: '依據{context}回答{question}'\n")
    values, decisive = setting_values(recipe), decisive_values(recipe)

    assert decisive.items() <= values.items()
    assert decisive["documents.path"] == ["筆記"]
    assert decisive["prompt"] == "依據{context}回答{question}"
    assert decisive["embedder.use"] == "potluck-hashing:hashing"
    assert decisive["retriever.k"] == 4
    assert decisive["answer.method"] == "stuff"
    assert values.keys() - decisive.keys() >= {"chat.top_p", "chat.seed", "seed", "model", "task"}
    assert not any(key == one or key.startswith(f"{one}.") for key in decisive for one in unread_keys(recipe))


def test_values_have_a_key_for_each_plugin_that_is_named(read: Read) -> None:
    found = setting_values(
        read(
            "documents: {use: picky, path: [甲, 乙], exclude: 丙, count: 4, key: null}\nembedder: hashing\n"
            "retriever: hanbi\nreranker: {use: numbers, strict: true}\nmetrics: labels\nseed: 7\n"
        )
    )

    assert (found["documents.path"], found["documents.exclude"]) == (["甲", "乙"], ["丙"])
    assert (found["documents.use"], found["documents.count"]) == ("potluck-picky:picky", 4)
    assert (found["reranker.use"], found["reranker.strict"]) == ("potluck-keywords:numbers", True)
    assert (found["seed"], found["shots"]) == (7, [0, "None", "random"])
    assert "documents.key" not in found, "no secret decides anything"
    assert "embedder.batch_size" not in found
    assert not [key for key in found if key.startswith("metrics")]


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("name: 甲\n", {"vectors", "embedder"}),
        ("retriever: hanbi\n", set()),
        ("retriever: fused\n", {"vectors", "embedder"}),
        ("retriever: hanbi\nreranker: numbers\n", set()),
    ],
)
def test_a_recipe_needs_what_its_retrievers_and_its_reranker_do(text: str, needs: set[str], read: Read) -> None:
    assert retrieval_needs(read(text)) == needs


def test_keys_differ_where_one_recipe_has_another_value_or_none() -> None:
    assert differing_keys({"甲": 1, "乙": 2, "丙": 3}, {"甲": 1, "乙": 3, "丁": None, "丙": 3}) == {"乙"}
    assert differing_keys({"甲": 1}, {}) == {"甲"}
