"""What the measures of a task do not show: labels that were not learned, worthless answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from potluck import degenerate
from potluck.amounts import many
from potluck.components.components import Components
from potluck.contracts import ChatOptions
from potluck.errors import PotluckError
from potluck.tasks.answers import AnsweredExample

_LISTED = 5


def findings_on(answered: Sequence[AnsweredExample], labels: Sequence[str], components: Components) -> Iterator[str]:
    """A sentence for each."""
    targets, answers = [one.target for one in answered], [one.answer.text for one in answered]
    if labels:
        yield from _unknown(targets, labels)
        yield from degenerate.of_labels(targets, answers)
        return
    yield from components.chat.remarks
    yield from degenerate.of_texts(targets, answers)
    options = components.recipe.chat.config
    if isinstance(options, ChatOptions):
        cut = sum(one.answer.finish == "length" for one in answered)
        yield from degenerate.of_ends(cut, len(answered), options.max_tokens)


def check_labels(path: Path, labels: Sequence[str], learned: Sequence[str]) -> None:
    """Compare the labels of a file to evaluate on with those learned. Raises ``PotluckError`` if they share none."""
    if set(labels).isdisjoint(learned):
        theirs, ours = (", ".join(map(repr, some[:_LISTED])) for some in (labels, learned))
        raise PotluckError(
            f"{path}: no answer in it can be right: its labels are {theirs}, and those learned are {ours}. Another "
            "field may hold the labels: name it with dataset.target"
        )


def _unknown(targets: Sequence[str], labels: Sequence[str]) -> Iterator[str]:
    """Labels of the file that the model cannot answer, because it did not learn them."""
    unknown = Counter(target for target in targets if target not in labels)
    if unknown:
        named = ", ".join(f"{label!r} {count}" for label, count in unknown.most_common(_LISTED))
        count = many(unknown.total(), "example")
        yield f"{count} of {len(targets)} with a label that is not among those learned ({named})"
