"""What a report shows of judges.

Modules: ``potluck.report.judging``.
"""

from __future__ import annotations

from dataclasses import replace

from potluck.report.comparison import comparison_content
from potluck.report.judging import judge_parts
from potluck.results.judging import JudgedPair, JudgeResult, JudgesAgreement, LabelResult
from potluck.statistics.agreement import Agreement
from potluck.statistics.intervals import Interval
from support.comparisons import comparison, result_of

JUDGED = JudgedPair(
    "短", "長", n=1200, wins_a=300, wins_b=700, tie=90, inconsistent=80, unparsed=30,
    win_rate=Interval(0.7, 0.67, 0.73, 1170), agreement=0.93, position_bias=0.02,
)  # fmt: skip
LABELS = LabelResult(
    n=100,
    agreement=Agreement(Interval(0.8, 0.71, 0.87, 98), Interval(0.6, 0.4, 0.7, 98)),
    labels_alone=Interval(0.5, 0.4, 0.6, 100),
    win_rate=Interval(0.52, 0.45, 0.59, 1200),
    weight=0.8,
    preferred=None,
    is_random=True,
    sentences=("兩者不分高下",),
)


def parts_of(*judges: JudgeResult, agree: tuple[JudgesAgreement, ...] = ()):
    content = comparison_content(result_of(comparison(3, 2)))
    return judge_parts(replace(content, judges=judges, judges_agree=agree))


def test_a_row_has_what_the_labels_say_and_then_what_the_judge_says():
    (part,) = parts_of(JudgeResult("法官", (replace(JUDGED, labels=LABELS),)))
    (row,) = part.table.rows

    assert (part.table.title, part.sentences) == ("Judge: 法官", ("兩者不分高下",))
    assert dict(zip((column.label for column in part.table.columns), row, strict=True)) == {
        "Variant": "長 against 短",
        "Wins, corrected by labels": Interval(0.52, 0.45, 0.59, 1200),
        "Wins, by labels alone": Interval(0.5, 0.4, 0.6, 100),
        "Agreement with people": Interval(0.8, 0.71, 0.87, 98),
        "Kappa": Interval(0.6, 0.4, 0.7, 98),
        "Labels": "100",
        "Wins, by the judge": Interval(0.7, 0.67, 0.73, 1170),
        "Pairs that differ": "1,200",
        "Won": "700",
        "Lost": "300",
        "Equal": "90",
        "Changed its mind": "80",
        "No verdict": "30",
        "Same in both orders": 0.93,
        "Prefers the first by": 0.02,
    }
    assert [column.is_number for column in part.table.columns] == [False, *[True] * 14]


def test_without_labels_there_is_nothing_about_people():
    (part,) = parts_of(JudgeResult("法官", (JUDGED,)))

    assert part.sentences == ()
    assert part.table.rows[0][1:6] == (None,) * 5
    assert len(part.table.rows[0]) == len(part.table.columns)


def test_labels_that_nobody_can_be_compared_with_have_no_agreement():
    pair = replace(JUDGED, labels=replace(LABELS, agreement=None))
    (part,) = parts_of(JudgeResult("法官", (pair,)))

    assert part.table.rows[0][3:6] == (None, None, "100")


def test_how_far_judges_agree_stands_with_the_last():
    agree = (JudgesAgreement("甲", "乙", "短", "長", None, "甲 and 乙 agree"),)
    first, last = parts_of(
        JudgeResult("甲", (replace(JUDGED, labels=LABELS),)), JudgeResult("乙", (JUDGED,)), agree=agree
    )

    assert first.sentences == ("兩者不分高下",)
    assert last.sentences == ("甲 and 乙 agree",)


def test_without_a_judge_there_is_no_part():
    assert parts_of() == []
