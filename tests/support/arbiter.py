"""A chat model that judges answers of the planted world by rule, and gets those wrong that it is told to."""

from __future__ import annotations

from pathlib import Path

from support.fake_plugins import install

PLUGIN = '''
"""A judge for tests: the answer that is right in the planted world is better."""

import re

import potluck
from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer, Usage


class Rules(ChatOptions):
    wrong_on: tuple[int, ...] = ()
    """Items on which it prefers the worse answer."""
    torn_on: tuple[int, ...] = ()
    """Items on which it prefers what comes first."""
    silent_on: tuple[int, ...] = ()
    """Items on which it says nothing that counts."""


class Arbiter(ChatModel):
    context_window = None

    def __init__(self, config, context):
        self.config = config

    def count_tokens(self, messages):
        return sum(len(message.content) for message in messages)

    def chat(self, messages, options):
        text = messages[-1].content
        code = re.search(r"(?:VERDICT|判定) ([0-9a-f]{10})", text).group(1)
        item = int(re.search(r"key-(\\d+)", text).group(1))
        answers = re.findall(rf"<(?:answer|回答)[12] {code}>\\n(.*?)\\n</", text, re.DOTALL)
        right = [f"v-{item}" in answer for answer in answers]
        choice = "TIE" if right[0] == right[1] else "1" if right[0] != (item in self.config.wrong_on) else "2"
        if item in self.config.torn_on:
            choice = "1"
        word = "判定" if "判定" in text else "VERDICT"
        said = "hm" if item in self.config.silent_on else f"{word} {code} {choice}"
        return Answer(said, usage=Usage(10, 1))


@potluck.hookimpl
def potluck_chat():
    return potluck.Offer("judges by rule", Rules, Arbiter)
'''


def install_arbiter(site: Path) -> Path:
    """Install the chat model ``arbiter``."""
    return install(site, "potluck-arbiter", {"potluck.chat": {"arbiter": "arbiter_plugin"}}, {"arbiter_plugin": PLUGIN})
