"""The report of a tuning and its evaluation as one HTML file: no script, and nothing asked of the network.

Texts may come from data that somebody else wrote: every one is escaped, and what turns the order of writing round is
spelled. The pictures are made by matplotlib, which escapes what it writes.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from string import Template
from typing import TYPE_CHECKING

from potluck.documents import Json, plain
from potluck.visible import visible

if TYPE_CHECKING:
    from potluck.stages.tune import TuneReport
    from potluck.tasks.evaluate import TaskReport

_SHOWN = 300
"""Examples that are listed; all of them stand in answers.jsonl."""
_TITLES = {"loss": "Loss", "confusion": "Confusion: a row is what was right, a column what was said"}


def write_task(
    name: str,
    manifest: Mapping[str, Json],
    tuned: TuneReport | None,
    evaluation: TaskReport | None,
    pictures: Mapping[str, str],
) -> bytes:
    """The page, in UTF-8. ``pictures`` are ``svg`` elements by name."""
    page = resources.files(__package__).joinpath("task.html").read_text("utf-8")
    body = "\n".join(
        [
            *_training(tuned),
            *_measures(evaluation),
            *(f"<h2>{_TITLES[key]}</h2>\n<figure>{svg}</figure>" for key, svg in pictures.items()),
            *_labels(evaluation),
            *_examples(evaluation),
        ]
    )
    title = _escaped(name)
    lead = _escaped(f"run {manifest['run']}, {manifest['started']}")
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
        yield "<ul>" + "".join(f"<li>{_escaped(note)}</li>" for note in tuned.notes) + "</ul>"


def _measures(evaluation: TaskReport | None) -> Iterator[str]:
    if evaluation is None:
        return
    rows = []
    for name, value in evaluation.metrics.items():
        found = evaluation.intervals.get(name)
        within = f"{found.low:.3f} to {found.high:.3f}" if found and found.low is not None else ""
        rows.append((name, f"{value:.3f}", within))
    yield f"<h2>Measures on {len(evaluation.said):,} examples</h2>"
    yield _table(("measure", "mean", "95 % interval"), rows)
    if evaluation.notes:
        yield "<ul>" + "".join(f"<li>{_escaped(note)}</li>" for note in evaluation.notes) + "</ul>"


def _labels(evaluation: TaskReport | None) -> Iterator[str]:
    if evaluation is None or evaluation.classes is None:
        return
    rows = [
        (label, f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}", str(one.support))
        for label, one in sorted(evaluation.classes.labels.items(), key=lambda pair: (pair[1].f1, pair[0]))
    ]
    yield "<h2>Labels, the worst first</h2>"
    yield _table(("label", "precision", "recall", "F1", "examples"), rows)


def _examples(evaluation: TaskReport | None) -> Iterator[str]:
    if evaluation is None:
        return
    worst = sorted(evaluation.said, key=lambda one: sum(one.scores.values()))
    listed = f", the {_SHOWN} worst of {len(worst):,}" if len(worst) > _SHOWN else ", the worst first"
    yield f"<h2>Examples{listed}</h2>"
    rows = []
    for one in worst[:_SHOWN]:
        scores = ", ".join(f"{name} {value:.2f}" for name, value in one.scores.items())
        rows.append((plain(one.example.messages), one.example.target, one.answer, scores))
    yield _table(("input", "right", "said", "scores"), rows)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    named = f"<thead><tr>{''.join(f'<th scope=col>{_escaped(name)}</th>' for name in head)}</tr></thead>"
    lines = []
    for first, *rest in rows:
        cells = "".join(f"<td>{_escaped(cell)}</td>" for cell in rest)
        lines.append(f"<tr><th scope=row>{_escaped(first)}</th>{cells}</tr>")
    return f"<table>{named if any(head) else ''}<tbody>{''.join(lines)}</tbody></table>"


def _escaped(text: str) -> str:
    """Text that is not markup, with controls and bidirectional controls spelled."""
    return html.escape(visible(text))
