"""What a training has taught a model, in sentences.

Modules: ``potluck.stages.tune``, ``potluck.stages.tuning_conclusion``.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from potluck.contracts import TunedModel
from potluck.stages.tune import TuneReport
from potluck.stages.tuning_conclusion import conclude_training

BEFORE = {"step": 0.0, "loss": 2.5, "answers": 0.1}


def tuned(gained: int, lost: int, n: int = 50, before: dict[str, float] | None = BEFORE) -> TunedModel:
    answers = 0.1 + (gained - lost) / n
    after = {"step": 9.0, "loss": 0.5, "answers": answers, "gained": gained, "lost": lost, "examples": n}
    return TunedModel(Path("a"), 5, tuple(3.0 - place / 10 for place in range(20)), 1.0, before=before, after=after)


def test_a_model_that_learned_is_better_than_before_with_the_interval_of_the_difference() -> None:
    on_validation, on_training = conclude_training(tuned(30, 2))

    assert on_validation.startswith(
        "On 50 validation examples the model gets more right than before the training: 10.0% to 66.0% of the answers "
        "right token by token (+0.560 [+0."
    )
    assert on_validation.endswith("]), loss 2.5 to 0.5.")
    assert on_training == "The training loss went from 2.95 to 1.15."


def test_few_changes_are_not_shown_to_be_better_and_many_losses_are_worse() -> None:
    assert "the model is not shown to get more right than before the training: " in conclude_training(tuned(3, 1))[0]
    lost = conclude_training(tuned(0, 10, n=100))
    assert "the model gets fewer right than before the training: 10.0% to 0.0%" in lost[0]


def test_the_page_on_tuning_shows_a_conclusion_as_it_is_printed() -> None:
    before = {"step": 0.0, "loss": 9.571, "answers": 0.0}
    after = {"step": 6.0, "loss": 6.191, "answers": 0.0, "gained": 0, "lost": 0, "examples": 24}
    losses = (8.491, 8.0, 7.5, 7.0, 6.5, 6.064)
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "tune.md").read_text(encoding="utf-8")

    for sentence in conclude_training(TunedModel(Path("a"), 5, losses, 1.0, before=before, after=after)):
        assert sentence in " ".join(page.split())


def test_without_validation_only_the_loss_is_told_and_that_it_says_little() -> None:
    (words,) = conclude_training(TunedModel(Path("a"), 5, (3.0, 1.0), 1.0))

    assert words == (
        "The training loss went from 3 to 1; without validation examples it is not known how well it does on others."
    )
    assert conclude_training(TunedModel(Path("a"), 5, (), 1.0)) == ()


def test_a_training_of_an_earlier_release_has_only_what_was_measured_then() -> None:
    (words, _) = conclude_training(tuned(30, 2, before=None))

    assert words == "On 50 validation examples: loss 0.5, 66.0% of the answers right token by token."


def test_a_tuner_that_counts_no_answers_has_its_losses() -> None:
    found = TunedModel(Path("a"), 5, (3.0, 1.0), 1.0, before={"loss": 2.5}, after={"loss": 0.5})

    assert conclude_training(found)[0] == "On the validation examples: loss 2.5 to 0.5."


def test_without_scipy_there_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)

    assert conclude_training(tuned(30, 2))[0] == (
        "On 50 validation examples: 10.0% to 66.0% of the answers right token by token, loss 2.5 to 0.5."
    )


def test_the_measure_that_leads_is_the_one_that_the_conclusion_begins_with() -> None:
    def report(done: TunedModel) -> TuneReport:
        return TuneReport("run", Path("a"), done, 10, False, 1.0)

    last = replace(tuned(30, 2), evaluations=({"step": 12.0, "loss": 0.9, "answers": 0.5},))
    assert report(last).metric == "answers"
    assert report(last).measured["answers"] == pytest.approx(0.66), "of what was kept, not of the last evaluation"
    watched = TunedModel(Path("a"), 5, (3.0,), 1.0, evaluations=({"step": 1.0, "loss": 2.0},))
    assert (report(watched).metric, report(watched).measured["loss"]) == ("loss", 2.0)
    assert report(TunedModel(Path("a"), 5, (3.0,), 1.0)).metric == "train_loss"


def test_a_model_that_gets_all_right_of_which_it_had_none_is_better() -> None:
    before, after = (
        {"loss": 2.0, "answers": 0.0},
        {"loss": 1.0, "answers": 1.0, "gained": 8.0, "lost": 0.0, "examples": 8.0},
    )
    first, *_ = conclude_training(TunedModel(Path("a"), 1, (2.0,), 1.0, before=before, after=after))

    assert first.startswith(
        "On 8 validation examples the model gets more right than before the training: 0.0% to 100.0%"
    )
