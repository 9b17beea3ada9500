"""The texts of the kits."""

from __future__ import annotations

import pytest

from potluck.testing.texts import CLUSTERS, chinese, is_torn, text, texts


@pytest.mark.parametrize(
    ("content", "place", "torn"),
    [
        ("ab", 1, False), ("e\u0301", 1, True), ("e\u0301", 0, False), ("e\u0301", 2, False), (" \u0301", 1, False),
        ("👷\u200d♀", 1, True), ("👷\u200d♀", 2, True), ("👍🏽", 1, True), ("👍👍", 1, False), ("か\u3099", 1, True),
        ("\u1112\u1161\u11ab", 1, True), ("\u1112\u1161\u11ab", 2, True), ("\u1112\u1112", 1, False),
        ("，\ufe00", 1, True), ("क\u094d", 1, True), ("道碴", 1, False), ("a\U0001f3fa", 1, False),
    ],
)  # fmt: skip
def test_a_cut_that_takes_a_character_apart_is_known(content: str, place: int, torn: bool) -> None:
    assert is_torn(content, place) is torn


@pytest.mark.parametrize("count", [0, 1, 35, 36, 3000])
def test_chinese_has_no_blanks_and_is_as_long_as_asked(count: int) -> None:
    found = chinese(count)

    assert count < len(found) <= count + 50
    assert not any(character.isspace() for character in found)
    assert not any(character.isascii() for character in found)


def test_the_texts_of_the_kit_are_the_same_every_time_none_blank_and_hold_every_odd_character() -> None:
    found = texts()

    assert found == texts()
    assert all(one.strip() for one in found)
    assert text(1) != text(2)
    assert all(any(cluster * 200 == one for one in found) for cluster in CLUSTERS)
    assert max(map(len, found)) >= 3000
    assert min(map(len, found)) == 1
