"""A run of a recipe that tunes: trained, answered, and kept with a report that shows it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from potluck import hookimpl
from potluck.api import Recipe
from potluck.comparison.compare import Plan
from potluck.errors import WorkspaceGone
from potluck.hookspecs import StageEvent
from potluck.runs.run import RunReport
from support.reports import data_of
from support.tuning import recipe


def run_of(one: Recipe) -> RunReport:
    with one:
        return one.run()


def test_a_run_tunes_answers_and_keeps_a_report_with_pictures(home: Path) -> None:
    done = run_of(recipe(home, questions="test.jsonl"))
    assert done.tuning is not None
    assert done.evaluation is not None
    for name in ("loss.png", "confusion.png"):
        assert (done.folder / name).read_bytes().startswith(b"\x89PNG")
    page = (done.folder / "report.html").read_text(encoding="utf-8")
    shown = data_of(page)
    assert [chart["title"] for chart in shown["charts"]] == ["Loss"]
    assert len(shown["charts"][0]["curves"][0]["points"]) == len(done.tuning.tuned.losses)
    assert shown["confusion"]["labels"]
    assert "紅色的蘋果" in page
    assert f"{done.tuning.tuned.trainable_parameters:,}" in page
    rows = [json.loads(line) for line in (done.folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["answer"] for row in rows] == [one.answer.text for one in done.evaluation.answered]
    manifest = json.loads((done.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["metrics"] == done.evaluation.metrics
    assert set(manifest["pins"]["questions file"]) == {"test.jsonl", "train.jsonl"}


def test_texts_of_the_data_are_not_markup_in_the_report(home: Path) -> None:
    bad = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    rows = [{"text": bad, "label": "fruit"}, {"text": "a", "label": bad}]
    (home / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    page = (run_of(recipe(home, questions="test.jsonl")).folder / "report.html").read_text(encoding="utf-8")
    assert data_of(page)["questions"][0]["question"].endswith(bad)
    assert page.count("<script") == 2, "the data and the page's own"
    assert not re.search("<img", page)
    assert "default-src 'none'" in page


def test_a_recipe_with_questions_and_no_tuner_measures_the_frozen_model(home: Path) -> None:
    done = run_of(recipe(home, tuner=None, questions="test.jsonl"))
    assert done.tuning is None
    assert done.evaluation is not None
    with recipe(home, tuner=None) as alone:
        assert done.evaluation.metrics == alone.evaluate(home / "test.jsonl").metrics


def test_a_learning_curve_is_kept_as_a_picture_too(home: Path) -> None:
    dataset = {"path": "train.jsonl", "validation": 0}
    with recipe(home, dataset=dataset) as one:
        found = one.compare(Plan(swaps=["dataset.limit=6,10,16"], questions=home / "test.jsonl"))
    assert (found.folder / "curves.png").read_bytes().startswith(b"\x89PNG")


class Deleting:
    """An observer that deletes a workspace when so many steps of a tuning were told."""

    def __init__(self, workspace: Path, step: int) -> None:
        self.workspace, self.step = workspace, step

    @hookimpl
    def potluck_stage_progressed(self, event: StageEvent) -> None:
        if event.stage == "tune" and event.done >= self.step and self.workspace.exists():
            shutil.rmtree(self.workspace)


@pytest.mark.parametrize(("step", "saved"), [(1, 50), (1, 2), (12, 50)], ids=["at once", "before a checkpoint", "last"])
def test_a_workspace_that_was_deleted_under_a_tuning_is_told_and_not_made_again_by_halves(
    home: Path, step: int, saved: int
) -> None:
    training = {"max_steps": 12, "per_device_train_batch_size": 8, "dtype": "float32", "save_steps": saved}
    with recipe(home, tuner={"use": "lora", "training": training}) as opened:
        folder = opened.workspace.folder
        opened.observers.register(Deleting(folder, step))
        with pytest.raises(WorkspaceGone, match=r"deleted .*while it was in use: run the same command again"):
            opened.tune()
        assert not folder.exists()
        with pytest.raises(WorkspaceGone):
            opened.tune()
        assert not folder.exists()
    with recipe(home, tuner={"use": "lora", "training": training}) as again:
        assert len(again.tune().tuned.losses) == 12
