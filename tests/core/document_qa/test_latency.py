"""How long an answer took: the time of the answer alone, whatever had to be loaded before the first one.

Modules: ``potluck.document_qa.answer_cache``.
"""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from support.fake_plugins import install, visible

PLUGIN = '''
"""A chat model that takes a minute to load and a second to answer, by a clock of its own."""

import potluck
from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer

now = 0.0


class Heavy(ChatModel):
    context_window = None
    loaded = False

    def __init__(self, config, context):
        pass

    def prepare(self):
        global now
        now += 0.0 if self.loaded else 60.0
        self.loaded = True

    def count_tokens(self, messages):
        return 1

    def chat(self, messages, options):
        global now
        self.prepare()
        now += 1.0
        return Answer("第七室")


@potluck.hookimpl
def potluck_chat():
    return potluck.Offer("takes a minute to load", ChatOptions, Heavy)
'''


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    site = install(
        tmp_path / "site", "potluck-heavy", {"potluck.chat": {"heavy": "heavy_chat"}}, {"heavy_chat": PLUGIN}
    )
    (tmp_path / "doc.txt").write_text("The pump stands in room 7. 泵在第七室。\n", encoding="utf-8")
    with visible(site, monkeypatch):
        plugin = importlib.import_module("heavy_chat")
        monkeypatch.setattr(plugin, "now", 0.0)
        monkeypatch.setattr(time, "perf_counter", lambda: plugin.now)
        yield tmp_path


def test_the_latency_of_the_first_question_is_that_of_its_answer(home: Path) -> None:
    lines = [{"question_id": name, "question": f"泵在哪一室{name}？", "answers": ["第七室"]} for name in "甲乙"]
    (home / "q.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    (home / "recipe.yaml").write_text("documents: doc.txt\nchat: heavy\nquestions: q.jsonl\n", encoding="utf-8")

    with Recipe.load(home / "recipe.yaml") as recipe:
        answered = recipe.evaluate().answered

    assert [one.seconds for one in answered] == [1.0, 1.0]


def test_the_latency_of_the_first_example_of_a_task_is_that_of_its_answer(home: Path) -> None:
    lines = [{"prompt": f"泵在哪一室{name}？", "completion": "第七室"} for name in "甲乙"]
    (home / "test.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    (home / "recipe.yaml").write_text("task: generation\nchat: heavy\n", encoding="utf-8")

    with Recipe.load(home / "recipe.yaml") as recipe:
        said = recipe.evaluate(home / "test.jsonl").answered

    assert [one.seconds for one in said] == [1.0, 1.0]
