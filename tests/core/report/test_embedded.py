"""What of a comparison goes into the page: numbers in place of names, and texts only where somebody may look at them.

Modules: ``potluck.report.embedded``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from potluck.json_values import as_json
from potluck.report import embedded
from potluck.report.comparison import comparison_content
from potluck.report.content import Chart, Confusion
from potluck.report.embedded import _chart, _confusion, measures_of, page_data, score_of
from potluck.results.comparison import AnswerResult, ChunkText, CitedSpan, ComparisonResult, Curve, CurvePoint
from support.comparisons import comparison, result_of


def answer(retrieved: int = 0, shown: int = 0, cited: tuple[str, ...] = (), **more: Any) -> AnswerResult:
    given = {"text": "答", "refused": False, "finish": "stop", "scores": {}, "seconds": 0.5, **more}
    keys = tuple(f"段{number}" for number in range(retrieved))
    return AnswerResult(**given, retrieved=keys, shown=shown, citations=tuple(CitedSpan(one, 0, 1) for one in cited))


def with_answers(*answers: AnswerResult, size: int = 1) -> ComparisonResult:
    """A comparison of as many variants, which answer one question."""
    result = result_of(comparison(1, len(answers)))
    given = dict(zip((one.name for one in result.variants), answers, strict=True))
    question = replace(result.questions[0], answers=given)
    keys = {key for one in answers for key in (*one.retrieved, *(span.chunk for span in one.citations))}
    chunks = {key: ChunkText("規範.txt", "1.4", 3, "iii", key * size) for key in keys if key != "無"}
    return replace(result, questions=(question,), chunks=chunks)


def data(result: ComparisonResult) -> Any:
    return page_data(comparison_content(result))


def texts(result: ComparisonResult) -> list[str | None]:
    return [chunk["text"] and chunk["text"][:2] for chunk in data(result)["chunks"]]


@pytest.mark.parametrize(
    ("one", "measure", "expected"),
    [
        (answer(scores={"f1": 0.12345678}), "f1", 0.123457),
        (answer(scores={"f1": True}), "f1", 1.0),
        (answer(), "f1", None),
        (answer(seconds=1.25), "latency", 1.25),
        (answer(seconds=1.25, scores={"latency": 2}), "latency", 2.0),
        (answer(seconds=1.25), "cost", None),
    ],
)
def test_a_score_has_six_digits_and_a_latency_without_one_is_the_time_it_took(
    one: AnswerResult, measure: str, expected: float | None
) -> None:
    assert score_of(one, measure) == expected


def test_declared_measures_come_first_and_those_that_only_have_values_behind_them() -> None:
    result = with_answers(answer(scores={"自訂": 1.0, "f1": 1.0}), answer(scores={"乙": 1.0}))
    found = measures_of(replace(result, measures=result.measures[:2]))

    assert [one.name for one in found[:2]] == [one.name for one in result.measures[:2]]
    assert [one.name for one in found[-2:]] == ["自訂", "乙"]
    assert len({one.name for one in found}) == len(found)
    last = found[-1]
    assert (last.label, last.higher_is_better, last.unit, last.summary, last.named) == ("乙", True, "", "", False)


def test_names_are_positions_in_lists() -> None:
    result = result_of(comparison(4, 3))
    found = data(result)
    names = [one.name for one in result.variants]

    assert found["baseline"] == 0
    assert data(replace(result, baseline=names[2]))["baseline"] == 2
    assert data(replace(result, baseline="無"))["baseline"] == 0
    assert found["measures"][found["pairs"][1]["m"]]["name"] == result.pairs[1].metric
    assert [(pair["a"], pair["b"]) for pair in found["pairs"]] == [
        (names.index(pair.a), names.index(pair.b)) for pair in result.pairs
    ]
    assert "metric" not in found["pairs"][0]
    assert [one["name"] for one in found["variants"]] == names
    assert found["axes"] == [*result.variants[1].swaps]
    assert found["variants"][0]["values"] == [None, None], "the recipe as it is"
    named = replace(result.variants[1], swaps={"retriever.k": "k=2", "splitter": "k=2"})
    shown = page_data(comparison_content(replace(result, variants=(named,))))
    assert shown["variants"][0]["values"] == ["2", "k=2"], "the head of a column says what it is"
    assert found["variants"][1]["values"] == [*result.variants[1].swaps.values()]
    assert found["main"] is None or found["measures"][found["main"]]["name"] == result.metric


def test_the_measure_of_the_comparison_is_the_main_one() -> None:
    result = result_of(comparison(1, 2))

    assert data(replace(result, metric="f1"))["main"] == [one.name for one in measures_of(result)].index("f1")
    assert data(replace(result, metric="無"))["main"] is None


def test_pairs_counts_and_causes_of_variants_that_are_not_listed_are_left_out() -> None:
    result = result_of(comparison(20, 2))
    pair, count, cause = result.pairs[0], result.cause_counts[0], result.causes[0]
    more = replace(
        result,
        pairs=(*result.pairs, replace(pair, a="無"), replace(pair, b="無")),
        cause_counts=(*result.cause_counts, replace(count, b="無")),
        causes=(*result.causes, replace(cause, a="無")),
    )

    assert data(more) == data(result)
    causes = {one["id"]: one["causes"] for one in data(result)["questions"]}
    assert [one["question_id"] for one in causes[cause.question_id]] == [cause.question_id]
    assert sum(map(len, causes.values())) == len(result.causes)


def test_an_answer_of_each_variant_stands_at_its_number_and_none_where_there_is_none() -> None:
    result = with_answers(answer(text="甲"), answer(text="乙"), answer(text="丙"))
    names = [one.name for one in result.variants]
    given = dict(result.questions[0].answers)
    del given[names[1]]
    given["無"] = answer(text="丁")
    found = data(replace(result, questions=(replace(result.questions[0], answers=given),)))

    assert [one and one["text"] for one in found["questions"][0]["answers"]] == ["甲", None, "丙"]


def test_passages_and_citations_name_chunks_by_number() -> None:
    found = data(with_answers(answer(2, 1, ("段1", "外")), answer(3, 1)))
    first, second = found["questions"][0]["answers"]

    assert (first["retrieved"], first["citations"], first["shown"]) == ([0, 1], [[1, 0, 1], [2, 0, 1]], 1)
    assert second["retrieved"] == [0, 1, 3]
    assert found["chunks"][0] == {
        "source": "規範.txt", "section": "1.4", "page": 3, "page_label": "iii", "text": "段0",
    }  # fmt: skip


def test_a_chunk_that_nobody_lists_is_its_key_without_a_text() -> None:
    found = data(with_answers(answer(0, 0, ("無",))))

    assert found["chunks"] == [{"source": "無", "section": None, "page": None, "page_label": None, "text": None}]


def test_texts_are_those_of_the_first_ten_of_all_that_were_shown_and_of_all_that_are_cited() -> None:
    last = "段12"

    assert texts(with_answers(answer(12, 1))) == [*(f"段{n}"[:2] for n in range(10)), None, None]
    assert texts(with_answers(answer(12, 11)))[10:] == ["段1", None]
    assert texts(with_answers(answer(12, 1, ("段11",))))[10:] == [None, "段1"]
    assert texts(with_answers(answer(13, 1), answer(0, 0, (last,))))[10:] == [None, None, "段1"]


def test_the_best_rank_of_any_answer_counts() -> None:
    worse = answer(12, 1)
    better = replace(worse, retrieved=tuple(reversed(worse.retrieved)))

    assert None not in texts(with_answers(worse, better))
    assert None not in texts(with_answers(better, worse))


def test_beyond_the_limit_of_size_the_lowest_ranks_go_without_but_none_that_was_shown_or_cited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(embedded, "_TEXTS", 4 * 7 * 3)  # three texts of seven times four bytes

    found = texts(with_answers(answer(6, 1, ("段5",)), size=7))

    assert [one is not None for one in found] == [True, True, False, False, False, True]


def test_a_variant_has_an_interval_for_each_measure_in_their_order_and_none_where_it_has_none() -> None:
    result = result_of(comparison(4, 2))
    first = result.variants[0]
    (name, interval), *_ = first.metrics.items()
    found = data(replace(result, variants=(replace(first, metrics={name: interval}), *result.variants[1:])))

    names = [one["name"] for one in found["measures"]]
    assert found["variants"][0]["metrics"] == [as_json(interval) if one == name else None for one in names]
    assert None not in found["variants"][1]["metrics"]


def test_a_confusion_counts_every_pair_of_labels() -> None:
    counts = {"正面": {"負面": 2}, "負面": {"負面": 1}}

    assert _confusion(Confusion(("正面", "負面", "中立"), counts)) == {
        "labels": ["正面", "負面", "中立"],
        "counts": [[0, 2, 0], [0, 1, 0], [0, 0, 0]],
    }
    assert _confusion(None) is None


@pytest.mark.parametrize("dense", [True, False])
def test_a_chart_has_its_curves_and_says_whether_its_points_stand_close(dense: bool) -> None:
    found = _chart(Chart("Loss", "step", "nats", (Curve("訓練", (CurvePoint(1, 0.5, None, None),)),), dense))

    point = {"n": 1, "mean": 0.5, "low": None, "high": None}
    assert found == {
        "title": "Loss", "x": "step", "y": "nats", "dense": dense, "curves": [{"name": "訓練", "points": [point]}],
    }  # fmt: skip
