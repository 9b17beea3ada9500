"""What to take, in sentences.

Modules: ``potluck.comparison.decision``, ``potluck.comparison.wording``, ``potluck.results.conclusions``.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

from potluck.comparison.decision import conclude_comparison
from potluck.comparison.wording import listing
from potluck.results.comparison import VariantResult
from support.variant_tables import LATENCY, RECALL, Made, concluded

N = 60
FIGURES = r"\+0\.\d{3} \[\+0\.\d{3}, \+0\.\d{3}\]"


def right(share: float) -> list[float]:
    return [float(place < share * N) for place in range(N)]


def told(*made: Made, **how: object) -> str:
    return " ".join(concluded(*made, **how).conclusion.sentences)  # type: ignore[arg-type]


def test_a_better_one_is_to_be_taken_with_its_difference_and_interval() -> None:
    words = told(Made({"檢索": "向量"}, right(0.4)), Made({"檢索": "混合"}, right(0.7)))

    assert re.match(rf"Take 混合: recall@2 {FIGURES} against 向量\.", words)


def test_what_nothing_tells_apart_is_not_called_the_best() -> None:
    made = [Made({"tuner": name}, right(0.0)) for name in ("無", "lora", "prefix")]
    two, three = told(*made[:2]), told(*made)
    cheaper = told(Made({"chat": "大"}, right(0.8), seconds=2.0), Made({"chat": "小"}, right(0.8), seconds=0.5))

    assert two.startswith("Nothing tells 無 from lora by recall@2: both have 0.000.")
    assert three.startswith("Nothing tells the variants apart by recall@2: all have 0.000.")
    assert not any("is the best" in words or "Keep" in words for words in (two, three))
    assert cheaper.startswith("Nothing tells 大 from 小 by recall@2: both have 0.800. Take 小: ")


def test_where_nothing_is_better_the_baseline_is_kept() -> None:
    words = told(Made({"k": "k=2"}, right(0.7)), Made({"k": "k=4"}, right(0.65)))

    assert words.startswith("Keep k=2: its recall@2 is the best, 0.700.")
    assert "Not shown to be worse: k=4." in words


def test_of_three_that_may_be_as_good_it_is_said_once_and_those_that_are_worse_are_told_from_the_rest() -> None:
    alike = [Made({"k": f"k={k}"}, right(share)) for k, share in ((2, 0.72), (3, 0.7), (4, 0.7), (5, 0.7))]
    without, with_worse = told(*alike), told(*alike, Made({"k": "k=9"}, right(0.1)))

    assert "No variant is shown to be worse than another." in without
    assert "Not shown to be worse: k=3, k=4 and k=5." in with_worse
    assert "No variant is shown to be worse" not in with_worse


def test_what_is_only_the_best_so_far_says_how_many_questions_would_show_it() -> None:
    words = told(Made({"k": "k=2"}, right(0.65)), Made({"k": "k=4"}, right(0.7)))

    assert words.startswith("Take k=4 if it has to be now: recall@2 +0.050 [")
    (needed,) = re.findall(r"against k=2, which may be chance with 60 questions; about ([\d,]+) would show it\.", words)
    assert int(needed.replace(",", "")) > N


def test_a_cheaper_one_is_said_to_be_that() -> None:
    made = [Made({"chat": "大"}, right(0.8), seconds=2.0), Made({"chat": "小"}, right(0.78), seconds=0.5)]
    words = told(*made)
    kept = told(*made, baseline="小")

    assert words.startswith("Take 小: recall@2 -0.0")
    assert "大 has the best recall@2, but 小 is not shown to be worse (" in words
    assert "is cheaper: 500 ms an answer against 2000 ms an answer." in words
    assert kept.startswith("Keep 小: no other is shown to have a better recall@2.")


def test_axes_that_matter_and_those_that_do_not_are_told_apart() -> None:
    made = [
        Made({"retriever": name, "k": k, "prompt": prompt}, right(share))
        for name, share in (("vector", 0.4), ("hybrid", 0.8))
        for k in ("k=2", "k=4")
        for prompt in ("short", "long")
    ]
    found = concluded(*made).conclusion

    assert found.take == "hybrid + k=2 + short"
    assert found.sentences[0].startswith("Take hybrid + k=2 + short: recall@2 +0.400 [")
    assert any(one.startswith("retriever: hybrid is better than vector") for one in found.sentences)
    assert "k and prompt make no difference to recall@2 that 60 questions can show." in found.sentences


def test_the_best_of_six_or_more_is_told_as_chosen_and_without_the_luck_of_being_chosen() -> None:
    scores = np.round(np.random.default_rng(5).random((N, 6)) + 0.1)
    made = [Made({"k": f"k={number}"}, scores[:, number].tolist()) for number in range(6)]
    found, fewer = told(*made), told(*made[:5])
    figures = r"recall@2 (0\.\d{3}) as chosen, (0\.\d{3}) \[(0\.\d{3}), 0\.\d{3}\] without the luck of being chosen\."
    (seen,) = re.findall(rf"k=\d is the best of 6: {figures}", found)

    assert float(seen[0]) == pytest.approx(scores.mean(axis=0).max(), abs=5e-4)
    assert float(seen[2]) < float(seen[1]) < float(seen[0])
    assert found.index("as chosen") < found.index("No variant is shown")
    assert "luck" not in fewer


def test_of_many_that_nothing_tells_apart_none_is_called_the_best() -> None:
    assert "is the best of" not in told(*(Made({"tuner": f"第{number}"}, right(0.5)) for number in range(7)))


def test_five_questions_are_said_to_show_nothing() -> None:
    words = told(Made({"k": "k=2"}, [0.0] * 5), Made({"k": "k=4"}, [1.0] * 5))

    assert words.startswith("Take k=4 if it has to be now: recall@2 +1.000 [+0.000, +1.000] against k=2")
    assert "5 questions can show no difference, however large: at least 6 are needed." in words


def test_failures_are_named() -> None:
    words = told(Made({"k": "1"}, right(0.4)), Made({"k": "2"}, right(0.8)), Made({"k": "3"}, None))

    assert words.endswith("3 failed, so nothing is known of it.")


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ((None, None), "There is nothing to choose from: a and b failed."),
        ((right(0.5), None), "There is nothing to choose from: only a has been measured, as b failed."),
    ],
)
def test_where_nothing_can_be_compared_that_is_said(made: tuple[list[float] | None, ...], words: str) -> None:
    found = concluded(*(Made({"k": name}, values) for name, values in zip("ab", made, strict=True)))

    assert found.conclusion.take is None
    assert found.conclusion.sentences == (words,)


def test_by_an_effort_less_is_to_be_taken_with_its_unit() -> None:
    slow, fast = (Made({"chat": name}, right(0.5), seconds=s) for name, s in (("slow", 2.0), ("fast", 0.5)))

    assert re.match(
        r"Take fast: latency -1\.500 \[-1\.\d+, -1\.\d+\] s against slow\.", told(slow, fast, measure=LATENCY)
    )


def test_names_are_listed_as_people_do() -> None:
    assert [listing(names) for names in ([], ["甲"], ["甲", "乙"], ["甲", "乙", "丙"])] == [
        "", "甲", "甲 and 乙", "甲, 乙 and 丙",
    ]  # fmt: skip


def test_a_baseline_that_failed_is_what_the_best_is_not_held_against() -> None:
    words = told(Made({"k": "k=1"}, None), Made({"k": "k=2"}, right(0.7)), Made({"k": "k=4"}, right(0.65)))

    assert words.startswith(
        "Take k=2: its recall@2 is the best, 0.700; nothing can be compared with k=1, which failed."
    )


def test_many_failures_are_counted() -> None:
    failed = [Made({"k": f"k={k}"}, None) for k in range(10, 14)]
    words = told(Made({"k": "k=2"}, right(0.7)), Made({"k": "k=4"}, right(0.65)), *failed)

    assert words.endswith("4 of 6 variants failed, so nothing is known of them.")
    assert "k=10" not in words


def test_a_price_is_told_for_a_thousand_questions() -> None:
    dear, cheap = Made({"chat": "遠"}, right(0.8), cost=0.0125), Made({"chat": "近"}, right(0.78), cost=0.0005)

    assert "is cheaper: 0.5 USD for 1,000 questions against 12.5 USD for 1,000 questions." in told(dear, cheap)


def test_two_that_may_be_as_good_are_named() -> None:
    made = [Made({"k": f"k={k}"}, right(share)) for k, share in ((2, 0.72), (3, 0.7), (4, 0.7))]

    assert "Not shown to be worse: k=3 and k=4." in told(*made)


@pytest.mark.parametrize(("count", "limited"), [(5, True), (6, False)])
def test_six_questions_can_show_a_difference(count: int, limited: bool) -> None:
    words = told(Made({"k": "k=2"}, [0.0] * count), Made({"k": "k=4"}, [1.0] * count))

    assert ("can show no difference, however large" in words) is limited


def test_three_failures_are_named_and_not_counted() -> None:
    failed = [Made({"k": f"k={k}"}, None) for k in (10, 11, 12)]
    words = told(Made({"k": "k=2"}, right(0.7)), Made({"k": "k=4"}, right(0.65)), *failed)

    assert words.endswith("k=10, k=11 and k=12 failed, so nothing is known of them.")


def test_why_a_measure_leads_is_said_unless_it_is_an_effort() -> None:
    made = [Made({"k": "k=2"}, right(0.7)), Made({"k": "k=4"}, right(0.65))]
    known = concluded(*made)
    tables = [
        VariantResult(one.variant, one.swaps, {}, None, 1.0, 1, None, {}, {}, None, 0, {}) for one in known.ranking
    ]

    found = conclude_comparison(tables, known.ranking, (), "k=2", RECALL, "the questions name sources")
    assert found.sentences[-1] == (
        "Variants are ranked by recall@2 because the questions name sources; --metric takes another."
    )
    assert not any("because" in one for one in known.conclusion.sentences)
    effort = conclude_comparison(tables, known.ranking, (), "k=2", LATENCY, "the questions name sources")
    assert not any("because" in one for one in effort.sentences)


def spread(mean: float, seed: int) -> list[float]:
    rng = np.random.default_rng(seed)
    return list(np.random.default_rng(99).random(400) * 0.5 + mean + rng.normal(0, 0.04, 400))


def test_a_baseline_that_is_as_good_as_the_best_is_kept_and_why_is_said() -> None:
    made = [Made({"檢索": "向量"}, spread(0.2, 1)), Made({"檢索": "混合"}, spread(0.203, 2))]
    first, second, *_ = concluded(*made, at_least=0.02).conclusion.sentences

    assert first == "Keep 向量: it is as good as 混合, which has the best recall@2."
    assert re.fullmatch(
        r"The two differ by less than matters \(-0\.\d+ \[-0\.\d+, [+-]0\.\d+\]\), "
        r"and 混合 is not cheaper\.",
        second,
    )


def test_one_that_is_as_good_and_cheaper_is_taken_for_its_price() -> None:
    made = [Made({"chat": "大"}, spread(0.203, 1), seconds=2.0), Made({"chat": "小"}, spread(0.2, 2), seconds=0.5)]
    words = told(*made, at_least=0.02)

    assert words.startswith("Take 小: it is as good as 大, and cheaper, recall@2 -0.00")
    assert "大 has the best recall@2, but 小 is not shown to be worse (" in words


def test_those_as_good_as_the_one_to_take_are_listed() -> None:
    made = [Made({"k": f"k={k}"}, spread(mean, k)) for k, mean in ((1, 0.1), (4, 0.203), (5, 0.202), (6, 0.197))]

    assert "As good as k=4: k=5 and k=6." in told(*made, at_least=0.02)
    assert "As good as" not in told(*made)
    named = [Made({"k": f"k={k}"}, spread(mean, k)) for k, mean in ((1, 0.2), (4, 0.3), (5, 0.203))]
    assert "As good as k=1: k=5." in told(*named, baseline="k=1", at_least=0.02)


def test_an_axis_all_of_whose_values_are_as_good_makes_no_difference_that_matters() -> None:
    made = [
        Made({"retriever": name, "k": k}, spread(mean + extra, seed))
        for seed, (name, mean, k, extra) in enumerate(
            (name, mean, k, extra)
            for name, mean in (("vector", 0.1), ("hybrid", 0.3))
            for k, extra in (("k=2", 0.0), ("k=4", 0.002))
        )
    ]
    found = concluded(*made, at_least=0.02)
    axes = {one.axis: (one.matters, one.sentence) for one in found.effects}

    assert axes["retriever"][0]
    assert axes["k"][0] is False
    assert re.match(r"k: no difference that matters; at most recall@2 k=\d against k=\d ", axes["k"][1])
    assert "k makes no difference to recall@2 that matters." in found.conclusion.sentences


def test_where_the_baseline_was_named_others_are_not_said_to_be_as_good_as_the_best() -> None:
    made = [Made({"k": f"k={k}"}, spread(mean, k)) for k, mean in ((1, 0.2), (2, 0.2), (4, 0.3), (5, 0.31))]

    assert "Not shown to be worse" in told(*made[:2], made[3], Made({"k": "k=6"}, spread(0.309, 6)))
    assert "Not shown to be worse" not in told(*made, baseline="k=1")


def test_where_only_some_differences_matter_questions_are_counted_for_one_of_these() -> None:
    made = [Made({"k": "k=2"}, right(0.65)), Made({"k": "k=4"}, right(0.7))]

    assert re.search(r"about [\d,]+ would show a difference that matters\.", told(*made, at_least=0.1))
