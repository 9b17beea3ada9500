"""Files of wordings, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.errors import RecipeError
from potluck.prompts.wordings import FACTS, PAIRS, Task, Wording, read_wordings

FILE = """\
templates:
  plain: "{X} is located in {Y}."
  漢: "{X}位於{Y}。"
"""


def problems(path: Path | None, task: Task, *texts: str, words: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(RecipeError) as raised:
        read_wordings(path, task, texts, words)
    return [f"{problem.line}:{problem.column} {problem.message}" for problem in raised.value.problems]


def written(folder: Path, text: str) -> Path:
    (folder / "wordings.yaml").write_text(text, encoding="utf-8")
    return folder / "wordings.yaml"


def test_a_file_and_the_command_line_come_together(tmp_path: Path) -> None:
    found = read_wordings(written(tmp_path, FILE), FACTS, ["{X}: {Y}"]).wordings

    assert [wording.name for wording in found] == ["plain", "漢", "template 1"]
    assert found[1].around({"X": "臺北"}) == ("臺北位於", "。")
    assert (found[1].place.line, found[1].place.column) == (3, 6)


def test_lama_writes_fields_in_square_brackets() -> None:
    (wording,) = read_wordings(None, FACTS, ["[X] is in [Y]."]).wordings

    assert wording.around({"X": "Durban"}) == ("Durban is in ", ".")


def test_a_wording_has_a_hash_that_follows_its_text() -> None:
    one, other, again = (Wording(name, text, FACTS) for name, text in (("a", "{Y}"), ("b", "{Y}."), ("c", "{Y}")))

    assert one.fingerprint == again.fingerprint != other.fingerprint


def test_every_problem_is_named_with_its_place(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        'templates:\n  a: "{X} in {Z}."\n  b: "{Y}{Y} {X}"\n  c: "{X} {"\n  d: 3\nverbaliser: {}\n',
    )

    assert problems(path, FACTS) == [
        "2:6 templates.a: unknown field {Z}; known are {X}, {Y}",
        "2:6 templates.a: the field {Y} is missing; the model would not see it",
        "3:6 templates.b: the model fills one place, and {Y} stands there 2 times",
        "4:6 templates.c: a single '{' at character 5; write it twice if it is meant",
        "5:6 templates.d: expected a text, got 3",
        "6:1 unknown key 'verbaliser' (did you mean 'verbalisers'?)",
    ]


def test_the_same_text_twice_is_a_mistake(tmp_path: Path) -> None:
    assert problems(written(tmp_path, FILE + '  again: "{X}位於{Y}。"\n'), FACTS) == [
        "4:10 templates.again: is the same text as '漢'"
    ]
    assert problems(None, FACTS, "{X} {Y}", "{X} {Y}") == ["0:0 templates.template 2: is the same text as 'template 1'"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("- a\n", "mapping of keys"),
        ("templates: [a\n", "1:"),
        ("templates: 3\n", "mapping of names to texts"),
        ("other: 3\n", "mapping of names to texts"),
    ],
)
def test_a_file_that_holds_none_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    assert any(message in problem for problem in problems(written(tmp_path, text), FACTS))


def test_there_has_to_be_a_wording() -> None:
    assert "there is no wording" in problems(None, FACTS)[0]


def test_pairs_need_words_for_labels(tmp_path: Path) -> None:
    pair = 'templates:\n  a: "{premise} {hypothesis}? {label}."\n'
    path = written(tmp_path, pair + "verbalisers: {entailment: yes, contradiction: no, neutral: 7}\n")

    assert problems(path, PAIRS) == ["3:60 verbalisers.neutral: expected a word, got 7; put quotes around it"]
    assert "at least two" in problems(written(tmp_path, pair), PAIRS)[0]
    assert "expected LABEL=WORD" in problems(path.with_name("wordings.yaml"), PAIRS, words=("entailment",))[0]


def test_the_command_line_has_the_last_word_on_a_label(tmp_path: Path) -> None:
    text = 'templates:\n  a: "{premise} {hypothesis}? {label}."\nverbalisers: {entailment: yes, contradiction: no}\n'

    found = read_wordings(written(tmp_path, text), PAIRS, words=["entailment=是", "neutral=no"])

    assert found.verbalisers == {"entailment": "是", "contradiction": "no", "neutral": "no"}


def test_what_is_filled_in_is_not_a_template() -> None:
    wording = Wording("a", "{premise} {{x}} {hypothesis}? {label}.", PAIRS)

    assert wording.around({"premise": "{label}", "hypothesis": "{y}"}) == ("{label} {x} {y}? ", ".")


@given(st.text(), st.text(st.characters(exclude_characters="{}")), st.text(st.characters(exclude_characters="{}")))
def test_before_the_place_and_after_are_the_text(x: str, before: str, after: str) -> None:
    wording = Wording("a", f"{before}{{X}}{{Y}}{after}", FACTS)

    assert wording.around({"X": x}) == (before + x, after)


@pytest.mark.parametrize(("name", "task"), [("located-in.yaml", FACTS), ("entailment.yaml", PAIRS)])
def test_the_examples_that_are_shipped_are_right(name: str, task: Task) -> None:
    found = read_wordings(Path(__file__).parents[3] / "docs/examples/prompts" / name, task)

    assert len(found.wordings) == 4
