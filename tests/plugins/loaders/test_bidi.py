"""The reading order of lines with words from right to left; ``visual`` is the page from left to right."""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._shared.bidi import has_right_to_left, reading_order

READ_AND_SEEN = [
    ("שלום", "םולש"),
    ("הוא 1250 ארגזים.", ".םיזגרא 1250 אוה"),
    ("הוא 1,250.5 ארגזים", "םיזגרא 1,250.5 אוה"),
    ("25 ו 60", "60 ו 25"),
    ("מחיר 25% היום", "םויה 25% ריחמ"),
    ("מחיר -5 היום", "םויה -5 ריחמ"),
    ("גרסת Windows 10 Pro היא כאן", "ןאכ איה Windows 10 Pro תסרג"),
    ("שם (דוד) כאן", "ןאכ (דוד) םש".replace("דוד", "דוד"[::-1])),
    ("درجة الحرارة 25 مئوية", "ةيوئم 25 ةرارحلا ةجرد"),
    ("The word שלום means peace", "The word םולש means peace"),
    ("See שלום עולם here", "See םלוע םולש here"),
    ("Sold to דוד 12 times by him", "Sold to דוד 12 times by him".replace("דוד", "דוד"[::-1])),
]


@pytest.mark.parametrize(("read", "visual"), READ_AND_SEEN)
def test_a_line_is_read_as_it_was_written(read: str, visual: str) -> None:
    assert "".join(reading_order(list(visual))) == read


def test_a_full_stop_at_the_right_end_ends_the_line() -> None:
    assert "".join(reading_order(list("םולש."))) == "שלום."
    assert "".join(reading_order(list(".םולש"))) == "שלום."


def test_marks_stay_with_their_letters() -> None:
    assert reading_order(["ם", "ו", "ל", "שָׁ"]) == ["שָׁ", "ל", "ו", "ם"]


@pytest.mark.parametrize(("text", "has"), [("abc 短", False), ("אב", True), ("12 مئوية", True), ("é😀", False)])
def test_letters_from_right_to_left_are_known(text: str, has: bool) -> None:
    assert has_right_to_left(text) is has


@pytest.mark.parametrize(
    ("visual", "read"),
    [
        ("", ""),
        ("ב", "ב"),
        ("a", "a"),
        ("12", "12"),
        ("(ב)", "(ב)"),
        ("[ב]", "[ב]"),
        ("<ב>", "<ב>"),
        ("«ב»", "«ב»"),
        ("{ב}", "{ב}"),
        ("(a) ב", "ב (a)"),
        ("a (גב) b", "a (בג) b"),
        ("גב 12 וה", "הו 12 בג"),
        ("ב 1,2 א", "א 1,2 ב"),
        ("ב 1, 2 א", "א 2 ,1 ב"),
        ("ב +5 א", "א +5 ב"),
        ("ב 5% א", "א 5% ב"),
        ("ב $5 א", "א $5 ב"),
        ("ב % א", "א % ב"),
        ("ב ab 12 cd א", "א ab 12 cd ב"),
        ("a ב 12 ג b", "a ג 12 ב b"),
        ("ab ב", "ab ב"),
        ("a גב", "בג a"),
        ("a ב b ג", "ג b ב a"),
        ("!ב", "ב!"),
        ("ב!", "ב!"),
        ("ב...", "ב..."),
    ],
)
def test_a_line_is_put_into_reading_order(visual: str, read: str) -> None:
    assert "".join(reading_order(list(visual))) == read
