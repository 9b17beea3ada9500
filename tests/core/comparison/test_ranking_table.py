"""The decision on a terminal of 80 columns: nothing of a figure or a word is cut.

Modules: ``potluck.comparison.ranking_table``.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from potluck.comparison import ranking_table as tables
from potluck.results.comparison import ComparisonResult
from potluck.results.conclusions import STANDINGS
from potluck.terminal_tables import TerminalTable
from support.variant_runs import answered, of_f1, result, run

VALUES = [round(0.3 + place / 40, 3) for place in range(20)]


def shown(table: TerminalTable | None, width: int = 80) -> str:
    assert table is not None
    console = Console(width=width)
    with console.capture() as captured:
        console.print(table)
    return captured.get()


@pytest.fixture
def found() -> ComparisonResult:
    names = [(way, k) for way in ("向量檢索", "混合檢索") for k in ("k=2", "k=4")]
    return result(
        [
            of_f1(f"{way} + {k}", *(value + 0.2 * (way == "混合檢索") for value in VALUES), swaps={"way": way, "k": k})
            for way, k in names
        ]
    )


def test_the_ranking_has_the_chosen_measure_first_with_the_difference_from_the_best(found: ComparisonResult) -> None:
    text = shown(tables.ranking_table(replace(found, baseline="向量檢索 + k=2")), 120)

    assert text.splitlines()[0] == "By f1 (more is better), 20 questions; baseline 向量檢索 + k=2"
    rows = [line for line in text.splitlines() if "  0." in line]
    assert rows[0].startswith("混合檢索 + k=2  0.738 [")
    assert re.search(r"\] +- +-  take this +0\.500", rows[0])
    assert re.search(r"向量檢索 \+ k=2  0\.537 \[.*\] +-0\.200 +\[-0\.\d{3}, -0\.\d{3}\]  worse", rows[2])


@pytest.mark.parametrize(
    ("width", "head"),
    [(100, "f1 vs best interval s/answer"), (80, "f1 vs best s/answer"), (62, "f1 vs best"), (52, "f1")],
)
def test_a_variant_takes_one_line_and_what_does_not_fit_is_left_out(
    found: ComparisonResult, width: int, head: str
) -> None:
    lines = shown(tables.ranking_table(found), width).splitlines()

    columns, _, *rows = [line for line in lines[1:] if line.strip()]
    assert columns.split() == ["variant", *head.split()]
    for one, row in zip(found.ranking, rows, strict=True):
        assert row.startswith(f"{one.variant}  {one.metric}  ")
        assert STANDINGS[one.standing] in row


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_table_is_wider_than_the_terminal_or_cuts_a_figure(found: ComparisonResult, width: int) -> None:
    for table in (tables.ranking_table(found), tables.effects_table(found)):
        text = shown(table, width)
        assert max(map(cell_len, text.splitlines())) <= width
        assert "…" not in text


def test_each_axis_has_its_values_their_difference_and_the_verdict(found: ComparisonResult) -> None:
    way, k = [line for line in shown(tables.effects_table(found)).splitlines() if "→" in line]

    assert re.match(r"way +向量檢索 → 混合檢索 +\+0\.200 +\[\+0\.\d{3}, \+0\.\d{3}\] +< 0\.001 +better", way)
    assert re.match(r"k +2 → 4 +\+0\.000 +\[-0\.\d{3}, \+0\.\d{3}\] +1\.000 +no evidence", k)


def test_the_average_of_an_axis_that_depends_on_another_is_called_that(found: ComparisonResult) -> None:
    effects = replace(found.effects[0], depends_on=("k",)), found.effects[1]
    text = shown(tables.effects_table(replace(found, effects=effects)), 120)
    way, k = [line for line in text.splitlines() if "→" in line]

    assert "better, on average" in way
    assert "average" not in k


def test_an_axis_is_called_by_its_last_key_unless_two_share_it(found: ComparisonResult) -> None:
    def axes(*names: str) -> list[str]:
        effects = tuple(replace(one, axis=name) for one, name in zip(found.effects, names, strict=True))
        text = shown(tables.effects_table(replace(found, effects=effects)), 120)
        return [line.split()[0] for line in text.splitlines() if "→" in line]

    assert axes("splitter.chunk_size", "retriever.k") == ["chunk_size", "k"]
    assert axes("retriever.weight", "reranker.weight") == ["retriever.weight", "reranker.weight"]


def test_other_measures_are_shown_by_their_means_those_that_the_recipe_names_first() -> None:
    values = {"f1": 0.5, "ndcg@1": 0.25, "recall@1": 0.75, "latency": 0.5}
    found = result([run("甲", [answered(n, values) for n in range(2)])], "f1")
    named = replace(found, measures=tuple(replace(one, named=one.name == "ndcg@1") for one in found.measures))

    head = [line.split() for line in shown(tables.means_table(named)).splitlines() if "variant" in line]
    assert head[0][:3] == ["variant", "ndcg@1", "recall@1"]
    assert "latency" not in head[0]


def test_a_variant_that_failed_has_a_row() -> None:
    text = shown(tables.ranking_table(result([of_f1("甲", 0.0, 1.0), run("乙", error="no such model")])))

    assert re.search(r"乙 +failed", text)


def test_money_is_shown_where_somebody_asks_for_any() -> None:
    values = {"f1": 0.5, "cost": 0.00125}
    text = shown(tables.ranking_table(result([run("甲", [answered(n, values) for n in range(2)])], "f1")))

    assert "USD/1,000" in text
    assert "1.25" in text
    assert "USD" not in shown(tables.ranking_table(result([of_f1("甲", 0.0, 1.0)])))


def test_one_line_says_what_the_brackets_are(found: ComparisonResult) -> None:
    assert "corrected for 6 comparisons" in tables.how_intervals_are_meant(found)
    many = result([of_f1(name, *VALUES) for name in "甲乙丙丁戊己庚"])
    assert "corrected for 21 comparisons" in tables.how_intervals_are_meant(many), "though not all are shown"
    alone = result([of_f1("甲", *VALUES), of_f1("乙", *VALUES)])
    assert "corrected" not in tables.how_intervals_are_meant(alone)
