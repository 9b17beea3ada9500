"""What the report of a run shows: its conclusion, its figures, every answer.

Modules: ``potluck.report.run``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from potluck.contracts import Measure
from potluck.evaluation.results import EvaluationReport
from potluck.indexing.report import IndexReport
from potluck.loading.failure import LoadFailure
from potluck.metrics.classification import classification
from potluck.report.content import Content
from potluck.report.run import run_content
from potluck.statistics.intervals import Interval
from support.reports import HEADER, asked, labelled, recipe_in, trained


@pytest.fixture
def labels(tmp_path: Path) -> Content:
    return run_content("run", recipe_in(tmp_path), HEADER, trained(tmp_path), labelled())


def test_the_head_says_what_was_asked_of_whom_and_when(labels: Content) -> None:
    assert labels.name == "訊息分類 message labels"
    assert dict(labels.facts) == {
        "Started": "2026-11-30 19:30 UTC",
        "Recipe": "recipe.yaml",
        "Examples": "60 from test.jsonl",
        "Answered by": "extractive",
        "Took": "133.2 s",
        "Run": "20261130-193000-ab12",
    }


def test_what_was_refused_and_what_it_cost_is_a_fact_where_it_happened(tmp_path: Path) -> None:
    facts = dict(run_content("run", recipe_in(tmp_path), HEADER, None, replace(asked(), cost=0.0123)).facts)
    assert (facts["Questions"], facts["Refused"], facts["Cost"]) == ("6 from test.jsonl", "1", "$0.0123")
    assert "Empty" not in facts


def test_the_conclusion_is_that_of_the_evaluation_then_the_mistakes_and_the_training(labels: Content) -> None:
    said = labelled().conclusion
    assert labels.metric == "accuracy"
    assert said[0].startswith("accuracy 0.")
    assert labels.conclusion[: len(said)] == said
    assert labels.conclusion[-2].startswith("The commonest mistake: ")
    assert labels.conclusion[-1].startswith("The training loss went from 2.979 to 0.593; without validation examples")


def test_what_one_reaches_without_reading_is_a_table(labels: Content) -> None:
    table = labels.tables[0]
    assert (table.title, table.rows) == ("Without reading", ((0.25, "commonest label, complaint", None, "better"),))


def test_the_commonest_mistake_is_told_in_the_words_of_the_table(tmp_path: Path) -> None:
    classes = classification(["a", "a", "a", "垃圾", "垃圾"], ["a", "垃圾", "垃圾", "", "垃圾"])
    found = run_content("run", recipe_in(tmp_path), HEADER, None, replace(labelled(), classes=classes))
    assert found.conclusion[-1] == "The commonest mistake: 2 of 3 a predicted as 垃圾."
    right = replace(labelled(), classes=classification(["a"], ["a"]))
    assert run_content("run", recipe_in(tmp_path), HEADER, None, right).conclusion == right.conclusion


def test_measures_have_means_and_intervals_and_counts_are_none_of_them(tmp_path: Path) -> None:
    found = run_content("run", recipe_in(tmp_path), HEADER, None, asked())
    assert [(one.name, one.label) for one in found.measures] == [
        ("f1", "Words in common (F1)"), ("recall@2", "recall@2"),
    ]  # fmt: skip
    (variant,) = found.variants
    assert variant.metrics["recall@2"] == Interval(1.0, None, None, 6)
    assert variant.metrics["f1"].low is not None


def test_the_measures_of_labels_say_what_they_are(labels: Content) -> None:
    named = {one.name: one.label for one in labels.measures}
    assert named == {"accuracy": "Accuracy", "f1_macro": "Macro F1", "f1_minority": "F1 of 正常"}


def test_a_measure_that_could_not_be_measured_is_left_out(tmp_path: Path) -> None:
    found = run_content("run", recipe_in(tmp_path), HEADER, None, replace(asked(), metrics={"f1": None}))
    assert found.variants[0].metrics == {}


def test_labels_stand_in_the_order_of_their_f1(tmp_path: Path) -> None:
    classes = classification(["fruit", "sky", "sky", "b"], ["fruit", "fruit", "sky", "b"])
    report = replace(labelled(), classes=classes, baselines=())
    table, *_ = run_content("run", recipe_in(tmp_path), HEADER, None, report).tables
    assert [column.label for column in table.columns] == ["F1", "Label", "Precision", "Recall", "Examples"]
    assert [row[1:] for row in table.rows] == [
        ("fruit", 0.5, 1.0, "1"), ("sky", 1.0, 0.5, "2"), ("b", 1.0, 1.0, "1"),
    ]  # fmt: skip


def test_every_answer_comes_with_its_passages_and_citations(tmp_path: Path) -> None:
    found = run_content("run", recipe_in(tmp_path), HEADER, None, asked())
    first = found.questions[0].answers[found.name]
    assert len(first.retrieved) == 3
    assert found.chunks[first.retrieved[0]].source == "specs/道碴-0.doc"
    assert first.citations[0].chunk == first.retrieved[0]
    assert found.unit == "questions"


def test_a_training_alone_has_its_course_and_no_questions(tmp_path: Path) -> None:
    found = run_content("tune", recipe_in(tmp_path), HEADER, trained(tmp_path), None)
    assert (found.questions, found.variants, found.measures) == ((), (), ())
    assert found.conclusion == trained(tmp_path).conclusion, "what the terminal says"
    assert [chart.title for chart in found.charts] == ["Loss"]
    assert [table.title for table in found.tables] == ["Training"]


def test_notes_are_told_once_and_name_no_folder(tmp_path: Path) -> None:
    tuned = trained(tmp_path)
    tuned.notes *= 2
    found = run_content("run", recipe_in(tmp_path), HEADER, tuned, labelled())
    assert found.notes == (
        "kept in .potluck/tuned/abc/result",
        "2 examples are longer than the window: they were cut at their beginning",
    )


@pytest.mark.parametrize("evaluation", [None, labelled()])
def test_what_could_not_be_read_is_noted(tmp_path: Path, evaluation: EvaluationReport | None) -> None:
    indexed = IndexReport(failures=[LoadFailure("空.txt", "NoText", "no text was found in it")])
    indexed.ledger.open("load", "documents").notes += ["空.txt: no text was found in it", "橋.jsonl: 1 left out"]

    found = run_content("run", recipe_in(tmp_path), HEADER, None, evaluation, indexed)

    assert found.notes[:2] == ("not read: 空.txt: no text was found in it", "not all read: 橋.jsonl: 1 left out")
    indexed.ledger.open("load", "documents").notes += [f"{number}.csv: x" for number in range(30)]
    found = run_content("run", recipe_in(tmp_path), HEADER, None, None, indexed)
    assert found.notes[-1] == "not read, or not all: 12 more; potluck index lists them"


def test_a_measure_says_whether_less_of_it_is_better(tmp_path: Path) -> None:
    seconds = Measure("latency", "how long", "Time", higher_is_better=False, unit="s")
    report = replace(asked(), metrics={"latency": 2.0}, measures={"latency": seconds})
    (measure,) = run_content("run", recipe_in(tmp_path), HEADER, None, report).measures
    assert (measure.higher_is_better, measure.unit, measure.label) == (False, "s", "Time")


def test_columns_of_figures_are_sorted_as_such(labels: Content) -> None:
    figures = {table.title: [one.label for one in table.columns if one.is_number] for table in labels.tables}

    assert figures == {
        "Without reading": ["Accuracy", "The model has more"],
        "Labels, the worst first": ["F1", "Precision", "Recall", "Examples"],
        "Training": [],
    }
