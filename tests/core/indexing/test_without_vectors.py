"""Passages are embedded only if what retrieves compares their vectors.

Modules: ``potluck.indexing.update``, ``potluck.components.components``, ``potluck.stages.index``,
``potluck.evaluation.search``, ``potluck.retrieval.open_index``, ``potluck.planning.plan``, ``potluck.recipe.effects``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.cli import potluck
from potluck.errors import Unsupported
from support.commands import invoke
from support.fake_plugins import install, install_hashing, visible

RETRIEVERS = """
from dataclasses import replace

import potluck
from potluck.contracts import Config, Ranking, Retriever, ScoreScale


class Characters(Retriever):
    needs = frozenset({"texts"})
    scale = ScoreScale("share of the question's characters", 0.0, 1.0)

    def __init__(self, config, context):
        self.embedder = context.embedder

    def open(self, corpus):
        self.corpus, self.sets = corpus, {one: set(text.casefold()) for one, text in corpus.texts()}

    def retrieve(self, questions, k, within=None):
        return [self.rank(question, k, within) for question in questions]

    def rank(self, question, k, within):
        asked = set(question.casefold()) - set(" ?？")
        wanted = self.sets if within is None else self.sets.keys() & within
        best = sorted((-len(asked & self.sets[one]) / len(asked), one) for one in wanted)[:k]
        return Ranking(tuple(replace(self.corpus.passage(one), score=-share) for share, one in best))


class Asking(Characters):
    needs = frozenset({"texts", "embedder"})

    def rank(self, question, k, within):
        self.embedder.embed_questions([question])
        return super().rank(question, k, within)


@potluck.hookimpl
def potluck_retriever():
    return potluck.Offer("matches characters", Config, RETRIEVER)
"""
FACTS = {"橋.txt": "舊橋建於1924年。", "bridge.txt": "The old bridge was built in 1924.", "河.txt": "河水流向東海。"}
QUESTIONS = [
    {"question": "舊橋建於哪一年？", "answers": ["1924"], "gold_ids": ["橋"]},
    {"question": "When was the old bridge built?", "answers": ["1924"], "gold_ids": ["bridge"]},
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    site = install_hashing(tmp_path / "site")
    for name, kind in (("characters", "Characters"), ("asking", "Asking")):
        code = RETRIEVERS.replace("RETRIEVER)", f"{kind})")
        install(site, f"potluck-{name}", {"potluck.retrievers": {name: f"{name}_one"}}, {f"{name}_one": code})
    home = tmp_path / "home"
    home.mkdir()
    for name, text in FACTS.items():
        (home / name).write_text(text, encoding="utf-8")
    rows = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in QUESTIONS)
    (home / "questions.jsonl").write_text(rows, encoding="utf-8")
    monkeypatch.setenv("EMBEDDED_LOG", str(tmp_path / "embedded.log"))
    with visible(site, monkeypatch):
        yield home


def write(home: Path, retriever: str = "characters", **said: Any) -> Path:
    path = home / "recipe.yaml"
    usual = {"documents": "*.txt", "embedder": "hashing", "chat": "extractive", "questions": "questions.jsonl"}
    path.write_text(json.dumps({**usual, "retriever": {"use": retriever, "k": 1}, **said}), encoding="utf-8")
    return path


def embedded(home: Path) -> list[str]:
    """The passages that were embedded, which are told from questions by how they end."""
    log = home.parent / "embedded.log"
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


USES: dict[str, Callable[[Recipe], object]] = {
    "index": Recipe.index,
    "plan": Recipe.plan,
    "run": Recipe.run,
    "compare": Recipe.compare,
    "evaluate": Recipe.evaluate,
}


@pytest.mark.parametrize("use", USES)
def test_nothing_is_embedded_for_a_retriever_that_compares_no_vectors(home: Path, use: str) -> None:
    axes = {"retriever.k": {"一": 1, "two": 2}} if use == "compare" else None
    with Recipe.load(write(home, compare=axes)) as recipe:
        USES[use](recipe)
        USES[use](recipe)

    assert embedded(home) == []
    assert not [*(home / ".potluck").glob("stores/*")]


@pytest.mark.parametrize(
    ("question", "source"), [("舊橋建於哪一年？", "橋.txt"), ("When was the old bridge built?", "bridge.txt")]
)
def test_it_answers_and_cites_all_the_same(home: Path, question: str, source: str) -> None:
    with Recipe.load(write(home)) as recipe:
        report = recipe.ask(question)

    assert "1924" in report.answer.text
    assert [one.source for one in report.citations] == [source]
    assert embedded(home) == []


def test_a_changed_document_is_split_again_and_found(home: Path) -> None:
    with Recipe.load(write(home)) as recipe:
        first = recipe.index()
        (home / "河.txt").write_text("河水流向西海。", encoding="utf-8")
        second = recipe.index()
        third = recipe.index()

        assert recipe.ask("河水流向哪裡").citations[0].text == "河水流向西海。"
    assert [one.embedded for one in (first, second, third)] == [0, 0, 0]
    assert (first.documents.added, second.documents.changed, third.documents.unchanged) == (3, 1, 3)


def test_a_retriever_that_needs_vectors_embeds_then_and_what_was_embedded_stays(home: Path) -> None:
    with Recipe.load(write(home)) as recipe:
        recipe.index()
    with Recipe.load(write(home, "vector")) as recipe:
        first = recipe.index()
        assert first.loaded == 0
        assert first.embedded == 3
        recipe.ask("舊橋建於哪一年？")
    assert sorted(embedded(home)) == sorted(FACTS.values())

    with Recipe.load(write(home)) as recipe:
        assert recipe.run().evaluation is not None
    with Recipe.load(write(home, "vector")) as recipe:
        again = recipe.index()

    assert (again.embedded, again.reused) == (0, 3)
    assert len(embedded(home)) == 3


def test_variants_with_and_without_vectors_are_compared_and_embed_once(home: Path) -> None:
    axes = {"retriever": {"字": {"use": "characters", "k": 1}, "vectors": {"use": "vector", "k": 1}}}
    with Recipe.load(write(home, compare=axes)) as recipe:
        plan = recipe.plan().comparison
        found = recipe.compare()

    assert plan is not None
    assert plan.texts_to_embed == 3
    assert found.failed == {}
    recall = {one.name: one.metrics["recall@1"].mean for one in found.result.variants}
    assert next(value for name, value in recall.items() if "字" in name) == 1.0


def test_a_plan_says_so_and_sends_nothing_to_an_embedder_elsewhere(home: Path) -> None:
    embedder = {"use": "hashing", "send": "vectors.invalid"}
    path = write(home, embedder=embedder)
    with Recipe.load(path) as recipe:
        assert recipe.remote_hosts() == {}
        report = recipe.plan()

    assert (report.texts_to_embed, report.prompt_tokens > 0) == (0, True)
    assert "embed" not in [part.action for part in report.work]
    said = invoke(potluck, "plan", str(path)).stdout
    assert "to embed: nothing, as the retriever compares no vectors" in said
    assert "leaves the machine: nothing" in said
    with Recipe.load(write(home, "vector", embedder=embedder)) as recipe:
        assert recipe.remote_hosts() == {"embedder": "vectors.invalid"}


def test_a_retriever_that_embeds_questions_embeds_no_passages(home: Path) -> None:
    with Recipe.load(write(home, "asking")) as recipe:
        recipe.run()

    assert embedded(home) == [], "questions are not written there"
    with Recipe.load(write(home, "asking", embedder={"use": "hashing", "send": "vectors.invalid"})) as recipe:
        assert recipe.remote_hosts() == {"embedder": "vectors.invalid"}


def test_a_repaired_workspace_keeps_an_index_without_vectors(home: Path) -> None:
    path = write(home)
    with Recipe.load(path) as recipe:
        recipe.index()

    done = invoke(potluck, "workspace", "repair", str(path))

    assert done.exit_code == 0, done.output
    with Recipe.load(path) as recipe:
        assert recipe.index().documents.unchanged == 3
    assert embedded(home) == []


def test_what_asks_for_vectors_all_the_same_is_told_what_to_name(home: Path) -> None:
    with Recipe.load(write(home)) as recipe:
        search = recipe.retriever()
        with pytest.raises(Unsupported, match=r"has no vectors.*'retriever: vector'"):
            search.store  # noqa: B018
