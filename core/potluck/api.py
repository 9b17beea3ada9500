"""potluck from Python: ``Recipe.load(path).ask(question)`` does what ``potluck ask`` does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cached_property, partial
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Self

from potluck import recipe
from potluck.adapters.resolve import resolve_adapter
from potluck.components.components import Components
from potluck.document_qa.ask import AskReport, ask, check_question
from potluck.egress import silence_dependencies
from potluck.errors import PotluckError, RecipeClosed, WorkspaceBusy
from potluck.evaluation.search import open_searcher, update_indexes
from potluck.indexing.report import IndexReport
from potluck.lifetimes import while_open
from potluck.model_sources.model_store import ModelStore
from potluck.observation.observers import Observers, observers_of
from potluck.planning.plan import needs_network, remote_hosts
from potluck.recipe.model import RecipeModel
from potluck.runs.done import Done
from potluck.stages.answer import no_examples
from potluck.workspace import Workspace, folder_of
from potluck.workspace.scratch import can_be_written, scratch
from potluck.workspace.storage_errors import storage_errors

if TYPE_CHECKING:
    from potluck.comparison.compare import Plan
    from potluck.comparison.gate import GateReport
    from potluck.contracts import ChatModel
    from potluck.evaluation.resources import OpenResources
    from potluck.evaluation.results import EvaluationReport
    from potluck.evaluation.workload import Preparation, Workload
    from potluck.planning.plan import PlanReport
    from potluck.recipe.swaps import Variant
    from potluck.recipe.variants import Design
    from potluck.results.stages import TaskPlanResult, TuningPlanResult
    from potluck.runs.comparison_run import Comparison
    from potluck.runs.run import RunReport
    from potluck.stages.retrieve import Searcher
    from potluck.stages.tune import TuneReport
    from potluck.tasks.predictions import TaskAnswers

_BEHIND = "another process is writing the workspace: answered from the index as it was finished last"


class Recipe:
    """A recipe with its workspace. Use it in a ``with`` statement, or call ``close``."""

    def __init__(self, model: RecipeModel, fresh: bool = False) -> None:
        """Take a recipe that has been read and validated. Nothing is made or opened yet.

        ``fresh``: chat models are asked again what they have answered already.
        """
        silence_dependencies()
        self.model = model
        self._fresh = fresh
        self._search: Searcher | None = None
        self._is_indexed = self._is_closed = False
        self._lacks = ("", "")  # a state of the index, and what is not in it
        self._indexing, self._opening = RLock(), RLock()

    @classmethod
    def load(cls, path: str | Path, overrides: Sequence[str] = (), fresh: bool = False) -> Self:
        """Read a recipe: a file, or the one in a folder. A folder of documents without one is read as it is.

        ``overrides`` are written ``key.key=value``. ``fresh``: chat models are asked again what they have answered
        already. Raises ``RecipeError`` with all problems.
        """
        return cls(recipe.load(Path(path), overrides), fresh)

    @cached_property
    def observers(self) -> Observers:
        """The observers of the stages. ``register`` takes any object with ``potluck_stage_...`` hooks."""
        return observers_of(self.model)

    @cached_property
    def workspace(self) -> Workspace:
        """The folder ``.potluck`` beside the recipe, or one in the user's cache if nothing can be written there."""
        self.check_open()
        return Workspace(folder_of(self.model), self._fresh)

    @cached_property
    def components(self) -> Components:
        """The recipe's components, made when they are needed."""
        return Components(self.model, self.workspace, ModelStore(self.model.folder))

    @cached_property
    def task(self) -> TaskAnswers:
        """What a recipe that names a task answers: ``task.ask({"prompt": ...})`` and ``task.predict(rows)``."""
        from potluck.tasks.predictions import TaskAnswers

        return TaskAnswers(self.model, self._resources())

    @while_open
    def index(self, *, check_service: bool = False, before_work: Callable[[], None] | None = None) -> IndexReport:
        """Bring the index up to date with the documents; what has not changed is not computed again.

        ``check_service``: even if nothing has changed, check whether the service behind the embedder now gives vectors
        of another length; if so, embed everything again. An embedder that does not know its length embeds one word to
        find out. ``before_work`` is called if there is something to do; what it raises is raised before that is done.

        Questions that other threads ask meanwhile are answered from the index as it was. Raises ``NoDocuments``, and
        ``NoReadableDocument`` if there are some and none could be read.
        """
        self._need_documents()
        with self._indexing, storage_errors(self.workspace.folder):
            report = update_indexes(self._with_embedder(), self.workspace, self.observers, check_service, before_work)
            self._is_indexed = True
            self._lacks = (self.workspace.catalogue.generation(self.components.index_id) or "", report.lacks)
            return report

    @while_open
    def refresh(self) -> IndexReport | None:
        """Bring the index up to date, unless another process is writing: then None, and questions are answered from
        the index as it was finished last. Raises ``WorkspaceBusy`` if it has never been finished."""
        try:
            return self.index()
        except WorkspaceBusy:
            if self.workspace.catalogue.generation(self.components.index_id) is None:
                raise
            return None

    @while_open
    def retriever(self) -> Searcher:
        """The retriever over the newest state of the index, which is brought up to date when the first one is made.

        It keeps to that state; ask for another to notice what other processes have indexed. Raises ``WorkspaceGone`` if
        the workspace was deleted meanwhile.
        """
        self._need_documents()
        with self._indexing:
            if not self._is_indexed:
                self.refresh()
        with self._opening:
            catalogue = self.workspace.catalogue
            catalogue.check_in_place()
            if self._search is None or catalogue.generation(self.components.index_id) != self._search.state.generation:
                # The one before is closed when no thread uses it any more.
                self._search = open_searcher(self.components, self.workspace)
                if self._is_closed:  # too late for ``close`` to find it
                    self._search.close()
            return self._search

    @while_open
    def ask(self, question: str, on_text: Callable[[str], None] | None = None) -> AskReport:
        """Answer a question from the documents, with citations. ``on_text`` gets the answer's pieces as they come.

        Threads may ask at once. Each question is answered from one state of the index, the newest one that some
        process has finished when it is asked; the documents are looked through before the first.

        Raises ``EmptyQuestion``, and what ``index`` raises.
        """
        from potluck.document_qa.shots import chooser

        check_question(question)
        self._check_chat()
        search, components = self.retriever(), self.components
        self.chat_model()
        wanted = self.model.shots.count > 0
        examples = chooser(self.model, components, self.workspace.answer_cache) if wanted else no_examples
        state, lacks = self._lacks
        notes = [lacks] if lacks and state == search.state.generation else []
        if not self._is_indexed:
            notes.append(_BEHIND)
        return ask(
            question, self.model, components, search, self.observers, examples=examples, on_text=on_text, notes=notes
        )

    @while_open
    def evaluate(self, questions: str | Path | None = None, limit: int | None = None) -> EvaluationReport:
        """Answer and measure the recipe's questions or examples, or those of a file; ``limit`` takes the first ones."""
        return self._workload(questions, limit).evaluate(self.model)

    @while_open
    def measure(self, questions: str | Path | None = None, limit: int | None = None) -> RunReport:
        """Do what answers need, ``evaluate``, and keep what came of it as a run.

        Raises ``PotluckError`` if the questions cannot be asked: at once, before documents are read.
        """
        started, workload = time.time(), self._workload(questions, limit)
        workload.read(self.model)
        with storage_errors(self.workspace.folder):
            preparation = workload.prepare(self.model, ())
        done = Done("evaluate", started, Path(questions) if questions is not None else None, limit)
        return self.keep(done, preparation, workload.evaluate(self.model))

    @while_open
    def chat_model(self) -> ChatModel:
        """The recipe's chat model, made once for all threads. Its adapter is trained first if need be."""
        with self._opening:
            resolve_adapter(self.components)
            chat = self.components.chat
            if self._is_closed:  # too late for ``close`` to find it
                self.components.close()
            return chat

    @while_open
    def tune(self) -> TuneReport:
        """Train the recipe's tuner on its dataset, unless that was done. ``adapter`` is the result."""
        from potluck.stages.tune import tune

        with storage_errors(self.workspace.folder):
            return tune(self.components, self.observers)

    def variants(self, plan: Plan | None = None) -> list[Variant]:
        """The variants of a comparison: of the axes that ``plan`` swaps, or the recipe's own."""
        from potluck.recipe.variants import variants

        return variants(self.model, plan.swaps, plan.design) if plan else variants(self.model)

    @while_open
    def compare(self, plan: Plan | None = None) -> Comparison:
        """Ask the same questions of every variant, and say what differs, whether it is real, and why."""
        from potluck.comparison.compare import Plan
        from potluck.runs.comparison_run import run_comparison

        return run_comparison(self.model, plan or Plan(), self.workspace, ModelStore(self.model.folder), self.observers)

    @while_open
    def gate(self, condition: str, plan: Plan | None = None) -> GateReport:
        """Ask until a condition such as ``f1 >= baseline - 0.02`` is decided, for every variant but the baseline."""
        from potluck.comparison.compare import Plan
        from potluck.comparison.gate import gate

        models = ModelStore(self.model.folder)
        return gate(condition, self.model, plan or Plan(), self.workspace, models, self.observers)

    @while_open
    def run(self) -> RunReport:
        """Do all that the recipe asks for: index or tune, answer its questions if it has some, keep a manifest.

        Raises ``LockMismatch`` if ``potluck.lock`` pins other plugins, models or data.
        """
        from potluck.runs.pins import check_lock

        check_lock(self.model, self.components)
        started, workload = time.time(), self._workload()
        if self.model.questions is not None:
            workload.read(self.model)
        with storage_errors(self.workspace.folder):
            preparation = workload.begin(self.model)
            evaluation = workload.evaluate(self.model) if self.model.questions is not None else None
        return self.keep(Done("run", started), preparation, evaluation)

    @while_open
    def keep(self, done: Done, preparation: Preparation, evaluation: EvaluationReport | None = None) -> RunReport:
        """Keep what a command has done as a run, with a manifest and a report."""
        from potluck.runs.run import keep_run

        with storage_errors(self.workspace.folder):
            return keep_run(done, self._workload(), preparation, evaluation, self.components)

    @while_open
    def plan(
        self, swaps: Sequence[str] = (), design: Design = "grid", seeds: int | None = None
    ) -> PlanReport | TuningPlanResult | TaskPlanResult:
        """Say what ``run`` would take and what would leave the machine; of a recipe with axes, ``compare`` as well.

        ``swaps`` are axes, and ``seeds`` trainings of each tuned variant, instead of the recipe's own. Some texts are
        embedded and one or two questions answered to measure the time, unless they would leave the machine; the run
        finds them if a workspace can be written.
        """
        from potluck.runs.planning import plan_recipe

        if can_be_written(folder_of(self.model)):
            with suppress(WorkspaceBusy):
                return plan_recipe(self.components, self.observers, swaps, design, seeds)
        with self.looking() as components:
            return plan_recipe(components, self.observers, swaps, design, seeds)

    @contextmanager
    def looking(self) -> Iterator[Components]:
        """The components over a copy of the workspace, which is thrown away: nothing beside the recipe is written."""
        self.check_open()
        with (
            scratch(folder_of(self.model)) as workspace,
            closing(Components(self.model, workspace, ModelStore(self.model.folder))) as components,
        ):
            yield components

    def remote_hosts(self) -> dict[str, str]:
        """The hosts that would get data, by the kind of the component that sends it."""
        return remote_hosts(self.model)

    def needs_network(self, plan: Plan | None = None) -> bool:
        """Whether a component, of the recipe or of a variant, sends data to another machine, or takes it from a hub."""
        if plan is None:
            return needs_network(self.model)
        from potluck.comparison.compare import compared_recipes

        return any(map(needs_network, compared_recipes(self.model, plan)))

    def close(self) -> None:
        """Close models, stores, the workspace and the observers; who uses them afterwards gets ``RecipeClosed``."""
        self._is_closed = True
        with ExitStack() as closing:  # the last first, each even if one before it fails
            for name in ("observers", "workspace", "components"):
                if name in self.__dict__:
                    closing.callback(self.__dict__[name].close)
            if self._search is not None:
                closing.callback(self._search.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check_open(self) -> None:
        """Raise ``RecipeClosed`` if the recipe was closed."""
        if self._is_closed:
            raise RecipeClosed(f"{self.model.path}: the recipe is closed: load it again")

    def _with_embedder(self) -> Components:
        """The components; all threads share one embedder."""
        with self._opening:
            assert not self.components.uses_vectors or self.components.embedder, "made here at the latest"
            return self.components

    def _need_documents(self) -> None:
        if self.model.documents is None:
            from potluck.workloads import workload_of

            raise PotluckError(f"{self.model.path}: {workload_of(self.model).without_documents}")

    def _workload(self, questions: str | Path | None = None, limit: int | None = None) -> Workload:
        """What the recipe does with a file of questions, with the components that are open here."""
        from potluck.metrics.scorer import Scorer
        from potluck.workloads import workload_of

        scorer = Scorer(self.components.metrics, self.model.metrics)
        path = Path(questions) if questions is not None else None
        return workload_of(self.model)(self._resources(), scorer, path, limit)

    def _resources(self) -> OpenResources:
        from potluck.evaluation.resources import OpenResources

        update = partial(self.index, before_work=self._check_chat)
        return OpenResources(self.components, self.workspace, self.observers, update, self.retriever, self.chat_model)

    def _check_chat(self) -> None:
        with self._opening:
            if self.model.tuning.adapter is None:
                self.components.chat.check()
