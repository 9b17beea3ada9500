"""From the nodes of a recipe to a validated model: every problem is noted at its place, none stops the search.

The modules beside this one each read the keys of one subject: ``component_keys``, ``chat_keys`` and so on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import cast

from potluck.contracts import Kind
from potluck.recipe.axes import read_axes
from potluck.recipe.chat_keys import read_chat
from potluck.recipe.component_keys import ComponentKeys
from potluck.recipe.decision import read_decision
from potluck.recipe.document_keys import read_documents
from potluck.recipe.model import (
    DEFAULTS,
    KEYS,
    NAMED,
    AnswerSettings,
    ComponentSpec,
    Documents,
    RecipeModel,
    RetrieverSettings,
)
from potluck.recipe.nodes import Findings, Node, Place
from potluck.recipe.observer_keys import read_observers
from potluck.recipe.plain_keys import check_format, check_keys, read_question_path, read_seed
from potluck.recipe.privacy import check_privacy
from potluck.recipe.prompt_keys import read_prompt, read_shots
from potluck.recipe.retriever_keys import RetrieverKey, candidate_problems, read_retriever
from potluck.recipe.source import RecipeSource
from potluck.recipe.tuning_keys import read_tuning


def build_recipe(source: RecipeSource) -> RecipeModel | None:
    """The recipe, or None if problems leave none. They are noted in the source's findings."""
    root, findings, components = source.root, source.findings, ComponentKeys(source)
    check_format(source)
    documents = read_documents(source, components)
    retriever = read_retriever(root, findings, components.read)
    parts = _read_parts(source, components, retriever)
    tuner, tuning = read_tuning(source, components, parts["chat"])
    check_keys(source, parts)
    answer, decision = source.section("answer", AnswerSettings), read_decision(root, findings)
    name, prompt, seed = source.text("name") or source.path.stem, read_prompt(source), read_seed(source)
    shots, questions = read_shots(source, prompt), read_question_path(source)
    watching = list(read_observers(root, lambda node: components.read("observer", node, "observers"), findings))
    named = {kind.name: components.read_named(kind) for kind in NAMED}
    _check_candidates(source, retriever.settings, named["reranker"])
    if documents is not None and documents.private:
        placed = _with_places(components, documents, parts)
        check_privacy([*placed, *watching, *chain.from_iterable(named.values())], findings)
    compare = read_axes(root, KEYS, findings, lambda variant: _problems_of(source, variant))
    if findings or retriever.settings is None or answer is None or None in parts.values():
        return None
    found = cast("dict[Kind, ComponentSpec]", parts)
    return RecipeModel(
        path=source.path,
        folder=source.folder,
        name=name,
        documents=documents,
        splitter=found["splitter"],
        embedder=found["embedder"],
        store=found["store"],
        chat=found["chat"],
        retriever_spec=found["retriever"],
        retriever=retriever.settings,
        answer=answer,
        prompt=prompt,
        shots=shots,
        questions=questions,
        tuning=tuning,
        tuner=tuner,
        components={kind: tuple(part for part, _ in those) for kind, those in named.items() if those},
        compare=compare,
        decision=decision,
        seed=seed,
        observers=tuple(part for part, _ in watching),
    )


def _read_parts(
    source: RecipeSource, components: ComponentKeys, retriever: RetrieverKey
) -> dict[Kind, ComponentSpec | None]:
    """The components that every recipe has, by kind; None for one with problems."""
    found: dict[Kind, ComponentSpec | None] = {}
    for kind in DEFAULTS:
        if kind == "retriever":
            found[kind] = retriever.spec
        else:
            found[kind] = read_chat(source, components) if kind == "chat" else components.read_key(kind)
    return found


def _problems_of(source: RecipeSource, variant: Node) -> Findings:
    """The problems of a recipe that differs from the source."""
    findings = source.findings.fork()
    build_recipe(replace(source, root=variant, findings=findings))
    return findings


def _with_places(
    components: ComponentKeys, documents: Documents, parts: Mapping[Kind, ComponentSpec | None]
) -> list[tuple[ComponentSpec, Place]]:
    return [(part, components.places[part.kind]) for part in (*parts.values(), documents.loader) if part is not None]


def _check_candidates(
    source: RecipeSource, retriever: RetrieverSettings | None, rerankers: Sequence[tuple[ComponentSpec, Place]]
) -> None:
    for part, place in rerankers:
        for problem in candidate_problems(retriever or RetrieverSettings(), part.config):
            node = source.root.children()["reranker"]
            at = node.find(("candidates",)) if "candidates" in node.children() else place
            source.findings.note(at, problem)
