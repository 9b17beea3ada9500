"""What people should know about a row besides its measures: a training that went wrong, worthless answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from potluck import degenerate
from potluck.amounts import many
from potluck.contracts import ChatOptions
from potluck.evaluation.served import Served, changed_model
from potluck.strategy.race import Entrant


def notes_on(entrant: Entrant, right: Sequence[str], options: ChatOptions | None) -> Iterator[str]:
    """Sentences about a row. ``right`` are the labels of what it was asked; ``options`` those of the chat model."""
    yield from entrant.notes
    if entrant.spec.baseline or not entrant.asked:
        return
    yield from _on_labels(right, [one.label for one in entrant.asked])
    if options is not None:
        yield from degenerate.of_ends(sum(one.cut for one in entrant.asked), len(entrant.asked), options.max_tokens)
    for remark, count in Counter(remark for one in entrant.asked for remark in one.remarks).items():
        yield f"{count} of {len(entrant.asked)}: {remark}"
    yield from changed_model([Served(one.served_by, one.before) for one in entrant.asked])


def _on_labels(right: Sequence[str], said: Sequence[str]) -> Iterator[str]:
    """A row that names none of the labels does not answer one label to everything."""
    unnamed = sum(not label for label in said)
    if unnamed:
        yield f"no label: {many(unnamed, 'answer', 'names', 'name')} none of the labels, of {len(said)}"
    yield from degenerate.of_labels(right, said) if any(said) else degenerate.no_better(right, 0)
