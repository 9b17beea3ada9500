"""What an offer says of a component is compared with the component.

Modules: ``potluck.testing.kit``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from potluck.testing import checks
from support.fake_plugins import install, visible

CHAT = """
import potluck
from potluck.contracts import ChatModel, ChatOffer, Config
from potluck.documents import Answer

class Says(ChatModel):
    context_window = None
    def chat(self, messages, options):
        return Answer("不知道")
    def count_tokens(self, messages):
        return 1

@potluck.hookimpl
def potluck_chat():
    return ChatOffer("says", Config, lambda config, context: Says(), SAID)
"""


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("scores_text=True", "the offer says scores_text = True, and the component says False"),
        ("reads_prompt=False", "the offer says reads_prompt = False, and the component says True"),
        ("scores_text=False", ""),
        ("", ""),
    ],
)
def test_an_offer_says_what_the_component_says(
    said: str, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (check,) = (one for one in checks("chat") if one.rule == "says-what-it-is")
    site = install(tmp_path / "外掛", "badp", {"potluck.chat": {"says": "badp"}}, {"badp": CHAT.replace("SAID", said)})
    monkeypatch.delitem(sys.modules, "badp", raising=False)
    found = ""
    with visible(site, monkeypatch):
        try:
            check("says", tmp_path)
        except AssertionError as broken:
            found = str(broken)

    assert found == (f"says-what-it-is: {wrong}" if wrong else "")
