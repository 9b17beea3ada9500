"""What a training has taught a model, in sentences: how good it was before and after, and whether the difference is
chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from potluck.amounts import many
from potluck.contracts import TunedModel
from potluck.errors import MissingDependency
from potluck.statistics.figures import signed_interval
from potluck.statistics.paired_tests import PairedDifference, compare_paired
from potluck.statistics.verdicts import verdict

_WORDS = {
    "better": "gets more right than before the training",
    "worse": "gets fewer right than before the training",
    "no evidence": "is not shown to get more right than before the training",
}


def conclude_training(tuned: TunedModel) -> tuple[str, ...]:
    """Measured on examples that it did not learn from if there are some; otherwise only the course of the loss."""
    return (*_on_validation(tuned), *_on_training(tuned.losses, watched=tuned.after is not None))


def _on_validation(tuned: TunedModel) -> Iterator[str]:
    before, after = tuned.before, tuned.after
    if after is None:
        return
    examples = round(after.get("examples", 0))
    on = many(examples, "validation example") if examples else "the validation examples"
    if before is None:
        loss = f"loss {after['loss']:.4g}"
        yield f"On {on}: {', '.join([loss, *_answers(after)])}."
        return
    found = _difference(before, after, examples)
    words = "" if found is None else f" the model {_WORDS[verdict(found.difference, found.p)]}"
    by = "" if found is None else f" ({signed_interval(found.difference, found.low, found.high)})"
    answers = [f"{before['answers']:.1%} to {one}{by}" for one in _answers(after) if "answers" in before]
    loss = f"loss {before['loss']:.4g} to {after['loss']:.4g}"
    yield f"On {on}{words}: {', '.join([*answers, loss])}."


def _answers(one: Mapping[str, float]) -> list[str]:
    return [f"{one['answers']:.1%} of the answers right token by token"] if "answers" in one else []


def _difference(before: Mapping[str, float], after: Mapping[str, float], n: int) -> PairedDifference | None:
    """The difference in right answers, example by example; None if it is not known which were right, or if scipy is
    missing."""
    if n < 2 or "gained" not in after or "lost" not in after:
        return None
    gained, lost = round(after["gained"]), round(after["lost"])
    both = round(before["answers"] * n) - lost
    neither = n - both - gained - lost
    if min(both, neither) < 0:
        return None
    then = [1.0] * (both + lost) + [0.0] * (gained + neither)
    now = [1.0] * both + [0.0] * lost + [1.0] * gained + [0.0] * neither
    try:
        return compare_paired(then, now)
    except MissingDependency:
        return None


def _on_training(losses: Sequence[float], watched: bool) -> Iterator[str]:
    if not losses:
        return
    part = max(1, len(losses) // 10)
    first, last = sum(losses[:part]) / part, sum(losses[-part:]) / part
    yield f"The training loss went from {first:.4g} to {last:.4g}" + (
        "." if watched else "; without validation examples it is not known how well it does on others."
    )
