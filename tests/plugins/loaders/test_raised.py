"""Raised and lowered characters."""

import pytest

from potluck_plugins.loaders._shared.raised import Position, ScriptedText, lowered, note_mark, raised


@pytest.mark.parametrize(
    ("base", "script", "line"),
    [
        ("10", "6", "10⁶"),
        ("10", "−3", "10⁻³"),
        ("10", "-3", "10⁻³"),
        ("m", "2", "m²"),
        ("每平方公尺", "2", "每平方公尺²"),
        ("x", "n+1", "xⁿ⁺¹"),
        ("x", "a", "x^a"),
        ("x", "a+b", "x^(a+b)"),
        ("10", "2,3", "10^(2,3)"),
        ("1", "st", "1st"),
        ("2", "nd", "2nd"),
        ("n", "th", "n^(th)"),
        ("Table 2", "a", "Table 2^a"),
        ("1", "er", "1er"),
        ("Potluck", "TM", "Potluck™"),
        ("5", "R", "5^R"),
        ("25 kN", "*", "25 kN*"),
        ("see", " 1 ", "see ¹ "),
        ("", "a whole line of text that is raised", "a whole line of text that is raised"),
    ],
)
def test_what_is_raised_is_never_glued_to_what_stands_before_it(base: str, script: str, line: str) -> None:
    assert base + raised(script, base) == line


@pytest.mark.parametrize(
    ("script", "line"),
    [("2", "₂"), ("max", "_max"), ("i,j", "_(i,j)"), ("-1", "₋₁"), ("有效", "_有效"), (",", ","), (" 2", " ₂")],
)
def test_what_is_lowered_is_told_from_what_stands_on_the_line(script: str, line: str) -> None:
    assert lowered(script) == line


def test_runs_of_one_position_are_one_superscript() -> None:
    line = ScriptedText()
    runs: list[tuple[str, Position]] = [("10", "base"), ("a", "raised"), ("b", "raised"), ("", "base"), ("c", "raised")]
    for text, position in [*runs, (" H", "base"), ("2", "lowered"), ("O", "base")]:
        line.add(text, position)
    assert str(line) == "10^(abc) H₂O"


def test_the_mark_of_a_note_is_in_brackets() -> None:
    assert note_mark(" 1 ") == "[1]"


@pytest.mark.parametrize(
    ("base", "script", "line"),
    [
        ("x", "()", "x()"),
        ("x", "", "x"),
        ("x", "+", "x⁺"),
        ("x", "=", "x⁼"),
        ("x", "-", "x⁻"),
        ("x", "[12]", "x[12]"),
        ("x", " [a] ", "x [a] "),
        ("x", "[1][2]", "x^([1][2])"),
        ("x", "i", "xⁱ"),
        ("x", "(0123456789)", "x⁽⁰¹²³⁴⁵⁶⁷⁸⁹⁾"),
        ("", "TM", "™"),
        ("Potluck", "SM", "Potluck℠"),
        ("Potluck", "R", "Potluck®"),
        ("Potluck", " C ", "Potluck © "),
        ("5", "TM", "5^(TM)"),
        ("5", "th.", "5th."),
        ("5", "TH", "5TH"),
        ("5 ", "th", "5 ^(th)"),
        ("5", "thing", "5^(thing)"),
        ("x", "a" * 24, "x^(" + "a" * 24 + ")"),
        ("x", "a" * 25, "x" + "a" * 25),
        ("x", "a\n", "x^a\n"),
    ],
)
def test_marks_and_phrases_stay_as_they_are_and_all_else_is_told_from_its_line(
    base: str, script: str, line: str
) -> None:
    assert base + raised(script, base) == line


@pytest.mark.parametrize(
    ("script", "line"),
    [
        ("0123456789", "₀₁₂₃₄₅₆₇₈₉"),
        ("(1+2)=", "₍₁₊₂₎₌"),
        ("n", "_n"),
        ("+", "+"),
        ("", ""),
        (" a ", " _a "),
        ("a" * 24, "_" + "a" * 24),
        ("a" * 25, "a" * 25),
        ("1 " * 12, "_(" + ("1 " * 12).strip() + ") "),
        ("1" * 25, "1" * 25),
    ],
)
def test_a_subscript_is_no_phrase(script: str, line: str) -> None:
    assert lowered(script) == line


def test_what_stands_before_a_superscript_may_be_another_run() -> None:
    line = ScriptedText()
    for text, position in (("1", "base"), ("st", "raised"), ("max", "lowered"), ("TM", "raised")):
        line.add(text, position)  # type: ignore[arg-type]
    assert str(line) == "1st_max™"
    assert str(ScriptedText()) == ""
