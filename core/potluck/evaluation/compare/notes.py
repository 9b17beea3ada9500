"""What people should know of the answers that are compared: withheld, cut, or of a model that has changed since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from potluck.documents import Json
from potluck.evaluation.answers import Asked, changed_model
from potluck.evaluation.compare.engine import VariantRun
from potluck.fingerprints import fingerprint
from potluck.stages.remarks import remarks_on_all


def notes(runs: Sequence[VariantRun]) -> list[Json]:
    """The remarks on each variant's answers (of the first round), then on models that were asked at different times."""
    found: list[Json] = []
    for run in runs:
        answers = {one.question.id: one.report.answer for one in run.repeats[0]} if run.repeats else {}
        found += [f"{run.variant.name}: {remark}" for remark in remarks_on_all(answers)]
    return [*found, *_changed(runs)]


def _changed(runs: Sequence[VariantRun]) -> Iterator[Json]:
    """Variants with one chat model are asked the same server, perhaps one of them long ago."""
    by_model: dict[str, list[Asked]] = {}
    names: dict[str, list[str]] = {}
    for run in runs:
        chat = run.variant.recipe.chat
        key = fingerprint(chat.name, chat.config.decisive())
        by_model.setdefault(key, []).extend(run.asked)
        names.setdefault(key, []).append(run.variant.name)
    for key, asked in by_model.items():
        for note in changed_model(asked):
            yield f"{', '.join(names[key])}: {note}"
