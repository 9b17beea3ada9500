"""Questions about documents: retrieve passages, answer from them, cite, and measure both."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from potluck import degenerate
from potluck.answering.remarks import remarks_on_all
from potluck.components.components import Components
from potluck.contracts import ChatOptions, TuningRequest
from potluck.document_qa.answer_cache import Asked, Asker
from potluck.document_qa.answered import AnsweredQuestion
from potluck.document_qa.ask import refuses
from potluck.document_qa.planned_work import plan_answers, plan_embedding
from potluck.document_qa.shots import chooser
from potluck.documents import Json, Passage, Usage
from potluck.errors import MissingDependency, PotluckError
from potluck.evaluation.conclusions import conclude_evaluation
from potluck.evaluation.resources import Resources
from potluck.evaluation.results import Answered, EvaluationReport
from potluck.evaluation.search import lend_models
from potluck.evaluation.served import changed_model
from potluck.evaluation.workload import Preparation, Workload, cost_of, report_answer
from potluck.fingerprints import fingerprint
from potluck.indexing.report import IndexReport
from potluck.ledger import Amount, Entry, Ledger
from potluck.loading.failure import LoadFailure
from potluck.metrics.perplexity import Surprise
from potluck.metrics.scorer import Scorer
from potluck.observation.stage import stage
from potluck.planning.measured import Measured
from potluck.planning.plan import PlanReport
from potluck.questions.clusters import clusters_of
from potluck.questions.gold import Known, check_gold
from potluck.questions.origin import origin_sentences
from potluck.questions.question_file import Question, QuestionFile, read_question_file
from potluck.recipe.effects import idle_kinds
from potluck.recipe.model import RecipeModel
from potluck.results.stages import PlannedWork
from potluck.retrieval.maker import RetrievalMaker
from potluck.stages.cite import cite
from potluck.stages.retrieve import Searcher, SearchResult, account_passages, blind_notes, search
from potluck.statistics.intervals import Interval

DEPTH = 50
"""Passages that are retrieved for measuring, however few the model is shown: several may be of one document."""

_NAMED = 5
"""How many documents a note names."""


@dataclass(slots=True)
class Searched:
    """A searcher of an index, with the passages found for each question by its id."""

    index: IndexReport
    search: Searcher
    results: dict[str, SearchResult] = field(default_factory=dict)
    embedded: int = 0
    """How many questions were embedded now."""
    seconds: float = 0.0


class DocumentQA(Workload):
    """Recipes with documents."""

    unit = "questions"
    without_documents = "the recipe names no documents; add for instance: documents: notes/*.txt"

    def __init__(
        self, resources: Resources, scorer: Scorer, path: Path | None = None, limit: int | None = None
    ) -> None:
        """As every workload. Searches are kept by what decides them, and why one could not be made."""
        super().__init__(resources, scorer, path, limit)
        self._searched: dict[str, Searched | Exception] = {}
        self._files: dict[Path, QuestionFile] = {}

    def read(self, recipe: RecipeModel) -> QuestionFile:
        """The questions of the file. Raises ``RecipeError`` with every problem in it, ``PotluckError`` for none."""
        path = self.questions_file(recipe)
        if path not in self._files:
            self._files[path] = read_question_file(path, self._limit)
        if not self._files[path].questions:
            raise PotluckError(f"{path}: there are no questions in it")
        return self._files[path]

    def check(self, recipes: Sequence[RecipeModel], questions: Sequence[Question]) -> None:
        """Raise ``RecipeError`` for what questions call right and no recipe has among its documents."""
        known = Known()
        for recipe in recipes:
            try:
                known.add(recipe, self.search_index(recipe).search)
            except Exception:  # told where the recipe is prepared
                known.add(recipe, None)
        check_gold(questions, known)

    def begin(self, recipe: RecipeModel) -> Preparation:
        """Index the documents."""
        with self.resources.borrow(recipe) as components:
            found = self.resources.index(components)
        return Preparation(index=found, notes=found.notes)

    def prepare(self, recipe: RecipeModel, questions: Sequence[Question]) -> Preparation:
        """Index the documents, and retrieve the passages of the questions, once for all recipes with this index."""
        known = set(self._searched)
        searched = self.search_index(recipe, questions)
        is_first = len(self._searched) > len(known)
        found, documents = searched.index, searched.index.ledger.entries[0].went_out.items
        total = {
            "load": documents,
            "split": documents,
            "embed": found.embedded + found.reused,
            "retrieve": len({question.question for question in questions}) if searched.search.embeds else 0,
        }
        done = {"load": found.loaded, "split": found.split, "embed": found.embedded, "retrieve": searched.embedded}
        return Preparation(
            index=found,
            notes=[*_unread(found.failures), *blind_notes([*searched.results.values()], searched.search)],
            total=total,
            done=done if is_first else dict.fromkeys(done, 0),
            seconds=searched.seconds if is_first else 0.0,
        )

    def search_index(self, recipe: RecipeModel, questions: Sequence[Question] = ()) -> Searched:
        """The recipe's index, brought up to date once, with the passages of the questions. An error of indexing is
        raised again."""
        with self.resources.borrow(recipe) as components:
            deep = max(DEPTH, recipe.retriever.k)
            key, started = fingerprint(components.retrieval_id, deep), time.perf_counter()
            try:
                found = self._searched.get(key) or self._open(components)
                self._searched[key] = found
                if isinstance(found, Searched):
                    self._retrieve(found, components, deep, questions)
                    found.seconds += time.perf_counter() - started
            except Exception as error:
                self._searched[key] = found = error
        if isinstance(found, Exception):
            raise found
        return found

    def passages(self, recipe: RecipeModel, questions: Sequence[Question]) -> list[list[Passage]]:
        """The passages of each question, retrieved deeper than the model is shown, for the measures."""
        searched = self.search_index(recipe, questions)
        return [searched.results[question.id].passages for question in questions]

    def asker(self, recipe: RecipeModel, sample: int = 0) -> Asker:
        """The answerer that the recipe describes."""
        answers = self.resources.workspace.answer_cache
        examples = chooser(recipe, self.resources.own(recipe), answers)
        return Asker(recipe, self.resources.with_chat(recipe), answers, examples, sample)

    def answer(
        self,
        recipe: RecipeModel,
        questions: Sequence[Question],
        sample: int = 0,
        on_answer: Callable[[Answered], None] | None = None,
    ) -> list[Answered]:
        """Answer each question from the first ``retriever.k`` of its passages, cite and score it."""
        found, asker = self.passages(recipe, questions), self.asker(recipe, sample)
        search, k = self.search_index(recipe).search, recipe.retriever.k
        answered = list[Answered]()
        with stage(self.resources.observers, "answer", "questions", len(questions), recipe.chat) as running:
            asked = asker.ask_all([question.question for question in questions], [passages[:k] for passages in found])
            for question, passages, one in zip(questions, found, asked, strict=True):
                answered.append(self._score_answer(question, passages, k, one, search))
                report_answer(running, answered[-1], on_answer)
        return answered

    def surprises(self, recipe: RecipeModel, questions: Sequence[Question]) -> dict[str, Surprise]:
        """Given the passages that the model would answer from."""
        asker = self.asker(recipe)
        return {
            question.id: asker.surprise(question.question, passages[: recipe.retriever.k], question.answers[0])
            for question, passages in zip(questions, self.passages(recipe, questions), strict=True)
            if question.answerable and question.answers
        }

    def findings(self, recipe: RecipeModel, answered: Sequence[Answered]) -> Sequence[str]:
        """Answers that ended at the limit of tokens."""
        cut = sum(one.answer.finish == "length" for one in answered)
        options = recipe.chat.config
        return [*degenerate.of_ends(cut, len(answered), options.max_tokens)] if isinstance(options, ChatOptions) else []

    def report(
        self, recipe: RecipeModel, answered: Sequence[Answered], notes: Sequence[str], seconds: float
    ) -> EvaluationReport:
        """The measures of retrieval and answers, and the ledger of all questions together."""
        usage = sum((one.answer.usage for one in answered), Usage())
        prices = self.resources.with_chat(recipe).chat.prices
        searched, ledger = self.search_index(recipe), Ledger()
        results = [searched.results[one.question.id] for one in answered]
        account_passages(ledger, results, searched.search, recipe.retriever.k)
        self._account(ledger.open("answer", "passages"), answered, recipe)
        intervals = self._intervals(recipe, answered)
        known = intervals or self._means(answered)
        chief = self.scorer.chief(known, [one.question for one in answered])
        return EvaluationReport(
            self.unit,
            self.scorer.summarise([one.score for one in answered]),
            answered,
            intervals=intervals,
            usage=usage,
            cost=None if prices is None else cost_of(usage, prices),
            seconds=seconds,
            ledger=ledger,
            notes=[*notes, *blind_notes(results, searched.search)],
            conclusion=(
                *conclude_evaluation(known, self.scorer.measures, self.unit, chief),
                *origin_sentences([one.question for one in answered]),
            ),
            chief=chief,
            measures=self.scorer.measures,
        )

    def plan(self, components: Components, measured: Measured) -> PlanReport:
        """Load, split and count documents, and measure times. Raises ``PotluckError`` if the recipe names none."""
        recipe = components.recipe
        if recipe.documents is None:
            raise PotluckError(f"{recipe.path}: {DocumentQA.without_documents}")
        report = measured.report_of(components, self.resources.observers)
        if report.problems:
            return report
        if report.texts_to_embed:
            report.work.append(plan_embedding(report, components, measured))
        if recipe.questions is not None:
            report.work += self.plan_answers(components, measured)
        return report

    def plan_answers(
        self, components: Components, measured: Measured, request: TuningRequest | None = None, sample: int = 0
    ) -> Sequence[PlannedWork]:
        """The questions that are left, of documents that are counted once for all that share an index."""
        recipe, observers = components.recipe, self.resources.observers
        report, questions = measured.report_of(components, observers), self.read(recipe).questions
        if report.problems:
            return ()
        deep = max(DEPTH, recipe.retriever.k)
        asked = [one.question for one in questions]
        return [*plan_answers(report, components, observers, asked, deep, measured, sample)]

    @staticmethod
    def identities(components: Components) -> dict[str, Mapping[str, Json]]:
        """The identities of the embedder if it has work, of the chat model, and of retriever and reranker if these have
        files."""
        usual: dict[str, Mapping[str, Json]] = {"chat": components.chat.identity()}
        if "embedder" not in idle_kinds(components.recipe):
            usual = {"embedder": components.embedder.identity(), **usual}
        return {**usual, **RetrievalMaker(components).identities()}

    def manifest(self, preparation: Preparation, report: EvaluationReport | None, own: Components) -> dict[str, Json]:
        """The index with its documents by hash, and what answering took."""
        catalogue = own.workspace.catalogue
        state = catalogue.index(own.index_id)
        assert state is not None, "a run indexes first"
        loads = {source: catalogue.load(load_id) for source, load_id in state.loads.items()}
        return {
            "fingerprints": {"splitter": state.splitter, "embedder": state.embedder, "index": state.id},
            "models": {kind: dict(identity) for kind, identity in self.identities(own).items()},
            "documents": {source: load.content for source, load in loads.items() if load is not None},
            "index": preparation.index.as_json() if preparation.index else None,
            "ledger": report.ledger.as_json() if report else None,
        }

    def _intervals(self, recipe: RecipeModel, answered: Sequence[Answered]) -> dict[str, Interval]:
        """None if the library that computes them is missing: the means are useful without."""
        try:
            clusters = clusters_of([one.question for one in answered], recipe.decision.is_about_these)
            return self.scorer.intervals([one.score for one in answered], clusters)
        except MissingDependency:
            return {}

    def _means(self, answered: Sequence[Answered]) -> dict[str, Interval]:
        """Without intervals."""
        found = {
            name: [one.score.values[name] for one in answered if name in one.score.values]
            for name in self.scorer.measures
        }
        return {
            name: Interval(sum(values) / len(values), None, None, len(values))
            for name, values in found.items()
            if values
        }

    def _open(self, components: Components) -> Searched:
        return Searched(self.resources.index(components), self.resources.retriever(components))

    def _retrieve(self, searched: Searched, components: Components, deep: int, questions: Sequence[Question]) -> None:
        """Retrieve what was not yet retrieved, deep enough to measure it."""
        missing = [question for question in questions if question.id not in searched.results]
        if not missing:
            return
        lend_models(searched.search, components)  # those with which it was opened may be closed by now
        cache, asked = self.resources.workspace.answer_cache, [question.question for question in missing]
        results, embedded = search(asked, deep, searched.search, self.resources.observers, cache)
        searched.embedded += embedded
        searched.results |= {question.id: result for question, result in zip(missing, results, strict=True)}

    def _score_answer(
        self, question: Question, passages: Sequence[Passage], shown: int, asked: Asked, search: Searcher
    ) -> AnsweredQuestion:
        given = asked.given
        refused, filtered = refuses(given.answer), given.answer.finish == "filter"
        return AnsweredQuestion(
            question,
            given.answer,
            self.scorer.score(question, passages, given.answer.text, refused, shown, filtered),
            asked.seconds,
            asked.cached,
            retrieved=passages,
            citations=cite(given, search.narrow),
            calls=given.calls,
            ledger=asked.ledger,
        )

    def _account(self, entry: Entry, answered: Sequence[Answered], recipe: RecipeModel) -> None:
        """Put the entries of all questions together."""
        for one in answered:
            assert isinstance(one, AnsweredQuestion), "these are the answers of this workload"
            (single,) = one.ledger.entries
            entry.came_in += single.came_in
            entry.went_out += single.went_out
            entry.dropped += single.dropped
            entry.notes += [f"{one.question.id}: {note}" for note in single.notes if note.startswith("fit:")]
        entry.notes += remarks_on_all({one.question.id: one.answer for one in answered})
        entry.notes += changed_model([one.served for one in answered])
        entry.cut = Amount()
        entry.notes += self.findings(recipe, answered)


def _unread(failures: Sequence[LoadFailure]) -> Iterator[str]:
    if failures:
        more = f", and {len(failures) - _NAMED} more" if len(failures) > _NAMED else ""
        yield f"documents not read: {len(failures)} ({'; '.join(map(str, failures[:_NAMED]))}{more})"
