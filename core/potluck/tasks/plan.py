"""The plan of a task: its examples, and how long those take that are left to be answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from potluck.components.components import Components
from potluck.datasets.examples import ExampleBuilder, check_fields
from potluck.datasets.row_files import read_rows
from potluck.fingerprints import fingerprint
from potluck.planning.measured import Measured
from potluck.planning.plan import remote_hosts
from potluck.planning.work import estimated_work, is_kept, unknown_work
from potluck.recipe.model import RecipeModel
from potluck.recipe.tuning_settings import DatasetSettings
from potluck.results.stages import PlannedWork, TaskPlanResult
from potluck.tasks.answers import ExampleAnswerer, Item

_SAMPLED = 32
"""Kept answers from which the time is told, at most."""

_ASKED = 2
_QUICK = 1.0
"""Examples that are answered at most, and how many seconds the one before may have taken."""


def plan_task(recipe: RecipeModel) -> TaskPlanResult:
    """Count the examples that the recipe names. Raises ``PotluckError`` for a file that cannot be evaluated on."""
    return TaskPlanResult(_count_examples(recipe), 0, (), remote_hosts(recipe), None)


def plan_examples(
    components: Components,
    items: Sequence[Item],
    labels: Sequence[str],
    measured: Measured,
    trained: bool = True,
    sample: int = 0,
) -> Iterator[PlannedWork]:
    """The examples that are not answered yet, and how long they take: some are answered for it, if that stays here.

    ``trained``: the chat model is what a run answers with; else its base, whose answers are none of the run's.
    """
    hosts, cache = remote_hosts(components.recipe), components.workspace.answer_cache
    answerer = ExampleAnswerer(components, labels, cache, sample)
    left = [item for item in items if not trained or not answerer.is_answered(item)]
    if not left:
        return

    def attempt() -> list[float]:
        seconds = list[float]()
        for given in answerer.answer_all(left[:_ASKED]):
            seconds.append(given.seconds)
            if given.seconds > _QUICK:
                break
        return seconds

    prompt = components.recipe.prompt.text if components.recipe.prompt else None
    key = fingerprint(components.chat_fingerprint, prompt, list(labels))
    kept = cache.times_of(components.chat_fingerprint, _SAMPLED)
    span = measured.answer_time(key, kept, None if "chat" in hosts else attempt)
    if trained and is_kept(components):
        left = [item for item in left if not answerer.is_answered(item)]
    count = len(left)
    if span is not None and count:
        yield estimated_work("answer", count, span * (count / max(1, components.chat.concurrency)))
    elif count:
        yield unknown_work("answer", count, f"{hosts['chat']} answers, which a plan does not ask")


def _count_examples(recipe: RecipeModel) -> int | None:
    if recipe.questions is None:
        return None
    settings = recipe.tuning.dataset or DatasetSettings(path=str(recipe.questions))
    rows = read_rows(recipe.questions, settings.encoding)
    check_fields(recipe, settings, rows, evaluating=True)
    classify = recipe.tuning.task == "classification"
    build = ExampleBuilder(recipe.prompt, settings, rows, evaluating=True, classify=classify)
    return len(build.examples(build.usable(rows)))
