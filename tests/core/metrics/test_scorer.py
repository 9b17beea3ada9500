"""Measures of questions and their summary, checked against the stand-alone scorer.

Modules: ``potluck.questions.gold``, ``potluck.metrics.scorer``, ``potluck_plugins.metrics.answers``,
``potluck_plugins.metrics.reach``, ``potluck_plugins.metrics.refusals``, ``potluck_plugins.metrics.retrieval``.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, ndcg_score

from potluck.documents import Passage
from potluck.metrics.scorer import QuestionScore
from potluck.questions.gold import document_id, gold_ranks
from potluck.questions.question_file import Question, read_questions
from support.samples import SAMPLES
from support.scoring import usual

score, summarise = usual().score, usual().summarise

NAMES = {
    "recall@1": "recall@1",
    "recall@2": "recall@2",
    "recall@5": "recall@5",
    "mrr": "mrr",
    "exact_match": "em",
    "f1": "f1",
    "fact": "fact",
    "refusal_precision": "idk_precision",
    "refusal_recall": "idk_recall",
}
"""Ours, and the scorer's."""

REFUSALS = ["我不知道", "我不知道。", "抱歉，无法得知。", "I don’t know.", "Sorry, not mentioned."]


def passage(source: str, text: str = "text", sections: tuple[str, ...] = (), heading: str = "") -> Passage:
    return Passage(f"{source}-{len(text)}", source, text, 0, len(text), 0.5, heading, sections)


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def random_answer(question: Question, texts: Sequence[str], chance: random.Random) -> str:
    gold = question.answers[0] if question.answers else "something"
    start = chance.randrange(max(1, len(gold)))
    return chance.choice(
        [gold, gold, gold.upper() + "。", gold[start:], f"The {gold}!", chance.choice(texts)[:80], "", *REFUSALS]
    )


def assert_agreement(ours: dict[str, float | None], theirs: dict[str, float]) -> None:
    expected = {name: None if math.isnan(theirs[his]) else theirs[his] for name, his in NAMES.items()}
    assert {name: ours[name] for name in NAMES} == pytest.approx(expected, abs=1e-9)
    assert ours["refused"] == theirs["idk_said"]
    assert (ours["questions"], ours["answerable"]) == (theirs["questions"], theirs["answerable"])


@pytest.mark.parametrize(
    ("questions", "corpus"),
    [
        ("qa_zh/questions", "qa_zh/corpus"),
        ("qa_en/questions", "qa_en/corpus"),
        ("xquad/questions_zh", "xquad/corpus_zh"),
        ("xquad/questions_en", "xquad/corpus_en"),
    ],
)
def test_the_scorer_agrees_where_gold_is_a_document(
    scorer: ModuleType, shared_data: Path, questions: str, corpus: str
) -> None:
    for seed in range(3):
        chance = random.Random(seed)
        path = shared_data / f"{questions}.jsonl"
        texts = {row["id"]: row["text"] for row in rows(shared_data / f"{corpus}.jsonl")}
        scores, predictions = [], []
        for question in read_questions(path, limit=400 if seed else None):
            ids = chance.choices(list(texts), k=chance.randrange(8))
            if question.gold_ids and chance.random() < 0.7:
                ids.insert(chance.randrange(len(ids) + 1), question.gold_ids[0])
            sources = [f"passages/{name}.txt{chance.choice(['', '#2'])}" for name in ids]
            answer = random_answer(question, list(texts.values()), chance)
            found = [passage(source, texts[name]) for source, name in zip(sources, ids, strict=True)]
            scores.append(score(question, found, answer))
            predictions.append({"question_id": question.id, "retrieved_ids": sources, "answer": answer})

        assert_agreement(summarise(scores), scorer.score_qa(rows(path)[: len(scores)], predictions))


def test_the_scorer_agrees_where_gold_is_a_section(scorer: ModuleType, shared_data: Path) -> None:
    for seed in range(5):
        chance = random.Random(seed)
        path = shared_data / "spec_zh" / "questions.jsonl"
        sections = rows(shared_data / "spec_zh" / "sections.jsonl")
        scores, predictions = [], []
        for question in read_questions(path):
            found = []
            for _ in range(chance.randrange(9)):
                first = chance.randrange(len(sections))
                held = sections[first : first + chance.randrange(1, 4)]
                if chance.random() < 0.3 and question.gold_sections:
                    held.extend(row for row in sections if row["section"] == chance.choice(question.gold_sections))
                text = "\n".join(f"{row['section']} {row['title']}\n{row['text']}" for row in held)
                found.append(passage("spec.doc", text, tuple(row["section"] for row in held)))
            answer = random_answer(question, [row["text"] for row in sections], chance)
            scores.append(score(question, found, answer))
            texts = [one.text for one in found]
            predictions.append({"question_id": question.id, "retrieved_texts": texts, "answer": answer})

        assert_agreement(summarise(scores), scorer.score_qa(rows(path), predictions))


def test_a_question_that_got_nothing_counts_as_wrong(scorer: ModuleType, shared_data: Path) -> None:
    path = shared_data / "spec_zh" / "questions.jsonl"
    right = [
        {"question_id": row["question_id"], "retrieved_ids": row["gold_ids"], "answer": "我不知道"}
        for row in rows(path)
    ]
    scores = [score(question, [], "") for question in read_questions(path)]
    scores[0] = score(read_questions(path)[0], [passage("spec", sections=("1.4.1", "3.8.2", "4.2.1"))], "我不知道")

    ours, theirs = summarise(scores), scorer.score_qa(rows(path), right[:1])

    assert ours["exact_match"] == theirs["em"] == 0
    assert ours["empty"] == 19
    assert ours["refusal_recall"] == theirs["idk_recall"] == 0
    assert ours["recall@5"] == pytest.approx(1 / 16)


@pytest.mark.parametrize("recorded", rows(SAMPLES / "scorer" / "questions.jsonl"), ids=lambda row: row["questions"])
def test_the_measures_are_those_that_the_scorer_gave(recorded: dict[str, Any]) -> None:
    """For answers and passages drawn at random for the questions of the samples."""
    clauses = {row["section"]: row for row in rows(SAMPLES / "spec_zh" / "sections.jsonl")}

    def found(one: str | list[str]) -> Passage:
        if isinstance(one, str):
            return passage(one)
        held = [clauses[number] for number in one]
        text = "\n".join(f"{row['section']} {row['title']}\n{row['text']}" for row in held)
        return passage("spec.doc", text, tuple(one))

    questions = read_questions(SAMPLES / f"{recorded['questions']}.jsonl")
    scores = [
        score(question, [found(one) for one in given["found"]], given["answer"])
        for question, given in zip(questions, recorded["given"], strict=True)
    ]

    ours = summarise(scores)
    assert {name: ours[name] for name in recorded["scores"]} == pytest.approx(recorded["scores"], abs=1e-9)


def test_every_id_of_the_data_is_the_id_of_its_file(shared_data: Path) -> None:
    for name in ("qa_zh", "qa_en"):
        for row in rows(shared_data / name / "corpus.jsonl"):
            assert document_id(f"passages/{row['id']}.txt") == document_id(row["id"]) == row["id"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("specs/00001-道碴軌道施工規範-1.0.doc", "00001-道碴軌道施工規範-1.0"),
        ("folder\\one.two.html#7", "one.two"),
        ("talk::3", "talk"),
        ("1.4.1", "1.4.1"),
        ("https://example.org/page.pdf#a/b", "page"),
    ],
)
def test_a_document_is_called_by_its_file_without_extension(source: str, expected: str) -> None:
    assert document_id(source) == expected


def test_a_document_counts_once_at_its_best_place() -> None:
    question = Question("q", "?", gold_ids=("b", "c", "x"))
    found = [passage("a.txt#1"), passage("a.txt#2"), passage("b.txt"), passage("a.txt"), passage("c.txt")]

    assert gold_ranks(question, found) == [1, 2, None]


def test_a_record_of_a_file_may_go_by_its_own_name() -> None:
    found = [passage("corpus.jsonl#r6"), passage("corpus.jsonl#r7")]

    assert gold_ranks(Question("q", "?", gold_ids=("r7",)), found) == [1]
    assert gold_ranks(Question("q", "?", gold_ids=("corpus",)), found) == [0]


def test_a_section_counts_at_the_best_passage_that_holds_it() -> None:
    question = Question("q", "?", gold_ids=("1.2", "1.4.4"), gold_sections=("1.2", "1.4.4"))
    found = [passage("a.doc", sections=("1.1", "1.2")), passage("a.doc", sections=("1.2", "1.4.4"))]

    assert gold_ranks(question, found) == [0, 1]


def test_a_section_of_another_document_does_not_count_where_the_document_is_named() -> None:
    question = Question("q", "?", gold_ids=("right",), gold_sections=("1.4.4",))
    found = [passage("wrong.doc", sections=("1.4.4",)), passage("right.doc", sections=("1.4.4",))]

    assert gold_ranks(question, found) == [1]


def test_without_gold_only_the_answer_is_looked_for_in_the_passages() -> None:
    question = Question("q", "長鋼軌多長？", answers=("25m以上",), gold_facts=("25m以上", "未滿200m"))
    found = [passage("a", "無關"), passage("b", "長度在 25 m 以上"), passage("c", "而未滿２００m")]

    values = score(question, found, None).values

    assert values == {"answer_recall@1": 0, "answer_recall@2": 0.5, "answer_recall@5": 1}


def test_an_answer_is_not_found_across_two_passages_but_in_a_heading() -> None:
    question = Question("q", "?", answers=("短鋼軌",))

    assert (
        score(question, [passage("a", "短"), passage("b", "也", heading="鋼軌")], None).values["answer_recall@2"] == 0
    )
    assert score(question, [passage("a", "係指", heading="1.4.4 短鋼軌")], None).values["answer_recall@1"] == 1


def test_a_refused_answer_matches_nothing() -> None:
    question = Question("q", "Do you know?", answers=("I do not know",))

    assert score(question, [], "I do not know").values["exact_match"] == 0
    assert score(question, [], "I do not know", refused=False).values["exact_match"] == 1


@pytest.mark.parametrize("said", ["", "I can't help with that.", "我不知道"])
def test_an_answer_that_a_filter_withheld_is_wrong_and_neither_refused_nor_empty(said: str) -> None:
    asked = [Question("a", "誰？", answers=("甲", said or "乙")), Question("b", "?", answerable=False)]

    scores = [score(question, [], said, filtered=True) for question in asked]

    assert not any(scores[0].values.values())
    assert scores[0].values.keys() >= {"exact_match", "f1", "rouge_l", "fact"}
    assert all(one.as_json()["filtered"] is True and one.refused is False and not one.empty for one in scores)
    summary = summarise(scores)
    assert (summary["filtered"], summary["refused"], summary["empty"], summary["answered"]) == (2, 0, 0, 2)
    assert (summary["exact_match"], summary["refusal_recall"]) == (0, 0)


def test_what_cannot_be_measured_is_none() -> None:
    unknown = score(Question("q", "?", answerable=False), [], None)

    summary = summarise([unknown])

    assert unknown == QuestionScore("q", False, {})
    assert summary.pop("questions") == 1
    assert {name: value for name, value in summary.items() if value is not None} == {
        "answerable": 0,
        "with_gold": 0,
        "answered": 0,
        "refused": 0,
        "empty": 0,
        "filtered": 0,
    }
    assert summary["refusal_recall"] is None


def test_no_questions_are_no_measures() -> None:
    assert summarise([])["recall@2"] is None


def test_a_question_without_answers_has_no_exact_match() -> None:
    measured = score(Question("q", "?", gold_ids=("a",)), [passage("a.md")], "words").values

    assert not measured.keys() & {"exact_match", "f1", "rouge_l", "fact", "citation_precision"}
    assert measured["mrr"] == 1


def test_refusing_is_right_only_where_nobody_can_answer() -> None:
    asked = [Question("a", "誰？", answers=("甲",)), *(Question(n, "?", answerable=False) for n in "bc")]
    scores = [score(q, [], answer) for q, answer in zip(asked, ["我不知道", "我不知道。", "乙"], strict=True)]

    summary = summarise(scores)

    assert (summary["refusal_precision"], summary["refusal_recall"]) == (0.5, 0.5)
    refusals = {"refusal_precision": 1.0, "refusal_recall": 1.0}
    assert scores[1].as_json() == {"answerable": False, "refused": True, **refusals}


@given(st.sets(st.integers(0, 19), max_size=6), st.integers(0, 3), st.sampled_from([1, 2, 5]))
def test_ranking_measures_are_those_of_scikit_learn(relevant: set[int], absent: int, k: int) -> None:
    """Twenty documents were retrieved; some of those that should have been were not."""
    golds = [*(f"d{place}" for place in relevant), *(f"absent{n}" for n in range(absent))]
    assume(golds)
    values = score(Question("q", "?", gold_ids=tuple(golds)), [passage(f"d{n}") for n in range(20)], None).values

    gains = [float(place in relevant) for place in range(20)] + [1.0] * absent
    places = -np.arange(20 + absent, dtype=float)
    assert values[f"ndcg@{k}"] == pytest.approx(_ndcg(gains, places, k, absent))
    assert values[f"precision@{k}"] == sum(gains[:k]) / k
    found = average_precision_score(gains[:20], places[:20]) if relevant else 0.0
    assert values["map"] == pytest.approx(found * len(relevant) / len(golds))


def _ndcg(gains: list[float], places: np.ndarray, k: int, absent: int) -> float:
    """What was not retrieved stands behind everything, so that it counts in the best order only."""
    return float(ndcg_score([gains], [places], k=k)) if absent or any(gains) else 0.0


def test_sections_in_one_passage_count_as_if_one_followed_the_other() -> None:
    question = Question("q", "?", gold_sections=("1.1", "1.2"))
    values = score(question, [passage("d", sections=("1.1", "1.2"))], None).values

    assert (values["map"], values["ndcg@2"], values["precision@1"]) == (1, 1, 1)


def test_citations_are_held_against_what_the_model_was_shown() -> None:
    question = Question("q", "?", answers=("25m",))
    passages = [passage("d", "標準長度為25m。", ("1.4.3",)), passage("d", "長度在200m以上。", ("1.4.7",))]

    assert score(question, passages, "依1.4.7，200m以上。").values["citation_precision"] == 1
    assert score(question, passages, "依1.4.7，200m以上。", shown=1).values["citation_precision"] == 0
    assert "citation_precision" not in score(question, passages, "很長。").values


def test_every_measure_is_described() -> None:
    assert all(measure.summary and measure.label for measure in usual().measures.values())
    assert set(score(Question("q", "第1.1節", answers=("a",)), [passage("a")], "1.1.1").values) <= set(usual().measures)
