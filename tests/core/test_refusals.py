"""Whether an answer says that it is not known, in three writings.

Modules: ``potluck.refusals``.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from potluck.language import sentences
from potluck.refusals import REFUSALS, is_refusal
from support.labelled_answers import ANSWERED, REFUSED
from support.samples import SAMPLES

PHRASES = ("我不知道", "不知道", "無法回答", "无法得知", "沒有提到", "未提及", "没有相关信息", "資料中沒有")

ENGLISH = (
    "I don’t know",
    "do not know",
    "cannot answer",
    "unable to answer",
    "unanswerable",
    "no answer",
    "no information",
)


@pytest.mark.parametrize(
    "answer",
    ["我不知道", "我不知道。", "抱歉，资料中没有提到。", "I don’t know.", "Sorry, I do not know", "無法回答此問題"],
)
def test_refusals_are_known_in_three_writings(answer: str) -> None:
    assert is_refusal(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "短鋼軌係指長度在標準長度以下",
        "Paris",
        "He said they did not know" + " anything about it at all" * 5,
        "我不知道這件事的人很多",
        "不知道路線的旅客可洽服務台",
        "The Tomb of the Unknown Soldier",
        "The contractor does not know the date in advance, so the engineer states it: 14 days",
        "契約未規定者，依工程司之指示辦理",
        "長銲鋼軌見1.4.7；" * 8 + "文中未提及短鋼軌",
    ],
)
def test_answers_are_not_refusals(answer: str) -> None:
    assert not is_refusal(answer)


def test_of_the_labelled_phrases_nearly_all_are_told_apart() -> None:
    missed = [answer for answer in REFUSED if not is_refusal(answer)]
    wrong = [answer for answer in ANSWERED if is_refusal(answer)]

    caught = len(REFUSED) - len(missed)
    assert caught / len(REFUSED) >= 0.95, missed
    assert caught / (caught + len(wrong)) >= 0.95, wrong


@pytest.mark.parametrize("phrase", [*PHRASES, *ENGLISH])
@pytest.mark.parametrize("before", ["", "抱歉，", "根據以上內容，", "Sorry, ", "「"])
@pytest.mark.parametrize("behind", ["", "。", ".", "，請洽工程司。", ". " + "Please ask the engineer. " * 5])
def test_a_phrase_is_a_refusal_whatever_is_around_it(phrase: str, before: str, behind: str) -> None:
    assert is_refusal(before + phrase + behind)


def test_what_is_partly_answered_is_not_refused() -> None:
    assert not is_refusal("文中未說明短鋼軌的用途，但1.4.4規定：短鋼軌係指長度在標準長度以下5m以上之鋼軌，" * 2)


def test_sentences_of_real_texts_are_hardly_ever_refusals(shared_data: Path, whole_data: bool) -> None:
    found, count = [], 0
    for name in ("qa_zh/corpus", "qa_en/corpus", "spec_zh/sections", "xquad/corpus_zh", "xquad/corpus_en"):
        for line in filter(None, (shared_data / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")):
            whole = json.loads(line)["text"]
            texts = [whole[start:end] for start, end in sentences(whole)]
            count += len(texts)
            found += [text for text in texts if is_refusal(text)]

    assert count > (5000 if whole_data else 900)
    assert len(found) <= (3 if whole_data else 0), found


@pytest.mark.parametrize("phrase", json.loads((SAMPLES / "scorer" / "refusals.json").read_text(encoding="utf-8")))
def test_what_the_scorer_took_for_a_refusal_is_one(phrase: str) -> None:
    assert is_refusal(phrase)
    assert is_refusal(f"{phrase}. " + "x" * 60)


def test_all_that_the_scorer_takes_for_refusals_are(scorer: ModuleType) -> None:
    for phrase in scorer.IDK:
        assert is_refusal(phrase)
        assert is_refusal(f"{phrase}. " + "x" * 60)


@pytest.mark.parametrize("phrase", REFUSALS)
def test_each_phrase_is_a_refusal_alone_and_at_the_beginning_of_a_long_answer(phrase: str) -> None:
    assert is_refusal(phrase)
    assert is_refusal(f"{phrase}：" + "軌" * 80)


@pytest.mark.parametrize("apology", ["很抱歉，", "對不起。", "不好意思，", "Unfortunately, ", "I'm sorry, but "])
def test_an_apology_before_a_long_refusal_does_not_make_it_an_answer(apology: str) -> None:
    assert is_refusal(apology + "無法得知軌距：" + "因為" * 40)
    assert not is_refusal(apology + "軌距是1435公釐，" + "因為" * 40 + "無法得知")


@pytest.mark.parametrize(("length", "refused"), [(59, True), (60, False)])
def test_only_in_a_short_answer_a_phrase_may_stand_anywhere(length: int, refused: bool) -> None:
    phrase = "查無相關"

    assert is_refusal("軌" * (length - len(phrase)) + phrase) is refused


def test_what_is_unsaid_in_the_first_clause_of_a_long_answer_is_a_refusal_unless_something_follows_it() -> None:
    rest = "，請洽工程司" * 10

    assert is_refusal("文件中並未提供軌距" + rest)
    assert not is_refusal("文件中並未提供軌距，但軌距是1435公釐" + rest)
    assert not is_refusal("軌距是1435公釐，文件中並未提供其他" + rest)
