"""Nothing of a table is cut, whatever the width: blocks stand one below the other, texts fold, figures stay whole."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from potluck.comparison import table as comparison
from potluck.results.strategy import StrategyResult
from potluck.strategy import results_table as strategy
from potluck.terminal_tables import TerminalTable
from potluck.visible import visible
from support.comparisons import construct, result_of

INTERVAL = "0.333 [0.000, 1.000]"
MEASURES = ("exact_match", "fact", "f1", "recall@1", "recall@5")
ENGLISH = ("chat.model=gpt-4o-2024-08-06, retriever.k=10", "chat.model=gpt-4o-mini-2024-08-06, retriever.k=10")
CHINESE = ("取一段落的變體，動態標準值提示詞甲乙丙丁戊己庚", "取二段落的變體，動態標準值提示詞甲乙丙丁戊己庚")
SHORT = ("model=gpt-4o", "model=gpt-4o-mini")


def drawn(sheet: TerminalTable, width: int) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=width, highlight=False).print(sheet)
    lines = [line.rstrip() for line in file.getvalue().splitlines()]
    assert all(cell_len(line) <= width for line in lines), lines
    return lines


def blocks(lines: Sequence[str]) -> list[list[str]]:
    return [block.split("\n") for block in re.split(r"\n\n+", "\n".join(lines).strip("\n"))]


def compared(names: Sequence[str]) -> TerminalTable:
    metrics = {name: {"mean": 0.333, "low": 0.0, "high": 1.0} for name in MEASURES}
    counts = {"cost": None, "seconds": 1.23, "computed": {"answer": 0}, "reused": {"answer": 3}}
    variants = [{"name": name, "error": None, "metrics": metrics, **counts} for name in names]
    measures = [{"name": name} for name in MEASURES]
    return comparison.of(result_of({"metric": "exact_match", "measures": measures, "variants": variants}))


@pytest.mark.parametrize("names", [SHORT, ENGLISH, CHINESE])
def test_a_comparison_on_eighty_columns_tells_variants_apart_and_keeps_its_figures(names: Sequence[str]) -> None:
    lines = drawn(compared(names), 80)

    found = blocks(lines)
    assert [re.split(" {2,}", block[0])[1:] for block in found] == [
        ["exact_match", "fact"],
        ["f1", "recall@1"],
        ["recall@5", "USD", "seconds", "asked / reused"],
    ]
    for block in found:
        assert re.sub(r"\s", "", "".join(re.split(" {2,}", line)[0] for line in block[2:])) == re.sub(
            r"\s", "", "".join(names)
        )
    assert sum(line.count(INTERVAL) for line in lines) == len(names) * len(MEASURES)
    assert sum(line.endswith("0 / 3") for line in lines) == len(names)
    assert "…" not in "".join(lines)


def test_what_fits_stands_in_one_block() -> None:
    lines = drawn(compared(SHORT), 160)

    assert len(blocks(lines)) == 1
    assert lines[0].split() == ["variant", *MEASURES, "USD", "seconds", "asked", "/", "reused"]
    assert lines[2].split()[0] == "model=gpt-4o"
    assert lines[-1] == ""
    assert set(lines[1]) == {"─"}


def test_a_variant_that_failed_says_so_where_figures_would_stand() -> None:
    document = {"metric": "f1", "measures": [{"name": "f1"}], "variants": [{"name": "甲", "error": "no answer"}]}

    assert drawn(comparison.of(result_of(document)), 80)[2].split() == ["甲", "failed"]


@pytest.mark.parametrize(
    "name", ["\x1b]52;c;aGk=\x07", "e\u0301\u202eabc👨\u200d👩\u200d👧", "a\x07" * 3, "[red]b[/red]"]
)
def test_what_a_terminal_would_obey_is_spelled_before_columns_are_laid_out(name: str) -> None:
    lines = drawn(compared(["a", name]), 160)

    assert lines[3].startswith(visible(name) + "  ")
    assert lines[3].endswith("1.2           0 / 3")


def test_a_head_and_a_title_are_spelled_too() -> None:
    sheet = TerminalTable("\x1b[2Jtitle")
    sheet.add_column("\x9bhead", folds=True)
    sheet.add_row("cell")

    assert drawn(sheet, 40) == ["\\x1b[2Jtitle", "\\x9bhead", "────────", "cell", ""]


def test_words_are_broken_only_where_one_is_longer_than_a_third_of_the_width() -> None:
    sheet = TerminalTable()
    for head in ("name", "where it goes", "answered by", "package"):
        sheet.add_column(head, folds=True)
    sheet.add_row("p-tuning", "in front of the text, in the input layer", "masked-lm, seq2seq, transformers", "potluck")
    sheet.add_row("x" * 40, "", "", "")

    lines = drawn(sheet, 60)

    assert len(blocks(lines)) == 1
    assert {"transformers", "potluck", "p-tuning"} <= set(" ".join(lines).replace(",", " ").split())
    assert lines[-3].startswith("x" * 20 + " ") or lines[-3] == "x" * 20


def test_columns_whose_words_fit_only_if_broken_stand_in_further_blocks() -> None:
    sheet = TerminalTable()
    for head in ("a", "b", "c", "d"):
        sheet.add_column(head, folds=True)
    sheet.add_row("1", *("軌x" * 8 + "yy" for _ in "bcd"))

    lines = drawn(sheet, 80)

    assert [block[0].split() for block in blocks(lines)] == [["a", "b", "c"], ["a", "d"]]
    assert sum(line.count("軌x" * 8 + "yy") for line in lines) == 3


def test_room_that_is_left_goes_to_the_column_that_folds_onto_most_lines() -> None:
    sheet = TerminalTable()
    for head in ("a", "b"):
        sheet.add_column(head, folds=True)
    sheet.add_row("一二", " ".join(["three"] * 9))

    assert drawn(sheet, 40)[2:] == ["一二  " + " ".join(["three"] * 5), " " * 6 + " ".join(["three"] * 4), ""]


def test_a_figure_that_is_wider_than_the_terminal_folds() -> None:
    lines = drawn(compared(["甲", "乙"]), 16)

    assert len(blocks(lines)) == len(MEASURES) + 3

    assert "".join(lines).count("[0.000,") == 2 * len(MEASURES)
    assert "".join(lines).count("1.000]") == 2 * len(MEASURES)


def test_a_name_of_one_letter_stays_beside_a_figure_that_leaves_it_no_room() -> None:
    sheet = TerminalTable()
    sheet.add_column("n", folds=True)
    sheet.add_column("0")
    sheet.add_row("甲", "000000000")

    assert "".join(drawn(sheet, 10)).count("甲") == 1
    assert "".join(drawn(sheet, 10)).count("0") == 10


@given(st.text(max_size=60), st.lists(st.text("0123456789.[],- ", max_size=25), max_size=6), st.integers(10, 120))
def test_no_letter_is_lost_at_any_width(name: str, figures: list[str], width: int) -> None:
    sheet = TerminalTable()
    sheet.add_column("n", folds=True)
    for number in range(len(figures)):
        sheet.add_column(str(number))
    sheet.add_row(name, *figures)
    file = io.StringIO()
    Console(file=file, width=width, highlight=False).print(sheet)

    shown = sorted(re.sub(r"\s|─", "", file.getvalue()))
    for text in (visible(name), *figures):
        for letter in set(re.sub(r"\s|─", "", text)):
            assert shown.count(letter) >= text.count(letter)


def test_a_strategy_on_eighty_columns_keeps_its_figures_and_says_which_row_is_which() -> None:
    quality = {name: {"mean": 0.5, "low": 0.25, "high": 0.75} for name in ("accuracy", "f1_macro", "f1_minority")}
    figures = {"n": 1234, "cost_per_1000": 0.1, "latency": 0.2, "training_seconds": 3.0, "bytes_sent": 56789}
    rows = [
        {"name": name, "baseline": name == "rule", "outcome": outcome, "quality": quality, **figures}
        for name, outcome in (("rule", "finished"), ("近鄰 few-shot", "worse"), ("tuned", "failed"))
    ]
    rows[2]["n"] = 0

    document = {"data": {"minority": "垃圾\x07"}, "rows": rows, "recommendation": {}, "spent": {}, "budget": {}}
    table = strategy.strategy_table(construct(StrategyResult, document))
    (found,) = blocks(drawn(table, 80))

    assert [re.split(" {2,}", line)[0] for line in found[2:]] == ["rule (baseline)", "近鄰 few-shot", "tuned"]
    assert re.split(" {2,}", found[3])[1:] == ["0.500 [0.250, 0.750]", "1,234", "0.1000", "200 ms", "after 1234"]
    (whole,) = blocks(drawn(table, table.width))
    assert "F1 of 垃圾\\x07" in whole[0]
    assert re.split(" {2,}", whole[2])[1:] == [
        *["0.500 [0.250, 0.750]"] * 3,
        "1,234",
        "0.1000",
        "200 ms",
        "3.0 s",
        "56,789",
    ]


def test_what_can_be_spared_is_left_out_before_anything_folds_the_least_important_first() -> None:
    table = TerminalTable()
    table.add_column("變體", folds=True)
    for head, spare in (("必要", 0), ("次要", 1), ("多餘", 2)):
        table.add_column(head, spare=spare)
    table.add_row("向量檢索 k=2", "0.500", "0.25", "0.125")

    def heads(width: int) -> list[str]:
        (block,) = blocks(drawn(table, width))
        return [word for word in ("必要", "次要", "多餘") if word in block[0]]

    assert table.width == 32
    assert heads(32) == ["必要", "次要", "多餘"]
    assert heads(31) == heads(25) == ["必要", "次要"]
    assert heads(24) == heads(19) == heads(15) == ["必要"], "the names fold before what cannot be spared is left out"
