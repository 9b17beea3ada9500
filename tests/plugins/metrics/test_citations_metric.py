"""Of which answers citations are looked up, and in which passages; what is cited has a test of its own.

Modules: ``potluck_plugins.metrics.citations``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from potluck.contracts import Attempt, Metric
from potluck.documents import Passage
from potluck.testing import component


@pytest.fixture
def metric(tmp_path: Path) -> Metric:
    made: Metric = component("metric", "citations", tmp_path)
    return made


def passage(text: str, section: str) -> Passage:
    return Passage(section, "spec.docx", text, 0, len(text), 0.5, "", (section,))


PASSAGES = (passage("道碴厚度不得小於30公分。", "1.4.4"), passage("巡查每週至少2次。", "1.4.5"))
CITED = Attempt("多厚？", answer="依1.4.4節，為30公分。", passages=PASSAGES, shown=2)


@pytest.mark.parametrize(
    ("answer", "share"),
    [
        ("依1.4.4節，為30公分。", 1.0),
        ("依1.4.4節，為25公分。", 0.5),
        ("依9.9.9節，為25公分。", 0.0),
        ("規範說「巡查每週至少２次」，見1.4.5、1.4.6與9.1.1。", 0.5),
    ],
)
def test_the_share_of_what_is_cited_that_is_there(metric: Metric, answer: str, share: float) -> None:
    assert metric.score(replace(CITED, answer=answer)) == {"citation_precision": share}


@pytest.mark.parametrize("answer", ["道碴很厚。", "", "。", None])
def test_an_answer_that_cites_nothing_has_no_share(metric: Metric, answer: str | None) -> None:
    assert metric.score(replace(CITED, answer=answer)) == {}


@pytest.mark.parametrize(("shown", "share"), [(0, 0.0), (1, 0.0), (2, 1.0)])
def test_only_passages_that_the_model_saw_count(metric: Metric, shown: int, share: float) -> None:
    attempt = replace(CITED, answer="每週2次，見1.4.5節", shown=shown)

    assert metric.score(attempt) == {"citation_precision": share}


def test_where_nothing_was_found_nothing_holds(metric: Metric) -> None:
    assert metric.score(replace(CITED, passages=(), shown=0)) == {"citation_precision": 0.0}
    assert metric.score(replace(CITED, passages=None, shown=0)) == {"citation_precision": 0.0}


@pytest.mark.parametrize("changes", [{"answerable": False}, {"refused": True}, {"filtered": True}])
def test_refusals_withheld_answers_and_questions_without_an_answer_have_none(
    metric: Metric, changes: Mapping[str, bool]
) -> None:
    assert metric.score(replace(CITED, **changes)) == {}  # type: ignore[arg-type]


def test_it_needs_an_answer_from_documents(metric: Metric) -> None:
    assert metric.needs == {"answer", "passages"}
    assert [(one.name, one.about, one.scale) for one in metric.measures] == [("citation_precision", "answer", "share")]
