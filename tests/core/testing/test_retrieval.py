"""What retrievers and rerankers are tried on: the corpus of the kit, its models, and what scales may say.

Modules: ``potluck.testing.retrieval``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from potluck.contracts import ScoreScale
from potluck.documents import page_at, sections_within
from potluck.testing.retrieval import KitChat, KitEmbedder, _current, kit_corpus, scale_problem, use_corpus


def test_the_corpus_of_the_kit_is_made_of_its_documents() -> None:
    passages = kit_corpus()

    for passage in passages.passages.values():
        document = passages.document(passage)
        assert document.text[passage.start : passage.end] == passage.text
        assert passages.span(passage, passage.start, passage.end) == passage
        within = sections_within(document.sections, passage.start, passage.end)
        assert passage.sections == tuple(section.label for section in within)
        assert passage.heading == within[0].title
        page = page_at(document.pages, passage.start)
        assert passage.page == (page.number if page else None)
    for document in passages.documents.values():
        first, second = document.sections
        assert (first.start, first.end, second.end) == (0, second.start, len(document.text))


def test_a_corpus_is_that_of_retrievers_within_another_as_long_as_it_is_used() -> None:
    passages = kit_corpus()

    with use_corpus(passages):
        assert _current.get(None) is passages
    assert _current.get(None) is None


def test_a_corpus_without_some_passages_still_has_their_documents() -> None:
    whole = kit_corpus()
    gone = set(sorted(whole.ids)[:3])

    fewer = whole.without(gone)

    assert fewer.ids == whole.ids - gone
    assert fewer.documents == whole.documents


def test_a_corpus_tells_what_it_was_asked_for() -> None:
    passages = kit_corpus()
    assert passages.asked == set()

    texts = dict(passages.texts())
    assert passages.asked == {"texts"}
    vectors = passages.vectors(sorted(passages.ids)[:2])

    assert passages.asked == {"texts", "vectors"}
    assert texts.keys() == passages.ids
    assert vectors.shape == (2, 64)


@pytest.mark.parametrize("language", [False, True])
def test_the_nearest_passage_to_a_passage_is_itself(language: bool) -> None:
    passages = kit_corpus()
    asked = next(one for one in passages.passages.values() if one.text.isascii() is not language)
    (vector,) = KitEmbedder().embed_questions([asked.text])

    first, *others = passages.nearest(vector, 4)

    assert passages.asked == {"vectors"}
    assert first.text == asked.text
    assert first.score == pytest.approx(1, abs=1e-5)
    assert len(others) == 3
    assert [one.score for one in (first, *others)] == sorted([one.score for one in (first, *others)], reverse=True)
    assert [one.id for one in passages.nearest(vector, 4, {others[0].id})] == [others[0].id]


def test_vectors_of_the_kit_are_of_length_one_whatever_the_text() -> None:
    vectors = KitEmbedder().embed_passages(["道碴厚度", "", "\ud83d", "ballast"])

    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1] * 4, abs=1e-5)
    assert vectors.dtype == np.float32


def test_the_chat_model_of_the_kit_writes_the_last_line() -> None:
    assert KitChat().ask(["Answer:\n道碴多厚？\n", "one", " \n"]) == ["道碴多厚？", "one", ""]


@pytest.mark.parametrize(
    "scale",
    [
        ScoreScale("分數"),
        ScoreScale("share", 0, 1.0, is_comparable=True),
        ScoreScale("distance", 0.0, None, higher_is_better=False),
        ScoreScale("cosine", None, 1.0),
    ],
)
def test_a_scale_that_says_what_scores_mean_has_no_problem(scale: ScoreScale) -> None:
    assert scale_problem(scale) == ""


@pytest.mark.parametrize(
    ("scale", "problem"),
    [
        ("cosine", "scale is 'cosine'"),
        (ScoreScale(" "), "the summary of its scale is ' '"),
        (ScoreScale("分\n數"), "the summary of its scale is '分\\n數'"),
        (ScoreScale("share", higher_is_better=1), "higher_is_better of its scale is 1"),  # type: ignore[arg-type]
        (ScoreScale("share", is_comparable=None), "is_comparable of its scale is None"),  # type: ignore[arg-type]
        (ScoreScale("share", True, 2.0), "its scale goes from True to 2.0"),
        (ScoreScale("share", 0.0, "1"), "its scale goes from 0.0 to '1'"),  # type: ignore[arg-type]
        (ScoreScale("share", 1.0, 1.0), "its scale goes from 1.0 to 1.0"),
    ],
)
def test_what_is_wrong_with_a_scale_is_said(scale: Any, problem: str) -> None:
    assert scale_problem(scale) == problem
