"""What people should know about the compared answers: withheld, cut, worthless, or from a model that has changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from potluck.answering.remarks import remarks_on_all
from potluck.comparison.variant_run import VariantRun
from potluck.evaluation.served import Served, changed_model
from potluck.fingerprints import fingerprint


def notes(runs: Sequence[VariantRun]) -> list[str]:
    """The notes on each variant (on its first round), then on models that were asked at different times.

    A note on several variants stands there once, with their names, or with "all variants".
    """
    said: dict[str, list[str]] = {}
    for run in runs:
        for note in dict.fromkeys(_notes_on(run)):
            said.setdefault(note, []).append(run.variant.name)
    return [*(f"{_names(names, runs)}: {note}" for note, names in said.items()), *_changed_models(runs)]


def _notes_on(run: VariantRun) -> Iterator[str]:
    yield from run.notes
    if run.models:
        yield from remarks_on_all({one.question.id: one.answer for one in run.first})


def _changed_models(runs: Sequence[VariantRun]) -> Iterator[str]:
    """Variants with one chat model are asked the same server, perhaps one of them long ago."""
    by_model: dict[str, list[Served]] = {}
    names: dict[str, list[str]] = {}
    for run in runs:
        chat = run.variant.recipe.chat
        key = fingerprint(chat.name, chat.config.decisive())
        by_model.setdefault(key, []).extend(run.served)
        names.setdefault(key, []).append(run.variant.name)
    for key, served in by_model.items():
        for note in changed_model(served):
            yield f"{_names(names[key], runs)}: {note}"


def _names(names: Sequence[str], runs: Sequence[VariantRun]) -> str:
    return "all variants" if 1 < len(names) == len(runs) else ", ".join(names)
