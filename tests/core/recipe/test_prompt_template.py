"""Templates fill their fields and do nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.recipe.prompt_template import PromptTemplate


def test_fields_are_filled_and_doubled_braces_are_braces() -> None:
    template = PromptTemplate("內容：{context}\n{{問題}}：{question}")

    assert template.fields == ("context", "question")
    assert template.render(context="軌距 1435 mm", question="多寬？") == "內容：軌距 1435 mm\n{問題}：多寬？"


@given(st.text(), st.text())
def test_what_is_filled_in_is_never_read_as_a_template(context: str, question: str) -> None:
    assert PromptTemplate("{context}|{question}").render(context=context, question=question) == f"{context}|{question}"


@given(st.text())
def test_any_text_with_its_braces_doubled_renders_as_itself(text: str) -> None:
    assert PromptTemplate(text.replace("{", "{{").replace("}", "}}")).render() == text


@pytest.mark.parametrize(
    "text", ["{", "}", "{a", "a}", "{}", "{a.b}", "{a[0]}", "{a!r}", "{a:>9}", "{ a }", "{{{a", "{0}"]
)
def test_what_is_not_a_plain_field_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"brace|twice"):
        PromptTemplate(text)


def test_a_field_may_have_any_name_and_needs_a_value() -> None:
    assert PromptTemplate("{self} {問題}").render(self="a", 問題="b") == "a b"
    with pytest.raises(KeyError, match="context"):
        PromptTemplate("{context}").render(question="?")


def test_the_fingerprint_is_that_of_the_wording() -> None:
    assert PromptTemplate("{a}").fingerprint == PromptTemplate("{a}").fingerprint != PromptTemplate("{a} ").fingerprint
