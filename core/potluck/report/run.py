"""The report of a run as one HTML file: no script, and nothing asked of the network.

Texts may come from data that somebody else wrote: every one is escaped, and what turns the order of writing round is
spelled. The pictures are made by matplotlib, which escapes what it writes.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from statistics import fmean
from string import Template
from typing import TYPE_CHECKING

from potluck.contracts import Measure
from potluck.documents import Json
from potluck.visible import visible

if TYPE_CHECKING:
    from potluck.evaluation.results import Answered, EvaluationReport
    from potluck.stages.tune import TuneReport

_SHOWN = 300
"""How many questions or examples are listed; all of them are in answers.jsonl."""
_TITLES = {"loss": "Loss", "confusion": "Confusion: a row is the right label, a column the predicted one"}


def write_run(
    name: str,
    manifest: Mapping[str, Json],
    tuned: TuneReport | None,
    evaluation: EvaluationReport | None,
    pictures: Mapping[str, str],
) -> bytes:
    """The page, in UTF-8. ``pictures`` are ``svg`` elements by name."""
    page = resources.files(__package__).joinpath("run.html").read_text("utf-8")
    body = "\n".join(
        [
            *_training(tuned),
            *_measures(evaluation),
            *(f"<h2>{_TITLES[key]}</h2>\n<figure>{svg}</figure>" for key, svg in pictures.items()),
            *_labels(evaluation),
            *_examples(evaluation),
        ]
    )
    title = _escape(name)
    lead = _escape(f"run {manifest['run']}, {manifest['started']}")
    return Template(page).substitute(title=title, lead=lead, body=body).encode("utf-8", "replace")


def _training(tuned: TuneReport | None) -> Iterator[str]:
    if tuned is None:
        return
    done = tuned.tuned
    share = done.trainable_parameters / tuned.total_parameters
    yield "<h2>Training</h2>"
    yield _table(
        ("", ""),
        [
            ("parameters trained", f"{done.trainable_parameters:,} ({share:.2%} of the model's)"),
            ("optimiser steps", f"{len(done.losses):,}"),
            ("seconds", f"{done.seconds:,.1f}"),
            ("tokens a second", f"{done.tokens_per_second:,.0f}"),
            ("loss at the end", "" if tuned.train_loss is None else f"{tuned.train_loss:.4f} nats a token"),
            ("artifact", str(tuned.adapter)),
        ],
    )
    if tuned.notes:
        yield "<ul>" + "".join(f"<li>{_escape(note)}</li>" for note in tuned.notes) + "</ul>"


def _measures(evaluation: EvaluationReport | None) -> Iterator[str]:
    if evaluation is None:
        return
    rows = [(name, _value(value), _interval(evaluation, name)) for name, value in evaluation.metrics.items()]
    yield f"<h2>Measures on {len(evaluation.answered):,} {evaluation.unit}</h2>"
    yield _table(("measure", "mean", "95 % interval"), rows)
    if evaluation.notes:
        yield "<ul>" + "".join(f"<li>{_escape(note)}</li>" for note in evaluation.notes) + "</ul>"


def _value(value: float | None) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def _interval(evaluation: EvaluationReport, name: str) -> str:
    found = evaluation.intervals.get(name)
    return f"{found.low:.3f} to {found.high:.3f}" if found is not None and found.low is not None else ""


def _labels(evaluation: EvaluationReport | None) -> Iterator[str]:
    if evaluation is None or evaluation.classes is None:
        return
    rows = [
        (label, f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}", str(one.support))
        for label, one in sorted(evaluation.classes.labels.items(), key=lambda pair: (pair[1].f1, pair[0]))
    ]
    yield "<h2>Labels, the worst first</h2>"
    yield _table(("label", "precision", "recall", "F1", "examples"), rows)


def _examples(evaluation: EvaluationReport | None) -> Iterator[str]:
    if evaluation is None:
        return
    worst = _worst_first(evaluation)
    listed = f", the {_SHOWN} worst of {len(worst):,}" if len(worst) > _SHOWN else ", the worst first"
    yield f"<h2>{evaluation.unit.capitalize()}{listed}</h2>"
    rows = []
    for one in worst[:_SHOWN]:
        scores = ", ".join(f"{name} {value:.2f}" for name, value in one.score.values.items())
        rows.append((one.question.question, one.right_answer, one.answer.text, scores))
    yield _table(("input", "right answer", "answer", "scores"), rows)


def _worst_first(evaluation: EvaluationReport) -> list[Answered]:
    """The answers by the mean of those scores that are comparable; those that have none of them come last.

    These are the shares that measure the answer. Where no question has one, they are all shares, else all scores.
    """
    known = {
        name: evaluation.measures.get(name, Measure(name, ""))
        for one in evaluation.answered
        for name in one.score.values
    }
    shares = {name for name, measure in known.items() if measure.scale == "share"}
    of_answers = {name for name in shares if known[name].about in ("answer", "refusal")}
    compared = of_answers or shares or set(known)

    def goodness(one: Answered) -> float:
        values = [(known[name], value) for name, value in one.score.values.items() if name in compared]
        return fmean([_higher_is_better(*pair) for pair in values]) if values else math.inf

    return sorted(evaluation.answered, key=goodness)


def _higher_is_better(measure: Measure, value: float) -> float:
    if measure.higher_is_better:
        return value
    return 1 - value if measure.scale == "share" else -value


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    named = f"<thead><tr>{''.join(f'<th scope=col>{_escape(name)}</th>' for name in head)}</tr></thead>"
    lines = []
    for first, *rest in rows:
        cells = "".join(f"<td>{_escape(cell)}</td>" for cell in rest)
        lines.append(f"<tr><th scope=row>{_escape(first)}</th>{cells}</tr>")
    return f"<table>{named if any(head) else ''}<tbody>{''.join(lines)}</tbody></table>"


def _escape(text: str) -> str:
    """Text that is not markup, with controls and bidirectional controls spelled."""
    return html.escape(visible(text))
