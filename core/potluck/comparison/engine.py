"""Running variants of a recipe so that nothing upstream of a change is done twice.

Stage by stage, not variant by variant: first every index that is needed, and all questions retrieved from it, with one
embedder in memory at a time; then every variant's answers, those of one chat model together. What is computed is kept
as it comes, so an interrupted comparison goes on where it was. A variant that fails does not stop the others.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from potluck.adapters.resolve import resolve_adapter
from potluck.answering.asking import ask_model
from potluck.comparison.judge import JudgeReport, Pair, judge
from potluck.components.components import Components
from potluck.contracts import ChatOptions, ModelSources
from potluck.document_qa.answer_cache import Asked, Asker, Served
from potluck.document_qa.ask import open_searcher
from potluck.document_qa.evaluate import Answered, answer_all, retrieve_all
from potluck.document_qa.shots import chooser
from potluck.documents import Message, Passage
from potluck.errors import PotluckError
from potluck.fingerprints import fingerprint
from potluck.indexing.update import update_index
from potluck.ledger import Ledger
from potluck.loading.failure import LoadFailure
from potluck.metrics.perplexity import Surprise
from potluck.metrics.scorer import Scorer
from potluck.questions.gold import Known, check_gold
from potluck.questions.question_file import Question
from potluck.recipe.model import RecipeModel
from potluck.recipe.swaps import Variant
from potluck.stages.retrieve import Searcher
from potluck.workspace import Workspace

if TYPE_CHECKING:
    import pluggy

Counts: TypeAlias = dict[str, int]
"""How much by stage: documents loaded and split, texts embedded, questions embedded, questions answered."""

STAGES = ("load", "split", "embed", "retrieve", "answer")

_NAMED = 5
"""How many documents a note names."""

_CHATS = 2
"""Chat models kept in memory at once: looking for causes goes to and fro between two."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What one index gave: the passages of each question, best first, and what it took to get them."""

    search: Searcher
    passages: Sequence[list[Passage]]
    ledger: Ledger
    total: Counts
    """Work that the index and the questions stand for."""
    done: Counts
    """How much of it was done now."""
    seconds: float
    notes: Sequence[str] = ()
    """Which documents are not in it."""


@dataclass(slots=True)
class VariantRun:
    """What became of a variant. ``repeats`` holds the answers of each round; ``error`` says why there are none."""

    variant: Variant
    repeats: list[list[Answered]] = field(default_factory=list)
    served: list[Served] = field(default_factory=list)
    """Which states of a service's model gave them, before or now."""
    notes: list[str] = field(default_factory=list)
    """What is to be said of it besides: documents that were not read, a training that went wrong, worthless answers."""
    retrieved: Retrieved | None = None
    cost: float | None = None
    seconds: float = 0.0
    computed: Counts = field(default_factory=lambda: dict.fromkeys(STAGES, 0))
    reused: Counts = field(default_factory=lambda: dict.fromkeys(STAGES, 0))
    prices: tuple[float, float] | None = None
    surprises: dict[str, Surprise] = field(default_factory=dict)
    """By question: how surprised the model is by the right answer, where that was asked for."""
    error: str | None = None


class Engine:
    """Runs recipes that share a workspace. Close it in the end."""

    def __init__(
        self,
        questions: Sequence[Question],
        scorer: Scorer,
        workspace: Workspace,
        models: ModelSources,
        observers: pluggy.PluginManager,
    ) -> None:
        """Nothing is loaded yet."""
        # Models of two libraries in one process: threads that wait by spinning take the processor from the others.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        self.questions, self.scorer = questions, scorer
        self._workspace, self._models, self._observers = workspace, models, observers
        self._indexes: dict[str, Retrieved | Exception] = {}
        self._chats: dict[str, Components] = {}
        self._opened: list[Components] = []

    def run(self, variants: Sequence[Variant], repeats: int = 1, surprise: bool = False) -> list[VariantRun]:
        """Retrieve and answer for every variant; ``repeats`` rounds where the model samples.

        With ``surprise`` the chat models are also asked how likely they hold the gold answers.
        """
        runs = [VariantRun(variant) for variant in variants]
        for run in runs:
            self._index(run)
        self.check_gold([variant.recipe for variant in variants])
        ready = [run for run in runs if run.error is None]
        # Those of one chat model together: it is loaded once.
        for run in sorted(ready, key=lambda run: str(run.variant.recipe.chat.config)):
            self._answer(run, repeats, surprise)
        return runs

    def retrieved(self, recipe: RecipeModel) -> Retrieved:
        """The passages of every question from the recipe's index, which is brought up to date once."""
        components = Components(recipe, self._workspace, self._models)
        try:
            index_id = components.index_id
            if index_id not in self._indexes:
                self._indexes[index_id] = self._retrieve(components)
        finally:
            components.close()
        found = self._indexes[index_id]
        if isinstance(found, Exception):
            raise found
        return found

    def check_gold(self, recipes: Sequence[RecipeModel]) -> None:
        """Raise ``RecipeError`` for what questions call right and no recipe has among its documents."""
        known = Known()
        for recipe in recipes:
            try:
                known.add(recipe, self.retrieved(recipe).search)
            except Exception:  # told where the variant runs
                known.add(recipe, None)
        check_gold(self.questions, known)

    def asker(self, recipe: RecipeModel, sample: int = 0) -> Asker:
        """What answers as the recipe says, with a chat model that is loaded at most once."""
        components = self._with_chat(recipe)
        own = self._components(recipe)
        return Asker(
            recipe, components, self._workspace.answer_cache, chooser(recipe, own, self._workspace.answer_cache), sample
        )

    def prices(self, recipe: RecipeModel) -> tuple[float, float] | None:
        """What the recipe's chat model asks for a million tokens in and out."""
        return self._with_chat(recipe).chat.prices

    def judge(self, recipe: RecipeModel, a: VariantRun, b: VariantRun) -> JudgeReport:
        """Have the recipe's chat model judge the answers of two variants, where they differ in words."""
        components = self._with_chat(recipe)
        config = recipe.chat.config
        assert isinstance(config, ChatOptions), "checked when it first answers"

        def ask(prompt: str) -> str:
            key = fingerprint("judge", components.chat_fingerprint, prompt)
            kept = self._workspace.answer_cache.answer(key, cached=config.cache)
            if kept is None:
                kept = {"text": ask_model(components.chat, [Message("user", prompt)], config).text}
                self._workspace.answer_cache.keep_answer(key, kept, cached=config.cache)
            return str(kept["text"])

        texts = zip(self.questions, a.repeats[0], b.repeats[0], strict=True)
        pairs = [
            Pair(question.question, one.report.answer.text, other.report.answer.text, question.answers)
            for question, one, other in texts
            if one.report.answer.text != other.report.answer.text
        ]
        return judge(ask, pairs, components.chat.concurrency)

    def unread(self, recipe: RecipeModel) -> str:
        """What the recipe's embedder leaves unread of long chunks, in words; empty if it reads every chunk whole."""
        components = Components(recipe, self._workspace, self._models)
        try:
            embedder, catalogue = components.embedder, self._workspace.catalogue
            state = catalogue.index(components.index_id)
            if state is None or embedder.window is None:
                return ""
            with catalogue.one_state():
                chunks = list(catalogue.index_chunks(state))
                texts = [text for _, text in catalogue.chunk_texts(chunks)]
            tokens = embedder.count_tokens(texts) if chunks else []
            long = [count for count in tokens if count > embedder.window]
            if not long:
                return ""
            self._adopt(components, [c.text for c, n in zip(chunks, tokens, strict=True) if n <= embedder.window])
            return (
                f"{recipe.embedder.name} read {embedder.window} of up to {max(long)} tokens, and so not the whole of "
                f"{len(long)} of {len(chunks)} chunks"
            )
        finally:
            components.close()

    def _adopt(self, components: Components, texts: Sequence[str]) -> None:
        """Let the embedder that reads whole texts have the vectors of those that were read whole anyway."""
        config = components.recipe.embedder.config.model_copy(update={"fit": "pool"})
        recipe = replace(components.recipe, embedder=replace(components.recipe.embedder, config=config))
        whole = Components(recipe, self._workspace, self._models)
        with self._workspace.write_lock():
            self._workspace.catalogue.copy_vectors(components.embedder_fingerprint, whole.embedder_fingerprint, texts)
        whole.close()

    def close(self) -> None:
        """Close every model that is still open."""
        while self._opened:
            self._opened.pop().close()
        while self._chats:
            self._chats.popitem()[1].close()

    def _index(self, run: VariantRun) -> None:
        known = set(self._indexes)
        try:
            run.retrieved = self.retrieved(run.variant.recipe)
        except Exception as error:  # whatever a plugin raises, the other variants go on
            run.error = reason(error)
            return
        run.notes += run.retrieved.notes
        first = len(self._indexes) > len(known)
        done = run.retrieved.done if first else dict.fromkeys(run.retrieved.done, 0)
        run.computed |= done
        run.reused |= {stage: total - done[stage] for stage, total in run.retrieved.total.items()}
        run.seconds = run.retrieved.seconds if first else 0.0

    def _retrieve(self, components: Components) -> Retrieved | Exception:
        started, workspace = time.perf_counter(), self._workspace
        try:
            report = update_index(components, workspace, self._observers)
            search = open_searcher(components, workspace)
            deep = components.recipe.retriever.k
            found, embedded = retrieve_all(self.questions, deep, search, workspace.answer_cache, self._observers)
        except Exception as error:
            return error
        documents = report.ledger.entries[0].went_out.items
        total = {
            "load": documents,
            "split": documents,
            "embed": report.embedded + report.reused,
            "retrieve": len({question.question for question in self.questions}),
        }
        done = {"load": report.loaded, "split": report.split, "embed": report.embedded, "retrieve": embedded}
        notes = [*_unread(report.failures)]
        return Retrieved(search, found, report.ledger, total, done, time.perf_counter() - started, notes)

    def _answer(self, run: VariantRun, repeats: int, surprise: bool) -> None:
        started = time.perf_counter()
        try:
            for sample in range(_rounds(run.variant.recipe, repeats)):
                answered = self.answer(run.variant.recipe, sample)
                run.repeats.append([one for one, _ in answered])
                run.served += [asked.served for _, asked in answered]
                _count_answers(run, [asked for _, asked in answered])
            run.prices = self.prices(run.variant.recipe)
            if surprise and self._with_chat(run.variant.recipe).chat.scores_text:
                run.surprises = self._surprises(run.variant.recipe)
        except Exception as error:
            run.error, run.repeats = reason(error), []
        run.seconds += time.perf_counter() - started
        run.cost = cost_of(run)

    def answer(
        self, recipe: RecipeModel, sample: int = 0, only: Sequence[int] | None = None
    ) -> list[tuple[Answered, Asked]]:
        """Answer the questions (or those at the places ``only``) as a recipe says."""
        found = self.retrieved(recipe)
        places = range(len(self.questions)) if only is None else only
        asker = self.asker(_sampled(recipe, sample), sample)
        questions = [self.questions[i] for i in places]
        passages = [found.passages[i] for i in places]
        return answer_all(questions, passages, recipe.retriever.k, asker, found.search, self.scorer, self._observers)

    def _surprises(self, recipe: RecipeModel) -> dict[str, Surprise]:
        found, asker = self.retrieved(recipe), self.asker(recipe)
        return {
            question.id: asker.surprise(question.question, passages[: recipe.retriever.k], question.answers[0])
            for question, passages in zip(self.questions, found.passages, strict=True)
            if question.answerable and question.answers
        }

    def _components(self, recipe: RecipeModel) -> Components:
        components = Components(recipe, self._workspace, self._models)
        self._opened.append(components)
        return components

    def _with_chat(self, recipe: RecipeModel) -> Components:
        """Components that hold the recipe's chat model; those used last are closed when there are too many."""
        components = Components(recipe, self._workspace, self._models)
        resolve_adapter(components)
        key = components.chat_fingerprint
        kept = self._chats.pop(key, None)
        if kept is not None:
            components.close()
        self._chats[key] = kept or components
        while len(self._chats) > _CHATS:
            self._chats.pop(next(iter(self._chats))).close()
        return self._chats[key]


def reason(error: Exception) -> str:
    """Why a variant failed, for people."""
    return str(error) if isinstance(error, PotluckError) else f"unexpected {type(error).__name__}: {error}"


def _unread(failures: Sequence[LoadFailure]) -> Iterator[str]:
    if failures:
        more = f", and {len(failures) - _NAMED} more" if len(failures) > _NAMED else ""
        yield f"documents not read: {len(failures)} ({'; '.join(map(str, failures[:_NAMED]))}{more})"


def _rounds(recipe: RecipeModel, repeats: int) -> int:
    """How often to ask: a greedy model says the same again."""
    config = recipe.chat.config
    return repeats if isinstance(config, ChatOptions) and config.samples else 1


def _sampled(recipe: RecipeModel, sample: int) -> RecipeModel:
    """The recipe with the seed of a round, where the model samples."""
    config = recipe.chat.config
    if not isinstance(config, ChatOptions) or config.temperature == 0:
        return recipe
    first = config.seed if config.seed is not None else recipe.seed
    seeded = config.model_copy(update={"seed": first + sample})
    return replace(recipe, chat=replace(recipe.chat, config=seeded))


def _count_answers(run: VariantRun, asked: Sequence[Asked]) -> None:
    cached = sum(one.cached for one in asked)
    run.computed["answer"] += len(asked) - cached
    run.reused["answer"] += cached


def cost_of(run: VariantRun) -> float | None:
    """US dollars that answering took when it was done, a round."""
    if run.prices is None or not run.repeats:
        return None
    costs = [question_cost(one, run.prices) for answers in run.repeats for one in answers]
    return sum(costs) / len(run.repeats)


def question_cost(one: Answered, prices: tuple[float, float]) -> float:
    """US dollars of one answer."""
    usage = one.report.answer.usage
    return (usage.prompt * prices[0] + usage.completion * prices[1]) / 1e6
