"""Copies of texts: what differs in case, width, white space and digits only, or shares most of its triples.

Modules: ``potluck.datasets.near_duplicates``.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.datasets import near_duplicates
from potluck.datasets.near_duplicates import are_alike, compares_likeness, find_copies, group_copies, triples

TEXTS = st.lists(st.text("ab 鋼軌5", max_size=12), max_size=8)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Room 7 is closed", "ROOM  42 is closed"),
        ("短鋼軌２５公尺", "短鋼軌 7公尺".replace(" ", "")),
        ("the meeting is moved to the large hall on monday", "the meeting is moved to the large hall on mondays"),
        ("本工程應於開工後三十日內完成全部鋼軌之鋪設", "本工程應於開工後三十日內完成全部鋼軌之鋪設。"),
    ],
)
def test_a_copy_is_found(text: str, other: str) -> None:
    assert set(find_copies(["else", text], [other])) == {(1, 0)}


@pytest.mark.parametrize(("text", "other"), [("open the door", "close the window"), ("短鋼軌", "長枕木"), ("", "a")])
def test_other_texts_are_not_copies(text: str, other: str) -> None:
    assert list(find_copies([text], [other])) == []


def test_texts_of_one_template_are_copies_by_likeness_only() -> None:
    head = "Say which label this message has, and answer with the label only: "
    texts, others = [f"{head}goal", "請選出標籤：好"], [f"{head}rate", "請選出標籤:好"]

    assert set(find_copies(texts, others)) == {(0, 0), (1, 1)}
    assert list(find_copies(texts, others, by_likeness=False)) == [(1, 1)]


def test_of_too_many_pairs_likeness_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, others = ["the first message of all", "二"], ["the first message of al", "二"]
    assert set(find_copies(texts, others)) == {(0, 0), (1, 1)}

    monkeypatch.setattr(near_duplicates, "_MOST_PAIRS", 3)

    assert not compares_likeness(2, 2)
    assert compares_likeness(3, 1)
    assert list(find_copies(texts, others)) == [(1, 1)]


@given(TEXTS, TEXTS)
def test_what_the_index_finds_is_what_comparing_all_pairs_finds(texts: list[str], others: list[str]) -> None:
    expected = {
        number for number, text in enumerate(texts) if any(are_alike(triples(text), triples(other)) for other in others)
    }

    assert {number for number, _ in find_copies(texts, others)} == expected


def test_eight_tenths_in_common_are_a_copy_and_less_is_not() -> None:
    eight = frozenset("abcdefgh")

    assert are_alike(eight, eight | frozenset("ij"))
    assert not are_alike(eight, eight | frozenset("ijk"))
    assert not are_alike(frozenset(), frozenset())


def test_copies_of_copies_are_one_group_in_the_order_of_their_first() -> None:
    texts = [
        "abcdefghijklmnopqrst",
        "鋼軌",
        "abcdefghijklmnopqrstuv",
        "abcdefghijklmnopqrstuvwxyz",
        "鋼軌 ",
        "else",
    ]
    assert not are_alike(triples(texts[0]), triples(texts[3]))

    assert group_copies(texts) == [[0, 2, 3], [1, 4], [5]]


@given(TEXTS)
def test_each_text_is_in_one_group(texts: list[str]) -> None:
    assert sorted(number for group in group_copies(texts) for number in group) == list(range(len(texts)))
