"""An interrupted command says where it was, what of that is kept, and how to go on.

Modules: ``potluck.cli.interruption``, ``potluck.cli.common``, ``potluck.cli``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck.cli.interruption import Interruption, interruption_sentences
from potluck.hookspecs import StageEvent
from support.commands import potluck
from support.fake_plugins import install, install_hashing, visible

OBSERVER = """
import potluck
from potluck.contracts import Config, Observer

class Where(Config):
    stage: str
    at: int

class Interrupts(Observer):
    def __init__(self, config, context):
        self.config = config

    def potluck_stage_progressed(self, event):
        if event.stage == self.config.stage and event.done >= self.config.at:
            raise KeyboardInterrupt

@potluck.hookimpl
def potluck_observer():
    return potluck.Offer("presses Ctrl-C", Where, Interrupts)
"""
QUESTIONS = ["橋是哪一年建的？", "When was the bridge built?", "河在哪裡？"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    site = install_hashing(tmp_path / "site")
    install(site, "potluck-interrupts", {"potluck.observers": {"interrupts": "ctrl_c"}}, {"ctrl_c": OBSERVER})
    home = tmp_path / "我的 筆記"
    home.mkdir()
    (home / "notes.txt").write_text("The bridge was built in 1924.\n\n橋建於1924年。", encoding="utf-8")
    rows = [{"question": text, "answers": ["1924"]} for text in QUESTIONS]
    (home / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with visible(site, monkeypatch):
        yield home


def write(home: Path, stage: str, at: int, **said: Any) -> str:
    path = home / "recipe.yaml"
    usual = {"documents": "notes.txt", "embedder": "hashing", "questions": "questions.jsonl"}
    observers = {"use": "interrupts", "stage": stage, "at": at}
    path.write_text(json.dumps({**usual, "observers": observers, **said}), encoding="utf-8")
    return str(path)


def test_a_comparison_names_the_variant_and_the_answers_that_are_kept_and_goes_on(home: Path) -> None:
    path = write(home, "compare", 4, compare={"retriever.k": {"one": 1, "兩": 2}})

    done = potluck("compare", path)

    assert done.returncode == 130
    *_, where, how = done.stderr.splitlines()
    assert where.startswith("interrupted in compare (4 of 6 answers done, variant 2 of 2: ")
    assert where.endswith("; what was finished is kept")
    assert how == f"to resume: potluck compare '{path}'"
    again = potluck("compare", write(home, "none", 1, compare={"retriever.k": {"one": 1, "兩": 2}}), "--json")
    variants = json.loads(again.stdout)["variants"]
    assert sum(one["reused"]["answer"] for one in variants) >= 4


def interrupted(*events: StageEvent) -> Interruption:
    found = Interruption()
    found.potluck_stage_failed(StageEvent("embed", "texts", 1, 2), ValueError("another failure, which was caught"))
    for event in (*events, StageEvent("tune")):
        found.potluck_stage_failed(event, KeyboardInterrupt())
    return found


def test_stages_are_named_from_the_outermost_to_the_innermost() -> None:
    outer = StageEvent("prepare", "variants", 1, 3, "variant 2 of 3: 三百字")
    inner = StageEvent("embed", "texts", 512, 1000)

    words = interrupted(inner, outer).words()

    assert words == "prepare (1 of 3 variants done, variant 2 of 3: 三百字), embed (512 of 1,000 texts done)"


def test_before_the_first_checkpoint_no_step_is_kept() -> None:
    assert interrupted(StageEvent("tune", "steps", 3, 20, saved=0)).words() == (
        "tune (3 of 20 steps done, none of these steps is kept)"
    )
    assert interrupted(StageEvent("tune", "steps", 20, 20, saved=20)).words() == "tune (20 of 20 steps done)"


def test_a_command_without_stages_says_no_more_than_that(home: Path) -> None:
    assert interrupted().words() == ""
    assert [*interruption_sentences([], ["chat", "notes"])] == ["interrupted; what was finished is kept"]


def test_a_password_is_not_repeated() -> None:
    said = [*interruption_sentences(["load"], ["index", "r.yaml", "--set", "store.url=postgres://me:secret@host/db"])]

    assert said[-1] == "to resume, run the same command again"


def test_with_fresh_nothing_kept_would_be_taken() -> None:
    assert (
        "without it, kept results are used" in [*interruption_sentences(["load"], ["compare", "r.yaml", "--fresh"])][-1]
    )
