"""From the answers of variants to the document of a comparison: measured by hand, without asking a model.

Modules: ``potluck.comparison.causes``, ``potluck.comparison.document``, ``potluck.comparison.findings``,
``potluck.comparison.engine``, ``potluck.comparison.measured``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

from potluck.comparison.causes import count_causes
from potluck.comparison.engine import answering_cost, question_cost
from potluck.comparison.measured import common_chief, describe_measures, measure_tables, values_of
from potluck.comparison.variant_run import ModelRun, VariantRun
from potluck.documents import Passage
from potluck.evaluation.results import Answered
from potluck.json_values import as_json
from potluck.metrics.chief import Chief
from potluck.metrics.perplexity import Surprise
from potluck.questions.question_file import Question
from potluck.results.comparison import Cause
from support.scoring import usual
from support.variant_runs import answered, of_f1, result, run


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (answered(1, {"f1": 0.5}), {"f1": 0.5, "latency": 0.5}),
        (answered(1, {"f1": 0.0}, refused=True), {"f1": 0.0, "refusal_precision": 0.0, "latency": 0.5}),
        (answered(1, refused=True, answerable=False), {"refusal_recall": 1, "refusal_precision": 1, "latency": 0.5}),
        (answered(1, refused=False, answerable=False), {"refusal_recall": 0.0, "latency": 0.5}),
        (answered(1, refused=None, answerable=False), {"latency": 0.5}),
    ],
)
def test_a_question_has_the_measures_that_apply_to_it(one: Answered, expected: dict[str, float]) -> None:
    assert values_of(one, run("a"), ModelRun(), usual()) == expected
    priced = values_of(one, run("a", prices=(3.0, 10.0)), ModelRun(), usual())
    assert priced == {**expected, "cost": pytest.approx(0.004)}


def test_answers_cost_what_their_tokens_do_a_round() -> None:
    rounds = [[answered(1), answered(2)], [answered(1), answered(3)]]

    assert question_cost(answered(2), (3.0, 10.0)) == pytest.approx((2000 * 3 + 100 * 10) / 1e6)
    assert answering_cost(run("a", *rounds, prices=(3.0, 10.0))) == pytest.approx((0.004 + 0.007 + 0.004 + 0.010) / 2)
    assert answering_cost(run("a", *rounds)) is None
    assert answering_cost(run("a", prices=(3.0, 10.0))) is None


def test_a_table_has_a_row_a_question_and_a_column_a_round_and_nan_where_there_is_nothing() -> None:
    first = [answered(1, {"f1": 0.5}), answered(2, refused=True, answerable=False)]
    second = [answered(1, {"f1": 1.0}), answered(2, refused=False, answerable=False)]

    found = measure_tables(run("a", first, second, surprises={"q1": Surprise(math.log(2) * 12, 3, 6)}), usual())

    assert list(found) == ["f1", "bits_per_character", "refusal_precision", "refusal_recall", "latency"]
    assert found["f1"][0].tolist() == [0.5, 1.0]
    assert [math.isnan(value) for value in found["f1"][1]] == [True, True]
    assert found["refusal_recall"][1].tolist() == [1, 0]
    assert found["refusal_precision"][1].tolist()[0] == 1
    assert math.isnan(found["refusal_precision"][1][1])
    assert found["bits_per_character"][0].tolist() == pytest.approx([2, 2])
    assert math.isnan(found["bits_per_character"][1][0])


def test_variants_are_judged_by_the_measure_that_leads_of_those_that_all_have() -> None:
    one = run("a", [answered(1, {"f1": 1.0, "fact": 1.0, "recall@1": 1.0})])
    other = run("b", [answered(1, {"f1": 0.5, "recall@1": 1.0})])
    questions = [Question("a", "a"), Question("b", "b", gold_facts=("x",))]

    assert common_chief([one], questions, usual()) == Chief("fact", "the questions name facts")
    assert common_chief([one, other], questions, usual()) == Chief("f1")
    assert common_chief([one, run("b", error="x")], questions, usual()).name == "fact"
    assert common_chief([run("a", [answered(1)])], [], usual()).name == "latency"
    assert common_chief([run("b", error="x")], [], usual()).name == "latency"


def test_measures_are_listed_with_their_direction_and_unit() -> None:
    found = describe_measures(["f1", "latency", "cost", "bits_per_character"], usual())
    assert [{key: as_json(one)[key] for key in ("name", "higher_is_better", "unit")} for one in found] == [
        {"name": "f1", "higher_is_better": True, "unit": ""},
        {"name": "latency", "higher_is_better": False, "unit": "s"},
        {"name": "cost", "higher_is_better": False, "unit": "USD"},
        {"name": "bits_per_character", "higher_is_better": False, "unit": "bits"},
    ]
    assert found[0].label == "Words in common (F1)"
    assert all(one.summary for one in found)


def made(runs: Sequence[VariantRun], metric: str = "f1", causes: Sequence[Cause] = ()) -> Any:
    return result(runs, metric, causes).as_json()


def test_the_head_of_a_document_says_what_was_compared() -> None:
    found = made([of_f1("a", 0.0, 1.0), of_f1("b", 1.0, 1.0)])

    head = {key: found[key] for key in ("run", "name", "recipe", "questions_file", "design", "baseline", "metric")}
    assert head == {
        "run": "run-1", "name": "規範", "recipe": "recipe.yaml", "questions_file": "q.jsonl", "design": "grid",
        "baseline": "a", "metric": "f1",
    }  # fmt: skip
    assert (found["started"], found["notes"], found["judge"]) == ("1970-01-01T00:00:00Z", ["a note"], None)
    assert [one["name"] for one in found["measures"]] == ["f1", "latency"]


def test_a_variant_has_its_means_and_what_it_took_and_one_that_failed_its_error() -> None:
    good = of_f1("a", 0.25, 0.75, cost=0.5, seconds=1.23456, swaps={"retriever.k": "2"})
    good.computed["answer"] = 2
    first, second = made([good, run("b", error="no route")])["variants"]

    assert (first["name"], first["swaps"], first["metrics"]["f1"]["mean"]) == ("a", {"retriever.k": "2"}, 0.5)
    assert (first["metrics"]["f1"]["n"], first["cost"], first["seconds"], first["repeats"]) == (2, 0.5, 1.235, 1)
    assert (first["computed"]["answer"], first["reused"]["answer"], first["perplexity"]) == (2, 0, None)
    assert (first["error"], second["error"], second["metrics"]) == (None, "no route", {})


def test_no_time_is_less_than_nothing_and_no_share_more_than_one() -> None:
    long = run("a", [answered(n, {"f1": 1.0 - n / 9}, seconds=9.0 * (n == 3)) for n in range(4)])
    metrics = made([long])["variants"][0]["metrics"]

    assert metrics["latency"]["low"] == 0
    assert metrics["latency"]["high"] > 1, "a time is not bounded"
    assert metrics["f1"]["high"] <= 1


def test_a_measure_is_compared_where_two_questions_have_it_in_both_variants() -> None:
    both = [of_f1("a", 0.0, 0.5, 1.0), of_f1("b", 1.0, 1.0, 1.0)]
    one = [of_f1("a", 0.0), of_f1("b", 1.0)]
    mixed = [
        run("a", [answered(0, {"f1": 0.0}), answered(1, {"f1": 0.5}), answered(2)]),
        run("b", [answered(0, {"f1": 1.0}), answered(1), answered(2, {"f1": 1.0})]),
    ]

    (pair,) = [pair for pair in made(both)["pairs"] if pair["metric"] == "f1"]
    assert (pair["a"], pair["b"], pair["difference"], pair["n"]) == ("a", "b", 0.5, 3)
    assert pair["sentence"].startswith("no evidence of a difference between a and b with 3 questions")
    assert [pair for pair in made(one)["pairs"] if pair["metric"] == "f1"] == []
    assert [pair for pair in made(mixed)["pairs"] if pair["metric"] == "f1"] == []


def test_the_measure_that_does_not_decide_is_described_and_not_judged() -> None:
    slow = run("a", [answered(n, {"f1": 1.0}, seconds=5 + n / 100) for n in range(12)])
    fast = run("b", [answered(n, {"f1": 1.0}, seconds=1 + n / 90) for n in range(12)])

    quality, latency = made([slow, fast])["pairs"]

    assert (quality["metric"], quality["verdict"], quality["p_adjusted"]) == ("f1", "no evidence", 1.0)
    assert (latency["metric"], latency["verdict"], latency["p_adjusted"]) == ("latency", None, None)
    assert latency["high"] < 0
    assert latency["sentence"].endswith("; described, not judged")


def test_which_refusals_were_right_is_no_matter_of_pairs() -> None:
    runs = [run(name, [answered(n, {"f1": 0.0}, refused=True) for n in range(3)]) for name in "ab"]

    found = made(runs)
    assert "refusal_precision" in [one["name"] for one in found["measures"]]
    assert "refusal_precision" not in [pair["metric"] for pair in found["pairs"]]


@pytest.mark.parametrize(("count", "pairs"), [(6, 15), (7, 6)])
def test_with_more_than_six_variants_each_is_held_against_the_baseline_only(count: int, pairs: int) -> None:
    runs = [of_f1(name, 0.0, 1.0, 1.0) for name in "bcadefg"[:count]]

    found = [(pair["a"], pair["b"]) for pair in made(runs)["pairs"] if pair["metric"] == "f1"]
    assert len(found) == pairs
    assert count == 6 or {one for one, _ in found} == {"a"}


def test_a_question_lists_its_passages_and_where_its_citations_lie() -> None:
    cited = [Passage("c", "規範.txt", "xx", 13, 15, 1.0), Passage("d", "規範.txt", "xx", 500, 502, 1.0)]
    runs = [run(name, [answered(1, {"f1": 1.0}, citations=cited, seconds=0.12345678)]) for name in "ab"]

    found = made(runs)
    (question,) = found["questions"]
    answer = question["answers"]["a"]

    assert (question["id"], question["question"], question["answerable"]) == ("q1", "第1題", True)
    assert question["gold"] == {"ids": [], "sections": [], "answers": ["x"], "facts": []}
    assert (answer["text"], answer["finish"], answer["seconds"], answer["shown"]) == ("answer 1", "stop", 0.123457, 2)
    assert answer["retrieved"] == [f"規範.txt:{10 * n}-{10 * n + 10}" for n in range(8)], "six beyond those shown"
    assert answer["citations"] == [{"chunk": "規範.txt:10-20", "start": 3, "end": 5}]
    assert found["chunks"]["規範.txt:10-20"] == {
        "source": "規範.txt", "section": "1.4", "page": 1, "page_label": None, "text": "x" * 10,
    }  # fmt: skip
    assert len(found["chunks"]) == 8, "a passage of two variants is listed once"


def test_fewer_passages_than_would_be_shown_are_all_shown() -> None:
    found = made([run("a", [answered(1, {"f1": 1.0}, passages=1)])])

    assert found["questions"][0]["answers"]["a"]["shown"] == 1


def cause(question: str, stage: Any, detail: str, b: str = "b") -> Cause:
    return Cause(question, "a", b, stage, detail, "f1", 0.0, 1.0, 2)


def test_causes_are_counted_pair_by_pair_with_their_detail_where_it_is_one() -> None:
    found = [
        cause("1", "retrieval", "k 1"), cause("2", "retrieval", "k 1"), cause("3", "retrieval", "k 2"),
        cause("4", "prompt", "shorter"), cause("5", "truncation", "at 9"), cause("6", "truncation", "at 8"),
        cause("7", "truncation", "at 8"), cause("8", "truncation", "at 8"), cause("9", "order", "x", b="c"),
    ]  # fmt: skip

    lines = count_causes(found)

    assert [(line.b, line.cause, line.count) for line in lines] == [
        ("b", "truncation", 4), ("b", "retrieval", 3), ("b", "prompt", 1), ("c", "order", 1),
    ]  # fmt: skip
    assert [line.sentence for line in lines] == [
        "4 of 8 differences between a and b come from truncation: at 8",
        "3 of 8 differences between a and b come from retrieval",
        "1 of 8 differences between a and b come from prompt: shorter",
        "1 of 1 differences between a and c come from order: x",
    ]
