"""Two runs are compared by settings, inputs and measures; a difference is claimed only question by question.

Modules: ``potluck.runs.diff``.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.comparison.compare import Plan
from potluck.errors import RunUnreadable
from potluck.results.kept_runs import MeasureDifferenceResult, RunDiffResult
from potluck.runs.diff import compare_runs
from support.fake_plugins import visible
from support.planted import install_planted, plant

ITEMS = 14
BLIND = "chat.blind=[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "比較"
    folder.mkdir()
    plant(folder, ITEMS)
    with visible(install_planted(tmp_path / "site"), monkeypatch):
        yield folder


def run(home: Path, *overrides: str) -> Path:
    with Recipe.load(home / "recipe.yaml", overrides) as recipe:
        return recipe.run().folder


def compared(home: Path, plan: Plan) -> Path:
    with Recipe.load(home / "recipe.yaml") as recipe:
        return recipe.compare(plan).folder


def of(found: RunDiffResult, measure: str, variant: str = "") -> MeasureDifferenceResult:
    return next(one for one in found.measures if (one.measure, one.variant) == (measure, variant))


def test_the_same_run_twice_differs_in_nothing(home: Path) -> None:
    found = compare_runs(run(home), run(home))

    assert (found.settings, found.inputs, found.notes) == ((), (), ())
    assert {one.verdict for one in found.measures} <= {"no evidence", None}
    assert of(found, "f1").n == ITEMS


def test_what_was_set_otherwise_is_told_with_both_values_and_a_real_difference_in_words(home: Path) -> None:
    a, b = run(home), run(home, BLIND)

    found = compare_runs(a, b)

    assert [(one.name, one.now) for one in found.settings] == [("chat.blind", [*range(10)])]
    f1 = of(found, "f1")
    assert (f1.a, f1.verdict, f1.n) == (1.0, "worse", ITEMS)
    assert f1.b is not None
    assert f1.difference == pytest.approx(f1.b - 1.0)
    assert f1.low is not None
    assert f1.high is not None
    assert f1.low < f1.difference < f1.high < 0
    assert f1.sentence.startswith(f"{b.name} is worse than {a.name}: f1 -")
    assert of(compare_runs(b, a), "f1").verdict == "better"


def test_counts_and_measures_that_the_answers_decide_on_are_side_by_side_and_not_compared(home: Path) -> None:
    found = compare_runs(run(home), run(home, BLIND))

    for name in ("questions", "refusal_precision"):
        for one in (one for one in found.measures if one.measure == name):
            assert (one.difference, one.verdict, one.sentence) == (None, None, "")
    assert (of(found, "questions").a, of(found, "questions").b) == (ITEMS, ITEMS)


def test_questions_with_another_right_answer_are_not_the_same(home: Path) -> None:
    before = run(home)
    path = home / "questions.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"v-3"', '"別的"'), encoding="utf-8")

    found = compare_runs(before, run(home))

    assert of(found, "f1").n == ITEMS - 1
    assert of(found, "f1").verdict == "no evidence", "of the 13 that are the same"
    assert [one.what for one in found.inputs] == ["questions file"]
    (note,) = found.notes
    assert "13 are the same, with the same right answers: differences are of these, the means of all" in note


def test_without_questions_in_common_no_difference_is_claimed(home: Path) -> None:
    before = run(home)
    path = home / "questions.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("worth?", "值多少？"), encoding="utf-8")

    found = compare_runs(before, run(home, BLIND))

    assert {one.verdict for one in found.measures} == {None}
    assert of(found, "f1").a == 1.0
    assert "; 0 are the same" in found.notes[0]


def test_a_run_of_an_older_potluck_shows_its_means_and_says_why_there_is_no_more(home: Path) -> None:
    old, new = run(home), run(home, BLIND)
    held = json.loads((old / "manifest.json").read_text(encoding="utf-8"))
    for key in ("asked", "measures", "pins"):
        del held[key]
    (old / "manifest.json").write_text(json.dumps(held), encoding="utf-8")

    found = compare_runs(old, new)

    assert of(found, "f1").a == 1.0
    assert {one.verdict for one in found.measures} == {None}
    assert found.notes == (
        f"{old.name} does not say which questions it was asked: it is of an older potluck; run it again",
    )


def test_the_variants_of_two_comparisons_are_compared_by_their_names(home: Path) -> None:
    one = compared(home, Plan(["chat.blind=[],[1]"], causes=False))
    other = compared(home, Plan(["chat.blind=[1],[2]"], causes=False))

    found = compare_runs(one, other)

    assert {one.variant for one in found.measures} == {"blind=1"}
    assert of(found, "f1", "blind=1").difference == 0.0
    assert found.settings == ()
    assert found.notes[0].startswith("only one of the two has: ")


def test_an_input_that_changed_for_every_variant_is_told_once(home: Path) -> None:
    plan = Plan(["retriever.k=1,2"], causes=False)
    before = compared(home, plan)
    path = home / "questions.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"v-3"', '"別的"'), encoding="utf-8")

    assert [one.what for one in compare_runs(before, compared(home, plan)).inputs] == ["questions file"]


def test_answers_of_several_rounds_are_not_compared_question_by_question(home: Path) -> None:
    plan = Plan(["retriever.k=1,2"], repeats=2, causes=False)

    found = compare_runs(compared(home, plan), compared(home, plan))

    assert {one.verdict for one in found.measures} == {None}
    assert any("was answered in 2 rounds: only its means are shown" in note for note in found.notes)


def test_a_measure_that_one_run_alone_has_is_shown_and_one_that_neither_has_is_not(home: Path) -> None:
    with_f1 = run(home)
    without = with_f1.with_name("20261130-080000-aaaa")
    shutil.copytree(with_f1, without)
    held = json.loads((without / "manifest.json").read_text(encoding="utf-8"))
    held["metrics"]["f1"] = None
    (without / "manifest.json").write_text(json.dumps(held), encoding="utf-8")

    gained, lost = of(compare_runs(without, with_f1), "f1"), of(compare_runs(with_f1, without), "f1")

    assert ((gained.a, gained.b), (lost.a, lost.b)) == ((None, 1.0), (1.0, None))
    assert "f1" not in {one.measure for one in compare_runs(without, without).measures}


@pytest.mark.parametrize(("kept", "n"), [(2, 2), (1, 0)])
def test_two_questions_in_common_are_the_fewest_that_are_compared(home: Path, kept: int, n: int) -> None:
    before = run(home)
    path = home / "questions.jsonl"
    rows = path.read_text(encoding="utf-8").splitlines()
    others = [row.replace("worth?", "值多少？") for row in rows[kept:]]
    path.write_text("\n".join([*rows[:kept], *others]), encoding="utf-8")

    assert of(compare_runs(before, run(home)), "f1").n == n


@pytest.mark.parametrize("content", ['{"question_id": "q0"}\n', "[1]\n", "{\n"])
def test_damaged_answers_are_an_error(home: Path, content: str) -> None:
    folder = run(home)
    (folder / "answers.jsonl").write_text(content, encoding="utf-8")

    with pytest.raises(RunUnreadable, match="is not what a run has written"):
        compare_runs(folder, folder)


def test_what_an_answer_says_beside_its_figures_is_not_a_measure(home: Path) -> None:
    a, b = run(home), run(home, BLIND)
    for folder in (a, b):
        file = folder / "answers.jsonl"
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        beside = ({**row, "scores": {**row["scores"], "filtered": True, "refused": None}} for row in rows)
        file.write_text("".join(json.dumps(row) + "\n" for row in beside), encoding="utf-8")

    found = compare_runs(a, b)

    assert of(found, "f1").n == ITEMS
    assert [of(found, name).difference for name in ("filtered", "refused")] == [None, None]
