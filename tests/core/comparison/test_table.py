"""All measures of a comparison as a table, the pairs in words, the judge and the causes.

Modules: ``potluck.comparison.table``.
"""

from __future__ import annotations

import re
from dataclasses import replace

from rich.console import Console

from potluck.comparison import table
from potluck.results.comparison import Cause, ComparisonResult
from potluck.results.judging import JudgedPair, JudgeResult
from potluck.statistics.clusters import ClusterKind
from potluck.statistics.variance import VarianceComponents
from support.variant_runs import answered, of_f1, result, run


def shown(found: ComparisonResult) -> str:
    console = Console(width=300, record=True, file=None, quiet=False, force_terminal=False)
    with console.capture() as captured:
        console.print(table.of(found))
    return captured.get()


def test_the_table_has_a_row_a_variant_and_all_measures_the_wanted_one_first() -> None:
    values = {"f1": 0.5, "fact": 0.25, "exact_match": 1.0, "recall@1": 0.0, "recall@5": 1.0, "mrr": 0.75}
    runs = [run("[a]", [answered(n, values) for n in range(2)], cost=0.12345, seconds=3.21), run("b", error="no")]
    text = shown(result(runs, "mrr"))

    head, *rows = [line.split() for line in text.splitlines() if line.strip() and "─" not in line]
    assert head[:2] == ["variant", "mrr"]
    assert set(values) <= set(head)
    assert head[-5:] == ["USD", "seconds", "asked", "/", "reused"]
    assert rows[0][0] == "[a]"
    assert rows[0][1].startswith("0.750")
    assert "0.1235" in rows[0]
    assert rows[0][-4:] == ["3.2", "0", "/", "0"]
    assert rows[1] == ["b", "failed"]


def test_a_variant_without_a_price_or_a_measure_has_a_dash() -> None:
    runs = [of_f1("a", 1.0), run("b", [answered(0)])]
    rows = [line.split() for line in shown(result(runs)).splitlines() if line.strip() and "─" not in line][1:]

    assert rows[0][:2] == ["a", "1.000"]
    assert rows[1][:2] == ["b", "-"]
    assert "-" in rows[0]


def test_pairs_are_told_by_the_chosen_measure_then_what_the_judge_says_then_the_causes() -> None:
    found = result(
        [of_f1("a", 0.0, 0.5, 1.0), of_f1("b", 1.0, 1.0, 1.0)],
        causes=[Cause("q1", "a", "b", "prompt", "shorter", "f1", 0.0, 1.0, 2)],
    )
    pair = JudgedPair(
        "a", "b", n=5, wins_a=1, wins_b=2, tie=1, inconsistent=1, unparsed=0, win_rate=None, agreement=None,
        position_bias=None,
    )  # fmt: skip

    (pair_words,) = table.pair_sentences(found)
    lines = list(table.judge_and_causes(replace(found, judge=JudgeResult("judge", (pair,)))))

    assert pair_words.startswith("no evidence of a difference between a and b")
    assert lines == [
        "of 5 pairs of answers that differ the judge prefers 2 times b and 1 times a; equal: 1, another verdict in "
        "the other order: 1, no verdict in the reply: 0",
        "1 of 1 differences between a and b come from prompt: shorter",
    ]
    assert list(table.judge_and_causes(found)) == lines[1:]


def test_the_causes_of_many_pairs_are_summed_up_unless_each_is_asked_for() -> None:
    stages = ("splitting", "splitting", "retrieval", "splitting", "prompt")
    found = result(
        [of_f1(name, 0.0, 1.0) for name in ("a", "b", "c", "d", "e")],
        causes=[
            Cause("q1", "a", name, stage, "", "f1", 0.0, 1.0, 2)  # type: ignore[arg-type]
            for name, stage in zip("bcdeb", stages, strict=True)
        ],
    )

    assert list(table.judge_and_causes(found)) == [
        "of 5 answers that differ from those of a: 3 from splitting, 1 from prompt, 1 from retrieval (--pairs has each "
        "variant)"
    ]
    assert len(list(table.judge_and_causes(found, every_pair=True))) == 5


def test_a_mean_has_three_digits_with_its_interval_where_two_questions_have_it() -> None:
    text = shown(result([of_f1("甲", 0.0, 1.0, 0.5), of_f1("乙", 1.0, 1.0, 1.0)]))
    alone = shown(result([of_f1("甲", 1 / 3)]))

    low, high = re.findall(r"甲 +0\.500 \[(\S+), (\S+)\]", text)[0]
    assert 0 <= float(low) < 0.5 < float(high) <= 1
    assert re.search(r"甲 +0\.333 +[-0-9]", alone)


def test_measures_of_the_metrics_that_a_recipe_names_stand_behind_the_wanted_one_however_many() -> None:
    values = {"f1": 0.5, "fact": 0.25, "exact_match": 1.0, "recall@1": 0.0, "recall@5": 1.0, "mrr": 0.75}
    found = result([run("甲", [answered(n, values) for n in range(2)])], "mrr")
    named = {"recall@5", "recall@1", "exact_match", "fact", "f1"}
    all_named = replace(found, measures=tuple(replace(one, named=one.name in named) for one in found.measures))

    head = next(line for line in shown(all_named).splitlines() if "variant" in line).split()
    assert head[1] == "mrr"
    assert set(head[2:7]) == named


def test_what_was_asked_and_what_was_there_already_stand_side_by_side() -> None:
    one = of_f1("甲", 1.0)
    one.computed["answer"], one.reused["answer"] = 3, 14

    assert re.search(r"3 / 14", shown(result([one])))


def test_where_the_variance_lies_is_told_below_a_pair_of_which_something_was_trained_or_repeated() -> None:
    found = result([of_f1("a", 0.0, 0.5, 1.0), of_f1("b", 1.0, 1.0, 1.0)])
    (index,) = [place for place, pair in enumerate(found.pairs) if pair.metric == "f1"]

    def told(kind: ClusterKind | None = None, **variances: float) -> list[str]:
        pair = replace(found.pairs[index], variance=VarianceComponents(**variances), cluster_kind=kind)
        return list(table.pair_sentences(replace(found, pairs=(pair,))))[1:]

    assert told(questions=0.04) == []
    assert told(trainings=0.01, questions=0.04) == [
        "  standard deviations of the difference: 0.100 between trainings, 0.200 between questions"
    ]
    assert told("group", trainings=0.0, clusters=0.09, questions=0.04, interaction=1.0, repeats=0.25) == [
        "  standard deviations of the difference: 0.000 between trainings, 0.300 between groups, "
        "0.200 between questions, 0.500 between repeats"
    ]
    assert told("document", clusters=0.09, questions=0.04, repeats=0.25)[0].count("documents") == 1
