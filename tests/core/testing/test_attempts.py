"""The attempts that metrics are tried on.

Modules: ``potluck.testing.attempts``.
"""

from __future__ import annotations

from dataclasses import fields

import pytest

from potluck.testing.attempts import NEEDS, attempts, odd_attempts, without_needs


def test_attempts_are_fresh_and_each_need_is_met_by_one_in_each_language() -> None:
    found, again = attempts(), attempts()
    assert found == again
    assert not any(one is other for one, other in zip(found, again, strict=True))
    for chinese in (True, False):
        ours = [one for one in found if one.question.isascii() is not chinese]
        for need in NEEDS:
            assert any(one.has(need) for one in ours) or (need == "choices" and not chinese), need


def test_some_are_right_some_refused_some_withheld_and_some_cannot_be_answered() -> None:
    found = attempts()
    assert {(one.answerable, one.refused) for one in found} == {
        (True, False),
        (True, True),
        (False, True),
        (False, False),
    }
    assert any(one.filtered for one in found)
    assert any(one.answer == "" and not one.filtered for one in found)


@pytest.mark.parametrize("needs", [(), ("answer",), ("answers", "cost")])
def test_each_thing_that_is_not_needed_is_left_out_alone_and_then_all(needs: tuple[str, ...]) -> None:
    whole = attempts()[0]
    *single, bare = without_needs(whole, needs)  # type: ignore[arg-type]
    assert len(single) == len(NEEDS) - len(needs)
    for one, need in zip(single, (need for need in NEEDS if need not in needs), strict=True):
        assert not one.has(need)
    assert all(bare.has(need) for need in needs if whole.has(need))  # type: ignore[arg-type]
    assert not bare.has("seconds")


def test_odd_texts_stand_in_every_place() -> None:
    plain = attempts()[0]
    found = [*odd_attempts()]
    for name in ("question", "answer", "answers", "passages", "choices"):
        assert name in {field.name for field in fields(plain)}
        assert any("鋼" * 3000 in str(getattr(one, name)) for one in found), name
    assert all(text in {one.question for one in found} for text in ("", "9" * 5000, "。"))
