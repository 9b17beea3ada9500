"""Evaluating a recipe with a task: every example of a file is answered, and the answers are compared with its targets.

The labels of a classification are scored as choices, so that an answer is always one of them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potluck import degenerate
from potluck.adapters.resolve import resolve_adapter
from potluck.amounts import many
from potluck.answering.asking import ask_model
from potluck.answering.choices import check_scores_text, label_logprobs
from potluck.answering.remarks import remarks_on
from potluck.components.components import Components
from potluck.contracts import Attempt, ChatOptions
from potluck.datasets.examples import ExampleBuilder, check_fields
from potluck.datasets.prepare import prepare_dataset
from potluck.datasets.row_files import read_rows
from potluck.document_qa.answer_cache import Served, changed_model
from potluck.documents import Example, Json, Usage, plain
from potluck.errors import PotluckError
from potluck.fingerprints import fingerprint
from potluck.metrics.classification import Classification, classification
from potluck.metrics.scorer import Scorer
from potluck.observation.stage import model_call, stage
from potluck.recipe.tuning_settings import DatasetSettings
from potluck.statistics.intervals import Interval, mean_interval
from potluck.workspace.answer_cache import AnswerCache

if TYPE_CHECKING:
    import pluggy

_LISTED = 5


@dataclass(frozen=True, slots=True)
class Said:
    """An example, what the model said to it, and how that scores: against the nearest of several right answers."""

    example: Example
    answer: str
    scores: Mapping[str, float]
    usage: Usage
    seconds: float = 0.0
    """What answering took, when it was done."""
    kept: bool = False
    """Whether that was before."""
    remarks: tuple[str, ...] = ()
    """What was unusual, in sentences: withheld by a filter, cut within its thoughts."""
    cut: bool = False
    """Whether it ended at the limit of tokens."""
    served_by: str = ""
    """What the service calls the model that answered."""
    attempt: Attempt = field(default=Attempt(""), repr=False)
    """What was measured."""

    def as_json(self) -> dict[str, Json]:
        """As ``potluck evaluate --json`` lists it."""
        return {
            "input": plain(self.example.messages),
            "target": self.example.target,
            "answer": self.answer,
            "scores": dict(self.scores),
            "remarks": list(self.remarks),
        }


@dataclass(frozen=True, slots=True)
class TaskReport:
    """The measures of a file of examples: ``metrics`` are means, ``intervals`` their 95 % confidence intervals."""

    metrics: dict[str, float]
    intervals: dict[str, Interval]
    said: list[Said]
    classes: Classification | None
    seconds: float
    usage: Usage
    findings: tuple[str, ...] = ()
    """What the measures do not say: answers that are worth nothing, labels that are odd, rows left out."""

    @property
    def served(self) -> list[Served]:
        """Which states of a service's model gave the answers."""
        return [Served(one.served_by, one.kept) for one in self.said]

    @property
    def notes(self) -> tuple[str, ...]:
        """The findings, and that the service's model has changed since it gave the answers that were kept."""
        return (*self.findings, *changed_model(self.served))

    def as_json(self) -> dict[str, Json]:
        """As ``potluck evaluate --json`` prints it. The measures stand at the top as well."""
        return {
            **self.metrics,
            "metrics": {**self.metrics, "seconds": round(self.seconds, 3)},
            "intervals": {name: [one.low, one.high] for name, one in self.intervals.items()},
            "confusion": _confusion(self.classes),
            "labels": _labels(self.classes),
            "n": len(self.said),
            "notes": list(self.notes),
            "examples": [one.as_json() for one in self.said],
            "tokens": self.usage.as_json(),
        }


def evaluate_task(
    path: Path, components: Components, cache: AnswerCache, observers: pluggy.PluginManager, limit: int | None = None
) -> TaskReport:
    """Answer the examples of a file in the dataset's form. What was answered before is not asked again."""
    began, recipe = time.perf_counter(), components.recipe
    settings = recipe.tuning.dataset or DatasetSettings(path=str(path))
    rows = read_rows(path, settings.encoding)[:limit]
    check_fields(recipe, settings, rows, evaluating=True)
    build = ExampleBuilder(
        recipe.prompt, settings, rows, evaluating=True, classify=recipe.tuning.task == "classification"
    )
    rows = build.usable(rows)
    examples = build.examples(rows)
    resolve_adapter(components)
    scorer = Scorer(components.metrics, components.recipe.metrics)
    labels = _choices(components, examples)
    said = list[Said]()
    with stage(observers, "evaluate", "examples", len(examples), recipe.chat) as running:
        for example, row in zip(examples, rows, strict=True):
            if labels:
                said.append(_choose(example, labels, components, cache, scorer))
            else:
                said.append(_answer(example, build.references(row), components, cache, scorer))
            running.advance()
    intervals = _intervals(said, scorer)
    metrics = {name: one.mean for name, one in intervals.items()}
    classes = None
    if labels:
        classes = classification([one.example.target for one in said], [one.answer for one in said])
        metrics |= {"f1_macro": classes.macro_f1, "f1_minority": classes.minority_f1}
    usage = sum((one.usage for one in said), Usage())
    findings = (*build.notes(), *_unknown(said, labels), *_degenerate(said, labels, components))
    return TaskReport(metrics, intervals, said, classes, time.perf_counter() - began, usage, findings)


def _intervals(said: Sequence[Said], scorer: Scorer) -> dict[str, Interval]:
    """The mean of each measure over the examples that have it."""
    found = {name: [one.scores[name] for one in said if name in one.scores] for name in scorer.measures}
    return {
        name: mean_interval(values, bounded=scorer.measures[name].scale == "share")
        for name, values in found.items()
        if values
    }


def _unknown(said: Sequence[Said], labels: Sequence[str]) -> Iterator[str]:
    """Labels of the file that the model cannot answer, because it did not learn them."""
    unknown = Counter(one.example.target for one in said if labels and one.example.target not in labels)
    if unknown:
        named = ", ".join(f"{label!r} {count}" for label, count in unknown.most_common(_LISTED))
        count = many(unknown.total(), "example")
        yield f"{count} of {len(said)} with a label that is not among those learned ({named})"


def _degenerate(said: Sequence[Said], labels: Sequence[str], components: Components) -> Iterator[str]:
    """Answers that are worth nothing."""
    right, answers = [one.example.target for one in said], [one.answer for one in said]
    if labels:
        yield from degenerate.of_labels(right, answers)
        return
    yield from components.chat.remarks
    yield from degenerate.of_texts(right, answers)
    options = components.recipe.chat.config
    if isinstance(options, ChatOptions):
        yield from degenerate.of_ends(sum(one.cut for one in said), len(said), options.max_tokens)


def _choices(components: Components, examples: Sequence[Example]) -> tuple[str, ...]:
    """The labels of a classification: those that are learned from, or those of the file where there is no dataset."""
    recipe = components.recipe
    if recipe.tuning.task != "classification":
        return ()
    check_scores_text(components.chat, recipe.chat.name, "so that labels cannot be scored as choices")
    if recipe.tuning.dataset is not None:
        return prepare_dataset(recipe).labels
    return tuple(sorted({example.target for example in examples}))


def _choose(
    example: Example, labels: Sequence[str], components: Components, cache: AnswerCache, scorer: Scorer
) -> Said:
    def ask() -> dict[str, Json]:
        return {"logprobs": [*label_logprobs(components.chat, example.messages, labels)]}

    key = fingerprint("choose to its end", components.chat_fingerprint, _prompt(example), list(labels))
    said, kept = _kept(components, cache, key, ask)
    found = said["logprobs"]
    best = max(range(len(labels)), key=lambda number: found[number])
    attempt = Attempt(plain(example.messages), (example.target,), answer=labels[best], choices=tuple(labels))
    scores = scorer.values(attempt)
    return Said(example, labels[best], scores, Usage(), said.get("seconds", 0.0), kept, attempt=attempt)


def _answer(
    example: Example, references: Sequence[str], components: Components, cache: AnswerCache, scorer: Scorer
) -> Said:
    config = components.recipe.chat.config
    if not isinstance(config, ChatOptions):
        raise PotluckError(f"the settings of the chat model {components.recipe.chat.name!r} are no ChatOptions")

    def ask() -> dict[str, Json]:
        with model_call("chat") as spent:
            answer = ask_model(components.chat, example.messages, config)
            spent.count(answer.usage)
        usage = answer.usage
        return {
            "text": answer.text.strip(),
            "usage": [usage.prompt, usage.completion, usage.cached, usage.reasoning],
            "remarks": [*remarks_on(answer)],
            "cut": answer.finish == "length",
            "served_by": answer.served_by,
        }

    key = fingerprint("answer without thoughts", components.chat_fingerprint, _prompt(example))
    said, kept = _kept(components, cache, key, ask, config.cache)
    text = str(said["text"])
    attempt = Attempt(plain(example.messages), tuple(references), answer=text)
    return Said(
        example,
        text,
        scorer.values(attempt),
        Usage(*said["usage"]),
        said.get("seconds", 0.0),
        kept,
        tuple(said["remarks"]),
        bool(said.get("cut")),
        said.get("served_by", ""),
        attempt,
    )


def _kept(
    components: Components, cache: AnswerCache, key: str, ask: Callable[[], dict[str, Json]], cached: bool = True
) -> tuple[dict[str, Any], bool]:
    """What was answered before, or is now, with the seconds that it took; and which of both."""
    kept = cache.answer(key, cached=cached)
    if kept is not None:
        return kept, True
    components.prepared_chat()
    began = time.perf_counter()
    said = {**ask(), "seconds": time.perf_counter() - began}
    cache.keep_answer(key, said, cached=cached)
    return said, False


def _prompt(example: Example) -> Json:
    return [[message.role, message.content] for message in example.messages]


def _confusion(classes: Classification | None) -> Json:
    return {gold: dict(said) for gold, said in classes.confusion.items()} if classes else None


def _labels(classes: Classification | None) -> Json:
    return {label: asdict(one) for label, one in classes.labels.items()} if classes else None


def lines(report: TaskReport) -> Iterator[str]:
    """The report for people."""
    for name, value in report.metrics.items():
        found = report.intervals.get(name)
        within = f"  ({found.low:.3f} to {found.high:.3f})" if found is not None and found.low is not None else ""
        yield f"  {name:12} {value:.3f}{within}"
    if report.classes is not None:
        yield f"  rarest label: {report.classes.minority}"
        for gold, said in report.classes.confusion.items():
            wrong = {label: count for label, count in said.items() if label != gold}
            if wrong:
                yield f"  {gold} taken for " + ", ".join(f"{label} ({count})" for label, count in wrong.items())
    for remark, count in Counter(remark for one in report.said for remark in one.remarks).items():
        yield f"  {count} of {len(report.said)}: {remark}"
    yield from report.notes
    yield f"{many(len(report.said), 'example')} in {report.seconds:.1f} s"
