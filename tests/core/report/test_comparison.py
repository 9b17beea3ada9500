"""What the report of a comparison shows of its result.

Modules: ``potluck.report.comparison``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from potluck.report.comparison import comparison_content, format_time
from potluck.results.conclusions import AxisInteraction, ChosenFigure, InteractionFound, difference_found
from potluck.statistics.families import PairedValues, compare_family
from potluck.statistics.intervals import Interval
from support.comparisons import comparison, learning_curves, result_of


def test_the_head_names_files_from_the_folder_of_the_recipe() -> None:
    document = comparison(30, 3) | {"recipe": "/srv/資料/recipe.yaml", "questions_file": "/srv/資料/q/問題.jsonl"}
    assert dict(comparison_content(result_of(document)).facts) == {
        "Started": "2026-11-24 09:30 UTC",
        "Recipe": "recipe.yaml",
        "Questions": "30 from q/問題.jsonl",
        "Design": "one thing at a time",
        "Variants": "3",
        "Run": "20261124-093000-4f2a",
    }


def test_notes_and_errors_name_no_folder() -> None:
    document = comparison(3, 2) | {"recipe": "/srv/資料/recipe.yaml", "notes": ["/srv/資料/a.doc was not read"]}
    document["variants"][1]["error"] = "no file /srv/資料/model.gguf"
    found = comparison_content(result_of(document))
    assert found.notes == ("a.doc was not read",)
    assert [variant.error for variant in found.variants] == [None, "no file model.gguf"]


def test_curves_along_one_axis_share_a_drawing_and_are_named_after_the_other_axes() -> None:
    curves = learning_curves(["dataset.limit: LoRA", "dataset.limit: 提示", "retriever.k"])
    found = comparison_content(result_of(comparison(3, 2) | {"learning_curves": curves, "metric": "f1"}))
    assert [(chart.title, chart.x, [curve.name for curve in chart.curves]) for chart in found.charts] == [
        ("Words in common (F1) by dataset.limit", "dataset.limit", ["LoRA", "提示"]),
        ("Words in common (F1) by retriever.k", "retriever.k", ["retriever.k"]),
    ]
    assert found.charts[0].y == "Words in common (F1)"


def test_both_figures_of_the_best_of_many_have_a_table() -> None:
    as_chosen, fair = Interval(0.812, 0.76, 0.86, 300), Interval(0.79, 0.71, 0.86, 300)
    chosen = ChosenFigure("混合", 24, "cross-validation", as_chosen, fair, None, ())
    found = comparison_content(replace(result_of(comparison(3, 2)), chosen=chosen))
    (table,) = found.tables

    assert table.title == "The best of 24 by Words in common (F1)"
    assert [(column.label, column.is_number) for column in table.columns] == [
        ("Variant", False), ("As chosen", True), ("Without luck", True)
    ]  # fmt: skip
    assert table.rows == (("混合", as_chosen, fair),)
    assert comparison_content(result_of(comparison(3, 2))).tables == ()


def test_what_was_chosen_on_one_half_has_a_table_with_its_difference_on_the_other() -> None:
    as_chosen, fair = Interval(0.812, 0.76, 0.86, 20), Interval(0.79, 0.71, 0.86, 20)
    better = np.linspace(0.5, 0.9, 20)
    (difference,) = compare_family([PairedValues(better - 0.4, better)])
    against = difference_found(difference, higher_is_better=True)
    chosen = ChosenFigure("混合", 3, "held-out", as_chosen, fair, against, ("題1",))
    found, alone = (
        comparison_content(replace(result_of(comparison(3, 2)), chosen=one)).tables[0]
        for one in (chosen, replace(chosen, against_baseline=None))
    )

    assert found.title == "Chosen by Words in common (F1) on 20 questions"
    assert [column.label for column in alone.columns] == ["Variant", "As chosen", "On those held out"]
    assert [column.label for column in found.columns[3:]] == [f"Against {comparison(3, 2)['baseline']}", "Verdict"]
    assert found.rows == (
        ("混合", as_chosen, fair, Interval(against.difference, against.low, against.high, 20), "better"),
    )
    assert alone.rows == (("混合", as_chosen, fair),)


def test_interactions_have_a_table_the_clearest_first() -> None:
    steady = np.linspace(0.5, 0.9, 20)
    one, other = compare_family([PairedValues(steady, np.roll(steady, 1)), PairedValues(steady, steady - 0.25)])
    faint, clear = (
        InteractionFound("小", "大", "bm25", 0.25, beside, effect, difference_found(found, higher_is_better=True))
        for beside, effect, found in (("混合", 0.24, one), ("向量", 0.0, other))
    )
    interaction = AxisInteraction("size", "檢索", (faint, clear), True, "")
    (table,) = comparison_content(replace(result_of(comparison(3, 2)), interactions=(interaction,))).tables
    first, second = table.rows

    assert table.title == "Whether the effect of an axis depends on another"
    assert [column.label for column in table.columns] == [
        "Axis", "From", "To", "Beside", "Effect", "Beside", "Effect", "Difference", "p, adjusted", "Depends"
    ]  # fmt: skip
    assert [column.is_number for column in table.columns] == [False] * 4 + [True, False] + [True] * 3 + [False]
    found = clear.found
    assert first == (
        "size", "小", "大", "bm25", 0.25, "向量", 0.0,
        Interval(found.difference, found.low, found.high, 20), found.p_adjusted, "yes",
    )  # fmt: skip
    assert (second[5], second[-1]) == ("混合", "no evidence")


@pytest.mark.parametrize(
    ("time", "read"),
    [
        ("2026-11-24T09:30:59Z", "2026-11-24 09:30 UTC"),
        ("2026-11-24T09:30:59.123", "2026-11-24 09:30"),
        ("昨天", "昨天"),
    ],
)
def test_times_are_told_to_the_minute(time: str, read: str) -> None:
    assert format_time(time) == read


def test_a_comparison_of_trainings_or_repeats_shows_where_the_variance_lies() -> None:
    document = comparison(3, 3)
    bare = comparison_content(result_of(document))
    first, second, third = document["variants"]
    first |= {"trainings": 0, "variance": {document["metric"]: {"clusters": 0.25, "questions": 0.04}}}
    second |= {"trainings": 3, "variance": {document["metric"]: {"trainings": 0.01, "questions": 0.09}}}
    third["variance"] = {"another": {"trainings": 0.01}}
    (table,) = comparison_content(result_of(document)).tables

    assert bare.tables == ()
    assert table.title == f"Standard deviations of {document['metric']}"
    assert [column.label for column in table.columns] == [
        "Variant", "Trainings", "Between trainings", "Between documents", "Between questions", "Between repeats",
    ]  # fmt: skip
    assert [column.is_number for column in table.columns] == [False, *[True] * 5]
    assert table.rows == (
        (first["name"], None, None, 0.5, 0.2, None),
        (second["name"], 3, 0.1, None, 0.3, None),
    )
    del second["variance"][document["metric"]]["trainings"]
    assert comparison_content(result_of(document)).tables == ()
    second["variance"][document["metric"]]["repeats"] = 0.16
    (repeated,) = comparison_content(result_of(document)).tables
    assert repeated.rows[1] == (second["name"], 3, None, None, 0.3, 0.4)
