"""Raised and lowered characters."""

import pytest

from potluck_plugins.loaders._shared.raised import Position, ScriptedText, note_mark, write_lowered, write_raised


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
    assert base + write_raised(script, base) == line


@pytest.mark.parametrize(
    ("script", "line"),
    [("2", "₂"), ("max", "_max"), ("i,j", "_(i,j)"), ("-1", "₋₁"), ("有效", "_有效"), (",", ","), (" 2", " ₂")],
)
def test_what_is_lowered_is_told_from_what_stands_on_the_line(script: str, line: str) -> None:
    assert write_lowered(script) == line


def test_runs_of_one_position_are_one_superscript() -> None:
    line = ScriptedText()
    runs: list[tuple[str, Position]] = [("10", "base"), ("a", "raised"), ("b", "raised"), ("", "base"), ("c", "raised")]
    for text, position in [*runs, (" H", "base"), ("2", "lowered"), ("O", "base")]:
        line.add(text, position)
    assert str(line) == "10^(abc) H₂O"


@pytest.mark.parametrize(
    ("runs", "line"),
    [
        ([("2", "base"), ("1/2", "equation"), (" in", "base")], "2 1/2 in"),
        ([("1/2", "equation"), ("5", "base")], "1/2 5"),
        ([("1/2", "equation"), ("1/4", "equation")], "1/2 1/4"),
        ([("厚 2", "base"), ("1/2", "equation"), ("吋", "base")], "厚 2 1/2吋"),
        ([("10", "base"), ("6", "raised"), ("1/2", "equation")], "10⁶ 1/2"),
        ([("10", "base"), ("⁶", "equation")], "10⁶"),
        ([("2", "base"), ("x/y", "equation")], "2x/y"),
        ([("x", "base"), ("1/2", "equation")], "x1/2"),
        ([("2 ", "base"), ("1/2", "equation")], "2 1/2"),
        ([("1/2", "equation"), ("6", "raised")], "1/2⁶"),
        ([("1/2", "equation"), ("6", "raised"), ("5", "base")], "1/2⁶5"),
        ([("2", "base"), ("", "equation"), ("5", "base")], "25"),
        ([("1/2", "equation"), ("x", "base"), ("1", "base"), ("2", "base")], "1/2x12"),
    ],
)
def test_a_number_before_an_equation_stands_apart_from_it(runs: list[tuple[str, Position]], line: str) -> None:
    text = ScriptedText()
    for run, position in runs:
        text.add(run, position)
    assert str(text) == line


@pytest.mark.parametrize(
    ("runs", "line"),
    [
        (["2", "10^", "3^^"], "2^(10³)"),
        (["x", "a_", "1__"], "x_(a₁)"),
        (["x", "a_", "2_^", " m"], "x_(a²) m"),
        (["強度 e", "−x^", "2^^", "/2^"], "強度 e^(−x²/2)"),
        (["m", "2^^"], "m²"),
        (["1", "st^^"], "1st"),
        (["m", "2_^"], "m²"),
        (["x", "a^", "2^^", "3^_"], "x^(a²₃)"),
    ],
)
def test_a_script_within_a_script_is_told_from_it(runs: list[str], line: str) -> None:
    signs: dict[str, Position] = {"^": "raised", "_": "lowered"}
    text = ScriptedText()
    for run in runs:
        bare = run.rstrip("^_")
        text.add(bare, *(signs[sign] for sign in run[len(bare) :]))
    assert str(text) == line


def test_an_equation_within_a_superscript_stands_apart_too() -> None:
    text = ScriptedText()
    text.add("e")
    text.add("2", "raised")
    text.add("1/2", "raised", "equation")
    assert str(text) == "e^(2 1/2)"


def test_scripts_without_end_are_read_to_a_depth() -> None:
    text = ScriptedText()
    for depth in range(5_000):
        text.add("a", *(["raised"] * depth))
    assert str(text) == "a" * 5_000


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("標題", "標題"),
        ("Draft copy", "Draft copy"),
        ("2", "²"),
        ("12", "¹²"),
        (" n ", " ⁿ "),
        ("x", "x"),
        ("2024", "2024"),
    ],
)
@pytest.mark.parametrize("blank", ["", "  "])
def test_what_is_all_of_a_line_stands_as_it_is(text: str, line: str, blank: str) -> None:
    whole = ScriptedText()
    whole.add(blank)
    whole.add(text, "raised")
    assert str(whole) == blank + line


def test_what_is_raised_in_a_line_that_is_raised_is_told_still() -> None:
    line = ScriptedText()
    line.add("10", "raised")
    line.add("6", "raised", "raised")
    assert str(line) == "10⁶"


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
    assert base + write_raised(script, base) == line


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
def test_a_subscript_is_not_a_phrase(script: str, line: str) -> None:
    assert write_lowered(script) == line


def test_what_stands_before_a_superscript_may_be_another_run() -> None:
    line = ScriptedText()
    for text, position in (("1", "base"), ("st", "raised"), ("max", "lowered"), ("TM", "raised")):
        line.add(text, position)  # type: ignore[arg-type]
    assert str(line) == "1st_max™"
    assert str(ScriptedText()) == ""
