"""What a plan counts of documents, before anything is embedded.

Modules: ``potluck.planning.plan``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.loading.failure import LoadFailure
from potluck.planning.plan import PlanReport
from support.fake_plugins import install, visible
from support.planted_losses import entry, install_planted

RECIPE = "documents: {use: planted, path: notes/*.json}\nsplitter: marked\nembedder: {use: hashing}\n"
FILES = {
    "a": [["one\n\n\ntwo", "a page is missing"], ["一二>\n三四\n\n五"]],
    "b": "damaged",
    "c": [["one"]],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    home = tmp_path / "home"
    (home / "notes").mkdir(parents=True)
    (home / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    for name, content in FILES.items():
        (home / "notes" / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    with visible(install_planted(tmp_path / "site"), monkeypatch):
        yield home


def test_a_plan_counts_files_documents_chunks_and_texts(folder: Path) -> None:
    with Recipe.load(folder / "recipe.yaml") as recipe:
        report = recipe.plan()

    assert (report.files, report.documents, report.chunks) == (3, 3, 6)
    # "one" stands in two documents and is embedded once.
    assert report.texts_to_embed == 5
    assert [failure.source for failure in report.failures] == ["notes/b.json"]


def test_a_plan_says_that_the_run_would_stop_where_no_document_can_be_read(folder: Path) -> None:
    for name in ("a", "c"):
        (folder / "notes" / f"{name}.json").unlink()

    with Recipe.load(folder / "recipe.yaml") as recipe:
        assert recipe.plan().problems == ["none of 1 file could be read"]


def test_the_ledger_of_a_plan_is_that_of_the_index_as_far_as_it_goes(folder: Path) -> None:
    with Recipe.load(folder / "recipe.yaml") as recipe:
        planned = recipe.plan().ledger.as_json()
        indexed = recipe.index().ledger.as_json()

    losses = ("notes/b.json: planted: damaged", "notes/a.json: a page is missing")
    assert planned["load"] == entry("documents", (3, 0), (3, 21), *losses, dropped=(1, 0))
    assert planned["split"] == entry("chunks", (3, 21), (6, 18), dropped=(0, 5))
    assert {stage: indexed[stage] for stage in ("load", "split")} == {
        stage: planned[stage] for stage in ("load", "split")
    }


PRICED = '''
"""An embedder and a chat model that have a price, and count characters."""

import numpy as np

import potluck
from potluck.contracts import ChatModel, ChatOptions, Config, Embedder, EmbedderConfig
from potluck.documents import Answer


class Reading(EmbedderConfig):
    window: int | None = None
    remote: bool = False


class Priced(Embedder):
    price, dimensions, exact_token_counts = 2.0, 8, False

    def __init__(self, config, context):
        self.window, self.fit = config.window, config.fit

    def count_tokens(self, texts):
        return [len(text) for text in texts]

    def embed_passages(self, texts):
        return np.eye(8, dtype=np.float32)[[len(text) % 8 for text in texts]]

    embed_queries = embed_passages


class Dear(ChatModel):
    context_window, prices = 40, (3.0, 7.0)

    def __init__(self, config, context):
        pass

    def count_tokens(self, messages):
        return sum(len(message.content) for message in messages)

    def chat(self, messages, options):
        return Answer("", ())


@potluck.hookimpl
def potluck_embedder():
    return potluck.Offer("priced", Reading, Priced, sends_to=lambda one: "far.example" if one.remote else None)


@potluck.hookimpl
def potluck_chat():
    return potluck.Offer("dear", ChatOptions, Dear)
'''
SIZES = {"one": 3, "two": 3, "一二>\n三四": 6, "三四": 2, "五": 1}
"""The texts of the planted documents with their characters; the first stands there twice."""


@pytest.fixture
def priced(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    groups = {"potluck.embedders": {"priced": "priced_models"}, "potluck.chat": {"dear": "priced_models"}}
    site = install(tmp_path / "priced", "potluck-priced", groups, {"priced_models": PRICED})
    with visible(site, monkeypatch):
        yield folder / "recipe.yaml"


def planned(path: Path, *overrides: str) -> PlanReport:
    with Recipe.load(path, ["embedder=priced", "chat.use=dear", *overrides]) as recipe:
        return recipe.plan()


def test_tokens_are_counted_once_for_a_text_and_priced_by_the_million(priced: Path) -> None:
    report = planned(priced)

    assert (report.tokens, report.tokens_to_embed, report.longest) == (15, 15, 6)
    assert report.embedding_cost == pytest.approx(15 * 2.0 / 1e6, rel=1e-9)
    assert (report.index_bytes, report.exact, report.window, report.too_long) == (6 * 8 * 4, False, None, 0)
    assert sorted(report.sample) == sorted(SIZES)
    assert not report.is_indexed


def test_what_is_indexed_is_not_embedded_again(priced: Path) -> None:
    with Recipe.load(priced, ["embedder=priced", "chat.use=dear"]) as recipe:
        recipe.index()
        report = recipe.plan()
        assert report.is_indexed
        assert (report.tokens, report.tokens_to_embed, report.texts_to_embed, report.sample) == (15, 0, 0, ())
        (priced.parent / "notes" / "d.json").write_text('[["二二二二"]]', encoding="utf-8")
        more = recipe.plan()

    assert not more.is_indexed
    assert (more.tokens, more.tokens_to_embed, more.texts_to_embed, more.sample) == (19, 4, 1, ("二二二二",))


def test_an_index_of_other_files_is_not_that_of_these(priced: Path) -> None:
    """One file is gone: nothing is to be embedded, and still the index has to be brought up to date."""
    with Recipe.load(priced, ["embedder=priced", "chat.use=dear"]) as recipe:
        recipe.index()
        (priced.parent / "notes" / "c.json").unlink()
        report = recipe.plan()

    assert (report.is_indexed, report.texts_to_embed) == (False, 0)


def test_a_text_is_too_long_beyond_the_window_and_no_sample(priced: Path) -> None:
    report = planned(priced, "embedder.window=3")

    assert (report.too_long, report.window) == (1, 3)
    assert sorted(report.sample) == sorted(text for text, size in SIZES.items() if size <= 3)
    assert report.problems[0] == "1 chunk is longer than the 3 tokens that the embedder reads"
    assert planned(priced, "embedder.window=6").too_long == 0


def test_the_sample_is_of_sixteen_texts_at_most(priced: Path) -> None:
    lines = "\n".join(f"line {number}" for number in range(1040))
    (priced.parent / "notes" / "d.json").write_text(json.dumps([[lines]]), encoding="utf-8")

    report = planned(priced)

    assert (report.texts_to_embed, len(report.sample), len(report.passages)) == (1045, 16, 50)
    assert report.tokens == 15 + sum(len(f"line {number}") for number in range(1040))


def test_a_remote_embedder_is_not_asked_how_large_its_index_would_be(priced: Path) -> None:
    report = planned(priced, "embedder.remote=true")

    assert (report.index_bytes, report.leaves) == (None, {"embedder": "far.example"})


def test_a_prompt_has_as_many_passages_of_the_mean_length_as_are_retrieved(priced: Path) -> None:
    report = planned(priced, "prompt='{context} ? {question}'", "retriever.k=4", "chat.max_tokens=10")

    assert report.prompt_tokens == len(" ? ") + 4 * (15 // 6)
    assert report.question_cost == pytest.approx((report.prompt_tokens * 3.0 + 10 * 7.0) / 1e6, rel=1e-9)
    assert (report.context_window, report.problems) == (40, [])
    assert planned(priced, "prompt='{context} ? {question}'", "retriever.k=99").prompt_tokens == 3 + 6 * 2


def test_what_would_stop_the_run_is_told_in_sentences() -> None:
    failed = [LoadFailure("a.pdf", "Damaged", "it is damaged")]
    assert PlanReport(files=2, failures=failed).problems == ["none of 2 files could be read"]
    assert PlanReport(files=2, documents=1, failures=failed).problems == []
    assert PlanReport().problems == []
    long = PlanReport(too_long=2, window=512)
    assert long.problems == ["2 chunks are longer than the 512 tokens that the embedder reads"]
    long.fit = "cut"
    assert long.problems == []
    assert PlanReport(prompt_tokens=101, context_window=100).problems == [
        "101 tokens of prompt do not fit the chat model's 100"
    ]
    assert PlanReport(prompt_tokens=100, context_window=100).problems == []
    assert PlanReport(prompt_tokens=100).problems == []


def test_a_plan_of_nothing_counts_nothing() -> None:
    said = PlanReport().as_json()

    counts = {"files", "documents", "chunks", "tokens", "tokens_to_embed", "texts_to_embed", "longest", "too_long"}
    assert {name: said[name] for name in counts | {"prompt_tokens"}} == dict.fromkeys(counts | {"prompt_tokens"}, 0)
    assert (said["exact"], said["fit"], said["window"], said["problems"]) == (True, "error", None, [])
    assert (PlanReport().is_indexed, PlanReport().sample) == (False, ())
