"""The fields of a task's prompt on the command line: given, typed, or read from standard input.

Modules: ``potluck.cli.task_fields``.
"""

from __future__ import annotations

import io
import sys

import pytest

from potluck.cli.task_fields import FieldsUnreadable, given_fields, next_fields, typed_fields
from potluck.errors import PotluckError

PAIR = ("premise", "假設")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def types(monkeypatch: pytest.MonkeyPatch, text: str, terminal: bool = True) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(text) if terminal else io.StringIO(text))


@pytest.mark.parametrize(
    ("written", "question", "found"),
    [
        (["premise=a=b", "假設=地是濕的"], None, {"premise": "a=b", "假設": "地是濕的"}),
        (["premise="], "地是濕的", {"premise": "", "假設": "地是濕的"}),
        ([], None, {}),
    ],
)
def test_a_question_is_the_field_that_is_left(written: list[str], question: str | None, found: dict[str, str]) -> None:
    assert given_fields(PAIR, written, question) == found


@pytest.mark.parametrize(
    ("written", "question", "message"),
    [
        (["premise"], None, "--field premise: expected NAME=TEXT"),
        (["premis=a"], None, "has no field 'premis' (did you mean 'premise'?); it has premise, 假設"),
        (
            [],
            "地",
            "which field is '地'? The recipe's prompt has premise, 假設: give --field premise=... --field 假設=...",
        ),
        (["premise=a", "假設=b"], "地", "there is no field left for '地'"),
    ],
)
def test_what_cannot_be_meant_is_said_with_the_fields_there_are(
    written: list[str], question: str | None, message: str
) -> None:
    with pytest.raises(PotluckError) as raised:
        given_fields(PAIR, written, question)

    assert message in str(raised.value)


def test_on_a_terminal_what_is_missing_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    types(monkeypatch, " 地是濕的 \n")

    assert typed_fields(PAIR, {"premise": "下雨"}) == {"premise": "下雨", "假設": "地是濕的"}
    assert capsys.readouterr().out == "假設> "


def test_elsewhere_what_is_missing_is_an_error_that_says_how_to_give_it(monkeypatch: pytest.MonkeyPatch) -> None:
    types(monkeypatch, "地是濕的\n", terminal=False)

    with pytest.raises(PotluckError, match=r"needs premise, 假設: give --field premise=\.\.\. --field 假設=\.\.\."):
        typed_fields(PAIR, {})
    assert typed_fields(("text",), {"text": "天空"}) == {"text": "天空"}


def test_a_turn_on_a_terminal_asks_for_each_field_until_the_first_is_empty(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    types(monkeypatch, "下雨\n地是濕的\n\n")

    assert next_fields(PAIR, prompt=True) == {"premise": "下雨", "假設": "地是濕的"}
    assert next_fields(PAIR, prompt=True) is None
    assert capsys.readouterr().out == "premise> 假設> premise> "


def test_elsewhere_a_turn_is_a_line_or_an_object_of_all_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    types(monkeypatch, '天空\n{"premise": "下雨", "假設": 3}\n{"premise": "a"}\n下雨\n', terminal=False)

    assert next_fields(("text",), prompt=True) == {"text": "天空"}
    assert next_fields(PAIR, prompt=True) == {"premise": "下雨", "假設": "3"}
    for _ in range(2):
        with pytest.raises(FieldsUnreadable, match=r'such as \{"premise": "…", "假設": "…"\}'):
            next_fields(PAIR, prompt=True)
    assert next_fields(PAIR, prompt=True) is None
