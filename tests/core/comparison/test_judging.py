"""Judges of a comparison: who is asked about what, how two of them agree, and labels from the sheet to the result.

Modules: ``potluck.comparison.judging``, ``potluck.comparison.compare``, ``potluck.runs.comparison_run``.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe, recipe
from potluck.comparison.compare import Plan
from potluck.comparison.judging import judges_of
from potluck.errors import PotluckError, RecipeError
from potluck.recipe.model import RecipeModel
from support.arbiter import install_arbiter
from support.fake_plugins import visible
from support.planted import plant

ITEMS = 40
WORSE = [*range(0, ITEMS, 2)]
"""Items on which the second variant gives no right answer."""
SWAP = f"chat=reader,{{use: reader, blind: {WORSE}}}"
FAIR = "arbiter"
BIASED = "{use: arbiter, wrong_on: [0, 2, 4, 6, 8], torn_on: [10], silent_on: [12, 14]}"


@pytest.fixture
def model(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RecipeModel]:
    plant(home, ITEMS)
    with visible(install_arbiter(tmp_path / "arbiter"), monkeypatch):
        yield recipe.load(home / "recipe.yaml")


def plan(*judges: str, labels: Path | None = None, swap: str = SWAP) -> Plan:
    return Plan(swaps=[swap], causes=False, judges=judges, labels=labels)


def label(folder: Path, to: Path, of: Callable[[Mapping[str, str], int], str]) -> Path:
    """Fill in a sheet."""
    with (folder / "labels.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with to.open("w", encoding="utf-8", newline="") as file:
        lines = csv.DictWriter(file, list(rows[0]))
        lines.writeheader()
        lines.writerows(row | {"label": of(row, number)} for number, row in enumerate(rows))
    return to


def by_right_answer(row: Mapping[str, str], number: int) -> str:
    return "1" if row["answer_1"] == row["right_answers"] else "2"


def test_what_was_judged_is_kept_question_by_question_with_the_id_of_its_row(model: RecipeModel) -> None:
    with Recipe(model) as opened:
        found = opened.compare(plan(BIASED))

    judge = found.result.judge
    assert judge is not None
    (pair,) = judge.pairs
    said = {one.question_id: (one.verdict, one.a_first, one.b_first, one.label) for one in pair.judged}
    assert list(said) == [f"q{item}" for item in WORSE]
    assert said["q0"] == ("b", "second", "first", None)
    assert said["q10"] == ("inconsistent", "first", "first", None)
    assert said["q12"] == ("unparsed", "unparsed", "unparsed", None)
    assert said["q16"] == ("a", "first", "second", None)
    assert (pair.wins_a, pair.wins_b, pair.inconsistent, pair.unparsed, pair.labels) == (12, 5, 1, 2, None)
    with (found.folder / "labels.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["pair"]: row for row in csv.DictReader(file)}
    assert {rows[one.pair]["question"] for one in pair.judged} == {f"What is key-{item}. worth?" for item in WORSE}
    lines = (found.folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [*rows.values()]
    assert found.unlabelled == found.folder / "labels.csv"


def test_labels_correct_the_judge_and_the_next_sheet_holds_them(model: RecipeModel, tmp_path: Path) -> None:
    with Recipe(model) as opened:
        sheet = label(opened.compare(plan(BIASED)).folder, tmp_path / "標籤.csv", by_right_answer)
        found = opened.compare(plan(BIASED, labels=sheet))

    judge = found.result.judge
    assert judge is not None
    (pair,) = judge.pairs
    assert pair.labels is not None
    assert (pair.labels.n, pair.labels.preferred, pair.labels.is_random) == (20, "a", True)
    assert pair.labels.win_rate is not None
    assert pair.labels.win_rate.mean == 0
    assert pair.labels.agreement is not None
    assert (pair.labels.agreement.share.n, pair.labels.agreement.share.mean) == (18, pytest.approx(12 / 18))
    assert {one.label for one in pair.judged} == {"a"}
    assert found.unlabelled is None
    assert (found.folder / "labels.csv").read_text(encoding="utf-8-sig").count(",1\n") > 3
    assert "people prefer reader to " in (found.folder / "report.html").read_text(encoding="utf-8")
    kept = json.loads((found.folder / "comparison.json").read_text(encoding="utf-8"))
    assert kept["judge"] == found.document["judge"]


def test_two_judges_are_told_apart_and_their_agreement_is_told(model: RecipeModel) -> None:
    with Recipe(model) as opened:
        result = opened.compare(plan(BIASED, "{use: arbiter, silent_on: [0]}")).result

    assert result.judge is not None
    (other,) = result.further_judges
    assert len({result.judge.judge, other.judge, "arbiter"}) == 3
    (found,) = result.judges_agree
    assert (found.judge, found.other_judge, found.a) == (result.judge.judge, other.judge, "reader")
    assert found.agreement is not None
    assert (found.agreement.share.n, found.agreement.share.mean) == (17, pytest.approx(12 / 17))
    assert found.sentence.startswith(f"{found.judge} and {found.other_judge} agree on 12 of 17 pairs of answers of ")


def test_a_judge_that_fails_leaves_the_other(model: RecipeModel) -> None:
    """The planted model reads the item off the question, and a judge's prompt comes without one."""
    with Recipe(model) as opened:
        result = opened.compare(plan("reader", FAIR)).result

    assert result.judge is not None
    assert (result.judge.judge, result.further_judges, result.judges_agree) == ("arbiter", (), ())
    assert next(note for note in result.notes if "judge" in note).startswith("the judge reader failed: unexpected Type")


def test_the_pairs_of_one_document_or_group_count_together(model: RecipeModel) -> None:
    path = model.folder / "questions.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    grouped = [row | {"group": f"客戶{number % 10 // 2 * 2 + number // 20}"} for number, row in enumerate(rows)]
    path.write_text("".join(json.dumps(row) + "\n" for row in grouped), encoding="utf-8")
    with Recipe(model) as opened:
        judge = opened.compare(plan(BIASED)).result.judge

    assert judge is not None
    win_rate = judge.pairs[0].win_rate
    assert win_rate is not None
    assert (win_rate.n, win_rate.clusters, win_rate.cluster_kind) == (18, 10, "group")


def test_labels_of_answers_that_are_not_there_do_not_count_and_are_told(model: RecipeModel, tmp_path: Path) -> None:
    def some(row: Mapping[str, str], number: int) -> str:
        return by_right_answer(row, number) if number < 15 else ""

    with Recipe(model) as opened:
        sheet = label(opened.compare(plan(FAIR)).folder, tmp_path / "labels.csv", some)
        with sheet.open("a", encoding="utf-8") as file:
            file.write("pdeadbeef,,,,,1\n")
        result = opened.compare(plan(FAIR, labels=sheet)).result

    assert result.judge is not None
    assert result.judge.pairs[0].labels is not None
    assert result.judge.pairs[0].labels.n == 15
    assert (
        f"{sheet}: 1 of 16 labels is of answers that were not judged here, the first at {sheet}:22, 'pdeadbeef': the "
        "answers have changed since, or their variants are not compared; these do not count"
    ) in result.notes


def test_labels_of_other_answers_alone_leave_the_judge_as_it_is(model: RecipeModel, tmp_path: Path) -> None:
    sheet = tmp_path / "labels.jsonl"
    sheet.write_text('{"pair": "p1", "label": "平手"}\n', encoding="utf-8")
    with Recipe(model) as opened:
        found = opened.compare(plan(FAIR, labels=sheet))

    assert found.result.judge is not None
    assert found.result.judge.pairs[0].labels is None
    assert found.unlabelled is not None
    assert any("1 of 1 label is of answers that were not judged here" in note for note in found.notes)


def test_where_no_answers_differ_there_is_nothing_to_label(model: RecipeModel) -> None:
    with Recipe(model) as opened:
        found = opened.compare(plan(FAIR, swap="chat=reader,{use: reader, blind: [99]}"))

    assert not (found.folder / "labels.csv").exists()
    assert found.unlabelled is None


@pytest.mark.parametrize(
    ("judges", "content", "message"),
    [
        ((), "pair,label\np1,1\n", "--labels says how far a judge is right: name the judge with --judge"),
        ((FAIR,), "pair,label\np1,好\n", "labels.csv:2:1: label has to be 1 or 2"),
        ((FAIR,), "pair,label\np1,\n", "labels.csv: no row has a label"),
        ((FAIR, "{use: arbiter}", FAIR), None, "--judge names one judge twice: arbiter, {use: arbiter}, arbiter"),
    ],
)
def test_what_cannot_be_meant_is_told_before_anything_is_asked(
    judges: tuple[str, ...], content: str | None, message: str, model: RecipeModel, tmp_path: Path
) -> None:
    sheet = tmp_path / "labels.csv"
    sheet.write_text(content or "", encoding="utf-8")
    with Recipe(model) as opened, pytest.raises(PotluckError) as caught:
        opened.compare(plan(*judges, labels=sheet if content else None))

    assert message in str(caught.value)
    assert not (tmp_path / "asked.log").exists()


def test_each_judge_is_read_before_any_is_asked(model: RecipeModel) -> None:
    with pytest.raises(RecipeError, match="--judge 法官: unknown chat '法官'"):
        judges_of(model, [FAIR, "法官"])


def test_a_single_judge_is_called_by_its_plugin_and_several_by_what_differs(model: RecipeModel) -> None:
    def names(*written: str) -> list[Any]:
        return [one.name for one in judges_of(model, written)]

    assert names(BIASED) == ["arbiter"]
    assert names(FAIR, "reader") == ["arbiter", "reader"]
    assert names("{use: arbiter, wrong_on: [1]}", "{use: arbiter, wrong_on: [2]}") == ["arbiter 1", "arbiter 2"]
