"""Keys of questions that somebody spelled in another way, or in other words.

Modules: ``potluck.questions.keys``.
"""

from __future__ import annotations

import pytest

from potluck.questions.keys import chinese_keys, meant_key


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("answer", "answers"),
        ("anwsers", "answers"),
        ("anwser", "answers"),
        ("refrence", "answers"),
        ("documnets", "gold_ids"),
        ("Answers", "answers"),
        ("ａｎｓｗｅｒｓ", "answers"),
        ("ground_truth", "answers"),
        ("ground truths", "answers"),
        ("expected-answer", "answers"),
        ("標準答案", "answers"),
        ("標準 答案", "answers"),
        ("参考答案", "answers"),
        ("回覆", "answers"),
        ("gold_id", "gold_ids"),
        ("gold ids", "gold_ids"),
        ("goldIds", "gold_ids"),
        ("gold-ids", "gold_ids"),
        ("documents", "gold_ids"),
        ("relevant", "gold_ids"),
        ("relevantDocs", "gold_ids"),
        ("相關 文件", "gold_ids"),
        ("gold_section", "gold_sections"),
        ("章節", "gold_sections"),
        ("gold_fact", "gold_facts"),
        ("evidences", "evidence"),
        ("answerabel", "answerable"),
        ("is_impossible", "answerable"),
        ("問題", "question"),
        ("Question", "question"),
        ("quetsion", "question"),
        ("qid", "question_id"),
        ("question-id", "question_id"),
        ("glod_sectoins", "gold_sections"),
    ],
)
def test_a_key_in_other_words_is_known(key: str, meant: str) -> None:
    assert meant_key(key, {key}) == meant
    assert meant_key(key, {key, meant}) is None, "where the right one is there, it is the user's own"


def test_another_name_of_the_number_hinders_no_other_key() -> None:
    assert meant_key("qid", {"qid", "id"}) is None
    assert meant_key("answer", {"answer", "id"}) == "answers"


def test_names_in_chinese_stand_for_keys_that_are_not_there() -> None:
    assert chinese_keys(["問題", "標準 答案", "id", "備註"]) == {"問題": "question", "標準 答案": "answers"}
    assert chinese_keys(["問題", "題目"]) == {"問題": "question"}
    assert chinese_keys(["問題", "question", "answer"]) == {}
