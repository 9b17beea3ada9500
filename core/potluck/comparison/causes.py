"""Why two variants differ on a question: which stage made the difference.

From variant a to variant b one stage is swapped after the other, everything else kept: the documents, the splitter,
whether the embedder reads whole texts, the retriever (with the embedder, its store and the number of passages), the
order of the same passages, the reranker, the prompt, the chat model. After each step the question is answered anew,
unless the model would see the same as before. The cause is the step that moves the score furthest towards b's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from potluck import plugins
from potluck.comparison.engine import Engine
from potluck.comparison.unread import unread_by
from potluck.comparison.variant_run import VariantRun
from potluck.contracts import EmbedderConfig
from potluck.document_qa.answer_cache import Asker
from potluck.document_qa.workload import DocumentQA
from potluck.documents import Passage
from potluck.errors import PotluckError
from potluck.evaluation.results import Answered
from potluck.overlap import f1, is_cjk
from potluck.questions.question_file import Question
from potluck.recipe.model import ComponentSpec, RecipeModel
from potluck.refusals import is_refusal
from potluck.results.comparison import Cause, CauseCount, Stage

_LISTED = 3

_READING = {"window", "fit"}
"""Settings of an embedder that say how much of a text it reads."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One swapped stage: the recipe after it, and a description for people."""

    stage: Stage
    recipe: RecipeModel
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _State:
    """The input of the chat model after a step, and its score."""

    recipe: RecipeModel
    passages: tuple[Passage, ...]
    score: float

    def sees(self) -> tuple[object, ...]:
        """Everything that decides the answer."""
        recipe = self.recipe
        shown = self.passages[: recipe.retriever.k]
        spans = tuple((p.source, p.start, p.end, p.text, p.heading, p.sections) for p in shown)
        chat = (recipe.chat.name, recipe.chat.plugin, str(recipe.chat.config.decisive()))
        return (spans, recipe.prompt, recipe.shots, recipe.answer.method, recipe.retriever.fit, chat)


def causes(engine: Engine, a: VariantRun, b: VariantRun, metric: str) -> Iterator[Cause]:
    """Name the cause for every question about documents on which the two differ; nothing for latency and cost."""
    workload = engine.workload
    if a.error or b.error or metric not in engine.scorer.of_answers or not isinstance(workload, DocumentQA):
        return
    chain = _Chain(engine, workload, a, b, metric)
    for place, question in enumerate(engine.questions):
        if chain.differ(place):
            yield chain.cause(place, question)


def count_causes(found: Sequence[Cause]) -> list[CauseCount]:
    """How often each stage was the cause, pair by pair, the most frequent first, with a sentence."""
    pairs: dict[tuple[str, str], Counter[Stage]] = {}
    details: dict[tuple[str, str, str], Counter[str]] = {}
    for one in found:
        pairs.setdefault((one.a, one.b), Counter())[one.cause] += 1
        details.setdefault((one.a, one.b, one.cause), Counter())[one.detail] += 1
    lines: list[CauseCount] = []
    for (a, b), counts in pairs.items():
        for stage, count in counts.most_common():
            (detail, same), *_ = details[a, b, stage].most_common(1)
            about = f": {detail}" if same == count or stage == "truncation" else ""
            sentence = f"{count} of {counts.total()} differences between {a} and {b} come from {stage}{about}"
            lines.append(CauseCount(a, b, stage, count, sentence))
    return lines


class _Chain:
    """The steps from one variant to another, and the answers on the way."""

    def __init__(self, engine: Engine, workload: DocumentQA, a: VariantRun, b: VariantRun, metric: str) -> None:
        self._engine, self._workload, self._a, self._b, self._metric = engine, workload, a, b, metric
        self._askers: dict[int, Asker] = {}
        self._found: dict[int, list[list[Passage]]] = {}

    @cached_property
    def _steps(self) -> list[_Step]:
        """The stages in which the recipes differ, each swapped on top of those before."""
        return [step for step in _steps(self._engine, self._a, self._b) if self._can_index(step)]

    def differ(self, place: int) -> bool:
        """Whether the two variants differ on a question."""
        start, end = self._ends(place)
        if self._is_graded(place):
            return start != end
        return self._a.first[place].answer.text != self._b.first[place].answer.text

    def cause(self, place: int, question: Question) -> Cause:
        """Swap one stage after the other and see which moved the score."""
        start, end = self._ends(place)
        first = self._state(self._a, place, start)
        last = self._state(self._b, place, end)
        state, calls = first, 0
        moves: list[tuple[float, Stage, str]] = []
        for step in self._steps:
            for stage, recipe, passages, detail in self._substeps(step, state, last, place):
                new, asked = self._next(_State(recipe, passages, state.score), state, last, place, question)
                calls += asked
                moves.append((new.score - state.score, stage, detail))
                state = new
        sign = 1 if end >= start else -1
        _, stage, detail = max(moves, key=lambda move: sign * move[0], default=(0.0, "generation", ""))
        return Cause(
            question.id, self._a.variant.name, self._b.variant.name, stage, detail, self._metric, start, end, calls
        )

    def _substeps(
        self, step: _Step, state: _State, last: _State, place: int
    ) -> Iterator[tuple[Stage, RecipeModel, tuple[Passage, ...], str]]:
        """The passages after a step. Other passages come first, in the old order as far as they go; then the order."""
        if step.stage in ("prompt", "generation"):
            yield step.stage, step.recipe, state.passages, step.detail
            return
        found = self._passages(step.recipe, place)
        k = step.recipe.retriever.k
        new = tuple(found)
        if step.stage != "retrieval":
            yield step.stage, step.recipe, new, step.detail or _change(state.passages, new, k)
            return
        arranged = _arrange(state.passages[: state.recipe.retriever.k], new[:k])
        yield "retrieval", step.recipe, (*arranged, *new[k:]), _change(state.passages, new, k, state.recipe.retriever.k)
        if arranged != new[:k]:
            yield "order", step.recipe, new, f"the same passages in another order: {_list_names(new[:k])} come first"

    def _next(self, new: _State, before: _State, last: _State, place: int, question: Question) -> tuple[_State, int]:
        """The state with its score, and how many times the model was asked for it."""
        if new.sees() == last.sees():
            answered = self._b.first[place].answer.text
            return replace(new, score=self._score(question, new, answered, place)), 0
        if new.sees() == before.sees():
            # Other passages further down still change what is measured of retrieval.
            return replace(new, score=before.score), 0
        asked = self._asker(new.recipe).ask(question.question, new.passages[: new.recipe.retriever.k])
        calls = 0 if asked.cached else asked.given.calls
        return replace(new, score=self._score(question, new, asked.given.answer.text, place)), calls

    def _asker(self, recipe: RecipeModel) -> Asker:
        """The answerer after a step. The steps' recipes live as long as the chain, so each is identified by its id."""
        if id(recipe) not in self._askers:
            self._askers[id(recipe)] = self._workload.asker(recipe)
        return self._askers[id(recipe)]

    def _score(self, question: Question, state: _State, answer: str, place: int) -> float:
        """By the measure; where the question has no gold, how much nearer the answer is to b's than to a's."""
        if not question.answerable:
            return float(is_refusal(answer))
        if self._is_graded(place):
            shown = state.recipe.retriever.k
            scored = self._engine.scorer.score(question, state.passages, answer, shown=shown)
            return scored.values.get(self._metric, 0.0)
        ours, theirs = (run.first[place].answer.text for run in (self._a, self._b))
        cjk = is_cjk(ours + theirs)
        return f1(answer, theirs, cjk) - f1(answer, ours, cjk)

    def _ends(self, place: int) -> tuple[float, float]:
        """The scores of a and b."""
        if not self._is_graded(place):
            ours, theirs = (run.first[place].answer.text for run in (self._a, self._b))
            alike = f1(ours, theirs, is_cjk(ours + theirs))
            return alike - 1, 1 - alike
        return tuple(self._value(run.first[place]) for run in (self._a, self._b))  # type: ignore[return-value]

    def _is_graded(self, place: int) -> bool:
        """Whether the question has gold."""
        ours, theirs = self._a.first[place].score, self._b.first[place].score
        return not ours.answerable or (self._metric in ours.values and self._metric in theirs.values)

    def _value(self, one: Answered) -> float:
        return one.score.values[self._metric] if one.score.answerable else float(bool(one.score.refused))

    def _state(self, run: VariantRun, place: int, value: float) -> _State:
        return _State(run.variant.recipe, tuple(self._passages(run.variant.recipe, place)), value)

    def _passages(self, recipe: RecipeModel, place: int) -> list[Passage]:
        """What the recipe retrieves for one question; retrieved for all of them at once."""
        if id(recipe) not in self._found:
            self._found[id(recipe)] = self._workload.passages(recipe, self._engine.questions)
        return self._found[id(recipe)][place]

    def _can_index(self, step: _Step) -> bool:
        """Whether the step's passages are available; a stage that cannot be swapped alone is swapped with the next
        one."""
        if step.stage in ("prompt", "generation"):
            return True
        try:
            self._workload.search_index(step.recipe, self._engine.questions)
        except PotluckError:
            return False
        return True


def _steps(engine: Engine, a: VariantRun, b: VariantRun) -> Iterator[_Step]:
    recipe, goal = a.variant.recipe, b.variant.recipe
    if recipe.documents != goal.documents:
        recipe = replace(recipe, documents=goal.documents)
        if not _is_remote(recipe):
            yield _Step("loading", recipe)
    if recipe.splitter != goal.splitter:
        recipe = replace(recipe, splitter=goal.splitter)
        if not _is_remote(recipe):
            yield _Step("splitting", recipe)
    if _retrieves_by(recipe) != _retrieves_by(goal):
        yield from _retrieval_steps(engine, recipe, goal)
        recipe = _with_retrieval_of(recipe, goal)
    if recipe.reranker != goal.reranker:
        components = {**recipe.components, "reranker": goal.components.get("reranker", ())}
        recipe = replace(recipe, components={kind: specs for kind, specs in components.items() if specs})
        yield _Step("reranking", recipe)
    wording = replace(recipe, prompt=goal.prompt, shots=goal.shots, answer=goal.answer, retriever=goal.retriever)
    if wording != recipe:
        recipe = wording
        yield _Step("prompt", recipe, f"prompt {_hash(a.variant.recipe)} became {_hash(goal)}")
    if recipe.chat != goal.chat:
        detail = f"the same passages and prompt, answered by {_other_part(recipe.chat, goal.chat)}"
        yield _Step("generation", replace(recipe, chat=goal.chat), detail)


def _other_part(before: ComponentSpec, after: ComponentSpec) -> str:
    """How two parts of a recipe differ, in words without the values, which may be secret."""
    if before.name != after.name:
        return f"{after.name} instead of {before.name}"
    one, other = dict(before.config), dict(after.config)
    changed = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    return f"{after.name} with another {' and '.join(map(repr, changed))}" if changed else f"another {after.name}"


def _retrieval_steps(engine: Engine, recipe: RecipeModel, goal: RecipeModel) -> Iterator[_Step]:
    """Another embedder: the effect of text that it does not read is separated from that of its understanding."""
    swapped = recipe.embedder != goal.embedder
    if swapped and _same_but_for_reading(recipe.embedder, goal.embedder):
        recipe, before = replace(recipe, embedder=goal.embedder), recipe
        yield _Step("truncation", recipe, unread_by(engine.resources, before) or unread_by(engine.resources, recipe))
        swapped = False
    if _retrieves_by(recipe) == _retrieves_by(goal):
        return
    if swapped and (whole := _whole(recipe)) is not None and (unread := unread_by(engine.resources, recipe)):
        yield _Step("truncation", whole, unread)
    after = _with_retrieval_of(recipe, goal)
    if swapped and (whole := _whole(after)) is not None and (unread := unread_by(engine.resources, after)):
        yield _Step("retrieval", whole)
        yield _Step("truncation", after, unread)
    else:
        yield _Step("retrieval", after)


def _retrieves_by(recipe: RecipeModel) -> tuple[object, ...]:
    """Everything that decides which passages are found for a question in the same chunks."""
    return (recipe.embedder, recipe.store, recipe.retriever_spec, recipe.retriever.k)


def _with_retrieval_of(recipe: RecipeModel, goal: RecipeModel) -> RecipeModel:
    """The recipe with the retrieval of another one."""
    k = recipe.retriever.model_copy(update={"k": goal.retriever.k})
    spec = goal.retriever_spec
    return replace(recipe, embedder=goal.embedder, store=goal.store, retriever_spec=spec, retriever=k)


def _same_but_for_reading(one: ComponentSpec, other: ComponentSpec) -> bool:
    """Whether two embedders differ only in how much they read of a text."""
    if one.plugin != other.plugin:
        return False
    ours, theirs = one.config.decisive(), other.config.decisive()
    return {name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)} <= _READING


def _whole(recipe: RecipeModel) -> RecipeModel | None:
    """The recipe with an embedder that reads long texts whole, in pieces; None where it does so, or is remote."""
    config = recipe.embedder.config
    if not isinstance(config, EmbedderConfig) or config.fit != "cut" or _is_remote(recipe):
        return None
    return replace(recipe, embedder=replace(recipe.embedder, config=config.model_copy(update={"fit": "pool"})))


def _is_remote(recipe: RecipeModel) -> bool:
    """Whether another index with this embedder would cost money, or send texts without a request."""
    offered = plugins.offer(recipe.embedder.plugin)
    return offered.sends_to is not None and offered.sends_to(recipe.embedder.config) is not None


def _arrange(before: Sequence[Passage], after: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages of ``after``: those that were there before in their old order, then the new ones."""
    wanted = {_key(passage): passage for passage in after}
    old = [wanted.pop(_key(passage)) for passage in before if _key(passage) in wanted]
    return (*old, *wanted.values())


def _change(before: Sequence[Passage], after: Sequence[Passage], k: int, old_k: int | None = None) -> str:
    """Which of the passages that the model sees came and went."""
    old, new = before[: old_k or k], after[:k]
    known, found = {_key(passage) for passage in old}, {_key(passage) for passage in new}
    came = [passage for passage in new if _key(passage) not in known]
    went = [passage for passage in old if _key(passage) not in found]
    parts = [f"found {_list_names(came)}" if came else "", f"lost {_list_names(went)}" if went else ""]
    return ", ".join(part for part in parts if part) or "the same passages"


def _list_names(passages: Sequence[Passage]) -> str:
    names = list(dict.fromkeys(" ".join(filter(None, [passage.source, passage.section])) for passage in passages))
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return "; ".join(names[:_LISTED]) + more


def _key(passage: Passage) -> tuple[str, int, int]:
    return passage.source, passage.start, passage.end


def _hash(recipe: RecipeModel) -> str:
    return recipe.prompt.fingerprint[:8] if recipe.prompt else "of potluck"
