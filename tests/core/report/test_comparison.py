"""What the report of a comparison shows of its result.

Modules: ``potluck.report.comparison``.
"""

from __future__ import annotations

import pytest

from potluck.report.comparison import comparison_content, format_time
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
