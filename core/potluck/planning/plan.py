"""Planning: what a recipe would take and what would leave the machine, before anything is embedded or answered."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from potluck import plugins
from potluck.amounts import many
from potluck.answering.builtin_prompts import ENGLISH
from potluck.components.changes import find_causes
from potluck.components.components import Components
from potluck.contracts import ChatOptions, Embedder
from potluck.documents import Json, Message, Passage
from potluck.indexing.update import count_files_to_reread
from potluck.json_values import as_json
from potluck.ledger import Ledger
from potluck.loading.failure import LoadFailure
from potluck.observation.stage import stage
from potluck.planning.work import is_kept, timed_work
from potluck.recipe.effects import idle_kinds
from potluck.recipe.model import ComponentSpec, RecipeModel
from potluck.recipe.prompt_template import PromptTemplate
from potluck.results.stages import ComparisonPlanResult, FailureResult, PlannedWork, PlanResult
from potluck.stages.discover import discover_documents
from potluck.stages.load import account_loads, load_documents, plan_loads
from potluck.stages.split import account_chunks, split_documents
from potluck.workspace import Workspace
from potluck.workspace.catalogue import Catalogue, StoredChunk

if TYPE_CHECKING:
    from potluck.observation.observers import Observers

_AT_ONCE = 1024
_SAMPLED = 16
_SHOWN = 50
"""Passages from which an answer can be tried, at most."""
_BYTES_A_NUMBER = 4
_MILLION = 1e6


@dataclass(slots=True)
class PlanReport:
    """What a recipe would take. Money is in US dollars, memory in bytes; None if unknown.

    ``too_long`` counts texts longer than the embedder's window, ``fit`` what the recipe says to do with them.
    ``prompt_tokens`` is the size of a prompt with ``retriever.k`` passages of the mean length.
    """

    files: int = 0
    documents: int = 0
    chunks: int = 0
    tokens: int = 0
    tokens_to_embed: int = 0
    texts_to_embed: int = 0
    longest: int = 0
    window: int | None = None
    too_long: int = 0
    fit: str = "error"
    exact: bool = True
    index_bytes: int | None = None
    embedding_cost: float | None = None
    prompt_tokens: int = 0
    context_window: int | None = None
    question_cost: float | None = None
    leaves: dict[str, str] = field(default_factory=dict)
    failures: list[LoadFailure] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    notes: list[str] = field(default_factory=list)
    """Why earlier work would be done again, and what that takes."""
    work: list[PlannedWork] = field(default_factory=list)
    """The run's work, in order."""
    embeds: bool = True
    """Whether what retrieves compares the passages' vectors, so that they are embedded."""
    is_indexed: bool = False
    """Whether the index is finished and of these documents as they are."""
    sample: tuple[str, ...] = ()
    """Some of the texts to embed, of which none is too long, by which the embedder's speed can be measured."""

    passages: tuple[Passage, ...] = ()
    """Some of the documents' passages, by which the chat model's speed can be measured."""
    passage_length: int = 0
    """Characters of a passage, on average."""
    comparison: ComparisonPlanResult | None = None
    """Of the recipe's axes, if it has some."""

    @property
    def problems(self) -> list[str]:
        """The problems that would stop the run."""
        found = []
        if self.failures and not self.documents:
            found.append(f"none of {many(self.files, 'file')} could be read")
        if self.too_long and self.fit == "error":
            long = many(self.too_long, "chunk", "is", "are")
            found.append(f"{long} longer than the {self.window} tokens that the embedder reads")
        if self.context_window is not None and self.prompt_tokens > self.context_window:
            found.append(f"{self.prompt_tokens} tokens of prompt do not fit the chat model's {self.context_window}")
        return found

    def as_json(self) -> dict[str, Json]:
        """As ``potluck plan --json`` prints it."""
        return as_json(
            PlanResult(
                files=self.files,
                documents=self.documents,
                chunks=self.chunks,
                tokens=self.tokens,
                tokens_to_embed=self.tokens_to_embed,
                texts_to_embed=self.texts_to_embed,
                longest=self.longest,
                window=self.window,
                too_long=self.too_long,
                fit=self.fit,
                exact=self.exact,
                index_bytes=self.index_bytes,
                embedding_cost=self.embedding_cost,
                prompt_tokens=self.prompt_tokens,
                context_window=self.context_window,
                question_cost=self.question_cost,
                notes=tuple(self.notes),
                problems=tuple(self.problems),
                leaves_the_machine=self.leaves,
                failures=tuple(FailureResult(one.source, one.error, one.reason) for one in self.failures),
                ledger=self.ledger.accounts(),
                work=tuple(self.work),
                comparison=self.comparison,
            )
        )


def components_of(recipe: RecipeModel) -> Iterator[ComponentSpec]:
    """The components that a recipe names."""
    if recipe.documents is not None and recipe.documents.loader is not None:
        yield recipe.documents.loader
    if recipe.tuner is not None:
        yield recipe.tuner
    yield from (recipe.splitter, recipe.embedder, recipe.store, *recipe.retriever_spec.walk(), recipe.chat)
    yield from chain.from_iterable(recipe.components.values())


def remote_hosts(recipe: RecipeModel) -> dict[str, str]:
    """The hosts that would get data, by the kind of the component that sends it."""
    found: dict[str, str] = {}
    idle = idle_kinds(recipe)
    for part in (*components_of(recipe), *recipe.observers):
        if part.kind not in idle and (host := plugins.sends_to(part.plugin, part.config)) is not None:
            found[part.kind] = host
    return found


def needs_network(recipe: RecipeModel) -> bool:
    """Whether a component sends data to another machine, or takes it from a hub."""
    settings = (str(part.config.decisive()) for part in components_of(recipe))
    return bool(remote_hosts(recipe)) or any("hf://" in values for values in settings)


def plan(components: Components, workspace: Workspace, observers: Observers) -> PlanReport:
    """Load and split (the results are kept for the run), and count; nothing is embedded, and nothing leaves the
    machine."""
    recipe, catalogue, report = components.recipe, workspace.catalogue, PlanReport()
    sources = discover_documents(recipe)
    planned, report.failures = plan_loads(sources, components)
    why = find_causes(components, workspace.folder)
    again = count_files_to_reread(planned, catalogue.index(components.index_id), catalogue)
    with workspace.write_lock():
        started = time.perf_counter()
        with stage(observers, "load", "files", len(planned)) as running:
            loaded = load_documents(planned, components, catalogue, running)
        loading = time.perf_counter()
        with stage(observers, "split", "files", len(loaded.loads)) as running:
            loads, fingerprint = list(loaded.loads.values()), components.splitter_fingerprint
            newly_split = split_documents(loads, components.splitter, fingerprint, catalogue, running)
        ended, kept = time.perf_counter(), is_kept(components)
    report.work += timed_work("load", loaded.new, loading - started, kept)
    report.work += timed_work("split", newly_split, ended - loading, kept)
    report.failures += loaded.failures
    chunks = [chunk for load_id in loads for chunk in catalogue.chunks(load_id, fingerprint)]
    report.files, report.chunks, report.leaves = len(sources), len(chunks), remote_hosts(recipe)
    report.documents = sum(len(catalogue.document_ids(load_id)) for load_id in loads)
    account_loads(report.ledger.open("load", "documents"), len(sources), loaded, catalogue)
    account_chunks(report.ledger.open("split", "chunks"), chunks, catalogue)
    report.passage_length = sum(chunk.end - chunk.start for chunk in chunks) // max(1, len(chunks))
    report.passages = tuple(_some_passages(chunks, catalogue))
    report.embeds = components.uses_vectors
    if report.embeds:
        texts = {chunk.text: text for chunk, text in catalogue.chunk_texts(chunks)}
        _count_embedding(report, components, texts, workspace)
    _count_prompt(report, components)
    state = catalogue.index(components.index_id)
    report.is_indexed = state is not None and dict(state.loads) == loaded.loads and not report.texts_to_embed
    to_embed, tokens = report.texts_to_embed, report.tokens_to_embed
    price = components.embedder.price if report.embeds else None
    report.notes = why.of_index(again, newly_split, to_embed, tokens, price)
    return report


def _count_embedding(report: PlanReport, components: Components, texts: dict[str, str], workspace: Workspace) -> None:
    embedder = components.embedder
    missing = set(workspace.catalogue.missing_vectors(components.embedder_fingerprint, texts))
    report.window, report.fit, report.exact = embedder.window, embedder.fit, embedder.exact_token_counts
    items = iter(texts.items())
    while some := list(islice(items, _AT_ONCE)):
        counts = embedder.count_tokens([text for _, text in some])
        report.tokens += sum(counts)
        report.tokens_to_embed += sum(n for (key, _), n in zip(some, counts, strict=True) if key in missing)
        report.longest = max(report.longest, *counts)
        short = [text for (key, text), n in zip(some, counts, strict=True) if key in missing and _fits(n, embedder)]
        report.sample += tuple(short[: max(0, _SAMPLED - len(report.sample))])
        report.too_long += sum(n > embedder.window for n in counts) if embedder.window is not None else 0
    report.texts_to_embed = len(missing)
    if "embedder" not in report.leaves:
        # A remote embedder may have to ask its service for them, and a plan sends nothing.
        report.index_bytes = report.chunks * embedder.dimensions * _BYTES_A_NUMBER
    if embedder.price is not None:
        report.embedding_cost = report.tokens_to_embed * embedder.price / _MILLION


def _some_passages(chunks: Sequence[StoredChunk], catalogue: Catalogue) -> Iterator[Passage]:
    for chunk, text in catalogue.chunk_texts(chunks[:: max(1, len(chunks) // _SHOWN)][:_SHOWN]):
        source, heading = catalogue.document(chunk.document).source, chunk.heading
        shown = text.removeprefix(heading).lstrip() if heading else text
        yield Passage(chunk.id, source, shown, chunk.start, chunk.end, 0.0, heading)


def _fits(tokens: int, embedder: Embedder) -> bool:
    return embedder.window is None or tokens <= embedder.window


def _count_prompt(report: PlanReport, components: Components) -> None:
    recipe, chat = components.recipe, components.chat_without_adapter  # a plan trains nothing
    template = recipe.prompt or PromptTemplate(ENGLISH.answer)
    message = Message("user", template.render(context="", question="", examples=""))
    mean = report.tokens // report.chunks if report.chunks else 0
    if not report.embeds and report.passages:
        some = report.passages[:_SAMPLED]
        mean = sum(chat.count_tokens([Message("user", one.text)]) for one in some) // len(some)
    report.prompt_tokens = chat.count_tokens([message]) + min(recipe.retriever.k, report.chunks) * mean
    report.context_window = chat.context_window
    if chat.prices is not None and isinstance(recipe.chat.config, ChatOptions):
        tokens = (report.prompt_tokens, recipe.chat.config.max_tokens)
        report.question_cost = sum(n * price for n, price in zip(tokens, chat.prices, strict=True)) / _MILLION
