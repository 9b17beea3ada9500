"""``potluck plan``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from potluck.amounts import many
from potluck.cli.common import open_recipe, print_notes, source_options, warn
from potluck.cli.terminal import echo, print_json
from potluck.durations import NO_TIME, Duration, clock
from potluck.recipe.decision import MOST_SEEDS
from potluck.recipe.variants import DESIGNS, Design

if TYPE_CHECKING:
    from potluck.planning.plan import PlanReport
    from potluck.results.stages import ComparisonPlanResult, PlannedWork, TaskPlanResult, TuningPlanResult

_UNITS = {"load": "file", "split": "document", "embed": "text", "train": "model", "answer": "question"}

_LEAST = 0.05
"""Seconds that would be shown as 0."""


@click.command("plan")
@click.option("--swap", "swaps", multiple=True, metavar="AXIS=VALUE,...", help="An axis to compare: retriever.k=2,4.")
@click.option("--design", type=click.Choice(DESIGNS), default="grid", show_default=True, help="Which combinations.")
@click.option(
    "--seeds", type=click.IntRange(1, MOST_SEEDS), help="Train each tuned variant so often, with seeds of its own."
)
@source_options
def command(
    sources: tuple[Path, ...],
    overrides: tuple[str, ...],
    swaps: tuple[str, ...],
    design: str,
    seeds: int | None,
    as_json: bool,
) -> int:
    """Say what a recipe would take, and what would leave the machine.

    SOURCE is a recipe, or documents without one: a folder or files.

    Tokens, money, memory, texts that are too long for the embedder, and the hosts that would get them. Of a recipe that
    tunes: parameters, memory, disk, steps and time of the training. Of another task: its examples, and the hosts.

    If the recipe has axes under `compare:`, or if --swap gives some, also what comparing them would take: what the
    variants load, split, embed, train and answer, each with its time, and in all.

    Of documents: what a run would load, split, embed and answer, each with its time. The time is measured: documents
    are loaded and split for it, which is kept for the run if there is a workspace that can be written (`potluck index`
    makes one), and a few texts are embedded. The time of answers is estimated from kept answers of the same chat model.
    If there are none, one or two questions are answered, unless anything would leave the machine: if the documents are
    indexed, as the run does, and the answers kept; else from some of the passages. A few steps are trained to measure
    the time of a training, of which nothing is kept.

    The exit status is 1 if the run would stop.
    """
    from potluck.json_values import as_json as as_json_of
    from potluck.planning.plan import PlanReport
    from potluck.results.stages import TuningPlanResult

    with open_recipe(sources, overrides, as_json, keeps=False) as opening:
        report = opening.plan(swaps, cast(Design, design), seeds)
    if as_json:
        print_json(report.as_json() if isinstance(report, PlanReport) else as_json_of(report))
        return 1 if report.problems else 0
    if isinstance(report, PlanReport):
        _print(report)
    elif isinstance(report, TuningPlanResult):
        _print_tuning(report)
    else:
        _print_task(report)
    if report.comparison is not None:
        _print_axes(report.comparison)
    return 1 if report.problems else 0


def _print_axes(plan: ComparisonPlanResult) -> None:
    echo(f"to compare {many(plan.variants, 'variant')}, asking {plan.answers:,} times in all:")
    _print_parts(plan.work)
    if not plan.work:
        echo("  nothing is to be computed: all is kept from before")


def _print_tuning(plan: TuningPlanResult) -> None:
    share = plan.trainable_parameters / plan.total_parameters
    echo(f"parameters: {plan.trainable_parameters:,} trained ({share:.2%}) of {plan.total_parameters:,}")
    echo(f"memory: about {plan.memory / 2**20:,.0f} MiB; disk: about {plan.disk / 2**20:,.0f} MiB")
    going_on = f", continuing from step {plan.resumed:,}" if plan.resumed and plan.seconds != 0 else ""
    echo(f"optimiser steps: {plan.steps:,}{going_on}{_training_time(plan)}")
    for problem in plan.problems:
        echo(f"would stop: {problem}", fg="red", err=True)


def _training_time(plan: TuningPlanResult) -> str:
    if plan.seconds is None:
        return ""
    if not plan.seconds:
        return ", trained before"
    return f", {Duration.between(plan.seconds, plan.seconds_low, plan.seconds_high)}"


def _print_task(plan: TaskPlanResult) -> None:
    if plan.examples is not None:
        echo(f"examples: {plan.examples:,}")
    echo("nothing is trained")
    _print_hosts(plan.leaves_the_machine)


def _print(report: PlanReport) -> None:
    warn(report.failures)
    print_notes(report.notes)
    echo(f"documents: {report.documents:,} from {many(report.files, 'file')}, {many(report.chunks, 'chunk')}")
    if report.embeds:
        _print_embedding(report)
    else:
        echo("to embed: nothing, as the retriever compares no vectors")
    if report.index_bytes is not None:
        echo(f"index: {report.index_bytes / 2**20:.1f} MiB of vectors")
    context = f" of {report.context_window:,}" if report.context_window is not None else ""
    echo(f"a question: about {report.prompt_tokens:,} tokens{context}{_money(report.question_cost)}")
    _print_hosts(report.leaves)
    if not report.problems:
        _print_work(report.work)
    for problem in report.problems:
        echo(f"would stop: {problem}", fg="red", err=True)


def _print_embedding(report: PlanReport) -> None:
    about = "" if report.exact else " (estimated, never too low)"
    cost = _money(report.embedding_cost)
    echo(f"to embed: {many(report.texts_to_embed, 'text')}, {many(report.tokens_to_embed, 'token')}{about}{cost}")
    window = "texts of any length" if report.window is None else f"{report.window:,}"
    echo(f"longest text: {report.longest:,} tokens; the embedder reads {window}")
    echo(f"longer than that: {report.too_long} (fit: {report.fit})")


def _print_work(work: Sequence[PlannedWork]) -> None:
    echo("a run would:" if work else "a run would compute nothing: all is kept from before")
    _print_parts(work)


def _print_parts(work: Sequence[PlannedWork]) -> None:
    from potluck.planning.work import duration_of

    for part in work:
        echo(f"  {part.action} {many(part.count, _UNITS[part.action])}, {_time_of(part)}")
    todo = [part for part in work if not part.is_done]
    if len(todo) > 1 and all(part.seconds is not None for part in todo):
        echo(f"  in all {sum((duration_of(part) for part in todo), NO_TIME)}")


def _time_of(part: PlannedWork) -> str:
    if part.seconds is None:
        return f"how long is not known:\n    {part.unknown}"
    if part.is_done:
        return f"done now in {clock(part.seconds)} and kept"
    from potluck.planning.work import duration_of

    span = duration_of(part)
    return "less than 0.1 s" if span.high < _LEAST else str(span)


def _print_hosts(leaves: Mapping[str, str]) -> None:
    sent = {"observer": "counts and times"}
    told = [f"the {kind}'s {sent.get(kind, 'texts')} go to {host}" for kind, host in leaves.items()]
    echo(f"leaves the machine: {'; '.join(told) or 'nothing'}")


def _money(dollars: float | None) -> str:
    return "" if dollars is None else f", {dollars:.4f} US dollars"
