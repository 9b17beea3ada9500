"""The kit of chat models as a whole: models that keep every rule, and what does not apply to them.

Modules: ``potluck.contracts.chat``, ``potluck.testing.chat``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.contracts import ChatModel
from potluck.testing import Skipped, Subject, chat, chat_calls, chat_endings, chat_likelihoods, chat_tokens, checks
from support.kits import broken, rules_of
from support.plain_chat import Plain, Quoting, Scored

MODULES = (chat, chat_calls, chat_endings, chat_likelihoods, chat_tokens)
"""The modules of the kit, each with tests that break every rule of its own."""


def test_the_kit_has_the_rules_of_these_modules() -> None:
    assert rules_of(*MODULES) == {check.rule for check in checks("chat")}


@pytest.mark.parametrize("model", [Plain, Scored, Quoting])
def test_a_chat_model_that_keeps_the_rules_breaks_none(tmp_path: Path, model: type[ChatModel]) -> None:
    assert broken("chat", lambda own: model(), tmp_path) == set()


def skipped(model: type[ChatModel], folder: Path) -> dict[str, str]:
    found = {}
    for check in checks("chat"):
        try:
            check.on(Subject(lambda own: model(), folder))
        except Skipped as reason:
            found[check.rule] = str(reason)
    return found


def test_what_does_not_apply_is_skipped_with_the_reason(tmp_path: Path) -> None:
    assert skipped(Plain, tmp_path) == {
        "quotes-are-spans": "it does not say where its words come from",
        "who-cannot-score-says-so": "it says how likely texts are",
    }
    quoting, scored = skipped(Quoting, tmp_path), skipped(Scored, tmp_path)
    assert quoting["too-long-is-refused"] == "it takes prompts of any length"
    assert quoting["calls-at-once"] == "it takes one call at a time"
    assert quoting["likelihoods-in-order"] == "it does not say how likely texts are"
    assert scored["stop-ends-the-answer"] == "it writes no answers: fills gaps"
    assert "likelihoods-in-order" not in scored
