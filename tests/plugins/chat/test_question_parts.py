"""What a question asks for.

Modules: ``potluck_plugins.chat._shared.questions``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.chat._shared.questions import AnswerKind, defined_term, holds, question_parts


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("標準長度在哪些章節有提到？", "sections"),
        ("Which sections name it?", "sections"),
        ("工程何時完工？", "date"),
        ("When was it built?", "date"),
        ("In which year did the bridge open?", "date"),
        ("長度是多少？", "number"),
        ("How many rails are there?", "number"),
        ("What is the length of the rail?", "number"),
        ("短鋼軌的定義", "definition"),
        ("短鋼軌是什麼？", "definition"),
        ("What does short rail mean?", "definition"),
        ("為何鋼軌會斷？", "reason"),
        ("Why does the rail break?", "reason"),
        ("Who built the rail?", "other"),
        ("誰建造鋼軌？", "other"),
    ],
)
def test_a_question_asks_for_a_kind_of_thing(question: str, kind: AnswerKind) -> None:
    assert [part.kind for part in question_parts(question)] == [kind]


@pytest.mark.parametrize(
    ("kind", "text", "held"),
    [
        ("date", "民國 1901 年", True),
        ("date", "in March", True),
        ("date", "十二月", True),
        ("date", "12 m", False),
        ("number", "5 m", True),
        ("number", "twice", True),
        ("number", "三個", True),
        ("number", "some", False),
        ("definition", "係指鋼軌", True),
        ("definition", "a rail is a bar", True),
        ("definition", "a rail breaks", False),
        ("reason", "因為天熱", True),
        ("reason", "BECAUSE of heat", True),
        ("reason", "heat", False),
        ("sections", "anything", True),
        ("other", "", True),
    ],
)
def test_a_text_holds_a_kind_of_thing(kind: AnswerKind, text: str, held: bool) -> None:
    assert holds(kind, text) is held


@pytest.mark.parametrize(
    ("text", "title", "what"),
    [
        ("短鋼軌係指五公尺以上者", "1.4", "短鋼軌"),
        ("係指五公尺以上者", "1.4 短鋼軌", "1.4 短鋼軌"),
        ("A short rail is a rail of 5 m", "", "A short rail "),
        ("鋼軌不得有裂紋", "1.4 短鋼軌", ""),
    ],
)
def test_a_sentence_defines_what_stands_before_it(text: str, title: str, what: str) -> None:
    assert defined_term(text, title) == what


def test_one_figure_is_wanted_of_one_thing_alone() -> None:
    assert [part.single for part in question_parts("鋼軌長度是多少？")] == [True]
    assert [part.single for part in question_parts("When was the bridge opened?")] == [True]
    for question in ("各鋼軌長度是多少？", "How long is each rail?", "為何鋼軌會斷？", "Who built the rail?"):
        assert [part.single for part in question_parts(question)] == [False], question
    assert [part.single for part in question_parts("鋼軌長度是多少？軌枕重量是多少？")] == [False, False]


def test_a_second_question_may_go_on_from_the_first() -> None:
    first, second = question_parts("鋼軌長度是多少？隧道呢？")

    assert first.readings == ({"鋼軌": 2.0, "軌長": 2.0, "長度": 2.0},) or len(first.readings) == 1
    alone, together = second.readings
    assert alone == {"隧道": 1.0}
    assert together["隧道"] == 1.0
    assert together["鋼軌"] == 0.5 * first.readings[0]["鋼軌"]


def test_questions_are_parted_at_marks_and_at_and() -> None:
    assert len(question_parts("How long is the rail, and when was it laid?")) == 2
    assert len(question_parts("How long is the rail, and the sleeper?")) == 1
    assert len(question_parts("鋼軌多長？\n軌枕多重")) == 2
    assert question_parts("什麼是？") == []
    assert question_parts("") == []


@pytest.mark.parametrize(
    ("question", "things"),
    [
        ("請分別說明長鋼軌、定尺鋼軌及短鋼軌的長度", 3),
        ("What are the differences between rails and sleepers?", 2),
        ("Compare rails with sleepers, bolts and plates", 3),
        ("長鋼軌及短鋼軌的長度", 1),
        ("分別說明鋼軌", 1),
    ],
)
def test_several_things_are_asked_for_where_the_question_says_so(question: str, things: int) -> None:
    found = question_parts(question)

    assert len(found) == things
    assert all(part.listed is (things > 1) for part in found)


def test_what_sets_things_apart_says_more_than_what_they_share() -> None:
    long, short = question_parts("請比較長鋼軌與短鋼軌的重量")

    assert long.readings[0]["鋼軌"] == short.readings[0]["鋼軌"] == 1.0
    assert long.readings[0]["長鋼"] == short.readings[-1]["短鋼"] == 2.0
    assert long.readings[0]["重量"] == short.readings[0]["重量"] == 1.0


def test_numbers_and_names_have_to_be_there() -> None:
    assert [part.exact for part in question_parts("What did Chen build in 1901?")] == [frozenset({"chen", "1901"})]
