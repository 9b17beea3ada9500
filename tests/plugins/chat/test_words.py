"""The words that a text is found by, and what each word of a question says.

Modules: ``potluck_plugins.chat._shared.words``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.chat._shared.words import count_words, end_of, exact, has_han, question_words, search_words


@pytest.mark.parametrize(
    ("text", "chinese"), [("鋼", True), ("a 鋼", True), ("ひ", True), ("カ", True), ("㐀", True), ("abc 12，", False)]
)
def test_han_and_kana_are_chinese(text: str, chinese: bool) -> None:
    assert has_han(text) is chinese


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("", 0),
        ("短鋼軌", 3),
        ("the short rail", 3),
        ("短鋼軌 of 5 m", 6),
        ("1,000.5 m", 2),
        ("don't", 1),
        ("5m", 2),
        ("。，!", 0),
    ],
)
def test_han_characters_count_singly_and_words_whole(text: str, counted: int) -> None:
    assert count_words(text) == counted


@pytest.mark.parametrize(
    ("text", "limit", "place"),
    [
        ("短鋼軌", 2, 2),
        ("短鋼軌", 1, 1),
        ("短鋼軌", 3, None),
        ("the short rail", 2, 9),
        ("the short rail", 3, None),
        ("a 短鋼軌 b", 3, 4),
        ("a 短鋼軌 b", 4, 5),
        ("rail.", 1, None),
        ("", 1, None),
    ],
)
def test_the_first_words_of_a_text_end_at_a_place(text: str, limit: int, place: int | None) -> None:
    assert end_of(text, limit) == place


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("短鋼軌", {"短", "鋼", "軌", "短鋼", "鋼軌"}),
        ("軌", {"軌"}),
        ("Ｒａｉｌ RAIL rail", {"rail"}),
        ("3.5 1,000", {"3.5", "1,000"}),
        ("rail's rails", {"rail"}),
        ("5m", {"5", "m"}),
        ("", set()),
    ],
)
def test_a_text_is_found_by_its_words_and_pairs_of_characters(text: str, found: set[str]) -> None:
    assert search_words(text) == found


FAMILIES = [
    ["teach", "teaches", "teaching", "teacher", "teachers", "Teach's"],
    ["study", "studies", "studied"],
    ["class", "classes"],
    ["plan", "plans", "planned", "planning"],
    ["measure", "measures", "measured", "measuring", "measurement"],
    ["weld", "welded", "welding", "welder"],
    ["install", "installed", "installation"],
    ["construct", "construction", "constructing", "constructor"],
    ["quick", "quickly"],
    ["surprising", "surprisingly", "surprise"],
    ["fuss", "fussing", "fussed"],
    ["fall", "falling"],
]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family[0])
def test_the_forms_of_a_word_are_one_word(family: list[str]) -> None:
    assert len({search_words(one) for one in family}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sing", "s"),  # what is left of a word has to be one
        ("bring", "br"),
        ("string", "str"),
        ("red", "r"),
        ("bed", "b"),
        ("bus", "bu"),
        ("glass", "glas"),
        ("basis", "basi"),
        ("as", "a"),
        ("2nd", "2n"),
        ("fly", "f"),
        ("her", "h"),
        ("nation", "n"),
        ("stations", "st"),
        ("rail", "rails'"),
    ],
)
def test_a_word_is_not_cut_to_nothing(one: str, other: str) -> None:
    assert (search_words(one) == search_words(other)) is (other == "rails'")


@pytest.mark.parametrize(
    ("question", "weights"),
    [
        ("短鋼軌", {"短鋼": 1.0, "鋼軌": 1.0}),
        ("鋼軌的長", {"鋼軌": 1.0, "軌的": 0.4, "的長": 0.4}),
        ("之於鋼", {"之於": 0.1, "於鋼": 0.4}),
        ("軌", {"軌": 0.5}),
        ("的", {}),
        ("鋼軌是什麼？", {"鋼軌": 1.0}),
        ("請問什麼是鋼軌", {"鋼軌": 1.0}),
        ("What is the rail of Osaka", {"rail": 1.0, "osaka": 1.5}),
        ("Rails in 1901", {"rail": 1.0, "1901": 1.5}),
        ("rails and Rails", {"rail": 1.5}),
        ("Rails and rails", {"rail": 1.0}),
        ("第12號", {"第": 0.5, "12": 1.5, "號": 0.5}),
        ("what is it?", {}),
        ("", {}),
    ],
)
def test_names_and_numbers_say_most_and_grammar_least(question: str, weights: dict[str, float]) -> None:
    assert question_words(question) == weights


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("When was Osaka rebuilt by Dr Chen?", {"osaka", "dr", "chen"}),
        ("Osaka was rebuilt", set()),
        ("what happened in 1901", {"1901"}),
        ("1901", {"1901"}),
        ("the rail", set()),
        ("see The rail", set()),
        ("DRCD 的鋼軌 rail 有 3 種", {"drcd", "rail", "3"}),
        ("the 的", set()),
        ("鋼軌", set()),
    ],
)
def test_a_passage_has_to_hold_numbers_and_names(question: str, found: set[str]) -> None:
    assert exact(question) == found
